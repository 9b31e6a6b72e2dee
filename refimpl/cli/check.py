"""``refimpl check``: judge archives one by one or in several processes, in the order given."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, final

import click

from refimpl.aten import ShapesError
from refimpl.cli.baseline import Baseline, BaselineError
from refimpl.cli.output import Style, write
from refimpl.cli.own_bug import own_bug
from refimpl.cli.paths import shown
from refimpl.export import ArchiveError, load
from refimpl.laws import (
    IMPLEMENTATION_LAWS,
    ProgramReport,
    ReportError,
    SelfTest,
    StepFinding,
    exit_code,
    self_test,
    worst_exit_code,
)
from refimpl.laws.check import examine
from refimpl.laws.decide import Decided
from refimpl.solver import DEFAULT_BUDGET, make_solver

__all__ = ["CheckOptions", "Judged", "judge", "run_check"]

MUCH: Final = 4


@final
@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What one judgement depends on, besides the archive."""

    profile: Literal["exact", "torch-2.13"] = "exact"
    solver: Literal["z3", "cvc5", "both"] = "z3"
    budget: int = DEFAULT_BUDGET
    values: bool = False
    reprove: bool = False
    smt2: bool = False
    self_test: bool = False


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """A report, the seconds it took, and what was asked for beside it.

    ``smt2`` are its obligations as SMT-LIB text, ``tested`` is what the self-test says of our own propagation of it.
    """

    report: ProgramReport
    seconds: float
    smt2: str = ""
    tested: SelfTest | None = None


def judge(path: Path, options: CheckOptions) -> Judged:
    """Load and check one archive; bad input and our own crash are reports too, so that the rest still runs."""
    start = time.perf_counter()
    report, decided, tested = _judge(path, options)
    text = ""
    if options.smt2:
        from refimpl.cli.smt2 import obligations_text

        text = obligations_text(report, decided)
    return Judged(report, time.perf_counter() - start, text, tested)


def _judge(path: Path, options: CheckOptions) -> tuple[ProgramReport, Sequence[Decided], SelfTest | None]:
    text = shown(path)
    tested: SelfTest | None = None
    decided: Sequence[Decided] = ()
    try:
        program = load(path)
        if options.self_test:
            tested = self_test(program, make_solver(options.solver, budget=options.budget))
            failed = [finding for finding in tested.findings if finding.outcome == "refuted"]
            if failed:
                return _failed(text, failed), (), tested
        report, decided = examine(
            program,
            profile=options.profile,
            solver=options.solver,
            budget=options.budget,
            values=options.values,
            # Normal form settles most obligations before they are written; as text, all are wanted.
            reprove=options.reprove or options.smt2,
            path=text,
        )
    except ArchiveError as error:
        report = ProgramReport(path=text, verdict="error", error=ReportError("archive", shown(str(error)), error.field))
    except ShapesError as error:
        report = ProgramReport(path=text, verdict="error", error=ReportError("shapes", f"{text}: {error}"))
    except Exception as error:
        # The border of the program: our own bug becomes exit code 4 with its place, and the other archives still run.
        report = ProgramReport(path=text, verdict="error", error=ReportError("internal", own_bug(error)))
    return report, decided, tested


def _failed(path: str, findings: Sequence[StepFinding]) -> ProgramReport:
    """Our own propagation breaks a law: whatever `check` would say of the program rests on it."""
    lines = [f"{path}: self-test failed: this is a bug in refimpl, please report it"]
    for found in findings:
        numbers = ", ".join(f"{name} = {value}" for name, value in sorted((found.witness or {}).items()))
        lines.append(f"  {found.law} refuted at {found.node}: {found.message}" + (f" ({numbers})" if numbers else ""))
    return ProgramReport(path=path, verdict="error", error=ReportError("self-test", "\n".join(lines)))


def run_check(
    paths: Sequence[Path],
    options: CheckOptions,
    *,
    style: Style,
    output: Path | None,
    jobs: int,
    strict: bool,
    timings: bool,
    baseline: Path | None = None,
) -> int:
    """Judge all archives, write the report, return the exit code.

    Findings that the baseline has do not count. Raises click's exception for a file that is no baseline.
    """
    known = None if baseline is None else _read(baseline)
    judged: list[Judged] = []
    with _progress(len(paths)) as advance:
        for one in _judge_all(paths, options, jobs):
            judged.append(one)
            advance(one.report.path or "")
    reports = tuple(one.report for one in judged)
    write(reports, "".join(one.smt2 for one in judged), style, output)
    if timings:
        for one in judged:
            click.echo(f"{one.seconds:9.4f} s  {one.report.path}", err=True)
    if known is not None:
        _compare(reports, known)
    codes = [_exit_code(report, known, strict=strict) for report in reports]
    if options.self_test:
        codes.append(_say_tested(judged))
    return worst_exit_code(codes)


def _say_tested(judged: Sequence[Judged]) -> int:
    """One line on standard error; 3 if some law could not be decided, which is no pass, else 0."""
    tested = [one.tested for one in judged if one.tested is not None]
    found = [finding for test in tested for finding in test.findings]
    refuted = sum(finding.outcome == "refuted" for finding in found)
    undecided = len(found) - refuted
    notes = [f"{number} {word}" for number, word in ((refuted, "refuted"), (undecided, "undecided")) if number]
    steps = sum(test.steps for test in tested)
    laws = ", ".join(law.name for law in IMPLEMENTATION_LAWS)
    click.echo(
        f"self-test: {steps} steps of {len(tested)} programs: {laws}: {', '.join(notes) or 'all hold'}", err=True
    )
    return 3 if undecided else 0


def _read(path: Path) -> Baseline:
    try:
        return Baseline.read(path)
    except BaselineError as error:
        raise click.ClickException(str(error)) from error


def _compare(reports: tuple[ProgramReport, ...], known: Baseline) -> None:
    for word, findings in (("new", known.new(reports)), ("vanished", known.vanished(reports))):
        for finding in findings:
            click.echo(f"{word} since the baseline: {finding}", err=True)


def _exit_code(report: ProgramReport, known: Baseline | None, *, strict: bool) -> int:
    code = exit_code(report, strict=strict)
    if code != 1 or known is None or not known.knows(report):
        return code
    return 3 if report.undecided or (strict and report.conditional) else 0


def _judge_all(paths: Sequence[Path], options: CheckOptions, jobs: int) -> Iterator[Judged]:
    if jobs == 1 or len(paths) == 1:
        yield from (judge(path, options) for path in paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=min(jobs, len(paths))) as pool:
        yield from pool.map(judge, paths, [options] * len(paths))


@contextmanager
def _progress(total: int) -> Generator[Callable[[str], object]]:
    if total < MUCH or not sys.stderr.isatty():
        # There is little to do, or nobody watches: the path goes nowhere.
        yield str
        return
    from refimpl.cli.progress import bar

    with bar(total) as advance:
        yield advance
