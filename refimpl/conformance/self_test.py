"""The harness tested against subjects that are wrong on purpose: each must be caught by its vector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from refimpl.conformance.runner import Row, conform
from refimpl.conformance.store import path_of
from refimpl.conformance.vector import Vector
from refimpl.conformance.wrong import WRONG_SUBJECTS, WrongSubject
from refimpl.solver import Solver

__all__ = ["Caught", "self_test"]

DEADLINE: Final = 2.0


@final
@dataclass(frozen=True, slots=True)
class Caught:
    """Whether a wrong subject was caught, and by what: the row of its vector, or why there is none."""

    subject: WrongSubject
    row: Row | None
    message: str

    @property
    def is_caught(self) -> bool:
        """Whether its vector has the verdict that it must have, and names the law that is broken."""
        law, row = self.subject.law, self.row
        return (
            row is not None
            and row.judgement.verdict == self.subject.verdict
            and (law is None or law in row.judgement.broken)
        )


def self_test(vectors: Sequence[Vector], solver: Solver) -> Iterator[Caught]:
    """Every wrong subject, run on its vectors."""
    by_path = {path_of(vector): vector for vector in vectors}
    for subject in WRONG_SUBJECTS:
        missing = [path for path in subject.vectors if path not in by_path]
        if missing:
            yield Caught(subject, None, f"there is no vector {missing[0]}")
            continue
        asked = [by_path[path] for path in subject.vectors]
        run = conform(asked, subject.opened, solver, deadline=DEADLINE, whole=False)
        row = run.rows[-1]
        yield Caught(subject, row, row.judgement.message)
