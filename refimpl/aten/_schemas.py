"""Operator schemas as data: PyTorch's own declarations, read once from ``schemas.txt`` and parsed one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, final

from refimpl.fake_tensor.dtypes import DType

__all__ = [
    "Argument",
    "ArgumentType",
    "Schema",
    "SchemaError",
    "out_names",
    "overloads_of",
    "parse_schema",
    "schema_names",
    "schema_of",
]


class SchemaError(ValueError):
    """A declaration that is not of the form ``name(arguments) -> returns``."""


@final
@dataclass(frozen=True, slots=True)
class ArgumentType:
    """The type of an argument or a result, such as ``SymInt[2]?``.

    ``base`` is the element type; ``is_list`` and ``size`` say ``[]`` and ``[2]``; ``optional`` is a ``?`` at the end
    and ``optional_element`` one before the ``[]``. ``written`` marks an alias with ``!``, ``alias`` is its set.
    """

    base: str
    is_list: bool = False
    size: int | None = None
    optional: bool = False
    optional_element: bool = False
    alias: str = ""
    written: bool = False


@final
@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a schema; ``default`` means something only if ``has_default``."""

    name: str
    type: ArgumentType
    keyword_only: bool
    has_default: bool
    default: object


@final
@dataclass(frozen=True, slots=True)
class Schema:
    """A declaration. ``name`` is ``aten.add.Tensor``, ``text`` the declaration as PyTorch prints it."""

    name: str
    arguments: tuple[Argument, ...]
    returns: tuple[ArgumentType, ...]
    text: str

    @property
    def is_mutable(self) -> bool:
        """Whether an argument is declared as written."""
        return any(argument.type.written for argument in self.arguments)

    def __str__(self) -> str:
        return self.text


# Declarations print the defaults of these types as PyTorch's own numbers.
_ENUMERATIONS: Final[dict[str, dict[int, object]]] = {
    "MemoryFormat": {0: "contiguous_format", 1: "preserve_format"},
    "ScalarType": {4: DType.int64, 6: DType.float32},
}


def _split(text: str) -> list[str]:
    """The parts between top-level commas."""
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def _type(text: str) -> ArgumentType:
    optional = text.endswith("?")
    text = text.removesuffix("?")
    is_list, size = text.endswith("]"), None
    if is_list:
        text, _, length = text[:-1].rpartition("[")
        size = int(length) if length else None
    optional_element = is_list and text.endswith("?")
    text = text.removesuffix("?")
    base, _, alias = text.partition("(")
    alias = alias.rstrip(")")
    return ArgumentType(base, is_list, size, optional, optional_element, alias, "!" in alias)


def _literal(text: str) -> object:
    """The value of a default. Raises SchemaError on text that is no literal of the declaration language."""
    constants: dict[str, object] = {"None": None, "True": True, "False": False}
    if text in constants:
        return constants[text]
    if text.startswith('"') and text.endswith('"'):
        return text[1:-1]
    if text.startswith("["):
        return tuple(_literal(item) for item in _split(text[1:-1]))
    try:
        return float(text) if any(c in text for c in ".en") else int(text)
    except ValueError as error:
        raise SchemaError(f"not a default value: {text}") from error


def _argument(text: str, keyword_only: bool) -> Argument:
    declared, has_default, default = text.partition("=")
    type_text, _, name = declared.rpartition(" ")
    value = _literal(default) if has_default else None
    kind = _type(type_text)
    if isinstance(value, int) and kind.base in _ENUMERATIONS:
        value = _ENUMERATIONS[kind.base][value]
    return Argument(name, kind, keyword_only, bool(has_default), value)


def _return(text: str) -> ArgumentType:
    type_text, separator, name = text.rpartition(" ")
    # `Tensor(a -> *)` has blanks of its own; a name has none of these characters.
    named = bool(separator) and name.isidentifier() and not type_text.endswith("->")
    return _type(type_text if named else text)


def parse_schema(text: str) -> Schema:
    """Parse a declaration such as ``aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor``.

    Raises SchemaError if the text is no declaration.
    """
    head, opening, tail = text.partition("(")
    arguments_text, arrow, returns_text = tail.rpartition(") -> ")
    namespace, colons, name = head.partition("::")
    if not (opening and arrow and colons):
        raise SchemaError(f"not an operator declaration: {text}")
    arguments: list[Argument] = []
    keyword_only = False
    for part in _split(arguments_text):
        if part == "*":
            keyword_only = True
        else:
            arguments.append(_argument(part, keyword_only))
    if returns_text.startswith("("):
        returns = tuple(map(_return, _split(returns_text[1:-1])))
    else:
        returns = (_return(returns_text),)
    full = f"{namespace}.{name}" if "." in name else f"{namespace}.{name}.default"
    return Schema(full, tuple(arguments), returns, text)


@cache
def _lines(file: str = "schemas.txt") -> dict[str, str]:
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    table: dict[str, str] = {}
    for line in text.splitlines():
        head = line.partition("(")[0].replace("::", ".", 1)
        table[head if head.count(".") > 1 else f"{head}.default"] = line
    return table


@cache
def schema_of(name: str) -> Schema | None:
    """The schema of ``aten.add.Tensor``, or None if PyTorch 2.13 has no such overload."""
    line = _lines().get(name) or _lines("out_schemas.txt").get(name)
    return None if line is None else parse_schema(line)


def schema_names() -> tuple[str, ...]:
    """The names of all overloads of the table, sorted; those of ``out=`` variants are not among them."""
    return tuple(sorted(_lines()))


@cache
def _overloads() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in _lines():
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def overloads_of(name: str) -> tuple[str, ...]:
    """The names of the overloads of the operator that has the overload ``name``; its ``out=`` variants left out."""
    return tuple(_overloads().get(name.rpartition(".")[0], ()))


def out_names() -> tuple[str, ...]:
    """The names of the ``out=`` variants, sorted."""
    return tuple(sorted(_lines("out_schemas.txt")))
