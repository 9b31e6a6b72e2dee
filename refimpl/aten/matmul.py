"""Matrix products: contracted sizes agree, and the result is contiguous."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from refimpl.aten._broadcast import expand
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, pointwise
from refimpl.aten._in_place import cxx_type, require_fits, require_no_overlap, scalar_type_name
from refimpl.aten._promotion import Kind, Number, result_type
from refimpl.aten._registry import shape
from refimpl.aten._strides import same_size
from refimpl.aten._unbacked import decided
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, lor

__all__ = ["addmm", "bmm", "dot", "mm", "mv", "require_equal"]

_IN_PLACE: Final = "Bad in-place call: input tensor size {} and output tensor size {} should match"


def require_equal(ctx: Context, left: Dim, right: Dim, message: str) -> None:
    """Two sizes that a kernel contracts are equal. Raises RuntimeError."""
    if left is not right:
        ctx.require(eq(left, right), message)


def _require_same_dtype(self: FakeTensor, other: FakeTensor) -> None:
    if self.dtype is not other.dtype:
        left, right = cxx_type(self), cxx_type(other)
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {left} != {right}")


def _require_matrices(ctx: Context, rows: Dim, inner: Dim, other_inner: Dim, columns: Dim) -> None:
    if inner != other_inner:
        message = f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {other_inner}x{columns})"
        ctx.require(eq(inner, other_inner), message)


def _mm(ctx: Context, self: FakeTensor, mat2: FakeTensor, names: tuple[str, str], dtype: DType | None) -> FakeTensor:
    """The product of two matrices that the messages name so: ``mm`` has a ``self``, ``addmm`` a ``mat1``."""
    for tensor, name in zip((self, mat2), names, strict=True):
        if tensor.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix" + f", got {tensor.ndim}-D tensor" * (names[0] != "self"))
    rows, inner = self.sizes
    other_inner, columns = mat2.sizes
    _require_matrices(ctx, rows, inner, other_inner, columns)
    if names[0] == "self":
        _require_same_dtype(self, mat2)
    elif self.dtype is not mat2.dtype:
        left, right = scalar_type_name(self.dtype), scalar_type_name(mat2.dtype)
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {left} and {right}")
    return dense(ctx, self, (rows, columns), dtype)


@shape("aten.mm.default")
def mm(ctx: Context, self: FakeTensor, mat2: FakeTensor) -> FakeTensor:
    """The product of two matrices."""
    return _mm(ctx, self, mat2, ("self", "mat2"), None)


@shape("aten.mm.dtype")
def mm_dtype(ctx: Context, self: FakeTensor, mat2: FakeTensor, out_dtype: DType) -> FakeTensor:
    """The product of two matrices in another dtype."""
    result = _mm(ctx, self, mat2, ("self", "mat2"), out_dtype)
    _require_wider(self, out_dtype, _WIDER)
    return result


_WIDER: Final = "out_dtype must be the same as input dtype or fp32 for fp16/bf16 inputs"


def _require_wider(self: FakeTensor, out_dtype: DType, message: str) -> None:
    low = self.dtype in (DType.float16, DType.bfloat16)
    if out_dtype is not self.dtype and not (low and out_dtype is DType.float32):
        raise RuntimeError(message)


@shape("aten._int_mm.default")
def int_mm(ctx: Context, self: FakeTensor, mat2: FakeTensor) -> FakeTensor:
    """The product of two int8 matrices in int32."""
    for tensor, name in ((self, "self"), (mat2, "mat2")):
        if tensor.ndim != 2:
            raise RuntimeError(f"int_mm_out_cpu: Expected {name} to be of dimension 2 but got {tensor.ndim}")
    inner, other = self.sizes[1], mat2.sizes[0]
    require_equal(
        ctx, inner, other, f"int_mm_out_cpu: self.size(1) needs to match mat2.size(0) but got {inner} and {other}"
    )
    for tensor, name in ((self, "self"), (mat2, "mat2")):
        if tensor.dtype is not DType.int8 and tensor.dtype is not DType.uint8:
            raise RuntimeError(f"int_mm_out_cpu: Expected {name} dtype to be int8 or uint8 but got {cxx_type(tensor)}")
    return dense(ctx, self, (self.sizes[0], mat2.sizes[1]), DType.int32)


def _added(ctx: Context, self: FakeTensor, result: FakeTensor) -> FakeTensor:
    """The bias expands to the product."""
    _require_expandable(ctx, self, result.sizes)
    return result


def _require_expandable(ctx: Context, self: FakeTensor, sizes: Sizes) -> None:
    if self.sizes and self.sizes != sizes[-self.ndim :]:
        expand(ctx, self, sizes)


@shape("aten.addmm.default")
def addmm(
    ctx: Context, self: FakeTensor, mat1: FakeTensor, mat2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """``beta * self + alpha * mat1 @ mat2``."""
    _require_bias_dtype(self, mat2)
    return _added(ctx, self, _mm(ctx, mat1, mat2, ("mat1", "mat2"), None))


def _require_bias_dtype(self: FakeTensor, mat2: FakeTensor) -> None:
    if self.dtype is not mat2.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(mat2.dtype)
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {names[0]} and {names[1]}")


@shape("aten.addmm_.default")
def addmm_in_place(
    ctx: Context, self: FakeTensor, mat1: FakeTensor, mat2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """The same written into a matrix of just those sizes."""
    _require_bias_dtype(self, mat2)
    result = _mm(ctx, mat1, mat2, ("mat1", "mat2"), None)
    require_fits(ctx, self, result.sizes, result.dtype, _IN_PLACE)
    require_no_overlap(ctx, self)
    return self


@shape("aten.addmm.dtype")
def addmm_dtype(
    ctx: Context,
    self: FakeTensor,
    mat1: FakeTensor,
    mat2: FakeTensor,
    out_dtype: DType,
    beta: Number,
    alpha: Number,
) -> FakeTensor:
    """As ``addmm``, in another dtype."""
    result = _added(ctx, self, _mm(ctx, mat1, mat2, ("mat1", "mat2"), out_dtype))
    _require_wider(mat1, out_dtype, _WIDER)
    return result


def _require_batches(batch1: FakeTensor, batch2: FakeTensor) -> None:
    if batch1.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if batch2.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")


def _bmm(ctx: Context, batch1: FakeTensor, batch2: FakeTensor, dtype: DType | None) -> FakeTensor:
    _require_batches(batch1, batch2)
    count, rows, inner = batch1.sizes
    count2, inner2, columns = batch2.sizes
    if count != count2 or inner != inner2:
        message = (
            f"Expected size for first two dimensions of batch2 tensor to be: [{count}, {inner}] "
            f"but got: [{count2}, {inner2}]."
        )
        require_equal(ctx, count, count2, message)
        require_equal(ctx, inner, inner2, message)
    if batch1.dtype is not batch2.dtype:
        names = scalar_type_name(batch1.dtype), scalar_type_name(batch2.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    return dense(ctx, batch1, (count, rows, columns), dtype)


@shape("aten.bmm.default")
def bmm(ctx: Context, self: FakeTensor, mat2: FakeTensor) -> FakeTensor:
    """The products of two batches of matrices."""
    return _bmm(ctx, self, mat2, None)


@shape("aten.bmm.dtype")
def bmm_dtype(ctx: Context, self: FakeTensor, mat2: FakeTensor, out_dtype: DType) -> FakeTensor:
    """The products of two batches of matrices in another dtype."""
    result = _bmm(ctx, self, mat2, out_dtype)
    _require_wider(
        self,
        out_dtype,
        "out_dtype only supported for torch.float32 output with float16/bfloat16 inputs or same as input dtypes",
    )
    return result


@shape("aten.baddbmm.default")
def baddbmm(
    ctx: Context, self: FakeTensor, batch1: FakeTensor, batch2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """``beta * self + alpha * batch1 @ batch2``; the bias is expanded first."""
    for tensor, dim in ((batch1, 1), (batch2, 2)):
        wrap_dim(dim, tensor.ndim, scalar_has_one=False)
    _require_expandable(ctx, self, (*batch1.sizes[:2], batch2.sizes[2]))
    if not self.dtype is batch1.dtype is batch2.dtype:
        _bmm(ctx, batch1, replace(batch2, dtype=batch1.dtype), None)
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {cxx_type(self)}, batch1: {cxx_type(batch1)}, "
            f"batch2: {cxx_type(batch2)}"
        )
    return _bmm(ctx, batch1, batch2, None)


@shape("aten.addbmm.default")
def addbmm(
    ctx: Context, self: FakeTensor, batch1: FakeTensor, batch2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """``beta * self + alpha * sum over the batch of batch1 @ batch2``."""
    for tensor, dim in ((batch1, 1), (batch2, 2)):
        wrap_dim(dim, tensor.ndim, scalar_has_one=False)
    _require_expandable(ctx, self, (batch1.sizes[1], batch2.sizes[2]))
    _require_batches(batch1, batch2)
    (count, rows, inner), (count2, inner2, columns) = batch1.sizes, batch2.sizes
    require_equal(ctx, count, count2, f"batch1 and batch2 must have same number of batches, got {count} and {count2}")
    message = f"Incompatible matrix sizes for bmm ({rows}x{inner} and {inner2}x{columns})"
    require_equal(ctx, inner, inner2, message)
    _require_bias_dtype(self, batch2)
    if batch1.dtype is not batch2.dtype:
        names = scalar_type_name(batch1.dtype), scalar_type_name(batch2.dtype)
        raise RuntimeError(f"mat1 and mat2 must have the same dtype, but got {names[0]} and {names[1]}")
    batched = _bmm(ctx, batch1, batch2, None)
    return dense(ctx, batched, batched.sizes[1:])


@shape("aten.addbmm_.default")
def addbmm_in_place(
    ctx: Context, self: FakeTensor, batch1: FakeTensor, batch2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """The same written into a matrix of just those sizes, which fake tensors ask for (the kernel makes another)."""
    result = addbmm(ctx, self, batch1, batch2, beta, alpha)
    if self.ndim < len(result.sizes):
        raise RuntimeError("expand: the requested shape has too few dimensions!")
    for have, want in zip(self.sizes, result.sizes, strict=True):
        ctx.require(eq(have, want), f"expand: attempting to expand a dimension of length {want} -> {have}!")
    require_no_overlap(ctx, self)
    return self


def _require_one_dtype(self: FakeTensor, mat: FakeTensor, vec: FakeTensor) -> None:
    if not self.dtype is mat.dtype is vec.dtype:
        names = [scalar_type_name(tensor.dtype) for tensor in (self, mat, vec)]
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"
        )


def _require_vector_product(self: FakeTensor, vec: FakeTensor) -> None:
    wrap_dim(0, self.ndim, scalar_has_one=False)
    if self.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {self.ndim}, {vec.ndim}")


@shape("aten.mv.default")
def mv(ctx: Context, self: FakeTensor, vec: FakeTensor) -> FakeTensor:
    """A matrix times a vector."""
    _require_vector_product(self, vec)
    rows, inner = self.sizes
    require_equal(
        ctx, inner, vec.sizes[0], f"size mismatch, got input ({rows}), mat ({rows}x{inner}), vec ({vec.sizes[0]})"
    )
    _require_one_dtype(vec, self, vec)
    return dense(ctx, self, (rows,))


@shape("aten.addmv.default")
def addmv(ctx: Context, self: FakeTensor, mat: FakeTensor, vec: FakeTensor, beta: Number, alpha: Number) -> FakeTensor:
    """``beta * self + alpha * mat @ vec``."""
    if mat.ndim != 2 or vec.ndim != 1 or self.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {self.ndim}, {mat.ndim}, {vec.ndim}")
    _require_one_dtype(self, mat, vec)
    rows, inner = mat.sizes
    size = self.sizes[0] if self.sizes else 1
    message = f"size mismatch, got input ({size}), mat ({rows}x{inner}), vec ({vec.sizes[0]})"
    require_equal(ctx, inner, vec.sizes[0], message)
    ctx.require(lor(eq(rows, size), eq(size, 1)), message)
    if not (self.sizes and same_size(ctx, size, rows)) and decided(ctx, eq(rows, 0)) and self.dtype is not DType.bool:
        return dense(ctx, self, self.sizes)  # ``self`` is not expanded to what is empty
    return _added(ctx, self, dense(ctx, vec, (rows,)))


@shape("aten.addmv_.default")
def addmv_in_place(
    ctx: Context, self: FakeTensor, mat: FakeTensor, vec: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """The same written into a vector of just that size."""
    dtype = addmv(ctx, self, mat, vec, beta, alpha).dtype
    require_fits(ctx, self, (mat.sizes[0],), dtype, _IN_PLACE)
    require_no_overlap(ctx, self)
    return self


@shape("aten.addr.default")
def addr(ctx: Context, self: FakeTensor, vec1: FakeTensor, vec2: FakeTensor, beta: Number, alpha: Number) -> FakeTensor:
    """``beta * self + alpha * outer(vec1, vec2)``."""
    _require_vectors(vec1, vec2)
    dtype = result_type(ctx, self, vec1, vec2)
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, float) and not (dtype.is_floating_point or dtype.is_complex):
            raise RuntimeError(f"For integral input tensors, argument {name} must not be a floating point number.")
    outer = dense(ctx, vec1, (vec1.sizes[0], vec2.sizes[0]), result_type(ctx, vec1, vec2))
    if self.sizes != outer.sizes:
        expand(ctx, self, outer.sizes)
    return pointwise(ctx, Kind.DEFAULT, self, outer)


def _require_vectors(vec1: FakeTensor, vec2: FakeTensor) -> None:
    for tensor, name in ((vec1, "vec1"), (vec2, "vec2")):
        if tensor.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {tensor.ndim}-D")


@shape("aten.addr_.default")
def addr_in_place(
    ctx: Context, self: FakeTensor, vec1: FakeTensor, vec2: FakeTensor, beta: Number, alpha: Number
) -> FakeTensor:
    """The same written into a matrix of just those sizes."""
    _require_vectors(vec1, vec2)
    if self.ndim != 2:
        raise RuntimeError(f"2D tensor expected, got {self.ndim}D tensor for input")
    require_fits(ctx, self, (vec1.sizes[0], vec2.sizes[0]), self.dtype, "size mismatch, input: {}, result: {}")
    require_fits(ctx, self, self.sizes, addr(ctx, self, vec1, vec2, beta, alpha).dtype)
    require_no_overlap(ctx, self)
    return self


@shape("aten.dot.default", "aten.vdot.default")
def dot(ctx: Context, self: FakeTensor, tensor: FakeTensor) -> FakeTensor:
    """The inner product of two vectors of one dtype."""
    if self.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {self.ndim}D and {tensor.ndim}D tensors")
    if self.dtype is not tensor.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(tensor.dtype)
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {names[0]} and {names[1]}")
    left, right = self.sizes[0], tensor.sizes[0]
    message = (
        f"inconsistent tensor size, expected tensor [{left}] and src [{right}] to have the same number of elements, "
        f"but got {left} and {right} elements respectively"
    )
    require_equal(ctx, left, right, message)
    return dense(ctx, self, ())
