"""Float terms: opaque applications with IEEE arithmetic, never reasoned about as exact reals.

Constants fold only when every argument is a number and the operation is defined. Beyond that, only rewrites
that are exact for every float, NaN and signed zeros included, are made.
"""

from __future__ import annotations

from typing import Final

from refimpl.terms.conditions import eq as int_eq
from refimpl.terms.conditions import ge, intern_float_compare, lnot
from refimpl.terms.core import (
    Apply,
    Cond,
    Dim,
    FloatFn,
    IntTerm,
    Ne,
    Not,
    Or,
    Real,
    Scalar,
    Sort,
    Symbol,
)
from refimpl.terms.floats import UndefinedFloatError, float_function
from refimpl.terms.keys import key_of
from refimpl.terms.polynomials import intern_apply, symbol_atom

__all__ = [
    "UNARY",
    "float_add",
    "float_eq",
    "float_floor_div",
    "float_ge",
    "float_gt",
    "float_ite",
    "float_le",
    "float_lt",
    "float_max",
    "float_min",
    "float_mod",
    "float_mul",
    "float_ne",
    "float_neg",
    "float_pow",
    "float_sub",
    "float_symbol",
    "float_true_div",
    "float_unary",
    "int_true_div",
    "to_float",
]


UNARY: Final[dict[str, FloatFn]] = {
    "sqrt": "sqrt", "cos": "cos", "cosh": "cosh", "sin": "sin", "sinh": "sinh", "tan": "tan", "tanh": "tanh",
    "asin": "asin", "acos": "acos", "atan": "atan", "exp": "exp", "log": "log", "log2": "log2", "asinh": "asinh",
    "abs": "abs",
}  # fmt: skip
"""The unary functions by name, for whoever holds a name that may be unknown."""


def float_symbol(name: str) -> Symbol:
    """The float symbol of that name (``zuf0``)."""
    return symbol_atom(name, Sort.FLOAT)


def _apply(fn: FloatFn, *args: Scalar) -> Real:
    if all(isinstance(arg, (int, float)) for arg in args):
        try:
            return float_function(fn, args)
        except UndefinedFloatError:
            pass
    return intern_apply(fn, args, Sort.FLOAT)


def _ordered(fn: FloatFn, left: Real, right: Real) -> Real:
    if key_of(right) < key_of(left):
        left, right = right, left
    return _apply(fn, left, right)


def _is_float(value: Real, number: float) -> bool:
    return isinstance(value, float) and value == number


def to_float(value: Dim) -> Real:
    """The nearest float of an integer; undefined where that overflows."""
    return _apply("ToFloat", value)


def int_true_div(left: Dim, right: Dim) -> Real:
    """Python's correctly rounded ``left / right`` of integers; undefined where ``right`` is 0."""
    return _apply("IntTrueDiv", left, right)


def float_true_div(left: Real, right: Real) -> Real:
    """``left / right``; undefined where ``right`` is 0.0, as in Python."""
    return left if _is_float(right, 1.0) else _apply("FloatTrueDiv", left, right)


def float_add(left: Real, right: Real) -> Real:
    """``left + right``, the arguments in one order (IEEE addition commutes, it does not associate).

    ``x + x`` is ``2.0*x``: both are exact, or both overflow.
    """
    if left is right and isinstance(left, (Symbol, Apply)):
        return float_mul(2.0, left)
    return _ordered("FloatAdd", left, right)


def float_neg(value: Real) -> Real:
    """``-value``, as the exact product with -1.0."""
    if isinstance(value, float):
        return -value
    if isinstance(value, Apply) and value.fn == "FloatMul":
        factor, other = value.args
        if isinstance(factor, float) and factor == -1.0 and isinstance(other, (Symbol, Apply)):
            return other
    return _ordered("FloatMul", -1.0, value)


def float_sub(left: Real, right: Real) -> Real:
    """``left - right``, which IEEE defines as ``left + (-right)``."""
    return float_add(left, float_neg(right))


def float_mul(left: Real, right: Real) -> Real:
    """``left * right``, the arguments in one order; a factor 1.0 is dropped."""
    if _is_float(left, 1.0):
        return right
    if _is_float(right, 1.0):
        return left
    if _is_float(left, -1.0):
        return float_neg(right)
    if _is_float(right, -1.0):
        return float_neg(left)
    return _ordered("FloatMul", left, right)


def float_pow(left: Real, right: Real) -> Real:
    """``left ** right``; undefined where Python raises or leaves the reals."""
    return _apply("FloatPow", left, right)


def float_mod(left: Real, right: Real) -> Real:
    """Python's ``left % right``; undefined where ``right`` is 0.0."""
    return _apply("FloatMod", left, right)


def float_floor_div(left: Real, right: Real) -> Real:
    """Python's ``left // right``; undefined where ``right`` is 0.0."""
    return _apply("FloatFloorDiv", left, right)


def float_max(left: Real, right: Real) -> Real:
    """Python's ``max(left, right)``, the first argument when they do not compare greater."""
    return _apply("FloatMax", left, right)


def float_min(left: Real, right: Real) -> Real:
    """Python's ``min(left, right)``, the first argument when they do not compare less."""
    return _apply("FloatMin", left, right)


def float_unary(fn: FloatFn, value: Real) -> Real:
    """``math``'s function of that name (``sqrt``, ``log``, ...) or ``abs``; undefined where Python raises."""
    return _apply(fn, value)


def float_ite(condition: Cond, then: Real, otherwise: Real) -> Real:
    """``then if condition else otherwise``; the branch not taken may be undefined."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if key_of(then) == key_of(otherwise):
        return then
    if isinstance(condition, (Ne, Not, Or)):
        return float_ite(lnot(condition), otherwise, then)
    return intern_apply("FloatIte", (condition, then, otherwise), Sort.FLOAT)


def float_lt(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left < right``; False if either is NaN. An integer is compared exactly, as Python does."""
    if isinstance(left, (int, IntTerm)) and isinstance(right, (int, IntTerm)):
        return ge(right - 1, left)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left < right
    return intern_float_compare("lt", left, right)


def float_le(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left <= right``; False if either is NaN. An integer is compared exactly, as Python does."""
    if isinstance(left, (int, IntTerm)) and isinstance(right, (int, IntTerm)):
        return ge(right, left)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left <= right
    return intern_float_compare("le", left, right)


def float_eq(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left == right``; False if either is NaN, so a term need not equal itself."""
    if isinstance(left, (int, IntTerm)) and isinstance(right, (int, IntTerm)):
        return int_eq(left, right)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    if key_of(right) < key_of(left):
        left, right = right, left
    return intern_float_compare("eq", left, right)


def float_ne(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left != right``; True if either is NaN."""
    return lnot(float_eq(left, right))


def float_gt(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left > right``; False if either is NaN."""
    return float_lt(right, left)


def float_ge(left: Real | Dim, right: Real | Dim) -> Cond:
    """``left >= right``; False if either is NaN."""
    return float_le(right, left)
