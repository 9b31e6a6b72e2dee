"""The import arrows hold, and the check of them can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.arrows import ORDER, violations

ROOT = Path(__file__).parents[2]


def test_every_import_follows_the_arrows() -> None:
    assert violations(ROOT / "refimpl") == []


def test_every_entry_has_a_place_in_the_order() -> None:
    entries = {path.name for path in (ROOT / "refimpl").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert entries <= set(ORDER)


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("fx/graph.py", "from refimpl.terms import Dim\n", "fx stands above terms"),
        ("terms/core.py", "def f() -> None:\n    import refimpl.aten.views\n", "terms stands above aten"),
        ("terms/core.py", "import json\n", "the core does not import json"),
        ("laws/equiv.py", "import z3\n", "z3 is imported only by solver/"),
        ("terms/printing.py", "from sympy import Symbol\n", "sympy is imported only by terms/sympy_bridge.py"),
        ("export/reader.py", "import torch.export\n", "torch is imported only by torch/"),
        ("laws/equiv.py", "from . import value\n", "relative imports hide the arrow"),
        ("laws/equiv.py", "from tests import corpus\n", "refimpl does not import tests"),
        ("solver/facade.py", "from refimpl import laws\n", "solver stands above laws"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, text: str, reason: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert reason in {violation.reason for violation in violations(tmp_path)}


def test_importing_refimpl_imports_nothing_heavy() -> None:
    script = (
        "import sys, refimpl\n"
        "heavy = {'torch', 'z3', 'cvc5', 'hypothesis', 'sympy', 'rich', 'click', 'msgspec'} & set(sys.modules)\n"
        "assert not heavy, sorted(heavy)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
