"""Traceability: what is missing between clauses, checks, code and seeded faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from specs.clauses import Clause, cited
from tests.mutants.mutant import Mutant, resolve

__all__ = ["checks_of", "clauses_of", "gaps"]


def clauses_of(chapter: ModuleType) -> tuple[Clause, ...]:
    """The clauses of a chapter, in order."""
    return tuple(found for found in vars(chapter).values() if isinstance(found, Clause))


def checks_of(chapter: ModuleType) -> dict[str, tuple[Clause, ...]]:
    """The checks of a chapter by name, each with the clauses that it cites."""
    return {name: cited(found) for name, found in vars(chapter).items() if name.startswith("test_") and callable(found)}


def gaps(chapters: Iterable[tuple[str, ModuleType]], mutants: Mapping[str, Mutant]) -> list[str]:
    """Everything that is missing, one sentence each; empty if the specification is closed both ways."""
    listed = list(chapters)
    found = [gap for _, chapter in listed for gap in _gaps_of_chapter(chapter, mutants)]
    clauses = [clause for _, chapter in listed for clause in clauses_of(chapter)]
    names = [clause.id for clause in clauses]
    found += [f"{name} is the id of several clauses" for name in sorted({n for n in names if names.count(n) > 1})]
    for prefix in dict.fromkeys(prefix for prefix, _ in listed):
        own = [clause.id for owner, chapter in listed if owner == prefix for clause in clauses_of(chapter)]
        if sorted(own) != [f"{prefix}-{number:02}" for number in range(1, len(own) + 1)]:
            found.append(f"the clauses of {prefix} are not numbered {prefix}-01, {prefix}-02, ...")
    faults = [clause.mutant for clause in clauses]
    found += [f"{m} is the fault of several clauses" for m in sorted({m for m in faults if faults.count(m) > 1})]
    return found


def _gaps_of_chapter(chapter: ModuleType, mutants: Mapping[str, Mutant]) -> Iterator[str]:
    clauses, checks = clauses_of(chapter), checks_of(chapter)
    file = chapter.__name__.replace(".", "/") + ".py"
    for name, cites in checks.items():
        if not cites:
            yield f"{file}::{name} cites no clause"
        for clause in cites:
            if clause not in clauses:
                yield f"{file}::{name} cites {clause.id}, which is no clause of its chapter"
    for clause in clauses:
        own = {f"{file}::{name}" for name, cites in checks.items() if clause in cites}
        yield from _gaps_of_clause(clause, own, mutants)


def _gaps_of_clause(clause: Clause, own: set[str], mutants: Mapping[str, Mutant]) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z`].*\.", clause.says):
        yield f"{clause.id} is no sentence"
    if not own:
        yield f"{clause.id} has no check"
    try:
        resolve(clause.site)
    except (ImportError, AttributeError, ValueError):
        yield f"{clause.id} names {clause.site}, which does not exist"
    mutant = mutants.get(clause.mutant)
    if mutant is None:
        yield f"{clause.id} names the fault {clause.mutant}, which is not in the catalogue"
    elif own.isdisjoint(mutant.killers):
        yield f"{clause.id} names the fault {clause.mutant}, which none of its checks kills"
