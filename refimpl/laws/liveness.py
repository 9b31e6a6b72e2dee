"""Which nodes dead code elimination keeps: only their values are there for an assert to compute from."""

from __future__ import annotations

from collections.abc import Iterable

from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.node import Node
from refimpl.laws.blind_run import Step

__all__ = ["dead_nodes"]


def dead_nodes(steps: Iterable[Step]) -> frozenset[str]:
    """The paths of the nodes that dead code elimination drops, those of a dropped node's sub-graphs among them.

    A node is kept if it is impure (``fx.Node.is_impure``), has a sub-graph with such a node, or is used by a kept one.
    """
    kept: dict[Graph, set[Node]] = {}
    dead: set[str] = set()
    for step in steps:
        graph = step.node.graph
        found = kept.get(graph)
        if found is None:
            found = kept[graph] = _kept(graph)
        if step.node not in found:
            dead.add(step.path)
    if not dead:
        return frozenset()
    return frozenset(step.path for step in steps if any(outer in dead for outer in _outer(step.path)))


def _kept(graph: Graph) -> set[Node]:
    kept: set[Node] = set()
    for node in reversed(graph.nodes):
        if node.is_impure() or not kept.isdisjoint(node.users) or _runs_effects(node):
            kept.add(node)
    return kept


def _runs_effects(node: Node) -> bool:
    """Whether a sub-graph among the operands has an effect."""
    return any(
        inner.op not in ("placeholder", "output") and (inner.is_impure() or _runs_effects(inner))
        for operand in node.all_input_nodes
        for inner in _nodes_of(operand)
    )


def _nodes_of(operand: Node) -> Iterable[Node]:
    owner = operand.graph.owning_module
    if operand.op != "get_attr" or owner is None:
        return ()
    found: object = owner
    for part in str(operand.target).split("."):
        found = getattr(found, part, None)
    return found.graph.nodes if isinstance(found, GraphModule) else ()


def _outer(path: str) -> Iterable[str]:
    """The path of the node and of each node in whose sub-graph it stands."""
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1, 2))
