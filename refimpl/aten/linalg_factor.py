"""Matrix factorizations: LU, QR, Cholesky, LDL, eigen- and singular values."""

# Arguments are named as the schemas name them.
# ruff: noqa: N803

from __future__ import annotations

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import EXACT, require_kernel
from refimpl.aten._linalg import column_major, require_float, require_matrix, require_square, smaller
from refimpl.aten._promotion import complex_of, real_of
from refimpl.aten._registry import shape
from refimpl.aten._unbacked import decided
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, ge

__all__ = ["qr_parts", "svd_parts"]


def svd_parts(
    ctx: Context, self: FakeTensor, full: bool, vectors: bool, name: str = "linalg.svd"
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """``U``, singular values, ``Vh``; empty ``U`` and ``Vh`` if vectors are not wanted."""
    require_matrix(self, name)
    require_float(self, name)
    *batch, rows, columns = self.sizes
    k = smaller(ctx, self)
    values = dense(ctx, self, (*batch, k), real_of(self.dtype))
    if not vectors:
        return dense(ctx, self, (0,)), values, dense(ctx, self, (0,))
    u = column_major(ctx, self, (*batch, rows, rows if full else k))
    return u, values, column_major(ctx, self, (*batch, columns if full else k, columns))


@shape("aten._linalg_svd.default")
def linalg_svd_internal(
    ctx: Context, A: FakeTensor, full_matrices: bool, compute_uv: bool, driver: str | None
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """Singular value decomposition."""
    return svd_parts(ctx, A, full_matrices, compute_uv)


@shape("aten.linalg_svd.default")
def linalg_svd(
    ctx: Context, A: FakeTensor, full_matrices: bool, driver: str | None
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """Singular value decomposition."""
    return svd_parts(ctx, A, full_matrices, True)


@shape("aten.linalg_svdvals.default")
def linalg_svdvals(ctx: Context, A: FakeTensor, driver: str | None) -> FakeTensor:
    """Singular values."""
    return svd_parts(ctx, A, False, False)[1]


@shape("aten.svd.default")
def svd(ctx: Context, self: FakeTensor, some: bool, compute_uv: bool) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """The older decomposition: ``V`` instead of ``Vh``, and full zero matrices without vectors."""
    if self.ndim < 2:
        raise RuntimeError(
            "linalg.svd: input should have at least 2 dimensions, but has {self.ndim} dimensions instead"
        )
    *batch, rows, columns = self.sizes
    if not compute_uv:
        values = svd_parts(ctx, self, False, False)[1]
        return dense(ctx, self, (*batch, rows, rows)), values, dense(ctx, self, (*batch, columns, columns))
    u, values, vh = svd_parts(ctx, self, not some, True)
    swapped = (*vh.sizes[:-2], vh.sizes[-1], vh.sizes[-2]), (*vh.strides[:-2], vh.strides[-1], vh.strides[-2])
    return u, values, vh.viewed(*swapped, vh.offset)


def _eigh(ctx: Context, A: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    require_square(ctx, A, "linalg.eigh")
    # Without elements the dtype is not looked at.
    if ctx.known(eq(A.numel(), 0)) is not True:
        require_float(A, "linalg.eigh")
    return dense(ctx, A, A.sizes[:-1], real_of(A.dtype)), column_major(ctx, A, A.sizes)


def _require_triangle(uplo: str) -> None:
    if uplo.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")


@shape("aten._linalg_eigh.default")
def linalg_eigh_internal(ctx: Context, A: FakeTensor, UPLO: str, compute_v: bool) -> tuple[FakeTensor, FakeTensor]:
    """Eigenvalues and vectors of a Hermitian matrix."""
    _require_triangle(UPLO)
    values, vectors = _eigh(ctx, A)
    return values, vectors if compute_v else dense(ctx, A, (0,))


@shape("aten.linalg_eigh.default")
def linalg_eigh(ctx: Context, self: FakeTensor, UPLO: str) -> tuple[FakeTensor, FakeTensor]:
    """Eigenvalues and vectors of a Hermitian matrix."""
    _require_triangle(UPLO)
    return _eigh(ctx, self)


@shape("aten.linalg_eigvalsh.default")
def linalg_eigvalsh(ctx: Context, self: FakeTensor, UPLO: str) -> FakeTensor:
    """Eigenvalues of a Hermitian matrix."""
    _require_triangle(UPLO)
    return _eigh(ctx, self)[0]


@shape("aten.linalg_eig.default")
def linalg_eig(ctx: Context, self: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    """Complex eigenvalues and vectors."""
    require_square(ctx, self, "linalg.eig")
    dtype = _complex_of(self)
    return dense(ctx, self, self.sizes[:-1], dtype), column_major(ctx, self, self.sizes, dtype)


@shape("aten.linalg_eigvals.default", "aten._linalg_eigvals.default")
def linalg_eigvals(ctx: Context, self: FakeTensor) -> FakeTensor:
    """Complex eigenvalues."""
    require_square(ctx, self, "linalg.eigvals")
    return dense(ctx, self, self.sizes[:-1], _complex_of(self))


def _complex_of(tensor: FakeTensor) -> DType:
    if not tensor.dtype.is_floating_point and not tensor.dtype.is_complex:
        raise RuntimeError(f"Unknown Complex ScalarType for {scalar_type_name(tensor.dtype)}")
    return complex_of(tensor.dtype)


@shape("aten.linalg_cholesky_ex.default")
def linalg_cholesky_ex(
    ctx: Context, self: FakeTensor, upper: bool, check_errors: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The Cholesky factor and LAPACK's error codes."""
    require_square(ctx, self, "linalg.cholesky")
    require_float(self, "linalg.cholesky")
    return column_major(ctx, self, self.sizes), dense(ctx, self, self.sizes[:-2], DType.int32)


@shape("aten.linalg_cholesky.default")
def linalg_cholesky(ctx: Context, self: FakeTensor, upper: bool) -> FakeTensor:
    """The Cholesky factor."""
    return linalg_cholesky_ex(ctx, self, upper, False)[0]


@shape("aten.cholesky.default")
def cholesky(ctx: Context, self: FakeTensor, upper: bool) -> FakeTensor:
    """The Cholesky factor, by the older operator; an empty tensor keeps its layout."""
    if decided(ctx, eq(self.numel(), 0)):
        return like(ctx, self)
    require_square(ctx, self, "cholesky")
    return column_major(ctx, self, self.sizes)


@shape("aten.cholesky_inverse.default")
def cholesky_inverse(ctx: Context, self: FakeTensor, upper: bool) -> FakeTensor:
    """The inverse made from a Cholesky factor."""
    require_square(ctx, self, "cholesky_inverse")
    return column_major(ctx, self, self.sizes)


def qr_parts(ctx: Context, self: FakeTensor, mode: str) -> tuple[FakeTensor, FakeTensor]:
    """``Q`` and ``R`` in mode reduced, complete, or ``r`` (an empty ``Q``)."""
    require_matrix(self, "linalg.qr")
    require_float(self, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    *batch, rows, columns = self.sizes
    inner = rows if mode == "complete" else smaller(ctx, self)
    r = column_major(ctx, self, (*batch, inner, columns))
    return (dense(ctx, self, (0,)) if mode == "r" else column_major(ctx, self, (*batch, rows, inner))), r


@shape("aten.linalg_qr.default")
def linalg_qr(ctx: Context, A: FakeTensor, mode: str) -> tuple[FakeTensor, FakeTensor]:
    """QR decomposition."""
    return qr_parts(ctx, A, mode)


@shape("aten.qr.default")
def qr(ctx: Context, self: FakeTensor, some: bool) -> tuple[FakeTensor, FakeTensor]:
    """QR decomposition by the older operator."""
    return qr_parts(ctx, self, "reduced" if some else "complete")


@shape("aten.geqrf.default")
def geqrf(ctx: Context, self: FakeTensor) -> tuple[FakeTensor, FakeTensor]:
    """QR as LAPACK stores it: one matrix and the scalars of the reflectors."""
    if self.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    require_kernel("geqrf_cpu", self.dtype, EXACT)
    return column_major(ctx, self, self.sizes), dense(ctx, self, (*self.sizes[:-2], smaller(ctx, self)))


@shape("aten.linalg_householder_product.default", "aten.orgqr.default")
def linalg_householder_product(ctx: Context, input: FakeTensor, tau: FakeTensor) -> FakeTensor:
    """The orthogonal matrix of Householder reflectors."""
    name = "torch.linalg.householder_product"
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    rows, columns = input.sizes[-2:]
    ctx.require(ge(rows, columns), f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    reflectors = tau.sizes[wrap_dim(-1, tau.ndim, scalar_has_one=False)]
    ctx.require(ge(columns, reflectors), f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    if input.ndim - tau.ndim != 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {tau.ndim} and "
            f"input.ndim is equal to {input.ndim}"
        )
    for size, expected in zip(tau.sizes[:-1], input.sizes[:-2], strict=True):
        ctx.require(
            eq(size, expected),
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(tau.sizes[:-1])}",
        )
    if tau.dtype is not input.dtype:
        raise RuntimeError(f"{name}: tau dtype {tau.dtype} does not match input dtype {input.dtype}")
    return column_major(ctx, input, input.sizes)


@shape("aten.linalg_ldl_factor_ex.default")
def linalg_ldl_factor_ex(
    ctx: Context, self: FakeTensor, hermitian: bool, check_errors: bool
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """LDL factors, pivots and LAPACK's error codes."""
    require_square(ctx, self, "torch.linalg.ldl_factor_ex")
    require_float(self, "torch.linalg.ldl_factor_ex")
    pivots = dense(ctx, self, self.sizes[:-1], DType.int32)
    return column_major(ctx, self, self.sizes), pivots, dense(ctx, self, self.sizes[:-2], DType.int32)


@shape("aten.linalg_ldl_factor.default")
def linalg_ldl_factor(ctx: Context, self: FakeTensor, hermitian: bool) -> tuple[FakeTensor, FakeTensor]:
    """LDL factors and pivots."""
    factors, pivots, _ = linalg_ldl_factor_ex(ctx, self, hermitian, False)
    return factors, pivots


def _lu(ctx: Context, A: FakeTensor) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    if A.ndim < 2:
        raise RuntimeError(
            f"torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: {list(A.sizes)} instead"
        )
    pivots = dense(ctx, A, (*A.sizes[:-2], smaller(ctx, A)), DType.int32)
    return column_major(ctx, A, A.sizes), pivots, dense(ctx, A, A.sizes[:-2], DType.int32)


def _require_pivot(ctx: Context, tensor: FakeTensor, pivot: bool) -> None:
    if not pivot and tensor.device.type == "cpu" and ctx.known(eq(tensor.numel(), 0)) is not True:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")


@shape("aten.linalg_lu_factor_ex.default", "aten._lu_with_info.default")
def linalg_lu_factor_ex(
    ctx: Context, A: FakeTensor, pivot: bool, check_errors: bool
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """LU factors in one matrix, pivots and LAPACK's error codes."""
    _require_pivot(ctx, A, pivot)
    return _lu(ctx, A)


@shape("aten.linalg_lu_factor.default")
def linalg_lu_factor(ctx: Context, A: FakeTensor, pivot: bool) -> tuple[FakeTensor, FakeTensor]:
    """LU factors in one matrix, and pivots."""
    _require_pivot(ctx, A, pivot)
    return _lu(ctx, A)[:2]


@shape("aten.linalg_lu.default")
def linalg_lu(ctx: Context, A: FakeTensor, pivot: bool) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """``P``, ``L`` and ``U``, all contiguous."""
    if A.ndim < 2:
        raise RuntimeError(f"linalg.lu: Expected tensor with 2 or more dimensions. Got size: {list(A.sizes)} instead")
    *batch, rows, columns = A.sizes
    k = smaller(ctx, A)
    p = dense(ctx, A, (*batch, rows, rows) if pivot else (0,))
    return p, dense(ctx, A, (*batch, rows, k)), dense(ctx, A, (*batch, k, columns))


@shape("aten.lu_unpack.default")
def lu_unpack(
    ctx: Context, LU_data: FakeTensor, LU_pivots: FakeTensor, unpack_data: bool, unpack_pivots: bool
) -> tuple[FakeTensor, FakeTensor, FakeTensor]:
    """``P``, ``L`` and ``U`` out of factors and pivots; what is not asked for is empty."""
    if LU_data.ndim < 2:
        raise RuntimeError(
            f"torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: {list(LU_data.sizes)} instead"
        )
    if unpack_pivots and LU_pivots.dtype is not DType.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype."
            f" Got {scalar_type_name(LU_pivots.dtype)}"
        )
    p, lower, upper = linalg_lu(ctx, LU_data, unpack_pivots)
    if unpack_data:
        return p, lower, upper
    return p, dense(ctx, LU_data, (0,)), dense(ctx, LU_data, (0,))
