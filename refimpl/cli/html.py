"""The report as one HTML page that needs no other file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.metadata import version
from typing import Final

from refimpl.laws import LawRow, ProgramReport
from refimpl.laws.report import Verdict

__all__ = ["report_html"]

_VERDICTS: Final[tuple[Verdict, ...]] = ("broken", "unknown", "error", "equivalent")
_STYLE: Final = """\
:root{color-scheme:light dark;--broken:#c62828;--unknown:#b26a00;--error:#8e24aa;--equivalent:#2e7d32}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
summary{cursor:pointer;padding:.25rem 0}
.broken,.refuted{color:var(--broken)}.unknown,.undecided{color:var(--unknown)}
.error{color:var(--error)}.equivalent,.proved{color:var(--equivalent)}
"""


def report_html(reports: tuple[ProgramReport, ...]) -> str:
    """The page: how many of each verdict, then each program, open if there is something to read about it."""
    counts = Counter(report.verdict for report in reports)
    parts = [f'<span class="{v}">{counts[v]} {v}</span>' for v in _VERDICTS if counts[v]]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><title>refimpl check</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>\n{_STYLE}</style></head>",
        "<body>",
        "<h1>refimpl check</h1>",
        f"<p>{len(reports)} programs: {', '.join(parts) or 'none'} (refimpl {escape(version('refimpl'))})</p>",
    ]
    for verdict in _VERDICTS:
        for report in reports:
            if report.verdict == verdict:
                lines.extend(_program(report))
    return "\n".join([*lines, "</body>", "</html>"]) + "\n"


def _program(report: ProgramReport) -> Iterator[str]:
    state = "" if report.verdict == "equivalent" else " open"
    word = report.verdict
    relation = "" if word != "broken" or report.relation in (None, "equivalent") else f" ({report.relation})"
    yield f'<details{state}><summary><strong class="{word}">{word}{relation}</strong> {_code(report.path or "")}'
    yield f" {escape(_extent(report))}</summary>" if report.error is None else "</summary>"
    if report.error is not None:
        yield f"<p>{escape(report.error.message)}</p></details>"
        return
    yield from _table(("law", "outcome", "obligations", "by", "node", "what"), map(_law, report.laws))
    enforced = [(_code(row.node), _code(row.requirement), _code(row.example or "")) for row in report.unrecorded]
    yield from _titled("Enforced by an operator alone, recorded nowhere", ("node", "requirement", "fails at"), enforced)
    taken = [(_code(row.node), _code(row.guard), _code(row.hint or "")) for row in report.specializations]
    yield from _titled("Layout decisions taken from the hints", ("node", "guard", "hints"), taken)
    bound = [(_code(row.node), _code(row.symbol), _code(row.path), _code(row.term)) for row in report.bindings]
    yield from _titled("Bindings", ("node", "symbol", "path", "term"), bound)
    lists = (("Assumed", report.assumed), ("Unused ranges", report.unused), ("Unread guards", report.unread_guards))
    for title, names in lists:
        if names:
            yield f"<p>{title}: {', '.join(map(_code, names))}</p>"
    yield "</details>"


def _extent(report: ProgramReport) -> str:
    nodes = f"{report.nodes} nodes"
    return f"{nodes}, nothing to rebind" if report.nothing_to_rebind else f"{nodes}, {report.unbacked} unbacked symbols"


def _law(row: LawRow) -> tuple[str, ...]:
    what = escape(row.message or "").replace("\n", "<br>")
    if row.witness is not None:
        sizes = ", ".join(f"{name} = {value}" for name, value in row.witness) or "any sizes"
        what += f"<br>witness: {_code(sizes)}"
    if row.under:
        what += f"<br>under the assumed result of {', '.join(map(_code, row.under))}"
    outcome = f'<span class="{row.outcome}">{row.outcome}</span>'
    return row.law, outcome, str(row.obligations), escape(row.by or ""), _code(row.node or ""), what


def _titled(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"<h2>{title}</h2>"
        yield from _table(header, rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "<table><thead><tr>" + "".join(f"<th>{cell}</th>" for cell in header) + "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
    yield "</tbody></table>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""
