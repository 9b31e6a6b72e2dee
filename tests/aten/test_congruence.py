"""One data-dependent quantity has one value, whichever operators read it, until its contents change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from refimpl.aten import overload
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode, Storage
from refimpl.fake_tensor.context import Value
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.terms import Dim, IntTerm, Sort, eq, symbol, symbol_atom


@pytest.fixture
def mode() -> Iterator[FakeTensorMode]:
    env = ShapeEnv(guard_from_hints=False)
    env.add_backed(symbol_atom("s0", Sort.INT), 8, 2, None)
    with FakeTensorMode(env) as running:
        yield running


def _vector(dtype: DType, *, is_input: bool = False) -> FakeTensor:
    return FakeTensor((symbol("s0"),), (1,), dtype, storage=Storage(is_input=is_input))


def _count(value: Value) -> Dim:
    if isinstance(value, list):
        value = value[0]
    assert isinstance(value, FakeTensor)
    return value.sizes[0]


def _used(mode: FakeTensorMode, name: str, *args: object) -> Dim:
    return _count(overload(name).run(mode, args, {}))


def test_the_count_of_a_mask_is_one_for_all_operators(mode: FakeTensorMode) -> None:
    mask, x = _vector(DType.bool), _vector(DType.float32)
    first = _used(mode, "aten.nonzero.default", mask)
    others = [
        _used(mode, "aten.nonzero.default", mask),
        _used(mode, "aten.nonzero_numpy.default", mask),
        _used(mode, "aten.argwhere.default", mask),
        _used(mode, "aten.masked_select.default", x, mask),
        _used(mode, "aten.index.Tensor", x, [mask]),
    ]
    for other in others:
        assert other is not first
        assert mode.known(eq(other, first)) is True


def test_a_broadcast_mask_counts_as_its_expansion(mode: FakeTensorMode) -> None:
    mask = _vector(DType.bool)
    x = FakeTensor((3, symbol("s0")), (symbol("s0"), 1), DType.float32)
    selected = _used(mode, "aten.masked_select.default", x, mask)
    expanded = overload("aten.expand.default").run(mode, (mask, [3, symbol("s0")]), {})
    assert mode.known(eq(selected, _used(mode, "aten.nonzero.default", expanded))) is True
    assert mode.known(eq(selected, _used(mode, "aten.nonzero.default", mask))) is None


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("aten.nonzero.default", ()),
        ("aten._unique2.default", ()),
        ("aten.unique_dim.default", (0,)),
        ("aten.unique_consecutive.default", ()),
        ("aten.bincount.default", ()),
    ],
)
def test_a_write_ends_it(mode: FakeTensorMode, name: str, arguments: tuple[object, ...]) -> None:
    def counted(tensor: FakeTensor) -> Dim:
        result = overload(name).run(mode, (tensor, *arguments), {})
        return _count(result[0] if isinstance(result, tuple) else result)

    x, y = _vector(DType.int64), _vector(DType.int64)
    before, same = counted(x), counted(x)
    overload("aten.zero_.default").run(mode, (y,), {})
    unrelated = counted(x)
    overload("aten.zero_.default").run(mode, (x,), {})
    after = counted(x)
    assert mode.known(eq(before, same)) is True
    assert mode.known(eq(before, unrelated)) is True
    assert mode.known(eq(before, after)) is None


def test_a_write_into_one_input_may_be_a_write_into_another(mode: FakeTensorMode) -> None:
    x, y = _vector(DType.int64, is_input=True), _vector(DType.int64, is_input=True)
    before = _used(mode, "aten.nonzero.default", x)
    overload("aten.zero_.default").run(mode, (y,), {})
    assert mode.known(eq(before, _used(mode, "aten.nonzero.default", x))) is None


def test_an_item_read_twice_is_one_number_and_a_constant_is_plain(mode: FakeTensorMode) -> None:
    item = overload("aten.item.default")
    scalar = FakeTensor((), (), DType.int64)
    first, second = item.run(mode, (scalar,), {}), item.run(mode, (scalar,), {})
    assert isinstance(first, IntTerm)
    assert isinstance(second, IntTerm)
    assert first is not second
    assert mode.known(eq(first, second)) is True
    assert item.run(mode, (FakeTensor((), (), DType.int64, constant=7),), {}) == 7
    with pytest.raises(RuntimeError, match="a Tensor with 2 elements cannot be converted to Scalar"):
        item.run(mode, (FakeTensor((2,), (1,), DType.int64),), {})
    with pytest.raises(NotImplementedError, match=r"NYI for torch\.complex64"):
        item.run(mode, (FakeTensor((), (), DType.complex64),), {})
