"""Shape functions of custom operators that an installed package offers, on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl.export.builder import ProgramBuilder, tensor

ROOT = Path(__file__).parents[2]
SHAPES = """
from refimpl.aten import register_shape
from refimpl.fake_tensor import FakeTensor


@register_shape("mylib::keep_positive(Tensor x) -> Tensor")
def keep_positive(ctx, x):
    count = ctx.fresh_int(0, x.numel(), ctx.quantity("mylib.keep_positive", x))
    return FakeTensor((count,), (1,), x.dtype, x.device)
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A program that uses a custom operator."""
    made = ProgramBuilder()
    count = made.unbacked("u0", low=0)
    found = made.call("mylib.keep_positive.default", made.input("x", tensor([7])), out=tensor([count]))
    made.check(made.size(found, 0), ">=", 0)
    made.output(found)
    made.save(tmp_path / "custom.pt2")
    return tmp_path / "custom.pt2"


def refimpl(*arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line, with what lies in a folder installed as well."""
    command = [sys.executable, "-m", "refimpl.cli", *map(str, arguments)]
    environment = os.environ if path is None else {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def installed(folder: Path, shapes: str) -> Path:
    """The folder, with a package whose entry point names a module of this text."""
    (folder / "mylib").mkdir()
    (folder / "mylib" / "__init__.py").touch()
    (folder / "mylib" / "shapes.py").write_text(shapes, encoding="utf-8")
    metadata = folder / "mylib-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mylib\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[refimpl.shapes]\nmylib = mylib.shapes\n", encoding="utf-8")
    return folder


def test_a_custom_operator_is_assumed_until_a_package_has_its_shape_function(archive: Path, tmp_path: Path) -> None:
    assumed = refimpl("check", "--strict", archive)
    assert assumed.returncode == 3, assumed.stdout + assumed.stderr
    assert "conditional: the results of keep_positive are assumed" in assumed.stdout
    modelled = refimpl("check", "--strict", archive, path=installed(tmp_path, SHAPES))
    assert modelled.returncode == 0, modelled.stdout + modelled.stderr
    assert "conditional" not in modelled.stdout


@pytest.mark.parametrize("command", [("check",), ("propagate",), ("bench", "--no-torch")])
def test_an_entry_point_that_fails_is_a_sentence_and_exit_2(
    command: tuple[str, ...], archive: Path, tmp_path: Path
) -> None:
    done = refimpl(*command, archive, path=installed(tmp_path, "import no_such_module\n"))
    assert done.returncode == 2, done.stdout + done.stderr
    said = "the entry point mylib of refimpl.shapes fails (mylib.shapes): ModuleNotFoundError: No module named"
    assert f"{archive}: {said} 'no_such_module'\n" in done.stdout + done.stderr
    assert "bug" not in done.stdout + done.stderr
