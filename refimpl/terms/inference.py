"""Reasoning from a store of knowledge: intervals, congruences, and whether a condition holds.

Everything here is sound where the terms are defined and deliberately incomplete: interval arithmetic over atoms,
the interval of the direction itself, and a few bounded searches for what intervals alone cannot see.
"""

from __future__ import annotations

from math import gcd
from typing import Final

from refimpl.terms import intervals
from refimpl.terms.core import (
    Apply,
    Atom,
    Dim,
    IntTerm,
    Monomial,
    Scalar,
    Sort,
    Symbol,
)
from refimpl.terms.directions import direction_of, monomial_term
from refimpl.terms.float_ranges import ANY_FLOAT, FloatRange
from refimpl.terms.knowledge import Congruence, Ends, Knowledge
from refimpl.terms.polynomials import of_atom
from refimpl.terms.ranges import ValueRange

__all__ = ["congruence_of", "ends_of", "float_range_of"]

MAX_DEPTH: Final = 48
# Searches that keep no table of what they have seen stay shallow: a shared sub-term would be walked once per path.
MAX_UNSHARED_DEPTH: Final = 6
_UNBOUNDED: Final[Ends] = (None, None)


def scaled(ends: Ends, factor: int) -> Ends:
    """``factor * x``."""
    low, high = ends
    if factor < 0:
        low, high = high, low
    if factor == 0:
        return 0, 0
    return (None if low is None else low * factor, None if high is None else high * factor)


def ends_of(knowledge: Knowledge, term: Dim, depth: int = 0) -> Ends:
    """The interval of an integer, from its atoms and from what is stored for its direction."""
    if isinstance(term, int):
        return term, term
    cached = knowledge.ends_cache.get(term)
    if cached is not None and knowledge.is_current(cached[0], term.free):
        return cached[1]
    if depth > MAX_DEPTH:
        return _UNBOUNDED
    result: Ends = (0, 0)
    for monomial, coefficient in term.monomials:
        if monomial:
            ends = scaled(monomial_ends(knowledge, monomial, depth), coefficient)
        else:
            ends = (coefficient, coefficient)
        result = intervals.add(result, ends)
        if result == _UNBOUNDED:
            break
    if len(term.monomials) > 1:
        direction, factor, constant = direction_of(term)
        stored = knowledge.ranges.get(direction)
        if stored is not None:
            result = intervals.intersect(result, intervals.add(scaled(stored, factor), (constant, constant)))
    knowledge.ends_cache[term] = (knowledge.version, result)
    return result


def monomial_ends(knowledge: Knowledge, monomial: Monomial, depth: int) -> Ends:
    """The interval of a product of atoms, powers of one atom taken together."""
    if len(monomial) == 1:
        return atom_ends(knowledge, monomial[0], depth)
    powers: dict[Atom, int] = {}
    for atom in monomial:
        powers[atom] = powers.get(atom, 0) + 1
    result: Ends = (1, 1)
    for atom, exponent in powers.items():
        ends = atom_ends(knowledge, atom, depth)
        if exponent > 1:
            ends = ValueRange(*ends).power(ValueRange(exponent, exponent)).ends
        result = intervals.multiply(result, ends)
    stored = knowledge.ranges.get(monomial_term(monomial))
    return result if stored is None else intervals.intersect(result, stored)


def atom_ends(knowledge: Knowledge, atom: Atom, depth: int) -> Ends:
    """The interval of one atom."""
    stored = knowledge.ranges.get(of_atom(atom))
    if isinstance(atom, Symbol):
        return _UNBOUNDED if stored is None else stored
    computed = _apply_ends(knowledge, atom, depth + 1)
    return computed if stored is None else intervals.intersect(computed, stored)


def _argument(knowledge: Knowledge, argument: Scalar, depth: int) -> Ends:
    return ends_of(knowledge, argument, depth) if isinstance(argument, (int, IntTerm)) else _UNBOUNDED


def _apply_ends(knowledge: Knowledge, atom: Apply, depth: int) -> Ends:
    match atom.fn:
        case "FloorDiv" | "Mod":
            left, right = (_argument(knowledge, arg, depth) for arg in atom.args)
            return intervals.floor_div(left, right) if atom.fn == "FloorDiv" else intervals.mod(left, right)
        case "Max" | "Min":
            combine = intervals.maximum if atom.fn == "Max" else intervals.minimum
            result = _argument(knowledge, atom.args[0], depth)
            for arg in atom.args[1:]:
                result = combine(result, _argument(knowledge, arg, depth))
            return intervals.intersect(result, _beside_the_mean(atom))
        case "Ite":
            return intervals.union(_argument(knowledge, atom.args[1], depth), _argument(knowledge, atom.args[2], depth))
        case "TruncToInt" | "FloorToInt" | "CeilToInt" | "RoundToInt":
            return _rounded(atom.fn, float_range_of(knowledge, atom.args[0]))
        case _:
            return _other_ends(knowledge, atom, depth)


def _beside_the_mean(atom: Apply) -> Ends:
    """Of two integers of known sum the larger is at least half of it, the smaller at most.

    So is ``abs(x)``, which is ``Max(-x, x)``, at least 0.
    """
    terms = [arg for arg in atom.args if isinstance(arg, IntTerm)]
    total = terms[0] + terms[1] if len(terms) == len(atom.args) == 2 else None
    if not isinstance(total, int):
        return _UNBOUNDED
    return (-(-total // 2), None) if atom.fn == "Max" else (None, total // 2)


def _rounded(fn: str, argument: FloatRange) -> Ends:
    match fn:
        case "TruncToInt":
            return argument.trunc().ends
        case "FloorToInt":
            return argument.floor().ends
        case "CeilToInt":
            return argument.ceil().ends
        case _:
            return argument.round().ends


def _other_ends(knowledge: Knowledge, atom: Apply, depth: int) -> Ends:
    left, right = (ValueRange(*_argument(knowledge, arg, depth)) for arg in atom.args)
    match atom.fn:
        case "Pow":
            return left.power(right).ends
        case "LShift":
            return left.lshift(right).ends
        case "RShift":
            return left.rshift(right).ends
        case "BitAnd":
            return left.bit_and(right).ends
        case "BitOr":
            return left.bit_or(right).ends
        case "BitXor":
            return left.bit_xor(right).ends
        case _:
            return _UNBOUNDED


def float_range_of(knowledge: Knowledge, real: Scalar, depth: int = 0) -> FloatRange:
    """The range of a float, or of an integer that stands in a float comparison."""
    if isinstance(real, float):
        return ANY_FLOAT if real != real else FloatRange(real, real)
    if isinstance(real, Symbol) and real.sort is Sort.FLOAT:
        return knowledge.floats.get(real, ANY_FLOAT)
    if not isinstance(real, Apply) or depth > MAX_UNSHARED_DEPTH:
        return ANY_FLOAT
    match real.fn:
        case "ToFloat":
            return FloatRange.of_integers(ValueRange(*_argument(knowledge, real.args[0], depth + 1)))
        case "FloatAdd" | "FloatMul":
            left, right = (float_range_of(knowledge, arg, depth + 1) for arg in real.args)
            return left + right if real.fn == "FloatAdd" else left * right
        case "FloatIte":
            left, right = (float_range_of(knowledge, arg, depth + 1) for arg in real.args[1:])
            return left.union(right)
        case _:
            return ANY_FLOAT


def congruence_of(knowledge: Knowledge, term: Dim, depth: int = 0) -> Congruence:
    """A modulus and the residue that the integer is known to have."""
    if isinstance(term, int):
        return 0, term
    modulus, residue = 0, 0
    for monomial, coefficient in term.monomials:
        m, r = 0, coefficient
        for atom in monomial:
            m, r = _times(m, r, *_atom_congruence(knowledge, atom, depth))
        modulus, residue = gcd(modulus, m), residue + r
        if modulus == 1:
            break
    return _stored_congruence(knowledge, term, modulus, residue)


def _stored_congruence(knowledge: Knowledge, term: IntTerm, modulus: int, residue: int) -> Congruence:
    direction, factor, constant = direction_of(term)
    stored = knowledge.congruences.get(direction)
    if stored is not None and modulus and (stored[0] * factor) % modulus == 0:
        modulus, residue = abs(stored[0] * factor), stored[1] * factor + constant
    return modulus, (residue % modulus if modulus else residue)


def _times(m: int, r: int, n: int, s: int) -> Congruence:
    """``(r + m*a) * (s + n*b)`` is ``r*s`` modulo the gcd of the other three products."""
    return gcd(r * n, s * m, m * n), r * s


def _atom_congruence(knowledge: Knowledge, atom: Atom, depth: int) -> Congruence:
    ends = knowledge.ranges.get(of_atom(atom))
    if ends is not None and ends[0] is not None and ends[0] == ends[1]:
        return 0, ends[0]
    stored = knowledge.congruences.get(of_atom(atom))
    if stored is not None:
        return stored
    if isinstance(atom, Apply) and depth < MAX_UNSHARED_DEPTH and atom.fn in ("Max", "Min", "Ite"):
        return _common_congruence(knowledge, [arg for arg in atom.args if isinstance(arg, (int, IntTerm))], depth + 1)
    return 1, 0


def _common_congruence(knowledge: Knowledge, choices: list[Dim], depth: int) -> Congruence:
    """The congruence that each of several values has."""
    modulus, residue = congruence_of(knowledge, choices[0], depth)
    for choice in choices[1:]:
        m, r = congruence_of(knowledge, choice, depth)
        modulus = gcd(modulus, m, residue - r)
    return modulus, (residue % modulus if modulus else residue)
