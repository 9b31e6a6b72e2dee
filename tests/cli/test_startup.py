"""What a command imports: nothing that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.aten._families import families

ROOT = Path(__file__).parents[2]
ARCHIVE = "tests/corpus/archives/datadep/item_int.pt2"
HEAVY = {"torch", "z3", "cvc5", "sympy", "hypothesis", "rich", "concurrent.futures.process", "multiprocessing"}


def _modules_after(code: str) -> set[str]:
    """The modules that a fresh process has imported when the code has run."""
    report = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stderr.splitlines()[-1]))


def _command(*arguments: str) -> str:
    return "\n".join(
        (
            "from refimpl.cli.main import main",
            "try:",
            f"    main({list(arguments)!r})",
            "except SystemExit as done:",
            "    assert not done.code",
        )
    )


@pytest.mark.parametrize("command", ["check", "propagate"])
def test_a_small_archive_needs_no_solver_and_no_pool_of_processes(command: str) -> None:
    modules = _modules_after(_command(command, ARCHIVE))
    assert "refimpl.export.program" in modules
    assert not HEAVY & modules


def test_a_small_archive_needs_few_families_of_operators() -> None:
    modules = _modules_after(_command("check", ARCHIVE))
    needed = [family for family in families() if f"refimpl.aten.{family}" in modules]
    assert "data_dependent" in needed
    assert len(needed) < len(families()) / 3


def test_the_package_alone_imports_no_part() -> None:
    modules = _modules_after("import refimpl")
    assert not HEAVY & modules
    assert not {"msgspec", "refimpl.laws.check", "refimpl.aten._overload"} & modules


def test_a_module_that_is_imported_is_noticed() -> None:
    assert "wave" not in _modules_after("import refimpl")
    assert "wave" in _modules_after("import wave")
