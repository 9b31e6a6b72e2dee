"""The report: the published fields, exit codes, and what is listed without being judged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import cast

import pytest

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import symbol
from refimpl.laws import LawRow, ProgramReport, Report, ReportError, check, exit_code, worst_exit_code
from tests.laws.programs import LARGEST, checked, counted, row

_FINE = ProgramReport("a.pt2", "equivalent", relation="equivalent")


@pytest.mark.parametrize(
    ("program", "strict", "code"),
    [
        (_FINE, False, 0),
        (_FINE, True, 0),
        (replace(_FINE, conditional=True), False, 0),
        (replace(_FINE, conditional=True), True, 3),
        (replace(_FINE, verdict="broken"), False, 1),
        (replace(_FINE, verdict="unknown"), False, 3),
        (ProgramReport("a.pt2", "error", ReportError("archive", "not a zip")), False, 2),
        (ProgramReport("a.pt2", "error", ReportError("internal", "our bug")), False, 4),
    ],
)
def test_each_verdict_has_its_exit_code(program: ProgramReport, strict: bool, code: int) -> None:
    assert exit_code(program, strict=strict) == code


@pytest.mark.parametrize(("codes", "worst"), [([], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 2], 2), ([2, 4, 1, 3], 4)])
def test_the_worst_exit_code_follows_the_published_order(codes: list[int], worst: int) -> None:
    assert worst_exit_code(codes) == worst


def test_the_json_has_the_published_fields_and_numbers_as_text() -> None:
    report = checked(counted(LARGEST - 1, asserts=[(">=", LARGEST - 2)]))
    document = cast("dict[str, object]", json.loads(Report((report,)).to_json()))
    assert document["schema"] == "refimpl.report/1"
    (program,) = cast("list[dict[str, object]]", document["programs"])
    assert set(program) == {
        "path", "error", "verdict", "relation", "conditional", "nothing_to_rebind", "nodes", "unbacked", "assumed",
        "unused", "unrecorded", "specializations", "bindings", "laws",
    }  # fmt: skip
    laws = cast("list[dict[str, object]]", program["laws"])
    witnesses = [entry["witness"] for entry in laws if entry["witness"] is not None]
    # 2**63 - 4 is no double: witnesses are decimal strings.
    assert {"s0", "u0"} <= set(cast("dict[str, str]", witnesses[0]))
    assert all(isinstance(value, str) for value in cast("dict[str, str]", witnesses[0]).values())
    assert {key for entry in laws for key in entry} == {
        "law", "outcome", "obligations", "by", "under", "node", "message", "witness",
    }  # fmt: skip


def test_values_are_only_there_if_asked_for_and_in_old_names() -> None:
    program = counted(0)
    assert "values" not in checked(program).to_dict()
    values = checked(program, values=True).values
    assert values is not None
    assert values["nonzero"] == {
        "kind": "tensor",
        "dtype": "torch.int64",
        "size": ["u0", 1],
        "stride": [1, "u0"],
        "storage_offset": 0,
        "device": "cpu",
        "layout": "torch.strided",
    }


def test_a_range_key_that_no_value_uses_is_listed_and_not_judged() -> None:
    program = counted(0)
    program.range("u7", 5, 3)
    report = checked(program)
    assert (report.verdict, report.unused) == ("equivalent", ("u7",))


def test_a_requirement_that_only_the_operator_enforces_is_listed_with_an_example() -> None:
    program = ProgramBuilder()
    s0, s1 = program.symbol("s0", hint=8), program.symbol("s1", hint=8)
    x, y = program.input("x", tensor([s0])), program.input("y", tensor([s1]))
    program.output(program.call("aten.dot.default", x, y, out=tensor([])))
    report = checked(program)
    assert report.verdict == "equivalent"
    (found,) = report.unrecorded
    assert (found.node, found.requirement) == ("dot", "Eq(s0, s1)")
    assert found.example is not None
    numbers = dict(part.split(" = ") for part in found.example.split(", "))
    assert numbers["s0"] != numbers["s1"]


def _view(*, sizes: int, of_input: bool = False) -> ProgramBuilder:
    """``u0`` elements, at most ``sizes``, of a tensor of ten."""
    program = ProgramBuilder()
    program.unbacked("u0", 0, sizes)
    count = program.call("aten.item.default", program.input("n", tensor([], "int64")), out=symbol("u0"))
    ten = program.input("x", tensor([10])) if of_input else program.call("aten.zeros.default", [10], out=tensor([10]))
    program.output(program.call("aten.as_strided.default", ten, [count], [1], out=tensor([symbol("u0")])))
    return program


def test_a_strided_view_must_lie_inside_a_storage_that_the_program_makes() -> None:
    assert checked(_view(sizes=10)).unrecorded == ()
    (found,) = checked(_view(sizes=20)).unrecorded
    assert (found.node, found.requirement, found.example) == ("as_strided", "Eq(u0, 0) | (u0 <= 10)", "u0 = 11")
    # An input may be part of something larger: then nothing implies that there are ten elements at most.
    report = checked(_view(sizes=10, of_input=True))
    assert (report.verdict, report.relation, report.unrecorded) == ("broken", "weakened", ())


def test_a_strided_view_that_never_lies_inside_is_refuted() -> None:
    program = ProgramBuilder()
    ten = program.call("aten.zeros.default", [10], out=tensor([10]))
    program.output(program.call("aten.as_strided.default", ten, [11], [1], out=tensor([11])))
    report = checked(program)
    assert report.verdict == "broken"
    assert "storage size of 44 are out of bounds for storage of size 40" in (row(report, "CONSIST").message or "")


def test_the_recorded_arguments_are_asked_for_the_same_storage() -> None:
    program = ProgramBuilder()
    program.unbacked("u0", 0, 20)
    count = program.call("aten.item.default", program.input("n", tensor([], "int64")), out=symbol("u0"))
    # What the view is taken of is recorded otherwise than it is computed: what the view requires is evaluated again.
    ten = program.call("aten.zeros.default", [10], out=tensor([10], strides=[2]))
    program.output(program.call("aten.as_strided.default", ten, [count], [1], out=tensor([symbol("u0")])))
    report = checked(program)
    assert (report.verdict, report.relation) == ("broken", "equivalent")
    assert row(report, "VALUE").outcome == "refuted"


def test_what_the_contract_implies_is_not_listed_as_unrecorded() -> None:
    program = ProgramBuilder()
    s0, s1 = program.symbol("s0", hint=8), program.symbol("s1", hint=8)
    x, y = program.input("x", tensor([s0])), program.input("y", tensor([s1]))
    program.guard("L['x'].size()[0] == L['y'].size()[0]")
    program.output(program.call("aten.dot.default", x, y, out=tensor([])))
    assert checked(program).unrecorded == ()


def test_nothing_refuted_rests_on_a_guard_that_was_not_understood() -> None:
    program = counted(2)
    program.guard("some_function(L['x'])")
    report = checked(program)
    assert report.verdict == "unknown"
    assert "guard was not understood" in (row(report, "EQUIV").message or "")


def test_refuted_and_undecided_rows_are_found_by_outcome() -> None:
    rows = (LawRow("DOM", "refuted", 1), LawRow("INJ", "undecided", 1), LawRow("PATH", "proved", 1))
    report = replace(_FINE, laws=rows)
    assert (report.refuted, report.undecided) == (rows[:1], rows[1:2])


def test_a_path_is_no_program() -> None:
    with pytest.raises(TypeError, match=r"check takes the program that refimpl\.load reads, not a str"):
        check("model.pt2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what people try first
