"""Type promotion agrees with PyTorch's on every pair of dtypes and operands (recorded)."""

from __future__ import annotations

import json
from typing import Final

import pytest

from refimpl.aten._overload import overload
from refimpl.aten._promotion import Operand, promote_types, result_type
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import symbol
from tests.aten.calls import DATA
from tests.aten.plain_context import PlainContext

_RECORDED: Final[dict[str, dict[str, str]]] = json.loads((DATA / "promotion.json").read_text(encoding="utf-8"))
_NUMBERS: Final[dict[str, Operand]] = {"True": True, "3": 3, "2.5": 2.5, "1j": 1j}


def operand(text: str) -> Operand:
    """``int64:1`` is a tensor of one dimension; ``2.5`` a number."""
    name, colon, rank = text.partition(":")
    if not colon:
        return _NUMBERS[name]
    return FakeTensor((1,) * int(rank), (1,) * int(rank), DType[name])


def attempt(left: DType, right: DType) -> str:
    """The promoted dtype's name, or the error."""
    try:
        return promote_types(left, right).name
    except RuntimeError as error:
        return f"RuntimeError: {error}"


@pytest.mark.parametrize("pair", sorted(_RECORDED["promote"]))
def test_two_dtypes_promote_as_in_pytorch(pair: str) -> None:
    left, right = (DType[name] for name in pair.split())
    assert attempt(left, right) == _RECORDED["promote"][pair]


def test_operands_promote_as_in_pytorch() -> None:
    context = PlainContext()
    for pair, expected in _RECORDED["result"].items():
        left, right = map(operand, pair.split())
        assert result_type(context, left, right).name == expected, pair


def test_a_symbolic_number_counts_as_an_integer() -> None:
    tensor = FakeTensor((2,), (1,), DType.bool)
    assert result_type(PlainContext(), tensor, symbol("u0")) is DType.int64


def test_a_dtype_is_given_as_the_number_that_pytorch_has_for_it() -> None:
    # The order of ScalarType in PyTorch, with what lies between: quantised types and unused bits.
    expected = {"uint8": 0, "int8": 1, "int16": 2, "int32": 3, "int64": 4, "float16": 5, "float32": 6, "float64": 7}
    expected |= {"complex32": 8, "complex64": 9, "complex128": 10, "bool": 11}
    expected |= {"bfloat16": 15, "float8_e5m2": 23, "float8_e4m3fn": 24, "float8_e5m2fnuz": 25, "float8_e4m3fnuz": 26}
    expected |= {"uint16": 27, "uint32": 28, "uint64": 29, "float8_e8m0fnu": 44}
    promote, context = overload("aten.promote_types.default"), PlainContext()
    assert {dtype.name: promote.run(context, (dtype, dtype), {}) for dtype in DType} == expected
    tensor = FakeTensor((2,), (1,), DType.bfloat16)
    for number, dtype in ((15, DType.bfloat16), (27, DType.uint16), (6, DType.float32)):
        cast = overload("aten.to.dtype").run(context, (tensor, number), {})
        assert isinstance(cast, FakeTensor)
        assert cast.dtype is dtype


def test_the_numbers_of_results_are_those_of_pytorch() -> None:
    context = PlainContext()
    for pair, expected in _RECORDED["result"].items():
        left, right = map(operand, pair.split())
        names = ["Tensor" if isinstance(item, FakeTensor) else "Scalar" for item in (left, right)]
        variant = {"Tensor Tensor": "Tensor", "Tensor Scalar": "Scalar"}.get(" ".join(names), "_".join(names))
        given = overload(f"aten.result_type.{variant}").run(context, (left, right), {})
        assert given == DType[expected].code, pair
