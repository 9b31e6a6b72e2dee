"""Ranges of floats. NaN is a member of the unbounded range only; the infinities are ordinary ends."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Final, final

from refimpl.terms.ranges import ValueRange

__all__ = ["ANY_FLOAT", "FloatRange"]


@final
@dataclass(frozen=True, slots=True)
class FloatRange:
    """The doubles from ``low`` to ``high``, both included, infinities too; the unbounded range also admits NaN.

    Raises ValueError if an end is NaN. Rounding to nearest is monotone, so that the float operation on the ends
    bounds it on all members.
    """

    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high):
            raise ValueError("NaN is no end of a range")

    @property
    def is_unbounded(self) -> bool:
        """Whether every double, NaN among them, is a member."""
        return self.low == -math.inf and self.high == math.inf

    @property
    def is_empty(self) -> bool:
        """Whether no double is a member."""
        return self.low > self.high

    def __contains__(self, value: float) -> bool:
        return self.is_unbounded or self.low <= value <= self.high

    def __str__(self) -> str:
        return f"VR[{_text(self.low)}, {_text(self.high)}]"

    def intersect(self, other: FloatRange) -> FloatRange:
        """The members of both; may be empty."""
        return FloatRange(max(self.low, other.low), min(self.high, other.high))

    def union(self, other: FloatRange) -> FloatRange:
        """The smallest range around both."""
        if self.is_empty:
            return other
        return self if other.is_empty else FloatRange(min(self.low, other.low), max(self.high, other.high))

    def __neg__(self) -> FloatRange:
        return FloatRange(-self.high, -self.low)

    def __add__(self, other: FloatRange) -> FloatRange:
        """``x + y``; unbounded where opposite infinities can meet in a NaN."""
        if (self.high == math.inf and other.low == -math.inf) or (self.low == -math.inf and other.high == math.inf):
            return ANY_FLOAT
        return FloatRange(self.low + other.low, self.high + other.high)

    def __mul__(self, other: FloatRange) -> FloatRange:
        """``x * y``; unbounded where zero can meet an infinity in a NaN."""
        if (self._has_infinity() and 0.0 in other) or (other._has_infinity() and 0.0 in self):
            return ANY_FLOAT
        products = [x * y for x in (self.low, self.high) for y in (other.low, other.high)]
        return FloatRange(min(products), max(products))

    def _has_infinity(self) -> bool:
        return self.low == -math.inf or self.high == math.inf

    def less_than(self, other: FloatRange) -> bool | None:
        """Whether every ``x < y``, no ``x < y`` (NaN compares false), or neither is certain."""
        if self.low >= other.high:
            return False
        return True if self.high < other.low else None

    def less_equal(self, other: FloatRange) -> bool | None:
        """Whether every ``x <= y``, no ``x <= y`` (NaN compares false), or neither is certain."""
        if self.low > other.high:
            return False
        certain = self.high <= other.low and not self.is_unbounded and not other.is_unbounded
        return True if certain else None

    def equals(self, other: FloatRange) -> bool | None:
        """Whether all members are one number, no two are equal, or neither is certain."""
        if self.intersect(other).is_empty:
            return False
        certain = self.low == self.high == other.low == other.high
        return True if certain else None

    @staticmethod
    def of_integers(integers: ValueRange) -> FloatRange:
        """The nearest doubles of a range of integers (``ToFloat``, undefined where it overflows)."""
        return FloatRange(
            -math.inf if integers.low is None else _nearest(integers.low),
            math.inf if integers.high is None else _nearest(integers.high),
        )

    def trunc(self) -> ValueRange:
        """The integers that ``math.trunc`` of a finite member can be."""
        return ValueRange(
            math.trunc(self.low) if math.isfinite(self.low) else None,
            math.trunc(self.high) if math.isfinite(self.high) else None,
        )

    def floor(self) -> ValueRange:
        """The integers that ``math.floor`` of a finite member can be."""
        return ValueRange(
            math.floor(self.low) if math.isfinite(self.low) else None,
            math.floor(self.high) if math.isfinite(self.high) else None,
        )

    def ceil(self) -> ValueRange:
        """The integers that ``math.ceil`` of a finite member can be."""
        return ValueRange(
            math.ceil(self.low) if math.isfinite(self.low) else None,
            math.ceil(self.high) if math.isfinite(self.high) else None,
        )

    def round(self) -> ValueRange:
        """The integers that ``round`` of a finite member can be."""
        return ValueRange(
            round(self.low) if math.isfinite(self.low) else None,
            round(self.high) if math.isfinite(self.high) else None,
        )


LARGEST: Final = int(sys.float_info.max)


def _nearest(end: int) -> float:
    """The nearest double; the conversion of what is larger than all is undefined, the largest bounds the others."""
    return float(min(max(end, -LARGEST), LARGEST))


def _text(end: float) -> str:
    if end == math.inf:
        return "oo"
    return "-oo" if end == -math.inf else repr(end)


ANY_FLOAT: Final = FloatRange()
