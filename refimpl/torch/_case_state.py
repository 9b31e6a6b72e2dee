"""The state of a live environment as an answer to a case."""

from __future__ import annotations

from dataclasses import replace

from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import FloatRange, Sort, Symbol, ValueRange
from refimpl.torch.shape_env import read_state

__all__ = ["answered_state"]


def answered_state(env: object) -> ShapeEnvState:
    """The state; a float's range that PyTorch has rounded to integers is the range of floats that it says.

    Raises `Unreadable` if it holds what has no counterpart here.
    """
    state = read_state(env)
    return replace(state, ranges={symbol: _of_sort(symbol, found) for symbol, found in state.ranges.items()})


def _of_sort(symbol: Symbol, found: Range) -> Range:
    if symbol.sort is not Sort.FLOAT or not isinstance(found, ValueRange):
        return found
    low = float("-inf") if found.low is None else float(found.low)
    return FloatRange(low, float("inf") if found.high is None else float(found.high))
