"""Interval arithmetic contains every result, and nothing more where that is claimed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.terms import ANY_FLOAT, UNBOUNDED, FloatRange, ValueRange

ENDS = (None, *range(-3, 4))
RANGES = [ValueRange(a, b) for a in ENDS for b in ENDS if a is None or b is None or a <= b]
BOX = range(-7, 8)

Operation = Callable[[int, int], int]
OnRanges = Callable[[ValueRange, ValueRange], ValueRange]


def _power(x: int, n: int) -> int:
    if n < 0:
        raise ZeroDivisionError
    return int(x**n)


def _lshift(x: int, n: int) -> int:
    return x * _power(2, n)


def _rshift(x: int, n: int) -> int:
    return x // _power(2, n)


TIGHT: dict[str, tuple[OnRanges, Operation]] = {
    "add": (ValueRange.__add__, int.__add__),
    "sub": (ValueRange.__sub__, int.__sub__),
    "mul": (ValueRange.__mul__, int.__mul__),
    "floordiv": (ValueRange.__floordiv__, int.__floordiv__),
    "max": (ValueRange.maximum, max),
    "min": (ValueRange.minimum, min),
    "lshift": (ValueRange.lshift, _lshift),
    "rshift": (ValueRange.rshift, _rshift),
}
SOUND: dict[str, tuple[OnRanges, Operation]] = {
    "mod": (ValueRange.__mod__, int.__mod__),
    "power": (ValueRange.power, _power),
    "bit_and": (ValueRange.bit_and, int.__and__),
    "bit_or": (ValueRange.bit_or, int.__or__),
    "bit_xor": (ValueRange.bit_xor, int.__xor__),
}


def _results(operation: Operation, left: ValueRange, right: ValueRange) -> list[int]:
    results: list[int] = []
    for x in BOX:
        for y in BOX:
            if x in left and y in right:
                try:
                    results.append(operation(x, y))
                except ZeroDivisionError:
                    continue
    return results


@pytest.mark.parametrize("name", [*TIGHT, *SOUND])
def test_every_result_is_a_member_and_tight_operations_reach_their_ends(name: str) -> None:
    on_ranges, operation = (TIGHT | SOUND)[name]
    for left in RANGES:
        for right in RANGES:
            computed = on_ranges(left, right)
            results = _results(operation, left, right)
            assert all(result in computed for result in results), (left, right, computed)
            finite = None not in (*left.ends, *right.ends)
            if name in TIGHT and finite and results:
                assert computed == ValueRange(min(results), max(results)), (left, right)


def test_remainders_are_exact_within_one_period_and_below_the_divisor() -> None:
    assert ValueRange(5, 7) % ValueRange(4, 4) == ValueRange(1, 3)
    assert ValueRange(5, 9) % ValueRange(4, 4) == ValueRange(0, 3)
    assert ValueRange(0, 2) % ValueRange(3, None) == ValueRange(0, 2)
    assert ValueRange(0, None) % ValueRange(1, 7) == ValueRange(0, 6)
    assert UNBOUNDED % ValueRange(-4, -1) == ValueRange(-3, 0)


def test_a_divisor_of_zero_alone_says_nothing() -> None:
    assert ValueRange(1, 2) // ValueRange(0, 0) == UNBOUNDED
    assert ValueRange(1, 2) % ValueRange(0, 0) == UNBOUNDED


@given(st.data())
def test_large_numbers_are_contained(data: st.DataObject) -> None:
    numbers = st.integers(-(2**70), 2**70)
    x, y, slack = data.draw(numbers), data.draw(numbers), data.draw(st.integers(0, 2**65))
    left, right = ValueRange(x - slack, x + slack // 3), ValueRange(y - slack // 2, y + slack)
    for on_ranges, operation in (TIGHT["mul"], TIGHT["floordiv"], TIGHT["add"], SOUND["mod"], SOUND["bit_and"]):
        if y or operation not in (int.__floordiv__, int.__mod__):
            assert operation(x, y) in on_ranges(left, right)


def test_comparisons_are_certain_exactly_when_all_members_agree() -> None:
    finite = [r for r in RANGES if None not in r.ends]
    for left in finite:
        for right in finite:
            pairs = [(x, y) for x in BOX for y in BOX if x in left and y in right]
            for decided, holds in (
                (left.less_than(right), {x < y for x, y in pairs}),
                (left.less_equal(right), {x <= y for x, y in pairs}),
                (left.equals(right), {x == y for x, y in pairs}),
            ):
                assert decided is (next(iter(holds)) if len(holds) == 1 else None)


def test_sets_of_integers() -> None:
    for left in RANGES:
        for right in RANGES:
            both, either = left.intersect(right), left.union(right)
            for x in BOX:
                assert (x in both) == (x in left and x in right)
                assert x in either or (x not in left and x not in right)
            assert left.is_subset(right) == (both == left)
    assert ValueRange(3, 2).is_empty
    assert ValueRange(3, 2).union(ValueRange(7, 8)) == ValueRange(7, 8)
    assert ValueRange(4, 4).singleton == 4
    assert ValueRange(4, 5).singleton is None
    assert str(ValueRange(0, None)) == "VR[0, int_oo]"


FLOATS = (-math.inf, -1e308, -2.5, -0.0, 0.0, 1.0, 1e308, math.inf)
FLOAT_RANGES = [FloatRange(a, b) for a in FLOATS for b in FLOATS if a <= b]


def test_nan_is_a_member_of_the_unbounded_range_only() -> None:
    for r in FLOAT_RANGES:
        assert (math.nan in r) == (r == ANY_FLOAT)
    with pytest.raises(ValueError, match="NaN"):
        FloatRange(math.nan, 1.0)


@pytest.mark.parametrize("name", ["add", "mul"])
def test_float_results_are_members_nan_among_them(name: str) -> None:
    for left in FLOAT_RANGES:
        for right in FLOAT_RANGES:
            computed = left + right if name == "add" else left * right
            for x in (*FLOATS, math.nan):
                for y in (*FLOATS, math.nan):
                    if x in left and y in right:
                        assert (x + y if name == "add" else x * y) in computed


def test_float_comparisons_are_sound_with_nan() -> None:
    for left in FLOAT_RANGES:
        for right in FLOAT_RANGES:
            pairs = [(x, y) for x in (*FLOATS, math.nan) for y in (*FLOATS, math.nan) if x in left and y in right]
            for decided, holds in (
                (left.less_than(right), {x < y for x, y in pairs}),
                (left.less_equal(right), {x <= y for x, y in pairs}),
                (left.equals(right), {x == y for x, y in pairs}),
            ):
                assert decided is None or holds == {decided}


def test_roundings_of_float_ranges() -> None:
    r = FloatRange(-2.5, 3.5)
    assert (r.trunc(), r.floor(), r.ceil(), r.round()) == (
        ValueRange(-2, 3),
        ValueRange(-3, 3),
        ValueRange(-2, 4),
        ValueRange(-2, 4),
    )
    assert FloatRange(0.5, math.inf).floor() == ValueRange(0, None)


def test_integers_become_their_nearest_doubles() -> None:
    r = FloatRange.of_integers(ValueRange(0, 2**53 + 1))
    assert r == FloatRange(0.0, 2.0**53)
    assert FloatRange.of_integers(UNBOUNDED) == ANY_FLOAT
    assert FloatRange.of_integers(ValueRange(0, 10**400)).high == 1.7976931348623157e308
