"""The comment that says where a node came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from refimpl.fx._narrow import is_dict

if TYPE_CHECKING:
    from refimpl.fx.node import Node

__all__ = ["stack_summary"]

_FRAME = re.compile(r"^File \"(.+)\", line (\d+), in (.+)$")


def stack_summary(node: Node, additional_meta: list[str] | None) -> str:
    """``# File: path:line in function, code: text`` of the innermost frame, with requested metadata before it."""
    extra = ", ".join([f"{key}: {node.meta[key]}" for key in additional_meta or () if key in node.meta])
    where = "No stacktrace found for following nodes"
    if node.stack_trace:
        where = _innermost_frame(node.stack_trace) or where
    prefix = f"# {extra} " if extra else ""
    return f"{prefix}#{_annotation(node)}{_recompute(node)} {where}"


def _innermost_frame(trace: str) -> str | None:
    """The last frame of a stack trace, on one line."""
    lines = trace.strip().split("\n")
    for index in range(len(lines) - 2, -1, -1):
        match = _FRAME.match(lines[index].strip())
        if match:
            file, line, name = match.groups()
            return f"File: {file}:{line} in {name}, code: {lines[index + 1].strip()}"
    return None


def _annotation(node: Node) -> str:
    """The user's annotations, values cut at 40 characters."""
    custom = node.meta.get("custom")
    if not is_dict(custom) or not custom:
        return ""
    shown = {key: str(value)[:40] + "..." if len(str(value)) > 40 else value for key, value in custom.items()}
    return f" Annotation: {shown}"


def _recompute(node: Node) -> str:
    """The recomputation tags that PyTorch's compiler leaves."""
    recompute, graph_id = node.meta.get("recompute"), node.meta.get("ac_graph_id")
    name = getattr(recompute, "name", recompute)
    if graph_id is not None:
        return f" ac_graph_id: {graph_id}" + (f" - {name}" if recompute is not None else "")
    return f" recompute: {name}" if recompute is not None else ""
