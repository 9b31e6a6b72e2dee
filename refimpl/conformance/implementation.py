"""What a Python implementation offers to be judged: one method a chapter, held by a type checker."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from refimpl.conformance.case import (
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

__all__ = ["BindingsInput", "Implementation"]

BindingsInput: TypeAlias = ComputeBindings | ResolveBindings | FollowPath


class Implementation(Protocol):
    """An implementation of PyTorch's symbolic re-propagation, or of a part of it.

    A specified rejection is returned as :class:`Raised`, a case that is out of its reach as :class:`Declined`; an
    exception is its own crash. Nothing of a case outlives it.
    """

    @property
    def name(self) -> str:
        """What it is called in reports."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def features(self) -> frozenset[Chapter | Feature]:
        """The chapters and features that it has; cases that need others are not asked of it."""
        ...

    def interpreter(self, given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
        """Run a graph on plain values."""
        ...

    def bindings(self, given: BindingsInput) -> Returned[BindingsResult] | Returned[PathResult] | Raised | Declined:
        """Compute or resolve bindings, or follow a path."""
        ...

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """Rebind what one node's bindings name."""
        ...

    def environment(self, given: EnvironmentInput) -> Returned[EnvironmentResult] | Raised | Declined:
        """Carry out a script on an environment."""
        ...

    def propagation(self, given: PropagationInput) -> Returned[PropagationResult] | Raised | Declined:
        """Re-propagate a recorded graph."""
        ...
