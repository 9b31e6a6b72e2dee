"""Evenly spaced numbers and indices of triangles."""

from __future__ import annotations

from math import ceil, isfinite

from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout
from refimpl.terms import (
    Apply,
    Cond,
    Dim,
    IntTerm,
    Real,
    Symbol,
    ceil_to_int,
    eq,
    float_add,
    float_ge,
    float_mul,
    float_true_div,
    ge,
    gt,
    int_true_div,
    ne,
    to_float,
    trunc_to_int,
)

__all__: list[str] = []

_Number = Dim | Real
_INCONSISTENT = "upper bound and lower bound inconsistent with step sign"


def _is_real(value: _Number) -> bool:
    return isinstance(value, (float, Symbol, Apply))


def _as_int(value: _Number) -> Dim:
    if isinstance(value, (int, IntTerm)):
        return int(value) if isinstance(value, bool) else value
    return int(value) if isinstance(value, float) else trunc_to_int(value)


def _as_real(value: _Number) -> Real:
    return to_float(value) if isinstance(value, (int, IntTerm)) else value


def _ordered(left: _Number, right: _Number) -> Cond:
    """``left >= right``."""
    if isinstance(left, (int, IntTerm)) and isinstance(right, (int, IntTerm)):
        return ge(left, right)
    return float_ge(_as_real(left), _as_real(right))


def _is_ascending(ctx: Context, step: _Number) -> bool:
    """Whether the step is positive; it must be known. Raises RuntimeError for a step of 0."""
    if isinstance(step, (int, float)):
        if step == 0:
            raise RuntimeError("step must be nonzero")
        return step > 0
    if isinstance(step, IntTerm):
        if ctx.must_state(ne(step, 0)):
            ctx.require(ne(step, 0), "step must be nonzero")
        return ctx.decide(gt(step, 0))
    return ctx.decide(float_ge(step, 0.0))


def _length(ctx: Context, start: _Number, end: _Number, step: _Number, dtype: DType) -> Dim:
    ascending = _is_ascending(ctx, step)
    consistent = _ordered(end, start) if ascending else _ordered(start, end)
    if consistent is not True and ctx.must_state(consistent):
        ctx.require(consistent, _INCONSISTENT)
    if dtype is DType.int64 or not any(map(_is_real, (start, end, step))):
        first, last, by = _as_int(start), _as_int(end), _as_int(step)
        if ctx.known(eq(by, 0)) is True:
            raise RuntimeError("step must be nonzero")
        return (last - first + by - (1 if ascending else -1)) // by
    if isinstance(start, (int, float)) and isinstance(end, (int, float)) and isinstance(step, (int, float)):
        return ceil((end - start) / step)
    return ceil_to_int(_quotient(start, end, step))


def _quotient(start: _Number, end: _Number, step: _Number) -> Real:
    if isinstance(start, (int, IntTerm)) and isinstance(end, (int, IntTerm)):
        if isinstance(step, (int, IntTerm)):
            return int_true_div(end - start, step)
        return float_true_div(to_float(end - start), step)
    span = _as_real(end) if start == 0 else float_add(_as_real(end), float_mul(-1.0, _as_real(start)))
    return span if step == 1 else float_true_div(span, _as_real(step))


def _arange(ctx: Context, start: _Number, end: _Number, step: _Number, options: TensorOptions) -> FakeTensor:
    for bound in (start, end):
        if isinstance(bound, float) and not isfinite(bound):
            raise RuntimeError(f"unsupported range: {start} -> {end}")
    dtype = options.dtype
    if dtype is None:
        dtype = ctx.default_dtype if any(map(_is_real, (start, end, step))) else DType.int64
    return made(ctx, (_length(ctx, start, end, step, dtype),), TensorOptions(dtype, options.layout, options.device))


@shape("aten.arange.default")
def arange(
    ctx: Context,
    end: _Number,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The numbers from 0 up to ``end``."""
    return _arange(ctx, 0, end, 1, TensorOptions(dtype, layout, device))


@shape("aten.arange.start")
def arange_start(
    ctx: Context,
    start: _Number,
    end: _Number,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The numbers from ``start`` up to ``end``."""
    return _arange(ctx, start, end, 1, TensorOptions(dtype, layout, device))


@shape("aten.arange.start_step")
def arange_start_step(
    ctx: Context,
    start: _Number,
    end: _Number,
    step: _Number,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The numbers from ``start`` to ``end`` in steps."""
    return _arange(ctx, start, end, step, TensorOptions(dtype, layout, device))


def _spaced(ctx: Context, name: str, start: object, end: object, steps: Dim, options: TensorOptions) -> FakeTensor:
    for bound in (start, end):
        if isinstance(bound, FakeTensor) and bound.ndim:
            raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors")
    if ctx.must_state(ge(steps, 0)):
        ctx.require(ge(steps, 0), "number of steps must be non-negative")
    dtype = options.dtype
    if dtype is None and any(isinstance(bound, complex) for bound in (start, end)):
        dtype = DType.complex128 if ctx.default_dtype is DType.float64 else DType.complex64
    return made(ctx, (steps,), TensorOptions(dtype, options.layout, options.device))


@shape(
    "aten.linspace.default",
    "aten.linspace.Scalar_Tensor",
    "aten.linspace.Tensor_Scalar",
    "aten.linspace.Tensor_Tensor",
)
def linspace(
    ctx: Context,
    start: object,
    end: object,
    steps: Dim,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """A number of evenly spaced values."""
    return _spaced(ctx, "linspace", start, end, steps, TensorOptions(dtype, layout, device))


@shape(
    "aten.logspace.default",
    "aten.logspace.Scalar_Tensor",
    "aten.logspace.Tensor_Scalar",
    "aten.logspace.Tensor_Tensor",
)
def logspace(
    ctx: Context,
    start: object,
    end: object,
    steps: Dim,
    base: float,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """A number of values whose logarithms are evenly spaced."""
    return _spaced(ctx, "logspace", start, end, steps, TensorOptions(dtype, layout, device))


def _below(rows: int, columns: int, offset: int) -> int:
    """How many positions ``(i, j)`` of a matrix have ``j <= i + offset``."""
    first = min(max(-offset, 0), rows)
    full = min(max(columns - offset - 1, first), rows)
    growing = (first + full - 1) * (full - first) // 2 + (full - first) * (offset + 1)
    return growing + (rows - full) * columns


def _triangle(ctx: Context, count: int, options: TensorOptions) -> FakeTensor:
    return made(ctx, (2, count), TensorOptions(options.dtype or DType.int64, options.layout, options.device))


def _require_matrix(rows: int, columns: int) -> None:
    if rows < 0:
        raise RuntimeError(f"row must be non-negative, got{rows}")
    if columns < 0:
        raise RuntimeError(f"col must be non-negative, got{columns}")


@shape("aten.tril_indices.default")
def tril_indices(
    ctx: Context,
    row: int,
    col: int,
    offset: int,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The positions on and below a diagonal, one a column."""
    _require_matrix(row, col)
    return _triangle(ctx, _below(row, col, offset), TensorOptions(dtype, layout, device))


@shape("aten.triu_indices.default")
def triu_indices(
    ctx: Context,
    row: int,
    col: int,
    offset: int,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The positions on and above a diagonal, one a column."""
    _require_matrix(row, col)
    count = row * col - _below(row, col, offset - 1)
    return _triangle(ctx, count, TensorOptions(dtype, layout, device))
