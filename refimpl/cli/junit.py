"""The report as JUnit XML: a suite for each program, a case for each law."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from refimpl.laws import LawRow, ProgramReport

__all__ = ["report_junit"]

# XML 1.0 has no way to write these, not even as references.
_UNWRITABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")


def report_junit(reports: tuple[ProgramReport, ...]) -> str:
    """The XML text. Refuted is a ``failure``; undecided, and a program that can't be judged, are an ``error``."""
    suites = [_suite(report) for report in reports]
    totals = [sum(column) for column in zip(*(counts for counts, _ in suites), strict=True)] or [0, 0, 0]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<testsuites name="refimpl check"{_counts(totals)}>']
    for _, suite in suites:
        lines.extend(suite)
    return "\n".join([*lines, "</testsuites>"]).translate(_UNWRITABLE) + "\n"


def _suite(report: ProgramReport) -> tuple[tuple[int, int, int], list[str]]:
    """The numbers of cases, failures and errors of a program, and its lines."""
    cases = list(_error(report)) if report.error is not None else [_case(report, row) for row in report.laws]
    outcomes = [row.outcome for row in report.laws] if report.error is None else []
    counts = (len(cases), outcomes.count("refuted"), outcomes.count("undecided") if report.error is None else 1)
    name = report.path or ""
    return counts, [f" <testsuite name={quoteattr(name)}{_counts(counts)}>", *cases, " </testsuite>"]


def _counts(counts: tuple[int, ...] | list[int]) -> str:
    tests, failures, errors = counts
    return f' tests="{tests}" failures="{failures}" errors="{errors}"'


def _error(report: ProgramReport) -> Iterator[str]:
    if report.error is not None:
        kind, message = report.error.kind, report.error.message
        yield (
            f'  <testcase name="load" classname={quoteattr(report.path or "")}>'
            f"<error type={quoteattr(kind)} message={quoteattr(message)}/></testcase>"
        )


def _case(report: ProgramReport, row: LawRow) -> str:
    name = row.law if row.node is None else f"{row.law} at {row.node}"
    head = f"  <testcase name={quoteattr(name)} classname={quoteattr(report.path or '')}"
    if row.outcome == "proved":
        return f"{head}/>"
    tag = "failure" if row.outcome == "refuted" else "error"
    message = (row.message or row.outcome).splitlines()[0]
    return f"{head}><{tag} type={quoteattr(row.law)} message={quoteattr(message)}>{_detail(row)}</{tag}></testcase>"


def _detail(row: LawRow) -> str:
    lines = [row.message or row.outcome]
    if row.witness is not None:
        lines.append("witness: " + (", ".join(f"{name} = {value}" for name, value in row.witness) or "any sizes"))
    return escape("\n".join(lines))
