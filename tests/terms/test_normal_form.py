"""Normal forms keep the value of every expression, and equal polynomials are one object."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from tests.terms.expressions import (
    Condition,
    Integer,
    build,
    build_condition,
    conditions,
    integers,
    truth,
    valuations,
    value,
)

A, B, C = t.symbol("a"), t.symbol("b"), t.symbol("c")


@settings(max_examples=400, deadline=None)
@given(integers(), st.lists(valuations(), min_size=8, max_size=8))
def test_an_integer_term_evaluates_to_what_the_expression_means(
    expression: Integer, points: list[dict[str, int]]
) -> None:
    term = build(expression)
    for point in points:
        try:
            expected = value(expression, point)
        except ZeroDivisionError:
            continue
        assert t.evaluate(term, point) == expected


@settings(max_examples=250, deadline=None)
@given(conditions(), st.lists(valuations(), min_size=8, max_size=8))
def test_a_condition_holds_where_the_expression_says(expression: Condition, points: list[dict[str, int]]) -> None:
    condition = build_condition(expression)
    for point in points:
        try:
            expected = truth(expression, point)
        except ZeroDivisionError:
            continue
        assert t.evaluate(condition, point) is expected


@settings(max_examples=120, deadline=None)
@given(integers(2), integers(1), integers(1), valuations())
def test_substitution_is_simultaneous_and_commutes_with_evaluation(
    expression: Integer, for_a: Integer, for_b: Integer, point: dict[str, int]
) -> None:
    term = build(expression)
    mapping: dict[t.Symbol | t.BoolSymbol, t.Scalar] = {_atom(A): build(for_a), _atom(B): build(for_b)}
    try:
        moved = point | {"a": value(for_a, point), "b": value(for_b, point)}
        expected = value(expression, moved)
    except ZeroDivisionError:
        return
    assert t.evaluate(t.substitute(term, mapping), point) == expected


def _atom(term: t.IntTerm) -> t.Symbol:
    symbol = term.symbol
    assert symbol is not None
    return symbol


def test_substitution_returns_the_same_object_when_nothing_occurs() -> None:
    term = A // 3 + B
    assert t.substitute(term, {_atom(C): 5}) is term


def test_substitution_never_mixes_sorts() -> None:
    for wrong in (1.0, True, t.float_symbol("zuf0"), t.ge(B, 0)):
        with pytest.raises(t.SortError):
            t.substitute(A + B, {_atom(A): wrong})
    with pytest.raises(t.SortError):
        t.substitute(t.float_add(t.float_symbol("zuf0"), 1.0), {t.float_symbol("zuf0"): 2})


@given(st.lists(st.tuples(st.sampled_from([1, A, B, C, A * B, B * B, A // 2]), st.integers(-3, 3)), max_size=6))
def test_equal_polynomials_are_one_object(summands: list[tuple[t.Dim, int]]) -> None:
    forward: t.Dim = 0
    for atom, factor in summands:
        forward = t.add(forward, t.scale(atom, factor))
    backward: t.Dim = 0
    for atom, factor in reversed(summands):
        backward = backward + t.multiply(factor, atom)
    assert forward is backward or (isinstance(forward, int) and forward == backward)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ((4 * A + B) // 4, A + B // 4),
        ((A * B) // B, A),
        ((A * C + B) // C, A + B // C),
        ((A + 1) * (B + 2) // (B + 2), A + 1),
        ((A // 2) // 3, A // 6),
        (((A - 1) // 2 + 1 - 1) // 2, (A - 1) // 4),
        ((A + 3) // 4, (A - 1) // 4 + 1),
        (A // -2, (-A) // 2),
        ((2 * A) // 4, A // 2),
        ((2 * A + 1) // 2, A),
        (A // 1, A),
        (A // -1, -A),
        ((A * B) // (A * C), B // C),
        (A % 1, 0),
        ((4 * A + B) % 4, B % 4),
        ((4 - A % 4) % 4, (-A) % 4),
        ((A % 8) % 4, A % 4),
        ((A % 2) % 4, A % 2),
        ((2 * A) % 4, 2 * (A % 2)),
        ((A * C + B) % C, B % C),
        (A % A, 0),
        (t.int_max(1, t.int_max(A, B)), t.int_max(B, A, 1)),
        (t.int_max(A, A + 1), A + 1),
        (t.int_min(A, A + 1, B), t.int_min(A, B)),
        (t.int_max(3, 7), 7),
        (t.power(A, 3), A * A * A),
        (t.lshift(A, 3), 8 * A),
        (t.rshift(A, 3), A // 8),
        (t.ite(t.ne(A, 1), B, C), t.ite(t.eq(A, 1), C, B)),
    ],
)
def test_rules_meet_in_one_normal_form(term: t.Dim, expected: t.Dim) -> None:
    assert term is expected or (isinstance(term, int) and term == expected)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (t.eq(t.int_of_bool(t.eq(A, 1)), 1), t.eq(A, 1)),
        (t.eq(t.int_of_bool(t.eq(A, 1)), 0), t.ne(A, 1)),
        (t.eq(t.int_of_bool(t.eq(A, 1)), 2), False),
        (t.ge(t.int_of_bool(t.eq(A, 1)), 0), True),
        (t.gt(t.int_of_bool(t.ge(A, 1)), 0), t.ge(A, 1)),
        (t.ge(2 * A, 3), t.ge(A, 2)),
        (t.eq(2 * A, 3), False),
        (t.eq(2 * A, 4 * B), t.eq(-A, -2 * B)),
        (t.lnot(t.ge(A, 3)), t.le(A, 2)),
        (t.land(t.ge(A, 1), t.lt(A, 1)), False),
        (t.lor(t.ge(A, 1), t.lt(A, 1)), True),
        (t.land(t.ge(A, 1), True, t.ge(A, 1)), t.ge(A, 1)),
        (t.lnot(t.land(t.ge(A, 1), t.eq(B, 0))), t.lor(t.lt(A, 1), t.ne(B, 0))),
        (t.eq(A, A), True),
    ],
)
def test_conditions_meet_in_one_normal_form(condition: t.Cond, expected: t.Cond) -> None:
    assert condition is expected


def test_division_by_zero_stays_an_undefined_application() -> None:
    for term in (t.floor_div(1, 0), t.mod(1, 0), A // 0, A % 0, A // (B - B), t.power(2, -1), t.lshift(1, -1)):
        with pytest.raises(t.Undefined):
            t.evaluate(term, {"a": 1, "b": 1})


def test_constants_of_different_sorts_are_different_arguments() -> None:
    x = t.float_symbol("zuf0")
    distinct = [t.float_mul(x, 0.0), t.float_mul(x, -0.0), t.to_float(A), t.float_add(x, 0.0)]
    assert len({id(term) for term in distinct}) == len(distinct)
    assert t.float_mul(x, 0.0) is t.float_mul(0.0, x)
    assert t.symbol("x").symbol is not t.float_symbol("x")


def test_the_truth_of_a_size_is_undecided() -> None:
    with pytest.raises(TypeError):
        bool(A + 1)


def test_copies_are_the_term_itself_and_pickling_is_refused() -> None:
    for term in (A + 1, t.ge(A, 1), t.float_symbol("z"), t.land(t.ge(A, 1), t.bool_symbol("p"))):
        assert copy.copy(term) is term
        assert copy.deepcopy([term])[0] is term
        with pytest.raises(TypeError):
            pickle.dumps(term)


def test_conjuncts() -> None:
    first, second = t.ge(A, 1), t.ne(B, 2)
    assert not isinstance(first, bool)
    assert not isinstance(second, bool)
    assert set(t.conjuncts(t.land(first, second))) == {first, second}
    assert t.conjuncts(True) == ()
    assert t.conjuncts(first) == (first,)
    with pytest.raises(ValueError, match="no conjuncts"):
        t.conjuncts(False)


def test_python_floor_semantics_on_all_small_numbers() -> None:
    for q in (-4, -3, -2, -1, 1, 2, 3, 4):
        quotient, remainder = (3 * A - 2) // q, (3 * A - 2) % q
        for a in range(-9, 10):
            assert t.evaluate(quotient, {"a": a}) == (3 * a - 2) // q
            assert t.evaluate(remainder, {"a": a}) == (3 * a - 2) % q


def test_quotients_of_polynomials_on_all_small_numbers() -> None:
    numerators = (A * B + C, 2 * A * B, A * A - B * B, -6 * A * B, A * B + A)
    for p, q in itertools.product(numerators, (B, 2 * B, A + B, -A, A - B)):
        quotient, remainder = p // q, p % q
        for a, b, c in itertools.product(range(-4, 5), repeat=3):
            point = {"a": a, "b": b, "c": c}
            numerator, denominator = t.evaluate(p, point), t.evaluate(q, point)
            if denominator:
                assert t.evaluate(quotient, point) == numerator // denominator
                assert t.evaluate(remainder, point) == numerator % denominator
