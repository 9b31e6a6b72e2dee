"""Activations with more than one operand, and dropout."""

from __future__ import annotations

from dataclasses import replace

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import elementwise, like, pointwise
from refimpl.aten._in_place import require_no_overlap, scalar_type_name
from refimpl.aten._kernels import BOOLS, COMPLEX, EXACT, require_kernel
from refimpl.aten._promotion import Kind, Number
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._strides import suggested_memory_format
from refimpl.aten._windows import in_format
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.terms import Dim, eq, lor

__all__: list[str] = []


@shape("aten.glu.default")
def glu(ctx: Context, self: FakeTensor, dim: int) -> FakeTensor:
    """One half of a dimension gates the other."""
    if not self.sizes:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    at = wrap_dim(dim, self.ndim)
    size = self.sizes[at]
    ctx.require(eq(size % 2, 0), f"Halving dimension must be even, but dimension {at} is size {size}")
    half = self.viewed((*self.sizes[:at], size // 2, *self.sizes[at + 1 :]), self.strides, self.offset)
    return like(ctx, half)


@shape("aten.prelu.default")
def prelu(ctx: Context, self: FakeTensor, weight: FakeTensor) -> FakeTensor:
    """A slope for negative elements: one for all, or one a channel."""
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    if weight.dtype is not self.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {scalar_type_name(self.dtype)} and "
            f"{scalar_type_name(weight.dtype)}"
        )
    if weight.sizes:
        _require_channels(ctx, self, weight.sizes[0])
    return like(ctx, self)


@shape("aten._prelu_kernel.default")
def prelu_kernel(ctx: Context, self: FakeTensor, weight: FakeTensor) -> FakeTensor:
    """Slopes for negative elements that broadcast."""
    product = pointwise(ctx, Kind.DEFAULT, weight, self)
    return elementwise(ctx, (like(ctx, self), self, product), product.dtype)


def _require_channels(ctx: Context, self: FakeTensor, count: Dim) -> None:
    if isinstance(count, int) and count == 1:
        return
    if not self.sizes:
        ctx.require(eq(count, 1), "Not allow zero-dim input tensor.")
        return
    channels = self.sizes[1] if self.ndim > 1 else 1
    message = (
        "Mismatch of parameter numbers and input channel size. "
        f"Found parameter numbers = {count} and channel size = {channels}."
    )
    ctx.require(lor(eq(count, channels), eq(count, 1)), message)


@shape("aten.rrelu.default")
def rrelu(
    ctx: Context, self: FakeTensor, lower: Number, upper: Number, training: bool, generator: object
) -> FakeTensor:
    """A leaky ReLU with a random slope. Raises RuntimeError if its bounds leave none."""
    if isinstance(lower, (int, float)) and isinstance(upper, (int, float)) and lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    return like(ctx, self)


def _text(tensor: FakeTensor) -> str:
    return f"[{', '.join(map(str, tensor.sizes))}]"


@shape("aten.rrelu_with_noise.default")
def rrelu_with_noise(
    ctx: Context, self: FakeTensor, noise: FakeTensor, lower: Number, upper: Number, training: bool, generator: object
) -> FakeTensor:
    """A leaky ReLU with a random slope, which it writes into ``noise``."""
    require_sizes(
        ctx,
        self.sizes,
        noise.sizes,
        "noise tensor shape must match self tensor shape. Got self.shape = ",
        lambda: f"{_text(self)} noise.shape = {_text(noise)}",
    )
    return like(ctx, self)


@shape("aten.rrelu_with_noise_functional.default")
def rrelu_with_noise_functional(
    ctx: Context, self: FakeTensor, noise: FakeTensor, lower: Number, upper: Number, training: bool, generator: object
) -> tuple[FakeTensor, FakeTensor]:
    """A leaky ReLU with a random slope, and the noise."""
    return rrelu_with_noise(ctx, self, noise, lower, upper, training, generator), like(ctx, noise)


@shape("aten.log_sigmoid_forward.default")
def log_sigmoid_forward(ctx: Context, self: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    """The logarithm of the sigmoid, and a buffer for the backward pass."""
    require_kernel("log_sigmoid_cpu", self.dtype, BOOLS)
    return like(ctx, self), like(ctx, self)


def _require_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")


def _is_empty(ctx: Context, input: FakeTensor) -> bool:
    """Whether there is nothing to drop; then every kernel returns the tensor itself."""
    return ctx.known(eq(input.numel(), 0)) is True


def _require_scalable(ctx: Context, input: FakeTensor, p: float, train: bool) -> None:
    """What is kept is scaled in place. Raises RuntimeError for integers."""
    if train and 0 < p < 1 and input.dtype.category in EXACT and not _is_empty(ctx, input):
        name = scalar_type_name(input.dtype)
        raise RuntimeError(f"result type Float can't be cast to the desired output type {name}")


@shape("aten.dropout.default")
def dropout(ctx: Context, input: FakeTensor, p: float, train: bool) -> FakeTensor:
    """Zeros elements at random in training; otherwise a copy.

    The eager kernel returns the tensor itself, and so do we where the copy would have its layout.
    """
    _require_probability(p)
    _require_scalable(ctx, input, p, train)
    if train and 0 < p < 1 and not _is_empty(ctx, input):
        require_kernel("bernoulli_scalar_cpu_", input.dtype, COMPLEX)
    made = like(ctx, input)
    if train and p != 0:
        return made
    return input if made.strides == input.strides and input.offset == 0 else made.on(Storage())


@shape("aten.dropout_.default")
def dropout_in_place(ctx: Context, input: FakeTensor, p: float, train: bool) -> FakeTensor:
    """The same written over the tensor; nothing is written without training."""
    _require_probability(p)
    _require_scalable(ctx, input, p, train)
    if train and p != 0:
        require_no_overlap(ctx, input)
    return input


@shape("aten.alpha_dropout.default")
def alpha_dropout(ctx: Context, input: FakeTensor, p: float, train: bool) -> FakeTensor:
    """Saturates elements at random in training; otherwise the tensor itself."""
    _require_probability(p)
    _require_scalable(ctx, input, p, train)
    return like(ctx, input) if train and p != 0 else input


@shape("aten.feature_dropout.default", "aten.feature_alpha_dropout.default")
def feature_dropout(ctx: Context, input: FakeTensor, p: float, train: bool) -> FakeTensor:
    """Zeros whole channels at random in training; otherwise the tensor itself."""
    _require_probability(p)
    if not train or p == 0 or _is_empty(ctx, input):
        return input
    if input.ndim < 2 and p != 1:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    _require_scalable(ctx, input, p, train)
    return like(ctx, input)


@shape("aten.native_dropout.default")
def native_dropout(ctx: Context, input: FakeTensor, p: float, train: bool | None) -> tuple[FakeTensor, FakeTensor]:
    """The tensor with elements zeroed at random, and the mask of those kept; if none can be, the tensor itself."""
    if train and p not in (0, 1) and not input.dtype.is_floating_point and _is_empty(ctx, input):
        return input, like(ctx, input)
    if train is not False and not 0 <= p <= 1 and not _is_empty(ctx, input):
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={1 - p:g}")
    _require_scalable(ctx, input, p, train is not False)
    mask = like(ctx, input, DType.bool)
    if not train or p == 0:
        return input, mask
    return like(ctx, input) if p == 1 else pointwise(ctx, Kind.DEFAULT, mask, input), mask


@shape("aten.native_dropout_backward.default")
def native_dropout_backward(ctx: Context, grad_output: FakeTensor, mask: FakeTensor, scale: float) -> FakeTensor:
    """The gradient where the mask kept elements, in its memory format."""
    made = pointwise(ctx, Kind.DEFAULT, grad_output, replace(mask, dtype=grad_output.dtype), scale)
    return in_format(ctx, made, made.sizes, suggested_memory_format(ctx, grad_output))
