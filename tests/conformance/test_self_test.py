"""The harness catches every subject that is wrong on purpose, each by its vector, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.conformance.reference import Reference
from refimpl.conformance.runner import conform
from refimpl.conformance.self_test import self_test
from refimpl.conformance.store import load_vectors
from refimpl.conformance.subjects import local_subject
from refimpl.conformance.wrong import WRONG_SUBJECTS
from refimpl.solver import make_solver

SET = load_vectors(Path(__file__).parents[2] / "specs" / "vectors")


def test_every_wrong_subject_is_caught_by_its_vector() -> None:
    found = list(self_test(SET.vectors, make_solver()))
    assert [each.subject.name for each in found if not each.is_caught] == []
    assert [each.subject for each in found] == list(WRONG_SUBJECTS)
    assert len({each.subject.name for each in found}) == len(WRONG_SUBJECTS) >= 10


def test_the_reference_passes_every_vector() -> None:
    run = conform(SET.vectors, local_subject("reference", Reference()), make_solver(), deadline=60.0)
    trouble = {row.vector.case.id: row.judgement.message for row in run.rows if row.judgement.verdict != "pass"}
    assert (trouble, run.exit_code) == ({}, 0)


def test_a_wrong_subject_whose_vector_is_gone_is_missed() -> None:
    found = next(iter(self_test([], make_solver())))
    assert not found.is_caught
    assert found.message == "there is no vector rebinding/fresh-takes-the-old-name"


@pytest.mark.parametrize("name", ["never-rebinds", "backwards", "half-done"])
def test_what_catches_a_wrong_subject_says_where(name: str) -> None:
    subject = next(each for each in WRONG_SUBJECTS if each.name == name)
    chosen = [vector for vector in SET.vectors if f"{vector.case.chapter}/{vector.case.id}" in subject.vectors]
    run = conform(chosen, subject.opened, make_solver(), deadline=60.0)
    difference = run.rows[-1].judgement.difference
    assert difference is not None
    assert difference.where.startswith("environment.")
    assert run.exit_code == 1
