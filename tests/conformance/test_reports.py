"""The reports of a run: what each says, and that a report that was cut off is none."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from refimpl.conformance.case import Case
from refimpl.conformance.errors import FormatError
from refimpl.conformance.outcome import Broke, Declined, Outcome, Raised, Rejection
from refimpl.conformance.reference import Reference
from refimpl.conformance.reports import FILES, badge_numbers, json_lines, read_report, write_reports
from refimpl.conformance.runner import ConformanceRun, conform
from refimpl.conformance.serving import ask
from refimpl.conformance.waivers import Waiver
from refimpl.solver import make_solver
from tests.conformance.planted import SET, answering
from tests.conformance.validation import CONFORMANCE, is_valid

FAILS, BREAKS = "constant-defines-the-old-symbol", "path-to-a-size"
WAIVED, DECLINES = "one-value-under-two-names-equates-them", "a-size-is-added-to"
WAIVER = Waiver(f"rebinding/{WAIVED}", "planted", "it is known", "2026-01-02", "one_value_for_two_names")


def _answer(case: Case) -> Outcome:
    match case.id:
        case "constant-defines-the-old-symbol" | "one-value-under-two-names-equates-them":
            return Raised(Rejection("refused", "should <have> been | constant\x00", case.id))
        case "path-to-a-size":
            return Broke('"no" & <never>')
        case "a-size-is-added-to":
            return Declined("propagation", "not yet")
        case _:
            return ask(Reference(), case.input)


@pytest.fixture(scope="module")
def run() -> ConformanceRun:
    """One of each verdict but unknown."""
    opened = answering(_answer, Reference().features - {"propagation"})
    return conform(SET.vectors, opened, make_solver(), deadline=60.0, waivers=(WAIVER,))


def test_the_run_has_what_the_reports_are_to_say(run: ConformanceRun) -> None:
    propagations = sum(vector.case.chapter == "propagation" for vector in SET.vectors)
    passed = len(SET.vectors) - propagations - 3
    assert {v: run.count(v) for v in ("pass", "fail", "broke", "waived", "declined", "unknown")} == {
        "pass": passed, "fail": 1, "broke": 1, "waived": 1, "declined": propagations, "unknown": 0
    }  # fmt: skip
    assert badge_numbers(run) == (passed, 2, 0, 1 + propagations)


def test_every_report_is_written(run: ConformanceRun, tmp_path: Path) -> None:
    write_reports(run, tmp_path / "new" / "folder", vectors_hash=SET.hash)
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(FILES)


def test_the_lines_have_a_header_a_line_a_vector_and_a_footer(run: ConformanceRun) -> None:
    text = json_lines(run, SET.hash)
    header = json.loads(text.splitlines()[0])
    assert (header["schema"], header["subject"], header["vectors"]) == ("refimpl.conformance/1", "planted", SET.hash)
    footer, rows = read_report(text)
    assert footer["exit_code"] == "4"
    assert [row["id"] for row in rows] == [vector.case.id for vector in SET.vectors]


def test_each_line_is_one_of_the_published_schema(run: ConformanceRun) -> None:
    lines = [json.loads(line) for line in json_lines(run, SET.hash).splitlines()]
    assert [line for line in lines if not is_valid(CONFORMANCE, line)] == []
    for line in (lines[0], next(line for line in lines if line.get("verdict") == "fail"), lines[-1]):
        for spoilt in ({**line, "more": "x"}, {key: value for key, value in line.items() if key != "kind"}):
            assert not is_valid(CONFORMANCE, spoilt)


def test_a_failure_says_clause_input_got_want_place_and_command(run: ConformanceRun) -> None:
    _, rows = read_report(json_lines(run, SET.hash))
    row = next(row for row in rows if row["id"] == FAILS)
    assert row["clauses"] == ["REB-01"]
    assert row["where"] == f"node {FAILS}"
    assert shlex.split(str(row["again"])) == [
        "refimpl", "conform", "--subject", "planted", "--filter", f"rebinding/{FAILS}"
    ]  # fmt: skip
    assert row["want"] == {"outcome": "returned", "result": {"environment": {"replacements": {"u0": "3"}}}}
    assert isinstance(row["got"], dict)
    assert row["got"]["kind"] == "refused"
    assert isinstance(row["input"], dict)
    assert row["input"]["value"] == {"int": "3"}


def test_a_report_that_was_cut_off_is_none(run: ConformanceRun) -> None:
    lines = json_lines(run, SET.hash).splitlines()
    cut: dict[str, list[str]] = {
        "there is no footer": lines[:-1],
        "does not begin with the header": lines[1:],
        "but there are": [lines[0], *lines[2:]],
        "no valid JSON": [*lines[:3], lines[3][:20], *lines[4:]],
    }
    for complaint, kept in cut.items():
        with pytest.raises(FormatError, match=complaint):
            read_report("\n".join(kept))
    with pytest.raises(FormatError, match="does not begin with the header"):
        read_report("")


def test_junit_counts_what_happened_and_is_well_formed(run: ConformanceRun, tmp_path: Path) -> None:
    write_reports(run, tmp_path, vectors_hash=SET.hash)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert suite.attrib["tests"] == str(len(SET.vectors)) == str(len(suite.findall("testcase")))
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "should <have> been | constant?" in failure.attrib["message"]


def test_markdown_and_badges_say_the_numbers(run: ConformanceRun, tmp_path: Path) -> None:
    write_reports(run, tmp_path, vectors_hash=SET.hash)
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| fail | rebinding/constant-defines-the-old-symbol | REB-01 |" in page
    assert "&lt;have> been \\| constant" in page
    passed, failed, unknown, excused = badge_numbers(run)
    message = f"{passed} pass, {failed} fail, {unknown} unknown, {excused} excused"
    assert json.loads((tmp_path / "badge.json").read_text(encoding="utf-8"))["message"] == message
    svg = ElementTree.parse(tmp_path / "badge.svg").getroot()
    assert svg.attrib["aria-label"] == f"conform/1: {message}"
