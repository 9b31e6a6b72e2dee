"""Average and maximum pooling over sliding windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from refimpl.aten._dims import wrap_dim
from refimpl.aten._in_place import cxx_type, scalar_type_name
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._strides import suggested_memory_format
from refimpl.aten._windows import Window, in_format, pooled_size, sizes_text, spread
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat, Sizes
from refimpl.terms import Dim, eq, ge, gt, land, le, ne

__all__ = ["pooled", "require_pooled"]


def _require_window(ctx: Context, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> None:
    for k, s, p, d in zip(kernel, stride, padding, dilation, strict=True):
        ctx.require(ne(s, 0), "stride should not be zero")
        ctx.require(ge(p, 0), f"pad must be non-negative, but got pad: {p}")
        ctx.require(
            le(p, ((k - 1) * d + 1) // 2),
            f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={d}",
        )
    ctx.require(land(*(gt(k, 0) for k in kernel)), f"kernel size should be greater than zero, but got {kernel}")
    ctx.require(land(*(gt(s, 0) for s in stride)), f"stride should be greater than zero, but got {stride}")
    ctx.require(land(*(gt(d, 0) for d in dilation)), f"dilation should be greater than zero, but got {dilation}")
    for k, p in zip(kernel, padding, strict=True):
        # The kernel looks again, and not at the dilation.
        ctx.require(le(p, k // 2), f"pad should be smaller than or equal to half of kernel size, but got {p} and {k}")


def _spread(value: Window, count: int, argument: str, name: str) -> Sizes:
    if isinstance(value, Sequence) and len(value) not in (1, count):
        either = "" if name == "avg_pool3d" else "either "
        numbers = {1: "one", 2: "two", 3: "three"}[count]
        raise RuntimeError(f"{name}: {argument} must {either}be a single int, or a tuple of {numbers} ints")
    return spread(value, count, argument)


def _spread_one(value: Window, argument: str, name: str, text: str = "") -> Sizes:
    if isinstance(value, Sequence) and len(value) != 1:
        if text:
            raise RuntimeError(f"{name}() {argument} must be {text} of size 1 but got size {len(value)}")
        raise RuntimeError(f"{name}() argument '{argument}' should contain one int (got {len(value)})")
    return spread(value, 1, argument)


def pooled(
    ctx: Context,
    input: FakeTensor,
    spatial: int,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
    name: str,
) -> Sizes:
    """The sizes of the result; the batch may be empty, the other dimensions may not."""
    if input.ndim not in (spatial + 1, spatial + 2):
        raise RuntimeError(
            f"Expected {spatial + 1}D or {spatial + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
            f"but got: {sizes_text(input.sizes)}"
        )
    kernel = _spread(kernel_size, spatial, "kernel_size", name)
    step = kernel if stride == () else _spread(stride, spatial, "stride", name)
    pad, dilate = _spread(padding, spatial, "padding", name), _spread(dilation, spatial, "dilation", name)
    _require_window(ctx, kernel, step, pad, dilate)
    for size in input.sizes[input.ndim - spatial - 1 :]:
        require(
            ctx,
            ne(size, 0),
            f"Expected {spatial + 1}D or {spatial + 2}D (batch mode) tensor with optional 0 dim batch size for input, ",
            lambda: f"but got: {sizes_text(input.sizes)}",
        )
    whole = input.sizes[-spatial:]
    rest = tuple(
        pooled_size(ctx, size, k, p, s, d, ceil_mode)
        for size, k, p, s, d in zip(whole, kernel, pad, step, dilate, strict=True)
    )
    channels = input.sizes[-spatial - 1]
    require(
        ctx,
        land(*(ge(size, 1) for size in rest)),
        "Given input size: ",
        lambda: (
            f"({'x'.join(map(str, (channels, *whole)))}). "
            f"Calculated output size: ({'x'.join(map(str, (channels, *rest)))}). Output size is too small"
        ),
    )
    return (*input.sizes[:-spatial], *rest)


def require_pooled(ctx: Context, tensor: FakeTensor, sizes: Sizes, first: int) -> None:
    """A gradient, or the places of maxima, of what pooling gave, from that dimension on. Raises RuntimeError."""
    for dim, want in enumerate(sizes[first:], first):
        # The kernel prints a size where the tensor may have no dimension left.
        have = tensor.sizes[wrap_dim(dim, tensor.ndim, scalar_has_one=False)]
        message = (
            f"Expected a tensor of dimension {len(sizes)} and tensor.size[{dim}] == {want} but got: dimension "
            f"{tensor.ndim} and tensor.size[{dim}] = {have}"
        )
        ctx.require(False if tensor.ndim != len(sizes) else eq(have, want), message)


def _wrong_rank(input: FakeTensor, name: str) -> NoReturn:
    raise RuntimeError(
        f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' "
        f"(while checking arguments for {name})"
    )


def _with_row(input: FakeTensor) -> FakeTensor:
    """The vectors of a 1-d pooling as images of one row."""
    step = input.sizes[-1] * input.strides[-1]
    sizes, strides = input.sizes, input.strides
    return input.viewed((*sizes[:-1], 1, sizes[-1]), (*strides[:-1], step, strides[-1]), input.offset)


def _without_row(result: FakeTensor) -> FakeTensor:
    sizes, strides = result.sizes, result.strides
    return result.viewed((*sizes[:-2], sizes[-1]), (*strides[:-2], strides[-1]), result.offset)


def _require_volumes(ctx: Context, input: FakeTensor, name: str) -> None:
    """Channels and volumes must not be empty."""
    if input.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    head = f"{name}: Expected input's non-batch dimensions to have positive length, but input has a shape of "
    for size in input.sizes[-4:]:
        require(ctx, ne(size, 0), head, lambda: sizes_text(input.sizes))


def _max_pool(
    ctx: Context,
    self: FakeTensor,
    spatial: int,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> tuple[FakeTensor, FakeTensor]:
    # The format of images is asked before anything is required of their sizes, that of volumes afterwards.
    memory_format: MemoryFormat = "contiguous_format"
    if self.ndim == 4 == spatial + 2:
        memory_format = suggested_memory_format(ctx, self)
    if spatial == 3:
        _require_volumes(ctx, self, "max_pool3d_with_indices_out_cpu_template()")
    elif self.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    sizes = pooled(ctx, self, spatial, kernel_size, stride, padding, dilation, ceil_mode, f"max_pool{spatial}d")
    if self.ndim == 5:
        memory_format = suggested_memory_format(ctx, self)
    return in_format(ctx, self, sizes, memory_format), in_format(ctx, self, sizes, memory_format, DType.int64)


@shape("aten.max_pool2d_with_indices.default")
def max_pool2d_with_indices(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> tuple[FakeTensor, ...]:
    """The maxima of the windows of images, and where they are."""
    return _max_pool(ctx, self, 2, kernel_size, stride, padding, dilation, ceil_mode)


@shape("aten.max_pool3d_with_indices.default")
def max_pool3d_with_indices(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> tuple[FakeTensor, ...]:
    """The maxima of the windows of volumes, and where they are."""
    return _max_pool(ctx, self, 3, kernel_size, stride, padding, dilation, ceil_mode)


@shape("aten.max_pool2d.default")
def max_pool2d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> FakeTensor:
    """The maxima of the windows of images."""
    return _max_pool(ctx, self, 2, kernel_size, stride, padding, dilation, ceil_mode)[0]


@shape("aten.max_pool3d.default")
def max_pool3d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> FakeTensor:
    """The maxima of the windows of volumes."""
    return _max_pool(ctx, self, 3, kernel_size, stride, padding, dilation, ceil_mode)[0]


@shape("aten.max_pool1d_with_indices.default")
def max_pool1d_with_indices(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> tuple[FakeTensor, ...]:
    """The maxima of the windows of vectors, and where they are: images of one row."""
    if self.ndim not in (2, 3):
        _wrong_rank(self, "max_pool1d")
    kernel = _spread_one(kernel_size, "kernel_size", "max_pool1d")
    step = kernel if stride == () else _spread_one(stride, "stride", "max_pool1d")
    pad, dilate = _spread_one(padding, "padding", "max_pool1d"), _spread_one(dilation, "dilation", "max_pool1d")
    image = _with_row(self)
    results = _max_pool(ctx, image, 2, (1, *kernel), (1, *step), (0, *pad), (1, *dilate), ceil_mode)
    return tuple(map(_without_row, results))


@shape("aten.max_pool1d.default")
def max_pool1d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
) -> FakeTensor:
    """The maxima of the windows of vectors."""
    head = "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:"
    require(ctx, self.ndim in (2, 3), head, lambda: sizes_text(self.sizes))
    for size in self.sizes[-2:]:
        require(ctx, ne(size, 0), head, lambda: sizes_text(self.sizes))
    text = "an int, list of ints or tuple of ints"
    sizes = [
        _spread_one(value, argument, "max_pool1d", text)
        for argument, value in (("kernel_size", kernel_size), ("padding", padding))
    ]
    for k, p in zip(*sizes, strict=True):
        message = f"padding should be at most half of kernel size, but got padding={p} and kernel_size={k}"
        ctx.require(le(p, k // 2), f"max_pool1d() {message}")
    for d in _spread_one(dilation, "dilation", "max_pool1d", text):
        ctx.require(gt(d, 0), f"max_pool1d() dilation must be greater than zero, but got {d}")
    return max_pool1d_with_indices(ctx, self, kernel_size, stride, padding, dilation, ceil_mode)[0]


def _volumes_text(sizes: Sizes, kernel_size: Window) -> str:
    image = " ".join(f"{axis}: {size}" for axis, size in zip("THW", sizes, strict=True))
    windows = _spread(kernel_size, 3, "kernel_size", "avg_pool3d")
    kernel = " ".join(f"k{axis}: {k}" for axis, k in zip("THW", windows, strict=True))
    return f"({image}) smaller than kernel size ({kernel})"


def _avg_pool(
    ctx: Context,
    self: FakeTensor,
    spatial: int,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    ceil_mode: bool,
    divisor: Dim | None,
) -> FakeTensor:
    if self.dtype in (DType.uint8, DType.uint16, DType.uint32, DType.uint64):
        raise RuntimeError(f"\"avg_pool{spatial}d\" not implemented for '{self.dtype}'")
    if divisor is not None:
        ctx.require(ne(divisor, 0), "divisor must be not zero")
    for step in stride if isinstance(stride, Sequence) else (stride,):
        ctx.require(ne(step, 0), "stride should not be zero")
    if spatial == 2:
        wrap_dim(-3, self.ndim, scalar_has_one=False)
    if spatial == 3:
        _require_volumes(ctx, self, "avg_pool3d()")
        for size, k in zip(self.sizes[-3:], _spread(kernel_size, 3, "kernel_size", "avg_pool3d"), strict=True):
            require(ctx, ge(size, k), "input image ", lambda: _volumes_text(self.sizes[-3:], kernel_size))
    # Asked first: the format is that of a size of which nothing is required yet.
    images = spatial == 2 and self.ndim == 4
    memory_format = suggested_memory_format(ctx, self) if images else "contiguous_format"
    sizes = pooled(ctx, self, spatial, kernel_size, stride, padding, 1, ceil_mode, f"avg_pool{spatial}d")
    return in_format(ctx, self, sizes, memory_format)


@shape("aten.avg_pool2d.default")
def avg_pool2d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: Dim | None,
) -> FakeTensor:
    """The averages of the windows of images."""
    return _avg_pool(ctx, self, 2, kernel_size, stride, padding, ceil_mode, divisor_override)


@shape("aten.avg_pool3d.default")
def avg_pool3d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: Dim | None,
) -> FakeTensor:
    """The averages of the windows of volumes."""
    return _avg_pool(ctx, self, 3, kernel_size, stride, padding, ceil_mode, divisor_override)


@shape("aten.avg_pool1d.default")
def avg_pool1d(
    ctx: Context,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    ceil_mode: bool,
    count_include_pad: bool,
) -> FakeTensor:
    """The averages of the windows of vectors."""
    if self.ndim not in (2, 3):
        _wrong_rank(self, "avg_pool1d")
    kernel, pad = _spread_one(kernel_size, "kernel_size", "avg_pool1d"), _spread_one(padding, "padding", "avg_pool1d")
    step = kernel if stride == () else _spread_one(stride, "stride", "avg_pool1d")
    image = _with_row(self)
    return _without_row(_avg_pool(ctx, image, 2, (1, *kernel), (1, *step), (0, *pad), ceil_mode, None))


@shape("aten.max_pool2d_with_indices_backward.default")
def max_pool2d_with_indices_backward(
    ctx: Context,
    grad_output: FakeTensor,
    self: FakeTensor,
    kernel_size: Window,
    stride: Window,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
    indices: FakeTensor,
) -> FakeTensor:
    """The gradient of the input: its sizes in its memory format."""
    if self.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    if grad_output.dtype is not self.dtype:
        names = cxx_type(self), cxx_type(grad_output)
        raise RuntimeError(f"expected dtype {names[0]} for `gradOutput` but got dtype {names[1]}")
    memory_format = suggested_memory_format(ctx, self)
    sizes = pooled(ctx, self, 2, kernel_size, stride, padding, dilation, ceil_mode, "max_pool2d")
    for other in (grad_output, indices):
        require_pooled(ctx, other, sizes, 0)
    if indices.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(indices.dtype)}")
    return in_format(ctx, self, self.sizes, memory_format)
