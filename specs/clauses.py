"""What a clause of the specification is, and how a check cites the clauses that it checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar, final

__all__ = ["Clause", "checks", "cited"]

Check = TypeVar("Check")
_CITED: Final = "clauses_checked"


@final
@dataclass(frozen=True, slots=True)
class Clause:
    """One statement of the specification.

    ``id`` is stable (``REB-01``), ``says`` one sentence, ``site`` where the code that carries it out is
    (``module:qualname``), ``mutant`` the id of a seeded fault that the clause's checks notice.
    """

    id: str
    says: str
    site: str
    mutant: str


def checks(*clauses: Clause) -> Callable[[Check], Check]:
    """Say which clauses a check checks. Raises ValueError if none is named."""
    if not clauses:
        raise ValueError("a check cites at least one clause")

    def cite(check: Check) -> Check:
        setattr(check, _CITED, clauses)
        return check

    return cite


def cited(check: object) -> tuple[Clause, ...]:
    """The clauses that a check cites, none if it is no check."""
    found: tuple[Clause, ...] = getattr(check, _CITED, ())
    return found
