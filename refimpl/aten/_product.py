"""The product of sizes."""

from __future__ import annotations

from collections.abc import Iterable

from refimpl.terms import Dim

__all__ = ["product"]


def product(sizes: Iterable[Dim]) -> Dim:
    """The number of elements of a shape."""
    total: Dim = 1
    for size in sizes:
        total = total * size
    return total
