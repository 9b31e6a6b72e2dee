"""The functions and methods of PyTorch that an audit stands in front of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from refimpl.torch._patches import Patch
from refimpl.torch._records import LiveNode

__all__ = ["PROPAGATING", "Given", "LiveInterpreter", "Watcher", "PATCHES"]

_Found: TypeAlias = Mapping[object, tuple[object, ...]]


_SHAPES: Final = "torch.fx.experimental.symbolic_shapes"
PROPAGATING: Final = (
    (_SHAPES, "PropagateUnbackedSymInts"),
    ("torch.fx.passes.fake_tensor_prop", "FakeTensorProp"),
    ("torch.fx.passes.shape_prop", "ShapeProp"),
)
"""PyTorch's interpreters that rebind, by module and name: each of their nodes is watched."""


class LiveInterpreter(Protocol):
    """The part of ``torch.fx.Interpreter`` that is read."""

    graph: object
    module: object


Given: TypeAlias = Mapping[LiveNode, object] | None
"""``initial_env``: the nodes that do not run, and their values."""


class Watcher(Protocol):
    """Who is told. What ``..._begins`` returns is handed back at the end; None says that there is nothing to see."""

    def step_begins(self, env: object, node: LiveNode, result: object, /) -> object | None:
        """``rebind_unbacked`` is called."""
        ...

    def step_ends(self, ticket: object, error: BaseException | None, /) -> None:
        """It returned, or raised."""
        ...

    def node_begins(self, interpreter: LiveInterpreter, node: LiveNode, /) -> object | None:
        """``run_node`` is called."""
        ...

    def node_ends(self, ticket: object, error: BaseException | None, result: object, /) -> None:
        """It returned its result, or raised."""
        ...

    def run_begins(self, interpreter: LiveInterpreter, inputs: tuple[object, ...], given: Given, /) -> object | None:
        """``Interpreter.run`` is called on an interpreter of the program's own."""
        ...

    def run_ends(self, ticket: object, error: BaseException | None, /) -> None:
        """It returned, or raised."""
        ...

    def node_ran(self, interpreter: LiveInterpreter, node: LiveNode, result: object, /) -> None:
        """``Interpreter.run_node`` returned: the operator ran, and nothing is rebound yet."""
        ...

    def trust_begins(self, env: object, recorded: object, /) -> object | None:
        """``compute_unbacked_bindings`` is called with the value that is recorded."""
        ...

    def trust_ends(self, ticket: object, found: _Found | None, /) -> None:
        """It returned what it bound."""
        ...


class _Gate(Protocol):
    """The way to the watcher, which there is only while an audit runs."""

    watcher: Watcher | None


class _Run(Protocol):
    def __call__(
        self, interpreter: LiveInterpreter, /, *args: object, initial_env: Given, enable_io_processing: bool
    ) -> object: ...


# What runs in the place of PyTorch's functions, with their parameters and without a name from outside: ``...`` is
# replaced by the watcher and the original (`_disguise`), which no type can say.


def _rebind_unbacked(shape_env: object, n: LiveNode, result: object) -> object:
    given: tuple[_Gate, Callable[[object, LiveNode, object], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    gate, function = given
    hub = gate.watcher
    step = None if hub is None else hub.step_begins(shape_env, n, result)
    if hub is None or step is None:
        return function(shape_env, n, result)
    try:
        answer = function(shape_env, n, result)
    except BaseException as error:
        hub.step_ends(step, error)
        raise
    hub.step_ends(step, None)
    return answer


def _compute_unbacked_bindings(
    shape_env: object, example_value: object, old_example_value: object = None, peek: bool = False
) -> object:
    given: tuple[_Gate, Callable[[object, object, object, bool], _Found | None]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    gate, function = given
    hub = gate.watcher
    asked = hub is not None and old_example_value is not None and not peek
    ticket = hub.trust_begins(shape_env, old_example_value) if hub is not None and asked else None
    found = function(shape_env, example_value, old_example_value, peek)
    if hub is not None and ticket is not None:
        hub.trust_ends(ticket, found)
    return found


def _run_node(self: LiveInterpreter, n: LiveNode) -> object:
    given: tuple[_Gate, Callable[[LiveInterpreter, LiveNode], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    gate, function = given
    hub = gate.watcher
    node = None if hub is None else hub.node_begins(self, n)
    if hub is None or node is None:
        return function(self, n)
    try:
        answer = function(self, n)
    except BaseException as error:
        hub.node_ends(node, error, None)
        raise
    hub.node_ends(node, None, answer)
    return answer


def _run_operator(self: LiveInterpreter, n: LiveNode) -> object:
    given: tuple[_Gate, Callable[[LiveInterpreter, LiveNode], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    gate, function = given
    answer = function(self, n)
    hub = gate.watcher
    if hub is not None:
        hub.node_ran(self, n, answer)
    return answer


def _run(self: LiveInterpreter, *args: object, initial_env: Given = None, enable_io_processing: bool = True) -> object:
    given: tuple[_Gate, _Run] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    gate, function = given
    hub = gate.watcher
    ticket = None if hub is None else hub.run_begins(self, args, initial_env)
    if hub is None or ticket is None:
        return function(self, *args, initial_env=initial_env, enable_io_processing=enable_io_processing)
    try:
        answer = function(self, *args, initial_env=initial_env, enable_io_processing=enable_io_processing)
    except BaseException as error:
        hub.run_ends(ticket, error)
        raise
    hub.run_ends(ticket, None)
    return answer


_INTERPRETER: Final = "torch.fx.interpreter"

PATCHES: Final = (
    Patch(_SHAPES, "rebind_unbacked", _rebind_unbacked),
    Patch(_SHAPES, "compute_unbacked_bindings", _compute_unbacked_bindings),
    *(Patch(module, f"{name}.run_node", _run_node) for module, name in PROPAGATING),
    Patch(_INTERPRETER, "Interpreter.run", _run),
    Patch(_INTERPRETER, "Interpreter.run_node", _run_operator),
)
"""What to replace so that a `Watcher` is told of each rebinding, each node and each trusted memo."""
