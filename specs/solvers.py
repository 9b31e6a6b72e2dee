"""SOL: how conditions are given to solvers, and what of their answers counts.

The checks are those of ``tests/solver``, which evaluate in plain Python what the solvers are asked.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from tests.solver import test_encoding, test_facade

__all__ = ["SOL_01", "SOL_02", "SOL_03", "SOL_04", "SOL_05", "SOL_06"]

_SOLVER = "refimpl.solver"
SOL_01 = Clause(
    "SOL-01",
    "A condition holds in its encoding exactly where it is defined and evaluates to true.",
    f"{_SOLVER}.encode:_holds",
    "sol-all-parts-of-a-disjunction-are-needed",
)
test_the_euclidean_identity_holds_for_all_integers = checks(SOL_01)(
    test_encoding.test_the_euclidean_identity_holds_for_all_integers
)
test_a_condition_holds_in_the_encoding = checks(SOL_01)(
    test_encoding.test_a_condition_holds_in_the_encoding_exactly_where_it_evaluates_to_true
)
test_a_term_has_its_evaluated_value = checks(SOL_01)(
    test_encoding.test_a_term_has_its_evaluated_value_or_is_undefined_in_both
)
test_a_disjunction_needs_only_the_part_that_holds = checks(SOL_01)(
    test_encoding.test_a_disjunction_needs_only_the_part_that_holds_to_be_defined
)

SOL_02 = Clause(
    "SOL-02",
    "Division, remainder, maximum and rounding are Python's, not the solver's.",
    f"{_SOLVER}.encode:encode",
    "sol-division-is-euclidean",
)
test_floor_division_and_modulo_follow_python = checks(SOL_02)(
    test_encoding.test_floor_division_and_modulo_follow_python_for_every_sign
)
test_maximum_minimum_and_choice_are_pythons = checks(SOL_02)(test_encoding.test_maximum_minimum_and_choice_are_pythons)
test_each_rounding_to_an_integer_is_pythons = checks(SOL_02)(test_encoding.test_each_rounding_to_an_integer_is_pythons)
test_a_division_by_zero_meets_no_goal = checks(SOL_02)(
    test_encoding.test_a_division_by_zero_meets_no_goal_and_satisfies_no_hypothesis
)

SOL_03 = Clause(
    "SOL-03",
    "Floats in solvers have NaN and infinities, and what rounds is never taken for the reals.",
    f"{_SOLVER}._encode_text:ExtendedReal._ordered",
    "sol-nan-is-in-order",
)
test_rounding_to_an_integer_is_undefined_at_nan_and_infinities = checks(SOL_03)(
    test_encoding.test_rounding_to_an_integer_is_undefined_at_nan_and_infinities
)
test_comparisons_with_nan_are_false = checks(SOL_03)(
    test_encoding.test_comparisons_with_nan_are_false_and_its_inequality_true
)
test_float_rounding_is_never_taken_for_the_reals = checks(SOL_03)(
    test_encoding.test_float_rounding_is_never_taken_for_the_reals
)

SOL_04 = Clause(
    "SOL-04",
    "A model counts only if evaluating it refutes the goal; verdicts come in order and name who decided.",
    f"{_SOLVER}.facade:_verdict",
    "sol-models-are-believed",
)
test_the_text_is_the_same_for_the_same_obligation_and_unsatisfiable_if_it_holds = checks(SOL_04)(
    test_facade.test_the_text_is_the_same_for_the_same_obligation_and_unsatisfiable_if_it_holds
)
test_hostile_names_are_quoted = checks(SOL_04)(test_facade.test_hostile_names_are_quoted)
test_a_batch_is_solved_once_and_forgotten_on_demand = checks(SOL_04)(
    test_facade.test_a_batch_is_solved_once_and_forgotten_on_demand
)
test_verdicts_come_in_order = checks(SOL_04)(test_facade.test_verdicts_come_in_order_and_name_who_decided)
test_a_model_that_does_not_refute_is_no_refutation = checks(SOL_04)(
    test_facade.test_a_model_that_does_not_evaluate_to_a_refutation_is_no_refutation
)
test_what_is_abstracted_is_named = checks(SOL_04)(test_facade.test_what_is_abstracted_is_named)
test_a_contradiction_proves_even_falsehood = checks(SOL_04)(test_facade.test_a_contradiction_proves_even_falsehood)

SOL_05 = Clause(
    "SOL-05",
    "Two solvers that contradict each other are an error; the unknown of one leaves the answer of the other.",
    f"{_SOLVER}.facade:_verdict",
    "sol-contradicting-solvers-are-fine",
)
test_solvers_that_contradict_each_other_are_an_error = checks(SOL_05)(
    test_facade.test_solvers_that_contradict_each_other_are_an_error
)
test_a_one_sided_unknown_counts_as_the_other_sides_answer = checks(SOL_05)(
    test_facade.test_a_one_sided_unknown_counts_as_the_other_sides_answer
)
test_z3_and_cvc5_never_contradict_each_other = checks(SOL_05)(test_facade.test_z3_and_cvc5_never_contradict_each_other)

SOL_06 = Clause(
    "SOL-06",
    "Budgets are work units: too small a budget is undecided, never an error and never a proof.",
    f"{_SOLVER}.facade:make_solver",
    "sol-budgets-may-be-negative",
)
test_a_budget_too_small_is_undecided = checks(SOL_06)(
    test_facade.test_a_budget_too_small_is_undecided_and_never_an_error
)
test_the_budget_is_positive = checks(SOL_06)(test_facade.test_the_budget_is_positive)
