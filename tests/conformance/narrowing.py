"""A wrong implementation that only a law notices: it puts what the program requires on the range of an input."""

from __future__ import annotations

from dataclasses import replace

from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Sort, ValueRange, symbol_atom
from tests.conformance.altered import Altered

__all__ = ["Narrowing"]

_SIZE = symbol_atom("s0", Sort.INT)


class Narrowing(Altered):
    """Rebinding bounds ``s0``."""

    name = "narrowing"

    def after(self, environment: ShapeEnvState) -> ShapeEnvState:
        """The bound of the old symbol stands on the input."""
        return replace(environment, ranges={**environment.ranges, _SIZE: ValueRange(2, 10)})
