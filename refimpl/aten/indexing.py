"""Reading and writing by tensors of indices along dimensions."""

from __future__ import annotations

from math import isfinite

from refimpl.aten._broadcast import broadcast_sizes, require_expands
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import like
from refimpl.aten._in_place import require_no_overlap, scalar_type_name
from refimpl.aten._indexing import indexed, require_broadcastable
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._reshape import sizes_text
from refimpl.aten._strides import fresh
from refimpl.aten._unbacked import decided
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, lor, ne

__all__: list[str] = []

_INDICES = (DType.int64, DType.int32)
# How conversions of numbers name types, those of integers by their width aside.
_FILLED = {
    DType.int32: "int", DType.float16: "at::Half", DType.float32: "float", DType.float64: "double",
    DType.bfloat16: "at::BFloat16",
}  # fmt: skip


@shape("aten.index.Tensor")
def index_tensor(ctx: Context, self: FakeTensor, indices: tuple[FakeTensor | None, ...]) -> Value:
    """The elements at tensors of positions, or where masks are true."""
    sizes, strides = indexed(ctx, self, indices, of_last=True)
    return fresh(ctx, self, sizes, strides)


@shape("aten._unsafe_index.Tensor")
def unsafe_index_tensor(ctx: Context, self: FakeTensor, indices: tuple[FakeTensor | None, ...]) -> Value:
    """The elements at tensors of positions, which are known to be within bounds."""
    _require_positions(indices, "_unsafe_index")
    sizes, strides = indexed(ctx, self, indices)
    return fresh(ctx, self, sizes, strides)


def _require_positions(indices: tuple[FakeTensor | None, ...], name: str) -> None:
    for index in indices:
        if index is not None and index.dtype not in _INDICES:
            raise RuntimeError(f"{name} found unexpected index type {scalar_type_name(index.dtype)}")


def _require_values_fit(
    ctx: Context, tensor: FakeTensor, indices: tuple[FakeTensor | None, ...], values: FakeTensor
) -> None:
    sizes, _ = indexed(ctx, tensor, indices)
    if not _is_fill(ctx, indices, values):
        require_broadcastable(ctx, values.sizes, sizes, _mismatch(values.sizes, sizes))
    if values.dtype is not tensor.dtype:
        raise RuntimeError(_other_dtypes(tensor, values))


def _other_dtypes(tensor: FakeTensor, values: FakeTensor) -> str:
    names = scalar_type_name(tensor.dtype), scalar_type_name(values.dtype)
    return (
        f"Index put requires the source and destination dtypes match, got {names[0]} for the destination and "
        f"{names[1]} for the source."
    )


def _mismatch(values: Sizes, sizes: Sizes) -> str:
    return (
        f"shape mismatch: value tensor of shape {sizes_text(values)} cannot be broadcast to indexing result of shape "
        f"{sizes_text(sizes)}"
    )


def _is_fill(ctx: Context, indices: tuple[FakeTensor | None, ...], values: FakeTensor) -> bool:
    """Whether one element is written where one mask is true, which the kernel does whatever its dimensions."""
    given = [index for index in indices if index is not None]
    is_mask = len(given) == 1 and given[0].dtype in (DType.bool, DType.uint8)
    return is_mask and ctx.known(eq(values.numel(), 1)) is True


@shape("aten.index_put.default", "aten._unsafe_index_put.default")
def index_put(
    ctx: Context, self: FakeTensor, indices: tuple[FakeTensor | None, ...], values: FakeTensor, accumulate: bool
) -> Value:
    """A copy with values written at positions. Raises RuntimeError if their dtype or shape does not fit."""
    _require_values_fit(ctx, self, indices, values)
    return like(ctx, self)


@shape("aten._unsafe_masked_index.default")
def unsafe_masked_index(
    ctx: Context, self: FakeTensor, mask: FakeTensor, indices: tuple[FakeTensor | None, ...], fill: object
) -> Value:
    """The elements at positions, a number where the mask is false."""
    _require_positions(indices, "_unsafe_masked_index")
    sizes, strides = indexed(ctx, self, indices)
    if ctx.known(eq(self.numel(), 0)) is True:
        return fresh(ctx, self, sizes)
    _require_fits(self, fill)
    whole = broadcast_sizes(ctx, sizes, mask.sizes)
    return fresh(ctx, self, whole, strides if whole == sizes else None)


@shape("aten._unsafe_masked_index_put_accumulate.default")
def unsafe_masked_index_put_accumulate(
    ctx: Context, self: FakeTensor, mask: FakeTensor, indices: tuple[FakeTensor | None, ...], values: FakeTensor
) -> Value:
    """A copy with values added at positions where the mask is true."""
    _require_positions(indices, "_unsafe_masked_index")
    decided(ctx, eq(self.numel(), 0))
    if ctx.known(eq(self.numel(), 0)) is not True and values.dtype is not self.dtype:
        raise RuntimeError(_other_dtypes(self, values))
    wanted, _ = indexed(ctx, self, indices)
    written = broadcast_sizes(ctx, mask.sizes, values.sizes)
    require_broadcastable(ctx, written, wanted, _mismatch(written, wanted))
    return like(ctx, self)


def _length(ctx: Context, index: FakeTensor, name: str) -> Dim:
    if index.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim}")
    return index.sizes[0] if index.ndim else 1


@shape("aten.index_select.default")
def index_select(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor) -> Value:
    """The slices at a vector of positions. Raises IndexError or RuntimeError for another index."""
    at = wrap_dim(dim, self.ndim)
    length = _length(ctx, index, "index_select")
    if index.dtype not in _INDICES:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    if not self.ndim:
        ctx.require(eq(length, 1), "index_select(): Index to scalar can have only 1 value")
        return fresh(ctx, self, ())
    sizes = (*self.sizes[:at], length, *self.sizes[at + 1 :])
    return fresh(ctx, self, sizes)


def _require_source(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, source: FakeTensor, name: str) -> None:
    at = wrap_dim(dim, self.ndim)
    length = _length(ctx, index, name)
    if index.dtype not in _INDICES:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {scalar_type_name(index.dtype)}")
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"{name}(): self ({scalar_type_name(self.dtype)}) and source ({scalar_type_name(source.dtype)}) must have "
            "the same scalar type"
        )
    if at >= max(source.ndim, 1):
        raise RuntimeError(f"{name}(): Indexing dim {at} is out of bounds of the source tensor with dim {source.ndim}")
    if source.ndim:
        have = source.sizes[at]
        ctx.require(
            eq(length, have),
            f"{name}(): Number of indices ({length}) should be equal to source.size(dim): ({have}), for dim: {dim}",
        )
    else:
        # The size that the kernel would print does not exist.
        ctx.require(eq(length, 1), f"Dimension specified as {at} but tensor has no dimensions", IndexError)
    if self.ndim or source.ndim:
        message = (
            f"source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{sizes_text(self.sizes)} source.shape = {sizes_text(source.sizes)}"
        )
        _require_same_slices(ctx, self, source, at, message)


def _require_same_slices(ctx: Context, self: FakeTensor, source: FakeTensor, at: int, message: str) -> None:
    if self.ndim != source.ndim:
        raise RuntimeError(message)
    for dim in range(self.ndim):
        if dim != at and self.sizes[dim] is not source.sizes[dim]:
            ctx.require(eq(self.sizes[dim], source.sizes[dim]), message)


@shape("aten.index_add.default")
def index_add(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, source: FakeTensor, alpha: object) -> Value:
    """A contiguous copy with slices added at positions."""
    _require_source(ctx, self, dim, index, source, "index_add_")
    return fresh(ctx, self, self.sizes)


@shape("aten.index_copy.default")
def index_copy(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, source: FakeTensor) -> Value:
    """A contiguous copy with slices written at positions."""
    _require_copied(ctx, self, dim, index, source)
    return fresh(ctx, self, self.sizes)


def _require_copied(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, source: FakeTensor) -> None:
    at = wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    length = index.sizes[0] if index.ndim else 1
    if not source.ndim:
        message = f"index_copy_(): When source is scalar, index should have one element (got {length})"
        ctx.require(eq(length, 1), message, IndexError)
    elif source.ndim != self.ndim and self.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({source.ndim}), destination dimensionality ({self.ndim})"
        )
    if index.dtype not in _INDICES:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {scalar_type_name(index.dtype)}")
    if source.dtype is not self.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{scalar_type_name(self.dtype)} and (source) {scalar_type_name(source.dtype)}"
        )
    have, want = _slice_sizes(source, at), _slice_sizes(self, at)
    require_sizes(
        ctx,
        have,
        want,
        "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ",
        lambda: f"{sizes_text(want)} at dimension {at} and source slice shape: {sizes_text(have)} at dimension 0.",
    )
    if source.ndim:
        message = (
            f"index_copy_(): Number of indices ({length}) should be equal to source.size(dim) ({source.sizes[at]})"
        )
        ctx.require(eq(length, source.sizes[at]), message, IndexError)


def _slice_sizes(tensor: FakeTensor, at: int) -> Sizes:
    return (*tensor.sizes[:at], *tensor.sizes[at + 1 :])


@shape("aten.index_reduce.default")
def index_reduce(
    ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, source: FakeTensor, reduce: str, include_self: bool
) -> Value:
    """A copy with slices reduced into positions."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    _require_source(ctx, self, dim, index, source, "index_reduce_")
    return like(ctx, self)


def _require_real_fill(target: FakeTensor, is_complex: bool) -> None:
    if is_complex and not target.dtype.is_complex:
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")


@shape("aten.index_fill.int_Scalar")
def index_fill_scalar(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, value: object) -> Value:
    """A copy with a number written into the slices at positions."""
    _require_real_fill(self, isinstance(value, complex))
    wrap_dim(dim, self.ndim)
    if index.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    if index.dtype is not DType.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    return like(ctx, self)


@shape("aten.index_fill.int_Tensor")
def index_fill_tensor(ctx: Context, self: FakeTensor, dim: int, index: FakeTensor, value: FakeTensor) -> Value:
    """A copy with a zero-dimensional tensor written into the slices at positions."""
    if value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    _require_real_fill(self, value.dtype.is_complex)
    return index_fill_scalar(ctx, self, dim, index, value)


@shape("aten.take.default")
def take(ctx: Context, self: FakeTensor, index: FakeTensor) -> Value:
    """The elements at positions of the flattened tensor."""
    if index.dtype is not DType.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {scalar_type_name(index.dtype)}")
    possible = lor(ne(self.numel(), 0), eq(index.numel(), 0))
    ctx.require(possible, "take(): tried to take from an empty tensor", IndexError)
    return fresh(ctx, self, index.sizes)


@shape("aten.put.default")
def put(ctx: Context, self: FakeTensor, index: FakeTensor, source: FakeTensor, accumulate: bool) -> Value:
    """A copy with the elements at positions of the flattened tensor replaced."""
    if index.dtype is not DType.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {scalar_type_name(index.dtype)}")
    if source.dtype is not self.dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{scalar_type_name(self.dtype)} and source.dtype = {scalar_type_name(source.dtype)}"
        )
    message = (
        f"put_(): Expected source and index to have the same number of elements, but got source.numel() = "
        f"{source.numel()}, index.numel() = {index.numel()}"
    )
    ctx.require(eq(source.numel(), index.numel()), message, IndexError)
    possible = lor(ne(self.numel(), 0), eq(index.numel(), 0))
    ctx.require(possible, "put_(): Tried to put elements into an empty tensor", IndexError)
    return like(ctx, self)


@shape("aten.embedding.default")
def embedding(
    ctx: Context, weight: FakeTensor, indices: FakeTensor, padding_idx: Dim, scale_grad_by_freq: bool, sparse: bool
) -> Value:
    """The rows of a matrix at positions, in a new last dimension."""
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype not in _INDICES:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{scalar_type_name(indices.dtype)} instead (while checking arguments for embedding)"
        )
    return fresh(ctx, weight, (*indices.sizes, weight.sizes[1]))


@shape("aten.embedding_renorm.default")
def embedding_renorm(ctx: Context, self: FakeTensor, indices: FakeTensor, max_norm: object, norm_type: object) -> Value:
    """The rows at positions scaled down to a norm."""
    if self.ndim != 2:
        raise RuntimeError(
            f"Expected 2-dimensional tensor, but got {self.ndim}-dimensional tensor for argument #1 'self' "
            "(while checking arguments for embedding_renorm_)"
        )
    if indices.dtype not in _INDICES:
        raise RuntimeError(
            "Expected tensor for argument #2 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{scalar_type_name(indices.dtype)} instead (while checking arguments for embedding_renorm_)"
        )
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. "
            f"Got {scalar_type_name(self.dtype)} instead."
        )
    return like(ctx, self)


@shape("aten.masked_fill.Scalar")
def masked_fill_scalar(ctx: Context, self: FakeTensor, mask: FakeTensor, value: object) -> Value:
    """A contiguous copy with a number where the mask is true; both broadcast."""
    if mask.dtype is not DType.bool:
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype " + str(mask.dtype))
    _require_fits(self, value)
    return fresh(ctx, self, broadcast_sizes(ctx, mask.sizes, self.sizes))


def _require_fits(tensor: FakeTensor, number: object) -> None:
    """A number that is filled in has a value in the dtype. Raises RuntimeError for a complex, infinite or NaN one."""
    dtype = tensor.dtype
    if dtype is DType.bool or dtype.is_complex:
        return
    finite = not isinstance(number, float) or isfinite(number)
    if (isinstance(number, complex) and number.imag) or not (finite or dtype.is_floating_point):
        raise RuntimeError(
            f"value cannot be converted to type {_FILLED.get(dtype, f'{dtype.name}_t')} without overflow"
        )


@shape("aten.masked_fill.Tensor")
def masked_fill_tensor(ctx: Context, self: FakeTensor, mask: FakeTensor, value: FakeTensor) -> Value:
    """A contiguous copy with a zero-dimensional tensor where the mask is true; both broadcast."""
    if value.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    return masked_fill_scalar(ctx, self, mask, value)


@shape("aten.masked_scatter.default")
def masked_scatter(ctx: Context, self: FakeTensor, mask: FakeTensor, source: FakeTensor) -> Value:
    """A contiguous copy with the elements of ``source`` in turn where the mask is true; tensor and mask broadcast."""
    _require_mask(mask)
    _require_same_dtype(self, source)
    return fresh(ctx, self, broadcast_sizes(ctx, self.sizes, mask.sizes))


def _require_mask(mask: FakeTensor) -> None:
    if mask.dtype not in (DType.bool, DType.uint8):
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype}")


def _require_same_dtype(self: FakeTensor, source: FakeTensor) -> None:
    if self.dtype is not source.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{scalar_type_name(self.dtype)} and {scalar_type_name(source.dtype)}"
        )


@shape("aten.masked_scatter_.default")
def masked_scatter_in_place(ctx: Context, self: FakeTensor, mask: FakeTensor, source: FakeTensor) -> Value:
    """The same written into the tensor, to whose sizes the mask expands."""
    require_no_overlap(ctx, self)
    _require_same_dtype(self, source)
    require_expands(ctx, mask, self.sizes)
    _require_mask(mask)
    return self
