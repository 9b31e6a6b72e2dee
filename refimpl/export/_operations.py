"""The functions that expression and guard texts may apply, on terms of checked sorts.

Names are those of sympy and of ``torch.utils._sympy.functions``. Their integer division and modulus are Python's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Final, TypeAlias, TypeGuard

from refimpl.terms import (
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
    Symbol,
    bit_and,
    bit_or,
    bit_xor,
    ceil_to_int,
    eq,
    float_add,
    float_eq,
    float_ge,
    float_gt,
    float_ite,
    float_le,
    float_lt,
    float_max,
    float_min,
    float_mul,
    float_ne,
    float_pow,
    float_true_div,
    float_unary,
    floor_div,
    floor_to_int,
    ge,
    gt,
    int_max,
    int_min,
    int_true_div,
    ite,
    land,
    le,
    lnot,
    lor,
    lshift,
    lt,
    mod,
    ne,
    power,
    round_to_int,
    rshift,
    to_float,
    trunc_to_int,
)

__all__ = ["Refused", "apply_function", "choose", "is_bool", "is_int", "is_real", "is_scalar", "negate", "subtract"]

_SCALARS: Final = (int, float, IntTerm, Symbol, Apply, BoolSymbol, Ge, Eq, Ne, FloatCompare, Not, And, Or)
_LONGEST_PRODUCT: Final = 64
_MAX_DIMENSIONS: Final = 8
MAX_RESULT_MONOMIALS: Final = 1024
MAX_RESULT_KEY: Final = 100_000


class Refused(ValueError):
    """A function that is unknown or does not apply to arguments of these sorts; the text says why."""


def is_int(value: Scalar) -> TypeGuard[Dim]:
    """Whether the value is an integer, which a boolean is not."""
    return isinstance(value, IntTerm) or (isinstance(value, int) and not isinstance(value, bool))


def is_bool(value: Scalar) -> TypeGuard[Cond]:
    """Whether the value is a boolean."""
    return isinstance(value, bool) or not isinstance(value, int | float | IntTerm | Symbol | Apply)


def is_real(value: Scalar) -> TypeGuard[Real]:
    """Whether the value is a float."""
    return isinstance(value, float | Symbol | Apply)


def is_scalar(value: object) -> TypeGuard[Scalar]:
    """Whether the value is a number, a boolean or a term."""
    return isinstance(value, _SCALARS)


def _is_number(value: Scalar) -> TypeGuard[Dim | Real]:
    return not is_bool(value)


def _real(value: Dim | Real) -> Real:
    """A number as a float: sympy writes ``Mul(2, ToFloat(u0))`` with a plain 2."""
    if isinstance(value, IntTerm):
        return to_float(value)
    return float(value) if isinstance(value, int) else value


def _integers(name: str, args: Sequence[Scalar], count: int) -> list[Dim]:
    integers = [arg for arg in args if is_int(arg)]
    if len(integers) != len(args) or len(args) != count:
        raise Refused(f"{name} takes {count} integers")
    return integers


def _conditions(name: str, args: Sequence[Scalar]) -> list[Cond]:
    conditions = [arg for arg in args if is_bool(arg)]
    if len(conditions) != len(args):
        raise Refused(f"{name} takes booleans")
    return conditions


def _numbers(name: str, args: Sequence[Scalar], at_least: int = 1) -> list[Dim | Real]:
    numbers = [arg for arg in args if _is_number(arg)]
    if len(numbers) != len(args) or len(args) < at_least:
        raise Refused(f"{name} takes numbers")
    return numbers


_Fold: TypeAlias = Callable[[Dim, Dim], Dim]
_RealFold: TypeAlias = Callable[[Real, Real], Real]


def _add(left: Dim, right: Dim) -> Dim:
    return left + right


def _multiply(left: Dim, right: Dim) -> Dim:
    return left * right


_FOLDS: Final[dict[str, tuple[_Fold, _RealFold]]] = {
    "Add": (_add, float_add),
    "Mul": (_multiply, float_mul),
    "Max": (int_max, float_max),
    "Min": (int_min, float_min),
}
_BINARY: Final[dict[str, _Fold]] = {
    "FloorDiv": floor_div,
    "CleanDiv": floor_div,
    "Mod": mod,
    "PythonMod": mod,
    "LShift": lshift,
    "RShift": rshift,
    "BitwiseFn_bitwise_and": bit_and,
    "BitwiseFn_bitwise_or": bit_or,
    "BitwiseFn_bitwise_xor": bit_xor,
}
_Comparison: TypeAlias = Callable[[Dim, Dim], Cond]
_RealComparison: TypeAlias = Callable[[Real | Dim, Real | Dim], Cond]
_COMPARISONS: Final[dict[str, tuple[_Comparison, _RealComparison]]] = {
    "GreaterThan": (ge, float_ge),
    "StrictGreaterThan": (gt, float_gt),
    "LessThan": (le, float_le),
    "StrictLessThan": (lt, float_lt),
    "Equality": (eq, float_eq),
    "Unequality": (ne, float_ne),
}
_ROUNDINGS: Final[dict[str, Callable[[Real], Dim]]] = {
    "TruncToInt": trunc_to_int,
    "FloorToInt": floor_to_int,
    "CeilToInt": ceil_to_int,
    "RoundToInt": round_to_int,
}
_UNARY: Final = (
    "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
)  # fmt: skip


def apply_function(name: str, args: Sequence[Scalar]) -> Scalar:
    """The function of that sympy name on terms. Raises `Refused`, or TermTooLargeError for an oversized result."""
    result = _applied(name, args)
    if isinstance(result, IntTerm):
        # Expanding a product repeats its atoms, so a short text could stand for a huge term.
        if len(result.monomials) > MAX_RESULT_MONOMIALS:
            raise Refused(f"{name} expands to {len(result.monomials)} monomials, more than {MAX_RESULT_MONOMIALS}")
        if len(result.key) > MAX_RESULT_KEY:
            raise Refused(f"{name} expands to a term of more than {MAX_RESULT_KEY} characters")
    return result


def _applied(name: str, args: Sequence[Scalar]) -> Scalar:
    if name in _FOLDS:
        return _folded(name, args)
    if name in _BINARY:
        left, right = _integers(name, args, 2)
        return _BINARY[name](left, right)
    if name in _COMPARISONS:
        return _compared(name, args)
    match name:
        case "And":
            return land(*_conditions(name, args))
        case "Or":
            return lor(*_conditions(name, args))
        case "Not" if len(args) == 1:
            return lnot(*_conditions(name, args))
        case "Pow":
            return _power(name, args)
        case "PowByNatural":
            return _natural_power(name, _integers(name, args, 2))
        case _:
            return _rarely_applied(name, args)


def _rarely_applied(name: str, args: Sequence[Scalar]) -> Scalar:
    match name:
        case "CeilDiv":
            left, right = _integers(name, args, 2)
            return floor_div(left + right - 1, right)
        case "ModularIndexing":
            base, divisor, modulus = _integers(name, args, 3)
            return mod(floor_div(base, divisor), modulus)
        case "Where" if len(args) == 3 and is_bool(args[0]):
            return choose(args[0], args[1], args[2])
        case "Identity" if len(args) == 1:
            return args[0]
        case "IsNonOverlappingAndDenseIndicator" if args and len(args) % 2 == 0 and len(args) <= 2 * _MAX_DIMENSIONS:
            numbers = _integers(name, args, len(args))
            return ite(_is_dense(numbers[: len(args) // 2], numbers[len(args) // 2 :]), 1, 0)
        case "Abs":
            return _absolute(name, args)
        case _:
            return _float_function(name, args)


def _is_dense(sizes: Sequence[Dim], strides: Sequence[Dim]) -> Cond:
    """Whether the dimensions that are not 1 are row-major in some order: each stride the product of the sizes below."""
    if len(sizes) == 1:
        return lor(eq(strides[0], 1), lt(sizes[0], 2))
    conditions: list[Cond] = []
    for at, (size, stride) in enumerate(zip(sizes, strides, strict=True)):
        below: Dim = 1
        for other, (length, step) in enumerate(zip(sizes, strides, strict=True)):
            if other != at:
                conditions.append(lor(eq(size, 1), eq(length, 1), ne(stride, step)))
                below = below * ite(lt(step, stride), length, 1)
        conditions.append(lor(eq(size, 1), eq(stride, below)))
    return land(*conditions)


def _float_function(name: str, args: Sequence[Scalar]) -> Scalar:
    if name == "ToFloat":
        (integer,) = _integers(name, args, 1)
        return to_float(integer)
    if name == "IntTrueDiv":
        left, right = _integers(name, args, 2)
        return int_true_div(left, right)
    numbers = [_real(number) for number in _numbers(name, args)]
    if name in _ROUNDINGS and len(numbers) == 1:
        return _ROUNDINGS[name](numbers[0])
    if name in ("FloatTrueDiv", "FloatPow") and len(numbers) == 2:
        return (float_true_div if name == "FloatTrueDiv" else float_pow)(*numbers)
    for unary in _UNARY:
        if name == f"OpaqueUnaryFn_{unary}" and len(numbers) == 1:
            return float_unary(unary, numbers[0])
    raise Refused(f"{name} is no known function of {len(args)} arguments")


def _folded(name: str, args: Sequence[Scalar]) -> Scalar:
    fold, real_fold = _FOLDS[name]
    numbers = _numbers(name, args)
    integers = [number for number in numbers if is_int(number)]
    if len(integers) == len(numbers):
        total = integers[0]
        for integer in integers[1:]:
            total = fold(total, integer)
        return total
    real = _real(numbers[0])
    for number in numbers[1:]:
        real = real_fold(real, _real(number))
    return real


def _compared(name: str, args: Sequence[Scalar]) -> Cond:
    if len(args) != 2:
        raise Refused(f"{name} takes two arguments")
    left, right = args
    compare, real_compare = _COMPARISONS[name]
    if is_int(left) and is_int(right):
        return compare(left, right)
    if is_bool(left) and is_bool(right) and name in ("Equality", "Unequality"):
        same = lor(land(left, right), land(lnot(left), lnot(right)))
        return same if name == "Equality" else lnot(same)
    left_number, right_number = _numbers(name, args)
    return real_compare(left_number, right_number)


def _power(name: str, args: Sequence[Scalar]) -> Scalar:
    if len(args) == 2 and all(is_int(arg) for arg in args):
        return _natural_power(name, _integers(name, args, 2))
    base, exponent = _numbers(name, args, 2)
    if name == "Pow" and isinstance(exponent, int) and 1 <= exponent <= _LONGEST_PRODUCT:
        # PyTorch's float power is FloatPow; this is how sympy writes v*v*v.
        return reduce(float_mul, [_real(base)] * exponent)
    return float_pow(_real(base), _real(exponent))


def _natural_power(name: str, args: list[Dim]) -> Dim:
    base, exponent = args
    if isinstance(exponent, int) and exponent < 0:
        raise Refused(f"{name} has the negative exponent {exponent}: no integer")
    return power(base, exponent)


def _absolute(name: str, args: Sequence[Scalar]) -> Scalar:
    (number,) = _numbers(name, args)
    if is_int(number):
        return int_max(number, -number)
    return float_unary("abs", _real(number))


def negate(value: Scalar) -> Scalar:
    """``-value``; raises `Refused` for a boolean."""
    return apply_function("Mul", (-1, value))


def subtract(left: Scalar, right: Scalar) -> Scalar:
    """``left - right``; raises `Refused` for booleans."""
    return apply_function("Add", (left, negate(right)))


def choose(condition: Cond, then: Scalar, otherwise: Scalar) -> Scalar:
    """``then if condition else otherwise``; raises `Refused` if the two are of different sorts."""
    if is_int(then) and is_int(otherwise):
        return ite(condition, then, otherwise)
    if is_bool(then) and is_bool(otherwise):
        return lor(land(condition, then), land(lnot(condition), otherwise))
    if _is_number(then) and _is_number(otherwise):
        return float_ite(condition, _real(then), _real(otherwise))
    raise Refused("a choice between a number and a boolean")
