"""Two different small faults, besides the crude one of ``test_faults.py``, turn each proof red."""

from __future__ import annotations

from collections import Counter

import pytest

from proofs.registry import THEOREMS
from proofs.slips import SLIPS
from proofs.test_theorems import unproved
from tests.mutants.mutant import Mutant, planted
from tests.mutants.run_check import Noticed

_PAIRS = [(fault, name) for fault, theorems in SLIPS for name in theorems]
_SLOW = ("interval_multiplication", "interval_floor_division", "interval_remainder")
"""Theorems of products: where a fault is, a solver spends its whole budget."""


def _noticed(fault: Mutant, name: str) -> bool:
    with planted(fault):
        try:
            return unproved(THEOREMS[name]) is not None
        except (Exception, Noticed):
            return True  # a shipped function that raises where it should not is a failure like any other


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        pytest.param(fault, name, id=f"{fault.id}-{name}", marks=[pytest.mark.slow] if name.startswith(_SLOW) else [])
        for fault, name in _PAIRS
    ],
)
def test_a_small_fault_turns_the_proof_red(fault: Mutant, name: str) -> None:
    assert _noticed(fault, name)


def test_each_theorem_has_two_different_small_faults() -> None:
    count = Counter(name for _, name in _PAIRS)
    assert len({(fault.id, name) for fault, name in _PAIRS}) == len(_PAIRS)
    assert {name for name in THEOREMS if count[name] < 2} == set()
    assert set(count) <= set(THEOREMS)


def test_a_fault_that_changes_nothing_leaves_the_proof_green() -> None:
    fault, (name, *_) = SLIPS[0]
    harmless = Mutant("harmless", "Nothing.", fault.site, fault.old, fault.old, ())
    assert not _noticed(harmless, name)
