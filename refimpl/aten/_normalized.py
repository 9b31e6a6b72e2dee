"""The layout of a normalised tensor: PyTorch's fake tensors compute it by one elementwise operator after another.

The order in memory is the input's; how the result came about shows in the strides of dimensions of size 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._call import tensor_of, tensors_of
from refimpl.aten._elementwise import converted, copied, elementwise, like
from refimpl.aten._promotion import Kind, computed_in
from refimpl.aten._views import unsqueeze
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, MemoryFormat

__all__ = ["along_channels", "has_one", "in_turn", "made_contiguous", "moments", "widened"]


def has_one(tensor: FakeTensor) -> bool:
    """Whether the way to a result shows in its strides: a size is 1, and none is 0."""
    return 1 in tensor.sizes and 0 not in tensor.sizes


def made_contiguous(ctx: Context, tensor: FakeTensor, memory_format: MemoryFormat = "contiguous_format") -> FakeTensor:
    """The tensor itself if it is dense in that format, else a copy."""
    return tensor_of(ctx, "aten.contiguous.default", tensor, memory_format=memory_format)


def widened(ctx: Context, tensor: FakeTensor) -> FakeTensor:
    """The tensor in the dtype of the computation."""
    return converted(ctx, tensor, computed_in(ctx, Kind.DEFAULT, tensor.dtype))


def moments(ctx: Context, tensor: FakeTensor, dims: Sequence[int]) -> tuple[FakeTensor, FakeTensor]:
    """Mean and reciprocal deviation over the dimensions, which stay with size 1."""
    variance, mean = tensors_of(ctx, "aten.var_mean.correction", tensor, list(dims), correction=0, keepdim=True)
    return mean, like(ctx, variance)


def in_turn(ctx: Context, tensor: FakeTensor, operands: Sequence[FakeTensor | None], dtype: DType) -> FakeTensor:
    """The tensor shifted and scaled by each operand that there is, at last in that dtype."""
    for operand in operands:
        if operand is not None:
            tensor = elementwise(ctx, (tensor, operand), tensor.dtype, tensor.dtype, short=True)
    return copied(ctx, tensor, dtype)


def along_channels(tensor: FakeTensor, ndim: int) -> FakeTensor:
    """A vector as the second of ``ndim`` dimensions, without the first, which broadcasting adds."""
    for _ in range(ndim - 2):
        tensor = unsqueeze(tensor, tensor.ndim)
    return tensor
