"""Fourier transforms."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import copied, like
from refimpl.aten._fft import (
    complex_to_complex,
    complex_to_real,
    real_to_complex,
    require_elements,
    require_transformable,
    transformed_dims,
)
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._promotion import Kind, complex_of, convert_kind
from refimpl.aten._registry import shape
from refimpl.aten.copies import clone
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, ge, lor, lt

__all__: list[str] = []


def _require_complex(tensor: FakeTensor) -> None:
    if not tensor.dtype.is_complex:
        raise RuntimeError(f"Only supports complex dtypes, but found: {scalar_type_name(tensor.dtype)}")


@shape("aten._fft_c2c.default")
def fft_c2c(ctx: Context, self: FakeTensor, dim: Sequence[int], normalization: int, forward: bool) -> FakeTensor:
    """Complex to complex."""
    _require_complex(self)
    return complex_to_complex(ctx, self, transformed_dims(dim, self.ndim))


@shape("aten._fft_r2c.default")
def fft_r2c(ctx: Context, self: FakeTensor, dim: Sequence[int], normalization: int, onesided: bool) -> FakeTensor:
    """Real to complex."""
    if not self.dtype.is_floating_point:
        raise RuntimeError(f"Only supports floating-point dtypes, but found: {scalar_type_name(self.dtype)}")
    if not self.sizes and dim:
        raise RuntimeError("shape '[-1, 0]' is invalid for input of size 1")
    if not dim or not -self.ndim <= dim[-1] < self.ndim:
        raise IndexError("list index out of range")
    return real_to_complex(ctx, self, transformed_dims(dim, self.ndim), onesided)


@shape("aten._fft_c2r.default")
def fft_c2r(ctx: Context, self: FakeTensor, dim: Sequence[int], normalization: int, last_dim_size: Dim) -> FakeTensor:
    """Complex to real; the last dimension holds one side of the spectrum, or both."""
    _require_complex(self)
    if not self.sizes:
        raise RuntimeError("shape '[-1, 0]' is invalid for input of size 1")
    if not dim:
        raise IndexError("list index out of range")
    # The last dimension may come up among the others: it is transformed twice.
    others = transformed_dims(dim[:-1], self.ndim)
    if not -self.ndim <= dim[-1] < self.ndim:
        raise IndexError("list assignment index out of range")
    dims = (*others, dim[-1] % self.ndim)
    size = self.sizes[dims[-1]]
    require_elements(ctx, self, dims)
    message = "in_size == signal_size[i + 1] || in_size == (signal_size[i + 1] / 2) + 1 INTERNAL ASSERT FAILED"
    ctx.require(lor(eq(size, last_dim_size // 2 + 1), eq(size, last_dim_size)), message)
    return complex_to_real(ctx, self, dims, last_dim_size)


def _promoted(ctx: Context, self: FakeTensor, *, complex: bool) -> FakeTensor:
    """The tensor in a dtype that transforms support: floats for integers, complex if wanted."""
    dtype = convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype)
    require_transformable(dtype)
    if complex:
        dtype = complex_of(dtype)
    return self if dtype is self.dtype else copied(ctx, self, dtype)


def _require_mode(norm: str | None) -> None:
    if norm not in (None, "backward", "forward", "ortho"):
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')


def _require_points(ctx: Context, count: Dim) -> None:
    ctx.require(ge(count, 1), f"Invalid number of data points ({count}) specified")


def _fit(ctx: Context, self: FakeTensor, dims: Sequence[int], sizes: Sequence[Dim]) -> FakeTensor:
    """The tensor cut or padded with zeros to those sizes; -1 keeps one."""
    padding: list[Dim] = [0] * (2 * self.ndim)
    for dim, size in zip(dims, sizes, strict=True):
        present = self.sizes[dim]
        if size == -1 or size == present:
            continue
        if ctx.decide(lt(present, size)):
            padding[2 * (self.ndim - 1 - dim) + 1] = size - present
        else:
            self = self.viewed((*self.sizes[:dim], size, *self.sizes[dim + 1 :]), self.strides, self.offset)
    return tensor_of(ctx, "aten.constant_pad_nd.default", self, padding) if any(p != 0 for p in padding) else self


def _one(ctx: Context, self: FakeTensor, n: Dim | None, dim: int) -> tuple[FakeTensor, tuple[int]]:
    at = wrap_dim(dim, self.ndim, scalar_has_one=False)
    _require_points(ctx, self.sizes[at] if n is None else n)
    return (self if n is None else _fit(ctx, self, (at,), (n,))), (at,)


@shape("aten.fft_fft.default", "aten.fft_ifft.default")
def fft(ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None) -> FakeTensor:
    """One dimension; a real tensor gives both sides."""
    _require_mode(norm)
    source, dims = _one(ctx, _promoted(ctx, self, complex=False), n, dim)
    if source.dtype.is_complex:
        return complex_to_complex(ctx, source, dims)
    return real_to_complex(ctx, source, dims, onesided=False)


def _require_real(tensor: FakeTensor, name: str) -> None:
    if tensor.dtype.is_complex:
        raise RuntimeError(f"{name} expects a real input tensor, but got {scalar_type_name(tensor.dtype)}")


@shape("aten.fft_ihfft.default")
def ihfft(ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None) -> FakeTensor:
    """One dimension of a real tensor, one-sided, conjugated."""
    _require_mode(norm)
    _require_real(self, "ihfft")
    return rfft(ctx, self, n, dim, norm)


@shape("aten.fft_rfft.default")
def rfft(ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None) -> FakeTensor:
    """One dimension of a real tensor, one-sided."""
    _require_mode(norm)
    _require_real(self, "rfft")
    source, dims = _one(ctx, _promoted(ctx, self, complex=False), n, dim)
    return real_to_complex(ctx, source, dims, onesided=True)


@shape("aten.fft_irfft.default")
def irfft(ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None) -> FakeTensor:
    """One dimension to a real tensor."""
    source, at, last = _half_spectrum(ctx, self, n, dim, norm)
    return complex_to_real(ctx, source, (at,), last)


@shape("aten.fft_hfft.default")
def hfft(ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None) -> FakeTensor:
    """One dimension to a real tensor, of a copy: the conjugate spectrum."""
    source, at, last = _half_spectrum(ctx, self, n, dim, norm)
    return complex_to_real(ctx, clone(ctx, source, None), (at,), last)


def _half_spectrum(
    ctx: Context, self: FakeTensor, n: Dim | None, dim: int, norm: str | None
) -> tuple[FakeTensor, int, Dim]:
    """The complex tensor, the dimension that is transformed, and how many elements it has afterwards."""
    _require_mode(norm)
    source = _promoted(ctx, self, complex=True)
    at = wrap_dim(dim, self.ndim, scalar_has_one=False)
    last = 2 * (self.sizes[at] - 1) if n is None else n
    _require_points(ctx, last)
    if n is not None:
        source = _fit(ctx, source, (at,), (n // 2 + 1,))
    return source, at, last


def _shape_and_dims(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None
) -> tuple[list[Dim], tuple[int, ...]]:
    """The sizes and dimensions of an n-dimensional transform."""
    dims = None if dim is None else tuple(wrap_dim(d, self.ndim, scalar_has_one=False) for d in dim)
    if dims is not None and len(set(dims)) != len(dims):
        raise RuntimeError("FFT dims must be unique")
    if s is not None:
        if dims is not None and len(dims) != len(s):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
        if len(s) > self.ndim:
            raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {self.ndim} dimensions.")
        if dims is None:
            dims = tuple(range(self.ndim - len(s), self.ndim))
        sizes = [self.sizes[d] if size == -1 else size for size, d in zip(s, dims, strict=True)]
    else:
        dims = tuple(range(self.ndim)) if dims is None else dims
        sizes = [self.sizes[d] for d in dims]
    for size in sizes:
        _require_points(ctx, size)
    return sizes, dims


@shape("aten.fft_fftn.default", "aten.fft_ifftn.default", "aten.fft_fft2.default", "aten.fft_ifft2.default")
def fftn(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, norm: str | None
) -> FakeTensor:
    """Several dimensions."""
    _require_mode(norm)
    sizes, dims = _shape_and_dims(ctx, self, s, dim)
    return complex_to_complex(ctx, _fit(ctx, _promoted(ctx, self, complex=True), dims, sizes), dims)


@shape("aten.fft_rfftn.default", "aten.fft_rfft2.default")
def rfftn(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, norm: str | None
) -> FakeTensor:
    """Several dimensions of a real tensor, one-sided in the last."""
    _require_mode(norm)
    if self.dtype.is_complex:
        raise RuntimeError(f"rfftn expects a real-valued input tensor, but got {self.dtype}")
    sizes, dims = _shape_and_dims(ctx, self, s, dim)
    if not dims:
        raise RuntimeError("rfftn must transform at least one axis")
    return real_to_complex(ctx, _fit(ctx, _promoted(ctx, self, complex=False), dims, sizes), dims, onesided=True)


@shape("aten.fft_ihfftn.default", "aten.fft_ihfft2.default")
def ihfftn(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, norm: str | None
) -> FakeTensor:
    """Several dimensions of a real tensor: the last one-sided first, then the others."""
    _require_mode(norm)
    if self.dtype.is_complex:
        raise RuntimeError(f"Only supports floating-point dtypes, but found: {scalar_type_name(self.dtype)}")
    sizes, dims = _shape_and_dims(ctx, self, s, dim)
    if not dims:
        raise RuntimeError("ihfftn must transform at least one axis")
    last = real_to_complex(ctx, _fit(ctx, _promoted(ctx, self, complex=False), dims, sizes), dims[-1:], onesided=True)
    return last if len(dims) == 1 else complex_to_complex(ctx, like(ctx, last), dims[:-1])


def _to_real_arguments(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, name: str
) -> tuple[FakeTensor, tuple[int, ...], Dim]:
    sizes, dims = _shape_and_dims(ctx, self, s, dim)
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    last = 2 * (self.sizes[dims[-1]] - 1) if s is None or s[-1] == -1 else sizes[-1]
    _require_points(ctx, last)
    sizes[-1] = last // 2 + 1
    source = _promoted(ctx, self, complex=True)
    if s is not None:
        source = _fit(ctx, source, dims, sizes)
    return source, dims, last


@shape("aten.fft_irfftn.default", "aten.fft_irfft2.default")
def irfftn(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, norm: str | None
) -> FakeTensor:
    """Several dimensions to a real tensor."""
    _require_mode(norm)
    source, dims, last = _to_real_arguments(ctx, self, s, dim, "irfftn")
    return complex_to_real(ctx, source, dims, last)


@shape("aten.fft_hfftn.default", "aten.fft_hfft2.default")
def hfftn(
    ctx: Context, self: FakeTensor, s: Sequence[Dim] | None, dim: Sequence[int] | None, norm: str | None
) -> FakeTensor:
    """Several dimensions to a real tensor, the last one last, of a copy: the conjugate spectrum."""
    _require_mode(norm)
    source, dims, last = _to_real_arguments(ctx, self, s, dim, "hfftn")
    if len(dims) > 1:
        source = complex_to_complex(ctx, source, dims[:-1])
    return complex_to_real(ctx, clone(ctx, source, None), dims[-1:], last)


@shape("aten.fft_fftshift.default", "aten.fft_ifftshift.default")
def fftshift(ctx: Context, self: FakeTensor, dim: Sequence[int] | None) -> FakeTensor:
    """The spectrum rolled so that frequency zero is central (first)."""
    dims = range(self.ndim) if dim is None else [wrap_dim(d, self.ndim, scalar_has_one=False) for d in dim]
    return tensor_of(ctx, "aten.roll.default", self, [self.sizes[d] // 2 for d in dims], list(dims))
