"""Definitions as a substitution: a defined symbol is replaced by what stands at its path."""

from __future__ import annotations

from collections.abc import Iterable

from refimpl.laws.observation import under
from refimpl.symbolic_shapes import state
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Scalar,
    Sort,
    SortError,
    Symbol,
    eq,
    free_of,
    of_atom,
    substitute,
    to_dim,
    to_real,
)

__all__ = ["elimination", "equation"]


def equation(symbol: Symbol | BoolSymbol, term: Scalar) -> Cond:
    """The condition ``symbol = term``: of floats, a NaN equals a NaN. False where the sorts differ (law SORT)."""
    try:
        if isinstance(symbol, BoolSymbol):
            return False
        if symbol.sort is Sort.FLOAT:
            return state.equation(symbol, to_real(term))
        return eq(of_atom(symbol), to_dim(term))
    except SortError:
        return False


def elimination(definitions: Iterable[Definition]) -> tuple[dict[Symbol | BoolSymbol, Scalar], tuple[Cond, ...]]:
    """The definitions as one simultaneous substitution, resolved to the end, and the equations that cannot be one.

    A definition under a branch predicate, of another sort, of a symbol that has one already, or in terms of itself
    stays an equation.
    """
    mapping: dict[Symbol | BoolSymbol, Scalar] = {}
    kept: list[Cond] = []
    users: dict[Symbol | BoolSymbol, dict[Symbol | BoolSymbol, None]] = {}
    for definition in definitions:
        symbol = definition.symbol
        equal = equation(symbol, definition.term)
        if equal is True:
            continue
        term = substitute(definition.term, mapping)
        if equal is False or definition.under or symbol in mapping or symbol in free_of(term):
            kept.append(under(definition.under, equal))
            continue
        for other in users.pop(symbol, ()):
            mapping[other] = substitute(mapping[other], {symbol: term})
            for free in free_of(term):
                users.setdefault(free, {})[other] = None
        mapping[symbol] = term
        for free in free_of(term):
            users.setdefault(free, {})[symbol] = None
    return mapping, tuple(kept)
