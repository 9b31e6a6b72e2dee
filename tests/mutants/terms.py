"""Seeded faults in the terms, their ranges, and what is known of them; and in what solvers are asked."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["TERMS"]

_T: Final = "refimpl.terms"
_S: Final = "refimpl.solver"
_C: Final = "specs/terms.py::"
_K: Final = "specs/solvers.py::"
_E: Final = "specs/encodings.py::"
_G: Final = "specs/engines.py::"

TERMS: Final = (
    Mutant(
        "trm-negation-loses-a-factor",
        "The negative of a polynomial is the polynomial.",
        f"{_T}.polynomials:scale",
        "if factor == 1:",
        "if factor in (1, -1):",
        (f"{_C}test_an_integer_term_means_the_expression",),
    ),
    Mutant(
        "trm-terms-can-be-pickled",
        "A term can be pickled, and comes back as another object.",
        "refimpl.terms.core:Interned.__reduce__",
        'raise TypeError("a term is interned in its process and cannot be pickled; send its text")',
        "pass",
        ("specs/terms.py::test_copies_are_the_term_itself_and_pickling_is_refused",),
    ),
    Mutant(
        "trm-less-is-less-or-equal",
        "A strict order is taken for one that is not.",
        f"{_T}.conditions:lt",
        "add(subtract(right, left), -1)",
        "subtract(right, left)",
        (f"{_C}test_a_condition_holds_where_the_expression_says",),
    ),
    Mutant(
        "trm-falsehood-has-conjuncts",
        "The conjuncts of what is false are none, as those of what is true.",
        "refimpl.terms.conditions:conjuncts",
        'raise ValueError("False has no conjuncts")',
        "pass",
        ("specs/terms.py::test_conjuncts",),
    ),
    Mutant(
        "trm-substitution-takes-one-symbol",
        "Of several symbols only the first is replaced.",
        f"{_T}.substitute:substitute",
        "for symbol in term.free if symbol in mapping",
        "for symbol in sorted(term.free, key=str)[:1] if symbol in mapping",
        (f"{_C}test_substitution_is_simultaneous",),
    ),
    Mutant(
        "trm-negative-divisors-keep-the-sign",
        "A division by a negative number is one by its absolute value.",
        f"{_T}.division:_floor_div_by_constant",
        "scale(left, -1), -right",
        "left, -right",
        (f"{_C}test_nested_quotients_are_pythons_for_every_sign",),
    ),
    Mutant(
        "trm-quotient-range-takes-the-wrong-end",
        "The lowest quotient of a negative number is computed with the largest divisor.",
        f"{_T}.intervals:_floor_div_positive",
        "low = a // c",
        "low = a // (c if d is None else d)",
        (f"{_C}test_every_result_is_a_member",),
    ),
    Mutant(
        "trm-excluded-by-a-possible-zero",
        "An equation is refuted although its smallest difference is zero.",
        f"{_T}.deciding:_decide_eq",
        "low > 0)",
        "low >= 0)",
        (f"{_C}test_orders_at_the_ends_of_a_range_are_decided_rightly",),
    ),
    Mutant(
        "trm-congruences-change-sign",
        "A known remainder is remembered with the wrong sign.",
        f"{_T}.bounds:Bounds._learn_congruence",
        "(-constant - of_inner.constant)",
        "(constant - of_inner.constant)",
        (f"{_C}test_remainders_are_remembered_and_moved",),
    ),
    Mutant(
        "trm-nan-is-in-order",
        "A float that may be NaN is said to be at most infinity.",
        f"{_T}.float_ranges:FloatRange.less_equal",
        "and not self.is_unbounded and not other.is_unbounded",
        "",
        (f"{_C}test_float_comparisons_are_sound_with_nan",),
    ),
    Mutant(
        "trm-inequalities-print-reversed",
        "An inequality is printed with its sides exchanged.",
        f"{_T}.printing:_inequality",
        'op = ">=" if',
        'op = "<=" if',
        (f"{_C}test_terms_print_as_in_pytorch",),
    ),
    Mutant(
        "trm-numbers-in-sums-print-as-terms",
        "In a sum of floats a number prints as a term, and a term as a number.",
        "refimpl.terms.printing:_float_sum",
        "isinstance(right, (int, float))",
        "not isinstance(right, (int, float))",
        ("specs/terms.py::test_terms_print_as_in_pytorch",),
    ),
    Mutant(
        "trm-polynomials-grow-without-end",
        "A polynomial may have any number of monomials.",
        f"{_T}.polynomials:make_int",
        "if len(kept) > MAX_MONOMIALS:",
        "if len(kept) > MAX_MONOMIALS**4:",
        (f"{_C}test_a_sum_of_too_many_monomials_is_refused",),
    ),
    Mutant(
        "sol-all-parts-of-a-disjunction-are-needed",
        "A disjunction holds only where all of its parts are defined.",
        f"{_S}.encode:_holds",
        "return f\"(or {' '.join(_holds(terms, arg) for arg in args)})\"",
        "return conjunction([_condition(terms, part)[1] for part in args] + [_condition(terms, condition)[0]])",
        (f"{_K}test_a_disjunction_needs_only_the_part_that_holds",),
    ),
    Mutant(
        "sol-division-is-euclidean",
        "Division is the solver's, which rounds otherwise for negative divisors.",
        f"{_S}.encode:_PRELUDE",
        "(ite (> b 0) (div a b) (div (- a) (- b)))",
        "(div a b)",
        (f"{_K}test_floor_division_and_modulo_follow_python",),
    ),
    Mutant(
        "sol-nan-is-in-order",
        "Comparisons with NaN compare something.",
        f"{_S}._encode_text:ExtendedReal._ordered",
        'conjunction([*(f"(not {nan})" for nan in (self.nan, other.nan) if nan != "false"), text])',
        "text",
        (f"{_K}test_comparisons_with_nan_are_false",),
    ),
    Mutant(
        "sol-models-are-believed",
        "A solver's model counts without being evaluated.",
        f"{_S}.facade:_verdict",
        "if refutes(valuation, asked.hypotheses, asked.goal):",
        "if valuation is not None:",
        (f"{_K}test_a_model_that_does_not_refute_is_no_refutation",),
    ),
    Mutant(
        "sol-contradicting-solvers-are-fine",
        "Of two solvers that contradict each other the one with a proof is right.",
        f"{_S}.facade:_verdict",
        "if proofs and refuted is not None:",
        "if not proofs and refuted is not None and reasons and False:",
        (f"{_K}test_solvers_that_contradict_each_other_are_an_error",),
    ),
    Mutant(
        "sol-budgets-may-be-negative",
        "A budget of nothing is accepted.",
        f"{_S}.facade:make_solver",
        "if budget <= 0:",
        "if budget < 0:",
        (f"{_K}test_the_budget_is_positive",),
    ),
    Mutant(
        "sol-constant-divisors-are-halved",
        "A remainder by a number is written as a quotient.",
        f"{_S}._encode_terms:TermEncoder._division",
        "'div' if function == 'floor_div' else 'mod'",
        "'div'",
        (f"{_E}test_every_function_of_integers_is_written_as_it_evaluates",),
    ),
    Mutant(
        "sol-infinities-are-positive",
        "Every infinity of a model is the positive one.",
        f"{_S}._z3:_model",
        "math.copysign(math.inf, infinite) if infinite",
        "math.inf if infinite",
        (f"{_G}test_a_model_has_the_value_of_each_symbol",),
    ),
    Mutant(
        "sol-goals-are-asked-together",
        "The goals before it are assumed to fail when a goal is asked.",
        f"{_S}._z3:Z3Engine.run",
        "            solver.pop()\n",
        "",
        (f"{_G}test_each_goal_is_asked_by_itself",),
    ),
    Mutant(
        "sol-unjustified-steps-are-fine",
        "Steps that nothing justifies are counted as justified.",
        f"{_S}._cvc5:_weigh",
        "unchecked += rule in _UNJUSTIFIED",
        "unchecked += rule not in _UNJUSTIFIED and rule in _UNJUSTIFIED",
        (f"{_G}test_distinct_steps_are_counted_and_those_without_a_rule",),
    ),
    Mutant(
        "trm-coefficients-are-lost-in-sympy",
        "A monomial reaches sympy without its coefficient.",
        f"{_T}.sympy_bridge:_part_to_sympy",
        "sympy.Mul(c, *(look(atom) for atom in m))",
        "sympy.Mul(*(look(atom) for atom in m))",
        ("specs/exchange.py::test_sympy_computes_the_same_value",),
    ),
)
