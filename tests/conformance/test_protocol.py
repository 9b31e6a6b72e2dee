"""The lines of the protocol: each is what the published schema says, and a line that is not is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from refimpl.conformance.errors import FormatError
from refimpl.conformance.protocol import (
    Run,
    Started,
    read_ran,
    read_request,
    read_started,
    write_run,
    write_start,
    write_started,
    write_stop,
)
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import serve_lines
from refimpl.conformance.store import load_vectors
from refimpl.conformance.vector import Vector
from tests.conformance.validation import CONFORM, is_valid

VECTORS = load_vectors(Path(__file__).parents[2] / "specs" / "vectors").vectors


def _spoken(vectors: tuple[Vector, ...]) -> Iterator[tuple[str, str]]:
    """Each request to the reference, and its answer."""
    answers: list[str] = []
    for line in [write_start(), *(write_run(vector.case) for vector in vectors)]:
        serve_lines(Reference(), [line], answers.append)
        yield line, answers[-1]


def test_both_directions_say_what_the_schema_says() -> None:
    for request, answer in _spoken(VECTORS):
        assert request.count("\n") == answer.count("\n") == 1
        assert is_valid(CONFORM, json.loads(request)), request
        assert is_valid(CONFORM, json.loads(answer)), answer
    assert is_valid(CONFORM, json.loads(write_stop()))


def test_a_request_never_holds_what_is_expected() -> None:
    for vector in VECTORS:
        request = json.loads(write_run(vector.case))
        assert request.keys() == {"do", "case", "chapter", "input"}
        assert "expect" not in request["input"]


def test_requests_and_answers_are_read_as_they_were_written() -> None:
    for vector, (request, answer) in zip(VECTORS, list(_spoken(VECTORS))[1:], strict=True):
        case = vector.case
        read = read_request(request)
        assert read == Run(case.id, case.chapter, case.symbols, case.input)
        assert read_ran(answer, case.input, case.symbols).case == case.id


def test_stop_ends_the_service_and_nothing_is_answered_to_it() -> None:
    answers: list[str] = []
    serve_lines(Reference(), [write_start(), write_stop(), write_start()], answers.append)
    assert len(answers) == 1
    assert read_started(answers[0]) == Started("refimpl", "0.1.0", Reference().features)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"do": "start"}', 'the field "protocol" is missing'),
        ('{"do": "start", "protocol": "conform/2"}', 'the protocol is "conform/2", not conform/1'),
        ('{"do": "sing"}', 'do: "sing" is none of start, run, stop'),
        ('{"do": "stop", "now": true}', 'there is no field "now" here'),
        ('{"do": "run", "case": "a", "chapter": "songs", "input": {}}', 'chapter: "songs" is none of interpreter'),
        ("{", "no valid JSON"),
        ("[]", "an object is needed here, not an array"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_request_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint.replace("[", r"\[")):
        read_request(line)
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return
    assert not is_valid(CONFORM, value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"outcome": "won"}, 'outcome: "won" is none of returned, raised, declined, broke'),
        ({"result": {}}, 'result: the field "environment" is missing'),
        ({"result": {"environment": {"pending": ["u77"]}}}, '"u77" is not declared'),
        ({"result": {"environment": {"ranges": {"u0": {"low": "0"}}}}}, 'ranges.u0: the field "high" is missing'),
        ({"symbols": {"u0": "float"}}, "u0 is declared as float, but the case says int"),
        ({"did": "started"}, 'did: "started" is none of ran'),
        ({"more": "x"}, 'there is no field "more" here'),
    ],
)
def test_what_is_no_answer_is_refused(change: dict[str, object], complaint: str) -> None:
    case = next(vector.case for vector in VECTORS if vector.case.id == "fresh-takes-the-old-name")
    good: dict[str, object] = {
        "did": "ran",
        "case": case.id,
        "outcome": "returned",
        "result": {"environment": dict[str, object]()},
    }
    read_ran(json.dumps(good), case.input, case.symbols)
    with pytest.raises(FormatError) as caught:
        read_ran(json.dumps({**good, **change}), case.input, case.symbols)
    assert complaint in str(caught.value)


def test_a_subject_says_who_it_is_and_nothing_else() -> None:
    started = Started("x", "1", frozenset(("rebinding", "floats")))
    assert read_started(write_started(started)) == started
    with pytest.raises(FormatError, match="is none of"):
        read_started(write_started(started).replace("floats", "magic"))
