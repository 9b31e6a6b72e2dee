"""A wrong implementation for tests of the command line: it forgets every bound when it rebinds."""

from __future__ import annotations

from dataclasses import replace

from refimpl.symbolic_shapes.state import ShapeEnvState
from tests.conformance.altered import Altered

__all__ = ["Unsound"]


class Unsound(Altered):
    """Rebinding loses what was known."""

    name = "unsound"

    def after(self, environment: ShapeEnvState) -> ShapeEnvState:
        """Nothing is known."""
        return replace(environment, known=(), ranges={})
