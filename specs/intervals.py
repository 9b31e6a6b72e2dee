"""TRM, continued: ranges of bits and of floats, and what an assumed comparison of floats teaches."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.terms import (
    Apply,
    Bounds,
    Cond,
    Dim,
    FloatRange,
    Real,
    Sort,
    ValueRange,
    eq,
    evaluate,
    float_eq,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    floor_div,
    ge,
    int_max,
    int_min,
    ite,
    land,
    le,
    lnot,
    lor,
    lt,
    mod,
    ne,
    symbol,
    symbol_atom,
)
from refimpl.terms.traversal import subterms
from specs.clauses import Clause, checks
from specs.terms import TRM_05, TRM_08

__all__ = ["TRM_16", "TRM_17", "TRM_18", "TRM_19"]

_TERMS = "refimpl.terms"
ENDS: Final = st.integers(-5, 9)
NUMBERS: Final = (-math.inf, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, math.inf)
REALS: Final = st.sampled_from(NUMBERS)
Sets: TypeAlias = Callable[[ValueRange, ValueRange], ValueRange]
BITS: Final[tuple[tuple[str, Sets, Callable[[int, int], int]], ...]] = (
    ("and", ValueRange.bit_and, lambda x, y: x & y),
    ("or", ValueRange.bit_or, lambda x, y: x | y),
    ("xor", ValueRange.bit_xor, lambda x, y: x ^ y),
)

TRM_16 = Clause(
    "TRM-16",
    "The range of a bitwise result contains every result; of naturals it is one of naturals, bounded if they are, and"
    " never above what their bits allow.",
    f"{_TERMS}.ranges:ValueRange._bit_ceiling",
    "trm-bits-have-one-more-than-all",
)


@checks(TRM_16, TRM_05)
@settings(max_examples=150)
@given(low=ENDS, width=st.integers(0, 4), other=ENDS, other_width=st.integers(0, 4), ends=st.integers(0, 15))
def test_bits_of_members_are_members(low: int, width: int, other: int, other_width: int, ends: int) -> None:
    left = ValueRange(low if ends & 1 else None, low + width if ends & 2 else None)
    right = ValueRange(other if ends & 4 else None, other + other_width if ends & 8 else None)
    natural = [r.low is not None and r.low >= 0 for r in (left, right)]
    bounded = left.high is not None and right.high is not None
    for kind, of_ranges, of_integers in BITS:
        found = of_ranges(left, right)
        for x in range(low, low + width + 1):
            for y in range(other, other + other_width + 1):
                assert of_integers(x, y) in found
        if all(natural):
            assert found.low is not None
            assert found.low == (max(low, other) if kind == "or" else 0)
            if bounded:
                assert found.high is not None
                all_bits = (1 << max((low + width).bit_length(), (other + other_width).bit_length())) - 1
                assert found.high == (min(low + width, other + other_width) if kind == "and" else all_bits)
        elif kind != "and" or not any(natural):
            assert found.is_unbounded
    assert (left.is_unbounded, right.is_unbounded) == (ends & 3 == 0, ends & 12 == 0)


TRM_17 = Clause(
    "TRM-17",
    "Ranges of floats: intersection and union are the smallest, negation turns them round, only the unbounded one"
    " admits NaN, and NaN is no end.",
    f"{_TERMS}.float_ranges:FloatRange.union",
    "trm-unions-forget-an-end",
)


@checks(TRM_17, TRM_08)
@settings(max_examples=150)
@given(a=REALS, b=REALS, c=REALS, d=REALS)
def test_float_ranges_are_sets(a: float, b: float, c: float, d: float) -> None:
    left, right = FloatRange(a, b), FloatRange(c, d)
    for x in (*NUMBERS, math.nan):
        assert (x in left) == ((a == -math.inf and b == math.inf) or a <= x <= b)
        assert (x in -left) == (-x in left)
        assert (x in left.intersect(right)) == (x in left and x in right)
    assert left.is_empty == (a > b)
    assert left.is_unbounded == (a == -math.inf and b == math.inf)
    union = left.union(right)
    members = [x for x in NUMBERS if x in left or x in right]
    assert all(x in union for x in members)
    if members:
        assert (union.low, union.high) == (min(members), max(members))
    shown = ["-oo" if end == -math.inf else "oo" if end == math.inf else repr(end) for end in (a, b)]
    assert str(left) == f"VR[{', '.join(shown)}]"
    for ends in ((math.nan, a), (a, math.nan)):
        with pytest.raises(ValueError, match="NaN"):
            FloatRange(*ends)


TRM_18 = Clause(
    "TRM-18",
    "A comparison of a float with a number that is assumed is known, excludes NaN unless it is ``!=``, and leaves the"
    " closed range on its side; ranges that do not meet are a contradiction.",
    f"{_TERMS}.bounds:Bounds._compare_float",
    "trm-an-order-with-nan-bounds",
)
ORDERS: Final[tuple[tuple[Callable[[Real, Real], Cond], Callable[[float, float], bool]], ...]] = (
    (float_lt, operator.lt),
    (float_le, operator.le),
    (float_eq, operator.eq),
    (float_ne, operator.ne),
)


@checks(TRM_18, TRM_08)
@settings(max_examples=200)
@given(
    number=REALS,
    order=st.sampled_from(ORDERS),
    swapped=st.booleans(),
    other=REALS,
    second=st.sampled_from(ORDERS),
)
def test_assumed_comparisons_of_floats(
    number: float,
    order: tuple[Callable[[Real, Real], Cond], Callable[[float, float], bool]],
    swapped: bool,
    other: float,
    second: tuple[Callable[[Real, Real], Cond], Callable[[float, float], bool]],
) -> None:
    z = float_symbol("zuf0")
    make, means = order
    bounds = Bounds()
    condition = make(number, z) if swapped else make(z, number)
    bounds.assume(condition)
    points = (*NUMBERS, math.nan)
    left = [x for x in points if (means(number, x) if swapped else means(x, number))]
    assert bounds.inconsistent is (not left), "no float is below minus infinity"
    if not left:
        return
    found = bounds.float_range_of(z)
    assert all(x in found for x in left)
    if means is operator.ne:
        assert found.is_unbounded
    elif means is operator.eq:
        assert (found.low, found.high) == (number, number)
    else:
        assert (found.low, found.high) == ((number, math.inf) if swapped else (-math.inf, number))
    for question, answer in ((condition, True), (lnot(condition), False)):
        assert bounds.known(question) is answer
        assert bounds.simplify_condition(question) is answer
    ask, asks = second
    known = bounds.known(ask(z, other))
    assert known is None or {asks(x, other) for x in left} <= {known}
    bounds.assume(ask(z, other))
    remaining = [x for x in left if asks(x, other)]
    assert not bounds.inconsistent or not remaining
    with pytest.raises(TypeError):
        bounds.assume_range(symbol_atom("u0", Sort.INT), FloatRange(0.0, 1.0))
    with pytest.raises(TypeError):
        bounds.assume_range(symbol_atom("zuf0", Sort.FLOAT), ValueRange(0, 1))


TRM_19 = Clause(
    "TRM-19",
    "A condition is simplified to an equivalent one under what is known: what is known falls away, in conjunctions and"
    " disjunctions too.",
    f"{_TERMS}.simplification:simplify_condition",
    "trm-inequations-are-not-simplified",
)


@checks(TRM_19)
@settings(max_examples=150)
@given(low=st.integers(-2, 2), width=st.integers(0, 3), a=ENDS, b=ENDS, negated=st.booleans(), connective=st.booleans())
def test_simplified_conditions_are_equivalent(
    low: int, width: int, a: int, b: int, negated: bool, connective: bool
) -> None:
    u, v = symbol("u0"), symbol("u1")
    bounds = Bounds()
    for condition in (ge(u, low), le(u, low + width), eq(mod(v, 2), 0)):
        bounds.assume(condition)
    parts = (ge(u, a), ne(v, b), lt(u + v, b))
    whole = land(*parts) if connective else lor(*parts)
    found = bounds.simplify_condition(lnot(whole) if negated else whole)
    for x in range(low, low + width + 1):
        for y in (-4, -2, 0, 2, 4, 6, 8):
            valuation: dict[str, int | float | bool] = {"u0": x, "u1": y}
            truths = (x >= a, y != b, x + y < b)
            expected = all(truths) if connective else any(truths)
            assert (found if isinstance(found, bool) else _truth(found, valuation)) is (expected != negated)
    first = [x >= a for x in range(low, low + width + 1)]
    if (not any(first) and connective) or (all(first) and not connective):
        assert isinstance(found, bool), "what is known decides it"
    w = symbol("u2")
    for compare in (ge, eq, ne):
        assert bounds.simplify_condition(compare(w + mod(v, 2), a)) is compare(w, a), "what is known falls away"


def _truth(condition: Cond, valuation: dict[str, int | float | bool]) -> bool:
    return evaluate(condition, valuation) is True


@checks(TRM_19)
@settings(max_examples=150)
@given(low=st.integers(-4, 6), width=st.integers(0, 4), gap=st.integers(0, 2), divisor=st.integers(1, 5))
def test_simplified_numbers_have_the_same_value(low: int, width: int, gap: int, divisor: int) -> None:
    u, v, w = symbol("u0"), symbol("u1"), symbol("u2")
    bounds = Bounds()
    for condition in (ge(u, low), le(u, low + width), ge(v, u + gap), le(v, u + gap + 1), eq(mod(w, 6), 1)):
        bounds.assume(condition)
    one_period = low // divisor == (low + width) // divisor
    simple: list[tuple[Dim, bool]] = [
        (u + 1, width == 0),
        (floor_div(u, divisor), one_period),
        (mod(u, divisor) - u, one_period),
        (int_max(u, v), True),
        (int_min(u + v, v * 2, v + v + 1), True),
        (mod(w, 3), True),
        (mod(w + u, 2) * 2, False),
        (int_max(u, floor_div(u, 2)), False),
        (floor_div(mod(u, divisor), divisor), True),
        (ite(ge(v, u), u * v, 7), True),
        (mod(u - low, width + 1), True),
        (mod(u - low, v - low + 1) + floor_div(u - low, v - low + 1), True),
    ]
    for term, falls in simple:
        found = bounds.simplify(term)
        for x in range(low, low + width + 1):
            for y in (x + gap, x + gap + 1):
                for z in (-5, 1, 7):
                    point: dict[str, int | float | bool] = {"u0": x, "u1": y, "u2": z}
                    assert evaluate(found, point) == evaluate(term, point)
        if falls:
            assert not any(isinstance(part, Apply) for part in subterms(found)), term
    assert bounds.simplify(mod(w, 3)) == 1
