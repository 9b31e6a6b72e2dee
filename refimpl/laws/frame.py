"""FRAME: rebinding leaves the caller's contract alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.step import Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import flat, is_backed, of_caller, same_sort, symbols_of, wanted
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.state import ShapeEnvState, equation
from refimpl.terms import Cond, Symbol, free_of, to_text

__all__ = ["FRAME"]

_FIX: Final = "defer it as a requirement of the program; the contract is the caller's"


def _of_step(step: Step) -> StepClaims:
    if step.raised is not None:
        return NOTHING  # for ATOM to say
    return StepClaims((*_changed(step), *_replaced(step)), tuple(_hints(step)))


def _changed(step: Step) -> Iterator[StepClaim]:
    before, after = of_caller(step.before), of_caller(step.after)
    given = _backed_only(step.before)
    for condition in after:
        if condition not in given:
            about = f"narrowed: the step puts {to_text(condition)} on what the caller may give"
            yield StepClaim("FRAME", step.node, given, condition, about, _FIX)
    left = _backed_only(step.after)
    for condition in before:
        if condition not in left:
            about = f"widened: the caller's {to_text(condition)} is gone after the step"
            yield StepClaim("FRAME", step.node, left, condition, about, _FIX)


def _backed_only(state: ShapeEnvState) -> tuple[Cond, ...]:
    return tuple(c for c in flat(state.conditions()) if _is_of_caller(state, c))


def _is_of_caller(state: ShapeEnvState, condition: Cond) -> bool:
    return all(isinstance(each, Symbol) and is_backed(state, each) for each in free_of(condition))


def _replaced(step: Step) -> Iterator[StepClaim]:
    """A backed symbol stands for itself, unless what the program requires leaves it one value of the caller's."""
    old = {*step.before.replacements, *step.before.renamings}
    renamed = {symbol: term_of(by) for symbol, by in step.after.renamings.items()}
    for symbol, by in {**renamed, **step.after.replacements}.items():
        if is_backed(step.before, symbol) and symbol not in old and same_sort(symbol, by):
            of_program = any(not is_backed(step.before, each) for each in symbols_of(by))
            given = flat(step.before.conditions()) if of_program else wanted(step)
            about = f"the step replaces {symbol.name}, a backed symbol of the caller, by {to_text(by)}"
            yield StepClaim("FRAME", step.node, given, equation(symbol, by), about, _FIX)


def _hints(step: Step) -> Iterator[StepFinding]:
    for symbol, hint in step.before.hints.items():
        now = step.after.hints.get(symbol)
        if now != hint and not (now != now and hint != hint):
            message = f"the hint of {symbol.name} was {hint} and is {now} after the step"
            yield StepFinding("FRAME", "refuted", step.node, message, fix="leave the example inputs alone")


FRAME: Final = ObservedLaw(
    "FRAME",
    "Backed symbols are the caller's contract: no step changes their ranges, guards or hints, or replaces one.",
    _of_step,
)
