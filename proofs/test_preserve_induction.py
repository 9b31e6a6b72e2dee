"""The induction of PRESERVE on whole random graphs, and a mutant of each of its premises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.engine.opaque import of, predicate
from proofs.engine.running import BUDGETS
from proofs.faults import FAULTS
from proofs.preserve import Step, check, count, count_with, graph_of, preserved, said_by, twice
from refimpl.aten import overload
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode, Storage
from refimpl.solver import solve_text
from refimpl.symbolic_shapes import DivideByKey, ShapeEnv
from refimpl.symbolic_shapes.events import Fact, Requirement
from refimpl.terms import BoolSymbol, Cond, Dim, Scalar, Symbol, of_atom, substitute_cond, symbol

S0 = symbol("s0")
_Graph = tuple[tuple[Step, ...], tuple[Cond, ...]]


@st.composite
def graphs(draw: st.DrawFn) -> _Graph:
    """Nodes that allocate, build on earlier numbers and require things of them; and what they record, in old names."""
    steps: list[Step] = []
    recorded: list[Cond] = []
    numbers: dict[int, Dim] = {}
    for place in range(1, draw(st.integers(1, 6)) + 1):
        name = symbol(f"u{place - 1}")
        kinds = ("count", "twice", "with", "check") if numbers else ("count", "twice")
        kind = draw(st.sampled_from(kinds))
        earlier = draw(st.sampled_from(sorted(numbers))) if kind in ("with", "check") else 0
        match kind:
            case "count":
                steps.append((count, (0,), {name: ()}))
                recorded += said_by("count", name, S0)
                numbers[place] = name
            case "twice":
                steps.append((twice, (0,), {name: (DivideByKey(2),)}))
                recorded += said_by("twice", name, S0)
                numbers[place] = 2 * name
            case "with":
                steps.append((count_with, (0, earlier), {name: ()}))
                recorded += said_by("with", name, S0, numbers[earlier])
                numbers[place] = name
            case _:
                steps.append((check, (earlier,), {}))
                recorded.append(predicate("check", numbers[earlier]))
    return tuple(steps), tuple(recorded)


def _holds(graph: _Graph) -> bool:
    steps, recorded = graph
    obligation = preserved("random", graph_of(*steps), recorded)
    return solve_text("z3", obligation.text, budget=BUDGETS["z3"]).status == "unsat"


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_every_graph_keeps_what_was_recorded(graph: _Graph) -> None:
    assert _holds(graph)


REBIND = "refimpl.symbolic_shapes.bindings:rebind"


@settings(max_examples=25, deadline=None)
@given(graph=graphs())
def test_without_exact_steps_every_graph_loses_it(graph: _Graph) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(REBIND.replace(":", "."), dict(FAULTS)[REBIND])
        assert not _holds(graph)


@settings(max_examples=25, deadline=None)
@given(graph=graphs(), place=st.integers(0, 20))
def test_without_stable_statements_every_graph_loses_it(graph: _Graph, place: int) -> None:
    steps, recorded = graph
    index = place % len(recorded)
    # One statement is about something else now, or is not made.
    other = predicate("unstable", symbol("u0"), S0)
    assert not _holds((steps, (*recorded[:index], other, *recorded[index + 1 :])))
    assert not _holds((steps, (*recorded[:index], *recorded[index + 1 :]))) or recorded.count(recorded[index]) > 1


@settings(max_examples=25, deadline=None)
@given(graph=graphs(), place=st.integers(0, 20))
def test_without_a_binding_of_each_fresh_symbol_every_graph_loses_it(graph: _Graph, place: int) -> None:
    steps, recorded = graph
    allocating = [index for index, (_, _, bindings) in enumerate(steps) if bindings]
    index = allocating[place % len(allocating)]
    target, arguments, _ = steps[index]
    unbound: Step = (target, arguments, {})
    assert not _holds(((*steps[:index], unbound, *steps[index + 1 :]), recorded))


_OPERATORS = (
    ("aten.nonzero.default", ()),
    ("aten.masked_select.default", ("mask",)),
    ("aten.unique_consecutive.default", ()),
    ("aten.repeat_interleave.Tensor", ()),
    ("aten.bincount.default", ()),
)


@pytest.mark.parametrize(("name", "more"), _OPERATORS, ids=[name for name, _ in _OPERATORS])
def test_shipped_operators_state_the_same_under_other_names(name: str, more: tuple[str, ...]) -> None:
    first, second = (_stated(name, more, start) for start in (10, 70))
    assert first[0] != second[0], "the names differ"
    renaming: dict[Symbol | BoolSymbol, Scalar] = {
        new: of_atom(old) for old, new in zip(first[0], second[0], strict=True)
    }
    assert [substitute_cond(condition, renaming) for condition in second[1]] == first[1]
    assert first[1], "something is stated"


def _stated(name: str, more: tuple[str, ...], start: int) -> tuple[list[Symbol], list[Cond]]:
    """What an operator allocates and says in an environment whose next fresh name is ``start``."""
    env = ShapeEnv(guard_from_hints=False)
    env.add_backed(of(S0), 5, 2, None)
    env.symbols.reserve_name(f"u{start - 1}")
    with FakeTensorMode(env):
        x = FakeTensor((S0,), (1,), DType.int64, storage=Storage(is_input=True))
        mask = FakeTensor((S0,), (1,), DType.bool, storage=Storage(is_input=True))
        overload(name)(x, *(mask for _ in more))
    said = [event.condition for event in env.log if isinstance(event, (Fact, Requirement))]
    return list(env.pending_fresh_unbacked_symbols), said
