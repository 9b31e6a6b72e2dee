"""What reductions share: their dimensions, the contiguous result, and the requirement of those without identity."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import scalar_type_name
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import ne

__all__ = [
    "all_dims",
    "mean_dtype",
    "reduce",
    "reduce_dim",
    "reduced_sizes",
    "require_elements",
    "require_nonempty",
    "some_dims",
    "sum_dtype",
]


def all_dims(self: FakeTensor, dims: Sequence[int] | None) -> tuple[int, ...]:
    """The dimensions to reduce, where none or an empty list means all of them."""
    return wrap_dims(dims, self.ndim) if dims else tuple(range(self.ndim))


def some_dims(self: FakeTensor, dims: Sequence[int] | None) -> tuple[int, ...]:
    """The dimensions to reduce, where only an absent list means all of them."""
    return tuple(range(self.ndim)) if dims is None else wrap_dims(dims, self.ndim)


def reduced_sizes(sizes: Sizes, dims: Sequence[int], keepdim: bool) -> Sizes:
    """The sizes left by a reduction over those (wrapped) dimensions."""
    if keepdim:
        return tuple([1 if dim in dims else size for dim, size in enumerate(sizes)])
    return tuple([size for dim, size in enumerate(sizes) if dim not in dims])


def reduce(ctx: Context, self: FakeTensor, dims: Sequence[int], keepdim: bool, dtype: DType) -> FakeTensor:
    """The contiguous result of a reduction over those (wrapped) dimensions."""
    return dense(ctx, self, reduced_sizes(self.sizes, dims, keepdim), dtype)


def reduce_dim(ctx: Context, self: FakeTensor, dim: int, keepdim: bool, dtype: DType) -> FakeTensor:
    """The contiguous result of a reduction over one dimension, which may be negative."""
    return reduce(ctx, self, (wrap_dim(dim, self.ndim),), keepdim, dtype)


def mean_dtype(self: FakeTensor, dtype: DType | None = None) -> DType:
    """The dtype of a mean, the tensor's if none is asked for. Raises RuntimeError unless it has fractions."""
    found = self.dtype if dtype is None else dtype
    if found.is_floating_point or found.is_complex:
        return found
    kind = "Input" if dtype is None else "Optional"
    raise RuntimeError(
        f"mean(): could not infer output dtype. {kind} dtype must be either a floating point or complex dtype. "
        f"Got: {scalar_type_name(found)}"
    )


def require_nonempty(ctx: Context, self: FakeTensor, name: str, dims: Sequence[int]) -> None:
    """A reduction without identity needs elements along each of its (unwrapped) dimensions. Raises IndexError."""
    if not self.sizes:
        return
    for dim in dims:
        size = self.sizes[wrap_dim(dim, self.ndim)]
        if not isinstance(size, int) or size == 0:
            message = f"{name}: Expected reduction dim {dim} to have non-zero size."
            ctx.require(ne(size, 0), message, IndexError)


def require_elements(ctx: Context, self: FakeTensor, message: str, error: type[Exception] = RuntimeError) -> None:
    """A reduction of everything without identity needs an element. Raises the error."""
    for size in self.sizes:
        if not isinstance(size, int) or size == 0:
            ctx.require(ne(size, 0), message, error)


def sum_dtype(self: FakeTensor, dtype: DType | None) -> DType:
    """The dtype of a sum: the one asked for, else int64 for integers and booleans."""
    if dtype is not None:
        return dtype
    return DType.int64 if self.dtype.category < Category.FLOATING else self.dtype
