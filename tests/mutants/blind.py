"""Seeded faults in the blind run, in what was recorded, and in the report."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["BLIND"]

_M: Final = "refimpl.laws"
_B: Final = "specs/blind.py::"
_R: Final = "specs/recording.py::"
_T: Final = "specs/telling.py::"

BLIND: Final = (
    Mutant(
        "bli-inexact-divisions-are-inconsistent",
        "A division that is not exact counts as an inconsistent binding, not as a path.",
        f"{_M}.failures:classify",
        "case PathError() | RebindingInconsistentError(inexact=True):",
        "case PathError():",
        (f"{_B}test_why_a_node_raised",),
    ),
    Mutant(
        "bli-decisions-on-data-are-undecided",
        "A decision on data is told as one that nobody can take.",
        "refimpl.laws.failures:classify",
        'Failure("data-dependent"',
        'Failure("undecided"',
        ("specs/blind.py::test_why_a_node_raised",),
    ),
    Mutant(
        "bli-every-unknown-target-is-custom",
        "Whatever text names no operator is assumed to be a custom one.",
        f"{_M}.failures:is_custom",
        'target.__module__ == "torch.ops" and is_custom_name(target.name)',
        "is_custom_name(target.name)",
        (f"{_B}test_who_is_assumed",),
    ),
    Mutant(
        "bli-nested-allocations-count-twice",
        "What a branch allocates counts as allocated by its operator too.",
        f"{_M}.blind_interpreter:BlindInterpreter.run_node",
        "symbols.origins.get(s) == path",
        "s in symbols.origins",
        (f"{_B}test_the_nodes_of_a_branch_are_steps_under_its_predicate",),
    ),
    Mutant(
        "bli-runs-see-each-other",
        "All runs of a program share one environment.",
        f"{_M}.blind_run:Prepared.run",
        "env = self.new_environment()",
        "env = self.environment",
        (f"{_B}test_two_runs_are_the_same",),
    ),
    Mutant(
        "bli-ranges-of-inputs-are-unused",
        "The recorded ranges of what the caller gives count as unused.",
        f"{_M}.before:_ranges",
        "symbol not in bound and symbol not in holders for",
        "symbol not in holders for",
        (f"{_R}test_the_range_of_an_unbacked_input_is_the_contracts",),
    ),
    Mutant(
        "bli-ranges-that-nobody-holds-are-stated",
        "The range of a symbol that is the contract's or nowhere is stated too.",
        "refimpl.laws.before:_ranges",
        "continue",
        "pass",
        ("specs/recording.py::test_recorded_ranges_are_stated_where_their_symbols_are_held",),
    ),
    Mutant(
        "bli-asserted-numbers-may-be-zero",
        "An assert on a number states nothing.",
        f"{_M}.before:_asserted",
        "yield lnot(differs)",
        "yield True",
        (f"{_R}test_what_an_assert_records", f"{_R}test_an_asserted_float_is_not_zero"),
    ),
    Mutant(
        "bli-operators-see-the-values-of-the-run",
        "What an operator enforces is taken from the run although its arguments are recorded otherwise.",
        f"{_M}.before:_operators",
        "    if changed:",
        "    if not changed:",
        (f"{_R}test_what_an_operator_enforces_is_said_of_recorded_values",),
    ),
    Mutant(
        "bli-the-undecided-is-equivalent",
        "A program of which something is undecided is called equivalent.",
        f"{_M}.check:_verdict",
        'return "unknown", judgement.relation',
        'return "equivalent", judgement.relation',
        (f"{_T}test_the_verdict_is_the_worst_outcome",),
    ),
)
