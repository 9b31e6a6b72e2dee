"""Finds the places of a graph where a pattern graph occurs."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from refimpl.fx._narrow import is_list, is_tuple
from refimpl.fx.graph import Graph
from refimpl.fx.node import Node

__all__ = ["Occurrence", "PatternMatcher"]


@dataclass(slots=True)
class Occurrence:
    """One occurrence: what each node of the pattern stands for, its inputs and its results.

    A placeholder of the pattern stands for a node or, where that has one, for a constant.
    """

    anchors: list[Node]
    nodes_map: dict[Node, object]
    inputs: list[object] = field(default_factory=list[object])
    results: list[Node] = field(default_factory=list[Node])


class PatternMatcher:
    """Matches a pattern from its results upwards; its placeholders match anything.

    ``ValueError`` for an empty pattern, ``AssertionError`` for one with dead code.
    Source: ``torch.fx.passes.utils.matcher_utils.SubgraphMatcher``.
    """

    def __init__(self, pattern: Graph) -> None:
        if len(pattern.nodes) == 0:
            raise ValueError("SubgraphMatcher cannot be initialized with an empty pattern")
        for node in pattern.nodes:
            if node.op != "output" and not node.is_impure() and not node.users:
                raise AssertionError("SubgraphMatcher cannot be initialized with an pattern with dead code")
        self._placeholders = [node for node in pattern.nodes if node.op == "placeholder"]
        self._results = next(iter(reversed(pattern.nodes))).all_input_nodes
        self._anchors = [node for node in self._results if len(node.users) == 1]

    def find(self, graph: Graph) -> list[Occurrence]:
        """The occurrences, in order, that can be replaced: closed, without a cycle around them, disjoint."""
        candidates = {
            anchor: [node for node in graph.nodes if _same_operation(anchor, node)] for anchor in self._anchors
        }
        anchors = [(anchor, nodes) for anchor, nodes in candidates.items() if nodes]
        found = [self._occurrence(nodes_map) for nodes_map in self._search(anchors, {})] if anchors else []
        valid = [match for match in found if self._is_closed(match) and not _has_cycle_around(_computed(match))]
        return _disjoint(valid)

    def _search(
        self, anchors: list[tuple[Node, list[Node]]], nodes_map: dict[Node, object]
    ) -> Iterator[dict[Node, object]]:
        """Every way to match the remaining anchors, given what is matched."""
        if not anchors:
            yield nodes_map
            return
        (anchor, nodes), *rest = anchors
        for node in nodes:
            attempt = dict(nodes_map)
            if _match(anchor, node, attempt):
                yield from self._search(rest, attempt)

    def _occurrence(self, nodes_map: dict[Node, object]) -> Occurrence:
        """An occurrence with its inputs and results in the pattern's order (``KeyError`` if one was not met)."""
        results = [nodes_map[node] for node in self._results]
        nodes = [node for node in results if isinstance(node, Node)]
        return Occurrence(self._anchors, nodes_map, [nodes_map[node] for node in self._placeholders], nodes)

    def _is_closed(self, match: Occurrence) -> bool:
        """Whether nothing outside uses an inner node (one that is not a result)."""
        inside = {node: key for key, node in match.nodes_map.items() if key.op != "placeholder"}
        return all(
            key in self._results or all(user in inside for user in node.users)
            for node, key in inside.items()
            if isinstance(node, Node)
        )


def _same_operation(pattern: Node, node: Node) -> bool:
    """Whether a node can stand for a node of the pattern, its arguments aside."""
    if pattern.op == "placeholder":
        return True
    if pattern.op != node.op:
        return False
    if pattern.op == "output":
        return True
    if pattern.op == "get_attr":
        return _same_attribute(pattern, node)
    return pattern.target == node.target


def _same_attribute(pattern: Node, node: Node) -> bool:
    """Whether two attributes match: never if their classes differ, else ``RuntimeError`` (only tensors can)."""
    values = [_attribute(pattern), _attribute(node)]
    if type(values[0]) is not type(values[1]):
        return False
    raise RuntimeError(f"Unsupported type {values[0]} when matching attributes")


def _attribute(node: Node) -> object:
    """The attribute that a ``get_attr`` node fetches."""
    value: object = node.graph.owning_module
    if value is None:
        raise AssertionError("pn.graph.owning_module must not be None")
    for atom in str(node.target).split("."):
        value = getattr(value, atom)
    return value


def _match(pattern: object, value: object, nodes_map: dict[Node, object]) -> bool:
    """Match one node or argument; ``nodes_map`` is filled and of no use if this fails."""
    if isinstance(pattern, Node) and isinstance(value, Node):
        return _match_nodes(pattern, value, nodes_map)
    if (is_list(pattern) or is_tuple(pattern)) and (is_list(value) or is_tuple(value)):
        return len(pattern) == len(value) and all(
            _match(inner, other, nodes_map) for inner, other in zip(pattern, value, strict=True)
        )
    if isinstance(pattern, Node):
        if pattern.op != "placeholder":
            return False
        if pattern in nodes_map:
            return nodes_map[pattern] == value
        nodes_map[pattern] = value
        return True
    return not isinstance(value, Node) and type(value) is type(pattern) and value == pattern


def _match_nodes(pattern: Node, node: Node, nodes_map: dict[Node, object]) -> bool:
    """Match two nodes and, unless the pattern's is a placeholder, their arguments."""
    if pattern in nodes_map:
        return nodes_map[pattern] is node
    if any(node is matched for matched in nodes_map.values()) or not _same_operation(pattern, node):
        return False
    nodes_map[pattern] = node
    if pattern.op == "placeholder":
        return True
    if len(pattern.args) != len(node.args) or list(pattern.kwargs) != list(node.kwargs):
        return False
    pairs = zip((*pattern.args, *pattern.kwargs.values()), (*node.args, *node.kwargs.values()), strict=True)
    return all(_match(inner, other, nodes_map) for inner, other in pairs)


def _computed(match: Occurrence) -> list[Node]:
    """The nodes of an occurrence that its inputs do not stand for."""
    pairs = match.nodes_map.items()
    return [node for key, node in pairs if key.op not in ("placeholder", "output") and isinstance(node, Node)]


def _has_cycle_around(nodes: list[Node]) -> bool:
    """Whether a value leaves the nodes and comes back to them."""
    inside = set(nodes)
    queue = [user for node in nodes for user in node.users if user not in inside]
    visited: set[Node] = set()
    while queue:
        node = queue.pop()
        if node in inside:
            return True
        visited.add(node)
        queue.extend(user for user in node.users if user not in visited)
    return False


def _disjoint(matches: list[Occurrence]) -> list[Occurrence]:
    """The occurrences that share no computed node with an earlier one that is kept."""
    taken: set[Node] = set()
    kept: list[Occurrence] = []
    for match in matches:
        nodes = _computed(match)
        if taken.isdisjoint(nodes):
            taken.update(nodes)
            kept.append(match)
    return kept
