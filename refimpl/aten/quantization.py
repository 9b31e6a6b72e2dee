"""Fake quantisation: a tensor of the same sizes, and which of its elements were inside the range."""

from __future__ import annotations

from typing import Final

from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import missing_kernel
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, ne

__all__: list[str] = []

_Masked = tuple[FakeTensor, FakeTensor]
_OF_TENSOR: Final = "fake_quantize_tensor_cachemask_kernel_type_handling"
_OF_CHANNELS: Final = "fake_quantize_channel_cachemask_cpu_type_handling"


def _require_range(quant_min: int, quant_max: int) -> None:
    if quant_min > quant_max:
        raise RuntimeError("`quant_min` should be less than or         equal to `quant_max`.")


def _require_zero_point(zero_point: int, quant_min: int, quant_max: int) -> None:
    if not quant_min <= zero_point <= quant_max:
        raise RuntimeError("`zero_point` must be between `quant_min` and `quant_max`.")


def _masked(ctx: Context, self: FakeTensor, kernel: str) -> _Masked:
    if not self.dtype.is_floating_point:
        raise missing_kernel(kernel, self.dtype)
    return like(ctx, self), like(ctx, self, DType.bool)


def _require_one(ctx: Context, tensor: FakeTensor) -> None:
    count = tensor.numel()
    ctx.require(eq(count, 1), f"a Tensor with {count} elements cannot be converted to Scalar")


@shape("aten.fake_quantize_per_tensor_affine.default")
def fake_quantize_per_tensor_affine(
    ctx: Context, self: FakeTensor, scale: float, zero_point: int, quant_min: int, quant_max: int
) -> FakeTensor:
    """With one scale and zero point."""
    return fake_quantize_per_tensor_affine_cachemask(ctx, self, scale, zero_point, quant_min, quant_max)[0]


@shape("aten.fake_quantize_per_tensor_affine_cachemask.default")
def fake_quantize_per_tensor_affine_cachemask(
    ctx: Context, self: FakeTensor, scale: float, zero_point: int, quant_min: int, quant_max: int
) -> _Masked:
    """With one scale and zero point, and the mask."""
    _require_range(quant_min, quant_max)
    _require_zero_point(zero_point, quant_min, quant_max)
    return _masked(ctx, self, _OF_TENSOR)


@shape("aten.fake_quantize_per_tensor_affine.tensor_qparams")
def fake_quantize_per_tensor_affine_of_tensors(
    ctx: Context, self: FakeTensor, scale: FakeTensor, zero_point: FakeTensor, quant_min: int, quant_max: int
) -> FakeTensor:
    """With one scale and zero point, each the element of a tensor."""
    _require_one(ctx, scale)
    _require_one(ctx, zero_point)
    _require_range(quant_min, quant_max)
    return _masked(ctx, self, _OF_TENSOR)[0]


@shape("aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams.default")
def fake_quantize_cachemask_of_tensors(
    ctx: Context,
    self: FakeTensor,
    scale: FakeTensor,
    zero_point: FakeTensor,
    fake_quant_enabled: FakeTensor,
    quant_min: int,
    quant_max: int,
) -> _Masked:
    """With one scale and zero point, each the element of a tensor, and the mask."""
    for tensor in (scale, zero_point, fake_quant_enabled):
        _require_one(ctx, tensor)
    _require_range(quant_min, quant_max)
    return _masked(ctx, self, _OF_TENSOR)


@shape("aten.fake_quantize_per_channel_affine.default")
def fake_quantize_per_channel_affine(
    ctx: Context, self: FakeTensor, scale: FakeTensor, zero_point: FakeTensor, axis: int, quant_min: int, quant_max: int
) -> FakeTensor:
    """With a scale and a zero point for each channel."""
    return fake_quantize_per_channel_affine_cachemask(ctx, self, scale, zero_point, axis, quant_min, quant_max)[0]


@shape("aten.fake_quantize_per_channel_affine_cachemask.default")
def fake_quantize_per_channel_affine_cachemask(
    ctx: Context, self: FakeTensor, scale: FakeTensor, zero_point: FakeTensor, axis: int, quant_min: int, quant_max: int
) -> _Masked:
    """With a scale and a zero point for each channel, and the mask."""
    if scale.dtype not in (DType.float32, DType.bfloat16):
        raise RuntimeError(f"Scale must be Float or BFloat16, found {scalar_type_name(scale.dtype)}")
    if zero_point.dtype not in (DType.int32, DType.float32, DType.float16):
        raise RuntimeError(f"Zero-point must be Int32, Float or Half, found {scalar_type_name(zero_point.dtype)}")
    if scale.ndim != 1:
        raise RuntimeError("scale should be a 1-D tensor")
    if zero_point.ndim != 1:
        raise RuntimeError("zero point should be a 1-D tensor")
    channels = scale.sizes[0]
    ctx.require(eq(channels, zero_point.sizes[0]), "scale and zero-point need to have the same dimensions")
    own = self.sizes[wrap_dim(axis, self.ndim)]
    ctx.require(eq(channels, own), "dimensions of scale and zero-point are not consistent with input tensor")
    _require_range(quant_min, quant_max)
    if zero_point.dtype is DType.int32:
        message = "min(): Expected reduction dim to be specified for input.numel() == 0. "
        ctx.require(ne(channels, 0), message + "Specify the reduction dim with the 'dim' argument.")
    if axis < 0:
        raise RuntimeError("`axis` must be between 0 and number of dimensions of input")
    return _masked(ctx, self, _OF_CHANNELS)
