"""The laws of an implementation, asked of the outcome of a case: each names what is wrong with a wrong subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from refimpl.conformance.case import Case, InterpreterInput, PropagationInput
from refimpl.conformance.judge import Judgement, judge
from refimpl.conformance.outcome import (
    BindingsResult,
    Outcome,
    PropagationResult,
    Raised,
    RebindingResult,
    Rejection,
    Returned,
)
from refimpl.conformance.reference import Reference
from refimpl.conformance.reports import json_lines, law_lines, read_report, write_reports
from refimpl.conformance.runner import conform
from refimpl.conformance.serving import ask
from refimpl.conformance.waivers import Waiver
from refimpl.solver import make_solver
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Sort, ValueRange, eq, evaluate, ge, mod, of_atom, symbol_atom
from tests.conformance.planted import SET, answering, judged, vector, vector_named
from tests.conformance.validation import CONFORMANCE, is_valid

U0, U1, U2, U9, S0 = (symbol_atom(name, Sort.INT) for name in ("u0", "u1", "u2", "u9", "s0"))
ALL = Reference().features


def reference(path: str) -> Outcome:
    """What the reference answers."""
    return ask(Reference(), vector_named(path).case.input)


def answered(path: str, outcome: Outcome) -> Judgement:
    """The verdict on an answer to a vector of the set."""
    return judge(vector_named(path), outcome, ALL, make_solver())


def before(path: str) -> ShapeEnvState:
    """The environment of a vector."""
    given = vector_named(path).case.input
    assert not isinstance(given, InterpreterInput)
    return given.environment


def twisted(path: str, change: Callable[[ShapeEnvState], ShapeEnvState]) -> Outcome:
    """The answer of the reference with another environment."""
    outcome = reference(path)
    match outcome:
        case Returned(RebindingResult(after)):
            return Returned(RebindingResult(change(after)))
        case Returned(PropagationResult(values, after)):
            return Returned(PropagationResult(values, change(after)))
        case Raised(rejection, after) if after is not None:
            return Raised(rejection, change(after))
        case _:
            raise AssertionError(path)


def returned(path: str) -> Outcome:
    """The answer of a subject that accepts the step and does nothing."""
    return Returned(RebindingResult(before(path)))


FRESH = "rebinding/fresh-takes-the-old-name"
WRONG: list[tuple[str, str, Callable[[str], Outcome]]] = [
    # It forgets every bound; it adds one.
    ("EXACT", FRESH, lambda path: twisted(path, lambda state: replace(state, known=()))),
    (
        "EXACT",
        FRESH,
        lambda path: twisted(path, lambda state: replace(state, known=(*state.known, ge(of_atom(U0), 3)))),
    ),
    # It refuses what has a solution, and calls that inconsistent.
    ("EXACT", FRESH, lambda path: Raised(Rejection("inconsistent", "never", "nonzero"), before(path))),
    # It takes a value out of the recorded range, and says nothing.
    ("LINK", "rebinding/constant-out-of-range-is-inconsistent", returned),
    # It writes the requirement of the program on the range of an input; it changes an example input.
    (
        "FRAME",
        "rebinding/backed-size",
        lambda path: twisted(path, lambda state: replace(state, ranges={S0: ValueRange(2, 10)})),
    ),
    ("FRAME", "rebinding/backed-size", lambda path: twisted(path, lambda state: replace(state, hints={S0: 7}))),
    # It replaces a symbol by itself, in a circle.
    (
        "ROOT",
        FRESH,
        lambda path: twisted(path, lambda state: replace(state, replacements={U1: term_of(U0), U0: term_of(U1)})),
    ),
    ("SORT", "rebinding/float-against-an-integer-symbol", returned),
    ("STEADY", "rebinding/the-symbol-itself", lambda path: Raised(Rejection("refused", "memo"), before(path))),
    (
        "ATOM",
        "rebinding/second-binding-inconsistent",
        lambda path: twisted(path, lambda state: replace(state, renamings={U2: U0})),
    ),
    ("PATH", "rebinding/quotient-of-a-symbol", returned),
    # It files an assert under the name that nothing binds any more.
    (
        "EMIT",
        "rebinding/old-with-assert",
        lambda path: twisted(
            path,
            lambda state: replace(state, asserts={next(iter(state.renamings)): next(iter(state.asserts.values()))}),
        ),
    ),
    # A fresh symbol is left that nothing binds.
    (
        "FRESH",
        "propagation/program-nonzero",
        lambda path: twisted(path, lambda state: replace(state, pending=(*state.pending, U9))),
    ),
    ("EXACT", "propagation/program-nonzero", lambda path: twisted(path, lambda state: replace(state, known=()))),
    # A path that does not exist in the value is computed.
    (
        "PATH",
        "bindings/pending-element",
        lambda path: Returned(BindingsResult(((U2, (SequenceKey(7),)),), before(path))),
    ),
]


@pytest.mark.parametrize(
    ("law", "path", "answer"), WRONG, ids=[f"{law}-{index}" for index, (law, *_) in enumerate(WRONG)]
)
def test_the_law_that_a_wrong_outcome_breaks_is_named(law: str, path: str, answer: Callable[[str], Outcome]) -> None:
    assert answered(path, reference(path)).laws == ()
    judgement = answered(path, answer(path))
    assert judgement.verdict == "fail"
    assert law in judgement.broken, judgement
    assert law in judgement.message


UNSEEN: list[Callable[[ShapeEnvState], ShapeEnvState]] = [
    lambda state: replace(state, ranges={S0: ValueRange(2, 10)}),
    lambda state: replace(state, hints={S0: 7}),
]


@pytest.mark.parametrize("change", UNSEEN)
def test_what_no_comparison_asks_for_a_law_notices(change: Callable[[ShapeEnvState], ShapeEnvState]) -> None:
    judgement = answered("rebinding/backed-size", twisted("rebinding/backed-size", change))
    assert (judgement.verdict, judgement.difference, judgement.broken) == ("fail", None, ("FRAME",))
    assert judgement.message.startswith("it breaks FRAME: ")


def test_the_witness_of_a_broken_law_replays() -> None:
    after = replace(before(FRESH), ranges={}, replacements={U1: term_of(U0)})
    judgement = answered(FRESH, Returned(RebindingResult(after)))
    shown = [each for each in judgement.laws if each.witness is not None]
    assert shown
    for finding in shown:
        assert finding.witness is not None
        assert all(evaluate(condition, finding.witness) is True for condition in after.conditions())
        assert not all(evaluate(condition, finding.witness) is True for condition in before(FRESH).conditions())


def test_a_law_that_the_expected_outcome_does_not_satisfy_is_not_asked() -> None:
    # The case asks for u0 = u1; what is expected says the opposite, as a profile that is not exact may.
    wrong = {"outcome": "returned", "result": {"environment": {"known": [["ne", "u0", "u1"]]}}, "compare": ["pending"]}
    other = {"outcome": "returned", "result": {"environment": {"known": [["lt", "u0", "u1"]]}}}
    assert judged(vector(wrong), other).verdict == "pass"
    right = {"outcome": "returned", "result": {"environment": {"replacements": {"u1": "u0"}}}, "compare": ["pending"]}
    assert judged(vector(right), other).broken == ("EXACT",)


def test_a_law_that_the_solver_cannot_decide_is_unknown_and_no_pass() -> None:
    cubes = ["add", *(["mul", name, name, name] for name in ("u0", "u1", "u2"))]
    given = {"symbols": dict.fromkeys(("u0", "u1", "u2"), "int")}
    right = {"outcome": "returned", "result": {"environment": {"replacements": {"u1": "u0"}}}, "compare": ["pending"]}
    hard = {"replacements": {"u1": "u0"}, "known": [["ne", cubes, "114"]]}
    judgement = judged(vector(right, given=given), {"outcome": "returned", "result": {"environment": hard}}, budget=1)
    assert (judgement.verdict, judgement.broken) == ("unknown", ())
    assert judgement.message.startswith("whether it breaks EXACT is open: ")
    assert law_lines(judgement)[0].startswith("EXACT is open at n: ")


def test_what_may_be_refused_is_refused_without_a_trace() -> None:
    right = {"outcome": "returned", "result": {"environment": {"replacements": {"u1": "u0"}}}, "compare": ["pending"]}
    may = vector(right, level={"may": "nobody needs it"})
    refused: dict[str, object] = {"outcome": "raised", "kind": "refused"}
    assert judged(may, {**refused, "environment": {"pending": ["u1"]}}).how == "allowed"
    judgement = judged(may, {**refused, "environment": {}})
    assert (judgement.verdict, "ATOM" in judgement.broken) == ("fail", True)


def test_a_refused_step_may_write_what_it_knows_in_other_words() -> None:
    path = "rebinding/second-binding-inconsistent"
    outcome = reference(path)
    assert isinstance(outcome, Raised)
    assert outcome.environment is not None
    assert outcome.environment.ranges != before(path).ranges
    assert answered(path, outcome).laws == ()
    known = (*outcome.environment.known, eq(of_atom(U0), 0))
    moved = Raised(outcome.rejection, replace(outcome.environment, known=known))
    assert "ATOM" in answered(path, moved).broken


def test_an_equation_may_be_kept_in_other_words() -> None:
    path = "rebinding/quotient-of-a-symbol"
    kept = (eq(of_atom(U0) * 2, of_atom(U2)), eq(mod(of_atom(U2), 2), 0))
    state = replace(before(path), known=kept, pending=())
    judgement = answered(path, Returned(RebindingResult(state)))
    assert (judgement.verdict, judgement.laws) == ("pass", ())


def _answer(case: Case) -> Outcome:
    """FRAME is broken where the comparison sees nothing, and where the vector is waived; EXACT elsewhere."""
    outcome = ask(Reference(), case.input)
    if not isinstance(outcome, Returned) or not isinstance(outcome.result, RebindingResult):
        return outcome
    after = outcome.result.environment
    match case.id:
        case "backed-size" | "backed-twice-a-size":
            return Returned(RebindingResult(replace(after, ranges={S0: ValueRange(2, 9)})))
        case "fresh-takes-the-old-name":
            return Returned(RebindingResult(replace(after, known=())))
        case _:
            return outcome


def test_every_report_names_the_broken_laws_with_their_witnesses(tmp_path: Path) -> None:
    waiver = Waiver("rebinding/backed-twice-a-size", "planted", "it is known", "2026-01-02", "input_range_narrowed")
    run = conform(SET.vectors, answering(_answer), make_solver(), deadline=60.0, waivers=(waiver,))
    assert {verdict: run.count(verdict) for verdict in ("fail", "waived")} == {"fail": 2, "waived": 1}
    _, rows = read_report(json_lines(run, SET.hash))
    found = {str(row["id"]): row for row in rows if row["verdict"] != "pass"}
    assert all(is_valid(CONFORMANCE, row) for row in found.values())
    assert [row["id"] for row in rows if "laws" in row] == list(found)
    laws = found["fresh-takes-the-old-name"]["laws"]
    assert isinstance(laws, list)
    for law in laws:
        assert isinstance(law, dict)
        assert sorted(law) == ["fix", "law", "message", "node", "outcome", "witness"]
        assert (law["law"], law["outcome"], law["node"]) == ("EXACT", "refuted", "nonzero")
        assert isinstance(law["witness"], dict)
        assert all(isinstance(value, str) for value in law["witness"].values())
    assert "breaks FRAME" in str(found["backed-twice-a-size"]["message"])
    write_reports(run, tmp_path, vectors_hash=SET.hash)
    failures = ElementTree.parse(tmp_path / "junit.xml").getroot().findall("testcase/failure")
    assert [("it breaks" in each.attrib["message"], "EXACT at" in str(each.text)) for each in failures] == [
        (True, False), (True, True)
    ]  # fmt: skip
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert page.count("breaks FRAME") == 2
    assert page.count("breaks EXACT") == 1


AGAIN = "propagation/program-again-nonzero"


def after_runs(runs: int, change: Callable[[ShapeEnvState], ShapeEnvState]) -> Outcome:
    """The answer of the reference to the case with that many runs, with another environment."""
    given = vector_named(AGAIN).case.input
    assert isinstance(given, PropagationInput)
    outcome = ask(Reference(), replace(given, runs=runs))
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, PropagationResult)
    return Returned(replace(outcome.result, environment=change(outcome.result.environment)))


def judged_again(last: Callable[[ShapeEnvState], ShapeEnvState], earlier: Outcome | None) -> Judgement:
    """The verdict on the third run, beside the outcome of two."""
    return judge(vector_named(AGAIN), after_runs(3, last), ALL, make_solver(), earlier=earlier)


def same(state: ShapeEnvState) -> ShapeEnvState:
    """What the reference answers."""
    return state


def all_pending(state: ShapeEnvState) -> ShapeEnvState:
    """What was renamed stays pending, as PyTorch leaves it."""
    return replace(state, pending=tuple(state.renamings))


def test_one_run_more_changes_nothing_but_names() -> None:
    assert judged_again(same, after_runs(2, same)).verdict == "pass"
    renamed = after_runs(2, lambda state: replace(state, renamings={U9: U0}, replacements={U9: term_of(U0)}))
    assert judged_again(same, renamed).verdict == "pass"
    assert judged_again(all_pending, after_runs(3, all_pending)).verdict == "pass"


def test_what_one_run_more_adds_breaks_steady() -> None:
    assert judged_again(all_pending, None).verdict == "pass"
    growing = judged_again(all_pending, after_runs(2, all_pending))
    assert (growing.verdict, growing.broken) == ("fail", ("STEADY",))
    assert growing.message.endswith("pending symbols grow with each run: 2 after the first, 3 after the second")
    forgot = after_runs(2, lambda state: replace(state, known=()))
    assert judged_again(same, forgot).broken == ("STEADY",)


def test_two_fresh_symbols_of_one_run_under_one_name_break_inj() -> None:
    shared = answered(
        "propagation/program-two-counts",
        twisted(
            "propagation/program-two-counts",
            lambda state: replace(state, renamings=dict.fromkeys(state.renamings, U0)),
        ),
    )
    assert "INJ" in shared.broken
    assert any("u2 and u3 share the name u0" in each.message for each in shared.laws if each.law == "INJ")
