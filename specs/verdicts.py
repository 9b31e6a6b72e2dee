"""LAW, continued: verdicts agree with enumeration, witnesses are the smallest and replay, branches and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.laws.elimination import elimination
from refimpl.symbolic_shapes import Definition
from refimpl.terms import Cond, Dim, Scalar, evaluate, symbol
from specs.clauses import Clause, checks
from specs.emission import EMI_01, EMI_04, EMI_05
from specs.hypotheses import OBL_08, OBL_10
from specs.laws import LAW_01, LAW_02, LAW_03, LAW_04, LAW_05, LAW_08, LAW_09, LAW_14
from specs.models import RUN_08
from specs.obligations import OBL_03
from specs.propagation import PRO_03
from specs.subgraphs import PRO_09
from specs.telling import BLI_08
from tests.corpus.made import test_made
from tests.corpus.made.registry import CASES
from tests.laws import test_branches, test_each_law, test_oracle, test_witness
from tests.symbolic_shapes.boxes import dims
from tests.symbolic_shapes.operators import name
from tests.variants import test_variants

__all__ = ["LAW_10", "LAW_11", "LAW_12", "LAW_13"]

_LAWS = "refimpl.laws"
LAW_10 = Clause(
    "LAW-10",
    "The verdict on a program is that of enumerating its runs, and a witness is a run at which one side fails.",
    f"{_LAWS}.theory:Theory.settles",
    "law-the-first-fact-does-not-count",
)
LAW_12 = Clause(
    "LAW-12",
    "What a branch establishes holds under its predicate and only there; a loop's body is judged for any iteration.",
    f"{_LAWS}.observation:Stated.whole",
    "law-only-the-innermost-branch-counts",
)
test_the_verdict_is_that_of_enumeration = checks(LAW_10, LAW_01, LAW_02)(
    test_oracle.test_the_verdict_is_that_of_enumeration
)
test_every_witness_is_a_run_at_which_one_side_fails = checks(LAW_10)(
    test_oracle.test_every_witness_is_a_run_at_which_one_side_fails
)
test_equiv_refutes_a_requirement_that_was_not_recorded = checks(LAW_10)(
    test_each_law.test_equiv_refutes_a_requirement_that_was_not_recorded
)
test_reproving_agrees = checks(LAW_10)(test_each_law.test_reproving_sends_everything_to_the_solver_and_agrees)
_SLOW = ("paths/path_that_does_not_exist", "paths/requirement_under_an_unbound_name", "structure/allocated_by_nobody")


def _made(theme: str, part: int = 0, of: int = 1) -> Callable[[str, Path], None]:
    """The verdicts and witnesses of the made archives of a theme, or of a part of them."""

    @pytest.mark.parametrize("name", [name for name in CASES if name.startswith(theme) and name not in _SLOW][part::of])
    def check(name: str, tmp_path: Path) -> None:
        test_made.test_the_verdict_is_the_expected_one(name, tmp_path)

    return check


def _variants(*names: str) -> Callable[[Path, Path], None]:
    """The verdicts on one variant of each kind of these real archives."""

    @pytest.mark.parametrize("archive", [path for path, name in test_variants.NAMES.items() if name in names])
    def check(archive: Path, tmp_path: Path) -> None:
        test_variants.test_a_variant_of_each_kind_has_its_verdict(archive, tmp_path)

    return check


test_asserts_have_their_verdicts = checks(LAW_10, LAW_02, LAW_04)(_made("asserts/", 0, 2))
test_more_asserts_have_their_verdicts = checks(LAW_10, LAW_02, LAW_04)(_made("asserts/", 1, 2))
test_contracts_have_their_verdicts = checks(LAW_10)(_made("contracts/"))
test_emission_has_its_verdicts = checks(LAW_10, LAW_09, EMI_01, EMI_04, EMI_05, OBL_03)(_made("emission/"))
test_each_term_at_each_path_has_its_verdict = checks(LAW_10, LAW_05)(_made("grid/", 0, 3))
test_each_term_at_each_path_goes_on = checks(LAW_10, LAW_05)(_made("grid/", 1, 3))
test_each_term_at_each_path_ends = checks(LAW_10, LAW_05)(_made("grid/", 2, 3))
test_masks_have_their_verdicts = checks(LAW_10, LAW_08, PRO_09, PRO_03)(_made("masks/"))
test_nested_graphs_have_their_verdicts = checks(LAW_10, LAW_12)(_made("nested/", 0, 2))
test_more_nested_graphs_have_their_verdicts = checks(LAW_10, LAW_12)(_made("nested/", 1, 2))
test_paths_have_their_verdicts = checks(LAW_10, LAW_05)(_made("paths/"))
test_scalars_have_their_verdicts = checks(LAW_10, LAW_03, LAW_05, OBL_08)(_made("scalars/"))
test_structures_have_their_verdicts = checks(LAW_10, LAW_03, OBL_03)(_made("structure/"))
test_variants_of_sub_graphs_have_their_verdicts = checks(LAW_10, LAW_12)(
    _variants("real/cond", "datadep/cond_nested", "datadep/map_rows", "datadep/scan_two_outputs", "real/nested")
)
test_variants_of_items_have_their_verdicts = checks(LAW_10)(
    _variants("datadep/item_int", "datadep/item_min_max", "real/scale", "datadep/buffer_item")
)
test_variants_of_counts_have_their_verdicts = checks(LAW_10)(
    _variants("datadep/unique_full", "real/repeat", "datadep/check_bounds_both_and")
)
test_variants_of_custom_operators_have_their_verdicts = checks(LAW_10)(
    _variants("datadep/custom_count", "datadep/custom_keep_positive", "datadep/custom_list_out", "ops/int.4")
)
test_variants_of_views_have_their_verdicts = checks(LAW_10)(
    _variants("datadep/view_u", "datadep/softmax_u", "datadep/symint_input_dynamic")
)
test_variants_of_two_counts_have_their_verdicts = checks(LAW_10, LAW_08)(
    _variants("datadep/strict_two_nonzeros_same_mask")
)
test_variants_of_strides_have_their_verdicts = checks(LAW_10, LAW_03)(_variants("datadep/as_strided_u"))
test_variants_of_selections_have_their_verdicts = checks(LAW_10)(_variants("datadep/select_u"))

LAW_11 = Clause(
    "LAW-11",
    "A witness has the fewest symbols off their hint, then the smallest sum of absolute values, then comes first by"
    " name.",
    f"{_LAWS}.witness:minimize",
    "law-floats-of-a-witness-are-two",
)
test_booleans_and_floats_become_plain_where_they_may = checks(LAW_11)(
    test_witness.test_booleans_and_floats_become_plain_where_they_may
)
test_a_neighbour_of_a_model_breaks_a_goal_or_is_none = checks(LAW_11, RUN_08)(
    test_witness.test_a_neighbour_of_a_model_breaks_a_goal_or_is_none
)
test_the_witness_is_the_smallest = checks(LAW_11)(test_oracle.test_the_witness_is_the_smallest)
test_a_large_model_shrinks_to_the_boundary = checks(LAW_11)(test_witness.test_a_large_model_shrinks_to_the_boundary)
test_a_symbol_leaves_its_hint_only_if_it_must = checks(LAW_11)(
    test_witness.test_a_symbol_leaves_its_hint_only_if_it_must
)

test_asserts_in_both_branches_establish_the_bound_outside = checks(LAW_12)(
    test_branches.test_asserts_in_both_branches_establish_the_bound_outside
)
test_a_loop_body_keeps_the_bound_it_asserts_and_loses_the_one_it_does_not = checks(LAW_12)(
    test_branches.test_a_loop_body_keeps_the_bound_it_asserts_and_loses_the_one_it_does_not
)
test_asserts_in_both_branches_keep_both_bounds = checks(LAW_12)(
    test_branches.test_asserts_in_both_branches_keep_both_bounds
)
test_a_bound_without_its_branchs_assert_is_lost = checks(LAW_12)(
    test_branches.test_a_bound_without_its_branchs_assert_is_lost
)
test_an_assert_of_one_branch_does_not_hold_outside_of_it = checks(LAW_12)(
    test_branches.test_an_assert_of_one_branch_does_not_hold_outside_of_it
)

LAW_13 = Clause(
    "LAW-13",
    "An unmodelled operator of PyTorch is unknown; a custom one is assumed, and the verdict says so.",
    f"{_LAWS}.value:_Comparison.failed",
    "law-unmodelled-operators-are-named-twice",
)
test_an_unmodelled_operator_is_unknown = checks(LAW_13, BLI_08)(
    test_each_law.test_an_unmodelled_operator_of_pytorch_is_unknown
)
test_a_custom_operator_is_assumed = checks(LAW_13)(
    test_each_law.test_a_custom_operator_is_assumed_and_makes_the_verdict_conditional
)

ATOMS = tuple(symbol(f"u{index}") for index in range(3))
BOX: list[dict[str, int | float | bool]] = [
    dict(zip(("u0", "u1", "u2"), values, strict=True)) for values in product(range(-2, 4), repeat=3)
]


def _satisfied(
    valuation: Mapping[str, int | float | bool], equations: Mapping[str, Scalar], kept: tuple[Cond, ...]
) -> bool:
    return all(valuation[key] == evaluate(term, valuation) for key, term in equations.items()) and all(
        evaluate(condition, valuation) is True for condition in kept
    )


@checks(LAW_14, OBL_10)
@given(equations=st.lists(st.tuples(st.integers(0, 2), dims(ATOMS)), max_size=4))
def test_elimination_keeps_exactly_the_solutions(equations: list[tuple[int, Dim]]) -> None:
    definitions = [Definition("node", name(f"u{index}"), (), term) for index, term in equations]
    mapping, kept = elimination(definitions)
    assert all(mapping.keys().isdisjoint(term.free) for term in mapping.values() if not isinstance(term, (int, float)))
    written = {key.name: term for key, term in mapping.items()}
    for valuation in BOX:
        stated = all(valuation[f"u{index}"] == evaluate(term, valuation) for index, term in equations)
        assert _satisfied(valuation, written, kept) == stated
