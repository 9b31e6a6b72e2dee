"""What terms mean, constructor by constructor, in plain Python: it shares nothing with the product's evaluator.

A valuation gives each symbol a number; the value of a term is a number, or None where it is undefined. Whole questions
are answered by trying every valuation of a small box.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, TypeAlias, assert_never

from refimpl.terms import (
    And,
    Apply,
    BoolSymbol,
    Cond,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Scalar,
    Symbol,
)

__all__ = ["FUNCTIONS", "Value", "counterexamples", "denote", "holds", "valuations"]

Value: TypeAlias = int | float | bool


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, int) and isinstance(exponent, int) and exponent < 0:
        raise ValueError("no integer")
    found: object = base**exponent
    if isinstance(found, (int, float)):
        return found
    raise ValueError("no real number")


def _whole(value: Value) -> int:
    if isinstance(value, int):
        return int(value)
    raise ValueError("no integer")


def _bits(combine: Callable[[int, int], int]) -> Callable[[Sequence[Value]], Value]:
    return lambda a: combine(_whole(a[0]), _whole(a[1]))


# By Python's own operators; what raises is undefined. `Ite` and `FloatIte` are not here: they look at one branch.
FUNCTIONS: Final[Mapping[str, Callable[[Sequence[Value]], Value]]] = {
    "FloorDiv": lambda a: a[0] // a[1],
    "Mod": lambda a: a[0] % a[1],
    "Max": max,
    "Min": min,
    "Pow": lambda a: _power(a[0], a[1]),
    "TruncToInt": lambda a: math.trunc(a[0]),
    "FloorToInt": lambda a: math.floor(a[0]),
    "CeilToInt": lambda a: math.ceil(a[0]),
    "RoundToInt": lambda a: round(a[0]),
    "LShift": _bits(lambda a, b: a << b),
    "RShift": _bits(lambda a, b: a >> b),
    "BitAnd": _bits(lambda a, b: a & b),
    "BitOr": _bits(lambda a, b: a | b),
    "BitXor": _bits(lambda a, b: a ^ b),
    "ToFloat": lambda a: float(a[0]),
    "FloatTrueDiv": lambda a: a[0] / a[1],
    "IntTrueDiv": lambda a: a[0] / a[1],
    "FloatPow": lambda a: _power(a[0], a[1]),
    "FloatAdd": lambda a: a[0] + a[1],
    "FloatMul": lambda a: a[0] * a[1],
    "FloatMax": max,
    "FloatMin": min,
    "FloatMod": lambda a: a[0] % a[1],
    "FloatFloorDiv": lambda a: a[0] // a[1],
    "sqrt": lambda a: math.sqrt(a[0]),
    "cos": lambda a: math.cos(a[0]),
    "cosh": lambda a: math.cosh(a[0]),
    "sin": lambda a: math.sin(a[0]),
    "sinh": lambda a: math.sinh(a[0]),
    "tan": lambda a: math.tan(a[0]),
    "tanh": lambda a: math.tanh(a[0]),
    "asin": lambda a: math.asin(a[0]),
    "acos": lambda a: math.acos(a[0]),
    "atan": lambda a: math.atan(a[0]),
    "exp": lambda a: math.exp(a[0]),
    "log": lambda a: math.log(a[0]),
    "log2": lambda a: math.log2(a[0]),
    "asinh": lambda a: math.asinh(a[0]),
    "abs": lambda a: abs(a[0]),
}
_COMPARE: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}


def denote(term: Scalar, valuation: Mapping[str, Value]) -> Value | None:
    """The value of a term, None where it is undefined. Raises KeyError for a constructor that is not modelled here."""
    match term:
        case bool() | int() | float():
            return term
        case Symbol(name) | BoolSymbol(name):
            return valuation[name]
        case IntTerm():
            total = 0
            for monomial, coefficient in term.monomials:
                factors = [denote(atom, valuation) for atom in monomial]
                if None in factors:
                    return None
                total += coefficient * math.prod(_whole(factor) for factor in factors if factor is not None)
            return total
        case Apply():
            return _applied(term, valuation)
        case Ge() | Eq() | Ne():
            value = denote(term.term, valuation)
            relation = operator.ge if isinstance(term, Ge) else operator.eq if isinstance(term, Eq) else operator.ne
            return None if value is None else relation(value, 0)
        case FloatCompare(op, left, right):
            a, b = denote(left, valuation), denote(right, valuation)
            return None if a is None or b is None else _COMPARE[op](a, b)
        case Not(argument):
            truth = denote(argument, valuation)
            return None if truth is None else not truth
        case And(arguments):
            return _connected([denote(part, valuation) for part in arguments], False)
        case Or(arguments):
            return _connected([denote(part, valuation) for part in arguments], True)
        case _:
            assert_never(term)


def _connected(parts: Sequence[Value | None], decisive: bool) -> bool | None:
    """One decisive part is enough, whatever the others are."""
    if any(part is not None and bool(part) is decisive for part in parts):
        return decisive
    return None if None in parts else not decisive


def _applied(term: Apply, valuation: Mapping[str, Value]) -> Value | None:
    if term.fn in ("Ite", "FloatIte"):
        test, then, otherwise = term.args
        truth = denote(test, valuation)
        return None if truth is None else denote(then if truth else otherwise, valuation)
    arguments = [denote(argument, valuation) for argument in term.args]
    known = [argument for argument in arguments if argument is not None]
    if len(known) < len(arguments):
        return None
    try:
        return FUNCTIONS[term.fn](known)
    except (ArithmeticError, ValueError):
        return None


def holds(condition: Cond, valuation: Mapping[str, Value]) -> bool:
    """Whether the condition is defined and true."""
    return denote(condition, valuation) is True


def valuations(box: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Value]]:
    """Every valuation of a box."""
    for values in product(*box.values()):
        yield dict(zip(box, values, strict=True))


def counterexamples(
    hypotheses: Iterable[Cond], goal: Cond, box: Mapping[str, Sequence[Value]]
) -> Iterator[dict[str, Value]]:
    """The valuations of the box that satisfy every hypothesis and not the goal."""
    given = tuple(hypotheses)
    for valuation in valuations(box):
        if all(holds(condition, valuation) for condition in given) and not holds(goal, valuation):
            yield valuation
