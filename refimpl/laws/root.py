"""ROOT: replacements and renamings have an end, are followed to it, and no binding is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.laws.step import Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import Relation, known_after, relations, symbols_of
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Symbol

__all__ = ["ROOT", "colliding", "cycles"]


def _of_step(step: Step) -> StepClaims:
    if step.raised is not None or step.op == "placeholder":
        return NOTHING
    return StepClaims(tuple(_collisions(step)), (*_new_cycles(step), *_one_hop(step)))


def cycles(state: ShapeEnvState) -> frozenset[Symbol]:
    """The symbols that are replaced, or renamed, by themselves in the end."""
    replaced = {symbol: symbols_of(by) for symbol, by in state.replacements.items()}
    renamed = {symbol: (by,) for symbol, by in state.renamings.items()}
    return _on_cycles(replaced) | _on_cycles(renamed)


def _on_cycles(targets: Mapping[Symbol, tuple[Symbol, ...]]) -> frozenset[Symbol]:
    """What remains when every symbol that leads to an end is taken away, over and over, from both sides."""
    left = dict(targets)
    while True:
        reached = {target for by in left.values() for target in by}
        kept = {s: by for s, by in left.items() if s in reached and any(target in left for target in by)}
        if len(kept) == len(left):
            return frozenset(left)
        left = kept


def _new_cycles(step: Step) -> Iterator[StepFinding]:
    new = cycles(step.after) - cycles(step.before)
    if new:
        names = ", ".join(sorted(symbol.name for symbol in new))
        message = f"after the step {names} is replaced by itself in the end"
        yield StepFinding("ROOT", "refuted", step.node, message, fix="resolve both sides before one replaces the other")


def _one_hop(step: Step) -> Iterator[StepFinding]:
    """A new renaming to a name that had been renamed itself: whoever follows one hop meets a name that is gone."""
    before = step.before.renamings
    for fresh, name in step.after.renamings.items():
        if before.get(fresh) is not name and name in before and before[name] is not fresh:
            end = _end(step.before, name)
            message = f"{fresh.name} is renamed to {name.name}, which had been renamed: it is {end.name} in the end"
            yield StepFinding("ROOT", "refuted", step.node, message, fix="follow renamings to the end, not one hop")


def _end(state: ShapeEnvState, symbol: Symbol) -> Symbol:
    for _ in state.renamings:
        symbol = state.renamings.get(symbol, symbol)
    return symbol


def colliding(step: Step) -> tuple[Relation, ...]:
    """The bindings of a node that share, after renaming, their symbol with another of its bindings."""
    found = relations(step)
    names = [_names(step.before, relation.place.symbol) for relation in found]
    return tuple(
        relation
        for index, relation in enumerate(found)
        if any(not names[index].isdisjoint(other) for at, other in enumerate(names) if at != index)
    )


def _names(state: ShapeEnvState, symbol: Symbol) -> frozenset[Symbol]:
    """The symbol as recorded, after one hop and in the end."""
    return frozenset((symbol, state.renamings.get(symbol, symbol), _end(state, symbol)))


def _collisions(step: Step) -> Iterator[StepClaim]:
    after = known_after(step)
    for relation in colliding(step):
        end = _end(step.before, relation.place.symbol).name
        about = f"{relation.where} is lost: {relation.text} collides with another binding of the node under {end}"
        fix = "where two symbols resolve to one, bind both paths"
        yield StepClaim("ROOT", step.node, after, relation.equation, about, fix)


ROOT: Final = ObservedLaw(
    "ROOT",
    "Replacements and renamings have no cycle and are followed to the end; no (symbol, path) of a node is lost.",
    _of_step,
)
