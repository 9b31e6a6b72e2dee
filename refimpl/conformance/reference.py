"""This project itself as an implementation: the reference."""

from __future__ import annotations

from importlib.metadata import version
from typing import assert_never, final

from refimpl.conformance.case import (
    CHAPTERS,
    FEATURES,
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
from refimpl.conformance.convert import Values, structure_of
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
from refimpl.conformance.rejections import rejection_of
from refimpl.conformance.runs import interpret, propagate
from refimpl.conformance.scripts import answers, rebind
from refimpl.symbolic_shapes.bindings import compute_unbacked_bindings, resolve_unbacked_bindings
from refimpl.symbolic_shapes.key_path import key_get, keystr
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of, state_of

__all__ = ["Reference"]


@final
class Reference:
    """The reference, under a profile (``exact`` unless told otherwise)."""

    def __init__(self, profile: Profile = EXACT) -> None:
        self._profile = profile

    @property
    def name(self) -> str:
        """``refimpl``, with the profile if it is not ``exact``."""
        return "refimpl" if self._profile is EXACT else f"refimpl ({self._profile.name})"

    @property
    def version(self) -> str:
        """The version of this package."""
        return version("refimpl")

    @property
    def features(self) -> frozenset[Chapter | Feature]:
        """All of them."""
        return frozenset((*CHAPTERS, *FEATURES))

    def interpreter(self, given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
        """Run a graph on plain values with ``refimpl.fx.Interpreter``."""
        return interpret(given)

    def bindings(self, given: BindingsInput) -> Returned[BindingsResult] | Returned[PathResult] | Raised | Declined:
        """Compute or resolve bindings, or follow a path."""
        env = self._environment(given.environment)
        try:
            return _bindings(env, given)
        except Exception as error:
            return _raised(error, env)

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """``rebind_unbacked`` of one node."""
        env = self._environment(given.environment)
        try:
            rebind(env, given.node, given.op, given.bindings, given.value)
        except Exception as error:
            return _raised(error, env)
        return Returned(RebindingResult(state_of(env)))

    def environment(self, given: EnvironmentInput) -> Returned[EnvironmentResult] | Raised | Declined:
        """Carry out a script."""
        env = self._environment(given.environment)
        found = tuple(answers(env, given.steps))
        return Returned(EnvironmentResult(found, state_of(env)))

    def propagation(self, given: PropagationInput) -> Returned[PropagationResult] | Raised | Declined:
        """Re-propagate a recorded graph with ``PropagateUnbackedSymInts``."""
        return propagate(given, self._environment(given.environment))

    def _environment(self, state: ShapeEnvState) -> ShapeEnv:
        return environment_of(state, profile=self._profile)


def _bindings(env: ShapeEnv, given: BindingsInput) -> Returned[BindingsResult] | Returned[PathResult]:
    match given:
        case ComputeBindings(_, value, old_value, peek):
            values = Values(env)
            old = None if old_value is None else values.make(old_value)
            found = compute_unbacked_bindings(env, values.make(value), old, peek)
            return Returned(BindingsResult(None if found is None else tuple(found.items()), state_of(env)))
        case ResolveBindings(_, bindings):
            resolved = resolve_unbacked_bindings(env, None if bindings is None else dict(bindings))
            return Returned(BindingsResult(None if resolved is None else tuple(resolved.items())))
        case FollowPath(_, value, path):
            return Returned(PathResult(structure_of(key_get(Values(env).make(value), path)), keystr(path)))
        case _:
            assert_never(given)


def _raised(error: Exception, env: ShapeEnv) -> Raised:
    """The specified rejection that an error is; raises the error if it is none."""
    rejection = rejection_of(error)
    if rejection is None:
        raise error
    return Raised(rejection, state_of(env))
