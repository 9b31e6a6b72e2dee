"""Integer functions beyond ring arithmetic, in normal form.

Every rule holds over the integers wherever the original is defined (a cancelled divisor may make more defined,
never something different). An application that no rule evaluates stays opaque: division by zero is such an
application, whose evaluation is undefined.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from refimpl.terms.conditions import lnot
from refimpl.terms.core import (
    Apply,
    Cond,
    Dim,
    IntFn,
    IntTerm,
    Ne,
    Not,
    Or,
    Real,
    Scalar,
    Sort,
    TermTooLargeError,
)
from refimpl.terms.division import floor_div, mod
from refimpl.terms.keys import key_of
from refimpl.terms.polynomials import CACHED, intern_apply, multiply, of_atom

__all__ = [
    "bit_and",
    "bit_or",
    "bit_xor",
    "ceil_to_int",
    "floor_div",
    "floor_to_int",
    "int_max",
    "int_min",
    "int_of_bool",
    "ite",
    "lshift",
    "mod",
    "natural_power",
    "power",
    "round_to_int",
    "rshift",
    "trunc_to_int",
]

MAX_BITS: Final = 4096
MAX_EXPANDED_EXPONENT: Final = 16


def _apply(fn: IntFn, *args: Scalar) -> IntTerm:
    return of_atom(intern_apply(fn, args, Sort.INT))


def int_max(*args: Dim) -> Dim:
    """The greatest of one or more integers; raises TypeError without arguments."""
    return _extremum("Max", args)


def int_min(*args: Dim) -> Dim:
    """The least of one or more integers; raises TypeError without arguments."""
    return _extremum("Min", args)


def _flatten(fn: IntFn, args: tuple[Dim, ...]) -> list[Dim]:
    """The arguments, those of directly nested applications of the same function among them."""
    flat: list[Dim] = []
    for arg in args:
        atom = None if isinstance(arg, int) else arg.atom
        if isinstance(atom, Apply) and atom.fn == fn:
            flat.extend(inner for inner in atom.args if isinstance(inner, (int, IntTerm)))
        else:
            flat.append(arg)
    return flat


def _drop_dominated(args: list[Dim], *, greatest: bool) -> list[Dim]:
    """Of arguments that differ by a constant, the one that wins."""
    best: dict[Dim, int] = {}
    for arg in args:
        base, constant = (0, arg) if isinstance(arg, int) else (arg - arg.constant, arg.constant)
        known = best.get(base)
        if known is None or (constant > known if greatest else constant < known):
            best[base] = constant
    return [base + constant for base, constant in best.items()]


@lru_cache(maxsize=CACHED)
def _extremum(fn: IntFn, args: tuple[Dim, ...]) -> Dim:
    if not args:
        raise TypeError(f"{fn} of nothing")
    kept = _drop_dominated(_flatten(fn, args), greatest=fn == "Max")
    if len(kept) == 1:
        return kept[0]
    kept.sort(key=_order)
    return _apply(fn, *kept)


def _order(arg: Dim) -> tuple[bool, str]:
    return (not isinstance(arg, int), key_of(arg))


def natural_power(base: int, exponent: int) -> int:
    """``base ** exponent`` for a natural exponent; raises TermTooLargeError instead of filling the memory."""
    if base.bit_length() * exponent > MAX_BITS and base not in (-1, 0, 1):
        raise TermTooLargeError(f"a power of more than {MAX_BITS} bits")
    return int(base**exponent)


def power(base: Dim, exponent: Dim) -> Dim:
    """``base ** exponent`` for a natural exponent (undefined for a negative one); expanded when small."""
    if isinstance(exponent, int):
        if exponent >= 0 and isinstance(base, int):
            return natural_power(base, exponent)
        if exponent == 0:
            return 1
        if exponent > 0 and not isinstance(base, int) and _expands(base, exponent):
            result: Dim = base
            for _ in range(exponent - 1):
                result = multiply(result, base)
            return result
    elif isinstance(base, int) and base == 1:
        return 1
    return _apply("Pow", base, exponent)


def _expands(base: IntTerm, exponent: int) -> bool:
    return exponent <= MAX_EXPANDED_EXPONENT and math.comb(len(base.monomials) + exponent - 1, exponent) <= 64


def ite(condition: Cond, then: Dim, otherwise: Dim) -> Dim:
    """``then if condition else otherwise``; the branch not taken may be undefined."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise or (isinstance(then, int) and isinstance(otherwise, int) and then == otherwise):
        return then
    if isinstance(condition, (Ne, Not, Or)):
        return ite(lnot(condition), otherwise, then)
    return _apply("Ite", condition, then, otherwise)


def int_of_bool(condition: Cond) -> Dim:
    """1 if the condition holds, else 0: PyTorch's ``Piecewise((1, condition), (0, True))``."""
    return ite(condition, 1, 0)


def _rounding(fn: IntFn, value: Real) -> Dim:
    if isinstance(value, float) and math.isfinite(value):
        match fn:
            case "TruncToInt":
                return math.trunc(value)
            case "FloorToInt":
                return math.floor(value)
            case "CeilToInt":
                return math.ceil(value)
            case _:
                return round(value)
    return _apply(fn, value)


def trunc_to_int(value: Real) -> Dim:
    """``math.trunc`` of a float; undefined on NaN and the infinities."""
    return _rounding("TruncToInt", value)


def floor_to_int(value: Real) -> Dim:
    """``math.floor`` of a float; undefined on NaN and the infinities."""
    return _rounding("FloorToInt", value)


def ceil_to_int(value: Real) -> Dim:
    """``math.ceil`` of a float; undefined on NaN and the infinities."""
    return _rounding("CeilToInt", value)


def round_to_int(value: Real) -> Dim:
    """``round`` of a float, halves to even; undefined on NaN and the infinities."""
    return _rounding("RoundToInt", value)


def lshift(value: Dim, count: Dim) -> Dim:
    """``value << count``; undefined for a negative count."""
    if isinstance(count, int) and count >= 0:
        return multiply(value, natural_power(2, count))
    return _apply("LShift", value, count)


def rshift(value: Dim, count: Dim) -> Dim:
    """``value >> count``, the floor of a division by a power of two; undefined for a negative count."""
    if isinstance(count, int) and count >= 0:
        if isinstance(value, int):
            return value >> count
        return floor_div(value, natural_power(2, count))
    return _apply("RShift", value, count)


def bit_and(left: Dim, right: Dim) -> Dim:
    """``left & right`` in two's complement."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left & right
        if left in (0, -1):
            return right if left else 0
    elif left is right:
        return left
    elif isinstance(right, int):
        return bit_and(right, left)
    return _apply("BitAnd", *sorted((left, right), key=_order))


def bit_or(left: Dim, right: Dim) -> Dim:
    """``left | right`` in two's complement."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left | right
        if left in (0, -1):
            return left or right
    elif left is right:
        return left
    elif isinstance(right, int):
        return bit_or(right, left)
    return _apply("BitOr", *sorted((left, right), key=_order))


def bit_xor(left: Dim, right: Dim) -> Dim:
    """``left ^ right`` in two's complement."""
    if isinstance(left, int):
        if isinstance(right, int):
            return left ^ right
        if left == 0:
            return right
    elif left is right:
        return 0
    elif isinstance(right, int):
        return bit_xor(right, left)
    return _apply("BitXor", *sorted((left, right), key=_order))
