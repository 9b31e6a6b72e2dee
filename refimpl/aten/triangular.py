"""Triangles and diagonals of matrices."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import elementwise
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._strides import contiguous_strides, fresh, is_contiguous
from refimpl.aten._views import diagonal, permute, unsqueeze
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq

__all__: list[str] = []


@shape("aten.tril.default")
def tril(ctx: Context, self: FakeTensor, diagonal: Dim) -> Value:
    """Each matrix with what is above a diagonal set to 0. Raises RuntimeError for a vector."""
    return _triangle(ctx, self, "tril")


@shape("aten.triu.default")
def triu(ctx: Context, self: FakeTensor, diagonal: Dim) -> Value:
    """Each matrix with what is below a diagonal set to 0. Raises RuntimeError for a vector."""
    return _triangle(ctx, self, "triu")


def _triangle(ctx: Context, tensor: FakeTensor, name: str) -> FakeTensor:
    if tensor.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    # A mask of the matrix chooses between the tensor and 0; the result is made contiguous.
    made = elementwise(ctx, (fresh(ctx, tensor, tensor.sizes[-2:]), tensor, fresh(ctx, tensor, ())), tensor.dtype)
    return made if is_contiguous(ctx, made) else fresh(ctx, tensor, tensor.sizes)


@shape("aten.diag_embed.default")
def diag_embed(ctx: Context, self: FakeTensor, offset: int, dim1: int, dim2: int) -> Value:
    """Matrices with the last dimension on a diagonal, 0 elsewhere."""
    return _embedded(ctx, self, offset, dim1, dim2)


def _embedded(ctx: Context, tensor: FakeTensor, offset: int, dim1: int, dim2: int) -> FakeTensor:
    first, second = wrap_dim(dim1, tensor.ndim + 1), wrap_dim(dim2, tensor.ndim + 1)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    side = tensor.sizes[-1] + abs(offset)
    others = iter(tensor.sizes[:-1])
    sizes = tuple([side if dim in (first, second) else next(others) for dim in range(tensor.ndim + 1)])
    # A mask of the matrix chooses between the tensor with a dimension more, and 0; the result is made contiguous.
    mask = tuple([side if dim in (first, second) else 1 for dim in range(tensor.ndim + 1)])
    rows = tensor if offset == 0 else fresh(ctx, tensor, (*tensor.sizes[:-1], side))
    order = list(range(tensor.ndim))
    order.insert(max(first, second), tensor.ndim)
    turned = permute(unsqueeze(rows, min(first, second)), tuple(order))
    made = elementwise(ctx, (fresh(ctx, tensor, mask), turned, fresh(ctx, tensor, ())), tensor.dtype)
    return made if is_contiguous(ctx, made) else fresh(ctx, tensor, sizes)


@shape("aten.diag.default")
def diag(ctx: Context, self: FakeTensor, diagonal_: int) -> Value:
    """A vector as a diagonal matrix, or the diagonal of a matrix copied."""
    if self.ndim == 1:
        return _embedded(ctx, self, diagonal_, 0, 1)
    if self.ndim == 2:
        return fresh(ctx, self, diagonal(ctx, self, diagonal_, 0, 1).sizes)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {self.ndim}D")


@shape("aten.diagflat.default")
def diagflat(ctx: Context, self: FakeTensor, offset: int) -> Value:
    """All elements as a diagonal matrix."""
    side = product(self.sizes) + abs(offset)
    sizes = (side, side)
    return fresh(ctx, self, sizes, contiguous_strides(ctx, sizes))


@shape("aten.fill_diagonal_.default")
def fill_diagonal_in_place(ctx: Context, self: FakeTensor, fill_value: object, wrap: bool) -> Value:
    """One number written along the main diagonal. Raises RuntimeError for a vector or for a box that is no cube."""
    if self.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    for size in self.sizes[1:] if self.ndim > 2 else ():
        ctx.require(eq(size, self.sizes[0]), "all dimensions of input must be of equal length")
    return self
