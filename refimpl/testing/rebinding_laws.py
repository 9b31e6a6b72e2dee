"""The laws of one rebinding step on drawn cases: the laws of `refimpl.laws`, asked of any `Rebinding`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from hypothesis import strategies as st

from refimpl.laws.implementation import IMPLEMENTATION_LAWS, judge_run, judge_step
from refimpl.laws.step_law import ObservedLaw, StepFinding
from refimpl.terms import Scalar
from refimpl.testing.box import SolverAndBox
from refimpl.testing.broken import LawBroken
from refimpl.testing.environments import RebindingStep, rebinding_steps
from refimpl.testing.implementations import Rebinding
from refimpl.testing.laws import ImplementationLaw
from refimpl.testing.observed import observed_again, observed_asking, observed_step
from refimpl.testing.term_strategies import conditions

__all__ = ["REBINDING_LAWS", "broken"]

_Law: TypeAlias = ImplementationLaw[Rebinding, RebindingStep]


def _with_value(case: RebindingStep, value: Scalar) -> RebindingStep:
    return replace(case, value=value)


_STEPS: Final = rebinding_steps()
# A float, a NaN, a boolean or a condition takes the place of the number.
_OF_ANY_SORT: Final = st.one_of(
    _STEPS,
    st.builds(
        _with_value,
        rebinding_steps(divisors=False),
        st.one_of(st.sampled_from((1.5, float("nan"), True, False)), conditions(names=("s0", "u7"), max_depth=0)),
    ),
)


def broken(findings: tuple[StepFinding, ...]) -> LawBroken | None:
    """The first finding that numbers or the observation itself show, as an error; a refusal of what has a solution is.

    What neither the solver nor the small box decides is none.
    """
    for finding in findings:
        if finding.outcome == "refuted" or finding.witness is not None:
            return LawBroken(finding.law, finding.message, witness=finding.witness)
    return None


def _asked(law: ObservedLaw) -> _Law:
    def judge(implementation: Rebinding, case: RebindingStep) -> None:
        # What one observation shows is said before the next: constraints that a step broke may have no end.
        for findings in _observations(law, implementation, case):
            error = broken(findings)
            if error is not None:
                raise error

    return ImplementationLaw(law.name, law.statement, _OF_ANY_SORT if law.name == "SORT" else _STEPS, judge)


def _observations(
    law: ObservedLaw, implementation: Rebinding, case: RebindingStep
) -> Iterator[tuple[StepFinding, ...]]:
    solver = SolverAndBox()
    yield judge_step(observed_asking(implementation, case), solver, laws=(law,), complete=True)
    yield judge_step(observed_step(implementation, case), solver, laws=(law,), complete=True)
    again = observed_again(implementation, case)
    if again is not None:
        yield judge_run(again, solver, laws=(law,))
        for step in again.steps:
            yield judge_step(step, solver, laws=(law,), complete=True)


REBINDING_LAWS: Final[tuple[_Law, ...]] = tuple(map(_asked, IMPLEMENTATION_LAWS))
"""The laws of a `Rebinding` implementation: those of `refimpl.laws.implementation`, each on drawn steps."""
