"""Which faults make a difference to which check; looked at once for each text of code, checks and faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias, final

from tests.mutants.mutant import Mutant
from tests.mutants.only.probes import Probes
from tests.mutants.systematic.changes import ROOT
from tests.mutants.systematic.checking import run_one, seconds
from tests.mutants.systematic.forked import in_child

__all__ = ["Look", "Looked", "look", "look_at", "read_looked"]


@final
@dataclass(frozen=True, slots=True)
class Look:
    """The usual time of a check in the processor's seconds, and the ids of the faults that change its run."""

    usual: float
    changed: frozenset[str]


Looked: TypeAlias = Mapping[str, Look]
"""By the id of the check."""
_UNKNOWN: Final = 1.0
"""The time of a check that does not pass while it is looked at: every fault may change it."""


def look_at(check: str, probes: Probes) -> Look:
    """Run a check in a process of its own and look which faults change its run."""

    def body(write: Callable[[str], None]) -> None:
        before = seconds()
        with probes.looking() as changed:
            run_one(check)
        write(json.dumps([round(seconds() - before, 3), sorted(changed)]))

    written, status = in_child(body)
    if status != 0:
        return Look(_UNKNOWN, frozenset(fault.id for fault in probes.faults))
    row: tuple[float, list[str]] = tuple(json.loads(written[0]))
    return Look(row[0], frozenset(row[1]))


def look(work: Path, checks: Iterable[str], faults: Iterable[Mutant]) -> None:
    """Look at each check that was not looked at yet."""
    known = read_looked(work)
    missing = [check for check in checks if check not in known]
    if not missing:
        return
    probes = Probes(faults)
    for check in missing:
        found = look_at(check, probes)
        with _kept(work).open("a", encoding="utf-8") as file:
            file.write(json.dumps([check, found.usual, sorted(found.changed)]) + "\n")


def read_looked(work: Path) -> Looked:
    """What was seen of the present texts."""
    path = _kept(work)
    found: dict[str, Look] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row: tuple[str, float, list[str]] = tuple(json.loads(line))
        check, usual, changed = row
        found[check] = Look(usual, frozenset(changed))
    return found


def _kept(work: Path) -> Path:
    digest = sha256()
    for path in _texts():
        digest.update(path.read_bytes())
    return work / f"looked-{digest.hexdigest()[:12]}.jsonl"


def _texts() -> Iterator[Path]:
    """What may change how a check runs; not the test that counts what was found."""
    for folder in ("refimpl", "specs", "tests"):
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if path.name != "test_only.py")
