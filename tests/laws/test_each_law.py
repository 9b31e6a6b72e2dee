"""Each law holds on an intact program and is refuted on a faulty one, with a witness that replays."""

from __future__ import annotations

import pytest

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression, apply, symbol
from tests.laws.programs import LARGEST, broken_laws, checked, counted, row, two_counts, witness

U0 = symbol("u0")
_LAWS = {"CONSIST", "EQUIV", "VALUE", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT"}


def test_an_intact_program_proves_every_law_without_a_solver() -> None:
    report = checked(counted(2, asserts=[(">=", 2)]))
    assert report.verdict == "equivalent"
    assert report.relation == "equivalent"
    assert {found.law for found in report.laws} == _LAWS
    assert all(found.outcome == "proved" and found.obligations >= 0 for found in report.laws)
    assert {found.by for found in report.laws} == {"normal-form", "replay"}
    assert [(b.node, b.symbol, b.path, b.term) for b in report.bindings] == [("nonzero", "u0", ".size()[0]", "u0")]


def test_reproving_sends_everything_to_the_solver_and_agrees() -> None:
    report = checked(counted(2, asserts=[(">=", 2)]), reprove=True)
    assert report.verdict == "equivalent"
    assert "z3" in (row(report, "EQUIV").by or "")


def test_a_program_without_unbacked_symbols_has_nothing_to_rebind() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([s0]))
    program.output(program.call("aten.relu.default", x, out=tensor([s0])))
    report = checked(program)
    assert (report.verdict, report.nothing_to_rebind) == ("equivalent", True)


@pytest.mark.parametrize(("operator", "broken"), [("result_type.Tensor", set[str]()), ("add.Tensor", {"VALUE"})])
def test_a_dtype_that_is_not_recorded_is_no_fault_as_a_tensor_is(operator: str, broken: set[str]) -> None:
    program = ProgramBuilder()
    x = program.input("x", tensor([2]))
    program.call_tuple(f"aten.{operator}", x, x, outs=[None])
    program.output(x)
    assert broken_laws(checked(program)) == broken


def test_equiv_and_link_refute_a_bound_that_nothing_establishes() -> None:
    report = checked(counted(2))
    assert (report.verdict, report.relation) == ("broken", "weakened")
    assert broken_laws(report) == {"EQUIV", "LINK"}
    assert row(report, "LINK").node == "nonzero"
    # The smallest count below 2 is 0; s0 stays at its hint or out of it.
    assert witness(row(report, "EQUIV"))["u0"] == 0


def test_equiv_refutes_an_upper_bound_beyond_what_is_enforced() -> None:
    report = checked(counted(0, 5, asserts=[("<=", 6)]))
    assert report.relation == "weakened"
    assert witness(row(report, "LINK"))["u0"] == 6


def test_equiv_refutes_a_requirement_that_was_not_recorded() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    # The node compares with 3, its record says 0.
    condition = program.call("_operator.ge", program.size(found, 0), 3, out=u0 >= 0)
    program.assert_scalar(condition, "at least three")
    program.output(found)
    report = checked(program)
    assert report.relation == "strengthened"
    refuted = row(report, "EQUIV")
    assert witness(refuted)["u0"] == 0
    assert "raises: at least three" in (refuted.message or "")


def test_equiv_refutes_a_deferred_broadcast_that_nothing_asserts() -> None:
    def program(*, asserted: bool) -> ProgramBuilder:
        built = ProgramBuilder()
        s0, s1 = built.symbol("s0", hint=8), built.symbol("s1", hint=5)
        u0 = built.unbacked("u0", 0, LARGEST)
        x, y = built.input("x", tensor([s0])), built.input("y", tensor([s1]))
        found = built.call(
            "aten.masked_select.default",
            x,
            built.call("aten.gt.Scalar", x, 0, out=tensor([s0], "bool")),
            out=tensor([u0]),
        )
        if asserted:
            built.check(built.size(found, 0), "==", built.size(y, 0))
        built.output(built.call("aten.add.Tensor", found, y, out=tensor([s1])))
        return built

    assert checked(program(asserted=True)).verdict == "equivalent"
    report = checked(program(asserted=False))
    assert report.relation == "strengthened"
    # The kernel itself accepts u0 = 1: only tracing defers u0 == s1.
    assert witness(row(report, "EQUIV")) == {"s0": 8, "s1": 5, "u0": 1}


@pytest.mark.parametrize(
    ("fault", "about"),
    [
        ({"sizes": [U0 + 1, 1]}, "size[0]"),
        ({"sizes": [U0, 2]}, "size[1]"),
        ({"sizes": [U0, 1, 1], "strides": [1, 1, 1]}, "number of dimensions"),
        ({"dtype": "int32"}, "dtype"),
        ({"offset": 1}, "storage offset"),
        ({"strides": [7, 1]}, "stride[0]"),
    ],
)
def test_value_refutes_a_changed_record(fault: dict[str, list[Expression | int]], about: str) -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    meta = {"sizes": [u0, 1], "dtype": "int64", "strides": [1, 1], **fault}
    sizes = meta.pop("sizes")
    program.output(program.call("aten.clone.default", found, out=tensor(sizes, **meta)))  # type: ignore[arg-type]  # the table's values fit
    report = checked(program)
    assert report.verdict == "broken"
    refuted = row(report, "VALUE")
    assert refuted.node == "clone"
    assert about in (refuted.message or "")


def test_value_ignores_strides_of_dimensions_that_cannot_exceed_one() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([1, s0]))
    program.output(program.call("aten.relu.default", x, out=tensor([1, s0], strides=[77, 1])))
    assert checked(program).verdict == "equivalent"


def test_path_refutes_a_division_that_is_not_exact() -> None:
    report = checked(counted(0, None, size=2 * U0))
    assert "PATH" in broken_laws(report)
    refuted = row(report, "PATH")
    assert refuted.node == "nonzero"
    assert refuted.witness is not None


def test_dom_refutes_a_symbol_that_nothing_allocates() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u9 = program.unbacked("u9", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    program.output(program.call("aten.relu.default", x, out=tensor([u9])))
    report = checked(program)
    assert {"DOM", "VALUE"} <= broken_laws(report)
    refuted = row(report, "DOM")
    assert (refuted.node, "u9" in (refuted.message or "")) == ("relu", True)


def test_dom_says_what_to_record_where_a_name_is_bound_too_late() -> None:
    """A count is recorded as a half of itself, so that the first node to name it is one that allocates nothing."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([symbol("s0", hint=8, positive=True)]))
    found = program.call("aten.nonzero.default", x, out=tensor([apply("FloorDiv", U0, 2), 1], "int64"))
    program.output(found, program.call("aten.sym_size.int", found, 0, out=U0))
    report = checked(program)
    messages = [found.message or "" for found in report.refuted if found.law == "DOM"]
    assert "u0 is bound at aten.sym_size.int, which allocates nothing; record it by itself at the node" in messages[0]


def test_fresh_refutes_an_allocated_symbol_recorded_as_something_else() -> None:
    report = checked(counted(size=3))
    assert {"FRESH", "VALUE"} <= broken_laws(report)
    assert row(report, "FRESH").node == "nonzero"


def test_inj_refutes_one_name_for_two_counts_unless_they_are_equal() -> None:
    report = checked(two_counts(("u0", "u0"), same_mask=False))
    assert {"INJ", "FRESH"} <= broken_laws(report)
    found = witness(row(report, "INJ"))
    assert len({found[name] for name in found if name.startswith("u")}) == 2


def test_congruence_makes_two_counts_of_one_unmutated_mask_equal() -> None:
    for names in (("u0", "u0"), ("u0", "u1")):
        assert checked(two_counts(names, same_mask=True)).verdict == "equivalent"


def test_a_mutation_in_between_ends_the_congruence() -> None:
    assert checked(two_counts(("u0", "u1"), same_mask=True, mutate=True)).verdict == "equivalent"
    report = checked(two_counts(("u0", "u0"), same_mask=True, mutate=True))
    assert "INJ" in broken_laws(report)


def test_inj_refutes_two_names_for_one_value() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0, u1 = program.unbacked("u0", 0, LARGEST), program.unbacked("u1", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    outs = [tensor([u0]), tensor([0], "int64"), tensor([u1], "int64")]
    program.output(*program.call_tuple("aten._unique2.default", x, True, False, True, outs=outs))
    report = checked(program)
    assert "INJ" in broken_laws(report)
    found = witness(row(report, "INJ"))
    assert found["u0"] != found["u1"]


def test_consist_refutes_contradictory_records_and_nothing_else_is_proved() -> None:
    report = checked(counted(5, 3))
    assert report.verdict == "broken"
    assert "CONSIST" in broken_laws(report)
    assert not [found for found in report.laws if found.outcome == "proved"]


def test_a_custom_operator_is_assumed_and_makes_the_verdict_conditional() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", 0, None)
    x = program.input("x", tensor([s0]))
    found = program.call("torch.ops.mylib.keep.default", x, out=tensor([u0]))
    program.check(program.size(found, 0), ">=", 0)
    program.output(found)
    report = checked(program)
    assert (report.verdict, report.conditional, report.assumed) == ("equivalent", True, ("keep",))
    assert row(report, "EQUIV").under == ("keep",)


def test_an_unmodelled_operator_of_pytorch_is_unknown() -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([s0]))
    program.output(program.call("torch.ops.aten.no_such_operator.default", x, out=tensor([s0])))
    report = checked(program)
    assert report.verdict == "unknown"
    assert row(report, "VALUE").outcome == "undecided"


def test_emit_refutes_a_bound_that_only_a_constant_assert_establishes() -> None:
    def program(recorded: Expression | bool) -> ProgramBuilder:
        built = ProgramBuilder()
        s0 = built.symbol("s0", hint=8)
        u0 = built.unbacked("u0", 2, LARGEST)
        x = built.input("x", tensor([s0]))
        found = built.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
        condition = built.call("_operator.ge", built.size(found, 0), 2, out=recorded)
        built.assert_scalar(condition, "at least two")
        built.output(found)
        return built

    assert checked(program(U0 >= 2)).verdict == "equivalent"
    report = checked(program(True))
    assert broken_laws(report) == {"EMIT"}
    assert witness(row(report, "EMIT"))["u0"] == 0


@pytest.mark.parametrize(
    ("copied", "viewed", "verdict"),
    [(2, 3, "equivalent"), (0, 1, "equivalent"), (0, 3, "broken"), (2, 1, "broken"), (1, 2, "broken")],
)
def test_a_copy_of_a_whole_storage_may_be_recorded_as_starting_at_0_and_its_views_follow(
    copied: int, viewed: int, verdict: str
) -> None:
    # PyTorch's fake tensors remember the call without the offset: they give 2 at first and 0 when asked again.
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8, low=6)
    x = program.input("x", tensor([s0]))
    part = program.call("aten.slice.Tensor", x, 0, 2, 5, out=tensor([3], offset=2))
    copy = program.call("aten.copy.default", part, part, out=tensor([3], offset=copied))
    program.output(program.call("aten.slice.Tensor", copy, 0, 1, 2, out=tensor([1], offset=viewed)))
    report = checked(program)
    assert report.verdict == verdict
    assert broken_laws(report) == (set() if verdict == "equivalent" else {"VALUE"})
