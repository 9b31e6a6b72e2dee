"""A blind run: propagation while the unbacked ranges and the recorded values of computed nodes are withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from refimpl.export import ExportedProgram
from refimpl.fake_tensor import FakeTensor, FakeTensorMode, Storage
from refimpl.fx.module import Module
from refimpl.fx.node import Node
from refimpl.laws.contract import contract_of, scalars_in
from refimpl.laws.failures import classify, is_custom
from refimpl.laws.observation import ABSENT, Contract, Failure, Held, ObservedNode
from refimpl.laws.operators import allocation_places, may_allocate, operator_name
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.symbolic_shapes.events import Event, Under
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.propagate import PropagateUnbackedSymInts
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Scalar, Symbol, free_of, ge

__all__ = ["BlindRun", "Step", "blind_run", "blind_environment"]

_NOT_CALLS: Final = frozenset(("get_attr", "output"))


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One node of the blind run: the FX node, its path, the value in old names, and the symbols it allocated."""

    path: str
    node: Node
    value: object
    predicates: Under
    allocated: tuple[Symbol, ...]
    failure: Failure | None = None
    assumed: bool = False
    is_input: bool = False


@final
@dataclass(frozen=True, slots=True)
class BlindRun:
    """What the run said: its steps, the log, and how fresh symbols were renamed."""

    program: ExportedProgram
    contract: Contract
    steps: tuple[Step, ...]
    log: tuple[Event, ...]
    renamed: Mapping[Symbol, Symbol]
    pending: tuple[Symbol, ...]

    def observed(self) -> tuple[ObservedNode, ...]:
        """Each step beside its recorded value; terms as the run has them."""
        return tuple(_observed(step) for step in self.steps)


def blind_run(program: ExportedProgram, *, profile: Profile = EXACT) -> BlindRun:
    """Propagate the program on its placeholders' recorded values under Γ alone.

    A node that raises keeps its recorded value, so that what does not depend on it is still judged.
    """
    contract = contract_of(program)
    env = blind_environment(program, contract, profile)
    with FakeTensorMode(env) as mode:
        runner = _BlindInterpreter(program.graph_module, mode, [])
        placeholders = [node for node in program.graph_module.graph.nodes if node.op == "placeholder"]
        runner.run(*[_input(node, mode) for node in placeholders], enable_io_processing=False)
    return BlindRun(
        program,
        contract,
        tuple(runner.steps),
        tuple(env.log),
        dict(env.unbacked_renamings),
        tuple(env.symbols.pending),
    )


def blind_environment(program: ExportedProgram, contract: Contract, profile: Profile = EXACT) -> ShapeEnv:
    """An environment that knows Γ and nothing else; fresh names start after all recorded ones."""
    env = ShapeEnv(profile=profile, guard_from_hints=False)
    for symbol in sorted(contract.bound, key=lambda symbol: symbol.name):
        if is_unbacked(symbol):
            env.add_unbacked(symbol, None, None, "an input")
        else:
            env.add_backed(symbol, contract.hints.get(symbol.name), None, None, "an input")
    for condition in contract.conditions:
        env.assume(condition)
    env.symbols.reserve_name(f"u{program.next_unbacked_int - 1}")
    env.symbols.reserve_name(f"zuf{program.next_unbacked_float - 1}")
    return env


def _input(node: Node, mode: FakeTensorMode) -> object:
    recorded = node.meta.get("recorded")
    if isinstance(recorded, FakeTensor):
        return recorded.on(Storage(is_input=True))
    return mode.wrap(recorded) if is_scalar(recorded) else recorded


class _BlindInterpreter(PropagateUnbackedSymInts):
    """Propagation that records each step and goes on after a node that raises."""

    def __init__(self, module: Module, mode: FakeTensorMode, steps: list[Step], path: str = "") -> None:
        super().__init__(module, path=path)
        self.mode: Final = mode
        self.steps: Final = steps

    def run_node(self, n: Node) -> object:
        """The value of one node, recorded as a step."""
        if n.op in _NOT_CALLS:
            return super().run_node(n)
        env = self.mode.shape_env
        symbols = env.symbols
        count = symbols.fresh_count
        path = self.path + n.name
        failure: Failure | None = None
        assumed = False
        env.violated = None
        try:
            value = super().run_node(n)
        except Exception as error:
            assumed = is_custom(n.target, error)
            failure = None if assumed else classify(error, env.violated)
            value = self._recorded(n, path)
            if assumed:
                with env.at(path):
                    _state_sizes(env, value)
        allocated: tuple[Symbol, ...] = ()
        if symbols.fresh_count != count:
            allocated = tuple([s for s in reversed(symbols.since(count)) if symbols.origins.get(s) == path])
        is_input = n.op == "placeholder" and not self.path
        self.steps.append(Step(path, n, value, env.predicates, allocated, failure, assumed, is_input))
        return value

    def run_module(self, module: Module, operands: Sequence[object]) -> object:
        """Run a sub-graph of the node that runs now, recording its steps."""
        name = next((name for name, found in self.submodules.items() if found is module), type(module).__name__)
        path = f"{self.mode.shape_env.node}/{name}/"
        return _BlindInterpreter(module, self.mode, self.steps, path).run(*operands)

    def _recorded(self, n: Node, path: str) -> object:
        """The recorded value, with no facts about the symbols that nothing else binds."""
        recorded: object = n.meta.get("recorded")
        env = self.mode.shape_env
        for scalar in scalars_in(recorded):
            for symbol in free_of(scalar):
                if isinstance(symbol, Symbol) and symbol not in env.symbols.origins:
                    env.add_unbacked(symbol, None, None, path)
        return _wrapped(self.mode, recorded)


def _state_sizes(env: ShapeEnv, value: object) -> None:
    """Whatever a custom operator computes, its result is a tensor: no eager run gives it a negative size."""
    if isinstance(value, FakeTensor):
        for size in value.sizes:
            if not isinstance(size, int):
                env.fact(ge(size, 0))
    elif is_sequence(value):
        for item in value:
            _state_sizes(env, item)


def _wrapped(mode: FakeTensorMode, value: object) -> object:
    if isinstance(value, FakeTensor):
        return value.on(Storage())
    if is_sequence(value):
        return tuple([_wrapped(mode, item) for item in value])
    return mode.wrap(value) if is_scalar(value) else value


def raw_value(value: object) -> Held:
    """A value of the run with every symbolic number as its term; ABSENT for what is no value (a module)."""
    if value is None or isinstance(value, (FakeTensor, str)):
        return value
    if is_sequence(value):
        parts = [raw_value(item) for item in value]
        return tuple([part for part in parts if part is not ABSENT])
    scalar: Scalar | object = unwrap(value)
    return scalar if is_scalar(scalar) else ABSENT


def _observed(step: Step) -> ObservedNode:
    meta = step.node.meta
    operator = operator_name(step.node.target)
    return ObservedNode(
        path=step.path,
        operator=operator,
        old=raw_value(meta["recorded"]) if "recorded" in meta else ABSENT,
        new=ABSENT if step.failure is not None else raw_value(step.value),
        predicates=step.predicates,
        allocated=step.allocated,
        may_allocate=bool(step.allocated) or may_allocate(operator),
        places=allocation_places(operator, step.node) if "unbacked_bindings" in meta else None,
        is_input=step.is_input,
        assumed=step.assumed,
        failure=step.failure,
    )
