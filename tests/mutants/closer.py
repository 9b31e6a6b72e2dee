"""Seeded faults that only a second symbol, a zero, a sign or another order shows."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["CLOSER"]

_S: Final = "refimpl.symbolic_shapes"
_T: Final = "refimpl.terms"
_L: Final = "refimpl.laws"
_CHECKS: Final = "specs/closer.py::test_"


def _killed(check: str) -> tuple[str, ...]:
    return (_CHECKS + check,)


CLOSER: Final = (
    Mutant(
        "closer-decides-in-the-words-asked",
        "Whether a decision depends on data is read off the words of the question, not off what stands for them.",
        f"{_S}.environment:Environment.evaluate",
        "if self._unbacked_in(resolved) or",
        "if self._unbacked_in(condition) or",
        _killed("a_symbol_that_equals_a_size_is_decided_as_the_size"),
    ),
    Mutant(
        "closer-a-hint-of-zero-is-none",
        "The error of a decision leaves hints of 0 out.",
        f"{_S}.environment:Environment.data_dependent_error",
        "self.symbols.hints.items() if hint is not None}",
        "self.symbols.hints.items() if hint}",
        _killed("the_error_of_a_decision_puts_every_hint_in"),
    ),
    Mutant(
        "closer-sizes-are-never-contradicted",
        "What moves to a backed symbol is not compared with what is known of it.",
        f"{_S}.rebinding:_is_new",
        "is_unbacked(by) and not view.filed(by)",
        "(not is_unbacked(by) or not view.filed(by))",
        _killed("a_size_below_the_symbols_range_is_no_value_of_it"),
    ),
    Mutant(
        "closer-only-linear-data-counts",
        "A backed symbol is solved for a product or a remainder of unbacked ones.",
        f"{_S}.constraints:solve",
        "any(is_unbacked(free) for free in free_of(rest) if isinstance(free, Symbol))",
        "any(isinstance(rest, IntTerm) and m[:1] == m and m and is_unbacked(m[0]) for m, _ in rest.monomials)",
        _killed("no_size_is_solved_for_what_depends_on_data"),
    ),
    Mutant(
        "closer-circles-go-through-the-first",
        "Of a sum only the first symbol is followed.",
        f"{_S}.state:_refuse_circles",
        "for s in found if isinstance(s, Symbol)} - seen",
        "for s in found[:1] if isinstance(s, Symbol)} - seen",
        _killed("a_circle_goes_through_any_symbol_of_a_sum"),
    ),
    Mutant(
        "closer-every-size-is-two",
        "Every size of the caller is taken to be at least 2.",
        f"{_L}.blind_run:_environment",
        "contract.hints.get(symbol.name), None, None",
        "contract.hints.get(symbol.name), 2, None",
        _killed("a_size_may_be_as_small_as_the_contract_says"),
    ),
    Mutant(
        "closer-true-is-no-number",
        "A plain boolean stays one in arithmetic.",
        f"{_S}.scalar_ops:as_number",
        "return int(scalar)",
        "return scalar",
        _killed("a_plain_boolean_counts_as_0_or_1"),
    ),
    Mutant(
        "closer-a-lower-end-of-zero-is-none",
        "A plain number is not held against a lower end of 0.",
        f"{_S}.guards:constrain_range",
        "if (min is not None and a < min)",
        "if (min and a < min)",
        _killed("an_end_of_zero_is_an_end"),
    ),
    Mutant(
        "closer-names-know-no-sort",
        "An integer of that name is given for a float of that name.",
        f"{_T}.polynomials:symbol_atom",
        "found = _symbols.get((name, sort))",
        "found = _symbols.get((name, sort)) or _symbols.get((name, Sort.INT))",
        _killed("symbols_of_one_name_and_two_sorts_are_two"),
    ),
    Mutant(
        "closer-negative-factors-are-minus-one",
        "A product with any negative number prints as one with -1.0.",
        f"{_T}.printing:_factor",
        ".get(number, ",
        ".get(-1.0 if number < 0.0 else number, ",
        ("specs/terms.py::test_terms_print_as_in_pytorch",),
    ),
    Mutant(
        "closer-operands-are-replaced",
        "A sub-graph runs on what stands for its operands.",
        f"{_S}.propagate:run_subgraph",
        "wrap(operand, env) if is_scalar(operand)",
        "wrap(env.replace(operand), env) if is_scalar(operand)",
        _killed("operands_of_a_sub_graph_are_in_the_words_in_which_they_were_given"),
    ),
    Mutant(
        "closer-sub-graphs-take-any-operands",
        "A sub-graph that has lost an input runs, and the operand is dropped.",
        f"{_S}.propagate:require_operands",
        "if taken < len(operands):",
        "if taken < 0:",
        _killed("a_sub_graph_takes_no_more_operands_than_it_has_inputs"),
    ),
    Mutant(
        "closer-derived-sizes-may-be-negative",
        "Of a custom operator's result only the sizes that are symbols are not negative.",
        f"{_L}.blind_interpreter:_state_sizes",
        "if not isinstance(size, int):",
        "if not isinstance(size, int) and size.symbol is not None:",
        _killed("no_size_of_a_custom_operators_result_is_negative"),
    ),
    Mutant(
        "closer-said-of-another-node",
        "What an assumed operator of a sub-graph gives is said of a node of the program.",
        f"{_L}.blind_interpreter:BlindInterpreter._failed",
        "with env.at(path):",
        "with env.at(n.name):",
        _killed("what_a_custom_operator_gives_in_a_branch_is_said_there"),
    ),
    Mutant(
        "closer-counts-of-zero-are-forgotten",
        "A quantity that was 0 is taken from the witness again.",
        f"{_L}.concrete:ConcreteContext._next",
        "if earlier is not None:",
        "if earlier:",
        _killed("a_quantity_of_zero_is_remembered"),
    ),
    Mutant(
        "closer-copies-have-any-strides",
        "The strides of a copy are not compared.",
        f"{_L}.value:_Comparison._tensor",
        'if old.layout == "strided" and len(old.strides)',
        'if old.layout == "strided" and not new.storage.is_copy and len(old.strides)',
        _killed("the_strides_of_a_copy_are_compared"),
    ),
    Mutant(
        "closer-drops-are-asked-beside-the-first",
        "What the second run drops counts only if it shares its symbols with the first thing that it knows.",
        f"{_L}.steady:_different",
        "        if condition not in second:",
        "        if condition not in second and free_of(condition) <= free_of(second[0]):",
        _killed("whatever_the_second_run_drops_is_asked_for"),
    ),
    Mutant(
        "closer-sizes-of-branches-stay",
        "What became a size in a branch stays one when its node fails.",
        f"{_S}.environment:Environment.roll_back",
        "while len(self.size_like) > size_like:",
        "while len(self.size_like) > size_like and not self.predicates:",
        _killed("a_node_that_fails_in_a_branch_leaves_no_size_behind"),
    ),
    Mutant(
        "closer-both-zeros-are-one-text",
        "An equation with -0.0 is the one that was made with 0.0.",
        f"{_S}.state:equation",
        "_equal_floats.__wrapped__(symbol, real) if isinstance(real, float) else _equal_floats(symbol, real)",
        "_equal_floats(symbol, real)",
        _killed("an_equation_with_a_zero_keeps_its_sign"),
    ),
    Mutant(
        "closer-one-digit-makes-a-float",
        "Whatever follows the first digit, the name is that of an unbacked float.",
        f"{_S}.constraints:is_unbacked",
        "name[3:].isdigit()",
        "name[3:4].isdigit()",
        _killed("a_name_that_only_begins_like_an_unbacked_one_is_none"),
    ),
    Mutant(
        "closer-exponents-are-ordered",
        "The base must not be zero unless the exponent is at least 0, which NaN is not.",
        f"{_S}.scalar_ops:pow_",
        "lnot(float_lt(exponent, 0.0))",
        "float_le(0.0, exponent)",
        _killed("zero_to_the_power_of_nan_is_nan"),
    ),
    Mutant(
        "closer-one-member-is-opened",
        "The conjunction of one disjunction is the conjunction of its members.",
        f"{_T}.conditions:_nary",
        "elif isinstance(condition, kind):",
        "elif isinstance(condition, kind) or (isinstance(condition, (And, Or)) and len(conditions) == 1):",
        _killed("a_connective_of_one_is_that_one"),
    ),
    Mutant(
        "closer-integers-beside-floats-round",
        "An integer that is put beside a float is rounded to one.",
        f"{_T}.rebuild:_to_number",
        "to_dim(value) if isinstance(value, (int, IntTerm)) else to_real(value)",
        "to_dim(value) if isinstance(value, IntTerm) else to_real(float(value) if isinstance(value, int) else value)",
        _killed("an_integer_put_beside_a_float_stays_exact"),
    ),
    Mutant(
        "closer-texts-follow-the-hash-seed",
        "Which of two floats is asked first whether it is NaN is left to the order of a set.",
        "refimpl.solver._encode_text:ExtendedReal._ordered",
        "in (self.nan, other.nan) if",
        "in {self.nan, other.nan} if",
        _killed("the_text_of_a_comparison_is_in_one_order"),
    ),
    Mutant(
        "closer-only-the-program-kills",
        "What stands below an operator that is dead in a sub-graph lives.",
        f"{_L}.liveness:_outer",
        "for end in range(1, len(parts) + 1, 2))",
        "for end in (1, len(parts)))",
        _killed("what_stands_below_an_operator_that_is_dead_in_a_sub_graph_is_dead"),
    ),
    Mutant(
        "closer-only-new-names-hop",
        "A fresh symbol that has a name already may get any other.",
        f"{_L}.root:_one_hop",
        "if before.get(fresh) is not name and",
        "if fresh not in before and",
        _killed("a_renaming_that_changes_leads_to_a_name_in_use"),
    ),
    Mutant(
        "closer-the-list-ends-where-a-solver-gives-up",
        "After a requirement that no solver decides none is listed.",
        f"{_L}.unrecorded:unrecorded",
        "                continue\n            example",
        "                break\n            example",
        _killed("what_follows_an_undecided_requirement_is_listed"),
    ),
)
