"""A context whose sub-graphs are Python functions, around any other context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.forwarding import Forwarding
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond

__all__ = ["Bodies", "Body", "Graph", "WithBodies"]

Body: TypeAlias = Callable[[Sequence[Value]], tuple[Value, ...]]


@final
@dataclass(frozen=True, slots=True)
class Graph:
    """A graph whose outputs a function gives for its operands."""

    body: Body


@final
class Bodies:
    """Runs functions; ``ran`` says which, on what, under which predicate."""

    def __init__(self, truth: Cond) -> None:
        self.truth = truth
        self.ran: list[tuple[object, Sequence[Value], Cond | None]] = []

    def run(self, module: object, operands: Sequence[Value], *, under: Cond | None = None) -> tuple[Value, ...]:
        self.ran.append((module, operands, under))
        assert isinstance(module, Graph)
        return module.body(operands)

    def predicate(self, tensor: FakeTensor) -> Cond:
        return self.truth


@final
class WithBodies(Forwarding):
    """The other context, with sub-graphs; ``facts`` are those that are stated."""

    def __init__(self, inner: Context, truth: Cond = True) -> None:
        super().__init__(inner)
        self.subgraphs = Bodies(truth)
        self.facts: list[Cond] = []

    def fact(self, condition: Cond) -> None:
        self.facts.append(condition)
        super().fact(condition)
