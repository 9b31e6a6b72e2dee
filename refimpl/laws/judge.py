"""The judgement of one program: every law, each refutation with a witness that was replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from refimpl.laws.concrete import NotReplayableError
from refimpl.laws.confirm import Confirmation, confirm
from refimpl.laws.consist import CONSIST, breaking, find_model, finding, with_defined
from refimpl.laws.decide import Decided, decide
from refimpl.laws.dom import DOM
from refimpl.laws.equiv import EQUIV
from refimpl.laws.fresh import FRESH
from refimpl.laws.inj import INJ
from refimpl.laws.law import Claims, Finding, Given, Law, explain
from refimpl.laws.link import LINK
from refimpl.laws.observation import Observation
from refimpl.laws.path import PATH
from refimpl.laws.replay import Replay
from refimpl.laws.report import LawRow, Relation
from refimpl.laws.theory import Theory
from refimpl.laws.value import VALUE
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Number, Proved, Refuted, Solver, Undecided, completed, holds

__all__ = ["LAWS", "Judgement", "Replayer", "judge"]

LAWS: Final[tuple[Law, ...]] = (EQUIV, VALUE, LINK, PATH, DOM, FRESH, INJ)
"""The laws that are judged by obligations; CONSIST comes before all of them."""


class Replayer:
    """Replays valuations of one program; a base class so that tests can replay without a program."""

    def __call__(self, valuation: Model) -> Replay:
        """The concrete run. Raises NotReplayableError."""
        raise NotReplayableError("there is no program to replay")


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """The rows of all laws and the relation between before and after."""

    rows: tuple[LawRow, ...]
    relation: Relation
    model: Model | None


@final
@dataclass(slots=True)
class _Judge:
    seen: Observation
    theory: Theory
    solver: Solver
    replay: Replayer
    under: tuple[str, ...]
    reprove: bool
    model: Model | None = None
    rows: list[LawRow] = field(default_factory=list[LawRow])
    directions: set[str] = field(default_factory=set[str])

    def consist(self) -> bool:
        """Whether both sides have a model that replays; the rows of CONSIST are added."""
        findings: list[Finding] = []
        for given in _SIDES:
            if given == "after" and self.model is not None and self._satisfies("after", self.model):
                continue
            found = find_model(self.theory, given, self.seen.contract.hints, self.solver)
            if found is None or isinstance(found, str):
                findings.append(finding(given, found))
                continue
            reason = self._replays(given, found)
            if reason is not None:
                findings.append(finding(given, reason))
        self._settle(CONSIST, Claims(findings=tuple(findings), settled=2 - len(findings)), by="replay")
        return not findings

    def _replays(self, given: Given, found: Model) -> str | None:
        """Why the model does not replay; None if it does, and then it is kept."""
        valuation = self._whole(found)
        try:
            run = self.replay(valuation)
        except NotReplayableError as error:
            return f"the model does not replay: {error}"
        if run.raised is not None:
            if given == "before":
                # It may be what EQUIV refutes; the model is kept as it is.
                self.model = valuation
                return None
            return f"the model does not replay: {run.raised.node} raises {run.raised.message}"
        self.model = run.valuation
        if run.valuation == valuation or self._satisfies(given, run.valuation):
            return None
        return "the replayed model violates the constraints"

    def _satisfies(self, given: Given, valuation: Model) -> bool:
        return all(holds(condition, valuation) for condition in self.theory.hypotheses(given))

    def law(self, law: Law, *, consistent: bool) -> None:
        """Judge one law and add its rows."""
        claims = law.claims(self.seen)
        by: dict[str, None] = {} if claims.open else {"normal-form": None}
        open_rows: list[LawRow] = []
        for decided in decide(self.theory, claims.open, self.solver, reprove=self.reprove):
            match decided.verdict:
                case Proved(who):
                    by[who] = None
                case Refuted(model):
                    open_rows.append(self._refuted(decided, model, claims.total))
                case Undecided(reason):
                    open_rows.append(self._searched(decided, reason, claims.total))
        for found in claims.findings:
            self._note(found.direction, "unknown" if found.outcome == "undecided" else None)
            witness = self._witness(self.model) if found.outcome == "refuted" else None
            open_rows.append(
                LawRow(law.name, found.outcome, claims.total, None, self.under, found.node, found.message, witness)
            )
        if not consistent and len(open_rows) < claims.total:
            self._undecided_by_contradiction(law, claims)
        if open_rows:
            self.rows.extend(open_rows)
        elif consistent:
            self.rows.append(LawRow(law.name, "proved", claims.total, ", ".join(sorted(by)), self.under))

    def _settle(self, law: Law, claims: Claims, by: str) -> None:
        for found in claims.findings:
            self.rows.append(LawRow(law.name, found.outcome, claims.total, None, self.under, found.node, found.message))
        if not claims.findings:
            self.rows.append(LawRow(law.name, "proved", claims.total, by, self.under))

    def _undecided_by_contradiction(self, law: Law, claims: Claims) -> None:
        """What has not been refuted: contradictory constraints prove everything."""
        if law.name == "EQUIV":
            self.directions.add("unknown")
        message = "nothing is proved from constraints that have no replayed model (CONSIST)"
        self.rows.append(LawRow(law.name, "undecided", claims.total, None, self.under, None, message))

    def _refuted(self, decided: Decided, model: Model, total: int) -> LawRow:
        claim = decided.claim
        if claim.existential:
            self._note(claim.direction, "unknown")
            message = f"{explain(claim, None)}; no value of a symbol that no node binds is known to satisfy it"
            return LawRow(claim.law, "undecided", total, None, self.under, claim.node, message)
        reasons: list[str] = []
        for attempt in self._attempts(decided, model):
            valuation = self._whole(attempt)
            outcome = confirm(claim, valuation, self.replay, self.seen, self.theory)
            if isinstance(outcome, Confirmation):
                if self.seen.contract.unreadable:
                    reasons.append(f"a guard was not understood: {self.seen.contract.unreadable[0]}")
                    break
                self._note(claim.direction, None)
                message = explain(claim, outcome.valuation) + outcome.note
                witness = self._witness(outcome.valuation, frozenset(attempt))
                by = decided.verdict.by if isinstance(decided.verdict, Refuted) else None
                return LawRow(claim.law, "refuted", total, by, self.under, claim.node, message, witness)
            reasons.append(outcome)
        self._note(claim.direction, "unknown")
        message = f"{explain(claim, None)}; the witness does not replay: {reasons[-1]}"
        return LawRow(claim.law, "undecided", total, None, self.under, claim.node, message)

    def _searched(self, decided: Decided, reason: str, total: int) -> LawRow:
        """What no solver decides may still have a small counterexample."""
        claim, obligation = decided.claim, decided.obligation
        if obligation is not None and self.model is not None:
            hints = self.seen.contract.hints
            found = breaking(obligation.goal, obligation.hypotheses, self.model, hints)
            if found is not None:
                shown = {symbol.name: found[symbol.name] for symbol in obligation.symbols}
                return self._refuted(replace(decided, verdict=Refuted(shown, "replay")), shown, total)
        self._note(claim.direction, "unknown")
        message = f"{explain(claim, None)}; {reason}"
        return LawRow(claim.law, "undecided", total, None, self.under, claim.node, message)

    def _attempts(self, decided: Decided, model: Model) -> Sequence[Model]:
        if decided.obligation is None:
            return (model,)
        smallest = minimize(decided.obligation, model, self.seen.contract.hints, self.solver)
        return (smallest,) if smallest == model else (smallest, model)

    def _whole(self, model: Model) -> dict[str, Number]:
        """The witness completed by the model of everything it says nothing about."""
        base = dict.fromkeys((s.name for s in self.seen.recorded_symbols), _DEFAULT)
        base.update({**self.seen.contract.hints, **(self.model or {}), **model})
        return with_defined(self.theory, completed(base, self.theory.hypotheses(None)))

    def _note(self, direction: str | None, instead: str | None) -> None:
        if direction is not None:
            self.directions.add(instead or direction)

    def _witness(self, model: Model | None, names: frozenset[str] | None = None) -> tuple[tuple[str, str], ...] | None:
        if model is None:
            return None
        shown = set(model) if names is None else set(names) | {symbol.name for symbol in self.theory.mapping}
        return tuple((name, _number(value)) for name, value in sorted(model.items()) if name in shown)


def _number(value: Number) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


# Nothing is said of such a symbol: any value will do.
_DEFAULT: Final[Number] = 1
_SIDES: Final[tuple[Given, Given]] = ("before", "after")


def judge(
    seen: Observation, solver: Solver, replay: Replayer, *, laws: Sequence[Law] | None = None, reprove: bool = False
) -> Judgement:
    """Judge the laws, by default all; nothing is proved unless both sides have a model that replays (CONSIST)."""
    under = tuple(node.path for node in seen.nodes if node.assumed)
    state = _Judge(seen, Theory(seen), solver, replay, under, reprove)
    consistent = state.consist()
    for law in LAWS if laws is None else laws:
        state.law(law, consistent=consistent)
    return Judgement(tuple(state.rows), _relation(state.directions), state.model)


def _relation(directions: set[str]) -> Relation:
    if {"weakened", "strengthened"} <= directions:
        return "incomparable"
    if "weakened" in directions:
        return "weakened"
    if "strengthened" in directions:
        return "strengthened"
    return "unknown" if directions else "equivalent"
