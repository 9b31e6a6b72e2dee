"""``refimpl conform``: ask an implementation every vector and judge its answers."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

import click

from refimpl.conformance.case import CHAPTERS
from refimpl.conformance.differences import Differs
from refimpl.conformance.errors import FormatError
from refimpl.conformance.judge import VERDICTS
from refimpl.conformance.reports import command_for, law_lines, shown, write_reports
from refimpl.conformance.runner import ConformanceRun, Row, conform
from refimpl.conformance.store import VectorSet, carried_folder, load_vectors, path_of, selected
from refimpl.conformance.subjects import NoSubject, SubjectError, open_subject
from refimpl.conformance.waivers import Waiver, read_waivers
from refimpl.solver import make_solver

__all__ = ["ConformOptions", "load_set", "run_conform", "summary"]

BROKEN: Final = 4


@final
@dataclass(frozen=True, slots=True)
class ConformOptions:
    """What a run depends on besides the subject."""

    chapters: tuple[str, ...] = ()
    pattern: str | None = None
    deadline: float = 60.0
    jobs: int = 1
    output: Path | None = None
    vectors: Path | None = None
    waivers: Path | None = None
    budget: int | None = None


def load_set(folder: Path | None) -> VectorSet:
    """The vectors of a folder, by default those that the package carries; bad ones are a usage error."""
    try:
        return load_vectors(carried_folder() if folder is None else folder)
    except FormatError as error:
        raise click.ClickException(str(error)) from error


def run_conform(subject: str, options: ConformOptions) -> int:
    """Ask, judge, report; returns the exit code."""
    found = load_set(options.vectors)
    waivers = _waivers(options.waivers, found.folder)
    vectors = selected(found.vectors, chapters=options.chapters, pattern=options.pattern)
    if not vectors:
        raise click.ClickException("no vector is selected")
    solver = make_solver() if options.budget is None else make_solver(budget=options.budget)
    try:
        opened = open_subject(subject)
        with _watching(len(vectors)) as watch:
            run = conform(
                vectors,
                opened,
                solver,
                deadline=options.deadline,
                jobs=options.jobs,
                waivers=waivers,
                whole=len(vectors) == len(found.vectors),
                watch=watch,
            )
    except NoSubject as error:
        raise click.ClickException(f"--subject {error}") from error
    except SubjectError as error:
        click.echo(f"broke: {error}", err=True)
        return BROKEN
    run = replace(run, options=_verdict_options(options))
    if options.output is not None:
        write_reports(run, options.output, vectors_hash=found.hash)
    click.echo(summary(run), nl=False)
    return run.exit_code


def _verdict_options(options: ConformOptions) -> tuple[str, ...]:
    """The options on which a verdict depends, as words of a command."""
    given = {"--vectors": options.vectors, "--waivers": options.waivers, "--budget": options.budget}
    return tuple(word for name, value in given.items() if value is not None for word in (name, str(value)))


def _waivers(path: Path | None, folder: Path) -> tuple[Waiver, ...]:
    """The waivers of a file, by default of the one beside the vectors, if there is one."""
    path = folder / "waivers.json" if path is None else path
    try:
        return read_waivers(path) if path.is_file() or path.parent != folder else ()
    except FormatError as error:
        raise click.ClickException(str(error)) from error


def summary(run: ConformanceRun) -> str:
    """What went wrong, worst first, and the counts by chapter."""
    lines: list[str] = []
    for verdict in VERDICTS:
        for row in run.rows:
            if row.judgement.verdict == verdict and verdict in ("broke", "fail", "unknown"):
                lines += _trouble(run, row)
    lines += [f"broke    {problem}" for problem in run.problems]
    lines += [f"fail     {sentence}" for sentence in run.stale]
    lines.append(f"{run.started.name} {run.started.version}")
    for chapter in CHAPTERS:
        rows = [row for row in run.rows if row.vector.case.chapter == chapter]
        if rows:
            lines.append(f"  {chapter:<12} {_counted(rows)}")
    plural = "" if len(run.rows) == 1 else "s"
    lines.append(f"{len(run.rows)} vector{plural}: {_counted(run.rows)}{_how(run.rows)}")
    return "".join(f"{line}\n" for line in lines)


def _trouble(run: ConformanceRun, row: Row) -> list[str]:
    vector, judgement = row.vector, row.judgement
    lines = [f"{judgement.verdict:<8} {path_of(vector)}  ({', '.join(vector.clauses)})", f"    {judgement.message}"]
    difference = judgement.difference
    if isinstance(difference, Differs) and difference.witness:
        lines.append("    witness: " + ", ".join(f"{name} = {value}" for name, value in difference.witness.items()))
    lines += [f"    law {line}" for line in law_lines(judgement)]
    lines += [f"    {name + ':':<7}{json.dumps(value)}" for name, value in shown(row).items()]
    lines.append(f"    again: {command_for(run, row)}")
    return lines


def _counted(rows: Sequence[Row]) -> str:
    counts = Counter(row.judgement.verdict for row in rows)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in reversed(VERDICTS) if counts[verdict])


def _how(rows: Sequence[Row]) -> str:
    counts = Counter(row.judgement.how for row in rows if row.judgement.how not in (None, "identical"))
    shown_counts = ", ".join(f"{count} {how}" for how, count in sorted(counts.items(), key=lambda item: str(item[0])))
    return f" ({shown_counts})" if shown_counts else ""


@contextmanager
def _watching(total: int) -> Generator[Callable[[Row], object]]:
    """A live table on standard error if somebody watches; else rows go nowhere."""
    if not sys.stderr.isatty():
        yield _ignore
        return
    from refimpl.cli.live import table

    with table(total) as watch:
        yield watch


def _ignore(_: Row) -> None:
    """Nobody watches."""
