"""After which node of a run the values of which nodes are gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

__all__ = ["Dropped"]


@final
class Dropped:
    """Told before each node which nodes have a value; ``running`` is the node that ran last."""

    def __init__(self) -> None:
        self.freed: list[tuple[str, tuple[str, ...]]] = []
        self.running: str | None = None
        self._held: dict[str, None] | None = None

    def note(self, graph: Iterable[str], present: Iterable[str]) -> None:
        """Note what was dropped since the last time; ``graph`` are the names of all nodes, in order."""
        here = frozenset(present)
        if self._held is None:
            self._held = dict.fromkeys(name for name in graph if name in here)
        gone = tuple([name for name in self._held if name not in here])
        if gone:
            self.freed.append((self.running or "", gone))
            for name in gone:
                del self._held[name]

    def ran(self, name: str) -> None:
        """A node has a value now."""
        if self._held is not None:
            self._held[name] = None
