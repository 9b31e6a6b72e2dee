"""Targets by their text, vmap's callables, and shape functions that users register."""

from __future__ import annotations

import math
import operator

import pytest

from refimpl.aten import SchemaError, overload, register_shape
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._targets import ContextFunction, resolve_target
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode
from refimpl.fake_tensor.context import Context
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from tests.aten.plain_context import PlainContext


def test_pythons_operators_are_themselves() -> None:
    assert resolve_target("_operator.index") is operator.index
    assert resolve_target("math.trunc") is math.trunc


def test_an_overload_and_a_higher_order_operator_are_found_by_name() -> None:
    assert str(resolve_target("torch.ops.aten.add.Tensor")) == "aten.add.Tensor"
    assert str(resolve_target("torch.ops.higher_order.cond")) == "cond"


@pytest.mark.parametrize(
    "text",
    [
        "torch.ops.lib.op.default",
        "torch.ops.higher_order.none",
        "os.system",
        "_operator.call",
        "builtins.eval",
        "",
        "torch.ops.",
    ],
)
def test_what_the_table_does_not_hold_is_unknown(text: str) -> None:
    assert resolve_target(text) is None


@pytest.mark.parametrize(
    ("text", "args", "result"),
    [
        ("torch.sym_max", (3, 5), 5),
        ("torch.sym_min", (3, 5), 3),
        ("torch.sym_not", (True,), False),
        ("torch.sym_ite", (False, 3, 5), 5),
        ("torch.sym_float", (3,), 3.0),
        ("torch._sym_sqrt", (9,), 3.0),
        ("math.sqrt", (9,), 3.0),
    ],
)
def test_symbolic_functions_take_plain_numbers(text: str, args: tuple[object, ...], result: object) -> None:
    target = resolve_target(text)
    assert target is not None
    assert target(*args) == result


def test_symbolic_functions_take_symbolic_numbers() -> None:
    target = resolve_target("torch.sym_max")
    assert target is not None
    env = ShapeEnv()
    with FakeTensorMode(env) as mode:
        size = mode.wrap(mode.fresh_int(0, None, None))
        assert str(target(size, 3)) == "Max(3, u0)"


def _predispatch(name: str) -> ContextFunction:
    target = resolve_target(f"torch._functorch.predispatch.{name}")
    assert isinstance(target, ContextFunction)
    return target


def test_a_vmapped_dimension_leaves_and_comes_back_where_asked() -> None:
    batched = FakeTensor((2, 5, 3), (15, 3, 1), DType.float32, offset=4)
    element = _predispatch("_add_batch_dim").run(PlainContext(), (batched, -2, 1), {})
    assert isinstance(element, FakeTensor)
    assert (element.sizes, element.strides, element.offset) == ((2, 3), (15, 1), 4)
    assert element.storage is batched.storage
    whole = _predispatch("_remove_batch_dim").run(PlainContext(), (element, 1, 5, 1), {})
    assert isinstance(whole, FakeTensor)
    assert (whole.sizes, whole.strides, whole.offset) == ((2, 5, 3), (15, 3, 1), 4)
    whole = _predispatch("_remove_batch_dim").run(PlainContext(), (_contiguous(2, 3), 1, 5, 1), {})
    assert isinstance(whole, FakeTensor)
    assert (whole.sizes, whole.strides) == ((2, 5, 3), (3, 6, 1))
    assert _predispatch("_vmap_increment_nesting").run(PlainContext(), (5, "error"), {}) is None
    with pytest.raises(IndexError):
        _predispatch("_add_batch_dim").run(PlainContext(), (batched, 3, 1), {})


def _contiguous(*sizes: int) -> FakeTensor:
    return FakeTensor(sizes, contiguous_strides(PlainContext(), sizes), DType.float32)


def _mapped(batched: FakeTensor, dim: int, level: int) -> FakeTensor:
    element = _predispatch("_add_batch_dim").run(PlainContext(), (batched, dim, level), {})
    assert isinstance(element, FakeTensor)
    return element


def _whole(element: object, level: int, size: int, dim: int) -> tuple[object, object]:
    whole = _predispatch("_remove_batch_dim").run(PlainContext(), (element, level, size, dim), {})
    assert isinstance(whole, FakeTensor)
    return whole.sizes, whole.strides


def _elementwise(operator: str, *operands: object) -> FakeTensor:
    result = overload(operator).run(PlainContext(), operands, {})
    assert isinstance(result, FakeTensor)
    return result


def test_what_is_computed_under_vmap_lies_as_with_its_hidden_dimensions() -> None:
    # What torch.func's own levels give for the same tensors.
    batched = FakeTensor((5, 6), (1, 20), DType.float32)
    element = _mapped(batched, 0, 1)
    square = _elementwise("aten.mul.Tensor", element, element)
    assert (square.sizes, square.strides) == ((6,), (5,))
    assert _whole(square, 1, 5, 0) == ((5, 6), (1, 5))
    assert _whole(_elementwise("aten.relu.default", element), 1, 5, 1) == ((6, 5), (5, 1))
    wider = _elementwise("aten.mul.Tensor", square, _contiguous(2, 6))
    assert _whole(wider, 1, 5, 0) == ((5, 2, 6), (1, 5, 10))


def test_levels_of_vmap_nest() -> None:
    outer = _mapped(FakeTensor((5, 6), (1, 20), DType.float32), 0, 1)
    scalar, row = _mapped(outer, 0, 2), _mapped(FakeTensor((6, 2), (1, 6), DType.float32), 0, 2)
    for given, sizes, strides in ((_elementwise("aten.add.Tensor", scalar, row), (5, 6, 2), (1, 10, 5)),
                                  (_elementwise("aten.relu.default", scalar), (5, 6), (1, 5))):  # fmt: skip
        inner = _predispatch("_remove_batch_dim").run(PlainContext(), (given, 2, 6, 0), {})
        assert _whole(inner, 1, 5, 0) == (sizes, strides)


def test_a_user_registers_the_shape_function_of_a_custom_operator() -> None:
    assert resolve_target("torch.ops.testing.keep_rows.default") is None

    @register_shape("testing::keep_rows(Tensor x, *, int most=3) -> Tensor")
    def keep_rows(ctx: Context, x: FakeTensor, most: int) -> FakeTensor:
        """At most that many rows."""
        kept = ctx.fresh_int(0, most, None)
        return FakeTensor((kept, *x.sizes[1:]), x.strides, x.dtype)

    assert keep_rows.__name__ == "keep_rows"
    target = resolve_target("torch.ops.testing.keep_rows.default")
    assert target is overload("testing.keep_rows.default")
    tensor = FakeTensor((7, 2), (2, 1), DType.float32)
    result = overload("testing.keep_rows.default").run(PlainContext([2]), (tensor,), {})
    assert isinstance(result, FakeTensor)
    assert result.sizes == (2, 2)
    with pytest.raises(ValueError, match="has a shape function already"):
        register_shape("testing::keep_rows(Tensor x) -> Tensor")(keep_rows)
    with pytest.raises(SchemaError):
        register_shape("keep rows")
