"""Repeating, reversing, rolling and rotating."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import like
from refimpl.aten._factory import require_sizes
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._strides import fresh
from refimpl.aten._views import transpose
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import eq

__all__: list[str] = []


def _repeated(ctx: Context, tensor: FakeTensor, repeats: Sizes) -> FakeTensor:
    padded = (1,) * (len(repeats) - tensor.ndim) + tensor.sizes
    sizes = tuple([size * count for size, count in zip(padded, repeats, strict=True)])
    require_sizes(ctx, sizes)
    return fresh(ctx, tensor, sizes)


@shape("aten.repeat.default")
def repeat(ctx: Context, self: FakeTensor, repeats: Sizes) -> Value:
    """Copies along each dimension. Raises RuntimeError for fewer counts than dimensions."""
    if len(repeats) < self.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return _repeated(ctx, self, repeats)


@shape("aten.tile.default")
def tile(ctx: Context, self: FakeTensor, dims: Sizes) -> Value:
    """Copies along the last dimensions."""
    return _repeated(ctx, self, (1,) * (self.ndim - len(dims)) + dims)


@shape("aten.flip.default")
def flip(ctx: Context, self: FakeTensor, dims: tuple[int, ...]) -> Value:
    """Reversed along dimensions."""
    wrap_dims(dims, self.ndim)
    return like(ctx, self)


@shape("aten.fliplr.default")
def fliplr(ctx: Context, self: FakeTensor) -> Value:
    """Reversed along the second dimension."""
    if self.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return like(ctx, self)


@shape("aten.flipud.default")
def flipud(ctx: Context, self: FakeTensor) -> Value:
    """Reversed along the first dimension."""
    if self.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return like(ctx, self)


@shape("aten.rot90.default")
def rot90(ctx: Context, self: FakeTensor, k: int, dims: tuple[int, ...]) -> Value:
    """Rotated in the plane of two dimensions. Raises RuntimeError unless there are two different ones."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if self.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {self.ndim}")
    first, second = (wrap_dim(dim, self.ndim) for dim in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    if k % 4 == 0:
        return fresh(ctx, self, self.sizes)
    flipped = like(ctx, self)
    return flipped if k % 4 == 2 else transpose(flipped, first, second)


@shape("aten.roll.default")
def roll(ctx: Context, self: FakeTensor, shifts: Sizes, dims: tuple[int, ...]) -> Value:
    """Shifted along dimensions, what falls off coming in again; flattened first without dimensions."""
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return fresh(ctx, self, self.sizes)
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if ctx.known(eq(product(self.sizes), 0)) is True:
        return like(ctx, self)
    for dim in dims:
        wrap_dim(dim, self.ndim, scalar_has_one=False)
    return fresh(ctx, self, self.sizes)
