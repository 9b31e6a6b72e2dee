"""Of the laws of an implementation, each has a fault that it notices and no other does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from refimpl.testing import REBINDING_LAWS, LawBroken, Reference, check_law
from tests.mutants.catalogue import by_id
from tests.mutants.mutant import planted

# What ATOM is about, a step that fails half way, a single question to the pure step has not: its own check is drawn.
FAULTS: Final[Mapping[str, str]] = {
    "EXACT": "imp-moved-conditions-are-lost",
    "FRAME": "imp-backed-symbols-are-replaced",
    "ROOT": "imp-symbols-replace-themselves",
    "SORT": "imp-booleans-are-integers",
    "STEADY": "imp-what-holds-is-refused",
}
LAWS: Final = {law.name: law for law in REBINDING_LAWS}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("about", FAULTS)
def test_a_fault_breaks_the_law_that_it_is_about_and_no_other(about: str, name: str) -> None:
    with planted(by_id()[FAULTS[about]]):
        if name != about:
            check_law(LAWS[name], Reference(), max_examples=20)
            return
        with pytest.raises(LawBroken) as caught:
            check_law(LAWS[name], Reference(), max_examples=120, max_shrinks=0)
    assert caught.value.law == about
