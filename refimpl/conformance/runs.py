"""Runs of graphs by this project's own interpreters, with what is observed of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from refimpl.conformance.case import InterpreterInput, PropagationInput
from refimpl.conformance.convert import Values, structure_of
from refimpl.conformance.dropped import Dropped
from refimpl.conformance.graphs import UnknownTargetError, build
from refimpl.conformance.outcome import Declined, InterpreterResult, PropagationResult, Raised, Returned
from refimpl.conformance.rejections import rejection_of
from refimpl.conformance.structures import Structure
from refimpl.conformance.targets import FUNCTIONS, METHODS, Function
from refimpl.fake_tensor import FakeTensorMode
from refimpl.fx import Interpreter, Module, Node
from refimpl.symbolic_shapes.propagate import PropagateUnbackedSymInts
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import state_of

__all__ = ["interpret", "propagate"]


@final
class _Watching(Interpreter[object]):
    """An interpreter that notes which values are gone when the next node runs, and which node ran last."""

    def __init__(self, module: Module, collect: bool) -> None:
        super().__init__(module, collect)
        self.dropped = Dropped()

    def run_node(self, n: Node) -> object:
        """The value of a node."""
        self.note()
        self.dropped.running = n.name
        value = super().run_node(n)
        self.dropped.ran(n.name)
        return value

    def note(self) -> None:
        """Note what was dropped after the node that ran last."""
        self.dropped.note((node.name for node in self.graph.nodes), (node.name for node in self.env))


def interpret(given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
    """``Interpreter`` on plain values."""
    try:
        module = build(given.graph, _interpreter_target)
    except UnknownTargetError as error:
        return Declined("interpreter", str(error))
    values = Values()
    inputs = [values.make(item) for item in given.inputs]
    interpreter = _Watching(module, given.collect)
    nodes = {node.name: node for node in interpreter.graph.nodes}
    initial = {nodes[name]: values.make(item) for name, item in given.initial.items()}
    try:
        if given.method == "boxed_run":
            result = interpreter.boxed_run(inputs)
        else:
            result = interpreter.run(*inputs, initial_env=initial or None, enable_io_processing=given.io_processing)
    except Exception as error:
        return _rejected(error, interpreter.dropped.running)
    interpreter.note()
    left = len(inputs) if given.method == "boxed_run" else None
    freed = tuple(interpreter.dropped.freed) if given.collect else None
    return Returned(InterpreterResult(structure_of(result), freed, left))


def _rejected(error: Exception, node: str | None) -> Raised:
    rejection = rejection_of(error, node)
    if rejection is None:
        raise error
    return Raised(rejection)


def _interpreter_target(op: str, target: str) -> Function | str | None:
    if op == "call_function":
        return FUNCTIONS.get(target)
    return target if op != "call_method" or target in METHODS else None


@final
class _Tracing(PropagateUnbackedSymInts):
    """A propagation that notes the node at which it stopped."""

    stopped: str | None = None

    def run_node(self, n: Node) -> object:
        """The value of a node."""
        try:
            return super().run_node(n)
        except Exception:
            self.stopped = self.stopped or self.path + n.name
            raise


def propagate(given: PropagationInput, env: ShapeEnv) -> Returned[PropagationResult] | Raised | Declined:
    """``PropagateUnbackedSymInts`` on the values of the placeholders, as often as the case says."""
    module = build(given.graph, _propagation_target, env)
    seen: dict[str, object] = {}

    def observe(path: str, value: object) -> None:
        seen[path] = value

    with FakeTensorMode(env):
        for _ in range(given.runs):
            seen.clear()
            values = Values(env)
            propagation = _Tracing(module, observer=observe)
            try:
                propagation.run(*[values.make(item) for item in given.inputs], enable_io_processing=False)
            except Exception as error:
                raised = _rejected(error, propagation.stopped)
                return Raised(raised.rejection, state_of(env))
    return Returned(PropagationResult(_structures(seen), state_of(env)))


def _structures(seen: Mapping[str, object]) -> dict[str, Structure]:
    return {path: structure_of(value) for path, value in seen.items()}


def _propagation_target(op: str, target: str) -> Function | str | None:
    from refimpl.export.targets import resolve_target

    return resolve_target(target) if op == "call_function" else target
