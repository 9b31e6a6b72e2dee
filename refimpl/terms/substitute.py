"""Simultaneous substitution of symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from refimpl.terms.core import BoolSymbol, Cond, Dim, Real, Scalar, Sort, Symbol, Term
from refimpl.terms.rebuild import rebuild, to_cond, to_dim, to_real
from refimpl.terms.traversal import subterms

__all__ = ["Substitution", "substitute", "substitute_cond", "substitute_dim", "substitute_real"]

Substitution: TypeAlias = Mapping[Symbol | BoolSymbol, Scalar]


def substitute(term: Scalar, mapping: Substitution) -> Scalar:
    """The term with every mapped symbol replaced at once, in normal form.

    The same object comes back when none occurs. Raises SortError where a symbol is replaced by another sort (SORT).
    """
    if isinstance(term, (int, float)):
        return term
    table = {symbol: _of_its_sort(symbol, mapping[symbol]) for symbol in term.free if symbol in mapping}
    if not table:
        return term
    done: dict[Term, Scalar] = {}
    for part in subterms(term):
        done[part] = part if part.free.isdisjoint(table) else rebuild(part, done, table)
    return done[term]


def _of_its_sort(symbol: Symbol | BoolSymbol, value: Scalar) -> Scalar:
    if isinstance(symbol, BoolSymbol):
        return to_cond(value)
    return to_dim(value) if symbol.sort is Sort.INT else to_real(value)


def substitute_dim(term: Dim, mapping: Substitution) -> Dim:
    """:func:`substitute` in an integer."""
    return term if isinstance(term, int) else to_dim(substitute(term, mapping))


def substitute_cond(term: Cond, mapping: Substitution) -> Cond:
    """:func:`substitute` in a condition."""
    return term if isinstance(term, bool) else to_cond(substitute(term, mapping))


def substitute_real(term: Real, mapping: Substitution) -> Real:
    """:func:`substitute` in a float."""
    return term if isinstance(term, float) else to_real(substitute(term, mapping))
