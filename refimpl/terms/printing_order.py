"""The order in which sympy prints summands, factors and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.terms.core import (
    And,
    Apply,
    Atom,
    BoolFn,
    BoolSymbol,
    BoolTerm,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Monomial,
    Ne,
    Not,
    Or,
    Scalar,
    Symbol,
    Term,
)
from refimpl.terms.keys import key_of
from refimpl.terms.polynomials import add, make_int, scale
from refimpl.terms.traversal import subterms

__all__ = ["class_of", "in_print_order", "member_order", "power_factors", "printed_sides", "scalar_order"]

_CLASSES: Final[dict[str, str]] = {
    "Pow": "PowByNatural",
    "BitAnd": "BitwiseFn_bitwise_and",
    "BitOr": "BitwiseFn_bitwise_or",
    "BitXor": "BitwiseFn_bitwise_xor",
    "FloatMax": "Max",
    "FloatMin": "Min",
    "Ite": "Piecewise",
    "FloatIte": "Piecewise",
    "abs": "Abs",
}
_OPAQUE: Final = frozenset(
    ("sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh")
)

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
            if depth > MAX_DEPTH:
                return (60, key_of(value), (), 1, 1)
            return (50, _class_name(value), _sized(_parts(value, depth + 1)), 1, 1)


def _parts(value: BoolFn, depth: int) -> tuple[Order, ...]:
    """The orders of what a condition is printed of."""
    match value:
        case Ge() | Eq() | Ne():
            return tuple(scalar_order(side, depth) for side in printed_sides(value))
        case FloatCompare(_, left, right):
            sides = (right, left) if isinstance(left, (int, float)) else (left, right)
            return tuple(scalar_order(side, depth) for side in sides)
        case Not(arg):
            return (scalar_order(arg, depth),)
        case And(args) | Or(args):
            return tuple(scalar_order(arg, depth) for arg in sorted(args, key=member_order))


def class_of(fn: str) -> str:
    """PyTorch's name of a function."""
    return f"OpaqueUnaryFn_{fn}" if fn in _OPAQUE else _CLASSES.get(fn, fn)


def printed_sides(condition: Ge | Eq | Ne) -> tuple[Dim, Dim]:
    """The two sides of a comparison: no negative coefficient, the constant on the right.

    An inequality without a positive coefficient is printed as ``<=``, the sides exchanged.
    """
    term = condition.term
    left = make_int({m: c for m, c in term.monomials if m and c > 0})
    right = add(left, scale(term, -1))
    if isinstance(condition, Ge) and isinstance(left, int):
        return add(right, term.constant), term.constant
    return left, right


def member_order(arg: BoolTerm) -> tuple[int, Order]:
    """The sort key of a member of a conjunction or disjunction: the smaller expression first."""
    sizes: dict[Term, int] = {}
    for part in subterms(arg):
        sizes[part] = _size(part, sizes)
    return sizes[arg], scalar_order(arg)


def _size(part: Term, sizes: dict[Term, int]) -> int:
    """Twice the number of nodes of sympy's expression: it counts a float as half a node.

    Parts that occur several times are counted each time.
    """
    match part:
        case Symbol() | BoolSymbol():
            return 2
        case IntTerm():
            return _size_of_sum(part, sizes)
        case Apply(fn, args):
            conditional = 6 if fn in ("Ite", "FloatIte") else 0  # its two pairs, and the truth of the second one
            return 2 + conditional + _sizes_of(args, sizes)
        case Ge() | Eq() | Ne():
            return 2 + sum(2 if isinstance(side, int) else _size_of_sum(side, sizes) for side in printed_sides(part))
        case FloatCompare(_, left, right):
            return 2 + _sizes_of((left, right), sizes)
        case Not(arg):
            return 2 + sizes[arg]
        case And(args) | Or(args):
            return 2 + _sizes_of(args, sizes)


def _sizes_of(args: Sequence[Scalar], sizes: dict[Term, int]) -> int:
    return sum(1 if isinstance(arg, float) else 2 if isinstance(arg, int) else sizes[arg] for arg in args)


def _size_of_sum(term: IntTerm, sizes: dict[Term, int]) -> int:
    total = 2 if len(term.monomials) > 1 else 0
    for monomial, coefficient in term.monomials:
        factors = [sizes[atom] + (4 if exponent > 1 else 0) for atom, exponent in power_factors(monomial)]
        if coefficient != 1 or not monomial:
            factors.append(2)
        total += sum(factors) + (2 if len(factors) > 1 else 0)
    return total


def _class_name(value: BoolFn) -> str:
    """sympy's name of the relation or connective as it is printed."""
    match value:
        case Ge(term):
            return "GreaterThan" if any(c > 0 for m, c in term.monomials if m) else "LessThan"
        case Eq() | FloatCompare(op="eq"):
            return "Equality"
        case Ne() | FloatCompare(op="ne"):
            return "Unequality"
        case FloatCompare(op, left):
            mirrored = isinstance(left, (int, float))
            return ("Strict" if op == "lt" else "") + ("GreaterThan" if mirrored else "LessThan")
        case And() | Or() | Not():
            return type(value).__name__


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
    name = class_of(atom.fn)
    # A function of any number of arguments precedes those of a fixed number.
    rank = 50 if name in ("Max", "Min") else 39 if name == "Piecewise" else 40
    args = tuple(scalar_order(arg, depth + 1) for arg in atom.args)
    return (rank, name, _sized(args), exponent, coefficient)
