"""EMIT: what was recorded follows from the requirements that generated code can still ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.laws.concrete import Silenced
from refimpl.laws.law import Claim, Claims, Law
from refimpl.laws.observation import Observation, Stated
from refimpl.terms import free_of, to_text

__all__ = ["EMIT", "silenced"]

_FIX: Final = "record the assert of symbols that live values before it give"


def silenced(seen: Observation) -> Silenced:
    """The asserts that ask nothing, and the nodes at which only what the kernel enforces is left."""
    lost = [stated for stated in seen.after if not stated.emitted]
    return Silenced(
        frozenset(stated.node for stated in lost if stated.source == "assert"),
        frozenset(stated.node for stated in lost if stated.source == "deferred"),
    )


def _claims(seen: Observation) -> Claims:
    lost = [stated for stated in seen.after if not stated.emitted and stated.condition is not True]
    if not lost and not seen.reprove:
        return Claims(settled=len(seen.before))
    emitted = {(stated.condition, stated.predicates) for stated in seen.after if stated.emitted}
    open_claims: dict[tuple[object, object], Claim] = {}
    settled = 0
    for stated in seen.before:
        key = (stated.condition, stated.predicates)
        if (key in emitted and not seen.reprove) or key in open_claims:
            settled += 1
            continue
        about = f"{to_text(stated.condition)} is recorded, but no requirement that is emitted implies it"
        if lost:
            why = _reason(stated, lost)
            about = f"{about}: {to_text(why.condition)} at {why.node} is lost, since {why.lost}"
        open_claims[key] = Claim("EMIT", stated.node, stated.condition, "emitted", about, None, _FIX, stated.predicates)
    return Claims(tuple(open_claims.values()), (), settled)


def _reason(stated: Stated, lost: Sequence[Stated]) -> Stated:
    """The lost requirement that comes first to mind: the first that shares a symbol with the condition."""
    symbols = free_of(stated.condition)
    return next((other for other in lost if not symbols.isdisjoint(free_of(other.condition))), lost[0])


EMIT: Final = Law(
    "EMIT",
    "What was recorded follows from the requirements that an operator enforces by itself, or whose symbols live values "
    "give at a point that dominates the assert.",
    _claims,
)
