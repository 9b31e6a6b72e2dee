"""Replacement of a pattern, wherever it occurs in a graph."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import NamedTuple

from refimpl.fx._matcher import Occurrence, PatternMatcher
from refimpl.fx._narrow import is_list, is_tuple
from refimpl.fx._node_base import map_nodes
from refimpl.fx._symbolic_trace import symbolic_trace
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.module import Module
from refimpl.fx.node import Node

__all__ = ["Match", "replace_pattern"]


class Match(NamedTuple):
    """An occurrence that was replaced: the pattern's first result, and what the pattern's nodes stood for."""

    anchor: Node
    nodes_map: dict[Node, object]


def replace_pattern(
    gm: GraphModule,
    pattern: Callable[..., object] | GraphModule | Graph,
    replacement: Callable[..., object] | GraphModule | Graph,
) -> list[Match]:
    """Replace every occurrence of ``pattern`` in the graph of ``gm`` by ``replacement``; the occurrences.

    Functions are traced. An occurrence that shares nodes with an earlier one, or whose inner values are used
    elsewhere, stays. ``AssertionError`` if the two take or return different numbers of values.
    Source: ``torch.fx.replace_pattern``.
    """
    graph = gm.graph
    pattern_graph, new_graph = _graph_of(pattern), _graph_of(replacement)
    occurrences = PatternMatcher(pattern_graph).find(graph)
    replaced: dict[object, Node] = {}
    matches: list[Match] = []
    for occurrence in occurrences:
        _replace(graph, pattern_graph, new_graph, occurrence, replaced)
        matches.append(Match(occurrence.anchors[0], occurrence.nodes_map))
    gm.recompile()
    if isinstance(replacement, Module):
        _bring_attributes(gm, replacement)
    return matches


def _graph_of(function: Callable[..., object] | GraphModule | Graph) -> Graph:
    """A graph itself, or that of a module or of a traced function."""
    if isinstance(function, Graph):
        return function
    return function.graph if isinstance(function, GraphModule) else symbolic_trace(function).graph


def _replace(graph: Graph, pattern: Graph, new: Graph, match: Occurrence, replaced: dict[object, Node]) -> None:
    """Replace one occurrence; ``replaced`` says what earlier ones put in place of nodes, and is filled."""
    placeholders = [node for node in new.nodes if node.op == "placeholder"]
    if len(match.inputs) != len(placeholders):
        raise AssertionError(f"Placeholder count mismatch: {len(match.inputs)} vs {len(placeholders)}")
    for key, node in match.nodes_map.items():
        if key.op == "placeholder" and isinstance(node, Node):
            match.nodes_map[key] = replaced.get(node, node)
    inputs = [replaced.get(value, value) if isinstance(value, Node) else value for value in match.inputs]
    with graph.inserting_before(_insertion_point(graph, match.results)):
        copied = _copy_results(graph, new, dict(zip(placeholders, inputs, strict=True)))
    if len(match.results) != len(copied):
        raise AssertionError(f"Returning nodes count mismatch: {len(match.results)} vs {len(copied)}")
    for old, result in zip(match.results, copied, strict=True):
        old.replace_all_uses_with(result)
        replaced[old] = result
    for node in reversed(pattern.nodes):
        old_node = match.nodes_map.get(node)
        if node.op not in ("placeholder", "output") and isinstance(old_node, Node):
            graph.erase_node(old_node)


def _insertion_point(graph: Graph, results: list[Node]) -> Node:
    """The first user of the results, else the node after the last of them."""
    users = {user for node in results for user in node.users}
    for node in graph.nodes:
        if node in users:
            return node
    following: Node | None = None
    for node in reversed(graph.nodes):
        if node in results:
            break
        following = node
    if following is None:
        raise AssertionError("The insert point can't be None")
    return following


def _copy_results(graph: Graph, new: Graph, values: dict[Node, object]) -> list[Node]:
    """Copy a replacement to the insertion point; the nodes that it returns."""
    for node in new.nodes:
        if node.op == "output":
            result = map_nodes(node.args[0], values.__getitem__)
            items = result if is_list(result) or is_tuple(result) else [result]
            return [item for item in items if isinstance(item, Node)]
        if node not in values:
            values[node] = graph.node_copy(node, values.__getitem__)
    return []


def _bring_attributes(gm: GraphModule, replacement: Module) -> None:
    """Take over what the replacement's nodes refer to; ``RuntimeError`` if neither module has it."""
    gm.delete_all_unused_submodules()
    if isinstance(replacement, GraphModule):
        replacement.graph.lint()
    for node in gm.graph.nodes:
        if node.op not in ("call_module", "get_attr") or _get(gm, str(node.target)) is not None:
            continue
        target = str(node.target)
        value = _get(replacement, target)
        if value is None:
            raise RuntimeError(
                'Attempted to create a "',
                node.op,
                '" node during subgraph rewriting '
                f"with target {target}, but the referenced attribute does not exist in the replacement GraphModule",
            )
        if isinstance(value, Module):
            gm.add_submodule(target, copy.deepcopy(value))
        else:
            setattr(gm, target, copy.deepcopy(value))
    gm.graph.lint()


def _get(module: Module, target: str) -> object:
    """The attribute at a dotted path, ``None`` if there is none."""
    path, _, name = target.rpartition(".")
    try:
        return getattr(module.get_submodule(path), name, None)
    except AttributeError:
        return None
