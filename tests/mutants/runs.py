"""Seeded faults in the run on plain numbers, in what confirms a witness, and in the search for a run."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["RUNS"]

_M: Final = "refimpl.laws"
_R: Final = "specs/runs.py::"
_C: Final = "specs/confirming.py::"
_S: Final = "specs/models.py::"

RUNS: Final = (
    Mutant(
        "run-offsets-are-zero",
        "Every tensor of the run starts at 0.",
        f"{_M}.concrete:concrete",
        "_number(value.offset, valuation)",
        "0",
        (f"{_R}test_a_value_at_a_valuation_is_plain",),
    ),
    Mutant(
        "run-kernels-enforce-what-is-deferred",
        "Where nothing asserts what tracing deferred, the kernel is taken to enforce all of it.",
        f"{_M}.concrete:ConcreteContext.defer",
        "enforced if self.node in self._silent.deferring else condition",
        "condition",
        (f"{_R}test_what_is_false_raises",),
    ),
    Mutant(
        "run-the-same-contents-give-other-values",
        "The same contents, counted twice, may give two values.",
        f"{_M}.concrete:ConcreteContext._next",
        "None if quantity is None else self._quantities.get(quantity)",
        "None",
        (f"{_R}test_the_same_contents_give_the_same_value",),
    ),
    Mutant(
        "run-written-contents-are-the-same",
        "Contents that were written over still give the same values.",
        "refimpl.laws.concrete:ConcreteContext.mutate",
        "self._contents.mutate(tensor.storage)",
        "pass",
        ("specs/runs.py::test_the_same_contents_give_the_same_value",),
    ),
    Mutant(
        "run-strides-of-empty-tensors-count",
        "The strides of an empty tensor are compared.",
        f"{_M}.confirm:_tensors_differ",
        "if 0 in old.sizes or",
        "if",
        (f"{_R}test_two_plain_values_differ_in_what_value_speaks_of",),
    ),
    Mutant(
        "run-what-failed-accepts-everything",
        "A node that was not run since it raises anywhere is taken to run.",
        f"{_M}.confirm:_refusing",
        "if stated.node in kept and",
        "if stated.node not in kept and",
        (f"{_C}test_a_node_that_was_not_run_raises_where_its_requirement_is_false",),
    ),
    Mutant(
        "run-violated-facts-do-not-matter",
        "A run that violates a fact confirms a witness.",
        f"{_M}.confirm:confirm",
        "for condition in theory.hypotheses(None, until=claim.until):",
        "for condition in theory.hypotheses(None, until=claim.until)[:0]:",
        (f"{_C}test_a_run_that_violates_a_hypothesis_confirms_nothing",),
    ),
    Mutant(
        "run-backed-symbols-start-anywhere",
        "The search starts without the hints.",
        f"{_M}.consist:_first_guess",
        "result: dict[str, Number] = dict(hints)",
        "result: dict[str, Number] = {}",
        (f"{_S}test_the_hints_and_plain_values_are_tried_first",),
    ),
    Mutant(
        "run-floats-start-at-two",
        "The search for a run starts floats at 2.",
        "refimpl.laws.consist:_first_guess",
        "1.0",
        "2.0",
        ("specs/models.py::test_the_hints_and_plain_values_are_tried_first",),
    ),
    Mutant(
        "run-floats-stay-where-they-are",
        "The search for a run moves no float.",
        f"{_M}.consist:_adjust",
        "(*_moves(valuation, broken[0], hints), *_float_moves(valuation, broken[0]))",
        "_moves(valuation, broken[0], hints)",
        ("specs/rounding.py::test_a_condition_that_fails_moves_a_float",),
    ),
    Mutant(
        "run-hints-are-not-tried",
        "The solver is not asked at the hints.",
        f"{_M}.consist:find_model",
        "for more in (at_hints, ()):",
        "for more in ((),):",
        (f"{_S}test_the_solver_is_asked_where_the_search_finds_nothing",),
    ),
    Mutant(
        "run-neighbours-may-break-anything",
        "A neighbour that breaks a condition too is taken for a counterexample.",
        f"{_M}.consist:breaking",
        "if refutes(attempt, conditions, goal) and not is_rounding(attempt, conditions, goal):",
        "if refutes(attempt, (), goal) and not is_rounding(attempt, (), goal):",
        (f"{_S}test_a_neighbour_of_a_model_breaks_the_goal",),
    ),
    Mutant(
        "run-nothing-is-made-small",
        "What a witness leaves open stays as the solver gave it.",
        f"{_M}.consist:shrunk",
        "if abs(smaller) >= abs(value):",
        "if abs(smaller) <= abs(value):",
        (f"{_S}test_an_integer_is_made_as_small_as_its_conditions_allow",),
    ),
    Mutant(
        "run-zero-is-not-small",
        "What a witness leaves open is never made 0.",
        "refimpl.laws.consist:shrunk",
        "(0, 1, -1, 2, -2, 3)",
        "(1, -1, 2, -2, 3)",
        ("specs/models.py::test_the_others_stay_and_each_sees_those_before_it",),
    ),
)
