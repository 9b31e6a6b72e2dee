"""Strides of elementwise results on permuted, sliced and expanded operands agree with PyTorch's (recorded)."""

from __future__ import annotations

import json
from typing import Final, TypeAlias

import pytest

from refimpl.aten._elementwise import elementwise
from refimpl.aten._overload import overload
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, IntTerm, evaluate, ge, symbol
from tests.aten.calls import DATA
from tests.aten.plain_context import PlainContext
from tests.aten.recorded_context import RecordedContext

Layout: TypeAlias = list[list[int]]

_LINES: Final = (DATA / "strides.jsonl").read_text(encoding="utf-8").splitlines()


def read(line: str) -> tuple[list[Layout], Layout, Layout]:
    """Operands, and the result for static and for symbolic sizes."""
    record: dict[str, list[Layout]] = json.loads(line)
    operands, static, symbolic = record["operands"], record["static"], record["symbolic"]
    return operands, [list(map(_number, row)) for row in static], [list(map(_number, row)) for row in symbolic]


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def result_on(ctx: Context, operands: list[tuple[Sizes, Sizes]]) -> FakeTensor:
    """The elementwise result of float tensors."""
    tensors = [FakeTensor(sizes, strides, DType.float32) for sizes, strides in operands]
    return elementwise(ctx, tensors, DType.float32)


def test_static_sizes() -> None:
    for line in _LINES:
        operands, expected, _ = read(line)
        found = result_on(PlainContext(), [(tuple(sizes), tuple(strides)) for sizes, strides in operands])
        assert [list(found.sizes), list(found.strides)] == expected, operands


def symbolic(number: int) -> Dim:
    """PyTorch's choice: 0 and 1 are constants, equal numbers share a symbol."""
    return number if number < 2 else symbol(f"s{number}")


def value(dim: Dim) -> int:
    """The number that the hints give."""
    if not isinstance(dim, IntTerm):
        return dim
    found = evaluate(dim, {symbol.name: int(symbol.name[1:]) for symbol in dim.free})
    assert isinstance(found, int)
    return found


def test_symbolic_sizes_and_strides() -> None:
    for line in _LINES:
        operands, _, expected = read(line)
        numbers = {number for row in operands for side in row for number in side if number > 1}
        context = RecordedContext({f"s{number}": number for number in numbers})
        for number in numbers:
            context.learn(ge(symbol(f"s{number}"), 2))
        terms = [(tuple(map(symbolic, sizes)), tuple(map(symbolic, strides))) for sizes, strides in operands]
        found = result_on(context, terms)
        assert list(map(value, found.sizes)) == expected[0], operands
        # The stride of a dimension of size 1 says nothing.
        kept = [
            (value(stride), want)
            for stride, want, size in zip(found.strides, expected[1], expected[0], strict=True)
            if size > 1
        ]
        assert all(ours == want for ours, want in kept), (operands, kept)


# Sizes and strides of two operands over the symbols s4 and s3, the strides of their product, those of a comparison:
# recorded from PyTorch 2.13. Only the product is seen to be contiguous before its operands are expanded.
_S4: Final = symbol("s4")
_CUT: Final = (
    (((_S4, 1), (1, 7)), ((1,), (1,)), (1, 1), (1, _S4)),
    (((1, _S4, 1, 1), (_S4, 1, _S4, _S4)), ((1, _S4, 1, 1), (_S4, 1, 1, 1)), (_S4, 1, 1, 1), (_S4, 1, _S4, _S4)),
)


@pytest.mark.parametrize(("left", "right", "product", "comparison"), _CUT)
def test_four_operators_look_at_operands_before_they_are_expanded(
    left: tuple[Sizes, Sizes], right: tuple[Sizes, Sizes], product: Sizes, comparison: Sizes
) -> None:
    operands = tuple([FakeTensor(sizes, strides, DType.float32) for sizes, strides in (left, right)])
    for name, expected in (("mul", product), ("div", product), ("eq", comparison), ("atan2", comparison)):
        operator = overload(f"aten.{name}.{'default' if name == 'atan2' else 'Tensor'}")
        context = RecordedContext({"s4": 4})
        context.learn(ge(_S4, 2))
        found = operator.run(context, operands, {})
        assert isinstance(found, FakeTensor)
        assert found.strides == expected, name
