"""Sums, products and maxima of floats as a record keeps them: which operands, not in which order they are taken.

PyTorch records ``(v*w)*v`` as ``zuf0**2*zuf1`` and ``0.1*(v - w) + v`` as ``1.1*zuf0 - 0.1*zuf1``: a sum is a list of
terms with like ones in one, a product is a list of factors with a constant multiplied out, a maximum is a set. In which
order a program rounds, or which of two operands that do not compare it takes, can't be read from that: only the node
says it. So a record is right if it lists what the operator takes; nothing else is taken from the reals
(``v*(w + 1.0)`` is not ``v*w + v``, nor ``v - v`` zero).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import prod
from typing import Final

from refimpl.terms import (
    Apply,
    Real,
    Scalar,
    Term,
    TermTooLargeError,
    float_add,
    float_max,
    float_min,
    float_mul,
    subterms,
    to_real,
)
from refimpl.terms.keys import key_of
from refimpl.terms.rebuild import rebuild

__all__ = ["as_recorded"]

_LONGEST: Final = 64
_CHAINED: Final = ("FloatAdd", "FloatMul", "FloatMax", "FloatMin")


def as_recorded(value: Scalar) -> Scalar:
    """The value with each chain of float operations of one kind in the form that stands for its list of operands."""
    if isinstance(value, (int, float)):
        return value
    parts = subterms(value)
    if not any(isinstance(part, Apply) and (part.fn in _CHAINED or part.fn == "FloatPow") for part in parts):
        return value
    done: dict[Term, Scalar] = {}
    try:
        for part in parts:
            done[part] = _form(rebuild(part, done, {}))
    except TermTooLargeError:
        return value
    return done[value]


def _form(part: Scalar) -> Scalar:
    if not isinstance(part, Apply):
        return part
    operands = _operands(part)
    if operands is None:
        return part
    match part.fn:
        case "FloatAdd":
            return _sum(operands)
        case "FloatMul" | "FloatPow":
            return _product(operands)
        case "FloatMax" | "FloatMin":
            alike = sorted(dict.fromkeys(operands), key=key_of)
            return reduce(float_max if part.fn == "FloatMax" else float_min, alike)
        case _:
            return part


def _operands(chain: Apply) -> list[Real] | None:
    """What a chain of one function takes, from the left; None if it is none, or too long."""
    if chain.fn == "FloatPow":
        return _repeated(*chain.args)
    if chain.fn not in _CHAINED:
        return None
    operands: list[Real] = []
    waiting: list[Scalar] = [chain]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Apply) and current.fn == chain.fn:
            waiting.extend(reversed(current.args))
        else:
            operands.append(to_real(current))
        # A term that shares its parts is a list exponentially longer than itself.
        if len(operands) > _LONGEST:
            return None
    return operands


def _repeated(base: Scalar, exponent: Scalar) -> list[Real] | None:
    """The factors of a power, which is recorded as a product."""
    if not isinstance(exponent, float) or not exponent.is_integer() or not 2.0 <= exponent <= _LONGEST:
        return None
    repeated = _factors(to_real(base)) * int(exponent)
    return repeated if len(repeated) <= _LONGEST else None


def _factors(value: Real) -> list[Real]:
    """What is multiplied in a value; itself if nothing is."""
    factors = _operands(value) if isinstance(value, Apply) and value.fn == "FloatMul" else None
    return factors or [value]


def _sum(operands: Iterable[Real]) -> Real:
    """Like terms are one, with the sum of their coefficients."""
    coefficients: dict[Real, float] = {}
    for operand in operands:
        coefficient, rest = _scaled(operand)
        coefficients[rest] = coefficients[rest] + coefficient if rest in coefficients else coefficient
    if coefficients.get(1.0) == 0.0:
        del coefficients[1.0]
    terms = [float_mul(coefficient, rest) for rest, coefficient in coefficients.items()]
    return reduce(float_add, sorted(terms, key=key_of))


def _scaled(operand: Real) -> tuple[float, Real]:
    """A term as a constant times what is no constant; a constant is so many ones."""
    if isinstance(operand, float):
        return operand, 1.0
    constant, others = _split(_factors(operand))
    return constant, reduce(float_mul, others)


def _product(operands: Iterable[Real]) -> Real:
    """Constants are one, which goes to each term of the first sum among the factors."""
    constant, others = _split(operands)
    if not others:
        return constant
    sums = {factor: terms for factor in others if (terms := _terms(factor)) is not None}
    if not sums:
        return float_mul(constant, reduce(float_mul, others))
    first = min(sums, key=lambda factor: _unscaled(sums[factor]))
    others.remove(first)
    multiplied = _sum([_product([constant, *_factors(term)]) for term in sums[first]])
    if _factors(multiplied) != [multiplied]:
        # One term is left of the sum.
        return _product([*others, *_factors(multiplied)])
    return reduce(float_mul, sorted([*others, multiplied], key=key_of))


def _terms(factor: Real) -> list[Real] | None:
    return _operands(factor) if isinstance(factor, Apply) and factor.fn == "FloatAdd" else None


def _split(factors: Iterable[Real]) -> tuple[float, list[Real]]:
    """The product of the constants, and the other factors in one order."""
    constants: list[float] = []
    others: list[Real] = []
    for factor in factors:
        if isinstance(factor, float):
            constants.append(factor)
        else:
            others.append(factor)
    return prod(constants, start=1.0), sorted(others, key=key_of)


def _unscaled(terms: Iterable[Real]) -> list[str]:
    """What a sum has whatever constant it is multiplied by."""
    return sorted(key_of(_scaled(term)[1]) for term in terms)
