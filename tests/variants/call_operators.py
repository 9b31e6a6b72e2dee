"""More mutation operators: calls that raise on every input, asserts that ask nothing, and other words for the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Final

from tests.variants.archive_json import KINDS, Json, JsonObject, as_list, as_object, as_text, graphs, nodes, top_graph
from tests.variants.operators import Operator, Variant, dropped_asserts, own_symbols
from tests.variants.variants import merged

__all__ = ["CALL_OPERATORS"]

_ASSERT: Final = "torch.ops.aten._assert_scalar.default"
_RAISES: Final = frozenset({"EQUIV", "CONSIST"})
_COMMUTES: Final = frozenset({"Add", "Mul", "Max", "Min", "And", "Or", "Equality", "Unequality"})
_MIRRORED: Final = {
    "GreaterThan": "LessThan",
    "LessThan": "GreaterThan",
    "StrictGreaterThan": "StrictLessThan",
    "StrictLessThan": "StrictGreaterThan",
}


def wrong_calls(model: JsonObject) -> Iterator[Variant]:
    """A call of several arguments goes to an operator that takes one."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for node in nodes(graph):
            target = as_text(node["target"])
            if target.startswith("torch.ops.aten.") and len(as_list(node["inputs"])) > 1:
                node["target"] = "torch.ops.aten.neg.default"
                yield Variant("wrong call", as_text(node["name"]), deepcopy(copy), True, _RAISES)
                node["target"] = target


def silent_asserts(model: JsonObject) -> Iterator[Variant]:
    """The asserts that ``dropped_asserts`` drops are recorded as true: generated code asks nothing there."""
    for variant in dropped_asserts(model):
        copy = deepcopy(model)
        for whole, less in zip(graphs(top_graph(copy)), graphs(top_graph(variant.model)), strict=True):
            kept = [as_text(node["name"]) for node in nodes(less)]
            for node in nodes(whole):
                if node["name"] not in kept:
                    given = as_object(as_list(node["inputs"])[0])
                    given["arg"] = {"as_sym_bool": {"as_bool": True}}
        yield Variant("silent", variant.place, copy, True, frozenset({"EQUIV", "LINK", "EMIT"}))


def swapped_names(model: JsonObject) -> Iterator[Variant]:
    """Two symbols change names, and so do their ranges."""
    for first, second in pairwise(own_symbols(model)):
        copy = merged(merged(merged(model, first, "u99"), second, first), "u99", second)
        ranges = as_object(copy["range_constraints"])
        names = {first: second, second: first}
        copy["range_constraints"] = {names.get(key, key): value for key, value in ranges.items()}
        yield Variant("swap", f"{first} and {second}", copy, False)


class _Mirror(ast.NodeTransformer):
    """Operands in the other order, comparisons from the other side."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """The mirrored call of mirrored arguments."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name):
            name = node.func.id
            if name in _COMMUTES or name in _MIRRORED:
                node.args.reverse()
            node.func.id = _MIRRORED.get(name, name)
        return node


def _mirrored(value: Json) -> Json:
    if isinstance(value, list):
        return [_mirrored(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: _mirrored(item) for key, item in value.items()}
    if "expr_str" in value:
        tree = ast.parse(as_text(value["expr_str"]), mode="eval")
        result["expr_str"] = ast.unparse(_Mirror().visit(tree))
    return result


def mirrored(model: JsonObject) -> Iterator[Variant]:
    """Every recorded sum, product and comparison is written from the right."""
    copy = deepcopy(model)
    for graph in graphs(top_graph(copy)):
        for kind in KINDS:
            graph[kind] = _mirrored(graph[kind])
    if copy != model:
        yield Variant("mirror", "everywhere", copy, False)


CALL_OPERATORS: Final[tuple[Operator, ...]] = (wrong_calls, silent_asserts, swapped_names, mirrored)
