"""Python's operators on raw scalars, with the requirement that each operator itself enforces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeGuard

from refimpl.terms import (
    Apply,
    Cond,
    Dim,
    FloatFn,
    Real,
    Scalar,
    Sort,
    Symbol,
    bit_and,
    bit_or,
    bit_xor,
    ceil_to_int,
    eq,
    float_add,
    float_eq,
    float_floor_div,
    float_le,
    float_lt,
    float_max,
    float_min,
    float_mod,
    float_mul,
    float_ne,
    float_neg,
    float_pow,
    float_sub,
    float_true_div,
    float_unary,
    floor_div,
    floor_to_int,
    free_of,
    ge,
    int_max,
    int_min,
    int_of_bool,
    int_true_div,
    is_condition,
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
    to_cond,
    to_dim,
    to_float,
    trunc_to_int,
)

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = ["Number", "as_number", "is_real"]

Number = Dim | Real


def is_real(scalar: Scalar) -> TypeGuard[Real]:
    """Whether the scalar is of float sort."""
    return isinstance(scalar, (float, Symbol, Apply))


def as_number(scalar: Scalar) -> Number:
    """A boolean as 0 or 1, any other scalar as it is."""
    if isinstance(scalar, bool):
        return int(scalar)
    if is_condition(scalar):
        return int_of_bool(scalar)
    if is_real(scalar):
        return scalar
    return to_dim(scalar)


def as_real(number: Number) -> Real:
    """The number as a float."""
    return number if is_real(number) else to_float(to_dim(number))


def add(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a + b``."""
    return float_add(as_real(a), as_real(b)) if is_real(a) or is_real(b) else to_dim(a) + to_dim(b)


def sub(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a - b``."""
    return float_sub(as_real(a), as_real(b)) if is_real(a) or is_real(b) else to_dim(a) - to_dim(b)


def mul(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a * b``."""
    return float_mul(as_real(a), as_real(b)) if is_real(a) or is_real(b) else to_dim(a) * to_dim(b)


def truediv(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a / b``; requires ``b != 0``."""
    if is_real(a) or is_real(b):
        env.require(float_ne(as_real(b), 0.0), "float division by zero", ZeroDivisionError)
        return float_true_div(as_real(a), as_real(b))
    env.require(ne(to_dim(b), 0), "division by zero", ZeroDivisionError)
    return int_true_div(to_dim(a), to_dim(b))


def floordiv(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a // b``; requires ``b != 0``."""
    if is_real(a) or is_real(b):
        env.require(float_ne(as_real(b), 0.0), "float floor division by zero", ZeroDivisionError)
        return float_floor_div(as_real(a), as_real(b))
    env.require(ne(to_dim(b), 0), "integer division or modulo by zero", ZeroDivisionError)
    return floor_div(to_dim(a), to_dim(b))


def modulo(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a % b``; requires ``b != 0``."""
    if is_real(a) or is_real(b):
        env.require(float_ne(as_real(b), 0.0), "float modulo", ZeroDivisionError)
        return float_mod(as_real(a), as_real(b))
    env.require(ne(to_dim(b), 0), "integer modulo by zero", ZeroDivisionError)
    return mod(to_dim(a), to_dim(b))


def pow_(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a ** b``: integer for natural exponents (a decision), else float; ``0 ** negative`` raises."""
    if not is_real(a) and not is_real(b) and env.evaluate(ge(to_dim(b), 0)):
        return power(to_dim(a), to_dim(b))
    base, exponent = as_real(a), as_real(b)
    env.require(
        lor(float_ne(base, 0.0), lnot(float_lt(exponent, 0.0))),
        "0.0 cannot be raised to a negative power",
        ZeroDivisionError,
    )
    return float_pow(base, exponent)


def left_shift(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a << b``; requires ``b >= 0``."""
    env.require(ge(to_dim(b), 0), "negative shift count", ValueError)
    return lshift(to_dim(a), to_dim(b))


def right_shift(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a >> b``; requires ``b >= 0``."""
    env.require(ge(to_dim(b), 0), "negative shift count", ValueError)
    return rshift(to_dim(a), to_dim(b))


def bitwise_and(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a & b`` on integers."""
    return bit_and(to_dim(a), to_dim(b))


def bitwise_or(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a | b`` on integers."""
    return bit_or(to_dim(a), to_dim(b))


def bitwise_xor(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``a ^ b`` on integers."""
    return bit_xor(to_dim(a), to_dim(b))


def maximum(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``max(a, b)``, without a decision."""
    return float_max(as_real(a), as_real(b)) if is_real(a) or is_real(b) else int_max(to_dim(a), to_dim(b))


def minimum(env: ShapeEnv, a: Number, b: Number) -> Number:
    """``min(a, b)``, without a decision."""
    return float_min(as_real(a), as_real(b)) if is_real(a) or is_real(b) else int_min(to_dim(a), to_dim(b))


def negate(number: Number) -> Number:
    """``-number``."""
    return float_neg(number) if is_real(number) else -to_dim(number)


def absolute(number: Number) -> Number:
    """``abs(number)``."""
    if is_real(number):
        return float_unary("abs", number)
    return int_max(to_dim(number), -to_dim(number))


def equal(a: Number, b: Number) -> Cond:
    """``a == b``; a float comparison as IEEE has it."""
    return float_eq(as_real(a), as_real(b)) if is_real(a) or is_real(b) else eq(to_dim(a), to_dim(b))


def unequal(a: Number, b: Number) -> Cond:
    """``a != b``; true of NaN."""
    return float_ne(as_real(a), as_real(b)) if is_real(a) or is_real(b) else ne(to_dim(a), to_dim(b))


def less(a: Number, b: Number) -> Cond:
    """``a < b``."""
    return float_lt(as_real(a), as_real(b)) if is_real(a) or is_real(b) else lt(to_dim(a), to_dim(b))


def less_equal(a: Number, b: Number) -> Cond:
    """``a <= b``."""
    return float_le(as_real(a), as_real(b)) if is_real(a) or is_real(b) else le(to_dim(a), to_dim(b))


def _require_finite(env: ShapeEnv, number: Real) -> None:
    if isinstance(number, float):
        if math.isnan(number):
            raise ValueError("cannot convert float NaN to integer")
        if math.isinf(number):
            raise OverflowError("cannot convert float infinity to integer")
    elif _may_be_infinite(number):
        finite = land(float_lt(-math.inf, number), float_lt(number, math.inf))
        env.require(finite, "cannot convert float NaN or infinity to integer", ValueError)


def _may_be_infinite(number: Real) -> bool:
    """What is made of integers alone is finite."""
    return any(isinstance(symbol, Symbol) and symbol.sort is Sort.FLOAT for symbol in free_of(number))


def truncate(env: ShapeEnv, number: Number) -> Dim:
    """``math.trunc(number)``; a float must be finite."""
    if not is_real(number):
        return to_dim(number)
    _require_finite(env, number)
    return trunc_to_int(number)


def floor(env: ShapeEnv, number: Number) -> Dim:
    """``math.floor(number)``; a float must be finite."""
    if not is_real(number):
        return to_dim(number)
    _require_finite(env, number)
    return floor_to_int(number)


def ceil(env: ShapeEnv, number: Number) -> Dim:
    """``math.ceil(number)``; a float must be finite."""
    if not is_real(number):
        return to_dim(number)
    _require_finite(env, number)
    return ceil_to_int(number)


def round_half_even(env: ShapeEnv, number: Number) -> Dim:
    """``round(number)``, halves to even; a float must be finite."""
    if not is_real(number):
        return to_dim(number)
    _require_finite(env, number)
    return round_to_int(number)


def unary_function(env: ShapeEnv, fn: FloatFn, number: Number) -> Real:
    """A function of :mod:`math`; outside its domain it raises ValueError, NaN passes."""
    real = as_real(number)
    env.require(_domain(fn, real), "math domain error", ValueError)
    return float_unary(fn, real)


def _domain(fn: FloatFn, real: Real) -> Cond:
    match fn:
        case "sqrt":
            return lnot(float_lt(real, 0.0))
        case "log" | "log2":
            return lnot(float_le(real, 0.0))
        case "asin" | "acos":
            return land(lnot(float_lt(real, -1.0)), lnot(float_lt(1.0, real)))
        case "cos" | "sin" | "tan" if _may_be_infinite(real):
            return land(float_ne(real, -math.inf), float_ne(real, math.inf))
        case _:
            return True


def to_condition(scalar: Scalar) -> Cond:
    """A boolean as it is, a number as ``number != 0``."""
    if is_condition(scalar):
        return to_cond(scalar)
    return unequal(as_number(scalar), 0)
