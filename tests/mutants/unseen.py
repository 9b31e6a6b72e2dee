"""Seeded faults that only a circle, a second solution, a branch or the last digit shows."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["UNSEEN"]

_L: Final = "refimpl.laws"
_CHECKS: Final = "specs/unseen.py::test_"


def _killed(check: str) -> tuple[str, ...]:
    return (_CHECKS + check,)


UNSEEN: Final = (
    Mutant(
        "uns-circles-collide-with-nobody",
        "Of two symbols that are renamed to each other neither binding is lost.",
        f"{_L}.root:_names",
        "(symbol, state.renamings.get(symbol, symbol), _end(state, symbol))",
        "(symbol, _end(state, symbol))",
        _killed("symbols_that_are_renamed_to_each_other_collide"),
    ),
    Mutant(
        "uns-doubles-are-doubles-everywhere",
        "What one node requires of one value's two names is nobody's own requirement.",
        f"{_L}.observe:observe",
        "if (r.node, r.condition) not in doubles]",
        "if r.condition not in {condition for _, condition in doubles}]",
        _killed("what_one_node_requires_of_two_names_another_may_require_by_itself"),
    ),
    Mutant(
        "uns-guards-are-never-lost",
        "The caller's contract is shown as the guards of a state that has forgotten it.",
        f"{_L}.self_test:_Seen.state",
        "for condition in self.contract if self.env.known(condition) is not None)",
        "for condition in self.contract)",
        _killed("a_condition_of_the_callers_that_is_forgotten_is_a_guard_no_more"),
    ),
    Mutant(
        "uns-the-second-value-has-no-range",
        "Of the second value of a symbol that nobody binds the ranges are not said.",
        f"{_L}.step_bound:_determined",
        "(substitute_cond(each, again) for each in said))",
        "(substitute_cond(each, again) for each in required))",
        _killed("a_pending_symbol_is_determined_within_its_range"),
    ),
    Mutant(
        "uns-asserts-of-branches-hold-everywhere",
        "What is recorded in other words is asked under the asserts of branches too.",
        f"{_L}.before:_evaluated_again",
        "if not stated.predicates and not isinstance(",
        "if not isinstance(",
        _killed("what_a_branch_asserts_is_not_known_outside_it"),
    ),
    Mutant(
        "uns-floats-of-witnesses-are-rounded",
        "The floats of a witness have six digits.",
        f"{_L}.judge:_number",
        "else repr(value)",
        'else f"{value:g}" if isinstance(value, float) else repr(value)',
        _killed("a_float_of_a_witness_has_every_digit"),
    ),
    Mutant(
        "uns-hints-of-zero-are-none",
        "The witness of a step leaves a hint of 0.",
        f"{_L}.implementation:_hints",
        "if isinstance(hint, int)}",
        "if isinstance(hint, int) and hint}",
        _killed("a_witness_keeps_a_hint_of_zero"),
    ),
    Mutant(
        "uns-integers-stand-on-the-left",
        "An integer that is compared with a float is printed on the left.",
        "refimpl.terms.printing:_float_compare",
        "mirrored = isinstance(part.left, (int, float))",
        "mirrored = isinstance(part.left, float)",
        _killed("an_integer_stands_on_the_right_of_a_float"),
    ),
)
