"""Elementwise arithmetic of two and three operands."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._elementwise import converted, elementwise, expanded, like, pointwise
from refimpl.aten._in_place import cxx_type, in_place, require_fits, require_no_overlap, scalar_type_name
from refimpl.aten._kernels import BOOLS, COMPLEX, EXACT, require_kernel
from refimpl.aten._promotion import Kind, Number, Operand, computed_in, element_dtype, number_category, result_type
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []

_PRODUCTS = "mul.Tensor mul.Scalar multiply.Tensor multiply.Scalar"
_QUOTIENTS = "div.Tensor div.Scalar divide.Tensor divide.Scalar true_divide.Tensor true_divide.Scalar"
_DEFAULT = """
    remainder.Tensor remainder.Scalar remainder.Scalar_Tensor
    fmod.Tensor fmod.Scalar hypot.default gcd.default
"""
_INT_TO_FLOAT = """
    atan2.default arctan2.default
    xlogy.Scalar_Other xlogy.Scalar_Self special_xlogy.other_scalar
    special_xlogy.self_scalar special_xlog1py.other_scalar special_xlog1py.self_scalar
    igamma.default igammac.default special_gammainc.default special_gammaincc.default
    special_zeta.default special_zeta.other_scalar special_zeta.self_scalar
"""
_POLYNOMIALS = """
    chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w
    hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p
    shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u
    shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w
"""


def _group(names: Sequence[str], kind: Kind, *, short: bool = False) -> None:
    """Register operators on two operands, tensors or numbers, that broadcast and promote."""

    def function(ctx: Context, self: Operand, other: Operand) -> FakeTensor:
        return pointwise(ctx, kind, self, other, short=short)

    shape(*(f"aten.{name}" for name in names))(function)


_group(_PRODUCTS.split(), Kind.DEFAULT, short=True)
_group(_QUOTIENTS.split(), Kind.INT_TO_FLOAT, short=True)
_group(_DEFAULT.split(), Kind.DEFAULT)
_group(_INT_TO_FLOAT.split(), Kind.INT_TO_FLOAT)


def _unwidened(names: Sequence[str], kind: Kind) -> None:
    """Register such operators on two operands that compute 16 bits as they are."""

    def function(ctx: Context, self: Operand, other: Operand) -> FakeTensor:
        dtype = element_dtype(ctx, kind, self, other)
        return elementwise(ctx, (self, other), dtype, dtype)

    shape(*(f"aten.{name}" for name in names))(function)


_unwidened(["nextafter.default"], Kind.DEFAULT)
_unwidened(
    [f"special_{name}.{over}" for name in _POLYNOMIALS.split() for over in ("default", "x_scalar", "n_scalar")],
    Kind.INT_TO_FLOAT,
)


def _with_alpha(ctx: Context, self: Operand, other: Operand, alpha: Number) -> FakeTensor:
    dtype = result_type(ctx, self, other)
    if alpha is not True and alpha is not False and alpha == 1:
        return pointwise(ctx, Kind.DEFAULT, self, other, short=True)
    kind = number_category(alpha)
    if kind is Category.BOOL and dtype is not DType.bool:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if kind >= Category.FLOATING and dtype.category < Category.FLOATING:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if kind is Category.COMPLEX and not dtype.is_complex:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    made = pointwise(ctx, Kind.DEFAULT, self, other, short=True)
    if not isinstance(self, FakeTensor) or not isinstance(other, FakeTensor):
        return made
    term, scaled = expanded(ctx, self, converted(ctx, other, dtype))
    return elementwise(ctx, (term, scaled if not scaled.sizes else like(ctx, scaled)), dtype, dtype)


@shape("aten.add.Tensor", "aten.add.Scalar")
def add(ctx: Context, self: FakeTensor, other: Operand, alpha: Number) -> FakeTensor:
    """``self + alpha * other``."""
    return _with_alpha(ctx, self, other, alpha)


def _is_bool(operand: Operand) -> bool:
    return (operand.dtype is DType.bool) if isinstance(operand, FakeTensor) else isinstance(operand, bool)


@shape("aten.rsub.Tensor", "aten.rsub.Scalar")
def rsub(ctx: Context, self: FakeTensor, other: Operand, alpha: Number) -> FakeTensor:
    """``other - alpha * self``."""
    return sub(ctx, other, self, alpha)


@shape("aten.sub.Tensor", "aten.sub.Scalar", "aten.subtract.Tensor", "aten.subtract.Scalar")
def sub(ctx: Context, self: Operand, other: Operand, alpha: Number) -> FakeTensor:
    """``self - alpha * other``; booleans have no difference."""
    if _is_bool(self) or _is_bool(other):
        if _is_bool(self) and _is_bool(other):
            raise RuntimeError(
                "Subtraction, the `-` operator, with two bool tensors is not supported. "
                "Use the `^` or `logical_xor()` operator instead."
            )
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. "
            "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return _with_alpha(ctx, self, other, alpha)


@shape("aten.div.Tensor_mode", "aten.div.Scalar_mode", "aten.divide.Tensor_mode", "aten.divide.Scalar_mode")
def div_mode(ctx: Context, self: FakeTensor, other: Operand, rounding_mode: str | None) -> FakeTensor:
    """A quotient, true or rounded; only the true one turns integers into floats."""
    if rounding_mode is None:
        return pointwise(ctx, Kind.INT_TO_FLOAT, self, other)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    if rounding_mode == "floor":
        return _floored(ctx, self, other)
    return like(ctx, pointwise(ctx, Kind.DEFAULT, self, other))


@shape("aten.pow.Tensor_Tensor", "aten.pow.Tensor_Scalar", "aten.pow.Scalar")
def pow(ctx: Context, self: Operand, exponent: Operand) -> FakeTensor:
    """A power; an integer tensor has no negative one."""
    dtype = result_type(ctx, self, exponent)
    negative = isinstance(exponent, int) and exponent < 0
    if negative and dtype.category is Category.INTEGRAL:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    return pointwise(ctx, Kind.BOOL_TO_LONG, self, exponent)


shape("aten.pow_.Tensor", "aten.pow_.Scalar")(in_place(pow))


@shape("aten.float_power.Tensor_Tensor", "aten.float_power.Tensor_Scalar", "aten.float_power.Scalar")
def float_power(ctx: Context, self: Operand, exponent: Operand) -> FakeTensor:
    """A power computed in double precision."""
    dtype = DType.complex128 if result_type(ctx, self, exponent).is_complex else DType.float64
    return elementwise(ctx, (self, exponent), dtype, dtype)


@shape("aten.float_power_.Tensor", "aten.float_power_.Scalar")
def float_power_in_place(ctx: Context, self: FakeTensor, exponent: Operand) -> FakeTensor:
    """The power written into a tensor that is already of double precision."""
    dtype = DType.complex128 if result_type(ctx, self, exponent).is_complex else DType.float64
    if self.dtype is not dtype:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {scalar_type_name(self.dtype)} but the operation's result "
            f"requires dtype {scalar_type_name(dtype)}"
        )
    require_fits(ctx, self, float_power(ctx, self, exponent).sizes, dtype)
    require_no_overlap(ctx, self)
    return self


@shape("aten.ldexp.Tensor")
def ldexp(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """``self * 2.0 ** other``."""
    power = pointwise(ctx, Kind.DEFAULT, 2.0, other) if isinstance(other, FakeTensor) else 2.0
    return pointwise(ctx, Kind.DEFAULT, self, power)


@shape("aten.ldexp_.default")
def ldexp_in_place(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """``ldexp`` in place. Raises RuntimeError unless its floats fit."""
    made = ldexp(ctx, self, other)
    if self.dtype.category in EXACT:
        raise RuntimeError(f"ldexp can't be cast to the desired output type {scalar_type_name(self.dtype)}")
    require_no_overlap(ctx, self)
    require_fits(ctx, self, made.sizes, made.dtype)
    return self


@shape("aten.copysign.Tensor", "aten.copysign.Scalar")
def copysign(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """Magnitudes with the signs of others, which choose."""
    dtype = element_dtype(ctx, Kind.INT_TO_FLOAT, self, other)
    if not isinstance(other, FakeTensor):
        return elementwise(ctx, (self,), dtype)
    magnitude, sign = expanded(ctx, converted(ctx, self, dtype), converted(ctx, other, dtype))
    return elementwise(ctx, (like(ctx, sign), like(ctx, magnitude)), dtype)


@shape("aten.lcm.default")
def lcm(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The least common multiple; booleans have none."""
    require_kernel("lcm_cpu", result_type(ctx, self, other), BOOLS)
    return pointwise(ctx, Kind.DEFAULT, self, other)


@shape("aten.logaddexp2.default")
def logaddexp2(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The same of powers of 2, which are real."""
    require_kernel("logaddexp2_cpu", result_type(ctx, self, other), BOOLS | COMPLEX)
    return logaddexp(ctx, self, other)


@shape("aten.logaddexp.default")
def logaddexp(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The logarithm of a sum of powers, taken from the larger one."""
    require_kernel("logaddexp_cpu", result_type(ctx, self, other), BOOLS)
    made = pointwise(ctx, Kind.DEFAULT, self, other)
    if self.strides == made.strides == other.strides:
        return made
    made = like(ctx, made)
    if made.dtype.is_complex:
        return made
    first, _ = expanded(ctx, converted(ctx, self, made.dtype), other)
    # Whether the first operand is finite is asked in two steps.
    finite = like(ctx, like(ctx, first))
    return elementwise(ctx, (elementwise(ctx, (finite, made), made.dtype), first, made), made.dtype)


@shape("aten.heaviside.default")
def heaviside(ctx: Context, self: FakeTensor, values: FakeTensor) -> FakeTensor:
    """The step function, with ``values`` at 0; both have one dtype, which is real."""
    if self.dtype.is_complex or values.dtype.is_complex:
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if self.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    dtype = computed_in(ctx, Kind.DEFAULT, self.dtype)
    steps, chosen = expanded(ctx, converted(ctx, self, dtype), converted(ctx, values, dtype))
    return elementwise(ctx, (like(ctx, steps), chosen), self.dtype)


def _same_dtype(self: FakeTensor, other: FakeTensor, argument: str) -> None:
    if self.dtype is not other.dtype:
        raise RuntimeError(f"expected dtype {cxx_type(self)} for `{argument}` but got dtype {cxx_type(other)}")


@shape("aten.lerp.Scalar")
def lerp_scalar(ctx: Context, self: FakeTensor, end: FakeTensor, weight: Number) -> FakeTensor:
    """Between two tensors of one dtype."""
    _same_dtype(self, end, "end")
    return elementwise(ctx, (self, end), self.dtype)


@shape("aten.lerp.Tensor")
def lerp_tensor(ctx: Context, self: FakeTensor, end: FakeTensor, weight: Operand) -> FakeTensor:
    """Between two tensors of one dtype, the weight a tensor too, of that dtype if it has dimensions."""
    _same_dtype(self, end, "end")
    if isinstance(weight, FakeTensor) and weight.ndim:
        _same_dtype(self, weight, "weight")
    return elementwise(ctx, (self, end, weight), result_type(ctx, self, end, weight))


@shape("aten.addcmul.default")
def addcmul(ctx: Context, self: FakeTensor, tensor1: FakeTensor, tensor2: FakeTensor, value: Number) -> FakeTensor:
    """``self + value * tensor1 * tensor2``."""
    dtype = result_type(ctx, self, tensor1, tensor2)
    return elementwise(ctx, (self, tensor1, tensor2), dtype, dtype)


@shape("aten.addcdiv.default")
def addcdiv(ctx: Context, self: FakeTensor, tensor1: FakeTensor, tensor2: FakeTensor, value: Number) -> FakeTensor:
    """``self + value * tensor1 / tensor2``; integers don't divide here."""
    if not any(t.dtype.is_floating_point or t.dtype.is_complex for t in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform "
            "a true division of tensor1 and tensor2."
        )
    return addcmul(ctx, self, tensor1, tensor2, value)


def _floored(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """A quotient rounded down; of floats it is laid out as the expanded divisor, compared with 0 at the end."""
    dtype = result_type(ctx, self, other)
    require_kernel("div_floor_cpu", dtype, BOOLS)
    if dtype.is_complex:
        raise RuntimeError(f"torch.{dtype.name} not supported for floor_divide")
    quotient = pointwise(ctx, Kind.DEFAULT, self, other)
    if self.strides == quotient.strides and (not isinstance(other, FakeTensor) or other.strides == quotient.strides):
        return quotient
    if not quotient.dtype.is_floating_point or not isinstance(other, FakeTensor):
        return like(ctx, quotient)
    _, divisor = expanded(ctx, self, converted(ctx, other, quotient.dtype))
    return elementwise(ctx, (like(ctx, divisor), quotient), quotient.dtype)


@shape("aten.floor_divide.default", "aten.floor_divide.Scalar")
def floor_divide(ctx: Context, self: FakeTensor, other: Operand) -> FakeTensor:
    """The quotient rounded down."""
    return _floored(ctx, self, other)


@shape("aten.xlogy.Tensor", "aten.special_xlogy.default", "aten.special_xlog1py.default")
def xlogy(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """A product with a logarithm, which is asked first whether it is NaN."""
    made = pointwise(ctx, Kind.INT_TO_FLOAT, self, other)
    if self.strides == made.strides == other.strides:
        return made
    product = elementwise(ctx, (like(ctx, converted(ctx, self, made.dtype)), made), made.dtype)
    return elementwise(ctx, (like(ctx, converted(ctx, other, made.dtype)), product), made.dtype)
