"""Seeded faults in the laws, the theory and the witness."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["LAWS"]

_M: Final = "refimpl.laws"
_L: Final = "specs/laws.py::"
_V: Final = "specs/verdicts.py::"
_R: Final = "specs/reports.py::"

LAWS: Final = (
    Mutant(
        "law-contradictions-are-consistent",
        "Contradictory records prove everything.",
        f"{_M}.judge:_Judge.consist",
        "return not findings",
        "return True",
        (f"{_L}test_contradictory_records_prove_nothing",),
    ),
    Mutant(
        "law-new-requirements-are-not-compared",
        "Requirements that were not recorded are not compared.",
        f"{_M}.equiv:_claims",
        "(*lost.open, *kept)",
        "(*lost.open,)",
        (f"{_L}test_the_relation_is_that_of_the_bounds",),
    ),
    Mutant(
        "law-sizes-are-not-compared",
        "Sizes that differ are called equal.",
        f"{_M}.value:_Comparison._integer",
        "self._ask(about, _where_defined(old, new, eq(old, new)), old, new)",
        "self.settled += 1",
        (f"{_L}test_a_changed_size_is_a_changed_value",),
    ),
    Mutant(
        "law-bindings-are-not-linked",
        "No recorded condition on a bound symbol is asked of its value.",
        f"{_M}.link:_claims",
        "for statement in about[binding.symbol]:",
        "for statement in about[binding.symbol][:0]:",
        (f"{_L}test_a_recorded_range_needs_an_assert_that_implies_it",),
    ),
    Mutant(
        "law-divisions-are-taken-to-be-exact",
        "The divisors of a path are never asked to divide.",
        f"{_M}.path:_claims",
        "for side in binding.side:",
        "for side in binding.side[:0]:",
        (f"{_L}test_a_division_that_is_not_exact_is_refuted",),
    ),
    Mutant(
        "law-symbols-come-from-nowhere",
        "A symbol that nothing allocates is accepted.",
        f"{_M}.dom:may_bind",
        "return False",
        "return True",
        (f"{_L}test_a_symbol_that_nothing_allocates_is_refuted",),
    ),
    Mutant(
        "law-unbound-symbols-are-forgotten",
        "A symbol that was allocated and not bound is forgotten.",
        f"{_M}.fresh:_claims",
        "for fresh in seen.unbound:",
        "for fresh in seen.unbound[:0]:",
        (f"{_L}test_an_allocated_symbol_recorded_as_a_number_is_refuted",),
    ),
    Mutant(
        "law-sites-share-names",
        "Two sites may share a name.",
        f"{_M}.inj:_claims",
        "if isinstance(shared, Symbol) and shared in sites:",
        "if isinstance(shared, Symbol) and shared not in sites:",
        (f"{_L}test_sites_share_a_name_only_if_their_values_are_equal",),
    ),
    Mutant(
        "law-constant-asserts-count",
        "An assert on a constant counts as if it were emitted.",
        f"{_M}.emit:_claims",
        "if not lost and not seen.reprove:",
        "if lost or not lost:",
        (f"{_L}test_an_assert_recorded_as_true_emits_nothing",),
    ),
    Mutant(
        "law-facts-of-the-future",
        "A requirement is judged under facts of runs that got past it.",
        f"{_M}.theory:Theory.settles",
        "if claim.until is not None:",
        'if claim.until is not None and (claim := replace(claim, given="after")) is None:',
        (f"{_V}test_equiv_refutes_a_requirement_that_was_not_recorded",),
    ),
    Mutant(
        "law-any-model-is-a-witness",
        "The first model of a solver is taken for the smallest.",
        f"{_M}.witness:_Search._lower",
        "while low < high:",
        "while low > high:",
        (f"{_V}test_a_large_model_shrinks_to_the_boundary", f"{_V}test_the_witness_is_the_first_in_order"),
    ),
    Mutant(
        "law-branches-do-not-matter",
        "What a branch establishes is taken to hold everywhere.",
        f"{_M}.observation:Stated.whole",
        "under(self.predicates, self.condition)",
        "self.condition",
        (f"{_V}test_an_assert_of_one_branch_does_not_hold_outside_of_it",),
    ),
    Mutant(
        "law-unmodelled-operators-are-fine",
        "A node whose operator is not modelled is passed over.",
        f"{_M}.value:_Comparison.failed",
        '("unmodelled", "data-dependent", "undecided", "crash")',
        '("data-dependent", "undecided", "crash")',
        (f"{_V}test_an_unmodelled_operator_is_unknown",),
    ),
    Mutant(
        "law-equations-become-bounds",
        "The equation of a definition is kept as a bound.",
        f"{_M}.elimination:equation",
        "return eq(of_atom(symbol), to_dim(term))",
        "return ge(of_atom(symbol), to_dim(term))",
        (f"{_V}test_elimination_keeps_exactly_the_solutions",),
    ),
    Mutant(
        "law-reports-forget-the-assumed",
        "The nodes that a verdict assumes are not in the report.",
        f"{_M}.report:ProgramReport.to_dict",
        '"assumed": list(self.assumed)',
        '"assumed": []',
        (f"{_R}test_a_report_is_its_fields",),
    ),
    Mutant(
        "law-strictness-is-ignored",
        "A conditional verdict passes, strict or not.",
        f"{_M}.report:exit_code",
        "3 if strict and program.conditional else 0",
        "0",
        (f"{_R}test_the_worst_exit_code_counts", f"{_R}test_each_verdict_has_its_exit_code"),
    ),
    Mutant(
        "law-enforced-requirements-are-not-listed",
        "What only an operator enforces is not listed.",
        f"{_M}.unrecorded:unrecorded",
        'if s.source == "operator"]',
        'if s.source == "assert"]',
        (f"{_R}test_a_requirement_that_only_the_operator_enforces_is_listed",),
    ),
)
