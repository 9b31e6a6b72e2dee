"""Seeded faults in what ATOM, EXACT and FRAME ask of one step."""
"""Seeded faults in what the laws ask of an observed step."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["STEPS"]

_M: Final = "refimpl.laws"
_S: Final = "specs/steps.py::"

STEPS: Final = (
    Mutant(
        "stp-guards-are-not-compared",
        "A guard that a failed step leaves is no trace.",
        f"{_M}.atom:differences",
        'yield from _counted("guard", Counter(before.guards), Counter(after.guards))',
        "pass",
        (f"{_S}test_the_traces_of_a_step",),
    ),
    Mutant(
        "stp-the-third-trace-is-not-named",
        "Only two traces are named.",
        f"{_M}.atom:_of_step",
        '"; ".join(changed[:3])',
        '"; ".join(changed[:2])',
        (f"{_S}test_three_traces_are_named_and_the_others_counted",),
    ),
    Mutant(
        "stp-equations-are-not-asked-for",
        "Only what was known before is asked for, not the equations.",
        f"{_M}.exact:_lost",
        "for relation in relations(step):",
        "for relation in relations(step)[:0]:",
        (f"{_S}test_a_right_step_is_asked_for_its_equation_and_for_what_is_new",),
    ),
    Mutant(
        "stp-refusals-are-not-asked",
        "A refusal as inconsistent is believed.",
        f"{_M}.exact:_solvable",
        'if raised.kind == "inconsistent":',
        'if raised.kind == "path":',
        (f"{_S}test_a_refusal_is_asked_whether_it_has_a_solution",),
    ),
    Mutant(
        "stp-size-likeness-ends-at-one-hop",
        "Only what replaces a size-like symbol at once has to be size-like.",
        f"{_M}.exact:_not_size_like",
        "end = bare(resolve(step.after, by))",
        "end = bare(by)",
        (f"{_S}test_size_likeness_passes_to_what_stands_for_the_symbol_in_the_end",),
    ),
    Mutant(
        "stp-the-contract-may-widen",
        "A condition of the caller may be dropped.",
        f"{_M}.frame:_changed",
        "if condition not in left:",
        "if condition not in left and not left:",
        (f"{_S}test_the_callers_conditions_are_asked_for_in_both_directions",),

STEPS: Final = (
    Mutant(
        "stp-divisors-need-not-divide",
        "The side conditions of a division are dropped.",
        f"{_M}.step_words:relations",
        "side += asked",
        "side += asked[:0]",
        ("specs/words.py::test_each_place_asks_for_its_equation",),
    ),
    Mutant(
        "stp-names-are-equations",
        "What a step only renames is taken to be known equal.",
        f"{_M}.step_words:known_after",
        "if old.get(fresh) is name",
        "if name is not None",
        ("specs/words.py::test_what_is_known_after_a_step_and_wanted_of_it",),
    ),
    Mutant(
        "stp-guards-are-not-the-callers",
        "The caller's guards are not the caller's.",
        f"{_M}.step_words:of_caller",
        "guards=state.guards",
        "guards=state.guards[:0]",
        ("specs/words.py::test_what_is_the_callers",),
    ),
    Mutant(
        "stp-the-old-definition-is-given",
        "A condition on the old symbol is given for itself.",
        f"{_M}.step_link:_entitled",
        "if not speaks_of(condition, through)]",
        "if condition is not None]",
        ("specs/steps.py::test_each_condition_on_the_symbol_is_asked_of_the_value",),
    ),
    Mutant(
        "stp-missing-numbers-are-fine",
        "A path at which no number stands is passed over.",
        f"{_M}.step_link:_path",
        "isinstance(place.value, Missing)",
        "isinstance(place.value, Missing) and step.raised is not None",
        ("specs/steps.py::test_a_path_without_a_number_is_told",),
    ),
    Mutant(
        "stp-values-have-two-names",
        "A value that has a name already may get another.",
        f"{_M}.step_names:_inj",
        "if other is old and found in names:",
        "if other is old and found not in names:",
        ("specs/steps.py::test_one_value_under_two_names_needs_their_equality",),
    ),
    Mutant(
        "stp-symbols-beside-a-cycle-are-on-it",
        "A symbol that leads to a cycle is taken to be on it.",
        f"{_M}.root:_on_cycles",
        "if s in reached and any",
        "if any",
        ("specs/roots.py::test_the_symbols_on_cycles",),
    ),
    Mutant(
        "stp-refusals-are-steady",
        "What holds already may be refused.",
        f"{_M}.steady:_of_step",
        '("inconsistent", "refused", "other")',
        '("inconsistent", "other")',
        ("specs/roots.py::test_what_holds_already_may_be_said_again",),
    ),
)
