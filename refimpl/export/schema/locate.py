"""Refining the place of a schema error, after the fact.

msgspec names a list index but not a dictionary key, and no node. Only when an error is to be reported, the JSON is
decoded again without a schema, and the failing entry of each dictionary on the way is found by trying them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

__all__ = ["Place", "locate"]

_Json: TypeAlias = "bool | int | float | str | list[_Json] | dict[str, _Json] | None"
_STEP: Final = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]|\[(?P<entry>\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the JSON: its path, the node it is in, and the keys of the object that stands there."""

    field: str
    node: str | None = None
    keys: tuple[str, ...] = ()


def locate(kind: type[msgspec.Struct], raw: bytes, path: str) -> Place:
    """The place that ``path`` (as msgspec prints it, ``$.a[0][...]``) means in ``raw``.

    Its field is, for example, ``graph_module.graph.tensor_values['add'].dtype``, or ``graph_module.graph.nodes[3]``
    with the name of that node. What cannot be refined stays as msgspec prints it.
    """
    try:
        value: _Json = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Place(_plain(path))
    annotation: object = msgspec.inspect.type_info(kind)
    field, node = "", None
    for step in _STEP.finditer(path.removeprefix("$")):
        annotation = _unwrapped(annotation)
        if step["name"] is not None:
            field += f".{step['name']}" if field else step["name"]
            annotation, value = _member(annotation, step["name"]), _item(value, step["name"])
        elif step["index"] is not None:
            index = int(step["index"])
            in_nodes = field.endswith(".nodes")
            field += f"[{index}]"
            annotation, value = _element(annotation), _element_of(value, index)
            node = (_node_name(value) or node) if in_nodes else node
        else:
            annotation = _entry(annotation)
            key = _failing_key(annotation, value)
            if key is None:
                return Place(_plain(path), node)
            field += f"[{key[:100]!r}]"
            value = _item(value, key)
    keys = tuple(key[:50] for key in list(value)[:5]) if isinstance(value, dict) else ()
    return Place(field, node, keys)


def _plain(path: str) -> str:
    return path.removeprefix("$").removeprefix(".")


def _unwrapped(annotation: object) -> object:
    """The one informative alternative of an optional type."""
    if isinstance(annotation, msgspec.inspect.UnionType):
        others = [one for one in annotation.types if not isinstance(one, msgspec.inspect.NoneType)]
        return others[0] if len(others) == 1 else annotation
    return annotation


def _member(annotation: object, name: str) -> object:
    if isinstance(annotation, msgspec.inspect.StructType):
        return next((field.type for field in annotation.fields if field.encode_name == name), None)
    return None


def _element(annotation: object) -> object:
    return annotation.item_type if isinstance(annotation, msgspec.inspect.ListType) else None


def _entry(annotation: object) -> object:
    return annotation.value_type if isinstance(annotation, msgspec.inspect.DictType) else None


def _item(value: _Json, key: str) -> _Json:
    return value.get(key) if isinstance(value, dict) else None


def _element_of(value: _Json, index: int) -> _Json:
    return value[index] if isinstance(value, list) and index < len(value) else None


def _node_name(value: _Json) -> str | None:
    name = _item(value, "name")
    return name[:100] if isinstance(name, str) and name else None


def _failing_key(annotation: object, value: _Json) -> str | None:
    if not isinstance(value, dict):
        return None
    for key, entry in value.items():
        try:
            msgspec.convert(entry, _python_type(annotation))
        except (msgspec.ValidationError, RecursionError):
            return key
    return None


def _python_type(annotation: object) -> type[object]:
    match annotation:
        case msgspec.inspect.StructType(cls=cls):
            return cls
        case msgspec.inspect.IntType():
            return int
        case msgspec.inspect.StrType():
            return str
        case _:
            return object
