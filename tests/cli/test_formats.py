"""The formats of ``check`` beside text and JSON: each has its published structure and says what the report says."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from refimpl.cli.html import report_html
from refimpl.cli.junit import report_junit
from refimpl.cli.sarif import report_sarif
from refimpl.laws import LawRow, ProgramReport, ReportError
from refimpl.solver import solve_text
from tests.cli.test_commands import REAL, refimpl
from tests.variants.archive_json import read, write
from tests.variants.variants import asserts, without_asserts

HERE = Path(__file__).parent
# What an attacker may choose: names of files, nodes and symbols.
NASTY = "a<b>&\"'\u0000\x1b é\u2028]]>-->"
WITNESS = (("s0", "7"), (NASTY, "3"))
REPORTS = (
    ProgramReport("a.pt2", "equivalent", relation="equivalent", nodes=3, laws=(LawRow("EQUIV", "proved", 2, "z3"),)),
    ProgramReport(
        f"dir/{NASTY}.pt2",
        "broken",
        relation="weakened",
        nodes=1,
        unbacked=1,
        laws=(
            LawRow("EQUIV", "refuted", 4, "z3", ("op",), NASTY, f"lost {NASTY}\nsecond line", WITNESS),
            LawRow("VALUE", "undecided", 1, None, (), "cond/true_graph_0/gt", "z3 gave up"),
            LawRow("DOM", "refuted", 1, None, (), None, "no node"),
        ),
    ),
    ProgramReport("bad.pt2", "error", error=ReportError("archive", f"bad.pt2: {NASTY}")),
)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A real archive without its asserts."""
    original = REAL / "real" / "item_bounds.pt2"
    model = read(original)
    return write(without_asserts(model, *asserts(model)), original, tmp_path / "broken.pt2")


# The elements of JUnit's report format (the XSD of Jenkins' xUnit plugin): attributes, then children.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "disabled", "errors"}, {"testsuite"}),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name", "assertions", "time", "classname", "status"}, {"skipped", "error", "failure"}),
    "failure": ({"type", "message"}, set[str]()),
    "error": ({"type", "message"}, set[str]()),
}


def _junit(text: str) -> ElementTree.Element:
    """The parsed report, which must have JUnit's structure; its counts must be those of its elements."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
        if element.tag == "testcase":
            assert element.get("name")
        if element.tag in ("testsuite", "testsuites"):
            for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
                assert int(element.get(attribute, "")) == sum(1 for _ in element.iter(tag))
    return root


def test_junit_has_a_suite_for_each_program_and_a_case_for_each_row() -> None:
    root = _junit(report_junit(REPORTS))
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in root] == [
        ("1", "0", "0"), ("3", "2", "1"), ("1", "0", "1"),
    ]  # fmt: skip
    failure = next(root.iter("failure"))
    assert failure.get("type") == "EQUIV"
    assert failure.get("message", "").startswith("lost a<b>&\"'\ufffd\ufffd")
    assert "second line" in (failure.text or "")
    assert "witness: s0 = 7" in (failure.text or "")


def test_the_structure_of_junit_is_looked_at() -> None:
    with pytest.raises((AssertionError, KeyError)):
        _junit('<testsuites tests="0" failures="0" errors="0"><test/></testsuites>')
    with pytest.raises(AssertionError):
        _junit('<testsuites tests="1" failures="0" errors="0"></testsuites>')


def test_sarif_has_the_published_structure() -> None:
    schema = json.loads((HERE / "sarif-2.1.0-subset.json").read_text(encoding="utf-8"))
    log = json.loads(report_sarif(REPORTS))
    jsonschema.validate(log, schema)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
        ("EQUIV", "fail", "error"), ("DOM", "fail", "error"), ("VALUE", "open", "none"),
    ]  # fmt: skip
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert run["results"][0]["properties"]["witness"] == dict(WITNESS)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert NASTY in invocation["toolExecutionNotifications"][0]["message"]["text"]
    wrong = json.loads(report_sarif(REPORTS).replace('"kind": "open"', '"kind": "unknown"'))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


class _Page(HTMLParser):
    """Collects the elements and the text of a page, and whether every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_html_is_one_page_that_needs_no_other_file_and_runs_nothing() -> None:
    page = _Page()
    text = report_html(REPORTS)
    page.feed(text)
    assert page.open == []
    assert {tag for tag, _ in page.seen}.isdisjoint({"script", "link", "img", "iframe", "b"})
    assert not [value for _, attributes in page.seen for name, value in attributes.items() if name in ("src", "href")]
    assert "url(" not in text
    words = " ".join(page.words)
    assert "lost a<b>&" in words
    assert "s0 = 7" in words
    # What is wrong stands first.
    assert words.index("broken (weakened)") < words.index("a.pt2")


def test_smt2_is_read_by_a_solver_which_answers_what_is_claimed(broken: Path) -> None:
    statuses: list[str] = []
    for archive in (REAL / "datadep" / "item_int.pt2", REAL / "datadep" / "view_u.pt2", broken):
        done = refimpl("check", "--format", "smt2", archive)
        assert done.returncode == int(archive == broken)
        head, *problems = done.stdout.split("(reset)\n")
        assert head.startswith("; ")
        for problem in problems:
            status = re.search(r"^\(set-info :status (\w+)\)$", problem, re.M)
            assert status is not None
            statuses.append(status[1])
            if status[1] != "unknown":
                assert solve_text("z3", problem, budget=2_000_000).status == status[1]
    assert statuses.count("unsat") > 20
    assert "sat" in statuses


@pytest.mark.parametrize("style", ["junit", "sarif", "html", "smt2"])
def test_the_same_input_gives_the_same_bytes(style: str, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("check", "--format", style, REAL / "datadep" / "item_int.pt2", broken, REAL / "exportdb")
    outputs: set[str] = set()
    for seed, jobs in (("1", "1"), ("2", "2")):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        outputs.add(refimpl(*arguments, "--jobs", jobs).stdout)
    assert len(outputs) == 1


def test_reproving_asks_the_solver_what_normal_form_settles() -> None:
    archive = REAL / "datadep" / "item_int.pt2"
    plain, again = (
        json.loads(refimpl("check", "--format", "json", *more, archive).stdout)["programs"][0]["laws"]
        for more in ((), ("--reprove",))
    )
    assert {row["by"] for row in plain} == {"normal-form", "replay"}
    assert {row["law"] for row in again if row["by"] == "z3"} == {"EQUIV", "LINK", "EMIT"}
    assert [(r["law"], r["outcome"], r["obligations"]) for r in plain] == [
        (r["law"], r["outcome"], r["obligations"]) for r in again
    ]
