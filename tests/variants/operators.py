"""Mutation operators: every way of this folder to break an archive, or to change it harmlessly, at every place.

Each gives variants with the verdict that follows from what it does; exceptions are for the caller to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

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
)
from tests.variants.variants import merged, narrowed, symbols_of

__all__ = ["OPERATORS", "Operator", "Variant", "dropped_asserts", "own_symbols"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed model: which operator changed what, whether something is broken, and which laws may say so."""

    operator: str
    place: str
    model: JsonObject
    is_broken: bool
    laws: frozenset[str] = frozenset()


Operator: TypeAlias = Callable[[JsonObject], Iterator[Variant]]

_COMPARISONS: Final = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "ne", "ne": "eq"}
_ASSERT: Final = "torch.ops.aten._assert_scalar.default"
_UNBACKED: Final = re.compile(r"u\d+")
_MAY_ALLOCATE: Final = frozenset(
    (
        *("nonzero", "argwhere", "index", "masked_select", "repeat_interleave", "bincount"),
        *("slice", "select", "narrow", "split", "tensor_split"),
        *("_unique2", "unique_dim", "unique_consecutive"),
    )
)
_LARGEST: Final = 2**63 - 2
_VALUE: Final = frozenset({"VALUE", "DOM", "FRESH", "PATH", "LINK", "INJ", "EQUIV"})
_LOST: Final = frozenset({"EQUIV", "LINK", "CONSIST"})


def _is_custom(node: JsonObject) -> bool:
    target = as_text(node["target"])
    return target.startswith("torch.ops.") and target.split(".")[2] not in ("aten", "prims", "higher_order")


def _tensors(model: JsonObject) -> Iterator[tuple[str, JsonObject, JsonObject]]:
    """The recorded tensors that nodes compute (custom operators aside): name, node, a place to change."""
    for graph in graphs(top_graph(model)):
        table = as_object(graph["tensor_values"])
        for node in nodes(graph):
            if not _is_custom(node):
                for name in names(node["outputs"]):
                    if name in table:
                        yield name, node, as_object(table[name])


def _changed(model: JsonObject, operator: str, change: Callable[[JsonObject, JsonObject], bool]) -> Iterator[Variant]:
    """One variant for each computed tensor that ``change`` accepts."""
    copy = deepcopy(model)
    for name, node, entry in list(_tensors(copy)):
        kept = deepcopy(entry)
        if change(node, entry):
            yield Variant(operator, name, deepcopy(copy), True, _VALUE)
        entry.clear()
        entry.update(kept)


def _plus_one(value: Json) -> Json:
    entry = as_object(value)
    number = entry.get("as_int")
    if isinstance(number, int):
        return {"as_int": number + 1}
    text = as_text(as_object(entry["as_expr"])["expr_str"])
    return {"as_expr": {"expr_str": f"Add({text}, Integer(1))", "hint": None}}


def _number(value: Json) -> int | None:
    number = as_object(value).get("as_int")
    return number if isinstance(number, int) else None


def changed_sizes(model: JsonObject) -> Iterator[Variant]:
    """The last size is one more."""

    def change(_: JsonObject, entry: JsonObject) -> bool:
        sizes = as_list(entry["sizes"])
        if sizes:
            sizes[-1] = _plus_one(sizes[-1])
        return bool(sizes)

    return _changed(model, "size", change)


def changed_dtypes(model: JsonObject) -> Iterator[Variant]:
    """Another element type."""

    def change(_: JsonObject, entry: JsonObject) -> bool:
        entry["dtype"] = 8 if entry["dtype"] != 8 else 7
        return True

    return _changed(model, "dtype", change)


def changed_offsets(model: JsonObject) -> Iterator[Variant]:
    """The storage offset is one more."""

    def change(_: JsonObject, entry: JsonObject) -> bool:
        entry["storage_offset"] = _plus_one(entry["storage_offset"])
        return True

    return _changed(model, "offset", change)


def changed_strides(model: JsonObject) -> Iterator[Variant]:
    """The stride of a dimension that may exceed 1, of a tensor that may hold something, is one more."""

    def change(_: JsonObject, entry: JsonObject) -> bool:
        sizes, strides = as_list(entry["sizes"]), as_list(entry["strides"])
        if any(_number(size) == 0 for size in sizes):
            return False
        for index, size in enumerate(sizes):
            if (number := _number(size)) is None or number > 1:
                strides[index] = _plus_one(strides[index])
                return True
        return False

    return _changed(model, "stride", change)


def flips(model: JsonObject) -> Iterator[Variant]:
    """A comparison computes its opposite; the recorded value stays."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for node in nodes(graph):
            target = as_text(node["target"])
            opposite = _COMPARISONS.get(target.removeprefix("_operator."))
            if opposite and node["name"] in as_object(graph["sym_bool_values"]):
                node["target"] = f"_operator.{opposite}"
                yield Variant("flip", as_text(node["name"]), deepcopy(copy), True, _VALUE | {"CONSIST"})
                node["target"] = target


def moved_constants(model: JsonObject) -> Iterator[Variant]:
    """A comparison with a constant refuses one number more; the recorded value stays."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for node in nodes(graph):
            if as_text(node["target"]).removeprefix("_operator.") not in _COMPARISONS:
                continue
            held = as_object(as_object(as_list(node["inputs"])[1])["arg"])
            number = held.get("as_int")
            if isinstance(number, int):
                held["as_int"] = number + (-1 if "_operator.l" in as_text(node["target"]) else 1)
                yield Variant("constant", as_text(node["name"]), deepcopy(copy), True, _VALUE | {"CONSIST"})
                held["as_int"] = number


def own_symbols(model: JsonObject) -> list[str]:
    """The unbacked symbols of computed values that no input of the program binds and no custom operator returns."""
    top = top_graph(model)
    given, own = set(names(top["inputs"])), dict[str, None]()
    foreign: set[str] = set()
    for graph in graphs(top):
        custom = {name for node in nodes(graph) if _is_custom(node) for name in names(node["outputs"])}
        for kind in KINDS:
            for name, value in as_object(graph[kind]).items():
                found = symbols_of(value)
                if (graph is top and name in given) or name in custom:
                    foreign |= found
                own.update(dict.fromkeys(sorted(found)))
    return [symbol for symbol in own if _UNBACKED.fullmatch(symbol) and symbol not in foreign]


def _range(model: JsonObject, symbol: str) -> tuple[int | None, int | None]:
    entry = as_object(as_object(model["range_constraints"]).get(symbol, {"min_val": None, "max_val": None}))
    low, high = entry["min_val"], entry["max_val"]
    return low if isinstance(low, int) else None, high if isinstance(high, int) else None


def narrowed_ranges(model: JsonObject) -> Iterator[Variant]:
    """One end of a recorded range moves inwards by one; an unbounded end becomes -5 or 5."""
    for symbol in own_symbols(model):
        low, high = _range(model, symbol)
        up, down = -5 if low is None else low + 1, 5 if high is None or high == _LARGEST else high - 1
        yield Variant("low", symbol, narrowed(model, symbol, low=up, high=high), True, _LOST)
        yield Variant("high", symbol, narrowed(model, symbol, low=low, high=down), True, _LOST)


def widened_ranges(model: JsonObject) -> Iterator[Variant]:
    """A recorded range is dropped: facts, asserts and operators say what it said."""
    for symbol in own_symbols(model):
        yield Variant("widen", symbol, narrowed(model, symbol, low=None, high=None), False)


def merges(model: JsonObject) -> Iterator[Variant]:
    """Two symbols under one name."""
    own = own_symbols(model)
    for first, second in pairwise(own):
        yield Variant("merge", f"{second} as {first}", merged(model, second, first), True, _VALUE | {"CONSIST"})


def unallocateds(model: JsonObject) -> Iterator[Variant]:
    """A size that nobody allocates."""
    copy = deepcopy(model)
    as_object(copy["range_constraints"])["u77"] = {"min_val": 0, "max_val": None}
    nobody: Json = {"as_expr": {"expr_str": "Symbol('u77', integer=True)", "hint": None}}
    for name, node, entry in list(_tensors(copy)):
        target, sizes = as_text(node["target"]), as_list(entry["sizes"])
        if sizes and target.startswith("torch.ops.aten.") and target.split(".")[3] not in _MAY_ALLOCATE:
            kept, sizes[0] = sizes[0], nobody
            yield Variant("unallocated", name, deepcopy(copy), True, _VALUE)
            sizes[0] = kept


def renamed(model: JsonObject) -> Iterator[Variant]:
    """A symbol under another name everywhere."""
    for symbol in own_symbols(model):
        copy = merged(model, symbol, "u90")
        ranges = as_object(copy["range_constraints"])
        copy["range_constraints"] = {("u90" if key == symbol else key): value for key, value in ranges.items()}
        yield Variant("rename", symbol, copy, False)


def unused_keys(model: JsonObject) -> Iterator[Variant]:
    """A range of a symbol that occurs nowhere."""
    yield Variant("unused", "u95", narrowed(model, "u95", low=3, high=4), False)


def _asserted(graph: JsonObject, node: JsonObject) -> str | None:
    held = list(names(as_object(as_list(node["inputs"])[0])["arg"]))
    entry = as_object(as_object(graph["sym_bool_values"]).get(held[0], {})) if held else {}
    expression = entry.get("as_expr")
    return as_text(as_object(expression)["expr_str"]) if expression else None


def repeated_asserts(model: JsonObject) -> Iterator[Variant]:
    """An assert stands twice."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        listed = as_list(graph["nodes"])
        for index, node in enumerate(nodes(graph)):
            if node["target"] == _ASSERT:
                again = deepcopy(node)
                again["name"] = f"{as_text(node['name'])}_again"
                listed.insert(index + 1, again)
                yield Variant("repeat", as_text(node["name"]), deepcopy(copy), False)
                del listed[index + 1]


def redundant_asserts(model: JsonObject) -> Iterator[Variant]:
    """An assert is dropped that another one of the same graph repeats in the same words."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        listed = as_list(graph["nodes"])
        seen: set[str] = set()
        for index, node in enumerate(nodes(graph)):
            text = _asserted(graph, node) if node["target"] == _ASSERT else None
            if text is not None and text in seen:
                removed = listed.pop(index)
                yield Variant("redundant", as_text(node["name"]), deepcopy(copy), False)
                listed.insert(index, removed)
            elif text is not None:
                seen.add(text)


def dropped_asserts(model: JsonObject) -> Iterator[Variant]:
    """All asserts on a symbol are dropped whose recorded range says more than its operator does."""
    ranges = as_object(model["range_constraints"])
    for symbol in own_symbols(model):
        low, high = _range(model, symbol)
        kind = _allocator(model, symbol)
        lost = kind == "item" and (low is not None or (high is not None and high < 2**62))
        if symbol not in ranges or not (lost or (kind == "count" and (low or 0) > 0)):
            continue
        copy = deepcopy(model)
        dropped = 0
        for graph in graphs(top_graph(copy)):
            listed = as_list(graph["nodes"])
            for node in nodes(graph):
                text = _asserted(graph, node) if node["target"] == _ASSERT else None
                if text is not None and f"'{symbol}'" in text:
                    listed.remove(node)
                    dropped += 1
        if dropped:
            yield Variant("drop", symbol, copy, True, _LOST)


def _allocator(model: JsonObject, symbol: str) -> str | None:
    """What holds the symbol first: an item of 64 bits, a count, something else."""
    for graph in graphs(top_graph(model)):
        for node in nodes(graph):
            target = as_text(node["target"])
            for name in names(node["outputs"]):
                held: list[Json] = [as_object(graph[kind]).get(name) for kind in KINDS]
                if symbol in symbols_of(held):
                    if "nonzero" in target or "masked_select" in target or "index.Tensor" in target:
                        return "count"
                    if target.split(".")[-2] not in ("item", "_local_scalar_dense"):
                        return None
                    source = next(names(as_object(as_list(node["inputs"])[0])["arg"]))
                    entry = as_object(graph["tensor_values"]).get(source)
                    return "item" if entry is not None and as_object(entry)["dtype"] == 5 else None
    return None


OPERATORS: Final[tuple[Operator, ...]] = (
    *(changed_sizes, changed_dtypes, changed_offsets, changed_strides, flips, moved_constants, narrowed_ranges),
    *(widened_ranges, merges, unallocateds, dropped_asserts, renamed, unused_keys, repeated_asserts, redundant_asserts),
)
