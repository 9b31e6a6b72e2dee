"""Lines of an earlier text of a module in the present one: what was measured stays usable while the code changes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

__all__ = ["moved"]


def moved(before: Sequence[str], after: Sequence[str]) -> dict[int, list[int]]:
    """Where each line of the earlier text stands now; the lines of a changed block are each other's, all with all."""
    found: dict[int, list[int]] = {}
    for kind, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.update({first + i + 1: [start + i + 1] for i in range(last - first)})
        elif kind == "insert":
            found.setdefault(first, []).extend(range(start + 1, end + 1))
        else:
            found.update({line + 1: list(range(start + 1, end + 1)) for line in range(first, last)})
    return found
