"""Graphs and their interpreter: the part of ``torch.fx`` that needs no tensors.

The same script runs under ``import refimpl.fx as fx`` and ``import torch.fx as fx``; ``docs/fx.md`` lists what is
the same, what differs and what is absent. ``Module`` stands in for ``torch.nn.Module``.
"""

from __future__ import annotations

from refimpl.fx._symbolic_trace import PH, ProxyableClassMeta, Tracer, symbolic_trace, wrap
from refimpl.fx.codegen import CodeGen
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.immutable_collections import immutable_dict, immutable_list
from refimpl.fx.interpreter import Interpreter, Transformer
from refimpl.fx.module import Module
from refimpl.fx.node import Argument, Node, Target, has_side_effect, map_aggregate, map_arg
from refimpl.fx.proxy import Proxy, TraceError
from refimpl.fx.subgraph_rewriter import replace_pattern

__all__ = [
    "PH",
    "Argument",
    "CodeGen",
    "Graph",
    "GraphModule",
    "Interpreter",
    "Module",
    "Node",
    "Proxy",
    "ProxyableClassMeta",
    "Target",
    "TraceError",
    "Tracer",
    "Transformer",
    "has_side_effect",
    "immutable_dict",
    "immutable_list",
    "map_aggregate",
    "map_arg",
    "replace_pattern",
    "symbolic_trace",
    "wrap",
]
