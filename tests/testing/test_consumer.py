"""The consumer project type-checks strictly and its tests pass, against the source tree; CI does it with the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONSUMER = ROOT / "tests" / "consumer"


def run(*command: str, folder: Path = CONSUMER) -> subprocess.CompletedProcess[str]:
    """The command in the consumer's folder, with the source tree in the place of the installed package."""
    places = {"PYTHONPATH": str(ROOT), "MYPYPATH": f"{ROOT}{os.pathsep}{folder}"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_consumers_tests_pass() -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_consumer_is_strictly_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    # A package in site-packages is followed silently; the source tree has to be told so.
    options = ("--follow-imports=silent", "--cache-dir", str(ROOT / ".mypy_cache" / "consumer"))
    done = run("mypy", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from typing import assert_type\n"
        "from hypothesis import strategies as st\n"
        "from refimpl.testing import LawBroken, terms\n\n"
        "assert_type(terms(), st.SearchStrategy[str])\n"
        'LawBroken("EXACT", 3)\n',
        encoding="utf-8",
    )
    done = run("mypy", *options, str(wrong))
    assert done.returncode == 1, "a wrong type is noticed"
    assert done.stdout.count("wrong.py:") == 2
