"""The judgement of one program: every law, each refutation with a witness that was replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from refimpl.laws.attempts import Attempts
from refimpl.laws.concrete import NOTHING, NotReplayableError, Silenced
from refimpl.laws.confirm import Confirmation, confirm
from refimpl.laws.consist import CONSIST, common_model, contradicting, find_model, finding
from refimpl.laws.decide import Decided, decide
from refimpl.laws.dom import DOM
from refimpl.laws.emission import with_emission
from refimpl.laws.emit import EMIT
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
from refimpl.solver import Model, Number, Proved, Refuted, Solver, Undecided, holds
from refimpl.terms import BoolSymbol, free_of

__all__ = ["LAWS", "Judgement", "Replayer", "judge"]

LAWS: Final[tuple[Law, ...]] = (EQUIV, VALUE, LINK, PATH, DOM, FRESH, INJ, EMIT)
"""The laws that are judged by obligations; CONSIST comes before all of them."""


class Replayer:
    """Replays valuations of one program; a base class so that tests can replay without a program."""

    def __call__(self, valuation: Model, silent: Silenced = NOTHING) -> Replay:
        """The concrete run, in which the silent nodes ask less than they should. Raises NotReplayableError."""
        raise NotReplayableError("there is no program to replay")


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """The rows of all laws, the relation between before and after, and each open obligation with its verdict."""

    rows: tuple[LawRow, ...]
    relation: Relation
    model: Model | None
    decided: tuple[Decided, ...] = ()


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
    decided: list[Decided] = field(default_factory=list[Decided])
    directions: set[str] = field(default_factory=set[str])

    def consist(self) -> bool:
        """Whether both sides have a model that replays; the rows of CONSIST are added."""
        findings: list[Finding] = []
        if self._ran_plainly():
            self.model = {}
        elif not self._has_common_run():
            for given in _SIDES:
                found = find_model(self.theory, given, self.seen.contract.hints, self.solver)
                reason = found if found is None or isinstance(found, str) else self._replays(given, found)
                if reason != _FINE:
                    last = contradicting(self.theory, given, self.solver) if reason is None else None
                    findings.append(finding(given, reason, last))
        self._settle(CONSIST, Claims(findings=tuple(findings), settled=2 - len(findings)), by="replay")
        return not findings

    def _ran_plainly(self) -> bool:
        """Whether nothing depends on a symbol: then the blind run was the one concrete run, and it met no failure."""
        seen = self.seen
        return not (
            seen.contract.bound
            or any(node.allocated or node.predicates or node.assumed or node.failure is not None for node in seen.nodes)
            or any(self.theory.hypotheses(given) for given in _SIDES)
            or self.theory.extra
        )

    def _has_common_run(self) -> bool:
        """Whether a short search finds a run that both sides accept; it is kept."""
        start: Model | None = None
        for _ in range(_COMMON_RUNS):
            found = common_model(self.theory, self.seen.contract.hints, start)
            if found is None:
                return False
            valuation = self._attempts().run(found)
            try:
                run = self.replay(valuation)
            except NotReplayableError:
                return False
            if run.raised is not None:
                return False
            if run.valuation == valuation or all(self._satisfies(given, run.valuation) for given in _SIDES):
                self.model = run.valuation
                return True
            start = run.valuation
        return False

    def _replays(self, given: Given, found: Model) -> str:
        """Why the model does not replay; `_FINE` if it does, and then it is kept."""
        valuation = self._attempts().run(found)
        try:
            run = self.replay(valuation)
        except NotReplayableError as error:
            return f"the model does not replay: {error}"
        if run.raised is None:
            self.model = run.valuation
            same = run.valuation == valuation or self._satisfies(given, run.valuation)
            return _FINE if same else "the replayed model violates the constraints"
        if given == "before" and not self._satisfies("after", valuation):
            # The run raises because A refuses what B accepts: that is for EQUIV to say.
            self.model = self.model or valuation
            return _FINE
        return f"the model does not replay: {run.raised.node} raises {run.raised.message}"

    def _satisfies(self, given: Given, valuation: Model) -> bool:
        return all(holds(condition, valuation) for condition in self.theory.hypotheses(given))

    def law(self, law: Law, *, consistent: bool) -> None:
        """Judge one law and add its rows."""
        claims = law.claims(self.seen)
        if consistent and not claims.open and not claims.findings:
            self.rows.append(LawRow(law.name, "proved", claims.total, "normal-form", self.under))
            return
        by: dict[str, None] = {}
        open_rows: list[LawRow] = []
        answers = decide(self.theory, claims.open, self.solver, reprove=self.reprove)
        self.decided.extend(answers)
        for decided in answers:
            match decided.verdict:
                case Proved(who):
                    by[who] = None
                case Refuted() | Undecided():
                    open_rows.append(self._refuted(decided, claims.total))
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

    def _refuted(self, decided: Decided, total: int) -> LawRow:
        """The row of what is not proved: refuted, where numbers replay that break the claim."""
        claim = decided.claim
        if claim.existential:
            self._note(claim.direction, "unknown")
            message = f"{explain(claim, None)}; no value of a symbol that no node binds is known to satisfy it"
            return LawRow(claim.law, "undecided", total, None, self.under, claim.node, message)
        reason = decided.verdict.reason if isinstance(decided.verdict, Undecided) else "no witness was found"
        for valuation in self._attempts().of(decided):
            outcome = confirm(claim, valuation, self.replay, self.seen, self.theory)
            if isinstance(outcome, Confirmation):
                if self.seen.contract.unreadable:
                    reason = f"a guard was not understood: {self.seen.contract.unreadable[0]}"
                    break
                self._note(claim.direction, None)
                message = explain(claim, outcome.valuation) + outcome.note
                witness = self._witness(outcome.valuation, self._asked(decided))
                by = decided.verdict.by if isinstance(decided.verdict, Refuted) else "replay"
                return LawRow(claim.law, "refuted", total, by, self.under, claim.node, message, witness)
            reason = f"the witness does not replay: {outcome}"
        self._note(claim.direction, "unknown")
        message = f"{explain(claim, None)}; {reason}"
        return LawRow(claim.law, "undecided", total, None, self.under, claim.node, message)

    def _attempts(self) -> Attempts:
        defaults = dict.fromkeys((symbol.name for symbol in self.seen.recorded_symbols), _DEFAULT)
        return Attempts(self.theory, self.seen.contract.hints, self.solver, self.model, defaults)

    def _asked(self, decided: Decided) -> frozenset[str]:
        """The symbols of the goal, and the opaque predicates that choose the branches of the run."""
        claim = decided.claim
        found = {s.name for s in free_of(self.theory.written(claim.goal))}
        for predicate in claim.predicates:
            found.update(s.name for s in free_of(predicate))
        if decided.obligation is not None:
            found.update(s.name for s in decided.obligation.symbols if isinstance(s, BoolSymbol))
        return frozenset(found)

    def _note(self, direction: str | None, instead: str | None) -> None:
        if direction is not None:
            self.directions.add(instead or direction)

    def _witness(self, model: Model | None, names: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...] | None:
        """The numbers of all symbols of the program, and of fresh ones that matter."""
        if model is None:
            return None
        shown = {s.name for s in (*self.seen.contract.bound, *self.seen.recorded_symbols)} | names
        return tuple((name, _number(value)) for name, value in sorted(model.items()) if name in shown)


def _number(value: Number) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


_FINE: Final = ""
_COMMON_RUNS: Final = 3
# Nothing is said of such a symbol: any value will do.
_DEFAULT: Final[Number] = 1
_SIDES: Final[tuple[Given, Given]] = ("before", "after")


def judge(
    seen: Observation, solver: Solver, replay: Replayer, *, laws: Sequence[Law] | None = None, reprove: bool = False
) -> Judgement:
    """Judge the laws, by default all; nothing is proved unless both sides have a model that replays (CONSIST).

    ``reprove`` sends every obligation to the solver, also what normal form settles and what both sides say alike.
    """
    seen = replace(seen, reprove=True) if reprove else seen
    seen = with_emission(seen)
    under = tuple(node.path for node in seen.nodes if node.assumed)
    state = _Judge(seen, Theory(seen), solver, replay, under, reprove)
    consistent = state.consist()
    for law in LAWS if laws is None else laws:
        state.law(law, consistent=consistent)
    return Judgement(tuple(state.rows), _relation(state.directions), state.model, tuple(state.decided))


def _relation(directions: set[str]) -> Relation:
    if {"weakened", "strengthened"} <= directions:
        return "incomparable"
    if "weakened" in directions:
        return "weakened"
    if "strengthened" in directions:
        return "strengthened"
    return "unknown" if directions else "equivalent"
