"""New tensors from sizes, numbers and other tensors' metadata."""

from __future__ import annotations

from refimpl.aten._elementwise import like
from refimpl.aten._factory import TensorOptions, made
from refimpl.aten._registry import shape
from refimpl.aten._strides import contiguous_strides, strides_for
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, MemoryFormat, Sizes
from refimpl.terms import Apply, Dim, IntTerm, Scalar, Symbol, ge, int_max, lt

__all__ = ["number_dtype"]


def number_dtype(ctx: Context, value: object) -> DType:
    """The dtype that a factory gives to a Python number: bool, int64, the default one, or its complex one."""
    if isinstance(value, (float, Symbol, Apply)):
        return ctx.default_dtype
    if isinstance(value, complex):
        return DType.complex128 if ctx.default_dtype is DType.float64 else DType.complex64
    if isinstance(value, (int, IntTerm)) and not isinstance(value, bool):
        return DType.int64
    return DType.bool


@shape("aten.empty.memory_format")
def empty(
    ctx: Context,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Not initialised, in a memory format."""
    return made(ctx, size, TensorOptions(dtype, layout, device), strides_for(ctx, size, memory_format))


@shape("aten.zeros.default")
def zeros(
    ctx: Context,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Zeros."""
    if any(isinstance(length, int) and length < 0 for length in size):
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    return made(ctx, size, TensorOptions(dtype, layout, device), name="zeros")


@shape("aten.ones.default", "aten.rand.default", "aten.randn.default")
def filled(
    ctx: Context,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Ones or random numbers."""
    return made(ctx, size, TensorOptions(dtype, layout, device))


@shape("aten.rand.generator", "aten.randn.generator")
def random_generator(
    ctx: Context,
    size: Sizes,
    generator: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Random numbers of a generator."""
    return made(ctx, size, TensorOptions(dtype, layout, device))


@shape("aten.full.default")
def full(
    ctx: Context,
    size: Sizes,
    fill_value: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Copies of one number, whose type gives the dtype."""
    return made(ctx, size, TensorOptions(dtype or number_dtype(ctx, fill_value), layout, device))


@shape("aten.scalar_tensor.default")
def scalar_tensor(
    ctx: Context,
    s: Scalar,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """A number without dimensions, of the default dtype unless one is given."""
    return made(ctx, (), TensorOptions(dtype, layout, device))


@shape("aten.empty_strided.default")
def empty_strided(
    ctx: Context,
    size: Sizes,
    stride: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Not initialised, with given strides. Raises RuntimeError if their number differs from the sizes'."""
    _require_lengths(size, stride)
    return made(ctx, size, TensorOptions(dtype, layout, device), _with_dense(ctx, size, stride))


def _require_lengths(size: Sizes, stride: Sizes) -> None:
    if len(size) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})"
        )


def _with_dense(ctx: Context, size: Sizes, stride: Sizes) -> Sizes:
    """The strides, those that are known to be negative replaced by what a contiguous dimension would have there."""
    strides = list(stride)
    for dim in range(len(size) - 1, -1, -1):
        if ctx.known(lt(strides[dim], 0)) is True:
            inner = size[dim + 1 : dim + 2]
            strides[dim] = int_max(1, *inner) * strides[dim + 1] if inner else 1
    return tuple(strides)


@shape("aten.empty_permuted.default")
def empty_permuted(
    ctx: Context,
    size: Sizes,
    physical_layout: tuple[int, ...],
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Not initialised, dense in an order of the dimensions, the outermost first."""
    if len(physical_layout) != len(size):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    for index, dim in enumerate(physical_layout):
        if not 0 <= dim < len(size):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {dim} at index "
                f"{index}).  NB: negative dims not currently supported; file an issue if you want it."
            )
        if dim in physical_layout[:index]:
            raise RuntimeError("Duplicate dim not allowed")
    ordered = contiguous_strides(ctx, tuple([size[dim] for dim in physical_layout]))
    placed = dict(zip(physical_layout, ordered, strict=True))
    return made(ctx, size, TensorOptions(dtype, layout, device), tuple([placed[dim] for dim in range(len(size))]))


@shape("aten.eye.default")
def eye(
    ctx: Context, n: Dim, dtype: DType | None, layout: Layout | None, device: Device | None, pin_memory: bool | None
) -> Value:
    """An identity matrix."""
    return _eye(ctx, n, n, TensorOptions(dtype, layout, device))


@shape("aten.eye.m")
def eye_m(
    ctx: Context,
    n: Dim,
    m: Dim,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """The first rows of an identity matrix."""
    return _eye(ctx, n, m, TensorOptions(dtype, layout, device))


def _eye(ctx: Context, rows: Dim, columns: Dim, options: TensorOptions) -> FakeTensor:
    ctx.require(ge(rows, 0), f"n must be greater or equal to 0, got {rows}")
    ctx.require(ge(columns, 0), f"m must be greater or equal to 0, got {columns}")
    return made(ctx, (rows, columns), options)


@shape("aten.new_empty.default", "aten.new_zeros.default", "aten.new_ones.default")
def new(
    ctx: Context,
    self: FakeTensor,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Of other sizes, with the dtype and device of a tensor."""
    return made(ctx, size, TensorOptions.of(self, dtype, layout, device))


@shape("aten.new_full.default")
def new_full(
    ctx: Context,
    self: FakeTensor,
    size: Sizes,
    fill_value: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Copies of one number, with the dtype and device of a tensor."""
    return made(ctx, size, TensorOptions.of(self, dtype, layout, device))


@shape("aten.new_empty_strided.default")
def new_empty_strided(
    ctx: Context,
    self: FakeTensor,
    size: Sizes,
    stride: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Not initialised, with given strides and the dtype and device of a tensor."""
    _require_lengths(size, stride)
    return made(ctx, size, TensorOptions.of(self, dtype, layout, device), _with_dense(ctx, size, stride))


def as_template(
    ctx: Context, tensor: FakeTensor, options: TensorOptions, memory_format: MemoryFormat | None
) -> FakeTensor:
    """Of the sizes of a tensor; ``preserve_format`` (the default) keeps its dense layout."""
    if memory_format is None or memory_format == "preserve_format":
        strides = like(ctx, tensor).strides
    else:
        strides = strides_for(ctx, tensor.sizes, memory_format)
    return made(ctx, tensor.sizes, options, strides)


@shape(
    "aten.empty_like.default",
    "aten.zeros_like.default",
    "aten.ones_like.default",
    "aten.rand_like.default",
)
def filled_like(
    ctx: Context,
    self: FakeTensor,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Zeros, ones or random numbers in the sizes of a tensor."""
    return as_template(ctx, self, TensorOptions.of(self, dtype, layout, device), memory_format)


@shape("aten.randn_like.default")
def randn_like(
    ctx: Context,
    self: FakeTensor,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Normal random numbers in the sizes of a tensor."""
    kind = dtype or self.dtype
    if not (kind.is_floating_point or kind.is_complex):
        raise RuntimeError(f"expected a floating-point or complex dtype, but got dtype={kind}")
    return filled_like(ctx, self, dtype, layout, device, pin_memory, memory_format)


@shape("aten.full_like.default")
def full_like(
    ctx: Context,
    self: FakeTensor,
    fill_value: object,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Copies of one number, or random numbers below it, in the sizes of a tensor."""
    return as_template(ctx, self, TensorOptions.of(self, dtype, layout, device), memory_format)


@shape("aten.randint_like.default")
def randint_like_below(
    ctx: Context,
    self: FakeTensor,
    high: Dim,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Random integers below a bound, in the sizes of a tensor."""
    return randint_like(ctx, self, 0, high, dtype, layout, device, pin_memory, memory_format)


@shape("aten.randint_like.low_dtype")
def randint_like(
    ctx: Context,
    self: FakeTensor,
    low: Dim,
    high: Dim,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
    memory_format: MemoryFormat | None,
) -> Value:
    """Random integers between two bounds, in the sizes of a tensor."""
    _require_bounded(dtype or self.dtype)
    _require_interval(ctx, low, high)
    return as_template(ctx, self, TensorOptions.of(self, dtype, layout, device), memory_format)


def _require_bounded(dtype: DType) -> None:
    if dtype.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")


def _require_interval(ctx: Context, low: Dim, high: Dim) -> None:
    from refimpl.terms import lt

    condition = lt(low, high)
    if ctx.must_state(condition):
        ctx.require(condition, f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")


@shape("aten.randint.default")
def randint(
    ctx: Context,
    high: Dim,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Random integers below a bound, int64 unless a dtype is given."""
    _require_bounded(dtype or DType.int64)
    _require_interval(ctx, 0, high)
    return made(ctx, size, TensorOptions(dtype or DType.int64, layout, device))


@shape("aten.randint.low")
def randint_low(
    ctx: Context,
    low: Dim,
    high: Dim,
    size: Sizes,
    dtype: DType | None,
    layout: Layout | None,
    device: Device | None,
    pin_memory: bool | None,
) -> Value:
    """Random integers between two bounds, int64 unless a dtype is given."""
    _require_bounded(dtype or DType.int64)
    _require_interval(ctx, low, high)
    return made(ctx, size, TensorOptions(dtype or DType.int64, layout, device))


@shape("aten.randperm.default")
def randperm(
    ctx: Context, n: Dim, dtype: DType | None, layout: Layout | None, device: Device | None, pin_memory: bool | None
) -> Value:
    """A random permutation, int64 unless a dtype is given."""
    return made(ctx, (n,), TensorOptions(dtype or DType.int64, layout, device))
