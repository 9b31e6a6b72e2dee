"""EXACT: a step leaves exactly the solutions of what was known and the equations of its places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.root import colliding
from refimpl.laws.step import Missing, Raised, Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import (
    Relation,
    bare,
    flat,
    is_backed,
    known_after,
    number_at,
    of_caller,
    relations,
    resolve,
    same_sort,
    wanted,
)
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.terms import Scalar, to_text

__all__ = ["EXACT", "is_discardable"]

_KEEP: Final = "keep the condition under what stands for the old symbol"
_SAY: Final = "record the equation: replace one side by the other"
_DROP: Final = "add nothing that does not follow from what was known and the equation"
_ACCEPT: Final = "rebind it: the equation has solutions"


def _of_step(step: Step) -> StepClaims:
    if step.op == "placeholder":
        return NOTHING
    if step.raised is None:
        return StepClaims((*_lost(step), *_invented(step)), tuple(_not_size_like(step)))
    match step.raised.kind:
        case "inconsistent" | "refused" | "other":
            return StepClaims(tuple(_solvable(step, step.raised)))
        case "path" | "data-dependent":
            return NOTHING


def _lost(step: Step) -> Iterator[StepClaim]:
    """``[[E']] ⊆ [[E]] ∩ {u = t}``."""
    after = known_after(step)
    present = frozenset((*after, *of_caller(step.before)))
    for condition in flat(step.before.conditions()):
        if condition not in present:
            about = f"lossy: {to_text(condition)} was known before the step and does not follow after it"
            yield StepClaim("EXACT", step.node, after, condition, about, _KEEP)
    lost = {relation.place for relation in colliding(step)}
    for relation in relations(step):
        # A divisor that is none leaves no equation: that is for PATH to say.
        if relation.place not in lost and relation.equation is not True and False not in relation.side:
            about = f"lossy: after rebinding {relation.text} at {relation.where}, it admits what breaks the equation"
            discarded = is_discardable(step, relation.term)
            yield StepClaim("EXACT", step.node, after, relation.equation, about, _SAY, discarded=discarded)


def _invented(step: Step) -> Iterator[StepClaim]:
    """``[[E]] ∩ {u = t} ⊆ [[E']]``. What a value of another sort leads to is for SORT to say."""
    if any(not isinstance(value := number_at(p), Missing) and not same_sort(p.symbol, value) for p in step.places):
        return
    hypotheses = wanted(step)
    present = frozenset((*hypotheses, *of_caller(step.after)))
    for condition in flat(step.after.conditions()):
        if condition not in present:
            said = ", ".join(relation.text for relation in relations(step)) or "nothing"
            about = f"inventive: rebinding {said} asks for {to_text(condition)}, which does not follow"
            yield StepClaim("EXACT", step.node, hypotheses, condition, about, _DROP)


def _solvable(step: Step, raised: Raised) -> Iterator[StepClaim]:
    found = relations(step)
    if not found or len(found) < len(step.places) or any(_is_said(step, relation) for relation in found):
        return
    said = ", ".join(relation.text for relation in found)
    if raised.kind == "inconsistent":
        about = f"{said} is refused as inconsistent, but has a solution: {raised.message}"
        yield StepClaim("EXACT", step.node, wanted(step), False, about, _ACCEPT)
    else:
        about = f"{said} has a solution, but is refused with {raised.type}: {raised.message}"
        yield StepClaim("EXACT", step.node, wanted(step), False, about, _ACCEPT, broken="undecided")


def _is_said(step: Step, relation: Relation) -> bool:
    """Whether the equation was there already: that such a step is refused is for STEADY to say."""
    return resolve(step.before, relation.term) is resolve(step.before, term_of(relation.place.symbol))


def is_discardable(step: Step, term: Scalar) -> bool:
    """Whether the value is no unbacked symbol any more: a constant, an expression of backed or of derived ones."""
    symbol = bare(resolve(step.before, term))
    return symbol is None or is_backed(step.before, symbol)


def _not_size_like(step: Step) -> Iterator[StepFinding]:
    new = step.after.replacements.keys() & step.before.size_like - step.before.replacements.keys()
    for symbol in sorted(new, key=lambda each: each.name):
        by = step.after.replacements[symbol]
        if not same_sort(symbol, by):
            continue
        end = bare(resolve(step.after, by))
        if end is not None and end not in step.after.size_like and not is_backed(step.after, end):
            message = f"{symbol.name} is size-like and is replaced by {end.name}, which does not become so"
            yield StepFinding("EXACT", "refuted", step.node, message, fix=f"make {end.name} size-like")


EXACT: Final = ObservedLaw(
    "EXACT",
    "A step leaves exactly the solutions of what was known and its equations; one refused as inconsistent has none.",
    _of_step,
)
