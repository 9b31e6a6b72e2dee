"""The ``repr`` of a module: its class and its parts, indented."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["add_indent", "describe"]


def add_indent(text: str, spaces: int) -> str:
    """Indent every line but the first; blank lines become empty (a single line stays as it is)."""
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * spaces + line if line.strip() else "" for line in rest)])


def describe(name: str, extra: str, parts: Mapping[str, object]) -> str:
    """``Name(extra)``, or one line per part, as ``torch.nn.Module`` prints itself."""
    extra_lines = extra.split("\n") if extra else []
    part_lines = [f"({key}): {add_indent(repr(part), 2)}" for key, part in parts.items()]
    lines = extra_lines + part_lines
    if not lines:
        return f"{name}()"
    if len(extra_lines) == 1 and not part_lines:
        return f"{name}({extra_lines[0]})"
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"
