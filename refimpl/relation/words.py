"""A valuation for people: the numbers that matter, in one order, as text."""

from __future__ import annotations

from refimpl.laws.contract import scalars_in
from refimpl.relation.side import Atom, Side
from refimpl.solver import Model, Number
from refimpl.terms import BoolSymbol, Sort, free_of

__all__ = ["defaults", "shown"]


def defaults(*sides: Side) -> dict[str, Number]:
    """A small value for each symbol: nothing may be said of it, and then any will do."""
    return {atom.name: _small(atom) for side in sides for term in side.own.values() for atom in free_of(term)}


def _small(atom: Atom) -> Number:
    if isinstance(atom, BoolSymbol):
        return True
    return 1.0 if atom.sort is Sort.FLOAT else 1


def shown(valuation: Model, *sides: Side) -> tuple[tuple[str, str], ...]:
    """The numbers of what callers give and of what programs have names for."""
    names: set[str] = set()
    for side in sides:
        atoms = {atom for stated in side.contract for atom in free_of(stated.condition)}
        for given in side.inputs:
            atoms.update(atom for scalar in scalars_in(given.value) for atom in free_of(scalar))
        for own in side.recorded & side.own.keys():
            atoms |= free_of(side.own[own])
        names.update(atom.name for atom in atoms)
    return tuple((name, _number(value)) for name, value in sorted(valuation.items()) if name in names)


def _number(value: Number) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
