"""Normalisation over the last dimensions, over groups of channels, and over instances."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import copied, dense, like, pointwise
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import EXACT, NOT_REAL, require_kernel, require_norm_kernel
from refimpl.aten._normalized import along_channels, has_one, in_turn, made_contiguous, moments, widened
from refimpl.aten._product import product
from refimpl.aten._promotion import Kind, computed_in, real_of
from refimpl.aten._registry import shape
from refimpl.aten._require import require, require_sizes
from refimpl.aten._reshape import reshape, view
from refimpl.aten._strides import is_plain, suggested_memory_format
from refimpl.aten._views import unsqueeze
from refimpl.aten._windows import in_format, in_format_of, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, Real, eq, ge, ne

__all__ = ["require_normalized"]


def require_normalized(
    ctx: Context, input: FakeTensor, normalized_shape: Sizes, weight: FakeTensor | None, bias: FakeTensor | None
) -> int:
    """The first normalised dimension; the shape must be the last sizes of the input."""
    count = len(normalized_shape)
    if count < 1:
        raise RuntimeError(
            f"Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, "
            f"but got normalized_shape = {sizes_text(normalized_shape)}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None:
            head = f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
            require_sizes(ctx, tensor.sizes, normalized_shape, head)
    first = input.ndim - count
    require_sizes(
        ctx,
        input.sizes[max(first, 0) :],
        normalized_shape,
        "Given normalized_shape=",
        lambda: (
            f"{sizes_text(normalized_shape)}, expected input with shape "
            f"[{', '.join(('*', *map(str, normalized_shape)))}], but got input of size{sizes_text(input.sizes)}"
        ),
    )
    return first


@shape("aten.layer_norm.default")
def layer_norm(
    ctx: Context,
    input: FakeTensor,
    normalized_shape: Sizes,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    eps: float,
    cudnn_enable: bool,
) -> FakeTensor:
    """The input normalised over its last dimensions, contiguous."""
    first = require_normalized(ctx, input, normalized_shape, weight, bias)
    require_norm_kernel("LayerNormKernelImpl", input, NOT_REAL, weight, bias)
    return _over_last(ctx, input, first, weight, bias)[0]


def _over_last(
    ctx: Context, input: FakeTensor, first: int, weight: FakeTensor | None, bias: FakeTensor | None
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """The input normalised over the dimensions from the first on, contiguous, with mean and reciprocal deviation."""
    if has_one(input):
        source = widened(ctx, made_contiguous(ctx, input))
        mean, deviation = moments(ctx, source, range(first, input.ndim))
        affine = [None if tensor is None else made_contiguous(ctx, tensor) for tensor in (weight, bias)]
        output = in_turn(ctx, source, (mean, deviation, *affine), input.dtype)
        return output, copied(ctx, mean, input.dtype), copied(ctx, deviation, input.dtype)
    kept: Sizes = (*input.sizes[:first], *(1,) * (input.ndim - first))
    return (
        in_format(ctx, input, input.sizes, "contiguous_format"),
        in_format(ctx, input, kept, "contiguous_format"),
        in_format(ctx, input, kept, "contiguous_format"),
    )


@shape("aten.native_layer_norm.default")
def native_layer_norm(
    ctx: Context,
    input: FakeTensor,
    normalized_shape: Sizes,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same with mean and reciprocal deviation, which keep the normalised dimensions as 1."""
    first = require_normalized(ctx, input, normalized_shape, weight, bias)
    require_norm_kernel("LayerNormKernelImpl", input, NOT_REAL, weight, bias)
    return _over_last(ctx, input, first, weight, bias)


@shape("aten.rms_norm.default")
def rms_norm(
    ctx: Context, input: FakeTensor, normalized_shape: Sizes, weight: FakeTensor | None, eps: Real | None
) -> FakeTensor:
    """The input over the root of its mean square, in its memory format."""
    if input.ndim < len(normalized_shape):
        raise ValueError(f"Input tensor must have at least {len(normalized_shape)} dimensions, but got {input.ndim}")
    require_normalized(ctx, input, normalized_shape, weight, None)
    require_kernel("rms_norm", input.dtype, EXACT)
    return _over_root(ctx, input, len(normalized_shape), weight)


@shape("aten._fused_rms_norm.default")
def fused_rms_norm(
    ctx: Context, input: FakeTensor, normalized_shape: Sizes, weight: FakeTensor | None, eps: Real | None
) -> tuple[FakeTensor, ...]:
    """The same with the reciprocal root, which keeps the normalised dimensions as 1."""
    # Only the number of normalised dimensions counts, and the weight broadcasts.
    require_kernel("rms_norm", input.dtype, EXACT)
    dims = wrap_dims([-1 - dim for dim in range(len(normalized_shape))], input.ndim)
    kept = tuple([1 if dim in dims else size for dim, size in enumerate(input.sizes)])
    output = _over_root(ctx, input, len(normalized_shape), weight)
    return output, in_format(ctx, input, kept, "contiguous_format")


def _over_root(ctx: Context, input: FakeTensor, count: int, weight: FakeTensor | None) -> FakeTensor:
    """The input over its root mean square in last dimensions, in its memory format unless a weight stretches it."""
    stretched = weight is not None and weight.sizes != input.sizes[-weight.ndim :]
    if not has_one(input):
        output = in_format_of(ctx, input, input.sizes)
        return pointwise(ctx, Kind.DEFAULT, output, weight) if stretched else output
    source = tensor_of(ctx, "aten.to.dtype", input, computed_in(ctx, Kind.DEFAULT, input.dtype))
    last = [input.ndim - 1 - dim for dim in range(count)]
    root = tensor_of(ctx, "aten.mean.dim", like(ctx, source), last, True)
    output = in_turn(ctx, source, (like(ctx, root), weight), source.dtype)
    if suggested_memory_format(ctx, input) == "contiguous_format":
        output = made_contiguous(ctx, output)
    return tensor_of(ctx, "aten.to.dtype", output, input.dtype)


def _require_groups(
    ctx: Context, input: FakeTensor, channels: Dim, groups: int, weight: FakeTensor | None, bias: FakeTensor | None
) -> None:
    if groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {groups}")
    require(
        ctx,
        eq(channels % groups, 0),
        "Expected number of channels in input to be divisible by num_groups, but got input of shape ",
        lambda: f"{sizes_text(input.sizes)} and num_groups={groups}",
    )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None:
            head = f"Expected {name} to be a vector of size equal to the number of channels in input"
            require_sizes(ctx, tensor.sizes, (channels,), head)


@shape("aten.group_norm.default")
def group_norm(
    ctx: Context,
    input: FakeTensor,
    num_groups: int,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    eps: float,
    cudnn_enabled: bool,
) -> FakeTensor:
    """The input normalised over groups of channels, in its memory format."""
    wrap_dim(1, input.ndim, scalar_has_one=False)
    require_norm_kernel("GroupNormKernelImpl", input, EXACT, weight, bias)
    _require_groups(ctx, input, input.sizes[1], num_groups, weight, bias)
    if not has_one(input):
        return in_format_of(ctx, input, input.sizes)
    source = made_contiguous(ctx, input, suggested_memory_format(ctx, input))
    channels = input.sizes[1]
    grouped = input.sizes[0], num_groups, channels // num_groups, product(input.sizes[2:])
    return _over_groups(ctx, source, grouped, weight, bias)


def _over_groups(
    ctx: Context, input: FakeTensor, sizes: Sizes, weight: FakeTensor | None, bias: FakeTensor | None
) -> FakeTensor:
    """The input normalised through a view of the groups: batch, groups, channels of each, and places."""
    source = widened(ctx, input)
    if weight is not None and not is_plain(input.sizes):
        # Weights and biases are first made of the statistics, one for each channel of each input.
        factor = along_channels(dense(ctx, source, input.sizes[:2]), input.ndim)
        return in_turn(ctx, source, (factor, factor), input.dtype)
    grouped = reshape(ctx, source, sizes)
    grouped = in_turn(ctx, grouped, moments(ctx, grouped, (2, 3)), source.dtype)
    affine = [None if v is None else unsqueeze(along_channels(v, input.ndim), 0) for v in (weight, bias)]
    return in_turn(ctx, view(ctx, grouped, input.sizes), affine, input.dtype)


@shape("aten.native_group_norm.default")
def native_group_norm(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    batch: Dim,
    channels: Dim,
    pixels: Dim,
    groups: int,
    eps: float,
) -> tuple[FakeTensor, ...]:
    """The same with mean and reciprocal deviation of each group."""
    _require_groups(ctx, input, channels, groups, weight, bias)
    whole = eq(product(input.sizes), batch * channels * pixels)
    ctx.require(ge(batch, 0), f"Trying to create tensor with negative dimension {batch}: [{batch}, {groups}]")
    grouped = f"shape '[{batch}, {groups}, {channels // groups}, {pixels}]' is invalid for input of size "
    if input.ndim < 2:
        grouped = "Expected X.numel() == N * C * HxW to be true, but got false."
    require(ctx, whole, grouped, lambda: str(product(input.sizes)))
    if input.dtype.category in EXACT:
        tensor_of(ctx, "aten.mean.default", input)
    if 0 not in input.sizes:
        output = _over_groups(ctx, input, (batch, groups, channels // groups, pixels), weight, bias)
    else:
        output = in_format_of(ctx, input, input.sizes)
    return (
        output,
        in_format(ctx, input, (batch, groups), "contiguous_format"),
        in_format(ctx, input, (batch, groups), "contiguous_format"),
    )


@shape("aten.instance_norm.default")
def instance_norm(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    running_mean: FakeTensor | None,
    running_var: FakeTensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> FakeTensor:
    """The input normalised for each channel of each instance, contiguous."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    for dim in (0, 1):
        wrap_dim(dim, input.ndim, scalar_has_one=False)
    batch, channels = input.sizes[:2]
    named = (("weight", weight), ("bias", bias), ("running_mean", running_mean), ("running_var", running_var))
    for name, tensor in named:
        if tensor is not None:
            if tensor.ndim > 1:
                raise RuntimeError(
                    "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
                )
            require(
                ctx, eq(tensor.numel() * batch, channels * batch), f"{name} should contain another number of elements"
            )
    if weight is not None or bias is not None:
        ctx.require(ne(channels * batch, 0), "index 0 is out of bounds for dimension 0 with size 0", IndexError)
    if use_input_stats:
        if (running_mean is None) is not (running_var is None):
            raise ValueError("running_mean and running_var must either both be None or neither be None")
        # The running statistics are averaged in the dtype of the weight.
        for averaged in (input, None if running_mean is None else weight):
            if averaged is not None and averaged.dtype.category in EXACT:
                tensor_of(ctx, "aten.mean.default", averaged)
        for statistic in (running_mean, running_var):
            if statistic is not None:
                ctx.mutate(statistic)
    elif input.dtype is DType.bool:
        tensor_of(ctx, "aten.sub.Tensor", input, input)
    if not has_one(input):
        return in_format(ctx, input, input.sizes, "contiguous_format")
    flat = view(ctx, made_contiguous(ctx, input), (1, batch * channels, *input.sizes[2:]))
    # Statistics of the batch need no running ones, whose repeated copies nobody sees.
    vectors = (weight, bias, None, None) if use_input_stats else (weight, bias, running_mean, running_var)
    repeated = [
        None if vector is None else tensor_of(ctx, "aten.repeat.default", vector, [batch]) for vector in vectors
    ]
    made = tensor_of(ctx, "aten.batch_norm.default", flat, *repeated, use_input_stats, momentum, eps, cudnn_enabled)
    return view(ctx, made, input.sizes)


@shape("aten._weight_norm.default")
def weight_norm(ctx: Context, v: FakeTensor, g: FakeTensor, dim: int) -> FakeTensor:
    """``v`` times ``g`` over the norms of its slices along ``dim``, or over its own norm (-1); contiguous."""
    if dim in (0, v.ndim - 1):
        made = weight_norm_interface(ctx, v, g, dim)[0]
        return in_format(ctx, made, made.sizes, "contiguous_format")
    norms = tensor_of(ctx, "aten.norm_except_dim.default", v, 2, dim)
    sizes = broadcast_sizes(ctx, v.sizes, broadcast_sizes(ctx, g.sizes, norms.sizes))
    return in_format(ctx, v, sizes, "contiguous_format")


@shape("aten._weight_norm_interface.default")
def weight_norm_interface(ctx: Context, v: FakeTensor, g: FakeTensor, dim: int) -> tuple[FakeTensor, FakeTensor]:
    """``v`` times ``g`` over the norms of its slices along a dimension, and these norms.

    Source: PyTorch's fake tensors; the kernel gives the norms the shape of ``g``.
    """
    require_kernel("weight_norm_kernel", v.dtype, EXACT)
    if not v.sizes:
        wrap_dim(dim, 0, scalar_has_one=False)
    if g.dtype is not v.dtype and not v.dtype.itemsize == 2 < g.dtype.itemsize == 4:
        names = scalar_type_name(v.dtype), scalar_type_name(g.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    kept = tuple([size if at == dim and v.ndim > 1 else 1 for at, size in enumerate(v.sizes)])
    norms = dense(ctx, v, kept, DType.float32 if g.dtype is DType.bfloat16 else real_of(v.dtype))
    # The words of fake tensors: the kernel does not look.
    message = "Attempting to broadcast a dimension to another size"
    broadcast_sizes(ctx, v.sizes, broadcast_sizes(ctx, g.sizes, kept, message), message)
    factors = pointwise(ctx, Kind.DEFAULT, g, dense(ctx, norms, kept, g.dtype))
    return pointwise(ctx, Kind.DEFAULT, v, factors), norms
