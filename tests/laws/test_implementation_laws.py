"""The laws of an implementation on observed steps and runs: each fault breaks its law and no other, right ones none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from refimpl.laws.implementation import IMPLEMENTATION_LAWS, OBSERVED_LAWS, judge_run, judge_step
from refimpl.laws.step import Place, Raised, Step
from refimpl.laws.step_law import StepFinding
from refimpl.laws.step_link import LINK_OF_STEP
from refimpl.solver import Obligation, Undecided, Verdict, make_solver
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import ValueRange, ge, of_atom
from tests.laws.observed import AFTER, AT, BEFORE, BROKEN, NEXT, RIGHT, SIZE, U0, U1, U7, U8, becomes, run, step

SOLVER = make_solver()


def refuted(findings: tuple[StepFinding, ...]) -> set[str]:
    """The names of the laws that are refuted; nothing may be undecided."""
    assert all(finding.outcome == "refuted" for finding in findings), findings
    return {finding.law for finding in findings}


def test_the_laws_are_those_of_the_design() -> None:
    assert [law.name for law in IMPLEMENTATION_LAWS] == ["EXACT", "FRAME", "ROOT", "SORT", "ATOM", "STEADY"]
    assert {law.name for law in OBSERVED_LAWS} - {law.name for law in IMPLEMENTATION_LAWS} == {
        "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT",
    }  # fmt: skip


@pytest.mark.parametrize(("law", "make"), BROKEN.values(), ids=BROKEN)
def test_a_fault_breaks_its_law_and_no_other(law: str, make: Callable[[], Step]) -> None:
    findings = judge_step(make(), SOLVER)
    assert refuted(findings) == {law}
    assert all(finding.node == "nonzero" and finding.fix for finding in findings)


@pytest.mark.parametrize("make", RIGHT.values(), ids=RIGHT)
def test_a_right_step_breaks_no_law(make: Callable[[], Step]) -> None:
    assert judge_step(make(), SOLVER) == ()


def test_the_witness_is_the_smallest() -> None:
    (outside,) = [
        each
        for each in judge_step(becomes(of_atom(U7) + 1), SOLVER, laws=(LINK_OF_STEP,))
        if "u0 <= 10" in each.message
    ]
    assert outside.witness is not None
    assert dict(outside.witness) == {"u0": 11, "u7": 10}


def test_an_equation_left_unsaid_is_found_where_everything_is_asked() -> None:
    (finding,) = judge_step(becomes(2), SOLVER, complete=True)
    assert (finding.law, finding.outcome) == ("EXACT", "refuted")
    assert "lossy" in finding.message


def test_a_step_that_is_refused_although_it_has_a_solution_is_undecided() -> None:
    refusal = Raised("refused", "AssertionError", "should have been constant")
    (finding,) = judge_step(replace(becomes(of_atom(U7) + 1), raised=refusal), SOLVER)
    assert (finding.law, finding.outcome) == ("EXACT", "undecided")


def test_a_division_that_nothing_makes_exact_breaks_path_although_it_is_refused() -> None:
    refusal = Raised("refused", "AssertionError", "should have been constant")
    found = {each.law: each for each in judge_step(replace(becomes(of_atom(U7), divisor=2), raised=refusal), SOLVER)}
    assert {law: each.outcome for law, each in found.items()} == {"EXACT": "undecided", "PATH": "refuted"}
    assert found["PATH"].witness == {"u7": 1}
    assert "refused with AssertionError" in found["PATH"].message
    exact = judge_step(replace(becomes(of_atom(U7) * 4, divisor=2), raised=refusal), SOLVER)
    assert [each.law for each in exact] == ["EXACT"], "what is divided is a multiple"


def test_nothing_is_found_where_what_was_known_has_no_solution() -> None:
    nothing: ShapeEnvState = replace(BEFORE, ranges={**BEFORE.ranges, U8: ValueRange(3, 2)})
    assert judge_step(step(before=nothing, after=nothing), SOLVER) == ()


class GivesUp:
    """A solver that decides nothing."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        return tuple(Undecided("out of budget") for _ in obligations)


def test_what_no_solver_decides_is_undecided() -> None:
    (finding,) = judge_step(step(after=BEFORE), GivesUp())
    assert finding.outcome == "undecided"
    assert "out of budget" in finding.message


def test_a_right_run_breaks_no_law() -> None:
    again = replace(
        AFTER, replacements={**AFTER.replacements, U8: of_atom(U0)}, ranges={**AFTER.ranges, U8: ValueRange(0, 10)}
    )
    assert judge_run(run(again=again), SOLVER) == ()


def test_pending_symbols_that_grow_break_steady() -> None:
    again = replace(AFTER, pending=(U8,))
    findings = judge_run(run(again=again), SOLVER)
    assert refuted(findings) == {"STEADY"}
    assert "pending symbols" in findings[0].message


def test_asserts_that_grow_break_steady() -> None:
    again = replace(AFTER, asserts={**AFTER.asserts, U8: AFTER.asserts[U0]})
    assert refuted(judge_run(run(again=again), SOLVER)) == {"STEADY"}


def test_an_assert_on_a_value_of_the_second_run_is_no_growth() -> None:
    again = replace(AFTER, asserts={**AFTER.asserts, U8: (ge(of_atom(U8), 3),)})
    assert judge_run(run(again=again), SOLVER) == ()


def test_a_replacement_that_only_the_second_run_makes_breaks_steady() -> None:
    again = replace(AFTER, replacements={**AFTER.replacements, U0: 4})
    findings = judge_run(run(again=again), SOLVER)
    assert refuted(findings) == {"STEADY"}
    assert any(finding.witness is not None and finding.witness["u0"] == 0 for finding in findings)


def test_a_bound_that_the_second_run_drops_breaks_steady() -> None:
    again = replace(AFTER, ranges={**AFTER.ranges, U0: SIZE, U7: SIZE}, asserts={})
    assert refuted(judge_run(run(again=again), SOLVER)) == {"STEADY"}


def test_a_binding_that_no_step_rebinds_breaks_dom() -> None:
    seen = run()
    (finding,) = judge_run(replace(seen, recorded=(*seen.recorded, ("cond/true_graph_0/item", U1, ()))), SOLVER)
    assert (finding.law, finding.node) == ("DOM", "cond/true_graph_0/item")


def test_a_pending_symbol_that_no_node_binds_breaks_fresh() -> None:
    (finding,) = judge_run(run(after=replace(AFTER, pending=(U7, U8))), SOLVER)
    assert (finding.law, "u8" in finding.message) == ("FRESH", True)


def test_a_symbol_of_a_sub_graph_that_is_not_rebound_breaks_fresh() -> None:
    seen = run(after=replace(AFTER, ranges={**AFTER.ranges, U8: SIZE}))
    assert judge_run(seen, SOLVER) == ()
    below = replace(seen, recorded=(*seen.recorded, ("cond/true_graph_0/item", U1, ())))
    findings = judge_run(below, SOLVER)
    assert refuted(findings) == {"DOM", "FRESH"}
    assert any("u8" in finding.message for finding in findings)


def test_one_value_under_two_names_breaks_inj_although_it_is_refused() -> None:
    shared = step(Place(U0, AT, of_atom(U7)), Place(U1, NEXT, of_atom(U7)), after=BEFORE)
    refused = replace(shared, raised=Raised("refused", "AssertionError", "u7 -> u0"))
    assert "INJ" in {finding.law for finding in judge_step(refused, SOLVER) if finding.outcome == "refuted"}


def test_two_sites_under_one_name_break_inj() -> None:
    before = replace(AFTER, ranges={**AFTER.ranges, U8: SIZE})
    after = replace(before, replacements={**AFTER.replacements, U8: of_atom(U0)})
    second = replace(step(Place(U0, AT, of_atom(U8)), before=before, after=after), node="nonzero_1")
    (finding,) = judge_run(run(step(), second), SOLVER)
    assert (finding.law, finding.node) == ("INJ", "nonzero_1")
    assert finding.witness is not None
    assert finding.witness["u0"] != finding.witness["u8"]
    branch = replace(step(), node="cond/true_graph_0/nonzero"), replace(second, node="cond/false_graph_0/nonzero")
    assert judge_run(run(*branch), SOLVER) == ()


def test_an_assert_filed_under_a_name_that_is_gone_breaks_emit() -> None:
    later = replace(AFTER, asserts={**AFTER.asserts, U7: (ge(of_atom(U7), 3),)})
    assert refuted(judge_run(run(after=later), SOLVER)) == {"EMIT"}


def test_a_run_that_raised_is_not_asked_for_what_it_did_not_reach() -> None:
    seen = run(after=replace(AFTER, pending=(U8,)))
    raised = Raised("other", "RuntimeError", "the operator failed")
    assert judge_run(replace(seen, recorded=(*seen.recorded, ("item", U1, NEXT)), raised=raised), SOLVER) == ()


def test_a_replacement_of_another_sort_breaks_sort_where_it_appears() -> None:
    mixed = replace(AFTER, replacements={**AFTER.replacements, U1: 2.5})
    assert "SORT" in refuted(judge_step(step(after=mixed), SOLVER))
    before = replace(BEFORE, replacements={U1: 2.5})
    assert "SORT" not in refuted(judge_step(step(before=before, after=mixed), SOLVER))
