"""TRM, continued: terms in sympy and back, the border to PyTorch's own expressions.

The checks are those of ``tests/terms``; sympy's exact arithmetic is an oracle of its own there.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from tests.terms import test_sympy

__all__ = ["TRM_11", "TRM_12"]

_BRIDGE = "refimpl.terms.sympy_bridge"
TRM_11 = Clause(
    "TRM-11",
    "In sympy a term has the value that it has here, by sympy's own arithmetic.",
    f"{_BRIDGE}:to_sympy",
    "trm-coefficients-are-lost-in-sympy",
)
test_sympy_computes_the_same_value = checks(TRM_11)(test_sympy.test_sympy_computes_the_same_value_of_the_term)
test_sympy_computes_the_same_truth = checks(TRM_11)(test_sympy.test_sympy_computes_the_same_truth_of_the_condition)

TRM_12 = Clause(
    "TRM-12",
    "A term that goes to sympy and comes back is the same object; a function that terms lack is refused.",
    f"{_BRIDGE}:from_sympy",
    "trm-conjunctions-come-back-as-disjunctions",
)
test_there_and_back_is_the_same_object = checks(TRM_12)(test_sympy.test_there_and_back_is_the_same_object)
test_a_condition_there_and_back_is_the_same_object = checks(TRM_12)(
    test_sympy.test_a_condition_there_and_back_is_the_same_object
)
test_floats_and_opaque_booleans_there_and_back = checks(TRM_12)(
    test_sympy.test_floats_and_opaque_booleans_there_and_back
)
test_an_unknown_head_is_refused = checks(TRM_12)(test_sympy.test_an_unknown_head_is_refused)
