"""Gradients of networks, as joint graphs of forward and backward hold them.

The results are modelled. That an incoming gradient has the sizes of what the forward operator gave, which a joint graph
guarantees, is required only where broadcasting asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._elementwise import dense, elementwise, pointwise
from refimpl.aten._promotion import Kind
from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format_of
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim

__all__: list[str] = []

# The gradient comes first, then the input or output; the rest are numbers that change values only.
_PRODUCTS = "tanh sigmoid silu mish gelu hardshrink softshrink"
# The input is compared with numbers first, and the result is laid out as the comparison is.
_CHOICES = "threshold hardtanh leaky_relu hardswish hardsigmoid softplus logit"


def _chosen(ctx: Context, grad_output: FakeTensor, self: FakeTensor, *_: object) -> FakeTensor:
    made = pointwise(ctx, Kind.DEFAULT, grad_output, self)
    return made if self.strides == made.strides else elementwise(ctx, (self, made), made.dtype)


def _product(ctx: Context, grad_output: FakeTensor, self: FakeTensor, *_: object) -> FakeTensor:
    return pointwise(ctx, Kind.DEFAULT, grad_output, self)


shape(*(f"aten.{name}_backward.default" for name in _PRODUCTS.split()))(_product)
shape(*(f"aten.{name}_backward.default" for name in _CHOICES.split()))(_chosen)


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
    """The gradient of the rows of an embedding."""
    return dense(ctx, grad_output, (num_weights, *grad_output.sizes[indices.ndim :]))


@shape("aten.select_backward.default")
def select_backward(ctx: Context, grad_output: FakeTensor, input_sizes: Sizes, dim: int, index: Dim) -> FakeTensor:
    """Zeros of the input's sizes with the gradient at one place."""
    return dense(ctx, grad_output, input_sizes)


@shape("aten.slice_backward.default")
def slice_backward(
    ctx: Context, grad_output: FakeTensor, input_sizes: Sizes, dim: int, start: Dim, end: Dim, step: Dim
) -> FakeTensor:
    """Zeros of the input's sizes with the gradient in a slice."""
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
    """The gradient of the input, in its memory format."""
    return in_format_of(ctx, self, self.sizes)


@shape("aten._adaptive_avg_pool2d_backward.default")
def adaptive_avg_pool2d_backward(ctx: Context, grad_output: FakeTensor, self: FakeTensor) -> FakeTensor:
    """The gradient of the input, in its memory format."""
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
    sizes = tuple(normalized_shape)
    scale = dense(ctx, input, sizes) if weight is not None else None
    shift = dense(ctx, input, sizes) if bias is not None else None
    return _masked(output_mask, dense(ctx, input, input.sizes), scale, shift)


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
    """The gradients of input, weight and bias."""
    vector = dense(ctx, input, (channels,))
    return _masked(output_mask, in_format_of(ctx, input, input.sizes), vector, dense(ctx, input, (channels,)))


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
    """The gradient of log-probabilities."""
    return dense(ctx, self, self.sizes)


@shape("aten.mse_loss_backward.default")
def mse_loss_backward(
    ctx: Context, grad_output: FakeTensor, self: FakeTensor, target: FakeTensor, reduction: int
) -> FakeTensor:
    """The gradient of a squared difference."""
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
    return in_format_of(ctx, grad_output, tuple(input_size))
