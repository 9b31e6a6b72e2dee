"""After which node each value is no longer needed."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.fx._node_list import NodeList
    from refimpl.fx.node import Node

__all__ = ["last_uses"]


def last_uses(nodes: NodeList) -> dict[Node, list[Node]]:
    """For each node that is the last user of others, those others."""
    seen: set[Node] = set()
    result: dict[Node, list[Node]] = {}
    for user in reversed(nodes):
        for node in user._input_nodes:
            if node not in seen:
                seen.add(node)
                result.setdefault(user, []).append(node)
    return result
