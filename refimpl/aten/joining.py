"""Joining tensors along a dimension, an old one or a new one."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_all, expand
from refimpl.aten._dims import wrap_dim
from refimpl.aten._product import product
from refimpl.aten._promotion import result_type
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._reshape import reshape, sizes_text
from refimpl.aten._strides import contiguous_strides, strides_for, suggested_memory_format
from refimpl.aten._views import unsqueeze
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat
from refimpl.terms import Dim, eq, int_max, ne

__all__ = ["cat", "stack"]

_Tensors = tuple[FakeTensor, ...]


def _is_skipped(ctx: Context, tensor: FakeTensor) -> bool:
    """Whether ``cat`` ignores the tensor: one dimension, known to be empty (a rule older than zero-sized tensors)."""
    return tensor.ndim == 1 and ctx.known(eq(tensor.sizes[0], 0)) is True


def _common_format(ctx: Context, tensors: _Tensors) -> MemoryFormat:
    first = suggested_memory_format(ctx, tensors[0])
    same = all(suggested_memory_format(ctx, tensor) == first for tensor in tensors[1:])
    return first if same else "contiguous_format"


def cat(ctx: Context, tensors: _Tensors, dim: int) -> FakeTensor:
    """The tensors one after another along a dimension; the other sizes must agree.

    Raises ValueError for none, RuntimeError for different ranks or sizes.
    """
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    dtype = result_type(ctx, *tensors) if len({tensor.dtype for tensor in tensors}) > 1 else tensors[0].dtype
    example = next((tensor for tensor in tensors if tensor.ndim != 1), tensors[0])
    for position, tensor in enumerate(tensors):
        if not tensor.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {position}) cannot be concatenated")
    for tensor in tensors:
        if tensor.ndim != example.ndim and not _is_skipped(ctx, tensor):
            wrap_dim(dim, next(tensor.ndim for tensor in tensors if not _is_skipped(ctx, tensor)))
            raise RuntimeError(f"Tensors must have same number of dimensions: got {example.ndim} and {tensor.ndim}")
    joined = [(position, tensor) for position, tensor in enumerate(tensors) if not _is_skipped(ctx, tensor)]
    if not joined:
        return FakeTensor((0,), (1,), dtype, tensors[0].device)
    first = joined[0][1]
    at = wrap_dim(dim, first.ndim)
    total: Dim = first.sizes[at]
    for position, tensor in joined[1:]:
        total = total + tensor.sizes[at]
        _require_same_elsewhere(ctx, first, tensor, at, position)
    sizes = (*first.sizes[:at], total, *first.sizes[at + 1 :])
    strides = (
        strides_for(ctx, sizes, _common_format(ctx, tensors)) if len(sizes) > 3 else contiguous_strides(ctx, sizes)
    )
    return FakeTensor(sizes, strides, dtype, first.device)


def _require_same_elsewhere(ctx: Context, first: FakeTensor, other: FakeTensor, at: int, position: int) -> None:
    for dim, (expected, got) in enumerate(zip(first.sizes, other.sizes, strict=True)):
        if dim != at and expected is not got:
            ctx.require(
                eq(expected, got),
                f"Sizes of tensors must match except in dimension {at}. Expected size {expected} but got size {got} "
                f"for tensor number {position} in the list.",
            )


@shape("aten.cat.default", "aten.concat.default", "aten.concatenate.default")
def cat_default(ctx: Context, tensors: _Tensors, dim: int) -> Value:
    """One after another along a dimension."""
    return cat(ctx, tensors, dim)


@shape("aten.stack.default")
def stack(ctx: Context, tensors: _Tensors, dim: int) -> FakeTensor:
    """Side by side along a new dimension. Raises RuntimeError for none, or for different sizes."""
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]
    at = wrap_dim(dim, first.ndim + 1)
    for position, tensor in enumerate(tensors[1:], 1):
        if tensor.sizes != first.sizes:
            _require_equal(ctx, first, tensor, position)
    if at == first.ndim:
        return cat(ctx, tuple([unsqueeze(tensor, at) for tensor in tensors]), at)
    joined = cat(ctx, tensors, at)
    sizes = (*first.sizes[:at], len(tensors), *first.sizes[at:])
    strides = contiguous_strides(ctx, sizes)
    if joined.strides != contiguous_strides(ctx, joined.sizes):
        # The joined dimension is split, in whatever format the tensors are.
        strides = (*joined.strides[:at], joined.strides[at] * first.sizes[at], *joined.strides[at:])
    return FakeTensor(sizes, strides, joined.dtype, joined.device)


def _require_equal(ctx: Context, first: FakeTensor, tensor: FakeTensor, position: int) -> None:
    require_sizes(
        ctx,
        first.sizes,
        tensor.sizes,
        "stack expects each tensor to be equal size, but got ",
        lambda: f"{sizes_text(first.sizes)} at entry 0 and {sizes_text(tensor.sizes)} at entry {position}",
    )


def _raised(ctx: Context, tensor: FakeTensor, ndim: int) -> FakeTensor:
    while tensor.ndim < ndim:
        tensor = unsqueeze(tensor, 1 if tensor.ndim == 2 else 0)
    return tensor


def _require_some(tensors: _Tensors, name: str) -> None:
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")


@shape("aten.hstack.default")
def hstack(ctx: Context, tensors: _Tensors) -> Value:
    """Along the columns; vectors end to end."""
    _require_some(tensors, "hstack")
    raised = tuple([_raised(ctx, tensor, 1) for tensor in tensors])
    return cat(ctx, raised, 0 if raised[0].ndim == 1 else 1)


@shape("aten.vstack.default", "aten.row_stack.default")
def vstack(ctx: Context, tensors: _Tensors) -> Value:
    """Along the rows; a vector is a row."""
    _require_some(tensors, "vstack")
    return cat(ctx, tuple([_raised(ctx, tensor, 2) for tensor in tensors]), 0)


@shape("aten.dstack.default")
def dstack(ctx: Context, tensors: _Tensors) -> Value:
    """Along the third dimension."""
    _require_some(tensors, "dstack")
    return cat(ctx, tuple([_deep(ctx, tensor) for tensor in tensors]), 2)


def _deep(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    if tensor.ndim >= 3:
        return tensor
    flat = _raised(ctx, tensor, 2)
    return unsqueeze(flat, 2)


@shape("aten.column_stack.default")
def column_stack(ctx: Context, tensors: _Tensors) -> Value:
    """Along the columns; a vector is a column."""
    _require_some(tensors, "column_stack")
    columns = [t if t.ndim > 1 else reshape(ctx, t, (product(t.sizes), 1)) for t in tensors]
    return cat(ctx, tuple(columns), 1)


@shape("aten.broadcast_tensors.default")
def broadcast_tensors(ctx: Context, tensors: _Tensors) -> Value:
    """Each expanded to the common shape."""
    sizes = broadcast_all(ctx, [tensor.sizes for tensor in tensors])
    return [tensor if tensor.sizes == sizes else expand(ctx, tensor, sizes) for tensor in tensors]


def _grids(ctx: Context, tensors: _Tensors, indexing: str) -> list[FakeTensor]:
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if any(tensor.ndim > 1 for tensor in tensors):
        worst = next(tensor for tensor in tensors if tensor.ndim > 1)
        raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {worst.ndim}-D")
    if any(tensor.dtype is not tensors[0].dtype for tensor in tensors):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in ("xy", "ij"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    swapped = indexing == "xy" and len(tensors) >= 2
    axes = list(tensors)
    if swapped:
        axes[0], axes[1] = axes[1], axes[0]
    sizes = tuple([product(tensor.sizes) for tensor in axes])
    grids: list[FakeTensor] = []
    for at, axis in enumerate(axes):
        line = reshape(ctx, axis, (1,) * at + (sizes[at],) + (1,) * (len(axes) - at - 1))
        grids.append(expand(ctx, line, sizes))
    if swapped:
        grids[0], grids[1] = grids[1], grids[0]
    return grids


@shape("aten.meshgrid.default")
def meshgrid(ctx: Context, tensors: _Tensors) -> Value:
    """The grids of coordinate vectors, rows first."""
    return list(_grids(ctx, tensors, "ij"))


@shape("aten.meshgrid.indexing")
def meshgrid_indexing(ctx: Context, tensors: _Tensors, indexing: str) -> Value:
    """The grids of coordinate vectors, rows or columns first."""
    return list(_grids(ctx, tensors, indexing))


@shape("aten.cartesian_prod.default")
def cartesian_prod(ctx: Context, tensors: _Tensors) -> Value:
    """All combinations of elements of vectors, one a row; of one vector itself."""
    _require_some(tensors, "meshgrid")
    for tensor in tensors:
        if tensor.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {sizes_text(tensor.sizes)}")
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if len(tensors) == 1:
        return tensors[0]
    rows = product([tensor.sizes[0] for tensor in tensors])
    return FakeTensor((rows, len(tensors)), (len(tensors), 1), tensors[0].dtype, tensors[0].device)


@shape("aten.block_diag.default")
def block_diag(ctx: Context, tensors: _Tensors) -> Value:
    """A matrix with the tensors along its diagonal; a vector is a row. Of none it has one row without elements."""
    if not tensors:
        return FakeTensor((1, 0), (1, 1), ctx.default_dtype)
    rows: Dim = 0
    columns: Dim = 0
    for position, tensor in enumerate(tensors):
        if tensor.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {position} has {tensor.ndim} "
                "dimensions"
            )
        flat = _raised(ctx, tensor, 2)
        rows, columns = rows + flat.sizes[0], columns + flat.sizes[1]
    sizes = (rows, columns)
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), result_type(ctx, *tensors), tensors[0].device)


@shape("aten._chunk_cat.default")
def chunk_cat(ctx: Context, tensors: _Tensors, dim: int, num_chunks: int) -> Value:
    """Each tensor padded and cut into chunks, flattened behind them, and joined."""
    if num_chunks < 1:
        raise RuntimeError("_chunk_cat expects positive num_chunks")
    if not tensors:
        raise RuntimeError("_chunk_cat expects a non-empty input tensor list")
    alike = all(tensor.ndim == tensors[0].ndim for tensor in tensors)
    if dim < 0 and not alike:
        raise RuntimeError("_chunk_cat expects non-negative dim when input tensors have different ndims")
    at = wrap_dim(dim, tensors[0].ndim) if alike else dim
    total: Dim = 0
    for tensor in tensors:
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError("_chunk_cat expects all input tensors with the same dtype")
        if at >= tensor.ndim:
            raise RuntimeError("_chunk_cat expects dim < ndim for all input tensors")
        for size in tensor.sizes:
            ctx.require(ne(size, 0), "_chunk_cat expects non-empty tensor")
        for size, first in zip(tensor.sizes[:at], tensors[0].sizes, strict=False):
            ctx.require(eq(size, first), "_chunk_cat expects same sizes of 0,...,dim-1 dimensions for all tensors")
        size = (tensor.sizes[at] + num_chunks - 1) // num_chunks
        total = total + size * product(tensor.sizes[at + 1 :])
    sizes = (*tensors[0].sizes[:at], num_chunks, total)
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), tensors[0].dtype, tensors[0].device)


@shape("aten.pad_sequence.default")
def pad_sequence(
    ctx: Context, sequences: _Tensors, batch_first: bool, padding_value: float, padding_side: str
) -> Value:
    """Tensors of different lengths side by side, each padded to the longest."""
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    first = sequences[0]
    if not first.ndim:
        raise RuntimeError("ArrayRef: invalid slice, N = 1; size = 0")
    longest = first.sizes[0]
    for sequence in sequences:
        length = sequence.sizes[0] if sequence.ndim else 1
        longest = int_max(longest, length)
        expand(ctx, sequence, (length, *first.sizes[1:]))
    count: tuple[Dim, Dim] = (len(sequences), longest)
    sizes = (*(count if batch_first else count[::-1]), *first.sizes[1:])
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), first.dtype, first.device)
