"""The examples of the page on the audit, and of the findings, are what a live PyTorch gives."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.torch import audit

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("default")]  # the warnings are PyTorch's own

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "refimpl" / "docs" / "audit.md"
FINDINGS = sorted((ROOT / "specs" / "findings").glob("*.md"))
NOT_OF_REBINDING = frozenset(("VALUE", "ARC"))
# Scripts that decide or require and rebind nothing: the audit, which watches rebinding, has nothing to see.
DECIDES_ONLY = frozenset(
    (
        "answers_outlive_what_is_learned",
        "frozen_decisions_narrow_ranges",
        "suppressed_requirements_dropped",
        "zero_factors_divided_out",
    )
)


def examples() -> list[tuple[str, str, int]]:
    """The commands of the page with their output and exit code."""
    (block,) = re.findall(r"^```shell\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)
    found: list[tuple[str, str, int]] = []
    for part in re.split(r"^\$ ", str(block), flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        code = re.search(r"^\(exit (\d+)\)\n", expected, re.M)
        found.append((command, re.sub(r"^\(exit \d+\)\n", "", expected, flags=re.M), int(code[1]) if code else 0))
    return found


@pytest.mark.parametrize(("command", "expected", "code"), examples(), ids=[example[0] for example in examples()])
def test_an_example_prints_what_the_page_says(command: str, expected: str, code: int) -> None:
    program, *arguments = shlex.split(command)
    assert program == "refimpl"
    done = subprocess.run(
        [sys.executable, "-m", "refimpl.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.replace(f"{ROOT}/", "") + done.stderr, done.returncode) == (expected, code)


def named_by(page: Path) -> set[str]:
    """The laws that a page of findings names."""
    (line,) = re.findall(r"^\* \*\*Law\*\*: (.*)$", page.read_text(encoding="utf-8"), re.M)
    return set(re.findall(r"[A-Z]{3,}", str(line)))


@pytest.mark.parametrize("page", FINDINGS, ids=lambda page: page.stem)
def test_the_audit_finds_what_a_page_of_findings_says(page: Path) -> None:
    laws = named_by(page)
    with audit() as findings:
        runpy.run_path(str(page.with_suffix(".py")), run_name="__main__")
    found = {finding.law for finding in findings}
    if page.stem in DECIDES_ONLY:
        assert not found
    else:
        assert laws & found or laws <= NOT_OF_REBINDING, (laws, list(findings))
