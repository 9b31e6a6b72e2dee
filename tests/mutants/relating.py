"""Seeded faults in how two programs are compared."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["RELATING"]

_R: Final = "refimpl.relation"
_P: Final = "tests/relation/test_pairs.py::"
_T: Final = "tests/relation/test_parts.py::"
_ENUMERATED: Final = f"{_P}test_programs_relate_as_enumeration_says"

RELATING: Final = (
    Mutant(
        "rel-what-the-other-states-later-counts",
        "A condition is asked under what the refusing program states after it, so that it vouches for itself.",
        f"{_R}.acceptance:_Judge.asked",
        "stated.order + ASKED",
        "1 << 40",
        (f"{_P}test_programs_relate_as_enumeration_says[an assert is used]",),
    ),
    Mutant(
        "rel-the-contract-counts-for-itself",
        "What one program promises is asked where it is promised.",
        f"{_R}.acceptance:_Judge.promised",
        "lambda _: PROMISED",
        "lambda _: 1",
        (f"{_P}test_programs_relate_as_enumeration_says[a wider range]",),
    ),
    Mutant(
        "rel-directions-are-swapped",
        "What the new program accepts more is called stricter.",
        f"{_R}.acceptance:_direction",
        '== "old"',
        '== "new"',
        (_ENUMERATED, f"{_P}test_a_witness_is_taken_by_one_program_alone"),
    ),
    Mutant(
        "rel-only-what-is-lost-is-asked",
        "Nobody asks what the new program requires more.",
        f"{_R}.compare:diff",
        "lost.requirements + gained.requirements",
        "lost.requirements",
        (_ENUMERATED, f"{_P}test_the_reverse_is_the_opposite"),
    ),
    Mutant(
        "rel-a-fixed-size-restricts-nothing",
        "A program that takes one size is thought to take any.",
        f"{_R}.names:_Names.want",
        "if condition is not True:",
        "if condition is not True and free_of(term):",
        (f"{_P}test_programs_relate_as_enumeration_says[a size becomes fixed]",),
    ),
    Mutant(
        "rel-derived-sizes-are-not-divided",
        "A size that is written 2*s0 is taken for s0.",
        f"{_R}.names:_Names._solve",
        "to_dim(rest), factor)",
        "to_dim(rest), 1)",
        (f"{_P}test_programs_relate_as_enumeration_says[derived in another range]",),
    ),
    Mutant(
        "rel-ranges-of-nothing-count",
        "A range of a symbol that no input has is taken for a promise.",
        f"{_R}.names:_Names.side",
        "contract=tuple(_about(given.contract, determined))",
        "contract=given.contract",
        (f"{_P}test_everything_that_follows_has_no_row[a range of nothing]",),
    ),
    Mutant(
        "rel-data-correspond-by-name-first",
        "Symbols of one name are taken for one quantity, whatever computes them.",
        f"{_R}.matching:_computation",
        "return side.computations.get(node, node), place",
        "return atom.name",
        (f"{_T}test_data_correspond_by_what_computes_them", f"{_T}test_other_data_are_told_apart"),
    ),
    Mutant(
        "rel-guesses-are-not-said",
        "That data were matched by name is not in the report.",
        f"{_R}.compare:diff",
        'if m.by != "computation"',
        'if m.by == "node"',
        (f"{_T}test_what_is_not_computed_alike_is_guessed_and_said[u0-name]",),
    ),
    Mutant(
        "rel-data-of-one-name-are-never-told-apart",
        "Data that correspond to nothing keep their names, which the other program uses for something else.",
        f"{_R}.names:_Names.unused",
        "if name in self.taken:",
        "if not name:",
        (f"{_T}test_unmatched_data_of_one_name_stay_apart",),
    ),
    Mutant(
        "rel-every-stride-counts",
        "The stride of a size of 1 counts.",
        f"{_R}.outputs:_Comparison._tensors",
        "le(old.sizes[dim], 1), ",
        "",
        (f"{_T}test_a_stride_counts_where_the_size_exceeds_one",),
    ),
    Mutant(
        "rel-no-stride-counts",
        "Strides are not compared.",
        f"{_R}.outputs:_Comparison._tensors",
        'old.layout == new.layout == "strided"',
        "old.layout != new.layout",
        (f"{_T}test_outputs_differ_in_a_stride_that_counts",),
    ),
    Mutant(
        "rel-an-output-too-many-is-no-difference",
        "An output that only one program has is taken for a write.",
        f"{_R}.outputs:_lacking",
        "not has.is_write",
        "has.is_write",
        (f"{_T}test_outputs_differ_in_number", f"{_T}test_what_a_write_gives_back_may_be_done_in_place"),
    ),
    Mutant(
        "rel-unread-guards-are-none",
        "A guard that nobody understood counts as none.",
        f"{_R}.compare:_unread",
        "if old.unread == new.unread:",
        "if old.unread is not None:",
        (f"{_T}test_a_guard_that_nobody_read_leaves_it_unknown",),
    ),
    Mutant(
        "rel-a-program-that-accepts-nothing-proves-everything",
        "From constraints that contradict each other everything follows.",
        f"{_R}.acceptance:refusals",
        "if model is None or isinstance(model, str):",
        "model = model or {}\n    if isinstance(model, str):",
        (f"{_T}test_contradictory_asserts_leave_it_unknown",),
    ),
    Mutant(
        "rel-the-refusing-program-is-not-replayed",
        "That a program refuses a witness is taken from the solver.",
        f"{_R}.acceptance:_Judge._replayed",
        "if claim.until == PROMISED:",
        "if claim.until is not None:",
        (f"{_T}test_a_refusal_says_what_raises",),
    ),
)
