"""Verdicts and witnesses against brute force over a small box: a second semantics that knows no terms and no solver."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression
from refimpl.laws import ProgramReport
from tests.laws.programs import broken_laws, checked, row, witness

HINT = 3
_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "ge": operator.ge,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}


@dataclass(frozen=True)
class Assert:
    """What the node computes, and what was recorded of it."""

    operator: str
    bound: int
    recorded_operator: str
    recorded_bound: int


@dataclass(frozen=True)
class Scenario:
    """``u0 = count(nonzero(x))`` for ``2 <= len(x) <= 4``, a recorded range and asserts on ``u0``."""

    low: int | None
    high: int | None
    asserts: tuple[Assert, ...]

    def box(self) -> Iterator[tuple[int, int]]:
        """Every run: the length and the count."""
        return ((s, u) for s in range(2, 5) for u in range(s + 1))

    def before(self, u: int) -> bool:
        """What was recorded."""
        inside = (self.low is None or self.low <= u) and (self.high is None or u <= self.high)
        return inside and all(_OPERATORS[a.recorded_operator](u, a.recorded_bound) for a in self.asserts)

    def after(self, u: int) -> bool:
        """What the nodes require."""
        return all(_OPERATORS[a.operator](u, a.bound) for a in self.asserts)

    def relation(self) -> str:
        """How before and after compare, by enumeration."""
        weaker = any(self.after(u) and not self.before(u) for _, u in self.box())
        stronger = any(self.before(u) and not self.after(u) for _, u in self.box())
        return {(False, False): "equivalent", (True, False): "weakened", (False, True): "strengthened"}.get(
            (weaker, stronger), "incomparable"
        )

    def is_consistent(self) -> bool:
        """Whether both sides have a run."""
        return any(self.after(u) for _, u in self.box()) and any(self.before(u) for _, u in self.box())

    def report(self) -> ProgramReport:
        """What the checker says."""
        program = ProgramBuilder()
        s0 = program.symbol("s0", hint=HINT, low=2, high=4)
        u0 = program.unbacked("u0", self.low, self.high)
        x = program.input("x", tensor([s0]))
        found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
        count = program.size(found, 0)
        for asserted in self.asserts:
            recorded = _expression(u0, asserted.recorded_operator, asserted.recorded_bound)
            target = f"_operator.{asserted.operator}"
            program.assert_scalar(program.call(target, count, asserted.bound, out=recorded))
        program.output(found)
        return checked(program)


def _expression(u0: Expression, name: str, bound: int) -> Expression:
    table = {"ge": u0 >= bound, "le": u0 <= bound, "eq": u0.eq(bound), "ne": u0.ne(bound)}
    return table[name]


_bounds = st.integers(-1, 5)
_names = st.sampled_from(sorted(_OPERATORS))


def _honest(name: str, bound: int) -> Assert:
    return Assert(name, bound, name, bound)


_right = st.builds(_honest, _names, _bounds)
_wrong = st.builds(Assert, _names, _bounds, _names, _bounds)
scenarios = st.builds(
    Scenario,
    st.one_of(st.none(), _bounds),
    st.one_of(st.none(), _bounds),
    st.lists(st.one_of(_right, _right, _wrong), max_size=2).map(tuple),
)


@settings(max_examples=120, deadline=None)
@given(scenarios)
def test_the_verdict_is_that_of_enumeration(scenario: Scenario) -> None:
    report = scenario.report()
    if not scenario.is_consistent():
        assert report.verdict == "broken"
        assert "CONSIST" in broken_laws(report)
        assert not any(found.outcome == "proved" for found in report.laws)
        return
    assert report.relation == scenario.relation()
    assert not report.undecided
    assert (report.verdict == "broken") or scenario.relation() == "equivalent"


@settings(max_examples=60, deadline=None)
@given(scenarios)
def test_every_witness_is_a_run_at_which_one_side_fails(scenario: Scenario) -> None:
    for found in scenario.report().refuted:
        if found.law in ("EQUIV", "LINK"):
            values = witness(found)
            u = values["u0"]
            assert 0 <= u <= values.get("s0", HINT)
            assert scenario.before(u) != scenario.after(u)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5), st.lists(_right, max_size=2).map(tuple))
def test_the_witness_is_the_smallest(low: int, asserts: tuple[Assert, ...]) -> None:
    scenario = Scenario(low, None, asserts)
    report = scenario.report()
    runs = [(s, u) for s, u in scenario.box() if scenario.after(u) and not u >= low]
    if not runs or not scenario.is_consistent():
        return
    found = witness(row(report, "LINK"))
    # Fewest symbols off their hint, smallest sum of absolute values, then by name.
    assert (found.get("s0", HINT), found["u0"]) == min(runs, key=lambda run: (run[0] != HINT, sum(run), run))


@pytest.mark.parametrize("low", [None, 0, 1])
def test_the_oracle_itself_tells_lost_from_kept(low: int | None) -> None:
    # A negative control: without asserts only the bound 1 is lost.
    assert (Scenario(low, None, ()).relation() == "weakened") == (low == 1)
