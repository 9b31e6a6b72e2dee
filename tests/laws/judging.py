"""The judge asked with laws, runs and solvers written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import final

from refimpl.laws.concrete import NOTHING, NotReplayableError, Raised, Silenced
from refimpl.laws.judge import Judgement, Replayer, judge
from refimpl.laws.law import Claim, Claims, Direction, Finding, Given, Law
from refimpl.laws.observation import Observation
from refimpl.laws.replay import Replay
from refimpl.laws.report import LawName
from refimpl.solver import Model, Obligation, Solver, Undecided, Verdict, make_solver
from refimpl.terms import Cond, Scalar, ge, le
from tests.laws.seen import S, U, atom, fact, node, observed

__all__ = ["GivesUp", "Runs", "asking", "claim", "counted", "fails", "judged", "raising"]

SOLVER = make_solver()


def counted(**changes: object) -> Observation:
    """``u0`` of ``n``, between 0 and the input's size ``s0``, whose hint is 8."""
    seen = observed(
        contract=(ge(S, 2),),
        hints={"s0": 8},
        bound=frozenset({atom("s0")}),
        nodes=(node("n", None, None),),
        facts=(fact(ge(U, 0)), fact(le(U, S))),
        recorded={atom("u0"): "n"},
    )
    return replace(seen, **changes)  # type: ignore[arg-type]  # the tests name fields


@final
class Runs(Replayer):
    """Replays with what is given, by default every valuation as it is; what was asked is kept."""

    def __init__(self, *answers: Callable[[Model], Replay]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, int | float | bool]] = []
        self.silent: list[Silenced] = []

    def __call__(self, valuation: Model, silent: Silenced = NOTHING) -> Replay:
        """The first answer, each but the last only once."""
        self.asked.append(dict(valuation))
        self.silent.append(silent)
        if not self.answers:
            return Replay(dict(valuation))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(valuation)


@final
class GivesUp:
    """A solver that decides nothing; what it was asked is kept."""

    def __init__(self) -> None:
        self.asked: list[Obligation] = []

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """Nothing."""
        self.asked += obligations
        return tuple(Undecided("out of budget") for _ in obligations)


def raising(node: str, message: str, where: Callable[[Model], bool] = lambda _: True) -> Callable[[Model], Replay]:
    """A run in which a node raises at some valuations."""
    return lambda valuation: Replay(dict(valuation), raised=Raised(node, message) if where(valuation) else None)


def fails(message: str) -> Callable[[Model], Replay]:
    """No run."""

    def answer(valuation: Model) -> Replay:
        raise NotReplayableError(message)

    return answer


def claim(
    goal: Cond,
    law: LawName = "LINK",
    *,
    given: Given = "after",
    direction: Direction | None = None,
    sides: tuple[Scalar, Scalar] | None = None,
    under: tuple[Cond, ...] = (),
    existential: bool = False,
) -> Claim:
    """An obligation at the node ``n``."""
    return Claim(law, "n", goal, given, "wrong", sides, "mend it", under, direction=direction, existential=existential)


def asking(*claims: Claim, findings: tuple[Finding, ...] = (), settled: int = 0) -> Law:
    """A law with those obligations of every program."""
    name = claims[0].law if claims else findings[0].law if findings else "LINK"
    return Law(name, "It holds.", lambda _: Claims(claims, findings, settled))


def judged(
    seen: Observation, *laws: Law, runs: Replayer | None = None, solver: Solver | None = None, reprove: bool = False
) -> Judgement:
    """The judgement of those laws."""
    return judge(seen, solver or SOLVER, runs or Runs(), laws=laws, reprove=reprove)
