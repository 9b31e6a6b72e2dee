"""Vector files: reading, hashing and writing them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final, assert_never

from refimpl.conformance.case import CHAPTERS, FEATURES, Case, CaseInput, Chapter, Feature
from refimpl.conformance.cursor import Cursor, Json, parse
from refimpl.conformance.outcome import Raised, Returned
from refimpl.conformance.vector import (
    ASPECTS,
    DEFAULT_ASPECTS,
    ORIGINS,
    Aspect,
    Expected,
    Level,
    May,
    Must,
    OneOf,
    Origin,
    Provenance,
    Vector,
)
from refimpl.conformance.wire_cases import read_input, write_input
from refimpl.conformance.wire_outcomes import read_outcome, write_outcome
from refimpl.conformance.wire_terms import Sorts

__all__ = ["SCHEMA", "canonical", "hash_of", "hashed", "read_vector", "vector_json", "vector_text"]

SCHEMA: Final = "refimpl.vector/1"
WIDTH: Final = 110
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FIELDS: Final = (
    "schema", "id", "chapter", "clauses", "level", "provenance", "features", "hash", "kills", "input", "expect",
)  # fmt: skip


def canonical(value: object) -> str:
    """JSON in its one canonical form: sorted names, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def hash_of(given: object, expect: object) -> str:
    """The SHA-256 of the canonical JSON of ``{"expect": ..., "input": ...}``."""
    return hashlib.sha256(canonical({"expect": expect, "input": given}).encode("ascii")).hexdigest()


def read_vector(text: str | bytes, file: str) -> Vector:
    """The vector in a file. Raises FormatError with file and field, also for a wrong hash."""
    cursor = parse(text, file)
    found = cursor.fields(_FIELDS)
    if found["schema"].text() != SCHEMA:
        found["schema"].fail(f'this is "{found["schema"].text()[:40]}", not {SCHEMA}')
    name = found["id"].text()
    if _ID.fullmatch(name) is None:
        found["id"].fail("an id is small letters, digits and single hyphens")
    chapter_name = found["chapter"].choice(CHAPTERS)
    chapter: Chapter = next(each for each in CHAPTERS if each == chapter_name)
    sorts, given = read_input(found["input"], chapter)
    level, expect = _expectation(found, given, sorts)
    wanted = hash_of(found["input"].value, found["expect"].value)
    if found["hash"].text() != wanted:
        found["hash"].fail(f"the hash of input and expectation is {wanted}")
    return Vector(
        case=Case(name, chapter, sorts, given, _features(found["features"])),
        clauses=_texts(found["clauses"], least=1),
        level=level,
        provenance=_provenance(found["provenance"]),
        kills=_texts(found["kills"]),
        expect=expect,
        hash=wanted,
    )


def _texts(cursor: Cursor, least: int = 0) -> tuple[str, ...]:
    found = tuple([item.text() for item in cursor.items()])
    if len(found) < least:
        cursor.fail(f"at least {least} is needed here")
    return found


def _features(cursor: Cursor) -> tuple[Feature, ...]:
    names = [item.choice(FEATURES) for item in cursor.items()]
    return tuple([feature for feature in FEATURES if feature in names])


def _provenance(cursor: Cursor) -> Provenance:
    found = cursor.fields(("origin", "says"))
    text = found["origin"].choice(ORIGINS)
    origin: Origin = next(each for each in ORIGINS if each == text)
    return Provenance(origin, found["says"].text())


def _expectation(found: Mapping[str, Cursor], given: CaseInput, sorts: Sorts) -> tuple[Level, tuple[Expected, ...]]:
    at, expect = found["level"], found["expect"]
    if at.value == "must":
        return Must(), (_expected(expect, given, sorts),)
    if isinstance(at.value, str):
        at.fail('the level is "must", {"may": reason} or {"one_of": [reasons]}')
    kind, inner = at.tagged(("may", "one_of"))
    if kind == "may":
        return May(inner.text()), (_expected(expect, given, sorts),)
    reasons = _texts(inner, least=2)
    outcomes = tuple([_expected(item, given, sorts) for item in expect.items()])
    if len(outcomes) != len(reasons):
        expect.fail(f"{len(reasons)} reasons need as many outcomes, not {len(outcomes)}")
    return OneOf(reasons), outcomes


def _expected(cursor: Cursor, given: CaseInput, sorts: Sorts) -> Expected:
    outcome = read_outcome(cursor, given, sorts, ("compare",))
    if not isinstance(outcome, (Returned, Raised)):
        cursor.fail("an expected outcome is returned or raised")
    at = dict(cursor.entries()).get("compare")
    return Expected(outcome, DEFAULT_ASPECTS if at is None else _aspects(at))


def _aspects(cursor: Cursor) -> tuple[Aspect, ...]:
    names = [item.choice(ASPECTS) for item in cursor.items()]
    return tuple([aspect for aspect in ASPECTS if aspect in names])


def vector_json(vector: Vector) -> dict[str, Json]:
    """The vector as JSON, its hash computed anew."""
    given = write_input(vector.case.symbols, vector.case.input)
    written = [_write_expected(each, vector.case.symbols) for each in vector.expect]
    expect: Json = written if isinstance(vector.level, OneOf) else written[0]
    return {
        "schema": SCHEMA,
        "id": vector.case.id,
        "chapter": vector.case.chapter,
        "clauses": list(vector.clauses),
        "level": _write_level(vector.level),
        "provenance": {"origin": vector.provenance.origin, "says": vector.provenance.says},
        "features": list(vector.case.features),
        "hash": hash_of(given, expect),
        "kills": list(vector.kills),
        "input": given,
        "expect": expect,
    }


def _write_level(level: Level) -> Json:
    match level:
        case Must():
            return "must"
        case May(reason):
            return {"may": reason}
        case OneOf(reasons):
            return {"one_of": list(reasons)}
        case _:
            assert_never(level)


def _write_expected(expected: Expected, sorts: Sorts) -> Json:
    written = write_outcome(expected.outcome, sorts)
    return written if expected.compare == DEFAULT_ASPECTS else {**written, "compare": list(expected.compare)}


def vector_text(written: Mapping[str, Json]) -> str:
    """The text of a vector file: what fits on a line stands on one."""
    return _pretty(written, 0, 0) + "\n"


def _pretty(value: Json, indent: int, before: int) -> str:
    """The text of a value that starts ``before`` characters into a line indented by ``indent``."""
    short = json.dumps(value, ensure_ascii=True)
    if not value or isinstance(value, (str, bool)) or (indent and before + len(short) < WIDTH):
        return short
    inner = "\n" + " " * (indent + 1)
    if isinstance(value, Mapping):
        names = [json.dumps(name) + ": " for name in value]
        parts = [n + _pretty(i, indent + 1, indent + 2 + len(n)) for n, i in zip(names, value.values(), strict=True)]
    else:
        parts = [_pretty(item, indent + 1, indent + 2) for item in value]
    start, end = "{}" if isinstance(value, Mapping) else "[]"
    return start + inner + ("," + inner).join(parts) + "\n" + " " * indent + end


def hashed(text: str | bytes, file: str) -> dict[str, Json]:
    """The JSON of a vector's text with its hash as it must be: what to do after editing a file by hand."""
    found = parse(text, file).fields(("input", "expect"), _FIELDS)
    written: dict[str, Json] = {name: found[name].json() for name in _FIELDS if name in found}
    return {**written, "hash": hash_of(written["input"], written["expect"])}
