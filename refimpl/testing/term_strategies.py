"""Strategies of terms, conditions, valuations and ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hypothesis import strategies as st

from refimpl.terms import (
    Cond,
    Dim,
    ValueRange,
    add,
    eq,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    int_of_bool,
    ite,
    land,
    le,
    lnot,
    lor,
    lt,
    mod,
    multiply,
    ne,
    symbol,
)
from refimpl.testing._arguments import at_least, ordered, symbol_names

__all__ = ["NAMES", "conditions", "terms", "valuations", "value_ranges"]

NAMES: Final = ("s0", "u0", "u1")
"""One backed and two unbacked symbols: what strategies speak of unless told otherwise."""

_COMPARISONS: Final[tuple[Callable[[Dim, Dim], Cond], ...]] = (ge, le, eq, ne, gt, lt)


def terms(
    *,
    names: Sequence[str] = NAMES,
    constants: tuple[int, int] = (-4, 8),
    max_depth: int = 2,
    total: bool = False,
) -> st.SearchStrategy[Dim]:
    """Integer terms over the named symbols: constants first, then symbols, then every integer operation.

    ``constants`` are the inclusive ends of the numbers that occur, ``max_depth`` the number of nested operations.
    With ``total`` each term is defined at every valuation: nothing is divided by a term that may be zero.
    Raises InvalidArgument for empty bounds, a negative depth, or names that are no names.
    """
    checked = symbol_names(names)
    low, high = ordered("constants", constants)
    return _terms(checked, st.integers(low, high), at_least("max_depth", max_depth, 0), total)


def _terms(
    names: tuple[str, ...], constants: st.SearchStrategy[int], depth: int, total: bool
) -> st.SearchStrategy[Dim]:
    leaf: st.SearchStrategy[Dim] = st.one_of(constants, st.sampled_from(names).map(symbol))
    if depth == 0:
        return leaf
    below = _terms(names, constants, depth - 1, total)
    divisor: st.SearchStrategy[Dim] = st.sampled_from((1, 2, 3, -2))
    if not total:
        divisor = divisor | below
    return st.one_of(
        leaf,
        st.builds(add, below, below),
        st.builds(multiply, below, below),
        st.builds(floor_div, below, divisor),
        st.builds(mod, below, divisor),
        st.builds(int_max, below, below),
        st.builds(int_min, below, below),
        st.builds(int_of_bool, _comparisons(below)),
        st.builds(ite, _comparisons(below), below, below),
    )


def _comparisons(sides: st.SearchStrategy[Dim]) -> st.SearchStrategy[Cond]:
    return st.builds(_compare, st.sampled_from(_COMPARISONS), sides, sides)


def _compare(comparison: Callable[[Dim, Dim], Cond], left: Dim, right: Dim) -> Cond:
    return comparison(left, right)


def conditions(
    *,
    names: Sequence[str] = NAMES,
    constants: tuple[int, int] = (-4, 8),
    max_depth: int = 1,
    connectives: bool = True,
    total: bool = False,
) -> st.SearchStrategy[Cond]:
    """Conditions: comparisons of `terms`, and with ``connectives`` their negations, conjunctions, disjunctions.

    A condition that is plain comes out as ``True`` or ``False``. Errors as of `terms`.
    """
    checked = symbol_names(names)
    low, high = ordered("constants", constants)
    sides = _terms(checked, st.integers(low, high), at_least("max_depth", max_depth, 0), total)
    simple = _comparisons(sides)
    if not connectives:
        return simple
    return st.one_of(simple, simple.map(lnot), st.builds(land, simple, simple), st.builds(lor, simple, simple))


def valuations(
    *, names: Sequence[str] = NAMES, low: int = -4, high: int = 8
) -> st.SearchStrategy[dict[str, int | float | bool]]:
    """A number in ``[low, high]`` for each name. Raises InvalidArgument for empty bounds."""
    ordered("bounds", (low, high))
    number: st.SearchStrategy[int | float | bool] = st.integers(low, high)
    return st.fixed_dictionaries(dict.fromkeys(symbol_names(names), number))


def value_ranges(
    *, low: int | None = None, high: int | None = None, unbounded: bool = True, empty: bool = False
) -> st.SearchStrategy[ValueRange]:
    """Ranges of integers with ends in ``[low, high]``.

    With ``unbounded`` an end may be open, with ``empty`` the low end may be beyond the high one; a range with a
    bound on this side stays inside it, so that ``low=0`` gives ranges of natural numbers.
    Raises InvalidArgument if ``low`` is beyond ``high``.
    """
    if low is not None and high is not None:
        ordered("bounds", (low, high))
    ends = st.integers(low, high)
    lows: st.SearchStrategy[int | None] = ends | st.none() if unbounded and low is None else ends
    highs: st.SearchStrategy[int | None] = ends | st.none() if unbounded and high is None else ends
    return st.builds(_range, lows, highs, st.just(empty))


def _range(low: int | None, high: int | None, empty: bool) -> ValueRange:
    if low is not None and high is not None and low > high and not empty:
        low, high = high, low
    return ValueRange(low, high)
