"""The three transforms that every Fourier operator is made of, with the layout that MKL's backend gives.

The transformed dimensions come innermost; the others keep the order of their strides outside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._elementwise import at_least, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._product import product
from refimpl.aten._promotion import complex_of, real_of
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, ne

__all__ = [
    "complex_to_complex",
    "complex_to_real",
    "real_to_complex",
    "require_elements",
    "require_transformable",
    "transformed_dims",
]


def _by_stride(ctx: Context, self: FakeTensor, dims: Sequence[int]) -> list[int]:
    """The dimensions by falling stride; equal strides keep their order."""
    ordered: list[int] = []
    for dim in dims:
        at = len(ordered)
        while at and not at_least(ctx, self.strides[ordered[at - 1]], self.strides[dim]):
            at -= 1
        ordered.insert(at, dim)
    return ordered


def transformed_dims(dims: Sequence[int], ndim: int) -> tuple[int, ...]:
    """The dimensions counted from 0, as the backend's permutation takes them.

    Raises IndexError if there is no such dimension, ValueError if one occurs twice.
    """
    if any(not -ndim <= dim < ndim for dim in dims):
        raise IndexError("tuple index out of range")
    wrapped = tuple([dim % ndim for dim in dims])
    count = ndim - len(set(wrapped)) + len(wrapped)
    if count != ndim:
        raise ValueError(
            f"Attempting to permute a tensor of rank {ndim}, but received a permutation of length {count}!"
        )
    return wrapped


def require_transformable(dtype: DType) -> None:
    """The backend transforms no numbers of 16 bits. Raises RuntimeError."""
    if dtype not in (DType.float32, DType.float64, DType.complex64, DType.complex128):
        raise RuntimeError(f"Unsupported dtype {scalar_type_name(dtype)}")


def require_elements(ctx: Context, self: FakeTensor, dims: Sequence[int]) -> None:
    """The backend transforms no empty tensor."""
    for dim in (*dims, *(dim for dim in range(self.ndim) if dim not in dims)):
        size = self.sizes[dim]
        if isinstance(size, int) and size != 0:
            continue
        if dim in dims:
            message = (
                f"cannot reshape tensor of 0 elements into shape [-1, {', '.join(str(self.sizes[d]) for d in dims)}] "
                "because the unspecified dimension size -1 can be any value and is ambiguous"
            )
        else:
            message = "MKL FFT error: Intel oneMKL DFTI ERROR: Inconsistent configuration parameters"
        ctx.require(ne(size, 0), message)


def _transformed(ctx: Context, self: FakeTensor, sizes: Sizes, dims: Sequence[int], dtype: DType) -> FakeTensor:
    require_elements(ctx, self, dims)
    batch = _by_stride(ctx, self, [dim for dim in range(self.ndim) if dim not in dims])
    outer, *inner = contiguous_strides(ctx, (product(self.sizes[d] for d in batch), *(sizes[d] for d in dims)))
    strides: list[Dim] = [0] * self.ndim
    count: Dim = 1
    for dim in reversed(batch):
        strides[dim] = count * outer
        count = count * sizes[dim]
    for dim, stride in zip(dims, inner, strict=True):
        strides[dim] = stride
    return FakeTensor(sizes, tuple(strides), dtype, self.device)


def _resized(self: FakeTensor, dim: int, size: Dim) -> Sizes:
    return (*self.sizes[:dim], size, *self.sizes[dim + 1 :])


def complex_to_complex(ctx: Context, self: FakeTensor, dims: Sequence[int]) -> FakeTensor:
    """``_fft_c2c`` over (wrapped) dimensions."""
    if not dims:
        return like(ctx, self)
    return _transformed(ctx, self, self.sizes, _by_stride(ctx, self, dims), self.dtype)


def real_to_complex(ctx: Context, self: FakeTensor, dims: Sequence[int], onesided: bool) -> FakeTensor:
    """``_fft_r2c``; one-sided, the last dimension has ``n // 2 + 1`` elements."""
    last = dims[-1]
    sizes = _resized(self, last, self.sizes[last] // 2 + 1) if onesided else self.sizes
    ordered = [*_by_stride(ctx, self, dims[:-1]), last]
    return _transformed(ctx, self, sizes, ordered, complex_of(self.dtype))


def complex_to_real(ctx: Context, self: FakeTensor, dims: Sequence[int], last_size: Dim) -> FakeTensor:
    """``_fft_c2r`` with ``last_size`` elements in the last dimension."""
    last = dims[-1]
    source = complex_to_complex(ctx, self, dims[:-1]) if len(dims) > 1 else self
    return _transformed(ctx, source, _resized(source, last, last_size), (last,), real_of(self.dtype))
