"""The command line: ``refimpl check``, ``propagate``, ``bench``, ``explain``."""

from __future__ import annotations

from refimpl.cli.main import main

__all__ = ["main"]
