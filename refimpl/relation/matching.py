"""Which data of the new program are data of the old one: by what computes them, else by name, else by node."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from refimpl.relation.side import Atom, Side
from refimpl.terms import Symbol

__all__ = ["Match", "matches"]

By: TypeAlias = Literal["computation", "name", "node"]


@final
@dataclass(frozen=True, slots=True)
class Match:
    """A symbol of each program for one quantity. By its name or its node is a guess: the report says so."""

    old: Atom
    new: Atom
    by: By


def matches(old: Side, new: Side) -> tuple[Match, ...]:
    """The matches, each symbol in one at most."""
    found: dict[Atom, Match] = {}
    matched: set[Atom] = set()
    keys: tuple[tuple[By, Callable[[Side, Atom], Hashable]], ...] = (
        ("computation", _computation),
        ("name", lambda _, atom: atom.name),
        ("node", lambda side, atom: side.sites[atom]),
    )
    for by, key in keys:
        candidates: dict[Hashable, list[Atom]] = {}
        for atom in old.sites:
            if atom not in matched:
                candidates.setdefault((_sort(atom), key(old, atom)), []).append(atom)
        for atom in new.sites:
            same = candidates.get((_sort(atom), key(new, atom)))
            if atom not in found and same:
                # What is computed twice is computed in the same order.
                match = found[atom] = Match(same.pop(0), atom, by)
                matched.add(match.old)
    return tuple(found.values())


def _computation(side: Side, atom: Atom) -> Hashable:
    node, place = side.sites[atom]
    return side.computations.get(node, node), place


def _sort(atom: Atom) -> Hashable:
    return atom.sort if isinstance(atom, Symbol) else None
