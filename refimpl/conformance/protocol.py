"""The protocol ``conform/1``: JSON lines between the harness and a subject, both directions read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from refimpl.conformance.case import CHAPTERS, FEATURES, Case, CaseInput, Chapter, Feature
from refimpl.conformance.cursor import Cursor, Json, parse
from refimpl.conformance.outcome import Outcome
from refimpl.conformance.wire_cases import read_input, write_input
from refimpl.conformance.wire_outcomes import read_outcome, write_outcome
from refimpl.conformance.wire_terms import Sorts

__all__ = [
    "PROTOCOL",
    "Ran",
    "Request",
    "Run",
    "Start",
    "Started",
    "Stop",
    "read_ran",
    "read_request",
    "read_started",
    "write_ran",
    "write_run",
    "write_start",
    "write_started",
    "write_stop",
]

PROTOCOL: Final = "conform/1"


@final
@dataclass(frozen=True, slots=True)
class Start:
    """The harness asks who the subject is; the first line."""


@final
@dataclass(frozen=True, slots=True)
class Run:
    """The harness asks a case. ``declared`` are the sorts of the names in its input."""

    case: str
    chapter: Chapter
    declared: Sorts
    input: CaseInput


@final
@dataclass(frozen=True, slots=True)
class Stop:
    """The harness asks the subject to exit, with code 0 and without a word."""


Request: TypeAlias = Start | Run | Stop


@final
@dataclass(frozen=True, slots=True)
class Started:
    """Who the subject is, and the chapters and features that it has."""

    name: str
    version: str
    features: frozenset[Chapter | Feature]


@final
@dataclass(frozen=True, slots=True)
class Ran:
    """The outcome of the case of that id."""

    case: str
    outcome: Outcome


def _line(message: Mapping[str, Json]) -> str:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=True) + "\n"


def write_start() -> str:
    """The line that starts a subject."""
    return _line({"do": "start", "protocol": PROTOCOL})


def write_run(case: Case) -> str:
    """The line that asks a case."""
    given = write_input(case.symbols, case.input)
    return _line({"do": "run", "case": case.id, "chapter": case.chapter, "input": given})


def write_stop() -> str:
    """The line that stops a subject."""
    return _line({"do": "stop"})


def write_started(started: Started) -> str:
    """The answer to the start."""
    return _line(
        {
            "did": "started",
            "protocol": PROTOCOL,
            "name": started.name,
            "version": started.version,
            "features": sorted(started.features),
        }
    )


def write_ran(ran: Ran, declared: Sorts) -> str:
    """The answer to a case."""
    return _line({"did": "ran", "case": ran.case, **write_outcome(ran.outcome, declared)})


def read_request(line: str, file: str = "request") -> Request:
    """What a subject is asked. Raises FormatError."""
    cursor = parse(line, file)
    entries = dict(cursor.entries())
    if "do" not in entries:
        cursor.fail('the field "do" is missing')
    match entries["do"].choice(("start", "run", "stop")):
        case "start":
            _check_protocol(cursor.fields(("do", "protocol"))["protocol"])
            return Start()
        case "run":
            found = cursor.fields(("do", "case", "chapter", "input"))
            text = found["chapter"].choice(CHAPTERS)
            chapter: Chapter = next(each for each in CHAPTERS if each == text)
            declared, given = read_input(found["input"], chapter)
            return Run(found["case"].text(), chapter, declared, given)
        case _:
            cursor.fields(("do",))
            return Stop()


def _check_protocol(cursor: Cursor) -> None:
    if cursor.text() != PROTOCOL:
        cursor.fail(f'the protocol is "{cursor.text()[:40]}", not {PROTOCOL}')


def read_started(line: str, file: str = "answer") -> Started:
    """The answer to the start. Raises FormatError."""
    found = parse(line, file).fields(("did", "protocol", "name", "version", "features"))
    found["did"].choice(("started",))
    _check_protocol(found["protocol"])
    names = {item.choice((*CHAPTERS, *FEATURES)) for item in found["features"].items()}
    features: list[Chapter | Feature] = [each for each in (*CHAPTERS, *FEATURES) if each in names]
    return Started(found["name"].text(), found["version"].text(), frozenset(features))


def read_ran(line: str, given: CaseInput, declared: Sorts, file: str = "answer") -> Ran:
    """The answer to a case. Raises FormatError."""
    cursor = parse(line, file)
    entries = dict(cursor.entries())
    for name in ("did", "case"):
        if name not in entries:
            cursor.fail(f'the field "{name}" is missing')
    entries["did"].choice(("ran",))
    return Ran(entries["case"].text(), read_outcome(cursor, given, declared, ("did", "case")))
