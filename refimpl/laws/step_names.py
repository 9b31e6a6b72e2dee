"""INJ and EMIT of an observed step and run: whose name a value has, and under whose name an assert is filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from refimpl.laws.emit import EMIT
from refimpl.laws.inj import INJ
from refimpl.laws.step import RunRecord, Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims
from refimpl.laws.step_words import Relation, bare, flat, is_backed, relations, resolve
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.state import ShapeEnvState, equation
from refimpl.terms import Cond, Symbol, to_text

__all__ = ["EMIT_OF_STEP", "INJ_OF_STEP"]

_SPLIT: Final = "give each site a value of its own, or assert that they are equal"
_KEEP: Final = "keep the assert, under the name that the node binds"
_REFILE: Final = "file the assert under the name that the node binds"


def _fresh_at(step: Step, relation: Relation) -> Symbol | None:
    """The unbacked symbol that the place's value is, resolved."""
    end = bare(resolve(step.before, relation.term))
    return None if end is None or is_backed(step.before, end) else end


def _inj(step: Step) -> StepClaims:
    """One value under two names; an implementation that refuses it shows it all the same."""
    if (step.raised is not None and step.raised.kind != "refused") or step.op == "placeholder":
        return NOTHING
    before = flat(step.before.conditions())
    names = frozenset(step.before.renamings.values())
    claims: list[StepClaim] = []
    earlier: dict[Symbol, Symbol] = {}
    for relation in relations(step):
        old = relation.place.symbol
        found = _fresh_at(step, relation)
        if found is None:
            continue
        other = earlier.setdefault(found, old)
        if other is old and found in names:
            other = found
        goal = equation(old, term_of(other))
        if other is old or resolve(step.before, term_of(old)) is resolve(step.before, term_of(other)):
            continue
        about = (
            f"one value is bound to {other.name} and, at {relation.where}, to {old.name}, "
            f"but nothing recorded implies {to_text(goal)}"
        )
        claims.append(StepClaim("INJ", step.node, before, goal, about, _SPLIT))
    return StepClaims(tuple(claims))


def _inj_of_run(run: RunRecord) -> StepClaims:
    """Two sites that bind one name to two fresh values."""
    claims: list[StepClaim] = []
    first: dict[Symbol, tuple[str, Symbol]] = {}
    for step in run.steps:
        if step.raised is not None or step.op == "placeholder":
            continue
        for relation in relations(step):
            old, found = relation.place.symbol, _fresh_at(step, relation)
            if found is None:
                continue
            node, value = first.setdefault(old, (step.node, found))
            if node == step.node or value is found or not _run_together(node, step.node):
                continue
            about = f"{node} and {step.node} share the name {old.name}, but their values need not be equal"
            goal = equation(found, term_of(old))
            claims.append(StepClaim("INJ", step.node, flat(step.before.conditions()), goal, about, _SPLIT))
    return StepClaims(tuple(claims))


def _run_together(one: str, other: str) -> bool:
    """Whether two nodes are in one graph, or one is in a sub-graph of the other's: branches exclude each other."""
    left, right = one.rpartition("/")[0], other.rpartition("/")[0]
    return f"{left}/".startswith(f"{right}/") or f"{right}/".startswith(f"{left}/") or not left or not right


def _emit(step: Step) -> StepClaims:
    if step.raised is not None:
        return NOTHING
    renamed = dict(step.after.renamings)
    for relation in relations(step):
        value = bare(relation.term)
        if value is not None and value is not relation.place.symbol and value in step.after.replacements:
            renamed.setdefault(value, relation.place.symbol)
    stranded = _stranded(step.node, step.before, step.after, renamed, step.before.renamings)
    return StepClaims((*stranded, *_forgotten(step, renamed)))


def _forgotten(step: Step, renamed: Mapping[Symbol, Symbol]) -> Iterator[StepClaim]:
    """The asserts that are filed nowhere any more, of which the environment goes on to say that they hold."""
    filed, known = _filed(step.after), frozenset(step.after.known)
    for condition in _filed(step.before):
        if condition in known and condition not in filed:
            about = f"the assert {to_text(condition)} is filed nowhere any more, but is still taken to hold"
            yield StepClaim("EMIT", step.node, _emittable(step.before, step.after, renamed), condition, about, _KEEP)


def _filed(state: ShapeEnvState) -> dict[Cond, None]:
    return dict.fromkeys(flat(each for asserts in state.asserts.values() for each in asserts))


def _stranded(
    node: str,
    before: ShapeEnvState,
    after: ShapeEnvState,
    renamed: Mapping[Symbol, Symbol],
    already: Mapping[Symbol, Symbol],
) -> Iterator[StepClaim]:
    """The asserts under a name that is not bound any more, unless those that can be emitted imply them."""
    emitted: tuple[Cond, ...] | None = None
    for symbol, filed in after.asserts.items():
        if symbol is None or symbol not in renamed:
            continue
        known = before.asserts.get(symbol, ()) if symbol in already else ()
        for condition in filed:
            if condition not in known:
                emitted = _emittable(before, after, renamed) if emitted is None else emitted
                about = (
                    f"the assert {to_text(condition)} is filed under {symbol.name}, "
                    f"which nothing binds since it is {renamed[symbol].name}"
                )
                yield StepClaim("EMIT", node, emitted, condition, about, _REFILE)


def _emittable(before: ShapeEnvState, after: ShapeEnvState, renamed: Mapping[Symbol, Symbol]) -> tuple[Cond, ...]:
    """What generated code asks: contract, definitions, asserts under bound names, ranges as they were before.

    What was known because it was asserted is nothing beside the assert.
    """
    ranges = {symbol: interval for symbol, interval in before.ranges.items() if symbol not in renamed}
    asserts = {symbol: filed for symbol, filed in after.asserts.items() if symbol not in renamed}
    renamings = {**after.renamings, **renamed}
    asserted = _filed(before) | _filed(after)
    known = tuple([each for each in before.known if each not in asserted])
    return flat(replace(after, ranges=ranges, asserts=asserts, renamings=renamings, known=known).conditions())


def _emit_of_run(run: RunRecord) -> StepClaims:
    """What was filed under a name after it was renamed."""
    last: dict[Symbol | None, tuple[Cond, ...]] = dict(run.before.asserts)
    for step in run.steps:
        for symbol in step.after.renamings.keys() - step.before.renamings.keys():
            last[symbol] = step.after.asserts.get(symbol, ())  # judged with the step
    seen = replace(run.before, asserts=last)
    if run.raised is not None:
        return NOTHING
    return StepClaims(tuple(_stranded("the run", seen, run.after, run.after.renamings, run.after.renamings)))


INJ_OF_STEP: Final = ObservedLaw("INJ", INJ.statement, _inj, _inj_of_run)
EMIT_OF_STEP: Final = ObservedLaw("EMIT", EMIT.statement, _emit, _emit_of_run)
