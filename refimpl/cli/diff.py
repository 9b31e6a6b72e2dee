"""``refimpl diff``: how a new version of a program relates to an old one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import click

from refimpl.aten import ShapesError
from refimpl.cli.own_bug import own_bug
from refimpl.cli.paths import on_one_line
from refimpl.cli.terminal import WIDTH, shows_color, text_width
from refimpl.export import ArchiveError, load
from refimpl.relation import Compared, Difference, DiffReport, diff, diff_exit_code
from refimpl.solver import DEFAULT_BUDGET

__all__ = ["run_diff"]

MOST_ROWS: Final = 4
_COLORS: Final = {"same": "green", "different": "red", "unknown": "yellow"}


def run_diff(
    old: Path,
    new: Path,
    *,
    style: Literal["text", "json"],
    output: Path | None,
    solver: Literal["z3", "cvc5", "both"],
    budget: int | None,
    strict: bool,
) -> int:
    """Compare the archives and print the report; what cannot be read is said on standard error."""
    try:
        report = diff(load(old), load(new), solver=solver, budget=DEFAULT_BUDGET if budget is None else budget)
    except (ArchiveError, ShapesError) as error:
        click.echo(f"error: {on_one_line(str(error))}", err=True)
        return 2
    except Exception as error:
        # The border of the program: our own bug becomes exit code 4 with its place.
        click.echo(f"error: {on_one_line(old)} and {on_one_line(new)}: {own_bug(error)}", err=True)
        return 4
    text = (
        report.to_json()
        if style == "json"
        else _text(report, color=output is None and shows_color(), width=text_width() if output is None else WIDTH)
    )
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
    return diff_exit_code(report, strict=strict)


def _text(report: DiffReport, *, color: bool, width: int) -> str:
    text = "".join(f"{line}\n" for line in _lines(report, width))
    return text if color else click.unstyle(text)


def _lines(report: DiffReport, width: int) -> Iterator[str]:
    related = report.verdict == "different" and report.relation not in ("equivalent", "unknown")
    verdict = f"{report.verdict} ({report.relation})" if related else report.verdict
    yield f"{click.style(verdict, fg=_COLORS[report.verdict], bold=True)}  {_paths(report)}"
    for row in report.differences[:MOST_ROWS]:
        yield from _difference(row, "another output" if row in report.outputs.differences else "other inputs", width)
    if len(report.differences) > MOST_ROWS:
        yield f"  ... and {len(report.differences) - MOST_ROWS} more (--format json lists them)"
    yield f"  inputs        {_held(report.accepted)}"
    yield f"  requirements  {_held(report.requirements)}"
    yield f"  outputs       {_held(report.outputs)}"
    for guess in report.guessed[:MOST_ROWS]:
        taken = f"{guess.old} of the old program is taken for {guess.new} of the new one at {guess.node}"
        yield f"  conditional: {taken}, by its {guess.by}"
    if report.conditional and not report.guessed:
        yield "  conditional: the result of a custom operator or a layout is taken as it is recorded"


def _paths(report: DiffReport) -> str:
    return f"{on_one_line(report.old)} -> {on_one_line(report.new)}"


def _difference(row: Difference, otherwise: str, width: int) -> Iterator[str]:
    what = "unknown" if row.outcome == "undecided" else row.direction or otherwise
    place = f" at {row.node}" if row.node else ""
    yield f"  {click.style(what, bold=True)}{place}"
    for line in row.message.splitlines():
        yield from textwrap.wrap(line, width, initial_indent="    ", subsequent_indent="    ", break_long_words=False)
    if row.witness is not None:
        numbers = ", ".join(f"{symbol} = {value}" for symbol, value in row.witness)
        yield f"    witness: {numbers or 'any sizes (no symbol is involved)'}"


def _held(part: Compared) -> str:
    if not part.count:
        return "not compared"
    different = len(part.differences)
    return f"{part.count - different} of {part.count} the same" if different else f"the same ({part.count} compared)"
