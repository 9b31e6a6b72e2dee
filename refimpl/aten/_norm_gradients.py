"""Layouts of the gradients of normalised inputs: those of the products and sums that tracing computes them from."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like, pointwise
from refimpl.aten._lenient import Lenient
from refimpl.aten._product import product
from refimpl.aten._promotion import Kind, computed_in
from refimpl.aten._reduction import reduce
from refimpl.aten._reshape import reshape
from refimpl.aten._strides import same_size, suggested_memory_format
from refimpl.aten._views import unsqueeze
from refimpl.aten._windows import in_format_of
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import BoolSymbol, Dim, IntTerm, Scalar, Symbol, eq, substitute_dim

__all__ = ["gradient_of_grouped", "gradients_of_batch", "gradients_of_layer", "in_sizes"]


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


def _alike(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> FakeTensor:
    """The tensor as it lies with these sizes, which tracing requires, unless it broadcasts."""
    common = broadcast_sizes(ctx, sizes, tensor.sizes)
    found = in_sizes(ctx, tensor, sizes) if common == sizes else None
    return tensor if found is None else found


def _product(ctx: Context, left: FakeTensor, right: FakeTensor) -> FakeTensor:
    return pointwise(ctx, Kind.DEFAULT, left, right, short=True)


def _read(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    """The tensor as it is computed with: a contiguous copy of one that is narrow, or in the order of channels."""
    narrow = computed_in(ctx, Kind.DEFAULT, tensor.dtype) is not tensor.dtype
    if narrow or suggested_memory_format(ctx, tensor) != "contiguous_format":
        return dense(ctx, tensor, tensor.sizes)
    return tensor


def _with_ones(statistic: FakeTensor, ndim: int) -> FakeTensor:
    """A statistic with a size of 1 for each dimension that is missing at the end."""
    ones = (1,) * (ndim - statistic.ndim)
    return statistic.viewed((*statistic.sizes, *ones), (*statistic.strides, *ones), statistic.offset)


def _sum(ctx: Context, tensor: FakeTensor, dims: Sequence[int], keepdim: bool) -> FakeTensor:
    wrapped = [wrap_dim(dim, tensor.ndim) for dim in dims]
    return reduce(ctx, tensor, wrapped, keepdim, tensor.dtype) if dims else tensor


def gradients_of_layer(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    first: int,
    mean: FakeTensor,
    rstd: FakeTensor,
    weight: FakeTensor | None,
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """The gradients of what was normalised from the dimension ``first`` on, of the weight and of the bias.

    Tracing broadcasts all operands. The kernel looks at no size of the incoming gradient and of the statistics.
    """
    sizes = input.sizes[first:]
    if any(ctx.known(eq(product(part), 0)) is True for part in (input.sizes[:first], sizes)):
        return dense(ctx, input, input.sizes), dense(ctx, input, sizes), dense(ctx, input, sizes)
    ctx = Lenient(ctx, unchecked=True)
    outer, inner = range(first), range(first, input.ndim)
    grad, given = _alike(ctx, _read(ctx, grad_out), input.sizes), _read(ctx, input)
    ones = (*input.sizes[:first], *(1,) * len(sizes))
    means, deviations = (_alike(ctx, _with_ones(statistic, input.ndim), ones) for statistic in (mean, rstd))
    normal = _product(ctx, _product(ctx, given, means), deviations)
    scaled = grad if weight is None else _product(ctx, grad, dense(ctx, input, weight.sizes))
    sums = _sum(ctx, scaled, inner, keepdim=True)
    weighted = _product(ctx, normal, _sum(ctx, _product(ctx, scaled, normal), inner, keepdim=True))
    made = _product(ctx, _product(ctx, like(ctx, scaled), sums), weighted)
    made = _product(ctx, like(ctx, deviations), made)
    scale, shift = _sum(ctx, _product(ctx, grad, normal), outer, keepdim=False), _sum(ctx, grad, outer, keepdim=False)
    gradient = FakeTensor(made.sizes, made.strides, input.dtype, input.device)
    return gradient, dense(ctx, input, scale.sizes), dense(ctx, input, shift.sizes)


def _as_channels(ctx: Context, vector: FakeTensor, input: FakeTensor) -> FakeTensor:
    """The vector with a size of 1 for each dimension but that of the channels, where it has none there.

    Raises IndexError for one number where there are several channels, and what a decision raises.
    """
    for axis, size in enumerate(input.sizes):
        missing = axis != 1 or ctx.decide(eq(size, 1))
        if missing and not (axis < vector.ndim and ctx.decide(eq(vector.sizes[axis], 1))):
            vector = unsqueeze(vector, wrap_dim(axis, vector.ndim + 1))
    return vector


def gradients_of_batch(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    weight: FakeTensor | None,
    mean: FakeTensor,
    rstd: FakeTensor,
    train: bool,
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """The gradients of what was normalised over a batch, of the weight and of the bias.

    Tracing broadcasts all operands. The kernel looks at no size but those of the input.
    """
    ctx = Lenient(ctx, unchecked=True)
    others = [dim for dim in range(input.ndim) if dim != 1]
    means = _as_channels(ctx, mean, input)
    shift = _sum(ctx, grad_out, others, keepdim=False)
    grad_out = _alike(ctx, grad_out, input.sizes)
    centred = _product(ctx, input, means)
    total = _sum(ctx, _product(ctx, grad_out, centred), others, keepdim=False)
    scaled = _as_channels(ctx, shift, input)
    projected = _as_channels(ctx, _product(ctx, total, rstd), input)
    factor = _as_channels(ctx, rstd if weight is None else _product(ctx, rstd, weight), input)
    made = grad_out
    if train:
        made = _product(ctx, _product(ctx, grad_out, _product(ctx, centred, projected)), scaled)
    return _product(ctx, made, factor), _product(ctx, total, rstd), shift


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
