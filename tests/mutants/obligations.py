"""Seeded faults in what the laws of a program ask, and in what obligations rest on."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OBLIGATIONS"]

_M: Final = "refimpl.laws"
_O: Final = "specs/obligations.py::"
_H: Final = "specs/hypotheses.py::"
_D: Final = "specs/deciding.py::"
_R: Final = "specs/reach.py::"

OBLIGATIONS: Final = (
    Mutant(
        "obl-any-path-may-be-allocated",
        "A node that may allocate somewhere may bind at any path.",
        f"{_M}.dom:may_bind",
        "node.places is None or keystr(binding.path).startswith(node.places)",
        "node.places is None or bool(node.places)",
        (f"{_O}test_who_may_bind_a_symbol",),
    ),
    Mutant(
        "obl-only-the-outermost-branch-counts",
        "What is bound in a branch of a branch is known in the whole outer branch.",
        f"{_M}.dom:scope_of",
        "range(len(parts) - 1, 1, -2)",
        "range(2, len(parts), 2)",
        (f"{_O}test_what_is_bound_in_a_branch_is_known_there",),
    ),
    Mutant(
        "obl-uses-may-come-first",
        "A symbol may be used before the node that binds it.",
        f"{_M}.dom:_out_of_reach",
        "path in done and node.path",
        "node.path",
        (f"{_O}test_dom_finds_the_first_use_that_no_binder_precedes",),
    ),
    Mutant(
        "obl-fresh-names-may-clash",
        "A fresh name may be one that the program uses.",
        f"{_M}.fresh:_claims",
        "if symbol.name in names:",
        "if symbol.name in names and not names:",
        (f"{_O}test_fresh_asks_for_what_is_recorded_there_and_finds_clashes",),
    ),
    Mutant(
        "obl-branches-share-their-statements",
        "What is said in one branch is taken to be said everywhere.",
        f"{_M}.equiv:_direction",
        "key = (statement.condition, statement.predicates)",
        "key = (statement.condition, ())",
        (f"{_O}test_equiv_asks_for_what_only_one_side_says",),
    ),
    Mutant(
        "obl-what-is-emitted-is-asked",
        "What is emitted in the same words is asked of a solver all the same.",
        f"{_M}.emit:_claims",
        "if (key in emitted and not seen.reprove) or key in open_claims:",
        "if (key in emitted and seen.reprove) or key in open_claims:",
        (f"{_O}test_emit_asks_for_what_no_emitted_requirement_says",),
    ),
    Mutant(
        "obl-only-neighbours-are-connected",
        "A goal is taken to depend only on conditions that share a symbol with it.",
        f"{_M}.cone:cone",
        "while grew:",
        "for _ in range(1):",
        (f"{_H}test_a_goal_depends_on_what_is_connected_with_it",),
    ),
    Mutant(
        "obl-the-callers-ranges-are-forgotten",
        "The ranges of unbacked symbols that inputs bind are no part of the contract.",
        f"{_M}.contract:_is_callers",
        "(s in bound or not is_unbacked(s))",
        "not is_unbacked(s)",
        (f"{_H}test_the_contract_is_what_the_caller_promises", f"{_H}test_a_size_without_range_is_positive"),
    ),
    Mutant(
        "obl-open-ends-of-floats-are-numbers",
        "A range of floats has its lower end only if it has an upper one.",
        "refimpl.laws.contract:range_conditions",
        "if entry.low is not None:\n                yield float_ge(real, entry.low)",
        "if entry.low is not None and entry.high is not None:\n                yield float_ge(real, entry.low)",
        ("specs/hypotheses.py::test_a_range_is_its_ends",),
    ),
    Mutant(
        "obl-computed-sizes-are-unbounded",
        "Products of symbols may exceed every machine integer.",
        f"{_M}.contract:computed_bounds",
        "for numel in numels if numel not in seen",
        "for numel in numels if numel in seen",
        (f"{_H}test_computed_sizes_have_upper_bounds",),
    ),
    Mutant(
        "obl-integer-inputs-have-no-upper-end",
        "An integer of the caller may be above the largest machine integer.",
        "refimpl.laws.contract:input_bounds",
        "conditions[le(value, _INT64[1])] = None",
        "pass",
        ("specs/hypotheses.py::test_inputs_have_machine_sizes",),
    ),
    Mutant(
        "obl-definitions-of-a-branch-hold-everywhere",
        "What a branch defines replaces the symbol although the branch is not taken.",
        f"{_M}.elimination:elimination",
        "if equal is False or definition.under or symbol in mapping",
        "if equal is False or symbol in mapping",
        (f"{_H}test_definitions_are_resolved_to_the_end_and_what_cannot_be_is_an_equation",),
    ),
    Mutant(
        "obl-numbers-of-another-sort-are-equal",
        "A definition by a value of another sort is true.",
        "refimpl.laws.elimination:equation",
        "except SortError:\n        return False",
        "except SortError:\n        return True",
        ("specs/hypotheses.py::test_an_equation_is_one_of_its_sort",),
    ),
    Mutant(
        "obl-no-float-equals-another-nan",
        "What is read twice of one tensor is refuted where it is NaN.",
        "refimpl.laws.elimination:equation",
        "return state.equation(symbol, to_real(term))",
        "return state.float_eq(symbol, to_real(term))",
        ("specs/hypotheses.py::test_an_equation_is_one_of_its_sort",),
    ),
    Mutant(
        "obl-refutations-beyond-machine-integers-stand",
        "A refutation at which a product is no machine integer is final.",
        f"{_M}.decide:decide",
        "if _breaks_machine_integers(theory, verdict):",
        "if not claims:",
        (f"{_D}test_what_is_settled_is_not_asked_and_products_matter_when_a_model_breaks_them",),
    ),
    Mutant(
        "obl-recorded-values-determine-nothing",
        "What a solver has to find out determines nothing.",
        f"{_M}.determine:determined",
        "theory.settles(claim) or isinstance(",
        "theory.settles(claim) and isinstance(",
        (f"{_D}test_what_only_a_solver_sees_is_determined_too_and_each_of_its_sort",),
    ),
    Mutant(
        "obl-products-give-their-factors",
        "A product of an unknown and a size is taken to give the unknown.",
        f"{_M}.emission:_solved",
        "case [(Symbol() as alone,)]:",
        "case [(*_, Symbol() as alone)]:",
        (f"{_R}test_a_number_gives_the_only_symbol_that_is_not_known",),
    ),
    Mutant(
        "obl-recorded-words-do-not-matter",
        "What the recorded argument of an assert speaks of need not be there.",
        f"{_M}.emission:with_emission",
        'words = recorded.get(stated.node, []) if stated.source == "assert" else []',
        "words = recorded.get(stated.node, [])[:0]",
        (f"{_R}test_an_assert_needs_the_symbols_of_its_recorded_argument_too",),
    ),
    Mutant(
        "obl-what-remains-is-not-enforced",
        "What the kernel enforces of a requirement that is lost does not count as enforced.",
        "refimpl.laws.emission:with_emission",
        "enforced=True",
        "enforced=False",
        ("specs/reach.py::test_only_what_must_be_asked_can_be_lost",),
    ),
)
