"""The types that a consumer sees, held by its type checker: none of them is ``Any``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

from hypothesis import strategies as st

import refimpl
from refimpl import fx
from refimpl.laws import Json
from refimpl.symbolic_shapes import Constraints, Outcome, ShapeEnv
from refimpl.terms import Cond, Dim, Symbol, ValueRange
from refimpl.testing import (
    PROPAGATION_LAWS,
    REBINDING_LAWS,
    ImplementationLaw,
    LawBroken,
    Propagating,
    Propagation,
    Rebinding,
    RebindingStep,
    Reference,
    ReferenceEnvironment,
    ShapeEnvMachine,
    archives,
    check_law,
    conditions,
    constraints,
    exported_programs,
    graphs,
    propagations,
    rebinding_steps,
    shape_envs,
    terms,
    value_ranges,
)


def test_strategies_have_precise_types() -> None:
    assert_type(terms(), st.SearchStrategy[Dim])
    assert_type(conditions(), st.SearchStrategy[Cond])
    assert_type(value_ranges(), st.SearchStrategy[ValueRange])
    assert_type(constraints(), st.SearchStrategy[Constraints])
    assert_type(rebinding_steps(), st.SearchStrategy[RebindingStep])
    assert_type(shape_envs(), st.SearchStrategy[ShapeEnv])
    assert_type(graphs(), st.SearchStrategy[fx.Graph])
    assert_type(archives(), st.SearchStrategy[bytes])
    assert_type(exported_programs(), st.SearchStrategy[refimpl.ExportedProgram])
    assert_type(propagations(), st.SearchStrategy[Propagation])


def test_laws_have_precise_types() -> None:
    assert_type(REBINDING_LAWS, tuple[ImplementationLaw[Rebinding, RebindingStep], ...])
    assert_type(PROPAGATION_LAWS, tuple[ImplementationLaw[Propagating, refimpl.ExportedProgram], ...])
    assert_type(REBINDING_LAWS[0].name, str)
    check_law(REBINDING_LAWS[0], Reference(), max_examples=1)


def outcome_of(step: RebindingStep) -> Outcome:
    """What the reference answers."""
    assert_type(step.before, Constraints)
    assert_type(step.symbol, Symbol)
    return assert_type(Reference().rebind(step.before, step.symbol, step.value, step.divisors), Outcome)


def values_of(propagation: Propagation) -> Mapping[str, Json]:
    """The report."""
    return assert_type(propagation.report, Mapping[str, Json])


def verdict_of(program: refimpl.ExportedProgram) -> str:
    """The verdict."""
    report = refimpl.check(program)
    assert_type(report, refimpl.ProgramReport)
    return report.verdict


def numbers_of(broken: LawBroken) -> dict[str, int | float | bool]:
    """The witness."""
    return assert_type(broken.witness, dict[str, int | float | bool])


class Machine(ShapeEnvMachine[ReferenceEnvironment]):
    """A machine of the consumer's own; its environment has the consumer's type."""

    def make_environment(self) -> ReferenceEnvironment:
        """A new environment."""
        return ReferenceEnvironment()


def environment_of(machine: Machine) -> ShapeEnv:
    """The environment that the machine drives."""
    return assert_type(machine.environment, ReferenceEnvironment).env
