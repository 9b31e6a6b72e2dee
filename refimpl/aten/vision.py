"""Sampling from grids, and windows as columns."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._product import product
from refimpl.aten._promotion import promote_types
from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format, require_nonempty, sizes_text, spread
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, gt, lor

__all__: list[str] = []


def _both(input: FakeTensor, grid: FakeTensor) -> str:
    return f"input with sizes {sizes_text(input.sizes)} and grid with sizes {sizes_text(grid.sizes)}"


def _require_one_batch(ctx: Context, input: FakeTensor, grid: FakeTensor) -> None:
    message = f"grid_sampler(): expected grid and input to have same batch size, but got {_both(input, grid)}"
    sizes = [tensor.sizes[wrap_dim(0, tensor.ndim, scalar_has_one=False)] for tensor in (input, grid)]
    ctx.require(eq(*sizes), message)


def _sampled(ctx: Context, input: FakeTensor, grid: FakeTensor, spatial: int) -> FakeTensor:
    _require_one_batch(ctx, input, grid)
    wanted = input.ndim - 2
    ctx.require(
        eq(grid.sizes[-1], wanted),
        f"grid_sampler(): expected grid to have size {wanted} in last dimension, but got grid with sizes "
        f"{sizes_text(grid.sizes)}",
    )
    for dim in range(2, input.ndim):
        message = (
            "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
            f"{sizes_text(input.sizes)} with dimension {dim} being empty"
        )
        require_nonempty(ctx, input, (dim,), message)
    if input.ndim != spatial + 2 or grid.ndim != input.ndim:
        raise RuntimeError(
            f"grid_sampler(): expected {spatial + 2}D input and grid with same number of dimensions, but got "
            f"{_both(input, grid)}"
        )
    sizes = (*input.sizes[:2], *grid.sizes[1:-1])
    if input.dtype is not grid.dtype and ctx.known(eq(product(sizes), 0)) is not True:
        names = scalar_type_name(input.dtype), scalar_type_name(grid.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    # The kernel looks at the dtypes only where it samples; fake tensors combine images with their grid.
    dtype = promote_types(input.dtype, grid.dtype) if spatial == 2 else input.dtype
    return in_format(ctx, input, sizes, "contiguous_format", dtype)


def _require_bicubic(input: FakeTensor, interpolation_mode: int) -> None:
    if input.ndim == 5 and interpolation_mode == 2:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


@shape("aten.grid_sampler.default")
def grid_sampler(
    ctx: Context, input: FakeTensor, grid: FakeTensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> FakeTensor:
    """The input sampled where the grid points."""
    _require_one_batch(ctx, input, grid)
    _require_bicubic(input, interpolation_mode)
    return _sampled(ctx, input, grid, 2 if input.ndim == 4 else 3)


@shape("aten.grid_sampler_2d.default")
def grid_sampler_2d(
    ctx: Context, input: FakeTensor, grid: FakeTensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> FakeTensor:
    """Images sampled where the grid points."""
    return _sampled(ctx, input, grid, 2)


@shape("aten.grid_sampler_3d.default")
def grid_sampler_3d(
    ctx: Context, input: FakeTensor, grid: FakeTensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> FakeTensor:
    """Volumes sampled where the grid points."""
    _require_bicubic(input, interpolation_mode)
    return _sampled(ctx, input, grid, 3)


@shape("aten.affine_grid_generator.default")
def affine_grid_generator(ctx: Context, theta: FakeTensor, size: Sizes, align_corners: bool) -> FakeTensor:
    """The grid of an affine map for an output of that size."""
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    spatial = len(size) - 2
    message = (
        f"Expected a batch of {spatial}x{spatial + 1} affine matrices of shape Nx{spatial}x{spatial + 1} "
        f"for size {sizes_text(size)}."
    )
    if theta.ndim != 3:
        raise RuntimeError(message)
    batch, rows, columns = theta.sizes
    ctx.require(eq(batch, size[0]), message)
    ctx.require(eq(columns, spatial + 1), message)
    ctx.require(lor(eq(rows, spatial), eq(product((size[0], *size[2:])), 0)), message)
    return in_format(ctx, theta, (size[0], *size[2:], spatial), "contiguous_format")


def _require_positive(ctx: Context, name: str, values: Sizes) -> None:
    for value in values:
        ctx.require(gt(value, 0), f"{name} should be greater than zero, but got {sizes_text(values)}")


def _blocks(ctx: Context, sizes: Sizes, kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) -> list[Dim]:
    """How many windows fit along each dimension."""
    for name, values in (("kernel_size", kernel), ("dilation", dilation), ("stride", stride)):
        _require_positive(ctx, name, values)
    for value in padding:
        ctx.require(ge(value, 0), f"padding should be non-negative, but got {sizes_text(padding)}")
    counts: list[Dim] = []
    for size, k, d, p, s in zip(sizes, kernel, dilation, padding, stride, strict=True):
        count = (size + 2 * p - d * (k - 1) - 1) // s + 1
        ctx.require(
            ge(count, 1),
            f"Given input with spatial size {sizes_text(sizes)}, kernel_size={sizes_text(kernel)}, calculated shape "
            f"of the array of sliding blocks has {count}, but its components must be at least one.",
        )
        counts.append(count)
    return counts


@shape("aten.im2col.default")
def im2col(
    ctx: Context, self: FakeTensor, kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes
) -> FakeTensor:
    """The windows of images as columns: ``[N, C * kernel, windows]``."""
    for name, values in (
        ("kernel_size", kernel_size),
        ("dilation", dilation),
        ("padding", padding),
        ("stride", stride),
    ):
        if len(values) != 2:
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}")
    message = (
        "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
        f"but got: {sizes_text(self.sizes)}"
    )
    if self.ndim not in (3, 4):
        raise RuntimeError(message)
    require_nonempty(ctx, self, range(self.ndim - 3, self.ndim), message)
    kernel = spread(kernel_size, 2, "kernel_size")
    windows = spread(dilation, 2, "dilation"), spread(padding, 2, "padding"), spread(stride, 2, "stride")
    counts = _blocks(ctx, self.sizes[-2:], kernel, *windows)
    sizes = (*self.sizes[:-3], self.sizes[-3] * product(kernel), product(counts))
    return in_format(ctx, self, sizes, "contiguous_format")


@shape("aten.col2im.default")
def col2im(
    ctx: Context,
    self: FakeTensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes,
    padding: Sizes,
    stride: Sizes,
) -> FakeTensor:
    """Columns summed back into images of a given size."""
    message = (
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
        f"but got: {sizes_text(self.sizes)}"
    )
    if self.ndim not in (2, 3):
        raise RuntimeError(message)
    require_nonempty(ctx, self, range(self.ndim - 2, self.ndim), message)
    kernel = spread(kernel_size, 2, "kernel_size")
    windows = spread(dilation, 2, "dilation"), spread(padding, 2, "padding"), spread(stride, 2, "stride")
    outputs = spread(output_size, 2, "output_size")
    plane, columns = self.sizes[-2:]
    _require_positive(ctx, "kernel_size", kernel)
    ctx.require(
        eq(plane % product(kernel), 0),
        "Expected size of input's first non-batch dimension to be divisible by the product of kernel_size, "
        f"but input.size(-2)={plane} and kernel_size={sizes_text(kernel)}",
    )
    blocks = product(_blocks(ctx, outputs, kernel, *windows))
    ctx.require(
        eq(columns, blocks),
        f"Given output_size={sizes_text(outputs)}, kernel_size={sizes_text(kernel)}, expected size of input's last "
        f"dimension to match the calculated number of sliding blocks {blocks}, but got input.size(-1)={columns}",
    )
    sizes = (*self.sizes[:-2], plane // product(kernel), *outputs)
    return in_format(ctx, self, sizes, "contiguous_format")
