"""A drawn rebinding step as the laws observe it: the state before, what the implementation did, the state after."""

from __future__ import annotations

from typing import assert_never

from refimpl.laws.root import cycles
from refimpl.laws.step import Place, Raised, RunRecord, Step
from refimpl.symbolic_shapes import (
    Constraints,
    DivideByKey,
    Inconsistent,
    KeyPath,
    Rebound,
    SequenceKey,
    Undecided,
    is_unbacked,
)
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import BoolTerm, Cond, Symbol
from refimpl.testing.environments import RebindingStep
from refimpl.testing.implementations import Rebinding

__all__ = ["observed_again", "observed_asking", "observed_step", "state_of_constraints"]

_NODE = "the step"
_UNTAKEN = Raised("other", "nothing", "it was asked, and nothing was taken of what it answered")


def state_of_constraints(constraints: Constraints, guards: tuple[Cond, ...] | None = None) -> ShapeEnvState:
    """What constraints say, as the state of an environment.

    The conditions on backed symbols are the caller's guards, unless ``guards`` says which are; each other condition is
    filed under its newest unbacked symbol.
    """
    caller = constraints.conditions if guards is None else guards
    kept = tuple(c for c in constraints.conditions if c in caller and not _unbacked_in(c))
    asserts: dict[Symbol | None, tuple[Cond, ...]] = {}
    for condition in constraints.conditions:
        if condition not in kept:
            newest = max(_unbacked_in(condition), key=lambda each: (len(each.name), each.name), default=None)
            asserts[newest] = (*asserts.get(newest, ()), condition)
    return ShapeEnvState(
        replacements=dict(constraints.replacements),
        renamings=dict(constraints.renamings),
        guards=kept,
        asserts=asserts,
        size_like=constraints.size_like,
    )


def _unbacked_in(condition: BoolTerm) -> list[Symbol]:
    return [each for each in condition.free if isinstance(each, Symbol) and is_unbacked(each)]


def observed_step(implementation: Rebinding, case: RebindingStep) -> Step:
    """The implementation is asked once; the state after is that of the constraints with its delta applied."""
    before = state_of_constraints(case.before)
    outcome = implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    match outcome:
        case Rebound(delta):
            after = state_of_constraints(case.before.apply(delta), before.guards)
            return Step(_NODE, "call_function", _places(case), before, after)
        case Inconsistent(_, reason):
            raised = Raised("inconsistent", "RebindingInconsistentError", reason)
        case Undecided(reason, refused):
            raised = Raised("refused", "AssertionError" if refused else "RebindingUndecidedError", reason)
        case _:
            assert_never(outcome)
    return Step(_NODE, "call_function", _places(case), before, state_of_constraints(case.before, before.guards), raised)


def observed_asking(implementation: Rebinding, case: RebindingStep) -> Step:
    """The implementation is asked, and its answer is not taken: all that is left is what asking itself changed."""
    before = state_of_constraints(case.before)
    implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    after = state_of_constraints(case.before, before.guards)
    return Step(_NODE, "call_function", (), before, after, _UNTAKEN)


def observed_again(implementation: Rebinding, case: RebindingStep) -> RunRecord | None:
    """The step said twice: as a run and the same run again. None if it was refused the first time, or left a cycle."""
    outcome = implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    if not isinstance(outcome, Rebound):
        return None
    after = case.before.apply(outcome.delta)
    if cycles(state_of_constraints(after)):
        return None  # it is for ROOT to say; resolution has no end there
    second = observed_step(implementation, RebindingStep(after, case.symbol, case.value, case.divisors))
    return RunRecord((second,), state_of_constraints(case.before), second.before, (), again=second.after)


def _places(case: RebindingStep) -> tuple[Place, ...]:
    path: KeyPath = (SequenceKey(0), *(DivideByKey(divisor) for divisor in case.divisors))
    return (Place(case.symbol, path, case.value, case.divisors),)
