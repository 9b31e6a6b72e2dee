"""What a live PyTorch does with the made archives is what is recorded, and it shows what its pass does not notice."""

from __future__ import annotations

import pytest

from tests.corpus.made.registry import CASES
from tests.corpus.made.torch_side import recorded_answers, torch_answers


def test_every_case_has_an_answer() -> None:
    assert recorded_answers().keys() == CASES.keys()


def test_most_archives_load_and_are_propagated() -> None:
    answers = list(recorded_answers().values())
    fine = [answer for answer in answers if answer == {"load": "ok", "propagate": "ok"}]
    assert len(fine) >= len(answers) * 2 // 3


@pytest.mark.parametrize(
    "name",
    ["scalars/lost_bound", "asserts/recorded_as_true", "nested/outer_count_lost_if_false", "scalars/lifted_wrong"],
)
def test_pytorch_notices_nothing_of_what_is_refuted_here(name: str) -> None:
    assert CASES[name]().verdict == "broken"
    assert recorded_answers()[name] == {"load": "ok", "propagate": "ok"}


@pytest.mark.parametrize("name", ["grid/derived_at_size_right", "structure/known_when_run_again_right"])
def test_pytorch_refuses_derived_terms_that_are_right(name: str) -> None:
    """``should have been constant, but got ...``."""
    assert CASES[name]().verdict == "equivalent"
    answer = recorded_answers()[name]
    match answer:
        case {"load": "ok", "propagate": {"error": "AssertionError", "message": str(message)}}:
            assert "should have been constant" in message
        case _:
            raise AssertionError(answer)


@pytest.mark.torch
def test_a_live_pytorch_answers_as_recorded() -> None:
    assert torch_answers() == recorded_answers()
