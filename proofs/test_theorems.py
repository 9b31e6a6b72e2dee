"""Every theorem holds of the code as it is: each obligation is proved by z3, or by cvc5 where z3 does not answer.

``refimpl prove --check`` asks both solvers and compares with the ledger.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs.engine.running import BUDGETS
from proofs.engine.smt import Obligation
from proofs.engine.theorem import Theorem
from proofs.registry import THEOREMS
from refimpl.solver import solve_text


def unproved(theorem: Theorem) -> str | None:
    """The first obligation that neither solver proves; None if there is none."""
    obligations = tuple(theorem.obligations())
    for obligation in obligations:
        answer = solve_text("z3", obligation.text, budget=BUDGETS["z3"])
        if answer.status == "unknown":
            answer = solve_text("cvc5", obligation.text, budget=BUDGETS["cvc5"])
        if answer.status != "unsat":
            return f"{obligation.name}: {answer.status} {answer.model}"
    return None if obligations else "there are no obligations"


@pytest.mark.parametrize("name", THEOREMS)
def test_the_theorem_holds(name: str) -> None:
    assert unproved(THEOREMS[name]) is None


def test_a_theorem_that_does_not_hold_is_noticed() -> None:
    theorem = next(iter(THEOREMS.values()))
    false = Obligation("false", ("(declare-const x Int)",), (), "(> x 0)")
    found = unproved(replace(theorem, obligations=lambda: (false,)))
    assert found is not None
    assert found.startswith("false: sat")
    assert unproved(replace(theorem, obligations=tuple)) == "there are no obligations"
