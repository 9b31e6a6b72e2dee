"""A drawn rebinding step as the laws observe it: the state before, what the implementation did, the state after."""

from __future__ import annotations

from typing import assert_never

from refimpl.laws.step import Place, Raised, Step
from refimpl.symbolic_shapes import Constraints, DivideByKey, Inconsistent, KeyPath, Rebound, SequenceKey, Undecided
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.testing.environments import RebindingStep
from refimpl.testing.implementations import Rebinding

__all__ = ["observed_again", "observed_step", "state_of_constraints"]

_NODE = "the step"


def state_of_constraints(constraints: Constraints) -> ShapeEnvState:
    """What constraints say, as the state of an environment."""
    return ShapeEnvState(
        replacements=dict(constraints.replacements),
        renamings=dict(constraints.renamings),
        known=constraints.conditions,
        size_like=constraints.size_like,
    )


def observed_step(implementation: Rebinding, case: RebindingStep) -> Step:
    """The implementation is asked once; the state after is that of the constraints with its delta applied.

    Without a delta it is that of the constraints that were asked about, which may have been changed (law ATOM).
    """
    before = state_of_constraints(case.before)
    outcome = implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    path: KeyPath = (SequenceKey(0), *(DivideByKey(divisor) for divisor in case.divisors))
    places = (Place(case.symbol, path, case.value, case.divisors),)
    match outcome:
        case Rebound(delta):
            after = state_of_constraints(case.before.apply(delta))
            return Step(_NODE, "call_function", places, before, after)
        case Inconsistent(_, reason):
            raised = Raised("inconsistent", "RebindingInconsistentError", reason)
        case Undecided(reason, refused):
            raised = Raised("refused", "AssertionError" if refused else "RebindingUndecidedError", reason)
        case _:
            assert_never(outcome)
    return Step(_NODE, "call_function", places, before, state_of_constraints(case.before), raised)


def observed_again(implementation: Rebinding, case: RebindingStep) -> Step | None:
    """The same step asked again of what it left; None if it was refused the first time."""
    outcome = implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    if not isinstance(outcome, Rebound):
        return None
    after = case.before.apply(outcome.delta)
    return observed_step(implementation, RebindingStep(after, case.symbol, case.value, case.divisors))
