"""Ranges of integers: an inclusive interval whose ends may be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias, final

from refimpl.terms import intervals

__all__ = ["UNBOUNDED", "ValueRange"]

MAX_EXPONENT: Final = 256
MAX_BITS: Final = 1024

_Ends: TypeAlias = tuple[int | None, int | None]


@final
@dataclass(frozen=True, slots=True)
class ValueRange:
    """The integers from ``low`` to ``high``, both included; ``None`` is no bound at that end.

    ``low > high`` is the empty range. Every operation returns a range that contains the operation's results on all
    members of its arguments for which it is defined, and the smallest such one unless its docstring says otherwise.
    """

    low: int | None = None
    high: int | None = None

    @property
    def ends(self) -> _Ends:
        """The pair ``(low, high)`` that :mod:`refimpl.terms.intervals` works on."""
        return (self.low, self.high)

    @property
    def is_empty(self) -> bool:
        """Whether no integer is a member."""
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def is_unbounded(self) -> bool:
        """Whether every integer is a member."""
        return self.low is None and self.high is None

    @property
    def singleton(self) -> int | None:
        """The only member, if there is just one."""
        return self.low if self.low is not None and self.low == self.high else None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low = "-int_oo" if self.low is None else str(self.low)
        high = "int_oo" if self.high is None else str(self.high)
        return f"VR[{low}, {high}]"

    def intersect(self, other: ValueRange) -> ValueRange:
        """The members of both; may be empty."""
        return ValueRange(*intervals.intersect(self.ends, other.ends))

    def union(self, other: ValueRange) -> ValueRange:
        """The smallest range around both."""
        if self.is_empty:
            return other
        return self if other.is_empty else ValueRange(*intervals.union(self.ends, other.ends))

    def is_subset(self, other: ValueRange) -> bool:
        """Whether every member is a member of the other."""
        return self.is_empty or self.intersect(other) == self

    def __neg__(self) -> ValueRange:
        return ValueRange(*intervals.negate(self.ends))

    def __add__(self, other: ValueRange) -> ValueRange:
        return ValueRange(*intervals.add(self.ends, other.ends))

    def __sub__(self, other: ValueRange) -> ValueRange:
        return ValueRange(*intervals.add(self.ends, intervals.negate(other.ends)))

    def __mul__(self, other: ValueRange) -> ValueRange:
        return ValueRange(*intervals.multiply(self.ends, other.ends))

    def __floordiv__(self, other: ValueRange) -> ValueRange:
        """``x // y`` where ``y`` is not 0; unbounded if no divisor is defined."""
        return ValueRange(*intervals.floor_div(self.ends, other.ends))

    def __mod__(self, other: ValueRange) -> ValueRange:
        """``x % y`` where ``y`` is not 0; the exact set only if the dividend stays within one period."""
        return ValueRange(*intervals.mod(self.ends, other.ends))

    def maximum(self, other: ValueRange) -> ValueRange:
        """``max(x, y)``."""
        return ValueRange(*intervals.maximum(self.ends, other.ends))

    def minimum(self, other: ValueRange) -> ValueRange:
        """``min(x, y)``."""
        return ValueRange(*intervals.minimum(self.ends, other.ends))

    def power(self, exponent: ValueRange) -> ValueRange:
        """``x ** n`` for natural ``n``; sound, tight for a constant exponent and for bases from 1."""
        least = max(exponent.low or 0, 0)
        if exponent.high is not None and exponent.high < least:
            return UNBOUNDED
        if exponent.high == least and least <= MAX_EXPONENT:
            return self._constant_power(least)
        if self.low is None or self.low < 0:
            return UNBOUNDED
        low = 0 if self.low == 0 else _bounded_power(self.low, least)
        high = None if self.high is None or exponent.high is None else _bounded_power(max(self.high, 1), exponent.high)
        return ValueRange(low if low is not None else 1, high)

    def _constant_power(self, exponent: int) -> ValueRange:
        if exponent == 0:
            return ValueRange(1, 1)
        low = None if self.low is None else _bounded_power(self.low, exponent)
        high = None if self.high is None else _bounded_power(self.high, exponent)
        if exponent % 2:
            return ValueRange(low, high)
        if self.low is not None and self.low >= 0:
            return ValueRange(0 if low is None else low, high)
        if self.high is not None and self.high <= 0:
            return ValueRange(0 if high is None else high, low)
        return ValueRange(0, None if low is None or high is None else max(low, high))

    def lshift(self, count: ValueRange) -> ValueRange:
        """``x << n`` for natural ``n``."""
        return self * TWO.power(count)

    def rshift(self, count: ValueRange) -> ValueRange:
        """``x >> n`` for natural ``n``."""
        return self // TWO.power(count)

    def bit_and(self, other: ValueRange) -> ValueRange:
        """``x & y``; sound, not tight."""
        bounds = [r for r in (self, other) if r.low is not None and r.low >= 0]
        highs = [r.high for r in bounds if r.high is not None]
        return ValueRange(0, min(highs) if highs else None) if bounds else UNBOUNDED

    def bit_or(self, other: ValueRange) -> ValueRange:
        """``x | y``; sound, not tight."""
        if self.low is None or other.low is None or self.low < 0 or other.low < 0:
            return UNBOUNDED
        return ValueRange(max(self.low, other.low), self._bit_ceiling(other))

    def bit_xor(self, other: ValueRange) -> ValueRange:
        """``x ^ y``; sound, not tight."""
        if self.low is None or other.low is None or self.low < 0 or other.low < 0:
            return UNBOUNDED
        return ValueRange(0, self._bit_ceiling(other))

    def _bit_ceiling(self, other: ValueRange) -> int | None:
        if self.high is None or other.high is None:
            return None
        return int(2 ** max(self.high.bit_length(), other.high.bit_length())) - 1

    def less_than(self, other: ValueRange) -> bool | None:
        """Whether every ``x < y``, no ``x < y``, or neither is certain (None)."""
        if self.high is not None and other.low is not None and self.high < other.low:
            return True
        if self.low is not None and other.high is not None and self.low >= other.high:
            return False
        return None

    def less_equal(self, other: ValueRange) -> bool | None:
        """Whether every ``x <= y``, no ``x <= y``, or neither is certain (None)."""
        greater = other.less_than(self)
        return None if greater is None else not greater

    def equals(self, other: ValueRange) -> bool | None:
        """Whether all members are one number, no two are equal, or neither is certain (None)."""
        if self.low is not None and self.low == self.high == other.low == other.high:
            return True
        return False if self.intersect(other).is_empty else None


def _bounded_power(base: int, exponent: int) -> int | None:
    """The power, or None if it would be an unreasonably long number."""
    if exponent > MAX_EXPONENT and base not in (-1, 0, 1):
        return None
    if base.bit_length() * exponent > MAX_BITS and base not in (-1, 0, 1):
        return None
    return int(base**exponent)


UNBOUNDED: Final = ValueRange()
TWO: Final = ValueRange(2, 2)
