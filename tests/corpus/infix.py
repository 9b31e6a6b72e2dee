"""The value of an expression as PyTorch prints it, at given sizes: an independent, tiny reading of the text."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Number", "infix_value"]

Number: TypeAlias = "int | float | bool"


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.FloorDiv():
            return left // right
        case ast.Mod():
            return left % right
        case ast.Pow():
            return float(left) ** float(right) if isinstance(right, float) else left ** int(right)
        case ast.BitAnd():
            return bool(left) and bool(right)
        case ast.BitOr():
            return bool(left) or bool(right)
        case _:
            raise ValueError(f"no operator: {ast.dump(op)}")


def _compare(op: ast.cmpop, left: Number, right: Number) -> bool:
    match op:
        case ast.Lt():
            return left < right
        case ast.LtE():
            return left <= right
        case ast.Gt():
            return left > right
        case ast.GtE():
            return left >= right
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case _:
            raise ValueError(f"no comparison: {ast.dump(op)}")


def _call(name: str, args: list[Number]) -> Number:
    match name, args:
        case "Max", _:
            return max(args)
        case "Min", _:
            return min(args)
        case "Mod" | "PythonMod", [left, right]:
            return left % right
        case "FloorDiv", [left, right]:
            return left // right
        case "Eq", [left, right]:
            return left == right
        case "Ne", [left, right]:
            return left != right
        case "ToFloat", [value]:
            return float(value)
        case "TruncToInt", [value]:
            return math.trunc(value)
        case "FloorToInt", [value]:
            return math.floor(value)
        case "CeilToInt", [value]:
            return math.ceil(value)
        case "IntTrueDiv" | "FloatTrueDiv", [left, right]:
            return left / right
        case "FloatPow", [left, right]:
            return math.pow(left, right)
        case "PowByNatural" | "Pow", [left, right]:
            return left ** int(right)
        case "OpaqueUnaryFn_sqrt" | "sqrt", [value]:
            return math.sqrt(value)
        case _:
            raise ValueError(f"no function: {name} of {len(args)}")


def infix_value(text: str, sizes: Mapping[str, Number]) -> Number:
    """The value of the text. Raises KeyError on an unknown name and ValueError on anything that is no expression."""
    return _value(ast.parse(text.strip(), mode="eval").body, sizes)


def _value(tree: ast.expr, sizes: Mapping[str, Number]) -> Number:
    match tree:
        case ast.Constant(value=bool() | int() | float() as value):
            return value
        case ast.Name(id=name):
            return sizes[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left, sizes), _value(right, sizes))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, sizes)
        case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
            return not _value(operand, sizes)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, _value(left, sizes), _value(right, sizes))
        case ast.Call(func=ast.Name(id="Piecewise"), args=args):
            return _piecewise(args, sizes)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_value(arg, sizes) for arg in args])
        case _:
            raise ValueError(f"no expression: {ast.dump(tree):.80}")


def _piecewise(pairs: list[ast.expr], sizes: Mapping[str, Number]) -> Number:
    for pair in pairs:
        assert isinstance(pair, ast.Tuple)
        value, condition = pair.elts
        if _value(condition, sizes):
            return _value(value, sizes)
    raise ValueError("no case of the Piecewise applies")
