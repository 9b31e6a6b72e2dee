"""The two semantics of a law agree: the solver's over all integers, and every valuation of a small box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings

from refimpl.laws.implementation import IMPLEMENTATION_LAWS
from refimpl.solver import Obligation, Proved, Refuted, Undecided, Verdict, make_solver, refutes
from refimpl.symbolic_shapes import EXACT, TORCH_2_13, Profile
from refimpl.terms import Cond, ge, symbol
from refimpl.testing import BoxSolver, RebindingStep, Reference, rebinding_steps
from refimpl.testing.box import SolverAndBox
from refimpl.testing.observed import observed_step

S0 = symbol("s0")


def obligations(case: RebindingStep, profile: Profile) -> Iterator[Obligation]:
    """What the laws ask of the step."""
    step = observed_step(Reference(profile), case)
    for law in IMPLEMENTATION_LAWS:
        for claim in law.of_step(step).open:
            yield Obligation(law.name, claim.hypotheses, claim.goal)


@pytest.mark.parametrize("profile", [EXACT, TORCH_2_13], ids=lambda profile: profile.name)
def test_the_box_and_the_solver_agree(profile: Profile) -> None:
    refuted = 0

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(case=rebinding_steps())
    def on_every_case(case: RebindingStep) -> None:
        nonlocal refuted
        asked = list(obligations(case, profile))
        for obligation, here, there in zip(asked, BoxSolver().decide(asked), make_solver().decide(asked), strict=True):
            if isinstance(here, Refuted):
                refuted += 1
                assert not isinstance(there, Proved), obligation
            if isinstance(there, Refuted):
                assert refutes(there.model, obligation.hypotheses, obligation.goal)

    on_every_case()
    assert (refuted > 0) == (profile is TORCH_2_13), "the release is not exact, the exact profile is"


def test_the_box_proves_nothing_and_refutes_only_what_is_false() -> None:
    true, false = Obligation("true", (), ge(S0 * S0, 0)), Obligation("false", (), ge(S0, 1))
    found = BoxSolver().decide([true, false])
    assert isinstance(found[0], Undecided)
    assert isinstance(found[1], Refuted)
    assert dict(found[1].model) == {"s0": 0}


class GivesUp:
    """A solver that decides nothing."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        return tuple(Undecided("out of budget") for _ in obligations)


def test_the_box_is_tried_where_the_solver_gives_up() -> None:
    goal: Cond = ge(S0, 1)
    (found,) = SolverAndBox(GivesUp()).decide([Obligation("false", (), goal)])
    assert isinstance(found, Refuted)
