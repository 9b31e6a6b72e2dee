"""The project's own parser of ``guards_code``: what the caller's sizes must satisfy, as Python text.

``L['xs'][0].size()[1] >= 2 and L['k'] % 4 != 0`` becomes a condition over the recorded sizes of the inputs. Text
outside the grammar is kept with the reason; whatever depends on it is unknown, it is not an error of the archive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from refimpl.export._operations import Refused, apply_function, choose, is_bool, is_int, negate, subtract
from refimpl.export.input_tree import Step
from refimpl.export.limits import Limits
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Scalar, TermTooLargeError

__all__ = ["Guard", "InputLookup", "NameLookup", "UnreadGuard", "read_guard", "read_infix"]

InputLookup: TypeAlias = Callable[[Sequence[Step]], "FakeTensor | Scalar | None"]
"""The recorded value of the input at a path such as ``("xs", 0)``, or None if there is none."""

NameLookup: TypeAlias = Callable[[str], "Scalar | None"]
"""The symbol of that name, or None if there is none."""

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:e[-+]?[0-9]+)?)"
    r"|(?P<name>(?:math\.|torch\.)?[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<string>'[^'\\\n]*'|\"[^\"\\\n]*\")"
    r"|(?P<operator>\*\*|//|<=|>=|==|!=|<<|>>|[-+*/%()\[\],.<>&|^]))"
)
_BINARY: Final = {
    "|": (5, "BitwiseFn_bitwise_or"),
    "^": (6, "BitwiseFn_bitwise_xor"),
    "&": (7, "BitwiseFn_bitwise_and"),
    "<<": (8, "LShift"),
    ">>": (8, "RShift"),
    "+": (9, "Add"),
    "-": (9, ""),
    "*": (10, "Mul"),
    "/": (10, ""),
    "//": (10, "FloorDiv"),
    "%": (10, "PythonMod"),
    "**": (12, "Pow"),
}
_COMPARISONS: Final = {
    ">=": "GreaterThan",
    ">": "StrictGreaterThan",
    "<=": "LessThan",
    "<": "StrictLessThan",
    "==": "Equality",
    "!=": "Unequality",
}
_COMPARISON_LEVEL: Final = 4
_UNARY_LEVEL: Final = 11
_FUNCTIONS: Final = {
    "max": "Max", "Max": "Max", "torch.sym_max": "Max", "min": "Min", "Min": "Min", "torch.sym_min": "Min",
    "abs": "Abs", "Abs": "Abs", "round": "RoundToInt", "float": "ToFloat", "torch.sym_float": "ToFloat",
    "math.trunc": "TruncToInt", "math.floor": "FloorToInt", "math.ceil": "CeilToInt", "torch.sym_ite": "Where",
    "torch.sym_not": "Not", "torch._sym_sqrt": "OpaqueUnaryFn_sqrt", "Eq": "Equality", "Ne": "Unequality",
    "Ge": "GreaterThan", "Gt": "StrictGreaterThan", "Le": "LessThan", "Lt": "StrictLessThan",
}  # fmt: skip
_SAME_NAME: Final = frozenset(
    ("Mod", "PythonMod", "FloorDiv", "CleanDiv", "CeilDiv", "ModularIndexing", "PowByNatural", "Where", "ToFloat",
     "TruncToInt", "FloorToInt", "CeilToInt", "RoundToInt", "IntTrueDiv", "FloatTrueDiv", "FloatPow", "LShift",
     "RShift", "And", "Or", "Not", "Identity", "IsNonOverlappingAndDenseIndicator")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard on the inputs: its text and the condition it states."""

    text: str
    condition: Cond


@dataclass(frozen=True, slots=True)
class UnreadGuard:
    """A guard that this reader does not understand, and why."""

    text: str
    reason: str


class _Unread(ValueError):
    """Text outside the grammar."""


def read_guard(text: str, lookup: InputLookup, limits: Limits | None = None) -> Guard | UnreadGuard:
    """The condition that a guard's text states about the inputs; never raises for any text."""
    read = _read(text, lookup, _no_names, limits or Limits())
    if isinstance(read, UnreadGuard):
        return read
    return Guard(text, read) if is_bool(read) else UnreadGuard(text, "is no condition but a number")


def read_infix(text: str, names: NameLookup, limits: Limits) -> Scalar | UnreadGuard:
    """The term that an infix expression over symbols (``2*s9``) denotes; never raises for any text."""
    return _read(text, _no_inputs, names, limits)


def _read(text: str, inputs: InputLookup, names: NameLookup, limits: Limits) -> Scalar | UnreadGuard:
    if len(text) > limits.expression_characters:
        return UnreadGuard(text[:100], f"the text has more than {limits.expression_characters} characters")
    try:
        return _Parser(_tokens(text, limits), inputs, names, limits.expression_depth).whole()
    except (_Unread, Refused, TermTooLargeError) as error:
        return UnreadGuard(text, str(error))


def _no_names(name: str) -> None:
    del name


def _no_inputs(path: Sequence[Step]) -> None:
    del path


def _tokens(text: str, limits: Limits) -> list[str]:
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None:
            raise _Unread(f"unexpected {text[position : position + 20]!a} at position {position}")
        found = token.group().strip()
        if token["number"] and len(found) > limits.integer_digits:
            raise _Unread(f"a number of more than {limits.integer_digits} digits")
        tokens.append(found)
        position = token.end()
    return tokens


class _Parser:
    """Precedence climbing over Python's operators; terms are built on the way."""

    __slots__ = ("_at", "_depth", "_inputs", "_max_depth", "_names", "_tokens")

    def __init__(self, tokens: list[str], inputs: InputLookup, names: NameLookup, max_depth: int) -> None:
        self._tokens = tokens
        self._inputs = inputs
        self._names = names
        self._max_depth = max_depth
        self._at = 0
        self._depth = 0

    def whole(self) -> Scalar:
        value = self._expression(0)
        if self._at < len(self._tokens):
            raise _Unread(f"unexpected {self._peek()!a} after the end of the expression")
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str | None = None) -> str:
        token = self._peek()
        if not token or (wanted is not None and token != wanted):
            raise _Unread(f"expected {wanted or 'more'!a}, found {token or 'the end'!a}")
        self._at += 1
        return token

    def _expression(self, level: int) -> Scalar:
        self._depth += 1
        if self._depth > self._max_depth:
            raise _Unread(f"nests more than {self._max_depth} deep")
        value = self._prefix()
        while True:
            token = self._peek()
            if token in _BINARY and _BINARY[token][0] >= max(level, 1):
                value = self._binary(value)
            elif token in _COMPARISONS and level <= _COMPARISON_LEVEL:
                value = self._comparisons(value)
            elif token == "and" and level <= 2:
                value = self._joined("And", value, 3)
            elif token == "or" and level <= 1:
                value = self._joined("Or", value, 2)
            elif token == "if" and level == 0:
                value = self._ternary(value)
            else:
                break
        self._depth -= 1
        return value

    def _prefix(self) -> Scalar:
        token = self._take()
        if token == "-":
            return negate(self._expression(_UNARY_LEVEL))
        if token == "+":
            return self._expression(_UNARY_LEVEL)
        if token == "not":
            return apply_function("Not", (self._expression(_COMPARISON_LEVEL),))
        if token == "(":
            value = self._expression(0)
            self._take(")")
            return value
        if token[0].isdigit() or (token[0] == "." and token != "."):
            return int(token) if token.isdigit() else float(token)
        if token in ("True", "False"):
            return token == "True"
        if token == "L" and self._peek() == "[":
            return self._input()
        if self._peek() == "(":
            return self._call(token)
        named = self._names(token)
        if named is None:
            raise _Unread(f"{token!a} is no number, input or known function")
        return named

    def _binary(self, left: Scalar) -> Scalar:
        token = self._take()
        level, name = _BINARY[token]
        # Only the power binds to the right, and its exponent may have a sign.
        right = self._expression(_UNARY_LEVEL if token == "**" else level + 1)
        if token == "-":
            return subtract(left, right)
        if token == "/":
            name = "IntTrueDiv" if is_int(left) and is_int(right) else "FloatTrueDiv"
        return apply_function(name, (left, right))

    def _comparisons(self, left: Scalar) -> Scalar:
        """``a <= b < c`` is ``a <= b and b < c``."""
        conditions: list[Scalar] = []
        while self._peek() in _COMPARISONS:
            name = _COMPARISONS[self._take()]
            right = self._expression(_COMPARISON_LEVEL + 1)
            conditions.append(apply_function(name, (left, right)))
            left = right
        return apply_function("And", conditions)

    def _joined(self, name: str, left: Scalar, level: int) -> Scalar:
        self._take()
        return apply_function(name, (left, self._expression(level)))

    def _ternary(self, then: Scalar) -> Scalar:
        self._take("if")
        condition = self._expression(1)
        self._take("else")
        otherwise = self._expression(0)
        if not is_bool(condition):
            raise _Unread("the condition of 'if' is a number")
        return choose(condition, then, otherwise)

    def _call(self, token: str) -> Scalar:
        name = _FUNCTIONS.get(token) or (token if token in _SAME_NAME or token.startswith("OpaqueUnaryFn_") else None)
        if name is None and token.startswith("math."):
            name = f"OpaqueUnaryFn_{token.removeprefix('math.')}"
        if name is None:
            raise _Unread(f"{token!a} is no known function")
        self._take("(")
        args = [self._expression(0)]
        while self._peek() == ",":
            self._take(",")
            args.append(self._expression(0))
        self._take(")")
        return apply_function(name, args)

    def _input(self) -> Scalar:
        path: list[Step] = []
        shown = "L"
        value: FakeTensor | Scalar | None = None
        while self._peek() == "[" or (self._peek() == "." and value is None):
            if self._peek() == "[":
                path.append(self._subscript())
                shown += f"[{path[-1]!r}]"
            else:
                self._take(".")
                path.append(self._take())
                shown += f".{path[-1]}"
            value = self._inputs(path)
        if value is None:
            raise _Unread(f"{shown} is no input")
        if isinstance(value, FakeTensor):
            return self._tensor_property(value, shown)
        return value

    def _subscript(self) -> Step:
        self._take("[")
        token = self._take()
        self._take("]")
        if token[0] in "'\"":
            return token[1:-1]
        if token.isdigit():
            return int(token)
        raise _Unread(f"the subscript {token!a} is neither an index nor a key")

    def _tensor_property(self, value: FakeTensor, shown: str) -> Scalar:
        self._take(".")
        name = self._take()
        if name in ("size", "stride", "storage_offset"):
            self._take("(")
            self._take(")")
        elif name != "shape":
            raise _Unread(f"{shown}.{name} is no size, stride or offset")
        if name == "storage_offset":
            return value.offset
        items = value.strides if name == "stride" else value.sizes
        index = self._subscript()
        if not isinstance(index, int) or index >= len(items):
            raise _Unread(f"{shown} has {len(items)} dimensions, {index!r} is none of them")
        return items[index]
