"""A blind run: propagation while the unbacked ranges and the recorded values of computed nodes are withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, final

from refimpl.export import ExportedProgram
from refimpl.fake_tensor import FakeTensor, FakeTensorMode, Storage
from refimpl.fx.node import Node
from refimpl.laws.blind_interpreter import BlindInterpreter, Step
from refimpl.laws.contract import contract_of
from refimpl.laws.observation import ABSENT, Contract, Held, ObservedNode
from refimpl.laws.operators import allocation_places, may_allocate, operator_name
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.symbolic_shapes.events import Event
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Scalar, Symbol

__all__ = ["BlindRun", "Prepared", "Step", "blind_run", "inputs_of", "prepare"]


class BlindRun(NamedTuple):
    """What the run said: its steps, the log, and how fresh symbols were renamed."""

    prepared: Prepared
    steps: tuple[Step, ...]
    log: tuple[Event, ...]
    renamed: Mapping[Symbol, Symbol]
    pending: tuple[Symbol, ...]

    @property
    def program(self) -> ExportedProgram:
        """The program that was run."""
        return self.prepared.program

    @property
    def contract(self) -> Contract:
        """Γ."""
        return self.prepared.contract

    def observed(self) -> tuple[ObservedNode, ...]:
        """Each step beside its recorded value; terms as the run has them."""
        return tuple([_observed(step) for step in self.steps])


@final
@dataclass(frozen=True, slots=True)
class Prepared:
    """A program and what every blind run of it starts from, so that it is found out once.

    ``environment`` knows Γ and nothing else, and its fresh names start after all recorded ones; nothing runs in it,
    each run has one of its own that starts like it. The program must not change as long as this is used.
    """

    program: ExportedProgram
    contract: Contract
    environment: ShapeEnv
    inputs: tuple[Node, ...]
    interpreter: BlindInterpreter

    def run(self, *, states_known: bool = False) -> BlindRun:
        """Propagate the program on its placeholders' recorded values under Γ alone.

        A node that raises keeps its recorded value, so that what does not depend on it is still judged. With
        ``states_known`` operators state also those of their requirements that asserts before them imply.
        """
        env = self.new_environment()
        env.states_known = states_known
        mode = FakeTensorMode(env)
        values = inputs_of(self.inputs, mode)
        steps = [Step(node.name, node, value, (), is_input=True) for node, value in values.items()]
        with mode:
            self.interpreter.started(mode, steps, "").run(initial_env=values, enable_io_processing=False)
        return BlindRun(self, tuple(steps), tuple(env.log), env.unbacked_renamings, tuple(env.symbols.pending))

    def new_environment(self) -> ShapeEnv:
        """An environment that knows Γ and nothing else."""
        template = self.environment
        return ShapeEnv(profile=template.profile, guard_from_hints=False, like=template)


def prepare(program: ExportedProgram, *, profile: Profile = EXACT) -> Prepared:
    """What every blind run of the program starts from."""
    contract = contract_of(program)
    env = _environment(program, contract, profile)
    inputs = tuple([node for node in program.graph_module.graph.nodes if node.op == "placeholder"])
    return Prepared(program, contract, env, inputs, BlindInterpreter(program.graph_module, FakeTensorMode(env), []))


def blind_run(program: ExportedProgram, *, profile: Profile = EXACT) -> BlindRun:
    """One blind run; :func:`prepare` and :meth:`Prepared.run` for several."""
    return prepare(program, profile=profile).run()


def _environment(program: ExportedProgram, contract: Contract, profile: Profile) -> ShapeEnv:
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


def inputs_of(placeholders: tuple[Node, ...], mode: FakeTensorMode) -> dict[Node, object]:
    """The recorded value of each placeholder, on a storage of its own."""
    return {node: _input(node, mode) for node in placeholders}


def _input(node: Node, mode: FakeTensorMode) -> object:
    recorded = node.meta.get("recorded")
    if isinstance(recorded, FakeTensor):
        return recorded.on(Storage(is_input=True))
    return mode.wrap(recorded) if is_scalar(recorded) else recorded


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
        stored=_stored(meta) if step.is_input else None,
    )


def _stored(meta: Mapping[str, object]) -> FakeTensor | None:
    stored = meta.get("stored")
    return stored if isinstance(stored, FakeTensor) else None
