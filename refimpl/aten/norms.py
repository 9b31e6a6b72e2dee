"""Norms of vectors and matrices, and distances that reduce like them."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense, elementwise, like, require_difference
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._linalg import require_float
from refimpl.aten._promotion import Number, promote_types, real_of, result_type
from refimpl.aten._reduction import all_dims, reduce, require_elements, require_nonempty
from refimpl.aten._registry import shape
from refimpl.aten._strides import is_contiguous
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import ne

__all__: list[str] = []


def _require_float(self: FakeTensor, name: str) -> None:
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {scalar_type_name(self.dtype)}"
        )


def _norm_dtype(self: FakeTensor, dtype: DType | None, name: str) -> DType:
    if dtype is None:
        return real_of(self.dtype)
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(f"{name}: dtype should be floating point or complex. Got {scalar_type_name(dtype)}")
    if self.dtype.is_complex and not dtype.is_complex:
        raise RuntimeError(f"{name}: dtype should be complex for complex inputs. Got {scalar_type_name(dtype)}")
    if not self.dtype.is_complex and dtype.is_complex:
        raise RuntimeError(f"{name}: dtype should be real for real inputs. Got {scalar_type_name(dtype)}")
    if promote_types(self.dtype, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({scalar_type_name(self.dtype)}) should be convertible without narrowing "
            f"to the specified dtype ({scalar_type_name(dtype)})"
        )
    return real_of(dtype)


def _require_identity(ctx: Context, self: FakeTensor, ord: Number, dim: Sequence[int] | None) -> None:
    """Only orders from 0 below infinity have an identity, so that any other needs elements."""
    if not isinstance(ord, (int, float)) or 0 <= ord < inf:
        return
    if not dim:
        require_elements(
            ctx,
            self,
            f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation does not have "
            "an identity",
        )
        return
    for item in dim:
        size = self.sizes[wrap_dim(item, self.ndim)] if self.sizes else 1
        ctx.require(
            ne(size, 0),
            f"linalg.vector_norm cannot compute the {ord} norm on the dimension {item}because this dimension is empty "
            "and the operation does not have an identity",
        )


@shape("aten.linalg_vector_norm.default")
def linalg_vector_norm(
    ctx: Context, self: FakeTensor, ord: Number, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The norm of the elements over dimensions, a real number."""
    _require_float(self, "linalg.vector_norm")
    dims = all_dims(self, dim)
    _require_identity(ctx, self, ord, dim)
    return reduce(ctx, self, dims, keepdim, _norm_dtype(self, dtype, "linalg.vector_norm"))


def _norm(
    ctx: Context, self: FakeTensor, p: Number | None, dim: Sequence[int], keepdim: bool, dtype: DType | None
) -> FakeTensor:
    source = self if dtype is None else like(ctx, self, dtype)
    if not (source.dtype.is_floating_point or source.dtype.is_complex):
        raise RuntimeError(
            f"norm(): {'input' if dtype is None else 'the desired output'} dtype should be either floating point or "
            "complex. "
            f"Got {scalar_type_name(source.dtype)} instead."
        )
    if dtype is not None:
        _norm_dtype(self, dtype, "linalg.vector_norm")
    dims = all_dims(source, dim)
    _require_identity(ctx, source, 2 if p is None else p, dim)
    return reduce(ctx, source, dims, keepdim, real_of(source.dtype))


@shape("aten.norm.Scalar")
def norm(ctx: Context, self: FakeTensor, p: Number) -> FakeTensor:
    """The norm of all elements."""
    return _norm(ctx, self, p, (), False, None)


@shape("aten.norm.ScalarOpt_dtype")
def norm_dtype(ctx: Context, self: FakeTensor, p: Number | None, dtype: DType) -> FakeTensor:
    """The norm of all elements, converted first."""
    _require_float(self, "linalg.vector_norm")
    return _norm(ctx, self, p, (), False, dtype)


@shape("aten.norm.ScalarOpt_dim")
def norm_dim(ctx: Context, self: FakeTensor, p: Number | None, dim: Sequence[int], keepdim: bool) -> FakeTensor:
    """The norm over dimensions."""
    return _norm(ctx, self, p, dim, keepdim, None)


@shape("aten.norm.ScalarOpt_dim_dtype")
def norm_dim_dtype(
    ctx: Context, self: FakeTensor, p: Number | None, dim: Sequence[int], keepdim: bool, dtype: DType
) -> FakeTensor:
    """The norm over dimensions, converted first."""
    _require_float(self, "linalg.vector_norm")
    return _norm(ctx, self, p, dim, keepdim, dtype)


def _require_matrix(self: FakeTensor, name: str) -> None:
    if self.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")


def _matrix_norm(
    ctx: Context,
    self: FakeTensor,
    ord: Number | str,
    dim: Sequence[int],
    keepdim: bool,
    dtype: DType | None,
    *,
    singular: bool = False,
) -> FakeTensor:
    """A norm of matrices; of 16 bits there are no ``singular`` values."""
    name = "linalg.matrix_norm"
    _require_matrix(self, name)
    require_float(self, name, low_precision=not singular)
    if len(dim) != 2:
        raise RuntimeError("linalg.matrix_norm: dim must be a 2-tuple.")
    dims = tuple(wrap_dim(item, self.ndim) for item in dim)
    if dims[0] == dims[1]:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    return reduce(ctx, self, dims, keepdim, _norm_dtype(self, dtype, name))


@shape("aten.linalg_matrix_norm.default")
def linalg_matrix_norm(
    ctx: Context, self: FakeTensor, ord: Number, dim: Sequence[int], keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """A norm of matrices."""
    if not isinstance(ord, (int, float)) or abs(ord) not in (1, 2, inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord:g} not supported.")
    result = _matrix_norm(ctx, self, ord, dim, keepdim, dtype, singular=abs(ord) == 2)
    if ord < 0:
        # The smallest over columns, rows or singular values needs one; the largest of none is 0.
        for at in {1: dim[1:], inf: dim[:1]}.get(abs(ord), dim):
            require_nonempty(ctx, self, "amin()", (at,))
    return result


@shape("aten.linalg_matrix_norm.str_ord")
def linalg_matrix_norm_named(
    ctx: Context, self: FakeTensor, ord: str, dim: Sequence[int], keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The Frobenius or nuclear norm of matrices."""
    if ord not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    return _matrix_norm(ctx, self, ord, dim, keepdim, dtype, singular=ord == "nuc")


@shape("aten.linalg_norm.default")
def linalg_norm(
    ctx: Context, self: FakeTensor, ord: Number | None, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """A norm of vectors (one dimension, or no order) or of matrices (two dimensions)."""
    as_vector = ord is None or (len(dim) == 1 if dim is not None else self.ndim == 1)
    _require_float(self, "linalg.vector_norm" if as_vector else "linalg.norm")
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if dim is None and ord is not None and self.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {self.ndim}D."
        )
    if ord is not None and (len(dim) == 2 if dim is not None else self.ndim == 2):
        return linalg_matrix_norm(ctx, self, ord, (0, 1) if dim is None else dim, keepdim, dtype)
    return linalg_vector_norm(ctx, self, 2 if ord is None else ord, dim, keepdim, dtype)


@shape("aten.linalg_norm.ord_str")
def linalg_norm_named(
    ctx: Context, self: FakeTensor, ord: str, dim: Sequence[int] | None, keepdim: bool, dtype: DType | None
) -> FakeTensor:
    """The Frobenius or nuclear norm of matrices."""
    if dim is None and self.ndim != 2:
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {self.ndim}D."
        )
    return linalg_matrix_norm_named(ctx, self, ord, (-2, -1) if dim is None else dim, keepdim, dtype)


@shape("aten.nuclear_norm.default")
def nuclear_norm(ctx: Context, self: FakeTensor, keepdim: bool) -> FakeTensor:
    """The nuclear norm of a matrix."""
    return _matrix_norm(ctx, self, "nuc", (-2, -1), keepdim, None, singular=True)


@shape("aten.frobenius_norm.dim")
def frobenius_norm(ctx: Context, self: FakeTensor, dim: Sequence[int], keepdim: bool) -> FakeTensor:
    """The root of the sum of squares over one or two dimensions, or over all."""
    if len(dim) > 2:
        raise RuntimeError(f"Expected at most 2 dimensions, but got {len(dim)} dimensions instead.")
    return _norm(ctx, self, 2, dim, keepdim, None)


@shape("aten.nuclear_norm.dim")
def nuclear_norm_dims(ctx: Context, self: FakeTensor, dim: Sequence[int], keepdim: bool) -> FakeTensor:
    """The sum of the singular values over two dimensions."""
    return _matrix_norm(ctx, self, "nuc", dim, keepdim, None, singular=True)


@shape("aten.dist.default")
def dist(ctx: Context, self: FakeTensor, other: FakeTensor, p: Number) -> FakeTensor:
    """The norm of a difference."""
    require_difference(self, other)
    difference = elementwise(ctx, (self, other), result_type(ctx, self, other))
    return _norm(ctx, difference, p, (), False, None)


@shape("aten.pairwise_distance.default")
def pairwise_distance(ctx: Context, x1: FakeTensor, x2: FakeTensor, p: float, eps: float, keepdim: bool) -> FakeTensor:
    """The norm of the difference along the last dimension."""
    require_difference(x1, x2)
    difference = elementwise(ctx, (x1, x2), result_type(ctx, x1, x2, eps))
    return _norm(ctx, difference, p, (difference.ndim - 1,) if difference.ndim else (), keepdim, None)


@shape("aten.cosine_similarity.default")
def cosine_similarity(ctx: Context, x1: FakeTensor, x2: FakeTensor, dim: int, eps: float) -> FakeTensor:
    """The cosine of the angle between vectors along a dimension."""
    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps:g}")
    dtype = result_type(ctx, x1, x2)
    if not dtype.is_floating_point:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {scalar_type_name(dtype)}")
    product = elementwise(ctx, (x1, x2), dtype)
    return reduce(ctx, product, wrap_dims((dim,), product.ndim), False, dtype)


@shape("aten.renorm.default")
def renorm(ctx: Context, self: FakeTensor, p: Number, dim: int, maxnorm: Number) -> FakeTensor:
    """The sub-tensors along a dimension scaled down to a largest norm."""
    for name, number in (("p", p), ("maxnorm", maxnorm)):
        if isinstance(number, complex):
            raise RuntimeError(f"renorm: {name} must be real-valued")
    if isinstance(p, (int, float)) and p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if isinstance(maxnorm, (int, float)) and maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    if self.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {self.ndim} dimensions")
    kept = wrap_dim(dim, self.ndim)
    _require_float(self, "linalg.vector_norm")
    _require_identity(ctx, self, p, [at for at in range(self.ndim) if at != kept])
    factors = dense(ctx, self, tuple([size if at == kept else 1 for at, size in enumerate(self.sizes)]))
    made = elementwise(ctx, (self, factors), self.dtype)
    return made if is_contiguous(ctx, made) else dense(ctx, self, self.sizes)


@shape("aten.norm_except_dim.default")
def norm_except_dim(ctx: Context, v: FakeTensor, pow: int, dim: int) -> FakeTensor:
    """The norm over all dimensions but one, which is kept in place."""
    if dim == -1:
        return _norm(ctx, v, pow, (), False, None)
    kept = wrap_dim(dim, v.ndim, scalar_has_one=False)
    _norm(ctx, v, pow, (), False, None)
    size = v.sizes[kept]
    message = (
        f"cannot reshape tensor of 0 elements into shape [{size}, -1] because the unspecified dimension size -1 can be "
        "any value and is ambiguous"
    )
    ctx.require(ne(size, 0), message)
    sizes = tuple(size if at == kept else 1 for at, size in enumerate(v.sizes))
    return dense(ctx, v, sizes, real_of(v.dtype))
