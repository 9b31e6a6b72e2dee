"""Whether a size depends on data: an unbacked symbol occurs in it."""

from __future__ import annotations

from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import Dim, Symbol

__all__ = ["is_data_dependent"]


def is_data_dependent(size: Dim) -> bool:
    """Whether an unbacked symbol occurs; a plain number never depends on data."""
    return not isinstance(size, int) and any(isinstance(symbol, Symbol) and is_unbacked(symbol) for symbol in size.free)
