"""The whole program on concrete sizes, node by node, with concrete shape functions: no terms, no solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import final

from refimpl.aten._higher_order import HigherOrderOperator
from refimpl.aten._overload import OpOverload, UnmodelledOperatorError
from refimpl.aten._targets import ContextFunction
from refimpl.export import ExportedProgram
from refimpl.fake_tensor.context import Value
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.node import Node, map_arg
from refimpl.laws.concrete import (
    NOTHING,
    ConcreteContext,
    NotReplayableError,
    Raised,
    RequirementViolatedError,
    Silenced,
    concrete,
)
from refimpl.laws.failures import with_written
from refimpl.laws.observation import ObservedNode
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.solver import Model, Number
from refimpl.symbolic_shapes.bindings import Bindings, as_bindings
from refimpl.symbolic_shapes.key_path import PathError
from refimpl.symbolic_shapes.propagate import require_operands
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.terms import BoolSymbol, Cond, Not, Scalar, Undefined

__all__ = ["Replay", "Supply", "replay"]

_FAILURES = (
    RequirementViolatedError, RuntimeError, ValueError, IndexError, ZeroDivisionError, OverflowError, AssertionError
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Supply:
    """What the concrete run takes from a witness.

    ``allocated`` gives, by node path, the terms (in old names) of the symbols that the node allocates; ``predicates``
    the opaque predicates by the path of their ``cond``; ``kept`` the nodes that keep their recorded value;
    ``binding`` the nodes whose bindings count (law DOM); ``failing`` those that are kept because they always raise,
    ``assumed`` those of custom operators.
    """

    allocated: Mapping[str, tuple[Scalar, ...]]
    predicates: Mapping[str, BoolSymbol]
    kept: frozenset[str]
    binding: frozenset[str]
    failing: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()

    @staticmethod
    def of(nodes: Sequence[ObservedNode], allocated: Mapping[str, tuple[Scalar, ...]]) -> Supply:
        """From what the blind run observed."""
        predicates: dict[str, BoolSymbol] = {}
        for node in nodes:
            outer = node.path.rsplit("/", 2)[0]
            if node.predicates and outer != node.path:
                last = node.predicates[-1]
                symbol = last.arg if isinstance(last, Not) else last
                if isinstance(symbol, BoolSymbol):
                    predicates.setdefault(outer, symbol)
        kept = frozenset(node.path for node in nodes if node.assumed or _cannot_run(node))
        binding = frozenset(node.path for node in nodes if node.may_allocate)
        failing = frozenset(node.path for node in nodes if node.path in kept and _is_violated(node))
        assumed = frozenset(node.path for node in nodes if node.assumed)
        return Supply(allocated, predicates, kept, binding, failing, assumed)


def _cannot_run(node: ObservedNode) -> bool:
    """Whether the node has no value; what raises wherever its branch is taken raises in the replay too."""
    return node.failure is not None and not (_is_violated(node) and node.predicates)


def _is_violated(node: ObservedNode) -> bool:
    return node.failure is not None and node.failure.kind == "violated"


@final
@dataclass(slots=True)
class Replay:
    """A concrete run: the value of each node by path, the first node that raised, the valuation it really has.

    The valuation is the witness, corrected where an operator computes a value that the witness only guessed.
    """

    valuation: dict[str, Number]
    values: dict[str, object] = field(default_factory=dict[str, object])
    raised: Raised | None = None


def replay(program: ExportedProgram, supply: Supply, valuation: Model, silent: Silenced = NOTHING) -> Replay:
    """Run the program on the valuation; the silent nodes ask less than they should.

    Raises NotReplayableError if the valuation is no run of it.
    """
    run = Replay(dict(valuation))
    runner = _Runner(run, supply, silent)
    try:
        runner.graph(program.graph_module, None, "")
    except _FAILURES as error:
        run.raised = Raised(runner.ctx.node, str(error))
    except Undefined as error:
        raise NotReplayableError(f"{runner.ctx.node}: {error}") from error
    return run


@final
class _Runner:
    """Runs graphs; also the `subgraphs` of the concrete context."""

    def __init__(self, run: Replay, supply: Supply, silent: Silenced) -> None:
        self.ctx = ConcreteContext(run.valuation, supply.allocated, self, silent)
        self._run = run
        self._supply = supply
        self._kept = supply.kept - (silent.loud & supply.failing)
        self._modules: dict[int, str] = {}

    def run(self, module: object, operands: Sequence[Value], *, under: Cond | None = None) -> tuple[Value, ...]:
        """One sub-graph on concrete operands."""
        if not isinstance(module, GraphModule):
            raise NotReplayableError(f"{self.ctx.node} has no graph to run")
        require_operands(module, operands)
        outer = self.ctx.node
        result = self.graph(module, operands, f"{outer}/{self._modules.get(id(module), 'graph')}/")
        self.ctx.node = outer
        return result

    def predicate(self, tensor: FakeTensor) -> Cond:
        """The witness's value of the predicate."""
        symbol = self._supply.predicates.get(self.ctx.node)
        return True if symbol is None else bool(self._run.valuation.get(symbol.name, True))

    def graph(self, module: GraphModule, operands: Sequence[Value] | None, prefix: str) -> tuple[Value, ...]:
        """Each node of a graph in order; its flat outputs."""
        env: dict[Node, object] = {}
        remaining = iter(() if operands is None else operands)
        for node in module.graph.nodes:
            self.ctx.node = path = f"{prefix}{node.name}"
            match node.op:
                case "placeholder":
                    env[node] = self._input(node) if operands is None else next(remaining, None)
                case "get_attr":
                    env[node] = attribute = _attribute(module, str(node.target))
                    self._modules[id(attribute)] = str(node.target)
                case "output":
                    return _flat(map_arg(node.args, env.__getitem__))
                case _:
                    env[node] = self._call(node, path, env)
            self._run.values[path] = env[node]
        return ()

    def _input(self, node: Node) -> Value:
        recorded = node.meta.get("recorded")
        if isinstance(recorded, FakeTensor):
            value = concrete(recorded, self._run.valuation)
            return value.on(Storage(is_input=True)) if isinstance(value, FakeTensor) else value
        return concrete(recorded, self._run.valuation) if is_scalar(recorded) else None

    def _call(self, node: Node, path: str, env: Mapping[Node, object]) -> object:
        if path in self._kept:
            kept = concrete(_as_value(node.meta.get("recorded")), self._run.valuation)
            return self._written(node, path, env, kept)
        args = map_arg(node.args, env.__getitem__)
        kwargs = map_arg(node.kwargs, env.__getitem__)
        target = node.target
        if isinstance(target, OpOverload):
            value: object = target.run(self.ctx, tuple(args), kwargs)
        elif isinstance(target, (HigherOrderOperator, ContextFunction)):
            value = target.run(self.ctx, tuple(args), kwargs)
        elif callable(target):
            value = target(*args, **kwargs)
        else:
            raise NotReplayableError(f"{path} calls nothing")
        bindings = node.meta.get("unbacked_bindings")
        if bindings and path in self._supply.binding:
            self._bind(path, as_bindings(bindings), value)
        return value

    def _written(self, node: Node, path: str, env: Mapping[Node, object], value: object) -> object:
        """The recorded value of a node, but for what a wrapper of an assumed operator gives whatever that does."""
        target = node.target
        if isinstance(target, HigherOrderOperator) and path in self._supply.assumed:
            try:
                target.run(self.ctx, tuple(map_arg(node.args, env.__getitem__)), map_arg(node.kwargs, env.__getitem__))
            except UnmodelledOperatorError as error:
                return with_written(value, error)
        return value

    def _bind(self, path: str, bindings: Bindings, value: object) -> None:
        """A symbol whose value the operator computes has that value, whatever the witness guessed."""
        for symbol, key_path in bindings.items():
            try:
                found, divisors = read_scalar(value, key_path)
            except PathError:
                continue
            for divisor in divisors:
                if not isinstance(divisor, int) or not isinstance(found, int) or found % divisor:
                    return
                found //= divisor
            taken = path in self.ctx.taken
            if isinstance(found, (int, float)) and (symbol.name not in self._run.valuation or not taken):
                self._run.valuation[symbol.name] = found


def _attribute(module: GraphModule, target: str) -> object:
    found: object = module
    for part in target.split("."):
        found = getattr(found, part)
    return found


def _as_value(recorded: object) -> Value:
    if recorded is None or isinstance(recorded, (FakeTensor, str)) or is_scalar(recorded):
        return recorded
    if is_sequence(recorded):
        return tuple(_as_value(item) for item in recorded)
    raise NotReplayableError("an opaque object has no concrete value")


def _flat(value: object) -> tuple[Value, ...]:
    if is_sequence(value):
        return tuple(part for item in value for part in _flat(item))
    return (_as_value(value),)
