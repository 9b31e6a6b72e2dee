"""What the strategies promise: validated arguments, valid by construction, every kind occurs, smallest first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import refimpl
import refimpl.fx as fx
from refimpl import testing
from refimpl.symbolic_shapes import Constraints, ShapeEnv
from refimpl.terms import Cond, Dim, Undefined, ValueRange, evaluate, free_of, of_atom

QUICK = settings(max_examples=25, deadline=None, database=None, derandomize=True)
NAMES = ("s0", "u0", "u1")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: testing.terms(names=()), "names must not be empty"),
        (lambda: testing.terms(names="u0"), "not one name"),
        (lambda: testing.terms(names=("u0", "u0")), "must be distinct"),
        (lambda: testing.conditions(names=("2*s0",)), "no name of a symbol"),
        (lambda: testing.terms(constants=(3, 2)), "is empty: 3 > 2"),
        (lambda: testing.terms(max_depth=-1), "max_depth=-1 must be at least 0"),
        (lambda: testing.valuations(low=1, high=0), "is empty: 1 > 0"),
        (lambda: testing.value_ranges(low=1, high=0), "is empty: 1 > 0"),
        (lambda: testing.constraints(fresh=("u9",)), "u9"),
        (lambda: testing.constraints(max_conditions=-1), "max_conditions=-1"),
        (lambda: testing.shape_envs(max_backed=-1), "max_backed=-1"),
        (lambda: testing.graphs(min_inputs=0), "min_inputs=0 must be at least 1"),
        (lambda: testing.graphs(min_inputs=3, max_inputs=2), "max_inputs=2 must be at least 3"),
        (lambda: testing.exported_programs(max_inputs=0), "max_inputs=0"),
        (lambda: testing.propagations(profile="torch-1.0"), "torch-1.0"),
        (lambda: testing.check_law(testing.REBINDING_LAWS[0], testing.Reference(), max_examples=0), "max_examples=0"),
    ],
)
def test_wrong_arguments_are_refused_at_once(make: Callable[[], object], said: str) -> None:
    with pytest.raises(InvalidArgument, match=said):
        make()


@QUICK
@given(term=testing.terms(total=True), numbers=testing.valuations())
def test_total_terms_have_a_value_everywhere(term: Dim, numbers: dict[str, int | float | bool]) -> None:
    assert isinstance(evaluate(term, numbers), int)
    assert {free.name for free in free_of(term)} <= set(NAMES)


@QUICK
@given(condition=testing.conditions(total=True), numbers=testing.valuations(low=0, high=3))
def test_total_conditions_have_a_truth_everywhere(condition: Cond, numbers: dict[str, int | float | bool]) -> None:
    assert isinstance(evaluate(condition, numbers), bool)
    assert all(0 <= number <= 3 for number in numbers.values())


@QUICK
@given(found=testing.value_ranges(low=0, high=9))
def test_ranges_stay_within_their_bounds(found: ValueRange) -> None:
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.high <= 9


@QUICK
@given(found=testing.constraints())
def test_constraints_are_satisfiable_and_resolved(found: Constraints) -> None:
    names = sorted({free.name for condition in found.conditions for free in free_of(condition)})
    assert all(symbol not in condition.free for condition in found.conditions for symbol in found.replacements)
    box = [
        dict[str, int | float | bool](zip(names, numbers, strict=True))
        for numbers in product(range(5), repeat=len(names))
    ]
    assert any(all(map(partial(holds, numbers), found.conditions)) for numbers in box)


def holds(numbers: dict[str, int | float | bool], condition: Cond) -> bool:
    """Whether the condition is defined and true."""
    try:
        return evaluate(condition, numbers) is True
    except Undefined:
        return False


@QUICK
@given(env=testing.shape_envs())
def test_environments_are_not_contradictory(env: ShapeEnv) -> None:
    assert env.knowledge.contradiction is None
    assert not env.knowledge.bounds.inconsistent
    assert all(env.bound(of_atom(symbol)).is_empty is False for symbol in env.pending_fresh_unbacked_symbols)


@QUICK
@given(graph=testing.graphs(), inputs=st.tuples(*[st.integers(-9, 9)] * 3))
def test_graphs_run_on_any_integers(graph: fx.Graph, inputs: tuple[int, int, int]) -> None:
    graph.lint()
    count = sum(node.op == "placeholder" for node in graph.nodes)
    result = fx.Interpreter[object](fx.GraphModule(fx.Module(), graph)).run(*inputs[:count])
    assert isinstance(result, tuple)
    assert {type(value) for value in result} == {int}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - of objects


@QUICK
@given(program=testing.exported_programs())
def test_programs_are_intact(program: refimpl.ExportedProgram) -> None:
    report = refimpl.check(program)
    assert (report.verdict, report.conditional) == ("equivalent", False)


@pytest.mark.parametrize("word", ["nonzero", "item", "_assert_scalar", "masked_select", "full", "mul", "cond"])
def test_every_kind_of_step_occurs(word: str) -> None:
    def has(program: refimpl.ExportedProgram) -> bool:
        return any(node.name.startswith(word) for node in program.graph_module.graph.nodes)

    quick = settings(max_examples=200, database=None, derandomize=True, phases=(Phase.generate,))
    find(testing.exported_programs(), has, settings=quick)


def test_the_simplest_example_comes_first() -> None:
    quick = settings(max_examples=5, database=None, derandomize=True, phases=(Phase.generate,))
    assert find(testing.terms(), lambda _: True, settings=quick) == 0
    assert find(testing.constraints(), lambda _: True, settings=quick).conditions == ()
    smallest = find(testing.exported_programs(), lambda _: True, settings=quick)
    assert [node.op for node in smallest.graph_module.graph.nodes] == ["placeholder", "output"]


def test_everything_that_is_public_is_there() -> None:
    for name in testing.__all__:
        value: object = getattr(testing, name)
        assert name.endswith("_LAWS") or str(getattr(value, "__module__", "")).startswith("refimpl.testing")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(testing, "nothing")  # noqa: B009 - the checker knows that it is not there
