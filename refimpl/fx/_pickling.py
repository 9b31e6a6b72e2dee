"""Pickling of a ``GraphModule``: its attributes, and its graph as flat data that is traced again on load."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from refimpl.fx._narrow import is_keyword_dict, is_tuple
from refimpl.fx._node_base import Argument, Target, map_aggregate, map_nodes
from refimpl.fx._symbolic_trace import Tracer
from refimpl.fx.codegen import CodeGen
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.module import Module
from refimpl.fx.node import Node

__all__ = ["PickledGraph", "pickled_graph", "rebuild"]


@final
@dataclass(frozen=True, slots=True)
class _Place:
    """The node at that position, in the arguments of a later one."""

    index: int


@final
@dataclass(frozen=True, slots=True)
class PickledGraph:
    """The nodes of a graph in order (op, target, arguments, name, type) and its conventions.

    Of the metadata only which functions were wrapped is kept, by position.
    """

    nodes: tuple[tuple[str, Target, object, object, str, object], ...]
    wrapped: tuple[int, ...]
    codegen: CodeGen
    tracer_cls: type[Tracer] | None


class _KeepModules(Tracer):
    """Traces a graph module that was loaded; its modules were leaves when it was traced first."""

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Every module."""
        return True


def pickled_graph(graph: Graph, tracer_cls: object) -> PickledGraph:
    """The graph as data. Its length costs no recursion."""
    places = {node: _Place(index) for index, node in enumerate(graph.nodes)}

    def place(node: Node) -> object:
        return places[node]

    nodes = tuple(
        (node.op, node.target, map_nodes(node._args, place), map_nodes(node._kwargs, place), node.name, node.type)
        for node in graph.nodes
    )
    wrapped = tuple(index for index, node in enumerate(graph.nodes) if node.meta.get("is_wrapped"))
    tracer = tracer_cls if isinstance(tracer_cls, type) and issubclass(tracer_cls, Tracer) else None
    return PickledGraph(nodes, wrapped, graph._codegen, tracer)


def rebuild(state: dict[str, object], pickled: PickledGraph) -> GraphModule:
    """The module with these attributes whose graph is what tracing the pickled one records.

    As in PyTorch, metadata are gone, names are given anew, and attributes that are no modules became constants.
    """
    body = Module()
    body.__dict__.update(state)
    graph = Graph()
    graph.set_codegen(pickled.codegen)
    made: list[Node] = []

    def node_of(value: Argument) -> Argument:
        return made[value.index] if isinstance(value, _Place) else value

    for op, target, args, kwargs, name, kind in pickled.nodes:
        arguments, keywords = map_aggregate(args, node_of), map_aggregate(kwargs, node_of)
        assert is_tuple(arguments)
        assert is_keyword_dict(keywords)
        made.append(graph.create_node(op, target, arguments, keywords, name, kind))
    for index in pickled.wrapped:
        made[index].meta["is_wrapped"] = True
    first = GraphModule(body, graph)
    tracer = _KeepModules()
    traced = tracer.trace(first)
    traced._tracer_cls = pickled.tracer_cls or Tracer
    module = GraphModule(first, traced)
    for name, value in state.items():
        if not hasattr(module, name):
            setattr(module, name, value)
    return module
