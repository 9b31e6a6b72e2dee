"""All made archives by name."""

from __future__ import annotations

from typing import Final

from tests.corpus.made import grid
from tests.corpus.made.case import Cases

__all__ = ["CASES"]

CASES: Final[Cases] = {**grid.CASES}
