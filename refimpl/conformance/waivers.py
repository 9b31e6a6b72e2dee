"""Waivers: known deviations of a subject, each with its reason; one that no longer fails is a failure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Final, final

from refimpl.conformance.cursor import Cursor, Json, parse
from refimpl.conformance.outcome import Outcome
from refimpl.conformance.wire_outcomes import write_outcome

__all__ = ["SCHEMA", "Waiver", "fingerprint", "read_waivers"]

SCHEMA: Final = "refimpl.waivers/1"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNORDERED: Final = ("known", "conditions", "guards", "size_like", "pending", "ignorable")
_SEEN: Final = re.compile(r"[0-9a-f]{64}")


@final
@dataclass(frozen=True, slots=True)
class Waiver:
    """The vectors whose ``chapter/id`` matches ``id`` fail on ``subject``, for a reason shown by a finding.

    ``seen`` is the `fingerprint` of what the subject answered; what fails in another way is not waived. None waives
    every failure.
    """

    id: str
    subject: str
    reason: str
    date: str
    finding: str
    seen: str | None = None

    def covers(self, path: str) -> bool:
        """Whether it speaks of the vector of that ``chapter/id``."""
        return fnmatchcase(path, self.id)

    def is_of(self, outcome: Outcome) -> bool:
        """Whether this outcome is the one that was seen when the waiver was written."""
        return self.seen is None or self.seen == fingerprint(outcome)


def fingerprint(outcome: Outcome) -> str:
    """SHA-256 of an outcome as JSON: names sorted, no messages, what is said in no order sorted."""
    return sha256(json.dumps(_bare(write_outcome(outcome, {})), sort_keys=True).encode()).hexdigest()


def _bare(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _bare_field(name, item) for name, item in value.items() if name != "message"}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_bare(item) for item in value]
    return value


def _bare_field(name: str, value: Json) -> Json:
    bare = _bare(value)
    return sorted(bare, key=json.dumps) if name in _UNORDERED and isinstance(bare, list) else bare


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises FormatError, OSError."""
    found = parse(path.read_bytes(), path.name).fields(("schema", "waivers"))
    if found["schema"].text() != SCHEMA:
        found["schema"].fail(f"this is no {SCHEMA}")
    waivers = tuple([_waiver(item) for item in found["waivers"].items()])
    for index, waiver in enumerate(waivers):
        if any((other.id, other.subject) == (waiver.id, waiver.subject) for other in waivers[:index]):
            found["waivers"].items()[index].fail(f"{waiver.id} is waived twice for {waiver.subject}")
    return waivers


def _waiver(cursor: Cursor) -> Waiver:
    found = cursor.fields(("id", "subject", "reason", "date", "finding"), ("seen",))
    texts = {name: item.text() for name, item in found.items()}
    for name, text in texts.items():
        if not text.strip():
            found[name].fail("this says nothing")
    if _DATE.fullmatch(texts["date"]) is None:
        found["date"].fail("a date is YYYY-MM-DD")
    if "seen" in texts and _SEEN.fullmatch(texts["seen"]) is None:
        found["seen"].fail("this is no SHA-256")
    return Waiver(texts["id"], texts["subject"], texts["reason"], texts["date"], texts["finding"], texts.get("seen"))
