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

from refimpl.cli.own_bug import own_bug
from refimpl.export import ArchiveError, load
from refimpl.laws import ProgramReport, Report, ReportError, check, exit_code, worst_exit_code
from refimpl.solver import DEFAULT_BUDGET

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


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """A report and the seconds it took."""

    report: ProgramReport
    seconds: float


def judge(path: Path, options: CheckOptions) -> Judged:
    """Load and check one archive; bad input and our own crash are reports too, so that the rest still runs."""
    start = time.perf_counter()
    report = _judge(path, options)
    return Judged(report, time.perf_counter() - start)


def _judge(path: Path, options: CheckOptions) -> ProgramReport:
    text = str(path)
    try:
        program = load(path)
        return check(
            program,
            profile=options.profile,
            solver=options.solver,
            budget=options.budget,
            values=options.values,
            path=text,
        )
    except ArchiveError as error:
        return ProgramReport(path=text, verdict="error", error=ReportError("archive", str(error), error.field))
    except Exception as error:
        # The border of the program: our own bug becomes exit code 4 with its place, and the other archives still run.
        return ProgramReport(path=text, verdict="error", error=ReportError("internal", own_bug(error)))


def run_check(
    paths: Sequence[Path],
    options: CheckOptions,
    *,
    style: Literal["text", "json"],
    output: Path | None,
    jobs: int,
    strict: bool,
    timings: bool,
) -> int:
    """Judge all archives, write the report, return the exit code."""
    judged: list[Judged] = []
    with _progress(len(paths)) as advance:
        for one in _judge_all(paths, options, jobs):
            judged.append(one)
            advance(one.report.path or "")
    reports = tuple(one.report for one in judged)
    _write(reports, style, output)
    if timings:
        for one in judged:
            click.echo(f"{one.seconds:9.4f} s  {one.report.path}", err=True)
    return worst_exit_code(exit_code(report, strict=strict) for report in reports)


def _judge_all(paths: Sequence[Path], options: CheckOptions, jobs: int) -> Iterator[Judged]:
    if jobs == 1 or len(paths) == 1:
        yield from (judge(path, options) for path in paths)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=min(jobs, len(paths))) as pool:
        yield from pool.map(judge, paths, [options] * len(paths))


def _write(reports: tuple[ProgramReport, ...], style: Literal["text", "json"], output: Path | None) -> None:
    if style == "json":
        text = Report(reports).to_json()
    else:
        from refimpl.cli.text import report_text

        color = output is None and sys.stdout.isatty()
        text = report_text(reports, color=color)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@contextmanager
def _progress(total: int) -> Generator[Callable[[str], object]]:
    if total < MUCH or not sys.stderr.isatty():
        # There is little to do, or nobody watches: the path goes nowhere.
        yield str
        return
    from refimpl.cli.progress import bar

    with bar(total) as advance:
        yield advance
