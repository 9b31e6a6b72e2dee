"""DOM: every recorded symbol is bound where its operator allocates, before it is used."""

from __future__ import annotations

from typing import Final

from refimpl.laws.law import Claims, Finding, Law
from refimpl.laws.observation import Observation
from refimpl.terms import to_text

__all__ = ["DOM"]


def _claims(seen: Observation) -> Claims:
    findings: list[Finding] = []
    nodes = {node.path: node for node in seen.nodes}
    bound = set(seen.contract.bound)
    for binding in seen.bindings:
        bound.add(binding.symbol)
        node = nodes.get(binding.node)
        if binding.fresh is None and node is not None and not (node.may_allocate or node.assumed):
            name = binding.symbol.name
            message = (
                f"{name} is bound at {node.operator}, which allocates nothing; replace it by {to_text(binding.term)}"
            )
            findings.append(Finding("DOM", binding.node, "refuted", message))
    for symbol, first in sorted(seen.recorded_symbols.items(), key=lambda item: item[0].name):
        if symbol not in bound:
            node = nodes.get(first)
            operator = "" if node is None else f" of {node.operator}"
            message = (
                f"{symbol.name} stands first in the value{operator}, where nothing allocates it; bind it or replace it"
            )
            findings.append(Finding("DOM", first, "refuted", message))
    return Claims((), tuple(findings), len(seen.recorded_symbols) - len(findings))


DOM: Final = Law(
    "DOM",
    "Placeholders bind the symbols of their values; every other symbol is bound at a site that may allocate it, before "
    "its first use.",
    _claims,
)
