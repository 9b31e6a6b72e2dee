"""Values as plain data: numbers, tensors without contents, and what holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never, final, get_args

from refimpl.terms import Apply, Dim, IntTerm, Scalar, Sort, Symbol, is_condition

__all__ = [
    "DESCRIPTIVE",
    "Described",
    "Descriptive",
    "Dictionary",
    "ListOf",
    "NodeRef",
    "Number",
    "OPCODES",
    "Opcode",
    "SliceOf",
    "Structure",
    "SubgraphRef",
    "TensorOf",
    "Text",
    "TupleOf",
    "Wrapper",
    "number",
    "parts_of",
]

Opcode: TypeAlias = Literal["placeholder", "get_attr", "call_function", "call_method", "call_module", "output"]
Descriptive: TypeAlias = Literal["dtype", "device", "layout", "memory_format"]
DESCRIPTIVE: Final[tuple[Descriptive, ...]] = get_args(Descriptive)
OPCODES: Final[tuple[Opcode, ...]] = get_args(Opcode)


@final
@dataclass(frozen=True, slots=True)
class Number:
    """An integer, float or boolean: a term, or a plain number. ``sort`` is what the value is, whatever the term."""

    sort: Sort
    term: Scalar


@final
@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    text: str


@final
@dataclass(frozen=True, slots=True)
class TensorOf:
    """A tensor without contents; sizes, strides and offset count elements.

    ``storage`` names the memory: tensors of a case with the same name share it, each None is memory of its own.
    """

    size: tuple[Dim, ...]
    stride: tuple[Dim, ...]
    offset: Dim = 0
    dtype: str = "float32"
    device: str = "cpu"
    layout: str = "strided"
    storage: str | None = None


@final
@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    items: tuple[Structure, ...]


@final
@dataclass(frozen=True, slots=True)
class TupleOf:
    """A tuple."""

    items: tuple[Structure, ...]


@final
@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary with strings as keys, in order."""

    items: tuple[tuple[str, Structure], ...]


@final
@dataclass(frozen=True, slots=True)
class SliceOf:
    """A slice; each part a number or None."""

    start: Structure
    stop: Structure
    step: Structure


@final
@dataclass(frozen=True, slots=True)
class Wrapper:
    """A value with named inner values: a wrapper subclass of tensors."""

    inner: tuple[tuple[str, Structure], ...]


@final
@dataclass(frozen=True, slots=True)
class Described:
    """A dtype (``int64``), device (``cpu``), layout (``strided``) or memory format by its name."""

    kind: Descriptive
    name: str


@final
@dataclass(frozen=True, slots=True)
class NodeRef:
    """In arguments of a node: the value of another node."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class SubgraphRef:
    """The value of a ``get_attr`` node that names a sub-graph: not comparable, only passed on."""

    name: str


Structure: TypeAlias = (
    Number
    | Text
    | Described
    | TensorOf
    | ListOf
    | TupleOf
    | Dictionary
    | SliceOf
    | Wrapper
    | NodeRef
    | SubgraphRef
    | None
)


def number(term: Scalar) -> Number:
    """A term as the number that it is."""
    match term:
        case _ if is_condition(term):
            return Number(Sort.BOOL, term)
        case int() | IntTerm():
            return Number(Sort.INT, term)
        case Symbol(sort=sort) | Apply(sort=sort):
            return Number(sort, term)
        case _:
            return Number(Sort.FLOAT, term)


def parts_of(value: Structure) -> Iterator[Structure]:
    """The value and everything in it."""
    yield value
    match value:
        case ListOf(items) | TupleOf(items):
            for item in items:
                yield from parts_of(item)
        case Dictionary(pairs) | Wrapper(pairs):
            for _, item in pairs:
                yield from parts_of(item)
        case SliceOf(start, stop, step):
            for item in (start, stop, step):
                yield from parts_of(item)
        case None | Number() | Text() | Described() | TensorOf() | NodeRef() | SubgraphRef():
            pass
        case _:
            assert_never(value)
