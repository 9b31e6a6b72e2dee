"""ASK, continued: how what is asked of steps and runs is decided, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.laws.implementation import OBSERVED_LAWS, judge_run, judge_step
from refimpl.laws.step import Raised, Step
from refimpl.laws.step_law import ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.solver import Obligation, Proved, Refuted, Undecided, Verdict, make_solver
from refimpl.symbolic_shapes import KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, eq, ge, le, lor, ne, symbol
from specs.clauses import Clause, checks
from specs.hypotheses import OBL_07
from specs.observed import IMP_02, IMP_03
from tests.laws.observed import S0, step
from tests.laws.seen import atom
from tests.laws.stepping import known, ran

__all__ = ["ASK_12"]

_LAWS = "refimpl.laws"
S, U, V, W, X = (symbol(name) for name in ("s0", "u0", "u1", "u7", "u8"))
U9 = atom("u9")
AT: KeyPath = (SequenceKey(0),)
NEXT: KeyPath = (SequenceKey(1),)
NOTHING = ShapeEnvState()
FAILED = Raised("other", "Error", "why")
SOLVER = make_solver()


ASK_12 = Clause(
    "ASK-12",
    "An obligation that follows word for word or by intervals asks no solver; one that fails has the smallest witness"
    " that satisfies everything known; each finding is told once.",
    f"{_LAWS}.implementation:_settles",
    "ask-a-contradiction-settles-nothing",
)


class _Noting:
    """A solver that keeps what it was asked and gives up on what it was not told the answer of."""

    def __init__(self, *, unsure: Sequence[Cond] = ()) -> None:
        self.asked: list[Obligation] = []
        self.unsure = unsure

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        self.asked += obligations
        found = SOLVER.decide(obligations)
        return tuple(
            Undecided("too hard") if each.goal in self.unsure else verdict
            for each, verdict in zip(obligations, found, strict=True)
        )


def _law(*open_: StepClaim, findings: tuple[StepFinding, ...] = ()) -> ObservedLaw:
    def claims(_: Step) -> StepClaims:
        return StepClaims(open_, findings)

    return ObservedLaw("LINK", "It holds.", claims)


def _claim(goal: Cond, *hypotheses: Cond) -> StepClaim:
    return StepClaim("LINK", "n", hypotheses, goal, "wrong", "mend it")


@checks(ASK_12, OBL_07)
def test_what_follows_plainly_asks_no_solver() -> None:
    plain = [
        _claim(True),
        _claim(ge(U, 1), ge(V, 0), ge(U, 1)),
        _claim(ge(U, 1), ge(U, 2)),
        _claim(ge(U + V, 1), ge(U, 1), True, ge(V, 0)),
        _claim(False, ge(U, 1), False),
        _claim(ge(U, 1), False),
        _claim(lor(eq(V, 5), ge(U, 60)), ge(S, 1), lor(eq(V, 5), ge(U, 60))),
        _claim(False, False),
    ]
    solver = _Noting()
    assert judge_step(step(), solver, laws=[_law(*plain)]) == ()
    assert solver.asked == []
    assert judge_step(step(), solver, laws=[_law()]) == ()
    hidden = _claim(ne(U, 1), lor(ge(U, 3), le(U, -3)), ge(V, 5))
    assert judge_step(step(), solver, laws=[_law(*plain, hidden)]) == ()
    (asked,) = solver.asked
    assert (asked.name, asked.goal, asked.hypotheses) == ("LINK n", ne(U, 1), (lor(ge(U, 3), le(U, -3)),))


@checks(ASK_12, IMP_02)
def test_what_fails_has_the_smallest_witness() -> None:
    lost = _claim(ge(U, 5), ge(U, 2), le(V, 7))
    assert judge_step(step(), SOLVER, laws=[_law(lost)]) == (
        StepFinding("LINK", "refuted", "n", "wrong", {"u0": 2}, "mend it"),
    )
    assert judge_step(step(), SOLVER, laws=[_law(replace(lost, broken="undecided"))]) == (
        StepFinding("LINK", "undecided", "n", "wrong", {"u0": 2}, "mend it"),
    )
    # A constant goal asks everything known for a solution.
    never = _claim(False, ge(U, 2), le(V, -7))
    assert judge_step(step(), SOLVER, laws=[_law(never)]) == (
        StepFinding("LINK", "refuted", "n", "wrong", {"u0": 2, "u1": -7}, "mend it"),
    )
    assert judge_step(step(), SOLVER, laws=[_law(_claim(False, ge(U, 2), le(U, 1)))]) == ()
    # Hints count: s0 stays at its hint, although a smaller one would do.
    hinted = step(before=known(hints={S0: 9}))
    (found,) = judge_step(hinted, SOLVER, laws=[_law(_claim(ge(S + U, 20), ge(S, 2), ge(U, 0)))])
    assert found.witness == {"s0": 9, "u0": 0}
    (found,) = judge_step(step(before=known(hints={S0: None})), SOLVER, laws=[_law(_claim(ge(S + U, 20), ge(S, 2)))])
    assert found.witness == {"s0": 2, "u0": 0}
    run = ran(before=known(hints={S0: 9}))
    law = ObservedLaw("LINK", "It holds.", of_run=lambda _: StepClaims((_claim(ge(S, 20), ge(S, 2)),)))
    assert judge_run(run, SOLVER, laws=[law]) == (
        StepFinding("LINK", "refuted", "n", "wrong", {"s0": 9}, "mend it"),
    )  # fmt: skip


@checks(ASK_12, IMP_02, IMP_03)
def test_nothing_fails_where_what_else_was_known_has_no_solution() -> None:
    elsewhere = _claim(ge(U, 5), ge(V, 3), le(V, 2))
    assert judge_step(step(), SOLVER, laws=[_law(elsewhere)]) == ()
    (found,) = judge_step(step(), _Noting(unsure=[False]), laws=[_law(elsewhere)])
    assert (found.outcome, found.witness, found.fix) == ("undecided", None, "mend it")
    assert found.message == "wrong; whether what was known has a solution is open: too hard"
    (found,) = judge_step(step(), _Noting(unsure=[ge(U, 5)]), laws=[_law(_claim(ge(U, 5), ge(U, 2)))])
    assert found == StepFinding("LINK", "undecided", "n", "wrong; too hard", None, "mend it")


class _Wrong:
    """A solver whose models refute nothing."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        return tuple(Refuted({"u0": 8}, "z3") for _ in obligations)


class _Sure:
    """A solver that proves everything."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        return tuple(Proved("z3") for _ in obligations)


@checks(ASK_12)
def test_a_witness_that_does_not_refute_is_none() -> None:
    lost = _claim(ge(U, 5), ge(U, 2))
    (found,) = judge_step(step(), _Wrong(), laws=[_law(lost)])
    assert found == StepFinding("LINK", "undecided", "n", "wrong; the witness does not replay", None, "mend it")
    assert judge_step(step(), _Sure(), laws=[_law(lost)]) == ()


@checks(ASK_12)
def test_what_is_discarded_is_asked_only_where_everything_is() -> None:
    left = replace(_claim(ge(U, 5), ge(U, 2)), discarded=True)
    assert judge_step(step(), SOLVER, laws=[_law(left)]) == ()
    assert len(judge_step(step(), SOLVER, laws=[_law(left)], complete=True)) == 1
    law = ObservedLaw("LINK", "It holds.", of_run=lambda _: StepClaims((left,)))
    assert len(judge_run(ran(), SOLVER, laws=[law])) == 1


@checks(ASK_12)
def test_each_finding_is_told_once_with_where_it_was_seen() -> None:
    one = StepFinding("LINK", "refuted", "n", "wrong")
    others = (replace(one, law="PATH"), replace(one, node="m"), replace(one, message="else"), replace(one, fix="other"))
    seen = replace(step(), stack="here")
    found = judge_step(seen, SOLVER, laws=[_law(findings=(one, *others, one, replace(one, node="k")))])
    assert [(each.law, each.node, each.message, each.fix) for each in found] == [
        ("LINK", "n", "wrong", ""), ("PATH", "n", "wrong", ""), ("LINK", "m", "wrong", ""), ("LINK", "n", "else", ""),
        ("LINK", "k", "wrong", ""),
    ]  # fmt: skip
    assert {each.stack for each in found} == {"here"}
    (kept,) = judge_step(seen, SOLVER, laws=[_law(findings=(replace(one, stack="there"),))])
    assert kept.stack == "there"
    both = _law(_claim(ge(U, 5)), findings=(one,))
    assert [each.witness for each in judge_step(step(), SOLVER, laws=[both])] == [None]


@checks(ASK_12)
def test_each_law_says_what_it_says_of_programs_too() -> None:
    assert [law.name for law in OBSERVED_LAWS] == [
        "EXACT", "FRAME", "ROOT", "SORT", "ATOM", "STEADY", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT",
    ]  # fmt: skip
    assert all(law.statement.endswith(".") for law in OBSERVED_LAWS)
    quiet = replace(step(), places=(), before=NOTHING, after=NOTHING)
    for law in OBSERVED_LAWS:
        assert law.of_step(quiet) == StepClaims()
        assert law.of_run(ran()) == StepClaims()
