"""The index of families: true, complete, and used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from refimpl.aten import overload
from refimpl.aten._families import families, index, load
from refimpl.aten._higher_order import higher_order_names
from refimpl.aten._registry import names

ROOT = Path(__file__).parents[2]
MAKE = "python tests/aten/make_families.py > refimpl/aten/families.txt"


def test_the_index_is_what_the_families_register() -> None:
    made = subprocess.run(
        [sys.executable, str(ROOT / "tests/aten/make_families.py")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    assert made == (ROOT / "refimpl/aten/families.txt").read_text(encoding="utf-8"), MAKE


def test_every_operator_has_a_family() -> None:
    load()
    operators = {*names(), *(f"higher_order.{name}" for name in higher_order_names())}
    builtin = {name for name in operators if name.partition(".")[0] in ("aten", "prims", "prim", "higher_order")}
    assert builtin <= index().keys(), MAKE
    assert set(index().values()) <= set(families())


def _imported_by(operator: str) -> set[str]:
    """The family modules that a fresh process imports to run one operator."""
    code = (
        "import sys; from refimpl.aten import overload; from refimpl.aten._families import families; "
        f"assert overload({operator!r}).is_modelled; "
        "print(*[f for f in families() if 'refimpl.aten.' + f in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_one_operator_imports_few_families() -> None:
    assert index()["aten.relu.default"] in _imported_by("aten.relu.default")
    assert len(_imported_by("aten.relu.default")) < len(families()) / 4


def test_an_in_place_form_imports_the_family_of_its_functional_form() -> None:
    assert "aten.relu_.default" not in index()
    assert index()["aten.relu.default"] in _imported_by("aten.relu_.default")
    assert overload("aten.relu_.default").is_modelled
