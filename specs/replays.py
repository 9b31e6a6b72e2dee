"""RPL: the replay of a witness: the graph on plain numbers, node by node, with what the witness gives."""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

import pytest

from refimpl.aten import overload
from refimpl.aten._targets import resolve_target
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fx import Graph, GraphModule, Module, Node
from refimpl.fx.node import Argument
from refimpl.laws.concrete import NotReplayableError, Raised, Silenced
from refimpl.laws.observation import Failure, ObservedNode
from refimpl.laws.replay import Replay, Supply, replay
from refimpl.solver import Number
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, KeyPath, SequenceKey
from refimpl.terms import BoolSymbol, Dim, Scalar, Symbol, bool_symbol, floor_div, ge, lnot
from specs.clauses import Clause, checks
from tests.laws.observed import F0, U0, U1
from tests.laws.programs import counted, loaded
from tests.laws.seen import P, S, U, V, node

__all__ = ["RPL_01", "RPL_02", "RPL_03", "RPL_04"]

_LAWS = "refimpl.laws"
_Called: TypeAlias = Callable[..., object]  # type: ignore[explicit-any]  # whatever a node may call
SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))
NONZERO, RELU, ADD = (overload(f"aten.{name}") for name in ("nonzero.default", "relu.default", "add.Tensor"))
SIZE_OF, ITEM, ASSERT = (
    overload(f"aten.{name}") for name in ("sym_size.int", "item.default", "_assert_scalar.default")
)
Q = bool_symbol("p1")


def vector(*sizes: Dim, dtype: DType = DType.float32) -> FakeTensor:
    """A contiguous tensor of these sizes."""
    strides: tuple[Dim, ...] = ()
    following: Dim = 1
    for size in reversed(sizes):
        strides, following = (following, *strides), following * size
    return FakeTensor(sizes, strides, dtype)


def ran(
    graph: Graph,
    valuation: Mapping[str, Number],
    *,
    allocated: Mapping[str, tuple[Scalar, ...]] | None = None,
    predicates: Mapping[str, BoolSymbol] | None = None,
    kept: tuple[str, ...] = (),
    binding: tuple[str, ...] = (),
    failing: tuple[str, ...] = (),
    silent: Silenced | None = None,
    root: dict[str, object] | Module | None = None,
) -> Replay:
    """The replay of a graph."""
    program = replace(_PROGRAM, graph_module=GraphModule(root if root is not None else {}, graph))
    supply = Supply(allocated or {}, predicates or {}, frozenset(kept), frozenset(binding), frozenset(failing))
    return replay(program, supply, valuation, silent or Silenced())


_PROGRAM = loaded(counted())


def _input(graph: Graph, name: str, recorded: object) -> Node:
    found = graph.placeholder(name)
    found.meta["recorded"] = recorded
    return found


def _call(graph: Graph, target: _Called, *args: Argument, **meta: object) -> Node:
    parts = str(target).split(".")
    found = graph.call_function(target, args, name=parts[1] if parts[0] == "aten" else None)
    found.meta.update(meta)
    return found


def _shapes(run: Replay) -> dict[str, object]:
    return {
        path: (value.sizes, value.strides) if isinstance(value, FakeTensor) else value
        for path, value in run.values.items()
    }


RPL_01 = Clause(
    "RPL-01",
    "Every node has its value at the sizes of the valuation, what its terms evaluate to there; what depends on data is"
    " the witness's, and the first node that raises ends the run.",
    f"{_LAWS}.replay:replay",
    "rpl-what-cannot-be-replayed-goes-on",
)


def _counting(least: int) -> Graph:
    """The nonzero elements of a vector are counted, and the count asserted to be large enough."""
    graph = Graph()
    x = _input(graph, "x", vector(S))
    found = _call(graph, NONZERO, x)
    count = _call(graph, SIZE_OF, found, 0)
    _call(graph, ASSERT, _call(graph, python_operator.ge, count, least), "too few")
    graph.output((_call(graph, RELU, x),))
    return graph


@checks(RPL_01)
def test_every_node_has_its_plain_value() -> None:
    run = ran(_counting(2), {"s0": 5, "u0": 3}, allocated={"nonzero": (U,)})
    assert _shapes(run) == {
        "x": ((5,), (1,)), "nonzero": ((3, 1), (1, 3)), "sym_size": 3, "ge": True, "_assert_scalar": None,
        "relu": ((5,), (1,)),
    }  # fmt: skip
    assert (run.valuation, run.raised) == ({"s0": 5, "u0": 3}, None)
    # What a node allocates is a term in old names.
    run = ran(_counting(2), {"s0": 5, "u0": 3}, allocated={"nonzero": (2 * U - 1,)})
    assert run.values["sym_size"] == 5


@checks(RPL_01)
def test_the_first_node_that_raises_ends_the_run() -> None:
    run = ran(_counting(2), {"s0": 5, "u0": 1}, allocated={"nonzero": (U,)})
    assert run.raised == Raised("_assert_scalar", "too few")
    assert set(run.values) == {"x", "nonzero", "sym_size", "ge"}
    assert ran(_counting(2), {"s0": 5, "u0": 2}, allocated={"nonzero": (U,)}).raised is None
    quiet = Silenced(asserts=frozenset({"_assert_scalar"}))
    run = ran(_counting(2), {"s0": 5, "u0": 1}, allocated={"nonzero": (U,)}, silent=quiet)
    assert (run.raised, "relu" in run.values) == (None, True)


@checks(RPL_01)
@pytest.mark.parametrize(
    ("error", "raises"),
    [
        (RuntimeError, True), (ValueError, True), (IndexError, True), (ZeroDivisionError, True), (OverflowError, True),
        (TypeError, False), (KeyError, False),
    ],
)  # fmt: skip
def test_what_a_call_may_raise(error: type[Exception], raises: bool) -> None:
    def fails(_: object) -> object:
        raise error("no")

    graph = Graph()
    _call(graph, fails, _call(graph, RELU, _input(graph, "x", vector(S))))
    if raises:
        assert ran(graph, {"s0": 5}).raised == Raised("fails", "no")
    else:
        with pytest.raises(error):
            ran(graph, {"s0": 5})


@checks(RPL_01)
def test_what_is_no_run_is_not_replayed() -> None:
    graph = _counting(2)
    for valuation, allocated in (
        ({"s0": 5, "u0": 6}, {"nonzero": (U,)}),
        ({"s0": 5, "u0": -1}, {"nonzero": (U,)}),
        ({"s0": 5}, {"nonzero": (U,)}),
        ({"s0": 5, "u0": 4}, {}),
        ({"s0": 5, "u0": 4, "u1": 0}, {"nonzero": (floor_div(U, V),)}),
    ):
        with pytest.raises(NotReplayableError):
            ran(graph, valuation, allocated=allocated)
    undefined = Graph()
    undefined.output(_input(undefined, "x", vector(S, floor_div(S, V))))
    with pytest.raises(NotReplayableError, match="x: "):
        ran(undefined, {"s0": 5, "u1": 0})


RPL_02 = Clause(
    "RPL-02",
    "Inputs have the numbers of the valuation and a memory of their own, and one that is neither tensor nor number has"
    " no value; a node that keeps its recorded value has it at these numbers.",
    f"{_LAWS}.replay:_Runner._input",
    "rpl-inputs-of-no-number-are-kept",
)


@checks(RPL_02)
def test_inputs_and_kept_values_have_the_numbers_of_the_valuation() -> None:
    graph = Graph()
    x = _input(graph, "x", vector(S, 2 * S))
    _input(graph, "n", S + 1)
    _input(graph, "f", 0.5)
    _input(graph, "none", None)
    _input(graph, "text", "sum")
    _call(graph, RELU, x, recorded=vector(U, 3))
    _call(graph, ADD, x, recorded=(U + 1, [vector(U)], None, "a"))
    _call(graph, RELU, x)
    graph.output(())
    run = ran(graph, {"s0": 4, "u0": 7}, kept=("relu", "add"))
    assert _shapes(run) == {
        "x": ((4, 8), (8, 1)), "n": 5, "f": 0.5, "none": None, "text": None,
        "relu": ((7, 3), (3, 1)), "add": run.values["add"], "relu_1": ((4, 8), (8, 1)),
    }  # fmt: skip
    kept = run.values["add"]
    assert repr(kept) == "(8, (FakeTensor(size=[7], stride=[1], dtype=torch.float32),), None, 'a')"
    value = run.values["x"]
    assert isinstance(value, FakeTensor)
    assert value.storage.is_input
    opaque = Graph()
    _call(opaque, RELU, recorded=object())
    with pytest.raises(NotReplayableError, match="opaque"):
        ran(opaque, {}, kept=("relu",))


@checks(RPL_02)
def test_what_raises_on_every_input_is_kept_unless_it_is_to_be_heard() -> None:
    graph = Graph()
    x = _input(graph, "x", vector(S))
    sizes = tuple([_call(graph, SIZE_OF, x, 7, recorded=S).name for _ in range(3)])
    graph.output(())
    for loud, raised in (((), None), ((None, sizes[0]), None), (sizes, sizes[1])):
        run = ran(graph, {"s0": 4}, kept=sizes, failing=sizes[1:], silent=Silenced(loud=frozenset(loud)))
        assert (run.raised and run.raised.node) == raised


@checks(RPL_02)
def test_what_the_run_takes_from_what_was_observed() -> None:
    failed = replace(node("f", None, None), failure=Failure("crash", "it failed"))
    violated = replace(failed, path="v", failure=Failure("violated", "it is false"))
    inside = replace(violated, path="c/true/v", predicates=(P,))
    nodes: list[ObservedNode] = [
        node("a", None, None),
        replace(node("b", None, None), may_allocate=True),
        replace(node("c/true/b", None, None), may_allocate=True, predicates=(P,)),
        replace(node("c/false/b", None, None), predicates=(lnot(P),)),
        replace(node("c/true/d/false/b", None, None), predicates=(P, lnot(Q))),
        replace(node("e/body/b", None, None), predicates=(ge(U, 1),)),
        replace(node("g", None, None), predicates=(P,)),
        node("h/body/b", None, None),
        replace(node("k", None, None), assumed=True),
        failed, violated, inside, replace(failed, path="c/true/f", predicates=(P,)),
    ]  # fmt: skip
    supply = Supply.of(nodes, {"b": (U,)})
    kept, binding = frozenset({"k", "f", "v", "c/true/f"}), frozenset({"b", "c/true/b"})
    assert supply == Supply({"b": (U,)}, {"c": P, "c/true/d": Q}, kept, binding, frozenset({"v"}), frozenset({"k"}))
    assert Supply.of([replace(node("c/false/b", None, None), predicates=(lnot(Q),)), *nodes], {}).predicates["c"] is Q


RPL_03 = Clause(
    "RPL-03",
    "A symbol whose value an operator computes has that value, whatever the witness guessed.",
    f"{_LAWS}.replay:_Runner._bind",
    "rpl-computed-values-are-guesses-too",
)


def _bound(
    value: object,
    bindings: dict[Symbol, KeyPath],
    valuation: dict[str, Number],
    *,
    taken: bool = False,
    binds: bool = True,
) -> dict[str, Number]:
    """The valuation after a node that binds what it computes."""

    def gives(x: FakeTensor, *_: object) -> object:
        return value

    graph = Graph()
    x = _input(graph, "x", vector(S))
    graph.output(())
    with graph.inserting_before(next(n for n in graph.nodes if n.op == "output")):
        made = _call(graph, NONZERO if taken else gives, x, unbacked_bindings=bindings)
    run = ran(graph, valuation, allocated={made.name: (U,)}, binding=(made.name,) if binds else ())
    assert run.raised is None
    return run.valuation


@checks(RPL_03)
def test_a_computed_value_is_the_symbols() -> None:
    first: KeyPath = (SequenceKey(0),)
    assert _bound((7,), {U0: first}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 7}
    assert _bound((7,), {U0: first}, {"s0": 5}) == {"s0": 5, "u0": 7}
    assert _bound((7,), {U0: first}, {"s0": 5, "u0": 3}, binds=False) == {"s0": 5, "u0": 3}
    assert _bound((7,), {U0: (SequenceKey(3),)}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 3}
    assert _bound((1.5,), {F0: first}, {"s0": 5, "zuf0": 3.0}) == {"s0": 5, "zuf0": 1.5}
    assert _bound(("text", 7), {U0: first, U1: (SequenceKey(1),)}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 3, "u1": 7}
    assert _bound(vector(9, 4), {U0: SIZE}, {"s0": 5}) == {"s0": 5, "u0": 9}
    # Divided, if it divides.
    half: KeyPath = (*first, DivideByKey(2))
    assert _bound((8,), {U0: half}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 4}
    assert _bound((7,), {U0: half}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 3}
    assert _bound((8.0,), {U0: half}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 3}
    assert _bound((8,), {U0: (*first, DivideByKey(S))}, {"s0": 5, "u0": 3}) == {"s0": 5, "u0": 3}
    assert _bound((24,), {U0: (*half, DivideByKey(3))}, {"s0": 5}) == {"s0": 5, "u0": 4}
    assert _bound((8,), {U0: (*half, DivideByKey(3))}, {"s0": 5}) == {"s0": 5}
    # What was taken from the witness stays, and gives a name that has no number one.
    assert _bound((), {U0: SIZE}, {"s0": 5, "u0": 3}, taken=True) == {"s0": 5, "u0": 3}
    assert _bound((), {U1: SIZE}, {"s0": 5, "u0": 3}, taken=True) == {"s0": 5, "u0": 3, "u1": 3}
    assert _bound((), {U1: SIZE}, {"s0": 5, "u0": 3, "u1": 9}, taken=True) == {"s0": 5, "u0": 3, "u1": 9}


RPL_04 = Clause(
    "RPL-04",
    "A sub-graph runs where its operator runs it, under its own path, and a predicate is the witness's.",
    f"{_LAWS}.replay:_Runner.predicate",
    "rpl-unchosen-branches-are-not-taken",
)


def _branch(count: bool) -> GraphModule:
    graph = Graph()
    x = graph.placeholder("x")
    if count:
        _call(graph, NONZERO, x)
    graph.output((_call(graph, RELU, x),))
    return GraphModule({}, graph)


def _branching() -> tuple[Graph, dict[str, object]]:
    graph = Graph()
    x, p = _input(graph, "x", vector(S)), _input(graph, "p", vector(dtype=DType.bool))
    branches = [graph.get_attr(name) for name in ("true_0", "false_0")]
    target = resolve_target("torch.ops.higher_order.cond")
    assert callable(target)
    found = _call(graph, target, p, *branches, (x,))
    graph.output((_call(graph, RELU, _call(graph, python_operator.getitem, found, 0)),))
    return graph, {"true_0": _branch(True), "false_0": _branch(False)}


@checks(RPL_04)
@pytest.mark.parametrize("taken", [True, False, None])
def test_the_witness_chooses_the_branch(taken: bool | None) -> None:
    graph, root = _branching()
    valuation: dict[str, Number] = {"s0": 5, "u0": 3} if taken is None else {"s0": 5, "u0": 3, "p0": taken}
    allocated: dict[str, tuple[Scalar, ...]] = {"cond/true_0/nonzero": (U,)}
    run = ran(graph, valuation, root=root, predicates={"cond": P}, allocated=allocated)
    inner = {path for path in run.values if "/" in path}
    counted_ = {"cond/true_0/x", "cond/true_0/nonzero", "cond/true_0/relu"}
    assert inner == ({"cond/false_0/x", "cond/false_0/relu"} if taken is False else counted_)
    assert run.raised is None
    shapes = _shapes(run)
    assert shapes["relu"] == ((5,), (1,))
    if taken is not False:
        assert shapes["cond/true_0/nonzero"] == ((3, 1), (1, 3))
    # Without a predicate of its own the first branch runs.
    plain = ran(graph, {"s0": 5, "u0": 3, "p0": False}, root=root, allocated=allocated)
    assert "cond/true_0/relu" in plain.values


@checks(RPL_04)
def test_a_failure_in_a_branch_is_told_with_its_path_and_what_follows_with_its_own() -> None:
    graph, root = _branching()
    with pytest.raises(NotReplayableError, match="cond/true_0/nonzero allocates"):
        ran(graph, {"s0": 5}, root=root)

    def fails(_: object) -> object:
        raise RuntimeError("no")

    outer, root = _branching()
    outer_relu = next(n for n in outer.nodes if n.name == "relu")
    outer_relu.target = fails
    run = ran(outer, {"s0": 5, "u0": 2}, root=root, allocated={"cond/true_0/nonzero": (U,)})
    assert run.raised == Raised("relu", "no")
    body = root["true_0"]
    assert isinstance(body, GraphModule)
    next(n for n in body.graph.nodes if n.name == "relu").target = fails
    run = ran(outer, {"s0": 5, "u0": 2}, root=root, allocated={"cond/true_0/nonzero": (U,)})
    assert run.raised == Raised("cond/true_0/relu", "no")
    with pytest.raises(NotReplayableError, match="cond has no graph to run"):
        ran(outer, {"s0": 5, "u0": 2}, root={"true_0": Module(), "false_0": Module()})


@checks(RPL_04)
def test_each_sub_graph_of_an_operator_has_its_own_path() -> None:
    def looks(graph: Graph) -> GraphModule:
        graph.output((_call(graph, overload("aten.any.default"), graph.placeholder("x")),))
        return GraphModule({}, graph)

    graph = Graph()
    x = _input(graph, "x", vector(S))
    bodies = [graph.get_attr(name) for name in ("inner.looks", "inner.steps")]
    target = resolve_target("torch.ops.higher_order.while_loop")
    assert callable(target)
    _call(graph, target, *bodies, (x,), ())
    graph.output(())
    run = ran(graph, {"s0": 5}, root={"inner.looks": looks(Graph()), "inner.steps": _branch(False)})
    assert run.raised is None
    assert {path for path in run.values if "/" in path} == {
        "while_loop/inner.looks/x", "while_loop/inner.looks/any_1", "while_loop/inner.steps/x",
        "while_loop/inner.steps/relu",
    }  # fmt: skip
    assert isinstance(run.values["inner_looks"], GraphModule)


@checks(RPL_01)
def test_a_node_that_calls_nothing_is_not_replayed() -> None:
    graph = Graph()
    graph.call_method("relu", (_input(graph, "x", vector(S)),))
    with pytest.raises(NotReplayableError, match="relu calls nothing"):
        ran(graph, {"s0": 5})
