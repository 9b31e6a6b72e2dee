"""Gradients of networks, as joint graphs of forward and backward hold them.

What an incoming gradient must be is what the eager kernel checks: most look at every size, some at the number of
elements alone, and some write the gradient where it broadcasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, elementwise, like, pointwise
from refimpl.aten._in_place import cxx_type, require_fits, scalar_type_name
from refimpl.aten._kernels import BOOLS, EXACT, NOT_REAL, require_kernel
from refimpl.aten._norm_gradients import gradient_of_grouped, gradients_of_layer
from refimpl.aten._promotion import Kind, Number, promote_types, result_type
from refimpl.aten._registry import shape
from refimpl.aten._slices import exact_slice_length
from refimpl.aten._strides import suggested_memory_format
from refimpl.aten._windows import in_format, in_format_of, sizes_text
from refimpl.aten.normalization import require_normalized
from refimpl.aten.pooling import pooled, require_pooled
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, gt, land, lor, lt, ne

__all__: list[str] = []

# The gradient comes first, then the input or output; the rest are numbers that change values only.
_PRODUCTS = "tanh sigmoid mish gelu hardshrink softshrink"
# The input is compared with numbers first, and the result is laid out as the comparison is.
_CHOICES = "hardtanh leaky_relu hardswish hardsigmoid softplus logit"


def _chosen(ctx: Context, grad_output: FakeTensor, self: FakeTensor, *_: object) -> FakeTensor:
    made = pointwise(ctx, Kind.DEFAULT, grad_output, self)
    return made if self.strides == made.strides else elementwise(ctx, (like(ctx, self), made), made.dtype)


def _product(ctx: Context, grad_output: FakeTensor, self: FakeTensor, *_: object) -> FakeTensor:
    return pointwise(ctx, Kind.DEFAULT, grad_output, self)


@shape("aten.silu_backward.default")
def silu_backward(ctx: Context, grad_output: FakeTensor, self: FakeTensor) -> FakeTensor:
    """The gradient of a sigmoid-weighted unit: the sigmoid is computed once, and is a factor twice."""
    sigmoid = like(ctx, self)
    left = pointwise(ctx, Kind.DEFAULT, grad_output, sigmoid)
    return pointwise(ctx, Kind.DEFAULT, left, pointwise(ctx, Kind.DEFAULT, self, sigmoid))


shape(*(f"aten.{name}_backward.default" for name in _PRODUCTS.split()))(_product)
shape(*(f"aten.{name}_backward.default" for name in _CHOICES.split()))(_chosen)


@shape("aten.threshold_backward.default")
def threshold_backward(ctx: Context, grad_output: FakeTensor, self: FakeTensor, threshold: Number) -> FakeTensor:
    """The gradient where the input exceeds a threshold; in the dtype of the gradient, as fake tensors have it."""
    made = _chosen(ctx, grad_output, self)
    dtype = result_type(ctx, grad_output, 0)
    return made if made.dtype is dtype else FakeTensor(made.sizes, made.strides, dtype, made.device)


@shape("aten.elu_backward.default")
def elu_backward(
    ctx: Context,
    grad_output: FakeTensor,
    alpha: object,
    scale: object,
    input_scale: object,
    is_result: bool,
    self_or_result: FakeTensor,
) -> FakeTensor:
    """The gradient of an exponential linear unit."""
    return _chosen(ctx, grad_output, self_or_result)


@shape("aten.embedding_dense_backward.default")
def embedding_dense_backward(
    ctx: Context, grad_output: FakeTensor, indices: FakeTensor, num_weights: Dim, padding_idx: Dim, scale_grad: bool
) -> FakeTensor:
    """The gradient of the rows of an embedding, one for each index."""
    if indices.dtype not in (DType.int64, DType.int32):
        raise RuntimeError(
            "Expected tensor for argument #2 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{scalar_type_name(indices.dtype)} instead (while checking arguments for embedding_backward)"
        )
    if not grad_output.sizes:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    count, width, numel = indices.numel(), grad_output.sizes[-1], grad_output.numel()
    if grad_output.sizes[:-1] != indices.sizes:
        ctx.require(eq(numel, count * width), f"shape '[{count}, {width}]' is invalid for input of size {numel}")
    _require_sizes(ctx, (num_weights,))
    return dense(ctx, grad_output, (num_weights, width))


def _require_sizes(ctx: Context, sizes: Sizes) -> None:
    """Sizes of which zeros are made."""
    for size in sizes:
        if ctx.must_state(ge(size, 0)):
            ctx.require(ge(size, 0), "zeros: Dimension size must be non-negative.")


def _require_written(ctx: Context, grad_output: FakeTensor, part: Sizes) -> None:
    """The gradient is copied into a part of those sizes, to which it broadcasts."""
    missing = len(part) - grad_output.ndim
    if missing < 0 or all(isinstance(size, int) for size in (*part, *grad_output.sizes)):
        target = dense(ctx, grad_output, part)
        require_fits(ctx, target, broadcast_sizes(ctx, part, grad_output.sizes), grad_output.dtype)
        return
    for own, size in zip(grad_output.sizes, part[missing:], strict=True):
        message = f"The size of tensor a ({size}) must match the size of tensor b ({own})"
        ctx.require(lor(eq(own, 1), eq(own, size)), message)


@shape("aten.select_backward.default")
def select_backward(ctx: Context, grad_output: FakeTensor, input_sizes: Sizes, dim: int, index: Dim) -> FakeTensor:
    """Zeros of the input's sizes with the gradient at one place."""
    _require_sizes(ctx, input_sizes)
    if not input_sizes:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = wrap_dim(dim, len(input_sizes))
    inside = land(ge(index, -input_sizes[at]), lt(index, input_sizes[at]))
    if ctx.must_state(inside):
        message = f"select(): index {index} out of range for tensor of size {sizes_text(input_sizes)} at dimension {at}"
        ctx.require(inside, message, IndexError)
    _require_written(ctx, grad_output, (*input_sizes[:at], *input_sizes[at + 1 :]))
    return dense(ctx, grad_output, input_sizes)


@shape("aten.slice_backward.default")
def slice_backward(
    ctx: Context, grad_output: FakeTensor, input_sizes: Sizes, dim: int, start: Dim, end: Dim, step: Dim
) -> FakeTensor:
    """Zeros of the input's sizes with the gradient in a slice."""
    _require_sizes(ctx, input_sizes)
    if not input_sizes:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    at = wrap_dim(dim, len(input_sizes))
    if ctx.must_state(gt(step, 0)):
        ctx.require(gt(step, 0), "slice step must be positive")
    length = exact_slice_length(ctx, input_sizes[at], start, end, step)
    _require_written(ctx, grad_output, (*input_sizes[:at], length, *input_sizes[at + 1 :]))
    return dense(ctx, grad_output, input_sizes)


@shape("aten.avg_pool2d_backward.default")
def avg_pool2d_backward(
    ctx: Context,
    grad_output: FakeTensor,
    self: FakeTensor,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Sizes,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: Dim | None,
) -> FakeTensor:
    """The gradient of the input, in its memory format; the kernel does not look at the gradient's batch."""
    if divisor_override is not None:
        ctx.require(ne(divisor_override, 0), "divisor must be not zero")
    wrap_dim(-3, self.ndim)
    memory_format = suggested_memory_format(ctx, self)
    sizes = pooled(ctx, self, 2, kernel_size, stride, padding, (1, 1), ceil_mode, "avg_pool2d")
    require_pooled(ctx, grad_output, sizes, len(sizes) - 3)
    _require_dtype(self, grad_output, f"expected dtype {cxx_type(self)} for `gradOutput` but got dtype ")
    return in_format(ctx, self, self.sizes, memory_format)


def _require_dtype(self: FakeTensor, grad_output: FakeTensor, head: str) -> None:
    if grad_output.dtype is not self.dtype:
        raise RuntimeError(f"{head}{cxx_type(grad_output)}")


@shape("aten._adaptive_avg_pool2d_backward.default")
def adaptive_avg_pool2d_backward(ctx: Context, grad_output: FakeTensor, self: FakeTensor) -> FakeTensor:
    """The gradient of the input, in its memory format; of the result's gradient only the rank counts."""
    name = "adaptive_avg_pool2d_backward"
    template = f"{name}_out_cpu_template"
    for dim, size in enumerate(grad_output.sizes[1:], 1):
        message = (
            f"{name}(): Expected grad_output to have non-zero size for non-batch dimensions, but grad_output has "
            f"sizes {sizes_text(grad_output.sizes)} with dimension {dim} being empty"
        )
        ctx.require(ne(size, 0), message)
    if grad_output.ndim != self.ndim:
        raise RuntimeError(
            f"{template}: Expected dimensions {self.ndim} for `grad_output` but got dimensions {grad_output.ndim}"
        )
    if self.ndim not in (3, 4):
        raise RuntimeError(f"{template}: Expected 3D or 4D tensor, but got {sizes_text(self.sizes)}")
    _require_dtype(self, grad_output, f"{template}: Expected dtype {cxx_type(self)} for `grad_output` but got dtype ")
    return in_format_of(ctx, self, self.sizes)


def _masked(mask: Sequence[bool], *gradients: FakeTensor | None) -> list[Value]:
    """The gradients that are wanted."""
    return [gradient if wanted else None for wanted, gradient in zip(mask, gradients, strict=True)]


@shape("aten.native_layer_norm_backward.default")
def native_layer_norm_backward(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    normalized_shape: Sizes,
    mean: FakeTensor,
    rstd: FakeTensor,
    weight: FakeTensor | None,
    bias: FakeTensor | None,
    output_mask: Sequence[bool],
) -> list[Value]:
    """The gradients of input, weight and bias."""
    first = require_normalized(ctx, input, normalized_shape, weight, bias)
    require_kernel("LayerNormBackwardKernelImpl", input.dtype, NOT_REAL)
    _require_scalar_type(input, grad_out)
    if input.dtype in (DType.float32, DType.float64):  # narrower ones may have wider statistics
        for statistic in (mean, rstd):
            _require_scalar_type(input, statistic)
    gradient, scale, shift = gradients_of_layer(ctx, grad_out, input, first, mean, rstd, weight)
    of_weight = None if weight is None else replace(scale, dtype=weight.dtype)
    return _masked(output_mask, gradient, of_weight, None if bias is None else replace(shift, dtype=bias.dtype))


def _require_scalar_type(self: FakeTensor, grad_output: FakeTensor) -> None:
    if grad_output.dtype is not self.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(grad_output.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")


def _require_count(ctx: Context, tensor: FakeTensor, count: Dim, relation: str) -> None:
    ctx.require(eq(tensor.numel(), count), f"Expected {relation} to be true, but got false.")


@shape("aten.native_group_norm_backward.default")
def native_group_norm_backward(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    mean: FakeTensor,
    rstd: FakeTensor,
    weight: FakeTensor | None,
    batch: Dim,
    channels: Dim,
    pixels: Dim,
    group: int,
    output_mask: Sequence[bool],
) -> list[Value]:
    """The gradients of input, weight and bias; only numbers of elements count.

    Fake tensors give all of them the common dtype of what they are computed from.
    """
    if grad_out.dtype is not input.dtype:
        raise RuntimeError("Expected scalar types of X and dY are same.")
    whole, groups = batch * channels * pixels, batch * group
    _require_count(ctx, grad_out, whole, "dY.numel() == N * C * HxW")
    _require_count(ctx, input, whole, "X.numel() == N * C * HxW")
    _require_count(ctx, mean, groups, "mean.numel() == N * group")
    _require_count(ctx, rstd, groups, "rstd.numel() == N * group")
    if weight is not None:
        _require_count(ctx, weight, channels, "!gamma.defined() || gamma.numel() == C")
    given = [tensor for tensor in (grad_out, input, mean, rstd, weight) if tensor is not None]
    dtype = result_type(ctx, *given)
    gradient = gradient_of_grouped(ctx, grad_out, input, batch, channels, pixels, group)
    vector = dense(ctx, input, (channels,), dtype)
    return _masked(output_mask, replace(gradient, dtype=dtype), vector, dense(ctx, input, (channels,), dtype))


@shape("aten.nll_loss_backward.default")
def nll_loss_backward(
    ctx: Context,
    grad_output: FakeTensor,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
    total_weight: FakeTensor,
) -> FakeTensor:
    """The gradient of log-probabilities: one number comes in, or one for each target if nothing was reduced."""
    require_kernel("nll_loss_backward_out_frame", self.dtype, EXACT)
    if self.ndim not in (1, 2):
        raise RuntimeError("input tensor should be 1D or 2D")
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if self.ndim == 2 or target.ndim == 1:
        batch = target.sizes[wrap_dim(0, target.ndim, scalar_has_one=False)]
        message = f"size mismatch (got input: {sizes_text(self.sizes)}, target: {sizes_text(target.sizes)})"
        ctx.require(eq(self.sizes[0], batch), message)
    total = total_weight.numel()
    ctx.require(eq(total, 1), f"expected total_weight to be a  single element tensor, got: {total} elements")
    if weight is not None:
        fits = eq(weight.numel(), self.sizes[-1])
        ctx.require(fits, "weight tensor should be defined either for all or no classes")
    if reduction == 0 and self.ndim == 2:
        wrap_dim(0, grad_output.ndim, scalar_has_one=False)
        require_pooled(ctx, grad_output, self.sizes[:1], 0)
    else:
        single = eq(grad_output.numel(), 1) if grad_output.ndim <= 1 else False
        message = f"Expected a single element grad_output tensor, but got: {sizes_text(grad_output.sizes)}"
        ctx.require(single, message)
    if target.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(target.dtype)}")
    _require_scalar_type(self, grad_output)
    # Fake tensors divide by the total weight where the loss is a mean.
    dtype = promote_types(self.dtype, total_weight.dtype) if reduction == 1 else self.dtype
    return dense(ctx, self, self.sizes, dtype)


@shape("aten.mse_loss_backward.default")
def mse_loss_backward(
    ctx: Context, grad_output: FakeTensor, self: FakeTensor, target: FakeTensor, reduction: int
) -> FakeTensor:
    """The gradient of a squared difference."""
    require_kernel("mse_backward_cpu_out", result_type(ctx, self, target), BOOLS)
    return pointwise(ctx, Kind.DEFAULT, pointwise(ctx, Kind.DEFAULT, self, target), grad_output)


@shape("aten.upsample_nearest2d_backward.default")
def upsample_nearest2d_backward(
    ctx: Context,
    grad_output: FakeTensor,
    output_size: Sizes,
    input_size: Sizes,
    scales_h: float | None,
    scales_w: float | None,
) -> FakeTensor:
    """The gradient of images, in the memory format of the result's."""
    for name, sizes, count in (("output", output_size, 2), ("input", input_size, 4)):
        if len(sizes) != count:
            raise RuntimeError(f"It is expected {name}_size equals to {count}, but got size {len(sizes)}")
    for size in (*input_size[2:], *output_size):
        ctx.require(gt(size, 0), "Input and output sizes should be greater than 0, but got another")
    if grad_output.ndim != 4:
        raise RuntimeError(f"Expected grad_output to be a tensor of dimension 4 but got: dimension {grad_output.ndim}")
    for dim, (have, want) in enumerate(zip(grad_output.sizes, (*input_size[:2], *output_size), strict=True)):
        message = (
            f"Expected grad_output to have the same shape as output; output.size({dim}) = {want} but got "
            f"grad_output.size({dim}) = {have}"
        )
        ctx.require(eq(have, want), message)
    return in_format_of(ctx, grad_output, tuple(input_size))
