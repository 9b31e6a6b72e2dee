"""LAW, continued: verdicts agree with enumeration, witnesses are the smallest and replay, branches and reports."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from refimpl.laws.elimination import elimination
from refimpl.symbolic_shapes import Definition
from refimpl.terms import Cond, Dim, Scalar, evaluate, symbol
from specs.clauses import Clause, checks
from tests.laws import test_branches, test_each_law, test_oracle, test_witness
from tests.symbolic_shapes.boxes import dims
from tests.symbolic_shapes.operators import name

__all__ = ["LAW_10", "LAW_11", "LAW_12", "LAW_13", "LAW_14"]

_LAWS = "refimpl.laws"
LAW_10 = Clause(
    "LAW-10",
    "The verdict on a program is that of enumerating its runs, and a witness is a run at which one side fails.",
    f"{_LAWS}.theory:Theory.settles",
    "law-facts-of-the-future",
)
test_the_verdict_is_that_of_enumeration = checks(LAW_10)(test_oracle.test_the_verdict_is_that_of_enumeration)
test_every_witness_is_a_run_at_which_one_side_fails = checks(LAW_10)(
    test_oracle.test_every_witness_is_a_run_at_which_one_side_fails
)
test_equiv_refutes_a_requirement_that_was_not_recorded = checks(LAW_10)(
    test_each_law.test_equiv_refutes_a_requirement_that_was_not_recorded
)
test_reproving_agrees = checks(LAW_10)(test_each_law.test_reproving_sends_everything_to_the_solver_and_agrees)

LAW_11 = Clause(
    "LAW-11",
    "A witness has the fewest symbols off their hint, then the smallest sum of absolute values, then comes first by"
    " name.",
    f"{_LAWS}.witness:minimize",
    "law-any-model-is-a-witness",
)
test_booleans_and_floats_become_plain_where_they_may = checks(LAW_11)(
    test_witness.test_booleans_and_floats_become_plain_where_they_may
)
test_a_neighbour_of_a_model_breaks_a_goal_or_is_none = checks(LAW_11)(
    test_witness.test_a_neighbour_of_a_model_breaks_a_goal_or_is_none
)
test_the_witness_is_the_first_in_order = checks(LAW_11)(
    test_witness.test_the_witness_is_the_first_in_the_order_of_the_design
)
test_the_witness_is_the_smallest = checks(LAW_11)(test_oracle.test_the_witness_is_the_smallest)
test_a_large_model_shrinks_to_the_boundary = checks(LAW_11)(test_witness.test_a_large_model_shrinks_to_the_boundary)
test_a_symbol_leaves_its_hint_only_if_it_must = checks(LAW_11)(
    test_witness.test_a_symbol_leaves_its_hint_only_if_it_must
)

LAW_12 = Clause(
    "LAW-12",
    "What a branch establishes holds under its predicate and only there; a loop's body is judged for any iteration.",
    f"{_LAWS}.observation:Stated.whole",
    "law-branches-do-not-matter",
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
    "law-unmodelled-operators-are-fine",
)
test_an_unmodelled_operator_is_unknown = checks(LAW_13)(test_each_law.test_an_unmodelled_operator_of_pytorch_is_unknown)
test_a_custom_operator_is_assumed = checks(LAW_13)(
    test_each_law.test_a_custom_operator_is_assumed_and_makes_the_verdict_conditional
)

LAW_14 = Clause(
    "LAW-14",
    "Definitions become one substitution, resolved to the end, and equations; together they have exactly the"
    " solutions of the definitions.",
    f"{_LAWS}.elimination:equation",
    "law-equations-become-bounds",
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


@checks(LAW_14)
@given(equations=st.lists(st.tuples(st.integers(0, 2), dims(ATOMS)), max_size=4))
def test_elimination_keeps_exactly_the_solutions(equations: list[tuple[int, Dim]]) -> None:
    definitions = [Definition("node", name(f"u{index}"), (), term) for index, term in equations]
    mapping, kept = elimination(definitions)
    assert all(mapping.keys().isdisjoint(term.free) for term in mapping.values() if not isinstance(term, (int, float)))
    written = {key.name: term for key, term in mapping.items()}
    for valuation in BOX:
        stated = all(valuation[f"u{index}"] == evaluate(term, valuation) for index, term in equations)
        assert _satisfied(valuation, written, kept) == stated
