"""What the standard streams are: a terminal or not, how wide, with colours or without."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final

__all__ = ["WIDTH", "open_streams", "shows_color", "text_width"]

WIDTH: Final = 100
"""The width of wrapped text where nobody says otherwise, and the most there is."""
_NARROWEST: Final = 40


def shows_color() -> bool:
    """Whether standard output is a terminal that is to be coloured (``NO_COLOR`` unset, ``TERM`` not ``dumb``)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def text_width() -> int:
    """The width to wrap text at: the terminal's within limits, the same everywhere else."""
    if not sys.stdout.isatty():
        return WIDTH
    return max(_NARROWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def open_streams() -> None:
    """Give a process that was started with closed standard streams some that go nowhere."""
    # Typeshed says that they are never None; Python says otherwise when their descriptors are closed.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the process
