"""Padding the last dimensions, with a number, a reflection, the border or around the corner."""

from __future__ import annotations

from refimpl.aten._elementwise import like
from refimpl.aten._factory import require_sizes
from refimpl.aten._registry import shape
from refimpl.aten._reshape import sizes_text
from refimpl.aten._strides import fresh, strides_for, suggested_memory_format
from refimpl.aten._views import narrow
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, ge, land, le, lor, lt

__all__: list[str] = []


def _is_negative(ctx: Context, amount: Dim) -> bool:
    # Cropping by nothing changes nothing, so that a symbolic amount that may be 0 is cropped too.
    return amount < 0 if isinstance(amount, int) else ctx.known(le(amount, 0)) is True


def _is_crop(ctx: Context, amount: Dim) -> bool:
    return amount <= 0 if isinstance(amount, int) else ctx.known(le(amount, 0)) is True


def _require_pairs(tensor: FakeTensor, pad: Sizes) -> int:
    """The number of padded dimensions. Raises RuntimeError for an odd number of amounts, or for too many."""
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) // 2 > tensor.ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)} while the input has {tensor.ndim} dimensions."
        )
    return len(pad) // 2


def _constant(ctx: Context, tensor: FakeTensor, pad: Sizes) -> FakeTensor:
    count = _require_pairs(tensor, pad)
    cropped = tensor
    sizes = list(tensor.sizes)
    for i in range(count):
        dim = tensor.ndim - 1 - i
        before, after = pad[2 * i], pad[2 * i + 1]
        size = tensor.sizes[dim] + before + after
        if _is_negative(ctx, before):
            cropped = narrow(ctx, cropped, dim, -before, cropped.sizes[dim] + before)
        if _is_negative(ctx, after):
            cropped = narrow(ctx, cropped, dim, 0, cropped.sizes[dim] + after)
        if ctx.must_state(ge(size, 0)):
            ctx.require(
                ge(size, 0),
                f"The input size {tensor.sizes[dim]}, plus negative padding {before} and {after} resulted in a "
                f"negative output size, which is invalid. Check dimension {dim} of your input.",
            )
        sizes[dim] = size
    if all(_is_crop(ctx, amount) for amount in pad):
        return like(ctx, cropped)
    result = tuple(sizes)
    return fresh(ctx, tensor, result, strides_for(ctx, result, suggested_memory_format(ctx, tensor)))


@shape("aten.constant_pad_nd.default")
def constant_pad_nd(ctx: Context, self: FakeTensor, pad: Sizes, value: object) -> Value:
    """A border of one number; negative amounts crop."""
    return _constant(ctx, self, pad)


def _bordered(ctx: Context, tensor: FakeTensor, padding: Sizes, mode: str) -> FakeTensor:
    """A border made of the tensor's own elements. Raises RuntimeError if it is too small for it."""
    count = len(padding) // 2
    if tensor.ndim not in (count + 1, count + 2):
        raise RuntimeError(
            f"Expected {count + 1}D or {count + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {sizes_text(tensor.sizes)}"
        )
    if mode == "replication" and tensor.dtype is DType.bool:
        raise RuntimeError(f"\"replication_pad{count}d\" not implemented for 'Bool'")
    # Asked before anything is required of the sizes, but for those that a reflection needs. Volumes are contiguous.
    memory_format = suggested_memory_format(ctx, tensor) if count < 3 else "contiguous_format"
    sizes = list(tensor.sizes)
    for dim in range(tensor.ndim - count - 1, tensor.ndim):
        if dim == 0 and tensor.ndim == count + 2:
            continue
        _require_filled(ctx, tensor, dim, count)
    for i in range(count):
        dim = tensor.ndim - 1 - i
        before, after, size = padding[2 * i], padding[2 * i + 1], tensor.sizes[dim]
        if mode == "reflection":
            _require_reflection(ctx, tensor, dim, before, after, 4 + 2 * i)
        sizes[dim] = size + before + after
    result = tuple(sizes)
    _require_result(ctx, tensor, result, count)
    if mode == "reflection" and count < 3:
        memory_format = suggested_memory_format(ctx, tensor)
    return fresh(ctx, tensor, result, strides_for(ctx, result, memory_format))


def _require_result(ctx: Context, tensor: FakeTensor, sizes: Sizes, count: int) -> None:
    """Require that one of the padded sizes is at least 1 (the kernels ask no more) and that none is negative."""
    filled = lor(*[ge(size, 1) for size in sizes[-count:]])
    if ctx.must_state(filled):
        names = "DHW"[-count:]
        have = ", ".join(f"{name}: {size}" for name, size in zip(names, tensor.sizes[-count:], strict=True))
        want = " ".join(f"{name}: {size}" for name, size in zip(names, sizes[-count:], strict=True))
        ctx.require(filled, f"input ({have}{' ' if count > 1 else ''}) is too small. Calculated output {want}")
    require_sizes(ctx, sizes)


def _require_filled(ctx: Context, tensor: FakeTensor, dim: int, count: int) -> None:
    size = tensor.sizes[dim]
    if ctx.must_state(ge(size, 1)):
        ctx.require(
            ge(size, 1),
            f"Expected {count + 1}D or {count + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {sizes_text(tensor.sizes)}",
        )


def _require_reflection(ctx: Context, tensor: FakeTensor, dim: int, before: Dim, after: Dim, argument: int) -> None:
    size = tensor.sizes[dim]
    fits = land(lt(before, size), lt(after, size))
    if ctx.must_state(fits):
        ctx.require(
            fits,
            f"Argument #{argument}: Padding size should be less than the corresponding input dimension, but got: "
            f"padding ({before}, {after}) at dimension {dim} of input {sizes_text(tensor.sizes)}",
        )


def _border(mode: str, spatial: int) -> None:
    """Register a border that reflects the tensor at its edge, or repeats the edge."""

    def function(ctx: Context, self: FakeTensor, padding: Sizes) -> Value:
        if len(padding) != 2 * spatial:
            raise RuntimeError(f"padding size is expected to be {2 * spatial}, but got: {len(padding)}")
        return _bordered(ctx, self, padding, mode)

    shape(f"aten.{mode}_pad{spatial}d.default")(function)


for _mode in ("reflection", "replication"):
    for _spatial in (1, 2, 3):
        _border(_mode, _spatial)


def _circular(ctx: Context, tensor: FakeTensor, pad: Sizes) -> FakeTensor:
    count = len(pad) // 2
    if tensor.ndim not in (count + 1, count + 2):
        raise RuntimeError("Invalid padding size, expected " + str(2 * (tensor.ndim - 2)) + f" but got {len(pad)}")
    sizes = list(tensor.sizes)
    for i in range(count):
        dim = tensor.ndim - 1 - i
        before, after, size = pad[2 * i], pad[2 * i + 1], tensor.sizes[dim]
        fits = land(le(before, size), le(after, size))
        if ctx.must_state(fits):
            ctx.require(fits, "Padding value causes wrapping around more than once.")
        padded = size + before + after
        if ctx.must_state(ge(padded, 0)):
            ctx.require(ge(padded, 0), "Negative padding value is resulting in an empty dimension")
        sizes[dim] = padded
    return fresh(ctx, tensor, tuple(sizes))


@shape("aten._pad_circular.default")
def pad_circular(ctx: Context, self: FakeTensor, pad: Sizes) -> Value:
    """A border that continues at the opposite edge."""
    return _circular(ctx, self, pad)


@shape("aten.pad.default")
def pad_default(ctx: Context, self: FakeTensor, pad: Sizes, mode: str, value: object) -> Value:
    """A border of any kind. Raises NotImplementedError for a kind that does not exist for that rank."""
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * self.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {self.ndim}"
        )
    if mode == "constant":
        return _constant(ctx, self, pad)
    if value is not None and value != 0.0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    kinds = {"reflect": "reflection", "replicate": "replication"}
    if len(pad) in (2, 4, 6) and self.ndim in (len(pad) // 2 + 1, len(pad) // 2 + 2):
        if mode in kinds:
            return _bordered(ctx, self, pad, kinds[mode])
        if mode == "circular":
            return _circular(ctx, self, pad)
    if mode not in kinds and mode != "circular":
        raise NotImplementedError(f"Unrecognised padding mode {mode}")  # PyTorch's own class
    raise NotImplementedError(f"Padding size {len(pad)} is not supported for {self.ndim}D input tensor.")  # PyTorch's
