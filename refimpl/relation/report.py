"""What ``diff`` answers: frozen, typed, and the published JSON of it (``refimpl.diff/1``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final

from refimpl.laws.report import Json, Relation

__all__ = ["DiffReport", "Compared", "DiffVerdict", "Difference", "Guess", "diff_exit_code"]

DiffVerdict: TypeAlias = Literal["same", "different", "unknown"]

SCHEMA: Final = "refimpl.diff/1"


@final
@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the new program differs from the old one, or may.

    ``outcome`` is ``refuted`` (they differ, at the ``witness`` where one is needed to show it) or ``undecided``.
    ``direction`` says what that does to the inputs that are accepted: ``weakened`` (the new program accepts what the
    old one refuses), ``strengthened`` (the reverse), None (no input suits both, or the output differs). ``program`` and
    ``node`` say where it is stated:
    by the old or the new program; a node, an input or an output. ``about`` is the condition, or the place in a value.
    The witness pairs symbols, in the names of the old program where it has one, with plain numbers as text.
    """

    outcome: Literal["refuted", "undecided"]
    program: Literal["old", "new"]
    node: str
    about: str
    message: str
    direction: Literal["weakened", "strengthened"] | None = None
    witness: tuple[tuple[str, str], ...] | None = None

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {
            "outcome": self.outcome,
            "direction": self.direction,
            "program": self.program,
            "node": self.node,
            "about": self.about,
            "message": self.message,
            "witness": None if self.witness is None else dict(self.witness),
        }


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared: the differences, and how many things were looked at; what is in no difference was proved."""

    differences: tuple[Difference, ...] = ()
    count: int = 0

    def __add__(self, other: Compared) -> Compared:
        return Compared((*self.differences, *other.differences), self.count + other.count)

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this part."""
        return {"compared": self.count, "differences": [row.to_dict() for row in self.differences]}


NOTHING: Final = Compared()


@final
@dataclass(frozen=True, slots=True)
class Guess:
    """Two symbols taken for one quantity because they have one name, or stand at nodes of one name (``by``)."""

    old: str
    new: str
    node: str
    by: Literal["name", "node"]

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {"old": self.old, "new": self.new, "node": self.node, "by": self.by}


@final
@dataclass(frozen=True, slots=True)
class DiffReport:
    """How the new program relates to the old one.

    ``accepted`` are differences of what the caller may give, ``requirements`` of what the nodes require of it and of
    the data, ``outputs`` of what comes out for inputs that both accept. ``guessed`` are data of both programs that were
    taken for the same although they are not computed alike. ``conditional`` says that there are some, that a layout was
    taken from an archive's hints, or the result of a custom operator from its record.
    """

    old: str
    new: str
    accepted: Compared = NOTHING
    requirements: Compared = NOTHING
    outputs: Compared = NOTHING
    guessed: tuple[Guess, ...] = ()
    conditional: bool = False

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All of them, the refuted ones first."""
        rows = (self.accepted + self.requirements + self.outputs).differences
        return tuple(sorted(rows, key=lambda row: row.outcome != "refuted"))

    @property
    def verdict(self) -> DiffVerdict:
        """``same`` if everything was proved equal, ``different`` if something differs, ``unknown`` otherwise."""
        found = self.differences
        if not found:
            return "same"
        return "different" if found[0].outcome == "refuted" else "unknown"

    @property
    def relation(self) -> Relation:
        """What became of the inputs that are accepted: more of them (``weakened``), fewer (``strengthened``), ..."""
        rows = (self.accepted + self.requirements).differences
        directions = {row.direction for row in rows if row.outcome == "refuted"}
        if {"weakened", "strengthened"} <= directions or None in directions:
            return "incomparable"
        if "weakened" in directions:
            return "weakened"
        if "strengthened" in directions:
            return "strengthened"
        return "unknown" if any(row.outcome == "undecided" for row in rows) else "equivalent"

    @property
    def node(self) -> str | None:
        """Where the first difference is."""
        return next((row.node for row in self.differences), None)

    @property
    def witness(self) -> tuple[tuple[str, str], ...] | None:
        """The first witness."""
        return next((row.witness for row in self.differences if row.witness is not None), None)

    def to_dict(self) -> dict[str, Json]:
        """The published object."""
        witness = self.witness
        return {
            "schema": SCHEMA,
            "old": self.old,
            "new": self.new,
            "verdict": self.verdict,
            "relation": self.relation,
            "conditional": self.conditional,
            "guessed": [row.to_dict() for row in self.guessed],
            "accepted": self.accepted.to_dict(),
            "requirements": self.requirements.to_dict(),
            "outputs": self.outputs.to_dict(),
            "node": self.node,
            "witness": None if witness is None else dict(witness),
        }

    def to_json(self) -> str:
        """The published JSON text, with a line end."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def diff_exit_code(report: DiffReport, *, strict: bool = False) -> int:
    """0: the same; 1: different; 3: something is unknown, with ``strict`` also: conditional."""
    match report.verdict:
        case "different":
            return 1
        case "unknown":
            return 3
        case "same":
            return 3 if strict and report.conditional else 0
