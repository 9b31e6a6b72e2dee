"""Traceability: what is missing between clauses, checks, code and seeded faults."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import ModuleType

from specs.clauses import Clause, cited
from tests.mutants.mutant import Mutant, resolve

__all__ = ["checks_by_clause", "checks_of", "clauses_of", "gaps"]


def clauses_of(chapter: ModuleType) -> tuple[Clause, ...]:
    """The clauses of a chapter, in order; those of other chapters, which its checks may cite, are not among them."""
    own: list[str] = getattr(chapter, "__all__")  # noqa: B009 - a chapter has it
    return tuple(found for name, found in vars(chapter).items() if name in own and isinstance(found, Clause))


def checks_of(chapter: ModuleType) -> dict[str, tuple[Clause, ...]]:
    """The checks of a chapter by name, each with the clauses that it cites."""
    return {name: cited(found) for name, found in vars(chapter).items() if name.startswith("test_") and callable(found)}


def gaps(chapters: Iterable[tuple[str, ModuleType]], mutants: Mapping[str, Mutant]) -> list[str]:
    """Everything that is missing, one sentence each; empty if the specification is closed both ways."""
    listed = list(chapters)
    clauses = [clause for _, chapter in listed for clause in clauses_of(chapter)]
    found = [gap for _, chapter in listed for gap in _gaps_of_checks(chapter, clauses)]
    by = checks_by_clause(chapter for _, chapter in listed)
    found += [gap for clause in clauses for gap in _gaps_of_clause(clause, by.get(clause.id, frozenset()), mutants)]
    names = [clause.id for clause in clauses]
    found += [f"{name} is the id of several clauses" for name in sorted({n for n in names if names.count(n) > 1})]
    for prefix in dict.fromkeys(prefix for prefix, _ in listed):
        own = [clause.id for owner, chapter in listed if owner == prefix for clause in clauses_of(chapter)]
        if sorted(own) != [f"{prefix}-{number:02}" for number in range(1, len(own) + 1)]:
            found.append(f"the clauses of {prefix} are not numbered {prefix}-01, {prefix}-02, ...")
    faults = [clause.mutant for clause in clauses]
    found += [f"{m} is the fault of several clauses" for m in sorted({m for m in faults if faults.count(m) > 1})]
    return found


def checks_by_clause(chapters: Iterable[ModuleType]) -> dict[str, frozenset[str]]:
    """For each cited clause, by its id, the ids of the checks that cite it (``specs/rebinding.py::test_...``)."""
    found: dict[str, set[str]] = {}
    for chapter in chapters:
        for name, cites in checks_of(chapter).items():
            for clause in cites:
                found.setdefault(clause.id, set()).add(f"{_file(chapter)}::{name}")
    return {clause: frozenset(names) for clause, names in found.items()}


def _file(chapter: ModuleType) -> str:
    return chapter.__name__.replace(".", "/") + ".py"


def _gaps_of_checks(chapter: ModuleType, clauses: Collection[Clause]) -> Iterator[str]:
    for name, cites in checks_of(chapter).items():
        if not cites:
            yield f"{_file(chapter)}::{name} cites no clause"
        for clause in cites:
            if clause not in clauses:
                yield f"{_file(chapter)}::{name} cites {clause.id}, which is no clause of the specification"


def _gaps_of_clause(clause: Clause, own: frozenset[str], mutants: Mapping[str, Mutant]) -> Iterator[str]:
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
