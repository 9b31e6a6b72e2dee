"""EMI: which requirements generated code can still ask (law EMIT)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import symbol
from refimpl.laws import ProgramReport
from specs.clauses import Clause, checks
from specs.laws import LAW_09
from specs.obligations import OBL_02
from tests.corpus.made.emission import on_a_count_of_a_branch
from tests.laws.programs import LARGEST, broken_laws, checked, row, witness

__all__ = ["EMI_01", "EMI_02", "EMI_03", "EMI_04", "EMI_05"]

_LAWS = "refimpl.laws"
EMI_01 = Clause(
    "EMI-01",
    "An assert counts only if each of its symbols is computed before it.",
    f"{_LAWS}.emission:_Reach._dominates",
    "emit-a-node-has-not-its-own-value",
)
EMI_02 = Clause(
    "EMI-02",
    "A value that dead code elimination drops computes nothing.",
    f"{_LAWS}.emission:_Reach.missing",
    "emit-binders-may-be-dead",
)
EMI_03 = Clause(
    "EMI-03",
    "What an assert uses is live, although no output does; so is an operator in whose sub-graph, at any depth, an"
    " effect stands.",
    f"{_LAWS}.liveness:_kept",
    "emit-nested-effects-are-dead",
)


@dataclass(frozen=True)
class Counts:
    """Equal counts of one mask; after ``placed`` of them an assert on one, recorded of one."""

    live: tuple[bool, ...]
    placed: int
    computed: int
    recorded: int

    def report(self) -> ProgramReport:
        """What the checker says; the computed count is recorded to be at least 2."""
        program = ProgramBuilder()
        s0 = program.symbol("s0", hint=8)
        mask = program.input("m", tensor([s0], "bool"))
        found: list[Value] = []
        for index in range(len(self.live)):
            count = program.unbacked(f"u{index}", 2 if index == self.computed else 0, LARGEST)
            out = tensor([count, 1], "int64", strides=[1, count])
            found.append(program.call("aten.nonzero.default", mask, out=out))
            if len(found) == self.placed:
                size = program.size(found[self.computed], 0)
                named = symbol(f"u{self.recorded}")
                program.assert_scalar(program.call("_operator.ge", size, 2, out=named >= 2))
        program.output(*(value for value, live in zip(found, self.live, strict=True) if live), mask)
        return checked(program)

    def is_emitted(self) -> bool:
        """By the definition: computed before the assert, by an output or by the assert itself."""
        return self.recorded < self.placed and (self.live[self.recorded] or self.recorded == self.computed)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """One to three counts, which of them are outputs, where the assert stands and of which it speaks."""
    live = tuple(draw(st.lists(st.booleans(), min_size=1, max_size=3)))
    placed = draw(st.integers(1, len(live)))
    return Counts(live, placed, draw(st.integers(0, placed - 1)), draw(st.integers(0, len(live) - 1)))


@checks(EMI_01, EMI_02, EMI_03, LAW_09)
@settings(max_examples=40, deadline=None)
@given(counts=counts())
def test_an_assert_counts_where_live_values_before_it_compute_its_symbols(counts: Counts) -> None:
    report = counts.report()
    assert ("EMIT" in broken_laws(report)) == (not counts.is_emitted())
    assert "EQUIV" not in broken_laws(report), "the counts are equal, so nothing is lost but the assert"
    if not counts.is_emitted():
        assert witness(row(report, "EMIT"))[f"u{counts.computed}"] < 2


EMI_04 = Clause(
    "EMI-04",
    "A value of a branch does not dominate what stands outside of it.",
    f"{_LAWS}.dom:scope_of",
    "emit-branches-are-everywhere",
)


@checks(EMI_04, LAW_09, OBL_02)
def test_a_count_of_a_branch_is_not_there_outside() -> None:
    report = checked(on_a_count_of_a_branch().program)
    refuted = row(report, "EMIT")
    assert refuted.outcome == "refuted"
    assert "which does not dominate _assert_scalar" in (refuted.message or "")


EMI_05 = Clause(
    "EMI-05",
    "Of a deferred requirement that nothing can compute, what the kernel enforces by itself remains, and only that.",
    f"{_LAWS}.emission:with_emission",
    "emit-what-remains-enforces-everything",
)


def _broadcast(low: int, high: int, *, live: bool) -> ProgramReport:
    """``u0`` elements and 5 are added: tracing defers ``u0 = 5``, the kernel takes ``u0 = 1`` too."""
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", low, high)
    x, y = program.input("x", tensor([s0])), program.input("y", tensor([5]))
    mask = program.call("aten.gt.Scalar", x, 0, out=tensor([s0], "bool"))
    found = program.call("aten.masked_select.default", x, mask, out=tensor([u0]))
    program.call("aten.add.Tensor", found, y, out=tensor([5]))
    program.output(mask, *((found,) if live else ()))
    return checked(program)


@checks(EMI_05, LAW_09)
@pytest.mark.parametrize(
    ("low", "high", "live", "laws"),
    [
        (1, 5, False, "EQUIV"),  # the record allows 1, which the run refuses; the kernel's 1 and 5 are both recorded
        (2, 5, False, "EMIT"),  # the kernel takes 1, which is not recorded
        (5, 5, False, "EMIT"),
        (2, 5, True, ""),
        (5, 5, True, ""),
    ],
)
def test_the_kernels_part_of_a_deferred_requirement_remains(low: int, high: int, live: bool, laws: str) -> None:
    report = _broadcast(low, high, live=live)
    assert broken_laws(report) == set(laws.split())
    if laws:
        assert witness(row(report, laws))["u0"] == 1
