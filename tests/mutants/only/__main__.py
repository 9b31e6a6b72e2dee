"""Looks for each clause whether its fault is its own: ``python -m tests.mutants.only REB TRM-07``.

Each check is run once to see which faults change its run. Then each fault is planted in a forked process, and the
checks of other clauses whose run it changes are asked until one notices it. ``--budget`` is the processor's time for
each fault: what passes so long stays open, and the next run goes on there. ``--write`` writes those that every check of
another clause passes to the record.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final, final

from tests.mutants.catalogue import by_id
from tests.mutants.mutant import Mutant
from tests.mutants.only.clauses import Cited, all_of_the_specification, cited_clauses, digest
from tests.mutants.only.foreign import Order, first_foreign, foreign
from tests.mutants.only.looked import Looked, look, read_looked
from tests.mutants.only.record import Own, read_own, write_own
from tests.mutants.run_check import check_at

__all__ = ["main"]

_LIBRARIES: Final = ("cvc5", "hypothesis.stateful", "hypothesis.strategies", "jsonschema", "msgspec", "pytest", "rich")
_TRIED: Final = "tried.jsonl"
_NEAR: Final = 3
_QUICK: Final = 0.3
"""The processor's seconds of a check that the gate asks again."""


@final
@dataclass(slots=True)
class _Tried:
    """What is known of a fault: the foreign checks that pass, and one that notices it."""

    passed: set[str] = field(default_factory=set[str])
    by: str | None = None


@final
class _Asked:
    """A clause with its fault, the checks of other clauses whose run it changes, and those that are left."""

    def __init__(self, cited: Cited, looked: Looked, known: Mapping[tuple[str, str], _Tried]) -> None:
        self.cited = cited
        self.fault = by_id()[cited.clause.mutant]
        self.tried = known.get((cited.clause.id, digest(self.fault)), _Tried())
        # A check that came to cite the clause is no foreign one any more.
        self.by = None if self.tried.by in cited.own else self.tried.by
        self.foreign = foreign(cited, self.fault, looked)
        self.left = [entry for entry in self.foreign if entry[0] not in self.tried.passed]


def _read_tried(work: Path) -> dict[tuple[str, str], _Tried]:
    path, found = work / _TRIED, dict[tuple[str, str], _Tried]()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row: tuple[str, str, list[str], str | None] = tuple(json.loads(line))
        clause, edit, passed, by = row
        tried = found.setdefault((clause, edit), _Tried())
        tried.passed.update(passed)
        tried.by = by or tried.by
    return found


def _try(work: Path, chosen: Iterable[Cited], looked: Looked, budget: float) -> None:
    """Ask the checks that are left for each clause, those first that are answered in the least time."""
    order, known = Order(), _read_tried(work)
    asked = [_Asked(cited, looked, known) for cited in chosen]
    for each in sorted(asked, key=lambda each: sum(usual for _, usual in each.left)):
        if each.by is not None or not each.left:
            continue
        name, fault = each.cited.clause.id, each.fault
        left = order.of(fault.site, each.left)
        found = first_foreign(fault, left, budget)
        if found.by is not None:
            order.learn(fault.site, found.by)
        passed = [] if found.how else [check for check, _ in left[: found.ran]]
        with (work / _TRIED).open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, digest(fault), passed, found.by]) + "\n")
        said = found.by or ("own" if found.complete and not found.how else f"open, {len(left) - found.ran} to ask")
        print(f"{name} {fault.id}: {said}", flush=True)


def _near(fault: Mutant, foreign: Iterable[tuple[str, float]], order: Order) -> tuple[str, ...]:
    quick = [(check, usual) for check, usual in foreign if usual < _QUICK]
    return tuple(check for check, _ in order.of(fault.site, quick)[:_NEAR])


def _write(work: Path, looked: Looked) -> int:
    """Write what is decided; what the record holds of other faults that are as they were stays. 1 if a clause has none.

    Nothing is written if a check was not looked at yet: any fault may change its run.
    """
    missing = set(all_of_the_specification()) - set(looked)
    if missing:
        print(f"{len(missing)} checks were not looked at yet: run it without --write first")
        return 1
    order, known = Order(), _read_tried(work)
    before = {row.clause: row for row in read_own()}
    rows: list[Own] = []
    for name, cited in cited_clauses().items():
        each = _Asked(cited, looked, known)
        fault, kept = each.fault, before.get(name)
        if each.by is not None:
            print(f"{each.by} notices {fault.id}, the fault of {name}")
        elif not each.left:
            rows.append(Own(name, fault.id, digest(fault), len(each.foreign), _near(fault, each.foreign, order)))
        elif kept is not None and kept.digest == digest(fault):
            rows.append(kept)
        else:
            print(
                f"{len(each.left)} of {len(each.foreign)} checks are to be asked about {fault.id}, the fault of {name}"
            )
    write_own(rows)
    print(f"{len(rows)} of {len(cited_clauses())} clauses have a fault of their own")
    return 0 if len(rows) == len(cited_clauses()) else 1


def main(*arguments: str) -> int:
    """Try the chosen clauses that are not decided yet, or write what is decided."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.only", description=__doc__)
    parser.add_argument("clauses", nargs="*", help="ids of clauses or of chapters; all by default")
    parser.add_argument("--work", type=Path, default=Path("build/only"), help="where results are kept")
    parser.add_argument("--budget", type=float, default=600.0, help="processor seconds for each fault")
    parser.add_argument("--write", action="store_true", help="write what is decided to the record, and try nothing")
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    if given.write:
        return _write(given.work, read_looked(given.work))
    for name in _LIBRARIES:
        import_module(name)
    for check in all_of_the_specification():
        check_at(check)  # imported first: what a module computes once is computed without the fault
    gc.collect()
    gc.freeze()
    clauses, faults = cited_clauses(), by_id()
    look(given.work, all_of_the_specification(), (faults[cited.clause.mutant] for cited in clauses.values()))
    wanted: tuple[str, ...] = tuple(given.clauses)
    chosen = [cited for name, cited in clauses.items() if not wanted or name.startswith(wanted)]
    _try(given.work, chosen, read_looked(given.work), given.budget)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
