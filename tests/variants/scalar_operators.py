"""More mutation operators: recorded numbers and truth values, names of sizes, and the arguments of calls."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Final

from tests.variants.archive_json import JsonObject, as_list, as_object, as_text, graphs, names, nodes, top_graph
from tests.variants.operators import Operator, Variant, own_symbols
from tests.variants.variants import merged, symbols_of

__all__ = ["SCALAR_OPERATORS"]

_ANY: Final = frozenset({"VALUE", "DOM", "FRESH", "PATH", "LINK", "INJ", "EQUIV", "CONSIST"})


def _computed(graph: JsonObject, table: JsonObject) -> Iterator[tuple[JsonObject, str]]:
    for node in nodes(graph):
        for name in names(node["outputs"]):
            if name in table:
                yield node, name


def changed_numbers(model: JsonObject) -> Iterator[Variant]:
    """A recorded integer is one more."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        table = as_object(graph["sym_int_values"])
        for node, name in _computed(graph, table):
            if "aten" not in as_text(node["target"]) and "_operator" not in as_text(node["target"]):
                continue
            kept, entry = table[name], as_object(table[name])
            number, expression = entry.get("as_int"), entry.get("as_expr")
            if isinstance(number, int):
                table[name] = {"as_int": number + 1}
            else:
                text = as_text(as_object(expression)["expr_str"])
                table[name] = {"as_expr": {"expr_str": f"Add({text}, Integer(1))", "hint": None}}
            yield Variant("number", name, deepcopy(copy), True, _ANY)
            table[name] = kept


def negated_truths(model: JsonObject) -> Iterator[Variant]:
    """A recorded condition is its negation."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        table = as_object(graph["sym_bool_values"])
        for _, name in _computed(graph, table):
            kept, entry = table[name], as_object(table[name])
            truth, expression = entry.get("as_bool"), entry.get("as_expr")
            if isinstance(truth, bool):
                table[name] = {"as_bool": not truth}
            else:
                text = as_text(as_object(expression)["expr_str"])
                table[name] = {"as_expr": {"expr_str": f"Not({text})", "hint": None}}
            yield Variant("negated", name, deepcopy(copy), True, _ANY)
            table[name] = kept


def counts_named_as_sizes(model: JsonObject) -> Iterator[Variant]:
    """A count is recorded under the name of a size of the caller's."""
    top = top_graph(model)
    inputs = set(names(top["inputs"]))
    held = [value for name, value in as_object(top["tensor_values"]).items() if name in inputs]
    sizes = [name for name in sorted(symbols_of(list(held))) if name.startswith("s")]
    for name in own_symbols(model):
        if sizes:
            yield Variant("as size", f"{name} as {sizes[0]}", merged(model, name, sizes[0]), True, _ANY)


def changed_constants(model: JsonObject) -> Iterator[Variant]:
    """``new_zeros`` and its like are called with another constant size; the recorded result stays."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for node in nodes(graph):
            if as_text(node["target"]).split(".")[-2] not in ("new_zeros", "zeros", "full", "ones", "new_ones"):
                continue
            for given in as_list(node["inputs"]):
                for item in as_list(as_object(as_object(given)["arg"]).get("as_sym_ints") or []):
                    held = as_object(item)
                    number = held.get("as_int")
                    if isinstance(number, int):
                        held["as_int"] = number + 1
                        yield Variant("argument", as_text(node["name"]), deepcopy(copy), True, _ANY)
                        held["as_int"] = number


SCALAR_OPERATORS: Final[tuple[Operator, ...]] = (
    changed_numbers,
    negated_truths,
    counts_named_as_sizes,
    changed_constants,
)
