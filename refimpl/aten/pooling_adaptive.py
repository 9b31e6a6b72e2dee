"""Pooling to a given output size, fractional pooling, and the inverse of maximum pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from refimpl.aten._dims import wrap_dim
from refimpl.aten._factory import require_sizes as require_nonnegative
from refimpl.aten._reduction import mean_dtype
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._strides import channels_last_strides, suggested_memory_format
from refimpl.aten._windows import in_format, in_format_of, require_nonempty, sizes_text, spread
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, gt, le

__all__: list[str] = []


def _require_input(ctx: Context, name: str, input: FakeTensor, spatial: int, first: int) -> None:
    if input.ndim not in (spatial + 1, spatial + 2):
        raise RuntimeError(
            f"{name}(): Expected {spatial + 1}D or {spatial + 2}D tensor, but got: {sizes_text(input.sizes)}"
        )
    for dim in range(first, input.ndim):
        require_nonempty(
            ctx,
            input,
            (dim,),
            f"{name}(): Expected input to have non-zero size for non-batch dimensions, "
            f"but input has sizes {sizes_text(input.sizes)} with dimension {dim} being empty",
        )


def _row(input: FakeTensor) -> FakeTensor:
    step = input.sizes[-1] * input.strides[-1]
    return input.viewed(
        (*input.sizes[:-1], 1, input.sizes[-1]), (*input.strides[:-1], step, input.strides[-1]), input.offset
    )


def _squeeze_row(result: FakeTensor) -> FakeTensor:
    sizes, strides = result.sizes, result.strides
    return result.viewed((*sizes[:-2], sizes[-1]), (*strides[:-2], strides[-1]), result.offset)


def _wrong_rank(input: FakeTensor, name: str) -> NoReturn:
    raise RuntimeError(
        f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' "
        f"(while checking arguments for {name})"
    )


def _one(output_size: Sizes, name: str) -> Sizes:
    if len(output_size) != 1:
        raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(output_size)})")
    return output_size


def _nonnegative(ctx: Context, output_size: Sequence[Dim], spatial: int) -> None:
    for size in output_size:
        ctx.require(
            ge(size, 0),
            f"adaptive_avg_pool{spatial}d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{', '.join(map(str, output_size))}}}",
        )


@shape("aten._adaptive_avg_pool2d.default")
def adaptive_avg_pool2d_kernel(ctx: Context, self: FakeTensor, output_size: Sizes) -> FakeTensor:
    """The averages of as many windows as asked for, in the memory format of the input."""
    _require_input(ctx, "adaptive_avg_pool2d", self, 2, self.ndim - 2)
    _require_two(output_size)
    _nonnegative(ctx, output_size, 2)
    return in_format_of(ctx, self, (*self.sizes[:-2], *spread(output_size, 2, "output_size")))


def _require_two(output_size: Sizes) -> None:
    if len(output_size) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")


def _require_three(output_size: Sizes) -> None:
    if len(output_size) != 3:
        raise RuntimeError("adaptive_avg_pool3d: output_size must be 3")


@shape("aten._adaptive_avg_pool3d.default")
def adaptive_avg_pool3d_kernel(ctx: Context, self: FakeTensor, output_size: Sizes) -> FakeTensor:
    """The averages of as many windows as asked for, contiguous."""
    _require_three(output_size)
    _require_input(ctx, "adaptive_avg_pool3d", self, 3, 1)
    _nonnegative(ctx, output_size, 3)
    return in_format(ctx, self, (*self.sizes[:-3], *spread(output_size, 3, "output_size")), "contiguous_format")


def _is_global(output_size: Sequence[Dim]) -> bool:
    return all(isinstance(size, int) and size == 1 for size in output_size)


def _mean(ctx: Context, self: FakeTensor, spatial: int) -> FakeTensor:
    """The average of whole images, which PyTorch takes as a mean that keeps dimensions."""
    mean_dtype(self)
    sizes: Sizes = (*self.sizes[:-spatial], *(1,) * spatial)
    if suggested_memory_format(ctx, self) != "contiguous_format":
        return FakeTensor(sizes, channels_last_strides(ctx, sizes), self.dtype, self.device)
    return in_format(ctx, self, sizes, "contiguous_format")


@shape("aten.adaptive_avg_pool2d.default")
def adaptive_avg_pool2d(ctx: Context, self: FakeTensor, output_size: Sizes) -> FakeTensor:
    """The averages of as many windows as asked for."""
    _require_two(output_size)
    _nonnegative(ctx, output_size, 2)
    if _is_global(output_size):
        for dim in (-1, -2):
            wrap_dim(dim, self.ndim)
        return _mean(ctx, self, 2)
    return adaptive_avg_pool2d_kernel(ctx, self, output_size)


@shape("aten.adaptive_avg_pool3d.default")
def adaptive_avg_pool3d(ctx: Context, self: FakeTensor, output_size: Sizes) -> FakeTensor:
    """The averages of as many windows as asked for."""
    _require_three(output_size)
    _nonnegative(ctx, output_size, 3)
    if _is_global(output_size):
        for dim in (-1, -2, -3):
            wrap_dim(dim, self.ndim)
        return _mean(ctx, self, 3)
    return adaptive_avg_pool3d_kernel(ctx, self, output_size)


@shape("aten.adaptive_avg_pool1d.default")
def adaptive_avg_pool1d(ctx: Context, self: FakeTensor, output_size: Sizes) -> FakeTensor:
    """The averages of as many windows as asked for of vectors: images of one row."""
    if self.ndim not in (2, 3):
        _wrong_rank(self, "adaptive_avg_pool1d")
    (length,) = _one(output_size, "adaptive_avg_pool1d")
    return _squeeze_row(adaptive_avg_pool2d(ctx, _row(self), (1, length)))


def _adaptive_max(ctx: Context, self: FakeTensor, spatial: int, output_size: Sizes) -> tuple[FakeTensor, ...]:
    _require_input(ctx, f"adaptive_max_pool{spatial}d", self, spatial, 1)
    if len(output_size) != spatial:
        raise RuntimeError(f"adaptive_max_pool{spatial}d(): internal error: output_size.size() must be {spatial}")
    sizes = (*self.sizes[:-spatial], *output_size)
    require_nonnegative(ctx, sizes)
    if self.ndim == 4 and spatial == 2:
        return in_format_of(ctx, self, sizes), in_format_of(ctx, self, sizes, DType.int64)
    return (
        in_format(ctx, self, sizes, "contiguous_format"),
        in_format(ctx, self, sizes, "contiguous_format", DType.int64),
    )


@shape("aten.adaptive_max_pool2d.default")
def adaptive_max_pool2d(ctx: Context, self: FakeTensor, output_size: Sizes) -> tuple[FakeTensor, ...]:
    """The maxima of as many windows as asked for, and where they are."""
    return _adaptive_max(ctx, self, 2, output_size)


@shape("aten.adaptive_max_pool3d.default")
def adaptive_max_pool3d(ctx: Context, self: FakeTensor, output_size: Sizes) -> tuple[FakeTensor, ...]:
    """The maxima of as many windows as asked for, and where they are."""
    return _adaptive_max(ctx, self, 3, output_size)


@shape("aten.adaptive_max_pool1d.default")
def adaptive_max_pool1d(ctx: Context, self: FakeTensor, output_size: Sizes) -> tuple[FakeTensor, ...]:
    """The maxima of as many windows as asked for of vectors, and where they are."""
    if self.ndim not in (2, 3):
        _wrong_rank(self, "adaptive_max_pool1d")
    _require_input(ctx, "adaptive_max_pool1d", self, 1, 1)
    (length,) = _one(output_size, "adaptive_max_pool1d")
    return tuple(map(_squeeze_row, _adaptive_max(ctx, _row(self), 2, (1, length))))


def _fractional(
    ctx: Context, self: FakeTensor, spatial: int, kernel_size: Sizes, output_size: Sizes, random_samples: FakeTensor
) -> tuple[FakeTensor, ...]:
    name = f"fractional_max_pool{spatial}d{'_out' if spatial == 3 else ''}()"
    # A single number has become a list of as many as there are dimensions before.
    for argument, values in (("kernel_size", kernel_size), ("output_size", output_size)):
        if len(values) != spatial:
            numbers = "Ints" if spatial == 2 else "three Ints"
            raise RuntimeError(
                f"fractional_max_pool{spatial}d: {argument} must either be a single Int or tuple of {numbers}"
            )
    if self.ndim not in (spatial + 1, spatial + 2):
        raise RuntimeError(
            f"{name}: Expected {spatial + 1}D or {spatial + 2}D tensor, but got: {sizes_text(self.sizes)}"
        )
    first = self.ndim - spatial - 1
    require_nonempty(
        ctx,
        self,
        range(1, self.ndim),
        f"{name}: Expected input to have non-zero size for non-batch dimensions, but got {sizes_text(self.sizes)}",
    )
    axes = ("time", "height", "width")[-spatial:]
    for axis, size, k, out in zip(axes, self.sizes[-spatial:], kernel_size, output_size, strict=True):
        if spatial == 2:
            ctx.require(gt(k, 0), f"{name}: kernel size must be positive")
        # The kernel for volumes needs one element more.
        fits = le(out + k - 1 + (spatial - 2), size)
        ctx.require(fits, f"{name}: pool {axis} {k} too large relative to input {axis} {size}")
    if random_samples.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {random_samples.ndim}")
    batch = self.sizes[0] if first else 1
    samples, channels, axis_count = random_samples.sizes
    ctx.require(ge(samples, batch), "Expect _random_samples.size(0) no less then input batch size.")
    ctx.require(eq(channels, self.sizes[first]), "Expect _random_samples.size(1) equals to input channel size.")
    ctx.require(eq(axis_count, spatial), f"Expect _random_samples.size(2) equals to {spatial}; got {axis_count}.")
    sizes = (*self.sizes[: first + 1], *output_size)
    return (
        in_format(ctx, self, sizes, "contiguous_format"),
        in_format(ctx, self, sizes, "contiguous_format", DType.int64),
    )


def _require_same_dtype(self: FakeTensor, samples: FakeTensor) -> None:
    if samples.dtype is not self.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")


@shape("aten.fractional_max_pool2d.default")
def fractional_max_pool2d(
    ctx: Context, self: FakeTensor, kernel_size: Sizes, output_size: Sizes, random_samples: FakeTensor
) -> tuple[FakeTensor, ...]:
    """The maxima of windows at random places of images."""
    _require_same_dtype(self, random_samples)
    return _fractional(ctx, self, 2, kernel_size, output_size, random_samples)


@shape("aten.fractional_max_pool3d.default")
def fractional_max_pool3d(
    ctx: Context, self: FakeTensor, kernel_size: Sizes, output_size: Sizes, random_samples: FakeTensor
) -> tuple[FakeTensor, ...]:
    """The maxima of windows at random places of volumes."""
    _require_same_dtype(self, random_samples)
    return _fractional(ctx, self, 3, kernel_size, output_size, random_samples)


def _unpool(ctx: Context, self: FakeTensor, indices: FakeTensor, spatial: int, output_size: Sizes) -> FakeTensor:
    if indices.dtype is not DType.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype}")
    if self.ndim not in (spatial + 1, spatial + 2):
        raise RuntimeError(
            f"Input to max_unpooling{spatial}d should be a {spatial + 1}d or {spatial + 2}d Tensor, "
            f"but got a tensor with {self.ndim} dimensions."
        )
    if len(output_size) != spatial:
        raise RuntimeError(
            f"There should be exactly {spatial} elements in output_size, but got {len(output_size)} elements."
        )
    require_sizes(
        ctx,
        indices.sizes,
        self.sizes,
        "Expected shape of indices to be same as that of the input tensor (",
        lambda: f"{sizes_text(self.sizes)}) but got indices tensor with shape: {sizes_text(indices.sizes)}",
    )
    for dim in range(1, self.ndim):
        require_nonempty(
            ctx,
            self,
            (dim,),
            f"max_unpooling{spatial}d(): Expected input to have non-zero size for non-batch dimensions, "
            f"but got {sizes_text(self.sizes)} with dimension {dim} being empty.",
        )
    sizes = (*self.sizes[:-spatial], *output_size)
    return in_format(ctx, self, sizes, "contiguous_format")


@shape("aten.max_unpool2d.default")
def max_unpool2d(ctx: Context, self: FakeTensor, indices: FakeTensor, output_size: Sizes) -> FakeTensor:
    """Maxima put back at their places in images of zeros."""
    return _unpool(ctx, self, indices, 2, output_size)


@shape("aten.max_unpool3d.default")
def max_unpool3d(
    ctx: Context, self: FakeTensor, indices: FakeTensor, output_size: Sizes, stride: Sizes, padding: Sizes
) -> FakeTensor:
    """Maxima put back at their places in volumes of zeros."""
    for name, values in (("stride", stride), ("padding", padding)):
        if len(values) != 3:
            raise RuntimeError(
                f"There should be exactly three elements (depth, height, width) in {name}, but got: {len(values)} "
                "elements."
            )
    for step in stride:
        ctx.require(gt(step, 0), f"strides should be greater than zero, but got stride: {sizes_text(stride)}")
    return _unpool(ctx, self, indices, 3, output_size)
