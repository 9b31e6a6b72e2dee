"""Reductions: sums, means, extrema, logic, norms and moments over some or all dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import COMPLEX, require_kernel
from refimpl.aten._promotion import Kind, convert_kind, real_of
from refimpl.aten._reduction import (
    all_dims,
    mean_dtype,
    reduce,
    reduce_dim,
    require_elements,
    require_nonempty,
    some_dims,
    sum_dtype,
)
from refimpl.aten._registry import shape
from refimpl.aten._unbacked import decided
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, ge, land, le

__all__: list[str] = []

_UNSPECIFIED = (
    "Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
)


@shape("aten.sum.default", "aten.prod.default")
def sum_all(ctx: Context, self: FakeTensor, dtype: DType | None) -> FakeTensor:
    """The sum (product) of all elements."""
    return dense(ctx, self, (), sum_dtype(self, dtype))


@shape("aten.nansum.default")
def nansum(ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None) -> FakeTensor:
    """The sum of the elements that are no NaN."""
    if self.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")
    return sum_dims(ctx, self, dim, keepdim, dtype)


@shape("aten.sum.dim_IntList")
def sum_dims(
    ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The sum over dimensions; no dimension given means all."""
    return reduce(ctx, self, all_dims(self, dim), keepdim, sum_dtype(self, dtype))


@shape("aten.prod.dim_int")
def prod_dim(ctx: Context, self: FakeTensor, dim: int, keepdim: bool, dtype: DType | None) -> FakeTensor:
    """The product over one dimension."""
    return reduce_dim(ctx, self, dim, keepdim, sum_dtype(self, dtype))


@shape("aten.mean.default")
def mean_all(ctx: Context, self: FakeTensor, dtype: DType | None) -> FakeTensor:
    """The mean of all elements."""
    return dense(ctx, self, (), mean_dtype(self, dtype))


@shape("aten.mean.dim")
def mean_dims(
    ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The mean over dimensions; no dimension given means all."""
    return reduce(ctx, self, all_dims(self, dim), keepdim, mean_dtype(self, dtype))


@shape("aten.nanmean.default")
def nanmean(
    ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The mean of the elements that are no NaN."""
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(
            f"nanmean(): expected input to have floating point or complex dtype but got {scalar_type_name(self.dtype)}"
        )
    return nansum(ctx, self, dim, keepdim, dtype)


def _extremum(name: str) -> None:
    def function(ctx: Context, self: FakeTensor, dim: Sequence[int], keepdim: bool) -> FakeTensor:
        dims = all_dims(self, dim)
        if dim:
            require_nonempty(ctx, self, f"{name}()", dim)
        else:
            require_elements(ctx, self, f"{name}(): {_UNSPECIFIED}")
        return reduce(ctx, self, dims, keepdim, self.dtype)

    shape(f"aten.{name}.default")(function)


_extremum("amax")
_extremum("amin")


@shape("aten.max.default")
def max_all(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The largest element; there must be one."""
    require_elements(ctx, self, f"max(): {_UNSPECIFIED}")
    return dense(ctx, self, ())


@shape("aten.min.default")
def min_all(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The smallest element; there must be one."""
    require_elements(ctx, self, f"min(): {_UNSPECIFIED}")
    return dense(ctx, self, ())


def _value_and_index(ctx: Context, self: FakeTensor, dim: int, keepdim: bool) -> tuple[FakeTensor, FakeTensor]:
    return reduce_dim(ctx, self, dim, keepdim, self.dtype), reduce_dim(ctx, self, dim, keepdim, DType.int64)


def _with_index(name: str) -> None:
    def function(ctx: Context, self: FakeTensor, dim: int, keepdim: bool) -> tuple[FakeTensor, FakeTensor]:
        at = wrap_dim(dim, self.ndim)
        if self.dtype.is_complex and name in ("max", "min"):
            raise RuntimeError(f"{name}(): does not support complex input")
        # The medians report the wrapped dimension, and both under one name.
        median = name.endswith("median")
        require_nonempty(ctx, self, "median()" if median else f"{name}()", (at if median else dim,))
        return _value_and_index(ctx, self, dim, keepdim)

    shape(f"aten.{name}.{'default' if name == 'mode' else 'dim'}")(function)


for _name in ("max", "min", "median", "nanmedian", "mode"):
    _with_index(_name)


@shape("aten.median.default", "aten.nanmedian.default")
def median_all(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The median of all elements, NaN if there is none."""
    return dense(ctx, self, ())


@shape("aten.kthvalue.default")
def kthvalue(ctx: Context, self: FakeTensor, k: int, dim: int, keepdim: bool) -> tuple[FakeTensor, FakeTensor]:
    """The k-th smallest element along a dimension, counted from 1."""
    size = self.sizes[wrap_dim(dim, self.ndim)] if self.sizes else 1
    wrap_dim(dim, self.ndim)
    require_nonempty(ctx, self, "kthvalue()", (dim,))
    message = f"kthvalue(): selected number k out of range for dimension {wrap_dim(dim, self.ndim)}"
    ctx.require(land(ge(k, 1), le(k, size)), message)
    return _value_and_index(ctx, self, dim, keepdim)


def _arg(name: str) -> None:
    def function(ctx: Context, self: FakeTensor, dim: int | None, keepdim: bool) -> FakeTensor:
        if self.dtype.is_complex or self.dtype is DType.bool:
            raise RuntimeError(f"{name}(): does not support {'complex' if self.dtype.is_complex else 'bool'} input")
        if dim is None:
            message = f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
            require_elements(ctx, self, message, IndexError)
            return reduce(ctx, self, range(self.ndim), keepdim, DType.int64)
        wrap_dim(dim, self.ndim)
        require_nonempty(ctx, self, f"{name}()", (dim,))
        return reduce_dim(ctx, self, dim, keepdim, DType.int64)

    shape(f"aten.{name}.default")(function)


_arg("argmax")
_arg("argmin")


@shape("aten.aminmax.default", "aten._aminmax.dim")
def aminmax(ctx: Context, self: FakeTensor, dim: int | None, keepdim: bool) -> tuple[FakeTensor, FakeTensor]:
    """Smallest and largest elements."""
    require_kernel("aminmax_cpu", self.dtype, COMPLEX)
    if dim is None:
        message = "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        require_elements(ctx, self, message)
        return reduce(ctx, self, range(self.ndim), keepdim, self.dtype), reduce(
            ctx, self, range(self.ndim), keepdim, self.dtype
        )
    wrap_dim(dim, self.ndim)
    require_nonempty(ctx, self, "aminmax", (dim,))
    return reduce_dim(ctx, self, dim, keepdim, self.dtype), reduce_dim(ctx, self, dim, keepdim, self.dtype)


def _logic_dtype(self: FakeTensor) -> DType:
    return DType.uint8 if self.dtype is DType.uint8 else DType.bool


@shape("aten.any.default", "aten.all.default")
def any_all(ctx: Context, self: FakeTensor) -> FakeTensor:
    """Whether some (every) element is not 0; uint8 stays itself."""
    return dense(ctx, self, (), _logic_dtype(self))


@shape("aten.any.dim", "aten.all.dim")
def any_dim(ctx: Context, self: FakeTensor, dim: int, keepdim: bool) -> FakeTensor:
    """Logic over one dimension."""
    return reduce_dim(ctx, self, dim, keepdim, _logic_dtype(self))


@shape("aten.any.dims", "aten.all.dims")
def any_dims(ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool) -> FakeTensor:
    """Logic over dimensions; an empty list reduces nothing."""
    if dim is not None and not dim:
        return like(ctx, self, _logic_dtype(self))
    return reduce(ctx, self, some_dims(self, dim), keepdim, _logic_dtype(self))


@shape("aten._is_all_true.default", "aten._is_any_true.default")
def is_all_true(ctx: Context, self: FakeTensor) -> FakeTensor:
    """Whether all (some) of the booleans are true."""
    if self.dtype is not DType.bool:
        raise RuntimeError("self.scalar_type() == at::kBool INTERNAL ASSERT FAILED")
    return dense(ctx, self, ())


@shape("aten.count_nonzero.default")
def count_nonzero(ctx: Context, self: FakeTensor, dim: int | None) -> FakeTensor:
    """The number of elements that are not 0."""
    return reduce(ctx, self, all_dims(self, None if dim is None else (dim,)), False, DType.int64)


@shape("aten.count_nonzero.dim_IntList")
def count_nonzero_dims(ctx: Context, self: FakeTensor, dim: Sequence[int]) -> FakeTensor:
    """The number of elements that are not 0, over dimensions."""
    return reduce(ctx, self, all_dims(self, dim), False, DType.int64)


@shape("aten.logsumexp.default", "aten.special_logsumexp.default")
def logsumexp(ctx: Context, self: FakeTensor, dim: Sequence[int], keepdim: bool) -> FakeTensor:
    """The logarithm of the sum of exponentials; integers become floats."""
    if not dim and self.sizes and not keepdim and not decided(ctx, eq(self.numel(), 0)):
        whole = "[" + ", ".join(["1"] * self.ndim) + "]"
        raise RuntimeError(f"output with shape [] doesn't match the broadcast shape {whole}")
    return reduce(ctx, self, all_dims(self, dim), keepdim, convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype))


@shape("aten.trace.default")
def trace(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The sum of the diagonal of a matrix."""
    if self.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {self.ndim}")
    return dense(ctx, self, (), sum_dtype(self, None))


@shape("aten.hash_tensor.default")
def hash_tensor(ctx: Context, self: FakeTensor, dim: Sequence[int], keepdim: bool, mode: int) -> FakeTensor:
    """A hash of the elements over dimensions."""
    if dim:
        require_nonempty(ctx, self, "hash_tensor", dim)
    else:
        require_elements(ctx, self, f"hash_tensor: {_UNSPECIFIED}")
    return reduce(ctx, self, all_dims(self, dim), keepdim, DType.uint64)


def _moment_dtype(self: FakeTensor, name: str = "std and var") -> DType:
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(f"{name} only support floating point and complex dtypes")
    return real_of(self.dtype)


@shape("aten.var.default", "aten.std.default")
def var_all(ctx: Context, self: FakeTensor, unbiased: bool) -> FakeTensor:
    """The variance (standard deviation) of all elements."""
    return dense(ctx, self, (), _moment_dtype(self))


@shape("aten.var.dim", "aten.std.dim")
def var_dim(ctx: Context, self: FakeTensor, dim: Sequence[int] | None, unbiased: bool, keepdim: bool) -> FakeTensor:
    """The variance (standard deviation) over dimensions."""
    return reduce(ctx, self, all_dims(self, dim), keepdim, _moment_dtype(self))


@shape("aten.var.correction", "aten.std.correction")
def var_correction(
    ctx: Context, self: FakeTensor, dim: Sequence[int] | None, correction: float | None, keepdim: bool
) -> FakeTensor:
    """The variance (standard deviation) over dimensions with a correction of the divisor."""
    return reduce(ctx, self, all_dims(self, dim), keepdim, _moment_dtype(self))


def _declare_moments(name: str) -> None:
    """Variance or standard deviation, with the mean."""

    def moments(
        ctx: Context, self: FakeTensor, dim: Sequence[int] | None, keepdim: bool
    ) -> tuple[FakeTensor, FakeTensor]:
        dims, dtype = all_dims(self, dim), _moment_dtype(self, name)
        return reduce(ctx, self, dims, keepdim, dtype), reduce(ctx, self, dims, keepdim, self.dtype)

    @shape(f"aten.{name}.default")
    def of_all(ctx: Context, self: FakeTensor, unbiased: bool) -> tuple[FakeTensor, FakeTensor]:
        """Of all elements."""
        return moments(ctx, self, None, False)

    @shape(f"aten.{name}.dim")
    def of_dims(
        ctx: Context, self: FakeTensor, dim: Sequence[int] | None, unbiased: bool, keepdim: bool
    ) -> tuple[FakeTensor, FakeTensor]:
        """Over dimensions."""
        return moments(ctx, self, dim, keepdim)

    @shape(f"aten.{name}.correction")
    def corrected(
        ctx: Context, self: FakeTensor, dim: Sequence[int] | None, correction: float | None, keepdim: bool
    ) -> tuple[FakeTensor, FakeTensor]:
        """Over dimensions with a correction of the divisor."""
        return moments(ctx, self, dim, keepdim)


_declare_moments("var_mean")
_declare_moments("std_mean")
