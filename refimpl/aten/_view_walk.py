"""The stride that a view gives a dimension of size 1: what PyTorch's walk over both shapes leaves there.

Where each dimension exceeds 1, a view has one possible list of strides. That of a dimension of size 1 is arbitrary;
PyTorch's fake tensors keep the one that the dimension had (a learned position table, all but its first row, is still
272 apart from the batch that it doesn't have).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from refimpl.aten._product import product
from refimpl.aten._strides import contiguous_strides, is_contiguous
from refimpl.aten._unbacked import is_data_dependent
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Cond, Dim, eq, floor_div, mod

__all__ = ["walked_strides"]

_Known: TypeAlias = Callable[[Cond], bool | None]
_Dims: TypeAlias = list[tuple[Dim, Dim]]


def walked_strides(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> Sizes | None:
    """The strides of a view of a tensor that has an odd stride at a size of 1, or None: any other rule will do.

    Source: ``torch._refs._reshape_view_helper``; nothing is decided that is not known.
    """
    if 1 not in tensor.sizes or tensor.strides == contiguous_strides(ctx, tensor.sizes) or not sizes:
        return None
    if any(map(is_data_dependent, (*tensor.sizes, *tensor.strides, *sizes))):
        return None
    if ctx.known(eq(product(tensor.sizes), 0)) is not False:
        return None
    if is_contiguous(ctx, tensor):
        if len(sizes) == 1 < len(tensor.sizes):
            return (1,)
        if len(sizes) == 2 and len(tensor.sizes) == 1:
            return (sizes[1], 1)
    dims = list(zip(tensor.sizes, tensor.strides, strict=True))
    for at, length in enumerate(sizes):
        if not _place(ctx.known, dims, at, length):
            return None
    return tuple(stride for _, stride in dims[: len(sizes)])


def _place(known: _Known, dims: _Dims, at: int, length: Dim) -> bool:
    """Make the dimension at that place as long as wanted, by merging it with the next ones and splitting it."""
    if at >= len(dims):
        dims.append((1, dims[-1][1]))
        return length == 1
    same = known(eq(dims[at][0], length))
    if same is not False:
        return same is True
    end = at
    total: Dim = dims[at][0]
    while (divides := known(eq(mod(total, length), 0))) is not True:
        end += 1
        if divides is None or end == len(dims):
            return False
        total = total * dims[end][0]
    stride = _merged(known, dims[at : end + 1])
    if stride is None:
        return False
    rest = floor_div(total, length)
    dims[at : end + 1] = [(total, stride)] if rest == 1 else [(length, stride * rest), (rest, stride)]
    return True


def _merged(known: _Known, dims: _Dims) -> Dim | None:
    """The stride of several dimensions read as one, or None if it is not known or there is none."""
    size, stride = dims[-1]
    for outer, outer_stride in reversed(dims[:-1]):
        if outer == 1:
            continue
        if size == 1:
            # PyTorch takes the smaller one.
            if not isinstance(stride, int) or not isinstance(outer_stride, int):
                return None
            stride = min(stride, outer_stride)
        elif known(eq(outer_stride, size * stride)) is not True:
            return None
        size = size * outer
    return stride
