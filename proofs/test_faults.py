"""Every proof can fail: a faulty function in place of the shipped one turns each proof about it red."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from proofs.engine.running import prove
from proofs.faults import FAULTS
from proofs.registry import THEOREMS


def _forget() -> None:
    """Empty the caches of the terms: they hold what the replaced functions said."""
    for name, module in list(sys.modules.items()):
        if name.startswith("refimpl.terms"):
            for member in list(vars(module).values()):
                clear: object = getattr(member, "cache_clear", None)
                if callable(clear):
                    clear()


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    _forget()
    yield
    _forget()


_PAIRS = [(subject, name) for subject, _ in FAULTS for name, theorem in THEOREMS.items() if subject in theorem.about]


@pytest.mark.parametrize(("subject", "name"), _PAIRS, ids=lambda part: str(part).removeprefix("refimpl."))
def test_a_faulty_function_turns_the_proof_red(subject: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, path = subject.partition(":")
    *owners, attribute = path.split(".")
    owner: object = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    assert hasattr(owner, attribute), "a fault replaces what is there"
    monkeypatch.setattr(owner, attribute, dict(FAULTS)[subject])
    _forget()
    result = prove(THEOREMS[name], stop_early=True)
    assert result.verdict in ("refuted", "undecided"), result.verdict


def test_every_function_under_proof_has_a_fault() -> None:
    assert {subject for theorem in THEOREMS.values() for subject in theorem.about} == {subject for subject, _ in FAULTS}
