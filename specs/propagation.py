"""PRO: ``PropagateUnbackedSymInts`` runs a recorded graph again and gives fresh symbols their recorded names."""

from __future__ import annotations

import operator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import refimpl.fx as fx
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode
from refimpl.symbolic_shapes import (
    Binding,
    Definition,
    Fact,
    PropagateUnbackedSymInts,
    RebindingInconsistentError,
    Requirement,
    ShapeEnv,
    SymBool,
    SymInt,
    unwrap,
    wrap,
)
from refimpl.symbolic_shapes.propagate import rewrite
from refimpl.symbolic_shapes.structures import is_list, is_tuple
from refimpl.terms import BoolSymbol, Cond, IntTerm, Scalar, Symbol, eq, ge, le, symbol
from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_propagate
from tests.symbolic_shapes.operators import (
    FIRST_SIZE,
    check,
    fill_,
    mode_with,
    module,
    name,
    nonzero,
    size,
    split_in_two,
    tensor,
)

__all__ = ["PRO_01", "PRO_02", "PRO_03", "PRO_04", "PRO_05", "PRO_06", "PRO_07", "PRO_08"]

_PROPAGATE = "refimpl.symbolic_shapes.propagate:PropagateUnbackedSymInts"
S0 = symbol("s0")
LARGEST = 2**63 - 2


@dataclass(frozen=True)
class Count:
    """One ``nonzero`` of the input: its recorded number, whether the input was written before, and an assert."""

    number: int
    written: bool
    at_least: int | None


@st.composite
def recordings(draw: st.DrawFn) -> tuple[Count, ...]:
    """Up to four counts, recorded under any names, some after a write, some with an assert."""
    numbers = draw(st.permutations(range(draw(st.integers(1, 4)))))
    bounds = st.one_of(st.none(), st.integers(1, 5))
    return tuple(Count(number, draw(st.booleans()), draw(bounds)) for number in numbers)


def graph_of(counts: tuple[Count, ...]) -> fx.GraphModule:
    """The recorded graph; it returns every count's result."""
    graph = fx.Graph()
    x = graph.placeholder("x")
    found: list[fx.Node] = []
    for count in counts:
        if count.written:
            graph.call_function(fill_, (x,))
        node = graph.call_function(nonzero, (x,))
        node.meta["unbacked_bindings"] = {name(f"u{count.number}"): FIRST_SIZE}
        found.append(node)
        if count.at_least is not None:
            condition = graph.call_function(operator.ge, (graph.call_function(size, (node,)), count.at_least))
            graph.call_function(check, (condition, "too few"))
    graph.output(tuple(found))
    return module(graph)


def old(count: Count) -> IntTerm:
    """The recorded symbol."""
    return symbol(f"u{count.number}")


def a_mode(counts: tuple[Count, ...]) -> FakeTensorMode:
    """A mode whose fresh names keep clear of the recorded ones."""
    return mode_with(*[f"u{count.number}" for count in counts])


def sizes(values: object) -> list[object]:
    """The first size of each tensor."""
    assert is_tuple(values)
    return [value.sizes[0] for value in values if isinstance(value, FakeTensor)]


PRO_01 = Clause(
    "PRO-01",
    "After each node what stands at a recorded path is renamed to the recorded symbol; values are in old names.",
    f"{_PROPAGATE}.run_node",
    "pro-lists-keep-fresh-names",
)


@checks(PRO_01)
@given(counts=recordings())
def test_every_value_is_in_old_names(counts: tuple[Count, ...]) -> None:
    with a_mode(counts) as mode:
        result = PropagateUnbackedSymInts(graph_of(counts)).run(tensor(S0))
    env = mode.shape_env
    assert sizes(result) == [old(count) for count in counts]
    assert list(env.unbacked_renamings.values()) == [name(f"u{count.number}") for count in counts]
    assert env.pending_fresh_unbacked_symbols == []


@checks(PRO_01)
def test_a_result_is_rewritten_in_all_its_parts() -> None:
    env = ShapeEnv()
    u7, u0 = symbol("u7"), symbol("u0")
    renamed: dict[Symbol | BoolSymbol, Scalar] = {name("u7"): u0}
    whole = FakeTensor((u7 * 2, S0, 3), (u7, 1, 1), DType.float32, offset=u7 + S0)
    given = (wrap(u7 + S0, env), [SymBool(ge(u7, 1), env), (whole,), None], "u7", 7, SymInt(S0, env))
    found = rewrite(given, renamed, env)
    assert is_tuple(found)
    number, inner, text, plain, other = found
    assert is_list(inner)
    assert (unwrap(number), unwrap(inner[0]), inner[2], text, plain, unwrap(other)) == (
        u0 + S0, ge(u0, 1), None, "u7", 7, S0,
    )  # fmt: skip
    assert is_tuple(inner[1])
    (written,) = inner[1]
    assert isinstance(written, FakeTensor)
    assert (written.sizes, written.strides, written.offset) == ((u0 * 2, S0, 3), (u0, 1, 1), u0 + S0)
    assert (written.storage, written.dtype) == (whole.storage, whole.dtype)
    for each in (u7, S0):  # whichever of the two is looked at first, the other is not renamed
        (atom,) = each.free
        part = rewrite(FakeTensor((u7 + S0,), (1,), DType.float32), {atom: u0}, env)
        assert isinstance(part, FakeTensor)
        assert part.sizes == (u7 + S0 - each + u0,)
    one = rewrite(SymInt(u7, env), {name("u7"): 4}, env)
    assert (one, type(one)) == (4, int)


PRO_02 = Clause(
    "PRO-02",
    "What a node says is logged in old names: its facts, its requirements, and the binding itself.",
    "refimpl.symbolic_shapes.bindings:_rewrite_log",
    "pro-bindings-are-logged-in-fresh-names",
)
PRO_03 = Clause(
    "PRO-03",
    "Two uses of one data-dependent quantity of an unmutated storage are equal; a write in between ends that.",
    "refimpl.fake_tensor.quantities:Quantities.mutate",
    "pro-writes-are-not-seen",
)
test_values_and_records_are_in_old_names = checks(PRO_02, PRO_01)(
    test_propagate.test_values_and_records_are_in_old_names
)


@checks(PRO_02, PRO_03)
@given(counts=recordings())
def test_the_log_is_in_old_names(counts: tuple[Count, ...]) -> None:
    with a_mode(counts) as mode:
        PropagateUnbackedSymInts(graph_of(counts)).run(tensor(S0))
    log = mode.shape_env.log
    facts: list[Cond] = []
    for position, count in enumerate(counts):
        u = old(count)
        facts += [ge(u, 0), le(u, S0), le(u, LARGEST)]
        if position and not count.written:
            facts.append(eq(old(counts[position - 1]), u))
    assert [event.condition for event in log if isinstance(event, Fact)] == facts
    required = [ge(old(count), count.at_least) for count in counts if count.at_least is not None]
    assert [event.condition for event in log if isinstance(event, Requirement)] == required
    bound = [event for event in log if isinstance(event, Binding)]
    assert [(event.symbol.name, event.term, event.path) for event in bound] == [
        (f"u{count.number}", old(count), FIRST_SIZE) for count in counts
    ]
    assert all(mode.shape_env.known(condition) for condition in required)


@checks(PRO_03)
@given(counts=recordings())
def test_counts_are_equal_exactly_while_nothing_is_written(counts: tuple[Count, ...]) -> None:
    with a_mode(counts) as mode:
        PropagateUnbackedSymInts(graph_of(counts)).run(tensor(S0))
    for first in range(len(counts)):
        for second in range(first + 1, len(counts)):
            written = any(count.written for count in counts[first + 1 : second + 1])
            known = mode.shape_env.known(eq(old(counts[first]), old(counts[second])))
            assert known is (None if written else True)


PRO_04 = Clause(
    "PRO-04",
    "Running again in the same environment changes nothing but names (law STEADY).",
    f"{_PROPAGATE}.run_node",
    "pro-names-belong-to-one-run",
)
test_running_again_in_the_same_environment_changes_nothing_but_names = checks(PRO_04)(
    test_propagate.test_running_again_in_the_same_environment_changes_nothing_but_names
)


@checks(PRO_04)
@given(counts=recordings())
def test_running_again_changes_nothing_but_names(counts: tuple[Count, ...]) -> None:
    propagation = PropagateUnbackedSymInts(graph_of(counts))
    with a_mode(counts) as mode:
        env = mode.shape_env
        first = propagation.run(tensor(S0))
        before = (env.num_deferred_runtime_asserts, env.pending_fresh_unbacked_symbols)
        ranges = [env.bound(old(count)) for count in counts]
        second = propagation.run(tensor(S0))
    assert sizes(first) == sizes(second)
    assert (env.num_deferred_runtime_asserts, env.pending_fresh_unbacked_symbols) == before
    assert [env.bound(old(count)) for count in counts] == ranges


PRO_05 = Clause(
    "PRO-05",
    "A node that raises, in its operator or in rebinding, leaves environment and mode as before it (law ATOM).",
    f"{_PROPAGATE}.run_node",
    "pro-failed-writes-are-not-undone",
)
test_a_node_that_raises_leaves_everything_as_before_it_too = checks(PRO_05)(
    test_propagate.test_a_node_that_raises_leaves_everything_as_before_it
)


@checks(PRO_05)
@settings(max_examples=25)
@given(counts=recordings(), fails=st.sampled_from(("operator", "rebinding", "path")))
def test_a_node_that_raises_leaves_everything_as_before_it(counts: tuple[Count, ...], fails: str) -> None:
    whole = graph_of(counts)
    graph = whole.graph
    output = next(node for node in graph.nodes if node.op == "output")
    x = next(node for node in graph.nodes if node.op == "placeholder")
    with graph.inserting_before(output):
        function = {"operator": split_in_two, "rebinding": size, "path": nonzero}[fails]
        bad = graph.call_function(function, (x,))
    bindings = {"rebinding": {name("u50"): ()}, "path": {name("u51"): (*FIRST_SIZE, *FIRST_SIZE)}}
    bad.meta["unbacked_bindings"] = bindings.get(fails, {})
    mask, states = tensor(30), list[list[object]]()
    with mode_with("u50", "u51", *[f"u{count.number}" for count in counts]) as mode:
        env = mode.shape_env
        env.add_unbacked(name("u50"), 7, 9)

        def state() -> list[object]:
            return [
                list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols,
                dict(env.unbacked_renamings), mask.storage.version, mode.quantity("nonzero", mask),
            ]  # fmt: skip

        observer = PropagateUnbackedSymInts(whole, observer=lambda _path, _value: states.append(state()))
        with pytest.raises((ValueError, RebindingInconsistentError, LookupError)):
            observer.run(mask)
        assert state() == states[-1]


PRO_06 = Clause(
    "PRO-06",
    "A binding whose value is no fresh symbol is a definition: the symbol equals the value from then on.",
    "refimpl.symbolic_shapes.bindings:_rebind_one",
    "pro-derived-values-are-fresh",
)


@checks(PRO_06)
@given(offset=st.integers(0, 5))
def test_a_value_that_became_known_defines_its_symbol(offset: int) -> None:
    graph = fx.Graph()
    length = graph.call_function(size, (graph.placeholder("x"),))
    shifted = graph.call_function(operator.add, (length, offset))
    shifted.meta["unbacked_bindings"] = {name("u0"): ()}
    graph.output(shifted)
    with mode_with("u0") as mode:
        PropagateUnbackedSymInts(module(graph)).run(tensor(S0))
    assert mode.shape_env.log[-1] == Definition(shifted.name, name("u0"), (), S0 + offset)
    assert mode.shape_env.known(ge(symbol("u0"), 2 + offset)) is True


PRO_07 = Clause(
    "PRO-07",
    "The pass runs only under a fake mode.",
    f"{_PROPAGATE}.run_node",
    "pro-runs-without-a-mode",
)
PRO_08 = Clause(
    "PRO-08",
    "The observer is told the value of every node once, in order, in old names, sub-graph nodes by their path.",
    f"{_PROPAGATE}.run_node",
    "pro-observer-sees-bare-names",
)


@checks(PRO_07)
@given(counts=recordings())
def test_outside_of_a_fake_mode_nothing_runs(counts: tuple[Count, ...]) -> None:
    whole = graph_of(counts)
    propagation = PropagateUnbackedSymInts(whole)
    with pytest.raises(AssertionError, match="fake_mode must not be None"):
        propagation.run(tensor(S0))
    node = next(iter(whole.graph.nodes))
    with pytest.raises(AssertionError, match="fake_mode must not be None"):
        propagation.rebind(node, {}, None, 0)


@checks(PRO_08)
@given(counts=recordings(), path=st.sampled_from(("", "cond/true_graph_0/")))
def test_the_observer_sees_each_value_once_in_order(counts: tuple[Count, ...], path: str) -> None:
    whole, seen = graph_of(counts), list[tuple[str, object]]()
    with a_mode(counts):
        propagation = PropagateUnbackedSymInts(whole, path=path, observer=lambda at, value: seen.append((at, value)))
        propagation.run(tensor(S0))
    assert [at for at, _ in seen] == [path + node.name for node in whole.graph.nodes]
    values = [value for _, value in seen if isinstance(value, FakeTensor) and value.sizes[-1] == 1]
    assert [value.sizes[0] for value in values] == [old(count) for count in counts]
