"""Sizes, strides and offsets as numbers, and asserts about numbers and metadata."""

from __future__ import annotations

from typing import Final

from refimpl.aten._dims import wrap_dim
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten.copies import clone
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, Sizes
from refimpl.terms import Cond, IntTerm, Scalar, eq, float_ge, float_le, float_ne, ge, is_condition, le, ne, to_real

__all__: list[str] = []

_LEAST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1


@shape("aten.sym_size.int", "aten.size.int")
def sym_size(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """One size."""
    return self.sizes[wrap_dim(dim, self.ndim, scalar_has_one=False)]


@shape("aten.sym_size.default", "aten.size.default")
def sym_sizes(ctx: Context, self: FakeTensor) -> Value:
    """All sizes."""
    return list(self.sizes)


@shape("aten.sym_stride.int", "aten.stride.int")
def sym_stride(ctx: Context, self: FakeTensor, dim: int) -> Value:
    """One stride."""
    return self.strides[wrap_dim(dim, self.ndim, scalar_has_one=False)]


@shape("aten.sym_stride.default", "aten.stride.default")
def sym_strides(ctx: Context, self: FakeTensor) -> Value:
    """All strides."""
    return list(self.strides)


@shape("aten.sym_storage_offset.default", "aten.storage_offset.default")
def sym_storage_offset(ctx: Context, self: FakeTensor) -> Value:
    """The storage offset."""
    return self.offset


@shape("aten.sym_numel.default", "aten.numel.default")
def sym_numel(ctx: Context, self: FakeTensor) -> Value:
    """The number of elements."""
    return product(self.sizes)


def _holds(value: Scalar) -> Cond:
    """The condition that a scalar is not zero."""
    if is_condition(value):
        return value
    if isinstance(value, (int, float)):
        return value != 0
    return ne(value, 0) if isinstance(value, IntTerm) else float_ne(to_real(value), 0.0)


@shape("aten._assert_scalar.default")
def assert_scalar(ctx: Context, self: Scalar, assert_msg: str) -> Value:
    """Raises RuntimeError at run time unless the scalar is true."""
    condition = _holds(self)
    if condition is not True:
        ctx.require(condition, assert_msg)
    return None


@shape("aten._assert_async.default")
def assert_async(ctx: Context, self: FakeTensor) -> Value:
    """Raises RuntimeError at run time unless the one element is true: the contents, no size."""
    _require_one(ctx, self)
    return None


@shape("aten._assert_async.msg")
def assert_async_msg(ctx: Context, self: FakeTensor, assert_msg: str) -> Value:
    """Raises RuntimeError at run time unless the one element is true: the contents, no size."""
    _require_one(ctx, self)
    return None


@shape("aten._print.default")
def print_text(ctx: Context, s: str) -> Value:
    """Writes a text when it runs; gives nothing."""
    return None


def _require_one(ctx: Context, tensor: FakeTensor) -> None:
    one = eq(product(tensor.sizes), 1)
    if one is not True:
        ctx.require(one, "Boolean value of Tensor with more than one value is ambiguous")


@shape("aten._functional_assert_async.msg")
def functional_assert_async(ctx: Context, self: FakeTensor, assert_msg: str, dep_token: FakeTensor) -> Value:
    """As ``_assert_async``, ordered by a token."""
    _require_one(ctx, self)
    return clone(ctx, dep_token, None)


@shape("aten._functional_assert_scalar.default")
def functional_assert_scalar(ctx: Context, self: Scalar, assert_msg: str, dep_token: FakeTensor) -> Value:
    """As ``_assert_scalar``, ordered by a token."""
    assert_scalar(ctx, self, assert_msg)
    return clone(ctx, dep_token, None)


@shape("aten._make_dep_token.default")
def make_dep_token(
    ctx: Context,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: str | None,
) -> Value:
    """A token that orders effects: a tensor without dimensions."""
    return FakeTensor((), (), dtype or ctx.default_dtype)


@shape("aten._assert_tensor_metadata.default")
def assert_tensor_metadata(
    ctx: Context,
    a: FakeTensor,
    size: Sizes | None,
    stride: Sizes | None,
    dtype: DType | None,
    device: Device | None,
    layout: Layout | None,
) -> Value:
    """Raises RuntimeError unless the metadata that is given is the tensor's."""
    for name, wanted, have in (("sizes", size, a.sizes), ("strides", stride, a.strides)):
        if wanted is None:
            continue
        message = f"Tensor {name} mismatch! Expected: {list(wanted)}, Got: {list(have)}"
        if len(wanted) != len(have):
            raise RuntimeError(message)
        for left, right in zip(wanted, have, strict=True):
            if left is not right:
                ctx.require(eq(left, right), message)
    for name, expected, got in (("dtype", dtype, a.dtype), ("device", device, a.device), ("layout", layout, a.layout)):
        if expected is not None and expected != got:
            raise RuntimeError(f"Tensor {name} mismatch! Expected: {expected}, Got: {got}")
    return None


def _constrain(ctx: Context, size: Scalar, min: int | None, max: int | None) -> None:
    low, high = _LEAST if min is None else min, _LARGEST if max is None else max
    message = f"Invalid value range for {size} between [{low}, {high}]."
    if low > high:
        raise RuntimeError(f"Max must be greater than or equal to min. Got min={low} max={high}")
    for bound, of_int, of_float in ((min, ge, float_ge), (max, le, float_le)):
        if bound is None:
            continue
        if isinstance(size, (int, IntTerm)):
            condition = of_int(size, bound)
        else:
            condition = of_float(to_real(size), float(bound))
        if condition is not True:
            ctx.require(condition, message)


@shape("aten.sym_constrain_range.default")
def sym_constrain_range(ctx: Context, size: Scalar, min: int | None, max: int | None) -> Value:
    """Raises RuntimeError at run time unless the number lies between the bounds."""
    _constrain(ctx, size, min, max)
    return None


@shape("aten.sym_constrain_range_for_size.default")
def sym_constrain_range_for_size(ctx: Context, size: Scalar, min: int | None, max: int | None) -> Value:
    """The same, 0 being the least where no other bound is given; a symbol with a bound is size-like from now on."""
    if isinstance(size, IntTerm) and (min is not None or max is not None):
        ctx.declare_size(size)  # before its range, which may make a number of it
    _constrain(ctx, size, 0 if min is None else min, max)
    return None


@shape("aten._functional_sym_constrain_range.default")
def functional_sym_constrain_range(
    ctx: Context, size: Scalar, min: int | None, max: int | None, dep_token: FakeTensor
) -> Value:
    """As ``sym_constrain_range``, ordered by a token."""
    sym_constrain_range(ctx, size, min, max)
    return dep_token


@shape("aten._functional_sym_constrain_range_for_size.default")
def functional_sym_constrain_range_for_size(
    ctx: Context, size: Scalar, min: int | None, max: int | None, dep_token: FakeTensor
) -> Value:
    """As ``sym_constrain_range_for_size``, ordered by a token."""
    sym_constrain_range_for_size(ctx, size, min, max)
    return dep_token
