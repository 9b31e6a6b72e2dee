"""A context whose sub-graphs are Python functions, around any other context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.fake_tensor.context import Context, Quantity, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, Real

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
class WithBodies:
    """The other context, with sub-graphs."""

    def __init__(self, inner: Context, truth: Cond = True) -> None:
        self.inner = inner
        self.subgraphs = Bodies(truth)
        self.facts: list[Cond] = []

    @property
    def default_dtype(self) -> DType:
        return self.inner.default_dtype

    def known(self, condition: Cond) -> bool | None:
        return self.inner.known(condition)

    def evident(self, condition: Cond) -> bool | None:
        return self.inner.evident(condition)

    def must_state(self, condition: Cond) -> bool:
        return self.inner.must_state(condition)

    def decide(self, condition: Cond) -> bool:
        return self.inner.decide(condition)

    def layout(self, condition: Cond) -> bool:
        return self.inner.layout(condition)

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        self.inner.require(condition, message, error)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        self.inner.defer(condition, enforced, message)

    def fact(self, condition: Cond) -> None:
        self.facts.append(condition)
        self.inner.fact(condition)

    def declare_size(self, size: Dim) -> None:
        self.inner.declare_size(size)

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        return self.inner.fresh_int(low, high, quantity)

    def fresh_float(self, quantity: Quantity | None) -> Real:
        return self.inner.fresh_float(quantity)

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        return self.inner.fresh_bool(quantity)

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        return self.inner.quantity(kind, tensor, *arguments)

    def mutate(self, tensor: FakeTensor) -> None:
        self.inner.mutate(tensor)
