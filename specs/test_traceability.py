"""The specification is closed both ways, and a gap of each kind is noticed."""

from __future__ import annotations

from types import ModuleType

import pytest

from specs.clauses import Clause, checks
from specs.contents import CHAPTERS
from specs.traceability import checks_of, clauses_of, gaps
from tests.mutants.catalogue import by_id
from tests.mutants.mutant import Mutant

SITE = "refimpl.fx.interpreter:Interpreter.run"
GOOD = Clause("XXX-01", "Something holds.", SITE, "fault")
FOREIGN = Clause("XXX-88", "Else.", SITE, "fault")
MUTANTS = {"fault": Mutant("fault", "It.", SITE, "", "", ("planted.py::test_something",))}


def test_every_clause_has_check_site_and_fault_and_every_check_cites_a_clause() -> None:
    assert gaps(CHAPTERS, by_id()) == []


def test_the_specification_has_clauses_and_checks() -> None:
    assert sum(len(clauses_of(chapter)) for _, chapter in CHAPTERS) >= 17
    assert all(checks_of(chapter) for _, chapter in CHAPTERS)


def _chapter(clause: Clause, *, cites: bool = True, unknown: bool = False) -> ModuleType:
    """A chapter with one clause and one check."""

    def test_something() -> None:
        raise AssertionError

    chapter = ModuleType("planted")
    setattr(chapter, "__all__", ["XXX_01"])  # noqa: B010 - a module made by hand
    setattr(chapter, "XXX_01", clause)  # noqa: B010 - as above
    setattr(chapter, "XXX_88", FOREIGN)  # noqa: B010 - imported, to be cited
    cited = Clause("XXX-77", "Else.", SITE, "fault") if unknown else clause
    setattr(chapter, "test_something", checks(cited)(test_something) if cites else test_something)  # noqa: B010
    return chapter


def test_a_closed_chapter_has_no_gap() -> None:
    assert gaps([("XXX", _chapter(GOOD))], MUTANTS) == []


@pytest.mark.parametrize(
    ("chapter", "expected"),
    [
        (_chapter(GOOD, cites=False), "planted.py::test_something cites no clause"),
        (_chapter(GOOD, cites=False), "XXX-01 has no check"),
        (
            _chapter(GOOD, unknown=True),
            "planted.py::test_something cites XXX-77, which is no clause of the specification",
        ),
        (_chapter(Clause("XXX-01", "no sentence", SITE, "fault")), "XXX-01 is no sentence"),
        (
            _chapter(Clause("XXX-01", "It holds.", f"{SITE}_away", "fault")),
            f"XXX-01 names {SITE}_away, which does not exist",
        ),
        (
            _chapter(Clause("XXX-01", "It holds.", SITE, "gone")),
            "XXX-01 names the fault gone, which is not in the catalogue",
        ),
        (
            _chapter(Clause("XXX-02", "It holds.", SITE, "fault")),
            "the clauses of XXX are not numbered XXX-01, XXX-02, ...",
        ),
    ],
)
def test_a_planted_gap_is_noticed(chapter: ModuleType, expected: str) -> None:
    assert expected in gaps([("XXX", chapter)], MUTANTS)


def test_a_fault_that_only_foreign_checks_kill_is_a_gap() -> None:
    foreign = {"fault": Mutant("fault", "It.", SITE, "", "", ("other.py::test_else",))}
    assert gaps([("XXX", _chapter(GOOD))], foreign) == ["XXX-01 names the fault fault, which none of its checks kills"]


def test_an_id_used_twice_is_a_gap() -> None:
    two = [("XXX", _chapter(GOOD)), ("XXX", _chapter(GOOD))]
    assert "XXX-01 is the id of several clauses" in gaps(two, MUTANTS)


def test_a_check_must_cite_something() -> None:
    with pytest.raises(ValueError, match="at least one clause"):
        checks()
