"""No range, no encoding and no rule of the normal form is without a theorem, unless it is listed with its test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from proofs.coverage import canonical, uncovered, under_proof
from proofs.registry import THEOREMS
from refimpl.terms import intervals

TRUSTED = (Path(__file__).parent / "TRUSTED.md").read_text(encoding="utf-8")


def _object(subject: str) -> object:
    module, _, path = subject.partition(":")
    found: object = import_module(module)
    for part in path.split("."):
        # A method as the class has it, not bound.
        found = vars(found)[part] if isinstance(found, type) else getattr(found, part)
    return found


def _about() -> Mapping[str, object]:
    return {subject: _object(subject) for theorem in THEOREMS.values() for subject in theorem.about}


def test_every_function_under_proof_is_named_by_a_theorem_or_listed() -> None:
    assert uncovered(under_proof(), _about(), TRUSTED) == []


def test_a_function_without_a_theorem_is_noticed() -> None:
    about = {name: found for name, found in _about().items() if found is not intervals.multiply}
    assert uncovered((intervals,), about, TRUSTED) == ["refimpl.terms.intervals:multiply"]
    made = ModuleType("refimpl.terms.made")
    exec("__all__ = ['square']\ndef square(x): return x\ndef _hidden(x): return x\n", vars(made))
    assert uncovered((made,), about, TRUSTED) == ["refimpl.terms.made:square"]
    assert uncovered((made,), about, "`refimpl.terms.made:square`") == []


def test_what_is_listed_exists_and_has_no_theorem() -> None:
    listed = re.findall(r"`(refimpl\.[\w.]+:[\w.]+)`", TRUSTED)
    proved = {canonical(found) for found in _about().values()}
    for name in listed:
        assert canonical(_object(name)) == name
        assert name not in proved, "it has a theorem now"
