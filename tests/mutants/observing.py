"""Seeded faults in what the laws look at."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OBSERVING"]

_M: Final = "refimpl.laws"
_O: Final = "specs/observing.py::"
_B: Final = "specs/beholding.py::"

OBSERVING: Final = (
    Mutant(
        "obs-overloads-allocate",
        "The name of an overload is taken for that of an operator.",
        f"{_M}.operators:may_allocate",
        "for part in parts[:2]",
        "for part in parts",
        (f"{_O}test_which_operators_may_allocate",),
    ),
    Mutant(
        "obs-any-slice-allocates",
        "A slice with known bounds along a known dimension is taken to allocate.",
        f"{_M}.operators:_of_a_slice",
        "if unknown or bounds else ()",
        "if unknown or bounds or along else ()",
        (f"{_O}test_where_a_slice_allocates",),
    ),
    Mutant(
        "obs-effects-of-sub-graphs-are-dead",
        "An effect in a sub-graph of a sub-graph is taken for none.",
        f"{_M}.liveness:_runs_effects",
        "(inner.is_impure() or _runs_effects(inner))",
        "inner.is_impure()",
        (f"{_O}test_an_effect_in_a_nested_sub_graph_keeps_its_operators",),
    ),
    Mutant(
        "obs-facts-keep-fresh-names",
        "What the run says keeps its fresh names.",
        f"{_M}.observe:_in_old",
        "return substitute_cond(condition, renaming)",
        "return condition",
        (f"{_B}test_the_log_is_written_in_old_names",),
    ),
    Mutant(
        "obs-plain-conditions-are-rewritten",
        "A plain condition is written in old names as if it had symbols.",
        "refimpl.laws.observe:_in_old",
        "isinstance(condition, bool) or renaming.keys().isdisjoint(condition.free)",
        "isinstance(condition, bool) and renaming.keys().isdisjoint(condition.free)",
        ("specs/beholding.py::test_without_renamings_everything_stays",),
    ),
    Mutant(
        "obs-violations-are-forgotten",
        "What a node violates that is known to raise is not required.",
        f"{_M}.observe:_after",
        'failure.kind == "violated" and',
        'failure.kind == "path" and',
        (f"{_B}test_who_states_a_requirement",),
    ),
    Mutant(
        "obs-kernels-are-a-source-of-their-own",
        "A requirement of the kernel's own is said to come from a kernel, which no law knows.",
        "refimpl.laws.observe:_after",
        'source = "operator" if',
        'source = "kernel" if',
        ("specs/beholding.py::test_who_states_a_requirement",),
    ),
    Mutant(
        "obs-the-last-node-holds-a-symbol",
        "The last node that holds a symbol is taken for the first.",
        f"{_M}.observe:_holders",
        "found.setdefault(symbol, node.path)",
        "found[symbol] = node.path",
        (f"{_B}test_the_first_node_that_holds_a_symbol",),
    ),
    Mutant(
        "obs-inputs-hold-symbols",
        "An input that has a value is a node that may hold a symbol first.",
        "refimpl.laws.observe:_holders",
        "node.is_input or node.old is ABSENT",
        "node.is_input and node.old is ABSENT",
        ("specs/beholding.py::test_the_first_node_that_holds_a_symbol",),
    ),
    Mutant(
        "obs-unbound-symbols-stand-nowhere",
        "Of a symbol in a sequence it is not told in which element it stands.",
        f"{_M}.observe:_place",
        'f"{at}[{index}]"',
        "at",
        (f"{_B}test_where_an_unbound_symbol_stands",),
    ),
)
