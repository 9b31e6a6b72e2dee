"""The interpreter of a blind run: it records each step and goes on after a node that raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from refimpl.fake_tensor import FakeTensor, FakeTensorMode, Storage
from refimpl.fx.module import Module
from refimpl.fx.node import Node
from refimpl.laws.contract import scalars_in
from refimpl.laws.failures import classify, is_custom, with_written
from refimpl.laws.observation import Failure
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.symbolic_shapes.events import Under
from refimpl.symbolic_shapes.propagate import PropagateUnbackedSymInts
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.terms import Symbol, free_of, ge

__all__ = ["BlindInterpreter", "Step"]

_NOT_CALLS: Final = frozenset(("get_attr", "output"))


class Step(NamedTuple):
    """One node of the blind run: the FX node, its path, the value in old names, and the symbols it allocated."""

    path: str
    node: Node
    value: object
    predicates: Under
    allocated: tuple[Symbol, ...] = ()
    failure: Failure | None = None
    assumed: bool = False
    is_input: bool = False


class BlindInterpreter(PropagateUnbackedSymInts):
    """Propagation that records each step and goes on after a node that raises, with its recorded value."""

    def __init__(self, module: Module, mode: FakeTensorMode, steps: list[Step], path: str = "") -> None:
        super().__init__(module, path=path)
        self.mode = mode
        self.steps = steps
        # Of each sub-graph that has run: its name, and an interpreter to start others from.
        self._nested: dict[Module, tuple[str, BlindInterpreter]] = {}

    def started(self, mode: FakeTensorMode, steps: list[Step], path: str) -> BlindInterpreter:
        """An interpreter of the same graph for another run, without looking at the graph again."""
        # One by one: to ask an object for its ``__dict__`` makes each of its attributes slower from then on.
        other = object.__new__(BlindInterpreter)
        other.module, other.submodules, other.graph, other.name = self.module, self.submodules, self.graph, self.name
        other.garbage_collect_values, other.user_to_last_uses = self.garbage_collect_values, self.user_to_last_uses
        other.extra_traceback, other.observer, other._nested = self.extra_traceback, self.observer, self._nested
        other.mode, other.steps, other.path, other.env = mode, steps, path, {}
        return other

    def run_node(self, n: Node) -> object:
        """The value of one node, recorded as a step."""
        if n.op in _NOT_CALLS:
            return self._run_node(n)  # they bind nothing and can't fail
        env = self.mode.shape_env
        symbols = env.symbols
        count = symbols.fresh_count
        path = self.path + n.name
        env.violated = None
        try:
            value = super().run_node(n)
        except Exception as error:
            step = self._failed(n, path, error)
            self.steps.append(step)
            return step.value
        allocated: tuple[Symbol, ...] = ()
        if symbols.fresh_count != count:
            # Those of this node, not of one in its sub-graphs.
            allocated = tuple([s for s in reversed(symbols.since(count)) if symbols.origins.get(s) == path])
        self.steps.append(Step(path, n, value, env.predicates, allocated))
        return value

    def run_module(self, module: Module, operands: Sequence[object]) -> object:
        """Run a sub-graph of the node that runs now, recording its steps."""
        known = self._nested.get(module)
        if known is None:
            name = next((name for name, found in self.submodules.items() if found is module), type(module).__name__)
            known = self._nested[module] = (name, self.inner(module))
        name, interpreter = known
        path = f"{self.mode.shape_env.node}/{name}/"
        return interpreter.started(self.mode, self.steps, path).run(*operands)

    def inner(self, module: Module) -> BlindInterpreter:
        """A new interpreter of a sub-graph."""
        return BlindInterpreter(module, self.mode, self.steps)

    def _failed(self, n: Node, path: str, error: Exception) -> Step:
        """The step of a node that raised: a custom operator is assumed, any other has no value of the run."""
        env = self.mode.shape_env
        assumed = is_custom(n.target, error)
        failure = None if assumed else classify(error, env.violated)
        value = self._recorded(n, path)
        if assumed:
            value = with_written(value, error)
            with env.at(path):
                _state_sizes(env, value)
        return Step(path, n, value, env.predicates, (), failure, assumed)

    def _recorded(self, n: Node, path: str) -> object:
        """The recorded value, with no facts about the symbols that nothing else binds."""
        recorded: object = n.meta.get("recorded")
        env = self.mode.shape_env
        for scalar in scalars_in(recorded):
            for symbol in free_of(scalar):
                if isinstance(symbol, Symbol):
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
