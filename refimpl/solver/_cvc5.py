"""The cvc5 back end (an extra): it parses the same text, one fresh solver for each goal."""

from __future__ import annotations

import math
from fractions import Fraction
from importlib import import_module
from typing import Any, Final, TypeAlias, final  # Any: see below

from refimpl.solver._encode_text import quoted
from refimpl.solver._engine import Answer, Sat, SolverError, TextAnswer, Unknown, Unsat, nearest_float
from refimpl.solver.encode import Script

__all__ = ["Cvc5Engine", "solve_text", "version"]

_Untyped: TypeAlias = Any  # what cvc5 has, which ships no types


@final
class Cvc5Engine:
    """cvc5 behind text; raises SolverError if the extra is not installed."""

    @property
    def name(self) -> str:
        """``cvc5``."""
        return "cvc5"

    def run(self, script: Script, budget: int) -> tuple[Answer, ...]:
        """The answer to each goal; ``budget`` is cvc5's ``rlimit``."""
        cvc5 = _library()
        return tuple(_solve(cvc5, script, index, budget) for index in range(len(script.goals)))


def _library() -> _Untyped:
    try:
        return import_module("cvc5")
    except ImportError as error:
        raise SolverError("cvc5 is not installed; it is the extra `cvc5`") from error


def version() -> str:
    """The version of cvc5."""
    return str(_library().__version__)


def solve_text(text: str, budget: int, *, proof: bool) -> TextAnswer:
    """The answer to a stand-alone text; with ``proof`` the steps of its proof are counted."""
    cvc5 = _library()
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("rlimit", str(budget))
    solver.setOption("produce-proofs" if proof else "produce-models", "true")
    answer = _read(cvc5, solver, cvc5.SymbolManager(manager), text)
    work = int(dict(solver.getStatistics())["resource::resourceUnitsUsed"]["value"])
    match answer:
        case "unsat" if proof:
            proofs = solver.getProof()
            steps, unchecked = _weigh(proofs)
            written = "".join(_written(cvc5, solver, proof) for proof in proofs)
            return TextAnswer("unsat", work, steps=steps, unchecked=unchecked, proof=written)
        case "unsat":
            return TextAnswer("unsat", work)
        case "sat":
            return TextAnswer("sat", work)
        case _:
            return TextAnswer("unknown", work)


def _written(cvc5: _Untyped, solver: _Untyped, proof: _Untyped) -> str:
    """The proof as text; the same obligation gives the same text."""
    text = solver.proofToString(proof, cvc5.ProofFormat.CPC)
    return text.decode() if isinstance(text, bytes) else str(text)


def _weigh(proofs: _Untyped) -> tuple[int, int]:
    """The number of distinct steps, and of steps that no rule of the calculus justifies."""
    seen: set[_Untyped] = set()
    unchecked = 0
    stack = list(proofs)
    while stack:
        step = stack.pop()
        if step in seen:
            continue
        seen.add(step)
        rule = str(step.getRule())
        unchecked += rule in _UNJUSTIFIED
        stack.extend(step.getChildren())
    return len(seen), unchecked


_UNJUSTIFIED: Final = frozenset(
    ("ProofRule.TRUST", "ProofRule.TRUST_THEORY_REWRITE", "ProofRule.UNKNOWN", "ProofRule.SAT_EXTERNAL_PROVE")
)


def _solve(cvc5: _Untyped, script: Script, index: int, budget: int) -> Answer:
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("produce-models", "true")
    solver.setOption("rlimit", str(budget))
    symbols = cvc5.SymbolManager(manager)
    answer = _read(cvc5, solver, symbols, script.single(index))
    match answer:
        case "unsat":
            return Unsat()
        case "sat":
            return Sat(_model(solver, symbols, script))
        case _:
            return Unknown("cvc5 gave up")


def _read(cvc5: _Untyped, solver: _Untyped, symbols: _Untyped, text: str) -> str:
    """Run the commands of a text; the last answer."""
    parser = cvc5.InputParser(solver, symbols)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    answer = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said = str(command.invoke(solver, symbols)).strip()
            if said.startswith("(error"):
                raise RuntimeError(said)
            answer = said or answer
    except RuntimeError as error:
        raise SolverError(f"cvc5 rejects our text: {error}") from error
    return answer


def _model(solver: _Untyped, symbols: _Untyped, script: Script) -> dict[str, int | float | bool]:
    terms = {str(term): term for term in symbols.getDeclaredTerms()}

    def value(name: str) -> _Untyped:
        bare = quoted(name)
        return solver.getValue(terms[bare] if bare in terms else terms[bare[1:-1]])

    result: dict[str, int | float | bool] = {}
    for name in script.integers:
        result[name] = int(value(name).getIntegerValue())
    for name in script.booleans:
        result[name] = bool(value(name).getBooleanValue())
    for name in script.floats:
        if value(f"{name}.nan").getBooleanValue():
            result[name] = math.nan
            continue
        infinite = int(value(f"{name}.infinite").getIntegerValue())
        result[name] = math.copysign(math.inf, infinite) if infinite else _finite(value(f"{name}.value"))
    return result


def _finite(value: _Untyped) -> float:
    return nearest_float(Fraction(value.getRealValue()))
