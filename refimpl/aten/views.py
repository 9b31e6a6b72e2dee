"""Views and reshapes: another shape over the same storage."""

from __future__ import annotations

from dataclasses import replace

from refimpl.aten._broadcast import is_one
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense
from refimpl.aten._registry import shape
from refimpl.aten._reshape import sizes_text
from refimpl.aten._slices import slice_along
from refimpl.aten._strides import fresh, is_contiguous
from refimpl.aten._unbacked import decided
from refimpl.aten._views import (
    as_strided,
    diagonal,
    expand,
    narrow,
    permute,
    reshape,
    select,
    squeeze_dims,
    transpose,
    unflatten,
    unfold,
    unsqueeze,
    view,
)
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, floor_div, mod

__all__: list[str] = []


@shape("aten.view.default", "aten._unsafe_view.default")
def view_default(ctx: Context, self: FakeTensor, size: Sizes) -> Value:
    """The elements in another shape, without a copy."""
    return view(ctx, self, size)


@shape("aten.reshape.default")
def reshape_default(ctx: Context, self: FakeTensor, shape: Sizes) -> Value:
    """The elements in another shape, copied if need be."""
    return reshape(ctx, self, shape)


@shape("aten.view_as.default")
def view_as(ctx: Context, self: FakeTensor, other: FakeTensor) -> Value:
    """The elements in the shape of another tensor, without a copy."""
    return view(ctx, self, other.sizes)


@shape("aten.reshape_as.default")
def reshape_as(ctx: Context, self: FakeTensor, other: FakeTensor) -> Value:
    """The elements in the shape of another tensor, copied if need be."""
    return reshape(ctx, self, other.sizes)


@shape("aten.expand.default")
def expand_default(ctx: Context, self: FakeTensor, size: Sizes, implicit: bool) -> Value:
    """Dimensions of size 1 repeated without a copy."""
    return expand(ctx, self, size)


@shape("aten.expand_as.default")
def expand_as(ctx: Context, self: FakeTensor, other: FakeTensor) -> Value:
    """Expanded to the shape of another tensor."""
    return expand(ctx, self, other.sizes)


@shape("aten.broadcast_to.default")
def broadcast_to(ctx: Context, self: FakeTensor, size: Sizes) -> Value:
    """Expanded to a shape."""
    return expand(ctx, self, size)


@shape("aten.permute.default")
def permute_default(ctx: Context, self: FakeTensor, dims: tuple[int, ...]) -> Value:
    """The dimensions in another order."""
    return permute(self, dims)


@shape("aten.transpose.int", "aten.transpose_.default", "aten.swapaxes.default", "aten.swapdims.default")
def transpose_int(ctx: Context, self: FakeTensor, dim0: int, dim1: int) -> Value:
    """Two dimensions swapped."""
    return transpose(self, dim0, dim1)


@shape("aten.t.default")
def t(ctx: Context, self: FakeTensor) -> Value:
    """A matrix transposed; fewer dimensions stay. Raises RuntimeError for more than two."""
    if self.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
    return transpose(self, 0, 1) if self.ndim == 2 else self.viewed(self.sizes, self.strides, self.offset)


@shape("aten.t_.default")
def t_in_place(ctx: Context, self: FakeTensor) -> Value:
    """The same of the tensor itself."""
    if self.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
    return t(ctx, self)


@shape("aten.numpy_T.default")
def numpy_t(ctx: Context, self: FakeTensor) -> Value:
    """The dimensions in reverse order."""
    return permute(self, tuple(reversed(range(self.ndim))))


def _matrix_transpose(tensor: FakeTensor, name: str) -> FakeTensor:
    """The last two dimensions swapped (conjugation changes no size). Raises RuntimeError for a vector."""
    if tensor.ndim == 1:
        raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return transpose(tensor, -2, -1) if tensor.ndim else tensor.viewed(tensor.sizes, tensor.strides, tensor.offset)


@shape("aten.mT.default")
def matrix_transposed(ctx: Context, self: FakeTensor) -> Value:
    """Matrices transposed."""
    return _matrix_transpose(self, "mT")


@shape("aten.mH.default")
def matrix_conjugated(ctx: Context, self: FakeTensor) -> Value:
    """Matrices transposed and conjugated."""
    return _matrix_transpose(self, "mH")


@shape("aten.adjoint.default")
def adjoint(ctx: Context, self: FakeTensor) -> Value:
    """Matrices transposed and conjugated."""
    return _matrix_transpose(self, "adjoint()")


@shape("aten.matrix_H.default")
def matrix_h(ctx: Context, self: FakeTensor) -> Value:
    """One matrix transposed and conjugated."""
    if self.ndim not in (0, 2):
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.")
    return _matrix_transpose(self, "H")


@shape("aten.movedim.int", "aten.moveaxis.int")
def movedim(ctx: Context, self: FakeTensor, source: int, destination: int) -> Value:
    """One dimension moved."""
    return _moved(self, (source,), (destination,))


@shape("aten.movedim.intlist", "aten.moveaxis.intlist")
def movedim_list(ctx: Context, self: FakeTensor, source: tuple[int, ...], destination: tuple[int, ...]) -> Value:
    """Several dimensions moved, the others kept in order."""
    return _moved(self, source, destination)


def _moved(tensor: FakeTensor, source: tuple[int, ...], destination: tuple[int, ...]) -> FakeTensor:
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same "
            f"number of dims as destination ({list(destination)} dims)"
        )
    origin = wrap_dims(source, tensor.ndim, f"movedim: repeated dim in `source` ({list(source)})")
    target = wrap_dims(destination, tensor.ndim, f"movedim: repeated dim in `destination` ({list(destination)})")
    placed = dict(zip(target, origin, strict=True))
    rest = iter([dim for dim in range(tensor.ndim) if dim not in origin])
    return permute(tensor, tuple([placed[d] if d in placed else next(rest) for d in range(tensor.ndim)]))


@shape("aten.slice.Tensor")
def slice_tensor(ctx: Context, self: FakeTensor, dim: int, start: Dim | None, end: Dim | None, step: Dim) -> Value:
    """Every ``step``-th element between two bounds."""
    return slice_along(ctx, self, dim, start, end, step)


@shape("aten.select.int")
def select_int(ctx: Context, self: FakeTensor, dim: int, index: Dim) -> Value:
    """One element along a dimension."""
    return select(ctx, self, dim, index)


@shape("aten.narrow.default")
def narrow_default(ctx: Context, self: FakeTensor, dim: int, start: Dim, length: Dim) -> Value:
    """A contiguous run along a dimension."""
    return narrow(ctx, self, dim, start, length, as_slice=True)


@shape("aten.squeeze.default")
def squeeze(ctx: Context, self: FakeTensor) -> Value:
    """Every dimension known to have size 1 removed."""
    return squeeze_dims(ctx, self, tuple(range(self.ndim)))


@shape("aten.squeeze.dim")
def squeeze_dim(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """One dimension removed if it is known to have size 1."""
    return squeeze_dims(ctx, self, (dim,))


@shape("aten.squeeze.dims")
def squeeze_some(ctx: Context, self: FakeTensor, dim: tuple[int, ...]) -> Value:
    """Those of some dimensions removed that are known to have size 1."""
    return squeeze_dims(ctx, self, dim)


def _squeezed_in_place(ctx: Context, self: FakeTensor, dims: tuple[int, ...]) -> Value:
    """The tensor itself gets other dimensions: whether a size is 1 must be known."""
    for dim in wrap_dims(dims, self.ndim):
        if self.sizes:
            decided(ctx, eq(self.sizes[dim], 1))
    return squeeze_dims(ctx, self, dims)


@shape("aten.squeeze_.default")
def squeeze_in_place(ctx: Context, self: FakeTensor) -> Value:
    """Every dimension of size 1 removed."""
    return _squeezed_in_place(ctx, self, tuple(range(self.ndim)))


@shape("aten.squeeze_.dim")
def squeeze_dim_in_place(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """One dimension removed if it has size 1."""
    return _squeezed_in_place(ctx, self, (dim,))


@shape("aten.squeeze_.dims")
def squeeze_some_in_place(ctx: Context, self: FakeTensor, dim: tuple[int, ...]) -> Value:
    """Those of some dimensions removed that have size 1."""
    return _squeezed_in_place(ctx, self, dim)


@shape("aten.unsqueeze.default")
def unsqueeze_default(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """A dimension of size 1 inserted."""
    return unsqueeze(self, dim)


@shape("aten.flatten.using_ints")
def flatten(ctx: Context, self: FakeTensor, start_dim: int, end_dim: int) -> Value:
    """A run of dimensions joined into one. Raises RuntimeError if it ends before it starts."""
    first, last = wrap_dim(start_dim, self.ndim), wrap_dim(end_dim, self.ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not self.ndim:
        return reshape(ctx, self, (1,))
    if first == last:
        return self
    joined: Dim = 1
    for size in self.sizes[first : last + 1]:
        joined = joined * size
    return reshape(ctx, self, (*self.sizes[:first], joined, *self.sizes[last + 1 :]))


@shape("aten.ravel.default")
def ravel(ctx: Context, self: FakeTensor) -> Value:
    """All elements in one dimension."""
    flat = self if is_contiguous(ctx, self) else fresh(ctx, self, self.sizes)
    return view(ctx, flat, (-1,))


@shape("aten.unflatten.int")
def unflatten_int(ctx: Context, self: FakeTensor, dim: int, sizes: Sizes) -> Value:
    """One dimension split into several."""
    wrap_dim(dim, self.ndim)
    if not self.sizes:
        raise RuntimeError("unflatten got an unexpected error:\nthe tensor has no dimension")
    return unflatten(ctx, self, dim, sizes)


@shape("aten.as_strided.default")
def as_strided_default(ctx: Context, self: FakeTensor, size: Sizes, stride: Sizes, storage_offset: Dim | None) -> Value:
    """Any sizes and strides over the storage."""
    return as_strided(ctx, self, size, stride, storage_offset)


@shape("aten.diagonal.default")
def diagonal_default(ctx: Context, self: FakeTensor, offset: int, dim1: int, dim2: int) -> Value:
    """The diagonal of two dimensions."""
    return diagonal(ctx, self, offset, dim1, dim2)


@shape("aten.linalg_diagonal.default")
def linalg_diagonal(ctx: Context, A: FakeTensor, offset: int, dim1: int, dim2: int) -> Value:  # noqa: N803
    """The diagonal of the last two dimensions."""
    return diagonal(ctx, A, offset, dim1, dim2)


@shape("aten.unfold.default")
def unfold_default(ctx: Context, self: FakeTensor, dimension: int, size: int, step: int) -> Value:
    """All windows along a dimension."""
    return unfold(ctx, self, dimension, size, step)


@shape("aten.alias.default")
def alias(ctx: Context, self: FakeTensor) -> Value:
    """The same elements."""
    return self


@shape("aten.atleast_1d.default")
def atleast_1d(ctx: Context, self: FakeTensor) -> Value:
    """At least one dimension."""
    return _at_least(ctx, self, 1)


@shape("aten.atleast_2d.default")
def atleast_2d(ctx: Context, self: FakeTensor) -> Value:
    """At least two dimensions, a vector becoming a row."""
    return _at_least(ctx, self, 2)


@shape("aten.atleast_3d.default")
def atleast_3d(ctx: Context, self: FakeTensor) -> Value:
    """At least three dimensions, a vector becoming the middle one."""
    return _at_least(ctx, self, 3)


@shape("aten.atleast_1d.Sequence")
def atleast_1d_all(ctx: Context, tensors: tuple[FakeTensor, ...]) -> Value:
    """At least one dimension, of each tensor."""
    return [_at_least(ctx, tensor, 1) for tensor in tensors]


@shape("aten.atleast_2d.Sequence")
def atleast_2d_all(ctx: Context, tensors: tuple[FakeTensor, ...]) -> Value:
    """At least two dimensions, of each tensor."""
    return [_at_least(ctx, tensor, 2) for tensor in tensors]


@shape("aten.atleast_3d.Sequence")
def atleast_3d_all(ctx: Context, tensors: tuple[FakeTensor, ...]) -> Value:
    """At least three dimensions, of each tensor."""
    return [_at_least(ctx, tensor, 3) for tensor in tensors]


def _at_least(ctx: Context, tensor: FakeTensor, count: int) -> FakeTensor:
    if tensor.ndim >= count:
        return tensor
    if not tensor.ndim:
        return reshape(ctx, tensor, (1,) * count)
    result = tensor if tensor.ndim == 2 else unsqueeze(tensor, 0)
    return unsqueeze(result, -1) if result.ndim < count else result


@shape("aten.sum_to_size.default")
def sum_to_size(ctx: Context, self: FakeTensor, size: Sizes) -> Value:
    """Summed over the dimensions that were expanded from ``size``. Raises RuntimeError if it does not expand to it."""
    added = self.ndim - len(size)
    message = f"size {{{sizes_text(size)}}} is not expandable to size {{{sizes_text(self.sizes)}}}."
    if added < 0:
        raise RuntimeError(message)
    summed = bool(added) or not size
    for have, want in zip(self.sizes[added:], size, strict=True):
        if have is want:
            continue
        if is_one(ctx, want):
            # A dimension of size 1 is not summed over: then nothing is new.
            summed = summed or not decided(ctx, eq(have, 1))
        else:
            ctx.require(decided(ctx, eq(have, want)) or eq(have, want), message)
    if not summed:
        return self
    whole = self.dtype.category in (Category.BOOL, Category.INTEGRAL)
    return dense(ctx, self, size, DType.int64 if whole else None)


@shape("aten.view.dtype")
def view_dtype(ctx: Context, self: FakeTensor, dtype: DType) -> Value:
    """The same bytes read as another element type; the last dimension shrinks or grows with the element size."""
    old, new = self.dtype.itemsize, dtype.itemsize
    if old == new:
        return replace(self, dtype=dtype, constant=None)
    if not self.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 to view {self.dtype} as {dtype} (different element sizes)")
    if self.strides[-1] != 1:
        ctx.require(
            eq(self.strides[-1], 1),
            f"self.stride(-1) must be 1 to view {self.dtype} as {dtype} (different element sizes), "
            f"but got {self.strides[-1]}",
        )
    outer = self.strides[:-1]
    if old > new:
        factor = old // new
        strides = (*[stride * factor for stride in outer], 1)
        sizes = (*self.sizes[:-1], self.sizes[-1] * factor)
        return replace(self, sizes=sizes, strides=strides, offset=self.offset * factor, dtype=dtype, constant=None)
    factor = new // old
    for what, value in (("size", self.sizes[-1]), ("storage_offset", self.offset), *(("stride", s) for s in outer)):
        ctx.require(
            eq(mod(value, factor), 0),
            f"self.{what}(-1) must be divisible by {factor} to view {self.dtype} as {dtype} "
            f"(different element sizes), but got {value}",
        )
    strides = (*[floor_div(stride, factor) for stride in outer], 1)
    sizes = (*self.sizes[:-1], floor_div(self.sizes[-1], factor))
    offset = floor_div(self.offset, factor)
    return replace(self, sizes=sizes, strides=strides, offset=offset, dtype=dtype, constant=None)
