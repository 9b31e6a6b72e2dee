"""The obligations of a program as SMT-LIB text: the very text that the solvers are given."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.laws import ProgramReport
from refimpl.laws.decide import Decided
from refimpl.solver import Proved, Refuted, Undecided

__all__ = ["obligations_text"]


def obligations_text(report: ProgramReport, decided: Sequence[Decided]) -> str:
    """One script: each obligation with the status that is claimed, a ``check-sat``, and a reset.

    ``unsat`` means that the obligation holds: its hypotheses and its negated goal have no model.
    """
    lines = [f"; {_comment(report.path or '')}: {report.verdict}"]
    if report.error is not None:
        lines.append(f"; {_comment(report.error.message)}")
    for row in report.laws:
        same = row.obligations - sum(one.claim.law == row.law for one in decided)
        if row.outcome == "proved" and same > 0:
            lines.append(f"; {row.law}: {same} of {row.obligations} ask no solver: equal in normal form, or no formula")
    for number, one in enumerate(decided, 1):
        if one.obligation is not None:
            lines.extend(_obligation(number, one, one.obligation.text))
    return "\n".join(lines) + "\n"


def _obligation(number: int, one: Decided, text: str) -> list[str]:
    claim = one.claim
    place = "" if claim.node is None else f" at {claim.node}"
    match one.verdict:
        case Proved():
            status = "unsat"
        case Refuted():
            status = "sat"
        case Undecided():
            status = "unknown"
    return [
        "(reset)",
        f"; obligation {number}: {_comment(claim.law + place)}: if it fails, {_comment(claim.about)}",
        f"(set-info :status {status})",
        text.rstrip("\n"),
    ]


def _comment(text: str) -> str:
    """The text on one line of printable characters: a line break would end the comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
