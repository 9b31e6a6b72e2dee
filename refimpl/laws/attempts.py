"""Numbers at which a claim may fail: the smallest, the solver's, and some neighbours, each completed to a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from refimpl.laws.consist import breaking, shrunk, with_defined
from refimpl.laws.decide import Decided
from refimpl.laws.rounding import is_rounding
from refimpl.laws.theory import Theory
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Number, Obligation, Refuted, Solver, Undecided, Verdict, completed, refutes
from refimpl.terms import Cond

__all__ = ["Attempts"]

# Tried for every unbacked integer: at 0 and 1 an operator may accept what it refuses elsewhere (a broadcast).
_OTHERS: Final = (2, 3, 5)


@final
@dataclass(frozen=True, slots=True)
class Attempts:
    """Looks for witnesses in one theory; ``model`` is a run that is known, ``defaults`` every symbol's value else."""

    theory: Theory
    hints: Mapping[str, int]
    solver: Solver
    model: Model | None
    defaults: Mapping[str, Number]

    def of(self, decided: Decided) -> Iterator[dict[str, Number]]:
        """The valuations to replay, best first; none for what was proved, or of which no solver says where it fails.

        None of them rests on how floats round.
        """
        obligation = decided.obligation
        if obligation is not None:
            for attempt in self._failing(obligation, decided):
                if not is_rounding(attempt, obligation.hypotheses, obligation.goal):
                    yield attempt

    def _failing(self, obligation: Obligation, decided: Decided) -> Iterator[dict[str, Number]]:
        claim, found = decided.claim, self._found(decided.verdict, obligation)
        if found is None:
            return
        smallest = minimize(obligation, found, self.hints, self.solver)
        hypotheses = self.theory.hypotheses(claim.given, until=claim.until)
        whole = self._completed(smallest, hypotheses)
        yield whole
        if smallest != found:
            yield self._completed(found, hypotheses)
        for number in _OTHERS:
            other = {name: value if self._is_fixed(name, value) else number for name, value in whole.items()}
            if refutes(other, hypotheses, obligation.goal):
                yield with_defined(self.theory, other)

    def run(self, model: Model) -> dict[str, Number]:
        """The model completed by values of everything it says nothing about."""
        return with_defined(self.theory, completed({**self._known(), **model}, self.theory.hypotheses(None)))

    def _found(self, verdict: Verdict, obligation: Obligation) -> Model | None:
        """Where the solver says that the claim fails; what no solver decides may still have a small counterexample."""
        match verdict:
            case Refuted(model):
                return model
            case Undecided() if self.model is not None:
                near = breaking(obligation.goal, obligation.hypotheses, self.model, self.hints)
                return None if near is None else {symbol.name: near[symbol.name] for symbol in obligation.symbols}
            case _:
                return None

    def _is_fixed(self, name: str, value: Number) -> bool:
        return name in self.hints or isinstance(value, (bool, float))

    def _known(self) -> dict[str, Number]:
        return {**self.defaults, **self.hints, **(self.model or {})}

    def _completed(self, model: Model, hypotheses: tuple[Cond, ...]) -> dict[str, Number]:
        base = shrunk(self._known(), hypotheses, self.hints)
        return with_defined(self.theory, completed({**base, **model}, hypotheses))
