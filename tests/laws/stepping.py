"""Observed steps with little in them, and what a law asks of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from refimpl.laws.step import Missing, Place, Raised, RunRecord, Step
from refimpl.laws.step_law import ObservedLaw
from refimpl.symbolic_shapes import KeyPath
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, Scalar, Symbol
from tests.laws.observed import AT, U0, step

__all__ = ["RAISED", "asked", "becomes", "known", "ran"]

RAISED: Final = (
    Raised("inconsistent", "Error", "why"),
    Raised("refused", "Error", "why"),
    Raised("path", "Error", "why"),
    Raised("data-dependent", "Error", "why"),
    Raised("other", "Error", "why"),
)
"""One of each kind."""
_NOTHING: Final = ShapeEnvState()


def known(*conditions: Cond, **changes: object) -> ShapeEnvState:
    """A state that knows the conditions."""
    return replace(ShapeEnvState(known=conditions), **changes)  # type: ignore[arg-type]  # the tests name fields


def becomes(
    value: Scalar | Missing, before: ShapeEnvState, after: ShapeEnvState | None = None, *divisors: int, at: Symbol = U0
) -> Step:
    """A step that rebinds ``u0`` to the value; by default nothing changes."""
    return step(Place(at, AT, value, divisors), before=before, after=before if after is None else after)


def asked(law: ObservedLaw, seen: Step) -> list[tuple[Cond, frozenset[Cond]]]:
    """The goal of each obligation, with its hypotheses; they are those of the law at the step's node."""
    found = law.of_step(seen)
    assert not found.findings
    assert all(claim.law == law.name and claim.node == seen.node and claim.about and claim.fix for claim in found.open)
    assert all(claim.broken == "refuted" and not claim.discarded for claim in found.open)
    return [(claim.goal, frozenset(claim.hypotheses)) for claim in found.open]


def ran(
    *steps: Step,
    recorded: tuple[tuple[str, Symbol, KeyPath], ...] = (),
    before: ShapeEnvState = _NOTHING,
    after: ShapeEnvState = _NOTHING,
    again: ShapeEnvState | None = None,
) -> RunRecord:
    """A run of those steps."""
    return RunRecord(steps, before, after, recorded, again=again)
