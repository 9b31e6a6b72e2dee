"""Propagation end to end: values, records and failures of whole graphs."""

from __future__ import annotations

import operator
import subprocess
import sys

import pytest

import refimpl.fx as fx
from refimpl.fake_tensor import FakeTensor, current_mode
from refimpl.symbolic_shapes import (
    Binding,
    Definition,
    Event,
    Fact,
    PropagateUnbackedSymInts,
    RebindingInconsistentError,
    Requirement,
    SymInt,
)
from refimpl.symbolic_shapes.structures import is_tuple
from refimpl.terms import Cond, bool_symbol, eq, ge, le, lnot, lor, ne, symbol
from tests.symbolic_shapes.operators import (
    FIRST_SIZE,
    check,
    divide,
    fill_,
    item,
    mode_with,
    module,
    name,
    nonzero,
    size,
    split_in_two,
    tensor,
)

S0, U0, U1, U2 = symbol("s0"), symbol("u0"), symbol("u1"), symbol("u2")
LARGEST = 2**63 - 2


def two_masks(between: bool) -> fx.GraphModule:
    """``nonzero`` twice of one mask, perhaps with a write between."""
    graph = fx.Graph()
    x = graph.placeholder("x")
    first = graph.call_function(nonzero, (x,))
    first.meta["unbacked_bindings"] = {name("u0"): FIRST_SIZE}
    if between:
        graph.call_function(fill_, (x,))
    second = graph.call_function(nonzero, (x,))
    second.meta["unbacked_bindings"] = {name("u1"): FIRST_SIZE}
    graph.output((first, second))
    return module(graph)


def sizes(value: object) -> tuple[object, ...]:
    """The sizes of a fake tensor."""
    assert isinstance(value, FakeTensor)
    return value.sizes


def all_sizes(values: object) -> list[tuple[object, ...]]:
    """The sizes of each of several fake tensors."""
    assert is_tuple(values)
    return [sizes(value) for value in values]


def conditions(log: list[Event], kind: type[Fact] | type[Requirement]) -> list[Cond]:
    """The conditions of one kind of record."""
    return [event.condition for event in log if isinstance(event, kind)]


def test_values_and_records_are_in_old_names() -> None:
    with mode_with("u0", "u1") as mode:
        result = PropagateUnbackedSymInts(two_masks(between=False)).run(tensor(S0))
    assert [found[0] for found in all_sizes(result)] == [U0, U1]
    env = mode.shape_env
    assert conditions(env.log, Fact) == [
        ge(U0, 0), le(U0, S0), le(U0, LARGEST),
        ge(U1, 0), le(U1, S0), le(U1, LARGEST), eq(U0, U1),
    ]  # fmt: skip
    assert [(event.node, event.symbol) for event in env.log if isinstance(event, Binding)] == [
        ("nonzero", name("u0")),
        ("nonzero_1", name("u1")),
    ]
    assert env.pending_fresh_unbacked_symbols == []


def test_a_write_between_two_uses_ends_their_congruence() -> None:
    with mode_with("u0", "u1") as mode:
        PropagateUnbackedSymInts(two_masks(between=True)).run(tensor(S0))
    assert mode.shape_env.known(eq(U0, U1)) is None
    assert eq(U0, U1) not in conditions(mode.shape_env.log, Fact)


def test_running_again_in_the_same_environment_changes_nothing_but_names() -> None:
    with mode_with("u0", "u1") as mode:
        env = mode.shape_env
        propagation = PropagateUnbackedSymInts(two_masks(between=True))
        x = tensor(S0)
        first = propagation.run(x)
        asserts, pending = env.num_deferred_runtime_asserts, env.pending_fresh_unbacked_symbols
        ranges = (env.bound(U0), env.bound(U1))
        second = propagation.run(x)
    assert all_sizes(second) == all_sizes(first)
    assert (env.num_deferred_runtime_asserts, env.pending_fresh_unbacked_symbols) == (asserts, pending)
    assert (env.bound(U0), env.bound(U1)) == ranges


def test_a_check_between_allocation_and_use() -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    value = graph.call_function(item, (x,))
    value.meta["unbacked_bindings"] = {name("u0"): ()}
    condition = graph.call_function(operator.ge, (value, 2))
    graph.call_function(check, (condition, "at least two"))
    twice = graph.call_function(operator.mul, (graph.call_function(size, (x,)), 2))
    quotient = graph.call_function(divide, (twice, value))
    graph.output((value, quotient))
    with mode_with("u0") as mode:
        result = PropagateUnbackedSymInts(module(graph)).run(tensor(S0))
    assert str(result) == "(u0, ((2*s0)//u0))"
    assert conditions(mode.shape_env.log, Requirement) == [ge(U0, 2), ne(U0, 0)]
    assert mode.shape_env.known(ne(U0, 0)) is True


def test_a_value_that_became_known_defines_its_symbol() -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    length = graph.call_function(size, (x,))
    length.meta["unbacked_bindings"] = {name("u0"): ()}
    graph.output(length)
    with mode_with("u0") as mode:
        result = PropagateUnbackedSymInts(module(graph)).run(tensor(S0))
    assert isinstance(result, SymInt)
    assert result.raw is S0, "the value stays as the operator gave it"
    assert mode.shape_env.log[-1] == Definition("size", name("u0"), (), S0)
    assert mode.shape_env.known(ge(U0, 2)) is True


@pytest.mark.parametrize("fails", ["operator", "rebinding", "path"])
def test_a_node_that_raises_leaves_everything_as_before_it(fails: str) -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    first = graph.call_function(nonzero, (x,))
    first.meta["unbacked_bindings"] = {name("u0"): FIRST_SIZE}
    bad = graph.call_function(split_in_two if fails == "operator" else nonzero, (x,))
    if fails == "rebinding":
        graph.erase_node(bad)
        bad = graph.call_function(size, (x,))
        bad.meta["unbacked_bindings"] = {name("u5"): ()}
    elif fails == "path":
        bad.meta["unbacked_bindings"] = {name("u1"): (*FIRST_SIZE, *FIRST_SIZE)}
    graph.output(bad)
    mask = tensor(3)
    with mode_with("u0", "u1", "u5") as mode:
        env = mode.shape_env
        env.add_unbacked(name("u5"), 7, 9)
        state: list[object] = []

        def snapshot() -> list[object]:
            return [
                list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols,
                dict(env.unbacked_renamings), mask.storage.version, mode.quantity("nonzero", mask), env.node,
            ]  # fmt: skip

        def after(path: str, value: object) -> None:
            if path == "nonzero":
                state[:] = snapshot()

        with pytest.raises((ValueError, RebindingInconsistentError, LookupError, RuntimeError)):
            PropagateUnbackedSymInts(module(graph), observer=after).run(mask)
        found = snapshot()
    state[-1] = ""
    assert found == state


def test_outside_of_a_fake_mode_nothing_runs() -> None:
    with pytest.raises(AssertionError, match="fake_mode must not be None"):
        PropagateUnbackedSymInts(two_masks(between=False)).run(tensor(S0))


def test_the_observer_sees_each_value_once_in_order() -> None:
    seen: list[str] = []
    with mode_with("u0", "u1"):
        PropagateUnbackedSymInts(two_masks(between=False), observer=lambda path, _: seen.append(path)).run(tensor(S0))
    assert seen == ["x", "nonzero", "nonzero_1", "output"]


def branch(value: str) -> fx.GraphModule:
    """A branch that counts the mask it is given."""
    graph = fx.Graph()
    x = graph.placeholder("x")
    counted = graph.call_function(nonzero, (x,))
    counted.meta["unbacked_bindings"] = {name(value): FIRST_SIZE}
    length = graph.call_function(size, (counted,))
    graph.call_function(check, (graph.call_function(operator.ge, (length, 4)), "four"))
    graph.output((counted,))
    return module(graph)


def run_branches(x: FakeTensor, true_graph: fx.GraphModule, false_graph: fx.GraphModule) -> FakeTensor:
    """A conditional on an opaque predicate; allocates the size of its result."""
    mode = current_mode()
    assert mode is not None
    predicate = mode.subgraphs.predicate(x)
    assert mode.subgraphs.predicate(x) is predicate
    (one,) = mode.subgraphs.run(true_graph, (x,), under=predicate)
    (other,) = mode.subgraphs.run(false_graph, (x,), under=lnot(predicate))
    assert sizes(one)[0] is U1
    assert sizes(other)[0] is U2
    return nonzero(x)


def test_sub_graphs_run_under_their_predicate_and_are_named_by_their_path() -> None:
    graph = fx.Graph()
    x = graph.placeholder("x")
    branches = [graph.get_attr("true_graph_0"), graph.get_attr("false_graph_0")]
    result = graph.call_function(run_branches, (x, *branches))
    result.meta["unbacked_bindings"] = {name("u0"): FIRST_SIZE}
    graph.output(result)
    whole = module(graph, true_graph_0=branch("u1"), false_graph_0=branch("u2"))
    seen: list[str] = []
    with mode_with("u0", "u1", "u2") as mode:
        PropagateUnbackedSymInts(whole, observer=lambda path, _: seen.append(path)).run(tensor(S0))
    env = mode.shape_env
    p = bool_symbol("p0")
    assert "run_branches/true_graph_0/ge" in seen
    requirements = [event for event in env.log if isinstance(event, Requirement)]
    assert [(event.condition, [str(c) for c in event.under]) for event in requirements] == [
        (ge(U1, 4), ["p0"]),
        (ge(U2, 4), ["~p0"]),
    ]
    assert env.known(ge(U1, 4)) is None, "what a branch requires is not known outside"
    facts = [event for event in env.log if isinstance(event, Fact) and event.node == "run_branches"]
    assert [event.under for event in facts] == [()] * len(facts)
    assert facts[-1].condition == lor(eq(U0, U2), lnot(lnot(p))), "congruent with what the last branch counted"


def test_a_placeholder_of_a_loop_body_takes_a_carried_symbol() -> None:
    body = fx.Graph()
    carried = body.placeholder("carried")
    carried.meta["unbacked_bindings"] = {name("u1"): ()}
    body.output((body.call_function(operator.add, (carried, 1)),))

    def loop(x: FakeTensor, graph: fx.GraphModule) -> object:
        mode = current_mode()
        assert mode is not None
        fresh = mode.fresh_int(0, None, None)
        (found,) = mode.subgraphs.run(graph, (fresh,), under=le(fresh, 9))
        assert found is U1 + 1
        return 3

    graph = fx.Graph()
    x = graph.placeholder("x")
    graph.output(graph.call_function(loop, (x, graph.get_attr("body_0"))))
    with mode_with("u1") as mode:
        PropagateUnbackedSymInts(module(graph, body_0=module(body))).run(tensor(S0))
    (binding,) = [event for event in mode.shape_env.log if isinstance(event, Binding)]
    assert (binding.node, binding.symbol) == ("loop/body_0/carried", name("u1"))


def test_the_same_text_whatever_the_hash_seed() -> None:
    script = "from tests.symbolic_shapes.test_propagate import text_of_a_run; print(text_of_a_run())"
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
    assert "u1" in texts.pop()


def text_of_a_run() -> str:
    """The log and the state after a run with many symbols in one condition."""
    with mode_with("u0", "u1") as mode:
        env = mode.shape_env
        PropagateUnbackedSymInts(two_masks(between=True)).run(tensor(S0))
        for i in range(4, 9):
            env.create_unbacked_symint()
            env.require(le(symbol(f"u{i}") * U0 + symbol(f"u{i - 1}"), 40), "large")
        env.require(eq(symbol("u5") + symbol("u6"), symbol("u7") + U1), "equal")
        return repr((env.log, env.replacements, env.var_to_range, env.deferred_runtime_asserts))
