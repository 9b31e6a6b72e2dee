"""The nodes of a graph as a sequence, the insertion point, and the index by operation."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.fx._node_base import Target
    from refimpl.fx.graph import Graph
    from refimpl.fx.node import Node

__all__ = ["FindNodesLookupTable", "InsertPoint", "NodeList"]


class NodeList:
    """The nodes of a graph in order; it may change while it is iterated.

    An iterator that stands on an erased node goes on from there, skipping erased ones.
    """

    __slots__ = ("direction", "graph")

    def __init__(self, graph: Graph, direction: str = "_next") -> None:
        if direction not in ("_next", "_prev"):
            raise AssertionError(f"direction must be '_next' or '_prev', got {direction}")
        self.graph: Graph = graph
        self.direction = direction

    def __len__(self) -> int:
        return self.graph._len

    def __iter__(self) -> Iterator[Node]:
        return _forward(self.graph._root) if self.direction == "_next" else _backward(self.graph._root)

    def __reversed__(self) -> Iterator[Node]:
        return _backward(self.graph._root) if self.direction == "_next" else _forward(self.graph._root)


# The interpreter's messages about wrong uses (indexing, for one) name the class.
NodeList.__name__ = "_node_list"


def _forward(root: Node) -> Iterator[Node]:
    """The nodes after the root, until the root comes round again."""
    node = root._next
    while node is not root:
        if not node._erased:
            yield node
        node = node._next


def _backward(root: Node) -> Iterator[Node]:
    """The nodes before the root, until the root comes round again."""
    node = root._prev
    while node is not root:
        if not node._erased:
            yield node
        node = node._prev


class InsertPoint:
    """Where new nodes go; as a context manager it restores the place they went before."""

    __slots__ = ("graph", "orig_insert")

    def __init__(self, graph: Graph, new_insert: Callable[[Node], None]) -> None:
        self.graph: Graph = graph
        self.orig_insert: Callable[[Node], None] = graph._insert
        graph._insert = new_insert

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.graph._insert = self.orig_insert


class FindNodesLookupTable:
    """The nodes of a graph by operation, and by function for ``call_function``."""

    __slots__ = ("table",)

    def __init__(self) -> None:
        self.table: dict[tuple[str, Target | None], dict[Node, None]] = {}

    def __contains__(self, node: Node) -> bool:
        nodes = self.table.get((node.op, node.target if node.op == "call_function" else None))
        return nodes is not None and node in nodes

    def insert(self, node: Node) -> None:
        """File a node (last among those of its key)."""
        key = (node.op, node.target if node.op == "call_function" else None)
        nodes = self.table.get(key)
        if nodes is None:
            self.table[key] = {node: None}
        else:
            nodes[node] = None

    def remove(self, node: Node) -> None:
        """Take a filed node out; ``KeyError`` if it is not filed."""
        self.table.get((node.op, node.target if node.op == "call_function" else None), {}).pop(node)

    def refile(self, nodes: list[Node]) -> None:
        """File these nodes anew, last among those of their keys (what generating code does to the order)."""
        for node in nodes:
            if node in self:
                self.remove(node)
                self.insert(node)

    def find_nodes(self, *, op: str, target: Target | None = None) -> list[Node]:
        """The nodes filed under ``op``, of one target if it is given (``call_function`` needs one)."""
        if op == "call_function":
            if target is None:
                raise AssertionError("target must not be None for call_function op")
            return list(self.table.get((op, target), ()))
        nodes = list(self.table.get((op, None), ()))
        return nodes if target is None else [node for node in nodes if node.target == target]
