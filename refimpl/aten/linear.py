"""Products of tensors of any rank, made of the products of vectors, matrices and batches that fit them."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_sizes, is_one
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import require_fits
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._strides import is_contiguous
from refimpl.aten.matmul import addmm, bmm, dot, mm, mv
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor

__all__ = ["matrix_product"]


def _folds(larger: FakeTensor) -> bool:
    """Whether the leading dimensions are one without a copy: then the product is one of matrices."""
    if any(size == 0 for size in larger.sizes):
        return True
    return all(larger.strides[dim] == larger.strides[dim + 1] * larger.sizes[dim + 1] for dim in range(larger.ndim - 2))


def _folded(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    return dense(ctx, tensor, (product(tensor.sizes[:-1]), tensor.sizes[-1]))


def matrix_product(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """``self @ other``: vectors, matrices, and batches of them that broadcast.

    Which product it is made of decides the words of a refusal. Raises RuntimeError.
    """
    left, right = self.sizes, other.sizes
    if not left or not right:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {len(left)}D and {len(right)}D"
        )
    match len(left), len(right):
        case 1, 1:
            return dot(ctx, self, other)
        case 2, 1:
            return mv(ctx, self, other)
        case 2, 2:
            return mm(ctx, self, other)
        case 1, 2:
            row = mm(ctx, dense(ctx, self, (1, *left)), other)
            return dense(ctx, row, row.sizes[1:])
        case _, 1 | 2 if _folds(self):
            flat = (mv if len(right) == 1 else mm)(ctx, _folded(ctx, self), other)
            return dense(ctx, flat, (*left[:-1], *right[1:]))
        case 1, _ if _folds(_transposed(other)):
            turned = _transposed(other)
            mv(ctx, _folded(ctx, turned), self)
            return dense(ctx, self, turned.sizes[:-1])
        case _:
            return _batched(ctx, self, other)


def _transposed(tensor: FakeTensor) -> FakeTensor:
    """The tensor with its last two dimensions exchanged."""
    (*sizes, rows, columns), (*strides, down, across) = tensor.sizes, tensor.strides
    return tensor.viewed((*sizes, columns, rows), (*strides, across, down), tensor.offset)


def _batched(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    left, right = self.sizes, other.sizes
    outer = broadcast_sizes(ctx, left[:-2], right[:-2])
    rows, columns = left[-2:-1], right[-1:] if len(right) > 1 else ()
    count = product(outer)
    bmm(
        ctx,
        dense(ctx, self, (count, *(rows or (1,)), left[-1])),
        dense(ctx, other, (count, right[-2 if len(right) > 1 else -1], *(columns or (1,)))),
    )
    return dense(ctx, self, (*outer, *rows, *columns))


@shape("aten.matmul.default", "aten.linalg_matmul.default")
def matmul(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The matrix product of two tensors of any rank from 1."""
    return matrix_product(ctx, self, other)


@shape("aten.linear.default")
def linear(ctx: Context, input: FakeTensor, weight: FakeTensor, bias: FakeTensor | None) -> FakeTensor:
    """``input @ weight.T + bias``."""
    if not input.sizes or not weight.sizes:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if weight.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D")
    turned = _transposed(weight) if weight.ndim == 2 else weight
    if bias is None:
        return matrix_product(ctx, input, turned)
    if input.ndim == 2:
        return addmm(ctx, bias, input, turned, 1, 1)
    is_vector = bias.ndim == 1 or sum(not is_one(ctx, size) for size in bias.sizes) == 1
    if is_vector and is_contiguous(ctx, bias) and is_contiguous(ctx, input):
        flat = addmm(ctx, bias, _folded(ctx, input), turned, 1, 1)
        return dense(ctx, flat, (*input.sizes[:-1], flat.sizes[-1]))
    result = matrix_product(ctx, input, turned)
    require_fits(ctx, result, broadcast_sizes(ctx, result.sizes, bias.sizes), bias.dtype)
    return result
