"""EQUIV: what the recorded program asserts and what its re-propagation requires are equivalent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from refimpl.laws.elimination import equation
from refimpl.laws.fresh import recorded_scalar
from refimpl.laws.law import Claim, Claims, Direction, Given, Law
from refimpl.laws.observation import Observation, Source, Stated
from refimpl.terms import BoolSymbol, Cond, Scalar, Symbol, free_of, substitute_cond, to_text

__all__ = ["EQUIV"]

_LOST: Final = "restore the assert that implies it, or record the wider range"
_INVENTED: Final = "record an assert for it, or do not require it"
_FAILS: Final = "call it with arguments that it takes"
_SOURCES: Final[Mapping[Source, str]] = {
    "range": "as a range",
    "assert": "by an assert",
    "operator": "enforced by the operator",
    "deferred": "deferred",
    "fact": "as a fact",
    "double": "as one value",
}


def _claims(seen: Observation) -> Claims:
    after = frozenset((s.condition, s.predicates) for s in seen.after)
    before = frozenset((s.condition, s.predicates) for s in seen.before)
    if seen.reprove and not seen.unbound:
        after = before = frozenset[tuple[Cond, tuple[Cond, ...]]]()
    lost = _direction(seen.before, after, "after", "weakened")
    invented = _direction(seen.after, before, "before", "strengthened")
    chosen: dict[Symbol | BoolSymbol, Scalar] = {
        fresh.symbol: value
        for fresh in seen.unbound
        # What is recorded with another sort is no value of it (law FRESH).
        if (value := recorded_scalar(fresh)) is not None and equation(fresh.symbol, value) is not False
    }
    kept = tuple(_existential(claim, chosen) for claim in invented.open) if seen.unbound else invented.open
    return Claims((*lost.open, *kept), (), lost.settled + invented.settled)


def _existential(claim: Claim, chosen: Mapping[Symbol | BoolSymbol, Scalar]) -> Claim:
    """A speaks existentially of unbound fresh symbols: the recorded value is tried."""
    if free_of(claim.goal).isdisjoint(chosen):
        return claim
    return replace(claim, goal=substitute_cond(claim.goal, chosen), existential=True)


def _direction(
    stated: tuple[Stated, ...], other: frozenset[tuple[Cond, tuple[Cond, ...]]], given: Given, direction: Direction
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
    text = to_text(statement.condition)
    message = f" ({statement.message})" if statement.message else ""
    fix = _LOST if direction == "weakened" else _INVENTED
    if direction == "weakened":
        about = f"{text} is recorded ({_SOURCES[statement.source]}), but nothing implies it after propagation"
    elif statement.condition is False:
        about, fix = f"the operator raises on every input{message}, but inputs are recorded to be accepted", _FAILS
    else:
        about = f"{text} is required after propagation{message}, but nothing recorded implies it"
    return Claim(
        "EQUIV",
        statement.node,
        statement.condition,
        given,
        about,
        None,
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
