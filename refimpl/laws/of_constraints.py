"""The pure rebinding step as the laws observe it: constraints as a state, an outcome as a step."""

from __future__ import annotations

from typing import Final, assert_never

from refimpl.laws.step import Place, Raised, Step
from refimpl.symbolic_shapes.constraints import Constraints, is_unbacked
from refimpl.symbolic_shapes.rebinding import Inconsistent, Outcome, Rebound, Undecided
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import BoolTerm, Cond, Symbol

__all__ = ["NODE", "state_of_constraints", "step_of_outcome"]

NODE: Final = "the step"
"""The node of a step that has none."""


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


def step_of_outcome(before: ShapeEnvState, place: Place, constraints: Constraints, outcome: Outcome) -> Step:
    """The step: ``before`` is the state of the constraints when they were asked about, the delta is applied to them."""
    match outcome:
        case Rebound(delta):
            after = state_of_constraints(constraints.apply(delta), before.guards)
            return Step(NODE, "call_function", (place,), before, after)
        case Inconsistent(_, reason):
            raised = Raised("inconsistent", "RebindingInconsistentError", reason)
        case Undecided(reason, refused):
            raised = Raised("refused", "AssertionError" if refused else "RebindingUndecidedError", reason)
        case _:
            assert_never(outcome)
    return Step(NODE, "call_function", (place,), before, state_of_constraints(constraints, before.guards), raised)
