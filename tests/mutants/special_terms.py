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
    Mutant(
        "trm-extrema-of-three-are-not-relaxed",
        "A maximum of three numbers is not known to be at least each of them.",
        "refimpl.terms.deciding:_relax",
        '(coefficient > 0) == (atom.fn == "Max")',
        '(coefficient > 0) == (atom.fn == "Max") and len(args) < 3',
        ("specs/searches.py::test_the_least_value_of_an_extremum_or_choice_is_known",),
    ),
    Mutant(
        "trm-overflows-are-raised",
        "An overflow is raised as Python does instead of being undefined.",
        "refimpl.terms.floats:float_function",
        "(ZeroDivisionError, OverflowError, ValueError)",
        "(ZeroDivisionError, ValueError)",
        ("specs/making.py::test_other_functions_are_pythons",),
    ),
    Mutant(
        "sol-refused-texts-are-unknown",
        "A text that z3 refuses is answered as unknown.",
        "refimpl.solver._z3:Z3Engine.run",
        'raise SolverError(f"z3 rejects our text: {error}") from error',
        "return tuple(Unknown(str(error)) for _ in script.goals)",
        ("specs/engines.py::test_a_text_that_is_refused_is_an_error",),
    ),
    Mutant(
        "trm-choices-of-equal-numbers-are-compared",
        "A choice between two equal numbers is compared as a term.",
        "refimpl.terms.conditions:_zero_term",
        "if chosen is not None:",
        "if chosen is not None and chosen[1] != chosen[2]:",
        ("specs/conditions.py::test_a_choice_of_numbers_compares_as_its_condition",),
    ),
    Mutant(
        "trm-long-products-are-not-shifted",
        "A product of more than three numbers is not known to be at least that of their bounds.",
        "refimpl.terms.deciding:_by_shifting",
        "degree > 6",
        "degree > 3",
        ("specs/searches.py::test_the_least_value_of_sums_and_products_is_known",),
    ),
    Mutant(
        "sol-divisors-may-be-undefined",
        "A quotient is defined although its divisor is not.",
        "refimpl.solver._encode_terms:TermEncoder._division",
        'conjunction([a_defined, b_defined, f"(not (= {b} 0))"])',
        'conjunction([a_defined, f"(not (= {b} 0))"])',
        ("specs/encodings.py::test_the_text_is_satisfied_where_the_goal_fails",),
    ),
    Mutant(
        "frm-second-arguments-are-of-any-sort",
        "The second argument of a function of integers may be of another sort.",
        "refimpl.terms.rebuild:apply_function",
        "_INTEGERS[fn](to_dim(args[0]), to_dim(args[1]))",
        "_INTEGERS[fn](to_dim(args[0]), args[1])",
        ("specs/making.py::test_an_argument_of_another_sort_is_refused",),
    ),
    Mutant(
        "sol-one-more-integer-is-exact",
        "The integer below those that floats have exactly is one of them.",
        "refimpl.solver._encode_terms:TermEncoder._rounded_int",
        "integer(-_EXACT)",
        "integer(-_EXACT - 1)",
        ("specs/encodings.py::test_integers_up_to_two_to_the_53_are_floats_and_of_larger_ones_nothing_is_said",),
    ),
    Mutant(
        "trm-predicates-are-applications",
        "A predicate counts as an application in the depth of what it is in.",
        "refimpl.terms.core:BoolSymbol.depth",
        "return 0",
        "return 1",
        ("specs/conditions.py::test_a_term_knows_its_symbols_and_its_depth",),
    ),
)
