"""Making integer terms: interning, sums, products."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from weakref import WeakValueDictionary

from refimpl.terms.core import (
    NOTHING_FREE,
    Apply,
    Atom,
    BoolSymbol,
    Dim,
    FloatFn,
    IntFn,
    IntTerm,
    Monomial,
    Monomials,
    Scalar,
    Sort,
    Symbol,
    TermTooLargeError,
)
from refimpl.terms.keys import bounded, depth_above, key_of, typed, union_free

__all__ = [
    "CACHED",
    "add",
    "bool_symbol",
    "intern_apply",
    "make_int",
    "multiply",
    "of_atom",
    "scale",
    "subtract",
    "symbol",
    "symbol_atom",
]

MAX_MONOMIALS: Final = 4096
MAX_DEGREE: Final = 512
CACHED: Final = 1 << 14

_symbols: Final[WeakValueDictionary[tuple[str, Sort], Symbol]] = WeakValueDictionary()
_bool_symbols: Final[WeakValueDictionary[str, BoolSymbol]] = WeakValueDictionary()
_applies: Final[WeakValueDictionary[tuple[object, ...], Apply]] = WeakValueDictionary()
_ints: Final[WeakValueDictionary[Monomials, IntTerm]] = WeakValueDictionary()


def symbol(name: str) -> IntTerm:
    """The integer symbol of that name, as a term."""
    return of_atom(symbol_atom(name, Sort.INT))


def _name_key(name: str) -> str:
    # A quoted name cannot be taken for the key of an application.
    return bounded(name if name.isidentifier() else repr(name))


def symbol_atom(name: str, sort: Sort) -> Symbol:
    """The interned symbol itself; a float symbol is already a :data:`FloatTerm`."""
    found = _symbols.get((name, sort))
    if found is None:
        key = _name_key(name) if sort is Sort.INT else f"{_name_key(name)}.{sort.value}"
        found = _symbols[name, sort] = Symbol(name, sort, key)
    return found


def bool_symbol(name: str) -> BoolSymbol:
    """The opaque boolean of that name."""
    found = _bool_symbols.get(name)
    if found is None:
        found = _bool_symbols[name] = BoolSymbol(name, _name_key(name))
    return found


def intern_apply(fn: IntFn | FloatFn, args: tuple[Scalar, ...], sort: Sort) -> Apply:
    """The one ``Apply`` object for these arguments; no rule is applied. Raises TermTooLargeError when too deep."""
    identity = (fn, *map(typed, args))
    found = _applies.get(identity)
    if found is None:
        key = bounded(f"{fn}({','.join(map(key_of, args))})")
        found = _applies[identity] = Apply(fn, args, sort, key, union_free(args), depth_above(args))
    return found


@lru_cache(maxsize=CACHED)
def of_atom(atom: Atom) -> IntTerm:
    """An integer atom as a term."""
    monomials: Monomials = (((atom,), 1),)
    found = _ints.get(monomials)
    if found is None:
        found = _ints[monomials] = IntTerm(monomials, atom.key, atom.free, atom.depth)
    return found


@lru_cache(maxsize=CACHED)
def _monomial_key(monomial: Monomial) -> tuple[int, tuple[str, ...]]:
    return (len(monomial), tuple([atom.key for atom in monomial]))


def _item_key(item: tuple[Monomial, int]) -> tuple[int, tuple[str, ...]]:
    return _monomial_key(item[0])


def _new_term(monomials: Monomials) -> IntTerm:
    key = bounded("+".join([f"{c}*{'*'.join(_monomial_key(m)[1])}" for m, c in monomials]))
    free = NOTHING_FREE
    depth = 0
    for monomial, _ in monomials:
        for atom in monomial:
            if isinstance(atom, Symbol):
                if atom not in free:
                    free = free | atom.free if free else atom.free
            else:
                if not atom.free <= free:
                    free = free | atom.free
                if atom.depth > depth:
                    depth = atom.depth
    return IntTerm(monomials, key, free, depth)


def make_int(coefficients: dict[Monomial, int]) -> Dim:
    """The normal form of a sum of monomials (each already sorted); zero coefficients may be present.

    Raises TermTooLargeError beyond the bound on the number of monomials.
    """
    kept = [item for item in coefficients.items() if item[1]]
    if not kept:
        return 0
    if len(kept) > 1:
        if len(kept) > MAX_MONOMIALS:
            raise TermTooLargeError(f"a polynomial of {len(kept)} monomials")
        kept.sort(key=_item_key)
    elif not kept[0][0]:
        return kept[0][1]
    return _intern(tuple(kept))


def _intern(monomials: Monomials) -> IntTerm:
    """The one term of these monomials, which are in normal form and not just a constant."""
    found = _ints.get(monomials)
    if found is None:
        found = _ints[monomials] = _new_term(monomials)
    return found


def add(left: Dim, right: Dim) -> Dim:
    """The sum."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left + right
        return _add_constant(right, left) if left else right
    if isinstance(right, int):
        return _add_constant(left, right) if right else left
    return _add_terms(left, right)


@lru_cache(maxsize=CACHED)
def _add_constant(term: IntTerm, constant: int) -> IntTerm:
    monomials = term.monomials
    if monomials[0][0]:
        return _intern((((), constant), *monomials))
    constant += monomials[0][1]
    return _intern((((), constant), *monomials[1:]) if constant else monomials[1:])


@lru_cache(maxsize=CACHED)
def _add_terms(left: IntTerm, right: IntTerm) -> Dim:
    total = dict(left.monomials)
    for monomial, coefficient in right.monomials:
        total[monomial] = total.get(monomial, 0) + coefficient
    return make_int(total)


def subtract(left: Dim, right: Dim) -> Dim:
    """The difference."""
    if isinstance(right, int):
        return left - right if isinstance(left, int) else (_add_constant(left, -right) if right else left)
    if isinstance(left, int):
        negated = _scale_term(right, -1)
        return _add_constant(negated, left) if left else negated
    return _subtract_terms(left, right)


@lru_cache(maxsize=CACHED)
def _subtract_terms(left: IntTerm, right: IntTerm) -> Dim:
    total = dict(left.monomials)
    for monomial, coefficient in right.monomials:
        total[monomial] = total.get(monomial, 0) - coefficient
    return make_int(total)


def scale(term: Dim, factor: int) -> Dim:
    """The product with a constant."""
    if isinstance(term, int):
        return term * factor
    if factor == 1:
        return term
    return _scale_term(term, factor) if factor else 0


@lru_cache(maxsize=CACHED)
def _scale_term(term: IntTerm, factor: int) -> IntTerm:
    return _intern(tuple([(monomial, coefficient * factor) for monomial, coefficient in term.monomials]))


def multiply(left: Dim, right: Dim) -> Dim:
    """The product, expanded. Raises TermTooLargeError beyond the bounds on size and degree."""
    if isinstance(left, int):
        return scale(right, left)
    if isinstance(right, int):
        return scale(left, right)
    return _multiply_terms(left, right)


@lru_cache(maxsize=CACHED)
def _multiply_terms(left: IntTerm, right: IntTerm) -> Dim:
    if len(left.monomials) * len(right.monomials) > MAX_MONOMIALS:
        raise TermTooLargeError(f"a product of {len(left.monomials)} by {len(right.monomials)} monomials")
    if len(left.monomials[-1][0]) + len(right.monomials[-1][0]) > MAX_DEGREE:
        raise TermTooLargeError(f"a product of degree above {MAX_DEGREE}")
    total: dict[Monomial, int] = {}
    for m, c in left.monomials:
        for n, d in right.monomials:
            joined = tuple(sorted((*m, *n), key=_atom_key)) if m and n else m or n
            total[joined] = total.get(joined, 0) + c * d
    return make_int(total)


def _atom_key(atom: Atom) -> str:
    return atom.key
