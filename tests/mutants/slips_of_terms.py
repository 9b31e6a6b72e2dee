"""Seeded slips of terms: a stale answer, a lost factor, one end for the other, a case that is left too early."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["SLIPS_OF_TERMS"]

SLIPS_OF_TERMS: Final = (
    Mutant(
        "slip-depth-of-last",
        "A sum is as deep as its last application.",
        "refimpl.terms.polynomials:_new_term",
        "                if atom.depth > depth:\n                    depth = atom.depth",
        "                depth = atom.depth",
        ("specs/conditions.py::test_a_sum_is_as_deep_as_its_deepest_part_and_has_the_symbols_of_all",),
    ),
    Mutant(
        "slip-product-not-accumulated",
        "Of equal products of summands only the last one counts.",
        "refimpl.terms.polynomials:_multiply_terms",
        "total[joined] = total.get(joined, 0) + c * d",
        "total[joined] = c * d",
        ("specs/forms.py::test_powers_are_multiplied_out_while_they_are_small",),
    ),
    Mutant(
        "slip-complement-of-last",
        "Only the last member of a connective is looked for beside its negation.",
        "refimpl.terms.conditions:_nary",
        "    for condition in flat:\n        # Nested",
        "    for condition in list(flat)[-1:]:\n        # Nested",
        ("specs/conditions.py::test_a_connective_is_flat_ordered_and_without_repetition",),
    ),
    Mutant(
        "slip-pool-without-kind",
        "A disequation is the equation of the same sum.",
        "refimpl.terms.conditions:_intern_comparison",
        "    found = _pool.get((kind, term))\n",
        "    found = _pool.get((Eq, term)) if kind is Ne else _pool.get((kind, term))\n",
        ("specs/conditions.py::test_comparisons_that_say_the_same_are_one_object",),
    ),
    Mutant(
        "slip-all-early-none",
        "An unknown member makes a conjunction unknown before a false one is seen.",
        "refimpl.terms.deciding:_decide_all",
        "        if known is None:\n            result = None\n    return result",
        "        if known is None:\n            return None\n    return result",
        ("specs/assumptions.py::test_a_disjunction_establishes_its_last_member",),
    ),
    Mutant(
        "slip-stale-decision",
        "A decision is remembered whatever is learned after it.",
        "refimpl.terms.deciding:decide",
        "cached is not None and knowledge.is_settled(cached[0], condition.free)",
        "cached is not None",
        ("specs/terms.py::test_opaque_conditions_and_disjunctions",),
    ),
    Mutant(
        "slip-undominated-both",
        "Of two arguments that are equal neither is kept.",
        "refimpl.terms.simplification:_undominated",
        "others = [other for other in kept if other is not arg]",
        "others = [other for other in args if other is not arg]",
        ("specs/reasoning.py::test_terms_are_simplified_to_what_they_must_be",),
    ),
    Mutant(
        "slip-powers-once",
        "A power of a number has the range of the number.",
        "refimpl.terms.inference:monomial_ends",
        "powers[atom] = powers.get(atom, 0) + 1",
        "powers[atom] = 1",
        ("specs/reasoning.py::test_ranges_of_applications_are_ranges_of_their_functions",),
    ),
    Mutant(
        "slip-congruence-without-inner-constant",
        "The constant of a divided sum is forgotten in its congruence.",
        "refimpl.terms.bounds:Bounds._learn_congruence",
        "residue = (-constant - of_inner.constant) * of_inner.factor % modulus",
        "residue = -constant * of_inner.factor % modulus",
        ("specs/terms.py::test_divisibility",),
    ),
    Mutant(
        "slip-float-left-range",
        "A float that is above a number is taken to be below it.",
        "refimpl.terms.bounds:Bounds._compare_float",
        "self._restrict_float(right, FloatRange(left, left if equal else inf))",
        "self._restrict_float(right, FloatRange(-inf, left))",
        ("specs/assumptions.py::test_the_number_may_stand_on_either_side_and_be_nan",),
    ),
    Mutant(
        "slip-parent-not-shared",
        "What a store learns after it was forked is seen in the fork.",
        "refimpl.terms.knowledge:Knowledge.fork",
        "self.shared = other.shared = True",
        "self.shared, other.shared = False, True",
        ("specs/reasoning.py::test_what_is_learned_later_counts",),
    ),
    Mutant(
        "slip-mod-quotient-kept",
        "The remainder by a sum is taken of the whole dividend after its divisor was reduced.",
        "refimpl.terms.division:_mod_by_term",
        "        return 0\n    factor",
        "        return 0\n    rest = left\n    factor",
        ("specs/divisions.py::test_quotients_and_remainders_are_reduced",),
    ),
    Mutant(
        "slip-nested-wrong-factor",
        "The constant beside an inner quotient is scaled by the outer divisor.",
        "refimpl.terms.division:_nested_floor_div",
        "floor_div(add(inner, divisor * constant), divisor * right)",
        "floor_div(add(inner, right * constant), divisor * right)",
        ("specs/divisions.py::test_quotients_and_remainders_are_reduced",),
    ),
    Mutant(
        "slip-add-zero-folds",
        "A float plus zero is the float, minus zero too.",
        "refimpl.terms.reals:float_add",
        '    return _ordered("FloatAdd", left, right)',
        '    return left if _is_float(right, 0.0) else _ordered("FloatAdd", left, right)',
        ("specs/forms.py::test_floats_are_rewritten_exactly",),
    ),
)
