"""Which fault is whose alone, as kept in ``own.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict, final

from tests.mutants.mutant import Mutant
from tests.mutants.only.clauses import Cited, digest

__all__ = ["Own", "gaps", "read_own", "write_own"]

_OWN: Final = Path(__file__).parent / "own.jsonl"


@final
@dataclass(frozen=True, slots=True)
class Own:
    """A fault that checks of its clause notice and no other check does.

    ``digest`` says which edit was tried, ``asked`` the run of how many checks of other clauses it changes, ``near``
    names some of these that are quick, those first that notice most faults around it.
    """

    clause: str
    fault: str
    digest: str
    asked: int
    near: tuple[str, ...]


class _Row(TypedDict):
    clause: str
    fault: str
    digest: str
    asked: int
    near: list[str]


def write_own(rows: Iterable[Own], path: Path = _OWN) -> None:
    """Write the record, in the order given."""
    written = [
        _Row(clause=row.clause, fault=row.fault, digest=row.digest, asked=row.asked, near=list(row.near))
        for row in rows
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in written), encoding="utf-8")


def read_own(path: Path = _OWN) -> tuple[Own, ...]:
    """The record, in order."""
    found: list[Own] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row: _Row = json.loads(line)
        found.append(Own(row["clause"], row["fault"], row["digest"], row["asked"], tuple(row["near"])))
    return tuple(found)


def gaps(clauses: Mapping[str, Cited], faults: Mapping[str, Mutant], own: Sequence[Own]) -> list[str]:
    """Everything that the record lacks, one sentence each; empty if it speaks of each clause once, as it is now."""
    names = [row.clause for row in own]
    found = [f"{name} has no fault of its own" for name in clauses if name not in names]
    found += [f"{name} is recorded twice" for name in sorted({n for n in names if names.count(n) > 1})]
    found += [f"{name} is no clause" for name in names if name not in clauses]
    for row in own:
        if row.clause in clauses:
            found += _gaps_of_own(row, clauses[row.clause], faults)
    return found


def _gaps_of_own(row: Own, about: Cited, faults: Mapping[str, Mutant]) -> Iterator[str]:
    fault = faults.get(about.clause.mutant)
    if fault is None or row.fault != fault.id:
        yield f"{row.clause} names the fault {about.clause.mutant}, and {row.fault} was tried"
        return
    if row.digest != digest(fault):
        yield f"{row.clause}: the fault {fault.id} was edited since it was tried"
    foreign = sorted(set(fault.killers) - about.own)
    if foreign:
        yield f"{row.clause}: {foreign[0]}, which does not cite it, is to notice {fault.id}"
    if not about.own.isdisjoint(row.near):
        yield f"{row.clause}: its own check is recorded as one that passes"
