"""How large a storage is: what is known of it is so in eager runs, and ``as_strided`` stays inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import pytest

from refimpl.aten._overload import overload
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode, Storage
from refimpl.symbolic_shapes import ShapeEnv
from refimpl.symbolic_shapes.events import Requirement
from refimpl.terms import Dim, evaluate, to_dim
from tests.aten.calls import Json, decode, field, items_of, read_calls
from tests.aten.eager import Eager
from tests.aten.plain_context import PlainContext

# Fake tensors, whose sizes are ours, count the last offset, which eager kernels do not.
_OTHER_SIZES: Final = frozenset(("aten._embedding_bag_forward_only.default",))
_RECORDED: Final = ("calls.jsonl", "drawn.jsonl", "eager.jsonl", "layouts.jsonl", "relaid.jsonl")


def _bytes(result: object, eager: Json) -> Iterator[tuple[int, Json]]:
    """Of each tensor with elements whose storage is known: how large we say it is, and how large it was."""
    if isinstance(result, FakeTensor) and result.storage.extent is not None and 0 not in result.sizes:
        yield known_bytes(result), eager
    elif isinstance(result, (list, tuple)) and isinstance(eager, list):
        for item, there in zip(cast("list[object]", result), eager, strict=True):  # isinstance leaves elements unknown
            yield from _bytes(item, there)


def known_bytes(tensor: FakeTensor) -> int:
    """How large the storage is known to be."""
    assert tensor.storage.extent is not None
    sizes, strides, offset, dtype = tensor.storage.extent
    last: Dim = offset
    for size, stride in zip(sizes, strides, strict=True):
        last = last + (size - 1) * stride
    return 0 if 0 in sizes else int(str(last + 1)) * dtype.itemsize


def _ours(call: dict[str, Json]) -> object:
    """What our shape function gives on plain numbers; None if it refuses the call or needs contents."""
    kwargs = cast("dict[str, Json]", call.get("kwargs", {}))  # written as an object
    arguments = tuple(map(decode, items_of(call["args"])))
    try:
        named = {name: decode(value) for name, value in kwargs.items()}
        return overload(field(call, "op")).run(PlainContext(), arguments, named)
    except Exception:  # whatever the refusal, it has no storage
        return None


@pytest.mark.torch
@pytest.mark.parametrize("recorded", _RECORDED)
def test_a_storage_is_as_large_as_in_an_eager_run(recorded: str) -> None:
    compared = 0
    with Eager() as eager:
        for call in read_calls(recorded):
            ours = None if field(call, "op") in _OTHER_SIZES else _ours(call)
            there = None if ours is None else eager.storages(call).get("out")
            for known, found in _bytes(ours, there):
                if found is not None:
                    assert known == found, call
                    compared += 1
    assert compared > 500


_LAYOUTS: Final = (
    ((10,), (1,), (4, 3), (4, 1), None, 15),
    ((10,), (1,), (4, 3), (3, 0), 1, 11),
    ((10,), (1,), (4, 3), (3, 0), 0, 10),
    ((10,), (1,), (0, 3), (4, 1), 100, 0),
    ((2, 3), (1, 5), (12,), (1,), None, 12),
    ((2, 3), (1, 5), (13,), (1,), None, 13),
    ((0, 3), (3, 1), (1,), (1,), None, 1),
    ((3, 0), (1, 1), (1,), (0,), None, 1),
    ((3, 0), (1, 1), (5, 0), (9, 9), None, 0),
)
"""Sizes and strides of a tensor, then of the view and its offset, and how many elements that reaches."""


@pytest.mark.parametrize("name", ["as_strided", "as_strided_", "as_strided_copy"])
@pytest.mark.parametrize(("sizes", "strides", "wanted", "steps", "offset", "reach"), _LAYOUTS)
def test_a_view_reaches_as_far_as_its_storage(
    name: str, sizes: tuple[int, ...], strides: tuple[int, ...], wanted: tuple[int, ...], steps: tuple[int, ...],
    offset: int | None, reach: int,
) -> None:  # fmt: skip
    whole = FakeTensor(sizes, strides, DType.float32)
    operator = overload(f"aten.{name}.default")
    if 4 * reach <= known_bytes(whole):
        result = operator.run(PlainContext(), (whole, wanted, steps, offset), {})
        assert isinstance(result, FakeTensor)
        assert result.sizes == wanted
    else:
        there = rf"requiring a storage size of {4 * reach} are out of bounds for storage of size {known_bytes(whole)}$"
        with pytest.raises(RuntimeError, match=rf"^setStorage: sizes .*{there}"):
            operator.run(PlainContext(), (whole, wanted, steps, offset), {})


def test_a_view_of_a_part_reaches_into_the_whole() -> None:
    part = FakeTensor((10,), (1,), DType.float32).viewed((4,), (1,), 2)
    strided = overload("aten.as_strided.default")
    strided.run(PlainContext(), (part, (8,), (1,)), {})
    with pytest.raises(RuntimeError, match="out of bounds for storage of size 40"):
        strided.run(PlainContext(), (part, (9,), (1,)), {})
    numbers = overload("aten.view.dtype").run(PlainContext(), (part.viewed((10,), (1,), 0), DType.int16), {})
    strided.run(PlainContext(), (numbers, (20,), (1,)), {})
    with pytest.raises(RuntimeError, match="itemsize 2 requiring a storage size of 42"):
        strided.run(PlainContext(), (numbers, (21,), (1,)), {})


def test_a_copy_that_is_written_is_as_large_as_what_it_copies() -> None:
    part = FakeTensor((10,), (1,), DType.float32).viewed((4,), (1,), 0)
    source = FakeTensor((10,), (1,), DType.float32)
    scatter = overload("aten.as_strided_scatter.default")
    scatter.run(PlainContext(), (part, source, (10,), (1,)), {})
    # What repeats an element is copied densely first.
    repeated = FakeTensor((1,), (1,), DType.float32).viewed((4,), (0,), 0)
    written = FakeTensor((4,), (1,), DType.float32)
    scatter.run(PlainContext(), (repeated, written, (4,), (1,)), {})
    with pytest.raises(RuntimeError, match="out of bounds for storage of size 16"):
        scatter.run(PlainContext(), (repeated, FakeTensor((5,), (1,), DType.float32), (5,), (1,)), {})


def test_what_may_be_larger_than_it_looks_is_not_limited() -> None:
    strided = overload("aten.as_strided.default")
    strided.run(PlainContext(), (FakeTensor((4,), (1,), DType.float32, storage=Storage()), (9,), (1,)), {})
    distinct = overload("aten.unique_consecutive.default").run(
        PlainContext([3]), (FakeTensor((4,), (1,), DType.int64),), {}
    )
    assert isinstance(distinct, tuple)
    strided.run(PlainContext(), (distinct[0], (4,), (1,)), {})
    grown = FakeTensor((4,), (1,), DType.float32)
    small = overload("aten.resize_.default").run(PlainContext(), (grown, (2,)), {})
    strided.run(PlainContext(), (small, (4,), (1,)), {})


def test_the_requirement_is_of_symbols_exactly_that_the_view_fits() -> None:
    env = ShapeEnv()
    mode = FakeTensorMode(env)
    symbols = [to_dim(env.create_unbacked_symint().node.expr) for _ in range(4)]
    rows, columns, length, start = symbols
    whole = FakeTensor((rows, columns), (columns, 1), DType.float32)
    overload("aten.as_strided.default").run(mode, (whole, (length, 2), (3, 1), start), {})
    stated = [event.condition for event in env.log if isinstance(event, Requirement) and "setStorage" in event.message]
    assert len(stated) == 1
    for a in range(4):
        for b in range(4):
            for n in range(4):
                for o in range(3):
                    numbers = dict(zip(map(str, symbols), (a, b, n, o), strict=True))
                    fits = n == 0 or (a * b > 0 and o + 3 * (n - 1) + 2 <= a * b)
                    assert evaluate(stated[0], numbers) == fits
