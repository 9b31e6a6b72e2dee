"""The order in which sympy prints summands, factors and arguments."""

from __future__ import annotations

from typing import Final

from refimpl.terms.core import And, Apply, Atom, BoolSymbol, Eq, FloatCompare, Ge, IntTerm, Monomial, Or, Scalar, Symbol
from refimpl.terms.keys import key_of

__all__ = ["in_print_order", "power_factors", "scalar_order"]

MAX_DEPTH: Final = 8
Order = tuple[int, str, tuple["Order | str", ...], int, float]
"""Rank and name of the class, the orders of the arguments, exponent and coefficient, compared in this sequence."""


def power_factors(monomial: Monomial, depth: int = 0) -> list[tuple[Atom, int]]:
    """The atoms of a product with their exponents, in print order."""
    powers: dict[Atom, int] = {}
    for atom in monomial:
        powers[atom] = powers.get(atom, 0) + 1
    if len(powers) == 1:
        return list(powers.items())
    return sorted(powers.items(), key=lambda item: _atom_order(item[0], item[1], 1, depth))


def in_print_order(term: IntTerm, depth: int = 0) -> list[tuple[Monomial, int]]:
    """The summands in descending lexicographic order of their exponents, generators in their own order."""
    monomials = term.monomials
    if len(monomials) == 1:
        return list(monomials)
    if len(monomials) == 2 and monomials[0][1] > 0 > monomials[1][1] and not monomials[0][0]:
        # sympy shows a positive number first if all that follows is a single negated factor.
        negated = monomials[1][0]
        return list(monomials) if len(set(negated)) == 1 else [monomials[1], monomials[0]]
    generators = {atom for monomial, _ in monomials for atom in monomial}
    ranked = sorted(generators, key=lambda atom: (_atom_order(atom, 1, 1, depth), atom.key))
    return sorted(monomials, key=lambda item: tuple(-item[0].count(atom) for atom in ranked))


def scalar_order(value: Scalar, depth: int = 0) -> Order:
    """The sort key of an argument: numbers, symbols, products, sums, functions, then everything else by class."""
    match value:
        case int() | float():
            return (10, "Number", (), 1, value)
        case Symbol() | Apply():
            return _atom_order(value, 1, 1, depth)
        case BoolSymbol(name):
            return (20, "Symbol", (name,), 1, 1)
        case IntTerm():
            return _polynomial_order(value, depth)
        case _:
            return (50, _class_name(value), (key_of(value),), 1, 1)


def _class_name(value: Scalar) -> str:
    """sympy's name of the relation as it is printed."""
    match value:
        case Ge(term):
            return "GreaterThan" if any(c > 0 for m, c in term.monomials if m) else "LessThan"
        case Eq():
            return "Equality"
        case And() | Or():
            return type(value).__name__
        case FloatCompare(op, left):
            mirrored = isinstance(left, (int, float))
            if op in ("eq", "ne"):
                return "Equality" if op == "eq" else "Unequality"
            return ("Strict" if op == "lt" else "") + ("GreaterThan" if mirrored else "LessThan")
        case _:
            return "Unequality"


def _polynomial_order(term: IntTerm, depth: int) -> Order:
    if depth > MAX_DEPTH:
        return (60, term.key, (), 1, 1)
    size = len(term.monomials)
    if size > 1:
        parts = in_print_order(term, depth + 1)
        return (31, "Add", _sized(tuple(_product_order(m, c, depth + 1) for m, c in parts)), 1, 1)
    return _product_order(*term.monomials[0], depth)


def _product_order(monomial: Monomial, coefficient: int, depth: int) -> Order:
    factors = power_factors(monomial, depth + 1)
    if not factors:
        return (10, "Number", (), 1, coefficient)
    if len(factors) == 1:
        return _atom_order(factors[0][0], factors[0][1], coefficient, depth)
    return (30, "Mul", _sized(tuple(_atom_order(a, n, 1, depth + 1) for a, n in factors)), 1, coefficient)


def _sized(parts: tuple[Order, ...]) -> tuple[Order | str, ...]:
    return ((len(parts), "", (), 1, 1), *parts)


def _atom_order(atom: Atom, exponent: int, coefficient: int, depth: int) -> Order:
    if isinstance(atom, Symbol):
        return (20, "Symbol", (atom.name,), exponent, coefficient)
    if depth > MAX_DEPTH:
        return (60, atom.key, (), exponent, coefficient)
    rank = 50 if atom.fn in ("Max", "Min") else 40
    args = tuple(scalar_order(arg, depth + 1) for arg in atom.args)
    return (rank, atom.fn, _sized(args), exponent, coefficient)
