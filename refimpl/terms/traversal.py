"""Walks over terms without recursion, so that no depth of untrusted input exhausts the stack."""

from __future__ import annotations

from refimpl.terms.core import And, Apply, BoolSymbol, Eq, FloatCompare, Ge, IntTerm, Ne, Not, Or, Scalar, Symbol, Term

__all__ = ["children", "subterms"]


def children(term: Term) -> tuple[Scalar, ...]:
    """The scalars directly below a term; those of a polynomial are its atoms."""
    match term:
        case IntTerm(monomials):
            return tuple(atom for monomial, _ in monomials for atom in monomial)
        case Symbol() | BoolSymbol():
            return ()
        case Apply(_, args) | And(args) | Or(args):
            return args
        case Ge(arg) | Eq(arg) | Ne(arg) | Not(arg):
            return (arg,)
        case FloatCompare(_, left, right):
            return (left, right)


def subterms(term: Scalar) -> list[Term]:
    """Every distinct term below and including the given one, children first, in one fixed order."""
    order: dict[Term, None] = {}
    if isinstance(term, (int, float)):
        return []
    stack: list[tuple[Term, bool]] = [(term, False)]
    while stack:
        current, expanded = stack.pop()
        if current in order:
            continue
        if expanded:
            order[current] = None
            continue
        stack.append((current, True))
        for child in children(current):
            if not isinstance(child, (int, float)) and child not in order:
                stack.append((child, False))
    return list(order)
