"""Expressions in the archive's prefix text, for writing archives.

Python's operators write text: ``symbol("u0") * 2`` is ``Mul(Symbol('u0', integer=True), Integer(2))``. Nothing is
simplified, so that a test can write any form; the hint is computed when all operands have one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

__all__ = ["Expression", "Number", "apply", "as_expression", "float_symbol", "piecewise", "raw", "symbol"]

Number: TypeAlias = int | float | bool
_Sort: TypeAlias = Literal["int", "float", "bool"]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression: its prefix text, its sort, and its value on the example inputs (None if unbacked)."""

    text: str
    sort: _Sort = "int"
    hint: Number | None = None

    def __add__(self, other: Expression | int) -> Expression:
        return apply("Add", self, other)

    def __radd__(self, other: int) -> Expression:
        return apply("Add", other, self)

    def __sub__(self, other: Expression | int) -> Expression:
        return apply("Add", self, -as_expression(other))

    def __rsub__(self, other: int) -> Expression:
        return apply("Add", other, -self)

    def __mul__(self, other: Expression | int) -> Expression:
        return apply("Mul", self, other)

    def __rmul__(self, other: int) -> Expression:
        return apply("Mul", other, self)

    def __neg__(self) -> Expression:
        return apply("Mul", -1, self)

    def __floordiv__(self, other: Expression | int) -> Expression:
        return apply("FloorDiv", self, other)

    def __mod__(self, other: Expression | int) -> Expression:
        return apply("Mod", self, other)

    def __pow__(self, other: Expression | int) -> Expression:
        return apply("Pow", self, other)

    def __ge__(self, other: Expression | Number) -> Expression:
        return apply("GreaterThan", self, other)

    def __gt__(self, other: Expression | Number) -> Expression:
        return apply("StrictGreaterThan", self, other)

    def __le__(self, other: Expression | Number) -> Expression:
        return apply("LessThan", self, other)

    def __lt__(self, other: Expression | Number) -> Expression:
        return apply("StrictLessThan", self, other)

    def eq(self, other: Expression | Number) -> Expression:
        """``self == other``; Python's own ``==`` stays identity."""
        return apply("Equality", self, other)

    def ne(self, other: Expression | Number) -> Expression:
        """``self != other``."""
        return apply("Unequality", self, other)


def symbol(name: str, *, hint: int | None = None, positive: bool = False) -> Expression:
    """An integer symbol."""
    assumptions = "positive=True, integer=True" if positive else "integer=True"
    return Expression(f"Symbol({name!r}, {assumptions})", "int", hint)


def float_symbol(name: str) -> Expression:
    """A float symbol, which is always unbacked."""
    return Expression(f"Symbol({name!r})", "float")


def raw(text: str, sort: _Sort = "int", hint: Number | None = None) -> Expression:
    """Any text, as it is: for archives that no exporter writes."""
    return Expression(text, sort, hint)


def as_expression(value: Expression | Number) -> Expression:
    """A constant as an expression; an expression as it is."""
    match value:
        case Expression():
            return value
        case bool():
            return Expression("true" if value else "false", "bool", value)
        case int():
            return Expression(f"Integer({value})", "int", value)
        case float():
            return Expression(f"Float('{value!r}', precision=53)", "float", value)


_BOOLEAN: Final = frozenset(
    ("GreaterThan", "StrictGreaterThan", "LessThan", "StrictLessThan", "Equality", "Unequality", "And", "Or", "Not")
)
_FLOATING: Final = frozenset(("ToFloat", "FloatTrueDiv", "IntTrueDiv", "FloatPow"))


def _evaluated(function: str, args: list[Number]) -> Number | None:
    """The value on numbers, or None if the function has no obvious one."""
    first, last = args[0], args[-1]
    match function:
        case "Add":
            return sum(args)
        case "Mul":
            return math.prod(args)
        case "FloorDiv":
            return first // last
        case "Mod" | "PythonMod":
            return first % last
        case "Pow" | "PowByNatural" | "FloatPow":
            return math.pow(first, last) if isinstance(first, float) else int(first) ** abs(int(last))
        case "Max":
            return max(args)
        case "Min":
            return min(args)
        case "And":
            return all(args)
        case "Or":
            return any(args)
        case "Not":
            return not first
        case "ToFloat":
            return float(first)
        case "TruncToInt":
            return math.trunc(first)
        case "FloorToInt":
            return math.floor(first)
        case "CeilToInt":
            return math.ceil(first)
        case "IntTrueDiv" | "FloatTrueDiv":
            return first / last
        case _:
            return _compared(function, first, last)


def _compared(function: str, first: Number, last: Number) -> bool | None:
    match function:
        case "GreaterThan":
            return first >= last
        case "StrictGreaterThan":
            return first > last
        case "LessThan":
            return first <= last
        case "StrictLessThan":
            return first < last
        case "Equality":
            return first == last
        case "Unequality":
            return first != last
        case _:
            return None


def apply(function: str, *args: Expression | Number) -> Expression:
    """``function(args...)``, such as ``apply("Max", 1, u0)``, with a hint if its arguments have hints."""
    operands = [as_expression(arg) for arg in args]
    text = f"{function}({', '.join(operand.text for operand in operands)})"
    hints = [operand.hint for operand in operands if operand.hint is not None]
    hint = _evaluated(function, hints) if hints and len(hints) == len(operands) else None
    return Expression(text, _sort(function, operands), hint)


def _sort(function: str, operands: list[Expression]) -> _Sort:
    if function in _BOOLEAN:
        return "bool"
    if function in _FLOATING or function.startswith("OpaqueUnaryFn_"):
        return "float"
    if function in ("Add", "Mul", "Max", "Min") and any(operand.sort == "float" for operand in operands):
        return "float"
    return "int"


def piecewise(*cases: tuple[Expression | int, Expression | bool]) -> Expression:
    """``Piecewise`` of (value, condition) pairs; the last condition is usually True."""
    pairs = ", ".join(f"ExprCondPair({as_expression(v).text}, {as_expression(c).text})" for v, c in cases)
    return Expression(f"Piecewise({pairs})")
