"""The clauses of the specification, each with the checks that cite it and the fault that is its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import final

from specs.clauses import Clause
from specs.contents import CHAPTERS
from specs.traceability import checks_by_clause, checks_of, clauses_of
from tests.mutants.mutant import Mutant

__all__ = ["Cited", "all_of_the_specification", "cited_clauses", "digest"]


@final
@dataclass(frozen=True, slots=True)
class Cited:
    """A clause and the ids of the checks that cite it."""

    clause: Clause
    own: frozenset[str]


def cited_clauses() -> Mapping[str, Cited]:
    """Every clause by its id, in reading order."""
    by = checks_by_clause(chapter for _, chapter in CHAPTERS)
    clauses = [clause for _, chapter in CHAPTERS for clause in clauses_of(chapter)]
    return {clause.id: Cited(clause, by.get(clause.id, frozenset())) for clause in clauses}


def all_of_the_specification() -> list[str]:
    """The ids of the checks that cite a clause, in reading order."""
    return [
        f"{chapter.__name__.replace('.', '/')}.py::{name}" for _, chapter in CHAPTERS for name in checks_of(chapter)
    ]


def digest(mutant: Mutant) -> str:
    """What was decided is about this edit of this function, whatever it is called."""
    return sha256(repr((mutant.site, mutant.old, mutant.new)).encode()).hexdigest()[:10]
