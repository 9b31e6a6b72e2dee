"""What differs whatever the sizes are, which data correspond, and what stays unknown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import symbol
from refimpl.relation import DiffReport, diff, diff_exit_code
from tests.laws.programs import counted, loaded

LARGEST = 2**63 - 2
S0 = symbol("s0", hint=8, positive=True)
Edit = Callable[[ProgramBuilder, Value], None]


def _report(old: ProgramBuilder, new: ProgramBuilder) -> DiffReport:
    return diff(loaded(old), loaded(new))


def _of(dtype: str = "float32", rank: int = 1, *, inputs: int = 1, more: Edit | None = None) -> ProgramBuilder:
    """``relu`` of one input, which is given back."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    given = [program.input(f"x{index}", tensor([S0] * rank, dtype)) for index in range(inputs)]
    program.output(program.call("aten.relu.default", given[0], out=tensor([S0] * rank, dtype)))
    if more is not None:
        more(program, given[0])
    return program


def _squared(program: ProgramBuilder, x: Value) -> None:
    program.output(program.call("aten.mul.Tensor", x, x, out=tensor([S0])))


@pytest.mark.parametrize(
    ("new", "about"),
    [(_of("float64"), "dtype"), (_of(rank=2), "rank"), (_of(inputs=2), "number of inputs")],
    ids=["dtype", "rank", "number"],
)
def test_no_input_suits_both(new: ProgramBuilder, about: str) -> None:
    report = _report(_of(), new)
    (row,) = report.accepted.differences
    assert (row.about, report.verdict, report.relation) == (about, "different", "incomparable")
    assert report.outputs.count == 0


def test_constants_that_the_caller_gives_are_compared() -> None:
    def with_constant(value: int | str | None) -> ProgramBuilder:
        program = _of()
        program.constant_input("mode", value)
        return program

    assert _report(with_constant("a"), with_constant("a")).verdict == "same"
    assert _report(with_constant("a"), with_constant("b")).relation == "incomparable"
    assert _report(with_constant(3), with_constant(3)).verdict == "same"
    assert _report(with_constant(3), with_constant(4)).relation == "incomparable"
    assert _report(with_constant(3), with_constant("a")).relation == "incomparable"
    assert _report(with_constant(None), with_constant(None)).verdict == "same"


def test_outputs_differ_in_number() -> None:
    report = _report(_of(), _of(more=_squared))
    (row,) = report.outputs.differences
    assert (report.verdict, report.relation, row.message) == (
        "different",
        "equivalent",
        "the old program gives no output 1",
    )


def _first(columns: int, *, transposed: bool = False, dtype: str = "float32") -> ProgramBuilder:
    """The first columns of a matrix, or its transpose, in some dtype."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    x = program.input("x", tensor([S0, 4]))
    y = program.call("aten.slice.Tensor", x, 1, 0, columns, out=tensor([S0, columns], strides=[4, 1]))
    if transposed:
        y = program.call("aten.clone.default", y, out=tensor([S0, columns], strides=[columns, 1]))
    if dtype != "float32":
        y = program.call("aten.to.dtype", y, 7, out=tensor([S0, columns], dtype, strides=[columns, 1]))
    program.output(y)
    return program


def test_outputs_differ_in_a_size_with_a_witness() -> None:
    report = _report(_first(2), _first(3))
    assert report.relation == "equivalent"
    row = report.outputs.differences[0]
    assert (row.about, row.outcome, row.direction) == ("size[1]", "refuted", None)
    assert report.witness == (("s0", "8"),)


def test_outputs_differ_in_a_stride_that_counts() -> None:
    report = _report(_first(2), _first(2, transposed=True))
    assert [row.about for row in report.outputs.differences] == ["stride[0]"]
    assert _report(_first(4), _first(4, transposed=True)).verdict == "same"


def test_outputs_differ_in_dtype() -> None:
    report = _report(_first(4), _first(4, dtype="int64"))
    assert [row.about for row in report.outputs.differences if row.witness is None] == ["dtype"]


def test_what_a_write_gives_back_may_be_done_in_place() -> None:
    def written(program: ProgramBuilder, x: Value) -> None:
        program.mutates_input(program.call("aten.neg.default", x, out=tensor([S0])), "x0")

    assert _report(_of(), _of(more=written)).verdict == "same"


def _numbers(first: str, second: str, *, swapped: bool = False, bound: int = 9) -> ProgramBuilder:
    """Two numbers are read; the one of ``a`` is bounded and its zeros are given back."""
    program = ProgramBuilder()
    names = program.unbacked(first, 0, None), program.unbacked(second, 0, None)
    tensors = program.input("a", tensor([], "int64")), program.input("b", tensor([], "int64"))
    order = (1, 0) if swapped else (0, 1)
    items = {index: program.call("aten.item.default", tensors[index], out=names[index]) for index in order}
    program.check(items[0], "<=", bound)
    program.output(program.call("aten.zeros.default", [items[0]], out=tensor([names[0]])))
    program.output(program.call("aten.zeros.default", [items[1]], out=tensor([names[1]])))
    return program


def test_data_correspond_by_what_computes_them() -> None:
    for other in (_numbers("u1", "u0"), _numbers("u0", "u1", swapped=True), _numbers("u7", "u3", swapped=True)):
        report = _report(_numbers("u0", "u1"), other)
        assert (report.verdict, report.guessed, report.conditional) == ("same", (), False)


def test_other_data_are_told_apart() -> None:
    report = _report(_numbers("u0", "u1"), _numbers("u1", "u0", bound=8))
    assert report.relation == "strengthened"
    assert dict(report.witness or ())["u0"] == "9"


def _read(*tensors: str, bound: int) -> ProgramBuilder:
    """Numbers of these inputs are read in order and bounded."""
    program = ProgramBuilder()
    inputs = {name: program.input(name, tensor([], "int64")) for name in "ab"}
    for index, name in enumerate(tensors):
        number = program.unbacked(f"u{index}", None, None)
        program.check(program.call("aten.item.default", inputs[name], out=number), "<=", bound)
    return program


def test_unmatched_data_of_one_name_stay_apart() -> None:
    report = _report(_read("a", bound=9), _read("b", "a", bound=9))
    assert report.relation == "strengthened"
    assert dict(report.witness or ()) == {"u0": "0", "u1": "10"}


def test_a_refusal_says_what_raises() -> None:
    (row,) = _report(_read("a", bound=9), _read("a", bound=8)).requirements.differences
    assert row.message.endswith("_assert_scalar raises \"Runtime assertion failed on node 'le'\"")


def _strided(stride: int, rows: int) -> ProgramBuilder:
    program = ProgramBuilder()
    x = program.input("x", tensor([64]))
    strides = [stride, 1]
    program.output(
        program.call("aten.as_strided.default", x, [rows, 4], strides, out=tensor([rows, 4], strides=strides))
    )
    return program


def test_a_stride_counts_where_the_size_exceeds_one() -> None:
    assert _report(_strided(7, 1), _strided(4, 1)).verdict == "same"
    assert [row.about for row in _report(_strided(7, 2), _strided(4, 2)).outputs.differences] == ["stride[0]"]


def _item_of(operator: str, name: str) -> ProgramBuilder:
    program = ProgramBuilder()
    number = program.unbacked(name, 0, None)
    x = program.input("x", tensor([], "int64"))
    changed = program.call(operator, x, out=tensor([], "int64"))
    item = program.call("aten.item.default", changed, out=number)
    program.output(program.call("aten.zeros.default", [item], out=tensor([number])))
    return program


@pytest.mark.parametrize(("name", "by"), [("u0", "name"), ("u4", "node")])
def test_what_is_not_computed_alike_is_guessed_and_said(name: str, by: str) -> None:
    report = _report(_item_of("aten.neg.default", "u0"), _item_of("aten.abs.default", name))
    (guess,) = report.guessed
    assert (guess.old, guess.new, guess.node, guess.by) == ("u0", name, "item", by)
    assert (report.verdict, report.conditional) == ("same", True)
    assert (diff_exit_code(report), diff_exit_code(report, strict=True)) == (0, 3)


def test_a_guard_that_nobody_read_leaves_it_unknown() -> None:
    guarded = counted()
    guarded.guard("some_function(L['x'])")
    assert _report(guarded, guarded).verdict == "same"
    report = _report(counted(), guarded)
    assert (report.verdict, report.relation, diff_exit_code(report)) == ("unknown", "unknown", 3)


def test_contradictory_asserts_leave_it_unknown() -> None:
    report = _report(counted(), counted(asserts=[("<=", 2), (">=", 4)]))
    assert report.relation == "strengthened"
    assert "undecided" in {row.outcome for row in report.differences}


def test_the_json_has_what_the_report_has() -> None:
    report = _report(counted(asserts=[("<=", 9)]), counted())
    told = json.loads(report.to_json())
    assert told["relation"] == report.relation == "weakened"
    assert told["witness"] == dict(report.witness or ())
    assert told["node"] == report.node == "_assert_scalar"
    assert told["requirements"]["differences"][0]["message"] == report.differences[0].message


def test_only_programs_are_compared() -> None:
    with pytest.raises(TypeError, match="not a str"):
        diff(loaded(counted()), "model.pt2")  # type: ignore[arg-type]  # callers may be untyped
