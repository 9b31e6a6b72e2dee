"""Every encoding means what Python's evaluation means: the encoded term at a valuation is its evaluated value."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings

from refimpl.solver import Obligation, Proved, Refuted, encode, holds, make_solver
from refimpl.terms import (
    Cond,
    Dim,
    Real,
    bool_symbol,
    ceil_to_int,
    eq,
    evaluate,
    float_eq,
    float_lt,
    float_ne,
    float_symbol,
    floor_div,
    floor_to_int,
    ge,
    int_max,
    int_min,
    int_of_bool,
    ite,
    lnot,
    lor,
    mod,
    ne,
    power,
    round_to_int,
    symbol,
    to_float,
    trunc_to_int,
)
from refimpl.terms.evaluate import Undefined
from tests.solver.terms_strategies import conditions, dims, valuations

Valuation = dict[str, int | float | bool]
_SOLVER = make_solver("z3", budget=3_000_000)


def pinned(valuation: Valuation) -> tuple[Cond, ...]:
    """The conditions that leave exactly this valuation."""
    found: list[Cond] = []
    for name, value in valuation.items():
        if isinstance(value, bool):
            found.append(bool_symbol(name) if value else lnot(bool_symbol(name)))
        elif isinstance(value, float):
            real = float_symbol(name)
            found.append(float_ne(real, real) if math.isnan(value) else float_eq(real, value))
        else:
            found.append(eq(symbol(name), value))
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(conditions, valuations)
def test_a_condition_holds_in_the_encoding_exactly_where_it_evaluates_to_true(c: Cond, valuation: Valuation) -> None:
    expected = holds(c, valuation)
    (verdict,) = _SOLVER.decide([Obligation("", pinned(valuation), c)])
    if isinstance(verdict, Proved):
        assert expected
    elif isinstance(verdict, Refuted):
        assert not expected
    else:
        # Only what is abstracted may stay undecided.
        assert Obligation("", pinned(valuation), c).script.opaque


@settings(max_examples=150, deadline=None)
@given(dims, valuations)
@example(floor_div(symbol("s0"), symbol("u0")), {"s0": 7, "u0": -2, "u1": 0, "zuf0": 0.0, "p0": False})
@example(mod(symbol("s0"), symbol("u0")), {"s0": -7, "u0": -3, "u1": 0, "zuf0": 0.0, "p0": False})
def test_a_term_has_its_evaluated_value_or_is_undefined_in_both(term: Dim, valuation: Valuation) -> None:
    try:
        value = evaluate(term, valuation)
    except Undefined:
        goals: tuple[Cond, ...] = (ge(term, 0), lnot(ge(term, 0)))
        if isinstance(goals[0], bool):
            return
        for verdict in _SOLVER.decide([Obligation("", pinned(valuation), goal) for goal in goals]):
            assert not isinstance(verdict, Proved)
        return
    assert isinstance(value, int)
    (verdict,) = _SOLVER.decide([Obligation("", pinned(valuation), eq(term, value))])
    assert isinstance(verdict, Proved) or Obligation("", (), eq(term, value)).script.opaque


@pytest.mark.parametrize("a", range(-5, 6))
@pytest.mark.parametrize("b", [-3, -2, -1, 1, 2, 3])
def test_floor_division_and_modulo_follow_python_for_every_sign(a: int, b: int) -> None:
    x, y = symbol("u0"), symbol("u1")
    hypotheses = (eq(x, a), eq(y, b))
    goals = (eq(floor_div(x, y), a // b), eq(mod(x, y), a % b))
    assert _SOLVER.decide([Obligation("", hypotheses, goal) for goal in goals]) == (Proved("z3"), Proved("z3"))


@pytest.mark.parametrize(("a", "b"), [(-2, 3), (3, -2), (0, 0)])
def test_maximum_minimum_and_choice_are_pythons(a: int, b: int) -> None:
    x, y = symbol("u0"), symbol("u1")
    goals = (
        eq(int_max(x, y), max(a, b)),
        eq(int_min(x, y), min(a, b)),
        eq(ite(ge(x, y), x * 2, y + 1), a * 2 if a >= b else b + 1),
        eq(int_of_bool(ge(x, y)), int(a >= b)),
    )
    assert _SOLVER.decide([Obligation("", (eq(x, a), eq(y, b)), goal) for goal in goals]) == (Proved("z3"),) * 4


def test_the_euclidean_identity_holds_for_all_integers() -> None:
    x, y = symbol("u0"), symbol("u1")
    identity = eq(y * floor_div(x, y) + mod(x, y), x)
    assert _SOLVER.decide([Obligation("", (ne(y, 0),), identity)]) == (Proved("z3"),)


def test_a_division_by_zero_meets_no_goal_and_satisfies_no_hypothesis() -> None:
    x, y = symbol("u0"), symbol("u1")
    quotient = ge(floor_div(x, y), 0)
    undefined = Obligation("", (ge(x, 0), ge(y, 0)), quotient)
    excluded = Obligation("", (quotient,), ne(y, 0))
    refuted, proved = _SOLVER.decide([undefined, excluded])
    assert isinstance(refuted, Refuted)
    assert refuted.model["u1"] == 0
    assert proved == Proved("z3")


def test_a_disjunction_needs_only_the_part_that_holds_to_be_defined() -> None:
    x, y = symbol("u0"), symbol("u1")
    guarded = lor(eq(y, 0), eq(mod(x, y), mod(x, y)))
    assert guarded is True
    guarded = lor(eq(y, 0), ge(mod(x, y), 0), lnot(ge(y, 0)))
    assert _SOLVER.decide([Obligation("", (), guarded)]) == (Proved("z3"),)


def test_comparisons_with_nan_are_false_and_its_inequality_true() -> None:
    x = float_symbol("zuf0")
    nan = float_ne(x, x)
    proved = _SOLVER.decide(
        [
            Obligation("", (nan,), lnot(float_lt(x, 1.0))),
            Obligation("", (nan,), lnot(float_eq(x, x))),
            Obligation("", (float_lt(x, 1.0),), float_eq(x, x)),
        ]
    )
    assert proved == (Proved("z3"),) * 3
    (exists,) = _SOLVER.decide([Obligation("", (nan,), False)])
    assert isinstance(exists, Refuted)
    assert math.isnan(exists.model["zuf0"])


@pytest.mark.parametrize("value", [-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 3.0, 1e18])
def test_each_rounding_to_an_integer_is_pythons(value: float) -> None:
    x = float_symbol("zuf0")
    goals = (
        eq(trunc_to_int(x), math.trunc(value)),
        eq(floor_to_int(x), math.floor(value)),
        eq(ceil_to_int(x), math.ceil(value)),
        eq(round_to_int(x), round(value)),
    )
    given_value = (float_eq(x, value),)
    assert _SOLVER.decide([Obligation("", given_value, goal) for goal in goals]) == (Proved("z3"),) * 4


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_rounding_to_an_integer_is_undefined_at_nan_and_infinities(value: float) -> None:
    x = float_symbol("zuf0")
    here = (float_ne(x, x),) if math.isnan(value) else (float_eq(x, value),)
    (verdict,) = _SOLVER.decide([Obligation("", here, ge(trunc_to_int(x), 0))])
    assert isinstance(verdict, Refuted)


def test_float_rounding_is_never_taken_for_the_reals() -> None:
    u = symbol("u0")
    rounded: Real = to_float(u)
    exact = float_eq(rounded, to_float(u + 1))
    # 2**53 and 2**53 + 1 are one float: over the reals this would be proved.
    (verdict,) = _SOLVER.decide([Obligation("", (), lnot(exact))])
    assert not isinstance(verdict, Proved)
    small = (ge(u, 0), ge(2**50, u))
    assert _SOLVER.decide([Obligation("", small, lnot(exact))]) == (Proved("z3"),)


def test_a_power_that_would_be_multiplied_out_for_ever_is_opaque() -> None:
    """30 symbols to the 40th power have more monomials than z3 can write, and it counts no work while it does."""
    symbols = [symbol(f"u{i}") for i in range(30)]
    base: Dim = 0
    for one in symbols:
        base = base + one
    huge = power(base, 40)
    script = encode((), (ge(huge, 0),))
    assert [reason.partition(":")[0] for reason in script.opaque] == ["a power too large to be multiplied out"]
    (verdict,) = make_solver().decide([Obligation("", (eq(huge, 3),), ge(huge, 0))])
    assert isinstance(verdict, Proved)
    nested = power(power(symbols[0] + symbols[1], 30) + symbols[2], 30)
    assert encode((), (ge(nested, 0),)).opaque
    assert not encode((), (ge(power(symbols[0], 40), 0),)).opaque
