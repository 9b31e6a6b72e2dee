"""Seeded faults in the environment and in what it knows."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["ENVIRONMENT"]

_S: Final = "refimpl.symbolic_shapes"
_ENV: Final = f"{_S}.environment:Environment"
_SHAPE_ENV: Final = f"{_S}.shape_env:ShapeEnv"
_KNOWLEDGE: Final = f"{_S}.knowledge:Knowledge"
_E: Final = "specs/environment.py::"
_H: Final = "specs/histories.py::"
_SCOPES: Final = "specs/scopes.py::"
_NAMES: Final = "specs/names.py::"
_ANY: Final = f"{_H}test_any_history_keeps_exactly_what_was_said"

ENVIRONMENT: Final = (
    Mutant(
        "env-reserved-name-allocated",
        "The highest reserved name is allocated again.",
        f"{_S}.symbol_table:SymbolTable.reserve_name",
        "int(number) + 1",
        "int(number)",
        (f"{_E}test_fresh_names_are_new",),
    ),
    Mutant(
        "env-ignored-symbols-are-pending",
        "Symbols that nobody is to bind are pending.",
        f"{_S}.symbol_table:SymbolTable.fresh",
        "if not self._ignore:",
        "if self._ignore >= 0:",
        (f"{_E}test_fresh_symbols_are_pending_unless_ignored",),
    ),
    Mutant(
        "env-contract-is-logged",
        "The caller's contract is logged as if the run had found it.",
        f"{_SHAPE_ENV}.add_backed",
        "self.assume(",
        "self.fact(",
        (f"{_E}test_the_contract_is_known_and_not_logged",),
    ),
    Mutant(
        "env-boolean-up-to-two",
        "The integer behind a boolean may be 2.",
        f"{_SHAPE_ENV}.create_unbacked_symbool",
        "_between(term, 0, 1)",
        "_between(term, 0, 2)",
        (f"{_E}test_a_boolean_is_an_integer_in_zero_one",),
    ),
    Mutant(
        "env-facts-are-not-known",
        "Facts are logged and never used.",
        f"{_ENV}.fact",
        "self.knowledge.assume(condition)",
        "pass",
        (f"{_E}test_facts_are_logged_and_known", _ANY),
    ),
    Mutant(
        "env-known-requirements-are-dropped",
        "A requirement that is known already is not logged.",
        f"{_ENV}.require",
        "self.log.append(stated)",
        "self.log.extend([stated] * (answer is not True))",
        (f"{_E}test_requirements_are_logged_assumed_and_raised",),
    ),
    Mutant(
        "env-upper-ends-exclusive",
        "The upper end of a range is excluded.",
        f"{_S}.shape_env:_between",
        "le(term, high)",
        "le(term, high - 1)",
        (f"{_E}test_ranges_are_required_with_both_ends",),
    ),
    Mutant(
        "env-false-decisions-guard-the-truth",
        "A decision that came out false is guarded as if it were true.",
        f"{_ENV}.evaluate",
        "self._guard(resolved if hint else lnot(resolved))",
        "self._guard(resolved)",
        (f"{_E}test_decisions_follow_the_hints_and_are_guarded",),
    ),
    Mutant(
        "env-origins-are-forgotten",
        "The error for a data-dependent decision does not know who allocated the symbol.",
        f"{_ENV}.data_dependent_error",
        'self.symbols.origins.get(symbol, "")',
        '""',
        (f"{_E}test_data_dependent_decisions_name_their_symbols",),
    ),
    Mutant(
        "env-frozen-guards",
        "A frozen environment still adds guards.",
        f"{_ENV}._guard",
        "if not self.frozen and not self._suppressed:",
        "if not self._suppressed:",
        (f"{_E}test_a_frozen_environment_adds_no_guard",),
    ),
    Mutant(
        "env-asserts-filed-under-the-oldest",
        "A deferred requirement stands under its oldest symbol, where it is emitted too early.",
        f"{_SHAPE_ENV}.deferred_runtime_asserts",
        "newest = max(",
        "newest = min(",
        (f"{_E}test_deferred_requirements_stand_under_their_newest_symbol",),
    ),
    Mutant(
        "env-solved-equations-change-sign",
        "An equation is solved with the wrong sign.",
        f"{_S}.constraints:solve",
        "rest * -coefficient",
        "rest",
        (_ANY, f"{_H}test_an_equation_eliminates_the_newest_unbacked_symbol"),
    ),
    Mutant(
        "env-failed-nodes-leave-what-they-learned",
        "What a failed node learned stays known.",
        f"{_ENV}.roll_back",
        "self.knowledge.roll_back(knowledge)",
        "pass",
        (f"{_H}test_a_roll_back_leaves_nothing_but_the_name_counters", _ANY),
    ),
    Mutant(
        "env-eliminated-symbols-lose-their-conditions",
        "What was known of an eliminated symbol is not known of what replaces it.",
        f"{_KNOWLEDGE}._learn",
        "self.assume(filed)",
        "pass",
        (f"{_H}test_an_equation_eliminates_the_newest_unbacked_symbol",),
    ),
    Mutant(
        "env-replacements-are-one-hop",
        "A replacement is followed one hop only.",
        f"{_KNOWLEDGE}.resolve_symbol",
        "end = self.resolve(found)",
        "end = found",
        (f"{_H}test_renamings_are_resolved_to_the_end",),
    ),
    Mutant(
        "env-branches-leak",
        "What a branch learns is known outside.",
        f"{_ENV}.under",
        "self.knowledge = outer.fork()",
        "self.knowledge = outer",
        (f"{_H}test_branches_keep_what_they_learn", _ANY),
    ),
    Mutant(
        "env-weaker-bound-kept",
        "The meet of two intervals takes the weaker lower end.",
        "refimpl.terms.intervals:intersect",
        "c is not None and c > a",
        "c is not None and c < a",
        (f"{_H}test_plain_consequences_are_known",),
    ),
    Mutant(
        "env-sizes-start-at-three",
        "Sizes are supposed to be at least 3.",
        f"{_ENV}.known_of_sizes",
        "ge(of_atom(symbol), 2)",
        "ge(of_atom(symbol), 3)",
        (f"{_H}test_sizes_are_supposed_to_be_at_least_two",),
    ),
    Mutant(
        "env-contradictions-outlive-their-node",
        "A contradiction that a failed node met stays.",
        f"{_KNOWLEDGE}.roll_back",
        "count, self._contradicted = mark",
        "count, _ = mark",
        (f"{_H}test_a_contradiction_ends_with_its_node",),
    ),
    Mutant(
        "env-taken-names-are-taken-again",
        "Two allocating sites write their symbols under one name.",
        f"{_ENV}.may_rename",
        "and self.named.get(old, self.node) == self.node",
        "",
        (f"{_H}test_a_name_belongs_to_the_node_that_took_it",),
    ),
    Mutant(
        "env-branches-see-their-own-conditions-only",
        "A step in a branch leaves behind what is known of its symbol outside.",
        f"{_KNOWLEDGE}.filed",
        "(*self._parent.filed(symbol), *own)",
        "own",
        (f"{_SCOPES}test_scopes_see_outwards_only", f"{_SCOPES}test_a_step_in_a_branch_moves_what_is_known_outside"),
    ),
    Mutant(
        "env-copies-share-what-is-filed",
        "What a copy learns is filed in the original too.",
        f"{_KNOWLEDGE}.copy",
        "{symbol: filed.copy() for symbol, filed in self._filed.items()}",
        "self._filed",
        (f"{_SCOPES}test_environments_like_another_learn_apart",),
    ),
    Mutant(
        "env-copies-share-what-follows",
        "What follows from what one of them learns is known to the other too.",
        f"{_KNOWLEDGE}.bounds",
        "self._bounds = self._bounds.fork()",
        "pass",
        (f"{_SCOPES}test_environments_like_another_learn_apart",),
    ),
    Mutant(
        "env-applied-names-are-pending",
        "A symbol that took its old name is still waited for.",
        f"{_ENV}.apply",
        "self.symbols.settle(fresh)",
        "pass",
        (f"{_SCOPES}test_a_step_is_applied_to_names_and_pending_symbols",),
    ),
    Mutant(
        "env-sizes-may-be-one",
        "A size starts at 1 unless told otherwise.",
        f"{_SHAPE_ENV}.create_symbol",
        "self.add_backed(symbol, val, min, max, source)",
        "self.add_backed(symbol, val, 1 if min == 2 else min, max, source)",
        (f"{_NAMES}test_backed_symbols_are_what_they_are_made_of",),
    ),
    Mutant(
        "env-all-guards-are-news",
        "A guard that is true of all numbers is told too.",
        f"{_SHAPE_ENV}.get_nontrivial_guards",
        "if Knowledge().known(guard.expr) is None",
        "",
        (f"{_NAMES}test_guards_are_told_and_evaluated",),
    ),
)
