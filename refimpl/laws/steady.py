"""STEADY: saying a step again, or running the graph again, changes nothing but names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.step import RunRecord, Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import flat, known_symbols, relations, resolve, resolve_cond
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import BoolSymbol, Cond, Symbol, free_of, to_text

__all__ = ["STEADY"]

_RUN: Final = "the second run"


def _of_step(step: Step) -> StepClaims:
    if step.raised is None or step.raised.kind not in ("inconsistent", "refused", "other"):
        return NOTHING
    found = relations(step)
    if not found or len(found) < len(step.places):
        return NOTHING
    for relation in found:
        if resolve(step.before, relation.term) is not resolve(step.before, term_of(relation.place.symbol)):
            return NOTHING
    said = ", ".join(relation.text for relation in found)
    about = f"{said} holds already, but is refused when it is said again: {step.raised.type}: {step.raised.message}"
    hypotheses = flat((*step.before.conditions(), *(c for relation in found for c in relation.side)))
    return StepClaims((StepClaim("STEADY", step.node, hypotheses, False, about, "accept what holds already"),))


def _of_run(run: RunRecord) -> StepClaims:
    if run.again is None or run.raised is not None:
        return NOTHING
    return StepClaims(tuple(_different(run.after, run.again)), tuple(_grown(run.after, run.again)))


def _grown(after: ShapeEnvState, again: ShapeEnvState) -> Iterator[StepFinding]:
    """Pending symbols and asserts are counted, but not what is said of the second run's own symbols alone.

    Such an assert says of a fresh value what the first run's says of its own, and a replacement that gives a fresh
    symbol its name is a name.
    """
    old = known_symbols(after)
    for what, was, now in (
        ("pending symbols", len(after.pending), len(again.pending)),
        ("runtime asserts", _asserts(after, old), _asserts(again, old)),
    ):
        if now > was:
            message = f"{what} grow with each run: {was} after the first, {now} after the second"
            yield StepFinding("STEADY", "refuted", _RUN, message, fix=f"leave no {what} behind that a name replaces")
    for symbol, by in again.replacements.items():
        if symbol in old and symbol not in after.replacements:
            message = f"{symbol.name} stood for itself after the first run and is replaced by {to_text(by)} after it"
            yield StepFinding("STEADY", "refuted", _RUN, message, fix="rebind in the first run what the second rebinds")


def _asserts(state: ShapeEnvState, old: frozenset[Symbol | BoolSymbol]) -> int:
    """How many asserts speak of old symbols alone."""
    return sum(free_of(condition) <= old for filed in state.asserts.values() for condition in filed)


def _different(after: ShapeEnvState, again: ShapeEnvState) -> Iterator[StepClaim]:
    """What the second run adds or drops, in old names; what still speaks of the second run's own is not judged."""
    old = known_symbols(after)
    first, second = flat(after.conditions()), _in_old_names(again, old)
    for condition in second:
        if condition not in first:
            about = f"{to_text(condition)} is known only after the graph ran again"
            yield StepClaim("STEADY", _RUN, first, condition, about, "say it in the first run, or not at all")
    for condition in first:
        if condition not in second:
            about = f"{to_text(condition)} is known after the first run and not after the second"
            yield StepClaim("STEADY", _RUN, second, condition, about, "keep it when the graph runs again")


def _in_old_names(again: ShapeEnvState, old: frozenset[Symbol | BoolSymbol]) -> tuple[Cond, ...]:
    written: list[Cond] = []
    for condition in flat(again.conditions()):
        if not free_of(condition) <= old:
            condition = resolve_cond(again, condition)
        if free_of(condition) <= old:
            written.append(condition)
    return flat(written)


STEADY: Final = ObservedLaw(
    "STEADY",
    "Running again changes nothing but names: pending symbols, asserts and replacements do not grow, and what holds "
    "already may be said again.",
    _of_step,
    _of_run,
)
