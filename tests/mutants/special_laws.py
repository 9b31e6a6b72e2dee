"""Seeded faults of one special case each, in the laws."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["SPECIAL_LAWS"]

SPECIAL_LAWS: Final = (
    Mutant(
        "stp-equations-of-no-quotient-are-asked-for",
        "The equation of a value whose divisor is none is asked for.",
        "refimpl.laws.exact:_lost",
        " and False not in relation.side",
        "",
        ("specs/steps.py::test_values_that_are_for_other_laws_are_not_asked_for",),
    ),
    Mutant(
        "emit-what-remains-enforces-everything",
        "What remains of a deferred requirement enforces what was lost of it.",
        "refimpl.laws.emission:with_emission",
        'source="operator", enforced=True',
        'source="operator"',
        ("specs/reach.py::test_only_what_must_be_asked_can_be_lost",),
    ),
    Mutant(
        "emit-a-node-has-not-its-own-value",
        "What a node computes is not there at the node itself.",
        "refimpl.laws.emission:_Reach._dominates",
        "self._places[path] <= self",
        "self._places[path] < self",
        ("specs/reach.py::test_a_binder_gives_its_symbol_after_it",),
    ),
    Mutant(
        "obs-outputs-of-sub-graphs-are-effects",
        "The output of a sub-graph is an effect, so that every sub-graph is live.",
        "refimpl.laws.liveness:_runs_effects",
        'inner.op not in ("placeholder", "output")',
        'inner.op != "placeholder"',
        ("specs/observing.py::test_what_stands_below_a_dead_operator_is_dead",),
    ),
    Mutant(
        "ask-refused-steps-have-no-names",
        "A step that was refused is not asked whether one value has two names.",
        "refimpl.laws.step_names:_inj",
        '(step.raised is not None and step.raised.kind != "refused") or',
        "step.raised is not None or",
        ("specs/step_claims.py::test_one_value_under_two_names_needs_their_equality",),
    ),
    Mutant(
        "ask-only-the-first-guard-is-the-callers",
        "Of the guards only the first is the caller's.",
        "refimpl.laws.step_words:of_caller",
        "guards=state.guards",
        "guards=state.guards[:1]",
        ("specs/words.py::test_what_is_the_callers",),
    ),
    Mutant(
        "ask-a-contradiction-settles-nothing",
        "A plain falsehood is asked of the solver although a hypothesis is one too.",
        "refimpl.laws.implementation:_settles",
        "return goal or False in hypotheses",
        "return goal",
        ("specs/step_verdicts.py::test_what_follows_plainly_asks_no_solver",),
    ),
    Mutant(
        "imp-the-first-witness-is-shown",
        "The witness is the first that was found, not the smallest.",
        "refimpl.laws.implementation:_Judge._refuted",
        "(smallest, model)",
        "(model, smallest)",
        ("specs/step_verdicts.py::test_what_fails_has_the_smallest_witness",),
    ),
    Mutant(
        "bli-symbols-without-binder-need-no-rebinding",
        "A program whose symbols nothing binds has nothing to rebind.",
        "refimpl.laws.check:_report",
        "not unbacked and not seen.unbound",
        "not unbacked",
        ("specs/telling.py::test_whether_there_was_anything_to_rebind",),
    ),
    Mutant(
        "obl-definitions-of-themselves-are-substituted",
        "A definition of a symbol in terms of itself is substituted.",
        "refimpl.laws.elimination:elimination",
        " or symbol in free_of(term):",
        ":",
        ("specs/hypotheses.py::test_definitions_are_resolved_to_the_end_and_what_cannot_be_is_an_equation",),
    ),
)
