"""Counts of elements in bins."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TypeAlias

from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import cxx_type
from refimpl.aten._kernels import NOT_REAL, missing_kernel, require_kernel
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, ge

__all__: list[str] = []

_Ends: TypeAlias = Sequence[float] | None


@shape("aten.histc.default")
def histc(ctx: Context, self: FakeTensor, bins: int, min: object, max: object) -> FakeTensor:
    """The counts of elements in bins of one width."""
    _require_bins(ctx, bins, 0)
    if isinstance(min, (int, float)) and isinstance(max, (int, float)):
        if not (isfinite(min) and isfinite(max)):
            raise RuntimeError(f"torch.histc: range of [{min}, {max}] is not finite")
        if min > max:
            raise RuntimeError("torch.histc: max must be larger than min")
    require_kernel("histogram_cpu", self.dtype, NOT_REAL)
    return dense(ctx, self, (bins,))


_WEIGHT = (
    "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
    "innermost dimension"
)


def _require_weight_dtype(self: FakeTensor, weight: FakeTensor) -> None:
    if weight.dtype is not self.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
            f"dtype, but got input({cxx_type(self)}), and weight({cxx_type(weight)})"
        )


def _require_floats(self: FakeTensor, kernel: str) -> None:
    if self.dtype not in (DType.float32, DType.float64):
        raise missing_kernel(kernel, self.dtype)


def _require_edges(ctx: Context, counts: Sequence[int]) -> None:
    """A bin more edges than bins are made, even for less than no bins."""
    for count in counts:
        ctx.require(ge(count, -1), "number of steps must be non-negative")


def _require_range(range: _Ends, dims: Dim) -> None:
    """The two ends for each dimension, the smaller first. Raises RuntimeError."""
    if range is None or not isinstance(dims, int):
        return
    if len(range) != 2 * dims:
        raise RuntimeError(
            f"torch.histogramdd: for a {dims}-dimensional histogram range should have {2 * dims} elements, but got "
            f"{len(range)}"
        )
    for dim, (low, high) in enumerate(zip(range[::2], range[1::2], strict=True)):
        if not (isfinite(low) and isfinite(high)):
            raise RuntimeError(f"torch.histogramdd: dimension {dim}'s range [{low:g}, {high:g}] is not finite")
        if low > high:
            raise RuntimeError(
                f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {dim}"
            )


def _require_grid(ctx: Context, self: FakeTensor, bins: Sequence[int], range: _Ends) -> None:
    if self.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    _require_range(range, self.sizes[-1])
    _require_floats(self, "histogramdd" if range is None else "histogram_cpu")
    message = "histogramdd: The size of bins must be equal to the innermost dimension of the input."
    ctx.require(eq(self.sizes[-1], len(bins)), message)


def _require_grid_weights(ctx: Context, self: FakeTensor, weight: FakeTensor) -> None:
    _require_weight_dtype(self, weight)
    if weight.ndim != self.ndim - 1:
        raise RuntimeError(_WEIGHT)
    for size, expected in zip(weight.sizes, self.sizes[:-1], strict=True):
        ctx.require(eq(size, expected), _WEIGHT)


@shape("aten.histogram.bin_ct")
def histogram(
    ctx: Context, self: FakeTensor, bins: int, range: _Ends, weight: FakeTensor | None, density: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The counts of elements in bins of one width, and the edges of the bins."""
    _require_bins(ctx, bins, 0)
    _require_range(range, 1)
    _require_floats(self, "histogramdd" if range is None else "histogram_cpu")
    _require_weights(ctx, self, weight)
    return dense(ctx, self, (bins,)), dense(ctx, self, (bins + 1,))


def _require_weights(ctx: Context, self: FakeTensor, weight: FakeTensor | None) -> None:
    if weight is not None:
        _require_weight_dtype(self, weight)
        ctx.require(eq(weight.numel(), self.numel()), _WEIGHT)


@shape("aten.histogram.bins_tensor")
def histogram_edges(
    ctx: Context, self: FakeTensor, bins: FakeTensor, weight: FakeTensor | None, density: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The counts of elements between given edges, and the edges."""
    if bins.dtype is not self.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{cxx_type(self)} and bins for dimension 0 with dtype {cxx_type(bins)}"
        )
    if bins.ndim != 1:
        raise RuntimeError(f"torch.histogramdd: bins tensor should have one dimension, but got {bins.ndim} dimensions")
    count = bins.sizes[0] - 1
    _require_some_edges(ctx, count, 0)
    _require_weights(ctx, self, weight)
    _require_bins(ctx, count, 0)
    _require_floats(self, "histogram_cpu")
    return dense(ctx, self, (count,)), dense(ctx, self, bins.sizes)


def _require_bins(ctx: Context, count: Dim, dim: int) -> None:
    ctx.require(ge(count, 1), f"torch.histogram(): bins must be > 0, but got {count} for dimension {dim}")


def _require_some_edges(ctx: Context, count: Dim, dim: int) -> None:
    ctx.require(
        ge(count, 0),
        "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins tensor for "
        f"dimension {dim}",
    )


@shape("aten._histogramdd_bin_edges.default")
def histogramdd_bin_edges(
    ctx: Context,
    self: FakeTensor,
    bins: Sequence[int],
    range: _Ends,
    weight: FakeTensor | None,
    density: bool,
) -> list[Value]:
    """The edges of bins, for each dimension."""
    _require_grid(ctx, self, bins, range)
    _require_edges(ctx, bins)
    return [dense(ctx, self, (count + 1,)) for count in bins]


@shape("aten._histogramdd_from_bin_cts.default")
def histogramdd_from_bin_cts(
    ctx: Context,
    self: FakeTensor,
    bins: Sequence[int],
    range: _Ends,
    weight: FakeTensor | None,
    density: bool,
) -> FakeTensor:
    """The counts in a grid of bins."""
    _require_grid(ctx, self, bins, range)
    _require_edges(ctx, bins)
    for dim, count in enumerate(bins):
        _require_some_edges(ctx, count, dim)
    if weight is not None:
        _require_grid_weights(ctx, self, weight)
    for dim, count in enumerate(bins):
        _require_bins(ctx, count, dim)
    return dense(ctx, self, tuple(bins))


@shape("aten.histogramdd.default")
def histogramdd(
    ctx: Context,
    self: FakeTensor,
    bins: Sequence[int],
    range: _Ends,
    weight: FakeTensor | None,
    density: bool,
) -> tuple[FakeTensor, list[Value]]:
    """The counts in a grid of bins, and the edges for each dimension."""
    edges = histogramdd_bin_edges(ctx, self, bins, range, weight, density)
    return histogramdd_from_bin_cts(ctx, self, bins, range, weight, density), edges
