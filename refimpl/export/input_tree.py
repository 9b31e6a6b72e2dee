"""How the caller's nested arguments flatten to the inputs of the graph: ``L['xs'][0]`` is which placeholder?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

__all__ = ["InputTree", "Leaf", "Step", "read_input_tree"]

Step: TypeAlias = int | str
"""An index into a list or tuple, a key of a dictionary, or a field of a named tuple or data class."""


class _Spec(msgspec.Struct, frozen=True):
    """One level of a tree specification as PyTorch serializes it."""

    type: str | None
    context: str | None
    children_spec: list[_Spec]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An input of the graph, by its position among the caller's inputs."""

    index: int


@dataclass(frozen=True, slots=True)
class _Branch:
    """A container: its children by position, and by key if it has keys."""

    children: tuple[Leaf | _Branch, ...]
    keys: tuple[str, ...] = ()

    def child(self, step: Step) -> Leaf | _Branch | None:
        if isinstance(step, str):
            return self.children[self.keys.index(step)] if step in self.keys else None
        return self.children[step] if 0 <= step < len(self.children) else None


@dataclass(frozen=True, slots=True)
class InputTree:
    """The caller's arguments by name; resolves paths to positions among the caller's inputs."""

    arguments: Mapping[str, Leaf | _Branch]
    leaves: int = 0

    def resolve(self, path: Sequence[Step]) -> int | None:
        """The position of the input at ``path`` (its first step is the argument's name), or None if there is none.

        The elements of ``*args`` are recorded under the names ``args_0``, ``args_1``, ..., those of ``**kwargs``
        under their own; both are found from ``args[0]`` and ``kwargs['k']``. Guards of a program exported in strict
        mode name the leaves themselves: ``flat_args[2]``.
        """
        if not path:
            return None
        name, rest = path[0], path[1:]
        found = self.arguments.get(str(name))
        if found is None and name == "flat_args" and len(rest) == 1 and isinstance(rest[0], int):
            return rest[0] if 0 <= rest[0] < self.leaves else None
        if found is None and rest:
            first, rest = rest[0], rest[1:]
            found = self.arguments.get(f"{name}_{first}" if isinstance(first, int) else first)
        for step in rest:
            if not isinstance(found, _Branch):
                return None
            found = found.child(step)
        return found.index if isinstance(found, Leaf) else None


def read_input_tree(
    in_spec: str, argument_names: Sequence[str] | None, tuple_fields: Mapping[str, Sequence[str]]
) -> InputTree | str:
    """The tree that an ``in_spec`` describes, or a sentence on why it cannot be read.

    ``argument_names`` are those of the program's ``forward``; ``tuple_fields`` the fields of each named tuple type.
    """
    try:
        protocol, spec = msgspec.json.decode(in_spec, type=tuple[int, _Spec])
        if protocol != 1:
            return f"the input tree has protocol {protocol}, not 1"
        counter = _Counter()
        top = _node(spec, tuple_fields, counter)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return f"the input tree is not readable: {str(error)[:100]}"
    if not isinstance(top, _Branch) or len(top.children) != 2:
        return "the input tree is no pair of positional and keyword arguments"
    positional, keywords = top.children
    if not isinstance(positional, _Branch) or not isinstance(keywords, _Branch):
        return "the input tree is no pair of positional and keyword arguments"
    children = (*positional.children, *keywords.children)
    names = list(argument_names or ())
    if len(names) != len(children):
        return f"{len(names)} argument names are recorded for {len(children)} arguments"
    return InputTree(dict(zip(names, children, strict=True)), counter.leaves)


class _Counter:
    __slots__ = ("leaves",)

    def __init__(self) -> None:
        self.leaves = 0


def _node(spec: _Spec, tuple_fields: Mapping[str, Sequence[str]], counter: _Counter) -> Leaf | _Branch:
    if spec.type is None:
        counter.leaves += 1
        return Leaf(counter.leaves - 1)
    children = tuple(_node(child, tuple_fields, counter) for child in spec.children_spec)
    keys = tuple(_keys(spec, tuple_fields))
    return _Branch(children, keys if len(keys) == len(children) else ())


def _keys(spec: _Spec, tuple_fields: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if spec.type == "collections.namedtuple":
        return tuple_fields.get(_text(spec.context), ())
    try:
        keys = msgspec.json.decode(spec.context or "null", type=list[str | list[str]])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # Containers without keys (lists, tuples) and types of the user's own are reached by position alone.
        return ()
    # A data class has the names of its fields, and of those that are None.
    return [key for key in (keys[0] if keys and isinstance(keys[0], list) else keys) if isinstance(key, str)]


def _text(context: str | None) -> str:
    try:
        return msgspec.json.decode(context or '""', type=str)
    except (msgspec.MsgspecError, UnicodeError):
        return context or ""
