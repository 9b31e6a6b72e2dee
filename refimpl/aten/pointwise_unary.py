"""Elementwise operators of one tensor, in groups by the dtype of their result.

Arguments after the tensor are numbers that change values only.
"""

from __future__ import annotations

from dataclasses import replace

from refimpl.aten._elementwise import dense, elementwise, like, pointwise
from refimpl.aten._in_place import require_fits, require_no_overlap, scalar_type_name
from refimpl.aten._kernels import BOOLS, EXACT, missing_kernel, require_kernel
from refimpl.aten._promotion import Kind, Operand, complex_of, convert_kind, real_of
from refimpl.aten._registry import ShapeFunction, shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []

_INT_TO_FLOAT = """
    acos acosh arccos arccosh asin asinh arcsin arcsinh atan atanh arctan arctanh cos cosh sin sinh tan tanh
    exp exp2 expm1 log log10 log1p log2 sqrt rsqrt reciprocal sigmoid logit sinc
    erf erfc erfinv lgamma digamma i0
    special_airy_ai special_bessel_j0 special_bessel_j1 special_bessel_y0 special_bessel_y1 special_digamma
    special_entr special_erf special_erfc special_erfcx special_erfinv special_exp2 special_expit special_expm1
    special_gammaln special_i0 special_i0e special_i1 special_i1e special_log1p special_log_ndtr special_logit
    special_modified_bessel_i0 special_modified_bessel_i1 special_modified_bessel_k0 special_modified_bessel_k1
    special_ndtr special_ndtri special_psi special_scaled_modified_bessel_k0
    special_scaled_modified_bessel_k1 special_sinc special_spherical_bessel_j0
"""
_SAME = """
    frac round special_round sgn _conj_physical elu celu selu gelu silu mish hardsigmoid hardswish leaky_relu
    log_sigmoid hardshrink softshrink softplus threshold
"""
_ALWAYS_BOOL = "isnan isinf isfinite isreal signbit logical_not"

# Those that have no image of booleans, in kernels of that name.
_KERNELS = {
    "frac": "frac_cpu", "elu": "elu_cpu", "celu": "elu_cpu", "selu": "elu_cpu", "leaky_relu": "leaky_relu_cpu",
    "hardshrink": "hardshrink_cpu", "softplus": "softplus_cpu", "softshrink": "softshrink_check",
    "log_sigmoid": "log_sigmoid_cpu",
}  # fmt: skip
# Those that have none of integers either: always, or where their first number is a float, but for this one.
_OF_FLOATS = ("elu", "selu", "softshrink")
_WITH_INTEGERS = {"celu": 1.0, "leaky_relu": None, "softplus": None}


def _group(names: str, kind: Kind) -> None:
    """Register operators whose result is the tensor's elementwise image, its dtype converted by the kind."""

    def function(ctx: Context, self: FakeTensor, *_: object) -> FakeTensor:
        return pointwise(ctx, kind, self)

    def with_kernel(name: str, kernel: str) -> ShapeFunction:
        def checked(ctx: Context, self: FakeTensor, *numbers: object) -> FakeTensor:
            scaled = name in _WITH_INTEGERS and isinstance(numbers[0], float) and numbers[0] != _WITH_INTEGERS[name]
            require_kernel(kernel, self.dtype, EXACT if scaled or name in _OF_FLOATS else BOOLS)
            return function(ctx, self)

        return checked

    for name in names.split():
        kernel = _KERNELS.get(name)
        shape(f"aten.{name}.default")(function if kernel is None else with_kernel(name, kernel))


_group(_INT_TO_FLOAT, Kind.INT_TO_FLOAT)
_group(_SAME, Kind.DEFAULT)
_group(_ALWAYS_BOOL, Kind.ALWAYS_BOOL)
_group("abs absolute", Kind.COMPLEX_TO_FLOAT)
_group("square", Kind.BOOL_TO_LONG)


@shape("aten.abs_.default", "aten.absolute_.default")
def abs_in_place(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The absolute values of real numbers written over them."""
    if self.dtype.is_complex:
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    require_no_overlap(ctx, self)
    return self


def _real(name: str, kind: Kind, error: type[Exception], of_complex: str, of_bool: str | None = None) -> None:
    """Register an operator as ``_group`` does; it refuses complex numbers, and booleans if ``of_bool`` says how."""

    def function(ctx: Context, self: FakeTensor, *_: object) -> FakeTensor:
        if self.dtype.is_complex:
            raise error(of_complex)
        if of_bool is not None and self.dtype is DType.bool:
            raise RuntimeError(of_bool)
        return pointwise(ctx, kind, self)

    shape(f"aten.{name}.default")(function)


for _name, _kernel in (("ceil", "ceil"), ("floor", "floor"), ("trunc", "trunc"), ("fix", "trunc")):
    _real(_name, Kind.DEFAULT, NotImplementedError, f"{_kernel} is not supported for complex inputs")  # PyTorch's class
for _name in ("isneginf", "isposinf"):
    _real(_name, Kind.ALWAYS_BOOL, RuntimeError, f"{_name} does not support complex inputs.")
_CLAMP = "clamp is not supported for complex types"
_real("relu", Kind.DEFAULT, NotImplementedError, _CLAMP, "Boolean inputs not supported for relu")  # PyTorch's own class
_BOOL = "Bool inputs not supported for hardtanh"
_real("relu6", Kind.DEFAULT, NotImplementedError, _CLAMP, _BOOL)  # PyTorch's class


@shape("aten.hardtanh.default")
def hardtanh(ctx: Context, self: FakeTensor, min_val: object, max_val: object) -> FakeTensor:
    """The same numbers, those outside of two limits moved to the nearer one."""
    if self.dtype.is_complex:
        raise NotImplementedError(_CLAMP)  # PyTorch's class
    if self.dtype is DType.bool:
        raise RuntimeError(_BOOL)
    negative = any(isinstance(limit, (int, float)) and limit <= -1 for limit in (min_val, max_val))
    if self.dtype is DType.uint8 and negative:
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    return pointwise(ctx, Kind.DEFAULT, self)


@shape("aten.nan_to_num.default")
def nan_to_num(ctx: Context, self: FakeTensor, *_: object) -> FakeTensor:
    """The same numbers with others for NaN and infinity."""
    if self.dtype is DType.complex32:
        raise missing_kernel("nan_to_num", self.dtype)
    return like(ctx, self)


@shape("aten.round.decimals")
def round_decimals(ctx: Context, self: FakeTensor, decimals: int) -> FakeTensor:
    """Rounding to decimals keeps the dtype."""
    return like(ctx, self)


@shape("aten.polygamma.default", "aten.special_polygamma.default")
def polygamma(ctx: Context, n: int, self: FakeTensor) -> FakeTensor:
    """The n-th derivative of digamma. Raises RuntimeError for a negative ``n``."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return pointwise(ctx, Kind.INT_TO_FLOAT, self)


@shape("aten.polygamma_.default")
def polygamma_in_place(ctx: Context, self: FakeTensor, n: int) -> FakeTensor:
    """``polygamma`` in place, which takes its arguments in the other order."""
    made = polygamma(ctx, n, self)
    require_fits(ctx, self, made.sizes, made.dtype)
    require_no_overlap(ctx, self)
    return self


def _degrees(name: str) -> None:
    def function(ctx: Context, self: FakeTensor) -> FakeTensor:
        if self.dtype.is_complex:
            raise RuntimeError(f"{name} is not supported for complex tensors.")
        return pointwise(ctx, Kind.INT_TO_FLOAT, self)

    shape(f"aten.{name}.default")(function)


_degrees("deg2rad")
_degrees("rad2deg")


@shape("aten.mvlgamma.default", "aten.special_multigammaln.default")
def mvlgamma(ctx: Context, self: FakeTensor, p: int) -> FakeTensor:
    """The multivariate log-gamma function of ``p`` dimensions."""
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    if self.dtype is DType.bool:
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    return dense(ctx, self, self.sizes, convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype))


@shape("aten.mvlgamma_.default")
def mvlgamma_in_place(ctx: Context, self: FakeTensor, p: int) -> FakeTensor:
    """The same written over the numbers, which must be floats."""
    result = mvlgamma(ctx, self, p)
    if result.dtype is not self.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(result.dtype)
        raise RuntimeError(f"mvlgamma: result type {names[0]} can't be cast to the desired output type {names[1]}")
    require_no_overlap(ctx, self)
    return self


@shape("aten.neg.default", "aten.negative.default")
def neg(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The negation; booleans have none."""
    if self.dtype is DType.bool:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. "
            "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return like(ctx, self)


@shape("aten.positive.default")
def positive(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The tensor itself."""
    if self.dtype is DType.bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return self


@shape("aten.sign.default")
def sign(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The sign; complex numbers have ``sgn`` instead."""
    if self.dtype.is_complex:
        raise NotImplementedError(  # PyTorch's own class
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
        )
    return like(ctx, self)


@shape("aten.bitwise_not.default")
def bitwise_not(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The complement of integers and booleans."""
    if self.dtype.is_floating_point or self.dtype.is_complex:
        raise missing_kernel("bitwise_not_cpu", self.dtype)
    return like(ctx, self)


@shape("aten.angle.default")
def angle(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The argument of a number: real, and a float for integers."""
    return elementwise(ctx, (self,), real_of(convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype)))


@shape("aten.frexp.Tensor")
def frexp(ctx: Context, self: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    """Mantissa, and exponent as int32."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(
            f"torch.frexp() only supports floating-point dtypes, but got input dtype {scalar_type_name(self.dtype)}"
        )
    return like(ctx, self), like(ctx, self, DType.int32)


@shape("aten.conj_physical.default")
def conj_physical(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The conjugate, computed; a real tensor is its own."""
    return like(ctx, self) if self.dtype.is_complex else self


@shape("aten._conj.default")
def conj_view(ctx: Context, self: Operand) -> FakeTensor:
    """A view of complex numbers as their conjugates."""
    if not isinstance(self, FakeTensor) or not self.dtype.is_complex:
        raise RuntimeError("isComplexType(typeMetaToScalarType(dtype())) INTERNAL ASSERT FAILED")
    return lazily_marked(ctx, self)


@shape("aten._neg_view.default")
def lazily_marked(ctx: Context, self: FakeTensor) -> FakeTensor:
    """A view of the same elements that reads them conjugated (negated)."""
    return self.viewed(self.sizes, self.strides, self.offset)


@shape("aten.conj.default")
def conj(ctx: Context, self: FakeTensor) -> FakeTensor:
    """A conjugated view; a real tensor is its own conjugate."""
    return lazily_marked(ctx, self) if self.dtype.is_complex else self


@shape("aten.resolve_conj.default", "aten.resolve_neg.default")
def resolve(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The tensor itself, unless it is marked as conjugated (negated), which fake tensors don't track."""
    return self


def _component(self: FakeTensor, index: int) -> FakeTensor:
    """The real or imaginary parts of a complex tensor: every second number of its storage."""
    view = self.viewed(self.sizes, tuple(stride * 2 for stride in self.strides), self.offset * 2 + index)
    return replace(view, dtype=real_of(self.dtype))


@shape("aten.real.default")
def real(ctx: Context, self: FakeTensor) -> FakeTensor:
    """A view of the real parts; a real tensor itself."""
    return _component(self, 0) if self.dtype.is_complex else self


@shape("aten.imag.default")
def imag(ctx: Context, self: FakeTensor) -> FakeTensor:
    """A view of the imaginary parts."""
    if not self.dtype.is_complex:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return _component(self, 1)


_COMPLEX_OPERANDS = (DType.float16, DType.float32, DType.float64)


@shape("aten.complex.default", "aten.polar.default")
def complex_from(ctx: Context, real: FakeTensor, imag: FakeTensor) -> FakeTensor:
    """A complex tensor of two real ones, which have one dtype: half, float or double."""
    names = scalar_type_name(real.dtype), scalar_type_name(imag.dtype)
    if real.dtype not in _COMPLEX_OPERANDS or imag.dtype not in _COMPLEX_OPERANDS:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {names[0]} and {names[1]}"
        )
    if real.dtype is not imag.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {names[0]} but got scalar type {names[1]} for second argument"
        )
    dtype = complex_of(real.dtype)
    return elementwise(ctx, (real, imag), dtype, dtype)


@shape("aten.fill.Scalar", "aten.zero.default")
def filled(ctx: Context, self: FakeTensor, *_: object) -> FakeTensor:
    """A tensor like this one with a number everywhere."""
    return like(ctx, self)


@shape("aten.fill.Tensor")
def fill_tensor(ctx: Context, self: FakeTensor, value: Operand) -> FakeTensor:
    """A tensor like this one with the value of a tensor without dimensions everywhere."""
    if isinstance(value, FakeTensor) and value.sizes:
        raise RuntimeError(f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return like(ctx, self)
