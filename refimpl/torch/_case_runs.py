"""Runs of graphs by PyTorch's own interpreters, with what is observed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol, cast, final

from refimpl.conformance.case import InterpreterInput, PropagationInput
from refimpl.conformance.dropped import Dropped
from refimpl.conformance.outcome import Declined, InterpreterResult, PropagationResult, Raised, Returned
from refimpl.torch._calls import SHAPES, function
from refimpl.torch._case_graphs import UnknownTarget, interpreter_target, propagation_target, torch_module
from refimpl.torch._case_state import answered_state
from refimpl.torch._case_values import TorchValues, structure_of
from refimpl.torch._rejections import rejection_of
from refimpl.torch.live_env import LiveEnvironment

__all__ = ["interpret", "propagate"]


class _Node(Protocol):
    name: str


class _Graph(Protocol):
    @property
    def nodes(self) -> Iterable[_Node]: ...


class _Interpreter(Protocol):
    """The part of ``torch.fx.Interpreter`` that is used."""

    env: dict[_Node, object]
    graph: _Graph
    run_node: Callable[[_Node], object]

    def run(
        self, *args: object, initial_env: dict[_Node, object] | None = None, enable_io_processing: bool = True
    ) -> object: ...

    def boxed_run(self, args_list: list[object]) -> object: ...


@final
class _Watching:
    """Notes which values are gone when the next node runs, and which node ran last."""

    def __init__(self, interpreter: _Interpreter) -> None:
        self.dropped = Dropped()
        self._interpreter = interpreter
        self._run_node = interpreter.run_node
        interpreter.run_node = self.run_node

    def run_node(self, node: _Node) -> object:
        """The value of a node."""
        self.note()
        self.dropped.running = node.name
        value = self._run_node(node)
        self.dropped.ran(node.name)
        return value

    def note(self) -> None:
        """Note what was dropped after the node that ran last."""
        names = (node.name for node in self._interpreter.graph.nodes)
        self.dropped.note(names, (node.name for node in self._interpreter.env))


def interpret(given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
    """``torch.fx.Interpreter`` on plain values."""
    try:
        module = torch_module(given.graph, interpreter_target)
    except UnknownTarget as error:
        return Declined("interpreter", str(error))
    values = TorchValues()
    inputs = [values.make(item) for item in given.inputs]
    interpreter = cast("_Interpreter", function("torch.fx", "Interpreter")(module, given.collect))  # no types
    watching = _Watching(interpreter)
    nodes = {node.name: node for node in interpreter.graph.nodes}
    initial = {nodes[name]: values.make(item) for name, item in given.initial.items()}
    try:
        if given.method == "boxed_run":
            result = interpreter.boxed_run(inputs)
        else:
            result = interpreter.run(*inputs, initial_env=initial or None, enable_io_processing=given.io_processing)
    except Exception as error:
        return _rejected(error, watching.dropped.running)
    watching.note()
    left = len(inputs) if given.method == "boxed_run" else None
    freed = tuple(watching.dropped.freed) if given.collect else None
    return Returned(InterpreterResult(structure_of(result), freed, left))


def _rejected(error: Exception, node: str | None) -> Raised:
    rejection = rejection_of(error, node)
    if rejection is None:
        raise error
    return Raised(rejection)


def propagate(
    given: PropagationInput, live: LiveEnvironment, mode: object
) -> Returned[PropagationResult] | Raised | Declined:
    """``PropagateUnbackedSymInts`` as AOTAutograd runs it, each run in an epoch of memos of its own.

    The values are those of the nodes of the outer graph: PyTorch shows no others.
    """
    try:
        module = torch_module(given.graph, propagation_target, live, mode)
    except UnknownTarget as error:
        return Declined("propagation", str(error))
    seen: dict[str, object] = {}
    for _ in range(given.runs):
        seen.clear()
        values = TorchValues(live, mode)
        inputs = [values.make(item) for item in given.inputs]
        stopped = _run(module, inputs, mode, seen)
        if stopped is not None:
            return Raised(_rejected(*stopped).rejection, answered_state(live.env))
    found = {name: structure_of(value, live.env) for name, value in seen.items()}
    return Returned(PropagationResult(found, answered_state(live.env)))


def _run(
    module: object, inputs: list[object], mode: object, seen: dict[str, object]
) -> tuple[Exception, str | None] | None:
    """One run: the value of each node goes into ``seen``; the error that ended it, and where."""
    propagation = cast("_Interpreter", function(SHAPES, "PropagateUnbackedSymInts")(module))  # no types
    run_node, running = propagation.run_node, list[str]()

    def observed(node: _Node) -> object:
        running.append(node.name)
        seen[node.name] = value = run_node(node)
        return value

    propagation.run_node = observed
    _new_epoch(mode)
    try:
        with ExitStack() as stack:
            for entered in (
                mode,
                function("torch._dispatch.python", "enable_python_dispatcher")(),
                function("torch", "no_grad")(),
            ):
                stack.enter_context(cast("AbstractContextManager[object]", entered))  # contexts of PyTorch
            propagation.run(*inputs, enable_io_processing=False)
    except Exception as error:
        return error, running[-1] if running else None
    return None


class _FakeMode(Protocol):
    epoch: int


def _new_epoch(mode: object) -> None:
    cast("_FakeMode", mode).epoch += 1  # PyTorch is not there when types are checked
