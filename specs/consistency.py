"""JDG: when a program is consistent: models of both sides, and their replay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.laws.judge import Replayer
from refimpl.laws.observation import Failure, Stated
from refimpl.laws.replay import Replay
from refimpl.laws.report import LawRow
from refimpl.terms import eq, ge, le
from specs.clauses import Clause, checks
from specs.laws import LAW_01
from tests.laws.judging import GivesUp, Runs, asking, claim, counted, judged, raising
from tests.laws.seen import EMPTY, P, U, V, atom, fact, node, stated

__all__ = ["JDG_01"]

_LAWS = "refimpl.laws"
_N = node("n", None, None)
_CONSISTENT = LawRow("CONSIST", "proved", 2, "replay")


JDG_01 = Clause(
    "JDG-01",
    "A program is consistent if nothing in it depends on a symbol, if one run satisfies both sides, or if each side has"
    " a run of its own.",
    f"{_LAWS}.judge:_Judge._ran_plainly",
    "jdg-inputs-need-no-run",
)


@checks(JDG_01, LAW_01)
def test_without_symbols_the_blind_run_was_the_run() -> None:
    found = judged(replace(EMPTY, nodes=(_N,)), runs=Replayer())
    assert (found.rows, found.model, found.relation) == ((_CONSISTENT,), {}, "equivalent")


@checks(JDG_01, LAW_01)
@pytest.mark.parametrize(
    "change",
    [
        {"contract": replace(EMPTY.contract, bound=frozenset({atom("s0")}))},
        {"nodes": (replace(_N, allocated=(atom("u0"),)),)},
        {"nodes": (replace(_N, predicates=(P,)),)},
        {"nodes": (_N, replace(_N, failure=Failure("crash", "it failed")))},
        {"before": (stated(ge(U, 1)),)},
        {"after": (stated(ge(U, 1)),)},
        {"facts": (fact(ge(U, 1)),)},
        {"extra_machine": (ge(U, 1),)},
        {"nodes": (replace(_N, assumed=True),)},
    ],
)
def test_what_depends_on_a_symbol_needs_a_run(change: dict[str, object]) -> None:
    found = judged(replace(replace(EMPTY, nodes=(_N,)), **change), runs=Replayer())  # type: ignore[arg-type]  # fields
    reason = "constraints: the model does not replay: there is no program to replay"
    under = ("n",) if "assumed" in repr(change) and "assumed=True" in repr(change) else ()
    assert found.rows == tuple(
        LawRow("CONSIST", "undecided", 2, None, under, None, f"the {side} {reason}")
        for side in ("recorded", "re-propagated")
    )
    assert found.model is None


@checks(JDG_01, LAW_01)
def test_one_run_that_both_sides_accept_is_enough() -> None:
    runs = Runs()
    seen = counted(before=(stated(ge(U, 3)),), after=(stated(le(U, 5)),))
    found = judged(seen, runs=runs)
    assert (found.rows, len(runs.asked)) == ((_CONSISTENT,), 1)
    assert found.model is not None
    model = dict(found.model)
    assert model == runs.asked[0]
    assert model["s0"] == 8, "the hints are tried first"
    assert 3 <= model["u0"] <= 5


@checks(JDG_01, LAW_01)
def test_the_run_is_the_one_that_the_operators_really_gave() -> None:
    runs = Runs(lambda valuation: Replay({**valuation, "u0": 4}))
    found = judged(counted(before=(stated(ge(U, 3)),)), runs=runs)
    assert found.rows == (_CONSISTENT,)
    assert dict(found.model or {}) == {"s0": 8, "u0": 4}
    assert len(runs.asked) == 1
    # A run that breaks a side is where the search goes on.
    runs = Runs(lambda valuation: Replay({**valuation, "u0": 1}), lambda valuation: Replay({**valuation}))
    found = judged(counted(before=(stated(ge(U, 3)),)), runs=runs)
    assert found.rows == (_CONSISTENT,)
    assert len(runs.asked) == 2
    assert dict(found.model or {}) == runs.asked[1]
    # ... and one that satisfies neither, whatever is tried, is no run of either.
    runs = Runs(lambda valuation: Replay({**valuation, "u0": 1}))
    found = judged(counted(before=(stated(ge(U, 3)),), after=(stated(ge(U, 2)),)), runs=runs)
    assert [row.outcome for row in found.rows] == ["undecided", "undecided"]
    assert {(row.message or "").partition(": ")[2] for row in found.rows} == {
        "the replayed model violates the constraints"
    }
    assert len(runs.asked) == 5, "three for both together, one for each"


@checks(JDG_01, LAW_01)
def test_a_run_of_the_recorded_side_may_raise_where_the_other_refuses_it() -> None:
    # What is recorded asks u0 = 1, the operator at least 5: neither run satisfies both.
    seen = counted(before=(stated(eq(U, 1)),), after=(stated(ge(U, 5)),))
    runs = Runs(raising("n", "too few", lambda v: v["u0"] == 1))
    found = judged(seen, runs=runs)
    assert found.rows == (_CONSISTENT,)
    assert [asked["u0"] for asked in runs.asked] == [1, 5]
    assert dict(found.model or {}) == {"s0": 8, "u0": 5}
    # Where nothing is required that it breaks, the model is none; nor is it on the other side.
    for seen in (counted(before=(stated(eq(U, 1)),)), counted(after=(stated(eq(U, 1)),))):
        found = judged(seen, runs=Runs(raising("n", "too few", lambda v: v["u0"] == 1)))
        wrong = [row.message for row in found.rows if row.outcome == "undecided"]
        side = "recorded" if seen.before else "re-propagated"
        assert f"the {side} constraints: the model does not replay: n raises too few" in wrong


@checks(JDG_01, LAW_01)
def test_the_search_goes_on_from_what_the_operators_gave() -> None:
    # The operators give u1 = 7, which the first guess misses; then u0 must be as large.
    seen = counted(before=(stated(ge(U, V)),), facts=(*counted().facts, fact(ge(V, 0))))
    runs = Runs(lambda valuation: Replay({**valuation, "u1": 7}))
    found = judged(seen, runs=runs)
    assert found.rows == (_CONSISTENT,)
    assert dict(found.model or {}) == {"s0": 8, "u0": 7, "u1": 7}


@checks(JDG_01, LAW_01)
def test_each_side_may_have_a_run_that_the_operators_correct() -> None:
    seen = counted(before=(stated(eq(U, 1)),), after=(stated(ge(U, 5)),))
    found = judged(seen, runs=Runs(lambda valuation: Replay({**valuation, "u1": 7})))
    assert found.rows == (_CONSISTENT,)
    assert dict(found.model or {}) == {"s0": 8, "u0": 5, "u1": 7}


@checks(JDG_01, LAW_01)
def test_the_recorded_sides_model_is_kept_where_the_other_has_none() -> None:
    seen = counted(before=(stated(eq(U, 1)),), after=(stated(ge(U, 9)), stated(le(U, 7))))
    found = judged(seen, runs=Runs(raising("n", "too few")))
    assert [(row.law, row.outcome) for row in found.rows] == [("CONSIST", "refuted")]
    assert dict(found.model or {}) == {"s0": 8, "u0": 1}


@checks(JDG_01, LAW_01)
def test_a_side_without_a_model_is_refuted() -> None:
    seen = counted(before=(stated(ge(U, 3)), stated(le(U, 2))))
    found = judged(seen, asking(claim(ge(U, 0))), runs=Runs())
    assert found.rows == (
        LawRow(
            "CONSIST", "refuted", 2, None, (), "n",
            "the recorded constraints contradict each other: no input satisfies them; u0 <= 2 contradicts what comes "
            "before it",
        ),
        LawRow(
            "LINK", "undecided", 1, None, (), None,
            "nothing is proved from constraints that have no replayed model (CONSIST)",
        ),
    )  # fmt: skip
    assert found.relation == "equivalent", "EQUIV was not asked"
    assert dict(found.model or {}) == {"s0": 8, "u0": 2}, "the other side's"
    both = counted(before=(stated(ge(U, 3)), stated(le(U, 2))), after=(stated(ge(U, 9)), stated(le(U, 7))))
    assert [row.outcome for row in judged(both, runs=Runs()).rows] == ["refuted", "refuted"]
    assert judged(both, runs=Runs()).model is None


@checks(JDG_01, LAW_01)
@pytest.mark.parametrize("length", range(1, 9))
def test_the_statement_that_leaves_no_solution_is_named(length: int) -> None:
    least = tuple(stated(ge(U, bound), node=f"n{bound}") for bound in range(length))
    for place in range(length + 1):
        statements = (*least[:place], stated(le(U, -1), node="low"), *least[place:])
        (row, *_) = judged(counted(before=statements), runs=Runs()).rows
        # A count is not negative, which is a fact: no other statement is needed.
        assert row.node == "low"
        statements = (stated(le(U, place - 1), node="first"), *least)
        found = judged(replace(counted(before=statements), facts=()), runs=Runs()).rows[0]
        assert found.node == (None if place == length else f"n{place}")


@checks(JDG_01, LAW_01)
def test_why_there_is_no_solution_is_said() -> None:
    def why(**change: object) -> tuple[str | None, str]:
        found = judged(replace(counted(), **change), runs=Runs())  # type: ignore[arg-type]  # fields
        (row, *_) = [row for row in found.rows if row.law == "CONSIST"]
        return row.node, (row.message or "").partition("satisfies them; ")[2]

    fails = Stated("n", False, "operator", (), "too few")
    assert why(after=(fails,)) == ("n", "the operator raises on every input (too few)")
    assert why(before=(Stated("a", False, "assert"),)) == ("a", "an assert is recorded as false")
    facts = (fact(ge(U, 1)), fact(le(U, 0)))
    given = "the contract (ranges and guards of inputs) and the facts of the run do already"
    assert why(facts=facts, before=(stated(ge(U, 3)),)) == (None, given)


@checks(JDG_01, LAW_01)
def test_a_side_of_which_no_model_is_known_is_undecided() -> None:
    # No search finds it: u0 * u0 = 49 * 49.
    seen = counted(before=(stated(eq(U * U, 2401)),), contract=replace(EMPTY.contract, bound=frozenset({atom("s0")})))
    found = judged(seen, runs=Runs(), solver=GivesUp())
    (row, *rest) = found.rows
    assert (row.law, row.outcome, rest) == ("CONSIST", "undecided", [])
    assert "the recorded constraints: no model found: out of budget" in (row.message or "")
