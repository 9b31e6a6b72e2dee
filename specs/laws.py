"""LAW: each program law holds on intact programs and is refuted, with a witness that replays, on faulty ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression
from refimpl.export.prefix import symbol as recorded_symbol
from refimpl.laws import ProgramReport
from specs.clauses import Clause, checks
from specs.propagation import PRO_03
from specs.subgraphs import PRO_09
from tests.laws import test_each_law
from tests.laws.programs import LARGEST, broken_laws, checked, counted, row, two_counts, witness

__all__ = ["LAW_01", "LAW_02", "LAW_03", "LAW_04", "LAW_05", "LAW_06", "LAW_07", "LAW_08", "LAW_09", "LAW_14"]

_LAWS = "refimpl.laws"
U0 = recorded_symbol("u0")
BOUNDS = st.integers(0, 7)

LAW_01 = Clause(
    "LAW-01",
    "CONSIST: both sides have a run; where one has none, nothing is called proved.",
    f"{_LAWS}.judge:_Judge.consist",
    "law-contradictions-are-consistent",
)
test_consist_refutes_contradictory_records_and_nothing_else_is_proved = checks(LAW_01)(
    test_each_law.test_consist_refutes_contradictory_records_and_nothing_else_is_proved
)


@checks(LAW_01)
@settings(max_examples=20)
@given(low=BOUNDS, high=BOUNDS)
def test_contradictory_records_prove_nothing(low: int, high: int) -> None:
    report = checked(counted(low, high))
    assert ("CONSIST" in broken_laws(report)) == (low > high)
    if low > high:
        assert report.verdict == "broken"
        assert not [found for found in report.laws if found.outcome == "proved"]


LAW_02 = Clause(
    "LAW-02",
    "EQUIV: what was recorded and what the run requires have the same runs; what is lost is weakened, what is new is"
    " strengthened, each with a run that tells them apart.",
    f"{_LAWS}.equiv:_claims",
    "law-recorded-values-replace-nothing",
)
test_an_intact_program_proves_every_law_without_a_solver = checks(LAW_02)(
    test_each_law.test_an_intact_program_proves_every_law_without_a_solver
)
test_equiv_and_link_refute_a_bound_that_nothing_establishes = checks(LAW_02)(
    test_each_law.test_equiv_and_link_refute_a_bound_that_nothing_establishes
)
test_equiv_refutes_an_upper_bound_beyond_what_is_enforced = checks(LAW_02)(
    test_each_law.test_equiv_refutes_an_upper_bound_beyond_what_is_enforced
)
LAW_04 = Clause(
    "LAW-04",
    "LINK: every recorded condition on a bound symbol follows for the value at its path, without its own definition.",
    f"{_LAWS}.link:_claims",
    "law-contradicted-bindings-break-path",
)


def asserting(recorded: int, asked: int) -> ProgramBuilder:
    """A count that the node compares with ``asked``, while the record says ``recorded``."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8, low=8, high=8)
    u0 = program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    condition = program.call("_operator.ge", program.size(found, 0), asked, out=u0 >= recorded)
    program.assert_scalar(condition, "enough")
    program.output(found)
    return program


@checks(LAW_02)
@settings(max_examples=30)
@given(recorded=BOUNDS, asked=BOUNDS)
def test_the_relation_is_that_of_the_bounds(recorded: int, asked: int) -> None:
    report = checked(asserting(recorded, asked))
    assert report.relation == (
        "equivalent" if recorded == asked else "weakened" if recorded > asked else "strengthened"
    )
    if recorded != asked:
        found = witness(row(report, "EQUIV"))["u0"]
        assert (found >= recorded) != (found >= asked), "the witness tells the two apart"
        assert found == min(recorded, asked), "and is the smallest that does"


@checks(LAW_02, LAW_04)
@settings(max_examples=30)
@given(low=BOUNDS, asserted=st.one_of(st.none(), BOUNDS))
def test_a_recorded_range_needs_an_assert_that_implies_it(low: int, asserted: int | None) -> None:
    report = checked(counted(low, asserts=[] if asserted is None else [(">=", asserted)]))
    kept = low <= (asserted or 0)
    assert report.relation == ("equivalent" if kept else "weakened")
    assert ("LINK" in broken_laws(report)) == (not kept)
    if not kept:
        refuted = row(report, "LINK")
        assert refuted.node == "nonzero"
        assert (asserted or 0) <= witness(refuted)["u0"] < low


LAW_03 = Clause(
    "LAW-03",
    "VALUE: recorded and re-run values agree in structure, dtype, layout and every size and scalar, and in the offsets"
    " and strides that count.",
    f"{_LAWS}.value:_Comparison._integer",
    "law-sorts-are-not-compared",
)
test_value_refutes_a_changed_record = checks(LAW_03)(test_each_law.test_value_refutes_a_changed_record)
test_value_ignores_strides_of_dimensions_that_cannot_exceed_one = checks(LAW_03)(
    test_each_law.test_value_ignores_strides_of_dimensions_that_cannot_exceed_one
)


@checks(LAW_03)
@settings(max_examples=30)
@given(offset=st.integers(0, 2), dim=st.integers(0, 1), size_of_one=st.booleans(), stride=st.integers(1, 9))
def test_a_changed_size_is_a_changed_value(offset: int, dim: int, size_of_one: bool, stride: int) -> None:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    first = 1 if size_of_one else s0
    x = program.input("x", tensor([first, s0]))
    sizes: list[Expression | int] = [first, s0]
    changed = [size + offset if index == dim else size for index, size in enumerate(sizes)]
    strides: list[Expression | int] = [s0 if offset == 0 and not size_of_one else stride, 1]
    out = tensor(changed, strides=strides if offset == 0 else None)
    program.output(program.call("aten.relu.default", x, out=out))
    report = checked(program)
    assert report.verdict == ("equivalent" if offset == 0 else "broken")
    if offset:
        assert broken_laws(report) == {"VALUE"}
        assert f"size[{dim}]" in (row(report, "VALUE").message or "")


LAW_05 = Clause(
    "LAW-05",
    "PATH: the path of every binding exists, and its divisors are positive and divide the value at every run.",
    f"{_LAWS}.path:_claims",
    "law-divisions-are-taken-to-be-exact",
)
test_path_refutes_a_division_that_is_not_exact = checks(LAW_05)(
    test_each_law.test_path_refutes_a_division_that_is_not_exact
)


@checks(LAW_05)
@settings(max_examples=10)
@given(factor=st.integers(1, 4))
def test_a_division_that_is_not_exact_is_refuted(factor: int) -> None:
    report = checked(counted(0, None, size=U0 * factor))
    assert ("PATH" in broken_laws(report)) == (factor > 1)
    if factor > 1:
        refuted = row(report, "PATH")
        assert refuted.node == "nonzero"
        assert refuted.witness is not None


LAW_06 = Clause(
    "LAW-06",
    "DOM: a symbol is bound where its value is allocated, and before every use.",
    f"{_LAWS}.dom:_claims",
    "law-the-node-without-binder-is-not-named",
)
LAW_07 = Clause(
    "LAW-07",
    "FRESH: every allocated symbol is bound, or equals what was recorded in its place.",
    f"{_LAWS}.fresh:_claims",
    "law-names-in-use-are-undecided",
)
test_fresh_refutes_an_allocated_symbol_recorded_as_something_else = checks(LAW_07)(
    test_each_law.test_fresh_refutes_an_allocated_symbol_recorded_as_something_else
)
LAW_08 = Clause(
    "LAW-08",
    "INJ: two allocating sites share a name only if their values are equal.",
    f"{_LAWS}.inj:_claims",
    "law-two-names-break-equiv",
)
test_inj_refutes_one_name_for_two_counts_unless_they_are_equal = checks(LAW_08)(
    test_each_law.test_inj_refutes_one_name_for_two_counts_unless_they_are_equal
)
test_congruence_makes_two_counts_of_one_unmutated_mask_equal = checks(LAW_08, PRO_03)(
    test_each_law.test_congruence_makes_two_counts_of_one_unmutated_mask_equal
)
test_a_mutation_in_between_ends_the_congruence = checks(LAW_08, PRO_03)(
    test_each_law.test_a_mutation_in_between_ends_the_congruence
)
test_inj_refutes_two_names_for_one_value = checks(LAW_08, PRO_09)(
    test_each_law.test_inj_refutes_two_names_for_one_value
)
LAW_09 = Clause(
    "LAW-09",
    "EMIT: what was recorded follows from requirements that an operator enforces or an assert still computes.",
    f"{_LAWS}.emit:_claims",
    "law-what-remains-is-still-deferred",
)
test_emit_refutes_a_bound_that_only_a_constant_assert_establishes = checks(LAW_09)(
    test_each_law.test_emit_refutes_a_bound_that_only_a_constant_assert_establishes
)
test_equiv_refutes_a_deferred_broadcast_that_nothing_asserts = checks(LAW_09)(
    test_each_law.test_equiv_refutes_a_deferred_broadcast_that_nothing_asserts
)


@checks(LAW_06)
@pytest.mark.parametrize("operator", ["aten.relu.default", "aten.clone.default", "aten.neg.default"])
def test_a_symbol_that_nothing_allocates_is_refuted(operator: str) -> None:
    program = ProgramBuilder()
    s0, u9 = program.symbol("s0", hint=8), program.unbacked("u9", 0, LARGEST)
    program.output(program.call(operator, program.input("x", tensor([s0])), out=tensor([u9])))
    report = checked(program)
    assert "DOM" in broken_laws(report)
    assert "u9" in (row(report, "DOM").message or "")


@checks(LAW_07)
@settings(max_examples=10)
@given(size=st.integers(0, 8))
def test_an_allocated_symbol_recorded_as_a_number_is_refuted(size: int) -> None:
    report = checked(counted(size=size))
    assert "FRESH" in broken_laws(report)
    assert row(report, "FRESH").node == "nonzero"
    assert checked(counted()).verdict == "equivalent"


@checks(LAW_08, PRO_03)
@pytest.mark.parametrize(
    ("names", "same_mask", "mutate", "broken"),
    [
        (("u0", "u0"), False, False, True),
        (("u0", "u0"), True, False, False),
        (("u0", "u0"), True, True, True),
        (("u0", "u1"), False, False, False),
        (("u0", "u1"), True, True, False),
    ],
)
def test_sites_share_a_name_only_if_their_values_are_equal(
    names: tuple[str, str], same_mask: bool, mutate: bool, broken: bool
) -> None:
    report = checked(two_counts(names, same_mask=same_mask, mutate=mutate))
    assert ("INJ" in broken_laws(report)) == broken
    if broken:
        found = witness(row(report, "INJ"))
        assert len({value for name, value in found.items() if name.startswith("u")}) == 2


def _at_least(low: int, recorded: Expression | bool) -> ProgramReport:
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", low, LARGEST)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    program.assert_scalar(program.call("_operator.ge", program.size(found, 0), low, out=recorded), "enough")
    program.output(found)
    return checked(program)


@checks(LAW_09)
@settings(max_examples=8)
@given(low=st.integers(1, 7))
def test_an_assert_recorded_as_true_emits_nothing(low: int) -> None:
    assert _at_least(low, low <= U0).verdict == "equivalent"
    report = _at_least(low, True)
    assert broken_laws(report) == {"EMIT"}
    assert witness(row(report, "EMIT"))["u0"] < low


LAW_14 = Clause(
    "LAW-14",
    "Definitions become one substitution, resolved to the end, and equations; together they have exactly the"
    " solutions of the definitions.",
    f"{_LAWS}.elimination:equation",
    "law-equations-of-two-sorts-hold",
)
