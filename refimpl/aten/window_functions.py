"""Windows of signal processing (Hann, Hamming, ...) and the frequencies of a discrete Fourier transform."""

from __future__ import annotations

from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout

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
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dtype}'")
    return made(ctx, (length,), options)


def _declare(name: str, parameters: int) -> None:
    """The overloads of a window without and with ``periodic``, and those with one number more each."""

    @shape(f"aten.{name}.default")
    def symmetric(
        ctx: Context,
        window_length: int,
        dtype: DType | None,
        layout: Layout | None,
        device: Device | None,
        pin_memory: bool | None,
    ) -> FakeTensor:
        """A vector of ``window_length`` numbers."""
        return _window(ctx, name, window_length, TensorOptions(dtype, layout, device))

    @shape(f"aten.{name}.periodic")
    def periodic_or_not(
        ctx: Context,
        window_length: int,
        periodic: bool,
        dtype: DType | None,
        layout: Layout | None,
        device: Device | None,
        pin_memory: bool | None,
    ) -> FakeTensor:
        """A vector of ``window_length`` numbers."""
        return _window(ctx, name, window_length, TensorOptions(dtype, layout, device))

    def with_one(
        ctx: Context,
        window_length: int,
        periodic: bool,
        first: float,
        dtype: DType | None,
        layout: Layout | None,
        device: Device | None,
        pin_memory: bool | None,
    ) -> FakeTensor:
        """A vector of ``window_length`` numbers."""
        return _window(ctx, name, window_length, TensorOptions(dtype, layout, device))

    def with_two(
        ctx: Context,
        window_length: int,
        periodic: bool,
        first: float,
        second: float,
        dtype: DType | None,
        layout: Layout | None,
        device: Device | None,
        pin_memory: bool | None,
    ) -> FakeTensor:
        """A vector of ``window_length`` numbers."""
        return _window(ctx, name, window_length, TensorOptions(dtype, layout, device))

    if parameters == 1:
        shape(f"aten.{name}.beta")(with_one)
    if parameters == 2:
        shape(f"aten.{name}.periodic_alpha")(with_one)
        shape(f"aten.{name}.periodic_alpha_beta")(with_two)


for _name in ("hann_window", "bartlett_window", "blackman_window"):
    _declare(_name, 0)
_declare("kaiser_window", 1)
_declare("hamming_window", 2)


def _frequencies(ctx: Context, name: str, length: int, options: TensorOptions) -> FakeTensor:
    dtype = options.dtype or ctx.default_dtype
    if dtype.category not in (Category.FLOATING, Category.COMPLEX):
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    if dtype.is_complex:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dtype}'")
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
