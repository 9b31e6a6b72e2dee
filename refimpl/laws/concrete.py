"""Concrete replay: the graph runs node by node on plain numbers, without terms and without a solver.

Shape functions run on plain integers; what depends on data is taken from the witness and checked against the
facts. A witness that does not replay is no refutation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

from refimpl.aten._subgraphs import Subgraphs
from refimpl.fake_tensor.context import Quantity, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.quantities import Quantities
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.solver import Number
from refimpl.terms import Cond, Dim, Real, Scalar, Undefined, evaluate, to_text

__all__ = [
    "NOTHING",
    "ConcreteContext",
    "NotReplayableError",
    "Raised",
    "RequirementViolatedError",
    "Silenced",
    "concrete",
]


@final
@dataclass(frozen=True, slots=True)
class Silenced:
    """Nodes that ask less than they should: ``asserts`` nothing at all, ``deferring`` only what a kernel enforces.

    Nodes that raise on every input keep what is recorded, so that what follows is seen; those in ``loud`` raise.
    """

    asserts: frozenset[str] = frozenset()
    deferring: frozenset[str] = frozenset()
    loud: frozenset[str | None] = frozenset()


NOTHING: Final = Silenced()
"""Every node that can run asks what it should."""


class NotReplayableError(Exception):
    """The valuation is no run of the program: a fact is violated, or something is not plain."""


@final
@dataclass(frozen=True, slots=True)
class Raised:
    """The first node that raises on the concrete sizes, and its message."""

    node: str
    message: str


class RequirementViolatedError(Exception):
    """An operator's requirement is false on the concrete sizes."""


def concrete(value: Value, valuation: Mapping[str, Number]) -> Value:
    """A recorded value on concrete sizes. Raises Undefined where a term has no value."""
    match value:
        case None | str():
            return value
        case FakeTensor():
            sizes = tuple(_number(size, valuation) for size in value.sizes)
            strides = tuple(_number(stride, valuation) for stride in value.strides)
            return FakeTensor(
                sizes, strides, value.dtype, value.device, _number(value.offset, valuation), value.layout,
                Storage(), constant=value.constant,
            )  # fmt: skip
        case list():
            return [concrete(item, valuation) for item in value]
        case tuple():
            return tuple(concrete(item, valuation) for item in value)
        case _:
            return evaluate(value, valuation)


def _number(term: Dim, valuation: Mapping[str, Number]) -> int:
    value = evaluate(term, valuation)
    if isinstance(value, float):
        raise Undefined(f"{value} is no size")
    return value


@final
class ConcreteContext:
    """The context of shape functions on plain numbers; every question has an answer.

    ``taken`` are the nodes that took a value from the witness; ``silent`` nodes ask less than they should.
    """

    def __init__(
        self,
        valuation: dict[str, Number],
        supply: Mapping[str, tuple[Scalar, ...]],
        runner: Subgraphs,
        silent: Silenced = NOTHING,
    ) -> None:
        self.valuation = valuation
        self.subgraphs: Subgraphs = runner
        self.node = ""
        self.taken: set[str] = set()
        self._allocated: dict[str, int] = {}
        self._supply = supply
        self._silent = silent
        self._quantities: dict[Quantity, Number] = {}
        self._contents = Quantities()

    @property
    def default_dtype(self) -> DType:
        """PyTorch's default."""
        return DType.float32

    def known(self, condition: Cond) -> bool | None:
        """The truth of the condition."""
        return self._plain(condition)

    def evident(self, condition: Cond) -> bool | None:
        """The truth of the condition."""
        return self._plain(condition)

    def must_state(self, condition: Cond) -> bool:
        """Whether the condition is false."""
        return not self._plain(condition)

    def decide(self, condition: Cond) -> bool:
        """The truth of the condition."""
        return self._plain(condition)

    def layout(self, condition: Cond) -> bool:
        """The truth of the condition."""
        return self._plain(condition)

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """Raises RequirementViolatedError if the condition is false."""
        if not self._plain(condition) and self.node not in self._silent.asserts:
            raise RequirementViolatedError(message or error.__name__)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """What tracing defers to run time is asserted there."""
        if not self._plain(enforced if self.node in self._silent.deferring else condition):
            raise RequirementViolatedError(message)

    def fact(self, condition: Cond) -> None:
        """A violated fact means that no run has these numbers."""
        if not self._plain(condition):
            raise NotReplayableError(f"a fact of {self.node} is violated")

    def declare_size(self, size: Dim) -> None:
        """A number is what it is."""

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """The witness's value of the next symbol that this node allocates."""
        value = self._next(quantity)
        if isinstance(value, float):
            raise NotReplayableError(f"{self.node} gives an integer, the witness has {value}")
        if (low is not None and value < low) or (isinstance(high, int) and value > high):
            raise NotReplayableError(f"{self.node} cannot give {value}")
        return int(value)

    def fresh_float(self, quantity: Quantity | None) -> Real:
        """The witness's value of the next symbol that this node allocates."""
        return float(self._next(quantity))

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        """The witness's value of the next symbol that this node allocates, which is 0 or 1."""
        value = self._next(quantity)
        if value not in (0, 1):
            raise NotReplayableError(f"{self.node} gives a boolean, the witness has {value}")
        return bool(value)

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        """The quantity of that kind of the tensor's present contents."""
        return self._contents.of(kind, tensor, arguments)

    def mutate(self, tensor: FakeTensor) -> None:
        """The contents of the tensor, and of what may alias it, change."""
        self._contents.mutate(tensor.storage)

    def _next(self, quantity: Quantity | None) -> Number:
        index = self._allocated.get(self.node, 0)
        self._allocated[self.node] = index + 1
        earlier = None if quantity is None else self._quantities.get(quantity)
        if earlier is not None:
            # The same contents give the same value, whatever the witness says.
            return earlier
        terms = self._supply.get(self.node, ())
        if index >= len(terms):
            raise NotReplayableError(f"{self.node} allocates, but the blind run did not")
        self.taken.add(self.node)
        value = evaluate(terms[index], self.valuation)
        if quantity is not None:
            self._quantities[quantity] = value
        return value

    def _plain(self, condition: Cond) -> bool:
        if isinstance(condition, bool):
            return condition
        raise NotReplayableError(f"{self.node} asks {to_text(condition)}, which is not plain")
