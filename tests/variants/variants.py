"""Broken, harmless and blinded variants of real archives; each is a function from a model to a new model."""

from __future__ import annotations

import re
from copy import deepcopy

from tests.variants.archive_json import (
    KINDS,
    Json,
    JsonObject,
    as_list,
    as_object,
    as_text,
    graphs,
    names,
    nodes,
    top_graph,
    values,
)

__all__ = [
    "asserts",
    "blinded",
    "changed_dtype",
    "changed_offset",
    "changed_size",
    "changed_stride",
    "flipped",
    "merged",
    "narrowed",
    "symbols_of",
    "unallocated",
    "without_asserts",
]

_SYMBOL = re.compile(r"Symbol\('([^']+)'")


def symbols_of(value: Json) -> set[str]:
    """The names of the symbols in the expressions of a recorded value."""
    if isinstance(value, str):
        return set(_SYMBOL.findall(value))
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return {name for item in items for name in symbols_of(item)}


def asserts(model: JsonObject) -> dict[str, str]:
    """The assertion nodes of the program's own graph: name -> message."""
    found: dict[str, str] = {}
    for node in nodes(top_graph(model)):
        if node["target"] == "torch.ops.aten._assert_scalar.default":
            message = as_object(as_object(as_list(node["inputs"])[1])["arg"])["as_string"]
            found[as_text(node["name"])] = as_text(message)
    return found


def without_asserts(model: JsonObject, *dropped: str) -> JsonObject:
    """Without the named assertion nodes."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        graph["nodes"] = [node for node in as_list(graph["nodes"]) if as_object(node)["name"] not in dropped]
    return copy


def narrowed(model: JsonObject, symbol: str, *, low: int | None, high: int | None) -> JsonObject:
    """With another recorded range of one symbol."""
    copy = deepcopy(model)
    as_object(copy["range_constraints"])[symbol] = {"min_val": low, "max_val": high}
    return copy


def _entry(model: JsonObject, name: str) -> JsonObject:
    for graph in graphs(top_graph(model)):
        for _, entry in values(graph, name):
            return entry
    raise KeyError(name)


def changed_size(model: JsonObject, name: str, dimension: int, size: Json) -> JsonObject:
    """With another recorded size of one tensor."""
    copy = deepcopy(model)
    as_list(_entry(copy, name)["sizes"])[dimension] = size
    return copy


def changed_stride(model: JsonObject, name: str, dimension: int, stride: Json) -> JsonObject:
    """With another recorded stride of one tensor."""
    copy = deepcopy(model)
    as_list(_entry(copy, name)["strides"])[dimension] = stride
    return copy


def changed_offset(model: JsonObject, name: str, offset: Json) -> JsonObject:
    """With another recorded storage offset of one tensor."""
    copy = deepcopy(model)
    _entry(copy, name)["storage_offset"] = offset
    return copy


def changed_dtype(model: JsonObject, name: str, number: int) -> JsonObject:
    """With another recorded dtype of one tensor."""
    copy = deepcopy(model)
    _entry(copy, name)["dtype"] = number
    return copy


def _replaced(value: Json, old: str, new: str) -> Json:
    if isinstance(value, str):
        return value.replace(f"Symbol('{old}'", f"Symbol('{new}'")
    if isinstance(value, list):
        return [_replaced(item, old, new) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, old, new) for key, item in value.items()}
    return value


def merged(model: JsonObject, old: str, new: str) -> JsonObject:
    """With every recorded occurrence of one symbol written as another (two symbols merged)."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for kind in KINDS:
            graph[kind] = _replaced(graph[kind], old, new)
    return copy


def unallocated(model: JsonObject, name: str, dimension: int, symbol: str = "u77") -> JsonObject:
    """With a size of one tensor that is a symbol which no operator allocates."""
    copy = changed_size(
        model, name, dimension, {"as_expr": {"expr_str": f"Symbol('{symbol}', integer=True)", "hint": None}}
    )
    as_object(copy["range_constraints"])[symbol] = {"min_val": 0, "max_val": None}
    return copy


def flipped(model: JsonObject, name: str, target: str) -> JsonObject:
    """With another Python operator at one comparison node; the recorded value stays."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for node in nodes(graph):
            if node["name"] == name:
                node["target"] = target
    return copy


def blinded(model: JsonObject) -> JsonObject:
    """Without the recorded values of computed names, in all graphs, and without the ranges of their own symbols."""
    copy = deepcopy(model)
    kept: set[str] = set()
    hidden: set[str] = set()
    for graph in graphs(top_graph(copy)):
        computed = {name for node in nodes(graph) for name in names(node["outputs"])}
        for kind in KINDS:
            table = as_object(graph[kind])
            for name, value in list(table.items()):
                if name in computed:
                    hidden |= symbols_of(table.pop(name))
                else:
                    kept |= symbols_of(value)
    ranges = as_object(copy["range_constraints"])
    top = top_graph(copy)
    inputs = set(names(top["inputs"]))
    own = symbols_of([value for kind in KINDS for name, value in as_object(top[kind]).items() if name in inputs])
    for key in list(ranges):
        if key in hidden - own:
            del ranges[key]
    return copy
