"""The user's part of the current stack."""

from __future__ import annotations

import os.path
import traceback

__all__ = ["user_stack"]

_HERE = os.path.dirname(__file__)


def user_stack() -> str | None:
    """The frames from the first ``forward`` inwards, without those of this package; ``None`` if there are none."""
    frames = traceback.extract_stack()
    start = next((index for index, frame in enumerate(frames) if frame.name == "forward"), None)
    if start is None:
        return None
    mine = [frame for frame in frames[start:] if os.path.dirname(frame.filename) != _HERE]
    return "".join(traceback.StackSummary.from_list(mine).format()).strip() or None
