"""Gradients of layers with parameters: convolution and batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._broadcast import is_one
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import NOT_REAL, require_kernel
from refimpl.aten._norm_gradients import gradients_of_batch
from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format
from refimpl.aten.convolution import convolution_format, convolve
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, gt, lor

__all__: list[str] = []


@shape("aten.convolution_backward.default")
def convolution_backward(
    ctx: Context,
    grad_output: FakeTensor,
    input: FakeTensor,
    weight: FakeTensor,
    bias_sizes: Sizes | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
    output_mask: Sequence[bool],
) -> list[Value]:
    """The gradients of input, weight and bias that the mask wants, in the memory format of the convolution.

    The incoming gradient has the sizes of the convolution's result.
    """
    ctx.require(gt(groups, 0), f"expected groups to be greater than 0, but got groups={groups}")
    # The kernels of gradients take a dilation of 0, and look at no size of the incoming gradient then.
    undilated = 0 in dilation
    # One batch, or no gradient but the bias', is handled by kernels that count no batches, and less.
    unseen = not any(output_mask[: 2 if is_one(ctx, input.sizes[0]) else 3])
    dilations = (1,) * len(dilation) if undilated else dilation
    # Tracing looks at no dtype, and gives all the gradients that of the incoming one.
    alike = replace(input, dtype=grad_output.dtype), replace(weight, dtype=grad_output.dtype)
    result = convolve(ctx, *alike, None, stride, padding, dilations, transposed, output_padding, groups)
    if grad_output.ndim != input.ndim:
        raise RuntimeError(
            "Expected input and grad_output to have the same number of dimensions, but got: "
            f"{input.ndim} and {grad_output.ndim}"
        )
    head = "could not create a primitive descriptor for the convolution forward propagation primitive"
    batches = grad_output.sizes[:1] if is_one(ctx, input.sizes[0]) else result.sizes[:1]
    if not (undilated or unseen):
        # Nothing is computed of an input without elements.
        empty = eq(input.numel(), 0)
        for size, wanted in zip(grad_output.sizes, (*batches, *result.sizes[1:]), strict=True):
            ctx.require(lor(empty, eq(size, wanted)), head)
    memory_format = convolution_format(ctx, input, weight) if input.ndim > 3 else "contiguous_format"
    outputs: Dim = weight.sizes[1] * groups if transposed else weight.sizes[0]
    made = (
        in_format(ctx, grad_output, input.sizes, memory_format),
        in_format(ctx, grad_output, weight.sizes, memory_format),
        dense(ctx, grad_output, (outputs,) if bias_sizes is None else bias_sizes),
    )
    return [gradient if wanted else None for wanted, gradient in zip(output_mask, made, strict=True)]


@shape("aten.native_batch_norm_backward.default")
def native_batch_norm_backward(
    ctx: Context,
    grad_out: FakeTensor,
    input: FakeTensor,
    weight: FakeTensor | None,
    running_mean: FakeTensor | None,
    running_var: FakeTensor | None,
    save_mean: FakeTensor | None,
    save_invstd: FakeTensor | None,
    train: bool,
    eps: float,
    output_mask: Sequence[bool],
) -> list[Value]:
    """The gradient of the input, wanted or not, and those of weight and bias; broadcast with each other.

    Source: PyTorch's fake tensors, also for the dtypes.
    """
    channels = input.sizes[wrap_dim(1, input.ndim, scalar_has_one=False)]
    require_kernel("batch_norm_backward_cpu", input.dtype, NOT_REAL)
    for vector in (weight, running_mean, running_var, save_mean, save_invstd):
        if vector is not None and vector.ndim != 1:
            raise RuntimeError(f"TensorAccessor expected 1 dims but tensor has {vector.ndim}")
    low = input.dtype in (DType.float16, DType.bfloat16)
    if weight is not None and weight.dtype is not input.dtype and not (low and weight.dtype is DType.float32):
        name = scalar_type_name(DType.float32 if low else input.dtype)
        raise RuntimeError(f"mixed dtype (CPU): expect parameter to have scalar type of {name}")
    dtype = input.dtype if weight is None else weight.dtype
    mean, deviation = (save_mean, save_invstd) if train else (running_mean, running_var)
    empty = ctx.known(eq(input.numel(), 0)) is True
    if empty:
        # Tracing's own class; the kernel divides by zero and dies.
        raise ZeroDivisionError("division by zero" if ctx.known(eq(channels, 0)) is True else "float division by zero")
    if mean is None or deviation is None:
        # Tracing knows no default of the statistics; this is the kernel's.
        gradient = like(ctx, input)
        vectors = dense(ctx, input, (channels,), dtype), dense(ctx, input, (channels,), dtype)
    else:
        made = gradients_of_batch(ctx, grad_out, input, weight, mean, deviation, train)
        gradient = replace(made[0], dtype=input.dtype)
        vectors = replace(made[1], dtype=dtype), replace(made[2], dtype=dtype)
    return [gradient, *(vector if wanted else None for wanted, vector in zip(output_mask[1:], vectors, strict=True))]
