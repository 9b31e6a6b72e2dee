"""The pytest plugin, in a pytest of its own: archives are tests, the fixture checks one inside of a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.export.builder import ProgramBuilder, tensor

ROOT = Path(__file__).parents[2]


def write(folder: Path, name: str, low: int) -> None:
    """An archive that counts the non-zero elements; a recorded minimum above 0 is asked by nobody."""
    program = ProgramBuilder()
    size, count = program.symbol("s0", hint=8), program.unbacked("u0", low, 2**63 - 2)
    x = program.input("x", tensor([size]))
    program.output(program.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count])))
    program.save(folder / name)


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and what is printed."""
    command = [sys.executable, "-m", "pytest", "-p", "refimpl.testing.pytest_plugin", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), *arguments],
        cwd=folder,
        # Loaded by name alone: where the package is installed, its entry point would load the plugin a second time.
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one intact archive, one that lost a constraint, and a test of its own."""
    (tmp_path / "models").mkdir()
    write(tmp_path / "models", "intact.pt2", 0)
    write(tmp_path / "models", "lost.pt2", 2)
    (tmp_path / "test_own.py").write_text(
        "def test_intact(refimpl_check):\n    assert refimpl_check('models/intact.pt2').unbacked == 1\n\n"
        "def test_lost(refimpl_check):\n    refimpl_check('models/lost.pt2')\n",
        encoding="utf-8",
    )
    return tmp_path


def test_each_archive_is_a_test(folder: Path) -> None:
    code, text = run(folder, "--refimpl-check", "models", "-k", "refimpl")
    assert code == 1
    assert "1 failed, 1 passed, 2 deselected" in text
    assert "refimpl[models/lost.pt2]" in text
    assert "EQUIV" in text
    assert "u0 = " in text
    assert "Traceback" not in text


def test_one_archive_that_is_intact(folder: Path) -> None:
    code, text = run(folder, "--refimpl-check", "models/intact.pt2", "--refimpl-strict", "-k", "refimpl")
    assert (code, "1 passed" in text) == (0, True)


def test_the_fixture_checks_inside_of_a_test(folder: Path) -> None:
    code, text = run(folder)
    assert code == 1
    assert "1 failed, 1 passed" in text
    assert "LawBroken" in text


def test_what_is_no_archive_is_reported(folder: Path) -> None:
    (folder / "models" / "text.pt2").write_text("no zip")
    code, text = run(folder, "--refimpl-check", "models/text.pt2", "-k", "refimpl")
    assert (code, "is not a zip archive" in text) == (1, True)
    code, text = run(folder, "--refimpl-check", "nowhere")
    assert (code, "nowhere: no .pt2 archive there" in text) == (4, True)


def test_an_audit_without_pytorch_is_wrong_usage(folder: Path) -> None:
    (folder / "without_torch.py").write_text("import sys\nsys.modules['torch'] = None\n", encoding="utf-8")
    code, text = run(folder, "-p", "without_torch", "--refimpl-audit", "-k", "test_intact")
    assert (code, text) == (4, "ERROR: --refimpl-audit needs PyTorch: pip install 'refimpl[torch]'\n\n")


def test_the_plugin_imports_nothing_heavy() -> None:
    script = (
        "import sys, refimpl.testing.pytest_plugin\n"
        "heavy = {'hypothesis', 'z3', 'cvc5', 'msgspec', 'torch'} & set(sys.modules)\n"
        "assert not heavy, sorted(heavy)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
