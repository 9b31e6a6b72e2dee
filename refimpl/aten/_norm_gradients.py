"""Layouts of the gradients of normalised inputs: those of the products and sums that tracing computes them from."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._elementwise import dense, like, pointwise
from refimpl.aten._promotion import Kind, computed_in
from refimpl.aten._reduction import reduce
from refimpl.aten._reshape import reshape
from refimpl.aten._strides import is_contiguous, same_size, suggested_memory_format
from refimpl.aten._windows import in_format_of
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import BoolSymbol, Dim, IntTerm, Scalar, Symbol, eq, substitute_dim

__all__ = ["gradient_of_grouped", "gradient_of_layer", "in_sizes"]


def in_sizes(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> FakeTensor | None:
    """The tensor as it lies if it has these sizes, which fake tensors require; None if it is known to have others."""
    if tensor.ndim != len(sizes):
        return None
    named: dict[Symbol | BoolSymbol, Scalar] = {}
    for own, size in zip(tensor.sizes, sizes, strict=True):
        if same_size(ctx, own, size):
            continue
        if ctx.known(eq(own, size)) is False:
            return None
        if isinstance(own, IntTerm) and isinstance(own.symbol, Symbol):
            named[own.symbol] = size
    return tensor.viewed(sizes, tuple([substitute_dim(stride, named) for stride in tensor.strides]), tensor.offset)


def _product(ctx: Context, left: FakeTensor, right: FakeTensor) -> FakeTensor:
    return pointwise(ctx, Kind.DEFAULT, left, right, short=True)


def _read(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    """The tensor as it is computed with: a contiguous copy of one that is narrow, or in the order of channels."""
    narrow = computed_in(ctx, Kind.DEFAULT, tensor.dtype) is not tensor.dtype
    if narrow or suggested_memory_format(ctx, tensor) != "contiguous_format":
        return dense(ctx, tensor, tensor.sizes)
    return tensor


def _with_ones(ctx: Context, statistic: FakeTensor, input: FakeTensor, dims: Sequence[int]) -> FakeTensor | None:
    """A statistic with a size of 1 for each dimension that it was taken over; None if it has other sizes."""
    ones = (1,) * (input.ndim - statistic.ndim)
    sizes, strides = (*statistic.sizes, *ones), (*statistic.strides, *ones)
    wanted = tuple([1 if dim in dims else size for dim, size in enumerate(input.sizes)])
    return in_sizes(ctx, statistic.viewed(sizes, strides, statistic.offset), wanted)


def gradient_of_layer(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    dims: Sequence[int],
    mean: FakeTensor,
    rstd: FakeTensor,
    weight: FakeTensor | None,
) -> FakeTensor:
    """The gradient of what was normalised over its last dimensions; contiguous where sizes do not fit each other."""
    plain = dense(ctx, input, input.sizes)
    grad, given = in_sizes(ctx, _read(ctx, grad_out), input.sizes), _read(ctx, input)
    means, deviations = (_with_ones(ctx, statistic, input, dims) for statistic in (mean, rstd))
    if grad is None or means is None or deviations is None:
        return plain
    if all(is_contiguous(ctx, tensor) for tensor in (grad, given, means, deviations)):
        return plain
    normal = _product(ctx, _product(ctx, given, means), deviations)
    scaled = grad if weight is None else _product(ctx, grad, dense(ctx, input, weight.sizes))
    sums = reduce(ctx, scaled, dims, True, scaled.dtype)
    weighted = reduce(ctx, _product(ctx, scaled, normal), dims, True, scaled.dtype)
    made = _product(ctx, _product(ctx, like(ctx, scaled), sums), _product(ctx, normal, weighted))
    made = _product(ctx, like(ctx, deviations), made)
    return FakeTensor(made.sizes, made.strides, input.dtype, input.device)


def gradient_of_grouped(
    ctx: Context, grad_out: FakeTensor, input: FakeTensor, batch: Dim, channels: Dim, pixels: Dim, group: int
) -> FakeTensor:
    """The gradient of what was normalised over groups of channels."""
    grad = in_sizes(ctx, grad_out, input.sizes)
    if grad is None:
        return in_format_of(ctx, input, input.sizes)
    each = channels // group
    parts = (batch, group, each, pixels)
    scale, shift = dense(ctx, input, (batch, group, each, 1)), dense(ctx, input, (batch, group, 1, 1))
    made = _product(ctx, reshape(ctx, grad, parts), scale)
    made = _product(ctx, _product(ctx, made, _product(ctx, reshape(ctx, input, parts), shift)), shift)
    result = reshape(ctx, made, input.sizes)
    return FakeTensor(result.sizes, result.strides, input.dtype, input.device)
