"""Seeded faults in the judge of one program."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["JUDGING"]

_M: Final = "refimpl.laws"
_J: Final = "specs/judging.py::"
_W: Final = "specs/witnesses.py::"

JUDGING: Final = (
    Mutant(
        "jdg-inputs-need-no-run",
        "A program whose inputs have symbols is taken for one that ran plainly.",
        f"{_M}.judge:_Judge._ran_plainly",
        "seen.contract.bound\n            or ",
        "",
        ("specs/consistency.py::test_what_depends_on_a_symbol_needs_a_run",),
    ),
    Mutant(
        "jdg-only-one-refutation-is-shown",
        "Of several refuted obligations only the first gets a row.",
        f"{_M}.judge:_Judge.law",
        "self.rows.extend(open_rows)",
        "self.rows.extend(open_rows[:1])",
        (f"{_J}test_a_refuted_obligation_has_its_witness",),
    ),
    Mutant(
        "jdg-unread-guards-are-read",
        "A witness may break a guard that nobody understood.",
        f"{_M}.judge:_Judge._refuted",
        "if self.seen.contract.unreadable:",
        "if not outcome.valuation:",
        (f"{_J}test_nothing_is_refuted_under_a_guard_that_nobody_read",),
    ),
    Mutant(
        "jdg-another-value-refutes-too",
        "What another value of an unbound symbol may satisfy is refuted without a witness.",
        "refimpl.laws.judge:_Judge._refuted",
        'known to satisfy it"\n            return LawRow(claim.law, "undecided"',
        'known to satisfy it"\n            return LawRow(claim.law, "refuted"',
        ("specs/judging.py::test_another_value_of_an_unbound_symbol_may_satisfy_it",),
    ),
    Mutant(
        "jdg-branches-are-not-shown",
        "A witness does not say which branch is taken.",
        f"{_M}.judge:_Judge._witness",
        "} | names",
        "} | frozenset(n for n in names if n in self.seen.contract.hints)",
        (f"{_W}test_the_witness_says_which_branch_is_taken",),
    ),
    Mutant(
        "jdg-symbols-of-predicates-are-not-shown",
        "A witness says nothing of the symbols of the predicates it stands under.",
        "refimpl.laws.judge:_Judge._asked",
        "found.update(s.name for s in free_of(predicate))",
        "pass",
        ("specs/witnesses.py::test_the_witness_says_which_branch_is_taken",),
    ),
    Mutant(
        "jdg-sides-have-no-values",
        "A refutation does not say what its sides are at the witness.",
        f"{_M}.law:_side",
        'return f"{text} (= {value})"',
        "return text",
        (f"{_W}test_both_sides_are_shown_with_their_values",),
    ),
    Mutant(
        "jdg-conditions-are-completed-by-themselves",
        "A side that is a number is valued as if it were a condition, and a condition as if it were a number.",
        "refimpl.laws.law:_side",
        "not is_condition(side)",
        "not not is_condition(side)",
        ("specs/witnesses.py::test_both_sides_are_shown_with_their_values",),
    ),
    Mutant(
        "jdg-witnesses-stay-negative",
        "Of two numbers of one size the negative one is taken.",
        f"{_M}.witness:_Search._positive",
        "if value < 0:",
        "if value > 0:",
        (f"{_W}test_the_smallest_witness_is_exact",),
    ),
)
