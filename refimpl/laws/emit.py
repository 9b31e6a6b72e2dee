"""EMIT: what was recorded follows from the requirements that generated code can still ask."""

from __future__ import annotations

from typing import Final

from refimpl.laws.law import Claim, Claims, Law
from refimpl.laws.observation import Observation
from refimpl.terms import to_text

__all__ = ["EMIT", "silent_nodes"]

_FIX: Final = "record the assert with its symbolic argument"


def silent_nodes(seen: Observation) -> frozenset[str]:
    """The nodes whose requirements are not emitted."""
    return frozenset(stated.node for stated in seen.after if not stated.emitted)


def _claims(seen: Observation) -> Claims:
    lost = [stated for stated in seen.after if not stated.emitted and stated.condition is not True]
    if not lost:
        return Claims(settled=len(seen.before))
    emitted = {(stated.condition, stated.predicates) for stated in seen.after if stated.emitted}
    open_claims: dict[tuple[object, object], Claim] = {}
    settled = 0
    for stated in seen.before:
        key = (stated.condition, stated.predicates)
        if key in emitted or key in open_claims:
            settled += 1
            continue
        about = f"{to_text(stated.condition)} is recorded, but no requirement that is emitted implies it"
        open_claims[key] = Claim("EMIT", stated.node, stated.condition, "emitted", about, None, _FIX, stated.predicates)
    return Claims(tuple(open_claims.values()), (), settled)


EMIT: Final = Law(
    "EMIT",
    "What was recorded follows from the requirements that an operator enforces by itself or that an assert can still "
    "compute.",
    _claims,
)
