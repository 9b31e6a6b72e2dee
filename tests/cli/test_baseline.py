"""``check --baseline``: what an earlier report knows does not fail, what vanished is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import REAL, refimpl
from tests.variants.archive_json import read, write
from tests.variants.variants import asserts, without_asserts

INTACT = REAL / "real" / "item_bounds.pt2"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """An archive whose asserts are gone."""
    model = read(INTACT)
    return write(without_asserts(model, *asserts(model)), INTACT, tmp_path / "program.pt2")


def _report(path: Path, *archives: Path) -> Path:
    refimpl("check", "--format", "json", "--output", path, *archives)
    return path


def test_known_findings_do_not_fail(broken: Path, tmp_path: Path) -> None:
    baseline = _report(tmp_path / "before.json", broken)
    done = refimpl("check", "--baseline", baseline, broken)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("broken")


def test_new_findings_fail_and_are_named(broken: Path, tmp_path: Path) -> None:
    model = read(INTACT)
    first, *_ = asserts(model)
    write(without_asserts(model, first), INTACT, broken)
    baseline = _report(tmp_path / "before.json", broken)
    known = sum(row["outcome"] == "refuted" for row in json.loads(baseline.read_text())["programs"][0]["laws"])
    write(without_asserts(model, *asserts(model)), INTACT, broken)
    done = refimpl("check", "--baseline", baseline, broken)
    assert done.returncode == 1
    assert f"new since the baseline: {broken}: EQUIV at" in done.stderr
    assert known > 0


def test_what_vanished_is_said_and_other_archives_are_left_out(broken: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.pt2"
    elsewhere.write_bytes(broken.read_bytes())
    baseline = _report(tmp_path / "before.json", broken, elsewhere)
    broken.write_bytes(INTACT.read_bytes())
    done = refimpl("check", "--baseline", baseline, broken)
    assert done.returncode == 0
    assert done.stderr.startswith(f"vanished since the baseline: {broken}: EQUIV at")
    assert str(elsewhere) not in done.stderr


def test_an_empty_baseline_knows_nothing(broken: Path, tmp_path: Path) -> None:
    baseline = _report(tmp_path / "before.json", INTACT)
    assert refimpl("check", "--baseline", baseline, broken).returncode == 1


def test_bad_input_is_no_finding(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt2"
    bad.write_bytes(b"no zip")
    baseline = _report(tmp_path / "before.json", bad)
    assert refimpl("check", "--baseline", baseline, bad).returncode == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no report of the schema refimpl.report/1"),
        ('{"schema": "other/1"}', "is no report of the schema refimpl.report/1"),
    ],
    ids=["cut off", "deep", "no object", "another schema"],
)
def test_a_file_that_is_no_report_is_refused_in_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    baseline = tmp_path / "before.json"
    baseline.write_text(text)
    done = refimpl("check", "--baseline", baseline, INTACT)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"Error: {baseline}: {words}\n")
