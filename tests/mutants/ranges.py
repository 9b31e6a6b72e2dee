"""Seeded faults in the ranges of powers and in ranges as sets."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["RANGES"]

_R: Final = "refimpl.terms.ranges"
_P: Final = "specs/powers.py::"

RANGES: Final = (
    Mutant(
        "trm-even-powers-turn-round",
        "An even power of negative numbers has the range of their own order.",
        f"{_R}:ValueRange._constant_power",
        "return ValueRange(0 if high is None else high, low)",
        "return ValueRange(low, high)",
        (f"{_P}test_a_power_by_one_exponent_has_the_smallest_range",),
    ),
    Mutant(
        "trm-empty-ranges-are-parts-of-none",
        "A range without members is a part of those only that it crosses.",
        f"{_R}:ValueRange.is_subset",
        "return self.is_empty or self.intersect(other) == self",
        "return self.intersect(other) == self",
        (f"{_P}test_parts_and_unions_of_ranges_are_those_of_their_members",),
    ),
    Mutant(
        "trm-a-part-is-the-whole",
        "A range is a part of those that it contains.",
        f"{_R}:ValueRange.is_subset",
        "self.intersect(other) == self",
        "self.intersect(other) == other",
        (f"{_P}test_parts_and_unions_of_ranges_are_those_of_their_members",),
    ),
    Mutant(
        "trm-powers-end-at-the-least-exponent",
        "The greatest power of a range is taken by the least exponent.",
        f"{_R}:ValueRange.power",
        "_bounded_power(max(self.high, 1), exponent.high)",
        "_bounded_power(max(self.high, 1), least)",
        (f"{_P}test_powers_from_natural_bases_rise_with_base_and_exponent",),
    ),
)
