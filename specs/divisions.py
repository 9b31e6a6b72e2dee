"""TRM, continued: the one form in which a quotient and a remainder are kept.

Each expected form is put together from applications to which no rule is applied, and is the same number by arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from types import FunctionType
from typing import Final

import pytest

from refimpl.terms import Apply, Dim, IntTerm, Sort, Undefined, evaluate, floor_div, int_max, mod, symbol
from refimpl.terms.division import symmetric_residue
from refimpl.terms.polynomials import intern_apply, of_atom
from specs.clauses import Clause, checks
from specs.terms import TRM_04

__all__ = ["TRM_21", "TRM_22"]

_DIVISION = "refimpl.terms.division"
X, Y, Z = symbol("u0"), symbol("u1"), symbol("u2")
Valuation = dict[str, int | float | bool]


def _quotient(left: Dim, right: Dim) -> IntTerm:
    return of_atom(intern_apply("FloorDiv", (left, right), Sort.INT))


def _remainder(left: Dim, right: Dim) -> IntTerm:
    return of_atom(intern_apply("Mod", (left, right), Sort.INT))


def _is(found: Dim, expected: Dim) -> bool:
    return found is expected or (isinstance(found, int) and isinstance(expected, int) and found == expected)


TRM_21 = Clause(
    "TRM-21",
    "A sum over a constant has its exact part outside; what is left is one application to a positive divisor that"
    " shares no factor with it, its constant the nearest to zero.",
    f"{_DIVISION}:_divide_by_content",
    "trm-multiples-stay-in-quotients",
)


def _linear(term: Dim) -> dict[str, int]:
    """The coefficients of a sum of symbols, the constant under the empty name."""
    if isinstance(term, int):
        return {"": term} if term else {}
    return {"".join(str(of_atom(atom)) for atom in m): c for m, c in term.monomials}


def _split(term: Dim, fn: str) -> tuple[Dim, int, Dim, int]:
    """``(p, c, r, q)`` of ``p + c * fn(r, q)``; without an application ``(term, 0, 0, 1)``."""
    monomials = () if isinstance(term, int) else term.monomials
    for monomial, coefficient in monomials:
        atom = monomial[0] if len(monomial) == 1 else None
        if isinstance(atom, Apply) and atom.fn == fn:
            left, right = atom.args
            assert isinstance(left, IntTerm)
            assert isinstance(right, int)
            return term - coefficient * of_atom(atom), coefficient, left, right
    return term, 0, 0, 1


CONSTANTS: Final = range(-7, 8)
COEFFICIENTS: Final = (
    (1, 0),
    (-1, 0),
    (2, 0),
    (-3, 0),
    (4, 0),
    (6, 0),
    (1, 1),
    (2, -3),
    (4, 6),
    (-6, 9),
    (8, -4),
    (5, 12),
)
POINTS: Final = ((0, 0), (1, -3), (5, 2), (-7, 4))
DIVISORS: Final = (1, 2, 3, 4, 6, 12)


@checks(TRM_21, TRM_04)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_over_a_constant_has_one_form(sign: int) -> None:
    for (a, b), c, q in product(COEFFICIENTS, CONSTANTS, DIVISORS):
        found = floor_div(a * X + b * Y + c, sign * q)
        outside, times, inside, divisor = _split(found, "FloorDiv")
        assert times in (0, 1)
        common = math.gcd(a, b, q)
        whole, rest = _linear(outside), _linear(inside)
        assert times == (1 if a % q or b % q else 0)
        if times:
            assert divisor == q // common
            assert -divisor < 2 * rest.get("", 0) <= divisor
        for name, coefficient in (("u0", a), ("u1", b)):
            assert whole.get(name, 0) * q + rest.get(name, 0) * common == sign * coefficient
            assert not (name in whole and name in rest), "a multiple of the divisor is outside, and nothing else"
            assert rest.get(name, 1) % divisor or not times
        for x, y in POINTS:
            assert evaluate(found, {"u0": x, "u1": y}) == (a * x + b * y + c) // (sign * q)


@checks(TRM_21, TRM_04)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_modulo_a_constant_has_one_form(sign: int) -> None:
    for (a, b), c, q in product(COEFFICIENTS, CONSTANTS, DIVISORS):
        found = mod(a * X + b * Y + c, sign * q)
        outside, times, inside, divisor = _split(found, "Mod")
        common = math.gcd(a, b, q)
        assert isinstance(outside, int)
        if common == q:
            assert times == 0
        else:
            assert (times, divisor) == (sign * common, q // common)
            coefficients = _linear(inside)
            assert all(-divisor < 2 * coefficient <= divisor for coefficient in coefficients.values())
            assert math.gcd(*(k for name, k in coefficients.items() if name), divisor) == 1
        assert 0 <= sign * outside < common
        for x, y in POINTS:
            assert evaluate(found, {"u0": x, "u1": y}) == (a * x + b * y + c) % (sign * q)


@checks(TRM_21, TRM_04)
def test_a_residue_is_the_nearest_to_zero() -> None:
    for modulus, value in product(range(1, 9), range(-20, 21)):
        found = symmetric_residue(value, modulus)
        assert (found - value) % modulus == 0
        assert -modulus < 2 * found <= modulus


TRM_22 = Clause(
    "TRM-22",
    "Quotients of quotients, remainders of remainders, and fractions of polynomials are reduced wherever that keeps"
    " their value, and nothing is reduced by a divisor that is zero.",
    f"{_DIVISION}:_unwrap_inner_mod",
    "trm-remainders-forget-the-inner-modulus",
)
U, V = _quotient(X, 3), _remainder(X, 8)

FORMS: Final[tuple[tuple[Callable[[Dim, Dim], Dim], Dim, Dim, Dim], ...]] = (
    # Plain divisors.
    (floor_div, X, 0, _quotient(X, 0)),
    (mod, X, 0, _remainder(X, 0)),
    (floor_div, 5, 0, _quotient(5, 0)),
    (mod, 5, 0, _remainder(5, 0)),
    (floor_div, X, 1, X),
    (floor_div, X, -1, -X),
    (mod, X, 1, 0),
    (mod, X, -1, 0),
    (floor_div, X + 3, 4, 1 + _quotient(X - 1, 4)),
    (floor_div, X + 2, 4, _quotient(X + 2, 4)),
    (floor_div, 5 * X, 4, _quotient(5 * X, 4)),
    (floor_div, 4 * X + Y + 9, 4, X + 2 + _quotient(Y + 1, 4)),
    (floor_div, 6 * X + 3, 4, _quotient(3 * X + 1, 2)),
    (floor_div, X * Y + 4 * X, 4, X + _quotient(X * Y, 4)),
    # A quotient of a quotient.
    (floor_div, U, 5, _quotient(X, 15)),
    (floor_div, U + 1, 5, _quotient(X + 3, 15)),
    (floor_div, U + 7, 5, 1 + _quotient(X + 6, 15)),
    (floor_div, U, 1, U),
    (floor_div, U, -5, _quotient(-U, 5)),
    (floor_div, _quotient(2 * X + 1, 3), 4, _quotient(X, 6)),
    (floor_div, 2 * U, 5, _quotient(2 * U, 5)),
    (floor_div, U + Y, 5, _quotient(U + Y, 5)),
    (floor_div, V, 5, _quotient(V, 5)),
    (floor_div, int_max(X, Y), 5, _quotient(int_max(X, Y), 5)),
    (floor_div, _quotient(X, Y), 5, _quotient(_quotient(X, Y), 5)),
    (floor_div, _quotient(X, 0), 5, _quotient(_quotient(X, 0), 5)),
    (floor_div, _quotient(7, Y), 5, _quotient(_quotient(7, Y), 5)),
    # A remainder of a remainder.
    (mod, V, 4, _remainder(X, 4)),
    (mod, V, 8, V),
    (mod, V, 9, V),
    (mod, V, 16, V),
    (mod, V, 3, _remainder(V, 3)),
    (mod, V, 6, _remainder(V, 6)),
    (mod, 3 * V + Y, 4, _remainder(Y - X, 4)),
    (mod, V + _remainder(Y, 12) + 1, 4, _remainder(X + Y + 1, 4)),
    (mod, V + Y, 16, _remainder(V + Y, 16)),
    (mod, Y - V, 8, _remainder(Y - X, 8)),
    (mod, V + 1, 9, _remainder(V + 1, 9)),
    (mod, U, 5, _remainder(U, 5)),
    (mod, V * Y, 4, _remainder(V * Y, 4)),
    (mod, _remainder(X, 0), 4, _remainder(_remainder(X, 0), 4)),
    (mod, _remainder(X, Y), 4, _remainder(_remainder(X, Y), 4)),
    (mod, _remainder(7, Y), 4, _remainder(_remainder(7, Y), 4)),
    (mod, _remainder(X, 0) + Y, 4, _remainder(_remainder(X, 0) + Y, 4)),
    (mod, int_max(X, Y), 4, _remainder(int_max(X, Y), 4)),
    (mod, 2 * X + 3, 4, 2 * _remainder(X + 1, 2) + 1),
    # Fractions of polynomials.
    (floor_div, X, X, 1),
    (mod, X, X, 0),
    (floor_div, 0, X, 0),
    (mod, 0, X, 0),
    (floor_div, 1, X, _quotient(1, X)),
    (mod, 1, X, _remainder(1, X)),
    (floor_div, 7, -X, _quotient(-7, X)),
    (mod, 7, -X, -_remainder(-7, X)),
    (floor_div, X, -Y, _quotient(-X, Y)),
    (floor_div, X, 1 - Y, _quotient(-X, Y - 1)),
    (floor_div, X, Y - 1, _quotient(X, Y - 1)),
    (mod, X, -Y, -_remainder(-X, Y)),
    (mod, X, 1 - Y, -_remainder(-X, Y - 1)),
    (floor_div, X * Y, Y, X),
    (floor_div, X * Y, -Y, -X),
    (mod, X * Y, Y, 0),
    (mod, X * Y, -Y, 0),
    (floor_div, X * Y + Z, Y, X + _quotient(Z, Y)),
    (mod, X * Y + Z, Y, _remainder(Z, Y)),
    (floor_div, X * Y + Z, -Y, -X + _quotient(-Z, Y)),
    (floor_div, 4 * X * Y + Z, 2 * Y, 2 * X + _quotient(Z, 2 * Y)),
    (mod, 4 * X * Y + Z, 2 * Y, _remainder(Z, 2 * Y)),
    (floor_div, -X, X, -1),
    (floor_div, X - Y, X - Y, 1),
    (floor_div, X - Y, Y - X, -1),
    (floor_div, 0, Y - X, 0),
    (mod, 0, Y - X, 0),
    (mod, X - Y, Y - X, 0),
    (floor_div, X * X - Y * Y, X + Y, X - Y),
    (mod, X * X - Y * Y, X + Y, 0),
    (floor_div, (X + Y) * (X - 2 * Y + 3), X + Y, X - 2 * Y + 3),
    (floor_div, (X + 1) * (Y + 2), Y + 2, X + 1),
    (mod, (X + 1) * (Y + 2), Y + 2, 0),
    (floor_div, X * X + 2 * X + 1, X + 1, X + 1),
    (floor_div, X * X * Y + X * Y + Z, X + 1, X * Y + _quotient(Z, X + 1)),
    (floor_div, X * Y * Y, Y * Y, X),
    (floor_div, X * X * Y, X * Y, X),
    (floor_div, X * Y, Y * Y, _quotient(X, Y)),
    (floor_div, X + 1, X, 1 + _quotient(1, X)),
    (mod, X + 1, X, _remainder(1, X)),
    (floor_div, X, X + 1, _quotient(X, X + 1)),
    (mod, X, X + 1, _remainder(X, X + 1)),
    (floor_div, X + Y, X, 1 + _quotient(Y, X)),
    (floor_div, 2 * X + Y, X, 2 + _quotient(Y, X)),
    (floor_div, 3 * X, 2 * X, 1),
    (mod, 3 * X, 2 * X, X),
    (floor_div, 6 * X * Y, 4 * X, _quotient(3 * Y, 2)),
    (mod, 6 * X * Y, 4 * X, 2 * X * _remainder(Y, 2)),
    (floor_div, 2 * X * Y, 4 * Y, _quotient(X, 2)),
    (mod, 2 * X * Z, 2 * Y * Z, 2 * Z * _remainder(X, Y)),
    (floor_div, 2 * X * Z, 2 * Y * Z, _quotient(X, Y)),
    (floor_div, X * Y + Y, Y * Z, _quotient(X + 1, Z)),
    (mod, X * Y + Y, Y * Z, Y * _remainder(X + 1, Z)),
    (floor_div, 2 * X, 2 * Y, _quotient(X, Y)),
    (floor_div, 2 * X + 1, 2 * Y, _quotient(2 * X + 1, 2 * Y)),
    (floor_div, 2 * X + 4, 6 * Y, _quotient(X + 2, 3 * Y)),
    (mod, 2 * X + 4, 6 * Y, 2 * _remainder(X + 2, 3 * Y)),
    (floor_div, X * Y + Z, X * Y, 1 + _quotient(Z, X * Y)),
    (floor_div, X * Y + X * Z + Y, X * Z, 1 + _quotient(X * Y + Y, X * Z)),
    (floor_div, 4, 2 * X, _quotient(2, X)),
    (mod, 4, 2 * X, 2 * _remainder(2, X)),
    (floor_div, X * X, X, X),
    (floor_div, X, X * X, _quotient(1, X)),
    (mod, X, X * X, X * _remainder(1, X)),
)


def _name(value: object) -> str:
    """A name that is the same in every process, as xdist compares them; a function shows where it lies in memory."""
    return value.__name__ if isinstance(value, FunctionType) else str(value)


@checks(TRM_22, TRM_04, TRM_21)
@pytest.mark.parametrize(("make", "left", "right", "expected"), FORMS, ids=_name)
def test_quotients_and_remainders_are_reduced(
    make: Callable[[Dim, Dim], Dim], left: Dim, right: Dim, expected: Dim
) -> None:
    found = make(left, right)
    assert _is(found, expected), found
    for values in product((-3, -1, 0, 2, 5), repeat=3):
        point: Valuation = dict(zip(("u0", "u1", "u2"), values, strict=True))
        try:
            number, divisor = evaluate(left, point), evaluate(right, point)
        except Undefined:
            continue
        if divisor:
            assert evaluate(found, point) == (number // divisor if make is floor_div else number % divisor)
