"""Seeded faults in what the laws look at."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OBSERVING"]

_M: Final = "refimpl.laws"
_O: Final = "specs/observing.py::"

OBSERVING: Final = (
    Mutant(
        "obs-overloads-allocate",
        "The name of an overload is taken for that of an operator.",
        f"{_M}.operators:may_allocate",
        "for part in parts[:2]",
        "for part in parts",
        (f"{_O}test_which_operators_may_allocate",),
    ),
    Mutant(
        "obs-any-slice-allocates",
        "A slice with known bounds along a known dimension is taken to allocate.",
        f"{_M}.operators:_of_a_slice",
        "if unknown or bounds else ()",
        "if unknown or bounds or along else ()",
        (f"{_O}test_where_a_slice_allocates",),
    ),
    Mutant(
        "obs-effects-of-sub-graphs-are-dead",
        "An effect in a sub-graph of a sub-graph is taken for none.",
        f"{_M}.liveness:_runs_effects",
        "(inner.is_impure() or _runs_effects(inner))",
        "inner.is_impure()",
        (f"{_O}test_an_effect_in_a_nested_sub_graph_keeps_its_operators",),
    ),
)
