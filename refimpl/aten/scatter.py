"""Gather and scatter along a dimension, and writing a view's elements into a copy."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._reshape import sizes_text
from refimpl.aten._slices import STEP, exact_slice_length, sliced_dim
from refimpl.aten._strides import fresh
from refimpl.aten._views import as_strided, diagonal, select, view
from refimpl.aten.copies import clone_preserving_strides, clone_storage
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Cond, Dim, eq, gt, le, lor

__all__: list[str] = []

_INDICES = (DType.int64, DType.int32)


def _at_least_1d(sizes: Sizes) -> Sizes:
    return sizes or (1,)


def _require_within(ctx: Context, inner: Sizes, outer: Sizes, skipped: int | None, empty: Cond, message: str) -> None:
    """Require that each size of ``inner`` is at most that of ``outer``, unless the index is empty."""
    for dim, (small, large) in enumerate(zip(inner, outer, strict=True)):
        if dim == skipped or small is large:
            continue
        fits = le(small, large)
        if ctx.must_state(fits):
            ctx.require(lor(fits, empty) if empty is not False else fits, message)


def _gather_index(ctx: Context, tensor: FakeTensor, dim: int, index: FakeTensor, name: str) -> Cond:
    """Check dtype and rank of an index; the condition that it is empty, as far as that is open."""
    wrap_dim(dim, tensor.ndim)
    empty = eq(index.numel(), 0)
    if ctx.known(empty) is True:
        return True
    if index.dtype not in _INDICES:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if max(tensor.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as {'input' if name == 'gather' else 'self'} tensor"
        )
    return False if ctx.known(empty) is False else empty


@shape("aten.gather.default")
def gather(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, sparse_grad: bool) -> Value:
    """The elements at positions along a dimension, in the shape of the index."""
    empty = _gather_index(ctx, self, dim, index, "gather")
    if empty is not True:
        at = wrap_dim(dim, self.ndim)
        message = (
            f"Size does not match at dimension {dim} expected index {sizes_text(index.sizes)} to be no larger than "
            f"self {sizes_text(self.sizes)} apart from dimension {dim}"
        )
        _require_within(ctx, _at_least_1d(index.sizes), _at_least_1d(self.sizes), at, empty, message)
    return fresh(ctx, self, index.sizes)


def _scattered(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, src: FakeTensor | None) -> FakeTensor:
    if src is not None and src.dtype is not self.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    empty = _gather_index(ctx, self, dim, index, "scatter")
    if empty is True:
        return fresh(ctx, self, self.sizes)
    at = wrap_dim(dim, self.ndim)
    shape_text = sizes_text(index.sizes)
    own = f"Expected index {shape_text} to be no larger than self {sizes_text(self.sizes)} apart from dimension {dim}"
    if src is not None and max(src.ndim, 1) != max(index.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    _require_within(ctx, _at_least_1d(index.sizes), _at_least_1d(self.sizes), at, empty, own)
    if src is not None:
        other = f"Expected index {shape_text} to be no larger than src {sizes_text(src.sizes)}"
        _require_within(ctx, _at_least_1d(index.sizes), _at_least_1d(src.sizes), None, empty, other)
    return fresh(ctx, self, self.sizes)


def _require_reduction(reduce: str, allowed: tuple[str, ...], message: str) -> None:
    if reduce not in allowed:
        raise RuntimeError(message)


@shape("aten.scatter.src", "aten.scatter_add.default")
def scatter_src(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, src: FakeTensor) -> Value:
    """A copy with the elements of ``src`` written (added) at positions along a dimension."""
    return _scattered(ctx, self, dim, index, src)


@shape("aten.scatter.value")
def scatter_value(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, value: object) -> Value:
    """A copy with a number written at positions along a dimension."""
    return _scattered(ctx, self, dim, index, None)


@shape("aten.scatter.reduce")
def scatter_reduce(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, src: FakeTensor, reduce: str) -> Value:
    """A copy with the elements of ``src`` added or multiplied into positions."""
    _require_reduction(reduce, ("add", "multiply"), "reduce argument must be either add or multiply.")
    return _scattered(ctx, self, dim, index, src)


@shape("aten.scatter.value_reduce")
def scatter_value_reduce(
    ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, value: object, reduce: str
) -> Value:
    """A copy with a number added or multiplied into positions."""
    _require_reduction(reduce, ("add", "multiply"), "reduce argument must be either add or multiply.")
    return _scattered(ctx, self, dim, index, None)


@shape("aten.scatter_reduce.two")
def scatter_reduce_two(
    ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, src: FakeTensor, reduce: str, include_self: bool
) -> Value:
    """A copy with the elements of ``src`` reduced into positions."""
    message = "reduce argument must be either sum, prod, mean, amax or amin."
    _require_reduction(reduce, ("sum", "prod", "mean", "amax", "amin"), message)
    return _scattered(ctx, self, dim, index, src)


@shape("aten.take_along_dim.default")
def take_along_dim(ctx: Context, self: FakeTensor, indices: FakeTensor, dim: int | None) -> Value:
    """The elements at positions along a dimension, the other dimensions broadcast; flattened without a dimension."""
    from refimpl.aten._broadcast import broadcast_sizes

    if dim is None and indices.dtype not in _INDICES:
        raise RuntimeError("gather(): Expected dtype int32/int64 for index")
    if dim is not None and indices.dtype is not DType.int64:
        raise RuntimeError(
            "torch.take_along_dim(): dtype of indices should be Long but got " + scalar_type_name(indices.dtype)
        )
    if dim is None:
        flat = view(ctx, self, (-1,)), view(ctx, indices, (-1,))
        return fresh(ctx, flat[0], flat[1].sizes)
    if self.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{self.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    at = wrap_dim(dim, self.ndim, scalar_has_one=False)
    without = (*self.sizes[:at], indices.sizes[at], *self.sizes[at + 1 :])
    return fresh(ctx, self, broadcast_sizes(ctx, without, indices.sizes))


def _written(ctx: Context, tensor: FakeTensor, src: FakeTensor, part: FakeTensor) -> FakeTensor:
    _require_part(ctx, src, part.sizes)
    return clone_preserving_strides(ctx, tensor)


def _require_part(ctx: Context, src: FakeTensor, part: Sizes) -> None:
    require_sizes(
        ctx,
        src.sizes,
        part,
        "expected src to have a size equal to the slice of self. src size = ",
        lambda: f"{sizes_text(src.sizes)}, slice size = {sizes_text(part)}",
    )


@shape("aten.select_scatter.default")
def select_scatter(ctx: Context, self: FakeTensor, src: FakeTensor, dim: int, index: Dim) -> Value:
    """A copy with one element along a dimension replaced."""
    return _written(ctx, self, src, select(ctx, self, dim, index))


@shape("aten.slice_scatter.default")
def slice_scatter(
    ctx: Context, self: FakeTensor, src: FakeTensor, dim: int, start: Dim | None, end: Dim | None, step: Dim
) -> Value:
    """A copy with a slice replaced; that its step is positive may be left to run time."""
    at = sliced_dim(dim, self.ndim)
    ctx.require(gt(step, 0), STEP)
    length = exact_slice_length(ctx, self.sizes[at], start, end, step)
    _require_part(ctx, src, (*self.sizes[:at], length, *self.sizes[at + 1 :]))
    return clone_preserving_strides(ctx, self)


@shape("aten.diagonal_scatter.default")
def diagonal_scatter(ctx: Context, self: FakeTensor, src: FakeTensor, offset: int, dim1: int, dim2: int) -> Value:
    """A copy with a diagonal replaced."""
    return _written(ctx, self, src, diagonal(ctx, self, offset, dim1, dim2))


@shape("aten.as_strided_scatter.default")
def as_strided_scatter(
    ctx: Context, self: FakeTensor, src: FakeTensor, size: Sizes, stride: Sizes, storage_offset: Dim | None
) -> Value:
    """A copy with the elements of a strided view of the copy replaced; it is expanded where the tensor is."""
    part = as_strided(ctx, clone_preserving_strides(ctx, self), size, stride, storage_offset)
    _require_part(ctx, src, part.sizes)
    return clone_storage(self)
