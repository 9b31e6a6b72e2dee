"""Upsampling (interpolation) to an output size or by scale factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from refimpl.aten._call import tensor_of
from refimpl.aten._elementwise import converted, elementwise
from refimpl.aten._normalized import made_contiguous, widened
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._reshape import reshape, view
from refimpl.aten._strides import suggested_memory_format
from refimpl.aten._views import permute
from refimpl.aten._windows import in_format, in_format_of, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, Real, eq, float_mul, gt, land, lor, ne, to_float, trunc_to_int

__all__: list[str] = []

_Scales: TypeAlias = Sequence[float] | None


def _scaled(size: Dim, scale: float) -> Dim:
    """``int(size * scale)``; an integral scale is applied without rounding."""
    return size * int(scale) if scale == int(scale) else _rounded(size, scale)


def _rounded(size: Dim, scale: float) -> Dim:
    value: Real = float_mul(to_float(size), scale)
    return trunc_to_int(value)


def _output_size(input: FakeTensor, output_size: Sizes | None, scales: _Scales, *, exact: bool = True) -> Sizes:
    if (output_size is None) == (scales is None):
        raise RuntimeError("Must specify exactly one of output_size and scale_factors")
    given = output_size if output_size is not None else scales or ()
    if len(given) != input.ndim - 2:
        name = "output_size" if output_size is not None else "scale_factors"
        raise RuntimeError(
            f"Expected static_cast<int64_t>({name}->size()) == spatial_dimensions to be true, but got false."
        )
    if output_size is not None:
        return output_size
    apply = _scaled if exact else _rounded
    return tuple([apply(size, scale) for size, scale in zip(input.sizes[2:], scales or (), strict=True)])


def _axes_text(sizes: Sizes) -> str:
    return "(" + ", ".join(f"{axis}: {size}" for axis, size in zip("DHW"[-len(sizes) :], sizes, strict=True)) + ")"


def _upsample(
    ctx: Context, input: FakeTensor, output_size: Sizes, spatial: int, source: FakeTensor | None = None
) -> FakeTensor:
    """A new tensor in the memory format of the input, or of the source, the input as it is computed with."""
    if len(output_size) != spatial:
        raise RuntimeError(f"It is expected output_size equals to {spatial}, but got size {len(output_size)}")
    if input.ndim != spatial + 2:
        raise RuntimeError(f"It is expected input_size equals to {spatial + 2}, but got size {input.ndim}")
    # Asked first: the format is that of a size of which nothing is required yet.
    memory_format = suggested_memory_format(ctx, input if source is None else source)
    require(
        ctx,
        land(*(gt(size, 0) for size in (*input.sizes[2:], *output_size))),
        "Input and output sizes should be greater than 0, but got input ",
        lambda: f"{_axes_text(input.sizes[2:])}{' and' if spatial == 1 else ''} output {_axes_text(output_size)}",
    )
    require(
        ctx,
        lor(ne(input.numel(), 0), ne(product(input.sizes[1:]), 0)),
        f"Non-empty {spatial + 2}D data tensor expected but got a tensor with sizes ",
        lambda: sizes_text(input.sizes),
    )
    return in_format(ctx, input, (*input.sizes[:2], *output_size), memory_format)


def _positions(ctx: Context, input: FakeTensor, output_size: Sizes) -> list[FakeTensor]:
    """For each axis, one number for each pixel of the output, with dimensions of size 1 on the right."""
    rows: list[FakeTensor] = []
    for axis, size in enumerate(output_size):
        inner = len(output_size) - 1 - axis
        rows.append(FakeTensor((size, *(1,) * inner), (1,) * (inner + 1), DType.int64, input.device))
    return rows


def _nearest(ctx: Context, input: FakeTensor, output_size: Sizes, spatial: int) -> FakeTensor:
    """Neighbours are indexed; images and volumes are copied if that does not leave them in the input's format."""
    # Asked first: the format is that of a size of which nothing is required yet.
    source = widened(ctx, input)
    memory_format = suggested_memory_format(ctx, source)
    made = _upsample(ctx, input, output_size, spatial, source)
    if spatial > 1 and not _has_one(input, made):
        return made
    taken = tensor_of(ctx, "aten._unsafe_index.Tensor", source, [None, None, *_positions(ctx, input, output_size)])
    return converted(ctx, taken if spatial == 1 else made_contiguous(ctx, taken, memory_format), input.dtype)


def _interpolated(ctx: Context, input: FakeTensor, output_size: Sizes, spatial: int) -> FakeTensor:
    """Neighbours are indexed and weighted along one axis after the other, beginning with the last."""
    source = widened(ctx, input)
    memory_format = suggested_memory_format(ctx, source)
    made = _upsample(ctx, input, output_size, spatial, source)
    if spatial == 1 or not _has_one(input, made):
        return made
    positions = _positions(ctx, input, output_size)
    taken = tensor_of(ctx, "aten._unsafe_index.Tensor", input, [None, None, *positions])
    for weights in reversed(positions):
        # The first neighbour, and the weighted difference of the two.
        step = elementwise(ctx, (taken, taken), input.dtype, short=True)
        step = elementwise(ctx, (step, weights), input.dtype, short=True)
        taken = elementwise(ctx, (taken, step), input.dtype, short=True)
    return made_contiguous(ctx, taken, memory_format)


def _has_one(input: FakeTensor, made: FakeTensor) -> bool:
    """Whether there is a stride that says nothing, which is where the way to a result in a memory format shows."""
    return 1 in input.sizes or 1 in made.sizes


@shape("aten.upsample_nearest1d.vec", "aten._upsample_nearest_exact1d.vec")
def upsample_nearest1d_vec(ctx: Context, input: FakeTensor, output_size: Sizes | None, scales: _Scales) -> FakeTensor:
    """Nearest neighbours of vectors."""
    return _nearest(ctx, input, _output_size(input, output_size, scales), 1)


@shape("aten.upsample_nearest2d.vec", "aten._upsample_nearest_exact2d.vec")
def upsample_nearest2d_vec(ctx: Context, input: FakeTensor, output_size: Sizes | None, scales: _Scales) -> FakeTensor:
    """Nearest neighbours of images."""
    return _nearest(ctx, input, _output_size(input, output_size, scales), 2)


@shape("aten.upsample_nearest3d.vec", "aten._upsample_nearest_exact3d.vec")
def upsample_nearest3d_vec(ctx: Context, input: FakeTensor, output_size: Sizes | None, scales: _Scales) -> FakeTensor:
    """Nearest neighbours of volumes."""
    return _nearest(ctx, input, _output_size(input, output_size, scales), 3)


@shape("aten.upsample_nearest1d.default", "aten._upsample_nearest_exact1d.default")
def upsample_nearest1d(ctx: Context, self: FakeTensor, output_size: Sizes, scales: float | None) -> FakeTensor:
    """Nearest neighbours of vectors."""
    return _nearest(ctx, self, output_size, 1)


@shape("aten.upsample_nearest2d.default", "aten._upsample_nearest_exact2d.default")
def upsample_nearest2d(
    ctx: Context, self: FakeTensor, output_size: Sizes, scales_h: float | None, scales_w: float | None
) -> FakeTensor:
    """Nearest neighbours of images."""
    return _nearest(ctx, self, output_size, 2)


@shape("aten.upsample_nearest3d.default", "aten._upsample_nearest_exact3d.default")
def upsample_nearest3d(
    ctx: Context,
    self: FakeTensor,
    output_size: Sizes,
    scales_d: float | None,
    scales_h: float | None,
    scales_w: float | None,
) -> FakeTensor:
    """Nearest neighbours of volumes."""
    return _nearest(ctx, self, output_size, 3)


@shape("aten.upsample_linear1d.vec")
def upsample_linear1d_vec(
    ctx: Context, input: FakeTensor, output_size: Sizes | None, align_corners: bool, scales: _Scales
) -> FakeTensor:
    """Linear interpolation of vectors."""
    return _interpolated(ctx, input, _output_size(input, output_size, scales), 1)


@shape("aten._upsample_bilinear2d_aa.vec", "aten._upsample_bicubic2d_aa.vec")
def upsample_antialiased2d_vec(
    ctx: Context, input: FakeTensor, output_size: Sizes | None, align_corners: bool, scales: _Scales
) -> FakeTensor:
    """Antialiased interpolation of images."""
    return _upsample(ctx, input, _output_size(input, output_size, scales), 2)


@shape("aten.upsample_bilinear2d.vec")
def upsample_bilinear2d_vec(
    ctx: Context, input: FakeTensor, output_size: Sizes | None, align_corners: bool, scales: _Scales
) -> FakeTensor:
    """Bilinear interpolation of images."""
    return _interpolated(ctx, input, _output_size(input, output_size, scales), 2)


@shape("aten.upsample_trilinear3d.vec")
def upsample_trilinear3d_vec(
    ctx: Context, input: FakeTensor, output_size: Sizes | None, align_corners: bool, scales: _Scales
) -> FakeTensor:
    """Trilinear interpolation of volumes."""
    return _interpolated(ctx, input, _output_size(input, output_size, scales), 3)


@shape("aten.upsample_bicubic2d.vec")
def upsample_bicubic2d_vec(
    ctx: Context, input: FakeTensor, output_size: Sizes | None, align_corners: bool, scales: _Scales
) -> FakeTensor:
    """Bicubic interpolation of images; its output size goes through floats even for integral scales."""
    return _interpolated(ctx, input, _output_size(input, output_size, scales, exact=False), 2)


@shape("aten.upsample_linear1d.default")
def upsample_linear1d(
    ctx: Context, self: FakeTensor, output_size: Sizes, align_corners: bool, scales: float | None
) -> FakeTensor:
    """Linear interpolation of vectors."""
    return _interpolated(ctx, self, output_size, 1)


@shape("aten._upsample_bilinear2d_aa.default", "aten._upsample_bicubic2d_aa.default")
def upsample_antialiased2d(
    ctx: Context,
    self: FakeTensor,
    output_size: Sizes,
    align_corners: bool,
    scales_h: float | None,
    scales_w: float | None,
) -> FakeTensor:
    """Antialiased interpolation of images."""
    return _upsample(ctx, self, output_size, 2)


@shape("aten.upsample_bilinear2d.default", "aten.upsample_bicubic2d.default")
def upsample_bilinear2d(
    ctx: Context,
    self: FakeTensor,
    output_size: Sizes,
    align_corners: bool,
    scales_h: float | None,
    scales_w: float | None,
) -> FakeTensor:
    """Bilinear and bicubic interpolation of images."""
    return _interpolated(ctx, self, output_size, 2)


@shape("aten.upsample_trilinear3d.default")
def upsample_trilinear3d(
    ctx: Context,
    self: FakeTensor,
    output_size: Sizes,
    align_corners: bool,
    scales_d: float | None,
    scales_h: float | None,
    scales_w: float | None,
) -> FakeTensor:
    """Trilinear interpolation of volumes."""
    return _interpolated(ctx, self, output_size, 3)


@shape("aten.pixel_shuffle.default")
def pixel_shuffle(ctx: Context, self: FakeTensor, upscale_factor: Dim) -> FakeTensor:
    """Channels moved into space: ``[*, C * r * r, H, W]`` becomes ``[*, C, H * r, W * r]``."""
    if self.ndim < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {self.ndim} dimension(s)"
        )
    ctx.require(gt(upscale_factor, 0), f"pixel_shuffle expects a positive upscale_factor, but got {upscale_factor}")
    squared = upscale_factor * upscale_factor
    channels, height, width = self.sizes[-3:]
    ctx.require(
        eq(channels % squared, 0),
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
        f"but input.size(-3)={channels} is not divisible by {squared}",
    )
    sizes = (*self.sizes[:-3], channels // squared, height * upscale_factor, width * upscale_factor)
    return in_format_of(ctx, self, sizes)


@shape("aten.pixel_unshuffle.default")
def pixel_unshuffle(ctx: Context, self: FakeTensor, downscale_factor: Dim) -> FakeTensor:
    """Space moved into channels: ``[*, C, H * r, W * r]`` becomes ``[*, C * r * r, H, W]``."""
    if self.ndim < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {self.ndim} dimension(s)"
        )
    ctx.require(
        gt(downscale_factor, 0), f"pixel_unshuffle expects a positive downscale_factor, but got {downscale_factor}"
    )
    channels, height, width = self.sizes[-3:]
    for name, size in (("height", height), ("width", width)):
        ctx.require(
            eq(size % downscale_factor, 0),
            f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size "
            f"{size} is not divisible by {downscale_factor}",
        )
    sizes = (
        *self.sizes[:-3],
        channels * downscale_factor * downscale_factor,
        height // downscale_factor,
        width // downscale_factor,
    )
    return in_format_of(ctx, self, sizes)


def _require_groups(ctx: Context, self: FakeTensor, groups: Dim) -> None:
    if self.ndim <= 2:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {sizes_text(self.sizes)}"
        )
    ctx.require(gt(groups, 0), f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    ctx.require(
        eq(self.sizes[1] % groups, 0),
        f"Number of channels must be divisible by groups. Got {self.sizes[1]} channels and {groups} groups.",
    )


@shape("aten.channel_shuffle.default")
def channel_shuffle(ctx: Context, self: FakeTensor, groups: Dim) -> FakeTensor:
    """The channels dealt out over groups; an empty tensor is viewed."""
    _require_groups(ctx, self, groups)
    if ctx.known(eq(self.numel(), 0)) is True:
        return self.viewed(self.sizes, self.strides, self.offset)
    grouped = reshape(ctx, self, (self.sizes[0], groups, self.sizes[1] // groups, *self.sizes[2:]))
    dealt = permute(grouped, (0, 2, 1, *range(3, grouped.ndim)))
    return tensor_of(ctx, "aten.contiguous.default", reshape(ctx, dealt, self.sizes))


@shape("aten.native_channel_shuffle.default")
def native_channel_shuffle(ctx: Context, self: FakeTensor, groups: Dim) -> FakeTensor:
    """The same, of a tensor whose pixels can be viewed as one dimension."""
    _require_groups(ctx, self, groups)
    pixels = product(self.sizes[2:])
    wanted = (self.sizes[0], groups, self.sizes[1] // groups, pixels)
    refused = ValueError(f"Cannot view a tensor with shape {self.sizes} and strides {self.strides} as one of {wanted}")
    grouped = view(ctx, self, wanted, refused)
    dealt = tensor_of(ctx, "aten.contiguous.default", permute(grouped, (0, 2, 1, 3)))
    return reshape(ctx, dealt, self.sizes)
