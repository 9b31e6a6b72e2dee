"""TRM, continued: which questions about sizes are always decided, so that a weaker engine is noticed.

That an answer is never wrong is TRM-06; here the answer is also there.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.terms import (
    Bounds,
    Cond,
    Dim,
    ValueRange,
    eq,
    evaluate,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    ite,
    land,
    le,
    lnot,
    lt,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from specs.divisions import TRM_22
from specs.reasoning import KNO_02
from specs.terms import TRM_07

__all__ = ["TRM_13", "TRM_14", "TRM_15", "TRM_20"]

_TERMS = "refimpl.terms"
CHAIN: Final = tuple(symbol(f"u{index}") for index in range(5))
X, Y = symbol("u0"), symbol("u1")
SMALL: Final = st.integers(-3, 3)

TRM_13 = Clause(
    "TRM-13",
    "Along a chain of at most four differences every order and equation that follows is known, in either polarity,"
    " and none that does not follow.",
    f"{_TERMS}.deciding:_by_subtracting_a_direction",
    "trm-equations-go-along-three-differences",
)


@checks(TRM_13, TRM_07)
@settings(max_examples=100)
@given(
    steps=st.lists(SMALL, min_size=1, max_size=4),
    backwards=st.booleans(),
    upper=st.booleans(),
    slack=st.integers(-1, 2),
)
def test_chains_of_differences_are_decided(steps: list[int], backwards: bool, upper: bool, slack: int) -> None:
    bounds = Bounds()
    links = [(CHAIN[i + 1] - CHAIN[i], step) for i, step in enumerate(steps)]
    for difference, step in reversed(links) if backwards else links:
        bounds.assume(le(difference, step) if upper else ge(difference, step))
    whole = CHAIN[len(steps)] - CHAIN[0]
    total = sum(steps)
    asked = total + slack if upper else total - slack
    follows = le(whole, asked) if upper else ge(whole, asked)
    fails = gt(whole, asked) if upper else lt(whole, asked)
    expected = True if slack >= 0 else None
    assert bounds.known(follows) is expected
    assert bounds.known(fails) is (None if expected is None else False)
    beyond = asked + 1 if upper else asked - 1
    assert bounds.known(eq(whole, beyond)) is (None if expected is None else False)
    assert bounds.known(ne(whole, beyond)) is expected
    for difference, step in links:
        bounds.assume(ge(difference, step) if upper else le(difference, step))
    assert bounds.known(eq(whole, asked)) is (slack == 0)
    assert bounds.known(ne(whole, asked)) is (slack != 0)


TRM_14 = Clause(
    "TRM-14",
    "Over ranges of its symbols, an order between a sum and a maximum, minimum, choice, quotient or remainder is known"
    " whenever it holds of all values or of none.",
    f"{_TERMS}.deciding:_relax",
    "trm-extrema-of-three-are-not-relaxed",
)


PAIRS: Final[tuple[tuple[Dim, Dim], ...]] = (
    (int_max(X, Y), X),
    (int_max(X, Y), Y),
    (int_min(X, Y), X),
    (2 * int_min(X, Y), 2 * Y),
    (ite(ge(symbol("u2"), 0), X, Y), X),
    (-int_max(X, Y), -X),
    (3 * int_max(X + 1, Y), 3 * X),
    (mod(X, 3), 0),
    (X - Y, Y * 2),
    (2 * X + 3 * Y, X - Y),
)
"""A term, and a sum that it is compared with."""


@checks(TRM_14, TRM_07)
@settings(max_examples=200)
@given(
    pair=st.sampled_from(PAIRS),
    lows=st.tuples(SMALL, SMALL),
    widths=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    shift=st.integers(-9, 9),
)
def test_orders_over_ranges_are_decided(
    pair: tuple[Dim, Dim], lows: tuple[int, int], widths: tuple[int, int], shift: int
) -> None:
    bounds = Bounds()
    boxes = [range(low, low + width + 1) for low, width in zip(lows, widths, strict=True)]
    for number, box in zip((X, Y), boxes, strict=True):
        bounds.assume(ge(number, box[0]))
        bounds.assume(le(number, box[-1]))
    left, right = pair
    question = ge(left, right + shift)
    truths = {evaluate(question, {"u0": x, "u1": y, "u2": z}) for x, y, z in product(boxes[0], boxes[1], (-1, 0))}
    expected = truths.pop() if len(truths) == 1 else None
    for asked, wanted in ((question, expected), (lnot(question), None if expected is None else not expected)):
        assert bounds.known(asked) is wanted


TRM_15 = Clause(
    "TRM-15",
    "A product of numbers that are bounded below is at least the product of the bounds; a quotient and its divisor are"
    " near the dividend.",
    f"{_TERMS}.deciding:_by_shifting",
    "trm-long-products-are-not-shifted",
)


@checks(TRM_15, TRM_07)
@given(low=st.integers(0, 3), other=st.integers(0, 3), slack=st.integers(0, 2), divisor=st.integers(1, 4))
def test_products_and_quotients_are_near(low: int, other: int, slack: int, divisor: int) -> None:
    bounds = Bounds()
    bounds.assume(ge(X, low))
    bounds.assume(ge(Y, other))
    known: list[Cond] = [
        ge(X * Y, low * other - slack),
        ge(X * Y + slack, low * Y),
        ge((X + 1) * (Y + 1), X + Y + 1),
        ge(X * X, low * X),
        le(divisor * floor_div(X, divisor), X + slack),
        ge(divisor * floor_div(X, divisor), X - divisor + 1 - slack),
        le(mod(X, divisor), X),
        ge(mod(Y, X + 1), 0),
        lt(mod(Y, X + 1), X + 1),
        le(mod(Y, X + 1), Y),
    ]
    for condition in known:
        assert bounds.known(condition) is True, condition
        assert bounds.known(lnot(condition)) is False, condition
    assert bounds.known(ge(X * Y, low * other + 1)) is None


TRM_20 = Clause(
    "TRM-20",
    "Bounds propagate exactly: from a sum to its parts, from a quotient, a maximum or a minimum to their arguments, in"
    " whatever order they are learned; congruences pass through sums, maxima, minima and choices.",
    f"{_TERMS}.bounds:_backwards",
    "trm-quotients-bound-too-little",
)


@checks(TRM_20, TRM_07)
@settings(max_examples=100)
@given(low=SMALL, width=st.integers(0, 4), total=st.integers(-5, 5), factor=st.integers(1, 3), swapped=st.booleans())
def test_bounds_of_a_sum_bound_its_parts(low: int, width: int, total: int, factor: int, swapped: bool) -> None:
    bounds = Bounds()
    said = [le(factor * X + Y, total), ge(factor * X + Y, total - 3), ge(Y, low), le(Y, low + width)]
    for condition in reversed(said) if swapped else said:
        bounds.assume(condition)
    values = [
        x for x in range(-40, 40) if any(total - 3 <= factor * x + y <= total for y in range(low, low + width + 1))
    ]
    assert bounds.inconsistent is (not values)
    if values:
        assert bounds.range_of(X) == ValueRange(min(values), max(values))


@checks(TRM_20, TRM_07)
@settings(max_examples=100)
@given(low=st.integers(-4, 4), width=st.integers(0, 4), divisor=st.integers(1, 4), ends=st.integers(1, 3))
def test_bounds_of_a_result_bound_its_arguments(low: int, width: int, divisor: int, ends: int) -> None:
    cases: list[tuple[Dim, tuple[int | None, int | None]]] = [
        (floor_div(X, divisor), (divisor * low, divisor * (low + width) + divisor - 1)),
        (int_max(X, Y), (None, low + width)),
        (int_min(X, Y), (low, None)),
        (2 * X + 1, (-(-(low - 1) // 2), (low + width - 1) // 2)),
    ]
    for term, (least, most) in cases:
        bounds = Bounds()
        if ends & 1:
            bounds.assume(ge(term, low))
        if ends & 2:
            bounds.assume(le(term, low + width))
        if not bounds.inconsistent:
            assert bounds.range_of(X) == ValueRange(least if ends & 1 else None, most if ends & 2 else None)


@checks(TRM_20, TRM_07)
def test_plain_truths_are_assumed_too() -> None:
    bounds = Bounds()
    bounds.assume(True)
    bounds.assume(land(ge(X, 1), le(X, 2)))
    assert not bounds.inconsistent
    assert bounds.range_of(X) == ValueRange(1, 2)
    bounds.assume(False)
    assert bounds.inconsistent


@checks(TRM_20, TRM_07, KNO_02)
@given(modulus=st.integers(2, 6), residue=st.integers(0, 5), other=st.integers(0, 5), factor=st.integers(-3, 3))
def test_congruences_pass_through(modulus: int, residue: int, other: int, factor: int) -> None:
    bounds = Bounds()
    bounds.assume(eq(mod(X, modulus), residue % modulus))
    bounds.assume(eq(mod(Y, modulus), other % modulus))
    whole = factor * X + 2 * Y + 1
    expected = (factor * residue + 2 * other + 1) % modulus
    assert bounds.known(eq(mod(whole, modulus), expected)) is True
    assert bounds.known(eq(mod(whole, modulus), expected + 1)) is False
    same = residue % modulus == other % modulus
    for choice in (int_max(X, Y), int_min(X, Y), ite(ge(symbol("u2"), 0), X, Y)):
        assert bounds.known(eq(mod(choice, modulus), residue % modulus)) is (True if same else None)
    product = bounds.known(eq(mod(X * Y, modulus), residue * other % modulus))
    assert product is True


@checks(TRM_20, TRM_07, TRM_22)
@settings(max_examples=200)
@given(
    outer=st.integers(-6, 6).filter(bool),
    inner=st.integers(-6, 6).filter(bool),
    factor=SMALL,
    shift=SMALL,
    scaled=SMALL,
)
def test_remainders_of_remainders_are_pythons(outer: int, inner: int, factor: int, shift: int, scaled: int) -> None:
    nested = factor * mod(scaled * X + shift, inner) + shift
    remainder, quotient = mod(nested, outer), floor_div(nested, outer)
    for x in range(-13, 14):
        value = factor * ((scaled * x + shift) % inner) + shift
        assert evaluate(remainder, {"u0": x}) == value % outer
        assert evaluate(quotient, {"u0": x}) == value // outer
