"""Seeded faults in what ATOM, EXACT and FRAME ask of one step."""

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
    ),
)
