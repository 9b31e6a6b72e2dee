"""Requirements of tracing that a kernel which looks at no sizes does not enforce."""

from __future__ import annotations

import re
from typing import Final, final

from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.forwarding import Forwarding
from refimpl.terms import Cond, lor

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
class Lenient(Forwarding):
    """A context whose requirements are deferred; where ``unchecked`` holds the kernel enforces none of them.

    Then only tracing refuses, and it has words of its own.
    """

    __slots__ = ("unchecked",)

    def __init__(self, inner: Context, unchecked: Cond) -> None:
        super().__init__(inner)
        self.unchecked: Final = unchecked

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
