"""The checks of ``Graph.lint``."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING

from refimpl.fx._format import typename
from refimpl.fx.module import Module

if TYPE_CHECKING:
    from refimpl.fx.graph import Graph
    from refimpl.fx.node import Node

__all__ = ["check_graph"]

_LEGAL_OPS = frozenset(("call_function", "call_method", "get_attr", "call_module", "placeholder", "output"))


def check_graph(graph: Graph) -> None:
    """Raise ``RuntimeError`` or ``ValueError`` if the graph is ill-formed (``torch.fx.Graph.lint``)."""
    names: set[str] = set()
    values: set[Node] = set()
    for node in graph.nodes:
        if node.op not in _LEGAL_OPS:
            raise RuntimeError(f"Node {node} had unknown opcode {node.op}!")
        if node.graph is not graph:
            raise RuntimeError(f"Node '{node}' does not belong to this Graph!")
        if node not in graph._find_nodes_lookup_table:
            raise RuntimeError(f"Node '{node}' is not added to the side table")
        for arg in node._input_nodes:
            _check_argument(graph, node, arg, values)
        values.add(node)
        if node.name in names:
            raise RuntimeError(f"Node redefined name {node.name}!")
        names.add(node.name)
    if graph.owning_module is not None:
        for node in graph.nodes:
            _check_target(node, graph.owning_module)


def _check_argument(graph: Graph, node: Node, arg: Node, values: set[Node]) -> None:
    """Raise if a node uses a foreign node, or one that comes later."""
    if arg.graph is not graph:
        raise RuntimeError(
            f"Argument '{arg}' of Node '{node}' does not belong to this Graph, but was used as an argument! "
            f"If you are copying nodes from another graph, make sure to use ``arg_transform`` on node_copy() "
            f"to remap values\n{graph}"
        )
    if arg not in values:
        raise RuntimeError(
            f"Argument '{arg}' of Node '{node}' was used before it has been defined! "
            f"Please check that Nodes in the graph are topologically ordered\n{graph}"
        )


def _check_target(node: Node, owner: Module) -> None:
    """Raise if a target does not fit the operation or does not exist in the owning module."""
    target = node.target
    if node.op == "call_function":
        if not callable(target):
            raise ValueError(f"Node {node} target {target} has type {typename(target)} but a Callable is expected")
        return
    if not isinstance(target, str):
        raise ValueError(f"Node {node} target {target} has type {typename(target)} but a str is expected")
    if node.op not in ("get_attr", "call_module"):
        return
    atoms = target.split(".")
    holder: object = owner
    for depth, atom in enumerate(atoms):
        held: object = getattr(holder, atom, None)
        path = ".".join(atoms[:depth])
        if held is None:
            raise RuntimeError(f"Node {node} target {target} references nonexistent attribute {atom} of {path}")
        if node.op == "call_module" and not isinstance(held, Module):
            raise RuntimeError(f"Node {node} target {target} {atom} of {path} does not reference an nn.Module")
        holder = held
