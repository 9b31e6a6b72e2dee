"""Names for what both programs speak of: the caller's sizes and numbers by position, data as they are matched.

A program that takes a size 3 where the other takes any size ``s0`` refuses the others: each position of an input is one
common term, and what each program wants of it is a condition on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import final

from refimpl.laws.cone import cone
from refimpl.laws.observation import Stated
from refimpl.laws.scalars import sort_name
from refimpl.laws.value import equal_values
from refimpl.relation.matching import Match
from refimpl.relation.positions import Position
from refimpl.relation.side import Atom, Side, alone, plain
from refimpl.terms import (
    BoolSymbol,
    IntTerm,
    Scalar,
    Sort,
    Symbol,
    bool_symbol,
    floor_div,
    free_of,
    substitute,
    symbol_atom,
    to_dim,
)

__all__ = ["common_names"]


def common_names(old: Side, new: Side, positions: Iterable[Position], matches: Iterable[Match]) -> tuple[Side, Side]:
    """Both sides in common names, those of the old program where it has one."""
    taken = {atom.name for atom in old.own}
    theirs, ours = _Names(old, taken), _Names(new, taken)
    # Sizes come first: a stride is mostly a product of them.
    ordered = sorted(positions, key=lambda position: position.layout)
    shared = [_shared(position, theirs, ours) for position in ordered]
    for position, name in shared:
        if position.layout and name is None:
            continue
        written = theirs.written(position.old), ours.written(position.new)
        if name is None and None not in written and written[0] is written[1]:
            continue
        common = _named_by_place(position) if name is None else name
        theirs.want(position.place, position.old, common)
        ours.want(position.place, position.new, common)
    return theirs.side({atom: atom for atom in old.own}), ours.side({match.new: match.old for match in matches})


def _shared(position: Position, old: _Names, new: _Names) -> tuple[Position, Scalar | None]:
    """The name of a position at which a program has a symbol by itself, for the first time."""
    left, right = old.unnamed(position.old), new.unnamed(position.new)
    name: Scalar | None = None
    if left is not None:
        name = old.own[left] = plain(left)
    if right is not None:
        if name is None:
            name = _named_by_place(position) if right.name in new.taken else plain(right)
        new.own[right] = name
        new.taken.update(atom.name for atom in free_of(name))
    return position, name


def _named_by_place(position: Position) -> Scalar:
    """No program has a symbol for it: ``x.size(0)``."""
    match sort_name(position.old):
        case "bool":
            return bool_symbol(position.place)
        case "int":
            return plain(symbol_atom(position.place, Sort.INT))
        case _:
            return plain(symbol_atom(position.place, Sort.FLOAT))


@final
@dataclass(slots=True)
class _Names:
    """How one side writes its symbols; each is decided once. ``taken`` are the names in use on either side."""

    given: Side
    taken: set[str]
    own: dict[Atom, Scalar] = field(default_factory=dict[Atom, Scalar])
    wanted: list[Stated] = field(default_factory=list[Stated])
    unsolved: list[tuple[str, Scalar, Scalar]] = field(default_factory=list[tuple[str, Scalar, Scalar]])

    def unnamed(self, term: Scalar) -> Atom | None:
        """The symbol that the term is, if it has no common name yet."""
        atom = alone(term)
        return None if atom in self.own else atom

    def written(self, term: Scalar) -> Scalar | None:
        """The term in common names, if each of its symbols has one."""
        return substitute(term, self.own) if free_of(term) <= self.own.keys() else None

    def want(self, place: str, term: Scalar, common: Scalar) -> None:
        """The program takes what its term can be at that place."""
        if isinstance(term, IntTerm):
            self._solve(term, common)
        written = self.written(term)
        if written is None:
            self.unsolved.append((place, term, common))
            return
        condition = equal_values(written, common)
        if condition is not True:
            self.wanted.append(Stated(place, condition, "range"))

    def _solve(self, term: IntTerm, common: Scalar) -> None:
        """``2*s0 + 1`` determines ``s0``; that it gives an odd number is wanted of the position as of any other."""
        match [atom for atom in free_of(term) if atom not in self.own]:
            case [Symbol() as atom]:
                factor = dict(term.monomials).get((atom,))
                if factor is None:
                    return
                rest = substitute(term - to_dim(plain(atom)) * factor, self.own)
                if atom not in free_of(rest):
                    self.own[atom] = floor_div(to_dim(common) - to_dim(rest), factor)
            case _:
                pass

    def unused(self, atom: Atom) -> Scalar:
        """The symbol, or one of its kind whose name nothing has."""
        name = atom.name
        if name in self.taken:
            stem = name.rstrip("0123456789") or "s"
            name = next(text for text in (f"{stem}{number}" for number in count()) if text not in self.taken)
        self.taken.add(name)
        return bool_symbol(name) if isinstance(atom, BoolSymbol) else plain(symbol_atom(name, atom.sort))

    def side(self, matched: Mapping[Atom, Atom]) -> Side:
        """The side in common names; of data the match says what is the same, every other symbol stays apart."""
        given, determined = self.given, frozenset(self.own)
        loose = given.own.keys() - determined - given.sites.keys() - {d.symbol for d in given.definitions}
        for atom in given.own:
            if atom not in self.own:
                self.own[atom] = plain(matched[atom]) if atom in matched else self.unused(atom)
        for place, term, common in self.unsolved:
            self.wanted.append(Stated(place, equal_values(substitute(term, self.own), common), "range"))
        kept = replace(given, contract=tuple(_about(given.contract, determined)))
        return kept.renamed(self.own, tuple(self.wanted), frozenset(loose))


def _about(contract: Iterable[Stated], determined: frozenset[Atom]) -> Iterator[Stated]:
    """What the caller promises of symbols of inputs, directly or through others: the rest is of nothing."""
    conditions = tuple(stated.condition for stated in contract)
    about = tuple(condition for condition in conditions if not free_of(condition).isdisjoint(determined))
    kept = frozenset(cone(about, conditions))
    return (stated for stated in contract if stated.condition in kept)
