"""Reductions over segments of a dimension."""

from __future__ import annotations

from refimpl.aten._registry import shape
from refimpl.aten._require import require, require_sizes
from refimpl.aten._windows import in_format
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Real, ge

__all__: list[str] = []


@shape("aten.segment_reduce.default")
def segment_reduce(
    ctx: Context,
    data: FakeTensor,
    reduce: str,
    lengths: FakeTensor | None,
    indices: FakeTensor | None,
    offsets: FakeTensor | None,
    axis: int,
    unsafe: bool,
    initial: Real | None,
) -> FakeTensor:
    """One row for each segment, given by lengths or by offsets, of which there is one more."""
    if indices is not None:
        raise NotImplementedError("segment_reduce(): indices based reduction is not supported yet.")  # PyTorch's class
    given = lengths if lengths is not None else offsets
    if given is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if given.ndim != axis + 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of lengths but got {axis}.")
    if data.ndim < given.ndim:
        raise RuntimeError("Expected data.dim() >= lengths_value.dim() to be true, but got false.")
    require_sizes(ctx, given.sizes[:axis], data.sizes[:axis], "segment_reduce(): lengths or offsets do not fit data")
    segments: Sizes = given.sizes
    if lengths is None:
        require(ctx, ge(segments[-1], 1), "segment_reduce(): offsets must hold at least one number")
        segments = (*segments[:-1], segments[-1] - 1)
    return in_format(ctx, data, (*segments, *data.sizes[axis + 1 :]), "contiguous_format")
