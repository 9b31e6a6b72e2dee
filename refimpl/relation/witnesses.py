"""Numbers at which a claim fails: the smallest, the solver's, and some neighbours, each completed to a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from refimpl.laws.consist import breaking, shrunk, with_defined
from refimpl.laws.decide import Decided
from refimpl.laws.theory import Theory
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Number, Refuted, Solver, Undecided, completed, refutes
from refimpl.terms import Cond

__all__ = ["Witnesses"]

# Tried for every unbacked number: at 0 and 1 an operator may accept what it refuses elsewhere.
_OTHERS: Final = (2, 3, 5)


@final
@dataclass(frozen=True, slots=True)
class Witnesses:
    """Looks for witnesses in one theory; ``model`` is a run that is known, ``defaults`` every symbol's value else."""

    theory: Theory
    hints: Mapping[str, int]
    solver: Solver
    model: Model
    defaults: Mapping[str, Number]

    def of(self, decided: Decided) -> Iterator[dict[str, Number]]:
        """The valuations to replay, best first; none for what was proved."""
        obligation, given = decided.obligation, decided.claim.given
        found = self._found(decided)
        if found is None or obligation is None:
            return
        smallest = minimize(obligation, found, self.hints, self.solver)
        hypotheses = self.theory.hypotheses(given, until=decided.claim.until)
        whole = self._whole(smallest, hypotheses)
        yield whole
        if smallest != found:
            yield self._whole(found, hypotheses)
        for number in _OTHERS:
            other = {name: value if self._is_fixed(name, value) else number for name, value in whole.items()}
            if refutes(other, hypotheses, obligation.goal):
                yield other

    def _found(self, decided: Decided) -> Model | None:
        """Where the solver says that the claim fails; what no solver decides may still have a small counterexample."""
        match decided.verdict:
            case Refuted(model):
                return model
            case Undecided() if decided.obligation is not None:
                hypotheses = decided.obligation.hypotheses
                return breaking(decided.obligation.goal, hypotheses, self.model, self.hints)
            case _:
                return None

    def _is_fixed(self, name: str, value: Number) -> bool:
        return name in self.hints or isinstance(value, (bool, float))

    def _whole(self, model: Model, hypotheses: tuple[Cond, ...]) -> dict[str, Number]:
        base = shrunk({**self.defaults, **self.hints, **self.model}, hypotheses, self.hints)
        return with_defined(self.theory, completed({**base, **model}, hypotheses))
