"""The project's own parser of expression text; it evaluates nothing.

The archive writes expressions as sympy's ``srepr`` does, ``Add(Symbol('u0', integer=True), Integer(1))``, and
PyTorch's loader evaluates that text as Python. Here it is scanned once, left to right, with an explicit stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from refimpl.export._operations import Refused, apply_function, choose, is_bool
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits
from refimpl.terms import Cond, Scalar, Sort, TermTooLargeError, float_symbol, symbol

__all__ = ["ExpressionReader"]

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
_TOKEN: Final = re.compile(
    rf"\s*(?:Symbol\('(?P<symbol>{_NAME})'(?P<assumptions>(?:, [a-z]+=(?:True|False))*)\)"
    r"|Integer\((?P<integer>-?[0-9]+)\)"
    r"|Float\('(?P<float>[-+0-9.einfa]+)'(?:, precision=53)?\)"
    rf"|(?P<truth>true|false)\b|(?P<call>{_NAME})\(|(?P<end>[,)]))"
)
_ASSUMPTIONS: Final = frozenset(("integer=True", "positive=True", "nonnegative=True", "real=True"))


@dataclass(frozen=True, slots=True)
class _Pair:
    """``ExprCondPair(value, condition)``, which occurs only inside ``Piecewise``."""

    value: Scalar
    condition: Cond


class ExpressionReader:
    """Reads the expressions of one program, each distinct text once.

    ``positive`` holds the symbols that the text declares positive, ``sorts`` the sort of each symbol met so far.
    """

    __slots__ = ("_limits", "_read", "positive", "sorts")

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._read: dict[str, Scalar] = {}
        self.positive: set[str] = set()
        self.sorts: dict[str, Sort] = {}

    def read(self, text: str, field: str) -> Scalar:
        """The term that ``text`` denotes.

        Raises `ArchiveError` with ``field``, and the position in the text, for anything outside the grammar.
        """
        found = self._read.get(text)
        if found is None:
            if len(text) > self._limits.expression_characters:
                message = f"the expression has {len(text)} characters, over {self._limits.expression_characters}"
                raise ArchiveError(ErrorKind.LIMIT, field, message)
            found = self._read[text] = self._parse(text, field)
        return found

    def _parse(self, text: str, field: str) -> Scalar:
        # Each frame is the function's name and the arguments read so far; the outermost one is the text itself.
        stack: list[tuple[str, int, list[Scalar | _Pair]]] = [("", 0, [])]
        position, operand_next = 0, True
        while position < len(text):
            token = _TOKEN.match(text, position)
            kind = None if token is None else token.lastgroup
            if token is None or kind is None or (kind != "end") != operand_next:
                raise self._error(text, position, field)
            if kind == "call":
                if len(stack) > self._limits.expression_depth:
                    raise ArchiveError(ErrorKind.LIMIT, field, f"the expression nests over {len(stack) - 1} deep")
                stack.append((token["call"], position, []))
            elif kind != "end":
                stack[-1][2].append(self._leaf(token, text, position, field))
                operand_next = False
            elif len(stack) == 1:
                raise self._error(text, position, field)
            elif token["end"] == ",":
                operand_next = True
            else:
                name, start, args = stack.pop()
                stack[-1][2].append(self._applied(name, args, text, start, field))
            position = token.end()
        results = stack[0][2]
        if len(stack) != 1 or operand_next or len(results) != 1 or isinstance(results[0], _Pair):
            raise self._error(text, len(text), field)
        return results[0]

    def _leaf(self, token: re.Match[str], text: str, position: int, field: str) -> Scalar:
        if token["symbol"] is not None:
            return self._symbol(token["symbol"], token["assumptions"], text, position, field)
        if token["integer"] is not None:
            if len(token["integer"]) > self._limits.integer_digits:
                message = f"an integer has {len(token['integer'])} digits, over {self._limits.integer_digits}"
                raise ArchiveError(ErrorKind.LIMIT, field, message)
            return int(token["integer"])
        if token["float"] is not None:
            try:
                return float(token["float"])
            except ValueError:
                raise self._error(text, position, field) from None
        return token["truth"] == "true"

    def _symbol(self, name: str, assumptions: str, text: str, position: int, field: str) -> Scalar:
        declared = assumptions.split(", ")[1:]
        if not _ASSUMPTIONS.issuperset(declared):
            raise self._error(text, position, field)
        sort = Sort.INT if "integer=True" in declared else Sort.FLOAT
        if sort is Sort.FLOAT and not name.startswith("z"):
            message = f"the symbol {name} at position {position} is neither an integer nor named as a float"
            raise ArchiveError(ErrorKind.EXPRESSION, field, message)
        if self.sorts.setdefault(name, sort) is not sort:
            raise ArchiveError(ErrorKind.REFERENCE, field, f"the symbol {name} is used as an integer and as a float")
        if "positive=True" in declared:
            self.positive.add(name)
        return symbol(name) if sort is Sort.INT else float_symbol(name)

    def _applied(self, name: str, args: list[Scalar | _Pair], text: str, position: int, field: str) -> Scalar | _Pair:
        try:
            if name == "Piecewise":
                return _piecewise(args)
            values = [arg for arg in args if not isinstance(arg, _Pair)]
            if len(values) != len(args):
                raise Refused(f"{name} takes no ExprCondPair")
            if name == "ExprCondPair":
                if len(values) != 2 or not is_bool(values[1]):
                    raise Refused("ExprCondPair takes a value and a condition")
                return _Pair(values[0], values[1])
            return apply_function(name, values)
        except Refused as refused:
            message = f"{refused}, at position {position} of {_shortened(text)}"
            raise ArchiveError(ErrorKind.EXPRESSION, field, message) from None
        except TermTooLargeError as error:
            message = f"{error}, at position {position} of {_shortened(text)}"
            raise ArchiveError(ErrorKind.LIMIT, field, message) from None

    def _error(self, text: str, position: int, field: str) -> ArchiveError:
        found = f"{text[position : position + 20]!a}" if position < len(text) else "the end"
        message = f"no expression of the format: unexpected {found} at position {position} of {_shortened(text)}"
        return ArchiveError(ErrorKind.EXPRESSION, field, message)


def _piecewise(args: list[Scalar | _Pair]) -> Scalar:
    pairs = [arg for arg in args if isinstance(arg, _Pair)]
    if not pairs or len(pairs) != len(args) or pairs[-1].condition is not True:
        raise Refused("Piecewise takes ExprCondPairs, the last of which has the condition true")
    result = pairs[-1].value
    for pair in reversed(pairs[:-1]):
        result = choose(pair.condition, pair.value, result)
    return result


def _shortened(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:77] + "...")
