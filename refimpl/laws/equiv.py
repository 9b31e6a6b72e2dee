"""EQUIV: what the recorded program asserts and what its re-propagation requires are equivalent."""

from __future__ import annotations

from typing import Final

from refimpl.laws.law import Claim, Claims, Direction, Finding, Given, Law
from refimpl.laws.observation import Observation, Stated
from refimpl.terms import Cond, free_of, to_text

__all__ = ["EQUIV"]

_LOST: Final = "restore the assert that implies it, or record the wider range"
_INVENTED: Final = "record an assert for it, or do not require it"


def _claims(seen: Observation) -> Claims:
    after = {(s.condition, s.predicates) for s in seen.after}
    before = {(s.condition, s.predicates) for s in seen.before}
    lost = _direction(seen.before, after, "after", "weakened")
    invented = _direction(seen.after, before, "before", "strengthened")
    undetermined = {fresh.symbol: fresh for fresh in seen.unbound}
    kept: list[Claim] = []
    findings: list[Finding] = []
    for claim in invented.open:
        free = [symbol for symbol in undetermined if symbol in free_of(claim.goal)]
        if free:
            message = f"{to_text(claim.goal)} is required of {free[0].name}, which no node binds"
            findings.append(Finding("EQUIV", claim.node, "undecided", message))
        else:
            kept.append(claim)
    return Claims((*lost.open, *kept), tuple(findings), lost.settled + invented.settled)


def _direction(
    stated: tuple[Stated, ...], other: set[tuple[Cond, tuple[Cond, ...]]], given: Given, direction: Direction
) -> Claims:
    """Everything stated on one side that the other side does not state in the same words."""
    open_claims: list[Claim] = []
    asked: set[tuple[Cond, tuple[Cond, ...]]] = set()
    settled = 0
    for statement in stated:
        key = (statement.condition, statement.predicates)
        if key in other or key in asked:
            settled += 1
            continue
        asked.add(key)
        open_claims.append(_claim(statement, given, direction))
    return Claims(tuple(open_claims), (), settled)


def _claim(statement: Stated, given: Given, direction: Direction) -> Claim:
    if direction == "weakened":
        source = {"range": "the recorded range", "assert": "the recorded assert"}.get(
            statement.source, "the requirement"
        )
        about, sides, fix = f"{source} is not implied after propagation", ("before", "after"), _LOST
    else:
        about, sides, fix = "a requirement is not implied by what was recorded", ("after", "before"), _INVENTED
    text = f"{sides[0]} requires {to_text(statement.condition)}"
    if statement.message:
        text += f" ({statement.message})"
    return Claim(
        "EQUIV",
        statement.node,
        statement.condition,
        given,
        about,
        (text, f"{sides[1]} allows its negation"),
        fix,
        statement.predicates,
        direction=direction,
        until=statement.order if direction == "strengthened" else None,
    )


EQUIV: Final = Law(
    "EQUIV",
    "Under the caller's contract, machine integers and the facts, the constraints before and after are equivalent.",
    _claims,
)
