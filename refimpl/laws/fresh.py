"""FRESH: every symbol that an operator allocates is bound, or determined."""

from __future__ import annotations

from typing import Final

from refimpl.laws.elimination import equation
from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.observation import FreshSymbol, Observation
from refimpl.laws.scalars import is_scalar
from refimpl.terms import Scalar, Sort, of_atom

__all__ = ["FRESH", "recorded_scalar"]

_FIX: Final = "record a symbol of its own there"


def recorded_scalar(fresh: FreshSymbol) -> Scalar | None:
    """What was recorded where the fresh symbol stands, if that is a scalar."""
    held: object = fresh.recorded
    return held if is_scalar(held) else None


def _claims(seen: Observation) -> Claims:
    open_claims: list[Claim] = []
    findings: list[Finding] = []
    settled = len(seen.bindings) + len(seen.determined)
    names = {symbol.name for symbol in seen.recorded_symbols}
    for node in seen.nodes:
        for symbol in node.allocated:
            if symbol.name in names:
                message = f"the fresh name {symbol.name} is one that the program already uses"
                findings.append(Finding("FRESH", node.path, "refuted", message))
    for fresh in seen.unbound:
        recorded = recorded_scalar(fresh)
        if recorded is None:
            # It stands in no result: nothing can rest on it.
            settled += 1
            continue
        about = f"{fresh.node}{fresh.at} is allocated there, but no node binds it"
        value: Scalar = of_atom(fresh.symbol) if fresh.symbol.sort is Sort.INT else fresh.symbol
        goal = equation(fresh.symbol, recorded)
        open_claims.append(Claim("FRESH", fresh.node, goal, "after", about, (value, recorded), _FIX, fresh.predicates))
    return Claims(tuple(open_claims), tuple(findings), settled)


FRESH: Final = Law(
    "FRESH",
    "At the end of its graph each fresh symbol is bound or equals what was recorded at its path, and no fresh name "
    "clashes with a known one.",
    _claims,
)
