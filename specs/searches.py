"""TRM, continued: what follows from orders, sums, products, quotients, remainders and choices, and is always known.

Each row of the tables says the least value that a term has under assumptions. That it is the least is enumerated here;
that it is known, and nothing above it, is asked of the bounds.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import pytest

from refimpl.terms import (
    Cond,
    Dim,
    Real,
    ValueRange,
    bool_symbol,
    eq,
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
)
from specs.clauses import Clause, checks
from specs.decisions import TRM_13, TRM_14, TRM_15
from specs.intervals import TRM_19
from specs.terms import TRM_06, TRM_07
from specs.valuations import knowing, values

__all__ = ["TRM_30", "TRM_31"]

_TERMS = "refimpl.terms"
A, B, C, D, E = (symbol(f"u{index}") for index in range(5))
P, Q = bool_symbol("p0"), bool_symbol("p1")
F, G = float_symbol("zuf0"), float_symbol("zuf1")
Row: TypeAlias = tuple[Sequence[Cond], Dim, int]

TRM_30 = Clause(
    "TRM-30",
    "The least value of a maximum, minimum or choice against sums that bound its arguments is known: one argument"
    " suffices where one bounds it, all are needed where all do.",
    f"{_TERMS}.deciding:_by_relaxing_an_atom",
    "trm-choices-are-not-relaxed",
)
EXTREMA: Final[tuple[Row, ...]] = (
    ((), int_max(A, B) - A, 0),
    ((), int_max(A, B) - B, 0),
    ((), 2 * int_max(A, B, C + 1) - 2 * C, 2),
    ((ge(B, C),), int_max(A, B) - C, 0),
    ((ge(A, C + 1),), int_max(A, B) - C, 1),
    ((le(A, C), le(B, C)), C - int_max(A, B), 0),
    ((le(A, C), le(B, C - 2)), 3 * C - 3 * int_max(A, B + 1), 0),
    ((), A - int_min(A, B), 0),
    ((), B - int_min(A, B), 0),
    ((le(A, C - 1),), C - int_min(A, B), 1),
    ((ge(A, C), ge(B, C)), int_min(A, B) - C, 0),
    ((ge(A, C + 1), ge(B, C + 2)), 2 * int_min(A, B) - 2 * C, 2),
    ((ge(A, C), ge(B, C)), ite(P, A, B) - C, 0),
    ((le(A, C), le(B, C)), C - ite(P, A, B), 0),
    ((), ite(P, A, A + 2) - A, 0),
    ((), int_max(A, int_min(B, C)) - A, 0),
    ((), int_max(A, B) - int_min(A, B), 0),
    ((ge(D, 0),), int_max(A, B) + D - A, 0),
    ((le(A, D), le(D, E), le(E, C), le(B, C)), C - int_max(A, B), 0),
)
OPEN: Final[tuple[tuple[Sequence[Cond], Cond], ...]] = (
    ((le(A, C),), le(int_max(A, B), C)),
    ((le(B, C),), le(int_max(A, B), C)),
    ((ge(A, C),), ge(int_min(A, B), C)),
    ((ge(B, C),), ge(int_min(A, B), C)),
    ((ge(A, C),), ge(ite(P, A, B), C)),
    ((ge(B, C),), ge(ite(P, A, B), C)),
    ((le(A, C),), le(ite(P, A, B), C)),
    ((), ge(int_min(A, B), A)),
    ((), ge(A, int_max(A, B))),
    ((), eq(int_max(A, B), B)),
)
"""Questions that hold of some values and not of others, and must stay open."""


def _its_least_value_is_known(row: Row) -> None:
    assumptions, term, least = row
    assert min(values(assumptions, term)) == least
    for said in (assumptions, assumptions[::-1]):
        bounds = knowing(said)
        assert bounds.known(ge(term, least)) is True
        assert bounds.known(lt(term, least)) is False
        assert bounds.known(ge(term, least - 1)) is True
        assert bounds.known(eq(term, least - 1)) is False
        assert bounds.known(ne(term, least - 1)) is True
        assert bounds.known(ge(term, least + 1)) is None
        assert bounds.known(eq(term, least)) is None
        assert bounds.known(land(ge(term, least), P)) is None
        assert bounds.known(land(P, lt(term, least))) is False
        assert bounds.known(lor(P, ge(term, least))) is True
        assert bounds.known(lor(lt(term, least), P)) is None


@checks(TRM_30, TRM_07, TRM_14, TRM_19)
@pytest.mark.parametrize("row", EXTREMA, ids=lambda row: str(row[1]))
def test_the_least_value_of_an_extremum_or_choice_is_known(row: Row) -> None:
    _its_least_value_is_known(row)


@checks(TRM_30, TRM_07)
@pytest.mark.parametrize(("assumptions", "question"), OPEN, ids=str)
def test_what_one_argument_does_not_decide_stays_open(assumptions: Sequence[Cond], question: Cond) -> None:
    assert values(assumptions, question) == {False, True}
    assert knowing(assumptions).known(question) is None
    assert knowing(assumptions).known(lnot(question)) is None


@checks(TRM_30)
def test_of_two_with_a_known_sum_one_is_at_least_the_mean_and_one_at_most() -> None:
    bounds = knowing(())
    for total in range(-7, 8):
        pairs = [(one, total - one) for one in range(-20, 21)]
        least, most = min(map(max, pairs)), max(map(min, pairs))
        assert bounds.range_of(int_max(A, total - A)) == ValueRange(least, None)
        assert bounds.range_of(int_min(A, total - A)) == ValueRange(None, most)
    assert bounds.range_of(int_max(A, B)) == bounds.range_of(int_min(A, 3 + A - B)) == ValueRange()


TRM_31 = Clause(
    "TRM-31",
    "A quotient by a positive number lies near its dividend, a remainder between zero and its divisor and not above a"
    " dividend that is not negative; sums of known sums and products of bounded numbers are known to their least one.",
    f"{_TERMS}.deciding:_relax_mod",
    "trm-remainders-of-negative-numbers-are-small",
)
PARTS: Final[tuple[Row, ...]] = (
    ((), 3 * floor_div(A, 3) - A, -2),
    ((), A - 3 * floor_div(A, 3), 0),
    ((ge(B, 2),), 3 * floor_div(A, 3) + B - A, 0),
    ((ge(A, 0), le(A, B)), B - floor_div(A, 2), 0),
    ((ge(A, 3 * B),), floor_div(A, 3) - B, 0),
    ((ge(A, 3 * B - 1),), floor_div(A, 3) - B, -1),
    ((le(A, 3 * B + 2),), B - floor_div(A, 3), 0),
    ((le(A, 3 * B + 3),), B - floor_div(A, 3), -1),
    ((ge(A, B),), 2 * floor_div(A, 2) - B, -1),
    ((le(A, B),), B - 2 * floor_div(A, 2), 0),
    ((), 4 * floor_div(A + B, 4) - A - B, -3),
    ((ge(A, 0),), A - mod(A, 3), 0),
    ((ge(B, 1),), B - mod(A, B), 1),
    ((ge(B, 0),), B - mod(A, B), 1),
    ((ge(B, 0), ge(A, 0)), A - mod(A, B), 0),
    ((ge(B, 1), ge(A, 0)), A - mod(A, B), 0),
    ((ge(B, 1), ge(C, B)), C - mod(A, B), 1),
    ((ge(B, 1), ge(A, C)), A - C + mod(D, B), 0),
    ((le(mod(A, 3), B),), B - mod(A, 3), 0),
    ((ge(A, B), ge(B, C)), A - C, 0),
    ((ge(2 * A, B + 1), ge(B, 3 * C)), 2 * A - 3 * C, 1),
    ((ge(A - B, 1), ge(C, 2)), 2 * A - 2 * B + C, 4),
    ((le(A + B, 3), le(C - B, -1)), -A - C, -2),
    ((le(B - A, -2),), 3 * A - 3 * B, 6),
    ((ge(A, 1), ge(B, 2)), A * B - B, 0),
    ((le(A, 3), le(B, 2)), (3 - A) * (2 - B), 0),
    ((le(A, 3), ge(B, 1)), (4 - A) * B, 1),
    ((ge(A, 1), ge(B, 1), ge(C, 1)), A * B * C - C, 0),
    ((ge(A, 2),), A * A * A - 4 * A, 0),
    ((ge(A, 1), ge(B, 1)), A * A * A * B * B * B - A, 0),
    ((ge(A, 1), ge(B, 0)), A * floor_div(B, 2) - floor_div(B, 2), 0),
    ((ge(A, 0), ge(B, 0), eq(C, A * B)), C, 0),
)


@checks(TRM_31, TRM_07, TRM_13, TRM_15)
@pytest.mark.parametrize("row", PARTS, ids=lambda row: str(row[1]))
def test_the_least_value_of_sums_and_products_is_known(row: Row) -> None:
    _its_least_value_is_known(row)


@checks(TRM_31, TRM_07)
@pytest.mark.parametrize(
    ("assumptions", "question"),
    [
        ((ge(B, -2),), ge(mod(A, B), 0)),
        ((ge(B, -1),), lt(mod(A, B), B)),
        ((ge(A, -1),), ge(A, mod(A, 3))),
        ((ge(A, 1),), ge(A * B, B)),
        ((le(A, 3), ge(B, 2)), ge((3 - A) * (2 - B), 0)),
        ((ge(A, B),), ge(A + B, 2 * B + 1)),
        ((ge(2 * A, B),), ge(A, B)),
        ((), eq(mod(A, 4), 0)),
    ],
    ids=str,
)
def test_what_does_not_follow_stays_open(assumptions: Sequence[Cond], question: Cond) -> None:
    assert values(assumptions, question) == {False, True}
    assert knowing(assumptions).known(question) is None
    assert knowing(assumptions).known(lnot(question)) is None


@checks(TRM_31, TRM_07)
def test_nothing_is_concluded_from_a_division_by_zero() -> None:
    bounds = knowing((ge(floor_div(A, 0), 1), eq(mod(B, 0), 3)))
    assert bounds.range_of(A) == ValueRange()
    assert bounds.range_of(B) == ValueRange()
    assert bounds.known(eq(mod(B, 3), 0)) is None
    assert bounds.known(le(floor_div(A, 0), A)) is None
    for known in (le(A, 0), le(A, -7), ge(A, 0), ge(A, 7)):
        bounds = knowing([known])
        for question in (le(floor_div(A, 0), 5), ge(floor_div(A, 0), -5)):
            assert bounds.known(question) is None
            assert bounds.known(lnot(question)) is None


@checks(TRM_31, TRM_07, TRM_15)
def test_a_long_polynomial_is_not_taken_for_a_positive_one() -> None:
    """Each product has 64 terms when its factors are written as 1 and a rest; both together go beyond any search."""
    factors = [symbol(f"u{index}") for index in range(12)]
    first: Dim = factors[0]
    second: Dim = factors[6]
    for left, right in zip(factors[1:6], factors[7:], strict=True):
        first, second = first * left, second * right
    bounds = knowing([ge(factor, 1) for factor in factors])
    assert bounds.known(ge(first - factors[0], 0)) is True
    assert bounds.known(ge(first + second, 3)) is None
    assert bounds.known(ge(first + second - 5 * factors[0] * factors[1], 0)) is None


@checks(TRM_31, TRM_07)
def test_a_product_of_many_numbers_is_not_expanded() -> None:
    """Written as 1 and a rest each, 14 factors would be more monomials than a term may have."""
    whole: Dim = 1
    for index in range(14):
        whole = whole * symbol(f"u{index}")
    bounds = knowing([ge(symbol(f"u{index}"), 1) for index in range(14)])
    assert bounds.known(ge(whole, 1)) is True
    assert bounds.known(ge(whole - 2 * A, 0)) is None
    assert bounds.known(eq(whole, 3 * A)) is None


@checks(TRM_31, TRM_07, TRM_13)
def test_an_equation_follows_from_two_orders_that_only_a_search_finds() -> None:
    for orders in (
        (le(A, B), ge(A, C), ge(C, B)),
        (ge(A, B), le(A, C), le(C, B)),
        (le(A, C), le(C, B), ge(A, D), ge(D, B)),
    ):
        bounds = knowing(orders)
        assert bounds.known(eq(A, B)) is True
        assert bounds.known(ne(A, B)) is False
        assert bounds.known(eq(A, B + 1)) is False
        assert knowing(orders[:2]).known(eq(A, B)) is None
    bounds = knowing([ge(A, C), ge(C, B), le(A, B + 1)])
    assert bounds.known(eq(A, B)) is None
    bounds = knowing([eq(A, 3)])
    assert bounds.known(eq(A * B, 3 * B)) is True
    assert bounds.known(ge(A * B, 3 * B + 1)) is False


_COMPARED: Final[Sequence[tuple[Callable[[Real, Real], Cond], Callable[[float, float], bool]]]] = (
    (float_lt, operator.lt),
    (float_le, operator.le),
    (float_eq, operator.eq),
    (float_ne, operator.ne),
)


@checks(TRM_06)
@pytest.mark.parametrize("assumed", range(len(_COMPARED)))
def test_a_comparison_of_two_floats_decides_the_others_of_them(assumed: int) -> None:
    stated, holds = _COMPARED[assumed]
    bounds = knowing([stated(F, G)])
    numbers = (-math.inf, -1.0, 0.0, 2.5, math.inf, math.nan)
    pairs = [(a, b) for a in numbers for b in numbers if holds(a, b)]
    for asked, truth in _COMPARED:
        for question, seen in (
            (asked(F, G), {truth(a, b) for a, b in pairs}),
            (asked(G, F), {truth(b, a) for a, b in pairs}),
        ):
            assert bounds.known(question) is (seen.pop() if len(seen) == 1 else None), question
