"""Seeded faults in symbolic numbers and in the questions that are asked of them."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["NUMBERS"]

_S: Final = "refimpl.symbolic_shapes"
_N: Final = "specs/numbers.py::"
_Q: Final = "specs/questions.py::"
_C: Final = "specs/conversions.py::"

NUMBERS: Final = (
    Mutant(
        "num-a-quotient-may-divide-by-zero",
        "A quotient of integers requires nothing of its divisor.",
        f"{_S}.scalar_ops:floordiv",
        'env.require(ne(to_dim(b), 0), "integer division or modulo by zero", ZeroDivisionError)',
        "pass",
        (f"{_N}test_a_binary_operator_means_what_python_means",),
    ),
    Mutant(
        "num-logarithms-of-zero",
        "Zero has a logarithm.",
        f"{_S}.scalar_ops:_domain",
        "lnot(float_le(real, 0.0))",
        "lnot(float_lt(real, 0.0))",
        (f"{_N}test_a_function_of_math_requires_its_domain",),
    ),
    Mutant(
        "num-the-smaller-is-the-larger",
        "The smaller of two symbolic numbers is the larger.",
        f"{_S}.sym_functions:sym_min",
        "ops.minimum(env, left, right)",
        "ops.maximum(env, left, right)",
        (f"{_N}test_the_functions_of_torch_mean_what_they_say",),
    ),
    Mutant(
        "num-numbers-are-true",
        "Every symbolic number is true.",
        f"{_S}.sym_node:SymBool.__bool__",
        "self.env.evaluate(self.condition)",
        "True",
        (f"{_N}test_truth_is_a_guard_or_an_error",),
    ),
    Mutant(
        "num-nodes-show-what-was-replaced",
        "A node shows its term as it was made.",
        f"{_S}.sym_node:SymNode.expr",
        "self.shape_env.replace(self.raw)",
        "self.raw",
        (f"{_N}test_text_and_nodes",),
    ),
    Mutant(
        "num-negated-symbols-keep-the-sign",
        "A symbol that stands negated in a placeholder is bound to the argument itself.",
        f"{_S}.inputs:_bind",
        "negated.symbol, -given",
        "negated.symbol, given",
        (f"{_N}test_symbols_are_bound_where_they_stand_alone_or_negated",),
    ),
    Mutant(
        "num-the-last-node-binds",
        "Of several nodes that hold a symbol the last one binds it.",
        f"{_S}.graph_nodes:find_symbol_binding_fx_nodes",
        "found.setdefault(symbol, node)",
        "found[symbol] = node",
        (f"{_N}test_nodes_that_bind_symbols",),
    ),
    Mutant(
        "num-open-questions-are-guessed",
        "A condition over unbacked symbols that is open is taken to be false, whatever the fallback.",
        f"{_S}.guards:_guard_or",
        "return default",
        "return False",
        (f"{_Q}test_conditions_are_known_guarded_or_open",),
    ),
    Mutant(
        "num-bounded-numbers-are-static",
        "A number with a lower bound has one value.",
        f"{_S}.guards:has_static_value",
        "interval.low is not None and interval.low == interval.high",
        "interval.low is not None",
        (f"{_Q}test_what_is_concrete_static_or_hinted",),
    ),
    Mutant(
        "num-upper-ends-of-ranges-are-ignored",
        "Of a requested range only the lower end is required.",
        f"{_S}.guards:constrain_range",
        "([] if max is None else [a <= max])",
        "[]",
        (f"{_Q}test_what_is_requested_is_required",),
    ),
    Mutant(
        "num-sizes-need-not-agree",
        "Tensors of as many dimensions agree.",
        f"{_S}.guards:check_consistent",
        "            check_consistent(one, other)",
        "            pass",
        (f"{_Q}test_equal_sizes_agree",),
    ),
    Mutant(
        "num-zero-has-negative-powers",
        "A negative power of zero is not refused.",
        f"{_S}.scalar_ops:pow_",
        "lor(float_ne(base, 0.0), lnot(float_lt(exponent, 0.0)))",
        "True",
        (f"{_C}test_powers_are_pythons",),
    ),
    Mutant(
        "num-unequal-booleans-are-equal",
        "Booleans that differ are equal.",
        f"{_S}.sym_node:SymBool.__ne__",
        "lor(land(left, lnot(right)), land(lnot(left), right))",
        "lor(land(left, right), land(lnot(left), lnot(right)))",
        (f"{_C}test_booleans_combine_as_pythons",),
    ),
    Mutant(
        "num-floats-are-not-guarded",
        "A float is taken from its hint without a guard.",
        f"{_S}.environment:Environment.evaluate_float",
        "self._guard(condition)",
        "pass",
        (f"{_C}test_conversions_take_the_hint_and_guard_it",),
    ),
    Mutant(
        "num-symbols-come-unordered",
        "The symbols of one number come in the order of a set's elements.",
        f"{_S}.free_symbols:_collect",
        "sorted(symbols, key=lambda symbol: symbol.name)",
        "sorted(symbols, key=lambda symbol: symbol.name, reverse=True)",
        (f"{_C}test_symbols_are_found_in_order",),
    ),
    Mutant(
        "env-restored-states-lose-renamings",
        "An environment made from a state has renamed nothing.",
        f"{_S}.state:environment_of",
        "env.unbacked_renamings.update(state.renamings)",
        "pass",
        ("specs/states.py::test_a_state_holds_what_its_environment_allows",),
    ),
    Mutant(
        "env-numbers-of-any-sort-are-equal",
        "An integer may equal a float.",
        f"{_S}.state:equation",
        "integer != (symbol.sort is Sort.INT) or is_condition(term)",
        "is_condition(term)",
        ("specs/states.py::test_ranges_and_equations_of_a_state",),
    ),
    Mutant(
        "env-long-circles-are-accepted",
        "Only a symbol that is replaced by a term over itself is a circle.",
        f"{_S}.state:_refuse_circles",
        "if start in found:",
        "if start in found and len(seen) == 1:",
        ("specs/states.py::test_circles_of_replacements_are_refused",),
    ),
    Mutant(
        "env-forgotten-conditions-stay-filed",
        "A roll-back leaves conditions filed that it forgets.",
        f"{_S}.knowledge:Knowledge.roll_back",
        "self._filed = {}",
        "pass",
        ("specs/states.py::test_a_roll_back_restores_the_whole_state",),
    ),
    Mutant(
        "env-unbacked-names-are-never-backed",
        "A symbol with an unbacked name is never backed, whatever its hint.",
        f"{_S}.symbol_table:SymbolTable.is_backed",
        "symbol in self.hints or not is_unbacked(symbol)",
        "not is_unbacked(symbol)",
        ("specs/states.py::test_names_and_backing_of_symbols",),
    ),
    Mutant(
        "env-any-coefficient-is-one",
        "An equation is solved for a symbol whatever its coefficient.",
        f"{_S}.constraints:solve",
        "len(monomial) == 1 and coefficient in (1, -1) and",
        "len(monomial) == 1 and",
        ("specs/states.py::test_equations_are_solved_for_the_newest_symbol",),
    ),
)
