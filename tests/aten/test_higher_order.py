"""Higher-order operators: branches under their predicates, merged results, loops for an arbitrary iteration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from refimpl.aten._higher_order import HigherOrderOperator, higher_order_operator
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode
from refimpl.fake_tensor.context import Value
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.terms import Cond, Dim, IntTerm, Sort, bool_symbol, eq, ge, lnot, lor, symbol, symbol_atom
from tests.aten.bodies import Graph, WithBodies
from tests.aten.plain_context import PlainContext


@pytest.fixture
def mode() -> Iterator[FakeTensorMode]:
    env = ShapeEnv(guard_from_hints=False)
    env.add_backed(symbol_atom("s0", Sort.INT), 8, 2, None)
    with FakeTensorMode(env) as running:
        yield running


def operator(name: str) -> HigherOrderOperator:
    found = higher_order_operator(name)
    assert found is not None
    return found


def dense(*sizes: Dim, dtype: DType = DType.float32) -> FakeTensor:
    strides: list[Dim] = []
    running: Dim = 1
    for size in reversed(sizes):
        strides.insert(0, running)
        running = running * size
    return FakeTensor(sizes, tuple(strides), dtype)


def tensor_of(value: Value, index: int = 0) -> FakeTensor:
    assert isinstance(value, tuple)
    item = value[index]
    assert isinstance(item, FakeTensor)
    return item


P = bool_symbol("p")


def test_a_size_in_which_branches_differ_is_fresh_and_is_that_of_the_branch_taken(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode, P)
    result = operator("cond").run(
        ctx, (dense(dtype=DType.bool), Graph(lambda _: (dense(2, 3),)), Graph(lambda _: (dense(4, 3),)), ()), {}
    )
    size, other = tensor_of(result).sizes
    assert isinstance(size, IntTerm)
    assert size.symbol is not None
    assert other == 3
    assert tensor_of(result).strides == (3, 1)
    assert ctx.facts == [lor(lnot(P), eq(size, 2)), lor(P, eq(size, 4))]
    # PyTorch's range of the merged symbol: from the smaller to the larger.
    assert mode.known(ge(size, 2)) is True
    assert mode.known(ge(4, size)) is True


def test_each_branch_runs_under_its_predicate(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode, P)
    operator("cond").run(ctx, (P, Graph(lambda _: (dense(3),)), Graph(lambda _: (dense(3),)), ()), {})
    assert [under for _, _, under in ctx.subgraphs.ran] == [P, lnot(P)]


def test_equal_backed_sizes_stay_and_equal_unbacked_ones_get_a_new_name(mode: FakeTensorMode) -> None:
    s0, u0 = symbol("s0"), mode.fresh_int(0, None, None)
    ctx = WithBodies(mode, P)
    result = operator("cond").run(
        ctx, (P, Graph(lambda _: (dense(s0, u0),)), Graph(lambda _: (dense(s0, u0),)), ()), {}
    )
    first, second = tensor_of(result).sizes
    assert first is s0
    assert second is not u0
    assert ctx.facts == [eq(second, u0)]


@pytest.mark.parametrize("taken", [True, False])
def test_a_constant_predicate_runs_only_the_branch_taken(taken: bool) -> None:
    ctx = WithBodies(PlainContext())
    result = operator("cond").run(ctx, (taken, Graph(lambda _: (dense(2),)), Graph(lambda _: (dense(4),)), ()), {})
    assert tensor_of(result).sizes == ((2,) if taken else (4,))
    assert len(ctx.subgraphs.ran) == 1


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (dense(2, 3, dtype=DType.int64), "expected same dtype"),
        (dense(2), "expected same dim"),
        (FakeTensor((2, 3), (1, 2), DType.float32), "sorted order of strides"),
        (FakeTensor((2, 3), (6, 1), DType.float32), "simple accumulative multiplication"),
    ],
)
def test_branches_whose_metadata_clash_are_refused(mode: FakeTensorMode, other: FakeTensor, message: str) -> None:
    ctx = WithBodies(mode, P)
    with pytest.raises(RuntimeError, match=message):
        operator("cond").run(ctx, (P, Graph(lambda _: (dense(2, 3),)), Graph(lambda _: (other,)), ()), {})


def test_a_loop_requires_that_a_step_keeps_the_sizes_it_carries(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode, P)

    goes_on, grows = Graph(lambda _: (P,)), Graph(lambda _: (dense(4),))
    with pytest.raises(RuntimeError, match="same metadata"):
        operator("while_loop").run(ctx, (goes_on, grows, (dense(3),), ()), {})


@pytest.mark.parametrize(
    ("name", "count"), [("cond", 4), ("while_loop", 4), ("scan", 4), ("map_impl", 3), ("associative_scan", 3)]
)
def test_another_number_of_arguments_is_refused_in_words(mode: FakeTensorMode, name: str, count: int) -> None:
    for given in (0, count - 1, count + 1):
        with pytest.raises(RuntimeError, match=rf"^{name}\(\) takes {count} arguments \(.*\), but got {given}$"):
            operator(name).run(WithBodies(mode, P), (None,) * given, {})


def test_the_condition_of_a_loop_is_one_value(mode: FakeTensorMode) -> None:
    goes_on, step = Graph(lambda _: (P, P)), Graph(lambda given: (given[0],))
    with pytest.raises(RuntimeError, match=r"^cond_fn should return one condition, got 2 values$"):
        operator("while_loop").run(WithBodies(mode, P), (goes_on, step, (dense(3),), ()), {})


def test_numbers_that_a_loop_carries_are_fresh_in_the_body_and_after_it(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode, P)

    def counter(values: Sequence[Value]) -> Dim:
        assert isinstance(values[0], (int, IntTerm))
        return values[0]

    step = Graph(lambda values: (counter(values) + 1, values[1]))
    goes_on = Graph(lambda values: (ge(3, counter(values)),))
    result = operator("while_loop").run(ctx, (goes_on, step, (0, dense(symbol("s0"))), ()), {})
    inside = ctx.subgraphs.ran[1][1][0]
    assert isinstance(result, tuple)
    after = result[0]
    assert isinstance(inside, IntTerm)
    assert isinstance(after, IntTerm)
    assert inside is not after
    # The body runs under what the condition says of this iteration.
    assert ctx.subgraphs.ran[1][2] == ge(3, inside)
    assert tensor_of(result, 1).sizes == (symbol("s0"),)


def test_a_scan_stacks_outputs_and_requires_one_iteration(mode: FakeTensorMode) -> None:
    s0 = symbol("s0")
    ctx = WithBodies(mode)

    combine = Graph(lambda _: (dense(3), dense(3, 2)))
    result = operator("scan").run(ctx, (combine, (dense(3),), (dense(s0, 3),), ()), {})
    assert tensor_of(result, 0).sizes == (3,)
    assert tensor_of(result, 1).sizes == (s0, 3, 2)
    assert tensor_of(result, 1).strides == (6, 2, 1)
    with pytest.raises(RuntimeError, match="must not be 0"):
        operator("scan").run(ctx, (combine, (dense(3),), (dense(0, 3),), ()), {})


def test_a_map_over_rows_of_different_lengths_is_refused(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode)
    with pytest.raises(RuntimeError, match="must be consistent"):
        operator("map_impl").run(ctx, (Graph(lambda values: (values[0],)), (dense(3, 2), dense(4, 2)), ()), {})


def test_an_associative_scan_keeps_the_sizes(mode: FakeTensorMode) -> None:
    ctx = WithBodies(mode)
    result = operator("associative_scan").run(ctx, (Graph(lambda _: (dense(2),)), (dense(symbol("s0"), 2),), ()), {})
    assert tensor_of(result).sizes == (symbol("s0"), 2)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("wrap_with_set_grad_enabled", (True,)),
        ("wrap_with_autocast", ("cpu", None, False, True)),
        ("tag_activation_checkpoint", ()),
    ],
)
def test_a_wrapper_gives_what_its_graph_gives(name: str, before: tuple[object, ...]) -> None:
    ctx = WithBodies(PlainContext())
    result = operator(name).run(ctx, (*before, Graph(lambda values: (values[0], None)), dense(2)), {})
    assert isinstance(result, tuple)
    assert tensor_of(result).sizes == (2,)
    assert result[1] is None


def test_autocast_lowers_matrix_products_and_only_within() -> None:
    from refimpl.aten import overload

    ctx = WithBodies(PlainContext())
    product = overload("aten.mm.default")
    square, exact = dense(2, 2), dense(2, 2, dtype=DType.float64)

    def body(_: Sequence[Value]) -> tuple[Value, ...]:
        total = overload("aten.prod.default").run(ctx, (dense(2, dtype=DType.bfloat16),), {})
        return (product.run(ctx, (square, square), {}), product.run(ctx, (exact, exact), {}), total)

    result = operator("wrap_with_autocast").run(ctx, ("cpu", DType.bfloat16, True, True, Graph(body)), {})
    assert [tensor_of(result, i).dtype for i in range(3)] == [DType.bfloat16, DType.float64, DType.float32]
    assert tensor_of((product.run(ctx, (square, square), {}),)).dtype is DType.float32


def test_effects_thread_a_token() -> None:
    from refimpl.aten import overload

    ctx = WithBodies(PlainContext())
    token = FakeTensor((0,), (1,), DType.float32)
    result = operator("with_effects").run(ctx, (token, overload("aten.relu.default"), dense(2)), {})
    assert tensor_of(result).sizes == (0,)
    assert tensor_of(result, 1).sizes == (2,)


def test_printing_gives_nothing_and_orders_itself_by_a_token() -> None:
    ctx = WithBodies(PlainContext())
    assert operator("print").run(ctx, ("x is {x}",), {"x": 1}) is None
    token = FakeTensor((0,), (1,), DType.float32)
    result = operator("with_effects").run(ctx, (token, operator("print"), "x is {x}"), {"x": 1})
    assert isinstance(result, tuple)
    assert (tensor_of(result).sizes, result[1:]) == ((0,), (None,))


def test_a_functionalised_mutation_writes_a_clone_of_its_base() -> None:
    from refimpl.aten import overload

    ctx = WithBodies(PlainContext())
    base = dense(4, 3)
    keywords = {
        "other": 1, "_self_base_index": 0, "_self_slice_dim": 0, "_self_slice_start": 1, "_self_slice_end": 4,
        "_all_bases": (base,),
    }  # fmt: skip
    target = overload("aten.add_.Tensor")
    result = operator("auto_functionalized_v2").run(ctx, (target,), keywords)
    assert tensor_of(result).sizes == (3, 3)
    assert tensor_of(result).offset == 3
    clone = tensor_of(result, 1)
    assert (clone.sizes, clone.strides) == ((4, 3), (3, 1))
    assert clone.storage is not base.storage


def test_merged_booleans_follow_the_predicate(mode: FakeTensorMode) -> None:
    q: Cond = bool_symbol("q")
    ctx = WithBodies(mode, P)
    result = operator("cond").run(ctx, (P, Graph(lambda _: (q,)), Graph(lambda _: (False,)), ()), {})
    assert isinstance(result, tuple)
    assert mode.known(lor(lnot(P), P)) is True
    assert result[0] == lnot(lor(lnot(P), lnot(q)))
