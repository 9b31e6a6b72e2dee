"""Sliding windows: the arguments of convolutions and poolings, one number for each spatial dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from refimpl.aten._strides import strides_for, suggested_memory_format
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat, Sizes
from refimpl.terms import Dim, ge, int_of_bool, ne

__all__ = ["Window", "in_format_of", "in_format", "pooled_size", "require_nonempty", "sizes_text", "spread"]

# One number for all dimensions, or one for each.
Window: TypeAlias = Dim | Sequence[Dim]


def spread(value: Window, count: int, name: str) -> Sizes:
    """One number for each dimension. Raises RuntimeError if there are neither one nor ``count``."""
    if not isinstance(value, Sequence):
        return (value,) * count
    if len(value) == 1:
        return (value[0],) * count
    if len(value) != count:
        raise RuntimeError(f"{name} must either be a single int, or a tuple of {count} ints")
    return tuple(value)


def sizes_text(sizes: Sizes) -> str:
    """Sizes as PyTorch's error messages print them."""
    return "[" + ", ".join(map(str, sizes)) + "]"


def in_format(
    ctx: Context, like: FakeTensor, sizes: Sizes, memory_format: MemoryFormat, dtype: DType | None = None
) -> FakeTensor:
    """A new dense tensor of the sizes in a memory format, on the device of another tensor."""
    return FakeTensor(sizes, strides_for(ctx, sizes, memory_format), dtype or like.dtype, like.device)


def in_format_of(ctx: Context, like: FakeTensor, sizes: Sizes, dtype: DType | None = None) -> FakeTensor:
    """A new dense tensor in the memory format that another tensor of this rank suggests."""
    return in_format(ctx, like, sizes, suggested_memory_format(ctx, like), dtype)


def pooled_size(ctx: Context, size: Dim, kernel: Dim, padding: Dim, stride: Dim, dilation: Dim, ceil_mode: bool) -> Dim:
    """How many windows fit; with ``ceil_mode`` a last one may stick out, if it starts inside the padded input."""
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return span // stride + 1
    count = (span + stride - 1) // stride + 1
    outside = ge((count - 1) * stride, size + padding)
    known = ctx.known(outside)
    return count - (int_of_bool(outside) if known is None else int(known))


def require_nonempty(ctx: Context, tensor: FakeTensor, dims: Sequence[int], message: str) -> None:
    """The kernel refuses a size of 0 in these dimensions."""
    for dim in dims:
        ctx.require(ne(tensor.sizes[dim], 0), message)
