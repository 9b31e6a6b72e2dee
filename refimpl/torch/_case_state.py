"""The state of a live environment as an answer to a case."""

from __future__ import annotations

from dataclasses import replace

from refimpl.conformance.structures import number
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import FloatRange, Sort, Symbol, ValueRange
from refimpl.torch.shape_env import read_state

__all__ = ["answered_state"]


def answered_state(env: object) -> ShapeEnvState:
    """The state; a float's range that PyTorch has rounded to integers is the range of floats that it says.

    A replacement or renaming of a symbol by one of another sort is left out: no state can hold it, and what raised
    no error for it is wrong already. Raises `Unreadable` if it holds what has no counterpart here.
    """
    state = read_state(env)
    return replace(
        state,
        ranges={symbol: _of_sort(symbol, found) for symbol, found in state.ranges.items()},
        replacements={s: term for s, term in state.replacements.items() if number(term).sort is s.sort},
        renamings={fresh: old for fresh, old in state.renamings.items() if fresh.sort is old.sort},
    )


def _of_sort(symbol: Symbol, found: Range) -> Range:
    if symbol.sort is not Sort.FLOAT or not isinstance(found, ValueRange):
        return found
    low = float("-inf") if found.low is None else float(found.low)
    return FloatRange(low, float("inf") if found.high is None else float(found.high))
