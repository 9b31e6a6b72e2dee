"""Seeded faults in the comparison of values and in their JSON."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["COMPARISON"]

_M: Final = "refimpl.laws"
_C: Final = "specs/comparison.py::"
_S: Final = "specs/sorts.py::"

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
        f"{_M}.float_order:_chain",
        "sorted(operands, key=key_of)",
        "operands",
        (f"{_S}test_operands_have_one_order_from_the_left", f"{_S}test_the_same_operands_in_another_order"),
    ),
)
