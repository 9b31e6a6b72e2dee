"""The functions and methods of PyTorch that an audit stands in front of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias, final

from refimpl.torch._patches import Patch
from refimpl.torch._records import LiveNode

__all__ = ["PROPAGATING", "Given", "LiveInterpreter", "Session", "Watcher", "PATCHES"]

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


@final
class Session:
    """The watcher of one time that PyTorch is patched; wrappers that a program kept see nothing afterwards."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher: Watcher | None = watcher

    def close(self) -> None:
        """Tell nobody any more."""
        self._watcher = None

    def step_begins(self, env: object, node: LiveNode, result: object, /) -> object | None:
        """As `Watcher`."""
        return None if self._watcher is None else self._watcher.step_begins(env, node, result)

    def step_ends(self, ticket: object, error: BaseException | None, /) -> None:
        """As `Watcher`."""
        if self._watcher is not None:
            self._watcher.step_ends(ticket, error)

    def node_begins(self, interpreter: LiveInterpreter, node: LiveNode, /) -> object | None:
        """As `Watcher`."""
        return None if self._watcher is None else self._watcher.node_begins(interpreter, node)

    def node_ends(self, ticket: object, error: BaseException | None, result: object, /) -> None:
        """As `Watcher`."""
        if self._watcher is not None:
            self._watcher.node_ends(ticket, error, result)

    def run_begins(self, interpreter: LiveInterpreter, inputs: tuple[object, ...], given: Given, /) -> object | None:
        """As `Watcher`."""
        return None if self._watcher is None else self._watcher.run_begins(interpreter, inputs, given)

    def run_ends(self, ticket: object, error: BaseException | None, /) -> None:
        """As `Watcher`."""
        if self._watcher is not None:
            self._watcher.run_ends(ticket, error)

    def node_ran(self, interpreter: LiveInterpreter, node: LiveNode, result: object, /) -> None:
        """As `Watcher`."""
        if self._watcher is not None:
            self._watcher.node_ran(interpreter, node, result)

    def trust_begins(self, env: object, recorded: object, /) -> object | None:
        """As `Watcher`."""
        return None if self._watcher is None else self._watcher.trust_begins(env, recorded)

    def trust_ends(self, ticket: object, found: _Found | None, /) -> None:
        """As `Watcher`."""
        if self._watcher is not None:
            self._watcher.trust_ends(ticket, found)


class _Run(Protocol):
    def __call__(
        self, interpreter: LiveInterpreter, /, *args: object, initial_env: Given, enable_io_processing: bool
    ) -> object: ...


# What runs in the place of PyTorch's functions, with their parameters and without a name from outside: ``...`` is
# replaced by the watcher and the original (`_disguise`), which no type can say.


def _rebind_unbacked(shape_env: object, n: LiveNode, result: object) -> object:
    given: tuple[Watcher, Callable[[object, LiveNode, object], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    hub, function = given
    step = hub.step_begins(shape_env, n, result)
    if step is None:
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
    given: tuple[Watcher, Callable[[object, object, object, bool], _Found | None]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    hub, function = given
    ticket = None if old_example_value is None or peek else hub.trust_begins(shape_env, old_example_value)
    found = function(shape_env, example_value, old_example_value, peek)
    if ticket is not None:
        hub.trust_ends(ticket, found)
    return found


def _run_node(self: LiveInterpreter, n: LiveNode) -> object:
    given: tuple[Watcher, Callable[[LiveInterpreter, LiveNode], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    hub, function = given
    node = hub.node_begins(self, n)
    if node is None:
        return function(self, n)
    try:
        answer = function(self, n)
    except BaseException as error:
        hub.node_ends(node, error, None)
        raise
    hub.node_ends(node, None, answer)
    return answer


def _run_operator(self: LiveInterpreter, n: LiveNode) -> object:
    given: tuple[Watcher, Callable[[LiveInterpreter, LiveNode], object]] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    hub, function = given
    answer = function(self, n)
    hub.node_ran(self, n, answer)
    return answer


def _run(self: LiveInterpreter, *args: object, initial_env: Given = None, enable_io_processing: bool = True) -> object:
    given: tuple[Watcher, _Run] = ...  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # see above
    hub, function = given
    ticket = hub.run_begins(self, args, initial_env)
    if ticket is None:
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
