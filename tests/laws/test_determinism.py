"""The same program gives the same bytes, whatever the hash seed and whatever was asked before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from refimpl.laws import Report
from tests.laws.programs import checked, counted, two_counts

ROOT = Path(__file__).parents[2]
_SCRIPT = """
from tests.laws.test_determinism import text
print(text(), end="")
"""


def text() -> str:
    """The report on an intact program, a broken one, and one that breaks several laws."""
    programs = (
        counted(2, asserts=[(">=", 2)]),
        counted(3, 5, asserts=[(">=", 2), ("!=", 4)]),
        two_counts(("u0", "u0"), same_mask=False),
    )
    return Report(tuple(checked(program, values=True) for program in programs)).to_json()


def test_the_report_is_the_same_bytes_under_every_hash_seed() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(printed) == 1
    assert '"outcome": "refuted"' in next(iter(printed))


def test_earlier_queries_do_not_change_the_report() -> None:
    first = text()
    checked(counted(4, 7))
    assert text() == first
