"""DOM and FRESH of an observed run: every recorded binding was rebound, every pending symbol was bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.laws.dom import DOM
from refimpl.laws.fresh import FRESH
from refimpl.laws.step import Missing, RunRecord
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import flat, number_at, speaks_of, symbols_of
from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.key_path import KeyPath, keystr
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Scalar,
    Sort,
    Symbol,
    ValueRange,
    eq,
    of_atom,
    substitute_cond,
    symbol_atom,
    to_dim,
)

__all__ = ["DOM_OF_RUN", "FRESH_OF_RUN"]

_SHOWN: Final = 4


def _dom(run: RunRecord) -> StepClaims:
    """A run that raised did not come to its later nodes: nothing is said of it."""
    if run.raised is not None:
        return NOTHING
    findings: list[StepFinding] = []
    for node, symbol, path in _not_rebound(run):
        message = f"{symbol.name} is bound at {node}{keystr(path)}, but no step rebinds it when the graph runs"
        fix = "run the nodes of the sub-graph through the interpreter too" if "/" in node else "rebind it"
        findings.append(StepFinding("DOM", "refuted", node, message, fix=fix))
    return StepClaims(findings=tuple(findings))


def _not_rebound(run: RunRecord) -> list[tuple[str, Symbol, KeyPath]]:
    rebound: set[tuple[str, Symbol]] = set()
    for step in run.steps:
        for place in step.places:
            if step.op != "placeholder" or number_at(place) is term_of(place.symbol):
                rebound.add((step.node, place.symbol))
    return [(node, symbol, path) for node, symbol, path in run.recorded if (node, symbol) not in rebound]


def _fresh(run: RunRecord) -> StepClaims:
    if run.raised is not None:
        return NOTHING
    after = run.after
    bound = _bound(run)
    left = [symbol for symbol in after.pending if symbol not in bound and not _is_number(after.ranges.get(symbol))]
    claims: list[StepClaim] = []
    findings: list[StepFinding] = []
    for symbol in left:
        message = f"{symbol.name} is pending when the graph has run: no node binds it"
        fix = "record a binding at the node that allocates it"
        if is_determined := _determined(after, symbol, left):
            claims.append(StepClaim("FRESH", "the run", *is_determined, message, fix))
        else:
            findings.append(StepFinding("FRESH", "refuted", "the run", message, fix=fix))
    return StepClaims(tuple(claims), (*findings, *_unbound_below(run, bound)))


def _determined(after: ShapeEnvState, symbol: Symbol, left: list[Symbol]) -> tuple[tuple[Cond, ...], Cond] | None:
    """That what is known leaves it one value, the symbols that are bound being given; None if nothing speaks of it.

    What is known is said twice, once of other names for all that is left unbound: the two have the same value.
    """
    required = flat(replace(after, ranges={}, replacements={}, renamings={}).conditions())
    if symbol.sort is not Sort.INT or not any(speaks_of(each, frozenset((symbol,))) for each in required):
        return None
    said = flat(after.conditions())
    again: dict[Symbol | BoolSymbol, Scalar] = {
        each: symbol_atom(f"{each.name}_again", Sort.INT) for each in left if each.sort is Sort.INT
    }
    twice = (*said, *(substitute_cond(each, again) for each in said))
    return twice, eq(of_atom(symbol), to_dim(again[symbol]))


def _is_number(interval: Range | None) -> bool:
    return isinstance(interval, ValueRange) and interval.low is not None and interval.low == interval.high


def _bound(run: RunRecord) -> set[Symbol]:
    """What a node binds, or need not bind."""
    after = run.after
    bound: set[Symbol] = {*run.before.pending, *after.ignorable, *after.renamings, *after.replacements}
    bound.update(symbol for _, symbol, _ in run.recorded)
    for step in run.steps:
        for place in step.places:
            bound.add(place.symbol)
            if step.op != "placeholder" and not isinstance(place.value, Missing):
                bound.update(symbols_of(place.value))
    return bound


def _unbound_below(run: RunRecord, bound: set[Symbol]) -> Iterator[StepFinding]:
    """What a sub-graph allocated that was not rebound: PyTorch keeps no such symbol pending."""
    graphs = dict.fromkeys(node.rpartition("/")[0] for node, _, _ in _not_rebound(run) if "/" in node)
    if not graphs:
        return
    left = [
        symbol.name
        for symbol in run.after.ranges
        if is_unbacked(symbol) and symbol not in run.before.ranges and symbol not in bound
    ]
    if left:
        names = ", ".join(left[:_SHOWN]) + (f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else "")
        message = f"while {', '.join(graphs)} ran, symbols were allocated that no node binds: {names}"
        yield StepFinding("FRESH", "refuted", next(iter(graphs)), message, fix="rebind the nodes of the sub-graph")


DOM_OF_RUN: Final = ObservedLaw("DOM", DOM.statement, of_run=_dom)
FRESH_OF_RUN: Final = ObservedLaw("FRESH", FRESH.statement, of_run=_fresh)
