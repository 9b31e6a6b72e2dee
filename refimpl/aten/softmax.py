"""Softmax and its relatives: a contiguous tensor of the same sizes."""

from __future__ import annotations

from dataclasses import replace

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, pointwise
from refimpl.aten._kernels import missing_kernel
from refimpl.aten._lenient import Lenient
from refimpl.aten._promotion import Kind
from refimpl.aten._reduction import reduce
from refimpl.aten._registry import shape
from refimpl.aten._require import require_sizes
from refimpl.aten._reshape import sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq

__all__: list[str] = []


def _softmax(ctx: Context, self: FakeTensor, dim: int, dtype: DType, kernel: str) -> FakeTensor:
    wrap_dim(dim, self.ndim)
    if not dtype.is_floating_point and not dtype.is_complex and ctx.known(eq(self.numel(), 0)) is not True:
        raise missing_kernel(kernel, dtype)
    return dense(ctx, self, self.sizes, dtype)


def _require_same_sizes(ctx: Context, grad: FakeTensor, output: FakeTensor, name: str) -> None:
    require_sizes(
        ctx,
        grad.sizes,
        output.sizes,
        "Expected tensor for argument #1 'grad' to have same size as tensor for argument #2 'output'; but ",
        lambda: (
            f"{sizes_text(grad.sizes)} does not equal {sizes_text(output.sizes)} (while checking arguments for {name})"
        ),
    )


def _gradient(
    ctx: Context, grad: FakeTensor, output: FakeTensor, dim: int, dtype: DType, contiguous: bool
) -> FakeTensor:
    """The gradient less a multiple of the output, a sum for each row; the layout is that of these operators."""
    kind = Kind.DEFAULT
    first = pointwise(ctx, kind, grad, output) if contiguous else grad
    scale = output if contiguous else pointwise(ctx, Kind.INT_TO_FLOAT, output)
    made = pointwise(ctx, kind, first, pointwise(ctx, kind, scale, reduce(ctx, first, (dim,), True, first.dtype)))
    return dense(ctx, made, made.sizes, dtype) if contiguous else replace(made, dtype=dtype)


def _register(name: str, kernel: str) -> None:
    def kernel_function(ctx: Context, self: FakeTensor, dim: int, half_to_float: bool) -> FakeTensor:
        if half_to_float and self.dtype is not DType.float16:
            raise RuntimeError("softmax with half to float conversion is not supported on CPU")
        return _softmax(ctx, self, dim, DType.float32 if half_to_float else self.dtype, kernel)

    def function(ctx: Context, self: FakeTensor, dim: int, dtype: DType | None) -> FakeTensor:
        return _softmax(ctx, self, dim, self.dtype if dtype is None else dtype, kernel)

    def backward(ctx: Context, grad_output: FakeTensor, output: FakeTensor, dim: int, input_dtype: DType) -> FakeTensor:
        if name == "softmax":
            _require_same_sizes(ctx, grad_output, output, f"{name}_backward")
        else:
            # The kernel reads the output without looking at its sizes; tracing broadcasts the two.
            ctx = Lenient(ctx, unchecked=True)
        at = wrap_dim(dim, grad_output.ndim)
        return _gradient(ctx, grad_output, output, at, input_dtype, name == "softmax")

    shape(f"aten._{name}.default")(kernel_function)
    shape(f"aten.{name}.int", f"aten.special_{name}.default")(function)
    shape(f"aten._{name}_backward_data.default")(backward)


_register("softmax", "softmax_lastdim_kernel_impl")
_register("log_softmax", "log_softmax_lastdim_kernel_impl")


@shape("aten._safe_softmax.default")
def safe_softmax(ctx: Context, self: FakeTensor, dim: int, dtype: DType | None) -> FakeTensor:
    """Softmax that gives 0 where everything is masked."""
    if self.dtype.is_complex:
        raise RuntimeError("isneginf does not support complex inputs.")
    return _softmax(ctx, self, dim, self.dtype if dtype is None else dtype, "softmax_lastdim_kernel_impl")
