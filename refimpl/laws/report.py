"""What ``check`` answers: frozen, typed, and the published JSON of it (``refimpl.report/1``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final

__all__ = [
    "BindingRow",
    "Json",
    "LawName",
    "LawRow",
    "Outcome",
    "ProgramReport",
    "Relation",
    "Report",
    "ReportError",
    "SpecializationRow",
    "UnrecordedRow",
    "Verdict",
    "exit_code",
    "worst_exit_code",
]

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
LawName: TypeAlias = Literal["CONSIST", "EQUIV", "VALUE", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT"]
Outcome: TypeAlias = Literal["proved", "refuted", "undecided"]
Verdict: TypeAlias = Literal["equivalent", "broken", "unknown", "error"]
Relation: TypeAlias = Literal["equivalent", "weakened", "strengthened", "incomparable", "unknown"]

SCHEMA: Final = "refimpl.report/1"


@final
@dataclass(frozen=True, slots=True)
class ReportError:
    """Why a program could not be judged: ``kind`` (``archive``, ``internal``, ...), one sentence, the field at fault.

    ``kind`` is ``internal`` for our own bug and ``self-test`` for a law that our own propagation of this program
    breaks; everything else is the input's fault.
    """

    kind: str
    message: str
    field: str | None = None

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this error."""
        return {"kind": self.kind, "message": self.message, "field": self.field}


@final
@dataclass(frozen=True, slots=True)
class UnrecordedRow:
    """A requirement that an operator enforces by itself and neither a recorded range nor an assert implies.

    It is no refutation. ``example`` is a violating valuation as text (``u0 = 0``), None if none was looked for.
    """

    node: str
    requirement: str
    example: str | None

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {"node": self.node, "requirement": self.requirement, "example": self.example}


@final
@dataclass(frozen=True, slots=True)
class SpecializationRow:
    """A layout decision taken from the archive's hints; ``hint`` shows the sizes it was taken at."""

    node: str
    guard: str
    hint: str | None

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {"node": self.node, "guard": self.guard, "hint": self.hint}


@final
@dataclass(frozen=True, slots=True)
class BindingRow:
    """One ``u_old -> path`` of a node, the fresh symbol met there (None if none) and the term in old names."""

    node: str
    symbol: str
    path: str
    fresh: str | None
    term: str

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {"node": self.node, "symbol": self.symbol, "path": self.path, "fresh": self.fresh, "term": self.term}


@final
@dataclass(frozen=True, slots=True)
class LawRow:
    """A law that held (one row), or one refuted or undecided obligation of it.

    ``obligations`` counts all obligations of the law in this program, ``by`` says what decided (``normal-form``,
    ``z3``, ``cvc5``, ``replay``, or several joined by ``, ``), ``under`` names the assumed nodes it rests on,
    ``witness`` pairs symbols with plain numbers as text.
    """

    law: LawName
    outcome: Outcome
    obligations: int
    by: str | None = None
    under: tuple[str, ...] = ()
    node: str | None = None
    message: str | None = None
    witness: tuple[tuple[str, str], ...] | None = None

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this row."""
        return {
            "law": self.law,
            "outcome": self.outcome,
            "obligations": self.obligations,
            "by": self.by,
            "under": list(self.under) or None,
            "node": self.node,
            "message": self.message,
            "witness": None if self.witness is None else dict(self.witness),
        }


@final
@dataclass(frozen=True, slots=True)
class ProgramReport:
    """The verdict on one program, with everything it rests on."""

    path: str | None
    verdict: Verdict
    error: ReportError | None = None
    relation: Relation | None = None
    conditional: bool = False
    nothing_to_rebind: bool = False
    nodes: int = 0
    unbacked: int = 0
    assumed: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unread_guards: tuple[str, ...] = ()
    unrecorded: tuple[UnrecordedRow, ...] = ()
    specializations: tuple[SpecializationRow, ...] = ()
    bindings: tuple[BindingRow, ...] = ()
    laws: tuple[LawRow, ...] = ()
    values: Mapping[str, Json] | None = None

    @property
    def refuted(self) -> tuple[LawRow, ...]:
        """The refuted obligations."""
        return tuple(row for row in self.laws if row.outcome == "refuted")

    @property
    def undecided(self) -> tuple[LawRow, ...]:
        """The undecided obligations."""
        return tuple(row for row in self.laws if row.outcome == "undecided")

    def to_dict(self) -> dict[str, Json]:
        """The JSON object of this program; ``unread_guards`` if there are any, ``values`` if they were asked for."""
        result: dict[str, Json] = {
            "path": self.path,
            "error": None if self.error is None else self.error.to_dict(),
            "verdict": self.verdict,
            "relation": self.relation,
            "conditional": self.conditional,
            "nothing_to_rebind": self.nothing_to_rebind,
            "nodes": self.nodes,
            "unbacked": self.unbacked,
            "assumed": list(self.assumed),
            "unused": list(self.unused),
            "unrecorded": [row.to_dict() for row in self.unrecorded],
            "specializations": [row.to_dict() for row in self.specializations],
            "bindings": [row.to_dict() for row in self.bindings],
            "laws": [row.to_dict() for row in self.laws],
        }
        if self.unread_guards:
            result["unread_guards"] = list(self.unread_guards)
        if self.values is not None:
            result["values"] = self.values
        return result


@final
@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on several programs, in the order in which they were given."""

    programs: tuple[ProgramReport, ...]

    def to_dict(self) -> dict[str, Json]:
        """The published JSON object."""
        return {"schema": SCHEMA, "programs": [program.to_dict() for program in self.programs]}

    def to_json(self) -> str:
        """The published JSON text, the same bytes for the same programs."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"


def exit_code(program: ProgramReport, *, strict: bool = False) -> int:
    """The exit code for one program: 0 all laws hold, 1 broken, 2 bad input, 3 unknown, 4 our own crash or a
    failed self-test.

    ``strict`` makes a conditional verdict count as unknown.
    """
    match program.verdict:
        case "equivalent":
            return 3 if strict and program.conditional else 0
        case "broken":
            return 1
        case "unknown":
            return 3
        case "error":
            return 4 if program.error is not None and program.error.kind in ("internal", "self-test") else 2


def worst_exit_code(codes: Iterable[int]) -> int:
    """The worst of several exit codes, in the order 4, 2, 1, 3, 0."""
    present = frozenset(codes)
    return next((code for code in (4, 2, 1, 3) if code in present), 0)
