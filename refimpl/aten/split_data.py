"""Splitting at positions that a tensor holds."""

from __future__ import annotations

from refimpl.aten._call import tensors_of
from refimpl.aten._dims import wrap_dim
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, ge, le

__all__: list[str] = []


@shape("aten.tensor_split.tensor_indices_or_sections")
def tensor_split(ctx: Context, self: FakeTensor, tensor_indices_or_sections: FakeTensor, dim: int) -> list[Value]:
    """Pieces between the positions of a vector; a scalar's number of pieces must be known."""
    positions = tensor_indices_or_sections
    if self.ndim == 0:
        raise RuntimeError(
            f"tensor_split expected at least a 1-dimensional tensor, but got a tensor with {self.ndim} dims"
        )
    if positions.dtype is not DType.int64:
        raise RuntimeError(
            f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {positions.dtype}"
        )
    if positions.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, "
            f"but got a tensor with {positions.ndim} dims"
        )
    at = wrap_dim(dim, self.ndim)
    if positions.ndim == 0:
        return list(tensors_of(ctx, "aten.tensor_split.sections", self, _sections(ctx, positions), at))
    count = positions.sizes[0]
    if not isinstance(count, int):
        ctx.decide(eq(count, 0))
        raise RuntimeError(f"tensor_split needs a known number of indices, got {count}")
    return [_piece(ctx, self, at, first=index == 0) for index in range(count + 1)]


def _sections(ctx: Context, positions: FakeTensor) -> Dim:
    if isinstance(positions.constant, int):
        return positions.constant
    sections = ctx.fresh_int(None, None, ctx.quantity("item", positions))
    ctx.decide(eq(sections, 0))
    return sections


def _piece(ctx: Context, self: FakeTensor, dim: int, *, first: bool) -> FakeTensor:
    """A slice of unknown length, at an unknown place unless it is the first."""
    whole, stride = self.sizes[dim], self.strides[dim]
    length = ctx.fresh_int(0, whole, None)
    offset = self.offset
    if not first:
        offset = ctx.fresh_int(0, None, None)
        ctx.fact(ge(offset, self.offset))
        ctx.fact(le(offset + length * stride, self.offset + whole * stride))
    return self.viewed((*self.sizes[:dim], length, *self.sizes[dim + 1 :]), self.strides, offset)
