"""Reports of a run: JSON lines, JUnit, markdown, a badge, and the text of a failure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from refimpl.conformance.case import CHAPTERS
from refimpl.conformance.cursor import Json, parse
from refimpl.conformance.differences import Differs, shown_witness
from refimpl.conformance.errors import FormatError
from refimpl.conformance.judge import VERDICTS, Judgement, Verdict
from refimpl.conformance.runner import ConformanceRun, Row
from refimpl.conformance.store import path_of
from refimpl.conformance.vector import OneOf
from refimpl.conformance.wire_cases import write_input
from refimpl.conformance.wire_outcomes import write_outcome
from refimpl.laws.step_law import StepFinding

__all__ = ["FILES", "badge_numbers", "command_for", "json_lines", "law_lines", "read_report", "write_reports"]

SCHEMA: Final = "refimpl.conformance/1"
FILES: Final = ("report.jsonl", "junit.xml", "report.md", "badge.svg", "badge.json")
TROUBLE: Final[tuple[Verdict, ...]] = ("broke", "fail", "unknown", "waived")


def write_reports(run: ConformanceRun, folder: Path, *, vectors_hash: str) -> None:
    """Write every report into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = (json_lines(run, vectors_hash), _junit(run), _markdown(run), _svg(run), _shield(run))
    for name, text in zip(FILES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def command_for(run: ConformanceRun, row: Row) -> str:
    """The command that asks this one vector again."""
    import shlex

    return shlex.join(("refimpl", "conform", "--subject", run.subject, "--filter", path_of(row.vector), *run.options))


def _line(record: Mapping[str, Json]) -> str:
    return json.dumps(record, ensure_ascii=True) + "\n"


def json_lines(run: ConformanceRun, vectors_hash: str) -> str:
    """A header, one line a vector, and a footer; a report without footer is no report."""
    header: dict[str, Json] = {
        "kind": "header",
        "schema": SCHEMA,
        "subject": run.subject,
        "name": run.started.name,
        "version": run.started.version,
        "features": sorted(run.started.features),
        "vectors": vectors_hash,
    }
    footer: dict[str, Json] = {
        "kind": "footer",
        "counts": _counts(run),
        "stale_waivers": list(run.stale),
        "problems": list(run.problems),
        "exit_code": str(run.exit_code),
    }
    return "".join([_line(header), *[_line(_row(run, row)) for row in run.rows], _line(footer)])


def _counts(run: ConformanceRun) -> dict[str, Json]:
    return {verdict: str(run.count(verdict)) for verdict in VERDICTS}


def _row(run: ConformanceRun, row: Row) -> dict[str, Json]:
    vector, judgement = row.vector, row.judgement
    written: dict[str, Json] = {
        "kind": "vector",
        "id": vector.case.id,
        "chapter": vector.case.chapter,
        "clauses": list(vector.clauses),
        "verdict": judgement.verdict,
        "how": judgement.how,
        "message": judgement.message,
    }
    if judgement.verdict in TROUBLE:
        difference = judgement.difference
        if difference is not None:
            written["where"] = difference.where
            written["witness"] = dict(difference.witness) if isinstance(difference, Differs) else {}
        if judgement.laws:
            written["laws"] = [_law(finding) for finding in judgement.laws]
        written |= {"again": command_for(run, row), **shown(row)}
    return written


def _law(finding: StepFinding) -> dict[str, Json]:
    return {
        "law": finding.law,
        "outcome": finding.outcome,
        "node": finding.node,
        "message": finding.message,
        "witness": None if finding.witness is None else dict(shown_witness(finding.witness)),
        "fix": finding.fix,
    }


def law_lines(judgement: Judgement) -> list[str]:
    """A sentence for each law that an outcome breaks or leaves open, with the numbers that replay it."""
    lines: list[str] = []
    for law, count in Counter(finding.law for finding in judgement.laws).items():
        finding = next(each for each in judgement.laws if each.law == law)
        witness = ", ".join(f"{name} = {value}" for name, value in shown_witness(finding.witness or {}).items())
        numbers = f" ({witness})" if witness else ""
        more = f" (and {count - 1} more)" if count > 1 else ""
        open_question = "" if law in judgement.broken else " is open"
        lines.append(f"{law}{open_question} at {finding.node}: {finding.message}{numbers}; {finding.fix}{more}")
    return lines


def shown(row: Row) -> dict[str, Json]:
    """The input of a vector, the answer and what was expected, as JSON."""
    case = row.vector.case
    wanted = [write_outcome(each.outcome, case.symbols) for each in row.vector.expect]
    return {
        "input": write_input(case.symbols, case.input),
        "got": write_outcome(row.outcome, case.symbols),
        "want": wanted if isinstance(row.vector.level, OneOf) else wanted[0],
    }


def read_report(text: str, file: str = "report.jsonl") -> tuple[Mapping[str, Json], list[Mapping[str, Json]]]:
    """The footer and the lines of the vectors. Raises FormatError for a report that was cut off."""
    lines = [_record(parse(line, f"{file}:{number}").json()) for number, line in enumerate(text.splitlines(), 1)]
    if not lines or lines[0].get("kind") != "header" or lines[0].get("schema") != SCHEMA:
        raise FormatError(file, "", f"it does not begin with the header of {SCHEMA}")
    if lines[-1].get("kind") != "footer":
        raise FormatError(file, "", "it was cut off: there is no footer")
    rows = lines[1:-1]
    counts = lines[-1].get("counts")
    total = sum(int(str(count)) for count in counts.values()) if isinstance(counts, Mapping) else -1
    if total != len(rows):
        raise FormatError(file, "counts", f"they add up to {total}, but there are {len(rows)} vectors")
    return lines[-1], rows


def _record(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _junit(run: ConformanceRun) -> str:
    failures, errors = run.count("fail") + len(run.stale), run.count("broke") + len(run.problems)
    skipped = run.count("declined") + run.count("waived") + run.count("unknown")
    total = len(run.rows) + len(run.stale) + len(run.problems)
    name = quoteattr(f"conform/1 of {run.started.name}")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuite name={name} tests="{total}" failures="{failures}" errors="{errors}" skipped="{skipped}">',
    ]
    tags: dict[Verdict, str] = {
        "fail": "failure", "broke": "error", "declined": "skipped", "waived": "skipped", "unknown": "skipped"
    }  # fmt: skip
    for row in run.rows:
        vector, judgement = row.vector, row.judgement
        start = f'  <testcase classname="{vector.case.chapter}" name="{vector.case.id}"'
        tag = tags.get(judgement.verdict)
        if tag is None:
            lines.append(f"{start}/>")
        else:
            message = _clean(f"{judgement.verdict}: {judgement.message}")
            inner = escape(_clean("\n".join([*law_lines(judgement), command_for(run, row)])))
            lines.append(f"{start}><{tag} message={quoteattr(message)}>{inner}</{tag}></testcase>")
    for tag, sentences in (("failure", run.stale), ("error", run.problems)):
        for sentence in sentences:
            message = quoteattr(_clean(sentence))
            lines.append(f'  <testcase classname="run" name={message}><{tag} message={message}/></testcase>')
    return "\n".join([*lines, "</testsuite>", ""])


def _clean(text: str) -> str:
    """Without the control characters that XML does not have."""
    return "".join(char if char >= " " or char in "\t\n" else "?" for char in text)


def _markdown(run: ConformanceRun) -> str:
    head = " | ".join(verdict for verdict in reversed(VERDICTS))
    lines = [f"# {run.started.name} {run.started.version}", "", f"| chapter | {head} |", "|---" * 7 + "|"]
    for chapter in CHAPTERS:
        rows = [row for row in run.rows if row.vector.case.chapter == chapter]
        if rows:
            counts = [sum(r.judgement.verdict == verdict for r in rows) for verdict in reversed(VERDICTS)]
            lines.append(f"| {chapter} | " + " | ".join(map(str, counts)) + " |")
    trouble = [row for verdict in VERDICTS for row in run.rows if row.judgement.verdict == verdict in TROUBLE]
    if trouble or run.stale or run.problems:
        lines += ["", "| verdict | vector | clauses | what |", "|---|---|---|---|"]
        for row in trouble:
            cells = (row.judgement.verdict, path_of(row.vector), ", ".join(row.vector.clauses), row.judgement.message)
            lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
        lines += [f"| fail | (waiver) | | {_cell(sentence)} |" for sentence in run.stale]
        lines += [f"| broke | (subject) | | {_cell(sentence)} |" for sentence in run.problems]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def badge_numbers(run: ConformanceRun) -> tuple[int, int, int, int]:
    """Passed, failed or broken, unknown, and excused (waived or declined)."""
    failed = run.count("fail") + run.count("broke") + len(run.stale) + len(run.problems)
    return run.count("pass"), failed, run.count("unknown"), run.count("waived") + run.count("declined")


def _badge(run: ConformanceRun) -> tuple[str, str]:
    passed, failed, unknown, excused = badge_numbers(run)
    color = "#c0392b" if failed else "#b8860b" if unknown or not passed else "#2e8b57"
    return f"{passed} pass, {failed} fail, {unknown} unknown, {excused} excused", color


def _shield(run: ConformanceRun) -> str:
    message, color = _badge(run)
    shield = {"label": "conform/1", "message": message, "color": color}
    return json.dumps({"schemaVersion": 1, **shield}, indent=1) + "\n"


def _svg(run: ConformanceRun) -> str:
    message, color = _badge(run)
    left, right = 70, 12 + 6 * len(message)
    text = 'font-family="Verdana,sans-serif" font-size="11" fill="#fff"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="conform/1: {message}">\n'
        f'  <rect width="{left}" height="20" fill="#555"/>\n'
        f'  <rect x="{left}" width="{right}" height="20" fill="{color}"/>\n'
        f'  <text x="6" y="14" {text}>conform/1</text>\n'
        f'  <text x="{left + 6}" y="14" {text}>{message}</text>\n'
        "</svg>\n"
    )
