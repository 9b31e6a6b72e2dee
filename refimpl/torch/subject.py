"""PyTorch 2.13 as an implementation that the oracle asks: its own functions on each case, one live environment each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, assert_never, cast, final

from refimpl.conformance.case import (
    CHAPTERS,
    FEATURES,
    Bindings,
    Chapter,
    ComputeBindings,
    EnvironmentInput,
    Feature,
    FollowPath,
    InterpreterInput,
    PropagationInput,
    RebindingInput,
    ResolveBindings,
)
from refimpl.conformance.implementation import BindingsInput
from refimpl.conformance.outcome import (
    BindingsResult,
    Declined,
    EnvironmentResult,
    InterpreterResult,
    PathResult,
    PropagationResult,
    Raised,
    RebindingResult,
    Returned,
)
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.torch._calls import SHAPES, function
from refimpl.torch._case_graphs import torch_bindings
from refimpl.torch._case_runs import interpret, propagate
from refimpl.torch._case_scripts import answers, rebind
from refimpl.torch._case_state import answered_state
from refimpl.torch._case_values import TorchValues, structure_of
from refimpl.torch._imports import attribute
from refimpl.torch._rejections import rejection_of
from refimpl.torch.expressions import Unreadable
from refimpl.torch.key_paths import from_torch_bindings, to_torch_path
from refimpl.torch.live_env import LiveEnvironment, live_environment

__all__ = ["TorchImplementation"]

_ResultT = TypeVar("_ResultT")


@final
class TorchImplementation:
    """The installed PyTorch. What a case holds and PyTorch cannot is declined, never approximated."""

    @property
    def name(self) -> str:
        """``torch``."""
        return "torch"

    @property
    def version(self) -> str:
        """The version of PyTorch that is installed."""
        return str(attribute("torch", "__version__"))

    @property
    def features(self) -> frozenset[Chapter | Feature]:
        """All of them."""
        return frozenset((*CHAPTERS, *FEATURES))

    def interpreter(self, given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
        """Run a graph on plain values with ``torch.fx.Interpreter``."""
        return interpret(given)

    def bindings(self, given: BindingsInput) -> Returned[BindingsResult] | Returned[PathResult] | Raised | Declined:
        """Compute or resolve bindings, or follow a path."""
        return _on(given.environment, "bindings", lambda live, mode: _bindings(live, mode, given))

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """``rebind_unbacked`` of one node."""

        def step(live: LiveEnvironment, mode: object) -> Returned[RebindingResult]:
            value = TorchValues(live, mode).make(given.value)
            rebind(live, given.node, given.op, given.bindings, value)
            return Returned(RebindingResult(answered_state(live.env)))

        return _on(given.environment, "rebinding", step)

    def environment(self, given: EnvironmentInput) -> Returned[EnvironmentResult] | Raised | Declined:
        """Carry out a script."""

        def script(live: LiveEnvironment, mode: object) -> Returned[EnvironmentResult]:
            found = tuple(answers(live, mode, given.steps))
            return Returned(EnvironmentResult(found, answered_state(live.env)))

        return _on(given.environment, "environment", script)

    def propagation(self, given: PropagationInput) -> Returned[PropagationResult] | Raised | Declined:
        """Re-propagate a recorded graph with ``PropagateUnbackedSymInts``."""
        return _on(given.environment, "propagation", lambda live, mode: propagate(given, live, mode))


def _on(
    state: ShapeEnvState, chapter: Chapter, ask: Callable[[LiveEnvironment, object], _ResultT]
) -> _ResultT | Raised | Declined:
    """What is asked of a live environment in this state, with a fake mode of it."""
    try:
        live = live_environment(state)
        mode = function("torch._subclasses.fake_tensor", "FakeTensorMode")(shape_env=live.env)
        try:
            return ask(live, mode)
        except Unreadable:
            raise
        except Exception as error:
            rejection = rejection_of(error)
            if rejection is None:
                raise
            return Raised(rejection, answered_state(live.env))
    except Unreadable as error:
        return Declined(chapter, str(error))


def _bindings(
    live: LiveEnvironment, mode: object, given: BindingsInput
) -> Returned[BindingsResult] | Returned[PathResult]:
    match given:
        case ComputeBindings(_, value, old_value, peek):
            values = TorchValues(live, mode)
            made = values.make(value)
            old = None if old_value is None else values.make(old_value)
            found = function(SHAPES, "compute_unbacked_bindings")(live.env, made, old, peek)
            return Returned(BindingsResult(_read(found), answered_state(live.env)))
        case ResolveBindings(_, bindings):
            recorded = None if bindings is None else torch_bindings(bindings, live)
            return Returned(BindingsResult(_read(function(SHAPES, "resolve_unbacked_bindings")(live.env, recorded))))
        case FollowPath(_, value, path):
            made, keys = TorchValues(live, mode).make(value), to_torch_path(path, live.integer)
            stands = function("torch.utils._pytree", "key_get")(made, keys)
            return Returned(PathResult(structure_of(stands), str(function("torch.utils._pytree", "keystr")(keys))))
        case _:
            assert_never(given)


def _read(bindings: object) -> Bindings | None:
    if bindings is None:
        return None
    table = cast("dict[object, tuple[object, ...]]", bindings)  # PyTorch is not there when types are checked
    return tuple(from_torch_bindings(table).items())
