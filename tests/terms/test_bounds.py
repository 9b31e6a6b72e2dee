"""Bounds never claim what the assumptions do not imply, and decide the everyday questions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from refimpl.terms import Bounds, FloatRange, ValueRange
from tests.terms.expressions import (
    Condition,
    Integer,
    box,
    build,
    build_condition,
    comparisons,
    conditions,
    integers,
    truth,
    value,
)

BOX = box(-3, 4)
U0, U1, S0, S9 = (t.symbol(name) for name in ("u0", "u1", "s0", "s9"))


def _holds(condition: Condition, point: dict[str, int]) -> bool | None:
    try:
        return truth(condition, point)
    except ZeroDivisionError:
        return None


def _assumed(assumptions: list[Condition]) -> tuple[Bounds, list[dict[str, int]]]:
    """Bounds with the assumptions, and the valuations of the box that satisfy them."""
    bounds = Bounds()
    for assumption in assumptions:
        bounds.assume(build_condition(assumption))
    return bounds, [point for point in BOX if all(_holds(a, point) is True for a in assumptions)]


assumptions = st.lists(st.one_of(comparisons(1), comparisons(0), conditions(1)), max_size=4)


@settings(max_examples=300, deadline=None)
@given(assumptions, st.one_of(comparisons(1), conditions(1), comparisons(2)))
def test_what_is_known_is_true_wherever_the_assumptions_hold(given_: list[Condition], query: Condition) -> None:
    bounds, points = _assumed(given_)
    known = bounds.known(build_condition(query))
    assert not (bounds.inconsistent and points)
    if known is not None:
        for point in points:
            assert _holds(query, point) in (None, known), point


@settings(max_examples=300, deadline=None)
@given(assumptions, integers(2))
def test_ranges_and_simplifications_are_right_wherever_the_assumptions_hold(
    given_: list[Condition], expression: Integer
) -> None:
    bounds, points = _assumed(given_)
    term = build(expression)
    known, simple = bounds.range_of(term), bounds.simplify(term)
    for point in points:
        try:
            expected = value(expression, point)
        except ZeroDivisionError:
            continue
        assert expected in known
        assert t.evaluate(simple, point) == expected


@settings(max_examples=120, deadline=None)
@given(assumptions, st.lists(comparisons(1), max_size=4), comparisons(1))
def test_answers_do_not_depend_on_earlier_questions(
    given_: list[Condition], earlier: list[Condition], query: Condition
) -> None:
    plain, asked = Bounds(), Bounds()
    for assumption in given_:
        condition = build_condition(assumption)
        plain.assume(condition)
        asked.assume(condition)
        for question in earlier:
            asked.known(build_condition(question))
    assert plain.known(build_condition(query)) is asked.known(build_condition(query))


@settings(max_examples=80, deadline=None)
@given(assumptions, comparisons(1), comparisons(1))
def test_a_fork_learns_alone(given_: list[Condition], more: Condition, query: Condition) -> None:
    bounds, _ = _assumed(given_)
    same, _ = _assumed(given_)
    question = build_condition(query)
    fork = bounds.fork()
    fork.assume(build_condition(more))
    fork.known(question)
    assert bounds.known(question) is same.known(question)
    same.assume(build_condition(more))
    bounds.assume(build_condition(more))
    assert bounds.known(question) is same.known(question) is fork.known(question)


def _everyday() -> Bounds:
    bounds = Bounds()
    bounds.assume_range(_symbol(U0), ValueRange(0, None))
    bounds.assume_range(_symbol(S0), ValueRange(2, 100))
    bounds.assume(t.ge(2 * S9, 4))
    return bounds


def _symbol(term: t.IntTerm) -> t.Symbol:
    assert term.symbol is not None
    return term.symbol


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (t.ge(U0, 0), True),
        (t.ge(U0 + 3, 1), True),
        (t.lt(U0, 0), False),
        (t.ge(S0 * U0, 0), True),
        (t.ge(t.int_max(1, U0), 1), True),
        (t.ge(S0 // 2, 1), True),
        (t.ge(2 * S9, 4), True),
        (t.ge(S9, 2), True),
        (t.ge(S0, S0 // 2), True),
        (t.ge(U0 * S0, U0), True),
        (t.ge((U0 + 1) * (S0 - 1), 1), True),
        (t.le(t.int_min(U0, S0), S0), True),
        (t.ge(U0 - t.int_min(U0, S0), 0), True),
        (t.ge(t.int_max(0, U0 - S0), 0), True),
        (t.ne(S0, 1), True),
        (t.eq(S0, 101), False),
        (t.land(t.ge(U0, 0), t.ge(S0, 2)), True),
        (t.lor(t.ge(S0, 2), t.eq(U1, 7)), True),
        (t.le(t.mod(U1, S0), 99), True),
        (t.eq(U0, 5), None),
        (t.ge(U1, 0), None),
        (t.eq(t.mod(U0, 4), 0), None),
    ],
)
def test_everyday_questions(condition: t.Cond, expected: bool | None) -> None:
    assert _everyday().known(condition) is expected


def test_equalities_disequalities_and_orders_after_assuming_them() -> None:
    bounds = _everyday()
    bounds.assume(t.le(U0, S0))
    assert bounds.known(t.le(U0 - S0, 3)) is True
    assert bounds.known(t.le(U0, 100)) is True
    assert bounds.range_of(U0) == ValueRange(0, 100)
    bounds.assume(t.ne(U0, 0))
    assert bounds.known(t.ge(U0, 1)) is True
    assert bounds.known(t.eq(t.int_max(1, U0), U0)) is True
    assert bounds.simplify(3 * t.int_max(1, U0) + 1) is 3 * U0 + 1
    bounds.assume(t.ne(U0, 7))
    assert bounds.known(t.ne(U0, 7)) is True
    bounds.assume(t.eq(U0, 5))
    assert bounds.known(t.eq(U0, 5)) is True
    assert bounds.simplify(U0 * S9 + U1) is 5 * S9 + U1
    assert not bounds.inconsistent


def test_divisibility() -> None:
    bounds = _everyday()
    bounds.assume(t.eq(t.mod(U0, 4), 0))
    assert bounds.known(t.eq(t.mod(U0, 4), 0)) is True
    assert bounds.known(t.eq(t.mod(U0, 2), 0)) is True
    assert bounds.known(t.eq(t.mod(3 * U0 + 8 * U1, 4), 0)) is True
    assert bounds.known(t.eq(t.mod(U0, 8), 0)) is None
    assert bounds.known(t.ne(U0, 7)) is True
    assert bounds.simplify(t.mod(U0, 4)) == 0
    other = Bounds()
    other.assume(t.eq(t.mod(U0 + 1, 6), 3))
    assert other.simplify(t.mod(U0, 3)) == 2


def test_chains_of_orders_in_either_order_of_learning() -> None:
    for order in (0, 1):
        bounds = Bounds()
        facts = [t.le(U0, U1), t.le(U1, S0), t.le(S0, 9)]
        for fact in facts[::-1] if order else facts:
            bounds.assume(fact)
        assert bounds.known(t.le(U0, S0)) is True
        assert bounds.range_of(U0).high == 9


def test_backwards_through_functions() -> None:
    bounds = Bounds()
    bounds.assume(t.le(t.int_max(1, U0), 5))
    bounds.assume(t.ge(U1 // 2, 3))
    assert bounds.range_of(U0) == ValueRange(None, 5)
    assert bounds.range_of(U1) == ValueRange(6, None)


def test_opaque_conditions_and_disjunctions() -> None:
    bounds = Bounds()
    p = t.bool_symbol("p")
    bounds.assume(p)
    assert bounds.known(p) is True
    assert bounds.known(t.lnot(p)) is False
    bounds.assume(t.lor(t.ge(U0, 10), t.lnot(p)))
    assert bounds.known(t.ge(U0, 10)) is True
    assert bounds.simplify(t.ite(p, U0, U1)) is U0


def test_a_contradiction_is_noticed_and_concludes_nothing() -> None:
    bounds = Bounds()
    bounds.assume(t.ge(U0, 5))
    bounds.assume(t.le(U0, 3))
    assert bounds.inconsistent
    assert bounds.known(t.ge(U1, 0)) is None
    assert bounds.known(t.ge(U0, 5)) is True
    assert bounds.fork().inconsistent


def test_floats_keep_their_sort_and_nan() -> None:
    bounds, z = Bounds(), t.float_symbol("zuf0")
    assert bounds.known(t.float_le(z, float("inf"))) is None
    bounds.assume_range(z, FloatRange(0.5, 2.0))
    assert bounds.known(t.float_lt(z, 2.5)) is True
    assert bounds.known(t.float_lt(z, 1.5)) is None
    assert bounds.known(t.float_ge(t.float_add(z, 1.0), 1.5)) is True
    assert bounds.range_of(t.floor_to_int(z)) == ValueRange(0, 2)
    with pytest.raises(TypeError):
        bounds.assume_range(z, ValueRange(0, 2))
    with pytest.raises(TypeError):
        bounds.assume_range(_symbol(U0), FloatRange(0.0, 2.0))


def test_an_assumed_comparison_excludes_nan() -> None:
    bounds, z = Bounds(), t.float_symbol("zuf0")
    bounds.assume(t.float_gt(z, 0.0))
    assert bounds.known(t.float_ge(z, 0.0)) is True
    assert bounds.known(t.float_lt(z, 0.0)) is False
    assert bounds.known(t.float_lt(z, 1.0)) is None


def test_memory_stays_with_the_size_of_the_input() -> None:
    bounds = Bounds()
    total: t.Dim = 0
    for index in range(400):
        name = t.symbol(f"u{index}")
        bounds.assume(t.ge(name, 0))
        total = total + name
    assert bounds.known(t.ge(total, 0)) is True
    assert bounds.known(t.ge(total, 1)) is None
