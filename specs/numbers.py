"""NUM: the symbolic numbers of an environment, and the questions that code asks of them.

Most checks are those of ``tests/symbolic_shapes``, which compare with Python's own numbers.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_inputs, test_profiles, test_sym_node

__all__ = ["NUM_01", "NUM_02", "NUM_03", "NUM_04", "NUM_05", "NUM_06", "NUM_07"]

_S = "refimpl.symbolic_shapes"
NUM_01 = Clause(
    "NUM-01",
    "An operator on symbolic numbers, plain ones among them, means what Python's means and requires what Python raises"
    " for.",
    f"{_S}.scalar_ops:floordiv",
    "num-a-quotient-may-divide-by-zero",
)
test_a_binary_operator_means_what_python_means = checks(NUM_01)(
    test_sym_node.test_a_binary_operator_means_what_python_means
)
test_a_unary_operator_means_what_python_means = checks(NUM_01)(
    test_sym_node.test_a_unary_operator_means_what_python_means
)
test_a_natural_power_stays_an_integer = checks(NUM_01)(test_sym_node.test_a_natural_power_stays_an_integer)
test_an_undecided_sign_of_an_exponent_asks_for_a_decision = checks(NUM_01)(
    test_sym_node.test_an_undecided_sign_of_an_exponent_asks_for_a_decision
)
test_an_operand_of_another_class_is_a_type_error = checks(NUM_01)(
    test_sym_node.test_an_operand_of_another_class_is_a_type_error
)

NUM_02 = Clause(
    "NUM-02",
    "What is not finite has no integer part, and a function of ``math`` requires its domain.",
    f"{_S}.scalar_ops:_domain",
    "num-logarithms-of-zero",
)
test_what_is_not_finite_has_no_integer_part = checks(NUM_02)(test_sym_node.test_what_is_not_finite_has_no_integer_part)
test_a_function_of_math_requires_its_domain = checks(NUM_02)(test_sym_node.test_a_function_of_math_requires_its_domain)

NUM_03 = Clause(
    "NUM-03",
    "The functions of ``torch`` on symbolic numbers mean what they say without a decision, and take plain numbers.",
    f"{_S}.sym_functions:sym_min",
    "num-the-smaller-is-the-larger",
)
test_the_same_calls_show_the_same = checks(NUM_03)(test_profiles.test_the_same_calls_show_the_same)
test_the_functions_of_torch_mean_what_they_say = checks(NUM_03)(
    test_sym_node.test_the_functions_of_torch_mean_what_they_say
)
test_functions_of_torch_take_plain_numbers = checks(NUM_03)(test_sym_node.test_functions_of_torch_take_plain_numbers)

NUM_04 = Clause(
    "NUM-04",
    "The truth of a symbolic number is a decision: a guard on backed symbols, an error on unbacked ones, none if it is"
    " known.",
    f"{_S}.sym_node:SymBool.__bool__",
    "num-numbers-are-true",
)
test_truth_is_a_guard_or_an_error = checks(NUM_04)(
    test_sym_node.test_truth_is_a_guard_on_backed_symbols_and_an_error_on_unbacked_ones
)
test_without_guards_from_hints_an_open_decision_is_refused = checks(NUM_04)(
    test_sym_node.test_without_guards_from_hints_an_open_decision_is_refused
)
test_a_decision_that_is_known_guards_nothing = checks(NUM_04)(
    test_sym_node.test_a_decision_that_is_known_guards_nothing
)

NUM_05 = Clause(
    "NUM-05",
    "A symbolic number prints as its term after replacement, has no hash, and compares by its term only if asked to.",
    f"{_S}.sym_node:SymNode.expr",
    "num-nodes-show-what-was-replaced",
)
test_text_and_nodes = checks(NUM_05)(test_sym_node.test_text_and_nodes)
test_symbolic_numbers_are_unhashable = checks(NUM_05)(test_sym_node.test_symbolic_numbers_are_unhashable_as_in_pytorch)
test_integers_compared_by_their_terms = checks(NUM_05)(test_inputs.test_integers_compared_by_their_terms)

NUM_06 = Clause(
    "NUM-06",
    "Concrete inputs give each symbol that stands alone or negated its value; guards are evaluated on these values.",
    f"{_S}.inputs:bind_values",
    "num-negated-symbols-keep-the-sign",
)
test_symbols_are_bound_where_they_stand_alone_or_negated = checks(NUM_06)(
    test_inputs.test_symbols_are_bound_where_they_stand_alone_or_negated
)
test_guards_are_evaluated_on_arguments = checks(NUM_06)(test_inputs.test_guards_are_evaluated_on_arguments)

NUM_07 = Clause(
    "NUM-07",
    "A size-oblivious decision takes sizes to be at least 2 and teaches nothing; a symbol's node is the first that"
    " holds it alone.",
    f"{_S}.graph_nodes:find_symbol_binding_fx_nodes",
    "num-the-last-node-binds",
)
test_size_oblivious_decisions = checks(NUM_07)(test_inputs.test_size_oblivious_decisions_take_sizes_to_be_at_least_two)
test_nodes_that_bind_symbols = checks(NUM_07)(test_inputs.test_nodes_that_bind_symbols)
