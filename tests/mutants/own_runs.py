"""Seeded faults in the observation of our own propagation."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OWN_RUNS"]

_M: Final = "refimpl.laws"
_O: Final = "specs/own_runs.py::"

OWN_RUNS: Final = (
    Mutant(
        "own-runs-are-not-repeated",
        "The second run is taken to be the first.",
        f"{_M}.self_test:observe",
        "again=states[1]",
        "again=states[0]",
        (f"{_O}test_the_run_is_done_twice_in_one_environment",),
    ),
    Mutant(
        "own-asserts-are-filed-under-the-oldest",
        "A condition is filed under the oldest of its unbacked symbols.",
        f"{_M}.of_constraints:state_of_constraints",
        "newest = max(",
        "newest = min(",
        (f"{_O}test_conditions_are_guards_or_filed_under_their_newest_symbol",),
    ),
    Mutant(
        "own-refusals-are-contradictions",
        "What is undecided is told as a contradiction.",
        f"{_M}.of_constraints:step_of_outcome",
        'Raised("refused",',
        'Raised("inconsistent",',
        (f"{_O}test_an_outcome_is_a_step",),
    ),
)
