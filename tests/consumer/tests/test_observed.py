"""A step that one's own implementation took is judged by the laws; what they find has precise types."""

from __future__ import annotations

from typing import assert_type

import pytest

from refimpl.laws import (
    IMPLEMENTATION_LAWS,
    ObservedLaw,
    Place,
    Raised,
    RunRecord,
    Step,
    StepFinding,
    judge_run,
    judge_step,
)
from refimpl.solver import Model, Solver, make_solver
from refimpl.symbolic_shapes import SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Scalar, Sort, Symbol, ValueRange, of_atom, symbol_atom
from refimpl.testing import BoxSolver

U0, U7 = symbol_atom("u0", Sort.INT), symbol_atom("u7", Sort.INT)
BEFORE = ShapeEnvState(ranges={U0: ValueRange(2, 3), U7: ValueRange(0, None)}, pending=(U7,))
AFTER = ShapeEnvState(
    ranges={U0: ValueRange(2, 3), U7: ValueRange(2, 3)}, replacements={U7: of_atom(U0)}, renamings={U7: U0}
)


def observed(value: Scalar, after: ShapeEnvState, raised: Raised | None = None) -> Step:
    """What one's own interpreter would record of a node that binds ``u0``."""
    return Step("item", "call_function", (Place(U0, (SequenceKey(0),), value),), BEFORE, after, raised)


@pytest.mark.parametrize("solver", [make_solver(), BoxSolver()], ids=["z3", "box"])
def test_a_constant_out_of_range_is_found_by_both_semantics(solver: Solver) -> None:
    findings = judge_step(observed(1, BEFORE), solver)
    assert_type(findings, tuple[StepFinding, ...])
    (refuted,) = [finding for finding in findings if finding.outcome == "refuted"]
    assert_type(refuted.witness, Model | None)
    assert (refuted.law, refuted.witness) == ("LINK", {"u0": 1})


def test_a_right_step_and_run_have_no_findings() -> None:
    step = observed(of_atom(U7), AFTER)
    assert judge_step(step, make_solver()) == ()
    recorded: tuple[tuple[str, Symbol, tuple[SequenceKey, ...]], ...] = (("item", U0, (SequenceKey(0),)),)
    run = RunRecord((step,), BEFORE, AFTER, recorded, again=AFTER)
    assert judge_run(run, make_solver(), laws=IMPLEMENTATION_LAWS) == ()
    assert_type(IMPLEMENTATION_LAWS, tuple[ObservedLaw, ...])


def test_a_step_that_raised_must_leave_no_trace() -> None:
    raised = Raised("other", "KeyError", "no such path")
    findings = judge_step(observed(of_atom(U7), AFTER, raised), make_solver())
    assert "ATOM" in {finding.law for finding in findings}
