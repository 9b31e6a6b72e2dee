"""The value of an archive's prefix text (``Add(Symbol('u0', integer=True), Integer(1))``) on plain integers.

An independent, tiny reading: it shares no code with the product's parser and terms.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

__all__ = ["Valuation", "prefix_symbols", "prefix_value"]

Valuation: TypeAlias = Mapping[str, int]
Number: TypeAlias = int | float


_FUNCTIONS: Final[Mapping[str, Callable[[list[Number]], Number]]] = {
    "Add": sum,
    "Mul": math.prod,
    "FloorDiv": lambda args: args[0] // args[1],
    "Mod": lambda args: args[0] % args[1],
    "PythonMod": lambda args: args[0] % args[1],
    "Max": max,
    "Min": min,
    "GreaterThan": lambda args: args[0] >= args[1],
    "StrictGreaterThan": lambda args: args[0] > args[1],
    "LessThan": lambda args: args[0] <= args[1],
    "StrictLessThan": lambda args: args[0] < args[1],
    "Equality": lambda args: args[0] == args[1],
    "Unequality": lambda args: args[0] != args[1],
    "And": all,
    "Or": any,
    "Not": lambda args: not args[0],
    "ToFloat": lambda args: float(args[0]),
}


def prefix_value(text: str, valuation: Valuation) -> Number:
    """The value at a valuation. Raises KeyError for a symbol or function that has none."""
    return _value(ast.parse(text, mode="eval").body, valuation)


def _value(node: ast.expr, valuation: Valuation) -> Number:
    match node:
        case ast.Name(id="true"):
            return True
        case ast.Name(id="false"):
            return False
        case ast.Constant(value=bool() | int() | float() as constant):
            return constant
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, valuation)
        case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str(name)), *_]):
            return valuation[name]
        case ast.Call(func=ast.Name(id="Integer"), args=[number]):
            return _value(number, valuation)
        case ast.Call(func=ast.Name(id="Float"), args=[ast.Constant(value=str(digits)), *_]):
            return float(digits)
        case ast.Call(func=ast.Name(id="Piecewise"), args=pairs):
            return _piecewise(pairs, valuation)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name]([_value(arg, valuation) for arg in args])
        case _:
            raise KeyError(ast.dump(node))


def _piecewise(pairs: list[ast.expr], valuation: Valuation) -> Number:
    for pair in pairs:
        match pair:
            case ast.Call(func=ast.Name(id="ExprCondPair"), args=[value, condition]):
                if _value(condition, valuation):
                    return _value(value, valuation)
            case _:
                raise KeyError(ast.dump(pair))
    raise KeyError("no case applies")


def prefix_symbols(text: str) -> frozenset[str]:
    """The names of the symbols in the text."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text, mode="eval")):
        match node:
            case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str(name)), *_]):
                found.add(name)
            case _:
                pass
    return frozenset(found)
