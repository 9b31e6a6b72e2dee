"""Seeded faults of one special case each, in terms and solvers."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["SPECIAL_TERMS"]

SPECIAL_TERMS: Final = (
    Mutant(
        "trm-an-order-with-nan-bounds",
        "A comparison with NaN is taken for a bound.",
        "refimpl.terms.bounds:Bounds._compare_float",
        " and right == right",
        "",
        ("specs/assumptions.py::test_the_number_may_stand_on_either_side_and_be_nan",),
    ),
)
