"""A symbol replaced in a condition, with a short way for the linear conditions that ranges are made of."""

from __future__ import annotations

from refimpl.terms import Cond, Eq, Ge, IntTerm, Monomial, Ne, Scalar, Symbol, eq, ge, make_int, ne, substitute_cond

__all__ = ["replace_in_condition"]


def replace_in_condition(condition: Cond, symbol: Symbol, by: Scalar) -> Cond:
    """The condition with one symbol replaced, in normal form; equal to ``substitute_cond``.

    Raises SortError if the term is of another sort than the symbol.
    """
    if isinstance(condition, bool) or symbol not in condition.free:
        return condition
    if not isinstance(condition, (Ge, Eq, Ne)) or not isinstance(by, (int, IntTerm)) or isinstance(by, bool):
        return substitute_cond(condition, {symbol: by})
    rest: dict[Monomial, int] = {}
    factor = 0
    for monomial, coefficient in condition.term.monomials:
        atom = monomial[0] if monomial else None
        if atom is symbol and len(monomial) == 1:
            factor = coefficient
        elif atom is None or (len(monomial) == 1 and isinstance(atom, Symbol)):
            rest[monomial] = coefficient
        else:
            return substitute_cond(condition, {symbol: by})
    if isinstance(by, int):
        rest[()] = rest.get((), 0) + factor * by
    else:
        for monomial, coefficient in by.monomials:
            rest[monomial] = rest.get(monomial, 0) + factor * coefficient
    moved = make_int(rest)
    if isinstance(condition, Ge):
        return ge(moved, 0)
    return eq(moved, 0) if isinstance(condition, Eq) else ne(moved, 0)
