"""Linear algebra made of factorizations and products: pseudo-inverse, rank, powers, chains, Vandermonde matrices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import cxx_type, scalar_type_name
from refimpl.aten._linalg import column_major, require_float, require_square
from refimpl.aten._promotion import Number, real_of
from refimpl.aten._reduction import reduced_sizes, sum_dtype
from refimpl.aten._registry import shape
from refimpl.aten._strides import is_contiguous
from refimpl.aten._unbacked import decided
from refimpl.aten.copies import clone
from refimpl.aten.linear import matrix_product
from refimpl.aten.matmul import dot
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, gt

__all__: list[str] = []


def _batch(ctx: Context, self: FakeTensor, *tolerances: object) -> Sizes:
    """The batch sizes of matrices, broadcast with tolerances that are tensors."""
    sizes = self.sizes[:-2]
    for tolerance in tolerances:
        if isinstance(tolerance, FakeTensor):
            sizes = broadcast_sizes(ctx, sizes, tolerance.sizes)
    return sizes


_SOLVED: Final = frozenset((DType.float32, DType.float64, DType.complex64, DType.complex128))


def _pinv(ctx: Context, self: FakeTensor, hermitian: bool, *tolerances: object) -> FakeTensor:
    if self.ndim < 2 or self.dtype not in _SOLVED:
        text = f"{scalar_type_name(self.dtype)}{{[{', '.join(map(str, self.sizes))}]}}"
        raise RuntimeError(
            f"linalg.pinv({text}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble "
            "types"
        )
    for name, tolerance in zip(("atol", "rtol"), tolerances, strict=False):
        if isinstance(tolerance, FakeTensor) and tolerance.dtype.is_complex:
            kind = scalar_type_name(tolerance.dtype)
            raise RuntimeError(f"torch.linalg.pinv: {name} tensor of complex type is not supported. Got {kind}")
    if hermitian and 0 not in self.sizes:
        require_square(ctx, self, "linalg.eigh")
    rows, columns = self.sizes[-2:]
    # Without elements the tolerances are not looked at.
    batch = self.sizes[:-2] if decided(ctx, eq(self.numel(), 0)) else _batch(ctx, self, *tolerances)
    return dense(ctx, self, (*batch, columns, rows))


@shape("aten.linalg_pinv.default", "aten.linalg_pinv.rcond_tensor")
def linalg_pinv(ctx: Context, self: FakeTensor, rcond: object, hermitian: bool) -> FakeTensor:
    """The pseudo-inverse."""
    return _pinv(ctx, self, hermitian, rcond)


@shape("aten.linalg_pinv.atol_rtol_tensor")
def linalg_pinv_tolerances(ctx: Context, self: FakeTensor, atol: object, rtol: object, hermitian: bool) -> FakeTensor:
    """The pseudo-inverse with absolute and relative tolerance."""
    return _pinv(ctx, self, hermitian, atol, rtol)


@shape("aten.linalg_pinv.atol_rtol_float")
def linalg_pinv_numbers(ctx: Context, self: FakeTensor, atol: object, rtol: object, hermitian: bool) -> FakeTensor:
    """The same; a relative tolerance that is not given is made of the dtype."""
    if rtol is None:
        wrap_dim(-2, self.ndim, scalar_has_one=False)
        if self.dtype not in _SOLVED:
            raise RuntimeError("This function doesn't handle types other than float and double")
    return _pinv(ctx, self, hermitian, atol, rtol)


@shape("aten.pinverse.default")
def pinverse(ctx: Context, self: FakeTensor, rcond: float) -> FakeTensor:
    """The pseudo-inverse by the older operator."""
    return _pinv(ctx, self, False)


def _rank(ctx: Context, self: FakeTensor, hermitian: bool, *tolerances: object) -> FakeTensor:
    if self.ndim < 2:
        raise RuntimeError("torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions.")
    # Without elements neither the shape of the matrices nor the tolerances are looked at.
    empty = decided(ctx, eq(self.numel(), 0))
    if hermitian and not empty:
        require_square(ctx, self, "linalg.eigh")
    if not empty:
        require_float(self, "linalg.eigh" if hermitian else "linalg.svd")
    return dense(ctx, self, self.sizes[:-2] if empty else _batch(ctx, self, *tolerances), DType.int64)


@shape("aten.linalg_matrix_rank.default", "aten.linalg_matrix_rank.tol_tensor")
def linalg_matrix_rank(ctx: Context, self: FakeTensor, tol: object, hermitian: bool) -> FakeTensor:
    """The number of singular values above a tolerance."""
    return _rank(ctx, self, hermitian, tol)


@shape("aten.linalg_matrix_rank.atol_rtol_float", "aten.linalg_matrix_rank.atol_rtol_tensor")
def linalg_matrix_rank_tolerances(
    ctx: Context, self: FakeTensor, atol: object, rtol: object, hermitian: bool
) -> FakeTensor:
    """The number of singular values above absolute and relative tolerance."""
    if rtol is None and self.dtype not in _SOLVED:
        raise RuntimeError("This function doesn't handle types other than float and double")
    return _rank(ctx, self, hermitian, atol, rtol)


@shape("aten.linalg_cond.default", "aten.linalg_cond.p_str")
def linalg_cond(ctx: Context, self: FakeTensor, p: Number | str | None) -> FakeTensor:
    """The condition number in a norm; only the 2-norm takes matrices that are not square."""
    if self.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    if p is not None and p not in (2, -2):
        require_square(ctx, self, f"linalg.cond(ord={p})")
    elif not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(
            "linalg.svd: Expected a floating point or complex tensor as input. Got " + scalar_type_name(self.dtype)
        )
    return dense(ctx, self, self.sizes[:-2], real_of(self.dtype))


@shape("aten.linalg_matrix_power.default", "aten.matrix_power.default")
def linalg_matrix_power(ctx: Context, self: FakeTensor, n: int) -> FakeTensor:
    """An integer power; the inverse alone is column-major."""
    require_square(ctx, self, "linalg.matrix_power")
    if n < 0:
        require_float(self, "linalg.inv", low_precision=False)
    if n == -1:
        return column_major(ctx, self, self.sizes)
    return clone(ctx, self, None) if n == 1 and is_contiguous(ctx, self) else dense(ctx, self, self.sizes)


@shape("aten.linalg_matrix_exp.default", "aten.matrix_exp.default")
def linalg_matrix_exp(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The matrix exponential."""
    require_square(ctx, self, "linalg.matrix_exp")
    require_float(self, "linalg.matrix_exp")
    return dense(ctx, self, self.sizes)


@shape("aten.linalg_multi_dot.default")
def linalg_multi_dot(ctx: Context, tensors: Sequence[FakeTensor]) -> FakeTensor:
    """A chain of matrix products; the first and the last factor may be vectors."""
    if len(tensors) < 2:
        raise RuntimeError("multi_dot(): expected at least 2 tensors but got " + str(len(tensors)))
    _require_one_dtype(tensors)
    for position, tensor in enumerate(tensors):
        if position in (0, len(tensors) - 1):
            if tensor.ndim not in (1, 2):
                which = "first" if position == 0 else "last"
                raise RuntimeError(f"multi_dot(): the {which} tensor must be 1D or 2D but got {tensor.ndim}D")
        elif tensor.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {position} must be 2D but got {tensor.ndim}D")
    for position, (left, right) in enumerate(pairwise(tensors)):
        if left.sizes[-1] != right.sizes[0]:
            shapes = [f"[{', '.join(map(str, tensor.sizes))}]" for tensor in (left, right)]
            message = (
                f"multi_dot(): tensors {position} and {position + 1} with shapes {shapes[0]} and {shapes[1]} "
                "cannot be multiplied"
            )
            ctx.require(eq(left.sizes[-1], right.sizes[0]), message)
    return _chain(ctx, tensors)


def _require_one_dtype(tensors: Sequence[FakeTensor]) -> None:
    for position, tensor in enumerate(tensors):
        if tensor.dtype is not tensors[0].dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {cxx_type(tensors[0])} and "
                f"tensor {position} {cxx_type(tensor)}"
            )


def _chain(ctx: Context, tensors: Sequence[FakeTensor]) -> FakeTensor:
    result = tensors[0]
    for tensor in tensors[1:]:
        result = matrix_product(ctx, result, tensor)
    return result


@shape("aten.chain_matmul.default")
def chain_matmul(ctx: Context, matrices: Sequence[FakeTensor]) -> FakeTensor:
    """A chain of products of matrices."""
    for position, tensor in enumerate(matrices):
        if tensor.ndim != 2:
            raise RuntimeError(
                f"Tensor (matrices): Expected 2-dimensional tensor, but got {tensor.ndim}-dimensional tensor for "
                f"argument #{position}"
            )
    return _chain(ctx, matrices)


@shape("aten.linalg_vecdot.default")
def linalg_vecdot(ctx: Context, x: FakeTensor, y: FakeTensor, dim: int) -> FakeTensor:
    """The inner products of vectors along a dimension."""
    require_float(x, "linalg.vecdot")
    if x.dtype is not y.dtype:
        names = scalar_type_name(x.dtype), scalar_type_name(y.dtype)
        raise RuntimeError(
            "linalg.vecdot: Expected x and y to have the same dtype, but found x of type "
            f"{names[0]} and y of type {names[1]} instead"
        )
    if x.ndim == 1 and y.ndim == 1:
        return dot(ctx, x, y)
    sizes = broadcast_sizes(ctx, x.sizes, y.sizes)
    return dense(ctx, x, reduced_sizes(sizes, (wrap_dim(dim, len(sizes)),), False))


def _require_three(ctx: Context, sizes: Sizes, dim: int, other: Dim, given: int) -> None:
    message = f"linalg.cross: inputs dimension {given} must have length 3. Got {sizes[dim]} and {other}"
    ctx.require(eq(sizes[dim], 3), message)
    ctx.require(eq(other, 3), message)


@shape("aten.linalg_cross.default")
def linalg_cross(ctx: Context, self: FakeTensor, other: FakeTensor, dim: int) -> FakeTensor:
    """The cross product of vectors of length 3."""
    if self.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    at = wrap_dim(dim, self.ndim)
    _require_three(ctx, self.sizes, at, other.sizes[at], dim)
    sizes = broadcast_sizes(ctx, self.sizes, other.sizes)
    if self.dtype is not other.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(other.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    return dense(ctx, self, sizes)


@shape("aten.cross.default")
def cross(ctx: Context, self: FakeTensor, other: FakeTensor, dim: int | None) -> FakeTensor:
    """The cross product, along the first dimension of size 3 if none is given."""
    if dim is None:
        dim = next((at for at, size in enumerate(self.sizes) if ctx.decide(eq(size, 3))), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    return linalg_cross(ctx, self, other, dim)


@shape("aten.linalg_vander.default")
def linalg_vander(ctx: Context, x: FakeTensor, N: Dim | None) -> FakeTensor:  # noqa: N803 - the schema's name
    """Powers of the elements from 0 to ``N - 1``, as a new last dimension."""
    if x.dtype in (DType.bool, DType.float16, DType.bfloat16):
        kind = scalar_type_name(x.dtype)
        raise RuntimeError(f"linalg.vander supports floating point, complex, and integer tensors, but got {kind}")
    sizes = x.sizes or (1,)
    count = sizes[-1] if N is None else N
    ctx.require(gt(count, 1), "N must be greater than 1.")
    return dense(ctx, x, (*sizes, count), sum_dtype(x, None))


@shape("aten.vander.default")
def vander(ctx: Context, x: FakeTensor, N: int | None, increasing: bool) -> FakeTensor:  # noqa: N803 - the schema's name
    """Powers of the elements of a vector, falling unless ``increasing``."""
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    return dense(ctx, x, (x.sizes[0], x.sizes[0] if N is None else N), sum_dtype(x, None))
