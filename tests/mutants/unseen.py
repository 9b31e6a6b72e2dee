"""Seeded faults that only a circle, a second solution, a branch or the last digit shows."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["UNSEEN"]

_L: Final = "refimpl.laws"
_S: Final = "refimpl.symbolic_shapes"
_T: Final = "refimpl.terms"
_CHECKS: Final = "specs/unseen.py::test_"
_MORE: Final = "specs/unnoticed.py::test_"


def _killed(check: str) -> tuple[str, ...]:
    return (_CHECKS + check,)


def _noticed(check: str) -> tuple[str, ...]:
    return (_MORE + check,)


UNSEEN: Final = (
    Mutant(
        "uns-circles-collide-with-nobody",
        "Of two symbols that are renamed to each other neither binding is lost.",
        f"{_L}.root:_names",
        "(symbol, state.renamings.get(symbol, symbol), _end(state, symbol))",
        "(symbol, _end(state, symbol))",
        _killed("symbols_that_are_renamed_to_each_other_collide"),
    ),
    Mutant(
        "uns-doubles-are-doubles-everywhere",
        "What one node requires of one value's two names is nobody's own requirement.",
        f"{_L}.observe:observe",
        "if (r.node, r.condition) not in doubles]",
        "if r.condition not in {condition for _, condition in doubles}]",
        _killed("what_one_node_requires_of_two_names_another_may_require_by_itself"),
    ),
    Mutant(
        "uns-guards-are-never-lost",
        "The caller's contract is shown as the guards of a state that has forgotten it.",
        f"{_L}.self_test:_Seen.state",
        "for condition in self.contract if self.env.known(condition) is not None)",
        "for condition in self.contract)",
        _killed("a_condition_of_the_callers_that_is_forgotten_is_a_guard_no_more"),
    ),
    Mutant(
        "uns-the-second-value-has-no-range",
        "Of the second value of a symbol that nobody binds the ranges are not said.",
        f"{_L}.step_bound:_determined",
        "(substitute_cond(each, again) for each in said))",
        "(substitute_cond(each, again) for each in required))",
        _killed("a_pending_symbol_is_determined_within_its_range"),
    ),
    Mutant(
        "uns-asserts-of-branches-hold-everywhere",
        "What is recorded in other words is asked under the asserts of branches too.",
        f"{_L}.before:_evaluated_again",
        "if not stated.predicates and not isinstance(",
        "if not isinstance(",
        _killed("what_a_branch_asserts_is_not_known_outside_it"),
    ),
    Mutant(
        "uns-floats-of-witnesses-are-rounded",
        "The floats of a witness have six digits.",
        f"{_L}.judge:_number",
        "else repr(value)",
        'else f"{value:g}" if isinstance(value, float) else repr(value)',
        _killed("a_float_of_a_witness_has_every_digit"),
    ),
    Mutant(
        "uns-hints-of-zero-are-none",
        "The witness of a step leaves a hint of 0.",
        f"{_L}.implementation:_hints",
        "if isinstance(hint, int)}",
        "if isinstance(hint, int) and hint}",
        _killed("a_witness_keeps_a_hint_of_zero"),
    ),
    Mutant(
        "uns-integers-stand-on-the-left",
        "An integer that is compared with a float is printed on the left.",
        f"{_T}.printing:_float_compare",
        "mirrored = isinstance(part.left, (int, float))",
        "mirrored = isinstance(part.left, float)",
        _noticed("an_integer_stands_on_the_right_of_a_float"),
    ),
    Mutant(
        "uns-kernels-say-what-is-violated",
        "Of a node that raises only what its kernel enforces is violated.",
        f"{_L}.failures:classify",
        "violated.message or message, violated.condition)",
        "violated.message or message, violated.enforced)",
        _killed("what_a_node_violates_is_what_it_requires_and_not_what_its_kernel_enforces"),
    ),
    Mutant(
        "uns-rebinding-writes-all-records-anew",
        "Rebinding a node that has run writes every earlier record in old names.",
        f"{_S}.bindings:rebind_unbacked",
        "result, len(shape_env.log))",
        "result, 0)",
        _noticed("rebinding_by_itself_writes_no_record_of_the_node_anew"),
    ),
    Mutant(
        "uns-results-are-replaced",
        "A renamed result is what stands for it.",
        f"{_S}.propagate:rewrite",
        "substitute(raw_scalar(value), renamed)",
        "substitute(value.node.expr, renamed)",
        _noticed("a_result_is_renamed_in_the_words_in_which_it_was_given"),
    ),
    Mutant(
        "uns-ranges-of-a-state-are-facts",
        "An environment made from a state logs its ranges.",
        f"{_S}.state:environment_of",
        "            env.assume(bound)",
        "            env.fact(bound)",
        _noticed("what_a_state_says_is_no_event"),
    ),
    Mutant(
        "uns-what-may-be-ignored-is-pending",
        "An environment made from a state waits for what may be ignored.",
        f"{_S}.state:environment_of",
        "pending=symbol in state.pending)",
        "pending=symbol not in state.renamings)",
        _noticed("what_may_be_ignored_need_not_be_pending"),
    ),
    Mutant(
        "uns-names-hide-what-is-in-order",
        "Of an assert with an end by name the one in order is not read.",
        f"{_L}.before:_argument",
        "return node.args[position] if len(node.args) > position else node.kwargs.get(name)",
        "return node.kwargs.get(name) if node.kwargs else node.args[position]",
        _killed("the_ends_of_an_asserted_range_are_given_in_order_or_by_name"),
    ),
    Mutant(
        "uns-nodes-run-by-name",
        "A node is past another if its name is the greater one.",
        f"{_L}.confirm:_is_past",
        "order.index(raising) > order.index(claim.node)",
        "raising > claim.node",
        _killed("a_run_is_past_a_node_in_the_order_of_the_run"),
    ),
    Mutant(
        "uns-branches-have-no-hypotheses",
        "A claim of a branch is confirmed on a run that breaks what is known.",
        f"{_L}.confirm:confirm",
        "in theory.hypotheses(None, until=claim.until):",
        "in () if claim.predicates else theory.hypotheses(None, until=claim.until):",
        _killed("a_claim_of_a_branch_has_hypotheses_too"),
    ),
    Mutant(
        "uns-one-definition-is-assumed",
        "Of the definitions that replace nothing only the first is assumed.",
        f"{_L}.theory:Theory.__init__",
        "*seen.machine, *equations)",
        "*seen.machine, *equations[:1])",
        _killed("every_definition_that_replaces_nothing_is_assumed"),
    ),
    Mutant(
        "uns-outer-branches-are-inner-ones",
        "What is stated of an inner branch holds in the outer one.",
        f"{_L}.theory:Theory._inside",
        "set(statement.predicates) <= set(predicates)",
        "not set(statement.predicates).isdisjoint(predicates)",
        _killed("what_is_stated_of_an_inner_branch_is_not_stated_of_the_outer_one"),
    ),
    Mutant(
        "uns-dead-nodes-hold-nothing",
        "The range of a symbol that a dead node holds is unused.",
        f"{_L}.observe:_holders",
        "if node.is_input or node.old is ABSENT:",
        "if node.is_input or node.old is ABSENT or not node.live:",
        _killed("what_a_dead_node_holds_is_held"),
    ),
    Mutant(
        "uns-one-kind-of-device-is-one-device",
        "Tensors on two devices of one kind are on one.",
        f"{_L}.value:_Comparison._tensor",
        "old.device == new.device and",
        "old.device.type == new.device.type and",
        _killed("two_devices_of_one_kind_are_two"),
    ),
    Mutant(
        "uns-close-floats-are-equal",
        "Floats that differ by rounding are equal.",
        f"{_L}.value:equal_values",
        "return old == new or (math.isnan",
        "return math.isclose(old, new) or (math.isnan",
        _killed("floats_that_differ_in_the_last_bit_differ"),
    ),
    Mutant(
        "uns-sizes-are-the-symbols-asked",
        "What stands for a symbol is not taken for a size.",
        f"{_S}.environment:Environment.known_of_sizes",
        "for s in resolved.free if",
        "for s in (condition.free if not isinstance(condition, bool) else ()) if",
        _noticed("a_number_is_as_large_as_the_size_that_stands_for_it"),
    ),
    Mutant(
        "uns-names-follow-one-hop",
        "A step writes a fresh symbol under a name one hop from the recorded one.",
        f"{_S}.environment:Environment.apply",
        "= self.name_of(old)",
        "= self.unbacked_renamings.get(old, old)",
        _noticed("a_fresh_symbol_takes_the_name_at_the_end_of_a_chain"),
    ),
    Mutant(
        "uns-factors-are-cancelled-once",
        "Of a power that both sides of a fraction have one factor is cancelled.",
        f"{_T}.division:_common_monomial",
        " for _ in range(common[atom]))",
        ")",
        _noticed("a_factor_is_cancelled_as_often_as_both_have_it"),
    ),
    Mutant(
        "uns-the-least-is-nearest-to-zero",
        "Of arguments that differ by a number the one with the smaller number is the least.",
        f"{_T}.integers:_drop_dominated",
        "else constant < known)",
        "else abs(constant) < abs(known))",
        _noticed("of_arguments_that_differ_by_a_number_the_lesser_is_the_least"),
    ),
    Mutant(
        "uns-products-forget-a-modulus",
        "The modulus of a product is not one of both moduli.",
        f"{_T}.inference:_times",
        "gcd(r * n, s * m, m * n)",
        "gcd(r * n, s * m)",
        _noticed("a_product_has_the_residue_that_every_value_has"),
    ),
    Mutant(
        "uns-large-integers-are-rounded",
        "A solver is told the nearest float of an integer.",
        "refimpl.solver._encode_terms:TermEncoder.extended_real",
        'return ExtendedReal("false", "0", f"(to_real {integer(int(term))})")',
        "return _constant(float(term))",
        _noticed("a_large_integer_beside_a_float_is_asked_about_exactly"),
    ),
    Mutant(
        "uns-choices-are-defined",
        "A choice one branch of which is defined is defined.",
        "refimpl.solver._encode_terms:TermEncoder._choice",
        'if a_defined == b_defined == "true" else',
        'if a_defined == "true" or b_defined == "true" else',
        _noticed("a_choice_is_defined_where_the_branch_that_is_taken_is"),
    ),
    Mutant(
        "uns-false-hints-are-no-guards",
        "A float whose hint breaks what is known is taken without a guard.",
        f"{_S}.environment:Environment.evaluate_float",
        "if self.known(condition) is not True:",
        "if self.known(condition) is None:",
        _noticed("a_float_from_its_hint_is_guarded_although_the_hint_breaks_what_is_known"),
    ),
    Mutant(
        "uns-only-inner-branches-are-known",
        "What is recorded in other words in an inner branch is not asked under the outer one.",
        f"{_L}.before:_evaluated_again",
        "in step.predicates:",
        "in step.predicates[-1:]:",
        _killed("what_is_asked_in_an_inner_branch_is_asked_under_the_outer_one_too"),
    ),
    Mutant(
        "uns-examples-come-before-the-run",
        "A witness has the numbers of the example where a run is known.",
        f"{_L}.attempts:Attempts._known",
        "**self.hints, **(self.model or {})}",
        "**(self.model or {}), **self.hints}",
        _killed("what_is_known_of_a_run_comes_before_the_examples"),
    ),
    Mutant(
        "uns-later-facts-forbid-attempts",
        "A number is not tried because a later node excludes it.",
        f"{_L}.attempts:Attempts._failing",
        "until=claim.until)",
        "until=None)",
        _killed("what_is_said_later_forbids_no_attempt"),
    ),
    Mutant(
        "uns-counts-are-taken-backwards",
        "What an operator allocates again is what it had allocated last.",
        f"{_L}.before:_evaluated_again",
        "again = reversed(env.symbols.since(count))",
        "again = env.symbols.since(count)",
        _killed("each_count_that_is_taken_again_is_the_one_that_was_taken_at_that_place"),
    ),
)
