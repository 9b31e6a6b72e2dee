"""Systems of linear equations, inverses and determinants."""

# Arguments are named as the schemas name them.
# ruff: noqa: N803

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._linalg import (
    batch_pair,
    column_major,
    require_float,
    require_solvable,
    require_square,
)
from refimpl.aten._product import product
from refimpl.aten._promotion import real_of
from refimpl.aten._registry import shape
from refimpl.aten._require import require, require_sizes
from refimpl.aten._reshape import sizes_text
from refimpl.aten._unbacked import decided
from refimpl.aten._views import view
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import eq, ge, int_min

__all__: list[str] = []

_Solution = tuple[FakeTensor, FakeTensor, FakeTensor, FakeTensor]


@shape("aten.linalg_inv_ex.default")
def linalg_inv_ex(ctx: Context, A: FakeTensor, check_errors: bool) -> tuple[FakeTensor, FakeTensor]:
    """The inverse and LAPACK's error codes."""
    require_square(ctx, A, "linalg.inv")
    require_float(A, "linalg.inv", low_precision=False)
    return column_major(ctx, A, A.sizes), dense(ctx, A, A.sizes[:-2], DType.int32)


@shape("aten.linalg_inv.default", "aten.inverse.default")
def linalg_inv(ctx: Context, A: FakeTensor) -> FakeTensor:
    """The inverse."""
    require_square(ctx, A, "linalg.inv")
    require_float(A, "linalg.inv", low_precision=False)
    return column_major(ctx, A, A.sizes)


@shape("aten._linalg_det.default")
def linalg_det_internal(ctx: Context, A: FakeTensor) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """The determinant with the LU factors and pivots it is made from."""
    require_square(ctx, A, "linalg.det")
    require_float(A, "linalg.det")
    pivots = dense(ctx, A, A.sizes[:-1], DType.int32)
    return dense(ctx, A, A.sizes[:-2]), column_major(ctx, A, A.sizes), pivots


@shape("aten.linalg_det.default", "aten.det.default")
def linalg_det(ctx: Context, A: FakeTensor) -> FakeTensor:
    """The determinant."""
    return linalg_det_internal(ctx, A)[0]


@shape("aten.logdet.default")
def logdet(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The logarithm of the determinant."""
    require_square(ctx, self, "logdet")
    require_float(self, "logdet", low_precision=False)
    return dense(ctx, self, self.sizes[:-2])


@shape("aten._linalg_slogdet.default")
def linalg_slogdet_internal(ctx: Context, A: FakeTensor) -> _Solution:
    """Sign and logarithm of the determinant, with LU factors and pivots."""
    require_square(ctx, A, "linalg.slogdet")
    require_float(A, "linalg.slogdet", low_precision=False)
    sign, logarithm = dense(ctx, A, A.sizes[:-2]), dense(ctx, A, A.sizes[:-2], real_of(A.dtype))
    return sign, logarithm, column_major(ctx, A, A.sizes), dense(ctx, A, A.sizes[:-1], DType.int32)


@shape("aten.linalg_slogdet.default", "aten.slogdet.default")
def linalg_slogdet(ctx: Context, A: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    """Sign and logarithm of the determinant."""
    return linalg_slogdet_internal(ctx, A)[:2]


def _is_vector(ctx: Context, A: FakeTensor, B: FakeTensor) -> bool:
    """Whether ``B`` is a batch of vectors: one dimension, or just the batch and the rows of ``A``."""
    if B.ndim == 1 or A.ndim - 1 != B.ndim:
        return B.ndim == 1
    equal = [eq(a, b) for a, b in zip(A.sizes, B.sizes, strict=False)]
    return not any(ctx.known(same) is False for same in equal) and all(decided(ctx, same) for same in equal)


def _require_solve_dtypes(A: FakeTensor, B: FakeTensor) -> None:
    if A.dtype is not B.dtype:
        names = scalar_type_name(A.dtype), scalar_type_name(B.dtype)
        raise RuntimeError(
            f"linalg.solve: Expected A and B to have the same dtype, but found A of type {names[0]} and B of type "
            f"{names[1]} instead"
        )


def _solve(ctx: Context, A: FakeTensor, B: FakeTensor, left: bool) -> _Solution:
    name = "linalg.solve"
    require_float(A, name)
    _require_solve_dtypes(A, B)
    vector = _is_vector(ctx, A, B)
    right = B.viewed((*B.sizes, 1), (*B.strides, 1), B.offset) if vector else B
    require_solvable(ctx, A, right, name, left=left)
    if vector and not left:
        raise RuntimeError(
            f"{name}: Vector broadcasting of the left hand side is not supported for left=False. "
            "In this case linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    sizes, _ = batch_pair(ctx, right, A)
    if vector:
        sizes = sizes[:-1]
    result = column_major(ctx, B, sizes) if left else dense(ctx, B, sizes)
    pivots = dense(ctx, A, A.sizes[:-1], DType.int32)
    return result, column_major(ctx, A, A.sizes), pivots, dense(ctx, A, A.sizes[:-2], DType.int32)


@shape("aten._linalg_solve_ex.default")
def linalg_solve_internal(ctx: Context, A: FakeTensor, B: FakeTensor, left: bool, check_errors: bool) -> _Solution:
    """The solution with LU factors, pivots and LAPACK's error codes."""
    return _solve(ctx, A, B, left)


@shape("aten.linalg_solve_ex.default")
def linalg_solve_ex(
    ctx: Context, A: FakeTensor, B: FakeTensor, left: bool, check_errors: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The solution and LAPACK's error codes."""
    result, _, _, info = _solve(ctx, A, B, left)
    return result, info


@shape("aten.linalg_solve.default")
def linalg_solve(ctx: Context, A: FakeTensor, B: FakeTensor, left: bool) -> FakeTensor:
    """The solution of ``A X = B`` (``X A = B``)."""
    return _solve(ctx, A, B, left)[0]


@shape("aten.linalg_solve_triangular.default")
def linalg_solve_triangular(
    ctx: Context, self: FakeTensor, B: FakeTensor, upper: bool, left: bool, unitriangular: bool
) -> FakeTensor:
    """The solution of a triangular system, column-major."""
    require_solvable(ctx, self, B, "linalg.solve_triangular", left=left)
    sizes, _ = batch_pair(ctx, B, self)
    return column_major(ctx, self, sizes)


@shape("aten.triangular_solve.default")
def triangular_solve(
    ctx: Context, self: FakeTensor, A: FakeTensor, upper: bool, transpose: bool, unitriangular: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The solution of a triangular system, and a copy of the matrix."""
    _require_rhs(ctx, self, A, "triangular_solve")
    _require_one_dtype(A, self)
    sizes, matrix = batch_pair(ctx, self, A)
    return column_major(ctx, self, sizes), column_major(ctx, A, matrix)


def _require_one_dtype(A: FakeTensor, b: FakeTensor) -> None:
    if A.dtype is not b.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {scalar_type_name(b.dtype)} and A of type "
            f"{scalar_type_name(A.dtype)} instead."
        )


def _require_rhs(ctx: Context, self: FakeTensor, A: FakeTensor, name: str) -> None:
    for tensor, label in ((self, "b"), (A, "A")):
        if tensor.ndim < 2:
            raise RuntimeError(
                f"torch.{name}: Expected {label} to have at least 2 dimensions, but it has {tensor.ndim} dimensions "
                "instead"
            )
    rows, columns = A.sizes[-2:]
    ctx.require(eq(rows, columns), f"A must be batches of square matrices, but they are {rows} by {columns} matrices")
    message = (
        f"Incompatible matrix sizes for {name}: each A matrix is {A.sizes[-1]} by {A.sizes[-1]} but each b matrix is "
        f"{self.sizes[-2]} by {self.sizes[-1]}"
    )
    ctx.require(eq(A.sizes[-2], self.sizes[-2]), message)


@shape("aten.cholesky_solve.default")
def cholesky_solve(ctx: Context, self: FakeTensor, input2: FakeTensor, upper: bool) -> FakeTensor:
    """The solution given a Cholesky factor."""
    for tensor, label in ((self, "b"), (input2, "u")):
        if tensor.ndim < 2:
            raise RuntimeError(f"{label} should have at least 2 dimensions, but has {tensor.ndim} dimensions instead")
    if self.dtype is not input2.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {scalar_type_name(self.dtype)} and A of "
            f"type {scalar_type_name(input2.dtype)} instead."
        )
    _require_rhs(ctx, self, input2, "cholesky_solve")
    return column_major(ctx, self, batch_pair(ctx, self, input2)[0])


@shape("aten.linalg_lu_solve.default")
def linalg_lu_solve(
    ctx: Context, LU: FakeTensor, pivots: FakeTensor, B: FakeTensor, left: bool, adjoint: bool
) -> FakeTensor:
    """The solution given LU factors."""
    name = "linalg.lu_solve"
    require_float(LU, f"torch.{name}")
    if LU.dtype is not B.dtype:
        names = scalar_type_name(LU.dtype), scalar_type_name(B.dtype)
        raise RuntimeError(
            f"{name}: Expected LU and B to have the same dtype, but found LU of type {names[0]} and B of type "
            f"{names[1]} instead"
        )
    if pivots.dtype is not DType.int32:
        raise RuntimeError(f"{name}: pivots should be a Tensor of scalar type torch.int32")
    require_square(ctx, LU, f"torch.{name}")
    if LU.sizes[-1] is not pivots.sizes[wrap_dim(-1, pivots.ndim, scalar_has_one=False)]:
        message = f"{name}: Number of pivots per batch should be same as the dimension of the matrix"
        require(ctx, eq(LU.sizes[-1], pivots.sizes[-1]), message)
    require_solvable(ctx, LU, B, name, left=left)
    _require_pivots(ctx, LU, pivots, name, "LU")
    sizes, _ = batch_pair(ctx, B, LU)
    return column_major(ctx, B, sizes) if left else dense(ctx, B, sizes)


def _require_pivots(ctx: Context, factors: FakeTensor, pivots: FakeTensor, name: str, label: str) -> None:
    require_sizes(
        ctx,
        pivots.sizes,
        factors.sizes[:-1],
        f"{name}: Expected {label}.shape[:-1] and pivots.shape to be the same, but got pivots with shape ",
        lambda: f"{sizes_text(pivots.sizes)} instead",
    )


@shape("aten.lu_solve.default")
def lu_solve(ctx: Context, self: FakeTensor, LU_data: FakeTensor, LU_pivots: FakeTensor) -> FakeTensor:
    """The solution given LU factors, by the older operator."""
    return linalg_lu_solve(ctx, LU_data, LU_pivots, self, True, False)


@shape("aten.linalg_ldl_solve.default")
def linalg_ldl_solve(ctx: Context, LD: FakeTensor, pivots: FakeTensor, B: FakeTensor, hermitian: bool) -> FakeTensor:
    """The solution given LDL factors."""
    name = "torch.linalg.ldl_solve"
    require_square(ctx, LD, name)
    require_float(LD, name)
    wrap_dim(-2, B.ndim, scalar_has_one=False)
    if pivots.dtype.category is not Category.INTEGRAL:
        raise RuntimeError(f"{name}: Expected pivots to be integers. Got {scalar_type_name(pivots.dtype)}")
    _require_pivots(ctx, LD, pivots, name, "LD")
    message = (
        f"Incompatible matrix sizes for {name}: each A matrix is {LD.sizes[-1]} by {LD.sizes[-1]} but each b matrix is "
        f"{B.sizes[-2]} by {B.sizes[-1]}"
    )
    ctx.require(eq(LD.sizes[-1], B.sizes[-2]), message)
    _require_one_dtype(LD, B)
    return column_major(ctx, B, batch_pair(ctx, B, LD)[0])


def _require_reflectors(ctx: Context, self: FakeTensor, tau: FakeTensor, other: FakeTensor) -> None:
    name = "torch.ormqr"
    if self.ndim - tau.ndim != 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {self.ndim}"
        )
    if self.ndim != other.ndim:
        raise RuntimeError(
            f"{name}: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{other.ndim} and input.ndim is equal to {self.ndim}"
        )
    batch = self.sizes[:-2]
    for sizes, label in ((tau.sizes[:-1], "tau"), (other.sizes[:-2], "other")):
        message = f"{name}: Expected batch dimensions of {label} to be equal to input.shape[:-2], but got {list(sizes)}"
        for size, expected in zip(sizes, batch, strict=True):
            ctx.require(eq(size, expected), message)


@shape("aten.ormqr.default")
def ormqr(
    ctx: Context, self: FakeTensor, input2: FakeTensor, input3: FakeTensor, left: bool, transpose: bool
) -> FakeTensor:
    """The product of a matrix with the orthogonal matrix of Householder reflectors."""
    name = "torch.ormqr"
    for tensor, label in ((self, "input"), (input3, "other")):
        if tensor.ndim < 2:
            raise RuntimeError(f"{name}: {label} must have at least 2 dimensions.")
    at = -2 if left else -1
    reflectors = input2.sizes[wrap_dim(-1, input2.ndim, scalar_has_one=False)]
    message = f"{name}: other.shape[{at}] must be greater than or equal to tau.shape[-1]"
    ctx.require(ge(input3.sizes[at], reflectors), message)
    ctx.require(eq(input3.sizes[at], self.sizes[-2]), f"{name}: other.shape[{at}] must be equal to input.shape[-2]")
    message = f"{name}: tau.shape[-1] must be equal to min(other.shape[{at}], input.shape[-1])"
    ctx.require(eq(reflectors, int_min(input3.sizes[at], self.sizes[-1])), message)
    _require_reflectors(ctx, self, input2, input3)
    if input2.dtype is not self.dtype:
        raise RuntimeError(
            f"{name}: Expected input and tau to have the same dtype, but input has dtype{scalar_type_name(self.dtype)} "
            f"and tau has dtype {scalar_type_name(input2.dtype)}"
        )
    if input3.dtype is not self.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but input has "
            f"dtype{scalar_type_name(self.dtype)} and other has dtype {scalar_type_name(input3.dtype)}"
        )
    return column_major(ctx, input3, input3.sizes)


@shape("aten.linalg_tensorinv.default")
def linalg_tensorinv(ctx: Context, self: FakeTensor, ind: int) -> FakeTensor:
    """The inverse of a tensor seen as a matrix: its first ``ind`` dimensions by the others."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    if ind > self.ndim:
        raise RuntimeError(f"ArrayRef: invalid slice, N = {ind}; size = {self.ndim}")
    rows, columns = product(self.sizes[:ind]), product(self.sizes[ind:])
    message = (
        "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
        f"{columns} != {rows}"
    )
    ctx.require(eq(rows, columns), message)
    sizes: Sizes = (*self.sizes[ind:], *self.sizes[:ind])
    return view(ctx, linalg_inv(ctx, dense(ctx, self, (rows, columns))), sizes)


@shape("aten.linalg_tensorsolve.default")
def linalg_tensorsolve(ctx: Context, self: FakeTensor, other: FakeTensor, dims: tuple[int, ...] | None) -> FakeTensor:
    """The solution of a tensor equation, in the shape of the dimensions of ``self`` that ``other`` lacks."""
    moved = self.sizes
    if dims is not None:
        at = [wrap_dim(dim, self.ndim) for dim in dims]
        if len(set(at)) < len(at):
            raise RuntimeError(f"movedim: repeated dim in `source` ({list(dims)})")
        moved = (*(s for d, s in enumerate(self.sizes) if d not in at), *(self.sizes[d] for d in at))
    if other.ndim > self.ndim:
        raise ValueError("cannot create std::vector larger than max_size()")
    sizes = moved[other.ndim :]
    rows, columns = product(other.sizes), product(sizes)
    message = (
        f"Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
        f"but got {columns} != {rows}"
    )
    ctx.require(eq(rows, columns), message)
    message = f"shape '[{rows}, {rows}]' is invalid for input of size {self.numel()}"
    ctx.require(eq(self.numel(), rows * rows), message)
    require_float(self, "linalg.solve")
    _require_solve_dtypes(self, other)
    return dense(ctx, self, sizes)
