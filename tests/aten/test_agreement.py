"""The comparison with recorded results notices each kind of difference, and only those."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor
from refimpl.terms import Dim, eq, ge, int_max, symbol
from tests.aten.agreement import differences
from tests.aten.recorded_context import RecordedContext

U, S, F, G = symbol("u0"), symbol("s0"), symbol("f0"), symbol("f1")
RECORDED = FakeTensor((U, S, 2), (2 * S, 2, 1), DType.float32)


def context() -> RecordedContext:
    ctx = RecordedContext({"s0": 5})
    ctx.learn(ge(S, 2))
    ctx.learn(ge(U, 0))
    return ctx


def places(ours: object, recorded: object, ctx: RecordedContext | None = None) -> list[str]:
    return [difference.place for difference in differences(ctx or context(), ours, recorded)]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (replace(RECORDED, sizes=(U, S, 3)), "result.size[2]"),
        (replace(RECORDED, sizes=(U + 1, S, 2)), "result.size[0]"),
        (replace(RECORDED, strides=(2 * S, 1, 1)), "result.stride[1]"),
        (replace(RECORDED, offset=U), "result.offset"),
        (replace(RECORDED, dtype=DType.int64), "result.dtype"),
        (replace(RECORDED, device=Device("cuda", 0)), "result.device"),
        (replace(RECORDED, sizes=(U, S), strides=(S, 1)), "result.rank"),
    ],
)
def test_a_planted_fault_is_found(changed: FakeTensor, place: str) -> None:
    assert place in places(changed, RECORDED)


def test_the_same_value_in_another_form_is_no_difference() -> None:
    other = replace(RECORDED, strides=(int_max(1, 2 * S), 2, 1))
    assert places(RECORDED, RECORDED) == []
    assert places(other, RECORDED) == []


def test_the_stride_of_a_dimension_that_is_never_walked_does_not_count() -> None:
    recorded = FakeTensor((1, U), (U, 1), DType.float32)
    assert places(replace(recorded, strides=(int_max(1, U), 1)), recorded) == []
    assert places(replace(recorded, strides=(U, 2)), recorded) == ["result.stride[1]"]


def test_a_fresh_symbol_stands_for_what_was_recorded_in_its_place_everywhere() -> None:
    ctx = context()
    ctx.fresh = ["f0"]
    ours = FakeTensor((F, F + 1), (F + 1, 1), DType.float32)
    assert places(ours, FakeTensor((U, U + 1), (U + 1, 1), DType.float32), ctx) == []
    assert places(ours, FakeTensor((U, S), (S, 1), DType.float32), ctx) == ["result.size[1]", "result.stride[0]"]


def test_a_requirement_of_the_operator_may_make_sizes_equal() -> None:
    ctx = context()
    assert places(U, S, ctx) == ["result"]
    ctx.learn(eq(U, S))
    assert places(U, S, ctx) == []


@pytest.mark.parametrize(("ours", "recorded"), [((1, 2), (1, 2, 3)), (1, 2), (RECORDED, None), (None, RECORDED)])
def test_another_structure_is_found(ours: Dim | FakeTensor | None, recorded: Dim | FakeTensor | None) -> None:
    assert places(ours, recorded)
