"""PRO, continued: bindings of several symbols, placeholders, and sub-graphs."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refimpl.fx as fx
from refimpl.fake_tensor import FakeTensor, current_mode
from refimpl.symbolic_shapes import (
    Binding,
    Definition,
    PropagateUnbackedSymInts,
    Requirement,
    SequenceKey,
    ShapeEnv,
    SymInt,
    rebind_unbacked,
    unwrap,
)
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.propagate import run_subgraph
from refimpl.symbolic_shapes.structures import is_tuple
from refimpl.terms import eq, ge, gt, le, lnot, symbol
from specs.clauses import Clause, checks
from specs.histories import ENV_13, ENV_16, ENV_20
from specs.propagation import PRO_01, PRO_05, PRO_08, Count, graph_of
from tests.symbolic_shapes import test_bindings, test_propagate
from tests.symbolic_shapes.operators import mode_with, module, name, nonzero, tensor

__all__ = ["PRO_09", "PRO_10", "PRO_11", "PRO_12"]

_BINDINGS = "refimpl.symbolic_shapes.bindings"
PRO_09 = Clause(
    "PRO-09",
    "One fresh value under two names of a node requires that they are equal; a second site keeps its own name, and"
    " that both are equal is a definition (law INJ).",
    f"{_BINDINGS}:_rebind_one",
    "pro-equal-names-are-definitions",
)
test_one_value_under_two_names_of_a_node_requires_their_equality = checks(PRO_09)(
    test_bindings.test_one_value_under_two_names_of_a_node_requires_their_equality
)
test_two_values_under_one_name_are_kept_apart_and_equated = checks(PRO_09, ENV_20)(
    test_bindings.test_two_values_under_one_name_are_kept_apart_and_equated
)


@checks(PRO_09)
@given(first=st.integers(0, 3), second=st.integers(4, 7))
def test_one_value_under_two_names_requires_their_equality(first: int, second: int) -> None:
    env = ShapeEnv()
    one, other = symbol(f"u{first}"), symbol(f"u{second}")
    env.symbols.reserve([name("u9")])
    fresh = env.create_unbacked_symint()
    bindings = {name(f"u{first}"): (SequenceKey(0),), name(f"u{second}"): (SequenceKey(1),)}
    rebind_node(env, bindings, (fresh, fresh), 0)
    (required,) = [event for event in env.log if isinstance(event, Requirement)]
    assert required.condition == eq(one, other)
    assert env.known(eq(one, other)) is True
    assert not any(isinstance(event, Definition) for event in env.log)


@checks(PRO_09)
def test_each_value_of_a_node_is_compared_with_its_own_name() -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u9")])
    first, second = env.create_unbacked_symint(), env.create_unbacked_symint()
    bindings = {name(f"u{index}"): (SequenceKey(index),) for index in range(4)}
    rebind_node(env, bindings, (first, second, second, first), 0)
    required = [(event.condition, event.message) for event in env.log if isinstance(event, Requirement)]
    assert required == [
        (eq(symbol("u1"), symbol("u2")), "one value is bound to u1 and u2"),
        (eq(symbol("u0"), symbol("u3")), "one value is bound to u0 and u3"),
    ]


@checks(PRO_09, ENV_20)
@given(sites=st.integers(2, 4))
def test_a_second_site_keeps_its_own_name(sites: int) -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    for site in range(sites):
        with env.at(f"site {site}"):
            rebind_node(env, {name("u0"): ()}, env.create_unbacked_symint(), len(env.log))
    terms = [event.term for event in env.log if isinstance(event, Definition)]
    assert terms == [symbol(f"u{1 + site}") for site in range(1, sites)]
    assert env.unbacked_renamings == {name("u1"): name("u0")}
    assert not any(isinstance(event, Requirement) for event in env.log)


PRO_10 = Clause(
    "PRO-10",
    "The program's own placeholders bind the caller's symbols and are not rebound; those of a sub-graph are.",
    "refimpl.symbolic_shapes.propagate:PropagateUnbackedSymInts.run_node",
    "pro-carried-symbols-are-not-rebound",
)
test_a_placeholder_of_a_loop_body_takes_a_carried_symbol = checks(PRO_10, PRO_01)(
    test_propagate.test_a_placeholder_of_a_loop_body_takes_a_carried_symbol
)


@checks(PRO_10)
@given(in_subgraph=st.booleans(), through=st.booleans())
def test_only_placeholders_of_sub_graphs_are_rebound(in_subgraph: bool, through: bool) -> None:
    graph = fx.Graph()
    carried = graph.placeholder("carried")
    carried.meta["unbacked_bindings"] = {name("u1"): ()}
    graph.output(carried)
    with mode_with("u1") as mode:
        path = "loop/body_0/" if in_subgraph else ""
        value = mode.wrap(mode.fresh_int(0, None, None))
        if through and not in_subgraph:
            rebind_unbacked(mode.shape_env, carried, value)
        PropagateUnbackedSymInts(module(graph), path=path).run(value)
    bound = [event for event in mode.shape_env.log if isinstance(event, Binding)]
    assert [(event.node, event.symbol) for event in bound] == [("loop/body_0/carried", name("u1"))] * in_subgraph


PRO_11 = Clause(
    "PRO-11",
    "A sub-graph runs in the scope of its predicate, and its nodes are logged by their path.",
    "refimpl.symbolic_shapes.propagate:run_subgraph",
    "pro-sub-graphs-run-by-themselves",
)
test_sub_graphs_run_under_their_predicate_and_are_named_by_their_path = checks(PRO_11, PRO_08, ENV_16)(
    test_propagate.test_sub_graphs_run_under_their_predicate_and_are_named_by_their_path
)


def _branches(x: FakeTensor, one: fx.GraphModule, other: fx.GraphModule) -> FakeTensor:
    mode = current_mode()
    assert mode is not None
    predicate = mode.subgraphs.predicate(x)
    mode.subgraphs.run(one, (x,), under=predicate)
    mode.subgraphs.run(other, (x,), under=lnot(predicate))
    return x


@checks(PRO_11)
@given(least=st.integers(1, 5), most=st.integers(1, 5))
def test_what_a_branch_requires_holds_under_its_predicate(least: int, most: int) -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    inner = [graph.get_attr("true_graph_0"), graph.get_attr("false_graph_0")]
    graph.output(graph.call_function(_branches, (x, *inner)))
    true_graph, false_graph = (graph_of((Count(i + 1, False, low),)) for i, low in enumerate((least, most)))
    whole = module(graph, true_graph_0=true_graph, false_graph_0=false_graph)
    with mode_with("u1", "u2") as mode:
        PropagateUnbackedSymInts(whole).run(tensor(symbol("s0")))
    required = [event for event in mode.shape_env.log if isinstance(event, Requirement)]
    assert [(event.condition, list(map(str, event.under))) for event in required] == [
        (ge(symbol("u1"), least), ["p0"]),
        (ge(symbol("u2"), most), ["~p0"]),
    ]
    assert required[0].node == "_branches/true_graph_0/check"
    assert mode.shape_env.known(ge(symbol("u1"), least)) is None


class Given:
    """Runs every sub-graph to the same result, and remembers its operands."""

    def __init__(self, result: object) -> None:
        self.result = result
        self.operands: list[object] = []

    def run_module(self, module: object, operands: Sequence[object]) -> object:
        self.operands = list(operands)
        return self.result


@checks(PRO_11)
def test_operands_are_symbolic_and_results_raw() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    graph = fx.Graph()
    for text in "xyz":
        graph.placeholder(text)
    graph.output(None)
    with pytest.raises(AssertionError, match="within PropagateUnbackedSymInts"):
        run_subgraph(env, module(graph), ())
    env.runner = runner = Given(([u, (v, 3)], u > 1, "text"))
    for under in (None, ge(symbol("u1"), 0)):
        result = run_subgraph(env, module(graph), (symbol("u0"), 2, None), under)
        assert result == ([symbol("u0"), (symbol("u1"), 3)], gt(symbol("u0"), 1), "text")
        first = runner.operands[0]
        assert isinstance(first, SymInt)
        assert (first.raw, *runner.operands[1:]) == (symbol("u0"), 2, None)
    assert env.predicates == ()


@checks(PRO_11, PRO_08)
def test_a_sub_graph_runs_on_its_operands_in_order_and_is_observed() -> None:
    body, graph = fx.Graph(), fx.Graph()
    first, second = body.placeholder("a"), body.placeholder("b")
    body.output((body.call_function(operator.sub, (first, second)), second))
    graph.output(graph.get_attr("body_0"))
    inner, stranger = module(body), module(body)
    whole, seen = module(graph, body_0=inner), list[tuple[str, object]]()
    with mode_with("u9") as mode:
        env = mode.shape_env
        u = mode.wrap(mode.fresh_int(0, None, None))
        propagation = PropagateUnbackedSymInts(whole, observer=lambda path, value: seen.append((path, unwrap(value))))
        for found, name_ in ((inner, "body_0"), (stranger, type(stranger).__name__)):
            seen.clear()
            with env.at("loop"):
                result = propagation.run_module(found, (7, u))
                assert (env.node, env.runner) == ("loop", None)
            assert is_tuple(result)
            assert list(map(unwrap, result)) == [7 - symbol("u10"), symbol("u10")]
            assert [path for path, _ in seen] == [f"loop/{name_}/{node}" for node in ("a", "b", "sub", "output")]
            assert [value for _, value in seen[:3]] == [7, symbol("u10"), 7 - symbol("u10")]


PRO_12 = Clause(
    "PRO-12",
    "``rebind_unbacked`` binds all symbols of a node or none (law ATOM), and nothing at a placeholder.",
    f"{_BINDINGS}:rebind_unbacked",
    "pro-half-of-a-node-is-rebound",
)
test_a_failed_rebinding_leaves_the_environment_as_before = checks(PRO_12, ENV_13, PRO_05, PRO_09)(
    test_bindings.test_a_failed_rebinding_leaves_the_environment_as_before
)


@checks(PRO_12)
@given(low=st.integers(0, 5), value=st.integers(-3, 8), placeholder=st.booleans())
def test_all_symbols_of_a_node_are_rebound_or_none(low: int, value: int, placeholder: bool) -> None:
    env = ShapeEnv()
    env.symbols.reserve([name("u0")])
    env.add_unbacked(name("u5"), low, low + 2)
    graph = fx.Graph()
    node = graph.placeholder("x") if placeholder else graph.call_function(nonzero, ())
    node.meta["unbacked_bindings"] = {name("u0"): (SequenceKey(0),), name("u5"): (SequenceKey(1),)}
    fresh = env.create_unbacked_symint()
    before = (env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.log))
    inside = low <= value <= low + 2
    try:
        rebind_unbacked(env, node, (fresh, value))
        raised = False
    except RuntimeError:
        raised = True
    assert raised == (not placeholder and not inside)
    if placeholder or raised:
        state = (env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.log))
        assert state == before
        assert env.unbacked_renamings == {}
    else:
        assert env.known(eq(symbol("u5"), value)) is True
        assert env.known(le(symbol("u5"), low + 2)) is True
