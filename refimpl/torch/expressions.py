"""Expressions: those of a live PyTorch (sympy, with the functions of ``torch.utils._sympy.functions``) and ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Protocol, cast, final

from refimpl.export._operations import Refused, apply_function, choose, is_bool
from refimpl.terms import Scalar, Sort, Symbol, TermTooLargeError, float_symbol, symbol, symbol_atom, to_text
from refimpl.torch._imports import attribute

__all__ = ["Unreadable", "from_torch_expression", "from_torch_symbol", "to_torch_expression", "torch_symbol"]


@final
class Unreadable(ValueError):
    """A value of PyTorch that has no counterpart here: ``text`` is the value's, ``reason`` says what is unknown."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text}: {reason}")
        self.text = text
        self.reason = reason


class _Expression(Protocol):
    """The part of ``sympy.Basic`` that is read; reading it evaluates and caches nothing in an environment."""

    args: tuple[_Expression, ...]
    name: str
    is_integer: bool | None
    is_real: bool | None
    is_nonnegative: bool | None
    free_symbols: set[object]

    def could_extract_minus_sign(self) -> bool: ...

    def __int__(self) -> int: ...

    def __float__(self) -> float: ...


_INTEGERS: Final = frozenset(("Integer", "Zero", "One", "NegativeOne"))
_FLOATS: Final[Mapping[str, float]] = {"Infinity": math.inf, "NegativeInfinity": -math.inf, "NaN": math.nan}
_BOOLEANS: Final[Mapping[str, bool]] = {"BooleanTrue": True, "BooleanFalse": False}


@final
class _Pair:
    """``ExprCondPair``, which occurs only inside ``Piecewise``."""

    __slots__ = ("condition", "value")

    def __init__(self, value: Scalar, condition: Scalar) -> None:
        self.value = value
        self.condition = condition


def from_torch_expression(expression: object) -> Scalar:
    """The term of an expression or plain number. Raises `Unreadable` for what the term language does not have."""
    if isinstance(expression, (bool, int, float)):
        return expression
    # sympy ships no types: the cast names the part of its interface that is read.
    root = cast("_Expression", expression)  # see above
    done: dict[_Expression, Scalar | _Pair] = {}
    stack = [root]
    while stack:
        part = stack[-1]
        if part in done:
            stack.pop()
            continue
        missing = [arg for arg in _arguments(part) if arg not in done]
        if missing:
            stack += missing
            continue
        stack.pop()
        try:
            done[part] = _part(part, [done[arg] for arg in _arguments(part)])
        except (Refused, TermTooLargeError) as error:
            raise Unreadable(str(root), str(error)) from error
    result = done[root]
    if isinstance(result, _Pair):
        raise Unreadable(str(root), "a pair of value and condition stands alone")
    return result


def _arguments(part: _Expression) -> tuple[_Expression, ...]:
    found = getattr(part, "args", None)
    if found is None:
        raise Unreadable(str(part), f"a {type(part).__name__} is no expression")
    return part.args


def _part(part: _Expression, args: list[Scalar | _Pair]) -> Scalar | _Pair:
    kind = type(part).__name__
    if kind == "Symbol":
        return _symbol_term(part)
    if kind in _INTEGERS:
        return int(part)
    if kind == "Float":
        return float(part)
    if kind in _FLOATS:
        return _FLOATS[kind]
    if kind in _BOOLEANS:
        return _BOOLEANS[kind]
    if kind == "Piecewise":
        return _piecewise(args)
    values = [arg for arg in args if not isinstance(arg, _Pair)]
    if kind == "ExprCondPair":
        return _Pair(values[0], values[1])
    if len(values) != len(args) or not args:
        raise Refused(f"{kind} has no term")
    return apply_function(kind, values)


def _piecewise(args: list[Scalar | _Pair]) -> Scalar:
    pairs = [arg for arg in args if isinstance(arg, _Pair)]
    if not pairs or len(pairs) != len(args) or pairs[-1].condition is not True:
        raise Refused("the last condition of a Piecewise is not true")
    result = pairs[-1].value
    for pair in reversed(pairs[:-1]):
        if not is_bool(pair.condition):
            raise Refused("a Piecewise has a condition that is none")
        result = choose(pair.condition, pair.value, result)
    return result


def _symbol_term(part: _Expression) -> Scalar:
    match _sort(part):
        case Sort.INT:
            return symbol(str(part.name))
        case Sort.FLOAT:
            return float_symbol(str(part.name))
        case _:
            raise Refused(f"the symbol {part.name} is neither an integer nor a float")


def _sort(part: _Expression) -> Sort | None:
    if part.is_integer:
        return Sort.INT
    # Unbacked floats (``zuf0``) are declared nothing at all, because NaN is not real.
    return Sort.FLOAT if part.is_real or str(part.name).startswith("zuf") else None


def from_torch_symbol(expression: object) -> Symbol:
    """The symbol that the expression is. Raises `Unreadable` for any other expression."""
    part = cast("_Expression", expression)  # sympy ships no types
    sort = _sort(part) if type(expression).__name__ == "Symbol" else None
    if sort is None:
        raise Unreadable(str(expression), "it is no symbol of an integer or float")
    return symbol_atom(str(part.name), sort)


def torch_symbol(part: Symbol, *, positive: bool = False) -> object:
    """The ``sympy.Symbol`` as PyTorch makes it: backed sizes are declared positive, unbacked floats nothing.

    Two symbols of one name that differ in assumptions are two: whoever speaks to one environment keeps one each.
    """
    make = cast("Callable[..., object]", attribute("sympy", "Symbol"))  # type: ignore[explicit-any]  # keywords of assumptions
    if part.sort is Sort.INT:
        return make(part.name, positive=True, integer=True) if positive else make(part.name, integer=True)
    return make(part.name) if part.name.startswith("zuf") else make(part.name, real=True)


def to_torch_expression(term: Scalar, symbols: Callable[[Symbol], object] = torch_symbol) -> object:
    """The term as PyTorch would write it; ``symbols`` gives the live symbol of each of ours.

    PyTorch's functions may evaluate to something equal. Raises `Unreadable` for the modulus of floats, which
    PyTorch has no function for.
    """
    from refimpl.terms.sympy_bridge import to_sympy

    try:
        return _two_sided(to_sympy(term, _heads(), symbols))
    except LookupError as error:
        raise Unreadable(to_text(term), str(error)) from error


def _two_sided(expression: object) -> object:
    """Comparisons with zero as people and PyTorch write them, ``Eq(u0, 1)`` for ``Eq(u0 - 1, 0)``.

    PyTorch recognizes some forms by their sides: the symbol of a boolean, a bound of one symbol.
    """
    part = cast("_Expression", expression)  # sympy ships no types
    kind = type(expression).__name__
    if kind in ("And", "Or", "Not"):
        return _make(kind, *[_two_sided(arg) for arg in part.args])
    if kind not in _MIRRORED or type(part.args[0]).__name__ != "Add" or type(part.args[1]).__name__ != "Zero":
        return expression
    left, right = _apart(part.args[0])
    if not left.free_symbols:
        return _make(_MIRRORED[kind], right, left)
    strict = _less_one(right) if kind == "GreaterThan" and right.free_symbols else None
    if strict is None:
        return _make(kind, left, right)
    return _make("Gt", left, strict) if str(left) < str(strict) else _make("Lt", strict, left)


_MIRRORED: Final = {"Equality": "Equality", "Unequality": "Unequality", "GreaterThan": "LessThan"}


def _less_one(total: _Expression) -> object | None:
    """The sum less one if one is what it ends with: what is at least a sum and one is greater than the sum."""
    if type(total).__name__ != "Add" or not any(type(summand).__name__ == "One" for summand in total.args):
        return None
    return _make("Add", total, -1)


def _apart(total: _Expression) -> tuple[_Expression, _Expression]:
    """A sum as a difference of two without negative coefficients."""
    plus: list[_Expression] = []
    minus: list[_Expression] = []
    for summand in total.args:
        (minus if summand.could_extract_minus_sign() else plus).append(summand)
    negated = [_make("Mul", -1, summand) for summand in minus]
    return cast("_Expression", _make("Add", *plus)), cast("_Expression", _make("Add", *negated))  # sums again


def _make(name: str, *args: object) -> object:
    return cast("Callable[..., object]", attribute("sympy", name))(*args)  # type: ignore[explicit-any]  # as above


_HEADS: Final[Mapping[str, str]] = {
    "Max": "Max",
    "Min": "Min",
    "FloatMax": "Max",
    "FloatMin": "Min",
    "FloorDiv": "FloorDiv",
    "Pow": "PowByNatural",
    "FloatPow": "FloatPow",
    "FloatTrueDiv": "FloatTrueDiv",
    "IntTrueDiv": "IntTrueDiv",
    "ToFloat": "ToFloat",
    "TruncToInt": "TruncToInt",
    "FloorToInt": "FloorToInt",
    "CeilToInt": "CeilToInt",
    "RoundToInt": "RoundToInt",
    "LShift": "LShift",
    "RShift": "RShift",
    "BitAnd": "BitwiseFn_bitwise_and",
    "BitOr": "BitwiseFn_bitwise_or",
    "BitXor": "BitwiseFn_bitwise_xor",
}
_UNARY: Final = (
    "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
)  # fmt: skip
_MODULE: Final = "torch.utils._sympy.functions"


@cache
def _heads() -> dict[str, Callable[..., object]]:  # type: ignore[explicit-any]  # functions of any number of arguments
    from refimpl.terms.sympy_bridge import SYMPY_HEADS

    heads = dict(SYMPY_HEADS)
    names = {**_HEADS, **{name: f"OpaqueUnaryFn_{name}" for name in _UNARY}}
    for name, theirs in names.items():
        heads[name] = cast("Callable[..., object]", attribute(_MODULE, theirs))  # type: ignore[explicit-any]  # see above
    heads["Mod"] = _mod
    heads["FloatMod"] = heads["FloatFloorDiv"] = _no_function
    return heads


def _mod(left: _Expression, right: _Expression) -> object:
    # ``Mod`` is C's where a sign may be negative, ``PythonMod`` is Python's.
    natural = left.is_nonnegative and right.is_nonnegative
    function = attribute(_MODULE, "Mod" if natural else "PythonMod")
    return cast("Callable[[object, object], object]", function)(left, right)  # see above


def _no_function(*_: object) -> object:
    raise LookupError("PyTorch has no such function of floats")
