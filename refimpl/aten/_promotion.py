"""Type promotion: the dtype of an operator on tensors and numbers (``c10::promoteTypes``, ``at::result_type``)."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Final, TypeAlias

from refimpl.aten._in_place import scalar_type_name
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Apply, IntTerm, Scalar, Symbol

__all__ = [
    "Kind",
    "Number",
    "Operand",
    "complex_of",
    "computed_in",
    "convert_kind",
    "element_dtype",
    "number_category",
    "promote_types",
    "real_of",
    "result_type",
]

Number: TypeAlias = Scalar | complex
Operand: TypeAlias = FakeTensor | Number

_BAREBONES: Final = frozenset((DType.uint16, DType.uint32, DType.uint64))
_FLOAT8: Final = frozenset(
    (DType.float8_e4m3fn, DType.float8_e5m2, DType.float8_e4m3fnuz, DType.float8_e5m2fnuz, DType.float8_e8m0fnu)
)
_COMPLEX: Final = {DType.float16: DType.complex32, DType.float64: DType.complex128}
_WIDE: Final = {DType.float16: DType.float32, DType.bfloat16: DType.float32, DType.complex32: DType.complex64}
_REAL: Final = {
    DType.complex32: DType.float16,
    DType.complex64: DType.float32,
    DType.complex128: DType.float64,
}


class Kind(Enum):
    """How an elementwise operator turns the promoted dtype of its operands into that of its result."""

    DEFAULT = "the promoted dtype (add)"
    INT_TO_FLOAT = "integers and booleans become the default float (sin, div)"
    COMPLEX_TO_FLOAT = "complex becomes its real dtype (abs)"
    BOOL_TO_LONG = "booleans become int64 (pow)"
    ALWAYS_BOOL = "bool (eq)"


def complex_of(dtype: DType) -> DType:
    """The complex dtype with that real part (bfloat16 and float32 give complex64); complex stays."""
    return dtype if dtype.is_complex else _COMPLEX.get(dtype, DType.complex64)


def real_of(dtype: DType) -> DType:
    """The real dtype of a complex one; any other stays."""
    return _REAL.get(dtype, dtype)


@cache
def promote_types(left: DType, right: DType) -> DType:
    """The smallest dtype to which both convert.

    Raises RuntimeError for two different float8, or an unsigned type over 8 bits with one not floating.
    """
    if left is right:
        return left
    if left in _FLOAT8 or right in _FLOAT8:
        raise RuntimeError(
            "Promotion for Float8 Types is not supported, "
            f"attempted to promote {scalar_type_name(left)} and {scalar_type_name(right)}"
        )
    if left in _BAREBONES or right in _BAREBONES:
        return _with_barebones(left, right)
    if left.category < right.category:
        left, right = right, left
    match left.category:
        case Category.COMPLEX:
            return _wider_complex(left, right)
        case Category.FLOATING:
            if right.category is not Category.FLOATING:
                return left
            if left.itemsize == right.itemsize:
                return DType.float32
            return left if left.itemsize > right.itemsize else right
        case Category.INTEGRAL:
            return left if right is DType.bool else _wider_integer(left, right)
        case Category.BOOL:
            return DType.bool


def _with_barebones(left: DType, right: DType) -> DType:
    """An unsigned type over 8 bits promotes with floating point types only."""
    for dtype in (left, right):
        if dtype.is_floating_point:
            return dtype
    raise RuntimeError(
        "Promotion for uint16, uint32, uint64 types is not supported, "
        f"attempted to promote {scalar_type_name(left)} and {scalar_type_name(right)}"
    )


def _wider_complex(left: DType, right: DType) -> DType:
    if right.category < Category.FLOATING:
        return left
    other = complex_of(right)
    return left if left.itemsize >= other.itemsize else other


def _wider_integer(left: DType, right: DType) -> DType:
    if left.itemsize == right.itemsize:
        return DType.int16
    return left if left.itemsize > right.itemsize else right


def number_category(number: Number) -> Category:
    """The category of a Python number or term."""
    match number:
        case bool():
            return Category.BOOL
        case int() | IntTerm():
            return Category.INTEGRAL
        case float() | Symbol() | Apply():
            return Category.FLOATING
        case complex():
            return Category.COMPLEX
        case _:
            return Category.BOOL


def _number_dtype(ctx: Context, number: Number) -> DType:
    match number_category(number):
        case Category.BOOL:
            return DType.bool
        case Category.INTEGRAL:
            return DType.int64
        case Category.FLOATING:
            return ctx.default_dtype
        case Category.COMPLEX:
            return complex_of(ctx.default_dtype)


def _combine(higher: DType | None, lower: DType | None) -> DType | None:
    """The dtype of higher priority unless the lower one has a higher category."""
    if higher is None or lower is None:
        return lower if higher is None else higher
    if higher.is_complex:
        return higher
    if higher.is_floating_point:
        return complex_of(higher) if lower.is_complex else higher
    if higher is DType.bool or lower.is_floating_point or lower.is_complex:
        return promote_types(higher, lower)
    return higher


def result_type(ctx: Context, *operands: Operand | None) -> DType:
    """The common dtype: tensors with dimensions decide, then tensors without, then numbers (``at::result_type``).

    A lower group matters only when its category is higher. Absent operands are skipped.
    """
    dim: DType | None = None
    zero: DType | None = None
    number: DType | None = None
    for operand in operands:
        if isinstance(operand, FakeTensor):
            dtype = operand.dtype
            if operand.sizes:
                dim = dtype if dim is None or dim is dtype else promote_types(dim, dtype)
            else:
                zero = dtype if zero is None or zero is dtype else promote_types(zero, dtype)
        elif operand is not None:
            dtype = _number_dtype(ctx, operand)
            number = dtype if number is None or number is dtype else promote_types(number, dtype)
    if zero is None and number is None and dim is not None:
        return dim
    found = _combine(dim, _combine(zero, number))
    if found is None:
        raise ValueError("type promotion needs an operand")
    return found


def convert_kind(ctx: Context, kind: Kind, dtype: DType) -> DType:
    """The dtype of the result, given the promoted dtype of the operands."""
    if kind is Kind.DEFAULT:
        return dtype
    if kind is Kind.INT_TO_FLOAT:
        return ctx.default_dtype if dtype.category < Category.FLOATING else dtype
    if kind is Kind.ALWAYS_BOOL:
        return DType.bool
    if kind is Kind.COMPLEX_TO_FLOAT:
        return real_of(dtype)
    return DType.int64 if dtype is DType.bool else dtype


def computed_in(ctx: Context, kind: Kind, dtype: DType) -> DType:
    """The dtype that the elements are computed in, given the promoted dtype: wider than 16 bits."""
    if kind is Kind.ALWAYS_BOOL or kind is Kind.COMPLEX_TO_FLOAT:
        return _WIDE.get(dtype, dtype)
    converted = convert_kind(ctx, kind, dtype)
    return _WIDE.get(converted, converted)


def element_dtype(ctx: Context, kind: Kind, *operands: Operand | None) -> DType:
    """The dtype of an elementwise operator of that kind on these operands."""
    return convert_kind(ctx, kind, result_type(ctx, *operands))
