"""The runner: order, jobs, features, waivers, exit codes, and subjects that are not there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from refimpl.conformance.case import Case
from refimpl.conformance.errors import FormatError
from refimpl.conformance.outcome import Broke, Outcome, Raised, RebindingResult, Rejection, Returned
from refimpl.conformance.reference import Reference
from refimpl.conformance.runner import ConformanceRun, Row, conform
from refimpl.conformance.serving import ask
from refimpl.conformance.store import path_of
from refimpl.conformance.subjects import SubjectError, command_subject, local_subject, open_subject
from refimpl.conformance.waivers import Waiver, fingerprint, read_waivers
from refimpl.solver import make_solver
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, ge, le, symbol
from tests.conformance.planted import SET, answering, vector_named

ROOT = Path(__file__).parents[2]
MISBEHAVING = str(ROOT / "refimpl" / "conformance" / "misbehaving.py")
SERVE = [sys.executable, "-m", "refimpl.cli", "serve"]
WRONG = "rebinding/constant-defines-the-old-symbol"


def _wrong_about(case: Case) -> Outcome:
    """The reference, except for one case."""
    if f"{case.chapter}/{case.id}" == WRONG:
        return Raised(Rejection("refused"))
    return ask(Reference(), case.input)


def test_the_reference_as_a_child_passes_in_order_with_any_number_of_jobs() -> None:
    one = conform(SET.vectors, command_subject("serve", SERVE), make_solver(), deadline=60.0)
    two = conform(SET.vectors, command_subject("serve", SERVE), make_solver(), deadline=60.0, jobs=2)
    assert one.exit_code == two.exit_code == 0
    assert [row.vector for row in one.rows] == [row.vector for row in two.rows] == list(SET.vectors)
    assert [row.judgement for row in one.rows] == [row.judgement for row in two.rows]


def test_each_row_is_told_when_its_turn_comes() -> None:
    seen: list[str] = []
    opened = answering(_wrong_about)
    watch: Callable[[Row], None] = lambda row: seen.append(path_of(row.vector))  # noqa: E731 - one expression
    run = conform(SET.vectors, opened, make_solver(), deadline=60.0, watch=watch)
    assert seen == [path_of(vector) for vector in SET.vectors]
    assert [path_of(row.vector) for row in run.rows if row.judgement.verdict == "fail"] == [WRONG]
    assert run.exit_code == 1


def test_a_case_whose_features_are_lacking_is_not_asked() -> None:
    asked: list[str] = []

    def answer(case: Case) -> Outcome:
        asked.append(case.chapter)
        return ask(Reference(), case.input)

    run = conform(SET.vectors, answering(answer, frozenset({"rebinding"})), make_solver(), deadline=60.0)
    assert set(asked) == {"rebinding"}
    assert run.count("declined") == len(SET.vectors) - len(asked)
    assert run.exit_code == 0


def test_a_subject_that_shows_nothing_has_shown_nothing() -> None:
    nothing = conform(SET.vectors, answering(_wrong_about, frozenset()), make_solver(), deadline=60.0)
    assert (nothing.count("declined"), nothing.exit_code) == (len(SET.vectors), 3)


def test_after_a_crash_the_rest_still_runs_on_a_new_child() -> None:
    command = [sys.executable, "-c", _DYING]
    paths = ["rebinding/fresh-takes-the-old-name", WRONG, "rebinding/path-beyond-the-sizes"]
    run = conform([vector_named(p) for p in paths], command_subject("dying", command), make_solver(), deadline=60.0)
    assert [row.judgement.verdict for row in run.rows] == ["pass", "broke", "pass"]
    assert "exited with code 5" in run.rows[1].judgement.message
    assert run.exit_code == 4


_DYING = """
import sys
from refimpl.conformance import Reference, serve

class Dying:
    name, version = "dying", "1"
    features = Reference().features

    def rebinding(self, given):
        if given.node == "item":
            sys.stdout.flush()
            sys.stderr.write("ouch")
            sys.stderr.flush()
            import os
            os._exit(5)
        return Reference().rebinding(given)

serve(Dying())
"""


def test_what_a_python_subject_prints_is_no_noise_and_what_it_raises_is_its_crash() -> None:
    raising = 'print("hello")\n        if given.node == "item":\n            raise KeyError(1)'
    printing = _DYING.replace('if given.node == "item":', raising)
    run = conform(
        [vector_named("rebinding/fresh-takes-the-old-name"), vector_named(WRONG)],
        command_subject("printing", [sys.executable, "-c", printing]),
        make_solver(),
        deadline=60.0,
    )
    assert [row.judgement.verdict for row in run.rows] == ["pass", "broke"]
    assert run.rows[1].judgement.message == "KeyError: 1"


def test_a_subject_that_hangs_in_this_process_is_cut_off() -> None:
    class Sleeping:
        name, version, features = "sleeping", "1", Reference().features
        interpreter = bindings = environment = propagation = None

        def rebinding(self, given: object) -> object:
            try:
                while True:
                    pass
            except Exception:
                return None

    opened = local_subject("sleeping", Sleeping())  # type: ignore[arg-type] # a wrong one
    run = conform([vector_named(WRONG)], opened, make_solver(), deadline=0.1)
    assert run.rows[0].outcome == Broke("it gave no answer within 0.1 s")


def test_what_a_python_subject_returns_is_held_to_the_format() -> None:
    class Untyped:
        name, version, features = "untyped", "1", Reference().features
        interpreter = bindings = environment = propagation = None

        def rebinding(self, given: object) -> object:
            return "done"

    opened = local_subject("untyped", Untyped())  # type: ignore[arg-type] # a wrong one
    run = conform([vector_named(WRONG)], opened, make_solver(), deadline=60.0)
    assert run.rows[0].judgement.verdict == "broke"
    assert run.rows[0].judgement.message.startswith("what it returned is no outcome: ")


@pytest.mark.parametrize(
    ("subject", "complaint"),
    [
        ("", "an empty command names no subject"),
        ("'open", "No closing quotation"),
        ("refimpl.conformance:Nothing", "has no attribute 'Nothing'"),
        ("refimpl.nowhere:x", "No module named"),
        ("refimpl.conformance:Number", "refimpl.conformance:Number: TypeError"),
        ("refimpl.conformance:serve", "is no implementation: it has no name, version"),
    ],
)
def test_what_names_no_subject_is_refused(subject: str, complaint: str) -> None:
    with pytest.raises(SubjectError, match=complaint):
        open_subject(subject)


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["no-such-command-here"], "no-such-command-here: No such file or directory"),
        ([sys.executable, "-c", "raise SystemExit('not today')"], "exited with code 1 before it answered"),
        ([sys.executable, "-c", "raise SystemExit('not today')"], "its last words: 'not today'"),
        ([sys.executable, "-c", "input(); print('{}')"], 'the field "did" is missing'),
        ([sys.executable, MISBEHAVING, "another-protocol"], 'the protocol is "conform/0"'),
    ],
)  # fmt: skip
def test_a_subject_that_does_not_start_says_why(command: list[str], complaint: str) -> None:
    with pytest.raises(SubjectError) as caught:
        conform(SET.vectors, command_subject("x", command), make_solver(), deadline=60.0)
    assert complaint in str(caught.value)


def test_a_child_that_does_not_end_as_it_should_is_a_problem() -> None:
    opened = command_subject("x", [sys.executable, "-I", MISBEHAVING, "ends-badly"])
    run = conform([vector_named("rebinding/path-beyond-the-sizes")], opened, make_solver(), deadline=60.0)
    assert run.problems == ("it exited with code 9 when it was asked to end",)
    assert run.exit_code == 4


def _waiver(pattern: str, subject: str = "planted") -> Waiver:
    return Waiver(pattern, subject, "it is known", "2026-01-02", "constant_discarded")


def _waived(*waivers: Waiver, whole: bool = True) -> ConformanceRun:
    return conform(SET.vectors, answering(_wrong_about), make_solver(), deadline=60.0, waivers=waivers, whole=whole)


def test_a_waived_failure_is_no_failure() -> None:
    run = _waived(_waiver(WRONG), _waiver("rebinding/*", subject="another"))
    assert (run.exit_code, run.count("waived"), run.count("fail")) == (0, 1, 0)
    message = next(row.judgement.message for row in run.rows if row.judgement.verdict == "waived")
    assert message.startswith("it is known (constant_discarded): ")


def test_a_waiver_that_no_longer_fails_is_a_failure() -> None:
    vectors = [vector_named(WRONG), vector_named("rebinding/constant-out-of-range-is-inconsistent")]
    waivers = (_waiver("rebinding/const*"),)
    run = conform(vectors, answering(_wrong_about), make_solver(), deadline=60.0, waivers=waivers)
    assert [row.judgement.verdict for row in run.rows] == ["waived", "fail"]
    assert "is to be taken away" in run.rows[1].judgement.message
    assert run.exit_code == 1


def test_what_fails_in_another_way_is_not_waived() -> None:
    refused = Raised(Rejection("refused", "in these words"))
    as_seen = replace(_waiver(WRONG), seen=fingerprint(refused))
    assert as_seen.is_of(Raised(Rejection("refused", "or in others")))
    assert (_waived(as_seen).exit_code, _waived(as_seen).count("waived")) == (0, 1)
    otherwise = replace(_waiver(WRONG), seen=fingerprint(Raised(Rejection("path"))))
    run = _waived(otherwise)
    assert (run.exit_code, run.count("waived"), run.count("fail")) == (1, 0, 1)
    message = next(row.judgement.message for row in run.rows if row.judgement.verdict == "fail")
    assert message.startswith(f"it fails in another way than the waiver {WRONG} of 2026-01-02 says: ")


def test_a_fingerprint_tells_what_is_said_and_not_in_which_order() -> None:
    def answered(*known: Cond) -> Returned[RebindingResult]:
        return Returned(RebindingResult(ShapeEnvState(known=known)))

    u0 = symbol("u0")
    assert fingerprint(answered(ge(u0, 1), le(u0, 4))) == fingerprint(answered(le(u0, 4), ge(u0, 1)))
    assert fingerprint(answered(ge(u0, 1), le(u0, 4))) != fingerprint(answered(ge(u0, 1), le(u0, 5)))


def test_a_waiver_of_nothing_is_a_failure_when_everything_ran() -> None:
    waivers = (_waiver(WRONG), _waiver("rebinding/gone"))
    run = _waived(*waivers)
    assert run.stale == ("the waiver rebinding/gone of 2026-01-02 matches no vector",)
    assert run.exit_code == 1
    assert _waived(*waivers, whole=False).exit_code == 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({"date": "soon"}, "waivers[0].date: a date is YYYY-MM-DD"),
        ({"reason": " "}, "waivers[0].reason: this says nothing"),
        ({"why": "x"}, 'there is no field "why" here'),
        ({"seen": "x"}, "waivers[0].seen: this is no SHA-256"),
    ],
)
def test_waivers_are_read_strictly(tmp_path: Path, change: dict[str, str], complaint: str | None) -> None:
    entry = {"id": "a", "subject": "torch", "reason": "r", "date": "2026-01-02", "finding": "f", **change}
    path = tmp_path / "waivers.json"
    path.write_text(json.dumps({"schema": "refimpl.waivers/1", "waivers": [entry]}), encoding="utf-8")
    if complaint is None:
        assert read_waivers(path) == (Waiver("a", "torch", "r", "2026-01-02", "f"),)
        return
    with pytest.raises(FormatError) as caught:
        read_waivers(path)
    assert complaint in str(caught.value)
