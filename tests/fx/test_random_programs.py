"""Random programs are traced, transformed and run the same under ``refimpl.fx`` and ``torch.fx`` (live)."""

from __future__ import annotations

import contextlib
import importlib
import io
import re

import pytest

import refimpl.fx as own
from refimpl.fx import Module
from tests.fx.random_programs import program, run_history


def test_programs_run_and_fail_in_many_ways() -> None:
    lines = [line for seed in range(12) for line in run_history(own, Module, seed)]
    kinds = {line.split(" ")[0] for line in lines if re.match(r"\w+Error ", line)}
    assert {"TypeError", "RuntimeError", "AssertionError"} & kinds >= {"TypeError", "RuntimeError"}
    assert sum(line.lstrip("-").isdigit() for line in lines) > 50
    assert "def forward" in "".join(lines)


def test_another_program_shows_another_history() -> None:
    assert len({tuple(run_history(own, Module, seed)) for seed in range(8)}) == 8
    assert program(3) == program(3)


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(40))
def test_programs_do_the_same_under_both(seed: int) -> None:
    module_class: type = importlib.import_module("torch").nn.Module
    with contextlib.redirect_stderr(io.StringIO()):
        under_torch = run_history(importlib.import_module("torch.fx"), module_class, seed)
    assert run_history(own, Module, seed) == under_torch
