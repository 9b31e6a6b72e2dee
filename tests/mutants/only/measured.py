"""The lines that each check runs, measured once and kept while the code moves on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from tests.mutants.mutant import forget_results
from tests.mutants.only.reach import Lines, reached
from tests.mutants.systematic.changes import ROOT
from tests.mutants.systematic.checking import run_one, seconds
from tests.mutants.systematic.forked import in_child
from tests.mutants.systematic.lines import moved

__all__ = ["Measured", "measure", "read_measured"]

Measured: TypeAlias = Mapping[str, tuple[float, Lines]]
"""For each check, its usual time in the processor's seconds and the lines that it runs, by module."""
_KEPT: Final = "reach.jsonl"
_HALF: Final = 0.5
"""What a check takes of the time that it takes while its lines are noted."""


def measure(work: Path, checks: Iterable[str]) -> list[str]:
    """Note the lines of each check that has none yet; the checks that do not pass, which are left out."""
    version, known = _keep_sources(work), read_measured(work)
    failing: list[str] = []
    for check in checks:
        if check in known:
            continue

        def body(write: Callable[[str], None], check: str = check) -> None:
            forget_results()
            before = seconds()
            with reached() as lines:
                run_one(check)
            write(json.dumps([check, round((seconds() - before) * _HALF, 3), lines, version]))

        written, status = in_child(body)
        if status != 0:
            failing.append(check)
            continue
        with (work / _KEPT).open("a", encoding="utf-8") as file:
            file.write(f"{written[0]}\n")
    return failing


def read_measured(work: Path) -> Measured:
    """What was measured, in lines of the present text."""
    path = work / _KEPT
    present, maps = _sources(), dict[str, dict[str, dict[int, list[int]]]]()
    found: dict[str, tuple[float, Lines]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row: tuple[str, float, Lines, str] = tuple(json.loads(line))
        check, usual, lines, version = row
        if version not in maps:
            kept: dict[str, str] = json.loads((work / f"sources-{version}.json").read_text(encoding="utf-8"))
            maps[version] = {
                module: moved(kept[module].splitlines(), text.splitlines())
                for module, text in present.items()
                if kept.get(module, text) != text
            }
        found[check] = (usual, {module: _now(numbers, maps[version].get(module)) for module, numbers in lines.items()})
    return found


def _now(numbers: list[int], shift: Mapping[int, list[int]] | None) -> list[int]:
    return numbers if shift is None else sorted({now for old in numbers for now in shift.get(old, ())})


def _sources() -> dict[str, str]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "refimpl").rglob("*.py"))
    }


def _keep_sources(work: Path) -> str:
    text = json.dumps(_sources())
    version = sha256(text.encode()).hexdigest()[:12]
    (work / f"sources-{version}.json").write_text(text, encoding="utf-8")
    return version
