"""All made archives by theme and name, and those of which a copy is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.corpus.made import asserts, contracts, emission, grid, masks, nested, paths, scalars, structure
from tests.corpus.made.case import Cases

__all__ = ["ARCHIVES", "CASES", "KEPT"]

_THEMES: Final = {
    "grid": grid,
    "scalars": scalars,
    "paths": paths,
    "asserts": asserts,
    "emission": emission,
    "masks": masks,
    "nested": nested,
    "contracts": contracts,
    "structure": structure,
}
CASES: Final[Cases] = {
    f"{theme}/{name}": make for theme, module in _THEMES.items() for name, make in module.CASES.items()
}
ARCHIVES: Final = Path(__file__).parent / "archives"
KEPT: Final = (
    "asserts/ge_recorded_le_computed",
    "asserts/recorded_as_true",
    "contracts/contradictory_asserts",
    "contracts/unreadable_guard_that_matters",
    "emission/deferred_dead",
    "emission/on_another_count_dead",
    "grid/backed_at_size_divided_right",
    "grid/derived_at_storage_offset_wrong",
    "grid/replaced_at_element_right",
    "masks/broadcast_deferred",
    "masks/mutated_one_name",
    "masks/same_mask_one_name",
    "nested/outer_count_lost_if_false",
    "nested/looped_right",
    "nested/sibling_symbol",
    "scalars/fresh_divided_wrong",
    "scalars/kept_bound",
    "scalars/lost_bound",
    "structure/allocated_by_nobody",
    "structure/custom_right",
    "structure/dropped_and_equal_to_a_size",
)
