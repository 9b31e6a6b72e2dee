"""A false fact in each family of data-dependent operators, and false sizes in others."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OPERATORS"]

_D: Final = "refimpl.aten.data_dependent"
_O: Final = "specs/operators.py::"

OPERATORS: Final = (
    Mutant(
        "opr-a-mask-selects-something",
        "A mask is said to select at least one element.",
        f"{_D}:mask_count",
        "ctx.fresh_int(0, mask.numel()",
        "ctx.fresh_int(1, mask.numel()",
        (f"{_O}test_a_mask_selects_between_none_and_all",),
    ),
    Mutant(
        "opr-some-value-occurs-twice",
        "There are said to be fewer distinct values than elements.",
        f"{_D}:unique2",
        "ctx.fresh_int(0, self.numel(), ",
        "ctx.fresh_int(0, self.numel() - 1, ",
        (f"{_O}test_distinct_values_are_at_most_all",),
    ),
    Mutant(
        "opr-something-is-repeated",
        "The sum of the repeats is said to be positive.",
        f"{_D}:repeat_total",
        "ctx.fresh_int(0, None",
        "ctx.fresh_int(1, None",
        (f"{_O}test_repeats_and_bins_are_those_of_the_contents",),
    ),
    Mutant(
        "opr-replacement-is-ignored",
        "Combinations with replacement are counted as if there were none.",
        f"{_D}:combinations",
        "length + r - 1 if with_replacement else length",
        "length",
        (f"{_O}test_combinations_are_counted",),
    ),
    Mutant(
        "opr-slices-round-down",
        "The length of a slice with a step is rounded down.",
        "refimpl.aten._slices:slice_length",
        "+ step - 1) // step",
        ") // step",
        (f"{_O}test_length_and_start_are_those_of_python",),
    ),
)
