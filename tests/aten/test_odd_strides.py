"""The stride of a dimension of size 1, after a view: that of PyTorch 2.13's fake tensors (recorded)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import pytest

from refimpl.aten._overload import overload
from refimpl.aten._reshape import reshape
from refimpl.aten._strides import contiguous_strides
from refimpl.aten.copies import clone
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, evaluate, symbol
from tests.aten.calls import Json, field, items_of, our_outcome, read_calls
from tests.aten.eager import Eager
from tests.aten.plain_context import PlainContext
from tests.aten.recorded_context import RecordedContext

# Sizes, strides, new sizes, new strides.
CASES: Final = (
    ((1, 16, 16), (272, 16, 1), (1, 4, 4, 16), (272, 64, 16, 1)),
    ((1, 4, 6), (99, 6, 1), (24,), (1,)),
    ((1, 4, 6), (99, 6, 1), (4, 6), (6, 1)),
    ((1, 4, 6), (99, 6, 1), (2, 12), (12, 1)),
    ((4, 1, 6), (6, 7, 1), (4, 6), (6, 1)),
    ((4, 1, 6), (6, 7, 1), (1, 4, 6), (24, 6, 1)),
    ((4, 1, 6), (6, 7, 1), (2, 2, 1, 6), (12, 6, 7, 1)),
    ((6, 1), (1, 50), (6,), (1,)),
    ((6, 1), (1, 50), (3, 2, 1), (2, 1, 50)),
    ((6, 1), (1, 50), (1, 6, 1, 1), (6, 1, 50, 50)),
    ((1,), (9,), (1, 1), (1, 1)),
    ((2, 1, 3), (6, 5, 2), (2, 3), (6, 2)),
    ((2, 1, 3), (12, 5, 2), (2, 3, 1), (12, 2, 2)),
)


@pytest.mark.parametrize(("sizes", "strides", "shape", "expected"), CASES)
def test_reshape_leaves_the_stride_that_pytorch_leaves(
    sizes: Sizes, strides: Sizes, shape: Sizes, expected: Sizes
) -> None:
    assert reshape(PlainContext(), FakeTensor(sizes, strides, DType.float32), shape).strides == expected


def test_the_cases_are_not_what_row_major_order_gives() -> None:
    odd = [case for case in CASES if case[3] != contiguous_strides(PlainContext(), case[2])]
    assert len(odd) >= 6


def test_an_odd_stride_beside_a_backed_size() -> None:
    """Rows 1 to 16 of a table of s0 by 16, one batch: the batch is still 16*s0 apart."""
    rows = symbol("s0")
    table = FakeTensor((1, 16, 16), (16 * rows, 16, 1), DType.float32)
    assert reshape(RecordedContext({"s0": 17}), table, (1, 4, 4, 16)).strides == (16 * rows, 64, 16, 1)


# Sizes, strides, those of a copy.
COPIES: Final = (
    ((1, 4, 6, 5), (999, 30, 5, 1), (999, 30, 5, 1)),
    ((4, 1, 6), (6, 3, 1), (6, 3, 1)),
    ((1, 6, 4), (99, 1, 6), (99, 1, 6)),
    ((6, 1), (1, 50), (1, 50)),
    ((1, 4, 6), (99, 12, 1), (24, 6, 1)),
    ((1,), (9,), (1,)),
)


@pytest.mark.parametrize(("sizes", "strides", "expected"), COPIES)
def test_a_copy_of_a_dense_tensor_keeps_all_its_strides(sizes: Sizes, strides: Sizes, expected: Sizes) -> None:
    assert clone(PlainContext(), FakeTensor(sizes, strides, DType.float32), None).strides == expected


def test_what_is_contiguous_whatever_its_operand_is() -> None:
    """Recorded from PyTorch 2.13 on a tensor in channels-last order."""
    tensor = FakeTensor((2, 3, 8, 8), (192, 1, 24, 3), DType.float32)
    index = FakeTensor((3,), (1,), DType.int64)
    dense = (192, 64, 8, 1)
    calls: list[tuple[str, tuple[object, ...]]] = [
        ("aten.bernoulli.default", (tensor,)),
        ("aten.bernoulli.p", (tensor, 0.5)),
        ("aten.index_select.default", (tensor, 1, index)),
        ("aten.lift_fresh_copy.default", (tensor,)),
    ]
    for name, args in calls:
        found = overload(name).run(PlainContext(), args, {})
        assert isinstance(found, FakeTensor)
        assert found.strides == dense, name


def test_a_difference_cut_to_its_size_is_empty() -> None:
    """``diff`` of order 17 along 9 elements: the order becomes 9, whatever symbol stands for the 9."""
    tensor = FakeTensor((3, symbol("s0")), (symbol("s0"), 1), DType.float32)
    found = overload("aten.diff.default").run(RecordedContext({"s0": 9}), (tensor, 17), {})
    assert isinstance(found, FakeTensor)
    assert found.sizes == (3, 0)


_HINTS: Final[dict[str, int | float | bool]] = {
    f"{tensor}{dim}": size for tensor in "gxmr" for dim, size in enumerate((2, 6, 4, 5))
}


def _named(tensor: str, order: tuple[int, ...], count: int = 4) -> FakeTensor:
    """A tensor of 2, 6, 4 and 5 elements under names of its own, its dimensions from the outermost to the innermost."""
    sizes = tuple([symbol(f"{tensor}{dim}") if dim < count else 1 for dim in range(4)])
    strides: list[Dim] = [1] * 4
    for outer, inner in reversed(list(pairwise(order))):
        strides[outer] = strides[inner] * sizes[inner]
    return FakeTensor(sizes, tuple(strides), DType.float32)


def _at_hints(operator: str, *arguments: object) -> list[object]:
    """The strides of the first result for the example."""
    result = overload(operator).run(RecordedContext(_HINTS), arguments, {})
    gradient = result[0] if isinstance(result, (list, tuple)) else result
    assert isinstance(gradient, FakeTensor)
    return [evaluate(stride, _HINTS) for stride in gradient.strides]


def test_a_gradient_lies_as_if_sizes_of_other_names_were_equal() -> None:
    # What fake tensors of PyTorch 2.13 give where each size of each tensor has a symbol of its own.
    rows, grad, input = (0, 1, 2, 3), "g", "x"
    vector = FakeTensor((symbol("x1"),), (1,), DType.float32)
    statistics = (None, vector, vector, vector, vector, True, 1e-5, [True, False, False])
    channels_last = (_named(grad, (0, 2, 3, 1)), _named(input, rows))
    assert _at_hints("aten.native_batch_norm_backward.default", *channels_last, *statistics) == [120, 1, 30, 6]
    given = (_named(grad, rows), _named(input, rows), [symbol("x3")], _named("m", rows, 3))
    arguments = (*given, _named("r", (0, 2, 1, 3), 3), None, None, [True, True, True])
    assert _at_hints("aten.native_layer_norm_backward.default", *arguments) == [120, 5, 30, 1]


# Calls whose results have strides of size-1 dimensions that tell how PyTorch came to them.
_CALLS: Final = list(read_calls("odd_strides.jsonl"))


@pytest.mark.parametrize("operator", sorted({field(call, "op") for call in _CALLS}))
def test_every_stride_is_that_of_fake_tensors(operator: str) -> None:
    for call in _CALLS:
        if call["op"] == operator:
            assert our_outcome(call).get("out") == call["out"], call["args"]


def test_a_stride_beside_a_size_of_one_is_compared() -> None:
    call = next(call for call in _CALLS if call["op"] == "aten.clamp_min.Tensor")
    dense = call["args"]
    assert our_outcome({**call, "args": _row_major(dense)})["out"] != call["out"]


def _row_major(value: Json) -> Json:
    if isinstance(value, list):
        return [_row_major(item) for item in value]
    if not isinstance(value, dict) or "t" not in value:
        return value
    sizes, _, offset, dtype = items_of(value["t"])
    plain = tuple([int(str(size)) for size in items_of(sizes)])
    return {"t": [sizes, [int(str(stride)) for stride in contiguous_strides(PlainContext(), plain)], offset, dtype]}


@pytest.mark.torch
def test_the_recorded_strides_are_those_of_live_fake_tensors() -> None:
    with Eager() as eager:
        for call in _CALLS:
            assert eager.fake(call) == {"out": call["out"]}, call
