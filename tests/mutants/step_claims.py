"""Seeded faults in what the laws ask of an observed step."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["STEP_CLAIMS"]

_M: Final = "refimpl.laws"
_ASSERTED: Final = "specs/step_claims.py::test_what_is_known_because_it_was_asserted_is_no_reason"

STEP_CLAIMS: Final = (
    Mutant(
        "ask-divisors-need-not-divide",
        "The side conditions of a division are dropped.",
        f"{_M}.step_words:relations",
        "side += asked",
        "side += asked[:0]",
        ("specs/words.py::test_each_place_asks_for_its_equation",),
    ),
    Mutant(
        "ask-conditions-are-floats",
        "A condition is a number of a float symbol's sort.",
        "refimpl.laws.step_words:same_sort",
        "not isinstance(value, (int, IntTerm)) and not is_condition(value)",
        "not isinstance(value, (int, IntTerm)) and True",
        ("specs/words.py::test_a_number_has_its_symbols_sort",),
    ),
    Mutant(
        "ask-names-are-equations",
        "What a step only renames is taken to be known equal.",
        f"{_M}.step_words:known_after",
        "if old.get(fresh) is name",
        "if name is not None",
        ("specs/words.py::test_what_is_known_after_a_step_and_wanted_of_it",),
    ),
    Mutant(
        "ask-guards-are-not-the-callers",
        "The caller's guards are not the caller's.",
        f"{_M}.step_words:of_caller",
        "guards=state.guards",
        "guards=state.guards[:0]",
        ("specs/words.py::test_what_is_the_callers",),
    ),
    Mutant(
        "ask-the-old-definition-is-given",
        "A condition on the old symbol is given for itself.",
        f"{_M}.step_link:_entitled",
        "if not speaks_of(condition, through)]",
        "if condition is not None]",
        ("specs/step_claims.py::test_each_condition_on_the_symbol_is_asked_of_the_value",),
    ),
    Mutant(
        "ask-only-definitions-are-given",
        "Of what is known through a symbol only its definitions are given, not left out.",
        "refimpl.laws.step_link:_defined_through",
        "said not in definitions",
        "said in definitions",
        ("specs/step_claims.py::test_what_is_known_through_the_symbol_is_asked_and_not_given",),
    ),
    Mutant(
        "ask-missing-numbers-are-fine",
        "A path at which no number stands is passed over.",
        f"{_M}.step_link:_path",
        "isinstance(place.value, Missing)",
        "isinstance(place.value, Missing) and step.raised is not None",
        ("specs/step_claims.py::test_a_path_without_a_number_is_told",),
    ),
    Mutant(
        "ask-values-have-two-names",
        "A value that has a name already may get another.",
        f"{_M}.step_names:_inj",
        "if other is old and found in names:",
        "if other is old and found not in names:",
        ("specs/step_claims.py::test_one_value_under_two_names_needs_their_equality",),
    ),
    Mutant(
        "ask-forgotten-asserts-are-known",
        "An assert that is filed nowhere any more counts as asked as long as it is known.",
        f"{_M}.step_names:_forgotten",
        "if condition in known and condition not in filed:",
        "if condition not in known and condition not in filed:",
        (_ASSERTED,),
    ),
    Mutant(
        "ask-assertions-speak-for-themselves",
        "What is known because of an assert is a reason for the assert.",
        f"{_M}.step_names:_emittable",
        "asserted = _filed(before) | _filed(after)",
        "asserted = _filed(replace(after, asserts=asserts))",
        (_ASSERTED,),
    ),
    Mutant(
        "ask-symbols-beside-a-cycle-are-on-it",
        "A symbol that leads to a cycle is taken to be on it.",
        f"{_M}.root:_on_cycles",
        "if s in reached and any",
        "if any",
        ("specs/roots.py::test_the_symbols_on_cycles",),
    ),
    Mutant(
        "ask-refusals-are-steady",
        "What holds already may be refused.",
        f"{_M}.steady:_of_step",
        '("inconsistent", "refused", "other")',
        '("inconsistent", "other")',
        ("specs/roots.py::test_what_holds_already_may_be_said_again",),
    ),
    Mutant(
        "ask-any-node-rebinds",
        "A binding counts as rebound if any node rebinds its symbol.",
        f"{_M}.step_bound:_not_rebound",
        "if (node, symbol) not in rebound]",
        "if symbol not in {found for _, found in rebound}]",
        ("specs/run_claims.py::test_each_recorded_binding_is_rebound_by_its_node",),
    ),
    Mutant(
        "ask-branches-run-together",
        "Two branches are taken to run together.",
        f"{_M}.step_names:_run_together",
        "or not left or not right",
        "or left != right",
        ("specs/run_claims.py::test_branches_exclude_each_other",),
    ),
    Mutant(
        "ask-branches-exclude-themselves",
        "Two nodes run together only if they stand in one and the same graph that is the whole one.",
        "refimpl.laws.step_names:_run_together",
        'f"{left}/".startswith(f"{right}/") or f"{right}/".startswith(f"{left}/") or not left or not right',
        "f'{left}/'.startswith(f'{right}/') and f'{right}/'.startswith(f'{left}/') and (not left) and (not right)",
        ("specs/run_claims.py::test_branches_exclude_each_other",),
    ),
    Mutant(
        "ask-second-runs-may-forget",
        "What the second run drops is not asked for.",
        f"{_M}.steady:_different",
        "if condition not in second:",
        "if condition not in (*second, *first):",
        ("specs/run_claims.py::test_the_second_run_knows_what_the_first_knew",),
    ),
    Mutant(
        "ask-replacements-may-grow",
        "What only the second run replaces is not told.",
        "refimpl.laws.steady:_grown",
        'yield StepFinding("STEADY", "refuted", _RUN, message, fix="rebind in the first run what the second rebinds")',
        "pass",
        ("specs/run_claims.py::test_nothing_grows_in_the_second_run",),
    ),
    Mutant(
        "ask-everything-settles",
        "What intervals do not refute is taken to follow.",
        f"{_M}.implementation:_settles",
        "return bounds.known(goal) is True",
        "return bounds.known(goal) is not False",
        ("specs/step_verdicts.py::test_what_fails_has_the_smallest_witness",),
    ),
)
