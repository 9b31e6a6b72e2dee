"""Short-time Fourier transforms: overlapping frames of a signal, each transformed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._broadcast import type_text
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, elementwise
from refimpl.aten._fft import complex_to_complex, real_to_complex, require_transformable
from refimpl.aten._promotion import promote_types, real_of, result_type
from refimpl.aten._registry import shape
from refimpl.aten._views import squeeze_dims, strided, transpose, unsqueeze
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, gt, land, le, ne

__all__: list[str] = []


def _sizes_text(tensor: FakeTensor) -> str:
    return f"[{', '.join(map(str, tensor.sizes))}]"


def _call_text(name: str, self: FakeTensor, window: FakeTensor | None, named: Sequence[tuple[str, int | None]]) -> str:
    """The call as PyTorch's messages write it."""
    window_text = "None" if window is None else f"{type_text(window)}{{{_sizes_text(window)}}}"
    texts = [f"{key}={value if value is None else int(value)}" for key, value in named]
    texts.insert(3, f"window={window_text}")
    return f"{name}({type_text(self)}{_sizes_text(self)}, {', '.join(texts)}) : "


def _require_frames(
    ctx: Context, call: str, length: Dim, n_fft: int, hop: int, win: int, window: FakeTensor | None
) -> None:
    ctx.require(land(gt(n_fft, 0), le(n_fft, length)), f"{call}expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    if hop <= 0:
        raise RuntimeError(f"{call}expected hop_length > 0, but got hop_length={hop}")
    if not 0 < win <= n_fft:
        raise RuntimeError(f"{call}expected 0 < win_length <= n_fft, but got win_length={win}")
    if window is not None:
        message = (
            f"{call}expected a 1D window tensor of size equal to win_length={win}, but got window with size "
            f"{_sizes_text(window)}"
        )
        if window.ndim != 1:
            raise RuntimeError(message)
        ctx.require(eq(window.sizes[0], win), message)


def _as_real(self: FakeTensor) -> FakeTensor:
    strides = (*(stride * 2 for stride in self.strides), 1)
    view = self.viewed((*self.sizes, 2), strides, self.offset * 2)
    return replace(view, dtype=real_of(self.dtype))


def _require_choice(self: FakeTensor, window: FakeTensor | None, return_complex: bool | None) -> bool:
    """Whether signal or window is complex; if neither is, the kind of result must be given. Raises RuntimeError."""
    is_complex = self.dtype.is_complex or (window is not None and window.dtype.is_complex)
    if return_complex is None and not is_complex:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release."
        )
    return is_complex


@shape("aten.stft.default")
def stft(
    ctx: Context,
    self: FakeTensor,
    n_fft: int,
    hop_length: int | None,
    win_length: int | None,
    window: FakeTensor | None,
    normalized: bool,
    onesided: bool | None,
    return_complex: bool | None,
    align_to_window: bool | None,
) -> FakeTensor:
    """Frequencies by frames, for a signal or a batch of them."""
    is_complex = _require_choice(self, window, return_complex)
    hop = n_fft // 4 if hop_length is None else hop_length
    win = n_fft if win_length is None else win_length
    named = (("n_fft", n_fft), ("hop_length", hop), ("win_length", win), ("normalized", normalized))
    more = (("onesided", onesided), ("return_complex", return_complex), ("align_to_window", align_to_window))
    call = _call_text("stft", self, window, (*named, *more))
    if not (self.dtype.is_floating_point or self.dtype.is_complex):
        raise RuntimeError(f"{call}expected a tensor of floating point or complex values")
    if self.ndim not in (1, 2):
        raise RuntimeError(f"{call}expected a 1D or 2D tensor")
    signal = unsqueeze(self, 0) if self.ndim == 1 else self
    batch, length = signal.sizes
    _require_frames(ctx, call, length, n_fft, hop, win, window)
    frames = 1 + (length - n_fft) // hop
    outer, inner = signal.strides
    framed = strided(ctx, signal, (batch, frames, n_fft), (outer, hop * inner, inner), None)
    if window is not None:
        padded = dense(ctx, window, (n_fft,))
        framed = elementwise(ctx, (framed, padded), result_type(ctx, framed, padded))
    if framed.dtype.is_complex:
        if onesided:
            raise RuntimeError("Cannot have onesided output if window or input is complex")
        result = complex_to_complex(ctx, framed, (2,))
    else:
        require_transformable(framed.dtype)
        result = real_to_complex(ctx, framed, (2,), onesided is not False)
    result = transpose(result, 1, 2)
    if self.ndim == 1:
        result = squeeze_dims(ctx, result, (0,))
    wants_complex = is_complex if return_complex is None else return_complex
    return result if wants_complex else _as_real(result)


@shape("aten.stft.center")
def stft_center(
    ctx: Context,
    self: FakeTensor,
    n_fft: int,
    hop_length: int | None,
    win_length: int | None,
    window: FakeTensor | None,
    center: bool,
    pad_mode: str,
    normalized: bool,
    onesided: bool | None,
    return_complex: bool | None,
    align_to_window: bool | None,
) -> FakeTensor:
    """As ``stft``, of the signal padded so that frames are centred."""
    _require_choice(self, window, return_complex)
    signal = self
    # Of anything else ``stft`` refuses what was given.
    if center and self.ndim in (1, 2) and (self.dtype.is_floating_point or self.dtype.is_complex):
        half = n_fft // 2
        added = (1,) * (3 - self.ndim)
        shaped = tensor_of(ctx, "aten.view.default", self, (*added, *self.sizes))
        padded = tensor_of(ctx, "aten.pad.default", shaped, (half, half), pad_mode)
        signal = tensor_of(ctx, "aten.view.default", padded, padded.sizes[-self.ndim :])
    return stft(
        ctx, signal, n_fft, hop_length, win_length, window, normalized, onesided, return_complex, align_to_window
    )


@shape("aten.istft.default")
def istft(
    ctx: Context,
    self: FakeTensor,
    n_fft: int,
    hop_length: int | None,
    win_length: int | None,
    window: FakeTensor | None,
    center: bool,
    normalized: bool,
    onesided: bool | None,
    length: int | None,
    return_complex: bool,
) -> FakeTensor:
    """The signal whose frames have those frequencies."""
    if not self.dtype.is_complex:
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )
    hop = n_fft // 4 if hop_length is None else hop_length
    win = n_fft if win_length is None else win_length
    named = (("n_fft", n_fft), ("hop_length", hop), ("win_length", win), ("center", center), ("normalized", normalized))
    more = (("onesided", onesided), ("length", length), ("return_complex", return_complex))
    call = _call_text("istft", self, window, (*named, *more))
    wrap_dim(-3, self.ndim + 1)
    if self.ndim not in (2, 3):
        raise RuntimeError(f"{call}expected a tensor with 3 or 4 dimensions, but got {self.ndim + 1}")
    points, frames = self.sizes[-2:]
    for size in self.sizes:
        ctx.require(ne(size, 0), f"{call}input tensor cannot be empty.")
    one_side = onesided if onesided is not None else ctx.decide(ne(points, n_fft))
    wanted = n_fft // 2 + 1 if one_side else n_fft
    relation = "n_fft / 2 + 1 when onesided=True" if one_side else "n_fft when onesided=False"
    message = f"expected the frequency dimension (3rd to the last) of the input tensor to match {relation}, but got "
    ctx.require(eq(points, wanted), f"{call}{message}{points}")
    if not 0 < hop <= win:
        raise RuntimeError(f"{call}expected 0 < hop_length <= win_length")
    if not 0 < win <= n_fft:
        raise RuntimeError(f"{call}expected 0 < win_length <= n_fft")
    if window is not None:
        message = f"{call}Invalid window shape. window has to be 1D and length of `win_length`"
        if window.ndim != 1:
            raise RuntimeError(message)
        ctx.require(eq(window.sizes[0], win), message)
    if window is not None and window.dtype.is_complex and not return_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    if return_complex and one_side:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    whole = n_fft + hop * (frames - 1)
    start = n_fft // 2 if center else 0
    size = length if length is not None else whole - 2 * start
    # The smallest element of the window's envelope is asked for.
    ctx.require(gt(size, 0), "min(): Expected reduction dim to be specified for input.numel() == 0.")
    dtype = self.dtype if return_complex else real_of(self.dtype)
    if window is not None:
        dtype = promote_types(dtype, window.dtype)
    return dense(ctx, self, (*self.sizes[:-2], size), dtype)
