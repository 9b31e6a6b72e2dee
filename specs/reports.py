"""LAW, continued: the report, its exit codes, and what is listed in it without being judged."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.laws import (
    BindingRow,
    LawRow,
    ProgramReport,
    Report,
    ReportError,
    SpecializationRow,
    UnrecordedRow,
    exit_code,
    worst_exit_code,
)
from refimpl.laws.report import LawName, Outcome, Relation, Verdict
from specs.clauses import Clause, checks
from specs.recording import BLI_05
from tests.laws import test_each_law, test_report

__all__ = ["LAW_15", "LAW_16", "LAW_17"]

_LAWS = "refimpl.laws"
TEXTS = st.sampled_from(("", "u0", "nonzero", "u0 >= 2"))
NAMES = st.lists(TEXTS, max_size=2).map(tuple)
MAYBE = st.one_of(st.none(), TEXTS)

LAW_15 = Clause(
    "LAW-15",
    "The JSON of a report has every field under its own name: absent values are null, numbers of a witness are text,"
    " and unread guards and values are there only if there are any.",
    f"{_LAWS}.report:ProgramReport.to_dict",
    "law-reports-forget-the-assumed",
)
test_the_json_has_the_published_fields = checks(LAW_15)(
    test_report.test_the_json_has_the_published_fields_and_numbers_as_text
)
test_values_are_only_there_if_asked_for = checks(LAW_15)(
    test_report.test_values_are_only_there_if_asked_for_and_in_old_names
)
test_rows_are_found_by_outcome = checks(LAW_15)(test_report.test_refuted_and_undecided_rows_are_found_by_outcome)


def law_rows() -> st.SearchStrategy[LawRow]:
    """Any row of a law."""
    names, outcomes = st.sampled_from(get_args(LawName)), st.sampled_from(get_args(Outcome))
    witness = st.one_of(st.none(), st.dictionaries(TEXTS, TEXTS, max_size=2).map(lambda found: tuple(found.items())))
    return st.builds(LawRow, names, outcomes, st.integers(0, 9), MAYBE, NAMES, MAYBE, MAYBE, witness)


def programs() -> st.SearchStrategy[ProgramReport]:
    """Any report on a program."""
    return st.builds(
        ProgramReport,
        MAYBE,
        st.sampled_from(get_args(Verdict)),
        st.one_of(st.none(), st.builds(ReportError, st.sampled_from(("archive", "internal")), TEXTS, MAYBE)),
        st.one_of(st.none(), st.sampled_from(get_args(Relation))),
        st.booleans(),
        st.booleans(),
        st.integers(0, 9),
        st.integers(0, 9),
        NAMES,
        NAMES,
        NAMES,
        st.lists(st.builds(UnrecordedRow, TEXTS, TEXTS, MAYBE), max_size=1).map(tuple),
        st.lists(st.builds(SpecializationRow, TEXTS, TEXTS, MAYBE), max_size=1).map(tuple),
        st.lists(st.builds(BindingRow, TEXTS, TEXTS, TEXTS, MAYBE, TEXTS), max_size=1).map(tuple),
        st.lists(law_rows(), max_size=2).map(tuple),
        st.one_of(st.none(), st.just({"nonzero": {"kind": "none"}})),
    )


@checks(LAW_15)
@given(reports=st.lists(programs(), max_size=2))
def test_a_report_is_its_fields(reports: list[ProgramReport]) -> None:
    expected: list[dict[str, object]] = []
    for report in reports:
        fields: dict[str, object] = asdict(report)
        fields["laws"] = [
            asdict(row)
            | {"under": list(row.under) or None, "witness": None if row.witness is None else dict(row.witness)}
            for row in report.laws
        ]
        if report.values is None:
            del fields["values"]
        if not report.unread_guards:
            del fields["unread_guards"]
        expected.append(fields)
    text = Report(tuple(reports)).to_json()
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
    assert json.loads(text) == json.loads(json.dumps({"schema": "refimpl.report/1", "programs": expected}))
    for report in reports:
        assert report.refuted == tuple(row for row in report.laws if row.outcome == "refuted")
        assert report.undecided == tuple(row for row in report.laws if row.outcome == "undecided")


@checks(LAW_15)
def test_what_is_not_said_is_absent_empty_or_no() -> None:
    nothing: tuple[str, ...] = ()
    assert ProgramReport("a.pt2", "unknown") == ProgramReport(
        "a.pt2", "unknown", None, None, False, False, 0, 0, nothing, nothing, nothing, (), (), (), (), None
    )  # fmt: skip
    assert LawRow("DOM", "proved", 2) == LawRow("DOM", "proved", 2, None, (), None, None, None)
    assert ReportError("archive", "no zip") == ReportError("archive", "no zip", None)
    assert Report(()).to_dict() == {"schema": "refimpl.report/1", "programs": []}
    text = Report((ProgramReport("é.pt2", "unknown"),)).to_json()
    assert text.startswith('{\n "schema": "refimpl.report/1",\n "programs": [\n  {\n   "path": "é.pt2",\n')


LAW_16 = Clause(
    "LAW-16",
    "The exit code is 0 if all laws hold, 1 if one is broken, 2 for bad input, 3 if something is unknown (or, if"
    " strict, conditional), 4 for our own bug; of several the worst in the order 4, 2, 1, 3, 0.",
    f"{_LAWS}.report:exit_code",
    "law-strictness-is-ignored",
)
test_each_verdict_has_its_exit_code = checks(LAW_16)(test_report.test_each_verdict_has_its_exit_code)


test_the_worst_exit_code_follows_the_published_order = checks(LAW_16)(
    test_report.test_the_worst_exit_code_follows_the_published_order
)


@checks(LAW_16)
def test_a_failed_self_test_is_our_own_bug() -> None:
    failed = ProgramReport("a.pt2", "error", ReportError("self-test", "EXACT refuted at item"))
    assert [exit_code(failed), exit_code(failed, strict=True)] == [4, 4]
    assert exit_code(ProgramReport("a.pt2", "error")) == 2
    assert exit_code(ProgramReport("a.pt2", "equivalent", conditional=True)) == 0


VERDICTS = st.builds(
    ProgramReport,
    st.none(),
    st.sampled_from(get_args(Verdict)),
    st.sampled_from((None, ReportError("archive", "no zip"), ReportError("internal", "our bug"))),
    conditional=st.booleans(),
)


@checks(LAW_16)
@settings(max_examples=100)
@given(reports=st.lists(VERDICTS, max_size=3), strict=st.booleans())
def test_the_worst_exit_code_counts(reports: list[ProgramReport], strict: bool) -> None:
    def expected(report: ProgramReport) -> int:
        if report.verdict == "error":
            return 4 if report.error is not None and report.error.kind == "internal" else 2
        weak = strict and report.conditional and report.verdict == "equivalent"
        return {"broken": 1, "unknown": 3, "equivalent": 3 if weak else 0}[report.verdict]

    codes = [exit_code(report, strict=strict) for report in reports]
    assert codes == [expected(report) for report in reports]
    assert worst_exit_code(codes) == max(codes, key=[0, 3, 1, 2, 4].index, default=0)


LAW_17 = Clause(
    "LAW-17",
    "Ranges that no value uses, and requirements that only an operator enforces, are listed and not judged; where a"
    " guard was not understood, nothing is called refuted.",
    f"{_LAWS}.unrecorded:unrecorded",
    "law-what-branches-enforce-is-not-listed",
)
test_a_range_key_that_no_value_uses_is_listed = checks(LAW_17, BLI_05)(
    test_report.test_a_range_key_that_no_value_uses_is_listed_and_not_judged
)
test_a_requirement_that_only_the_operator_enforces_is_listed = checks(LAW_17)(
    test_report.test_a_requirement_that_only_the_operator_enforces_is_listed_with_an_example
)
test_what_the_contract_implies_is_not_listed = checks(LAW_17)(
    test_report.test_what_the_contract_implies_is_not_listed_as_unrecorded
)
test_nothing_refuted_rests_on_a_guard_that_was_not_understood = checks(LAW_17)(
    test_report.test_nothing_refuted_rests_on_a_guard_that_was_not_understood
)
test_a_program_without_unbacked_symbols_has_nothing_to_rebind = checks(LAW_17)(
    test_each_law.test_a_program_without_unbacked_symbols_has_nothing_to_rebind
)
