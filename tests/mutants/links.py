"""Seeded faults in what is asked of the bindings of a program, and in what is listed."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["LINKS"]

_M: Final = "refimpl.laws"
_L: Final = "specs/links.py::"

LINKS: Final = (
    Mutant(
        "lnk-symbols-of-one-condition-are-linked-once",
        "A condition on two symbols is asked of the binding of one of them only.",
        f"{_M}.link:_claims",
        "if (binding.symbol, statement.condition, statement.predicates) in asked:",
        "if any(statement.condition is known for _, known, _ in asked):",
        (f"{_L}test_each_condition_on_a_symbol_is_asked_where_it_is_bound",),
    ),
    Mutant(
        "lnk-two-names-are-judged-by-the-run",
        "The equality of one value's two names is judged by what the run itself requires.",
        f"{_M}.inj:_claims",
        '"before", about, None',
        '"after", about, None',
        (f"{_L}test_two_names_of_one_value_need_a_record_that_makes_them_equal",),
    ),
    Mutant(
        "lnk-shared-floats-are-integers",
        "The name that two sites share is an integer if it is a float, and a float if it is an integer.",
        "refimpl.laws.inj:_claims",
        "shared.sort is Sort.INT",
        "shared.sort is not Sort.INT",
        ("specs/links.py::test_a_shared_name_needs_equal_values",),
    ),
    Mutant(
        "lnk-only-the-first-divisor-counts",
        "Only the first side condition of a path is asked.",
        f"{_M}.path:_claims",
        "for side in binding.side:",
        "for side in binding.side[:1]:",
        (f"{_L}test_each_side_condition_is_asked_in_its_branch",),
    ),
    Mutant(
        "lnk-the-operator-implies-itself",
        "What an operator enforces is taken to be recorded.",
        f"{_M}.unrecorded:unrecorded",
        'tuple(s for s in seen.before if s.source != "operator")',
        "seen.before",
        (f"{_L}test_what_only_operators_enforce_is_listed",),
    ),
    Mutant(
        "lnk-examples-need-no-model",
        "An example of what only an operator enforces is looked for where there is no model.",
        "refimpl.laws.unrecorded:unrecorded",
        "model is None",
        "model is not None",
        ("specs/links.py::test_what_no_solver_decides_is_not_listed",),
    ),
    Mutant(
        "lnk-each-operator-is-listed",
        "What two operators enforce is listed for each of them.",
        "refimpl.laws.unrecorded:unrecorded",
        "statement.condition in told or theory.settles(claim)",
        "theory.settles(claim)",
        ("specs/links.py::test_what_only_operators_enforce_is_listed",),
    ),
    Mutant(
        "lnk-fresh-symbols-are-not-listed",
        "The fresh symbol that was met at a path is not listed.",
        f"{_M}.propagation:binding_rows",
        "None if b.fresh is None else b.fresh.name",
        "None",
        (f"{_L}test_bindings_and_layout_decisions_are_listed",),
    ),
)
