"""The live audit: it finds each kind of fault in plain PyTorch scripts, and is silent on scripts that are right."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from refimpl.torch import Finding, audit

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]  # the warnings are PyTorch's own

SCRIPTS = Path(__file__).parent / "scripts"
BROKEN = sorted(SCRIPTS.glob("broken_*.py"))
RIGHT = sorted(SCRIPTS.glob("right_*.py"))
SLOW = ("compile", "export")


def laws_named_by(script: Path) -> set[str]:
    """The laws before the colon of the script's first line: ``DOM, FRESH: ...``."""
    text = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    return {name.strip() for name in text.partition(":")[0].split(",")}


def found_in(script: Path) -> list[Finding]:
    """The findings of a run of the script."""
    with audit() as findings:
        runpy.run_path(str(script), run_name="__main__")
    return list(findings)


def by_cost(scripts: list[Path]) -> list[ParameterSet]:
    """The scripts as parameters, those that compile or export marked as slow."""
    return [
        pytest.param(
            script, id=script.stem, marks=[pytest.mark.slow] if any(word in script.stem for word in SLOW) else []
        )
        for script in scripts
    ]


def test_there_is_a_script_for_every_kind_of_fault() -> None:
    named = {law for script in BROKEN for law in laws_named_by(script)}
    assert named == {"EMIT", "LINK", "FRAME", "INJ", "PATH", "ATOM", "ROOT", "STEADY", "SORT", "DOM", "FRESH"}


@pytest.mark.parametrize("script", by_cost(BROKEN))
def test_a_fault_is_found(script: Path) -> None:
    findings = found_in(script)
    refuted = {finding.law for finding in findings if finding.outcome == "refuted"}
    assert laws_named_by(script) <= refuted
    assert all(finding.message and finding.node and str(script) in finding.stack for finding in findings)


@pytest.mark.parametrize("script", by_cost(RIGHT))
def test_a_right_script_is_right(script: Path) -> None:
    assert found_in(script) == []


def test_numbers_show_what_is_wrong() -> None:
    (finding,) = found_in(SCRIPTS / "broken_link_constant.py")
    assert finding.witness == {"u0": "3"}


def test_a_division_that_is_refused_breaks_path_and_the_refusal_is_an_open_question() -> None:
    found = {finding.law: finding for finding in found_in(SCRIPTS / "broken_path_refused.py")}
    assert {law: finding.outcome for law, finding in found.items()} == {"EXACT": "undecided", "PATH": "refuted"}
    assert found["PATH"].witness == {"u1": "1"}
