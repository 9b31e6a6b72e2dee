"""The induction of PRESERVE on whole random graphs, and a mutant of each of its premises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.engine.opaque import predicate
from proofs.engine.running import BUDGETS
from proofs.faults import FAULTS
from proofs.preserve import Step, check, count, count_with, graph_of, preserved, said_by, twice
from refimpl.solver import solve_text
from refimpl.symbolic_shapes import DivideByKey
from refimpl.terms import Cond, Dim, symbol

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


_THREE: _Graph = (
    ((count, (0,), {symbol("u0"): ()}), (count_with, (0, 1), {symbol("u1"): ()})),
    (*said_by("count", symbol("u0"), S0), *said_by("with", symbol("u1"), S0, symbol("u0"))),
)


def test_without_exact_steps_it_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _holds(_THREE)
    monkeypatch.setattr(
        "refimpl.symbolic_shapes.bindings.rebind", dict(FAULTS)["refimpl.symbolic_shapes.bindings:rebind"]
    )
    assert not _holds(_THREE)


def test_without_facts_that_are_stable_under_renaming_it_is_lost() -> None:
    steps, recorded = _THREE
    assert not _holds((steps, (predicate("otherfact", symbol("u0"), S0), *recorded[1:])))
    assert not _holds((steps, recorded[:-1]))


def test_without_a_binding_of_each_fresh_symbol_it_is_lost() -> None:
    steps, recorded = _THREE
    unbound: Step = (count, (0,), {})
    assert not _holds(((unbound, steps[1]), recorded))
