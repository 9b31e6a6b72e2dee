"""Windows of signal processing (Hann, Hamming, ...) and the frequencies of a discrete Fourier transform."""

from __future__ import annotations

from typing import cast

from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, Storage

__all__: list[str] = []


def _window(ctx: Context, name: str, length: int, options: TensorOptions) -> FakeTensor:
    dtype = options.dtype or ctx.default_dtype
    if options.layout not in (None, "strided"):
        raise RuntimeError(f"{name} is not implemented for sparse types, got: {options.layout}")
    if dtype.category not in (Category.FLOATING, Category.COMPLEX):
        raise RuntimeError(f"{name} expects floating point dtypes, got: {dtype}")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if length > 1 and dtype.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dtype}'")  # PyTorch's own class
    # A periodic window is cut from one that is longer by one number.
    return made(ctx, (length,), options).on(Storage())


def _options(dtype: object, layout: object, device: object, pin_memory: object) -> TensorOptions:
    """The last four arguments of every overload."""
    return TensorOptions(
        dtype if isinstance(dtype, DType) else None,
        cast("Layout | None", layout),  # binding has checked the name
        device if isinstance(device, Device) else None,
    )


def _declare(name: str, *overloads: str) -> None:
    """The overloads of a window: with and without ``periodic``, and those with its parameters."""

    def window(ctx: Context, window_length: int, *rest: object) -> FakeTensor:
        """A vector of ``window_length`` numbers; what else is given before the options changes values only."""
        return _window(ctx, f"{name}_window", window_length, _options(*rest[-4:]))

    shape(*(f"aten.{name}_window.{overload}" for overload in ("default", "periodic", *overloads)))(window)


for _name in ("hann", "bartlett", "blackman"):
    _declare(_name)
_declare("kaiser", "beta")
_declare("hamming", "periodic_alpha", "periodic_alpha_beta")


def _frequencies(ctx: Context, name: str, length: int, options: TensorOptions) -> FakeTensor:
    dtype = options.dtype or ctx.default_dtype
    if dtype.category not in (Category.FLOATING, Category.COMPLEX):
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    if dtype.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dtype}'")  # PyTorch's own class
    return made(ctx, (length,), options)


@shape("aten.fft_fftfreq.default")
def fftfreq(
    ctx: Context,
    n: int,
    d: float,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> FakeTensor:
    """The frequencies of a transform of length ``n``."""
    return _frequencies(ctx, "fftfreq", n, TensorOptions(dtype, layout, device))


@shape("aten.fft_rfftfreq.default")
def rfftfreq(
    ctx: Context,
    n: int,
    d: float,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> FakeTensor:
    """The frequencies that are not negative of a real transform of length ``n``."""
    return _frequencies(ctx, "rfftfreq", int(n / 2) + 1, TensorOptions(dtype, layout, device))
