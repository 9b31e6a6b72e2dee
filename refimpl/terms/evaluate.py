"""The value of a term at a valuation: plain Python arithmetic, undefined where Python raises."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from refimpl.terms.core import (
    And,
    Apply,
    BoolSymbol,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Scalar,
    Sort,
    Symbol,
    Term,
)
from refimpl.terms.floats import UndefinedFloatError, float_function
from refimpl.terms.integers import natural_power
from refimpl.terms.traversal import subterms

__all__ = ["Number", "Undefined", "evaluate"]

Number: TypeAlias = int | float | bool


class Undefined(ArithmeticError):
    """The term has no value there: a division by zero, a missing symbol, a rounding of NaN, ..."""


def evaluate(term: Scalar, valuation: Mapping[str, Number]) -> Number:
    """The value of the term, symbols looked up by name.

    Integers and floats follow Python (floor division, IEEE doubles, a division by 0.0 is undefined). A conditional
    ignores its other branch; a conjunction with a false member is false and a disjunction with a true one is true,
    whatever the others do. Raises Undefined.
    """
    if isinstance(term, (int, float)):
        return term
    values: dict[Term, Number | Undefined] = {}
    for part in subterms(term):
        try:
            values[part] = _value(part, values, valuation)
        except (ArithmeticError, ValueError) as error:
            values[part] = Undefined(str(error))
    result = values[term]
    if isinstance(result, Undefined):
        raise result
    return result


_Values: TypeAlias = Mapping[Term, "Number | Undefined"]


def _look(part: Scalar, values: _Values) -> Number:
    value = part if isinstance(part, (int, float)) else values[part]
    if isinstance(value, Undefined):
        raise value
    return value


def _integer(part: Scalar, values: _Values) -> int:
    value = _look(part, values)
    assert isinstance(value, int), "what stands below a term of integers is one, and was refused above if it is not"
    return value


def _value(part: Term, values: _Values, valuation: Mapping[str, Number]) -> Number:
    match part:
        case Symbol(name, sort):
            return _symbol(name, sort, valuation)
        case BoolSymbol(name):
            if name not in valuation:
                raise Undefined(f"{name} has no value")
            return bool(valuation[name])
        case IntTerm():
            return _polynomial(part, values)
        case Apply():
            return _apply(part, values)
        case Ge(term):
            return _integer(term, values) >= 0
        case Eq(term):
            return _integer(term, values) == 0
        case Ne(term):
            return _integer(term, values) != 0
        case FloatCompare(op, left, right):
            return _COMPARE[op](_look(left, values), _look(right, values))
        case Not(arg):
            return not _look(arg, values)
        case And(args):
            return _connective(args, values, absorbing=False)
        case Or(args):
            return _connective(args, values, absorbing=True)


def _symbol(name: str, sort: Sort, valuation: Mapping[str, Number]) -> Number:
    if name not in valuation:
        raise Undefined(f"{name} has no value")
    value = valuation[name]
    if sort is Sort.FLOAT:
        return float(value)
    if not isinstance(value, int):
        raise Undefined(f"{name} = {value} is no integer")
    return int(value)


def _polynomial(term: IntTerm, values: _Values) -> int:
    total = 0
    for monomial, coefficient in term.monomials:
        for atom in monomial:
            coefficient *= _integer(atom, values)
        total += coefficient
    return total


def _connective(args: tuple[Term, ...], values: _Values, *, absorbing: bool) -> bool:
    undefined: Undefined | None = None
    for arg in args:
        value = values[arg]
        if isinstance(value, Undefined):
            undefined = value
        elif bool(value) is absorbing:
            return absorbing
    if undefined is not None:
        raise undefined
    return not absorbing


def _apply(part: Apply, values: _Values) -> Number:
    args = part.args
    if part.fn in ("Ite", "FloatIte"):
        return _look(args[1] if _look(args[0], values) else args[2], values)
    if part.sort is Sort.FLOAT:
        return _float(part, values)
    if part.fn in _ROUND:
        value = _look(args[0], values)
        return _ROUND[part.fn](float(value))
    numbers = [_integer(arg, values) for arg in args]
    if part.fn in ("Max", "Min"):
        return max(numbers) if part.fn == "Max" else min(numbers)
    return _INTEGER[part.fn](numbers[0], numbers[1])


def _float(part: Apply, values: _Values) -> float:
    try:
        return float_function(part.fn, [_look(arg, values) for arg in part.args])
    except UndefinedFloatError as error:
        raise Undefined(str(error)) from error


def _power(base: int, exponent: int) -> int:
    if exponent < 0:
        raise Undefined(f"{base} ** {exponent} is no integer power")
    return natural_power(base, exponent)


def _shift_left(value: int, count: int) -> int:
    return value * _power(2, count)


_COMPARE: Final[dict[str, Callable[[Number, Number], bool]]] = {
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}
_ROUND: Final[dict[str, Callable[[float], int]]] = {
    "TruncToInt": math.trunc,
    "FloorToInt": math.floor,
    "CeilToInt": math.ceil,
    "RoundToInt": round,
}
_INTEGER: Final[dict[str, Callable[[int, int], int]]] = {
    "FloorDiv": int.__floordiv__,
    "Mod": int.__mod__,
    "Pow": _power,
    "LShift": _shift_left,
    "RShift": int.__rshift__,
    "BitAnd": int.__and__,
    "BitOr": int.__or__,
    "BitXor": int.__xor__,
}
