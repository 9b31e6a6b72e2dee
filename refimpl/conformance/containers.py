"""Between the plain data of cases and values in Python: what holds others; the rest each implementation has itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeGuard, assert_never

from refimpl.conformance.structures import (
    Described,
    Dictionary,
    ListOf,
    NodeRef,
    Number,
    SliceOf,
    Structure,
    SubgraphRef,
    TensorOf,
    Text,
    TupleOf,
    Wrapper,
)
from refimpl.symbolic_shapes.structures import is_dict, is_list, is_tuple

__all__ = ["Leaf", "plain", "value_of"]

Leaf: TypeAlias = Number | Described | TensorOf | Wrapper
"""What an implementation makes itself; the inner values of a wrapper among it."""


def value_of(data: Structure, leaf: Callable[[Leaf], object], nodes: Mapping[str, object]) -> object:
    """The value as a run has it; ``nodes`` are what the nodes of the graph are. Raises what ``leaf`` raises."""

    def make(part: Structure) -> object:
        return value_of(part, leaf, nodes)

    match data:
        case None:
            return None
        case Text(text):
            return text
        case Number() | Described() | TensorOf() | Wrapper():
            return leaf(data)
        case ListOf(items):
            return [make(item) for item in items]
        case TupleOf(items):
            return tuple([make(item) for item in items])
        case Dictionary(pairs):
            return {name: make(item) for name, item in pairs}
        case SliceOf(start, stop, step):
            return slice(make(start), make(stop), make(step))
        case NodeRef(name) | SubgraphRef(name):
            return nodes[name]
        case _:
            assert_never(data)


def plain(value: object, leaf: Callable[[object], Structure]) -> Structure:
    """The value as plain data; ``leaf`` is asked of what holds nothing. Raises what ``leaf`` raises."""
    if value is None:
        return None
    if isinstance(value, str):
        return Text(value)
    if is_tuple(value):
        return TupleOf(tuple([plain(item, leaf) for item in value]))
    if is_list(value):
        return ListOf(tuple([plain(item, leaf) for item in value]))
    if is_dict(value):
        return Dictionary(tuple([(str(key), plain(item, leaf)) for key, item in value.items()]))
    if _is_slice(value):
        return SliceOf(*[plain(part, leaf) for part in (value.start, value.stop, value.step)])
    return leaf(value)


def _is_slice(value: object) -> TypeGuard[slice[object, object, object]]:
    return isinstance(value, slice)
