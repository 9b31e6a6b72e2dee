"""Each clause has a fault of its own, which no check of another clause notices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from specs.clauses import Clause
from tests.mutants.catalogue import by_id
from tests.mutants.mutant import Mutant
from tests.mutants.only.clauses import Cited, all_of_the_specification, cited_clauses, digest
from tests.mutants.only.foreign import Order, first_foreign, foreign, noticed_elsewhere
from tests.mutants.only.looked import Look, look, look_at, read_looked
from tests.mutants.only.probes import Probes
from tests.mutants.only.record import Own, gaps, read_own, write_own
from tests.mutants.run_check import check_at

OWN: Final = read_own()
SAMPLE: Final = 12
"""How many recorded claims are tried again in every run, with the checks that are recorded as near."""
PARTS: Final = 16
"""In so many parts all claims are tried again, so that several processes share them."""

SITE: Final = "refimpl.fx.interpreter:Interpreter.run"
FAULT: Final = Mutant("fault", "It.", SITE, "a", "b", ("x.py::test_own",))
CITED: Final = Cited(Clause("XXX-01", "Something holds.", SITE, "fault"), frozenset({"x.py::test_own"}))
OTHER: Final = Cited(Clause("XXX-02", "More holds.", SITE, "else"), frozenset({"x.py::test_other"}))
CLAUSES: Final = MappingProxyType({"XXX-01": CITED, "XXX-02": OTHER})
OTHER_FAULT: Final = Mutant("else", "It.", SITE, "b", "c", ("x.py::test_other",))
FAULTS: Final = MappingProxyType({"fault": FAULT, "else": OTHER_FAULT})
GOOD: Final = Own("XXX-01", "fault", digest(FAULT), 1, ("x.py::test_other",))
ALSO: Final = Own("XXX-02", "else", digest(OTHER_FAULT), 0, ())


def test_every_clause_has_a_fault_of_its_own() -> None:
    assert gaps(cited_clauses(), by_id(), OWN) == [], "python -m tests.mutants.only, then with --write"


def test_a_record_of_every_clause_has_no_gap() -> None:
    assert gaps(CLAUSES, FAULTS, [GOOD, ALSO]) == []


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([ALSO], "XXX-01 has no fault of its own"),
        ([GOOD, GOOD, ALSO], "XXX-01 is recorded twice"),
        ([GOOD, replace(GOOD, clause="XXX-03")], "XXX-03 is no clause"),
        ([replace(GOOD, fault="old"), ALSO], "XXX-01 names the fault fault, and old was tried"),
        ([replace(GOOD, digest="0"), ALSO], "XXX-01: the fault fault was edited since it was tried"),
        ([replace(GOOD, near=("x.py::test_own",)), ALSO], "XXX-01: its own check is recorded as one that passes"),
    ],
)
def test_a_gap_of_the_record_is_noticed(own: list[Own], expected: str) -> None:
    assert expected in gaps(CLAUSES, FAULTS, own)


def test_a_fault_that_a_check_of_another_clause_is_to_notice_is_a_gap() -> None:
    faults = {**FAULTS, "fault": replace(FAULT, killers=("x.py::test_own", "x.py::test_other"))}
    expected = "XXX-01: x.py::test_other, which does not cite it, is to notice fault"
    assert gaps(CLAUSES, faults, [GOOD, ALSO]) == [expected]


def test_the_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_own([GOOD], tmp_path / "own.jsonl")
    assert read_own(tmp_path / "own.jsonl") == (GOOD,)


SAMPLED: Final = [row for row in OWN if row.near][:: max(1, sum(bool(row.near) for row in OWN) // SAMPLE)]


@pytest.mark.parametrize("row", SAMPLED, ids=lambda row: row.clause)
def test_no_near_check_of_another_clause_notices_the_fault(row: Own) -> None:
    fault = by_id()[row.fault]
    for check in row.near:
        check_at(check)
    found = first_foreign(fault, [(check, 1.0) for check in row.near], 60)
    assert (found.by, found.how, found.complete) == (None, None, True)


def test_a_fault_changes_the_run_of_a_check_that_notices_it_and_of_no_other() -> None:
    fault = by_id()[SAMPLED[0].fault]
    probes = Probes([fault])
    assert look_at(fault.killers[0], probes).changed == {fault.id}
    assert look_at("specs/words.py::test_what_is_the_callers", probes).changed == set()


def test_a_check_of_another_clause_that_notices_the_fault_is_found() -> None:
    row = OWN[0]
    own = cited_clauses()[row.clause].own & set(by_id()[row.fault].killers)
    checks = [(check, 1.0) for check in (*row.near, *sorted(own))]
    assert first_foreign(by_id()[row.fault], checks, 60).by in own


def test_only_checks_of_other_clauses_whose_run_it_changes_are_asked() -> None:
    looked = {
        "x.py::test_own": Look(1.0, frozenset({"fault"})),
        "x.py::test_other": Look(2.0, frozenset({"fault", "else"})),
        "x.py::test_third": Look(3.0, frozenset({"else"})),
    }
    assert foreign(CITED, FAULT, looked) == [("x.py::test_other", 2.0)]


def test_a_check_is_looked_at_once_for_each_text(tmp_path: Path) -> None:
    fault = by_id()[SAMPLED[0].fault]
    check = fault.killers[0]
    look(tmp_path, [check], [fault])
    (file,) = tmp_path.iterdir()
    before = file.read_text(encoding="utf-8")
    look(tmp_path, [check], [fault])
    assert file.read_text(encoding="utf-8") == before
    assert read_looked(tmp_path)[check].changed == {fault.id}


def test_what_noticed_faults_of_the_function_is_asked_first() -> None:
    order = Order()
    order.learn(SITE, "b")
    assert order.of(SITE, [("a", 1.0), ("b", 1.0), ("c", 0.1)]) == [("b", 1.0), ("c", 0.1), ("a", 1.0)]


def test_a_claim_that_is_wrong_is_noticed() -> None:
    row = SAMPLED[0]
    fault, about = by_id()[row.fault], cited_clauses()[row.clause]
    claims = {row.clause: (replace(about, own=frozenset[str]()), fault)}
    assert list(noticed_elsewhere(fault.killers[:1], claims)) == [
        f"{row.clause}: {fault.killers[0]} notices {fault.id}"
    ]
    assert list(noticed_elsewhere(row.near[:1], claims)) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_check_of_another_clause_notices_a_fault(part: int) -> None:
    clauses, faults, checks = cited_clauses(), by_id(), all_of_the_specification()
    for check in checks:
        check_at(check)
    claims = {row.clause: (clauses[row.clause], faults[row.fault]) for row in OWN}
    assert list(noticed_elsewhere(checks[part::PARTS], claims)) == []
