"""What assumptions say of terms, by enumerating a small box of valuations, and bounds that know them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

from refimpl.terms import Bounds, Cond, Dim, Undefined, evaluate

__all__ = ["knowing", "values"]

BOX: Final = (-4, -2, -1, 0, 1, 2, 3, 4)


def knowing(assumptions: Sequence[Cond]) -> Bounds:
    """Bounds that assume the conditions, which do not contradict each other."""
    bounds = Bounds()
    for condition in assumptions:
        bounds.assume(condition)
    assert not bounds.inconsistent
    return bounds


def _points(*terms: Dim | Cond) -> list[dict[str, int | float | bool]]:
    """The valuations of a box of the symbols that occur."""
    free = {found for term in terms if not isinstance(term, (int, bool)) for found in term.free}
    names = sorted(found.name for found in free)
    numbers = BOX if len(names) < 4 else BOX[2:7:2]
    values = [(False, True) if name.startswith("p") else numbers for name in names]
    return [dict(zip(names, point, strict=True)) for point in product(*values)]


def _holding(assumptions: Sequence[Cond], *terms: Dim | Cond) -> list[dict[str, int | float | bool]]:
    return [
        point
        for point in _points(*assumptions, *terms)
        if all(evaluate(condition, point) is True for condition in assumptions)
    ]


def values(assumptions: Sequence[Cond], term: Dim | Cond) -> set[int | float | bool]:
    """The values of the term where the assumptions hold and it is defined."""
    found: set[int | float | bool] = set()
    for point in _holding(assumptions, term):
        try:
            found.add(evaluate(term, point))
        except Undefined:
            continue
    return found
