"""The same scripts print the same under ``refimpl.fx`` and ``torch.fx`` (recorded, and live)."""

from __future__ import annotations

import functools
import json

import pytest

import refimpl.fx as own
from refimpl.fx import Module
from tests.fx.record import RECORDED, run_under_torch
from tests.fx.subject import run_script, script_names


@functools.cache
def recorded() -> dict[str, str]:
    """What PyTorch printed."""
    printed: dict[str, str] = json.loads(RECORDED.read_text())["printed"]
    return printed


@functools.cache
def under_own(name: str) -> dict[str, str]:
    """What a script prints under this package."""
    return run_script(name, own, Module)


def test_at_least_sixty_scenarios_are_recorded_and_none_failed() -> None:
    assert len(recorded()) >= 60
    assert [key for key, text in recorded().items() if "ESCAPED" in text or not text] == []


def test_every_scenario_is_recorded() -> None:
    assert sorted(key for name in script_names() for key in under_own(name)) == sorted(recorded())


@pytest.mark.parametrize("key", sorted(recorded()))
def test_scenario_prints_what_pytorch_printed(key: str) -> None:
    assert under_own(key.split("::")[0])[key] == recorded()[key]


@pytest.mark.torch
@pytest.mark.parametrize("name", script_names())
def test_script_prints_the_same_under_both(name: str) -> None:
    assert run_script(name, own, Module) == run_under_torch(name)
