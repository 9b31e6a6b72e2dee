"""Comparisons, logical and bitwise operators of two operands, and choices between operands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._broadcast import expand
from refimpl.aten._elementwise import converted, dense, elementwise, like, pointwise
from refimpl.aten._in_place import require_fits, require_no_overlap, scalar_type_name
from refimpl.aten._kernels import missing_kernel
from refimpl.aten._promotion import Kind, Operand, computed_in, result_type
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []

_COMPARISONS = "eq ne lt le gt ge not_equal less less_equal greater greater_equal"
_ORDERED = frozenset(["lt", "le", "gt", "ge", "less", "less_equal", "greater", "greater_equal"])


def _comparison(name: str) -> None:
    ordered = name in _ORDERED

    def function(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
        result = pointwise(ctx, Kind.ALWAYS_BOOL, self, other)
        if ordered:
            dtype = result_type(ctx, self, other)
            if dtype.is_complex:
                raise missing_kernel(f"{name}_cpu", dtype)
        return result

    shape(f"aten.{name}.Tensor", f"aten.{name}.Scalar")(function)


for _name in _COMPARISONS.split():
    _comparison(_name)


@shape("aten.logical_and.default", "aten.logical_or.default", "aten.logical_xor.default")
def logical(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """A logical connective of any two dtypes; numbers are expanded before they are turned into booleans."""
    made = elementwise(ctx, (self, other), DType.bool, DType.bool)
    if not isinstance(other, FakeTensor) or self.sizes == other.sizes or self.dtype is other.dtype is DType.bool:
        return made
    wholes = [t if t.dtype is DType.bool else like(ctx, expand(ctx, t, made.sizes)) for t in (self, other)]
    return elementwise(ctx, wholes, DType.bool)


def _bitwise(kernel: str, name: str, overloads: Sequence[str], *, bools: bool = True) -> None:
    """The kernel under a name, by itself and in place: there what does not fit is refused before the dtype."""

    def require_integers(dtype: DType) -> None:
        if dtype.category not in (Category.INTEGRAL, Category.BOOL) or (dtype is DType.bool and not bools):
            raise missing_kernel(f"{kernel}_cpu", dtype)

    def combined(ctx: Context, self: Operand, other: Operand) -> FakeTensor:
        dtype = result_type(ctx, self, other)
        return elementwise(ctx, (self, other), dtype, dtype)

    def function(ctx: Context, self: Operand, other: Operand) -> FakeTensor:
        result = combined(ctx, self, other)
        require_integers(result.dtype)
        return result

    def written(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
        result = combined(ctx, self, other)
        require_fits(ctx, self, result.sizes, result.dtype)
        require_no_overlap(ctx, self)
        require_integers(result.dtype)
        return self

    shape(*(f"aten.{name}.{overload}" for overload in overloads))(function)
    in_place = f"__i{name[2:]}" if name.startswith("__") else f"{name}_"
    shape(*(f"aten.{in_place}.{overload}" for overload in overloads if overload != "Scalar_Tensor"))(written)


for _name in ("and", "or", "xor"):
    _bitwise(f"bitwise_{_name}", f"bitwise_{_name}", ("Tensor", "Scalar", "Scalar_Tensor"))
    _bitwise(f"bitwise_{_name}", f"__{_name}__", ("Tensor", "Scalar"))
for _name, _python in (("left_shift", "lshift"), ("right_shift", "rshift")):
    _bitwise(_python, f"bitwise_{_name}", ("Tensor", "Tensor_Scalar", "Scalar_Tensor"))
    _bitwise(_python, f"__{_python}__", ("Tensor", "Scalar"), bools=False)


@shape("aten.isclose.default")
def isclose(ctx: Context, self: FakeTensor, other: FakeTensor, rtol: float, atol: float, equal_nan: bool) -> FakeTensor:
    """Whether elements of two tensors of one dtype are close."""
    if self.dtype is not other.dtype:
        raise RuntimeError(f"{scalar_type_name(self.dtype)} did not match {scalar_type_name(other.dtype)}")
    return pointwise(ctx, Kind.ALWAYS_BOOL, self, other)


@shape("aten.where.self", "aten.where.Scalar", "aten.where.ScalarOther", "aten.where.ScalarSelf")
def where(ctx: Context, condition: FakeTensor, self: Operand, other: Operand) -> FakeTensor:
    """Elements of ``self`` where the condition holds, of ``other`` elsewhere."""
    if condition.dtype is not DType.bool and condition.dtype is not DType.uint8:
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{scalar_type_name(condition.dtype)}"
        )
    dtype = result_type(ctx, self, other)
    # A number is a tensor without dimensions here.
    choices = [choice if isinstance(choice, FakeTensor) else dense(ctx, condition, ()) for choice in (self, other)]
    choices = [converted(ctx, choice, dtype) for choice in choices]
    return elementwise(ctx, (condition, *choices), dtype)


@shape("aten.maximum.default", "aten.minimum.default", "aten.max.other", "aten.min.other")
def extremum(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """The larger (smaller) of two real elements."""
    dtype = result_type(ctx, self, other)
    if dtype.is_complex:
        raise RuntimeError("maximum not implemented for complex tensors.")
    return pointwise(ctx, Kind.DEFAULT, self, other)


@shape("aten.fmax.default", "aten.fmin.default")
def float_extremum(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """The larger (smaller) of two real elements; NaN only if both are."""
    dtype = result_type(ctx, self, other)
    if dtype.is_complex:
        raise RuntimeError("fmax not implemented for complex tensors.")
    return pointwise(ctx, Kind.DEFAULT, self, other)


@shape("aten.clamp.default", "aten.clip.default", "aten.clamp.Tensor", "aten.clip.Tensor")
def clamp(ctx: Context, self: FakeTensor, min: Operand | None, max: Operand | None) -> FakeTensor:
    """Elements limited from below and above; absent limits don't take part."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    return _clamped(ctx, self, min, max)


@shape("aten.clamp_min.default", "aten.clamp_min.Tensor", "aten.clamp_max.default", "aten.clamp_max.Tensor")
def clamp_one(ctx: Context, self: FakeTensor, limit: Operand) -> FakeTensor:
    """Elements limited from one side."""
    return _clamped(ctx, self, limit)


def _clamped(ctx: Context, self: FakeTensor, *limits: Operand | None) -> FakeTensor:
    """Limited one after the other, as fake tensors do: a comparison and a choice lay out each result."""
    if self.dtype.is_complex:
        raise NotImplementedError("clamp is not supported for complex types")  # PyTorch's own class
    dtype = result_type(ctx, self, *limits)
    computed = computed_in(ctx, Kind.DEFAULT, dtype)
    made = converted(ctx, self, computed)
    for limit in limits:
        if limit is None:
            continue
        bound = converted(ctx, limit, computed) if isinstance(limit, FakeTensor) else limit
        beyond = elementwise(ctx, (made, bound), DType.bool)
        beyond = elementwise(ctx, (beyond, elementwise(ctx, (made,), DType.bool)), DType.bool)
        made = elementwise(ctx, (beyond, made, bound), computed)
    return replace(made, dtype=dtype)
