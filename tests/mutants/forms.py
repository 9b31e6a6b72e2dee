"""Seeded faults in how terms are made again, walked and bounded, and in what is derived from what is known."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["FORMS"]

_T: Final = "refimpl.terms"
_M: Final = "specs/making.py::"
_F: Final = "specs/forms.py::"
_R: Final = "specs/reasoning.py::"

FORMS: Final = (
    Mutant(
        "frm-the-greatest-is-the-least",
        "A maximum that is made again is a minimum.",
        f"{_T}.rebuild:apply_function",
        '(integers.int_max if fn == "Max" else integers.int_min)',
        "(integers.int_min)",
        (f"{_M}test_a_function_of_integers_is_pythons",),
    ),
    Mutant(
        "frm-parts-come-after-the-whole",
        "A term is met before its parts.",
        f"{_T}.traversal:subterms",
        "    return list(order)",
        "    return list(order)[::-1]",
        (f"{_M}test_parts_come_before_the_whole",),
    ),
    Mutant(
        "frm-depth-is-not-counted",
        "An application is as deep as its deepest argument.",
        f"{_T}.keys:depth_above",
        "depth = arg.depth + 1",
        "depth = arg.depth",
        (f"{_F}test_terms_nest_two_hundred_times",),
    ),
    Mutant(
        "frm-the-largest-power-is-refused",
        "A power of exactly as many bits as are allowed is refused.",
        "refimpl.terms.integers:natural_power",
        "base.bit_length() * exponent > MAX_BITS",
        "base.bit_length() * exponent >= MAX_BITS",
        ("specs/forms.py::test_powers_of_numbers_have_at_most_4096_bits",),
    ),
    Mutant(
        "frm-the-smaller-constant-wins",
        "Of arguments of a maximum that differ by a constant the smaller one stays.",
        f"{_T}.integers:_drop_dominated",
        "constant > known if greatest else constant < known",
        "constant < known if greatest else constant > known",
        (f"{_F}test_functions_of_integers_meet_in_one_form",),
    ),
    Mutant(
        "frm-powers-of-one-stay",
        "A power of one stays an application.",
        "refimpl.terms.integers:power",
        "if isinstance(base, int) and base == 1:",
        "if False:",
        ("specs/forms.py::test_functions_of_integers_meet_in_one_form",),
    ),
    Mutant(
        "frm-a-factor-of-minus-two-is-a-sign",
        "The negation of a product with a negative number is its other factor.",
        f"{_T}.reals:float_neg",
        "factor == -1.0",
        "factor <= -1.0",
        (f"{_F}test_floats_are_rewritten_exactly",),
    ),
    Mutant(
        "frm-integers-are-less-by-two",
        "An integer is less than another as a float only if it is less by two.",
        "refimpl.terms.reals:float_lt",
        "ge(right - 1, left)",
        "ge(right - 2, left)",
        ("specs/forms.py::test_comparisons_of_floats_have_one_form",),
    ),
    Mutant(
        "kno-remainders-are-quotients",
        "The range of a remainder is that of the quotient.",
        f"{_T}.inference:_apply_ends",
        "else intervals.mod(left, right)",
        "else intervals.floor_div(left, right)",
        (f"{_R}test_ranges_of_applications_are_ranges_of_their_functions",),
    ),
    Mutant(
        "kno-ceilings-are-rounded",
        "The range of a ceiling is that of the nearest integers.",
        "refimpl.terms.inference:_rounded",
        'case "CeilToInt":\n            return argument.ceil().ends',
        'case "CeilToInt":\n            return argument.round().ends',
        ("specs/reasoning.py::test_ranges_of_roundings_are_roundings_of_ranges",),
    ),
    Mutant(
        "kno-residues-of-products-are-sums",
        "The residue of a product is the sum of the residues.",
        f"{_T}.inference:_times",
        "m * n), r * s",
        "m * n), r + s",
        (f"{_R}test_everyday_residues",),
    ),
    Mutant(
        "kno-a-period-is-one-too-long",
        "A dividend that may equal the divisor has the quotient zero.",
        f"{_T}.simplification:_constant_quotient",
        "ge(add(right, -1), left)",
        "ge(add(right, 0), left)",
        (f"{_R}test_terms_are_simplified_to_what_they_must_be",),
    ),
    Mutant(
        "kno-forks-share-what-they-exclude",
        "What one side of a fork knows not to be is not of the other side either.",
        f"{_T}.knowledge:Knowledge.own",
        "self.excluded = self.excluded.copy()",
        "pass",
        (f"{_R}test_a_fork_learns_alone_whatever_it_learns",),
    ),
    Mutant(
        "kno-forks-outdate-each-other",
        "What a fork learns outdates the answers of the other side.",
        "refimpl.terms.knowledge:Knowledge.own",
        "self.touched = self.touched.copy()",
        "pass",
        ("specs/reasoning.py::test_what_one_side_learns_again_outdates_nothing_of_the_other",),
    ),
)
