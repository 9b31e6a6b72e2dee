"""What the laws ask of an implementation, as small protocols, and the reference itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, final

from refimpl.export import ExportedProgram
from refimpl.laws import Json, propagation_report
from refimpl.symbolic_shapes import EXACT, Constraints, Outcome, Profile, rebind
from refimpl.terms import Dim, Scalar, Symbol

__all__ = ["Propagating", "Rebinding", "Reference"]


class Rebinding(Protocol):
    """An implementation of the rebinding step."""

    def rebind(self, view: Constraints, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...]) -> Outcome:
        """What is to change so that ``symbol`` equals ``value`` divided by ``divisors`` in turn; ``view`` stays."""
        ...


class Propagating(Protocol):
    """An implementation of the propagation of a program."""

    def propagate(self, program: ExportedProgram) -> Mapping[str, Json]:
        """One entry of ``programs`` in ``refimpl.propagation/1``: what ``refimpl propagate`` prints."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Reference:
    """The project's own implementation under a profile: under ``EXACT`` it obeys every law."""

    profile: Profile = EXACT

    def rebind(self, view: Constraints, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...]) -> Outcome:
        """The shipped step."""
        return rebind(view, symbol, value, divisors, self.profile)

    def propagate(self, program: ExportedProgram) -> Mapping[str, Json]:
        """The shipped blind run."""
        return propagation_report(program, profile=self.profile.name)
