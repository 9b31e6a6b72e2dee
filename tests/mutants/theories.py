"""Seeded faults in what is assumed of a program."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["THEORIES"]

_M: Final = "refimpl.laws.theory"
_T: Final = "specs/theories.py::"

THEORIES: Final = (
    Mutant(
        "thy-facts-are-forgotten",
        "A fact logged at the very place that is asked about counts.",
        f"{_M}:Theory.hypotheses",
        "if s.order < until)",
        "if s.order <= until)",
        (f"{_T}test_the_hypotheses_are_those_of_the_side",),
    ),
    Mutant(
        "thy-layouts-are-assumed-unasked",
        "Layout decisions are assumed where they are not asked for, and not where they are.",
        "refimpl.laws.theory:Theory.hypotheses",
        "*self.stated(given), *(self._layout if layout else ())",
        "*self.stated(given), *(self._layout if not layout else ())",
        ("specs/theories.py::test_an_obligation_has_what_is_connected_with_its_goal",),
    ),
    Mutant(
        "thy-branches-establish-nothing",
        "What is stated of a branch does not hold plainly inside it.",
        f"{_M}:Theory._inside",
        "if plain else self._whole(statement)",
        "if not plain else self._whole(statement)",
        (f"{_T}test_what_follows_plainly",),
    ),
    Mutant(
        "thy-one-part-is-enough",
        "A conjunction is taken to follow if one of its parts does.",
        f"{_M}:_Scope.settles",
        "return all(map(self.settles, parts))",
        "return any(map(self.settles, parts))",
        (f"{_T}test_what_follows_holds_where_everything_assumed_holds",),
    ),
)
