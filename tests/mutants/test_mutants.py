"""Each seeded fault is noticed by each check that it names; without it these checks pass."""

from __future__ import annotations

import pytest

from tests.mutants.catalogue import CATALOGUE, by_id
from tests.mutants.mutant import Mutant, function_at, planted
from tests.mutants.run_check import Noticed, check_at, run_check

KILLERS = sorted({killer for mutant in CATALOGUE for killer in mutant.killers})
FAILURES = (Exception, BaseExceptionGroup, Noticed, pytest.fail.Exception)


def test_ids_are_unique_and_every_fault_names_a_killer() -> None:
    assert all(mutant.killers for mutant in by_id().values())


@pytest.mark.parametrize("mutant", CATALOGUE, ids=lambda mutant: mutant.id)
def test_the_fault_is_noticed_by_every_check_it_names(mutant: Mutant) -> None:
    for killer in mutant.killers:
        check_at(killer)  # imported first: what a module computes once is computed without the fault
        with planted(mutant), pytest.raises(FAILURES):
            run_check(killer)


@pytest.mark.parametrize("killer", KILLERS)
def test_without_a_fault_the_check_passes(killer: str) -> None:
    run_check(killer)


def test_a_fault_is_taken_back() -> None:
    mutant = CATALOGUE[0]
    function = function_at(mutant.site)
    before = function.__code__
    with planted(mutant):
        assert function.__code__ is not before
    assert function.__code__ is before


def test_an_edit_that_does_not_fit_is_an_error_not_a_survivor() -> None:
    stale = Mutant("stale", "Nothing.", CATALOGUE[0].site, "no such text", "", ("",))
    with pytest.raises(ValueError, match="occurs 0 times"), planted(stale):
        pass


def test_a_fault_that_changes_nothing_survives() -> None:
    mutant = CATALOGUE[0]
    harmless = Mutant("harmless", "Nothing.", mutant.site, mutant.old, mutant.old, mutant.killers)
    with planted(harmless):
        run_check(mutant.killers[0])
