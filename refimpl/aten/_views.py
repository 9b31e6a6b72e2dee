"""Views: the same storage under other sizes, strides and offset."""

from __future__ import annotations

from refimpl.aten._broadcast import expand, is_one
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._reshape import infer_sizes, reshape, sizes_text, view
from refimpl.aten._slices import slice_along
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, ite, land, le, lor, lt, ne

__all__ = [
    "as_strided",
    "diagonal",
    "expand",
    "infer_sizes",
    "narrow",
    "permute",
    "reshape",
    "select",
    "squeeze_dims",
    "strided",
    "transpose",
    "unflatten",
    "unfold",
    "unsqueeze",
    "view",
]


def permute(tensor: FakeTensor, dims: tuple[int, ...]) -> FakeTensor:
    """The dimensions in another order. Raises RuntimeError if ``dims`` is no permutation of all of them."""
    if len(dims) != tensor.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {tensor.ndim} is not equal to len(dims) = {len(dims)}"
        )
    wrapped = tuple(wrap_dim(dim, tensor.ndim) for dim in dims)
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    sizes, strides = tensor.sizes, tensor.strides
    return tensor.viewed(tuple([sizes[d] for d in wrapped]), tuple([strides[d] for d in wrapped]), tensor.offset)


def transpose(tensor: FakeTensor, dim0: int, dim1: int) -> FakeTensor:
    """Two dimensions swapped."""
    first, second = wrap_dim(dim0, tensor.ndim), wrap_dim(dim1, tensor.ndim)
    order = list(range(tensor.ndim))
    if order:
        order[first], order[second] = order[second], order[first]
    return permute(tensor, tuple(order))


def unsqueeze(tensor: FakeTensor, dim: int) -> FakeTensor:
    """A dimension of size 1 inserted."""
    at = wrap_dim(dim, tensor.ndim + 1)
    stride = tensor.sizes[at] * tensor.strides[at] if at < tensor.ndim else 1
    sizes, strides = tensor.sizes, tensor.strides
    return tensor.viewed((*sizes[:at], 1, *sizes[at:]), (*strides[:at], stride, *strides[at:]), tensor.offset)


def squeeze_dims(ctx: Context, tensor: FakeTensor, dims: tuple[int, ...]) -> FakeTensor:
    """Those of the dimensions removed that are known to have size 1 (a symbolic size is taken to be no 1)."""
    removed = {dim for dim in wrap_dims(dims, tensor.ndim) if dim < tensor.ndim and is_one(ctx, tensor.sizes[dim])}
    kept = [dim for dim in range(tensor.ndim) if dim not in removed]
    return tensor.viewed(
        tuple([tensor.sizes[d] for d in kept]), tuple([tensor.strides[d] for d in kept]), tensor.offset
    )


def as_strided(ctx: Context, tensor: FakeTensor, sizes: Sizes, strides: Sizes, offset: Dim | None) -> FakeTensor:
    """Any sizes, strides and offset inside the storage; the tensor's own offset if none is given.

    Raises RuntimeError if lengths differ, one is negative, or the last element is known to lie outside.
    """
    result = strided(ctx, tensor, sizes, strides, offset)
    _require_inside(ctx, result)
    return result


def strided(ctx: Context, tensor: FakeTensor, sizes: Sizes, strides: Sizes, offset: Dim | None) -> FakeTensor:
    """``as_strided`` of what is known to lie inside. Raises RuntimeError if lengths differ or one is negative."""
    if len(sizes) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    for stride in strides:
        if ctx.must_state(ge(stride, 0)):
            ctx.require(
                ge(stride, 0),
                f"as_strided: Negative strides are not supported at the moment, got strides: {sizes_text(strides)}",
            )
    for size in sizes:
        if ctx.must_state(ge(size, 0)):
            ctx.require(ge(size, 0), f"Storage size calculation overflowed with sizes={sizes_text(sizes)}")
    if offset is None:
        return tensor.viewed(sizes, strides, tensor.offset)
    if ctx.must_state(ge(offset, 0)):
        ctx.require(ge(offset, 0), f"Tensor: invalid storage offset {offset}")
    return tensor.viewed(sizes, strides, offset)


def _require_inside(ctx: Context, tensor: FakeTensor) -> None:
    """Require that the tensor's last element lies inside its storage, where it is known how large that is.

    Raises RuntimeError if it is known to lie outside.
    """
    extent = tensor.storage.extent
    if extent is None or 0 in tensor.sizes:
        return
    sizes, strides, offset, dtype = extent
    needed = _end(tensor.sizes, tensor.strides, tensor.offset) * tensor.dtype.itemsize
    there = _end(sizes, strides, offset) * dtype.itemsize
    # A storage without elements ends at its beginning, and a tensor without elements lies in any.
    filled = land(*[ne(size, 0) for size in sizes], le(needed, there))
    inside = lor(filled, *[eq(size, 0) for size in tensor.sizes])
    if ctx.must_state(inside):
        message = (
            f"setStorage: sizes {sizes_text(tensor.sizes)}, strides {sizes_text(tensor.strides)}, storage offset "
            f"{tensor.offset}, and itemsize {tensor.dtype.itemsize} requiring a storage size of {needed} are out of "
            f"bounds for storage of size {0 if 0 in sizes else there}"
        )
        ctx.require(inside, message)


def _end(sizes: Sizes, strides: Sizes, offset: Dim) -> Dim:
    """How many elements of the storage there are up to the last one of the tensor, which has at least one."""
    for size, stride in zip(sizes, strides, strict=True):
        offset = offset + (size - 1) * stride
    return offset + 1


def select(ctx: Context, tensor: FakeTensor, dim: int, index: Dim) -> FakeTensor:
    """One element along a dimension, which is removed.

    An index whose sign is unknown gives a fresh storage offset. Raises IndexError for an index out of range.
    """
    if not tensor.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = wrap_dim(dim, tensor.ndim)
    size, stride = tensor.sizes[at], tensor.strides[at]
    inside = land(ge(index, -size), lt(index, size))
    if ctx.must_state(inside):
        message = (
            f"select(): index {index} out of range for tensor of size {sizes_text(tensor.sizes)} at dimension {at}"
        )
        ctx.require(inside, message, IndexError)
    offset = _selected_offset(ctx, tensor.offset, stride, size, index)
    sizes, strides = tensor.sizes, tensor.strides
    return tensor.viewed((*sizes[:at], *sizes[at + 1 :]), (*strides[:at], *strides[at + 1 :]), offset)


def _selected_offset(ctx: Context, offset: Dim, stride: Dim, size: Dim, index: Dim) -> Dim:
    if ctx.known(ge(index, 0)) is True:
        return offset + index * stride
    if ctx.known(lt(index, 0)) is True:
        return offset + (index + size) * stride
    fresh = ctx.fresh_int(None, None, None)
    ctx.fact(eq(fresh, offset + ite(lt(index, 0), index + size, index) * stride))
    return fresh


def narrow(
    ctx: Context, tensor: FakeTensor, dim: int, start: Dim, length: Dim, *, as_slice: bool = False
) -> FakeTensor:
    """``length`` elements from ``start`` along a dimension. Raises IndexError or RuntimeError if they do not fit.

    As a slice it has the expressions of ``start:start + length``: clamped where it is not evident that it fits.
    """
    if not tensor.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    at = wrap_dim(dim, tensor.ndim)
    size = tensor.sizes[at]
    if ctx.must_state(ge(length, 0)):
        ctx.require(ge(length, 0), "narrow(): length must be non-negative.")
    given, inside = start, land(le(-size, start), le(start, size))

    def stay_inside() -> None:
        message = f"start out of range (expected to be in range of [{-size}, {size}], but got {given})"
        ctx.require(inside, message, IndexError)

    if ctx.known(inside) is False:
        stay_inside()
    if ctx.known(ge(start, 0)) is not True and ctx.decide(lt(start, 0)):
        start = start + size
    fits = le(start + length, size)
    if ctx.must_state(fits):
        ctx.require(fits, f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    if as_slice:
        result = slice_along(ctx, tensor, at, start, start + length, 1)
    else:
        sizes = (*tensor.sizes[:at], length, *tensor.sizes[at + 1 :])
        result = tensor.viewed(sizes, tensor.strides, tensor.offset + start * tensor.strides[at])
    # PyTorch states it as one condition, of which no part is evident to the slice.
    if ctx.must_state(inside):
        stay_inside()
    return result


def unflatten(ctx: Context, tensor: FakeTensor, dim: int, sizes: Sizes) -> FakeTensor:
    """One dimension split into several, one of which may be -1."""
    at = wrap_dim(dim, tensor.ndim)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    size = tensor.sizes[at]

    def message() -> str:
        return (
            f"unflatten: Provided sizes {sizes_text(sizes)} don't multiply up to the size of dim {at} ({size}) in the "
            "input tensor"
        )

    split = infer_sizes(ctx, size, sizes, message)
    return view(ctx, tensor, (*tensor.sizes[:at], *split, *tensor.sizes[at + 1 :]))


def diagonal(ctx: Context, tensor: FakeTensor, offset: int, dim1: int, dim2: int) -> FakeTensor:
    """The diagonal of two dimensions, as a new last dimension. Raises RuntimeError if they are the same."""
    from refimpl.terms import int_max, int_min

    first, second = wrap_dim(dim1, tensor.ndim), wrap_dim(dim2, tensor.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = tensor.sizes[first], tensor.sizes[second]
    length = int_min(rows, columns - offset) if offset >= 0 else int_min(rows + offset, columns)
    if ctx.known(ge(length, 0)) is not True:
        length = int_max(length, 0)
    start = tensor.offset
    if length != 0:
        start = start + (offset * tensor.strides[second] if offset >= 0 else -offset * tensor.strides[first])
    kept = [d for d in range(tensor.ndim) if d not in (first, second)]
    sizes = (*[tensor.sizes[d] for d in kept], length)
    strides = (*[tensor.strides[d] for d in kept], tensor.strides[first] + tensor.strides[second])
    return tensor.viewed(sizes, strides, start)


def unfold(ctx: Context, tensor: FakeTensor, dim: int, size: int, step: int) -> FakeTensor:
    """All windows of ``size`` elements, ``step`` apart; a new last dimension runs through a window."""
    at = wrap_dim(dim, tensor.ndim)
    length, stride = (tensor.sizes[at], tensor.strides[at]) if tensor.ndim else (1, 1)
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if ctx.must_state(le(size, length)):
        ctx.require(le(size, length), f"maximum size for tensor at dimension {at} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not tensor.ndim:
        return tensor.viewed((size,), (1,), tensor.offset)
    windows = (length - size) // step + 1
    sizes = (*tensor.sizes[:at], windows, *tensor.sizes[at + 1 :], size)
    return tensor.viewed(sizes, (*tensor.strides[:at], stride * step, *tensor.strides[at + 1 :], stride), tensor.offset)
