"""PyTorch as a subject: its own functions answer, and text of a case reaches nothing else of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from refimpl.conformance.case import (
    Ask,
    Case,
    CreateBacked,
    CreateUnbacked,
    EnvironmentInput,
    GraphOf,
    InterpreterInput,
    NodeOf,
    PropagationInput,
    RebindingInput,
    RebindStep,
    Require,
    Within,
)
from refimpl.conformance.implementation import Implementation
from refimpl.conformance.outcome import (
    Answered,
    AnsweredRange,
    Declined,
    EnvironmentResult,
    Outcome,
    PropagationResult,
    RebindingResult,
    Returned,
)
from refimpl.conformance.protocol import read_ran, read_started, write_run, write_start, write_stop
from refimpl.conformance.serving import ask
from refimpl.conformance.structures import NodeRef, TensorOf, TupleOf, number
from refimpl.symbolic_shapes.key_path import CallMethodKey, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Sort, ValueRange, eq, ge, le, symbol, symbol_atom
from refimpl.torch._calls import method
from refimpl.torch._imports import attribute
from refimpl.torch.subject import TorchImplementation

U0, U1, S0 = symbol("u0"), symbol("u1"), symbol("s0")
OLD, FRESH, SIZE = (symbol_atom(name, Sort.INT) for name in ("u0", "u1", "s0"))
BEFORE = ShapeEnvState(ranges={OLD: ValueRange(0, 10), FRESH: ValueRange(3, None)}, pending=(FRESH,))
CASE = RebindingInput(BEFORE, "node", "call_function", ((OLD, ()),), number(U1))
SORTS = {"u0": Sort.INT, "u1": Sort.INT}


@pytest.fixture
def subject() -> Implementation:
    return TorchImplementation()


def _rebound(outcome: Outcome) -> ShapeEnvState:
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, RebindingResult)
    return outcome.result.environment


@pytest.mark.torch
def test_a_rebinding_is_pytorchs_own(subject: Implementation) -> None:
    after = _rebound(ask(subject, CASE))
    assert after.renamings == {FRESH: OLD}
    assert after.replacements == {FRESH: U0}
    assert after.ranges[OLD] == ValueRange(3, 10)
    assert after.pending == (FRESH,)


@pytest.mark.torch
def test_making_a_tensor_teaches_the_environment_nothing(subject: Implementation) -> None:
    tensor = TensorOf((U1, 3), (3, 1), U1 * 2)
    before = ShapeEnvState(ranges={OLD: ValueRange(None, None), FRESH: ValueRange(None, None)})
    path = (CallMethodKey("size"), SequenceKey(0))
    after = _rebound(ask(subject, RebindingInput(before, "node", "call_function", ((OLD, path),), tensor)))
    assert after.replacements == {FRESH: U0}
    assert after.asserts == {}
    assert after.ranges[OLD] == ValueRange(None, None)


@pytest.mark.torch
def test_a_script_is_carried_out_step_by_step(subject: Implementation) -> None:
    steps = (
        CreateBacked(SIZE, 5, 2, 40),
        CreateUnbacked(OLD, Sort.INT),
        Within("ignore_fresh", (CreateUnbacked(FRESH, Sort.INT),)),
        Require(le(U0, S0), "small"),
        Require(ge(U0, 3), "large"),
        Ask("bound", U0 + 1),
        Ask("evaluate", eq(U0, 4)),
        Ask("statically_known_true", ge(U0, 2)),
        Ask("size_hint", S0 * 2),
        RebindStep("node", "call_function", ((OLD, ()),), number(U1)),
    )
    outcome = ask(subject, EnvironmentInput(ShapeEnvState(), steps))
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, EnvironmentResult)
    first, second, third, small, large, bound, evaluated, known, hint, silent = outcome.result.answers
    assert [first, second, third] == [Answered(number(term)) for term in (S0, U0, U1)]
    assert [small, large, known] == [Answered(number(True))] * 3
    assert bound == AnsweredRange(ValueRange(4, 41))
    assert getattr(evaluated, "kind", None) == "data_dependent"
    assert (hint, silent) == (Answered(number(10)), Answered(None))
    assert outcome.result.environment.pending == (OLD,)
    assert outcome.result.environment.replacements == {FRESH: U0}


@pytest.mark.torch
def test_a_propagation_rebinds_what_nodes_bind(subject: Implementation) -> None:
    path = (CallMethodKey("size"), SequenceKey(0))
    graph = GraphOf(
        (
            NodeOf("x", "placeholder", "x"),
            NodeOf("found", "call_function", "torch.ops.aten.nonzero.default", (NodeRef("x"),), (), ((OLD, path),)),
            NodeOf("output", "output", "output", (TupleOf((NodeRef("found"),)),)),
        )
    )
    before = ShapeEnvState(hints={SIZE: 5}, ranges={SIZE: ValueRange(2, None), OLD: ValueRange(0, 2**63 - 2)})
    outcome = ask(subject, PropagationInput(before, graph, (TensorOf((S0,), (1,)),), runs=2))
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, PropagationResult)
    found = outcome.result.values["found"]
    assert isinstance(found, TensorOf)
    assert (found.size, found.stride, found.dtype) == ((U0, 1), (1, U0), "int64")


@pytest.mark.torch
@pytest.mark.parametrize(
    "target",
    [
        "os.system", "torch.load", "torch.ops.load_library", "torch.ops.aten.__class__", "torch.ops.aten", "aten.add",
        "_operator.__loader__", "math.nothing", "builtins.eval", "torch.ops.os.system.default",
    ],
)  # fmt: skip
def test_targets_of_cases_are_operators_only(subject: Implementation, target: str) -> None:
    node = NodeOf("x", "call_function", target)
    graph = GraphOf((node, NodeOf("output", "output", "output", (NodeRef("x"),))))
    assert isinstance(ask(subject, PropagationInput(ShapeEnvState(), graph, ())), Declined)
    assert isinstance(ask(subject, InterpreterInput(graph)), Declined)


@pytest.mark.torch
def test_a_wrong_sum_of_pytorch_shows(subject: Implementation, monkeypatch: pytest.MonkeyPatch) -> None:
    env = attribute("torch.fx.experimental.symbolic_shapes", "ShapeEnv")
    original = method(env, "_rename_unbacked_to")

    def backwards(self: object, new: object, old: object) -> object:
        return original(self, old, new)

    monkeypatch.setattr(env, "_rename_unbacked_to", backwards)
    assert _rebound(ask(subject, CASE)).renamings == {OLD: FRESH}


@pytest.mark.torch
def test_it_speaks_the_protocol() -> None:
    lines = "".join((write_start(), write_run(Case("one", "rebinding", SORTS, CASE)), write_stop()))
    ran = subprocess.run(
        [sys.executable, "-m", "refimpl.torch"], input=lines, capture_output=True, text=True, check=True, timeout=240
    )
    first, second = ran.stdout.splitlines()
    started = read_started(first)
    assert (started.name, started.version.partition("+")[0]) == ("torch", "2.13.0")
    assert _rebound(read_ran(second, CASE, SORTS).outcome).renamings == {FRESH: OLD}
