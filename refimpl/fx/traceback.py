"""Metadata that follows nodes through a transformation (the part of ``torch.fx.traceback`` it needs)."""

from __future__ import annotations

import copy
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from refimpl.fx._narrow import is_list

if TYPE_CHECKING:
    from refimpl.fx.node import Node

__all__ = [
    "NodeSource",
    "NodeSourceAction",
    "get_current_meta",
    "has_preserved_node_meta",
    "preserve_node_meta",
    "set_current_meta",
]

_preserve: ContextVar[bool] = ContextVar("preserve_node_meta", default=False)
_current: ContextVar[dict[str, object] | None] = ContextVar("current_meta", default=None)


class NodeSourceAction(Enum):
    """How a node came from another."""

    CREATE = "create"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class NodeSource:
    """The node, and the pass, that a node came from; ``from_node`` is that node's own history."""

    name: str
    target: str
    graph_id: int
    pass_name: str = ""
    action: tuple[NodeSourceAction, ...] = ()
    from_node: list[NodeSource] = field(default_factory=list["NodeSource"])

    @classmethod
    def of(cls, node: Node, pass_name: str, action: NodeSourceAction) -> NodeSource:
        """The record that ``pass_name`` made a node from ``node``."""
        history = node.meta.get("from_node")
        earlier = [source for source in history if isinstance(source, NodeSource)] if is_list(history) else []
        return cls(node.name, str(node.target), id(node.graph), pass_name, (action,), copy.copy(earlier))


@contextmanager
def preserve_node_meta(enable: bool = True) -> Generator[None, None, None]:
    """While active, nodes that a tracer creates take over metadata from the node being interpreted."""
    preserve, current = _preserve.set(enable), _current.set(_current.get())
    try:
        yield
    finally:
        _current.reset(current)
        _preserve.reset(preserve)


def has_preserved_node_meta() -> bool:
    """Whether ``preserve_node_meta`` is active."""
    return _preserve.get()


@contextmanager
def set_current_meta(node: Node, pass_name: str = "") -> Generator[None, None, None]:
    """While active, ``node`` is the one being interpreted (if it has metadata and these are preserved)."""
    if not (_preserve.get() and node.meta):
        yield
        return
    source = NodeSource.of(node, pass_name, NodeSourceAction.CREATE)
    token = _current.set({**node.meta, "from_node": [source]})
    try:
        yield
    finally:
        _current.reset(token)


def get_current_meta() -> dict[str, object]:
    """The metadata of the node being interpreted, empty if there is none."""
    return _current.get() or {}
