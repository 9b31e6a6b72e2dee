"""A wrong implementation breaks the law that fits, and says so with numbers; the right one breaks none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from passes import DropsBindings, DropsConditions, ForgetsConstants, ForgetsRequirements

import refimpl
from refimpl.symbolic_shapes import Constraints, Outcome, Rebound
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
    check_law,
    exported_programs,
    propagations,
    rebinding_steps,
)

REBINDING = {law.name: law for law in REBINDING_LAWS}
PROPAGATION = {law.name: law for law in PROPAGATION_LAWS}
BUDGET = settings(max_examples=12, deadline=None, database=None, derandomize=True)


@pytest.mark.parametrize("law", REBINDING_LAWS, ids=lambda law: law.name)
def test_the_reference_obeys_the_laws_of_rebinding(law: ImplementationLaw[Rebinding, RebindingStep]) -> None:
    check_law(law, Reference(), max_examples=12)


@pytest.mark.parametrize("law", PROPAGATION_LAWS, ids=lambda law: law.name)
def test_the_reference_obeys_the_laws_of_propagation(
    law: ImplementationLaw[Propagating, refimpl.ExportedProgram],
) -> None:
    check_law(law, Reference(), max_examples=12)


@pytest.mark.parametrize(
    ("implementation", "said"),
    [(ForgetsConstants(), "lossy"), (DropsConditions(), "lossy")],
    ids=["constants", "moved"],
)
def test_a_lossy_step_is_caught_with_a_witness(implementation: Rebinding, said: str) -> None:
    with pytest.raises(LawBroken) as caught:
        check_law(REBINDING["EXACT"], implementation, max_shrinks=20)
    broken = caught.value
    assert (broken.law, broken.node) == ("EXACT", None)
    assert broken.message.startswith(said)
    assert "u0" in broken.witness


def test_a_lost_requirement_is_caught_with_its_node_and_a_witness() -> None:
    with pytest.raises(LawBroken) as caught:
        check_law(PROPAGATION["EQUIV"], ForgetsRequirements())
    assert caught.value.node is not None
    assert caught.value.message.startswith("weakened")
    assert caught.value.witness


def test_a_lost_binding_is_caught() -> None:
    with pytest.raises(LawBroken, match="the binding of u0 at"):
        check_law(PROPAGATION["BIND"], DropsBindings())


@BUDGET
@given(program=exported_programs())
def test_drawn_programs_are_intact(program: refimpl.ExportedProgram) -> None:
    assert refimpl.check(program).verdict == "equivalent"


@BUDGET
@given(propagation=propagations())
def test_drawn_propagations_bind_each_symbol_once(propagation: Propagation) -> None:
    rows = propagation.report["bindings"]
    assert isinstance(rows, list)
    names = [row["symbol"] for row in rows if isinstance(row, dict)]
    assert len(names) == len(set(names))


@BUDGET
@given(step=rebinding_steps(divisors=False))
def test_a_step_of_ones_own_suite(step: RebindingStep) -> None:
    outcome: Outcome = Reference().rebind(step.before, step.symbol, step.value, step.divisors)
    if isinstance(outcome, Rebound):
        after: Constraints = step.before.apply(outcome.delta)
        assert len(after.replacements) >= len(step.before.replacements)
