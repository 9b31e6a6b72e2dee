"""Operators that give a dtype, as the number that PyTorch's ``ScalarType`` has for it."""

from __future__ import annotations

from refimpl.aten._promotion import Number, promote_types, result_type
from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []


@shape("aten.promote_types.default")
def promoted(ctx: Context, type1: DType, type2: DType) -> int:
    """The dtype to which both convert. Raises RuntimeError if there is none."""
    return promote_types(type1, type2).code


@shape(
    "aten.result_type.Tensor",
    "aten.result_type.Scalar",
    "aten.result_type.Scalar_Tensor",
    "aten.result_type.Scalar_Scalar",
)
def result_of_two(ctx: Context, first: FakeTensor | Number, second: FakeTensor | Number) -> int:
    """The dtype of an elementwise result of the two. Raises RuntimeError if there is none."""
    return result_type(ctx, first, second).code
