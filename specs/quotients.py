"""REB, continued: values under ``DivideByKey``, terms that grow too large, and what PyTorch 2.13 does instead."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    EXACT,
    PROFILES,
    TORCH_2_13,
    Constraints,
    Delta,
    Inconsistent,
    Profile,
    Rebound,
    Undecided,
    rebind,
)
from refimpl.symbolic_shapes.quotients import quotient
from refimpl.terms import Dim, conjuncts, eq, evaluate, floor_div, ge, mod, symbol
from specs.boxes import FRESH_SYMBOLS, faults
from specs.clauses import Clause, checks
from specs.propagation import PRO_04
from specs.values import REB_04
from tests.symbolic_shapes import test_profiles, test_rebinding
from tests.symbolic_shapes.boxes import FRESH, OLD, OTHER, SIZE, dims, of

__all__ = ["REB_14", "REB_15", "REB_16", "REB_17"]

_QUOTIENTS = "refimpl.symbolic_shapes.quotients"
COEFFICIENTS = st.integers(-4, 4)


def _linear(of_fresh: int, of_size: int, constant: int) -> Dim:
    return of_fresh * FRESH + of_size * SIZE + constant


REB_14 = Clause(
    "REB-14",
    "A quotient is read with the conditions under which it is exact: the divisor divides the value.",
    f"{_QUOTIENTS}:quotient",
    "reb-coefficients-are-multiplied",
)
REB_15 = Clause(
    "REB-15",
    "A divisor must be positive: one that is plainly not is inconsistent, one that may not be is asked to be.",
    f"{_QUOTIENTS}:quotient",
    "reb-divisors-of-multiples-may-be-negative",
)
BOX: list[dict[str, int | float | bool]] = [{"u7": u, "s0": s} for u in range(-6, 7) for s in range(-2, 4)]


@checks(REB_14, REB_15)
@settings(max_examples=150)
@given(
    value=st.one_of(dims((FRESH, SIZE)), st.builds(_linear, COEFFICIENTS, COEFFICIENTS, COEFFICIENTS)),
    divisor=st.one_of(st.integers(1, 4), st.sampled_from((SIZE, SIZE * 2, SIZE + 1, FRESH))),
    multiple=st.booleans(),
)
@example(value=3, divisor=SIZE, multiple=False)
@example(value=0, divisor=SIZE, multiple=False)
@example(value=_linear(2, 0, 3), divisor=2, multiple=False)
@example(value=_linear(2, 4, 0), divisor=2 * SIZE, multiple=False)
@example(value=FRESH * SIZE + FRESH, divisor=FRESH, multiple=False)
@example(value=1, divisor=SIZE, multiple=False)
def test_a_quotient_with_its_conditions_is_exact(value: Dim, divisor: Dim, multiple: bool) -> None:
    value = value * divisor if multiple else value
    found = quotient(value, divisor)
    assert found is not None
    quotient_term, asked = found
    for valuation in BOX:
        whole, by = evaluate(value, valuation), evaluate(divisor, valuation)
        exact = by > 0 and whole % by == 0
        # Conditions are asked in order: a remainder is looked at only where the divisor is positive.
        assert (by > 0 and all(evaluate(condition, valuation) is True for condition in asked)) == exact
        if by <= 0:
            assert evaluate(asked[0], valuation) is False
        if exact:
            assert evaluate(quotient_term, valuation) == whole // by


@checks(REB_14, REB_15)
@pytest.mark.parametrize(
    ("value", "divisor", "side"),
    [
        (2 * SIZE * FRESH, 2, ()),
        (SIZE * FRESH, SIZE, (ge(SIZE, 1),)),
        (2 * SIZE * FRESH, 3, (eq(mod(2 * SIZE * FRESH, 3), 0),)),
    ],
    ids=str,
)
def test_only_what_is_not_plain_is_asked(value: Dim, divisor: Dim, side: tuple[object, ...]) -> None:
    outcome = rebind(Constraints(fresh=FRESH_SYMBOLS), of(OLD), value, (divisor,))
    assert isinstance(outcome, Rebound)
    assert outcome.side == side


@checks(REB_14, REB_04)
@given(divisors=st.lists(st.integers(1, 4), max_size=3), low=st.integers(-3, 9))
def test_a_fresh_symbol_under_divisors_becomes_the_multiple_of_the_old(divisors: list[int], low: int) -> None:
    before = Constraints(conjuncts(ge(FRESH, low)), fresh=FRESH_SYMBOLS)
    outcome = rebind(before, of(OLD), FRESH, tuple(divisors))
    assert isinstance(outcome, Rebound)
    factor = math.prod(divisors)
    assert outcome.delta.replaced == ((of(FRESH), OLD * factor),)
    assert outcome.delta.added == conjuncts(ge(OLD * factor, low)), "that it is a multiple goes without saying"
    assert outcome.delta.renamed == ((of(FRESH), of(OLD)) if factor == 1 else None)
    left: Dim = FRESH
    for divisor in divisors:
        left = floor_div(left, divisor)
    assert outcome.term is left


@checks(REB_15)
@given(divisor=st.integers(-3, 3), value=st.integers(-6, 6))
def test_plain_divisors_are_positive_and_divide(divisor: int, value: int) -> None:
    outcome = rebind(Constraints(), of(OLD), value, (divisor,))
    if divisor > 0 and value % divisor == 0:
        assert isinstance(outcome, Rebound)
        assert outcome.delta.replaced == ((of(OLD), value // divisor),)
    else:
        assert isinstance(outcome, Inconsistent)
        assert outcome.inexact, "it is the path that is wrong (law PATH)"


REB_16 = Clause(
    "REB-16",
    "A step over terms that grow too large is undecided, never wrong.",
    "refimpl.symbolic_shapes.rebinding:rebind",
    "reb-large-terms-are-inconsistent",
)
test_a_term_that_grows_too_large_leaves_the_step_undecided = checks(REB_16)(
    test_rebinding.test_a_term_that_grows_too_large_leaves_the_step_undecided
)


@checks(REB_16)
@given(size=st.integers(66, 80))
def test_large_terms_leave_a_step_undecided(size: int) -> None:
    left = sum((symbol(f"s{index}") for index in range(size)), start=symbol("s999"))
    right = sum((symbol(f"s{index}") for index in range(100, 100 + size)), start=symbol("s998"))
    before = Constraints(fresh=FRESH_SYMBOLS, replacements={of(OLD): left})
    assert isinstance(rebind(before, of(OLD), FRESH, (right,)), Undecided)


REB_17 = Clause(
    "REB-17",
    "Profile ``torch-2.13`` drops constants and backed values, refuses derived ones, replaced ones and the symbol"
    " itself, and asks for no divisibility; each is a witnessed loss, not an exact step.",
    "refimpl.symbolic_shapes.rebinding:_policy",
    "reb-profile-keeps-backed-values",
)
test_the_torch_profile_does_what_pytorch_was_seen_to_do = checks(REB_17, REB_04, PRO_04)(
    test_profiles.test_the_torch_profile_does_what_pytorch_was_seen_to_do
)
test_the_exact_profile_keeps_the_equation_that_pytorch_loses_or_refuses = checks(REB_17)(
    test_profiles.test_the_exact_profile_keeps_the_equation_that_pytorch_loses_or_refuses
)
test_the_exact_profile_says_that_an_impossible_equation_is_inconsistent = checks(REB_17)(
    test_profiles.test_the_exact_profile_says_that_an_impossible_equation_is_inconsistent
)


@checks(REB_17)
@pytest.mark.parametrize("value", [3, SIZE, SIZE + 1], ids=str)
def test_pytorch_drops_plain_and_backed_values(value: Dim) -> None:
    dropped = rebind(Constraints(), of(OLD), value, (), TORCH_2_13)
    assert isinstance(dropped, Rebound)
    assert dropped.delta == Delta()
    assert faults(Constraints(), value, (), dropped) == ["lossy"]


@checks(REB_17)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (OTHER + 1, "should have been constant"),
        (OTHER + SIZE, "should have been constant"),
        (OLD, "possible memo disaster"),
        (FRESH, "u7 -> u3"),
    ],
    ids=str,
)
def test_pytorch_refuses_what_is_no_fresh_symbol(value: Dim, reason: str) -> None:
    before = Constraints((), {of(FRESH): OTHER}, fresh=FRESH_SYMBOLS)
    outcome = rebind(before, of(OLD), value, (), TORCH_2_13)
    assert isinstance(outcome, Undecided)
    assert outcome.refused
    assert reason in outcome.reason
    assert isinstance(rebind(before, of(OLD), value), Rebound), "the exact step is defined"


@checks(REB_17)
def test_pytorch_asks_for_no_divisibility() -> None:
    before = Constraints(fresh=FRESH_SYMBOLS)
    outcome = rebind(before, of(OLD), FRESH * SIZE + FRESH, (2,), TORCH_2_13)
    assert not isinstance(outcome, Rebound) or outcome.side == ()


@checks(REB_17)
def test_the_exact_profile_keeps_what_pytorch_drops_or_refuses() -> None:
    assert Profile("exact", "solve", "solve", "solve", "keep", "end", "keep", "accept") == EXACT == Profile("exact")
    assert Profile("torch-2.13", "discard", "discard", "refuse", "ignore", "one", "collapse", "refuse") == TORCH_2_13
    assert PROFILES == {"exact": EXACT, "torch-2.13": TORCH_2_13}


@checks(REB_17)
def test_each_policy_of_a_profile_is_its_own() -> None:
    replaced = Constraints((), {of(FRESH): OTHER}, fresh=FRESH_SYMBOLS)
    plain = Constraints(fresh=FRESH_SYMBOLS)
    cases: list[tuple[Profile, Constraints, Dim, tuple[Dim, ...], Dim]] = [
        (replace(TORCH_2_13, constant="solve"), plain, 3, (), 3),
        (replace(TORCH_2_13, constant="solve"), plain, SIZE, (SIZE,), 1),
        (replace(TORCH_2_13, backed="solve"), plain, SIZE + 1, (), SIZE + 1),
        (replace(TORCH_2_13, derived="solve"), plain, OTHER + 1, (), OTHER + 1),
        (replace(TORCH_2_13, derived="solve", divisibility="keep"), plain, 3 * OTHER, (3,), OTHER),
        (replace(EXACT, divisibility="ignore"), plain, FRESH, (2,), floor_div(FRESH, 2)),
        (replace(TORCH_2_13, hops="end"), replaced, FRESH, (), OTHER),
    ]
    for profile, before, value, divisors, by in cases:
        outcome = rebind(before, of(OLD), value, divisors, profile)
        assert isinstance(outcome, Rebound), (profile, outcome)
        assert outcome.delta.replaced == ((of(OLD), by),)
        assert outcome.side == () or profile.divisibility == "keep"
    same = rebind(plain, of(OLD), OLD, (), replace(TORCH_2_13, same="accept"))
    assert isinstance(same, Rebound)
    assert same.delta == Delta()
