"""Arithmetic on the ends of integer intervals, as plain functions over anything that behaves like an integer.

An interval is a pair ``(low, high)``; ``None`` is no bound at that end. Every function returns an interval that
contains the operation's result for all members of its arguments where the operation is defined. The ends are only
compared, added, multiplied and divided, so that a proof can run these same functions on symbolic integers.
"""

from __future__ import annotations

from typing import Protocol, Self, TypeAlias, TypeVar

__all__ = [
    "Integer",
    "Interval",
    "add",
    "floor_div",
    "intersect",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negate",
    "union",
]


class Integer(Protocol):
    """What the interval functions need of an integer; a comparison's result is only tested for truth."""

    def __add__(self, other: Self | int, /) -> Self: ...
    def __sub__(self, other: Self | int, /) -> Self: ...
    def __mul__(self, other: Self | int, /) -> Self: ...
    def __floordiv__(self, other: Self | int, /) -> Self: ...
    def __mod__(self, other: Self | int, /) -> Self: ...
    def __neg__(self) -> Self: ...
    def __lt__(self, other: Self | int, /) -> object: ...
    def __le__(self, other: Self | int, /) -> object: ...
    def __gt__(self, other: Self | int, /) -> object: ...
    def __ge__(self, other: Self | int, /) -> object: ...


N = TypeVar("N", bound=Integer)
Interval: TypeAlias = tuple[N | None, N | None]


def negate(x: Interval[N]) -> Interval[N]:
    """``-x``."""
    low, high = x
    return (None if high is None else -high, None if low is None else -low)


def add(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``x + y``."""
    a, b = x
    c, d = y
    return (None if a is None or c is None else a + c, None if b is None or d is None else b + d)


def _below(x: Interval[N], bound: int) -> bool:
    """Whether every member is at most the bound."""
    return x[1] is not None and bool(x[1] <= bound)


def _end_product(end: N | None, other: N | None) -> N | None:
    """The product of two ends, where an unbounded one times zero is zero."""
    if end is None:
        return other if other is not None and other >= 0 and other <= 0 else None
    if other is None:
        return end if end >= 0 and end <= 0 else None
    return end * other


def multiply(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``x * y``, by the signs of the factors."""
    if _below(x, 0):
        return negate(_multiply_upper(negate(x), y))
    return _multiply_upper(x, y)


def _multiply_upper(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``x * y`` when not every member of ``x`` is negative."""
    if _below(y, 0):
        return negate(_multiply_upper_both(x, negate(y)))
    return _multiply_upper_both(x, y)


def _multiply_upper_both(x: Interval[N], y: Interval[N]) -> Interval[N]:
    a, b = x
    c, d = y
    if a is not None and a >= 0:
        if c is not None and c >= 0:
            return a * c, _end_product(b, d)
        return _end_product(b, c), _end_product(b, d)
    if c is not None and c >= 0:
        return _end_product(d, a), _end_product(d, b)
    if a is None or b is None or c is None or d is None:
        # Both intervals have members of either sign, so an infinite end reaches both infinities.
        return None, None
    low, other_low = a * d, b * c
    high, other_high = a * c, b * d
    return (low if low <= other_low else other_low, high if high >= other_high else other_high)


def _floor_div_positive(x: Interval[N], c: N, d: N | None) -> Interval[N]:
    """``x // y`` for a divisor between ``c >= 1`` and ``d``."""
    a, b = x
    if a is None:
        low = None
    elif a < 0:
        low = a // c
    else:
        low = a - a if d is None else a // d
    if b is None:
        high = None
    elif b >= 0:
        high = b // c
    else:
        high = b - b - 1 if d is None else b // d
    return low, high


def _mod_positive(x: Interval[N], c: N, d: N | None) -> Interval[N]:
    """``x % y`` for a divisor between ``c >= 1`` and ``d``."""
    a, b = x
    if a is not None and b is not None:
        if a >= 0 and b < c:
            return a, b
        if d is not None and d <= c and a // c >= b // c:
            return a % c, b % c
    high = None if d is None else d - 1
    if a is not None and a >= 0 and b is not None and (high is None or b < high):
        high = b
    return c - c, high


def _positive_part(y: Interval[N]) -> tuple[N, N | None] | None:
    """The members that are at least 1, or None if there is none (or no end to build one from)."""
    c, d = y
    if d is not None and d < 1:
        return None
    if c is not None:
        return (c if c >= 1 else c - c + 1, d)
    return None if d is None else (d - d + 1, d)


def _unknown_divisor(y: Interval[N]) -> bool:
    return y[0] is None and y[1] is None


def floor_div(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``x // y`` where ``y`` is not 0."""
    if _unknown_divisor(y):
        return _by_any_divisor(x)
    positive = _positive_part(y)
    negative = _positive_part(negate(y))
    if negative is None:
        return (None, None) if positive is None else _floor_div_positive(x, *positive)
    mirrored = _floor_div_positive(negate(x), *negative)
    return mirrored if positive is None else union(_floor_div_positive(x, *positive), mirrored)


def _by_any_divisor(x: Interval[N]) -> Interval[N]:
    """``x // y`` for any divisor: no quotient is larger in size than the dividend, and 1 and -1 give that size."""
    a, b = x
    if a is None or b is None:
        return None, None
    size = b if b >= -a else -a
    return -size, size


def mod(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``x % y`` where ``y`` is not 0: between 0 and the divisor."""
    if _unknown_divisor(y):
        return None, None
    positive = _positive_part(y)
    negative = _positive_part(negate(y))
    if negative is None:
        return (None, None) if positive is None else _mod_positive(x, *positive)
    mirrored = negate(_mod_positive(negate(x), *negative))
    return mirrored if positive is None else union(_mod_positive(x, *positive), mirrored)


def maximum(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``max(x, y)``."""
    a, b = x
    c, d = y
    low = c if a is None or (c is not None and c > a) else a
    high = None if b is None or d is None else (d if d > b else b)
    return low, high


def minimum(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """``min(x, y)``."""
    return negate(maximum(negate(x), negate(y)))


def union(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """The smallest interval around both."""
    a, b = x
    c, d = y
    low = None if a is None or c is None else (c if c < a else a)
    high = None if b is None or d is None else (d if d > b else b)
    return low, high


def intersect(x: Interval[N], y: Interval[N]) -> Interval[N]:
    """The members of both; empty if ``low > high``."""
    a, b = x
    c, d = y
    low = c if a is None or (c is not None and c > a) else a
    high = d if b is None or (d is not None and d < b) else b
    return low, high
