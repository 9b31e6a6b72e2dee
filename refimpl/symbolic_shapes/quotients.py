"""Exact quotients: what ``DivideByKey`` reads, and the condition under which it is exact."""

from __future__ import annotations

from refimpl.terms import Cond, Dim, Monomial, eq, floor_div, gt, make_int, mod

__all__ = ["quotient"]


def quotient(value: Dim, divisor: Dim) -> tuple[Dim, list[Cond]] | None:
    """The ``q`` with ``value = divisor * q`` and the conditions for it: ``divisor > 0`` and divisibility.

    Conditions that are plainly true are left out; None if the divisor is plainly not positive.
    """
    positive = gt(divisor, 0)
    if positive is False:
        return None
    asked: list[Cond] = [] if positive is True else [positive]
    exact = _divide_monomials(value, divisor)
    if exact is not None:
        return exact, asked
    divisible = eq(mod(value, divisor), 0)
    if divisible is not True:
        asked.append(divisible)
    return floor_div(value, divisor), asked


def _divide_monomials(value: Dim, divisor: Dim) -> Dim | None:
    """The quotient if each monomial of the value contains the divisor as a factor."""
    if isinstance(divisor, int):
        if isinstance(value, int):
            return value // divisor if value % divisor == 0 else None
        if any(coefficient % divisor for _, coefficient in value.monomials):
            return None
        return make_int({monomial: coefficient // divisor for monomial, coefficient in value.monomials})
    if len(divisor.monomials) != 1:
        return None
    (factors, scale) = divisor.monomials[0]
    if isinstance(value, int):
        return 0 if value == 0 else None
    divided: dict[Monomial, int] = {}
    for monomial, coefficient in value.monomials:
        rest = _without(monomial, factors)
        if rest is None or coefficient % scale:
            return None
        divided[rest] = coefficient // scale
    return make_int(divided)


def _without(monomial: Monomial, factors: Monomial) -> Monomial | None:
    rest = list(monomial)
    for factor in factors:
        if factor not in rest:
            return None
        rest.remove(factor)
    return tuple(rest)
