"""A third reader of our SMT-LIB text besides z3 and cvc5: plain evaluation at given values of the constants.

It knows the standard's few functions that we write, and is stricter than the solvers: every name is declared once and
before it is used, integers and reals are never mixed, and a text ends in its only ``(check-sat)``. There is one command
on each line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

__all__ = ["RefusedTextError", "Value", "satisfied", "truths"]


class RefusedTextError(ValueError):
    """The standard refuses the text."""


Value: TypeAlias = bool | int | Fraction
Expression: TypeAlias = "str | list[Expression]"
_SORTS: Final[dict[str, type[Value]]] = {"Bool": bool, "Int": int, "Real": Fraction}
_TOKEN: Final = re.compile(r"\s*([()]|\|[^|\\]*\||[^\s()|;\"]+)")


def satisfied(text: str, values: Mapping[str, Value], *, by_zero: int = 0) -> bool:
    """Whether these values of the declared constants satisfy every assertion of the text (see :func:`truths`)."""
    return all(truths(text, values, by_zero=by_zero))


def truths(text: str, values: Mapping[str, Value], *, by_zero: int = 0) -> list[bool]:
    """The truth of each assertion of the text at these values of the declared constants.

    ``by_zero`` is what the solver takes a division by zero for: any integer may be meant. Raises RefusedTextError on a
    text that the standard refuses, and LookupError on a constant without a value.
    """
    reader = _Reader(values, by_zero)
    commands = [_parsed(line) for line in text.splitlines()]
    if commands[-1:] != [["check-sat"]] or commands.count(["check-sat"]) != 1:
        raise RefusedTextError("a text ends in its only (check-sat)")
    return [truth for command in commands[:-1] if (truth := reader.run(command)) is not None]


@lru_cache(maxsize=1 << 12)
def _parsed(line: str) -> Expression:
    position, stack = 0, [list[Expression]()]
    while position < len(line):
        found = _TOKEN.match(line, position)
        if found is None:
            raise RefusedTextError(f"no token: {line[position : position + 20]!r}")
        position, token = found.end(), found[1]
        if token == "(":
            stack.append([])
        elif token == ")":
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(token[1:-1] if token[0] == "|" else token)
    ((command,),) = stack
    return command


class _Reader:
    def __init__(self, values: Mapping[str, Value], by_zero: int) -> None:
        self._values = values
        self._by_zero = by_zero
        self._names: dict[str, Value] = {}
        self._functions: dict[str, tuple[list[tuple[str, type[Value]]], type[Value], Expression]] = {}

    def run(self, command: Expression) -> bool | None:
        """The truth of an assertion, None for another command."""
        match command:
            case ["set-logic", "ALL"]:
                return None
            case ["declare-const", str(name), str(sort)]:
                self._name(name, _of_sort(self._values[name], _SORTS[sort]))
                return None
            case ["define-fun", str(name), [], str(sort), body]:
                self._name(name, _of_sort(self._value(body, self._names), _SORTS[sort]))
                return None
            case ["define-fun", str(name), [*parameters], str(sort), body]:
                typed = [(str(given[0]), _SORTS[str(given[1])]) for given in parameters]
                if name in self._functions:
                    raise RefusedTextError(f"{name} is defined twice")
                self._functions[name] = (typed, _SORTS[sort], body)
                return None
            case ["assert", body]:
                return bool(_of_sort(self._value(body, self._names), bool))
            case _:
                raise RefusedTextError(f"no command: {command}")

    def _name(self, name: str, value: Value) -> None:
        if name in self._names:
            raise RefusedTextError(f"{name} is declared twice")
        self._names[name] = value

    def _value(self, expression: Expression, names: Mapping[str, Value]) -> Value:
        if isinstance(expression, str):
            return names[expression] if expression in names else _literal(expression)
        head, *rest = expression
        if not isinstance(head, str):
            raise RefusedTextError(f"no function: {head}")
        args = [self._value(part, names) for part in rest]
        if head in self._functions:
            parameters, sort, body = self._functions[head]
            own = {name: _of_sort(arg, of) for (name, of), arg in zip(parameters, args, strict=True)}
            return _of_sort(self._value(body, own), sort)
        return self._standard(head, args)

    def _standard(self, head: str, args: Sequence[Value]) -> Value:
        match head, args:
            case ("ite", [bool(test), then, otherwise]) if type(then) is type(otherwise):
                return then if test else otherwise
            case ("div" | "mod", [a, b]) if type(a) is type(b) is int:
                return _euclidean(head, int(a), int(b), self._by_zero)
            case ("not", [bool(arg)]):
                return not arg
            case ("=>", [bool(a), bool(b)]):
                return b if a else True
            case ("to_real", [a]) if type(a) is int:
                return Fraction(a)
            case ("to_int", [Fraction() as a]):
                return math.floor(a)
            case ("/", [Fraction() as a, Fraction() as b]) if b:
                return a / b
            case ("-", [int() | Fraction() as a]) if type(a) is not bool:
                return -a
            case _:
                return _of_one_sort(head, args)


def _of_one_sort(head: str, args: Sequence[Value]) -> Value:
    """A function of two or more arguments of one sort."""
    sort = type(args[0])
    if len(args) < 2 or any(type(arg) is not sort for arg in args):
        raise RefusedTextError(f"{head} of {args}")
    if head in ("and", "or") and sort is bool:
        return all(args) if head == "and" else any(args)
    if head == "=" and len(args) == 2:
        return args[0] == args[1]
    if head in _ORDERS and sort is not bool and len(args) == 2:
        return _ORDERS[head](args[0], args[1])
    if head in ("+", "*", "-") and sort is not bool:
        result = args[0]
        for arg in args[1:]:
            result = result + arg if head == "+" else result * arg if head == "*" else result - arg
        return result
    raise RefusedTextError(f"{head} of {args}")


_ORDERS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _euclidean(head: str, a: int, b: int, by_zero: int) -> int:
    """The standard's division: the remainder is never negative; by zero it is any number."""
    if b == 0:
        return by_zero
    remainder = a % abs(b)
    return (a - remainder) // b if head == "div" else remainder


@lru_cache(maxsize=1 << 12)
def _literal(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"0|[1-9]\d*", text):
        return int(text)
    if re.fullmatch(r"(0|[1-9]\d*)\.\d+", text):
        return Fraction(text)
    raise RefusedTextError(f"{text} is not declared")


def _of_sort(value: Value, sort: type[Value]) -> Value:
    if type(value) is not sort:
        raise RefusedTextError(f"{value!r} is no {sort.__name__}")
    return value
