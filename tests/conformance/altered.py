"""Wrong implementations for tests of the command line: the reference, except for what rebinding leaves."""

from __future__ import annotations

from abc import ABC, abstractmethod

from refimpl.conformance import Declined, Raised, RebindingInput, RebindingResult, Reference, Returned
from refimpl.symbolic_shapes.state import ShapeEnvState

__all__ = ["Altered"]


class Altered(ABC):
    """The reference with another environment after each rebinding."""

    name = "altered"
    version = "1"

    def __init__(self) -> None:
        reference = Reference()
        self.features = reference.features
        self.interpreter = reference.interpreter
        self.bindings = reference.bindings
        self.environment = reference.environment
        self.propagation = reference.propagation
        self._rebinding = reference.rebinding

    @abstractmethod
    def after(self, environment: ShapeEnvState) -> ShapeEnvState:
        """What it leaves where the reference leaves that environment."""

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """The reference's step, with the other environment."""
        outcome = self._rebinding(given)
        if isinstance(outcome, Returned):
            return Returned(RebindingResult(self.after(outcome.result.environment)))
        return outcome
