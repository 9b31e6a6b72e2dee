"""Splitting a tensor into views along a dimension."""

from __future__ import annotations

from typing import Final

from refimpl.aten._dims import wrap_dim
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._slices import slice_along
from refimpl.aten._views import narrow, select
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, gt, lor

__all__: list[str] = []

# Symbolic counts above it are refused: PyTorch would make as many views.
_MOST_PIECES: Final = 257
# An archive must not make us hold more views than any program has.
_MOST_CONSTANT_PIECES: Final = 1 << 17


def _count(ctx: Context, number: Dim) -> int:
    """The number of pieces, which must be decided. Raises what ``decide`` raises if it is open."""
    if isinstance(number, int):
        if number > _MOST_CONSTANT_PIECES:
            raise RuntimeError(f"{number} pieces are more than {_MOST_CONSTANT_PIECES}")
        return number
    candidates = range(_MOST_PIECES)
    for value in candidates:
        if ctx.known(eq(number, value)) is True:
            return value
    for value in candidates:
        if ctx.decide(eq(number, value)):
            return value
    raise RuntimeError(f"the number of pieces {number} is not below {_MOST_PIECES}")


def split_by(ctx: Context, tensor: FakeTensor, size: Dim, dim: int) -> list[FakeTensor]:
    """Pieces of ``size`` along a dimension, the last one smaller if need be."""
    if not tensor.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, tensor.ndim)
    length = tensor.sizes[at]
    if isinstance(size, int) and size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0:
        ctx.require(
            eq(length, 0),
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}",
        )
        return [tensor.viewed(tensor.sizes, tensor.strides, tensor.offset)]
    if length is size:
        return [tensor.viewed(tensor.sizes, tensor.strides, tensor.offset)]
    if ctx.known(ge(size, length)) is True:
        return [narrow(ctx, tensor, at, 0, length)]
    if ctx.must_state(gt(size, 0)):
        message = f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
        ctx.require(lor(gt(size, 0), eq(length, 0)), message)
    count = _count(ctx, (length + size - 1) // size)
    count = max(count, 1)
    return [narrow(ctx, tensor, at, i * size, size if i < count - 1 else length - i * size) for i in range(count)]


def split_sizes(ctx: Context, tensor: FakeTensor, sizes: Sizes, dim: int) -> list[FakeTensor]:
    """Pieces of the given sizes, which must sum up to the dimension's."""
    if not tensor.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap_dim(dim, tensor.ndim)
    total: Dim = 0
    for size in sizes:
        if ctx.must_state(ge(size, 0)):
            ctx.require(
                ge(size, 0),
                "split_with_sizes expects split_sizes have only non-negative entries, but got "
                f"split_sizes={list(sizes)}",
            )
        total = total + size
    if total is not tensor.sizes[at]:
        ctx.require(
            eq(total, tensor.sizes[at]),
            f"split_with_sizes expects split_sizes to sum exactly to {tensor.sizes[at]} (input tensor's size at "
            f"dimension {at}), but got split_sizes={list(sizes)}",
        )
    pieces: list[FakeTensor] = []
    start: Dim = 0
    stride = tensor.strides[at]
    for size in sizes:
        shrunk = (*tensor.sizes[:at], size, *tensor.sizes[at + 1 :])
        pieces.append(tensor.viewed(shrunk, tensor.strides, tensor.offset + start * stride))
        start = start + size
    return pieces


@shape("aten.split.Tensor", "aten.unsafe_split.Tensor")
def split_tensor(ctx: Context, self: FakeTensor, split_size: Dim, dim: int) -> Value:
    """Pieces of one size."""
    return list(split_by(ctx, self, split_size, dim))


@shape(
    "aten.split.sizes", "aten.split.default", "aten.split_with_sizes.default", "aten.unsafe_split_with_sizes.default"
)
def split_with_sizes(ctx: Context, self: FakeTensor, split_sizes_: Sizes, dim: int) -> Value:
    """Pieces of given sizes."""
    return list(split_sizes(ctx, self, split_sizes_, dim))


@shape("aten.chunk.default", "aten.unsafe_chunk.default")
def chunk(ctx: Context, self: FakeTensor, chunks: int, dim: int) -> Value:
    """At most ``chunks`` pieces of one size. Raises RuntimeError for a count that is not positive."""
    if not self.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    _count(ctx, chunks)
    at = wrap_dim(dim, self.ndim)
    size = (self.sizes[at] + chunks - 1) // chunks
    if ctx.known(eq(size, 0)) is True and ctx.known(eq(self.sizes[at], 0)) is True:
        return list(split_sizes(ctx, self, (0,) * (chunks - 1) + (self.sizes[at],), at))
    last = self.sizes[at] - (chunks - 1) * size
    # All chunks but the last have one size; whether the last one has elements says how many there are.
    if not isinstance(size, int) and ctx.decide(gt(last, 0)):
        return list(split_sizes(ctx, self, (size,) * (chunks - 1) + (last,), at))
    return list(split_by(ctx, self, size, at))


def _at_indices(ctx: Context, tensor: FakeTensor, indices: Sizes, dim: int) -> list[FakeTensor]:
    pieces: list[FakeTensor] = []
    start: Dim = 0
    for index in indices:
        pieces.append(slice_along(ctx, tensor, dim, start, index, 1))
        start = index
    pieces.append(slice_along(ctx, tensor, dim, start, tensor.sizes[wrap_dim(dim, tensor.ndim)], 1))
    return pieces


def _in_sections(ctx: Context, tensor: FakeTensor, sections: Dim, dim: int) -> list[FakeTensor]:
    at = wrap_dim(dim, tensor.ndim)
    count = _count(ctx, sections)
    if count <= 0:
        raise RuntimeError(f"number of sections must be larger than 0, got {count}")
    least, more = tensor.sizes[at] // count, tensor.sizes[at] % count
    pieces: list[FakeTensor] = []
    start: Dim = 0
    for i in range(count):
        size = least
        if more != 0 and ctx.known(gt(more, i)) is not False:
            size = least + 1 if ctx.decide(gt(more, i)) else least
        pieces.append(slice_along(ctx, tensor, at, start, start + size, 1))
        start = start + size
    return pieces


def _require_dims(tensor: FakeTensor, name: str) -> None:
    if not tensor.ndim:
        raise RuntimeError(f"{name} expected at least a 1-dimensional tensor, but got a tensor with 0 dims")


@shape("aten.tensor_split.sections")
def tensor_split_sections(ctx: Context, self: FakeTensor, sections: Dim, dim: int) -> Value:
    """A number of pieces whose sizes differ by at most one."""
    _require_dims(self, "tensor_split")
    return list(_in_sections(ctx, self, sections, dim))


@shape("aten.tensor_split.indices")
def tensor_split_indices(ctx: Context, self: FakeTensor, indices: Sizes, dim: int) -> Value:
    """Pieces between given positions."""
    _require_dims(self, "tensor_split")
    return list(_at_indices(ctx, self, indices, dim))


def _numpy_split(ctx: Context, tensor: FakeTensor, sections: Dim, dim: int, name: str) -> list[FakeTensor]:
    size = tensor.sizes[dim]
    require(
        ctx,
        sections != 0 and eq(size % sections, 0),
        f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension ",
        lambda: f"{size} is not divisible by the split_size {sections}!",
    )
    return _in_sections(ctx, tensor, sections, dim)


def _split_dim(tensor: FakeTensor, name: str) -> int:
    least = {"hsplit": 1, "vsplit": 2, "dsplit": 3}[name]
    if tensor.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension{'s' if least > 1 else ''}, but got a "
            f"tensor with {tensor.ndim} dimensions!"
        )
    return {"hsplit": 0 if tensor.ndim == 1 else 1, "vsplit": 0, "dsplit": 2}[name]


@shape("aten.hsplit.int")
def hsplit(ctx: Context, self: FakeTensor, sections: Dim) -> Value:
    """Equal pieces along the columns."""
    return list(_numpy_split(ctx, self, sections, _split_dim(self, "hsplit"), "hsplit"))


@shape("aten.vsplit.int")
def vsplit(ctx: Context, self: FakeTensor, sections: Dim) -> Value:
    """Equal pieces along the rows."""
    return list(_numpy_split(ctx, self, sections, _split_dim(self, "vsplit"), "vsplit"))


@shape("aten.dsplit.int")
def dsplit(ctx: Context, self: FakeTensor, sections: Dim) -> Value:
    """Equal pieces along the third dimension."""
    return list(_numpy_split(ctx, self, sections, _split_dim(self, "dsplit"), "dsplit"))


@shape("aten.hsplit.array")
def hsplit_array(ctx: Context, self: FakeTensor, indices: Sizes) -> Value:
    """Pieces along the columns, between given positions."""
    return list(_at_indices(ctx, self, indices, _split_dim(self, "hsplit")))


@shape("aten.vsplit.array")
def vsplit_array(ctx: Context, self: FakeTensor, indices: Sizes) -> Value:
    """Pieces along the rows, between given positions."""
    return list(_at_indices(ctx, self, indices, _split_dim(self, "vsplit")))


@shape("aten.dsplit.array")
def dsplit_array(ctx: Context, self: FakeTensor, indices: Sizes) -> Value:
    """Pieces along the third dimension, between given positions."""
    return list(_at_indices(ctx, self, indices, _split_dim(self, "dsplit")))


@shape("aten.unbind.int")
def unbind(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """Every element along a dimension. Raises IndexError for a zero-dimensional tensor."""
    at = wrap_dim(dim, self.ndim)
    if not self.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return [select(ctx, self, at, i) for i in range(_count(ctx, self.sizes[at]))]
