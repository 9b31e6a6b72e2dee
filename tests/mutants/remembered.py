"""Seeded faults that only a copy, an order or what was said long before shows."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["REMEMBERED"]

_S: Final = "refimpl.symbolic_shapes"
_T: Final = "refimpl.terms"
_RETOLD: Final = "specs/retold.py::test_"
_REMEMBERED: Final = "specs/remembered.py::test_"

REMEMBERED: Final[tuple[Mutant, ...]] = (
    Mutant(
        "retold-copies-of-branches-lose-what-is-around",
        "A copy of what a branch knows has no scope around it.",
        f"{_S}.knowledge:Knowledge.copy",
        "other._parent = self._parent",
        "other._parent = None",
        (_RETOLD + "scopes_that_were_told_the_same_know_the_same",),
    ),
    Mutant(
        "retold-branches-replace-outside",
        "A branch writes what it resolved into the scope around it.",
        f"{_S}.knowledge:Knowledge.resolve_symbol",
        "self._replacements[symbol] = end",
        "(scope or self)._replacements[symbol] = end",
        (_RETOLD + "scopes_that_were_told_the_same_know_the_same",),
    ),
    Mutant(
        "retold-the-first-learns-into-its-copy",
        "What is learned after a copy was taken is learned into what both ask.",
        f"{_S}.knowledge:Knowledge.copy",
        "other._lent = self._lent = True",
        "other._lent = True",
        (_RETOLD + "scopes_that_were_told_the_same_know_the_same",),
    ),
    Mutant(
        "retold-what-may-be-ignored-is-shared",
        "A copy of a table shares what may be ignored.",
        f"{_S}.symbol_table:SymbolTable.copy",
        "self.ignorable.copy()",
        "self.ignorable",
        (_RETOLD + "what_happens_to_one_environment_is_not_seen_in_another",),
    ),
    Mutant(
        "retold-origins-are-shared",
        "A copy of a table shares where symbols came from.",
        f"{_S}.symbol_table:SymbolTable.copy",
        "self.origins.copy()",
        "self.origins",
        (_RETOLD + "what_happens_to_one_environment_is_not_seen_in_another",),
    ),
    Mutant(
        "retold-names-of-sizes-are-counted-together",
        "Two environments count the names of their sizes together.",
        f"{_S}.shape_env:ShapeEnv.__init__",
        "like._backed_counters.copy()",
        "like._backed_counters",
        (_RETOLD + "what_happens_to_one_environment_is_not_seen_in_another",),
    ),
    Mutant(
        "retold-truths-are-shared",
        "A fork writes conditions into the table of the other side.",
        f"{_T}.knowledge:Knowledge.own",
        "self.truths = self.truths.copy()",
        "self.truths = self.truths",
        (_RETOLD + "bounds_that_were_told_the_same_answer_the_same",),
    ),
    Mutant(
        "retold-ends-are-shared",
        "A fork takes intervals from the cache of the other side.",
        f"{_T}.knowledge:Knowledge.fork",
        "other.ends_cache = {}",
        "other.ends_cache = self.ends_cache",
        (_RETOLD + "bounds_that_were_told_the_same_answer_the_same",),
    ),
    Mutant(
        "retold-the-first-of-two-owns",
        "The side that was forked writes into what both read.",
        f"{_T}.knowledge:Knowledge.fork",
        "self.shared = other.shared = True",
        "other.shared = True",
        (_RETOLD + "bounds_that_were_told_the_same_answer_the_same",),
    ),
    Mutant(
        "remembered-excluded-values-are-forgotten",
        "Of the values that a symbol does not have the last is kept.",
        f"{_T}.bounds:Bounds._exclude",
        "known | {value}",
        "frozenset({value})",
        (_REMEMBERED + "of_one_symbol_that_is_compared_with_numbers_everything_is_known",),
    ),
    Mutant(
        "remembered-one-low-value-is-excluded",
        "Of two excluded values at the low end of a range one is left out.",
        f"{_T}.bounds:_without",
        "while low is not None and low in excluded:",
        "if low is not None and low in excluded:",
        (_REMEMBERED + "excluded_values_at_an_end_are_left_out_in_whatever_order",),
    ),
    Mutant(
        "remembered-one-high-value-is-excluded",
        "Of two excluded values at the high end of a range one is left out.",
        f"{_T}.bounds:_without",
        "while high is not None and high in excluded:",
        "if high is not None and high in excluded:",
        (_REMEMBERED + "excluded_values_at_an_end_are_left_out_in_whatever_order",),
    ),
    Mutant(
        "remembered-only-stated-ends-are-excluded",
        "A value at an end that follows from other ranges is not left out.",
        f"{_T}.bounds:Bounds._exclude",
        "low, high = ends_of(knowledge, direction)",
        "low, high = knowledge.ranges.get(direction, (None, None))",
        (_REMEMBERED + "an_end_that_follows_is_excluded_as_one_that_was_said",),
    ),
    Mutant(
        "remembered-only-stated-members-are-false",
        "A member of a disjunction is false only if its negation was stated.",
        f"{_T}.bounds:Bounds._unit",
        "if decide(self._knowledge, arg) is not False]",
        "if self._knowledge.truths.get(arg) is not False]",
        (_REMEMBERED + "all_parts_are_learned_however_many",),
    ),
    Mutant(
        "remembered-two-arguments-of-a-maximum",
        "Of a maximum with an upper bound two arguments are bounded.",
        f"{_T}.bounds:_backwards",
        "[(arg, (None, high)) for arg in args]",
        "[(arg, (None, high)) for arg in args[:2]]",
        (_REMEMBERED + "all_parts_are_learned_however_many",),
    ),
    Mutant(
        "remembered-eight-members-of-a-conjunction",
        "Of a conjunction eight members are learned.",
        f"{_T}.bounds:Bounds.assume",
        "else reversed(args))",
        "else reversed(args[:8]))",
        (_REMEMBERED + "all_parts_are_learned_however_many",),
    ),
    Mutant(
        "remembered-ranges-without-members-say-nothing",
        "A range without members is not assumed.",
        f"{_T}.bounds:Bounds.assume_range",
        "self._learn([(of_atom(symbol), known.ends)])",
        "self._learn([] if known.is_empty else [(of_atom(symbol), known.ends)])",
        (_REMEMBERED + "a_range_without_members_is_a_contradiction",),
    ),
    Mutant(
        "remembered-comparisons-of-a-term-have-one-key",
        "An equation is ordered as the inequality of the same term.",
        f"{_T}.conditions:_intern_comparison",
        "{kind.__name__}({term.key})",
        "Ge({term.key})",
        (_REMEMBERED + "a_connective_is_one_object_in_whatever_order",),
    ),
    Mutant(
        "remembered-choices-swallow-what-stands-beside",
        "A choice compared beside one other monomial stands alone.",
        f"{_T}.conditions:_ite_of_constants",
        "term.monomials[1:] if constant else term.monomials",
        "term.monomials[1:] or term.monomials",
        (_REMEMBERED + "a_choice_beside_something_else_does_not_stand_alone",),
    ),
    Mutant(
        "remembered-monomials-by-two-factors",
        "Monomials are ordered by their first two factors.",
        f"{_T}.polynomials:_monomial_key",
        "for atom in monomial]",
        "for atom in monomial[:2]]",
        (_REMEMBERED + "a_sum_is_one_object_in_whatever_order",),
    ),
    Mutant(
        "remembered-numbers-that-begin-alike-cancel",
        "Two numbers whose texts begin alike cancel in a bitwise sum.",
        f"{_T}.integers:bit_xor",
        "elif left is right:",
        "elif key_of(left)[:20] == key_of(right)[:20]:",
        (_REMEMBERED + "a_sum_is_one_object_in_whatever_order",),
    ),
    Mutant(
        "remembered-overflows-are-raised",
        "An overflow of a function of floats is raised by whoever makes the term.",
        f"{_T}.floats:float_function",
        "(ZeroDivisionError, OverflowError, ValueError)",
        "(ZeroDivisionError, ValueError)",
        (_REMEMBERED + "a_float_beyond_all_others_is_no_number",),
    ),
    Mutant(
        "remembered-zero-is-no-only-member",
        "A range of zero alone has no only member.",
        f"{_T}.ranges:ValueRange.singleton",
        "if self.low is not None and",
        "if self.low and",
        (_REMEMBERED + "the_only_member_of_a_range_may_be_any_number",),
    ),
)
