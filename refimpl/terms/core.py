"""The term language: frozen, hash-consed integer, float and boolean terms.

Integers are polynomials with integer coefficients over *atoms* (symbols and applications such as ``//`` and
``Max``), kept in one normal form, so that equal polynomials are one object and equality is identity. A constant
is a plain Python number, never a term. The functions that make terms are in :mod:`refimpl.terms.polynomials`,
:mod:`refimpl.terms.conditions` and their neighbours; nothing else calls these constructors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, Never, TypeAlias, final

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
    "Free",
    "Ge",
    "IntFn",
    "IntTerm",
    "Interned",
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
]


class TermTooLargeError(ValueError):
    """A term grew beyond a bound that keeps untrusted input from exhausting memory or the stack."""


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


class Interned:
    """What all terms share: one object for equal terms, so that a copy is the object itself."""

    __slots__ = ()

    def __copy__(self) -> Interned:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Interned:
        return self

    def __reduce__(self) -> Never:
        raise TypeError("a term is interned in its process and cannot be pickled; send its text")

    def __str__(self) -> str:
        from refimpl.terms.printing import to_text

        assert isinstance(self, Term), "only the classes of this module are terms"
        return to_text(self)

    def __repr__(self) -> str:
        return f"<{self}>"


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Symbol(Interned):
    """An integer symbol (``s0``, ``u0``) or a float symbol (``zuf0``); interned, compared by identity.

    ``key`` is the text that orders atoms, independent of the hash seed and of the order of creation.
    """

    name: str
    sort: Sort
    key: str

    @property
    def free(self) -> Free:
        """The symbol itself."""
        return frozenset((self,))

    @property
    def depth(self) -> int:
        """The number of nested applications: none."""
        return 0


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class BoolSymbol(Interned):
    """An opaque boolean (the predicate of a ``cond`` on a tensor)."""

    name: str
    key: str

    @property
    def free(self) -> Free:
        """The symbol itself."""
        return frozenset((self,))

    @property
    def depth(self) -> int:
        """The number of nested applications: none."""
        return 0


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Apply(Interned):
    """A function applied to arguments that no polynomial rule evaluates; ``sort`` is INT or FLOAT."""

    fn: IntFn | FloatFn
    args: tuple[Scalar, ...]
    sort: Sort
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class IntTerm(Interned):
    """A non-constant integer polynomial: ``(monomial, coefficient)`` pairs in one order, no zero coefficient.

    The constant comes first and the others by ascending degree. ``==`` is identity, which for these interned
    normal forms is equality as polynomials; comparisons as *conditions* are the functions ``eq``, ``le``, ... of
    :mod:`refimpl.terms`.
    """

    monomials: Monomials
    key: str
    free: Free
    depth: int

    def __bool__(self) -> bool:
        raise TypeError("the truth of a symbolic size is undecided; compare it and ask the context")

    def __add__(self, other: Dim) -> Dim:
        return _polynomials.add(self, other)

    def __radd__(self, other: Dim) -> Dim:
        return _polynomials.add(self, other)

    def __sub__(self, other: Dim) -> Dim:
        return _polynomials.subtract(self, other)

    def __rsub__(self, other: Dim) -> Dim:
        return _polynomials.subtract(other, self)

    def __mul__(self, other: Dim) -> Dim:
        return _polynomials.multiply(self, other)

    def __rmul__(self, other: Dim) -> Dim:
        return _polynomials.multiply(self, other)

    def __neg__(self) -> Dim:
        return _polynomials.scale(self, -1)

    def __floordiv__(self, other: Dim) -> Dim:
        return _division.floor_div(self, other)

    def __rfloordiv__(self, other: Dim) -> Dim:
        return _division.floor_div(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return _division.mod(self, other)

    def __rmod__(self, other: Dim) -> Dim:
        return _division.mod(other, self)

    def __pow__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import power

        return power(self, other)

    def __rpow__(self, other: Dim) -> Dim:
        from refimpl.terms.integers import power

        return power(other, self)

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
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Ge(Interned):
    """``term >= 0``; coefficients without common factor."""

    term: IntTerm
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Eq(Interned):
    """``term == 0``; coefficients without common factor, the first non-constant one positive."""

    term: IntTerm
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Ne(Interned):
    """``term != 0``; normalised as :class:`Eq`."""

    term: IntTerm
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class FloatCompare(Interned):
    """An IEEE comparison of two reals (NaN makes all but ``ne`` false); an integer is compared exactly."""

    op: Literal["lt", "le", "eq", "ne"]
    left: Real | Dim
    right: Real | Dim
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Not(Interned):
    """The negation of an opaque boolean or of a float ordering; all other negations are pushed inwards."""

    arg: BoolSymbol | FloatCompare
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class And(Interned):
    """A conjunction of two or more distinct conditions, flattened and ordered."""

    args: tuple[BoolTerm, ...]
    key: str
    free: Free
    depth: int


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Or(Interned):
    """A disjunction of two or more distinct conditions, flattened and ordered."""

    args: tuple[BoolTerm, ...]
    key: str
    free: Free
    depth: int


Free: TypeAlias = frozenset[Symbol | BoolSymbol]
Atom: TypeAlias = Symbol | Apply
Monomial: TypeAlias = tuple[Atom, ...]
Monomials: TypeAlias = tuple[tuple[Monomial, int], ...]
BoolFn: TypeAlias = Ge | Eq | Ne | FloatCompare | Not | And | Or
BoolTerm: TypeAlias = BoolSymbol | BoolFn
FloatTerm: TypeAlias = Symbol | Apply
Dim: TypeAlias = int | IntTerm
Real: TypeAlias = float | FloatTerm
Cond: TypeAlias = bool | BoolTerm
Term: TypeAlias = IntTerm | FloatTerm | BoolTerm
Scalar: TypeAlias = int | float | bool | Term

NOTHING_FREE: Final[Free] = frozenset()

# The operators of a term call the functions that make terms, whose modules need the classes above.
from refimpl.terms import division as _division  # noqa: E402
from refimpl.terms import polynomials as _polynomials  # noqa: E402
