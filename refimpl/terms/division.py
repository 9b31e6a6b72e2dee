"""Floor division and remainder with Python's signs, in normal form; one small function for each rule."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import gcd

from refimpl.terms.core import (
    Apply,
    Dim,
    IntFn,
    IntTerm,
    Monomial,
    Sort,
)
from refimpl.terms.polynomials import CACHED, add, intern_apply, make_int, multiply, of_atom, scale

__all__ = ["floor_div", "mod", "symmetric_residue"]


def _apply(fn: IntFn, left: Dim, right: Dim) -> IntTerm:
    return of_atom(intern_apply(fn, (left, right), Sort.INT))


def floor_div(left: Dim, right: Dim) -> Dim:
    """``left // right``, rounded towards minus infinity; undefined where ``right`` is 0."""
    if isinstance(right, int):
        if isinstance(left, int):
            return left // right if right else _apply("FloorDiv", left, right)
        return _floor_div_by_constant(left, right)
    return _floor_div_by_term(left, right)


def mod(left: Dim, right: Dim) -> Dim:
    """``left % right``, with the sign of the divisor; undefined where ``right`` is 0."""
    if isinstance(right, int):
        if isinstance(left, int):
            return left % right if right else _apply("Mod", left, right)
        return _mod_by_constant(left, right)
    return _mod_by_term(left, right)


def symmetric_residue(value: int, modulus: int) -> int:
    """The number congruent to ``value`` in ``(-modulus/2, modulus/2]``, for a positive modulus."""
    residue = value % modulus
    return residue - modulus if 2 * residue > modulus else residue


@lru_cache(maxsize=CACHED)
def _floor_div_by_constant(left: IntTerm, right: int) -> Dim:
    if right <= 0:
        return floor_div(scale(left, -1), -right) if right else _apply("FloorDiv", left, right)
    left, right = _divide_by_content(left, right)
    if right == 1:
        return left
    whole, rest = _pull_out_multiples(left, right)
    assert isinstance(rest, IntTerm), "the coefficients of a sum share no factor with the divisor any more"
    nested = _nested_floor_div(rest, right)
    return add(whole, _apply("FloorDiv", rest, right) if nested is None else nested)


def _divide_by_content(left: IntTerm, right: int) -> tuple[IntTerm, int]:
    """``(g*x + c) // (g*q) == (x + c // g) // q`` for positive ``g``: Hermite's nesting of floors."""
    content = _content(left, right)
    divided = make_int({m: c // content for m, c in left.monomials})
    assert isinstance(divided, IntTerm)
    return divided, right // content


def _content(term: IntTerm, start: int) -> int:
    """The gcd of ``start`` and of the non-constant coefficients."""
    return gcd(start, *[coefficient for monomial, coefficient in term.monomials if monomial])


def _pull_out_multiples(left: IntTerm, right: int) -> tuple[Dim, Dim]:
    """``left == right * whole + rest``: monomials that the divisor divides, and the constant's nearest multiple."""
    whole: dict[Monomial, int] = {}
    rest: dict[Monomial, int] = {}
    for monomial, coefficient in left.monomials:
        residue = coefficient % right if monomial else symmetric_residue(coefficient, right)
        if monomial and residue:
            rest[monomial] = coefficient
            continue
        whole[monomial] = (coefficient - residue) // right
        rest[monomial] = residue
    return make_int(whole), make_int(rest)


def _nested_floor_div(rest: IntTerm, right: int) -> Dim | None:
    """``(x // a + c) // b == (x + a*c) // (a*b)`` for positive constants ``a`` and ``b``."""
    constant = rest.constant
    atom = of_single(add(rest, -constant))
    if atom is None or atom.fn != "FloorDiv":
        return None
    inner, divisor = atom.args
    if not isinstance(divisor, int) or divisor <= 0:
        return None
    assert isinstance(inner, IntTerm), "a constant over a positive constant is a constant"
    return floor_div(add(inner, divisor * constant), divisor * right)


def of_single(term: Dim) -> Apply | None:
    """The application that the term is, if it is one with coefficient 1."""
    atom = None if isinstance(term, int) else term.atom
    return atom if isinstance(atom, Apply) else None


@lru_cache(maxsize=CACHED)
def _floor_div_by_term(left: Dim, right: IntTerm) -> Dim:
    if _leading_is_negative(right):
        return floor_div(scale(left, -1), scale(right, -1))
    quotient, rest = _divide_polynomials(left, right)
    if rest == 0:
        return quotient
    _, numerator, denominator = _cancel_common(rest, right)
    if isinstance(denominator, int):
        return add(quotient, floor_div(numerator, denominator))
    return add(quotient, _apply("FloorDiv", numerator, denominator))


def _leading_is_negative(term: IntTerm) -> bool:
    return next(c for m, c in term.monomials if m) < 0


def _as_monomials(term: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(term, int):
        return (((), term),) if term else ()
    return term.monomials


def _monomial_quotient(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    """The monomial over the divisor, or None if it is no multiple."""
    rest = list(monomial)
    for atom in divisor:
        if atom not in rest:
            return None
        rest.remove(atom)
    return tuple(rest)


def _order(item: tuple[Monomial, int]) -> tuple[int, tuple[str, ...]]:
    # Negated degree and then the atoms: ascending order is descending graded-lexicographic, which multiplication keeps.
    return (-len(item[0]), tuple(atom.key for atom in item[0]))


def _divide_polynomials(left: Dim, right: IntTerm) -> tuple[Dim, Dim]:
    """``left == quotient * right + rest``, where a division that does not make the rest smaller is not made."""
    leading, coefficient = min(right.monomials, key=_order)
    quotient: Dim = 0
    rest: Dim = left
    for _ in range(len(_as_monomials(left)) * 4):
        step = _division_step(rest, leading, coefficient)
        if step is None:
            break
        quotient = add(quotient, step)
        rest = add(rest, scale(multiply(step, right), -1))
    if len(_as_monomials(rest)) < len(_as_monomials(left)):
        return quotient, rest
    return 0, left


def _division_step(rest: Dim, leading: Monomial, coefficient: int) -> Dim | None:
    for monomial, c in sorted(_as_monomials(rest), key=_order):
        if c % coefficient == 0:
            over = _monomial_quotient(monomial, leading)
            if over is not None:
                return make_int({over: c // coefficient})
    return None


def _common_monomial(left: Dim, right: Dim) -> Monomial:
    """The product of the atoms that divide every monomial of both terms."""
    monomials = [m for m, _ in (*_as_monomials(left), *_as_monomials(right))]
    common = Counter(monomials[0])
    for monomial in monomials[1:]:
        common &= Counter(monomial)
    return tuple(atom for atom in sorted(common, key=lambda a: a.key) for _ in range(common[atom]))


def _cancel_common(left: Dim, right: IntTerm) -> tuple[Dim, Dim, Dim]:
    """``(g, x, y)`` with ``left == g*x`` and ``right == g*y``; ``x // y`` is the same floor wherever ``g`` is not 0."""
    numbers = 0
    for _, coefficient in (*_as_monomials(left), *right.monomials):
        numbers = gcd(numbers, coefficient)
    common = _common_monomial(left, right)
    if numbers == 1 and not common:
        return 1, left, right
    return make_int({common: numbers}), _over(left, common, numbers), _over(right, common, numbers)


def _over(term: Dim, common: Monomial, numbers: int) -> Dim:
    divided: dict[Monomial, int] = {}
    for monomial, coefficient in _as_monomials(term):
        quotient = _monomial_quotient(monomial, common)
        assert quotient is not None
        divided[quotient] = coefficient // numbers
    return make_int(divided)


@lru_cache(maxsize=CACHED)
def _mod_by_constant(left: IntTerm, right: int) -> Dim:
    if right <= 0:
        return scale(mod(scale(left, -1), -right), -1) if right else _apply("Mod", left, right)
    reduced = _reduce_coefficients(_unwrap_inner_mod(left, right), right)
    if isinstance(reduced, int):
        return reduced % right
    content = _content(reduced, right)
    if content > 1:
        return _mod_of_multiple(reduced, right, content)
    inner = of_single(reduced)
    if inner is not None and inner.fn == "Mod" and isinstance(inner.args[1], int) and 0 < inner.args[1] <= right:
        return reduced
    return _apply("Mod", reduced, right)


def _reduce_coefficients(left: Dim, right: int) -> Dim:
    """Every coefficient may be replaced by one congruent to it."""
    return make_int({m: symmetric_residue(c, right) for m, c in _as_monomials(left)})


def _unwrap_inner_mod(left: IntTerm, right: int) -> Dim:
    """``(c * (x % m) + r) % q == (c*x + r) % q`` when ``q`` divides ``m``."""
    result: Dim = left
    for monomial, coefficient in left.monomials:
        if len(monomial) != 1 or not isinstance(monomial[0], Apply) or monomial[0].fn != "Mod":
            continue
        inner, modulus = monomial[0].args
        if isinstance(modulus, int) and modulus and modulus % right == 0 and isinstance(inner, IntTerm):
            result = add(result, scale(add(inner, scale(of_atom(monomial[0]), -1)), coefficient))
    return result


def _mod_of_multiple(left: IntTerm, right: int, content: int) -> Dim:
    """``(g*x + c) % (g*q) == g * ((x + c // g) % q) + c % g`` for positive ``g``."""
    divided = make_int({m: c // content for m, c in left.monomials})
    return add(scale(mod(divided, right // content), content), left.constant % content)


@lru_cache(maxsize=CACHED)
def _mod_by_term(left: Dim, right: IntTerm) -> Dim:
    if _leading_is_negative(right):
        return scale(mod(scale(left, -1), scale(right, -1)), -1)
    _, rest = _divide_polynomials(left, right)
    if rest == 0:
        return 0
    factor, numerator, denominator = _cancel_common(rest, right)
    if isinstance(denominator, int):
        return multiply(factor, mod(numerator, denominator))
    return multiply(factor, _apply("Mod", numerator, denominator))
