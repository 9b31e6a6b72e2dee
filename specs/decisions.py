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
    eq,
    evaluate,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    ite,
    le,
    lnot,
    lt,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks

__all__ = ["TRM_13", "TRM_14", "TRM_15"]

_TERMS = "refimpl.terms"
CHAIN: Final = tuple(symbol(f"u{index}") for index in range(4))
X, Y = symbol("u0"), symbol("u1")
SMALL: Final = st.integers(-3, 3)

TRM_13 = Clause(
    "TRM-13",
    "Along a chain of at most three differences every order and equation that follows is known, in either polarity,"
    " and none that does not follow.",
    f"{_TERMS}.deciding:_by_subtracting_a_direction",
    "trm-only-lower-ends-of-differences-count",
)


@checks(TRM_13)
@settings(max_examples=100)
@given(
    steps=st.lists(SMALL, min_size=1, max_size=3),
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
    "trm-minima-are-not-relaxed",
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


@checks(TRM_14)
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
    "trm-products-are-not-shifted",
)


@checks(TRM_15)
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
