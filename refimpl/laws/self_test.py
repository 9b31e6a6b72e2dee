"""The laws of an implementation, asked of this project's own propagation of one program."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, final

from refimpl.export import ExportedProgram
from refimpl.fake_tensor import FakeTensorMode
from refimpl.fx.module import Module
from refimpl.fx.node import Node
from refimpl.laws.blind_interpreter import BlindInterpreter
from refimpl.laws.blind_interpreter import Step as RunStep
from refimpl.laws.blind_run import inputs_of, prepare
from refimpl.laws.implementation import IMPLEMENTATION_LAWS, judge_run, judge_step
from refimpl.laws.step import Missing, Place, Raised, RunRecord, Step
from refimpl.laws.step_law import StepFinding
from refimpl.laws.step_words import bare
from refimpl.solver import Solver
from refimpl.symbolic_shapes.bindings import Bindings
from refimpl.symbolic_shapes.key_path import KeyPath, PathError
from refimpl.symbolic_shapes.propagate import PropagateUnbackedSymInts
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import ShapeEnvState, state_of
from refimpl.terms import Cond, Substitution, Symbol

__all__ = ["SelfTest", "observe", "self_test"]


@final
@dataclass(frozen=True, slots=True)
class SelfTest:
    """How many steps were judged, and what the laws found in them; nothing if our implementation is right."""

    steps: int
    findings: tuple[StepFinding, ...]


def self_test(program: ExportedProgram, solver: Solver) -> SelfTest:
    """Ask EXACT, FRAME, ROOT, SORT, ATOM and STEADY of our own propagation of the program, under profile ``exact``.

    Each rebinding step is observed, each binding node made to fail once and then run (ATOM), and the whole run done
    again in the same environment (STEADY). Raises SolverError as `Solver` does.
    """
    run, failed = observe(program)
    findings: list[StepFinding] = []
    for step in (*failed, *run.steps):
        findings += judge_step(step, solver, laws=IMPLEMENTATION_LAWS, complete=True)
    findings += judge_run(run, solver, laws=IMPLEMENTATION_LAWS)
    return SelfTest(len(run.steps) + len(failed), tuple(findings))


def observe(program: ExportedProgram) -> tuple[RunRecord, tuple[Step, ...]]:
    """The run with its rebinding steps, done twice, and the steps at which each binding node was made to fail."""
    prepared = prepare(program)
    env = prepared.new_environment()
    seen = _Seen(env, prepared.contract.conditions)
    before = seen.state()
    states: list[ShapeEnvState] = []
    for seen.again in (False, True):
        mode = FakeTensorMode(env)
        interpreter = _Observed(program.graph_module, mode, [], seen=seen)
        with mode:
            interpreter.run(initial_env=inputs_of(prepared.inputs, mode), enable_io_processing=False)
        state = seen.state()
        # Fresh symbols that no node binds are the program's matter (law FRESH), and are as many again in each run.
        states.append(replace(state, pending=tuple(symbol for symbol in state.pending if symbol in seen.bound)))
    return RunRecord(tuple(seen.steps), before, states[0], (), again=states[1]), tuple(seen.failed)


class _PlantedError(Exception):
    """Raised once after each rebinding step, so that the node fails when everything has been changed."""


@final
@dataclass(slots=True)
class _Seen:
    """What the interpreters of all graphs of one run have seen."""

    env: ShapeEnv
    contract: tuple[Cond, ...]
    steps: list[Step] = field(default_factory=list[Step])
    failed: list[Step] = field(default_factory=list[Step])
    planted: set[str] = field(default_factory=set[str])
    bound: set[Symbol] = field(default_factory=set[Symbol])
    again: bool = False

    def state(self) -> ShapeEnvState:
        """What the environment holds; the guards are those of the caller's contract that it has not lost."""
        kept = tuple(condition for condition in self.contract if self.env.known(condition) is not None)
        return replace(state_of(self.env), guards=(*(g.expr for g in self.env.guards), *kept))


@final
class _Observed(BlindInterpreter):
    """The blind interpreter, observed."""

    def __init__(
        self, module: Module, mode: FakeTensorMode, steps: list[RunStep], path: str = "", *, seen: _Seen
    ) -> None:
        super().__init__(module, mode, steps, path)
        self._seen: Final = seen
        self._fails = False

    def inner(self, module: Module) -> BlindInterpreter:
        return _Observed(module, self.mode, self.steps, seen=self._seen)

    def started(self, mode: FakeTensorMode, steps: list[RunStep], path: str) -> BlindInterpreter:
        return _Observed(self.module, mode, steps, path, seen=self._seen)

    def run_node(self, n: Node) -> object:
        path = self.path + n.name
        if not n.meta.get("unbacked_bindings") or self._seen.again or path in self._seen.planted:
            return super().run_node(n)
        self._seen.planted.add(path)
        self._seen.failed.append(self._planted(n, path))
        return super().run_node(n)

    def _planted(self, n: Node, path: str) -> Step:
        """The node run as if it failed at its end, or as it fails by itself."""
        before, count = self._seen.state(), len(self.steps)
        self._fails = True
        raised = Raised("other", "nothing", "the node binds nothing")
        try:
            PropagateUnbackedSymInts.run_node(self, n)
        except Exception as error:
            raised = Raised("other", type(error).__name__, str(error))
        finally:
            self._fails = False
            del self.steps[count:]
        return Step(path, n.op, (), before, self._seen.state(), raised)

    def rebind(self, n: Node, bindings: Bindings, result: object, since: int) -> Substitution:
        places = tuple(_place(symbol, path, result) for symbol, path in bindings.items())
        before = self._seen.state()
        renamed = super().rebind(n, bindings, result, since)
        # The placeholders of a loop's body are rebound like any other node.
        op = "call_function" if n.op == "placeholder" else n.op
        if self._fails:
            raise _PlantedError("planted when everything had been changed")
        for place in places:
            symbol = None if isinstance(place.value, Missing) else bare(place.value)
            if symbol is not None:
                self._seen.bound.add(symbol)
        if not self._seen.again:
            self._seen.steps.append(Step(self.path + n.name, op, places, before, self._seen.state()))
        return renamed


def _place(symbol: Symbol, path: KeyPath, result: object) -> Place:
    try:
        value, divisors = read_scalar(result, path)
    except PathError as error:
        return Place(symbol, path, Missing(error.reason))
    return Place(symbol, path, value, divisors)
