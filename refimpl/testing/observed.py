"""A drawn rebinding step as the laws observe it: the state before, what the implementation did, the state after."""

from __future__ import annotations

from typing import Final

from refimpl.laws.of_constraints import NODE, state_of_constraints, step_of_outcome
from refimpl.laws.root import cycles
from refimpl.laws.step import Place, Raised, RunRecord, Step
from refimpl.symbolic_shapes import DivideByKey, KeyPath, Rebound, SequenceKey
from refimpl.testing.environments import RebindingStep
from refimpl.testing.implementations import Rebinding

__all__ = ["observed_again", "observed_asking", "observed_step"]

_UNTAKEN: Final = Raised("other", "nothing", "it was asked, and nothing was taken of what it answered")


def observed_step(implementation: Rebinding, case: RebindingStep) -> Step:
    """The implementation is asked once; the state after is that of the constraints with its delta applied."""
    before = state_of_constraints(case.before)
    outcome = implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    return step_of_outcome(before, _place(case), case.before, outcome)


def observed_asking(implementation: Rebinding, case: RebindingStep) -> Step:
    """The implementation is asked, and its answer is not taken: all that is left is what asking itself changed."""
    before = state_of_constraints(case.before)
    implementation.rebind(case.before, case.symbol, case.value, case.divisors)
    after = state_of_constraints(case.before, before.guards)
    return Step(NODE, "call_function", (), before, after, _UNTAKEN)


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


def _place(case: RebindingStep) -> Place:
    path: KeyPath = (SequenceKey(0), *(DivideByKey(divisor) for divisor in case.divisors))
    return Place(case.symbol, path, case.value, case.divisors)
