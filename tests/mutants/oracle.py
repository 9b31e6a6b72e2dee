"""Seeded faults in the oracle: format, runner and judge."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["ORACLE"]

_C: Final = "refimpl.conformance"
_O: Final = "specs/oracle.py::"

ORACLE: Final = (
    Mutant(
        "con-only-what-is-lost-counts",
        "What an answer adds to the expected environment is not looked at.",
        f"{_C}.state_differences:_constraints",
        "((True, expected, answered), (False, answered, expected))",
        "((True, expected, answered),)",
        (f"{_O}test_environments_are_judged_as_enumeration_judges_them",),
    ),
    Mutant(
        "con-two-fresh-symbols-become-one",
        "Two fresh symbols of an answer may be one of the expectation.",
        f"{_C}.renaming:fresh_names",
        "answered not in found and expected not in found.values()",
        "answered not in found",
        (f"{_O}test_names_of_fresh_symbols_do_not_matter_but_their_number_does",),
    ),
    Mutant(
        "con-unknown-passes",
        "What the solver leaves open passes.",
        f"{_C}.judge:_first",
        'Judgement("unknown",',
        'Judgement("pass",',
        (f"{_O}test_open_questions_are_unknown",),
    ),
    Mutant(
        "con-broken-laws-are-only-named",
        "An outcome that breaks a law passes where the comparison sees nothing.",
        f"{_C}.judge:_asked",
        '    if broken:\n        return Judgement("fail",',
        '    if broken:\n        return Judgement("pass",',
        (f"{_O}test_a_broken_law_fails_whatever_is_compared",),
    ),
    Mutant(
        "con-may-is-anything",
        "Where the level is may, a rejection is right whatever was expected.",
        f"{_C}.judge:_ended",
        "if isinstance(outcome, Raised) and isinstance(vector.expect[0].outcome, Returned):",
        "if isinstance(outcome, Raised):",
        (f"{_O}test_levels_allow_what_they_say",),
    ),
    Mutant(
        "con-waivers-outlive-their-failures",
        "A waived vector that passes is no failure.",
        f"{_C}.runner:_waived",
        'if judgement.verdict == "pass":',
        'if judgement.verdict == "declined":',
        (f"{_O}test_waivers_hold_exactly_while_something_fails",),
    ),
    Mutant(
        "con-declining-everything-is-fine",
        "A subject that declines everything has shown something.",
        f"{_C}.runner:ConformanceRun.exit_code",
        'shown = self.count("pass") + self.count("waived")',
        "shown = len(self.rows)",
        (f"{_O}test_the_exit_code_is_that_of_the_worst",),
    ),
    Mutant(
        "con-dead-children-are-asked",
        "A child that was killed is asked the next case.",
        f"{_C}.subjects:_ChildSubject._drop",
        "self._child = None",
        "self._child = child",
        (f"{_O}test_after_each_death_the_rest_runs_on_a_new_child",),
    ),
    Mutant(
        "con-unknown-fields-are-skipped",
        "A field that does not exist is skipped.",
        f"{_C}.cursor:Cursor.fields",
        "if name not in required and name not in optional:",
        "if not name:",
        (f"{_O}test_records_have_exactly_their_fields",),
    ),
    Mutant(
        "con-expectations-change-unnoticed",
        "The hash does not cover the expectation.",
        f"{_C}.wire_vectors:hash_of",
        '{"expect": expect, "input": given}',
        '{"input": given}',
        (f"{_O}test_neither_input_nor_expectation_changes_unnoticed",),
    ),
    Mutant(
        "con-signs-are-not-written",
        "A negative coefficient is left out.",
        f"{_C}.wire_terms:_monomial",
        "if coefficient != 1 or not factors:",
        "if coefficient > 1 or not factors:",
        (f"{_O}test_a_term_is_read_as_it_was_written",),
    ),
)
