"""A context on plain numbers for tests: requirements raise, facts are checked, what depends on data is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from refimpl.fake_tensor.context import Quantity, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, Real

__all__ = ["FactViolated", "NeedsContents", "PlainContext"]


class FactViolated(AssertionError):
    """A fact is false on the numbers of a real run."""


class NeedsContents(Exception):
    """The result depends on data of which nothing was given."""


def _truth(condition: Cond) -> bool:
    assert isinstance(condition, bool), condition
    return condition


@final
class PlainContext:
    """Answers every question on plain numbers; ``drawn`` are the data-dependent results, in order of allocation."""

    def __init__(self, drawn: Sequence[int | float | bool] = ()) -> None:
        self.drawn = list(drawn)
        self.mutated: list[FakeTensor] = []

    @property
    def default_dtype(self) -> DType:
        return DType.float32

    def known(self, condition: Cond) -> bool | None:
        return _truth(condition)

    def evident(self, condition: Cond) -> bool | None:
        return _truth(condition)

    def must_state(self, condition: Cond) -> bool:
        return not _truth(condition)

    def decide(self, condition: Cond) -> bool:
        return _truth(condition)

    def layout(self, condition: Cond) -> bool:
        return _truth(condition)

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        if not _truth(condition):
            raise error(message)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        if not _truth(enforced):
            raise RuntimeError(message)

    def fact(self, condition: Cond) -> None:
        if not _truth(condition):
            raise FactViolated("a stated fact is false")

    def _next(self) -> int | float | bool:
        if not self.drawn:
            raise NeedsContents
        return self.drawn.pop(0)

    def declare_size(self, size: Dim) -> None:
        """A number is what it is."""

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        value = self._next()
        assert isinstance(value, int)
        if (low is not None and value < low) or (isinstance(high, int) and value > high):
            raise FactViolated(f"{value} is not between {low} and {high}")
        return value

    def fresh_float(self, quantity: Quantity | None) -> Real:
        return float(self._next())

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        return bool(self._next())

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        view = (tensor.storage, tensor.storage.version, tensor.sizes, tensor.strides, tensor.offset, tensor.dtype)
        return Quantity(kind, view, arguments)

    def mutate(self, tensor: FakeTensor) -> None:
        self.mutated.append(tensor)

    def wrap(self, value: Value) -> object:
        return value
