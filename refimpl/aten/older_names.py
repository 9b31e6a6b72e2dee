"""Older and inner names of operators: each is another operator, or one with arguments left out."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._call import tensor_of, tensors_of
from refimpl.aten._elementwise import dense
from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import NOT_REAL, require_kernel
from refimpl.aten._promotion import Number
from refimpl.aten._registry import shape
from refimpl.aten._views import view
from refimpl.aten._windows import in_format_of, sizes_text
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, Sizes, Storage
from refimpl.terms import Dim, IntTerm, Real, floor_div

__all__: list[str] = []

_CAST = {
    "Byte": DType.uint8, "Char": DType.int8, "Double": DType.float64, "Float": DType.float32, "Half": DType.float16,
    "Int": DType.int32, "Long": DType.int64, "Short": DType.int16,
}  # fmt: skip


def _cast(name: str, dtype: DType) -> None:
    def function(ctx: Context, self: FakeTensor, non_blocking: bool) -> FakeTensor:
        """The tensor in the dtype, itself if it has it."""
        return tensor_of(ctx, "aten.to.dtype", self, dtype, non_blocking)

    shape(f"aten._cast_{name}.default")(function)


for _name, _dtype in _CAST.items():
    _cast(_name, _dtype)


@shape("aten._stack.default")
def stack(ctx: Context, tensors: Sequence[FakeTensor], dim: int) -> FakeTensor:
    """``stack``, contiguous unless the new dimension is the last."""
    joined = tensor_of(ctx, "aten.stack.default", tensors, dim)
    return joined if dim in (-1, joined.ndim - 1) else dense(ctx, joined, joined.sizes)


@shape("aten._aminmax.default")
def aminmax(ctx: Context, self: FakeTensor) -> tuple[FakeTensor, ...]:
    """``aminmax`` over everything."""
    return tensors_of(ctx, "aten.aminmax.default", self)


@shape("aten._reshape_alias.default")
def reshape_alias(ctx: Context, self: FakeTensor, size: Sizes, stride: Sizes) -> FakeTensor:
    """A view, whose strides are computed again."""
    return view(ctx, self, size)


@shape("aten._lazy_clone.default")
def lazy_clone(ctx: Context, self: FakeTensor) -> FakeTensor:
    """A copy when it is first written: until then laid out as the tensor."""
    return self.on(Storage(self.storage.extent))


@shape("aten.to.prim_dtype")
def to_dtype(ctx: Context, self: FakeTensor, dtype: int | None, non_blocking: bool, copy: bool) -> Value:
    """``to`` with the code of a dtype, or none."""
    if dtype is None:
        return tensor_of(ctx, "aten.clone.default", self) if copy else self
    return tensor_of(ctx, "aten.to.dtype", self, dtype, non_blocking, copy)


@shape("aten.randint.generator")
def randint(ctx: Context, high: Dim, size: Sizes, generator: object, *options: object) -> FakeTensor:
    """``randint`` of a generator."""
    return _with_options(ctx, "aten.randint.default", (high, size), options)


@shape("aten.randint.low_generator")
def randint_low(ctx: Context, low: Dim, high: Dim, size: Sizes, generator: object, *options: object) -> FakeTensor:
    """``randint`` of a generator, from a lower bound."""
    return _with_options(ctx, "aten.randint.low", (low, high, size), options)


@shape("aten.randint_like.generator")
def randint_like(ctx: Context, self: FakeTensor, high: Dim, generator: object, *options: object) -> FakeTensor:
    """``randint_like`` of a generator."""
    return _with_options(ctx, "aten.randint_like.default", (self, high), options)


@shape("aten.randint_like.Tensor")
def randint_like_tensor(ctx: Context, self: FakeTensor, high: FakeTensor, *options: object) -> FakeTensor:
    """``randint_like`` with a bound that is a tensor, which changes only values."""
    if high.ndim:
        raise RuntimeError("high must be a scalar tensor and on CPU")
    return _with_options(ctx, "aten.randint_like.default", (self, 1), options)


@shape("aten.randint_like.low_generator_dtype")
def randint_like_low(
    ctx: Context, self: FakeTensor, low: Dim, high: Dim, generator: object, *options: object
) -> FakeTensor:
    """``randint_like`` of a generator, from a lower bound."""
    return _with_options(ctx, "aten.randint_like.low_dtype", (self, low, high), options)


def _with_options(ctx: Context, name: str, arguments: tuple[object, ...], options: tuple[object, ...]) -> FakeTensor:
    names = ("dtype", "layout", "device", "pin_memory", "memory_format")
    return tensor_of(ctx, name, *arguments, **dict(zip(names, options, strict=False)))


def _count(start: Real, end: Real, step: Real, *, whole: bool) -> Dim:
    """How many numbers there are, which are cut to integers first if the dtype is one of these."""
    numbers = [int(number) if whole and isinstance(number, float) else number for number in (start, end, step)]
    first, last, stride = numbers
    if isinstance(first, (int, IntTerm)) and isinstance(last, (int, IntTerm)) and isinstance(stride, int):
        return floor_div(last - first, stride) + 1
    return int((float(str(last)) - float(str(first))) / float(str(stride)) + 1)


@shape("aten.range.step")
def range_step(
    ctx: Context,
    start: Real,
    end: Real,
    step: Real,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> FakeTensor:
    """The numbers from the start to the end, which is among them."""
    if step == 0:
        raise RuntimeError("step must be nonzero")
    size = _count(start, end, step, whole=dtype is not None and not dtype.is_floating_point)
    if isinstance(size, int) and size < 1:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    return made(ctx, (size,), TensorOptions(dtype, layout, device))


@shape("aten.range.default")
def range_default(ctx: Context, start: Real, end: Real, *options: object) -> FakeTensor:
    """The numbers from the start to the end, which is among them, 1 apart."""
    names = ("dtype", "layout", "device", "pin_memory")
    return tensor_of(ctx, "aten.range.step", start, end, 1, **dict(zip(names, options, strict=True)))


@shape("aten._convolution.deprecated")
def convolution_deprecated(ctx: Context, *arguments: object) -> FakeTensor:
    """``_convolution`` without the last switch."""
    return tensor_of(ctx, "aten._convolution.default", *arguments, True)


@shape("aten._convolution_mode.default")
def convolution_mode(
    ctx: Context,
    input: FakeTensor,
    weight: FakeTensor,
    bias: FakeTensor | None,
    stride: Sizes,
    padding: str,
    dilation: Sizes,
    groups: Dim,
) -> FakeTensor:
    """A convolution with padding by name."""
    if input.ndim != weight.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight"
            f"{sizes_text(weight.sizes)}, but got {input.ndim}-dimensional input of size {sizes_text(input.sizes)}"
        )
    name = f"aten.conv{max(weight.ndim - 2, 1)}d.padding"
    return tensor_of(ctx, name, input, weight, bias, stride, padding, dilation, groups)


@shape("aten.flatten_dense_tensors.default")
def flatten_dense_tensors(ctx: Context, tensors: Sequence[FakeTensor]) -> FakeTensor:
    """The elements of all tensors one after the other."""
    return tensor_of(ctx, "aten.cat.default", [tensor_of(ctx, "aten.reshape.default", t, (-1,)) for t in tensors])


@shape("aten._addmm_activation.default")
def addmm_activation(
    ctx: Context, self: FakeTensor, mat1: FakeTensor, mat2: FakeTensor, beta: Number, alpha: Number, use_gelu: bool
) -> FakeTensor:
    """``addmm`` and then a rectified linear unit."""
    return tensor_of(ctx, "aten.addmm.default", self, mat1, mat2, beta=beta, alpha=alpha)


@shape("aten._index_put_impl.default")
def index_put_impl(
    ctx: Context, self: FakeTensor, indices: Value, values: FakeTensor, accumulate: bool, unsafe: bool
) -> FakeTensor:
    """``index_put``."""
    return tensor_of(ctx, "aten.index_put.default", self, indices, values, accumulate)


@shape("aten._standard_gamma_grad.default")
def standard_gamma_grad(ctx: Context, self: FakeTensor, output: FakeTensor) -> FakeTensor:
    """The gradient of random numbers of the gamma distribution."""
    if output.dtype is not self.dtype:
        names = scalar_type_name(output.dtype), scalar_type_name(self.dtype)
        raise RuntimeError(f"Found dtype {names[0]} but expected {names[1]}")
    require_kernel("_standard_gamma_grad_cpu", self.dtype, NOT_REAL)
    return dense(ctx, self, broadcast_sizes(ctx, self.sizes, output.sizes))


@shape("aten._masked_scale.default")
def masked_scale(ctx: Context, self: FakeTensor, mask: FakeTensor, scale: float) -> FakeTensor:
    """The elements that a mask of dropout kept, scaled."""
    return in_format_of(ctx, self, self.sizes)
