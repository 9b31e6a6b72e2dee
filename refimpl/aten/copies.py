"""Copies and conversions: new storage, another dtype, device or memory format."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from refimpl.aten._broadcast import broadcast_sizes, defer_equal, is_one
from refimpl.aten._elementwise import copied, like
from refimpl.aten._factory import require_sizes
from refimpl.aten._in_place import require_fits, require_no_overlap
from refimpl.aten._promotion import Number, Operand, number_category
from refimpl.aten._registry import shape
from refimpl.aten._strides import (
    contiguous_strides,
    fresh,
    is_contiguous_for,
    strides_for,
    suggested_memory_format,
)
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, MemoryFormat, Sizes, Storage
from refimpl.terms import eq, floor_div, gt, mod

__all__ = ["clone", "clone_preserving_strides", "clone_storage", "to_copy"]


def clone(
    ctx: Context, tensor: FakeTensor, memory_format: MemoryFormat | None, dtype: DType | None = None
) -> FakeTensor:
    """A copy; ``preserve_format`` (the default) keeps a dense layout, the stride of a size of 1 included."""
    if memory_format is None or memory_format == "preserve_format":
        # The stride of a vector of one element survives only a conversion.
        keeps = dtype is not None or tensor.ndim > 1
        made = copied(ctx, tensor, dtype or tensor.dtype) if keeps else like(ctx, tensor)
    else:
        strides = strides_for(ctx, tensor.sizes, memory_format)
        made = FakeTensor(tensor.sizes, strides, tensor.dtype if dtype is None else dtype, tensor.device)
    if tensor.constant is None:
        return made
    return replace(made, constant=_converted(tensor.constant, made.dtype))


def _converted(value: int | float | bool | complex, dtype: DType) -> int | float | bool | complex | None:
    """A constant in another dtype, where that conversion is exact in Python; None (not a constant) otherwise."""
    if dtype.category is Category.BOOL:
        return bool(value)
    if isinstance(value, complex):
        return value if dtype.is_complex else None
    if dtype.category is Category.INTEGRAL:
        if value != value or value in (float("inf"), float("-inf")):
            return None
        number = int(value)
        low = -(1 << (8 * dtype.itemsize - 1)) if dtype.is_signed else 0
        high = (1 << (8 * dtype.itemsize - dtype.is_signed)) - 1
        return number if low <= number <= high else None
    if dtype is DType.float64:
        return float(value)
    if dtype is DType.float32 and (value == int(value) if abs(value) < 1 << 24 else False):
        return float(value)
    return None


def to_copy(
    ctx: Context,
    tensor: FakeTensor,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    memory_format: MemoryFormat | None,
) -> FakeTensor:
    """A copy with another dtype, device or memory format."""
    made = clone(ctx, tensor, memory_format, dtype)
    if layout is not None and layout != made.layout:
        made = replace(made, layout=layout)
    return made if device is None or device == made.device else replace(made, device=device)


@shape("aten.clone.default")
def clone_default(ctx: Context, self: FakeTensor, memory_format: MemoryFormat | None) -> Value:
    """A copy."""
    return clone(ctx, self, memory_format)


@shape("aten.lift_fresh.default", "aten.lift.default")
def lift(ctx: Context, self: FakeTensor) -> Value:
    """A constant of the program, in a memory of its own but laid out as it is."""
    made = clone(ctx, self, "contiguous_format")
    return replace(made, strides=self.strides, offset=self.offset)


@shape("aten.lift_fresh_copy.default")
def lift_fresh_copy(ctx: Context, self: FakeTensor) -> Value:
    """A contiguous copy of a constant of the program; it stays a constant."""
    return clone(ctx, self, "contiguous_format")


@shape("aten.contiguous.default")
def contiguous(ctx: Context, self: FakeTensor, memory_format: MemoryFormat) -> Value:
    """The tensor itself if it is dense in that format, else a copy. Raises RuntimeError for preserve_format."""
    if memory_format == "preserve_format" and not is_contiguous_for(ctx, self, "contiguous_format"):
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return self if is_contiguous_for(ctx, self, memory_format) else clone(ctx, self, memory_format)


@shape("aten._to_copy.default")
def to_copy_default(
    ctx: Context,
    self: Operand,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    non_blocking: bool,
    memory_format: MemoryFormat | None,
) -> Value:
    """A copy with another dtype, device or memory format; a number is a tensor without dimensions."""
    tensor = self if isinstance(self, FakeTensor) else FakeTensor((), (), _python_dtype(self))
    return to_copy(ctx, tensor, dtype, layout, device, memory_format)


def _converted_tensor(
    ctx: Context,
    tensor: FakeTensor,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    copy: bool,
    memory_format: MemoryFormat | None,
) -> FakeTensor:
    """What ``to`` gives: the tensor itself if nothing changes and no copy is asked for."""
    same = (
        not copy
        and (dtype is None or dtype is tensor.dtype)
        and (device is None or device == tensor.device)
        and (layout is None or layout == tensor.layout)
        and (
            memory_format is None
            or memory_format == "preserve_format"
            or suggested_memory_format(ctx, tensor) == memory_format
        )
    )
    return tensor if same else to_copy(ctx, tensor, dtype, layout, device, memory_format)


@shape("aten.to.dtype")
def to_dtype(
    ctx: Context,
    self: FakeTensor,
    dtype: DType,
    non_blocking: bool,
    copy: bool,
    memory_format: MemoryFormat | None,
) -> Value:
    """Another dtype."""
    return _converted_tensor(ctx, self, dtype, None, None, copy, memory_format)


@shape("aten.to.device")
def to_device(
    ctx: Context,
    self: FakeTensor,
    device: Device,
    dtype: DType,
    non_blocking: bool,
    copy: bool,
    memory_format: MemoryFormat | None,
) -> Value:
    """Another device and dtype."""
    return _converted_tensor(ctx, self, dtype, None, device, copy, memory_format)


@shape("aten.to.dtype_layout")
def to_dtype_layout(
    ctx: Context,
    self: FakeTensor,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    non_blocking: bool,
    copy: bool,
    memory_format: MemoryFormat | None,
) -> Value:
    """Another dtype, layout or device."""
    return _converted_tensor(ctx, self, dtype, layout, device, copy, memory_format)


@shape("aten.to.other")
def to_other(
    ctx: Context,
    self: FakeTensor,
    other: Operand,
    non_blocking: bool,
    copy: bool,
    memory_format: MemoryFormat | None,
) -> Value:
    """The dtype and device of another tensor; of a number the dtype that Python's has."""
    if not isinstance(other, FakeTensor):
        return _converted_tensor(ctx, self, _python_dtype(other), None, None, copy, memory_format)
    return _converted_tensor(ctx, self, other.dtype, other.layout, other.device, copy, memory_format)


_PYTHON_DTYPES: Final = {
    Category.BOOL: DType.bool,
    Category.INTEGRAL: DType.int64,
    Category.FLOATING: DType.float64,
    Category.COMPLEX: DType.complex128,
}


def _python_dtype(number: Number) -> DType:
    return _PYTHON_DTYPES[number_category(number)]


@shape("aten.type_as.default")
def type_as(ctx: Context, self: FakeTensor, other: FakeTensor) -> Value:
    """The dtype and device of another tensor."""
    return _converted_tensor(ctx, self, other.dtype, None, other.device, False, None)


@shape("aten.detach.default", "aten.detach_.default")
def detach(ctx: Context, self: FakeTensor) -> Value:
    """The same elements outside of any gradient."""
    return replace(self, requires_grad=False) if self.requires_grad else self


@shape("aten.copy.default")
def copy(ctx: Context, self: FakeTensor, src: FakeTensor, non_blocking: bool) -> Value:
    """A tensor as ``self``, strides and offset included, that holds the elements of ``src`` expanded to it."""
    _require_expands(ctx, src, self)
    return clone_preserving_strides(ctx, self)


def clone_preserving_strides(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    """A copy of the storage read as before; a tensor whose elements are seen to share memory is copied densely."""
    if any(stride == 0 and ctx.layout(gt(size, 1)) for size, stride in zip(tensor.sizes, tensor.strides, strict=True)):
        return like(ctx, tensor)
    return clone_storage(tensor)


def clone_storage(tensor: FakeTensor) -> FakeTensor:
    """A copy of the storage read as before, whatever shares memory in it."""
    storage = Storage(tensor.storage.extent, is_copy=True)
    return FakeTensor(tensor.sizes, tensor.strides, tensor.dtype, tensor.device, tensor.offset, storage=storage)


@shape("aten.copy_.default")
def copy_into(ctx: Context, self: FakeTensor, src: FakeTensor, non_blocking: bool) -> Value:
    """The elements of ``src`` expanded and written into ``self``."""
    require_no_overlap(ctx, self)
    _require_expands(ctx, src, self)
    return self


def _require_expands(ctx: Context, source: object, target: FakeTensor) -> None:
    if not isinstance(source, FakeTensor) or source.sizes == target.sizes:
        return
    if source.ndim > target.ndim:
        broadcast = broadcast_sizes(ctx, target.sizes, source.sizes)
        require_fits(ctx, target, broadcast, target.dtype)
        return
    added = target.ndim - source.ndim
    for dim, size in enumerate(source.sizes, added):
        wanted = target.sizes[dim]
        if size is not wanted and not is_one(ctx, size):
            if is_one(ctx, wanted):
                whole = broadcast_sizes(ctx, target.sizes, source.sizes)
                require_fits(ctx, target, whole, target.dtype)
            message = (
                f"The size of tensor a ({wanted}) must match the size of tensor b ({size}) at non-singleton "
                f"dimension {dim}"
            )
            defer_equal(ctx, eq(wanted, size), (size,), message)


_REAL = {DType.complex32: DType.float16, DType.complex64: DType.float32, DType.complex128: DType.float64}
_COMPLEX = {real: complex_ for complex_, real in _REAL.items()}


def _part(tensor: FakeTensor, offset: int) -> FakeTensor:
    return replace(
        tensor,
        strides=tuple([2 * stride for stride in tensor.strides]),
        offset=2 * tensor.offset + offset,
        dtype=_REAL[tensor.dtype],
        constant=None,
    )


@shape("aten.view_as_real.default")
def view_as_real(ctx: Context, self: FakeTensor) -> Value:
    """Each complex number as a pair in a new last dimension. Raises RuntimeError for a real tensor."""
    if not self.dtype.is_complex:
        raise RuntimeError("view_as_real is only supported for complex tensors")
    part = _part(self, 0)
    return replace(part, sizes=(*part.sizes, 2), strides=(*part.strides, 1))


@shape("aten.view_as_complex.default")
def view_as_complex(ctx: Context, self: FakeTensor) -> Value:
    """Pairs in the last dimension read as complex numbers.

    Raises RuntimeError unless the last dimension is a dense pair and the other strides and the offset are even.
    """
    if self.dtype not in _COMPLEX:
        raise RuntimeError(
            f"view_as_complex is only supported for floating point tensors, but got a tensor of {self.dtype}"
        )
    if not self.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    ctx.require(eq(self.sizes[-1], 2), "Tensor must have a last dimension of size 2")
    ctx.require(eq(self.strides[-1], 1), "Tensor must have a last dimension with stride 1")
    for stride in self.strides[:-1]:
        ctx.require(eq(mod(stride, 2), 0), "Tensor must have a stride divisible by 2 for all but last dimension")
    ctx.require(eq(mod(self.offset, 2), 0), "Tensor must have a storage_offset divisible by 2")
    return replace(
        self,
        sizes=self.sizes[:-1],
        strides=tuple([floor_div(stride, 2) for stride in self.strides[:-1]]),
        offset=floor_div(self.offset, 2),
        dtype=_COMPLEX[self.dtype],
        constant=None,
    )


@shape("aten.chalf.default")
def chalf(ctx: Context, self: FakeTensor, memory_format: MemoryFormat | None) -> Value:
    """Half precision complex numbers."""
    return _converted_tensor(ctx, self, DType.complex32, None, None, False, memory_format)


@shape("aten.resize.default")
def resize(ctx: Context, self: FakeTensor, size: Sizes, memory_format: MemoryFormat | None) -> Value:
    """The elements, as far as they go, in a new contiguous tensor of other sizes, made of a copy of the whole."""
    return fresh(ctx, self, size, _resized_strides(ctx, self, size, memory_format)).on(Storage())


@shape("aten.resize_as.default")
def resize_as(ctx: Context, self: FakeTensor, the_template: FakeTensor, memory_format: MemoryFormat | None) -> Value:
    """The elements, as far as they go, in a new tensor with the sizes of another one."""
    wanted = suggested_memory_format(ctx, the_template) if memory_format == "preserve_format" else memory_format
    return resize(ctx, self, the_template.sizes, wanted or "contiguous_format")


def _resized_strides(ctx: Context, tensor: FakeTensor, sizes: Sizes, memory_format: MemoryFormat | None) -> Sizes:
    require_sizes(ctx, sizes, "numel: integer multiplication overflow")
    if sizes == tensor.sizes and memory_format in (None, "preserve_format"):
        return tensor.strides
    return contiguous_strides(ctx, sizes) if memory_format is None else strides_for(ctx, sizes, memory_format)


@shape("aten.resize_.default")
def resize_in_place(ctx: Context, self: FakeTensor, size: Sizes, memory_format: MemoryFormat | None) -> Value:
    """The same storage, grown if need be, as a contiguous tensor of other sizes."""
    return self.resized(size, _resized_strides(ctx, self, size, memory_format))


@shape("aten.resize_as_.default")
def resize_as_in_place(
    ctx: Context, self: FakeTensor, the_template: FakeTensor, memory_format: MemoryFormat | None
) -> Value:
    """The same storage with the sizes of another tensor."""
    wanted = memory_format
    if wanted == "preserve_format":
        wanted = suggested_memory_format(ctx, the_template)
    return resize_in_place(ctx, self, the_template.sizes, wanted)


@shape("prims.convert_element_type.default", schema="prims::convert_element_type(Tensor a, ScalarType dtype) -> Tensor")
def convert_element_type(ctx: Context, a: FakeTensor, dtype: DType) -> Value:
    """A copy with another dtype: what some decompositions leave of a type promotion."""
    return like(ctx, a, dtype)
