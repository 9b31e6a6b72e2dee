"""Implementations of others: one in JavaScript on Node.js, one in Python that a type checker holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.conformance.reports import read_report

ROOT = Path(__file__).parents[2]
CONSUMER = ROOT / "tests" / "consumer"


def conform(subject: str, output: Path, *, folder: Path = ROOT) -> tuple[int, dict[str, int], str]:
    """The exit code, the verdicts of the rebinding chapter and what was printed."""
    command = [sys.executable, "-m", "refimpl.cli", "conform", "--subject", subject, "--chapter", "rebinding"]
    done = subprocess.run(
        [*command, "--output", str(output)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    counts: dict[str, int] = {}
    for row in read_report((output / "report.jsonl").read_text(encoding="utf-8"))[1]:
        verdict = str(row["verdict"])
        counts[verdict] = counts.get(verdict, 0) + 1
    return done.returncode, counts, done.stdout + done.stderr


def test_a_subject_in_javascript_is_right_about_rebinding(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed; the gate has it")
    code, counts, said = conform(f"{node} {ROOT / 'tests' / 'conformance' / 'subject.js'}", tmp_path)
    assert code == 0, said
    assert counts.keys() <= {"pass", "declined"}
    assert counts["pass"] >= 8


def test_the_consumers_implementation_is_right_about_rebinding(tmp_path: Path) -> None:
    code, counts, said = conform("rebinder:implementation", tmp_path, folder=CONSUMER)
    assert code == 0, said
    assert counts.keys() <= {"pass", "declined"}
    assert counts["pass"] >= 8


def test_a_python_implementation_can_be_served(tmp_path: Path) -> None:
    subject = f"{sys.executable} -m refimpl.cli serve rebinder:implementation"
    assert conform(subject, tmp_path, folder=CONSUMER)[0] == 0


def test_a_type_checker_holds_implementations(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="the type checker is part of the extra dev")
    text = (CONSUMER / "rebinder.py").read_text(encoding="utf-8")
    wrong = {
        "result": ("def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] |",
                   "def rebinding(self, given: RebindingInput) -> Returned[BindingsResult] |"),
        "missing": ("    def propagation(", "    def propagate("),
        "feature": ('"divide_by"', '"divide"'),
        "kind": ('raise Refused("type"', 'raise Refused("typo"'),
    }  # fmt: skip
    for name, (old, new) in wrong.items():
        assert text.count(old) == 1, old
        (tmp_path / f"{name}.py").write_text(text.replace(old, new), encoding="utf-8")
    (tmp_path / "right.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir",
         str(ROOT / ".mypy_cache" / "consumer"), *sorted(str(path) for path in tmp_path.glob("*.py"))],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    found = {line.partition(".py:")[0] for line in done.stdout.splitlines() if ".py:" in line and " error: " in line}
    assert {Path(name).name for name in found} == set(wrong), done.stdout
