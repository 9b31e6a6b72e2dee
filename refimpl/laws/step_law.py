"""What a law of an implementation is: a name, one sentence, and obligations about an observed step or run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, final

from refimpl.laws.step import RunRecord, Step
from refimpl.solver import Model
from refimpl.terms import Cond

__all__ = ["NOTHING", "ObservedLaw", "StepClaim", "StepClaims", "StepFinding", "StepLawName"]

StepLawName: TypeAlias = Literal[
    "EXACT", "FRAME", "ROOT", "SORT", "ATOM", "STEADY", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT"
]


@final
@dataclass(frozen=True, slots=True)
class StepClaim:
    """An obligation: the hypotheses imply the goal, at every valuation of the integers.

    ``about`` says what is wrong if they do not, ``fix`` what would mend it. ``broken`` is the outcome of a refutation:
    ``undecided`` where an implementation may refuse. ``discarded``: the equation of a value that took the place of the
    old symbol although no fresh symbol stands there; an implementation may leave it unsaid if LINK holds.
    """

    law: StepLawName
    node: str
    hypotheses: tuple[Cond, ...]
    goal: Cond
    about: str
    fix: str
    broken: Literal["refuted", "undecided"] = "refuted"
    discarded: bool = False


@final
@dataclass(frozen=True, slots=True)
class StepFinding:
    """A law that an observed step or run breaks, or of which it is not known whether it does.

    ``witness`` are numbers at which the hypotheses hold and the claim does not, each condition evaluated in Python;
    None where none are needed. ``fix`` is what would mend it. ``stack`` is where the step was seen.
    """

    law: StepLawName
    outcome: Literal["refuted", "undecided"]
    node: str
    message: str
    witness: Model | None = None
    fix: str = ""
    stack: str = ""


@final
@dataclass(frozen=True, slots=True)
class StepClaims:
    """The obligations of one law: those for a solver, and what needs none."""

    open: tuple[StepClaim, ...] = ()
    findings: tuple[StepFinding, ...] = ()


NOTHING: Final = StepClaims()


def _no_step(_: Step) -> StepClaims:
    return NOTHING


def _no_run(_: RunRecord) -> StepClaims:
    return NOTHING


@final
@dataclass(frozen=True, slots=True)
class ObservedLaw:
    """A law of an implementation: ``of_step`` and ``of_run`` turn what was observed into obligations.

    ``of_run`` asks what no single step shows; each step of a run is asked on its own.
    """

    name: StepLawName
    statement: str
    of_step: Callable[[Step], StepClaims] = field(default=_no_step)
    of_run: Callable[[RunRecord], StepClaims] = field(default=_no_run)
