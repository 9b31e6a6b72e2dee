"""Requirements that operators enforce by themselves although nothing recorded implies them; no refutation."""

from __future__ import annotations

from dataclasses import replace

from refimpl.laws.consist import breaking
from refimpl.laws.law import Claim
from refimpl.laws.observation import Observation
from refimpl.laws.report import UnrecordedRow
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Refuted, Solver
from refimpl.terms import free_of, to_text

__all__ = ["unrecorded"]


def unrecorded(seen: Observation, model: Model | None, solver: Solver) -> tuple[UnrecordedRow, ...]:
    """One row for each such requirement, with a valuation that violates it where one was found."""
    enforced = [s for s in seen.before if s.source == "operator"]
    if not enforced:
        return ()
    recorded = tuple(s for s in seen.before if s.source != "operator")
    theory = Theory(replace(seen, before=recorded))
    rows: list[UnrecordedRow] = []
    told: set[object] = set()
    for statement in enforced:
        claim = Claim("EQUIV", statement.node, statement.condition, "before", "", None, "", statement.predicates)
        if statement.condition in told or theory.settles(claim):
            continue
        told.add(statement.condition)
        goal = theory.written(statement.whole)
        example = None if model is None else breaking(goal, theory.hypotheses("before"), model, seen.contract.hints)
        if example is None:
            (verdict,) = solver.decide([theory.obligation(claim)])
            if not isinstance(verdict, Refuted):
                continue
            example = verdict.model
        names = sorted(symbol.name for symbol in free_of(goal))
        text = ", ".join(f"{name} = {example[name]}" for name in names if name in example)
        rows.append(UnrecordedRow(statement.node, to_text(statement.condition), text))
    return tuple(rows)
