"""What is live: exactly what dead code elimination leaves, in graphs drawn at random and in sub-graphs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.aten import overload
from refimpl.fx import Graph, GraphModule, Node
from refimpl.laws.blind_run import Step
from refimpl.laws.liveness import dead_nodes

_OPERATORS = ("aten.relu.default", "aten.neg.default", "aten.relu_.default", "aten.rand_like.default")


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Nodes of one operand each, some of which write or draw random numbers; one or none is the output."""
    graph = Graph()
    made = [graph.placeholder("x")]
    for _ in range(draw(st.integers(0, 6))):
        operator = draw(st.sampled_from(_OPERATORS))
        made.append(graph.call_function(overload(operator), (draw(st.sampled_from(made)),)))
    if draw(st.booleans()):
        size = graph.call_function(overload("aten.sym_size.int"), (draw(st.sampled_from(made)), 0))
        graph.call_function(overload("aten._assert_scalar.default"), (size, "some"))
    graph.output(draw(st.sampled_from(made)))
    return graph


def _steps(graph: Graph, prefix: str = "") -> list[Step]:
    return [
        Step(prefix + node.name, node, None, (), ())
        for node in graph.nodes
        if node.op in ("placeholder", "call_function")
    ]


@settings(max_examples=100, deadline=None)
@given(graph=graphs())
def test_live_is_what_dead_code_elimination_leaves(graph: Graph) -> None:
    steps = _steps(graph)
    dead = dead_nodes(steps)
    names = {step.path for step in steps}
    graph.eliminate_dead_code()
    assert names - {node.name for node in graph.nodes} == dead


def _branching(*, asserting: bool, used: bool) -> tuple[list[Step], Node]:
    inner = Graph()
    operand = inner.placeholder("x")
    size = inner.call_function(overload("aten.sym_size.int"), (operand, 0))
    if asserting:
        inner.call_function(overload("aten._assert_scalar.default"), (size, "some"))
    inner.output((inner.call_function(overload("aten.neg.default"), (operand,)),))
    graph = Graph()
    x = graph.placeholder("x")
    body = graph.get_attr("body_0")
    called = graph.call_function(_run, (body, x))
    graph.output(called if used else x)
    graph = GraphModule({"body_0": GraphModule({}, inner)}, graph).graph
    called = next(node for node in graph.nodes if node.op == "call_function")
    return [*_steps(graph), *_steps(_body(graph), f"{called.name}/body_0/")], called


def _body(graph: Graph) -> Graph:
    owner = graph.owning_module
    assert owner is not None
    body = owner.get_submodule("body_0")
    assert isinstance(body, GraphModule)
    return body.graph


def _run(body: object, x: object) -> object:
    return x


def test_a_sub_graph_lives_with_its_operator_and_keeps_it_by_an_assert() -> None:
    for asserting in (True, False):
        for used in (True, False):
            steps, called = _branching(asserting=asserting, used=used)
            dead = dead_nodes(steps)
            assert (called.name in dead) == (not asserting and not used)
            inner = {step.path for step in steps if "/" in step.path}
            unused = {path for path in inner if path.endswith("sym_size_int")}
            assert dead & inner == (inner if called.name in dead else set() if asserting else unused)
