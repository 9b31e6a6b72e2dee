"""Convolutions, transposed or not, over one to three spatial dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.aten._broadcast import type_text
from refimpl.aten._in_place import cxx_type
from refimpl.aten._registry import shape
from refimpl.aten._require import require, require_sizes
from refimpl.aten._strides import channels_last_strides, contiguous_strides, suggested_memory_format
from refimpl.aten._unbacked import is_data_dependent
from refimpl.aten._views import unsqueeze
from refimpl.aten._windows import Window, in_format, sizes_text, spread
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat, Sizes
from refimpl.terms import Dim, eq, ge, gt, land, lor, lt, ne

__all__ = ["convolution_format", "convolve"]

_EMPTY_VOLUME: Final = "non-empty 5D (n_output_plane x n_input_plane x kernel_depth x kernel_height x kernel_width)"
_DILATION: Final = "dilation should be greater than zero"
# The dtypes whose kernels are those of a library with words of its own.
_ONE_DNN: Final = (DType.float32, DType.bfloat16)


def convolution_format(ctx: Context, input: FakeTensor, weight: FakeTensor) -> MemoryFormat:
    """Channels last if input or weight is; never where a size depends on data.

    Vectors are images of one row, made of a contiguous copy of the input. Volumes are contiguous: only a kernel of
    MKL-DNN, with which no program is exported, writes them otherwise.
    """
    if input.ndim == 5 or any(map(is_data_dependent, (*input.sizes, *weight.sizes))):
        return "contiguous_format"
    if input.ndim == 3:
        if weight.strides[1] != 1:
            return "contiguous_format"
        return suggested_memory_format(ctx, unsqueeze(weight, 2))
    suggested = suggested_memory_format(ctx, input)
    return suggested if suggested != "contiguous_format" else suggested_memory_format(ctx, weight)


def _require_parameters(ctx: Context, stride: Sizes, padding: Sizes, output_padding: Sizes) -> None:
    for value in padding:
        ctx.require(ge(value, 0), "negative padding is not supported")
    for value in output_padding:
        ctx.require(ge(value, 0), "negative output_padding is not supported")
    for value in stride:
        ctx.require(gt(value, 0), "non-positive stride is not supported")


def _require_dilation(ctx: Context, input: FakeTensor, dilation: Sizes, transposed: bool) -> None:
    """Not negative, and not 0 for the forward kernels, which an empty batch does not run (fake tensors refuse no 0)."""
    name = "non-positive dilation is not supported" if input.dtype in _ONE_DNN else _DILATION
    runs_nothing = transposed or (bool(input.sizes) and eq(input.sizes[0], 0))
    for value in dilation:
        ctx.require(ge(value, 0), _DILATION)
        ctx.require(lor(ne(value, 0), runs_nothing), name)


def _parameter(value: Window, count: int, name: str) -> Sizes:
    """One number for each spatial dimension. Raises RuntimeError if there are neither one nor ``count``."""
    if isinstance(value, Sequence) and len(value) not in (1, count):
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {count} values to match the convolution "
            f"dimensions, but got {name}={sizes_text(tuple(value))}"
        )
    return spread(value, count, name)


def _require_bias_type(input: FakeTensor, bias: FakeTensor | None, *, plain: bool = False) -> None:
    """Only the plain operators look at the dtype of any bias, others at a complex input's. Raises RuntimeError."""
    if bias is not None and input.dtype is not bias.dtype and (plain or input.dtype.is_complex):
        names = [cxx_type(tensor) if plain else type_text(tensor) for tensor in (input, bias)]
        raise RuntimeError(f"Input type ({names[0]}) and bias type ({names[1]}) should be the same")


def _require_window(weight: FakeTensor) -> int:
    """How many dimensions the kernel has. Raises RuntimeError for none."""
    if weight.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    return weight.ndim - 2


def _require_rank(input: FakeTensor, weight: FakeTensor) -> None:
    if weight.ndim != input.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight "
            f"{sizes_text(weight.sizes)}, but got {input.ndim}-dimensional input of size "
            f"{sizes_text(input.sizes)} instead"
        )


def _require_channels(
    ctx: Context, input: FakeTensor, weight: FakeTensor, bias: FakeTensor | None, transposed: bool, groups: Dim
) -> None:
    ctx.require(gt(groups, 0), "non-positive groups is not supported")
    _require_rank(input, weight)
    first, second = weight.sizes[:2]
    given, given_bias = ("Given transposed=1, ",) * 2 if transposed else (f"Given groups={groups}, ", "Given ")

    def instead() -> str:
        return f"{sizes_text(weight.sizes)} instead"

    least = f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
    require(ctx, ge(first, groups), least, instead)
    divisible = f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
    require(ctx, eq(first % groups, 0), f"{divisible}but got weight of size ", instead)
    wanted, outputs = (first, second * groups) if transposed else (second * groups, first)
    require(
        ctx,
        eq(input.sizes[1], wanted),
        f"{given}weight of size ",
        lambda: (
            f"{sizes_text(weight.sizes)}, expected input{sizes_text(input.sizes)} to have {wanted} channels, "
            f"but got {input.sizes[1]} channels instead"
        ),
    )
    if bias is not None:
        require_sizes(
            ctx,
            bias.sizes,
            (outputs,),
            f"{given_bias}weight of size ",
            lambda: (
                f"{sizes_text(weight.sizes)}, expected bias to be 1-dimensional with {outputs} elements, "
                f"but got bias of size {sizes_text(bias.sizes)} instead"
            ),
        )


def _forward_sizes(
    ctx: Context, input: FakeTensor, weight: FakeTensor, stride: Sizes, padding: Sizes, dilation: Sizes
) -> Sizes:
    kernels = [d * (k - 1) + 1 for d, k in zip(dilation, weight.sizes[2:], strict=True)]
    padded = [size + 2 * p for size, p in zip(input.sizes[2:], padding, strict=True)]
    for have, kernel in zip(padded, kernels, strict=True):
        require(
            ctx,
            ge(have, kernel),
            "Calculated padded input size per channel: ",
            lambda: (
                f"({' x '.join(map(str, padded))}). Kernel size: ({' x '.join(map(str, kernels))}). "
                "Kernel size can't be greater than actual input size"
            ),
        )
    return tuple((have - kernel) // s + 1 for have, kernel, s in zip(padded, kernels, stride, strict=True))


def _transposed_sizes(
    ctx: Context, input: FakeTensor, weight: FakeTensor, stride: Sizes, padding: Sizes, dilation: Sizes, extra: Sizes
) -> Sizes:
    sizes: list[Dim] = []
    # An empty batch runs no kernel.
    empty = eq(input.sizes[0], 0)
    for dim, size in enumerate(input.sizes[2:]):
        s, p, d, e = stride[dim], padding[dim], dilation[dim], extra[dim]
        ctx.require(
            lor(lt(e, s), lt(e, d), empty),
            "output padding must be smaller than either stride or dilation, but got output_padding: "
            f"{e} stride: {s} dilation: {d}",
        )
        sizes.append((size - 1) * s - 2 * p + d * (weight.sizes[dim + 2] - 1) + e + 1)
    # Not every kernel refuses a size of 0, fake tensors refuse that all are; those of complex numbers refuse any.
    least = 1 if input.dtype.is_complex else 0
    some = lor(*(gt(size, 0) for size in sizes))
    require(
        ctx,
        lor(land(some, *(ge(size, least) for size in sizes)), land(empty, *(ge(size, 0) for size in sizes))),
        "Given input size per channel: ",
        lambda: (
            f"({' x '.join(map(str, input.sizes[2:]))}). "
            f"Calculated output size per channel: ({' x '.join(map(str, sizes))}). Output size is too small"
        ),
    )
    return tuple(sizes)


def convolve(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor,
    bias: FakeTensor | None,
    stride: Window,
    padding: Window,
    dilation: Window,
    transposed: bool,
    output_padding: Window,
    groups: Dim,
) -> FakeTensor:
    """The convolution of a batch ``[N, C, ...]``; requires matching channels and a kernel that fits."""
    spatial = _require_window(weight)
    if input.dtype is not weight.dtype:
        # Complex convolutions are made of real ones, which name the types in another way.
        complex_input = input.dtype.is_complex
        names = [type_text(t) if complex_input else str(t.dtype) for t in (input, weight)]
        raise RuntimeError(f"Input type ({names[0]}) and weight type ({names[1]}) should be the same")
    stride, padding = _parameter(stride, spatial, "stride"), _parameter(padding, spatial, "padding")
    dilation, extra = _parameter(dilation, spatial, "dilation"), _parameter(output_padding, spatial, "output_padding")
    _require_parameters(ctx, stride, padding, extra)
    _require_dilation(ctx, input, dilation, transposed)
    _require_channels(ctx, input, weight, bias, transposed, groups)
    if transposed:
        require(ctx, ne(weight.sizes[1], 0), "non-empty weight tensor expected")
        outputs = weight.sizes[1] * groups
        rest = _transposed_sizes(ctx, input, weight, stride, padding, dilation, extra)
    else:
        outputs = weight.sizes[0]
        rest = _forward_sizes(ctx, input, weight, stride, padding, dilation)
    runs_nothing = [eq(size, 0) for size in input.sizes[:2]]
    kernels = lor(land(*(gt(size, 0) for size in weight.sizes[2:])), *runs_nothing)
    nothing = _EMPTY_VOLUME if transposed and spatial == 3 else "kernel size should be greater than zero"
    require(ctx, kernels, f"{nothing}, but got ", lambda: sizes_text(weight.sizes[2:]))
    require(
        ctx,
        lor(land(*(ne(size, 0) for size in input.sizes[2:])), *runs_nothing),
        "Only zero batch or zero channel inputs are supported, but got input shape: ",
        lambda: sizes_text(input.sizes),
    )
    if ctx.known(eq(input.sizes[1], 0)) is True:
        # PyTorch's result for an input without channels has none either.
        outputs = 0
    sizes = (input.sizes[0], outputs, *rest)
    memory_format = convolution_format(ctx, input, weight)
    if spatial == 1 and memory_format != "contiguous_format":
        return FakeTensor(sizes, channels_last_strides(ctx, sizes), input.dtype, input.device)
    return in_format(ctx, input, sizes, memory_format)


@shape("aten.convolution.default")
def convolution(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor,
    bias: FakeTensor | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: Dim,
) -> FakeTensor:
    """The general operator that all others become."""
    return convolve(ctx, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)


@shape("aten._convolution.default")
def _convolution(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor,
    bias: FakeTensor | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: Dim,
    benchmark: bool,
    deterministic: bool,
    cudnn_enabled: bool,
    allow_tf32: bool,
) -> FakeTensor:
    """The same with flags that choose a kernel."""
    return convolve(ctx, input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)


def _with_batch(ctx: Context, input: FakeTensor, spatial: int, name: str) -> FakeTensor:
    """The input with a batch dimension of 1 in front if it has none."""
    if input.ndim == spatial + 2:
        return input
    if input.ndim != spatial + 1:
        raise RuntimeError(
            f"Expected {spatial + 1}D (unbatched) or {spatial + 2}D (batched) input to {name}, "
            f"but got input of size: {sizes_text(input.sizes)}"
        )
    step = input.sizes[0] * input.strides[0]
    return input.viewed((1, *input.sizes), (step, *input.strides), input.offset)


def _without_batch(result: FakeTensor, input: FakeTensor) -> FakeTensor:
    if result.ndim == input.ndim:
        return result
    return result.viewed(result.sizes[1:], result.strides[1:], result.offset)


def _declare(spatial: int) -> None:
    """Convolutions over that many dimensions; an input without batch dimension gives a result without one."""

    @shape(f"aten.conv{spatial}d.default")
    def conv(
        ctx: Context,
        input: FakeTensor,
        weight: FakeTensor,
        bias: FakeTensor | None,
        stride: Window,
        padding: Window,
        dilation: Window,
        groups: Dim,
    ) -> FakeTensor:
        """A convolution."""
        batch = _with_batch(ctx, input, spatial, f"conv{spatial}d")
        _require_bias_type(input, bias, plain=True)
        return _without_batch(convolve(ctx, batch, weight, bias, stride, padding, dilation, False, 0, groups), input)

    @shape(f"aten.conv{spatial}d.padding")
    def conv_padding(
        ctx: Context,
        input: FakeTensor,
        weight: FakeTensor,
        bias: FakeTensor | None,
        stride: Window,
        padding: str,
        dilation: Window,
        groups: Dim,
    ) -> FakeTensor:
        """A convolution whose padding is ``valid`` (none) or ``same`` (the output has the input's size)."""
        batch = _with_batch(ctx, input, spatial, f"conv{spatial}d")
        _require_bias_type(input, bias)
        if padding == "valid":
            return _without_batch(convolve(ctx, batch, weight, bias, stride, 0, dilation, False, 0, groups), input)
        if padding != "same":
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        return _without_batch(_convolve_same(ctx, batch, weight, bias, stride, dilation, groups), input)

    @shape(f"aten.conv_transpose{spatial}d.{'default' if spatial == 1 else 'input'}")
    def conv_transpose(
        ctx: Context,
        input: FakeTensor,
        weight: FakeTensor,
        bias: FakeTensor | None,
        stride: Window,
        padding: Window,
        output_padding: Window,
        groups: Dim,
        dilation: Window,
    ) -> FakeTensor:
        """A transposed convolution."""
        batch = _with_batch(ctx, input, spatial, f"conv_transpose{spatial}d")
        _require_bias_type(input, bias)
        result = convolve(ctx, batch, weight, bias, stride, padding, dilation, True, output_padding, groups)
        return _without_batch(result, input)


for _spatial in (1, 2, 3):
    _declare(_spatial)


def _convolve_same(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor,
    bias: FakeTensor | None,
    stride: Window,
    dilation: Window,
    groups: Dim,
) -> FakeTensor:
    """The convolution that pads each dimension by what its kernel takes away, the odd element at the end."""
    _require_window(weight)
    _require_rank(input, weight)
    for name, value in (("stride", stride), ("dilation", dilation)):
        if isinstance(value, Sequence) and len(value) not in (1, weight.ndim - 2):
            raise RuntimeError(f"{name} cannot broadcast to {weight.ndim - 2} dimensions")
    for step in stride if isinstance(stride, Sequence) else (stride,):
        ctx.require(eq(step, 1), "padding='same' is not supported for strided convolutions")
    windows = spread(dilation, weight.ndim - 2, "dilation")
    totals = [d * (k - 1) for d, k in zip(windows, weight.sizes[2:], strict=True)]
    ctx.require(land(*(ne(total, -1) for total in totals)), "kernel size should be greater than zero")
    halves = tuple([total // 2 for total in totals])
    return convolve(ctx, _pad_after(ctx, input, totals), weight, bias, stride, halves, dilation, False, 0, groups)


def _pad_after(ctx: Context, input: FakeTensor, totals: Sequence[Dim]) -> FakeTensor:
    """The input with one more element at the end of each dimension whose padding is odd."""
    odd = [total - 2 * (total // 2) for total in totals]
    if all(isinstance(extra, int) and extra == 0 for extra in odd):
        return input
    sizes = (*input.sizes[:2], *(size + extra for size, extra in zip(input.sizes[2:], odd, strict=True)))
    return in_format(ctx, input, sizes, suggested_memory_format(ctx, input))


@shape("aten.conv_tbc.default")
def conv_tbc(ctx: Context, self: FakeTensor, weight: FakeTensor, bias: FakeTensor, pad: int) -> FakeTensor:
    """A convolution over ``[time, batch, channels]`` with a weight ``[kernel, inputs, outputs]``."""
    if self.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel.")
    if weight.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    time, batch, channels = self.sizes
    kernel, inputs, outputs = weight.sizes
    ctx.require(eq(channels, inputs), "Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    ctx.require(eq(outputs, bias.sizes[0]), "Bias size must equal dim 2 in the weight tensor (output channels).")
    sizes: Sizes = (time + 2 * pad - kernel + 1, batch, outputs)
    ctx.require(ge(sizes[0], 0), "Kernel size can't be greater than actual input size")
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), self.dtype, self.device)
