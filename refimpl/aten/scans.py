"""Running sums, products and extrema along a dimension, and differences and integrals of sampled functions."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import cxx_type, require_no_overlap
from refimpl.aten._kernels import EXACT, require_kernel
from refimpl.aten._reduction import sum_dtype
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []


@shape("aten.cumsum.default", "aten.cumprod.default")
def cumsum(ctx: Context, self: FakeTensor, dim: int, dtype: DType | None) -> FakeTensor:
    """The running sum (product)."""
    wrap_dim(dim, self.ndim)
    return dense(ctx, self, self.sizes, sum_dtype(self, dtype))


@shape("aten.cumsum_.default", "aten.cumprod_.default")
def cumsum_in_place(ctx: Context, self: FakeTensor, dim: int, dtype: DType | None) -> FakeTensor:
    """The same written over the tensor, in its own dtype, which alone may be given."""
    wrap_dim(dim, self.ndim)
    if dtype is not None and dtype is not self.dtype:
        raise RuntimeError(
            f"Bad in-place call: input tensor dtype {cxx_type(self)} and output tensor dtype {dtype.name} should match"
        )
    require_no_overlap(ctx, self)
    return self


@shape("aten.logcumsumexp.default", "aten._logcumsumexp.default")
def logcumsumexp(ctx: Context, self: FakeTensor, dim: int) -> FakeTensor:
    """The logarithm of the running sum of exponentials."""
    wrap_dim(dim, self.ndim)
    require_kernel("logcumsumexp_out_cpu", self.dtype, EXACT)
    return dense(ctx, self, self.sizes)


def _running_extremum(name: str) -> None:
    def function(ctx: Context, self: FakeTensor, dim: int) -> tuple[FakeTensor, FakeTensor]:
        if not self.sizes and dim not in (0, -1):
            raise IndexError(f"{name}(): Expected reduction dim -1 or 0 for scalar but got {dim}")
        wrap_dim(dim, self.ndim)
        return dense(ctx, self, self.sizes), dense(ctx, self, self.sizes, DType.int64)

    shape(f"aten.{name}.default")(function)


_running_extremum("cummax")
_running_extremum("cummin")
