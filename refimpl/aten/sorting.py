"""Sorting, selection of the largest, searching in sorted sequences."""

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._promotion import Number, Operand, result_type
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, ge, land, le

__all__: list[str] = []


def _sorted(ctx: Context, self: FakeTensor, dim: int) -> tuple[FakeTensor, FakeTensor]:
    wrap_dim(dim, self.ndim)
    if self.dtype.is_complex:
        raise RuntimeError(" Sort does not support complex dtypes on CPU")
    return like(ctx, self), like(ctx, self, DType.int64)


@shape("aten.sort.default")
def sort(ctx: Context, self: FakeTensor, dim: int, descending: bool) -> tuple[FakeTensor, FakeTensor]:
    """Sorted values and where they stood, in the layout of the tensor."""
    return _sorted(ctx, self, dim)


@shape("aten.sort.stable")
def sort_stable(
    ctx: Context, self: FakeTensor, stable: bool | None, dim: int, descending: bool
) -> tuple[FakeTensor, FakeTensor]:
    """As ``sort``; equal values keep their order."""
    return _sorted(ctx, self, dim)


@shape("aten.argsort.default")
def argsort(ctx: Context, self: FakeTensor, dim: int, descending: bool) -> FakeTensor:
    """Where the sorted values stood."""
    return _sorted(ctx, self, dim)[1]


@shape("aten.argsort.stable")
def argsort_stable(ctx: Context, self: FakeTensor, stable: bool, dim: int, descending: bool) -> FakeTensor:
    """Where the sorted values stood; equal values keep their order."""
    return _sorted(ctx, self, dim)[1]


@shape("aten.msort.default")
def msort(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The values sorted along the first dimension."""
    return _sorted(ctx, self, 0)[0]


@shape("aten.topk.default")
def topk(
    ctx: Context, self: FakeTensor, k: Dim, dim: int, largest: bool, sorted: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The ``k`` largest (smallest) along a dimension and where they stood; at most as many as there are."""
    at = wrap_dim(dim, self.ndim)
    size = self.sizes[at] if self.sizes else 1
    ctx.require(land(ge(k, 0), le(k, size)), "selected index k out of range")
    sizes = (*self.sizes[:at], k, *self.sizes[at + 1 :]) if self.sizes else ()
    return dense(ctx, self, sizes), dense(ctx, self, sizes, DType.int64)


def _positions(out_int32: bool) -> DType:
    return DType.int32 if out_int32 else DType.int64


@shape("aten.bucketize.Tensor")
def bucketize(ctx: Context, self: FakeTensor, boundaries: FakeTensor, out_int32: bool, right: bool) -> FakeTensor:
    """For each element, the bucket between the boundaries."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return dense(ctx, self, self.sizes, _positions(out_int32))


@shape("aten.bucketize.Scalar")
def bucketize_scalar(ctx: Context, self: Number, boundaries: FakeTensor, out_int32: bool, right: bool) -> FakeTensor:
    """The bucket of a number."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return dense(ctx, boundaries, (), _positions(out_int32))


def _require_search(
    ctx: Context, sequence: FakeTensor, values: FakeTensor | None, side: str | None, right: bool
) -> None:
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    if sequence.ndim == 0 and values is not None and values.sizes:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if sequence.ndim == 1:
        return
    if values is None or not values.sizes:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got "
            f"boundaries tensor dim({sequence.ndim}) and input value's dim(0) numel(1)"
        )
    message = (
        "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
        "tensor and input value tensor must match, but we got boundaries tensor "
        f"{_shape(sequence)} and input value tensor {_shape(values)}"
    )
    if sequence.ndim != values.ndim:
        raise RuntimeError(message)
    for a, b in zip(sequence.sizes[:-1], values.sizes[:-1], strict=True):
        if a != b:
            ctx.require(eq(a, b), message)


def _shape(tensor: FakeTensor) -> str:
    return f"[{', '.join(map(str, tensor.sizes))}]"


@shape("aten.searchsorted.Tensor")
def searchsorted(
    ctx: Context,
    sorted_sequence: FakeTensor,
    self: FakeTensor,
    out_int32: bool,
    right: bool,
    side: str | None,
    sorter: FakeTensor | None,
) -> FakeTensor:
    """For each value, its position in the sorted sequence (one sequence for all, or one per leading index)."""
    _require_search(ctx, sorted_sequence, self, side, right)
    return dense(ctx, self, self.sizes, _positions(out_int32))


@shape("aten.searchsorted.Scalar")
def searchsorted_scalar(
    ctx: Context,
    sorted_sequence: FakeTensor,
    self: Number,
    out_int32: bool,
    right: bool,
    side: str | None,
    sorter: FakeTensor | None,
) -> FakeTensor:
    """The position of a number in a sorted sequence."""
    _require_search(ctx, sorted_sequence, None, side, right)
    return dense(ctx, sorted_sequence, (), _positions(out_int32))


_UNORDERED = (DType.bool, DType.complex64, DType.complex128)


def _require_ordered(ctx: Context, *operands: Operand) -> None:
    for operand in operands:
        dtype = result_type(ctx, operand)
        if dtype in _UNORDERED:
            raise RuntimeError(f"Unsupported input type encountered for isin(): {scalar_type_name(dtype)}")


def _in(ctx: Context, elements: FakeTensor, test: Operand, assume_unique: bool, invert: bool) -> FakeTensor:
    _require_ordered(ctx, elements, test)
    return like(ctx, elements, DType.bool)


shape("aten.isin.Tensor_Tensor", "aten.isin.Tensor_Scalar")(_in)


@shape("aten.isin.Scalar_Tensor")
def isin_scalar(
    ctx: Context, element: Number, test_elements: FakeTensor, assume_unique: bool, invert: bool
) -> FakeTensor:
    """Whether a number is among the test elements."""
    _require_ordered(ctx, element, test_elements)
    return FakeTensor((), (), DType.bool, test_elements.device)
