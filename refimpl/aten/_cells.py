"""One step of a recurrent layer, made of the products and sums that PyTorch makes it of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._call import tensor_of, tensors_of
from refimpl.aten._elementwise import pointwise
from refimpl.aten._in_place import require_fits
from refimpl.aten._promotion import Kind, convert_kind, result_type
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor

__all__ = ["Cell", "gated", "long_short", "simple"]

# What the gates of the input and those of the hidden state give with the state: the next one.
Cell: TypeAlias = Callable[[Context, FakeTensor, FakeTensor, FakeTensor], FakeTensor]


def _sum(ctx: Context, target: FakeTensor, other: FakeTensor, in_place: bool) -> FakeTensor:
    """The sum, perhaps in the place of the first. Raises RuntimeError if it does not fit."""
    if not in_place:
        return pointwise(ctx, Kind.DEFAULT, target, other)
    require_fits(ctx, target, broadcast_sizes(ctx, target.sizes, other.sizes), result_type(ctx, target, other))
    return target


def _squashed(ctx: Context, target: FakeTensor) -> FakeTensor:
    """A sigmoid in place. Raises RuntimeError for integers, of which it makes floats."""
    require_fits(ctx, target, target.sizes, convert_kind(ctx, Kind.INT_TO_FLOAT, target.dtype))
    return target


def _pieces(ctx: Context, gates: FakeTensor, count: int, dim: int) -> Sequence[FakeTensor]:
    pieces = tensors_of(ctx, "aten.chunk.default", gates, count, dim)
    if len(pieces) < count:
        raise IndexError("tuple index out of range")
    return pieces


def simple(nonlinearity: str, *, in_place: bool) -> Cell:
    """A cell with one gate: ``tanh`` or ``relu`` of the sum."""

    def step(ctx: Context, given: FakeTensor, remembered: FakeTensor, hidden: FakeTensor) -> FakeTensor:
        summed = _sum(ctx, remembered, given, in_place)
        return tensor_of(ctx, f"aten.{nonlinearity}.default", summed)

    return step


def gated(*, in_place: bool) -> Cell:
    """A cell with three gates (GRU); a layer adds them to new tensors, a single cell in place."""

    def squash(ctx: Context, target: FakeTensor) -> FakeTensor:
        return _squashed(ctx, target) if in_place else pointwise(ctx, Kind.INT_TO_FLOAT, target)

    def step(ctx: Context, given: FakeTensor, remembered: FakeTensor, hidden: FakeTensor) -> FakeTensor:
        reset, update, new = _pieces(ctx, given, 3, 1)
        kept, updated, renewed = _pieces(ctx, remembered, 3, 1 if in_place else 2)
        share = squash(ctx, _sum(ctx, kept, reset, in_place))
        rate = squash(ctx, _sum(ctx, updated, update, in_place))
        candidate = pointwise(ctx, Kind.INT_TO_FLOAT, new, pointwise(ctx, Kind.DEFAULT, renewed, share))
        moved = pointwise(ctx, Kind.DEFAULT, pointwise(ctx, Kind.DEFAULT, hidden, candidate), rate)
        return pointwise(ctx, Kind.DEFAULT, moved, candidate)

    return step


def long_short(
    ctx: Context, given: FakeTensor, remembered: FakeTensor, cell: FakeTensor, *, in_place: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The next hidden and the next cell state of a cell with four gates (LSTM)."""
    summed = _sum(ctx, remembered, given, in_place)
    gates = _pieces(ctx, summed, 4, 1 if in_place else 2)
    if in_place:
        gates = [_squashed(ctx, gate) for gate in gates]
    enter, forget, new, leave = [pointwise(ctx, Kind.INT_TO_FLOAT, gate) for gate in gates]
    kept, entered = pointwise(ctx, Kind.DEFAULT, forget, cell), pointwise(ctx, Kind.DEFAULT, enter, new)
    state = _sum(ctx, kept, entered, in_place)
    return pointwise(ctx, Kind.DEFAULT, leave, pointwise(ctx, Kind.INT_TO_FLOAT, state)), state
