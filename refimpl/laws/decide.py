"""From obligations to verdicts: normal form and interval facts first, the rest in one batch to the solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from refimpl.laws.law import Claim
from refimpl.laws.theory import Theory
from refimpl.solver import Obligation, Proved, Refuted, Solver, Undecided, Verdict, completed, holds

__all__ = ["Decided", "decide"]


@final
@dataclass(frozen=True, slots=True)
class Decided:
    """A claim, the verdict on it, and the obligation that a solver was given (None if none was)."""

    claim: Claim
    verdict: Verdict
    obligation: Obligation | None = None


def decide(theory: Theory, claims: Sequence[Claim], solver: Solver, *, reprove: bool = False) -> list[Decided]:
    """The verdict on each claim, in order; with ``reprove`` everything goes to the solver."""
    decided: dict[int, Decided] = {}
    pending: list[tuple[int, Claim, Obligation]] = []
    for index, claim in enumerate(claims):
        if not reprove and theory.settles(claim):
            decided[index] = Decided(claim, Proved("normal-form"))
        else:
            pending.append((index, claim, theory.obligation(claim)))
    verdicts = solver.decide([obligation for _, _, obligation in pending]) if pending else ()
    again: list[tuple[int, Claim, Obligation]] = []
    for (index, claim, obligation), verdict in zip(pending, verdicts, strict=True):
        decided[index] = Decided(claim, verdict, obligation)
        if _breaks_machine_integers(theory, verdict):
            again.append((index, claim, theory.obligation(claim, extra=theory.extra)))
    repeated = solver.decide([obligation for _, _, obligation in again]) if again else ()
    for (index, claim, obligation), verdict in zip(again, repeated, strict=True):
        decided[index] = Decided(claim, verdict, obligation)
    return [decided[index] for index in range(len(claims))]


def _breaks_machine_integers(theory: Theory, verdict: Verdict) -> bool:
    """Whether a refutation, or its absence, may change when the bounds of products are assumed too."""
    match verdict:
        case Refuted(model):
            return any(not holds(c, completed(model, (c,))) for c in theory.extra)
        case Proved() | Undecided():
            return False
