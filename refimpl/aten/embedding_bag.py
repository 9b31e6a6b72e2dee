"""Sums, means and maxima over bags of embeddings."""

from __future__ import annotations

from typing import Final

from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes, Storage
from refimpl.terms import Dim, eq, ge, land, lt

__all__: list[str] = []

_SUM: Final = 0
_MAX: Final = 2
_INDEX: Final = (DType.int64, DType.int32)


def _require_arguments(
    ctx: Context, weight: FakeTensor, indices: FakeTensor, offsets: FakeTensor, mode: int, samples: FakeTensor | None
) -> None:
    if weight.ndim != 2:
        raise RuntimeError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if indices.ndim not in (1, 2):
        raise RuntimeError(f"input has to be a 1D or 2D Tensor, but got Tensor of dimension {indices.ndim}")
    if samples is not None and mode != _SUM and not 0 <= mode <= _MAX:
        raise RuntimeError("embedding_bag: per_sample_weights only supported with mode='sum'")
    if not 0 <= mode <= _MAX:
        raise RuntimeError("`mode` must be sum, mean, or max.")
    if offsets.ndim != 1:
        raise RuntimeError(f"offsets has to be a 1D Tensor, but got Tensor of dimension {offsets.ndim}")
    for name, tensor in (("indices", indices), ("offsets", offsets)):
        if tensor.dtype not in _INDEX:
            raise RuntimeError(f"expected {name} to be long or int, got {tensor.dtype}")
    if not weight.dtype.is_floating_point:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, "
            f"Float, Double; but got {scalar_type_name(weight.dtype)} instead (while checking arguments for "
            "embedding_bag)"
        )
    if samples is not None:
        if mode != _SUM:
            raise RuntimeError("embedding_bag: per_sample_weights only supported with mode='sum'")
        if samples.ndim != 1:
            raise RuntimeError("Expected per_sample_weights.value().dim() == 1 to be true, but got false.")
        ctx.require(
            eq(samples.numel(), indices.numel()),
            "Expected per_sample_weights.value().numel() == indices.numel() to be true, but got false.",
        )


def _is_fast(weight: FakeTensor, samples: FakeTensor | None, padding_idx: int) -> bool:
    """Whether the kernel sums whole rows at once, and then returns no map from index to bag."""
    rows = weight.dtype in (DType.float32, DType.float16) and weight.strides[1] == 1 and padding_idx < 0
    return rows and (samples is None or samples.strides[0] == 1)


def _bags(
    ctx: Context,
    weight: FakeTensor,
    indices: FakeTensor,
    offsets: FakeTensor,
    mode: int,
    samples: FakeTensor | None,
    include_last_offset: bool,
    padding_idx: int,
    *,
    forward_only: bool,
) -> tuple[FakeTensor, ...]:
    _require_arguments(ctx, weight, indices, offsets, mode, samples)
    bags: Dim = offsets.sizes[0]
    if include_last_offset:
        ctx.require(ge(bags, 1), "include_last_offset: numBags should be at least 1")
        bags = bags - 1
    dense = mode == _SUM and _is_fast(weight, samples, padding_idx)
    width = weight.sizes[1]
    maxima: Sizes = (bags, width) if mode == _MAX else (bags,)
    counted: Sizes = offsets.sizes if forward_only else (bags,)
    return (
        in_format(ctx, weight, (bags, width), "contiguous_format"),
        # Made one longer than it is.
        in_format(ctx, offsets, (0,) if dense else (indices.sizes[0],), "contiguous_format").on(Storage()),
        in_format(ctx, offsets, counted, "contiguous_format"),
        in_format(ctx, offsets, maxima, "contiguous_format"),
    )


@shape("aten._embedding_bag.default")
def embedding_bag_kernel(
    ctx: Context,
    weight: FakeTensor,
    indices: FakeTensor,
    offsets: FakeTensor,
    scale_grad_by_freq: bool,
    mode: int,
    sparse: bool,
    per_sample_weights: FakeTensor | None,
    include_last_offset: bool,
    padding_idx: int,
) -> tuple[FakeTensor, ...]:
    """The bags, the bag of each index, the size of each bag, and the places of the maxima."""
    return _bags(
        ctx, weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding_idx, forward_only=False
    )


@shape("aten._embedding_bag_forward_only.default")
def embedding_bag_forward_only(
    ctx: Context,
    weight: FakeTensor,
    indices: FakeTensor,
    offsets: FakeTensor,
    scale_grad_by_freq: bool,
    mode: int,
    sparse: bool,
    per_sample_weights: FakeTensor | None,
    include_last_offset: bool,
    padding_idx: int,
) -> tuple[FakeTensor, ...]:
    """The same without gradients: a size for each offset, the last one included."""
    return _bags(
        ctx, weight, indices, offsets, mode, per_sample_weights, include_last_offset, padding_idx, forward_only=True
    )


def _position(ctx: Context, padding_idx: int | None, weight: FakeTensor) -> int:
    """The row that is left out, counted from 0, or -1. Raises RuntimeError if the table has none of that number."""
    if padding_idx is None:
        return -1
    rows = weight.sizes[0]
    message = f"padding_idx must be within the number of embeddings, -{rows} through {rows - 1}, but got {padding_idx}"
    ctx.require(land(ge(padding_idx, -rows), lt(padding_idx, rows)), message)
    if padding_idx >= 0:
        return padding_idx
    # Which row it is matters to values only.
    return padding_idx + rows if isinstance(rows, int) else 0


@shape("aten.embedding_bag.padding_idx")
def embedding_bag_padding(
    ctx: Context,
    weight: FakeTensor,
    indices: FakeTensor,
    offsets: FakeTensor,
    scale_grad_by_freq: bool,
    mode: int,
    sparse: bool,
    per_sample_weights: FakeTensor | None,
    include_last_offset: bool,
    padding_idx: int | None,
) -> tuple[FakeTensor, ...]:
    """The public operator; under ``no_grad`` it runs without gradients."""
    absent = _position(ctx, padding_idx, weight)
    return _bags(
        ctx, weight, indices, offsets, mode, per_sample_weights, include_last_offset, absent, forward_only=True
    )


@shape("aten.embedding_bag.default")
def embedding_bag(
    ctx: Context,
    weight: FakeTensor,
    indices: FakeTensor,
    offsets: FakeTensor,
    scale_grad_by_freq: bool,
    mode: int,
    sparse: bool,
    per_sample_weights: FakeTensor | None,
    include_last_offset: bool,
) -> tuple[FakeTensor, ...]:
    """The public operator without a padding row."""
    return _bags(ctx, weight, indices, offsets, mode, per_sample_weights, include_last_offset, -1, forward_only=True)
