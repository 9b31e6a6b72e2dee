"""``range_constraints``: the recorded range of each symbol, and of each product that has one of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from refimpl.export.guards import UnreadGuard, read_infix
from refimpl.export.limits import Limits
from refimpl.export.schema import RangeConstraint
from refimpl.terms import Scalar, Sort, float_symbol, symbol

__all__ = ["SymbolRange", "first_fresh", "read_ranges"]

_SYMBOL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class SymbolRange:
    """A recorded range, both ends included, None unbounded.

    ``term`` is what the key (``s0``, ``2*s9``) denotes, None if the key is outside the grammar of expressions.
    """

    key: str
    term: Scalar | None
    low: int | None
    high: int | None


def read_ranges(
    record: Mapping[str, RangeConstraint], sorts: Mapping[str, Sort], limits: Limits
) -> tuple[SymbolRange, ...]:
    """The ranges in the archive's order. ``sorts`` are those of the symbols that occur in recorded values."""

    def named(name: str) -> Scalar | None:
        if _SYMBOL.fullmatch(name) is None:
            return None
        sort = sorts.get(name, Sort.FLOAT if name.startswith("z") else Sort.INT)
        return float_symbol(name) if sort is Sort.FLOAT else symbol(name)

    ranges: list[SymbolRange] = []
    for key, entry in record.items():
        term = named(key)
        if term is None:
            read = read_infix(key, named, limits)
            term = None if isinstance(read, UnreadGuard) else read
        ranges.append(SymbolRange(key, term, entry.min_val, entry.max_val))
    return tuple(ranges)


def first_fresh(prefix: str, names: Mapping[str, object] | list[str]) -> int:
    """The first number that no symbol ``<prefix>N`` among the names has; PyTorch's counters start there."""
    numbers = [int(name[len(prefix) :]) for name in names if _numbered(name, prefix)]
    return max(numbers, default=-1) + 1


def _numbered(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name[len(prefix) :].isdecimal() and len(name) < 40
