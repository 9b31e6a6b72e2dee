"""Seeded faults in what law EMIT takes for computable."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["EMISSION"]

_M: Final = "refimpl.laws"
_E: Final = "specs/emission.py::"
_COUNTS: Final = f"{_E}test_an_assert_counts_where_live_values_before_it_compute_its_symbols"

EMISSION: Final = (
    Mutant(
        "emit-later-values-are-there",
        "A symbol that is bound after the assert counts as computable there.",
        f"{_M}.emission:_Reach._dominates",
        "return before and at",
        "return at",
        (_COUNTS,),
    ),
    Mutant(
        "emit-dead-values-are-there",
        "A symbol counts as computable from a node that nothing keeps.",
        f"{_M}.emission:_Reach.__init__",
        "node.live and may_bind",
        "may_bind",
        (_COUNTS,),
    ),
    Mutant(
        "emit-binders-may-be-dead",
        "A node that is dead computes the symbols that it binds.",
        "refimpl.laws.emission:_Reach._reason",
        "if not self._nodes[binder].live:",
        "if False:",
        ("specs/reach.py::test_a_binder_gives_its_symbol_after_it",),
    ),
    Mutant(
        "emit-effects-are-dead",
        "Dead code elimination is taken to drop asserts.",
        f"{_M}.liveness:_kept",
        "node.is_impure() or",
        'node.op == "output" or',
        (_COUNTS,),
    ),
    Mutant(
        "emit-branches-are-everywhere",
        "What a branch computes counts as computed after it, whether it is taken or not.",
        f"{_M}.emission:_Reach._dominates",
        "before and at.startswith(scope_of(path, self._nodes))",
        "before",
        (f"{_E}test_a_count_of_a_branch_is_not_there_outside",),
    ),
    Mutant(
        "emit-deferred-is-all-or-nothing",
        "Of a deferred requirement that cannot be computed nothing remains.",
        f"{_M}.emission:with_emission",
        'if lost and stated.source == "deferred":',
        'if lost and stated.source == "range":',
        (f"{_E}test_the_kernels_part_of_a_deferred_requirement_remains",),
    ),
)
