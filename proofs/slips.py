"""Small realistic faults of the shipped functions, and the theorems whose proofs each turns red.

``slips.jsonl`` has one a line: an edit of one function, or the id of a fault of ``tests/mutants`` (``seeded``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.mutants.catalogue import by_id
from tests.mutants.mutant import Mutant

__all__ = ["SLIPS"]

_FILE: Final = Path(__file__).with_suffix(".jsonl")


def _slips() -> Iterator[tuple[Mutant, tuple[str, ...]]]:
    seeded = by_id()
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        theorems = tuple(row.pop("theorems"))
        if "seeded" in row:
            yield seeded[row["seeded"]], theorems
        else:
            killers = tuple(f"proofs/test_theorems.py::test_the_theorem_holds[{name}]" for name in theorems)
            yield Mutant(**row, killers=killers), theorems


SLIPS: Final = tuple(_slips())
