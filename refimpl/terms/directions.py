"""Linear directions: what two polynomials have in common when they differ by a factor and a constant."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import NamedTuple

from refimpl.terms.core import (
    IntTerm,
    Monomial,
)
from refimpl.terms.polynomials import make_int

__all__ = ["Direction", "direction_of", "monomial_term"]


class Direction(NamedTuple):
    """``term == factor * direction + constant`` with a primitive direction whose first coefficient is positive."""

    direction: IntTerm
    factor: int
    constant: int


@lru_cache(maxsize=1 << 16)
def direction_of(term: IntTerm) -> Direction:
    """The direction of a polynomial, unique up to the polynomial itself."""
    constant = term.constant
    monomials = term.monomials[1:] if constant else term.monomials
    factor = gcd(*[coefficient for _, coefficient in monomials])
    if monomials[0][1] < 0:
        factor = -factor
    if factor == 1 and not constant:
        return Direction(term, 1, 0)
    direction = make_int({monomial: coefficient // factor for monomial, coefficient in monomials})
    assert isinstance(direction, IntTerm)
    return Direction(direction, factor, constant)


@lru_cache(maxsize=1 << 16)
def monomial_term(monomial: Monomial) -> IntTerm:
    """A non-empty monomial as a term."""
    term = make_int({monomial: 1})
    assert isinstance(term, IntTerm)
    return term
