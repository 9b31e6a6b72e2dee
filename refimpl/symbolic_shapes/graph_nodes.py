"""Which nodes of a graph bind symbols, and what its placeholders hold."""

from __future__ import annotations

from typing import final

from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.node import Node
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.symbolic_shapes.sym_node import IntLike, SymInt
from refimpl.terms import IntTerm, Scalar, Symbol

__all__ = [
    "SymIntEqByExpr",
    "find_symbol_binding_fx_nodes",
    "fx_placeholder_targets",
    "fx_placeholder_vals",
    "is_symbol_binding_fx_node",
]


def is_symbol_binding_fx_node(node: Node) -> Symbol | None:
    """The symbol that the node's ``meta["val"]`` is, if the node is a placeholder or the symbol is unbacked."""
    value = node.meta.get("val")
    expr = value.node.expr if isinstance(value, SymInt) else None
    symbol = expr.symbol if isinstance(expr, IntTerm) else None
    if symbol is None:
        return None
    return symbol if node.op == "placeholder" or is_unbacked(symbol) else None


def find_symbol_binding_fx_nodes(graph: Graph) -> dict[Symbol, Node]:
    """The first node that binds each symbol."""
    found: dict[Symbol, Node] = {}
    for node in graph.nodes:
        symbol = is_symbol_binding_fx_node(node)
        if symbol is not None:
            found.setdefault(symbol, node)
    return found


def fx_placeholder_vals(gm: GraphModule) -> list[object]:
    """``meta["val"]`` of each placeholder. Raises KeyError if one has none."""
    return [node.meta["val"] for node in gm.graph.nodes if node.op == "placeholder"]


def fx_placeholder_targets(gm: GraphModule) -> list[str]:
    """The target of each placeholder."""
    return [str(node.target) for node in gm.graph.nodes if node.op == "placeholder"]


@final
class SymIntEqByExpr:
    """An integer compared and hashed by its term after replacement; no guard is taken.

    Comparing with anything else raises AssertionError. Source: ``SymIntEqByExpr``.
    """

    __slots__ = ("val",)

    def __init__(self, val: IntLike) -> None:
        self.val: Scalar = val.node.expr if isinstance(val, SymInt) else val

    def __repr__(self) -> str:
        return str(self.val)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SymIntEqByExpr):
            raise AssertionError(f"Expected SymIntEqByExpr, got {type(other)}")
        return self.val == other.val

    def __hash__(self) -> int:
        return hash(self.val)
