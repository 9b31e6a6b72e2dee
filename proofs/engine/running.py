"""Deciding theorems: every obligation by both solvers from the same text, several processes, one verdict each."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, TypeAlias, final

from proofs.engine.smt import Obligation
from proofs.engine.theorem import Theorem
from refimpl.solver import PROVERS, Prover, SolverError, TextAnswer, solve_text

__all__ = ["BUDGETS", "KEPT", "Failure", "Outcome", "Tally", "TheoremResult", "decide", "prove", "run"]

BUDGETS: Final[dict[Prover, int]] = {"z3": 1_000_000, "cvc5": 400_000}
"""Work units for each obligation; nothing is measured in seconds."""

KEPT: Final = 12_000
"""Up to this many characters the proofs of a theorem are kept as they are, beyond it only their SHA-256."""

Outcome: TypeAlias = Literal["proved", "refuted", "undecided", "contradiction"]


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """What one solver said of the obligations of a theorem, and the work it spent."""

    unsat: int
    sat: int
    unknown: int
    work: int


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """An obligation that is not proved, with what each solver says of it."""

    obligation: str
    outcome: Outcome
    model: str


@final
@dataclass(frozen=True, slots=True)
class TheoremResult:
    """A theorem after a run; ``digest`` covers the texts of all its obligations, ``proof`` the proofs of cvc5.

    ``kept`` are these proofs themselves, unless they are large.
    """

    name: str
    obligations: int
    digest: str
    z3: Tally
    cvc5: Tally
    steps: int
    unchecked: int
    proof: str
    failures: tuple[Failure, ...]
    kept: str = ""

    @property
    def verdict(self) -> Outcome:
        """The worst of its obligations."""
        outcomes = {failure.outcome for failure in self.failures}
        for outcome in _WORST_FIRST:
            if outcome in outcomes:
                return outcome
        # A step that nothing justifies proves nothing.
        return "proved" if self.obligations and not self.unchecked else "undecided"


_WORST_FIRST: Final[tuple[Outcome, ...]] = ("contradiction", "refuted", "undecided")


def decide(z3: TextAnswer, cvc5: TextAnswer) -> Outcome:
    """Both together: one proof is enough, a one-sided unknown is only counted, a contradiction is a failure."""
    said = {z3.status, cvc5.status}
    if {"sat", "unsat"} <= said:
        return "contradiction"
    if "sat" in said:
        return "refuted"
    return "proved" if "unsat" in said else "undecided"


def _tally(answers: Sequence[TextAnswer]) -> Tally:
    said = [answer.status for answer in answers]
    return Tally(said.count("unsat"), said.count("sat"), said.count("unknown"), sum(a.work for a in answers))


def prove(theorem: Theorem, *, stop_early: bool = False) -> TheoremResult:
    """Decide every obligation of a theorem; with ``stop_early`` only up to the first that is not proved.

    A shipped function that raises where it should not is a failure like any other.
    """
    answers: dict[Prover, list[TextAnswer]] = {prover: [] for prover in PROVERS}
    failures: list[Failure] = []
    texts, proofs = sha256(), sha256()
    kept: list[str] = []
    count = 0
    for obligation in _obligations(theorem, failures):
        count += 1
        texts.update(obligation.digest.encode())
        try:
            z3, cvc5 = (
                solve_text(prover, obligation.text, budget=BUDGETS[prover], proof=prover == "cvc5")
                for prover in PROVERS
            )
        except SolverError as error:
            failures.append(Failure(obligation.name, "undecided", str(error)))
            break
        answers["z3"].append(z3)
        answers["cvc5"].append(cvc5)
        proofs.update(cvc5.proof.encode())
        if sum(map(len, kept)) <= KEPT:
            kept.append(cvc5.proof)
        outcome = decide(z3, cvc5)
        if outcome != "proved":
            failures.append(Failure(obligation.name, outcome, z3.model))
            if stop_early:
                break
    steps = sum(answer.steps for answer in answers["cvc5"])
    unchecked = sum(answer.unchecked for answer in answers["cvc5"])
    return TheoremResult(
        theorem.name,
        count,
        texts.hexdigest(),
        _tally(answers["z3"]),
        _tally(answers["cvc5"]),
        steps,
        unchecked,
        proofs.hexdigest(),
        tuple(failures),
        "" if sum(map(len, kept)) > KEPT else "".join(kept),
    )


def _obligations(theorem: Theorem, failures: list[Failure]) -> Iterator[Obligation]:
    try:
        yield from theorem.obligations()
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        failures.append(Failure("making the obligations", "refuted", f"{type(error).__name__}: {error}"))


def _prove_named(name: str) -> TheoremResult:
    from proofs.registry import THEOREMS

    return prove(THEOREMS[name])


def run(names: Sequence[str], jobs: int) -> Iterator[TheoremResult]:
    """The results of the registered theorems of these names, in that order."""
    if jobs == 1 or len(names) == 1:
        yield from map(_prove_named, names)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(_prove_named, names, chunksize=1)
