"""TRM: the terms that sizes are made of, against a meaning computed in plain Python.

The checks are those of ``tests/terms``: their expressions have a meaning of their own, which knows no terms.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from tests.terms import (
    test_bounds,
    test_limits,
    test_normal_form,
    test_printing,
    test_ranges,
    test_reals,
)

__all__ = [
    "TRM_01", "TRM_02", "TRM_03", "TRM_04", "TRM_05", "TRM_06", "TRM_07", "TRM_08", "TRM_09", "TRM_10",
]  # fmt: skip

_TERMS = "refimpl.terms"
TRM_01 = Clause(
    "TRM-01",
    "The normal form of an integer term has the value of the expression, and equal polynomials are one object.",
    f"{_TERMS}.polynomials:scale",
    "trm-negation-loses-a-factor",
)
test_an_integer_term_means_the_expression = checks(TRM_01)(
    test_normal_form.test_an_integer_term_evaluates_to_what_the_expression_means
)
test_equal_polynomials_are_one_object = checks(TRM_01)(test_normal_form.test_equal_polynomials_are_one_object)
test_rules_meet_in_one_normal_form = checks(TRM_01)(test_normal_form.test_rules_meet_in_one_normal_form)

TRM_02 = Clause(
    "TRM-02",
    "The normal form of a condition holds exactly where the expression does.",
    f"{_TERMS}.conditions:lt",
    "trm-less-is-less-or-equal",
)
test_a_condition_holds_where_the_expression_says = checks(TRM_02)(
    test_normal_form.test_a_condition_holds_where_the_expression_says
)
test_conditions_meet_in_one_normal_form = checks(TRM_02)(test_normal_form.test_conditions_meet_in_one_normal_form)
test_conjuncts = checks(TRM_02)(test_normal_form.test_conjuncts)

TRM_03 = Clause(
    "TRM-03",
    "Substitution is simultaneous, commutes with evaluation and never mixes sorts (law SORT).",
    f"{_TERMS}.substitute:substitute",
    "trm-substitution-takes-one-symbol",
)
test_substitution_is_simultaneous = checks(TRM_03)(
    test_normal_form.test_substitution_is_simultaneous_and_commutes_with_evaluation
)
test_substitution_returns_the_same_object_when_nothing_occurs = checks(TRM_03)(
    test_normal_form.test_substitution_returns_the_same_object_when_nothing_occurs
)
test_substitution_never_mixes_sorts = checks(TRM_03)(test_normal_form.test_substitution_never_mixes_sorts)

TRM_04 = Clause(
    "TRM-04",
    "Division and remainder are Python's for every sign; a division by zero stays an undefined application.",
    f"{_TERMS}.division:_floor_div_by_constant",
    "trm-negative-divisors-keep-the-sign",
)
test_python_floor_semantics_on_all_small_numbers = checks(TRM_04)(
    test_normal_form.test_python_floor_semantics_on_all_small_numbers
)
test_quotients_of_polynomials_on_all_small_numbers = checks(TRM_04)(
    test_normal_form.test_quotients_of_polynomials_on_all_small_numbers
)
test_division_by_zero_stays_an_undefined_application = checks(TRM_04)(
    test_normal_form.test_division_by_zero_stays_an_undefined_application
)

TRM_05 = Clause(
    "TRM-05",
    "A range of a result contains every result, and where an operation is tight its ends are attained.",
    f"{_TERMS}.intervals:_floor_div_positive",
    "trm-quotient-range-takes-the-wrong-end",
)
test_every_result_is_a_member = checks(TRM_05)(
    test_ranges.test_every_result_is_a_member_and_tight_operations_reach_their_ends
)
test_remainders_are_exact_within_one_period = checks(TRM_05)(
    test_ranges.test_remainders_are_exact_within_one_period_and_below_the_divisor
)
test_large_numbers_are_contained = checks(TRM_05)(test_ranges.test_large_numbers_are_contained)
test_comparisons_are_certain_exactly_when_all_members_agree = checks(TRM_05)(
    test_ranges.test_comparisons_are_certain_exactly_when_all_members_agree
)
test_sets_of_integers = checks(TRM_05)(test_ranges.test_sets_of_integers)

TRM_06 = Clause(
    "TRM-06",
    "What is known from assumptions is true wherever they hold, and a fork learns alone.",
    f"{_TERMS}.deciding:_decide_eq",
    "trm-excluded-by-a-possible-zero",
)
test_what_is_known_is_true_wherever_the_assumptions_hold = checks(TRM_06)(
    test_bounds.test_what_is_known_is_true_wherever_the_assumptions_hold
)
test_ranges_and_simplifications_are_right = checks(TRM_06)(
    test_bounds.test_ranges_and_simplifications_are_right_wherever_the_assumptions_hold
)
test_answers_do_not_depend_on_earlier_questions = checks(TRM_06)(
    test_bounds.test_answers_do_not_depend_on_earlier_questions
)
test_a_fork_learns_alone = checks(TRM_06)(test_bounds.test_a_fork_learns_alone)
test_a_contradiction_concludes_nothing = checks(TRM_06)(
    test_bounds.test_a_contradiction_is_noticed_and_concludes_nothing
)

TRM_07 = Clause(
    "TRM-07",
    "Everyday questions about sizes are decided: orders, chains, divisibility, disequalities, disjunctions.",
    f"{_TERMS}.bounds:Bounds._learn_congruence",
    "trm-congruences-change-sign",
)
test_everyday_questions = checks(TRM_07)(test_bounds.test_everyday_questions)
test_equalities_disequalities_and_orders = checks(TRM_07)(
    test_bounds.test_equalities_disequalities_and_orders_after_assuming_them
)
test_divisibility = checks(TRM_07)(test_bounds.test_divisibility)
test_chains_of_orders = checks(TRM_07)(test_bounds.test_chains_of_orders_in_either_order_of_learning)
test_backwards_through_functions = checks(TRM_07)(test_bounds.test_backwards_through_functions)
test_opaque_conditions_and_disjunctions = checks(TRM_07)(test_bounds.test_opaque_conditions_and_disjunctions)

TRM_08 = Clause(
    "TRM-08",
    "Floats are IEEE's to the bit: NaN, infinities and both zeros; a range of floats says nothing false of NaN.",
    f"{_TERMS}.float_ranges:FloatRange.less_equal",
    "trm-nan-is-in-order",
)
test_a_float_term_has_the_very_bits = checks(TRM_08)(
    test_reals.test_a_float_term_has_the_very_bits_that_python_computes
)
test_comparisons_are_ieee = checks(TRM_08)(test_reals.test_comparisons_are_ieee)
test_exact_rewrites_only = checks(TRM_08)(test_reals.test_exact_rewrites_only)
test_float_results_are_members = checks(TRM_08)(test_ranges.test_float_results_are_members_nan_among_them)
test_float_comparisons_are_sound_with_nan = checks(TRM_08)(test_ranges.test_float_comparisons_are_sound_with_nan)
test_roundings_of_float_ranges = checks(TRM_08)(test_ranges.test_roundings_of_float_ranges)
test_floats_keep_their_sort_and_nan = checks(TRM_08)(test_bounds.test_floats_keep_their_sort_and_nan)

TRM_09 = Clause(
    "TRM-09",
    "Terms print as PyTorch prints them.",
    f"{_TERMS}.printing:_inequality",
    "trm-inequalities-print-reversed",
)
test_terms_print_as_in_pytorch = checks(TRM_09)(test_printing.test_terms_print_as_in_pytorch)

TRM_10 = Clause(
    "TRM-10",
    "A term, a number or a text that would explode is refused with an error, in little time.",
    f"{_TERMS}.polynomials:make_int",
    "trm-polynomials-grow-without-end",
)
test_polynomials_that_explode_are_refused = checks(TRM_10)(test_limits.test_polynomials_that_explode_are_refused)
test_numbers_that_explode_are_refused = checks(TRM_10)(test_limits.test_numbers_that_explode_are_refused)
test_a_text_that_explodes_is_refused = checks(TRM_10)(test_limits.test_a_text_that_explodes_is_refused)
test_a_term_that_nests_too_deeply_is_refused = checks(TRM_10)(test_limits.test_a_term_that_nests_too_deeply_is_refused)
