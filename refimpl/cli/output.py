"""Writes a report in the style that was asked for; each style is imported only when it is used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, TypeAlias, assert_never

import click

from refimpl.laws import ProgramReport, Report

__all__ = ["Style", "write"]

Style: TypeAlias = Literal["text", "json", "junit", "sarif", "html", "smt2"]


def write(reports: tuple[ProgramReport, ...], smt2: str, style: Style, output: Path | None) -> None:
    """Write to the file, or to standard output; ``smt2`` is what that style writes."""
    text = smt2 if style == "smt2" else _text(reports, style, color=output is None and sys.stdout.isatty())
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _text(
    reports: tuple[ProgramReport, ...], style: Literal["text", "json", "junit", "sarif", "html"], *, color: bool
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

            return report_text(reports, color=color)
        case _:
            assert_never(style)
