"""A report of before: only what it does not know makes a check fail."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard, final

from refimpl.laws import Json, ProgramReport
from refimpl.laws.report import SCHEMA

__all__ = ["Baseline", "BaselineError", "Finding"]


class BaselineError(ValueError):
    """A file that is no JSON report of ``refimpl check``."""


@final
@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A refuted obligation: the archive, the law, the node, and what was said of it, without its witness."""

    path: str
    law: str
    node: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.law} at {self.node or 'the program'}: {self.message}"


@final
class Baseline:
    """The findings of an earlier report, each as often as it was there."""

    def __init__(self, findings: Counter[Finding]) -> None:
        self._findings = findings

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file. Raises BaselineError if it is no report, OSError if it can't be read."""
        try:
            report: Json = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise BaselineError(f"{path}: is not JSON") from None
        if not _is_object(report) or report.get("schema") != SCHEMA:
            raise BaselineError(f"{path}: is no report of the schema {SCHEMA}")
        found: Counter[Finding] = Counter()
        for program in _objects(report.get("programs")):
            for row in _objects(program.get("laws")):
                if row.get("outcome") == "refuted":
                    words = [program.get("path"), row.get("law"), row.get("node"), row.get("message")]
                    found[Finding(*(word if isinstance(word, str) else "" for word in words))] += 1
        return cls(found)

    def new(self, reports: tuple[ProgramReport, ...]) -> list[Finding]:
        """What is found now and was not found then, in order."""
        return _sorted(findings(reports) - self._findings)

    def vanished(self, reports: tuple[ProgramReport, ...]) -> list[Finding]:
        """What was found then, in archives that are judged now, and is not found any more."""
        judged = {report.path for report in reports if report.error is None}
        return [finding for finding in _sorted(self._findings - findings(reports)) if finding.path in judged]

    def knows(self, report: ProgramReport) -> bool:
        """Whether everything that is broken in a program was known."""
        return not findings((report,)) - self._findings


def findings(reports: tuple[ProgramReport, ...]) -> Counter[Finding]:
    """What is broken in the programs."""
    return Counter(
        Finding(report.path or "", row.law, row.node or "", row.message or "")
        for report in reports
        for row in report.refuted
    )


def _sorted(found: Counter[Finding]) -> list[Finding]:
    return sorted(found.elements())


def _is_object(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict)


def _objects(value: Json) -> list[dict[str, Json]]:
    """The objects in a list; nothing if it is none."""
    return [item for item in value if _is_object(item)] if isinstance(value, list) else []
