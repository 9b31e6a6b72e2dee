"""Implementations of rebinding and propagation with a fault each, as a project might have written them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from refimpl import ExportedProgram
from refimpl.laws import Json
from refimpl.symbolic_shapes import Constraints, Delta, Outcome, Rebound, rebind
from refimpl.terms import Dim, Scalar, Symbol
from refimpl.testing import Reference

__all__ = ["DropsBindings", "DropsConditions", "ForgetsConstants", "ForgetsRequirements"]


class ForgetsConstants:
    """Renames fresh symbols, but takes a constant at the path for nothing to do."""

    def rebind(self, view: Constraints, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...]) -> Outcome:
        """The shipped step, constants aside."""
        return Rebound(Delta(), value) if isinstance(value, int) else rebind(view, symbol, value, divisors)


class DropsConditions:
    """Renames, but leaves the conditions of the renamed symbol behind."""

    def rebind(self, view: Constraints, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...]) -> Outcome:
        """The shipped step without what it adds."""
        outcome = rebind(view, symbol, value, divisors)
        return replace(outcome, delta=replace(outcome.delta, added=())) if isinstance(outcome, Rebound) else outcome


class ForgetsRequirements:
    """Propagates, but never reports what an assert asks."""

    def propagate(self, program: ExportedProgram) -> Mapping[str, Json]:
        """The reference's report without requirements."""
        return {**Reference().propagate(program), "requirements": []}


class DropsBindings:
    """Propagates, but reports no binding."""

    def propagate(self, program: ExportedProgram) -> Mapping[str, Json]:
        """The reference's report without bindings."""
        return {**Reference().propagate(program), "bindings": []}
