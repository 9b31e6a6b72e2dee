"""Requirements of tracing that a kernel which looks at no sizes does not enforce."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, final

from refimpl.fake_tensor.context import Context, Quantity
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, Real, lor

__all__ = ["Lenient"]


# What tracing says instead of a kernel.
_TRACED: Final = (
    (r"mat1 and mat2 shapes cannot be multiplied \((\w+)x(\w+) and (\w+)x(\w+)\)",
     r"a and b must have same reduction dim, but got [\1, \2] X [\3, \4]."),
    (r"The (?:expanded )?size of (?:the tensor|tensor a) \((\w+)\) must match the .* \((\w+)\) at .*",
     r"Attempting to broadcast a dimension of length \2 to one of \1"),
)  # fmt: skip


def _traced(message: str) -> str:
    for pattern, words in _TRACED:
        message = re.sub(pattern, words, message)
    return message


@final
@dataclass(frozen=True, slots=True)
class Lenient:
    """A context whose requirements are deferred; where ``unchecked`` holds the kernel enforces none of them.

    Then only tracing refuses, and it has words of its own.
    """

    inner: Context
    unchecked: Cond

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
        """A requirement that is deferred. Raises ``error(message)`` if it is known to be false."""
        if self.inner.known(condition) is False:
            raise error(_traced(message))
        self.inner.defer(condition, lor(self.unchecked, condition), message)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """A requirement that is deferred anyhow. Raises RuntimeError(message) if it is known to be false."""
        if self.inner.known(condition) is False:
            raise RuntimeError(_traced(message))
        self.inner.defer(condition, lor(self.unchecked, enforced), message)

    def fact(self, condition: Cond) -> None:
        """A fact of runs whose sizes fit."""
        self.inner.fact(lor(self.unchecked, condition))

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
