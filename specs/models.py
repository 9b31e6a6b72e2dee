"""RUN, continued: the search for a run that satisfies what is known: hints and small values first, then the solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.laws.consist import CONSIST, breaking, common_model, find_model, finding, shrunk, with_defined
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number, Obligation, Proved, Refuted, Undecided, Verdict, holds
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import (
    Cond,
    bool_symbol,
    eq,
    float_add,
    float_eq,
    float_ge,
    float_mul,
    float_symbol,
    floor_div,
    ge,
    le,
    lnot,
    lor,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from tests.laws.observations import EMPTY, U0, U1, seen

__all__ = ["RUN_06", "RUN_07", "RUN_08", "RUN_09"]

_LAWS = "refimpl.laws"
S, T, U, V, W = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u2"))
P = bool_symbol("p0")
X, Y = float_symbol("zuf0"), float_symbol("zuf1")
HINTS = {"s0": 8}


def stated(*conditions: Cond) -> tuple[Stated, ...]:
    """Conditions that somebody states."""
    return tuple(Stated("n", condition, "assert") for condition in conditions)


RUN_06 = Clause(
    "RUN-06",
    "A run of both sides is looked for from the hints and, for other symbols, the end of the range that is nearest to"
    " 2; a condition that fails moves first an unbacked symbol to where it becomes an equation, and floats last: to"
    " where its sides meet if they are linear, beside that, and to a few plain numbers.",
    f"{_LAWS}.consist:_first_guess",
    "run-floats-start-at-two",
)


def common(*conditions: Cond, hints: dict[str, int] | None = None) -> Model | None:
    """The run that is found for conditions of which some stand on each side."""
    observed = seen(before=stated(*conditions[::2]), after=stated(*conditions[1::2]))
    return common_model(Theory(observed), HINTS if hints is None else hints, None)


@checks(RUN_06)
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((ge(U, 5),), 5),
        ((ge(U, 5), le(U, 9)), 5),
        ((le(U, 1),), 1),
        ((ge(U, -3), le(U, 0)), 0),
        ((ge(U, 0),), 2),
        ((le(U, 9),), 2),
        ((ge(U, 3), ge(U, 7), ge(U, 5)), 7),
        ((le(U, 1), le(U, -4), le(U, 0)), -4),
        ((eq(U, 7),), 7),
        ((eq(U, -7),), -7),
        ((ge(U, 2), le(U, 2)), 2),
        ((ge(U * U, 4),), 2),
        ((ge(mod(U, 7), 2),), 2),
        ((ne(U, 2), le(U, 1)), 1),
        ((eq(U * U, 49), eq(U, -7)), -7),
        ((eq(U * U, 49), eq(U, 7)), 7),
        ((eq(U * U, 16), le(U, 1), le(U, -4)), -4),
        ((eq(U * U, 16), ge(U, 3), ge(U, 4)), 4),
    ],
)
def test_a_symbol_starts_at_the_end_nearest_to_two(conditions: tuple[Cond, ...], expected: int) -> None:
    assert common(*conditions) == {"s0": 8, "u0": expected}


@checks(RUN_06)
def test_the_hints_and_plain_values_are_tried_first() -> None:
    assert common(ge(S, 2), float_ge(X, 0.5), lor(P, ge(U, 50))) == {"s0": 8, "zuf0": 1.0, "p0": True, "u0": 2}
    assert common(ge(U, 5), hints={"u0": 6}) == {"u0": 6}
    assert common(hints={}) == {}
    assert common(False, ge(U, 5)) is None
    assert common(ge(U, 5), False) is None


@checks(RUN_06)
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((ge(U, S),), {"u0": 8}),
        ((ge(S, U), ge(U, S + 3 - 3)), {"u0": 8}),
        ((eq(S, 2 * U),), {"u0": 4}),
        ((eq(S, 2 * U + 1), le(S, 7), ge(S, 2)), {"s0": 5, "u0": 2}),
        ((ne(U, 2),), {"u0": 0}),
        ((ge(U, 0), ne(U, 2), ne(U, 0)), {"u0": 1}),
        ((ge(U, 10), eq(mod(U, 11), 0)), {"u0": 11}),
        ((ge(S, 2), eq(mod(S, 7), 0)), {"s0": 7}),
        ((eq(U * U, S * S),), {"u0": 8}),
        ((ge(U, S), ge(V, U + 1)), {"u0": 8, "u1": 9}),
        ((le(S, 5), ge(S, 2)), {"s0": 5}),
        ((ge(S, 9),), {"s0": 9}),
        ((eq(3 * U, S + 1),), {"u0": 3}),
        ((eq(U + V, 9),), {"u0": 7, "u1": 2}),
        ((le(V, U),), {"u0": 2, "u1": 2}),
        ((eq(S * S, 4),), {"s0": 2}),
        ((eq(S * S, 1),), {"s0": 1}),
        ((eq(S * S, 9),), {"s0": 3}),
        ((lor(lnot(P), ge(U, 5)),), {"p0": True, "u0": 8}),
        # The first move, u0 = 7, would break two others: the one that leaves least broken is made.
        ((ge(U + V, 9), ge(W, V + 3), le(U, 5), ne(U, 7)), {"u0": 2, "u1": 7, "u2": 10}),
        ((ge(U + mod(U, 5), -7), ge(U * U, U)), {"u0": 2}),
    ],
)
def test_a_condition_that_fails_moves_a_symbol(conditions: tuple[Cond, ...], expected: dict[str, int]) -> None:
    assert common(*conditions) == {"s0": 8, **expected}


@checks(RUN_06)
def test_a_search_that_gets_no_nearer_ends() -> None:
    assert common(eq(U * U, 144)) is None
    assert common(ge(U, 3), le(U, 2)) is None
    assert common(ge(U, S), le(U, 3), ge(S, 4)) is None
    assert common(float_eq(float_mul(X, X), -1.0)) is None
    assert common(lnot(P)) is None


@checks(RUN_06)
def test_the_search_goes_on_where_it_is_told_to_and_products_count() -> None:
    observed = seen(before=stated(ge(U, 1)), after=stated(ge(V, U)), extra_machine=(le(U * V, 50),))
    theory = Theory(observed)
    assert common_model(theory, HINTS, {"s0": 3, "u0": 4, "u1": 5}) == {"s0": 3, "u0": 4, "u1": 5}
    moved = common_model(theory, HINTS, {"s0": 3, "u0": 4, "u1": 3})
    assert moved == {"s0": 3, "u0": 3, "u1": 3}, "the first by name moves to where it becomes an equation"
    far = common_model(theory, HINTS, {"s0": 3, "u0": 40, "u1": 41})
    assert far is not None
    assert holds(le(U * V, 50), far)


SYSTEMS = st.lists(
    st.sampled_from(
        (ge(U, 3), le(U, 6), ge(U, V), le(V, 5), eq(U + V, 9), ne(U, V), ge(S, U + 2), eq(S, V + V), ge(V, 0))
    ),
    max_size=5,
    unique=True,
)


@checks(RUN_06)
@given(conditions=SYSTEMS)
def test_what_is_found_satisfies_everything(conditions: list[Cond]) -> None:
    found = common(*conditions)
    if found is not None:
        assert found["s0"] >= 0
        assert all(holds(condition, found) for condition in conditions)


@dataclass
class Recorder:
    """Answers from a list, and remembers what it was asked."""

    answers: list[Verdict]
    asked: list[Obligation] = field(default_factory=list[Obligation])

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The next answers."""
        self.asked.extend(obligations)
        return tuple(self.answers.pop(0) for _ in obligations)


RUN_07 = Clause(
    "RUN-07",
    "A side has a run if the search finds one, or else the solver, which is asked at the hints first; none if the"
    " conditions are unsatisfiable.",
    f"{_LAWS}.consist:find_model",
    "run-hints-are-not-tried",
)
HARD = eq(U * U, 144)


def one_side(*conditions: Cond) -> Theory:
    """A record that states the conditions, while the run requires something else."""
    return Theory(seen(before=stated(*conditions), after=stated(ge(U, 99)), extra_machine=(le(U * V, 500),)))


@checks(RUN_07)
def test_the_solver_is_asked_where_the_search_finds_nothing() -> None:
    def asked(*answers: Verdict) -> tuple[Model | str | None, list[tuple[Cond, ...]]]:
        solver = Recorder(list(answers))
        found = find_model(one_side(HARD, ge(S, 2), ge(T, 2)), "before", {"s1": 5, "s0": 8}, solver)
        assert solver.answers == []
        assert all((each.name, each.goal) == ("CONSIST", False) for each in solver.asked)
        return found, [obligation.hypotheses for obligation in solver.asked]

    everything = (HARD, ge(S, 2), ge(T, 2), le(U * V, 500))
    at_hints = (*everything, eq(S, 8), eq(T, 5))
    found, hypotheses = asked(Refuted({"u0": 12, "u1": 3}, "z3"))
    assert (found, hypotheses) == ({"s0": 8, "s1": 5, "u0": 12, "u1": 3}, [at_hints])
    found, hypotheses = asked(Proved("z3"), Refuted({"u0": 12, "s0": 4}, "z3"))
    assert (found, hypotheses) == ({"s0": 4, "s1": 5, "u0": 12, "u1": 2}, [at_hints, everything])
    assert asked(Proved("z3"), Proved("z3")) == (None, [at_hints, everything])
    found, hypotheses = asked(Undecided("no time"))
    assert (found, hypotheses) == ("no model found: no time", [at_hints])
    found, hypotheses = asked(Proved("z3"), Undecided("no time"))
    assert (found, hypotheses) == ("no model found: no time", [at_hints, everything])


@checks(RUN_07)
def test_the_solver_is_not_asked_where_the_search_suffices() -> None:
    nobody = Recorder([])
    assert find_model(one_side(ge(U, 5)), "before", HINTS, nobody) == {"s0": 8, "u0": 5, "u1": 2}
    assert find_model(one_side(ge(U, 5)), "after", HINTS, nobody) == {"s0": 8, "u0": 99, "u1": 2}
    assert find_model(one_side(ge(U, 5), False), "before", HINTS, nobody) is None
    assert find_model(one_side(ge(U, 5)), None, HINTS, nobody) == {"s0": 8, "u0": 2, "u1": 2}


@checks(RUN_07)
def test_what_is_said_where_no_model_was_found() -> None:
    none = finding("before", None)
    assert (none.law, none.node, none.outcome) == ("CONSIST", None, "refuted")
    assert "the recorded constraints contradict" in none.message
    assert "re-propagated constraints contradict" in finding("after", None).message
    unknown = finding("after", "no time")
    assert (unknown.law, unknown.node, unknown.outcome) == ("CONSIST", None, "undecided")
    assert "re-propagated" in unknown.message
    assert "no time" in unknown.message
    claims = CONSIST.claims(EMPTY)
    assert (claims.open, claims.findings, claims.total) == ((), (), 2)


RUN_08 = Clause(
    "RUN-08",
    "A model or a neighbour of it breaks a goal if it satisfies the conditions and not the goal; the first two"
    " floats are tried at a few plain numbers.",
    f"{_LAWS}.consist:breaking",
    "run-neighbours-may-break-anything",
)
BOX = (ge(U, -2), le(U, 3), ge(V, 0), le(V, 3))


@checks(RUN_08)
@pytest.mark.parametrize(
    ("goal", "model", "expected"),
    [
        (ge(U, 1), {"u0": 1, "u1": 0}, {"u0": 0, "u1": 0}),
        (le(U, 2), {"u0": 1, "u1": 0}, {"u0": 3, "u1": 0}),
        (ge(U, -2), {"u0": 1, "u1": 0}, None),
        (ne(U, V), {"u0": 3, "u1": 2}, {"u0": 2, "u1": 2}),
        (ge(U + V, -2), {"u0": -2, "u1": 2}, None),
        (ge(mod(U, 3), 0), {"u0": 1, "u1": 0}, None),
        (ge(floor_div(6, U), 0), {"u0": 1}, {"u0": 0, "u1": 0}),
        (ge(U, -1), {"u0": -1, "u1": 3}, {"u0": -2, "u1": 3}),
        (ge(U, 1), {"u0": -2, "u1": 3}, {"u0": -2, "u1": 3}),
        (float_eq(float_mul(X, 2.0), float_mul(X, 4.0)), {"u0": 0, "u1": 0, "zuf0": 0.0}, {"zuf0": 1.0}),
        (float_ge(float_mul(X, 0.5), -0.9), {"u0": 0, "u1": 0, "zuf0": 0.0}, {"zuf0": -2.0}),
        (float_ge(1e6, float_mul(X, 0.5)), {"u0": 0, "u1": 0, "zuf0": 0.0}, {"zuf0": 2.0**40}),
        (float_ge(float_mul(X, 0.5), -1e19), {"u0": 0, "u1": 0, "zuf0": 0.0}, {"zuf0": -(2.0**70)}),
        (float_ge(31.0, float_mul(X, 0.5)), {"u0": 0, "u1": 0, "zuf0": 0.0}, {"zuf0": 64.0}),
        (
            float_ge(X, float_add(Y, 1.0)),
            {"u0": 0, "u1": 0, "zuf0": float("inf"), "zuf1": -float("inf")},
            {"zuf0": 0.0, "zuf1": 0.0},
        ),
        (float_eq(float_mul(X, 0.0), float_mul(0.0, X)), {"u0": 0, "u1": 0, "zuf0": 0.0}, None),
    ],
)
def test_a_neighbour_of_a_model_breaks_the_goal(
    goal: Cond, model: dict[str, Number], expected: dict[str, Number] | None
) -> None:
    whole = expected if expected is None else {"u0": 0, "u1": 0, **expected}
    assert breaking(goal, BOX, model, HINTS) == whole


RUN_09 = Clause(
    "RUN-09",
    "What a witness leaves open is made small: each unbacked integer, by name, at most 3 from 0 where its conditions"
    " allow it; a defined symbol has the value of its definition.",
    f"{_LAWS}.consist:shrunk",
    "run-floats-are-made-small-too",
)


@checks(RUN_09)
@pytest.mark.parametrize(
    ("value", "conditions", "expected"),
    [
        (9, (), 0),
        (9, (ge(U, 1),), 1),
        (9, (ge(U, 2),), 2),
        (9, (ge(U, 3),), 3),
        (9, (ge(U, 4),), 9),
        (-9, (le(U, -1),), -1),
        (-9, (le(U, -2),), -2),
        (-9, (le(U, -3),), -9),
        (3, (ge(U, 3),), 3),
        (3, (lor(ge(U, 3), le(U, -2)),), -2),
        (2, (lor(ge(U, 2), le(U, -2)),), 2),
        (1, (ne(U, 0),), 1),
        (-1, (ne(U, 0),), -1),
        (2, (ne(U, 0),), 1),
        (-1, (), 0),
        (0, (), 0),
    ],
)
def test_an_integer_is_made_as_small_as_its_conditions_allow(
    value: int, conditions: tuple[Cond, ...], expected: int
) -> None:
    assert shrunk({"u0": value}, conditions, HINTS) == {"u0": expected}


@checks(RUN_09)
def test_the_others_stay_and_each_sees_those_before_it() -> None:
    model: dict[str, Number] = {"s0": 8, "u1": 9, "u0": 9, "zuf0": 7.5, "p0": True, "u2": 9}
    found = shrunk(model, (ge(U + V, 10), ge(S, W)), HINTS)
    assert found == {"s0": 8, "u1": 9, "u0": 1, "zuf0": 7.5, "p0": True, "u2": 0}
    assert shrunk({"u0": 5, "u1": 5}, (ge(V, U),), HINTS) == {"u0": 0, "u1": 0}
    assert shrunk({"u0": 5, "u1": 5}, (ge(U, V),), HINTS) == {"u0": 5, "u1": 0}
    assert shrunk({"s0": 5}, (), {}) == {"s0": 0}
    assert shrunk({"s0": 5}, (), HINTS) == {"s0": 5}


@checks(RUN_09)
def test_defined_symbols_have_the_value_of_their_definition() -> None:
    observed: Observation = seen(definitions=(Definition("n", U0, (), V * 2 + S), Definition("n", U1, (), W + 1)))
    theory = Theory(observed)
    assert with_defined(theory, {"s0": 8, "u2": 3, "u0": 77}) == {"s0": 8, "u0": 16, "u1": 4, "u2": 3}
    assert with_defined(Theory(EMPTY), {"s0": 8}) == {"s0": 8}
