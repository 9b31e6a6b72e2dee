"""REB: one rebinding step. The old symbol equals the value at its path: what the constraints become."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.solver import Obligation, Refuted, make_solver
from refimpl.symbolic_shapes import (
    Constraints,
    ConstraintsView,
    Delta,
    Inconsistent,
    Rebound,
    ShapeEnv,
    Undecided,
    rebind,
)
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import Cond, Dim, IntTerm, Scalar, Symbol, conjuncts, eq, float_symbol, ge, gt, land, le, of_atom
from specs.boxes import FRESH_SYMBOLS, environments, faults, kinds_of_value, paths_of_divisors
from specs.clauses import Clause, checks
from specs.quotients import REB_14, REB_15
from specs.values import REB_04, REB_05, REB_06, REB_07, REB_09, REB_10, REB_11, REB_12
from tests.symbolic_shapes import test_rebinding
from tests.symbolic_shapes.boxes import FRESH, OLD, OTHER, SIZE, conditions, equal, holds, of, valuations
from tests.symbolic_shapes.operators import name

__all__ = ["REB_01", "REB_02", "REB_03"]

REB_01 = Clause(
    "REB-01",
    "``Rebound`` keeps exactly the valuations that satisfy the constraints, the equation and its side conditions;"
    " ``Inconsistent`` means that there is none.",
    "refimpl.symbolic_shapes.rebinding:rebind",
    "reb-side-conditions-may-be-excluded",
)
REB_02 = Clause(
    "REB-02",
    "Applying a step to constraints replaces its symbols and adds its conditions, and keeps every other condition.",
    "refimpl.symbolic_shapes.constraints:Constraints.apply",
    "reb-constraints-know-what-they-do-not-say",
)
KINDS = (REB_04, REB_05, REB_06, REB_07, REB_09, REB_14, REB_15)
"""What is said of each kind of value and of divisors: the steps that are drawn below are of all these kinds."""
test_every_step_is_exact = checks(REB_01, REB_02, *KINDS)(test_rebinding.test_every_step_is_exact)


@checks(REB_01, REB_02, *KINDS)
@settings(max_examples=120)
@given(before=environments(), value=kinds_of_value(), by=paths_of_divisors())
def test_every_step_is_exact_by_brute_force(before: Constraints, value: Dim, by: tuple[Dim, ...]) -> None:
    assert faults(before, value, by, rebind(before, of(OLD), value, by)) == []


def _said(constraints: Constraints) -> tuple[Cond, ...]:
    """All that constraints say, as conditions."""
    equations: list[Cond] = []
    for replaced, term in constraints.replacements.items():
        assert isinstance(term, (int, IntTerm))
        equations.append(eq(of_atom(replaced), term))
    return (*constraints.conditions, *equations)


@checks(REB_01, REB_02, *KINDS)
@settings(max_examples=40)
@given(before=environments(), value=kinds_of_value(), by=paths_of_divisors())
def test_every_step_is_exact_for_all_integers(before: Constraints, value: Dim, by: tuple[Dim, ...]) -> None:
    outcome = rebind(before, of(OLD), value, by)
    product: Dim = OLD
    positive: list[Cond] = []
    for divisor in by:
        product, positive = product * divisor, [*positive, gt(divisor, 0)]
    stated = (*_said(before), eq(value, product), *positive)
    solver = make_solver(budget=200_000)
    if isinstance(outcome, Inconsistent):
        asked = [Obligation("inconsistent", stated, False)]
    else:
        assert isinstance(outcome, Rebound)
        after = _said(before.apply(outcome.delta))
        asked = [Obligation("inventive", stated, land(*after)), Obligation("lossy", after, land(*stated))]
    for obligation, verdict in zip(asked, solver.decide(asked), strict=True):
        assert not isinstance(verdict, Refuted), (obligation.name, verdict)


@checks(REB_01)
def test_inexact_steps_are_noticed() -> None:
    before = Constraints(conjuncts(ge(FRESH, 3)), fresh=FRESH_SYMBOLS)
    replaced = ((of(FRESH), OLD),)
    assert faults(before, FRESH, (), Rebound(Delta(replaced, ()), FRESH)) == ["lossy"]
    assert faults(before, FRESH, (), Rebound(Delta(), FRESH)) == ["lossy"]
    assert faults(before, FRESH, (), Rebound(Delta(replaced, conjuncts(ge(OLD, 4))), FRESH)) == ["inventive"]
    assert faults(before, FRESH, (), Inconsistent((), "no")) == ["solvable"]
    assert faults(before, FRESH, (), Undecided("why not")) == ["integers leave nothing undecided: why not"]


def _bounded(*bounds: tuple[str, int | None, int | None], fresh: tuple[int, int] | None = None) -> ShapeEnv:
    """An environment with these ranges, and the fresh symbol ``u7`` with its own."""
    env = ShapeEnv()
    env.symbols.reserve_name("u6")
    for text, low, high in bounds:
        if text.startswith("u"):
            env.add_unbacked(name(text), low, high)
        else:
            env.add_backed(name(text), None, low, high)
    if fresh is not None:
        env.create_unbacked_symint()
        env.fact(land(ge(FRESH, fresh[0]), le(FRESH, fresh[1])))
    return env


@checks(REB_01, REB_05, REB_11, REB_12, REB_14, REB_15, REB_07)
def test_a_refused_step_names_what_excludes_it() -> None:
    old_range, size_range = conjuncts(land(ge(OLD, 0), le(OLD, 3))), conjuncts(land(ge(SIZE, -5), le(SIZE, 0)))
    is_size = _bounded(("s0", -5, 0))
    is_size.require(eq(OLD, SIZE), "equal")
    larger, two_sizes = of_atom(name("s1")), _bounded(("s0", -5, 0), ("s1", 3, 9))
    two_sizes.require(eq(OLD, SIZE), "equal")
    one = Constraints((), {of(OLD): 2})
    zero = Constraints((), {float_symbol("zuf0"): 0.0})
    cases: list[tuple[ConstraintsView, Symbol, Scalar, tuple[Dim, ...], Inconsistent | Undecided]] = [
        (Constraints(conjuncts(le(OLD, 3))), of(OLD), 4, (), Inconsistent(conjuncts(le(OLD, 3)), "u0 would be 4")),
        (_bounded(("u0", 0, 3), fresh=(5, 9)), of(OLD), FRESH, (),
         Inconsistent((*old_range, ge(OLD, 5)), "it requires u0 >= 5")),
        (is_size, of(OLD), 5, (),
         Inconsistent((*size_range, eq(OLD, SIZE), eq(SIZE, 5)), "the constraints exclude it")),
        (two_sizes, of(OLD), larger, (),
         Inconsistent((*size_range, eq(OLD, SIZE), ge(larger, 3), le(larger, 9), eq(SIZE, larger)),
                      "the constraints exclude it")),
        (one, of(OLD), 3, (), Inconsistent((), "the constraints exclude it")),
        (Constraints(), of(OLD), 2 * OTHER + 1, (2,), Inconsistent((), "the division is not exact", inexact=True)),
        (_bounded(("s0", -5, 0), ("u0", 0, 3)), of(OLD), FRESH * SIZE, (SIZE,),
         Inconsistent((*size_range, ge(SIZE, 1)), "it requires s0 >= 1", inexact=True)),
        (Constraints(), of(OLD), 4, (0,), Inconsistent((), "0 is no positive divisor", inexact=True)),
        (Constraints(), of(OLD), 2.0, (), Inconsistent((), "it is no int")),
        (Constraints(), float_symbol("zuf0"), 2, (), Inconsistent((), "it is no float")),
        (Constraints(fresh=FRESH_SYMBOLS), float_symbol("zuf0"), FRESH, (), Inconsistent((), "it is no float")),
        (Constraints(fresh=FRESH_SYMBOLS), float_symbol("zuf0"), FRESH, (2,), Inconsistent((), "it is no float")),
        (Constraints(fresh=frozenset((float_symbol("zuf7"),))), of(OLD), float_symbol("zuf7"), (),
         Inconsistent((), "it is no int")),
        (Constraints(), float_symbol("zuf0"), float_symbol("zuf7"), (2,),
         Undecided("a float has no exact quotient", refused=False)),
        (zero, float_symbol("zuf0"), -0.0, (), Undecided("equal numbers with different signs of zero", refused=False)),
    ]  # fmt: skip
    for view, symbol, value, by, refused in cases:
        assert rebind(view, symbol, value, by) == refused


test_the_step_changes_nothing_itself = checks(REB_02)(test_rebinding.test_the_step_changes_nothing_itself)
test_the_short_way_of_replacing_is_substitution = checks(REB_02, REB_04)(
    test_rebinding.test_the_short_way_of_replacing_is_substitution
)


@checks(REB_02, *KINDS)
@settings(max_examples=50)
@given(before=environments(), value=kinds_of_value(), other=kinds_of_value())
def test_two_steps_keep_what_both_say(before: Constraints, value: Dim, other: Dim) -> None:
    first = rebind(before, of(OLD), value)
    if isinstance(first, Rebound):
        between = before.apply(first.delta)
        assert faults(between, other, (), rebind(between, of(OLD), other)) == []


@checks(REB_02, REB_10)
def test_constraints_hold_what_a_step_changes() -> None:
    bound, other, moved = ge(FRESH, 1), ge(OTHER, SIZE), ge(OLD, 1)
    before = Constraints(
        (*conjuncts(bound), *conjuncts(other)), size_like=FRESH_SYMBOLS, fresh=FRESH_SYMBOLS | {of(OTHER)}
    )
    assert [before.known(asked) for asked in (bound, other, moved, True, False)] == [True, True, None, True, False]
    assert (before.filed(of(FRESH)), before.filed(of(OTHER))) == (conjuncts(bound), conjuncts(other))
    assert (before.filed(of(SIZE)), before.filed(of(OLD))) == (conjuncts(other), ())
    assert before.may_rename(of(FRESH), of(OLD))
    assert not before.may_rename(of(OLD), of(FRESH)), "only what the run allocated"
    assert not before.may_rename(of(FRESH), of(FRESH))
    after = before.apply(Delta(((of(FRESH), OLD),), conjuncts(moved), (of(FRESH), of(OLD)), (of(OLD),)))
    assert after.conditions == (*conjuncts(other), *conjuncts(moved))
    assert (after.replacements, after.renamings) == ({of(FRESH): OLD}, {of(FRESH): of(OLD)})
    assert (after.size_like, after.fresh) == (FRESH_SYMBOLS | {of(OLD)}, before.fresh)
    assert not after.may_rename(of(FRESH), of(SIZE)), "it has an old name"
    assert not after.may_rename(of(OTHER), of(OLD)), "the name is taken"
    assert after.may_rename(of(OTHER), of(SIZE))
    assert [after.known(asked) for asked in (bound, moved)] == [True, True]
    assert after.apply(Delta()) == after
    both = before.apply(Delta(((of(FRESH), OLD), (of(OTHER), SIZE + 1)), conjuncts(moved)))
    assert (both.conditions, both.replacements) == (conjuncts(moved), {of(FRESH): OLD, of(OTHER): SIZE + 1})
    assert [symbol for symbol in (of(OLD), of(FRESH), of(SIZE)) if after.is_size_like(symbol)] == [of(OLD), of(FRESH)]


REB_03 = Clause(
    "REB-03",
    "The store of an environment applies the same step with the same meaning, whatever it had learned before.",
    "refimpl.symbolic_shapes.knowledge:Knowledge.apply",
    "reb-added-equations-replace-nothing-to-the-end",
)
test_the_store_of_an_environment_applies_steps_exactly = checks(REB_03, *KINDS)(
    test_rebinding.test_the_store_of_an_environment_applies_steps_exactly
)


class _Store:
    """A store as a step sees it, with one fresh symbol."""

    def __init__(self, store: Knowledge) -> None:
        self.resolve = store.resolve
        self.resolve_cond = store.resolve_cond
        self.filed = store.filed
        self.known = store.known

    def is_fresh(self, symbol: Symbol) -> bool:
        return symbol in FRESH_SYMBOLS

    def is_size_like(self, symbol: Symbol) -> bool:
        return symbol not in FRESH_SYMBOLS

    def may_rename(self, fresh: Symbol, old: Symbol) -> bool:
        return fresh in FRESH_SYMBOLS


@checks(REB_03, *KINDS)
@settings(max_examples=50)
@given(said=st.lists(conditions(), max_size=4), value=kinds_of_value())
@example(said=[eq(OLD, SIZE)], value=3)
def test_the_store_keeps_exactly_what_was_said(said: list[Cond], value: Dim) -> None:
    store = Knowledge()
    for condition in said:
        store.assume(condition)
    outcome = rebind(_Store(store), of(OLD), value)
    assert not isinstance(outcome, Undecided)
    if isinstance(outcome, Rebound):
        store.apply(outcome.delta)
    after = store.snapshot() if isinstance(outcome, Rebound) else None
    for valuation in valuations():
        wanted = all(_true(condition, valuation) for condition in said) and equal(OLD, value, valuation)
        assert (after is not None and holds(after, valuation)) == wanted


def _true(condition: Cond, valuation: dict[str, int | float | bool]) -> bool:
    return condition if isinstance(condition, bool) else holds(Constraints((condition,)), valuation)
