"""More seeded faults in terms and in what is known of them."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["MORE_TERMS"]

_T: Final = "refimpl.terms"
_S: Final = "refimpl.solver"
_C: Final = "specs/terms.py::"
_K: Final = "specs/solvers.py::"
_E: Final = "specs/encodings.py::"
_G: Final = "specs/engines.py::"

MORE_TERMS: Final = (
    Mutant(
        "trm-conjunctions-come-back-as-disjunctions",
        "A conjunction comes back from sympy as a disjunction.",
        f"{_T}.sympy_bridge:_function_from_sympy",
        "return land(",
        "return lor(",
        ("specs/exchange.py::test_floats_and_opaque_booleans_there_and_back",),
    ),
    Mutant(
        "trm-only-lower-ends-of-differences-count",
        "The upper end of a difference is never used.",
        f"{_T}.deciding:_by_subtracting_a_direction",
        "low if multiple > 0 else high",
        "low if multiple > 0 else None",
        ("specs/decisions.py::test_chains_of_differences_are_decided",),
    ),
    Mutant(
        "trm-minima-are-not-relaxed",
        "Of a minimum all cases must be known, although one suffices.",
        f"{_T}.deciding:_relax",
        '(coefficient > 0) == (atom.fn == "Max")',
        '(coefficient > 0) and (atom.fn == "Max")',
        ("specs/decisions.py::test_orders_over_ranges_are_decided",),
    ),
    Mutant(
        "trm-products-are-not-shifted",
        "A product of two numbers is not bounded by the product of their bounds.",
        f"{_T}.deciding:_by_shifting",
        "degree < 2 or degree > 6",
        "degree < 3 or degree > 6",
        ("specs/decisions.py::test_products_and_quotients_are_near",),
    ),
    Mutant(
        "trm-bits-are-lost",
        "A bitwise result has no more bits than the shorter operand.",
        f"{_T}.ranges:ValueRange._bit_ceiling",
        "max(self.high.bit_length()",
        "min(self.high.bit_length()",
        ("specs/intervals.py::test_bits_of_members_are_members",),
    ),
    Mutant(
        "trm-unions-forget-an-end",
        "The union of two ranges of floats ends where the first does.",
        f"{_T}.float_ranges:FloatRange.union",
        "max(self.high, other.high)",
        "self.high",
        ("specs/intervals.py::test_float_ranges_are_sets",),
    ),
    Mutant(
        "trm-floats-are-bounded-on-the-wrong-side",
        "A number below a float is taken for a number above it.",
        f"{_T}.bounds:Bounds._compare_float",
        "FloatRange(left, left if equal else inf)",
        "FloatRange(left if equal else -inf, left)",
        ("specs/intervals.py::test_assumed_comparisons_of_floats",),
    ),
    Mutant(
        "trm-simplified-conditions-forget",
        "A conjunction is simplified to a disjunction.",
        f"{_T}.simplification:simplify_condition",
        "return land(",
        "return lor(",
        ("specs/intervals.py::test_simplified_conditions_are_equivalent",),
    ),
    Mutant(
        "trm-quotients-bound-too-little",
        "A dividend is bounded by the highest quotient times the divisor.",
        f"{_T}.bounds:_backwards",
        "(high + 1) * divisor - 1",
        "high * divisor",
        ("specs/decisions.py::test_bounds_of_a_result_bound_its_arguments",),
    ),
    Mutant(
        "trm-quotients-keep-common-factors",
        "A factor that a sum shares with its divisor is left in both.",
        f"{_T}.division:_divide_by_content",
        "return divided, right // content",
        "return left, right",
        ("specs/divisions.py::test_a_sum_over_a_constant_has_one_form",),
    ),
    Mutant(
        "trm-remainders-forget-the-inner-modulus",
        "A remainder is taken off within a remainder whose divisor does not divide its own.",
        f"{_T}.division:_unwrap_inner_mod",
        "modulus % right == 0",
        "right % modulus == 0",
        ("specs/divisions.py::test_quotients_and_remainders_are_reduced",),
    ),
    Mutant(
        "trm-the-least-is-the-greatest",
        "A minimum has the value of the maximum.",
        f"{_T}.evaluate:_apply",
        "else min(numbers)",
        "else max(numbers)",
        ("specs/meanings.py::test_an_application_of_integers_is_pythons",),
    ),
    Mutant(
        "trm-undefined-members-count",
        "A connective with an undefined member is undefined, although another member decides it.",
        f"{_T}.evaluate:_connective",
        "undefined = value",
        "raise value",
        ("specs/meanings.py::test_one_member_decides_a_connective",),
    ),
    Mutant(
        "trm-the-first-argument-counts-alone",
        "A function of two floats is one of the first.",
        f"{_T}.floats:float_function",
        "(numbers[0], numbers[1])",
        "(numbers[0], numbers[0])",
        ("specs/meanings.py::test_a_function_of_floats_is_pythons",),
    ),
    Mutant(
        "trm-zero-times-infinity-is-zero",
        "A product of a range that contains zero by one that contains an infinity is not NaN.",
        f"{_T}.float_ranges:FloatRange.__mul__",
        "0.0 in other",
        "0.0 not in other",
        ("specs/meanings.py::test_ranges_of_sums_and_products_are_the_smallest",),
    ),
    Mutant(
        "trm-infinity-times-anything-may-be-nan",
        "A product with an infinity may be NaN even without a zero.",
        "refimpl.terms.float_ranges:FloatRange.__mul__",
        "self._has_infinity() and 0.0 in other",
        "self._has_infinity() or 0.0 in other",
        ("specs/meanings.py::test_ranges_of_sums_and_products_are_the_smallest",),
    ),
    Mutant(
        "trm-equations-round-their-constant",
        "An equation that no integer solves is divided by its content all the same.",
        f"{_T}.conditions:_zero_term",
        "if constant % factor:",
        "if False:",
        ("specs/conditions.py::test_a_comparison_has_one_form",),
    ),
    Mutant(
        "trm-connectives-keep-a-contradiction",
        "A condition beside its own negation stays in a connective.",
        f"{_T}.conditions:_nary",
        "lnot(condition) in flat",
        "lnot(condition) is condition",
        ("specs/conditions.py::test_a_connective_is_flat_ordered_and_without_repetition",),
    ),
    Mutant(
        "trm-directions-keep-their-sign",
        "The direction of a sum whose first coefficient is negative begins with a negative one.",
        f"{_T}.directions:direction_of",
        "if monomials[0][1] < 0:",
        "if False:",
        ("specs/conditions.py::test_the_direction_of_a_sum",),
    ),
    Mutant(
        "trm-a-size-is-true",
        "The truth of a symbolic size is no error.",
        "refimpl.terms.core:IntTerm.__bool__",
        "raise TypeError(",
        "return True\n        raise TypeError(",
        ("specs/conditions.py::test_operators_of_terms_take_plain_numbers_on_either_side",),
    ),
    Mutant(
        "trm-choices-are-not-relaxed",
        "A choice is not compared by its branches.",
        f"{_T}.deciding:_by_relaxing_an_atom",
        '"Mod", "Ite"',
        '"Mod"',
        ("specs/searches.py::test_the_least_value_of_an_extremum_or_choice_is_known",),
    ),
    Mutant(
        "trm-remainders-reach-their-divisor",
        "A remainder is taken to be at most its divisor instead of below it.",
        f"{_T}.deciding:_relax_mod",
        "scale(add(right, -1), coefficient)",
        "scale(right, coefficient)",
        ("specs/searches.py::test_the_least_value_of_sums_and_products_is_known",),
    ),
    Mutant(
        "trm-disjunctions-keep-their-last-member",
        "A disjunction establishes its last member only if it was the only one.",
        f"{_T}.bounds:Bounds._unit",
        "if len(left) == 1:",
        "if len(args) == 1:",
        ("specs/assumptions.py::test_a_disjunction_establishes_its_last_member",),
    ),
    Mutant(
        "trm-one-excluded-value-moves-an-end",
        "Of several excluded values at an end of a range only one moves it.",
        f"{_T}.bounds:_without",
        "while low is not None and low in excluded:",
        "if low is not None and low in excluded:",
        ("specs/assumptions.py::test_excluded_values_move_the_ends",),
    ),
    Mutant(
        "trm-different-floats-are-unknown",
        "That two floats differ is known only where they are equal.",
        f"{_T}.deciding:_decide_float",
        "return None if equal is None else not equal",
        "return None if equal is None else equal",
        ("specs/assumptions.py::test_floats_in_known_ranges_are_compared",),
    ),
)
