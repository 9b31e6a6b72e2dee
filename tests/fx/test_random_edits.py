"""Random edits of a graph leave the same graph under ``refimpl.fx`` and ``torch.fx`` (recorded, and live)."""

from __future__ import annotations

import json
import warnings

import pytest

import refimpl.fx as own
from refimpl.fx import Module
from tests.fx.random_edits import edit_history
from tests.fx.record import RECORDED, SEEDS, STEPS, digest, edits_under_torch


def edits_under_own(seed: int) -> list[str]:
    """What random edits print under this package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return edit_history(own, Module, seed, STEPS)


def test_random_edits_do_what_they_did_in_pytorch() -> None:
    recorded: dict[str, str] = json.loads(RECORDED.read_text())["edits"]
    assert {str(seed): digest(edits_under_own(seed)) for seed in SEEDS} == recorded


def test_random_edits_reach_every_kind_of_edit() -> None:
    kinds = {entry.split(" ")[0] for seed in SEEDS for entry in edits_under_own(seed)}
    assert len(kinds) >= 22
    assert any("AssertionError" in entry for entry in edits_under_own(0) + edits_under_own(1))


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(100, 130))
def test_random_edits_do_the_same_under_both(seed: int) -> None:
    assert edits_under_own(seed) == edits_under_torch(seed)
