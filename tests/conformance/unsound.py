"""A wrong implementation for tests of the command line: it forgets every bound when it rebinds."""

from __future__ import annotations

from dataclasses import replace

from refimpl.conformance import Declined, Raised, RebindingInput, RebindingResult, Reference, Returned

__all__ = ["Unsound"]


class Unsound:
    """The reference, except that rebinding loses what was known."""

    name = "unsound"
    version = "1"

    def __init__(self) -> None:
        reference = Reference()
        self.features = reference.features
        self.interpreter = reference.interpreter
        self.bindings = reference.bindings
        self.environment = reference.environment
        self.propagation = reference.propagation
        self._reference = reference

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """The step, without what was known."""
        outcome = self._reference.rebinding(given)
        if isinstance(outcome, Returned):
            return Returned(RebindingResult(replace(outcome.result.environment, known=(), ranges={})))
        return outcome
