"""The chapters of the specification, in reading order."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from specs import interpreter

__all__ = ["CHAPTERS"]

CHAPTERS: Final[tuple[tuple[str, ModuleType], ...]] = (("INT", interpreter),)
"""Each chapter with the prefix of its clauses' ids."""
