"""The laws of an implementation, and their judgement on one observed step or run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from refimpl.laws.atom import ATOM
from refimpl.laws.cone import cone
from refimpl.laws.exact import EXACT
from refimpl.laws.frame import FRAME
from refimpl.laws.root import ROOT
from refimpl.laws.sort import SORT
from refimpl.laws.steady import STEADY
from refimpl.laws.step import RunRecord, Step
from refimpl.laws.step_bound import DOM_OF_RUN, FRESH_OF_RUN
from refimpl.laws.step_law import ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_link import LINK_OF_STEP, PATH_OF_STEP
from refimpl.laws.step_names import EMIT_OF_STEP, INJ_OF_STEP
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Obligation, Proved, Refuted, Solver, Undecided, completed, refutes
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Bounds, Cond

__all__ = ["IMPLEMENTATION_LAWS", "OBSERVED_LAWS", "judge_run", "judge_step"]

IMPLEMENTATION_LAWS: Final[tuple[ObservedLaw, ...]] = (EXACT, FRAME, ROOT, SORT, ATOM, STEADY)
"""The laws of an implementation: theorems about profile ``exact``."""

OBSERVED_LAWS: Final[tuple[ObservedLaw, ...]] = (
    *IMPLEMENTATION_LAWS,
    LINK_OF_STEP,
    PATH_OF_STEP,
    DOM_OF_RUN,
    FRESH_OF_RUN,
    INJ_OF_STEP,
    EMIT_OF_STEP,
)
"""Those, and the program laws that can be seen on a step or run of any implementation."""


def judge_step(
    step: Step,
    solver: Solver,
    *,
    laws: Sequence[ObservedLaw] = OBSERVED_LAWS,
    complete: bool = False,
    smallest: bool = True,
) -> tuple[StepFinding, ...]:
    """What the laws find in one rebinding step; nothing if it is right.

    Implications are decided over all integers; what the solver does not decide is ``undecided``. A step may leave the
    equation of a constant, backed or derived value unsaid if every condition on the old symbol follows for the value
    (LINK); with ``complete`` EXACT asks for the equation all the same. Without ``smallest`` a witness is the first that
    comes, which is quicker. Raises SolverError as `Solver` does.
    """
    judge = _Judge(_hints(step.before), solver, smallest)
    return _judge([law.of_step(step) for law in laws], step.stack, judge, complete=complete)


def judge_run(
    run: RunRecord, solver: Solver, *, laws: Sequence[ObservedLaw] = OBSERVED_LAWS, smallest: bool = True
) -> tuple[StepFinding, ...]:
    """What the laws find in one propagation beyond its single steps, which `judge_step` judges.

    Raises SolverError as `Solver` does.
    """
    judge = _Judge(_hints(run.before), solver, smallest)
    return _judge([law.of_run(run) for law in laws], "", judge, complete=True)


def _hints(state: ShapeEnvState) -> dict[str, int]:
    return {symbol.name: hint for symbol, hint in state.hints.items() if isinstance(hint, int)}


def _judge(asked: Sequence[StepClaims], stack: str, judge: _Judge, *, complete: bool) -> tuple[StepFinding, ...]:
    found: dict[tuple[str, str, str], StepFinding] = {}
    for claims in asked:
        for each in (*claims.findings, *judge.claims([c for c in claims.open if complete or not c.discarded])):
            found.setdefault((each.law, each.node, each.message), replace(each, stack=each.stack or stack))
    return tuple(found.values())


@final
@dataclass(frozen=True, slots=True)
class _Judge:
    hints: dict[str, int]
    solver: Solver
    smallest: bool

    def claims(self, claims: Sequence[StepClaim]) -> Iterator[StepFinding]:
        """The finding of each claim that does not hold; a batch for the solver is what no interval settles."""
        pending: list[tuple[StepClaim, Obligation]] = []
        for claim in claims:
            plain = isinstance(claim.goal, bool)
            chosen = claim.hypotheses if plain else cone((claim.goal,), claim.hypotheses)
            if not _settles(chosen, claim.goal):
                pending.append((claim, Obligation(f"{claim.law} {claim.node}", chosen, claim.goal)))
        if not pending:
            return
        verdicts = self.solver.decide([obligation for _, obligation in pending])
        for (claim, obligation), verdict in zip(pending, verdicts, strict=True):
            match verdict:
                case Proved():
                    continue
                case Refuted(model):
                    finding = self._refuted(claim, obligation, model)
                    if finding is not None:
                        yield finding
                case Undecided(reason):
                    yield StepFinding(claim.law, "undecided", claim.node, f"{claim.about}; {reason}", fix=claim.fix)

    def _refuted(self, claim: StepClaim, obligation: Obligation, model: Model) -> StepFinding | None:
        """The finding, with a witness that satisfies every hypothesis; None if they have no solution."""
        rest = tuple(condition for condition in claim.hypotheses if condition not in frozenset(obligation.hypotheses))
        (elsewhere,) = self.solver.decide([Obligation(f"{claim.law} {claim.node}", rest, False)])
        match elsewhere:
            case Proved():
                return None
            case Undecided(reason):
                message = f"{claim.about}; whether what was known has a solution is open: {reason}"
                return StepFinding(claim.law, "undecided", claim.node, message, fix=claim.fix)
            case Refuted(others):
                pass
        smallest = minimize(obligation, model, self.hints, self.solver) if self.smallest else model
        everything = (*claim.hypotheses, claim.goal)
        for attempt in (smallest, model):
            if refutes(completed({**others, **attempt}, everything), claim.hypotheses, claim.goal):
                names = {symbol.name for symbol in obligation.symbols}
                witness = {name: value for name, value in sorted(attempt.items()) if name in names}
                return StepFinding(claim.law, claim.broken, claim.node, claim.about, witness, claim.fix)
        message = f"{claim.about}; the witness does not replay"
        return StepFinding(claim.law, "undecided", claim.node, message, fix=claim.fix)


def _settles(hypotheses: tuple[Cond, ...], goal: Cond) -> bool:
    """Whether a goal follows word for word or by intervals."""
    if isinstance(goal, bool):
        return goal or False in hypotheses
    if goal in hypotheses or False in hypotheses:
        return True
    bounds = Bounds()
    for condition in hypotheses:
        if not isinstance(condition, bool):
            bounds.assume(condition)
    return bounds.known(goal) is True
