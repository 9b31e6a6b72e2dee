"""SORT: integer, float and boolean stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.step import Missing, Step
from refimpl.laws.step_law import ObservedLaw, StepClaims, StepFinding
from refimpl.laws.step_words import number_at, same_sort
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Scalar, Sort, Symbol, ValueRange, to_text

__all__ = ["SORT"]

_FIX: Final = "refuse a value of another sort"


def _of_step(step: Step) -> StepClaims:
    taken = tuple(_taken(step)) if step.raised is None and step.op != "placeholder" else ()
    return StepClaims(findings=(*taken, *_replaced(step), *_ranges(step)))


def _taken(step: Step) -> Iterator[StepFinding]:
    for place in step.places:
        value = number_at(place)
        if not isinstance(value, Missing) and not same_sort(place.symbol, value):
            sort = place.symbol.sort.value
            where = keystr(place.path) or "the result"
            message = f"{place.symbol.name}, of sort {sort}, is rebound to {to_text(value)} at {where}"
            yield StepFinding("SORT", "refuted", step.node, message, fix=_FIX)


def _replaced(step: Step) -> Iterator[StepFinding]:
    old = _mixed(step.before)
    for symbol, by in _mixed(step.after).items():
        if symbol not in old:
            message = f"{symbol.name}, of sort {symbol.sort.value}, is replaced by {to_text(by)}"
            yield StepFinding("SORT", "refuted", step.node, message, fix=_FIX)


def _mixed(state: ShapeEnvState) -> dict[Symbol, Scalar]:
    pairs = [*state.replacements.items(), *((fresh, term_of(old)) for fresh, old in state.renamings.items())]
    return {symbol: by for symbol, by in pairs if not same_sort(symbol, by)}


def _ranges(step: Step) -> Iterator[StepFinding]:
    for symbol, interval in step.after.ranges.items():
        if step.before.ranges.get(symbol) == interval:
            continue
        if isinstance(interval, ValueRange) is (symbol.sort is Sort.FLOAT):
            message = f"the range of {symbol.name}, of sort {symbol.sort.value}, becomes one of the other sort"
            yield StepFinding("SORT", "refuted", step.node, message, fix="round no float range to integers")


SORT: Final = ObservedLaw(
    "SORT", "An integer symbol stands for integers only, a float for floats; no float range is rounded.", _of_step
)
