"""Seeded faults in the comparison of values and in their JSON."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["COMPARISON"]

_M: Final = "refimpl.laws"
_C: Final = "specs/comparison.py::"
_S: Final = "specs/sorts.py::"
_R: Final = "specs/rounding.py::"

COMPARISON: Final = (
    Mutant(
        "cmp-strides-of-empty-tensors-count",
        "The strides of a tensor without elements are compared.",
        f"{_M}.value:_Comparison._strides",
        "goal = lor(empty, le(old.sizes[dim], 1), eq(left, right))",
        "goal = lor(le(old.sizes[dim], 1), eq(left, right))",
        (f"{_C}test_values_agree_where_the_obligations_hold",),
    ),
    Mutant(
        "cmp-undefined-sizes-differ",
        "Sizes that are undefined together are called different.",
        f"{_M}.value:_where_defined",
        "if divisors and divisors == _divisors(new)",
        "if divisors and divisors != _divisors(new)",
        (f"{_C}test_scalars_are_undefined_together_where_a_divisor_of_both_is_zero",),
    ),
    Mutant(
        "cmp-booleans-are-integers",
        "A boolean is taken for an integer.",
        f"{_M}.scalars:sort_name",
        "isinstance(scalar, (bool, *_BOOL))",
        "isinstance(scalar, _BOOL)",
        (f"{_S}test_each_value_has_its_sort",),
    ),
    Mutant(
        "cmp-lists-are-tuples",
        "A list is printed as a tuple.",
        f"{_M}.values_json:value_json",
        '"list" if isinstance(value, list) else "tuple"',
        '"tuple"',
        (f"{_S}test_each_kind_of_value_has_its_json",),
    ),
    Mutant(
        "cmp-float-operands-keep-their-order",
        "Sums and products of floats are compared in the order in which they are made.",
        f"{_M}.float_record:_split",
        "sorted(others, key=key_of)",
        "others",
        (f"{_R}test_the_same_operands_in_another_order",),
    ),
    Mutant(
        "cmp-cancelled-terms-are-nothing",
        "A float less itself is nothing, infinite or not.",
        f"{_M}.float_record:_sum",
        "terms = [float_mul(coefficient, rest) for rest, coefficient in coefficients.items()]",
        "terms = [float_mul(coefficient, rest) for rest, coefficient in coefficients.items() if coefficient] or [0.0]",
        (f"{_R}test_other_laws_of_the_reals_are_not_used",),
    ),
    Mutant(
        "cmp-a-maximum-counts-its-operands",
        "A maximum of floats is a list in which an operand may stand twice.",
        f"{_M}.float_record:_form",
        "sorted(dict.fromkeys(operands), key=key_of)",
        "sorted(operands, key=key_of)",
        (f"{_R}test_the_same_operands_in_another_order",),
    ),
    Mutant(
        "cmp-conditions-keep-their-order",
        "The two sides state conditions on floats in the order in which each computes them.",
        f"{_M}.observe:_in_record_words",
        "condition = as_recorded(stated.condition)",
        "condition = stated.condition",
        (f"{_R}test_an_assert_in_another_order_is_the_same_assert",),
    ),
    Mutant(
        "cmp-rounding-refutes",
        "What is false in doubles alone refutes.",
        f"{_M}.rounding:is_rounding",
        "return _holds(goal, valuation) or not all",
        "return not all",
        (f"{_R}test_what_differs_by_rounding_alone_refutes_nothing",),
    ),
    Mutant(
        "cmp-close-floats-are-told-apart",
        "Two floats are told apart over the rationals however close they are.",
        f"{_M}.rounding:_is_close",
        "abs(left - right) <= _CLOSE * max(abs(left), abs(right))",
        "left == right",
        (f"{_R}test_what_differs_by_rounding_alone_refutes_nothing",),
    ),
)
