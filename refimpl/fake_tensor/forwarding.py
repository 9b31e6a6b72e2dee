"""A context around another one: whoever needs a part of it otherwise says only that part."""

from __future__ import annotations

from typing import Final

from refimpl.fake_tensor.context import Context, Quantity
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, Real

__all__ = ["Forwarding"]


class Forwarding:
    """A context that asks ``inner`` everything."""

    __slots__ = ("inner",)

    def __init__(self, inner: Context) -> None:
        self.inner: Final = inner

    def known(self, condition: Cond) -> bool | None:
        """Whether what is stated decides the condition, and how."""
        return self.inner.known(condition)

    def evident(self, condition: Cond) -> bool | None:
        """Whether it is known without an inference."""
        return self.inner.evident(condition)

    def decide(self, condition: Cond) -> bool:
        """A decision on sizes, dtype or structure."""
        return self.inner.decide(condition)

    def layout(self, condition: Cond) -> bool:
        """A decision on layout."""
        return self.inner.layout(condition)

    def must_state(self, condition: Cond) -> bool:
        """Whether the requirement is to be stated."""
        return self.inner.must_state(condition)

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """A requirement. Raises ``error(message)`` where it is decided and false."""
        self.inner.require(condition, message, error)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """A requirement that is left to run time."""
        self.inner.defer(condition, enforced, message)

    def fact(self, condition: Cond) -> None:
        """A fact about what the operator gives."""
        self.inner.fact(condition)

    def declare_size(self, size: Dim) -> None:
        """The number is a size."""
        self.inner.declare_size(size)

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """A fresh integer."""
        return self.inner.fresh_int(low, high, quantity)

    def fresh_float(self, quantity: Quantity | None) -> Real:
        """A fresh float."""
        return self.inner.fresh_float(quantity)

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        """A fresh boolean."""
        return self.inner.fresh_bool(quantity)

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        """A quantity of the present contents."""
        return self.inner.quantity(kind, tensor, *arguments)

    def mutate(self, tensor: FakeTensor) -> None:
        """The operator writes into the tensor."""
        self.inner.mutate(tensor)

    @property
    def default_dtype(self) -> DType:
        """The dtype of factories without one."""
        return self.inner.default_dtype
