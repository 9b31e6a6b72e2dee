"""The wheel carries the vectors: the oracle works from a plain install."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conformance.planted import SET

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of the built wheel, in a folder of their own."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def refimpl(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command of the installed package, far from the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "refimpl.cli", *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_every_vector(installed: Path) -> None:
    carried = installed / "refimpl" / "conformance" / "vectors"
    names = {path.relative_to(carried).as_posix() for path in carried.rglob("*.json")}
    source = SET.folder
    assert names == {path.relative_to(source).as_posix() for path in source.rglob("*.json")}


def test_the_oracle_works_from_the_wheel(installed: Path) -> None:
    checked = refimpl(installed, "vectors", "check")
    assert (checked.returncode, checked.stdout) == (0, f"{len(SET.vectors)} vectors, {SET.hash[:12]}\n")
    (installed / "refimpl" / "conformance" / "vectors" / "manifest.json").rename(installed / "away.json")
    missing = refimpl(installed, "vectors", "check")
    assert (missing.returncode, missing.stderr) == (2, "Error: vectors/manifest.json: there is no manifest\n")
    (installed / "away.json").rename(installed / "refimpl" / "conformance" / "vectors" / "manifest.json")
    done = refimpl(installed, "conform", "--subject", f"{sys.executable} -m refimpl.cli serve")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(SET.vectors)} vectors: {len(SET.vectors)} pass" in done.stdout
