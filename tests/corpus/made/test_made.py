"""Each made archive gets the verdict that arithmetic gives, and each witness is a run at which one side fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import LawRow, ProgramReport, check
from tests.corpus.made.case import Case
from tests.corpus.made.registry import ARCHIVES, CASES, KEPT
from tests.oracle.brute import Record, enumerated
from tests.variants.archive_json import read

HINTS = {"s0": 8, "s1": 5}


def _saved(case: Case, folder: Path) -> Path:
    path = folder / "made.pt2"
    case.program.save(path)
    return path


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_expected_one(name: str, tmp_path: Path) -> None:
    case = CASES[name]()
    path = _saved(case, tmp_path)
    report = check(load(path))
    assert (report.verdict, report.conditional) == (case.verdict, case.conditional)
    assert case.relation in (None, report.relation)
    assert case.laws <= {row.law for row in report.refuted}
    if case.verdict != "unknown":
        assert not report.undecided or report.refuted
    _check_witnesses(report, case, path)


def _check_witnesses(report: ProgramReport, case: Case, path: Path) -> None:
    """By plain arithmetic: the run is possible, and what is recorded and what is required differ on it."""
    box = case.box
    if box is None or case.relation is None:
        return
    record = Record(read(path))
    for row in report.refuted:
        valuation = {**dict.fromkeys(box.values, 0), **HINTS, **_numbers(row, box.values)}
        if row.law not in ("EQUIV", "LINK") or not _numbers(row, box.values).keys() >= _unbacked(box.values):
            continue
        before, after = record.before(valuation, box), box.requires(valuation)
        assert box.runs(valuation)
        assert record.contract(valuation)
        assert before != after
        if row.law == "LINK" or case.relation in ("weakened", "strengthened"):
            assert after == (case.relation != "strengthened")


def _unbacked(values: Mapping[str, range]) -> set[str]:
    return {name for name in values if not name.startswith("s")}


def _numbers(row: LawRow, values: Mapping[str, range]) -> dict[str, int]:
    """The witness; an opaque predicate of a branch has the name that the box gives it, in order."""
    assert row.witness is not None
    truth = {"true": 1, "false": 0}
    found = {name: truth[text] if text in truth else int(text) for name, text in row.witness}
    opaque = [name for name in sorted(found) if name not in values and not name.startswith(("u", "s"))]
    wanted = [name for name in ("p", "q") if name in values]
    renamed = dict(zip(opaque, wanted, strict=False))
    return {renamed.get(name, name): value for name, value in found.items()}


@pytest.mark.parametrize("name", [name for name, make in CASES.items() if make().box is not None])
def test_enumeration_finds_the_same(name: str, tmp_path: Path) -> None:
    case = CASES[name]()
    assert case.box is not None
    relation, same = enumerated(read(_saved(case, tmp_path)), case.box)
    assert relation == ("inconsistent" if case.relation is None else case.relation)
    assert (case.verdict == "equivalent") == (relation == "equivalent" and same)


def test_half_of_them_are_right() -> None:
    verdicts = Counter(make().verdict for make in CASES.values())
    assert len(CASES) >= 200
    assert min(verdicts["equivalent"], verdicts["broken"]) >= 90
    assert verdicts["unknown"] >= 1
    assert sum(make().box is not None for make in CASES.values()) >= 120


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_copy_is_what_is_made(name: str) -> None:
    assert (ARCHIVES / f"{name.partition('/')[2]}.pt2").read_bytes() == CASES[name]().program.to_bytes()


def test_no_other_copy_is_kept() -> None:
    assert {path.stem for path in ARCHIVES.iterdir()} == {name.partition("/")[2] for name in KEPT}


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("asserts/", "masks/"))][::3])
def test_another_solver_agrees(name: str, tmp_path: Path) -> None:
    case = CASES[name]()
    report = check(load(_saved(case, tmp_path)), solver="both")
    assert report.verdict == case.verdict
