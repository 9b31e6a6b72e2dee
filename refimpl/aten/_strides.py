"""Strides: what contiguous tensors have, and which layouts a tensor is known to be in."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from refimpl.aten._product import product
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat, Sizes
from refimpl.terms import Cond, Dim, IntTerm, eq, ge, int_max, lt, ne

__all__ = [
    "at_least_one",
    "channels_last_strides",
    "contiguous_strides",
    "fresh",
    "is_channels_last",
    "is_contiguous",
    "is_contiguous_for",
    "is_plain",
    "permuted_strides",
    "same_size",
    "same_sizes",
    "strides_for",
    "suggested_memory_format",
]

# The dimensions from the innermost one outwards.
_CHANNELS_LAST: Final = {3: (1, 2, 0), 4: (1, 3, 2, 0), 5: (1, 4, 3, 2, 0)}


def at_least_one(ctx: Context, size: Dim) -> Dim:
    """``Max(1, size)``, or the size itself where it is known to be at least 1."""
    if isinstance(size, int):
        return size if size > 0 else 1
    return size if ctx.known(_is_positive(size)) is True else int_max(1, size)


# Pure caches: the same few sizes are asked about at every node.
@lru_cache(maxsize=8192)
def _is_positive(size: IntTerm) -> Cond:
    return ge(size, 1)


@lru_cache(maxsize=8192)
def _times(left: Dim, right: Dim) -> Dim:
    return left * right


def is_plain(sizes: Sizes) -> bool:
    """Whether all of them are numbers."""
    for size in sizes:  # noqa: SIM110 - a generator would double the time
        if type(size) is not int:
            return False
    return True


def contiguous_strides(ctx: Context, sizes: Sizes) -> Sizes:
    """Row-major strides: the product of the sizes to the right, empty dimensions counted as 1."""
    if is_plain(sizes):
        return _plain_contiguous(sizes)
    running: Dim = 1
    strides: list[Dim] = [running]
    for size in sizes[:0:-1]:
        if isinstance(size, int) and isinstance(running, int):
            running = running * size if size > 0 else running
        else:
            running = _times(running, at_least_one(ctx, size))
        strides.append(running)
    strides.reverse()
    return tuple(strides)


@lru_cache(maxsize=8192)
def _plain_contiguous(sizes: Sizes) -> Sizes:
    """``contiguous_strides`` of plain numbers, of which no constraint says anything."""
    strides: list[Dim] = [1] if sizes else []
    for size in sizes[:0:-1]:
        strides.append(strides[-1] * size if isinstance(size, int) and size > 0 else strides[-1])
    strides.reverse()
    return tuple(strides)


def permuted_strides(sizes: Sizes, order: tuple[int, ...]) -> Sizes:
    """Dense strides for dimensions laid out in ``order``, the innermost first."""
    strides: list[Dim] = [0] * len(sizes)
    running: Dim = 1
    for dim in order:
        strides[dim] = running
        running = running * sizes[dim]
    return tuple(strides)


def channels_last_strides(ctx: Context, sizes: Sizes) -> Sizes:
    """Strides with the channel innermost, of 3, 4 or 5 dimensions (PyTorch counts empty dimensions as they are)."""
    return permuted_strides(sizes, _CHANNELS_LAST[len(sizes)])


def strides_for(ctx: Context, sizes: Sizes, memory_format: MemoryFormat | None) -> Sizes:
    """Strides of a new tensor in a memory format; ``preserve_format`` has nothing to preserve here.

    Raises RuntimeError if the rank does not fit the format.
    """
    if memory_format == "channels_last":
        if len(sizes) != 4:
            raise RuntimeError("required rank 4 tensor to use channels_last format")
        return channels_last_strides(ctx, sizes)
    if memory_format == "channels_last_3d":
        if len(sizes) != 5:
            raise RuntimeError("required rank 5 tensor to use channels_last_3d format")
        return channels_last_strides(ctx, sizes)
    return contiguous_strides(ctx, sizes)


def same_size(ctx: Context, left: Dim, right: Dim) -> bool:
    """Whether two sizes are known to be equal."""
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return left is right or ctx.known(eq(left, right)) is True


def same_sizes(ctx: Context, left: Sizes, right: Sizes) -> bool:
    """Whether two shapes are known to be equal."""
    if left == right:
        return True
    if len(left) != len(right):
        return False
    for own, other in zip(left, right, strict=True):  # noqa: SIM110 - a generator would double the time
        if not same_size(ctx, own, other):
            return False
    return True


def is_contiguous(ctx: Context, tensor: FakeTensor) -> bool:
    """Whether the tensor is known to be contiguous: at most one element, or row-major where sizes are not 1."""
    if _row_major(ctx, tensor.sizes, tensor.strides):
        return True
    return ctx.known(lt(product(tensor.sizes), 2)) is True


def _row_major(ctx: Context, sizes: Sizes, strides: Sizes) -> bool:
    expected: Dim = 1
    clamped: Dim = 1
    for size, stride in zip(reversed(sizes), reversed(strides), strict=True):
        if size == 1:
            continue
        if stride != expected and stride != clamped:
            if not isinstance(size, int) and ctx.known(eq(size, 1)) is True:
                continue
            if isinstance(stride, int) and isinstance(expected, int):
                return False
            if ctx.known(eq(stride, expected)) is not True and ctx.known(eq(stride, clamped)) is not True:
                return False
        expected = _times(expected, size)
        clamped = _times(clamped, at_least_one(ctx, size))
    return True


def is_channels_last(ctx: Context, tensor: FakeTensor) -> bool:
    """Whether a tensor of 4 or 5 dimensions is known to be dense with the channel innermost."""
    order = _CHANNELS_LAST.get(tensor.ndim)
    if order is None or tensor.ndim == 3:
        return False
    expected: Dim = 1
    for dim in order:
        size, stride = tensor.sizes[dim], tensor.strides[dim]
        if size == 1:
            continue
        if stride != expected:
            if not isinstance(size, int) and ctx.known(eq(size, 1)) is True:
                continue
            if ctx.known(eq(stride, expected)) is not True:
                return False
        expected = expected * size
    return True


def is_contiguous_for(ctx: Context, tensor: FakeTensor, memory_format: MemoryFormat) -> bool:
    """Whether the tensor is known to be dense in that memory format."""
    if memory_format == "channels_last":
        return tensor.ndim == 4 and is_channels_last(ctx, tensor)
    if memory_format == "channels_last_3d":
        return tensor.ndim == 5 and is_channels_last(ctx, tensor)
    return is_contiguous(ctx, tensor)


def _nests_channels_last(ctx: Context, tensor: FakeTensor) -> bool:
    if same_size(ctx, tensor.strides[1], 0):
        return False
    least: Dim = 0
    for dim in _CHANNELS_LAST[tensor.ndim]:
        size, stride = tensor.sizes[dim], tensor.strides[dim]
        if size == 0 or ctx.known(ge(stride, least)) is not True:
            return False
        # N111 with equal strides reads as contiguous.
        if dim == 0 and same_size(ctx, least, tensor.strides[1]):
            return False
        least = stride * size
    # Asked last: where the strides decide, no result depends on it.
    return all(ctx.layout(ne(size, 0)) for size in tensor.sizes)


def suggested_memory_format(ctx: Context, tensor: FakeTensor) -> MemoryFormat:
    """The format in which an operator that preserves layouts writes its result (``suggest_memory_format``).

    Channels-last when strides that are not 0 grow in that order; what is not known reads as contiguous.
    """
    if tensor.ndim in (4, 5) and tensor.layout == "strided" and _nests_channels_last(ctx, tensor):
        return "channels_last" if tensor.ndim == 4 else "channels_last_3d"
    return "contiguous_format"


def fresh(ctx: Context, like: FakeTensor, sizes: Sizes, strides: Sizes | None = None) -> FakeTensor:
    """A new tensor with dtype and device of another one, contiguous unless strides are given."""
    return FakeTensor(sizes, contiguous_strides(ctx, sizes) if strides is None else strides, like.dtype, like.device)
