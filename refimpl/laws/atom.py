"""ATOM: a step that raises leaves the environment as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from refimpl.laws.step import Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaims, StepFinding
from refimpl.laws.step_words import resolve
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Sort, Symbol, ValueRange, to_text

__all__ = ["ATOM", "differences"]

V = TypeVar("V")


def _of_step(step: Step) -> StepClaims:
    if step.raised is None:
        return NOTHING
    changed = tuple(differences(step.before, step.after))
    if not changed:
        return NOTHING
    shown = "; ".join(changed[:3]) + (f"; and {len(changed) - 3} more" if len(changed) > 3 else "")
    message = f"the step raised {step.raised.type}, but left a trace: {shown}"
    fix = "take every change back before the exception leaves"
    return StepClaims(findings=(StepFinding("ATOM", "refuted", step.node, message, fix=fix),))


def differences(before: ShapeEnvState, after: ShapeEnvState) -> Iterator[str]:
    """What differs between two states, in words; another writing of the same is no difference."""
    if before == after:
        return
    yield from _compare("hint", before.hints, after.hints)
    yield from _compare("range", _ranges(before), _ranges(after))
    yield from _compare("replacement", _ends(before), _ends(after))
    yield from _compare("renaming", before.renamings, after.renamings)
    yield from _counted("guard", Counter(before.guards), Counter(after.guards))
    yield from _counted("assert", _asserts(before), _asserts(after))
    yield from _counted("condition", Counter(set(before.known)), Counter(set(after.known)))
    yield from _names("size-like", before.size_like, after.size_like)
    yield from _names("pending", frozenset(before.pending), frozenset(after.pending))
    yield from _names("ignorable", frozenset(before.ignorable), frozenset(after.ignorable))


def _ranges(state: ShapeEnvState) -> dict[Symbol, object]:
    """The ranges that say something."""
    return {
        symbol: interval
        for symbol, interval in state.ranges.items()
        if not (symbol.sort is Sort.INT and interval == ValueRange(None, None))
    }


def _ends(state: ShapeEnvState) -> dict[Symbol, object]:
    return {symbol: resolve(state, term_of(symbol)) for symbol in state.replacements}


def _asserts(state: ShapeEnvState) -> Counter[str]:
    return Counter(
        f"{to_text(condition)} under {'no symbol' if symbol is None else symbol.name}"
        for symbol, filed in state.asserts.items()
        for condition in filed
    )


def _compare(what: str, before: Mapping[Symbol, V], after: Mapping[Symbol, V]) -> Iterator[str]:
    for symbol in dict.fromkeys((*before, *after)):
        if symbol not in after:
            yield f"the {what} of {symbol.name} is gone"
        elif symbol not in before:
            yield f"{symbol.name} has a new {what}, {after[symbol]}"
        elif before[symbol] != after[symbol] and repr(before[symbol]) != repr(after[symbol]):
            yield f"the {what} of {symbol.name} was {before[symbol]} and is {after[symbol]}"


def _counted(what: str, before: Counter[V], after: Counter[V]) -> Iterator[str]:
    for each in before - after:
        yield f"the {what} {each} is gone"
    for each in after - before:
        yield f"there is a new {what}, {each}"


def _names(what: str, before: frozenset[Symbol], after: frozenset[Symbol]) -> Iterator[str]:
    for symbol in sorted(before ^ after, key=lambda each: each.name):
        yield f"{symbol.name} is {what}" + (" no longer" if symbol in before else " now")


ATOM: Final = ObservedLaw(
    "ATOM", "A node that raises leaves the environment as before it, the name counters aside.", _of_step
)
