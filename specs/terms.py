"""TRM: the terms that sizes are made of, against a meaning computed in plain Python.

Most checks are those of ``tests/terms``: their expressions have a meaning of their own, which knows no terms.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.terms import (
    Bounds,
    Cond,
    Dim,
    TermTooLargeError,
    ValueRange,
    eq,
    evaluate,
    floor_div,
    ge,
    gt,
    int_max,
    le,
    lt,
    mod,
    multiply,
    ne,
    symbol,
)
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
    "trm-terms-can-be-pickled",
)
test_constants_of_different_sorts_are_different_arguments = checks(TRM_01)(
    test_normal_form.test_constants_of_different_sorts_are_different_arguments
)
test_the_truth_of_a_size_is_undecided = checks(TRM_01)(test_normal_form.test_the_truth_of_a_size_is_undecided)
test_copies_are_the_term_itself_and_pickling_is_refused = checks(TRM_01)(
    test_normal_form.test_copies_are_the_term_itself_and_pickling_is_refused
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
    "trm-falsehood-has-conjuncts",
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
    "trm-numbers-stand-for-floats",
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
    "trm-quotients-by-negative-terms-double",
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

SMALL = st.integers(-4, 4)
ORDERS: Final[tuple[tuple[Callable[[Dim, Dim], Cond], Callable[[int, int], bool]], ...]] = (
    (eq, operator.eq),
    (ne, operator.ne),
    (ge, operator.ge),
    (gt, operator.gt),
    (le, operator.le),
    (lt, operator.lt),
)
U: Final = symbol("u0")


@checks(TRM_04)
@settings(max_examples=150)
@given(factor=SMALL, constant=SMALL, divisor=SMALL.filter(bool), inner=SMALL.filter(bool))
def test_nested_quotients_are_pythons_for_every_sign(factor: int, constant: int, divisor: int, inner: int) -> None:
    term = U * factor + constant
    quotient, remainder = floor_div(floor_div(term, inner), divisor), mod(floor_div(term, inner), divisor)
    for value in range(-9, 10):
        whole = (value * factor + constant) // inner
        assert evaluate(quotient, {"u0": value}) == whole // divisor
        assert evaluate(remainder, {"u0": value}) == whole % divisor


TRM_05 = Clause(
    "TRM-05",
    "A range of a result contains every result, and where an operation is tight its ends are attained.",
    f"{_TERMS}.intervals:_floor_div_positive",
    "trm-quotient-range-takes-the-wrong-end",
)
test_a_divisor_of_zero_alone_says_nothing = checks(TRM_05)(test_ranges.test_a_divisor_of_zero_alone_says_nothing)
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


@checks(TRM_05)
def test_ends_that_are_missing_leave_the_others_where_they_are() -> None:
    for low, high, least in product(range(4), range(4, 7), range(7, 9)):
        small = ValueRange(low, high)
        for greatest in (None, least, least + 3):
            assert small % ValueRange(least, greatest) == small, "below every divisor"
            assert small // ValueRange(least, greatest) == ValueRange(0, 0)
    assert ValueRange(0, 9) % ValueRange(4, None) == ValueRange(0, 9)
    assert ValueRange(0, 9) % ValueRange(4, 6) == ValueRange(0, 5)
    assert ValueRange(0, 3) % ValueRange(2, 9) == ValueRange(0, 3)
    assert ValueRange(-5, -2) // ValueRange(1, None) == ValueRange(-5, -1)
    assert ValueRange(-5, -2) // ValueRange(2, None) == ValueRange(-3, -1)
    assert ValueRange(2, 5) // ValueRange(1, None) == ValueRange(0, 5)
    assert ValueRange(0, 5) * ValueRange(None, 2) == ValueRange(None, 10)
    assert ValueRange(0, 5) * ValueRange(-2, None) == ValueRange(-10, None)


TRM_06 = Clause(
    "TRM-06",
    "What is known from assumptions is true wherever they hold, and a fork learns alone.",
    f"{_TERMS}.deciding:_decide_eq",
    "trm-excluded-numbers-change-their-sign",
)
test_an_assumed_comparison_excludes_nan = checks(TRM_06)(test_bounds.test_an_assumed_comparison_excludes_nan)
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


@checks(TRM_06)
@settings(max_examples=200)
@given(
    low=SMALL,
    width=st.integers(0, 4),
    factor=SMALL,
    at=st.integers(-1, 5),
    order=st.sampled_from(ORDERS),
    excluded=SMALL,
)
def test_orders_at_the_ends_of_a_range_are_decided_rightly(
    low: int,
    width: int,
    factor: int,
    at: int,
    order: tuple[Callable[[Dim, Dim], Cond], Callable[[int, int], bool]],
    excluded: int,
) -> None:
    bounds = Bounds()
    for condition in (ge(U, low), le(U, low + width), ne(U, excluded)):
        bounds.assume(condition)
    values = [value for value in range(low, low + width + 1) if value != excluded]
    assert bounds.inconsistent == (not values)
    if not values:
        return
    constant = factor * (low + at) + (at % 2) * (factor > 2)
    make, means = order
    answer = bounds.known(make(U * factor, constant))
    truths = {means(value * factor, constant) for value in values}
    assert answer is None or truths == {answer}
    if means not in (operator.eq, operator.ne):
        assert (answer is None) == (len(truths) == 2), "an order of one symbol in an interval is always decided"
    found = bounds.range_of(U * factor + constant)
    results = [value * factor + constant for value in values]
    assert (found.low, found.high) == (min(results), max(results))


TRM_07 = Clause(
    "TRM-07",
    "Everyday questions about sizes are decided: orders, chains, divisibility, disequalities, disjunctions.",
    f"{_TERMS}.bounds:Bounds._learn_congruence",
    "trm-small-remainders-are-not-seen",
)
test_everyday_questions = checks(TRM_07)(test_bounds.test_everyday_questions)
test_equalities_disequalities_and_orders = checks(TRM_07, TRM_06)(
    test_bounds.test_equalities_disequalities_and_orders_after_assuming_them
)
test_divisibility = checks(TRM_07)(test_bounds.test_divisibility)
test_chains_of_orders = checks(TRM_07)(test_bounds.test_chains_of_orders_in_either_order_of_learning)
test_backwards_through_functions = checks(TRM_07)(test_bounds.test_backwards_through_functions)
test_opaque_conditions_and_disjunctions = checks(TRM_07)(test_bounds.test_opaque_conditions_and_disjunctions)


@checks(TRM_07)
@settings(max_examples=200)
@given(sign=st.sampled_from((1, -1)), shift=SMALL, modulus=st.integers(2, 5), residue=st.integers(0, 4), asked=SMALL)
def test_remainders_are_remembered_and_moved(sign: int, shift: int, modulus: int, residue: int, asked: int) -> None:
    bounds = Bounds()
    bounds.assume(eq(mod(U * sign + shift, modulus), residue % modulus))
    values = [value for value in range(-30, 31) if (value * sign + shift) % modulus == residue % modulus]
    for offset in range(modulus):
        answer = bounds.known(eq(mod(U + asked, modulus), offset))
        assert answer is None or {(value + asked) % modulus == offset for value in values} == {answer}
    assert bounds.known(eq(mod(U * sign + shift, modulus), residue % modulus)) is True
    equal = bounds.known(eq(U, asked))
    assert equal is None or (equal is False and asked not in values)


@checks(TRM_07)
def test_a_number_that_is_known_counts_in_remainders() -> None:
    bounds, v = Bounds(), symbol("u1")
    bounds.assume(eq(U, 4))
    for residue in range(6):
        assert bounds.known(eq(U + 2 * v, residue)) is (None if residue % 2 == 0 else False)
        # The greater of two numbers that are both 4 is 4, of whatever they are written.
        assert bounds.known(eq(int_max(U, 4) + 2 * v, residue)) is (None if residue % 2 == 0 else False)


TRM_08 = Clause(
    "TRM-08",
    "Floats are IEEE's to the bit: NaN, infinities and both zeros; a range of floats says nothing false of NaN.",
    f"{_TERMS}.float_ranges:FloatRange.less_equal",
    "trm-nan-is-in-order",
)
test_nan_is_a_member_of_the_unbounded_range_only = checks(TRM_08)(
    test_ranges.test_nan_is_a_member_of_the_unbounded_range_only
)
test_integers_become_their_nearest_doubles = checks(TRM_08)(test_ranges.test_integers_become_their_nearest_doubles)
test_a_term_need_not_equal_itself = checks(TRM_08)(test_reals.test_a_term_need_not_equal_itself)
test_integers_are_compared_exactly = checks(TRM_08)(test_reals.test_integers_are_compared_exactly)
test_trunc_of_to_float_is_not_the_integer = checks(TRM_08)(test_reals.test_trunc_of_to_float_is_not_the_integer)
test_what_python_refuses_is_undefined = checks(TRM_08)(test_reals.test_what_python_refuses_is_undefined)
test_constants_fold_when_all_arguments_are_numbers = checks(TRM_08)(
    test_reals.test_constants_fold_when_all_arguments_are_numbers
)
test_a_conditional_ignores_its_other_branch = checks(TRM_08)(test_reals.test_a_conditional_ignores_its_other_branch)
test_a_connective_is_decided_by_one_member = checks(TRM_08)(test_reals.test_a_connective_is_decided_by_one_member)
test_a_missing_symbol_or_a_wrong_sort_is_undefined = checks(TRM_08)(
    test_reals.test_a_missing_symbol_or_a_wrong_sort_is_undefined
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
    "trm-numbers-in-sums-print-as-terms",
)
test_what_pytorch_wrote_prints_as_it_printed_it = checks(TRM_09)(
    test_printing.test_what_pytorch_wrote_prints_as_it_printed_it
)
test_what_pytorch_has_no_such_form_of_prints_alike = checks(TRM_09)(
    test_printing.test_what_pytorch_has_no_such_form_of_prints_alike
)
test_constants_print_as_in_python = checks(TRM_09)(test_printing.test_constants_print_as_in_python)
test_a_negated_float_ordering_keeps_its_negation = checks(TRM_09)(
    test_printing.test_a_negated_float_ordering_keeps_its_negation
)
test_a_float_has_all_the_digits_it_needs = checks(TRM_09)(test_printing.test_a_float_has_all_the_digits_it_needs)
test_the_grouping_of_float_sums_is_visible = checks(TRM_09)(test_printing.test_the_grouping_of_float_sums_is_visible)
test_terms_print_as_in_pytorch = checks(TRM_09)(test_printing.test_terms_print_as_in_pytorch)

TRM_10 = Clause(
    "TRM-10",
    "A term, a number or a text that would explode is refused with an error, in little time.",
    f"{_TERMS}.polynomials:make_int",
    "trm-polynomials-grow-without-end",
)
test_shared_subterms_keep_keys_and_walks_small = checks(TRM_10)(
    test_limits.test_shared_subterms_keep_keys_and_walks_small
)
test_a_condition_that_nests_too_deeply_is_refused = checks(TRM_10)(
    test_limits.test_a_condition_that_nests_too_deeply_is_refused
)
test_bounds_answer_about_deep_terms = checks(TRM_10)(test_limits.test_bounds_answer_about_deep_terms)
test_memory_stays_with_the_size_of_the_input = checks(TRM_10)(test_bounds.test_memory_stays_with_the_size_of_the_input)
test_polynomials_that_explode_are_refused = checks(TRM_10)(test_limits.test_polynomials_that_explode_are_refused)
test_numbers_that_explode_are_refused = checks(TRM_10)(test_limits.test_numbers_that_explode_are_refused)
test_a_text_that_explodes_is_refused = checks(TRM_10)(test_limits.test_a_text_that_explodes_is_refused)
test_a_term_that_nests_too_deeply_is_refused = checks(TRM_10)(test_limits.test_a_term_that_nests_too_deeply_is_refused)


@checks(TRM_10)
def test_a_sum_of_too_many_monomials_is_refused() -> None:
    left: Dim = 0
    right: Dim = 0
    for index in range(64):
        left, right = left + symbol(f"a{index}"), right + symbol(f"b{index}")
    product = multiply(left, right)
    with pytest.raises(TermTooLargeError):
        _ = product + symbol("c")
