"""The report as text for people: what is wrong first, with node, law, both sides and witness; one screen."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import click

from refimpl.cli.paths import on_one_line
from refimpl.cli.terminal import WIDTH
from refimpl.laws import LawRow, ProgramReport
from refimpl.laws.report import Verdict

__all__ = ["report_text"]

MOST_ROWS: Final = 4
_COLORS: Final[Mapping[Verdict, str]] = {
    "equivalent": "green",
    "broken": "red",
    "unknown": "yellow",
    "error": "magenta",
}


def report_text(reports: tuple[ProgramReport, ...], *, color: bool, width: int = WIDTH) -> str:
    """The text of all reports, with a summary line when there are several."""
    lines = [line for report in reports for line in _program(report, alone=len(reports) == 1, width=width)]
    if len(reports) > 1:
        lines.append(_summary(reports))
    text = "\n".join(lines) + "\n"
    return text if color else click.unstyle(text)


def _program(report: ProgramReport, *, alone: bool, width: int) -> Iterator[str]:
    if report.error is not None:
        # The message names file and field itself; that of a self-test has several lines.
        message = report.error.message
        yield f"{_verdict(report)}  {message if report.error.kind == 'self-test' else on_one_line(message)}"
        return
    yield f"{_verdict(report)}  {on_one_line(report.path or '')}  {_extent(report)}"
    yield from _rows(report.refuted, width)
    yield from _rows(report.undecided, width)
    if alone:
        yield from _held(report)
    yield from _conditions(report, alone=alone)


def _verdict(report: ProgramReport) -> str:
    word = report.verdict
    if word == "broken" and report.relation not in (None, "equivalent", "unknown"):
        return click.style(f"broken ({report.relation})", fg="red", bold=True)
    return click.style(f"{word:<10}", fg=_COLORS[word], bold=word != "equivalent")


def _extent(report: ProgramReport) -> str:
    if report.nothing_to_rebind:
        return f"({_count(report.nodes, 'node')}, nothing to rebind)"
    return f"({_count(report.nodes, 'node')}, {_count(report.unbacked, 'unbacked symbol')})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rows(rows: tuple[LawRow, ...], width: int) -> Iterator[str]:
    for row in rows[:MOST_ROWS]:
        place = f" at node {row.node}" if row.node else ""
        yield f"  {click.style(row.law, bold=True)} {row.outcome}{place}"
        for line in (row.message or "").splitlines():
            yield from textwrap.wrap(
                line, width, initial_indent="    ", subsequent_indent="    ", break_long_words=False
            )
        if row.witness is not None:
            sizes = ", ".join(f"{symbol} = {value}" for symbol, value in row.witness)
            yield f"    witness: {sizes or 'any sizes (no symbol is involved)'}"
        if row.under:
            yield f"    under the assumed result of: {', '.join(row.under)}"
    if len(rows) > MOST_ROWS:
        yield f"  ... and {len(rows) - MOST_ROWS} more {rows[0].outcome} (--format json lists them)"


def _held(report: ProgramReport) -> Iterator[str]:
    for row in report.laws:
        if row.outcome == "proved":
            by = f" by {row.by}" if row.by else ""
            yield f"  {row.law:<8} proved, {_count(row.obligations, 'obligation')}{by}"


def _conditions(report: ProgramReport, *, alone: bool) -> Iterator[str]:
    if report.assumed:
        yield f"  conditional: the results of {', '.join(report.assumed)} are assumed (custom operators)"
    if report.specializations:
        yield f"  conditional: {_count(len(report.specializations), 'layout decision')} taken from the archive's hints"
        if alone:
            for row in report.specializations[:MOST_ROWS]:
                yield f"    {row.node}: {row.guard}"
    for guard in report.unread_guards[:MOST_ROWS]:
        yield f"  guard not understood, so nothing rests on it: {guard:.200}"
    if alone and report.unused:
        yield f"  ranges of symbols that no value uses: {', '.join(report.unused)}"
    if alone:
        for unrecorded in report.unrecorded[:MOST_ROWS]:
            example = f" (fails at {unrecorded.example})" if unrecorded.example else ""
            yield f"  enforced by {unrecorded.node} alone, recorded nowhere: {unrecorded.requirement}{example}"


def _summary(reports: tuple[ProgramReport, ...]) -> str:
    counts = Counter(report.verdict for report in reports)
    parts = [f"{counts[verdict]} {verdict}" for verdict in _COLORS if counts[verdict]]
    empty = sum(report.nothing_to_rebind for report in reports)
    conditional = sum(report.conditional for report in reports)
    notes = [
        *([f"{empty} with nothing to rebind"] if empty else []),
        *([f"{conditional} conditional"] if conditional else []),
    ]
    extra = f" ({', '.join(notes)})" if notes else ""
    return f"{len(reports)} programs: {', '.join(parts)}{extra}"
