"""DOM and FRESH of an observed run: every recorded binding was rebound, every pending symbol was bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.dom import DOM
from refimpl.laws.fresh import FRESH
from refimpl.laws.step import Missing, RunRecord
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaims, StepFinding
from refimpl.laws.step_words import number_at, symbols_of
from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.key_path import KeyPath, keystr
from refimpl.terms import Symbol, ValueRange

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
    return StepClaims(findings=tuple(_unbound(run)))


def _unbound(run: RunRecord) -> Iterator[StepFinding]:
    after = run.after
    bound: set[Symbol] = {*run.before.pending, *after.ignorable, *after.renamings, *after.replacements}
    bound.update(symbol for _, symbol, _ in run.recorded)
    for step in run.steps:
        for place in step.places:
            bound.add(place.symbol)
            if step.op != "placeholder" and not isinstance(place.value, Missing):
                bound.update(symbols_of(place.value))
    for symbol in after.pending:
        interval = after.ranges.get(symbol)
        determined = isinstance(interval, ValueRange) and interval.low is not None and interval.low == interval.high
        if symbol not in bound and not determined:
            message = f"{symbol.name} is pending when the graph has run: no node binds it"
            fix = "record a binding at the node that allocates it"
            yield StepFinding("FRESH", "refuted", "the run", message, fix=fix)
    yield from _unbound_below(run, bound)


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
