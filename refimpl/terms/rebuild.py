"""Building a term again from replaced parts, through the functions that normalise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from refimpl.terms import integers, reals
from refimpl.terms.conditions import eq, ge, is_condition, land, lnot, lor, ne
from refimpl.terms.core import (
    And,
    Apply,
    BoolSymbol,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Real,
    Scalar,
    Sort,
    Symbol,
    Term,
)
from refimpl.terms.polynomials import add, multiply, of_atom

__all__ = ["SortError", "apply_function", "rebuild", "to_cond", "to_dim", "to_real"]


class SortError(TypeError):
    """A term of one sort where another is needed (law SORT)."""

    def __init__(self, needed: str, got: Scalar) -> None:
        super().__init__(f"{needed} needed, not {got!r}")
        self.needed = needed
        self.got = got


def to_dim(value: Scalar) -> Dim:
    """The scalar as an integer; raises SortError."""
    if isinstance(value, bool):
        raise SortError("an integer", value)
    if isinstance(value, (int, IntTerm)):
        return value
    if isinstance(value, (Symbol, Apply)) and value.sort is Sort.INT:
        return of_atom(value)
    raise SortError("an integer", value)


def to_real(value: Scalar) -> Real:
    """The scalar as a float; raises SortError."""
    if isinstance(value, float) or (isinstance(value, (Symbol, Apply)) and value.sort is Sort.FLOAT):
        return value
    raise SortError("a float", value)


def to_cond(value: Scalar) -> Cond:
    """The scalar as a condition; raises SortError."""
    if is_condition(value):
        return value
    raise SortError("a condition", value)


def _to_number(value: Scalar) -> Real | Dim:
    return to_dim(value) if isinstance(value, (int, IntTerm)) else to_real(value)


_Table: TypeAlias = Mapping[Symbol | BoolSymbol, Scalar]
_Done: TypeAlias = Mapping[Term, Scalar]


def rebuild(part: Term, done: _Done, table: _Table) -> Scalar:
    """The part with its children replaced as ``done`` says, and itself as ``table`` says if it is a symbol."""
    match part:
        case Symbol() | BoolSymbol():
            return table.get(part, part)
        case IntTerm():
            return _polynomial(part, done)
        case Apply(fn, args):
            return apply_function(fn, [_look(arg, done) for arg in args])
        case Ge(term):
            return ge(to_dim(_look(term, done)), 0)
        case Eq(term):
            return eq(to_dim(_look(term, done)), 0)
        case Ne(term):
            return ne(to_dim(_look(term, done)), 0)
        case FloatCompare(op, left, right):
            return _COMPARE[op](_to_number(_look(left, done)), _to_number(_look(right, done)))
        case Not(arg):
            return lnot(to_cond(_look(arg, done)))
        case And(args):
            return land(*(to_cond(_look(arg, done)) for arg in args))
        case Or(args):
            return lor(*(to_cond(_look(arg, done)) for arg in args))


def _look(part: Scalar, done: _Done) -> Scalar:
    return part if isinstance(part, (int, float)) else done[part]


def _polynomial(part: IntTerm, done: _Done) -> Dim:
    total: Dim = 0
    for monomial, coefficient in part.monomials:
        product: Dim = coefficient
        for atom in monomial:
            product = multiply(product, to_dim(done[atom]))
        total = add(total, product)
    return total


def apply_function(fn: str, args: Sequence[Scalar]) -> Scalar:
    """The function of that name (an ``IntFn`` or ``FloatFn``) on these arguments, normalised.

    Raises SortError on an argument of the wrong sort and KeyError on an unknown name.
    """
    if fn in ("Max", "Min"):
        return (integers.int_max if fn == "Max" else integers.int_min)(*map(to_dim, args))
    if fn in _INTEGERS:
        return _INTEGERS[fn](to_dim(args[0]), to_dim(args[1]))
    if fn in _ROUNDINGS:
        return _ROUNDINGS[fn](to_real(args[0]))
    match fn:
        case "Ite":
            return integers.ite(to_cond(args[0]), to_dim(args[1]), to_dim(args[2]))
        case "FloatIte":
            return reals.float_ite(to_cond(args[0]), to_real(args[1]), to_real(args[2]))
        case "ToFloat":
            return reals.to_float(to_dim(args[0]))
        case "IntTrueDiv":
            return reals.int_true_div(to_dim(args[0]), to_dim(args[1]))
        case _:
            if fn in _FLOATS:
                return _FLOATS[fn](to_real(args[0]), to_real(args[1]))
            return reals.float_unary(reals.UNARY[fn], to_real(args[0]))


_INTEGERS: Final[dict[str, Callable[[Dim, Dim], Dim]]] = {
    "FloorDiv": integers.floor_div,
    "Mod": integers.mod,
    "Pow": integers.power,
    "LShift": integers.lshift,
    "RShift": integers.rshift,
    "BitAnd": integers.bit_and,
    "BitOr": integers.bit_or,
    "BitXor": integers.bit_xor,
}
_ROUNDINGS: Final[dict[str, Callable[[Real], Dim]]] = {
    "TruncToInt": integers.trunc_to_int,
    "FloorToInt": integers.floor_to_int,
    "CeilToInt": integers.ceil_to_int,
    "RoundToInt": integers.round_to_int,
}
_FLOATS: Final[dict[str, Callable[[Real, Real], Real]]] = {
    "FloatTrueDiv": reals.float_true_div,
    "FloatPow": reals.float_pow,
    "FloatAdd": reals.float_add,
    "FloatMul": reals.float_mul,
    "FloatMax": reals.float_max,
    "FloatMin": reals.float_min,
    "FloatMod": reals.float_mod,
    "FloatFloorDiv": reals.float_floor_div,
}
_COMPARE: Final[dict[str, Callable[[Real | Dim, Real | Dim], Cond]]] = {
    "lt": reals.float_lt,
    "le": reals.float_le,
    "eq": reals.float_eq,
    "ne": reals.float_ne,
}
