"""Waivers: known deviations of a subject, each with its reason; one that no longer fails is a failure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, final

from refimpl.conformance.cursor import Cursor, parse

__all__ = ["SCHEMA", "Waiver", "read_waivers"]

SCHEMA: Final = "refimpl.waivers/1"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@final
@dataclass(frozen=True, slots=True)
class Waiver:
    """The vectors whose ``chapter/id`` matches ``id`` fail on ``subject``, for a reason shown by a finding."""

    id: str
    subject: str
    reason: str
    date: str
    finding: str

    def covers(self, path: str) -> bool:
        """Whether it speaks of the vector of that ``chapter/id``."""
        return fnmatchcase(path, self.id)


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
    found = cursor.fields(("id", "subject", "reason", "date", "finding"))
    texts = {name: item.text() for name, item in found.items()}
    for name, text in texts.items():
        if not text.strip():
            found[name].fail("this says nothing")
    if _DATE.fullmatch(texts["date"]) is None:
        found["date"].fail("a date is YYYY-MM-DD")
    return Waiver(texts["id"], texts["subject"], texts["reason"], texts["date"], texts["finding"])
