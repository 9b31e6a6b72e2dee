"""Whether one program runs wherever the other does: each condition of the one, where the other runs to its end.

A fact and a definition speak of runs that reach their node. So all that the accepting program states is assumed, and of
the refusing program what it states before the condition in question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, final

from refimpl.laws.attempts import Attempts
from refimpl.laws.concrete import NotReplayableError
from refimpl.laws.consist import find_model
from refimpl.laws.decide import Decided, decide
from refimpl.laws.law import Claim
from refimpl.laws.observation import Stated
from refimpl.laws.theory import Theory
from refimpl.relation.report import Compared, Difference
from refimpl.relation.side import Side
from refimpl.relation.theories import ASKED, PROMISED, accepting, hints_of, running
from refimpl.relation.words import defaults, shown
from refimpl.solver import Model, Proved, Solver, holds
from refimpl.terms import free_of, to_text

__all__ = ["Refusals", "refusals"]


@final
@dataclass(frozen=True, slots=True)
class Refusals:
    """What one program wants although the other does not: of the caller (``accepted``), at its nodes."""

    accepted: Compared
    requirements: Compared


def refusals(accepts: Side, refuses: Side, solver: Solver) -> Refusals:
    """Each condition of ``refuses`` that does not follow where ``accepts`` runs."""
    theory, hints = accepting(accepts, refuses), hints_of(accepts, refuses)
    model = find_model(running(accepts), "before", hints, solver)
    if model is None or isinstance(model, str):
        reason = model or "its constraints contradict each other"
        message = f"no input is known that the {accepts.which} program accepts ({reason}), so nothing is shown of it"
        found = Difference("undecided", accepts.which, "", "inputs", message, _direction(refuses))
        return Refusals(Compared((found,), 1), Compared((), 0))
    attempts = Attempts(theory, hints, solver, model, defaults(accepts, refuses))
    judge = _Judge(accepts, refuses, theory, attempts, solver)
    return Refusals(judge.promised(), judge.asked())


@final
@dataclass(frozen=True, slots=True)
class _Judge:
    accepts: Side
    refuses: Side
    theory: Theory
    attempts: Attempts
    solver: Solver

    def promised(self) -> Compared:
        """What the refusing program wants of the caller."""
        about, other = f"the {self.refuses.which} program takes only inputs with", "takes others"
        return self._judged(self.refuses.contract, lambda _: PROMISED, about, other)

    def asked(self) -> Compared:
        """What its nodes want."""
        about, other = f"the {self.refuses.which} program requires", "does not"
        return self._judged(self.refuses.required, lambda stated: stated.order + ASKED, about, other)

    def _judged(self, given: tuple[Stated, ...], until: Callable[[Stated], int], about: str, other: str) -> Compared:
        # The same condition is asked where it is met first.
        wanted = list({(stated.condition, stated.predicates): stated for stated in reversed(given)}.values())[::-1]
        answers = decide(self.theory, [self._claim(stated, until(stated)) for stated in wanted], self.solver)
        found: list[Difference] = []
        for stated, decided in zip(wanted, answers, strict=True):
            if not isinstance(decided.verdict, Proved):
                text = f"{about} {to_text(stated.condition)}, the {self.accepts.which} one {other}"
                if stated.condition is False:
                    text = f"the {self.refuses.which} program takes no input, the {self.accepts.which} one does"
                found.append(self._difference(stated, decided, text))
        return Compared(tuple(found), len(wanted))

    def _claim(self, stated: Stated, until: int) -> Claim:
        node, condition, predicates = stated.node, stated.condition, stated.predicates
        return Claim("EQUIV", node, condition, "before", "", None, "", predicates, until=until)

    def _difference(self, stated: Stated, decided: Decided, message: str) -> Difference:
        which, about, direction = self.refuses.which, to_text(stated.condition), _direction(self.refuses)
        reason = "the solver gave up"
        if not free_of(stated.condition).isdisjoint(self.refuses.loose):
            reason = "it speaks of a number that no input determines"
            return Difference("undecided", which, stated.node, about, f"{message}, it seems; {reason}", direction)
        for valuation in self.attempts.of(decided):
            found = self._replayed(stated, decided.claim, valuation)
            if isinstance(found, _Confirmed):
                witness = shown(found.valuation, self.accepts, self.refuses)
                return Difference("refuted", which, stated.node, about, message + found.note, direction, witness)
            reason = f"the witness does not replay: {found}"
        return Difference("undecided", which, stated.node, about, f"{message}, it seems; {reason}", direction)

    def _replayed(self, stated: Stated, claim: Claim, valuation: Model) -> _Confirmed | str:
        """Both programs on the plain numbers: one runs to its end, the other does not take them or raises."""
        try:
            run = self.accepts.run(valuation)
            if run.raised is not None:
                return f"{run.raised.node} of the {self.accepts.which} program raises {run.raised.message}"
            for condition in self.theory.hypotheses("before", until=claim.until):
                if not holds(condition, run.valuation):
                    return f"the run violates {to_text(condition)}"
            if any(not holds(predicate, run.valuation) for predicate in claim.predicates):
                return "the branch is not taken"
            if holds(claim.goal, run.valuation):
                return "the condition holds on the run"
            if claim.until == PROMISED:
                return _Confirmed(run.valuation, "")
            other = self.refuses.run(run.valuation, loud=stated.node)
        except NotReplayableError as error:
            return str(error)
        if other.raised is not None:
            return _Confirmed(run.valuation, f": {other.raised.node} raises {_quoted(other.raised.message)}")
        if stated.source in ("deferred", "double"):
            return _Confirmed(run.valuation, f": only the run-time assert that is deferred at {stated.node} raises")
        return "no node raises"


@final
@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The witness replays: the numbers that the runs really had, and how the program refuses them."""

    valuation: Mapping[str, int | float | bool]
    note: str


def _quoted(message: str) -> str:
    return f'"{message}"' if message else "without a message"


def _direction(refuses: Side) -> Literal["weakened", "strengthened"]:
    return "weakened" if refuses.which == "old" else "strengthened"
