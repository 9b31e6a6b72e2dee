"""The sentence for a crash of our own."""

from __future__ import annotations

import traceback
from pathlib import Path

__all__ = ["own_bug"]


def own_bug(error: Exception) -> str:
    """What happened and where, and that it is our fault."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"this is a bug in refimpl, please report it: {type(error).__name__} at {place}: {error}"
