"""What linear algebra shares: column-major results, square matrices, batches that broadcast."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._strides import at_least_one, contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq

__all__ = [
    "batch_pair",
    "column_major",
    "require_float",
    "require_matrix",
    "require_solvable",
    "require_square",
    "smaller",
]

_LOW_PRECISION = (DType.float16, DType.bfloat16, DType.complex32)


def column_major(ctx: Context, tensor: FakeTensor, sizes: Sizes, dtype: DType | None = None) -> FakeTensor:
    """A new batch of matrices, each stored column by column (LAPACK's layout); a vector is just contiguous."""
    strides = contiguous_strides(ctx, sizes)
    if len(sizes) >= 2:
        strides = (*strides[:-2], 1, at_least_one(ctx, sizes[-2]))
    return FakeTensor(sizes, strides, tensor.dtype if dtype is None else dtype, tensor.device)


def require_matrix(self: FakeTensor, name: str) -> None:
    """At least two dimensions. Raises RuntimeError."""
    if self.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")


def require_square(ctx: Context, self: FakeTensor, name: str) -> None:
    """Batches of square matrices. Raises RuntimeError."""
    require_matrix(self, name)
    rows, columns = self.sizes[-2:]
    message = f"{name}: A must be batches of square matrices, but they are {rows} by {columns} matrices"
    ctx.require(eq(rows, columns), message)


def require_float(self: FakeTensor, name: str, *, low_precision: bool = True) -> None:
    """A floating point or complex dtype. Raises RuntimeError."""
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {scalar_type_name(self.dtype)}"
        )
    if not low_precision and self.dtype in _LOW_PRECISION:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {scalar_type_name(self.dtype)}")


def smaller(ctx: Context, self: FakeTensor) -> Dim:
    """The smaller of the two matrix sizes."""
    from refimpl.terms import ge, int_min

    rows, columns = self.sizes[-2:]
    if ctx.known(ge(rows, columns)) is True:
        return columns
    return rows if ctx.known(ge(columns, rows)) is True else int_min(rows, columns)


def batch_pair(ctx: Context, left: FakeTensor, right: FakeTensor) -> tuple[Sizes, Sizes]:
    """The sizes of two batches of matrices whose batch dimensions are broadcast."""
    batch = broadcast_sizes(ctx, left.sizes[:-2], right.sizes[:-2])
    return (*batch, *left.sizes[-2:]), (*batch, *right.sizes[-2:])


def require_solvable(ctx: Context, matrix: FakeTensor, other: FakeTensor, name: str, *, left: bool) -> None:
    """A square system and a right-hand side that fits it. Raises RuntimeError."""
    require_square(ctx, matrix, name)
    require_matrix(other, name)
    at = -2 if left else -1
    size = other.sizes[at]
    equation = "AX = B" if left else "XA = B"
    message = (
        f"{name}: Incompatible shapes of A and B for the equation {equation} "
        f"({matrix.sizes[-2]}x{matrix.sizes[-1]} and {other.sizes[-2]}x{other.sizes[-1]})"
    )
    ctx.require(eq(matrix.sizes[at], size), message)
