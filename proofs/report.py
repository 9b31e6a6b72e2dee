"""What ``refimpl prove`` does: run the theorems, say what both solvers answered, keep or compare the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

from proofs.engine.ledger import KEPT, LEDGER, differences, keep, read, written
from proofs.engine.running import TheoremResult, run
from proofs.registry import GROUPS, THEOREMS, unregistered
from refimpl.laws import IMPLEMENTATION_LAWS
from refimpl.laws.judge import LAWS

__all__ = ["prove"]


class Progress(Protocol):
    """Shows how far a run is; the steps come back unchanged."""

    def __call__(self, steps: Iterable[TheoremResult], total: int, /) -> Iterator[TheoremResult]: ...


class Say(Protocol):
    """Prints a line."""

    def __call__(self, line: str, /) -> None: ...


def prove(
    only: Sequence[str], *, mode: Literal["run", "check", "update"], jobs: int, progress: Progress, say: Say
) -> int:
    """Run the theorems whose names contain one of ``only`` (all by default); the exit code.

    1 if something is not proved, if a proof is not registered, or if the ledger disagrees (``check``); 2 if no
    theorem has such a name.
    """
    names = [name for name in THEOREMS if not only or any(part in name for part in only)]
    if not names:
        say(f"no theorem has a name with {' or '.join(only)}")
        return 2
    missing = unregistered(Path(__file__).parent)
    for file in missing:
        say(f"proofs/{file} states theorems and is not registered: a proof that nobody runs")
    results = list(progress(run(names, jobs), len(names)))
    for line in _failures(results):
        say(line)
    bad = bool(missing) or any(result.verdict != "proved" for result in results)
    if mode == "check":
        recorded = read(LEDGER.read_text(encoding="utf-8") if LEDGER.exists() else "")
        if only:
            recorded = {name: entry for name, entry in recorded.items() if name in names}
        found = differences(recorded, results)
        for line in found:
            say(line)
        bad = bad or bool(found)
    if mode == "update":
        before = LEDGER.read_text(encoding="utf-8") if LEDGER.exists() else ""
        LEDGER.write_text(written(results, tuple(THEOREMS), before), encoding="utf-8")
        keep(results, tuple(THEOREMS), KEPT)
        say("proofs/ledger.toml is written")
    for line in _summary(results):
        say(line)
    return 1 if bad else 0


def _failures(results: Sequence[TheoremResult]) -> Iterator[str]:
    for result in results:
        for failure in result.failures:
            model = f" at {' '.join(failure.model.split())}" if failure.model else ""
            yield f"{result.name} is {failure.outcome}: {failure.obligation}{model}"
        if result.unchecked:
            yield f"{result.name} is undecided: {result.unchecked} steps of cvc5's proofs are unchecked"


def _summary(results: Sequence[TheoremResult]) -> Iterator[str]:
    obligations = sum(result.obligations for result in results)
    proved = sum(result.verdict == "proved" for result in results)
    laws = f"{len(LAWS) + 1} program laws, {len(IMPLEMENTATION_LAWS)} implementation laws"
    yield f"{laws}, {_clauses()} clauses of the specification"
    yield f"{proved} of {len(results)} theorems proved in {len(GROUPS)} groups, {obligations} obligations"
    for name, tallies in (("z3", [r.z3 for r in results]), ("cvc5", [r.cvc5 for r in results])):
        unsat, sat, unknown = (
            sum(t.unsat for t in tallies),
            sum(t.sat for t in tallies),
            sum(t.unknown for t in tallies),
        )
        yield f"{name}: {unsat} proved, {sat} refuted, {unknown} unknown"
    steps, unchecked = sum(r.steps for r in results), sum(r.unchecked for r in results)
    yield f"cvc5's proofs: {steps} steps, {unchecked} unchecked"


def _clauses() -> int:
    from specs.contents import CHAPTERS
    from specs.traceability import clauses_of

    return sum(len(clauses_of(chapter)) for _, chapter in CHAPTERS)
