"""The meaning of each float function on numbers: Python's own IEEE doubles, undefined where Python raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

__all__ = ["UndefinedFloatError", "float_function"]


class UndefinedFloatError(ArithmeticError):
    """Python raises on these arguments, or its result is no real number."""


_UNARY: Final[dict[str, Callable[[float], float]]] = {
    "sqrt": math.sqrt,
    "cos": math.cos,
    "cosh": math.cosh,
    "sin": math.sin,
    "sinh": math.sinh,
    "tan": math.tan,
    "tanh": math.tanh,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "asinh": math.asinh,
    "abs": abs,
    "ToFloat": float,
}


def _power(left: float, right: float) -> float:
    result: object = left**right
    if not isinstance(result, float):
        raise ValueError("a complex result")
    return result


_BINARY: Final[dict[str, Callable[[float, float], float]]] = {
    "FloatTrueDiv": lambda left, right: left / right,
    "IntTrueDiv": lambda left, right: left / right,
    "FloatPow": _power,
    "FloatAdd": lambda left, right: left + right,
    "FloatMul": lambda left, right: left * right,
    "FloatMax": max,
    "FloatMin": min,
    "FloatMod": lambda left, right: left % right,
    "FloatFloorDiv": lambda left, right: left // right,
}


def float_function(fn: str, args: Sequence[object]) -> float:
    """The value of a float function on numbers (``FloatIte`` aside).

    Raises UndefinedFloatError where Python raises ZeroDivisionError, OverflowError or ValueError.
    """
    numbers = [arg for arg in args if isinstance(arg, (int, float))]
    try:
        if len(numbers) == 1:
            return _UNARY[fn](numbers[0])
        return _BINARY[fn](numbers[0], numbers[1])
    except (ZeroDivisionError, OverflowError, ValueError) as error:
        raise UndefinedFloatError(f"{fn}{tuple(numbers)}: {error}") from error
