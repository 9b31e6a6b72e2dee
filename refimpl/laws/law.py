"""What a law is: a name, one sentence, a function from what was observed to obligations, an explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from refimpl.laws.observation import Observation, Under
from refimpl.laws.report import LawName
from refimpl.solver import Model, completed
from refimpl.terms import Cond, Scalar, Undefined, evaluate, is_condition, to_text

__all__ = ["Claim", "Claims", "Direction", "Finding", "Given", "Law", "explain"]

Given: TypeAlias = Literal["before", "after", "emitted"]
Direction: TypeAlias = Literal["weakened", "strengthened"]


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """An obligation: Γ ∧ W ∧ Φ and B, A or what of A is emitted (``given``) imply ``goal``, where ``predicates`` hold.

    ``existential`` marks a goal in which an unbound fresh symbol was given its recorded value: a proof is one, a
    refutation says nothing of other values. ``layout`` lets it rest on the specializations too; with ``until`` only
    facts logged before that place count, since a fact speaks of runs that reach its node. ``about`` says what differs
    if it fails, ``sides`` are its two sides if it has any, ``fix`` is what would mend it.
    """

    law: LawName
    node: str | None
    goal: Cond
    given: Given
    about: str
    sides: tuple[Scalar, Scalar] | None
    fix: str
    predicates: Under = ()
    layout: bool = False
    direction: Direction | None = None
    until: int | None = None
    existential: bool = False


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs no solver: wrong at every valuation (``refuted``), or outside what is modelled."""

    law: LawName
    node: str | None
    outcome: Literal["refuted", "undecided"]
    message: str
    direction: Direction | None = None


@final
@dataclass(frozen=True, slots=True)
class Claims:
    """The obligations of one law: open ones, findings, and how many were settled by identity of normal forms."""

    open: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    settled: int = 0

    @property
    def total(self) -> int:
        """The number of obligations."""
        return len(self.open) + len(self.findings) + self.settled


@final
@dataclass(frozen=True, slots=True)
class Law:
    """A law: ``claims`` turns what was observed into obligations."""

    name: LawName
    statement: str
    claims: Callable[[Observation], Claims]


def explain(claim: Claim, model: Model | None) -> str:
    """The refutation in words: what differs, both sides with their values at the witness, what would mend it."""
    if claim.sides is None:
        return f"{claim.about}; {claim.fix}"
    left, right = (_side(side, model) for side in claim.sides)
    return f"{claim.about}: {left} against {right}; {claim.fix}"


def _side(side: Scalar, model: Model | None) -> str:
    text = to_text(side)
    if model is None or isinstance(side, (int, float)):
        return text
    try:
        value = evaluate(side, completed(model, () if not is_condition(side) else (side,)))
    except Undefined:
        return f"{text} (undefined)"
    return f"{text} (= {value})"
