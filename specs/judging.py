"""JDG, continued: how the obligations of one program become rows, and what is left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from refimpl.laws.judge import LAWS, judge
from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.observation import Observation
from refimpl.laws.replay import Replay
from refimpl.laws.report import LawRow, Relation
from refimpl.solver import Model, Number, Obligation, Refuted, Solver, Verdict, make_solver
from refimpl.terms import eq, float_lt, ge, le, lor, ne
from specs.clauses import Clause, checks
from specs.laws import LAW_01
from tests.laws.judging import GivesUp, Runs, asking, claim, counted, fails, judged, raising
from tests.laws.seen import EMPTY, ZF, P, U, V, fact, node, stated

__all__ = ["JDG_02", "JDG_03"]

_LAWS = "refimpl.laws"
_N = node("n", None, None)
_CONSISTENT = LawRow("CONSIST", "proved", 2, "replay")


JDG_02 = Clause(
    "JDG-02",
    "A law has one row if it holds, with what decided it; else one row for each obligation that is refuted or open.",
    f"{_LAWS}.judge:_Judge.law",
    "jdg-only-one-refutation-is-shown",
)


@checks(JDG_02)
def test_a_law_that_holds_has_one_row_with_what_decided_it() -> None:
    known, asked = claim(ge(U, 0)), claim(ne(V, 1))
    seen = counted(facts=(*counted().facts, fact(lor(ge(V, 3), le(V, -3)))))
    table: list[tuple[Law, int, str]] = [
        (asking(settled=3), 3, "normal-form"),
        (asking(known), 1, "normal-form"),
        (asking(asked), 1, "z3"),
        (asking(asked, known, settled=2), 4, "normal-form, z3"),
    ]
    for law, total, by in table:
        found = judged(seen, law)
        assert found.rows == (_CONSISTENT, LawRow("LINK", "proved", total, by))
        assert [each.claim for each in found.decided] == list(law.claims(EMPTY).open)
        assert found.relation == "equivalent"
    found = judged(seen, asking(known, settled=2), reprove=True)
    assert found.rows[1:] == (LawRow("LINK", "proved", 3, "z3"),)


@checks(JDG_02)
def test_laws_are_asked_of_what_reproving_says() -> None:
    asked: list[bool] = []

    def claims(seen: Observation) -> Claims:
        asked.append(seen.reprove)
        return Claims((), (), 1)

    for reprove in (False, True):
        judged(counted(), Law("PATH", "It holds.", claims), reprove=reprove)
    assert asked == [False, True]
    plain = judge(counted(), make_solver(), Runs(), laws=[asking(claim(ge(U, 0)))])
    assert plain.rows[1].by == "normal-form"


@checks(JDG_02)
def test_laws_are_asked_of_what_can_still_be_emitted() -> None:
    lost: list[str] = []

    def claims(seen: Observation) -> Claims:
        lost.extend(stated.lost for stated in seen.after)
        return Claims((), (), 1)

    nobody = replace(stated(ge(V, 1)), source="assert")
    judged(counted(after=(nobody,), facts=(*counted().facts, fact(ge(V, 1)))), Law("PATH", "It holds.", claims))
    assert len(lost) == 1
    assert lost[0]


@checks(JDG_02)
def test_every_law_is_asked_by_default_and_in_order() -> None:
    names = ["EQUIV", "VALUE", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT"]
    assert [law.name for law in LAWS] == names
    found = judge(replace(EMPTY, nodes=(_N,)), make_solver(), Runs())
    assert [row.law for row in found.rows] == ["CONSIST", *names]
    assert judged(replace(EMPTY, nodes=(_N,))).rows == (_CONSISTENT,)


@checks(JDG_02)
def test_a_refuted_obligation_has_its_witness() -> None:
    lost = claim(ge(U, 2), sides=(U, 2))
    found = judged(counted(), asking(lost, claim(ge(U, 0)), claim(le(U, 9)), settled=1))
    assert found.rows == (
        _CONSISTENT,
        LawRow("LINK", "refuted", 4, "z3", (), "n", "wrong: u0 (= 0) against 2; mend it", (("s0", "8"), ("u0", "0"))),
        LawRow("LINK", "refuted", 4, "z3", (), "n", "wrong; mend it", (("s0", "10"), ("u0", "10"))),
    )
    assert isinstance(found.decided[0].verdict, Refuted)
    assert found.relation == "equivalent", "no direction"


@checks(JDG_02)
def test_a_finding_has_the_numbers_of_the_run() -> None:
    wrong = Finding("DOM", "m", "refuted", "it is wrong")
    unknown = Finding("DOM", "m", "undecided", "who knows")
    found = judged(counted(before=(stated(eq(U, 3)),)), asking(findings=(wrong, unknown), settled=1))
    assert found.rows[1:] == (
        LawRow("DOM", "refuted", 3, None, (), "m", "it is wrong", (("s0", "8"), ("u0", "3"))),
        LawRow("DOM", "undecided", 3, None, (), "m", "who knows"),
    )
    plainly = judged(replace(EMPTY, nodes=(_N,)), asking(findings=(wrong,)))
    assert plainly.rows[1:] == (LawRow("DOM", "refuted", 1, None, (), "m", "it is wrong", ()),)


@checks(JDG_02)
def test_every_row_names_what_is_assumed() -> None:
    seen = counted(nodes=(replace(_N, assumed=True), node("m", None, None), replace(_N, path="k", assumed=True)))
    wrong = Finding("DOM", "m", "refuted", "it is wrong")
    laws = (asking(settled=1), asking(claim(ge(U, 0))), asking(claim(ge(U, 1))), asking(findings=(wrong,)))
    found = judged(seen, *laws)
    assert len(found.rows) == 5
    assert {row.under for row in found.rows} == {("n", "k")}


@checks(JDG_02, LAW_01)
def test_nothing_is_proved_where_a_side_has_no_model() -> None:
    seen = counted(before=(stated(ge(U, 3)), stated(le(U, 2))))
    nothing = "nothing is proved from constraints that have no replayed model (CONSIST)"
    wrong = Finding("DOM", "m", "refuted", "it is wrong")
    lost = claim(ge(U, 1), "EQUIV", direction="weakened")
    found = judged(seen, asking(settled=1), asking(findings=(wrong,)), asking(findings=(wrong,), settled=1))
    rows = [(row.law, row.outcome, row.message) for row in found.rows[1:]]
    assert rows == [
        ("LINK", "undecided", nothing),
        ("DOM", "refuted", "it is wrong"),
        ("DOM", "undecided", nothing),
        ("DOM", "refuted", "it is wrong"),
    ]
    both = replace(seen, after=seen.before)
    assert [row.witness for row in judged(both, asking(findings=(wrong,))).rows] == [None, None, None]
    refuted = judged(seen, asking(lost))
    assert [(row.law, row.outcome) for row in refuted.rows[1:]] == [("EQUIV", "refuted")]
    assert refuted.relation == "weakened"
    held = judged(seen, asking(claim(ge(U, 0), "EQUIV", direction="weakened")))
    assert [row.message for row in held.rows[1:]] == [nothing]
    assert held.relation == "unknown"
    assert judged(seen, asking(claim(ge(U, 0)))).relation == "equivalent"


JDG_03 = Clause(
    "JDG-03",
    "An obligation is refuted only with a witness that replays; what an unread guard, an unbound symbol or no solver"
    " settles is open.",
    f"{_LAWS}.judge:_Judge._refuted",
    "jdg-another-value-refutes-too",
)
_LOST = claim(ge(U, 2), direction="weakened")


@checks(JDG_03)
def test_the_direction_of_what_is_refuted_is_the_relation() -> None:
    def relation(*found: Finding) -> Relation:
        return judged(counted(), *(asking(findings=(each,)) for each in found)).relation

    lost = Finding("EQUIV", "n", "refuted", "lost", "weakened")
    new = Finding("EQUIV", "n", "refuted", "new", "strengthened")
    assert relation() == "equivalent"
    assert relation(Finding("DOM", "n", "refuted", "it is wrong")) == "equivalent"
    assert relation(lost) == "weakened"
    assert relation(new) == "strengthened"
    assert relation(lost, new) == "incomparable"
    assert relation(replace(lost, outcome="undecided")) == "unknown"
    assert relation(replace(lost, outcome="undecided"), new) == "strengthened"
    assert relation(lost, replace(new, outcome="undecided")) == "weakened"
    assert judged(counted(), asking(_LOST)).relation == "weakened"
    required = claim(ge(U, 2), given="before", direction="strengthened")
    runs = Runs(raising("n", "too few", lambda v: v["u0"] < 2))
    found = judged(counted(), asking(required), runs=runs)
    assert found.relation == "strengthened"
    row = found.rows[1]
    assert (row.outcome, row.message, row.witness) == (
        "refuted",
        "wrong; mend it; n raises: too few",
        (("s0", "8"), ("u0", "0")),
    )


def _open(
    seen: Observation, asked: Claim, *answers: Callable[[Model], Replay], solver: Solver | None = None
) -> tuple[LawRow, Relation]:
    found = judged(seen, asking(asked), runs=Runs(*answers), solver=solver)
    assert found.rows[0] == _CONSISTENT
    (row,) = found.rows[1:]
    assert (row.outcome, row.by, row.node, row.witness) == ("undecided", None, "n", None)
    return row, found.relation


def _as_it_is(valuation: Model) -> Replay:
    return Replay(dict(valuation))


@checks(JDG_03)
def test_a_witness_that_does_not_replay_refutes_nothing() -> None:
    row, relation = _open(counted(), _LOST, _as_it_is, fails("it cannot run"))
    assert row.message == "wrong; mend it; the witness does not replay: it cannot run"
    assert relation == "unknown"
    row, relation = _open(counted(), claim(ge(U, 2)), _as_it_is, raising("m", "no"))
    assert row.message == "wrong; mend it; the witness does not replay: m raises no"
    assert relation == "equivalent"
    row, _ = _open(counted(), _LOST, lambda v: Replay({**v, "s0": 8, "u0": 5}))
    assert row.message == "wrong; mend it; the witness does not replay: the condition holds on the run"


class _OneModel:
    """A solver that knows one model, unless it is asked for a smaller one."""

    def __init__(self, **model: Number) -> None:
        self.model: Model = {"s0": 8, **model}

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        found = make_solver().decide(obligations)
        asked = [each.name for each in obligations]
        return (Refuted(self.model, "cvc5"),) if asked == ["LINK n"] else found


@checks(JDG_03)
def test_the_solvers_own_model_is_tried_where_the_smallest_does_not_replay() -> None:
    def runs(valuation: Model) -> Replay:
        return Replay({**valuation, "u0": 2} if valuation["u0"] == 0 else dict(valuation))

    found = judged(counted(), asking(claim(ge(U, 2))), runs=Runs(runs), solver=_OneModel(u0=1))
    assert found.rows[1:] == (
        LawRow("LINK", "refuted", 1, "cvc5", (), "n", "wrong; mend it", (("s0", "8"), ("u0", "1"))),
    )


@checks(JDG_03)
def test_other_numbers_are_tried_where_the_solvers_do_not_replay() -> None:
    def tried(asked: Claim, **model: Number) -> list[dict[str, Number]]:
        runs = Runs(_as_it_is, fails("it cannot run"))
        found = judged(counted(), asking(asked), runs=runs, solver=_OneModel(**model))
        assert [row.outcome for row in found.rows] == ["proved", "undecided"]
        return runs.asked[1:]

    def counts(asked: Claim, **model: Number) -> list[Number]:
        return [valuation["u0"] for valuation in tried(asked, **model)]

    assert counts(claim(ge(U, 6)), u0=0) == [0, 2, 3, 5]
    assert counts(claim(ge(U, 6)), u0=4) == [0, 4, 2, 3, 5]
    assert counts(claim(ge(U, 3)), u0=0) == [0, 2], "only where the claim fails too"
    # The branch, the floats and the sizes of the inputs stay as they are.
    inside = claim(ge(U, 6), under=(P, float_lt(ZF, 1.0)))
    for valuation in tried(inside, u0=0, p0=True, zuf0=0.5):
        assert (valuation["p0"], valuation["s0"]) == (True, 8)
        assert isinstance(valuation["p0"], bool)
        assert isinstance(valuation["zuf0"], float)
    assert counts(inside, u0=0, p0=True, zuf0=0.0) == [0, 2, 3, 5]


@checks(JDG_03)
def test_nothing_is_refuted_under_a_guard_that_nobody_read() -> None:
    unread = replace(counted().contract, unreadable=("f(x)", "g(x)"))
    row, relation = _open(counted(contract=unread), _LOST)
    assert row.message == "wrong; mend it; a guard was not understood: f(x)"
    assert relation == "unknown"


@checks(JDG_03)
def test_another_value_of_an_unbound_symbol_may_satisfy_it() -> None:
    row, relation = _open(counted(), claim(ge(U, 2), given="before", direction="strengthened", existential=True))
    assert row.message == "wrong; mend it; no value of a symbol that no node binds is known to satisfy it"
    assert relation == "unknown"
    assert judged(counted(), asking(claim(ge(U, 0), existential=True))).rows[1].outcome == "proved"


@checks(JDG_03)
def test_what_no_solver_decides_may_have_a_neighbour_that_breaks_it() -> None:
    found = judged(counted(), asking(claim(ge(U, 1), direction="weakened")), solver=GivesUp())
    assert found.rows[1:] == (
        LawRow("LINK", "refuted", 1, "replay", (), "n", "wrong; mend it", (("s0", "8"), ("u0", "0"))),
    )
    assert found.relation == "weakened"
    never = claim(ne(U * U, 5), direction="weakened")
    row, relation = _open(counted(), never, solver=GivesUp())
    assert (row.message, relation) == ("wrong; mend it; out of budget", "unknown")
    seen = counted(before=(stated(ge(U, 3)), stated(le(U, 2))), after=(stated(ge(U, 3)), stated(le(U, 2))))
    found = judged(seen, asking(claim(ge(V, 1))), solver=GivesUp())
    assert [row.outcome for row in found.rows] == ["undecided", "undecided", "undecided"]
    assert found.rows[2].message == "wrong; mend it; out of budget", "there is no model to start from"
