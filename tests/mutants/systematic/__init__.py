"""Every small change of the pure packages, the check of the specification or of the proofs that notices it."""

from __future__ import annotations

from typing import Final

__all__ = ["PACKAGES"]

PACKAGES: Final = ("symbolic_shapes", "terms", "laws", "solver")
"""The packages whose every comparison, constant, operator and statement is changed, below ``refimpl``."""
