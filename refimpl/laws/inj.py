"""INJ: two allocating sites share a name only if their values are equal."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from refimpl.laws.elimination import equation
from refimpl.laws.fresh import recorded_scalar
from refimpl.laws.law import Claim, Claims, Law
from refimpl.laws.observation import Observation
from refimpl.terms import IntTerm, Scalar, Sort, Symbol, of_atom, to_text

__all__ = ["INJ"]

_FIX: Final = "give each site a name of its own, or assert that the values are equal"


def _claims(seen: Observation) -> Claims:
    sites = {binding.symbol: binding.node for binding in seen.bindings if binding.fresh is not None}
    open_claims: list[Claim] = []
    for fresh in seen.unbound:
        recorded = recorded_scalar(fresh)
        shared = recorded.symbol if isinstance(recorded, IntTerm) else recorded
        if isinstance(shared, Symbol) and shared in sites:
            about = f"{fresh.node}{fresh.at} and {sites[shared]} share the name {shared.name}"
            value: Scalar = of_atom(fresh.symbol) if fresh.symbol.sort is Sort.INT else fresh.symbol
            other: Scalar = of_atom(shared) if shared.sort is Sort.INT else shared
            goal = equation(fresh.symbol, other)
            open_claims.append(Claim("INJ", fresh.node, goal, "after", about, (value, other), _FIX, fresh.predicates))
    for stated in seen.after:
        if stated.source == "double":
            about = f"{stated.message} at {stated.node}, but nothing recorded implies {to_text(stated.condition)}"
            claim = Claim("INJ", stated.node, stated.condition, "before", about, None, _FIX, stated.predicates)
            open_claims.append(replace(claim, until=stated.order))
    return Claims(tuple(open_claims), (), len(sites))


INJ: Final = Law(
    "INJ",
    "Two allocating sites share a name, and one value has two, only where the values are known to be equal.",
    _claims,
)
