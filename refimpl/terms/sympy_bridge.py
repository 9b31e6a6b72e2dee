"""The one typed bridge to sympy: terms to sympy expressions and back.

sympy ships no types, so its objects are ``sympy.Basic`` outside and ``Any`` only inside this file. The functions
that sympy lacks (floor division with Python's signs, IEEE comparisons, ...) are uninterpreted heads with PyTorch's
names; :func:`evaluate_sympy` gives them their meaning, independently of :mod:`refimpl.terms.evaluate`. Who speaks to
PyTorch passes its own functions, and sympy's (:data:`SYMPY_HEADS`), as the heads.
"""

# sympy is only partly typed: strictness about its unknown types would leave nothing to write here.
# pyright: basic

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias  # Any: see below

import sympy

from refimpl.terms.conditions import eq, ge, gt, land, le, lnot, lor, lt, ne
from refimpl.terms.core import (
    And,
    Apply,
    BoolSymbol,
    Dim,
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
from refimpl.terms.polynomials import add, bool_symbol, multiply, symbol, symbol_atom
from refimpl.terms.reals import float_eq, float_le, float_lt, float_ne
from refimpl.terms.rebuild import SortError, apply_function, to_cond, to_dim
from refimpl.terms.traversal import subterms

__all__ = ["SYMPY_HEADS", "evaluate_sympy", "from_sympy", "to_sympy"]

_Untyped: TypeAlias = Any  # what sympy has, which ships no types

_COMPARISONS: Final[dict[str, Callable[[_Untyped, _Untyped], Scalar]]] = {
    "FloatLt": float_lt,
    "FloatLe": float_le,
    "FloatEq": float_eq,
    "FloatNe": float_ne,
}


def to_sympy(
    term: Scalar,
    heads: Mapping[str, Callable[..., object]] | None = None,
    symbols: Callable[[Symbol], object] | None = None,
) -> sympy.Basic:
    """The term in sympy: integer symbols are ``Symbol(integer=True)``, float symbols ``Symbol(real=True)``.

    ``heads`` gives what stands for a function or connective of that name, an uninterpreted one otherwise (sympy's
    own ``Max`` or ``Mod`` would decide by assumptions about signs that terms do not make); ``symbols`` what stands
    for a symbol.
    """
    done: dict[Term, _Untyped] = {}
    for part in subterms(term):
        done[part] = _part_to_sympy(part, done, heads or {}, symbols or _plain_symbol)
    return _constant(term) if isinstance(term, (int, float)) else done[term]


def _plain_symbol(part: Symbol) -> _Untyped:
    if part.sort is Sort.INT:
        return sympy.Symbol(part.name, integer=True)
    return sympy.Symbol(part.name, real=True)


def _constant(value: float | bool) -> _Untyped:
    if isinstance(value, bool):
        return sympy.true if value else sympy.false
    return sympy.Integer(value) if isinstance(value, int) else sympy.Float(value, precision=53)


def _part_to_sympy(
    part: Term,
    done: Mapping[Term, _Untyped],
    heads: Mapping[str, Callable[..., _Untyped]],
    symbols: Callable[[Symbol], _Untyped],
) -> _Untyped:
    def look(arg: Scalar) -> _Untyped:
        return _constant(arg) if isinstance(arg, (int, float)) else done[arg]

    def head(name: str) -> _Untyped:
        return heads.get(name) or sympy.Function(name)

    match part:
        case Symbol():
            return symbols(part)
        case BoolSymbol(name):
            return sympy.Symbol(name)
        case IntTerm(monomials):
            return sympy.Add(*(sympy.Mul(c, *(look(atom) for atom in m)) for m, c in monomials))
        case Apply(fn, args):
            return head(fn)(*map(look, args))
        case Ge(term):
            return sympy.Ge(look(term), 0, evaluate=False)
        case Eq(term):
            return sympy.Eq(look(term), 0, evaluate=False)
        case Ne(term):
            return sympy.Ne(look(term), 0, evaluate=False)
        case FloatCompare(op, left, right):
            return head(f"Float{op.capitalize()}")(look(left), look(right))
        case Not(arg):
            return head("Not")(look(arg))
        case And(args):
            return head("All")(*map(look, args))
        case Or(args):
            return head("Any")(*map(look, args))


def _choice(condition: _Untyped, then: _Untyped, otherwise: _Untyped) -> _Untyped:
    return sympy.Piecewise((then, condition), (otherwise, True))


SYMPY_HEADS: Final[dict[str, Callable[..., object]]] = {
    "All": sympy.And,
    "Any": sympy.Or,
    "Not": sympy.Not,
    "FloatLt": sympy.Lt,
    "FloatLe": sympy.Le,
    "FloatEq": sympy.Eq,
    "FloatNe": sympy.Ne,
    "FloatAdd": sympy.Add,
    "FloatMul": sympy.Mul,
    "Ite": _choice,
    "FloatIte": _choice,
    "abs": sympy.Abs,
}


def from_sympy(expression: sympy.Basic) -> Scalar:
    """The term of an expression made of sums, products, natural powers, comparisons, connectives and our heads.

    Raises SortError on a wrong sort and ValueError on anything else.
    """
    done: dict[_Untyped, Scalar] = {}
    for part in sympy.postorder_traversal(expression):
        if part not in done:
            done[part] = _part_from_sympy(part, [done[arg] for arg in part.args])
    return done[expression]


def _part_from_sympy(part: _Untyped, args: list[Scalar]) -> Scalar:
    if part is sympy.true or part is sympy.false:
        return bool(part)
    if isinstance(part, sympy.Integer):
        return int(part)
    if isinstance(part, sympy.Float):
        return float(part)
    if isinstance(part, sympy.Symbol):
        return _symbol_from_sympy(part)
    if isinstance(part, (sympy.Add, sympy.Mul)):
        result: Dim = 0 if isinstance(part, sympy.Add) else 1
        for arg in args:
            result = (add if isinstance(part, sympy.Add) else multiply)(result, to_dim(arg))
        return result
    return _function_from_sympy(type(part).__name__, args)


def _symbol_from_sympy(part: _Untyped) -> Scalar:
    if part.is_integer:
        return symbol(str(part.name))
    if part.is_real:
        return symbol_atom(str(part.name), Sort.FLOAT)
    return bool_symbol(str(part.name))


_RELATIONS: Final[dict[str, Callable[[Dim, Dim], Scalar]]] = {
    "GreaterThan": ge,
    "LessThan": le,
    "StrictGreaterThan": gt,
    "StrictLessThan": lt,
    "Equality": eq,
    "Unequality": ne,
}


def _function_from_sympy(name: str, args: list[Scalar]) -> Scalar:
    if name in _RELATIONS:
        return _RELATIONS[name](to_dim(args[0]), to_dim(args[1]))
    if name in _COMPARISONS:
        return _COMPARISONS[name](args[0], args[1])
    match name:
        case "Not":
            return lnot(to_cond(args[0]))
        case "All" | "And":
            return land(*map(to_cond, args))
        case "Any" | "Or":
            return lor(*map(to_cond, args))
        case _:
            try:
                return apply_function(name, args)
            except KeyError as error:
                raise ValueError(f"no term for sympy's {name}") from error


def evaluate_sympy(expression: sympy.Basic, valuation: Mapping[str, int]) -> int | bool:
    """The value of an expression over integer symbols, by sympy's own exact arithmetic (an independent oracle).

    Raises ZeroDivisionError where it is undefined and SortError on floats.
    """
    done: dict[_Untyped, _Untyped] = {}
    for part in sympy.postorder_traversal(expression):
        if part not in done:
            done[part] = _value(part, [done[arg] for arg in part.args], valuation)
    result = done[expression]
    if result is _UNDEFINED:
        raise ZeroDivisionError(f"{expression} is undefined at {dict(valuation)}")
    return bool(result) if result in (sympy.true, sympy.false) else int(result)


def _value(part: _Untyped, args: list[_Untyped], valuation: Mapping[str, int]) -> _Untyped:
    if isinstance(part, sympy.Symbol):
        return sympy.Integer(valuation[part.name])
    if isinstance(part, sympy.Float):
        raise SortError("an integer", float(part))
    if not args:
        return part
    if any(arg is _UNDEFINED for arg in args) and type(part).__name__ != "Ite":
        return _UNDEFINED
    if isinstance(part, (sympy.Add, sympy.Mul, sympy.Pow)):
        return part.func(*args)
    match type(part).__name__, args:
        case "FloorDiv", [p, q]:
            return sympy.floor(p / q) if q != 0 else _UNDEFINED
        case "Mod", [p, q]:
            return p - q * sympy.floor(p / q) if q != 0 else _UNDEFINED
        case name, _:
            return _other_value(name, part, args)


_UNDEFINED: Final = sympy.Symbol("undefined")


def _other_value(name: str, part: _Untyped, args: list[_Untyped]) -> _Untyped:
    match name, args:
        case "Max", _:
            return sympy.Max(*args)
        case "Min", _:
            return sympy.Min(*args)
        case "Ite", [condition, then, otherwise]:
            return condition if condition is _UNDEFINED else (then if bool(condition) else otherwise)
        case "BitAnd", [p, q]:
            return sympy.Integer(int(p) & int(q))
        case "BitOr", [p, q]:
            return sympy.Integer(int(p) | int(q))
        case "BitXor", [p, q]:
            return sympy.Integer(int(p) ^ int(q))
        case "All", _:
            return sympy.And(*args)
        case "Any", _:
            return sympy.Or(*args)
        case _ if isinstance(part, sympy.core.relational.Relational):
            return part.func(*args)
        case _:
            raise ValueError(f"no integer value for sympy's {name}")
