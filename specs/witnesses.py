"""JDG, continued: the witness of a refutation, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from refimpl.laws.concrete import NOTHING, Silenced
from refimpl.laws.law import Claim, Claims, Finding, explain
from refimpl.laws.observation import Observation
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Number, Obligation, Refuted, Undecided, Verdict, make_solver, refutes
from refimpl.symbolic_shapes import Definition
from refimpl.terms import (
    Cond,
    Scalar,
    bool_symbol,
    eq,
    float_lt,
    float_symbol,
    floor_div,
    ge,
    le,
    lnot,
    lor,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from specs.models import RUN_09
from specs.verdicts import LAW_11
from tests.laws import test_witness
from tests.laws.judging import GivesUp, Runs, asking, claim, counted, judged
from tests.laws.seen import ZF, P, S, U, V, atom, fact, stated

__all__ = ["JDG_04", "JDG_05", "JDG_06"]

_LAWS = "refimpl.laws"
S0, U0, U1 = atom("s0"), atom("u0"), atom("u1")
_T = symbol("s1")
SOLVER = make_solver()

JDG_04 = Clause(
    "JDG-04",
    "A witness has the numbers of every symbol of the program, of what the obligation speaks of and of the branches it"
    " takes, as text.",
    f"{_LAWS}.judge:_Judge._witness",
    "jdg-symbols-of-predicates-are-not-shown",
)


def _shown(seen: Observation, asked: Claim, runs: Runs | None = None) -> dict[str, str]:
    found = judged(seen, asking(asked), runs=runs)
    row = found.rows[1]
    assert row.outcome == "refuted"
    assert row.witness is not None
    assert list(row.witness) == sorted(row.witness)
    return dict(row.witness)


@checks(JDG_04)
def test_the_witness_speaks_of_the_program_and_of_what_was_asked() -> None:
    # u1 is said something of, but is no symbol of the program.
    seen = counted(facts=(*counted().facts, fact(ge(V, 5))))
    assert _shown(seen, claim(ge(U, 2))) == {"s0": "8", "u0": "0"}
    assert _shown(seen, claim(ge(U + V, 8))) == {"s0": "8", "u0": "0", "u1": "5"}
    free = counted(recorded_symbols={U0: "n", U1: "n"}, contract=replace(counted().contract, bound=frozenset()))
    assert set(_shown(free, claim(ge(U, 2)))) == {"u0", "u1"}, "of u1 nothing is known: any value will do"
    other = counted(contract=replace(counted().contract, hints={"s0": 8, "s1": 3}, bound=frozenset({S0, atom("s1")})))
    assert _shown(other, claim(ge(U, 2))) == {"s0": "8", "s1": "3", "u0": "0"}


@checks(JDG_04)
def test_the_witness_says_which_branch_is_taken() -> None:
    assert _shown(counted(), claim(ge(U, 2), under=(P,))) == {"p0": "true", "s0": "8", "u0": "0"}
    assert _shown(counted(), claim(ge(U, 2), under=(lnot(P),))) == {"p0": "false", "s0": "8", "u0": "0"}
    inside = claim(ge(U, 2), under=(ge(V, 5),))
    assert _shown(counted(), inside) == {"s0": "8", "u0": "0", "u1": "5"}
    seen = counted(facts=(*counted().facts, fact(lor(P, ge(U, 2)))))
    assert _shown(seen, claim(ge(U, 2))) == {"p0": "true", "s0": "8", "u0": "0"}
    # 0, 1 and -1 are less than 1.5: none of the plain numbers is a witness.
    shown = _shown(counted(), claim(float_lt(ZF, 1.5)))
    assert not float(shown["zuf0"]) < 1.5


@checks(JDG_04, RUN_09)
def test_defined_symbols_have_the_value_of_their_definition() -> None:
    seen = counted(
        definitions=(Definition("n", U1, (), 2 * U + 1),), recorded_symbols={U0: "n", U1: "n"},
    )  # fmt: skip
    assert _shown(seen, claim(ge(V, 4))) == {"s0": "8", "u0": "0", "u1": "1"}
    runs = Runs()
    judged(seen, asking(claim(ge(V, 4))), runs=runs)
    assert all(asked["u1"] == 2 * asked["u0"] + 1 for asked in runs.asked)


@checks(JDG_04, RUN_09)
def test_what_the_obligation_leaves_open_is_small_or_at_its_hint() -> None:
    seen = counted(
        facts=(*counted().facts, fact(ge(V, 0)), fact(le(V, 6))),
        before=(stated(ge(V, 3)),),
        after=(stated(ge(V, 1)),),
        recorded_symbols={U0: "n", U1: "n"},
    )
    assert _shown(seen, claim(ge(U, 2), given="after")) == {"s0": "8", "u0": "0", "u1": "1"}
    assert _shown(seen, claim(ge(U, 2), given="before")) == {"s0": "8", "u0": "0", "u1": "3"}


@checks(JDG_04)
def test_the_run_is_asked_in_silence_only_for_what_is_emitted() -> None:
    runs = Runs()
    lost = replace(stated(ge(U, 1), node="a"), source="assert", lost="it is a constant")
    seen = counted(after=(lost,))
    found = judged(seen, asking(claim(ge(U, 1), "EMIT", given="emitted")), runs=runs)
    assert found.rows[1].outcome == "refuted"
    assert runs.silent[0] == NOTHING
    assert runs.silent[-1] == Silenced(asserts=frozenset({"a"}))


JDG_05 = Clause(
    "JDG-05",
    "A refutation says what is wrong, both sides with their values at the witness, and what would mend it.",
    f"{_LAWS}.law:_side",
    "jdg-conditions-are-completed-by-themselves",
)


@checks(JDG_05)
@pytest.mark.parametrize(
    ("sides", "model", "said"),
    [
        (None, {"u0": 1}, "wrong; mend it"),
        ((U, V), {"u0": 1, "u1": 2}, "wrong: u0 (= 1) against u1 (= 2); mend it"),
        ((U, V), None, "wrong: u0 against u1; mend it"),
        ((U, 3), {"u0": 1}, "wrong: u0 (= 1) against 3; mend it"),
        ((0.5, U), {"u0": 1}, "wrong: 0.5 against u0 (= 1); mend it"),
        ((True, ge(U, 1)), {"u0": 1}, "wrong: True against u0 >= 1 (= True); mend it"),
        ((P, lor(P, ge(U, 1))), {}, "wrong: p0 (= False) against p0 | (u0 >= 1) (= False); mend it"),
        ((floor_div(U, V), 1), {"u0": 1, "u1": 0}, "wrong: (u0//u1) (undefined) against 1; mend it"),
        ((ZF, 1.0), {"zuf0": 2.0}, "wrong: zuf0 (= 2.0) against 1.0; mend it"),
    ],
)
def test_both_sides_are_shown_with_their_values(
    sides: tuple[Scalar, Scalar] | None, model: Model | None, said: str
) -> None:
    asked = replace(claim(ge(U, 1)), sides=sides)
    assert explain(asked, model) == said


@checks(JDG_05)
def test_the_number_of_obligations_is_their_sum() -> None:
    wrong = Finding("DOM", None, "refuted", "it is wrong")
    assert Claims().total == 0
    plain = Claim("LINK", "n", True, "after", "wrong", None, "mend it")
    assert (plain.predicates, plain.layout, plain.direction, plain.until, plain.existential) == (
        (), False, None, None, False,
    )  # fmt: skip
    assert Claims((claim(ge(U, 1)),) * 2, (wrong,) * 3, 4).total == 9


JDG_06 = Clause(
    "JDG-06",
    "The smallest witness is exact, floats are 0, 1 or -1 and predicates false where they may be; without a solver's"
    " answer the witness stays as it is.",
    f"{_LAWS}.witness:_Search._positive",
    "jdg-minus-one-stays-negative",
)
test_the_witness_is_the_first_in_order = checks(LAW_11, JDG_06)(
    test_witness.test_the_witness_is_the_first_in_the_order_of_the_design
)
_Q, _Z1 = bool_symbol("p1"), float_symbol("zuf1")


@checks(JDG_06, LAW_11)
@pytest.mark.parametrize(
    ("hypotheses", "goal", "model", "smallest"),
    [
        ((ge(U, 1000),), False, {"u0": 10**6}, {"u0": 1000}),
        ((le(U, -7),), False, {"u0": -(10**9)}, {"u0": -7}),
        ((eq(U * U, 9),), False, {"u0": -3}, {"u0": 3}),
        ((eq(U * U, 1),), False, {"u0": -1}, {"u0": 1}),
        ((eq(U * U, 9), le(U, 2)), False, {"u0": -3}, {"u0": -3}),
        ((eq(U * U, 9), eq(V * V, 4)), False, {"u0": -3, "u1": -2}, {"u0": 3, "u1": 2}),
        ((eq(U * U, 9), eq(V * V, 4), ne(U + V, 5)), False, {"u0": -3, "u1": -2}, {"u0": 3, "u1": -2}),
        ((ge(U, 5),), le(U, 8), {"u0": 900}, {"u0": 9}),
        ((), ne(U + V, 4), {"u0": 90, "u1": -86}, {"u0": 0, "u1": 4}),
        ((), ne(U + V, -4), {"u0": 90, "u1": -94}, {"u0": 0, "u1": -4}),
        ((), ne(U - V, 3), {"u0": 90, "u1": 87}, {"u0": 0, "u1": -3}),
        ((ge(U, 0), ge(V, 0)), ne(U + V, 4), {"u0": 4, "u1": 0}, {"u0": 0, "u1": 4}),
        ((ge(2 * U + V, 9), ge(U, 0), ge(V, 0)), False, {"u0": 50, "u1": 50}, {"u0": 4, "u1": 1}),
        # Hints: fewest symbols off them, then the smallest numbers.
        ((), ne(S, 8), {"s0": 8}, {"s0": 8}),
        ((ge(S, 2), ge(U, 0)), ge(3, S + U), {"s0": 2, "u0": 7}, {"s0": 8, "u0": 0}),
        ((ge(S, 2), ne(S, 8)), False, {"s0": 90}, {"s0": 2}),
        ((ge(S, 2), ge(_T, 2), ge(_T, S + 1)), False, {"s0": 90, "s1": 91}, {"s0": 2, "s1": 5}),
        ((ge(S, 2), ge(_T, 2), ne(S, 8)), False, {"s0": 90, "s1": 91}, {"s0": 2, "s1": 5}),
        # Predicates and floats.
        ((lor(P, ge(U, 3)),), False, {"p0": True, "u0": 0}, {"p0": True, "u0": 0}),
        ((lor(P, le(U, 3)),), False, {"p0": True, "u0": 100}, {"p0": False, "u0": 0}),
        ((lor(P, _Q),), False, {"p0": True, "p1": True}, {"p0": False, "p1": True}),
        ((P, lnot(_Q)), False, {"p0": True, "p1": False}, {"p0": True, "p1": False}),
        ((float_lt(ZF, 5.0),), False, {"zuf0": -1e300}, {"zuf0": 0.0}),
        ((float_lt(0.5, ZF),), False, {"zuf0": 1e300}, {"zuf0": 1.0}),
        ((float_lt(ZF, -0.5),), False, {"zuf0": -1e300}, {"zuf0": -1.0}),
        ((float_lt(2.0, ZF),), False, {"zuf0": 77.0}, {"zuf0": 77.0}),
        ((float_lt(ZF, _Z1),), False, {"zuf0": -5.0, "zuf1": 7.0}, {"zuf0": 0.0, "zuf1": 1.0}),
    ],
)
def test_the_smallest_witness_is_exact(
    hypotheses: tuple[Cond, ...], goal: Cond, model: dict[str, Number], smallest: dict[str, Number]
) -> None:
    obligation = Obligation("", hypotheses, goal)
    assert refutes(model, hypotheses, goal)
    assert minimize(obligation, model, {"s0": 8, "s1": 5}, SOLVER) == smallest
    # Of integers any other refutation leads to the same one.
    if all(name.startswith(("u", "s")) for name in smallest):
        (verdict,) = SOLVER.decide([obligation])
        assert isinstance(verdict, Refuted)
        assert minimize(obligation, verdict.model, {"s0": 8, "s1": 5}, SOLVER) == smallest


@checks(JDG_06, LAW_11)
def test_without_a_solver_the_witness_stays() -> None:
    obligation = Obligation("", (ge(U, 5), float_lt(ZF, 3.0), lor(P, ge(U, 0))), le(U, 8))
    found = minimize(obligation, {"u0": 77, "zuf0": -9.0, "p0": True}, {}, GivesUp())
    assert found == {"u0": 77, "zuf0": 0.0, "p0": False}


class _Counting:
    """A solver that counts its questions and, after some, gives up."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked = 0

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        self.asked += len(obligations)
        return SOLVER.decide(obligations) if self.asked <= self.most else (Undecided("out of budget"),)


@checks(JDG_06, LAW_11)
def test_few_questions_lead_to_the_smallest() -> None:
    obligation = Obligation("", (ge(U, 1000), le(U, 2**62)), False)
    solver = _Counting(1000)
    assert minimize(obligation, {"u0": 2**62}, {}, solver) == {"u0": 1000}
    # Bisection: as many as the number has digits, once for its size and once for itself.
    assert solver.asked <= 2 * 62
    # What is the smallest already takes one question for each measure.
    at_once = _Counting(1000)
    assert minimize(obligation, {"u0": 1000}, {}, at_once) == {"u0": 1000}
    assert at_once.asked == 2
    for most in range(1, 12):
        given_up = _Counting(most)
        found = minimize(obligation, {"u0": 2**62}, {}, given_up)
        assert refutes(found, obligation.hypotheses, obligation.goal)
        assert given_up.asked <= most + 3, "who gives up is not asked again for that measure"


class _Reluctant:
    """A solver that finds a number which is smaller by one, each time it is asked."""

    def __init__(self, start: int) -> None:
        self.now = start
        self.asked = 0

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        self.asked += 1
        self.now -= 1
        return (Refuted({"u0": self.now}, "z3"),)


@checks(JDG_06, LAW_11)
def test_a_search_without_end_is_ended() -> None:
    solver = _Reluctant(10**6)
    found = minimize(Obligation("", (ge(U, 0),), False), {"u0": 10**6}, {}, solver)
    assert 300 <= solver.asked <= 400
    assert found == {"u0": solver.now}
