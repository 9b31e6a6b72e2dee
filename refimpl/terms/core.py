"""The term language: frozen, hash-consed integer, float and boolean terms.

Integers are polynomials with integer coefficients over *atoms* (symbols and applications such as ``//`` and
``Max``), kept in one normal form, so that equal polynomials are one object and equality is identity. A constant
is a plain Python number, never a term.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, TypeAlias, final
from weakref import WeakValueDictionary

__all__ = [
    "And",
    "Apply",
    "Atom",
    "BoolFn",
    "BoolSymbol",
    "BoolTerm",
    "Cond",
    "Dim",
    "Eq",
    "FloatCompare",
    "FloatFn",
    "FloatTerm",
    "Ge",
    "IntFn",
    "IntTerm",
    "Monomial",
    "Monomials",
    "Ne",
    "Not",
    "Or",
    "Real",
    "Scalar",
    "Sort",
    "Symbol",
    "Term",
    "TermTooLargeError",
    "bool_symbol",
    "intern_apply",
    "make_int",
    "symbol",
]

MAX_MONOMIALS: Final = 4096


class TermTooLargeError(ValueError):
    """A polynomial grew beyond the bound that keeps untrusted input from exhausting memory."""


class Sort(Enum):
    """The sort of a term; it never changes (law SORT)."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"


IntFn: TypeAlias = Literal[
    "FloorDiv", "Mod", "Max", "Min", "Pow", "Ite", "TruncToInt", "FloorToInt", "CeilToInt", "RoundToInt",
    "LShift", "RShift", "BitAnd", "BitOr", "BitXor",
]  # fmt: skip
FloatFn: TypeAlias = Literal[
    "ToFloat", "FloatTrueDiv", "IntTrueDiv", "FloatPow", "FloatAdd", "FloatMul", "FloatMax", "FloatMin", "FloatIte",
    "FloatMod", "FloatFloorDiv", "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp",
    "log", "log2", "asinh", "abs",
]  # fmt: skip


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Symbol:
    """An integer symbol (``s0``, ``u0``) or a float symbol (``zuf0``); interned, compared by identity."""

    name: str
    sort: Sort
    free: frozenset[Symbol | BoolSymbol] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", frozenset((self,)))

    @property
    def key(self) -> str:
        """The text that orders atoms, independent of the hash seed."""
        return self.name


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class BoolSymbol:
    """An opaque boolean (the predicate of a ``cond`` on a tensor)."""

    name: str
    free: frozenset[Symbol | BoolSymbol] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", frozenset((self,)))

    @property
    def key(self) -> str:
        """The text that orders boolean terms."""
        return self.name


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Apply:
    """A function applied to arguments that no polynomial rule evaluates; ``sort`` is INT or FLOAT."""

    fn: IntFn | FloatFn
    args: tuple[Scalar, ...]
    sort: Sort
    key: str
    free: frozenset[Symbol | BoolSymbol]


Atom: TypeAlias = Symbol | Apply
Monomial: TypeAlias = tuple[Atom, ...]
Monomials: TypeAlias = tuple[tuple[Monomial, int], ...]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class IntTerm:
    """A non-constant integer polynomial: ``(monomial, coefficient)`` pairs in one order, no zero coefficient.

    ``==`` is identity, which for these interned normal forms is equality as polynomials; comparisons as
    *conditions* are the functions ``eq``, ``le``, ... of :mod:`refimpl.terms`.
    """

    monomials: Monomials
    key: str
    free: frozenset[Symbol | BoolSymbol]

    def __bool__(self) -> bool:
        raise TypeError("the truth of a symbolic size is undecided; compare it and ask the context")

    def __add__(self, other: Dim) -> Dim:
        return add(self, other)

    def __radd__(self, other: Dim) -> Dim:
        return add(other, self)

    def __sub__(self, other: Dim) -> Dim:
        return add(self, scale(other, -1))

    def __rsub__(self, other: Dim) -> Dim:
        return add(other, scale(self, -1))

    def __mul__(self, other: Dim) -> Dim:
        return multiply(self, other)

    def __rmul__(self, other: Dim) -> Dim:
        return multiply(other, self)

    def __neg__(self) -> Dim:
        return scale(self, -1)

    def __floordiv__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import floor_div

        return floor_div(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import floor_div

        return floor_div(other, self)

    def __mod__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import mod

        return mod(self, other)

    def __rmod__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import mod

        return mod(other, self)

    def __pow__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import power

        return power(self, other)

    def __rpow__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import power

        return power(other, self)

    def __str__(self) -> str:
        from refimpl.terms.printing import to_text

        return to_text(self)

    @property
    def constant(self) -> int:
        """The coefficient of the empty monomial."""
        first = self.monomials[0]
        return first[1] if not first[0] else 0

    @property
    def atom(self) -> Atom | None:
        """The atom that this polynomial is, if it is just one with coefficient 1."""
        if len(self.monomials) == 1:
            monomial, coefficient = self.monomials[0]
            if coefficient == 1 and len(monomial) == 1:
                return monomial[0]
        return None

    @property
    def symbol(self) -> Symbol | None:
        """The symbol that this polynomial is, if it is just a symbol."""
        atom = self.atom
        return atom if isinstance(atom, Symbol) else None


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Ge:
    """``term >= 0``; coefficients without common factor."""

    term: IntTerm
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Eq:
    """``term == 0``; coefficients without common factor, the first non-constant one positive."""

    term: IntTerm
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Ne:
    """``term != 0``; normalised as :class:`Eq`."""

    term: IntTerm
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class FloatCompare:
    """An IEEE comparison of two reals (NaN makes all but ``ne`` false)."""

    op: Literal["lt", "le", "eq", "ne"]
    left: Real | Dim
    right: Real | Dim
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Not:
    """The negation of an opaque boolean or of a float comparison; all other negations are pushed inwards."""

    arg: BoolSymbol | FloatCompare
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class And:
    """A conjunction of two or more distinct conditions, flattened and ordered."""

    args: tuple[BoolTerm, ...]
    key: str
    free: frozenset[Symbol | BoolSymbol]


@final
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Or:
    """A disjunction of two or more distinct conditions, flattened and ordered."""

    args: tuple[BoolTerm, ...]
    key: str
    free: frozenset[Symbol | BoolSymbol]


BoolFn: TypeAlias = Ge | Eq | Ne | FloatCompare | Not | And | Or
BoolTerm: TypeAlias = BoolSymbol | BoolFn
FloatTerm: TypeAlias = Symbol | Apply
Dim: TypeAlias = int | IntTerm
Real: TypeAlias = float | FloatTerm
Cond: TypeAlias = bool | BoolTerm
Term: TypeAlias = IntTerm | FloatTerm | BoolTerm
Scalar: TypeAlias = int | float | bool | Term

_symbols: Final[WeakValueDictionary[tuple[str, Sort], Symbol]] = WeakValueDictionary()
_bool_symbols: Final[WeakValueDictionary[str, BoolSymbol]] = WeakValueDictionary()
_applies: Final[WeakValueDictionary[tuple[object, ...], Apply]] = WeakValueDictionary()
_ints: Final[WeakValueDictionary[Monomials, IntTerm]] = WeakValueDictionary()


def symbol(name: str) -> IntTerm:
    """The integer symbol of that name, as a term."""
    return _of_atom(symbol_atom(name, Sort.INT))


def symbol_atom(name: str, sort: Sort) -> Symbol:
    """The interned symbol itself; a float symbol is already a :data:`FloatTerm`."""
    found = _symbols.get((name, sort))
    if found is None:
        found = _symbols[name, sort] = Symbol(name, sort)
    return found


def bool_symbol(name: str) -> BoolSymbol:
    """The opaque boolean of that name."""
    found = _bool_symbols.get(name)
    if found is None:
        found = _bool_symbols[name] = BoolSymbol(name)
    return found


def typed(argument: Scalar) -> object:
    """A dictionary key that tells 1, 1.0 and True apart."""
    # 1, 1.0 and True are equal keys in Python, but they are different arguments.
    return (type(argument), repr(argument)) if isinstance(argument, (int, float)) else argument


def key_of(argument: Scalar) -> str:
    """The ordering text of any scalar."""
    return repr(argument) if isinstance(argument, (int, float)) else argument.key


def free_of(argument: Scalar) -> frozenset[Symbol | BoolSymbol]:
    """The symbols that occur in any scalar."""
    return _NOTHING if isinstance(argument, (int, float)) else argument.free


_NOTHING: Final[frozenset[Symbol | BoolSymbol]] = frozenset()


def union_free(args: tuple[Scalar, ...]) -> frozenset[Symbol | BoolSymbol]:
    """The symbols that occur in any of the scalars."""
    result = _NOTHING
    for arg in args:
        more = free_of(arg)
        if not more <= result:
            result = more if not result else result | more
    return result


def intern_apply(fn: IntFn | FloatFn, args: tuple[Scalar, ...], sort: Sort) -> Apply:
    """The one ``Apply`` object for these arguments; no rule is applied."""
    identity = (fn, *map(typed, args))
    found = _applies.get(identity)
    if found is None:
        key = f"{fn}({','.join(map(key_of, args))})"
        found = _applies[identity] = Apply(fn, args, sort, key, union_free(args))
    return found


def _of_atom(atom: Atom) -> IntTerm:
    monomials: Monomials = (((atom,), 1),)
    found = _ints.get(monomials)
    if found is None:
        found = _ints[monomials] = IntTerm(monomials, atom.key, atom.free)
    return found


def of_atom(atom: Atom) -> IntTerm:
    """An integer atom as a term."""
    return _of_atom(atom)


def _monomial_key(monomial: Monomial) -> tuple[int, str]:
    return (len(monomial), "*".join(atom.key for atom in monomial))


def make_int(coefficients: dict[Monomial, int]) -> Dim:
    """The normal form of a sum of monomials (each already sorted); zero coefficients may be present."""
    kept = [item for item in coefficients.items() if item[1]]
    if not kept:
        return 0
    if len(kept) == 1:
        if not kept[0][0]:
            return kept[0][1]
    else:
        if len(kept) > MAX_MONOMIALS:
            raise TermTooLargeError(f"a polynomial of {len(kept)} monomials")
        kept.sort(key=lambda item: _monomial_key(item[0]))
    monomials = tuple(kept)
    found = _ints.get(monomials)
    if found is None:
        key = "+".join(f"{c}*{_monomial_key(m)[1]}" for m, c in monomials)
        free = union_free(tuple(_of_atom(atom) for m, _ in monomials for atom in m))
        found = _ints[monomials] = IntTerm(monomials, key, free)
    return found


def add(left: Dim, right: Dim) -> Dim:
    """The sum."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left + right
        left, right = right, left
    if isinstance(right, int):
        if not right:
            return left
        total = dict(left.monomials)
        total[()] = total.get((), 0) + right
        return make_int(total)
    total = dict(left.monomials)
    for monomial, coefficient in right.monomials:
        total[monomial] = total.get(monomial, 0) + coefficient
    return make_int(total)


def scale(term: Dim, factor: int) -> Dim:
    """The product with a constant."""
    if isinstance(term, int):
        return term * factor
    if factor == 1:
        return term
    return make_int({m: c * factor for m, c in term.monomials})


def multiply(left: Dim, right: Dim) -> Dim:
    """The product, expanded."""
    if isinstance(left, int):
        return scale(right, left)
    if isinstance(right, int):
        return scale(left, right)
    if len(left.monomials) * len(right.monomials) > MAX_MONOMIALS:
        raise TermTooLargeError(f"a product of {len(left.monomials)} by {len(right.monomials)} monomials")
    total: dict[Monomial, int] = {}
    for m, c in left.monomials:
        for n, d in right.monomials:
            joined = tuple(sorted((*m, *n), key=_atom_key)) if m and n else m or n
            total[joined] = total.get(joined, 0) + c * d
    return make_int(total)


def _atom_key(atom: Atom) -> str:
    return atom.key
