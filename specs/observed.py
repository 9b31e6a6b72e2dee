"""IMP: the laws of an implementation, judged on what was observed of its steps and runs.

The checks are those of ``tests/laws``: right steps, and steps with one fault each.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from specs.roots import ASK_07, ASK_08
from specs.step_claims import ASK_04, ASK_05, ASK_06
from specs.steps import STP_03, STP_04, STP_05, STP_06
from tests.laws import test_implementation_laws as laws

__all__ = ["IMP_01", "IMP_02", "IMP_03", "IMP_04", "IMP_05"]

_LAWS = "refimpl.laws"
IMP_01 = Clause(
    "IMP-01",
    "A faulty step breaks the law that forbids the fault and no other; a right one breaks none.",
    f"{_LAWS}.implementation:judge_step",
    "imp-only-exactness-counts",
)
test_the_laws_are_those_of_the_design = checks(IMP_01)(laws.test_the_laws_are_those_of_the_design)
test_a_fault_breaks_its_law_and_no_other = checks(
    IMP_01, STP_03, STP_04, STP_05, STP_06, ASK_07, ASK_08, ASK_04, ASK_05, ASK_06
)(laws.test_a_fault_breaks_its_law_and_no_other)
test_a_right_step_breaks_no_law = checks(
    IMP_01, STP_03, STP_04, STP_05, STP_06, ASK_07, ASK_08, ASK_04, ASK_05, ASK_06
)(laws.test_a_right_step_breaks_no_law)
test_a_replacement_of_another_sort_breaks_sort = checks(IMP_01, ASK_07)(
    laws.test_a_replacement_of_another_sort_breaks_sort_where_it_appears
)

IMP_02 = Clause(
    "IMP-02",
    "The witness of a refutation is the smallest, and satisfies everything that was known.",
    f"{_LAWS}.implementation:_Judge._refuted",
    "imp-the-first-witness-is-shown",
)
test_the_witness_is_the_smallest = checks(IMP_02)(laws.test_the_witness_is_the_smallest)
test_nothing_is_found_where_what_was_known_has_no_solution = checks(IMP_02)(
    laws.test_nothing_is_found_where_what_was_known_has_no_solution
)

IMP_03 = Clause(
    "IMP-03",
    "EXACT: a step is asked for its equation where everything is asked; a refusal, or what no solver decides, is"
    " undecided.",
    f"{_LAWS}.implementation:_Judge.claims",
    "imp-the-undecided-has-no-reason",
)
test_an_equation_left_unsaid_is_found = checks(IMP_03, STP_03)(
    laws.test_an_equation_left_unsaid_is_found_where_everything_is_asked
)
test_a_step_that_is_refused_although_it_has_a_solution = checks(IMP_03, STP_04)(
    laws.test_a_step_that_is_refused_although_it_has_a_solution_is_undecided
)
test_what_no_solver_decides_is_undecided = checks(IMP_03, STP_03)(laws.test_what_no_solver_decides_is_undecided)

IMP_04 = Clause(
    "IMP-04",
    "STEADY: a second run adds no pending symbol, no assert and no replacement, and drops no bound.",
    f"{_LAWS}.steady:STEADY",
    "imp-what-the-second-run-knows-breaks-exact",
)
test_a_right_run_breaks_no_law = checks(IMP_04)(laws.test_a_right_run_breaks_no_law)
test_pending_symbols_that_grow_break_steady = checks(IMP_04)(laws.test_pending_symbols_that_grow_break_steady)
test_asserts_that_grow_break_steady = checks(IMP_04)(laws.test_asserts_that_grow_break_steady)
test_a_replacement_that_only_the_second_run_makes_breaks_steady = checks(IMP_04)(
    laws.test_a_replacement_that_only_the_second_run_makes_breaks_steady
)
test_a_bound_that_the_second_run_drops_breaks_steady = checks(IMP_04)(
    laws.test_a_bound_that_the_second_run_drops_breaks_steady
)

IMP_05 = Clause(
    "IMP-05",
    "Of a whole run: each binding is rebound by a step (DOM), each pending symbol bound (FRESH), a name belongs to one"
    " site of a branch (INJ), and no assert is filed under a name that is gone (EMIT); what a run did not reach is not"
    " asked.",
    f"{_LAWS}.implementation:judge_run",
    "imp-bound-symbols-are-unbound",
)
test_a_binding_that_no_step_rebinds_breaks_dom = checks(IMP_05)(laws.test_a_binding_that_no_step_rebinds_breaks_dom)
test_a_pending_symbol_that_no_node_binds_breaks_fresh = checks(IMP_05)(
    laws.test_a_pending_symbol_that_no_node_binds_breaks_fresh
)
test_two_sites_under_one_name_break_inj = checks(IMP_05)(laws.test_two_sites_under_one_name_break_inj)
test_an_assert_filed_under_a_name_that_is_gone_breaks_emit = checks(IMP_05)(
    laws.test_an_assert_filed_under_a_name_that_is_gone_breaks_emit
)
test_a_run_that_raised_is_not_asked_for_what_it_did_not_reach = checks(IMP_05)(
    laws.test_a_run_that_raised_is_not_asked_for_what_it_did_not_reach
)
