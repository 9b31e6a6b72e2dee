"""OBS: from a blind run to what the laws look at, and what the laws know of operators by name."""

from __future__ import annotations

import math
import operator as python_operator
from typing import Final

import pytest

from refimpl.aten import overload
from refimpl.aten._targets import resolve_target
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fx import Graph, GraphModule, Node
from refimpl.fx.node import Argument
from refimpl.laws.blind_run import Step
from refimpl.laws.liveness import dead_nodes
from refimpl.laws.operators import allocation_places, is_assert, is_custom_name, may_allocate, operator_name
from refimpl.terms import symbol
from specs.clauses import Clause, checks
from specs.emission import EMI_03
from tests.laws import test_liveness

__all__ = ["OBS_01", "OBS_02", "OBS_03"]

_LAWS = "refimpl.laws"
S, U = symbol("s0"), symbol("u0")

OBS_01 = Clause(
    "OBS-01",
    "An operator is an assert, one that may allocate, or a custom one by its name; only what is outside of PyTorch's"
    " own namespaces is custom.",
    f"{_LAWS}.operators:may_allocate",
    "obs-overloads-allocate",
)
ASSERTS: Final = (
    "aten._assert_scalar.default",
    "aten._functional_assert_scalar.default",
    "aten.sym_constrain_range.default",
    "aten.sym_constrain_range_for_size.default",
    "aten._functional_sym_constrain_range.default",
    "aten._functional_sym_constrain_range_for_size.default",
)
"""The operators of PyTorch that check a number and compute nothing."""
DATA_DEPENDENT: Final = (
    "nonzero", "argwhere", "nonzero_numpy", "item", "_local_scalar_dense", "index", "masked_select", "_unique",
    "_unique2", "unique_dim", "unique_consecutive", "unique_dim_consecutive", "repeat_interleave", "bincount", "slice",
    "select", "narrow", "nms", "equal", "is_nonzero", "tensor_split", "histogramdd", "split", "narrow_copy",
)  # fmt: skip
"""The operators whose sizes, offsets or numbers may depend on data."""
HIGHER_ORDER: Final = ("cond", "while_loop", "scan", "map_impl", "associative_scan")


@checks(OBS_01)
def test_which_operators_are_asserts() -> None:
    assert all(map(is_assert, ASSERTS))
    others = ("aten._assert_async.msg", "aten._assert_scalar", "aten.nonzero.default", "_operator.ge", "")
    assert not any(map(is_assert, others))


@checks(OBS_01)
def test_which_operators_may_allocate() -> None:
    for name in DATA_DEPENDENT:
        assert may_allocate(f"aten.{name}.default"), name
        assert may_allocate(f"torchvision.{name}.default"), name
        assert may_allocate(name), name
        assert not may_allocate(f"aten.{name}_.default"), name
        assert not may_allocate(f"aten.add.{name}"), "the overload's name says nothing"
    assert all(may_allocate(f"higher_order.{name}") for name in HIGHER_ORDER)
    for name in ("aten.add.Tensor", "aten.sym_size.int", "_operator.ge", "higher_order.map", "aten.numel.default", ""):
        assert not may_allocate(name), name


@checks(OBS_01)
def test_which_operators_are_custom() -> None:
    own = (
        "aten",
        "prims",
        "_operator",
        "math",
        "torch._functorch.predispatch",
        "higher_order",
        "prim",
        "prims_rng",
        "inductor",
    )
    assert not any(is_custom_name(f"{name}.some.default") for name in own)
    assert not is_custom_name("torch.sym_max")
    assert not is_custom_name("torch._sym_sqrt")
    assert not is_custom_name("add"), "a name without namespace is no operator's"
    custom = (
        "mylib.keep.default",
        "torchvision.nms.default",
        "torch.ops.mylib",
        "atenx.add.default",
        "xaten.add",
        "torch.some",
    )
    assert all(map(is_custom_name, custom))


def _plus_one(number: int) -> int:
    return number + 1


@checks(OBS_01)
def test_an_operator_is_called_by_its_name() -> None:
    assert operator_name(overload("aten.add.Tensor")) == "aten.add.Tensor"
    assert operator_name(python_operator.ge) == "_operator.ge"
    assert operator_name(math.sqrt) == "math.sqrt"
    assert operator_name(_plus_one) == "specs.observing._plus_one"
    for text in ("torch.sym_float", "torch.sym_max", "torch._sym_sqrt", "math.floor"):
        assert operator_name(resolve_target(text)) == text
    assert operator_name(resolve_target("torch.ops.higher_order.cond")) == "higher_order.cond"
    assert operator_name(_Named()) == "mylib.keep"
    assert operator_name("call_method") == "call_method"
    assert operator_name(7) == "7"


class _Named:
    """A target that has a name."""

    name = "mylib.keep"


OBS_02 = Clause(
    "OBS-02",
    "A slice allocates along its own dimension and only where a bound or that size is symbolic; a selection an offset"
    " for a symbolic index; indexing only by masks.",
    f"{_LAWS}.operators:_of_a_slice",
    "obs-any-slice-allocates",
)


def _sized(graph: Graph, name: str, recorded: object) -> Node:
    found = graph.placeholder(name)
    found.meta["recorded"] = recorded
    return found


@checks(OBS_02)
@pytest.mark.parametrize(
    "name", ["aten.slice.Tensor", "aten.slice_copy.Tensor", "aten.narrow.default", "aten.narrow_copy.default"]
)
def test_where_a_slice_allocates(name: str) -> None:
    graph = Graph()
    unknown = _sized(graph, "u", FakeTensor((S, U, 3), (1, 1, 1), DType.float32))
    number = _sized(graph, "n", U)

    def places(*args: Argument, **kwargs: Argument) -> tuple[str, ...] | None:
        return allocation_places(name, graph.call_function(overload("aten.slice.Tensor"), args, kwargs))

    first, last = ((f".size()[{dim}]", ".storage_offset()") for dim in (0, 2))
    middle = (".size()[1]", ".storage_offset()")
    assert places(unknown, 1, 0, 2) == middle
    assert places(unknown, -2) == middle
    assert places(unknown, 0, 0, 2) == ()
    assert places(unknown) == ()
    assert places(unknown, 2) == ()
    assert places(unknown, 0, number) == first
    assert places(unknown, 0, 0, number) == first
    assert places(unknown, 2, 0, 5, number) == last
    assert places(unknown, -1, 0, number) == last
    assert places(unknown, -3, 0, number) == first
    assert places(unknown, 0, end=number) == first
    assert places(unknown, 0, end=5) == ()
    for other in (3, -4, number, "0"):
        assert places(unknown, other, number) == ()
    both = _sized(graph, "b", FakeTensor((S + U,), (1,), DType.float32))
    assert places(both) == first
    assert places(number, 0, number) == ()
    assert places(_sized(graph, "x", None), 0, number) == ()
    assert places(7, 0, number) == ()


@checks(OBS_02)
def test_where_other_operators_allocate() -> None:
    graph = Graph()
    source = _sized(graph, "x", FakeTensor((S,), (1,), DType.float32))
    number = _sized(graph, "n", U)
    where = {
        dtype: _sized(graph, f"m{index}", FakeTensor((S,), (1,), dtype))
        for index, dtype in enumerate((DType.bool, DType.uint8, DType.int64, DType.int8))
    }

    def places(name: str, *args: Argument) -> tuple[str, ...] | None:
        return allocation_places(name, graph.call_function(overload("aten.add.Tensor"), args))

    for name in ("aten.select.int", "aten.select_copy.int"):
        assert places(name, source, 0, number) == (".storage_offset()",)
        assert places(name, source, 0, 3) == ()
        assert places(name, source, number) == ()
    for dtype, mask in where.items():
        anywhere = None if dtype in (DType.bool, DType.uint8) else ()
        assert places("aten.index.Tensor", source, [mask]) == anywhere
        assert places("aten.index.Tensor", source, [None, mask]) == anywhere
        assert places("aten.index.Tensor", mask, [where[DType.int64]]) == (), "what is indexed is no mask"
    assert places("aten.index.Tensor", source, [where[DType.int64], where[DType.bool]]) is None
    assert places("aten.index.Tensor", source, [number]) == ()
    for name in ("aten.index_put.default", "aten.index_put_.default", "aten._unsafe_index_put.default"):
        assert places(name, source, [where[DType.bool]], source) == ()
    for name in (
        "aten._unique2.default",
        "aten._unique.default",
        "aten.unique_dim.default",
        "aten.unique_consecutive.default",
    ):
        assert places(name, source) == ("[0].size()", "[2].size()")
    for name in ("aten.nonzero.default", "aten.item.default", "higher_order.cond", "aten.masked_select.default"):
        assert places(name, source) is None


OBS_03 = Clause(
    "OBS-03",
    "Live is what dead code elimination leaves; a sub-graph lives with its operator, and keeps it if it has an effect.",
    f"{_LAWS}.liveness:_runs_effects",
    "obs-outputs-of-sub-graphs-are-effects",
)
test_live_is_what_dead_code_elimination_leaves = checks(OBS_03, EMI_03)(
    test_liveness.test_live_is_what_dead_code_elimination_leaves
)
test_a_sub_graph_lives_with_its_operator = checks(OBS_03, EMI_03)(
    test_liveness.test_a_sub_graph_lives_with_its_operator_and_keeps_it_by_an_assert
)


def _calling(body: GraphModule, name: str = "body_0") -> Graph:
    """A graph whose only call runs the sub-graph; its result is not used."""
    graph = Graph()
    x = graph.placeholder("x")
    graph.call_function(_runs, (graph.get_attr(name), x))
    graph.output(x)
    return GraphModule({name: body}, graph).graph


def _runs(body: object, x: object) -> object:
    return x


def _body(effect: str | None) -> GraphModule:
    graph = Graph()
    x = graph.placeholder("x")
    if effect is not None:
        graph.call_function(overload(effect), (x,))
    graph.output((graph.call_function(overload("aten.neg.default"), (x,)),))
    return GraphModule({}, graph)


def _steps(graph: Graph, prefix: str) -> list[Step]:
    return [Step(prefix + node.name, node, None, (), ()) for node in graph.nodes if node.op == "call_function"]


def _dead(graph: Graph) -> set[str]:
    return set(dead_nodes(_steps(graph, "")))


@checks(OBS_03, EMI_03)
@pytest.mark.parametrize("name", ["body_0", "outer.body_0"])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize(
    ("effect", "keeps"),
    [("aten.relu_.default", True), ("aten._assert_scalar.default", True), ("aten.relu.default", False), (None, False)],
)
def test_an_effect_in_a_nested_sub_graph_keeps_its_operators(
    effect: str | None, keeps: bool, depth: int, name: str
) -> None:
    body = _body(effect)
    for _ in range(depth - 1):
        owner = _calling(body).owning_module
        assert isinstance(owner, GraphModule)
        body = owner
    assert _dead(_calling(body, name)) == (set() if keeps else {"_runs"})


@checks(OBS_03, EMI_03)
def test_what_is_no_sub_graph_has_no_effect() -> None:
    graph = Graph()
    x = graph.placeholder("x")
    graph.call_function(_runs, (graph.get_attr("gone"), x))
    graph.call_function(overload("aten.relu_.default"), (graph.call_function(overload("aten.neg.default"), (x,)),))
    graph.output(x)
    assert _dead(graph) == {"_runs"}, "what is used by an effect is kept"
    assert _dead(GraphModule({"gone": 7}, graph).graph) == {"_runs"}


@checks(OBS_03, EMI_03)
def test_an_input_that_is_called_like_a_sub_graph_is_none() -> None:
    graph = Graph()
    x = graph.placeholder("body_0")
    graph.get_attr("body_0")
    graph.call_function(_runs, (x,))
    graph.output(x)
    assert _dead(GraphModule({"body_0": _body("aten.relu_.default")}, graph).graph) == {"_runs"}


@checks(OBS_03, EMI_03)
def test_what_stands_below_a_dead_operator_is_dead() -> None:
    outer, inner = _calling(_body(None)), _body(None).graph
    top = _steps(outer, "")
    below = [*_steps(inner, "_runs/body_0/"), *_steps(inner, "_runs/body_0/cond/true_0/")]
    beside = _steps(inner, "_runs_1/body_0/")
    names = {step.path for step in (*top, *below)}
    assert dead_nodes([*top, *below, *beside]) == names
    assert dead_nodes(beside) == frozenset()
    assert dead_nodes([]) == frozenset()
