"""Profile ``torch-2.13`` does what PyTorch 2.13 does; ``exact`` keeps every equation."""

from __future__ import annotations

import json
from typing import TypedDict

import pytest

from refimpl.symbolic_shapes import EXACT, TORCH_2_13
from tests.symbolic_shapes.api_scenarios import API_SCENARIOS, observe_api
from tests.symbolic_shapes.record import RECORDED
from tests.symbolic_shapes.scenarios import SCENARIOS, OurSubject, TorchSubject, observe


class _Recorded(TypedDict):
    torch: str
    seen: dict[str, list[str]]
    api: dict[str, list[str]]


def _recorded() -> _Recorded:
    found: _Recorded = json.loads(RECORDED.read_text())
    return found


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_torch_profile_does_what_pytorch_was_seen_to_do(name: str) -> None:
    assert observe(name, OurSubject(TORCH_2_13)) == _recorded()["seen"][name]


def test_every_scenario_was_recorded_under_the_release_the_profile_is_named_after() -> None:
    recorded = _recorded()
    assert sorted(recorded["seen"]) == sorted(SCENARIOS)
    assert sorted(recorded["api"]) == sorted(API_SCENARIOS)
    assert f"torch-{recorded['torch']}" in (TORCH_2_13.name, f"{TORCH_2_13.name}.0")


@pytest.mark.parametrize("name", sorted(API_SCENARIOS))
def test_the_same_calls_show_the_same(name: str) -> None:
    assert observe_api(name, "refimpl") == _recorded()["api"][name]


@pytest.mark.torch
@pytest.mark.parametrize("name", sorted(API_SCENARIOS))
def test_pytorch_still_shows_the_same(name: str) -> None:
    assert observe_api(name, "torch") == _recorded()["api"][name]


@pytest.mark.torch
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_pytorch_still_does_what_was_recorded(name: str) -> None:
    assert observe(name, TorchSubject()) == _recorded()["seen"][name]


LOST_BY_PYTORCH = {
    "constant": "equal: True",
    "backed_symbol": "equal: True",
    "backed_expression": "equal: True",
    "derived_expression": "equal: True",
    "the_symbol_itself": "equal: True",
    "bound_twice": "equal: True",
    "quotient_of_a_symbol": "fresh is twice the old: True",
    "duplicates": "first: True",
}


@pytest.mark.parametrize("name", sorted(LOST_BY_PYTORCH))
def test_the_exact_profile_keeps_the_equation_that_pytorch_loses_or_refuses(name: str) -> None:
    wanted = LOST_BY_PYTORCH[name]
    assert wanted in observe(name, OurSubject(EXACT))
    assert wanted not in _recorded()["seen"][name] or any("raised" in line for line in _recorded()["seen"][name])


@pytest.mark.parametrize("name", ["constant_outside", "constant_of_another_sort", "inexact_constant_quotient"])
def test_the_exact_profile_says_that_an_impossible_equation_is_inconsistent(name: str) -> None:
    assert observe(name, OurSubject(EXACT))[-1].startswith("raised: RebindingInconsistentError")
    assert not any("raised" in line for line in _recorded()["seen"][name]), "PyTorch drops it silently"
