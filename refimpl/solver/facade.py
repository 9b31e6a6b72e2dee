"""The one door to the solvers: several obligations at once, closed verdicts, models evaluated before they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol, TypeAlias, assert_never, final

from refimpl.solver._engine import Answer, Engine, Sat, SolverError, Unknown, Unsat
from refimpl.solver.encode import Script, encode
from refimpl.solver.obligation import Obligation
from refimpl.solver.semantics import completed, refutes
from refimpl.solver.verdict import By, Proved, Refuted, Undecided, Verdict
from refimpl.terms import Cond

__all__ = ["DEFAULT_BUDGET", "Solver", "SolverName", "forget", "make_solver"]

SolverName: TypeAlias = Literal["z3", "cvc5", "both"]
DEFAULT_BUDGET: Final = 2_000_000

_cache: Final[dict[tuple[str, int, str], tuple[Answer, ...]]] = {}
_MAX_CACHED: Final = 4096


class Solver(Protocol):
    """Decides obligations."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The verdict on each obligation, in order; those with the same hypotheses are solved together.

        Raises SolverError if a solver is missing, rejects our text, or two of them contradict each other.
        """
        ...


def make_solver(name: SolverName = "z3", *, budget: int = DEFAULT_BUDGET) -> Solver:
    """The solver of that name; ``budget`` is in work units (``rlimit``) per obligation, never in seconds."""
    if budget <= 0:
        raise ValueError(f"the budget is a positive number of work units, not {budget}")
    match name:
        case "z3":
            return _Facade((_z3(),), budget)
        case "cvc5":
            return _Facade((_cvc5(),), budget)
        case "both":
            return _Facade((_z3(), _cvc5()), budget)
        case _:
            assert_never(name)


def forget() -> None:
    """Forget every answer (benchmarks measure without it)."""
    _cache.clear()


def _z3() -> Engine:
    from refimpl.solver._z3 import Z3Engine

    return Z3Engine()


def _cvc5() -> Engine:
    from refimpl.solver._cvc5 import Cvc5Engine

    return Cvc5Engine()


@final
class _Facade:
    def __init__(self, engines: tuple[Engine, ...], budget: int) -> None:
        self._engines = engines
        self._budget = budget

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        groups: dict[tuple[Cond, ...], list[int]] = {}
        for index, obligation in enumerate(obligations):
            groups.setdefault(obligation.hypotheses, []).append(index)
        verdicts: dict[int, Verdict] = {}
        for hypotheses, indices in groups.items():
            goals = [obligations[index].goal for index in indices]
            script = encode(hypotheses, goals)
            answers = [(engine, self._answers(engine, script)) for engine in self._engines]
            for position, index in enumerate(indices):
                given = [(engine.name, answer[position]) for engine, answer in answers]
                verdicts[index] = _verdict(given, script, obligations[index])
        return tuple(verdicts[index] for index in range(len(obligations)))

    def _answers(self, engine: Engine, script: Script) -> tuple[Answer, ...]:
        # The key is the whole batch: what a solver finds for one goal may depend on the goals before it.
        key = (engine.name, self._budget, script.assertions)
        found = _cache.get(key)
        if found is None:
            if len(_cache) >= _MAX_CACHED:
                _cache.clear()
            found = _cache[key] = engine.run(script, self._budget)
        return found


def _verdict(given: list[tuple[str, Answer]], script: Script, asked: Obligation) -> Verdict:
    """What the engines say together; a model counts only if Python's evaluation confirms it."""
    proofs = [name for name, answer in given if isinstance(answer, Unsat)]
    refuted: Refuted | None = None
    reasons: list[str] = []
    for name, answer in given:
        match answer:
            case Unsat():
                continue
            case Unknown(reason):
                reasons.append(reason)
            case Sat(model):
                valuation = completed(model, (*asked.hypotheses, asked.goal))
                if refutes(valuation, asked.hypotheses, asked.goal):
                    refuted = refuted or Refuted(valuation, _by(name))
                elif script.opaque:
                    reasons.append(script.opaque[0])
                else:
                    reasons.append(f"the model of {name} does not evaluate to a refutation")
            case _:
                assert_never(answer)
    if proofs and refuted is not None:
        raise SolverError(f"{proofs[0]} proves what {refuted.by} refutes: {asked.text}")
    if proofs:
        return Proved("z3, cvc5" if len(proofs) > 1 else _by(proofs[0]))
    return refuted or Undecided("; ".join(dict.fromkeys(reasons)))


def _by(name: str) -> By:
    return "cvc5" if name == "cvc5" else "z3"
