"""LINK: whatever was recorded about a symbol holds of the value that its binding finds."""

from __future__ import annotations

from typing import Final

from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.observation import Observation, Stated, Under
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.terms import Cond, Symbol, free_of, to_text

__all__ = ["LINK"]

_FIX: Final = "bind it where such a value is allocated, or restore the assert that implies the condition"


def _claims(seen: Observation) -> Claims:
    # What is bound where nothing allocates is bound by nobody: that is for DOM to say.
    sites = {node.path for node in seen.nodes if node.may_allocate or node.assumed or node.failure is not None}
    bindings = [binding for binding in seen.bindings if binding.node in sites]
    about: dict[Symbol, list[Stated]] = {binding.symbol: [] for binding in bindings}
    for statement in seen.before:
        for symbol in free_of(statement.condition):
            if isinstance(symbol, Symbol) and symbol in about:
                about[symbol].append(statement)
    after = set[tuple[Cond, Under]]() if seen.reprove else {(s.condition, s.predicates) for s in seen.after}
    open_claims: list[Claim] = []
    settled = 0
    asked: set[tuple[Symbol, Cond, Under]] = set()
    for binding in bindings:
        for statement in about[binding.symbol]:
            # A requirement that the run states in the same words needs the binding only if that changed the words.
            if binding.fresh is not None and (statement.condition, statement.predicates) in after:
                settled += 1
                continue
            where = f"{binding.node}{keystr(binding.path)}"
            if (binding.symbol, statement.condition, statement.predicates) in asked:
                settled += 1
                continue
            asked.add((binding.symbol, statement.condition, statement.predicates))
            name, found = binding.symbol.name, to_text(binding.term)
            value = "the value" if found == name else f"{name} = {found}"
            text = f"{to_text(statement.condition)} is recorded, but does not follow for {value} at {where}"
            open_claims.append(
                Claim("LINK", binding.node, statement.condition, "after", text, None, _FIX, statement.predicates)
            )
    failed = [
        Finding("LINK", node.path, "refuted", node.failure.message)
        for node in seen.nodes
        if node.failure is not None and node.failure.kind == "inconsistent"
    ]
    return Claims(tuple(open_claims), tuple(failed), settled)


LINK: Final = Law(
    "LINK",
    "Every recorded condition on a symbol follows for the value that stands at its path, without its own definition.",
    _claims,
)
