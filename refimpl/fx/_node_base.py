"""What a node stores, its place in the list of its graph, and the mapping of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from refimpl.fx._narrow import is_dict, is_list, is_slice, is_tuple, slice_parts, tuple_like
from refimpl.fx.immutable_collections import immutable_dict, immutable_list

if TYPE_CHECKING:
    from refimpl.fx.graph import Graph
    from refimpl.fx.node import Node

__all__ = ["ATOMS", "NO_KWARGS", "Argument", "NodeBase", "Target", "map_aggregate", "map_nodes", "sort_key_between"]

Target: TypeAlias = Callable[..., object] | str
"""What a node calls: a function (``call_function``), else a name."""

Argument: TypeAlias = (
    "Node | tuple[Argument, ...] | list[Argument] | dict[str, Argument] | slice | range | object | None"
)
"""What a node may be given: nodes, structures of them, and constants, which are opaque to the graph."""

NO_KWARGS: immutable_dict[str, Argument] = immutable_dict()
"""The keyword arguments of a node without any."""
ATOMS = frozenset((int, str, float, bool, type(None)))
_CONTAINERS = (tuple, list, dict, slice)


class NodeBase:
    """The stored fields of a node, its neighbours and its sort key.

    ``_sort_key`` orders the nodes of a graph: tuples of unequal length leave room for insertions, so that no
    insertion renumbers its neighbours. Source: ``torch._C._NodeBase``.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_args",
        "_erased",
        "_input_nodes",
        "_kwargs",
        "_next",
        "_prev",
        "_repr_fn",
        "_sort_key",
        "graph",
        "meta",
        "name",
        "op",
        "target",
        "type",
        "users",
    )

    graph: Graph
    name: str
    op: str
    target: Target
    type: object
    users: dict[Node, None]
    meta: dict[str, object]
    _args: tuple[Argument, ...]
    _kwargs: dict[str, Argument]
    _input_nodes: dict[Node, None]
    _erased: bool
    _prev: Node
    _next: Node
    _sort_key: tuple[int, ...]
    _repr_fn: Callable[[Node], str] | None

    def __lt__(self, other: object) -> bool:
        return self._sort_key < other._sort_key if isinstance(other, NodeBase) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._sort_key > other._sort_key if isinstance(other, NodeBase) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._sort_key <= other._sort_key if isinstance(other, NodeBase) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._sort_key >= other._sort_key if isinstance(other, NodeBase) else NotImplemented


def sort_key_between(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...]:
    """A key strictly between two neighbouring keys (the empty key is both first and last)."""
    if not after and before:
        return (before[0] + 1,)
    if len(before) > len(after):
        *prefix, last = before[: len(after) + 1]
        return (*prefix, last + 1)
    if len(before) < len(after):
        *prefix, last = after[: len(before) + 1]
        return (*prefix, last - 1)
    return (*before, 0)


def map_aggregate(a: Argument, fn: Callable[[Argument], Argument]) -> Argument:
    """Apply ``fn`` to each leaf of nested tuples, lists, dicts and slices; a ``range`` is a leaf.

    Tuples stay tuples (named ones keep their class), lists and dicts become immutable ones.
    Source: ``torch.fx.node.map_aggregate``.
    """
    return _map_aggregate(a, fn)


def _map_aggregate(a: object, fn: Callable[[object], object]) -> object:
    """``map_aggregate`` on values of which nothing is known."""
    if is_tuple(a):
        return tuple_like(a, [_map_aggregate(item, fn) for item in a])
    if is_list(a):
        return immutable_list([_map_aggregate(item, fn) for item in a])
    if is_dict(a):
        return immutable_dict([(key, _map_aggregate(value, fn)) for key, value in a.items()])
    if is_slice(a):
        start, stop, step = slice_parts(a)
        return slice(_map_aggregate(start, fn), _map_aggregate(stop, fn), _map_aggregate(step, fn))
    return fn(a)


def map_nodes(a: object, fn: Callable[[Node], object]) -> object:
    """Apply ``fn`` to each node in nested arguments and leave every other leaf (``map_arg`` without its check)."""
    if isinstance(a, NodeBase):
        return fn(a)  # type: ignore[arg-type]  # Node is the one subclass
    kind = type(a)
    if kind in ATOMS:
        return a
    if kind is tuple:
        items: tuple[object, ...] = a  # type: ignore[assignment]  # its class was tested, faster than isinstance
        # Written out because this is the common case, and a call for each item would double its cost.
        mapped: list[object] = []
        for item in items:
            if type(item) in ATOMS:
                mapped.append(item)
            elif isinstance(item, NodeBase):
                mapped.append(fn(item))  # type: ignore[arg-type]  # as above
            else:
                mapped.append(map_nodes(item, fn))
        return tuple(mapped)
    if kind is immutable_list:
        elements: list[object] = a  # type: ignore[assignment]  # as above
        return immutable_list([map_nodes(item, fn) for item in elements]) if elements else elements
    if kind is immutable_dict:
        entries: dict[str, object] = a  # type: ignore[assignment]  # as above
        return immutable_dict([(key, map_nodes(value, fn)) for key, value in entries.items()]) if entries else entries
    if not issubclass(kind, _CONTAINERS):
        return a

    def leaf(value: object) -> object:
        return fn(value) if isinstance(value, NodeBase) else value  # type: ignore[arg-type]  # as above

    return _map_aggregate(a, leaf)
