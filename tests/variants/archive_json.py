"""Archives as plain JSON trees: what the variants of this folder cut, change and write back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

__all__ = [
    "Json",
    "JsonObject",
    "as_list",
    "as_object",
    "as_text",
    "expressions",
    "graphs",
    "nodes",
    "read",
    "top_graph",
    "values",
    "write",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"

KINDS = ("tensor_values", "sym_int_values", "sym_bool_values", "sym_float_values")


def as_object(value: Json) -> JsonObject:
    """The value as an object; TypeError if it is none."""
    if not isinstance(value, dict):
        raise TypeError(f"not an object: {value!r:.80}")
    return value


def as_list(value: Json) -> list[Json]:
    """The value as a list; TypeError if it is none."""
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r:.80}")
    return value


def as_text(value: Json) -> str:
    """The value as a string; TypeError if it is none."""
    if not isinstance(value, str):
        raise TypeError(f"not a string: {value!r:.80}")
    return value


def _model_name(archive: zipfile.ZipFile) -> str:
    return next(name for name in archive.namelist() if name.endswith("/models/model.json"))


def read(path: Path) -> JsonObject:
    """The model of an archive."""
    with zipfile.ZipFile(path) as archive:
        tree: Json = json.loads(archive.read(_model_name(archive)))
    return as_object(tree)


def write(model: JsonObject, original: Path, target: Path) -> Path:
    """A copy of the original archive with another model."""
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(target, "w") as copy:
        name = _model_name(source)
        for member in source.namelist():
            copy.writestr(member, json.dumps(model) if member == name else source.read(member))
    return target


def top_graph(model: JsonObject) -> JsonObject:
    """The program's own graph."""
    return as_object(as_object(model["graph_module"])["graph"])


def nodes(graph: JsonObject) -> list[JsonObject]:
    """The nodes of one graph."""
    return [as_object(node) for node in as_list(graph["nodes"])]


def graphs(graph: JsonObject) -> Iterator[JsonObject]:
    """The graph and all its sub-graphs, outermost first."""
    yield graph
    for node in nodes(graph):
        for argument in as_list(node["inputs"]):
            value = as_object(as_object(argument)["arg"])
            if "as_graph" in value:
                yield from graphs(as_object(as_object(value["as_graph"])["graph"]))


def names(argument: Json) -> Iterator[str]:
    """The names of values that an argument mentions (sub-graphs aside)."""
    if isinstance(argument, list):
        for item in argument:
            yield from names(item)
    elif isinstance(argument, dict):
        for key, value in argument.items():
            if key in {"name", "as_name"} and isinstance(value, str):
                yield value
            elif key != "as_graph":
                yield from names(value)


def values(graph: JsonObject, name: str) -> Iterator[tuple[JsonObject, JsonObject]]:
    """The table and the entry of each recorded value of that name."""
    for kind in KINDS:
        table = as_object(graph[kind])
        if name in table:
            yield table, as_object(table[name])


def expressions(value: Json) -> Iterator[JsonObject]:
    """Every expression in a recorded value."""
    if isinstance(value, dict):
        if "expr_str" in value:
            yield value
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)
