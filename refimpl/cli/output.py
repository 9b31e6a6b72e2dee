"""Writes a report in the style that was asked for; each style is imported only when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias, assert_never

import click

from refimpl.cli.terminal import WIDTH, shows_color, text_width
from refimpl.laws import ProgramReport, Report

__all__ = ["Style", "write"]

Style: TypeAlias = Literal["text", "json", "junit", "sarif", "html", "smt2"]


def write(reports: tuple[ProgramReport, ...], smt2: str, style: Style, output: Path | None) -> None:
    """Write to the file, or to standard output; ``smt2`` is what that style writes."""
    text = smt2 if style == "smt2" else _text(reports, style, shown=output is None)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _text(
    reports: tuple[ProgramReport, ...], style: Literal["text", "json", "junit", "sarif", "html"], *, shown: bool
) -> str:
    match style:
        case "json":
            return Report(reports).to_json()
        case "junit":
            from refimpl.cli.junit import report_junit

            return report_junit(reports)
        case "sarif":
            from refimpl.cli.sarif import report_sarif

            return report_sarif(reports)
        case "html":
            from refimpl.cli.html import report_html

            return report_html(reports)
        case "text":
            from refimpl.cli.text import report_text

            # A file is the same whichever terminal it was written from.
            return report_text(reports, color=shown and shows_color(), width=text_width() if shown else WIDTH)
        case _:
            assert_never(style)
