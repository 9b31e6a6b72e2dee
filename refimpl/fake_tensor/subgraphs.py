"""Sub-graphs of the node that runs now, for higher-order operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from refimpl.fake_tensor.context import Quantity, Value
from refimpl.fake_tensor.quantities import Quantities
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx.module import Module
from refimpl.symbolic_shapes.propagate import run_subgraph
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.structures import is_list, is_sequence, is_tuple
from refimpl.terms import BoolSymbol, Cond

__all__ = ["Subgraphs"]


@final
class Subgraphs:
    """Propagates and rebinds a sub-graph, in the scope of a predicate, on raw values."""

    __slots__ = ("_env", "_predicates", "_quantities")

    def __init__(self, env: ShapeEnv, quantities: Quantities) -> None:
        self._env = env
        self._quantities = quantities
        self._predicates: dict[Quantity, BoolSymbol] = {}

    def run(self, module: object, operands: Sequence[Value], *, under: Cond | None = None) -> tuple[Value, ...]:
        """The outputs of the sub-graph, flat; its records stand ``under`` the predicate.

        Raises TypeError if ``module`` is none, or if an output is no value.
        """
        if not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is no sub-graph")
        found = run_subgraph(self._env, module, operands, under)
        outputs = found if is_sequence(found) else (found,)
        return tuple([as_value(output) for output in outputs])

    def predicate(self, tensor: FakeTensor) -> Cond:
        """The value of a predicate tensor: an opaque boolean, the same one for the same contents."""
        quantity = self._quantities.of("predicate", tensor, ())
        found = self._predicates.get(quantity)
        if found is None:
            found = self._predicates[quantity] = self._env.symbols.opaque()
        return found


def as_value(value: object) -> Value:
    """The value, which must be one that a node can hold, terms unwrapped. Raises TypeError otherwise."""
    if value is None or isinstance(value, (FakeTensor, str)) or is_scalar(value):
        return value
    if is_tuple(value):
        return tuple([as_value(item) for item in value])
    if is_list(value):
        return [as_value(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no value of a node")
