"""A wrong implementation that only a law notices: it puts what the program requires on the range of an input."""

from __future__ import annotations

from dataclasses import replace

from refimpl.conformance import Declined, Raised, RebindingInput, RebindingResult, Reference, Returned
from refimpl.terms import Sort, ValueRange, symbol_atom

__all__ = ["Narrowing"]

_SIZE = symbol_atom("s0", Sort.INT)


class Narrowing:
    """The reference, except that a rebinding bounds ``s0``."""

    name = "narrowing"
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
        """The step, and the bound of the old symbol on the input."""
        outcome = self._reference.rebinding(given)
        if isinstance(outcome, Returned):
            after = outcome.result.environment
            return Returned(RebindingResult(replace(after, ranges={**after.ranges, _SIZE: ValueRange(2, 10)})))
        return outcome
