"""Slices: bounds clamped as Python does, symbolic ones as far as they are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from refimpl.aten._dims import wrap_dim
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, eq, ge, gt, int_max, int_min, ite, land, le, lt

__all__ = ["STEP", "exact_slice_length", "slice_along", "slice_length", "sliced_dim"]

STEP: Final = "slice step must be positive"
"""What is said of a step that is not."""

_MAX_INT: Final = 2**63 - 1
_Known: TypeAlias = "Callable[[Cond], bool | None]"


def _clamped(known: _Known, index: Dim, size: Dim) -> Dim | None:
    """The index counted from 0 and clamped to ``[0, size]``, or None if its sign is unknown."""
    if isinstance(index, int) and isinstance(size, int):
        return min(index, size) if index >= 0 else max(index + size, 0)
    if known(land(ge(index, 0), le(index, size))) is True:
        return index
    if known(land(lt(index, 0), ge(index, -size))) is True:
        return index + size
    if known(lt(index, -size)) is True:
        return 0
    if known(gt(index, size)) is True:
        return size
    if known(ge(index, 0)) is True:
        return int_min(index, size)
    if known(lt(index, 0)) is True:
        return int_max(index + size, 0)
    return None


def _exact(index: Dim, size: Dim) -> Dim:
    """What the clamped index is, whatever its sign."""
    return ite(lt(index, 0), int_max(index + size, 0), int_min(index, size))


def slice_length(ctx: Context, size: Dim, start: Dim | None, end: Dim | None, step: Dim) -> tuple[Dim, Dim | None]:
    """The length of ``start:end:step`` of ``size`` elements, and where it starts (None: unknown).

    A length that depends on the unknown sign of a bound is a fresh size, between 0 and ``size``.
    """
    first: Dim | None = 0 if start is None else _clamped(ctx.evident, start, size)
    last = size if end is None or end == _MAX_INT else _clamped(ctx.evident, end, size)
    if first is not None and last is not None:
        return _between(ctx.evident, first, last, step), first
    length = ctx.fresh_int(0, size, None)
    exact_first = first if first is not None else _exact(start if start is not None else 0, size)
    exact_last = last if last is not None else _exact(end if end is not None else size, size)
    ctx.fact(eq(length, (int_max(exact_last - exact_first, 0) + step - 1) // step))
    return length, first


def exact_slice_length(ctx: Context, size: Dim, start: Dim | None, end: Dim | None, step: Dim) -> Dim:
    """The length of ``start:end:step`` of ``size`` elements as a term, whatever the signs of its bounds."""
    first = 0 if start is None else _clamped(ctx.known, start, size)
    last = size if end is None or end == _MAX_INT else _clamped(ctx.known, end, size)
    if first is None:
        first = _exact(start if start is not None else 0, size)
    if last is None:
        last = _exact(end if end is not None else size, size)
    return _between(ctx.known, first, last, step)


def sliced_dim(dim: int, rank: int) -> int:
    """The dimension of a slice, counted from 0. Raises IndexError, also for a zero-dimensional tensor."""
    if not rank:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    return wrap_dim(dim, rank)


def _between(known: _Known, first: Dim, last: Dim, step: Dim) -> Dim:
    if known(ge(last, first)) is True:
        return (last - first + step - 1) // step
    if known(ge(first, last)) is True:
        return 0
    return (int_max(last - first, 0) + step - 1) // step


def slice_along(
    ctx: Context, tensor: FakeTensor, dim: int, start: Dim | None, end: Dim | None, step: Dim
) -> FakeTensor:
    """The elements ``start:end:step`` along a dimension; an unknown start gives a fresh storage offset.

    Raises IndexError for a zero-dimensional tensor, RuntimeError for a step that is not positive.
    """
    at = sliced_dim(dim, tensor.ndim)
    if isinstance(step, int):
        if step <= 0:
            raise RuntimeError(STEP)
    elif not ctx.decide(gt(step, 0)):
        raise RuntimeError(STEP)
    size, stride = tensor.sizes[at], tensor.strides[at]
    length, first = slice_length(ctx, size, start, end, step)
    if first is not None:
        offset = tensor.offset + first * stride
    else:
        offset = ctx.fresh_int(0, None, None)
        if start is not None:
            ctx.fact(eq(offset, tensor.offset + _exact(start, size) * stride))
    sizes = (*tensor.sizes[:at], length, *tensor.sizes[at + 1 :])
    return tensor.viewed(sizes, (*tensor.strides[:at], stride * step, *tensor.strides[at + 1 :]), offset)
