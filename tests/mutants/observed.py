"""Seeded faults that recorded programs notice, and faults in the laws of an implementation."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["OBSERVED"]

_M: Final = "refimpl.laws"
_C: Final = "specs/recorded.py::"
_I: Final = "specs/observed.py::"
_J: Final = "specs/implementation.py::"
_S: Final = "refimpl.symbolic_shapes"

OBSERVED: Final = (
    Mutant(
        "cor-lower-ends-are-upper",
        "The lower end of a recorded range is read as an upper one.",
        f"{_M}.contract:range_conditions",
        "yield ge(term, entry.low)",
        "yield le(term, entry.low)",
        (f"{_C}test_an_intact_archive_is_equivalent",),
    ),
    Mutant(
        "cor-offsets-are-zero",
        "Every tensor is shown at the start of its storage.",
        f"{_M}.values_json:_tensor",
        "_dim(tensor.offset)",
        "0",
        (f"{_C}test_every_node_has_the_value_that_pytorch_computed",),
    ),
    Mutant(
        "cor-recorded-values-are-shown",
        "The blind run shows what was recorded.",
        f"{_M}.propagation:propagation_report",
        '"values": values_json(seen)',
        '"values": {node.path: str(node.old) for node in seen.nodes}',
        (f"{_C}test_what_was_recorded_has_no_influence_on_the_blind_run",),
    ),
    Mutant(
        "cor-replays-see-other-sizes",
        "A replay runs at other sizes than those of the witness.",
        f"{_M}.replay:replay",
        "Replay(dict(valuation))",
        "Replay({name: value + 1 for name, value in valuation.items()})",
        (f"{_C}test_every_node_computes_what_its_terms_say",),
    ),
    Mutant(
        "imp-only-exactness-counts",
        "Of the laws only the first is asked of a step.",
        f"{_M}.implementation:judge_step",
        "for law in laws]",
        "for law in laws[:1]]",
        (f"{_I}test_a_fault_breaks_its_law_and_no_other",),
    ),
    Mutant(
        "imp-contradictions-refute",
        "What was known is not asked for a solution.",
        f"{_M}.implementation:_Judge._refuted",
        "rest, False)",
        "(), False)",
        (f"{_I}test_nothing_is_found_where_what_was_known_has_no_solution",),
    ),
    Mutant(
        "imp-the-undecided-is-fine",
        "What no solver decides is passed over.",
        f"{_M}.implementation:_Judge.claims",
        'yield StepFinding(claim.law, "undecided", claim.node, f"{claim.about}; {reason}", fix=claim.fix)',
        "continue",
        (f"{_I}test_what_no_solver_decides_is_undecided",),
    ),
    Mutant(
        "imp-pending-symbols-may-grow",
        "A run may leave more symbols pending than the one before.",
        f"{_M}.steady:_grown",
        "len(after.pending), len(again.pending)",
        "len(again.pending), len(again.pending)",
        (f"{_I}test_pending_symbols_that_grow_break_steady",),
    ),
    Mutant(
        "imp-what-the-second-run-knows-breaks-exact",
        "What only the second run knows breaks EXACT instead of STEADY.",
        "refimpl.laws.steady:_different",
        'StepClaim("STEADY", _RUN, first',
        'StepClaim("EXACT", _RUN, first',
        ("specs/run_claims.py::test_the_second_run_knows_what_the_first_knew",),
    ),
    Mutant(
        "imp-runs-are-not-judged",
        "Of a run no law is asked.",
        f"{_M}.implementation:judge_run",
        "for law in laws]",
        "for law in laws[:0]]",
        (f"{_I}test_a_pending_symbol_that_no_node_binds_breaks_fresh",),
    ),
    Mutant(
        "imp-bound-symbols-are-unbound",
        "Of the symbols of a sub-graph those that are bound are told to be bound by nobody.",
        "refimpl.laws.step_bound:_unbound_below",
        "symbol not in bound",
        "symbol in bound",
        ("specs/run_claims.py::test_what_a_sub_graph_allocates_is_bound_there",),
    ),
    Mutant(
        "imp-moved-conditions-are-lost",
        "The conditions of a replaced symbol do not move to what replaces it.",
        f"{_S}.rebinding:_finish",
        "pending.append(moved)",
        "pending.append(True)",
        (f"{_J}test_exact_holds_of_the_shipped_step",),
    ),
    Mutant(
        "imp-backed-symbols-are-replaced",
        "Where a size of the caller stands, the size is replaced.",
        f"{_S}.rebinding:_orient",
        "_replaceable(old, new), _replaceable(new, old)",
        "(None, _bare(new)) if str(new) == 's0' else (_replaceable(old, new), _replaceable(new, old))",
        (f"{_J}test_frame_holds_of_the_shipped_step",),
    ),
    Mutant(
        "imp-symbols-replace-themselves",
        "A symbol is replaced by a term in which it occurs.",
        f"{_S}.rebinding:_replaceable",
        "return None if not isinstance(other, (int, float)) and symbol in other.free else symbol",
        "return symbol",
        (f"{_J}test_root_holds_of_the_shipped_step",),
    ),
    Mutant(
        "imp-booleans-are-integers",
        "True stands for the integer 1.",
        f"{_S}.rebinding:_same_sort",
        "(isinstance(value, int) and not isinstance(value, bool))",
        "isinstance(value, int)",
        (f"{_J}test_sort_holds_of_the_shipped_step",),
    ),
    Mutant(
        "imp-failed-steps-leave-a-trace",
        "A step that raises takes nothing back.",
        f"{_S}.bindings:rebind_unbacked",
        "shape_env.roll_back(point)",
        "pass",
        (f"{_J}test_atom_holds_of_a_step_that_fails_at_its_second_binding",),
    ),
    Mutant(
        "imp-what-holds-is-refused",
        "An equation that holds already is taken for false.",
        f"{_S}.rebinding:_orient",
        """    if old is new:
        return True""",
        """    if old is new:
        return False""",
        (f"{_J}test_steady_holds_of_the_shipped_step",),
    ),
    Mutant(
        "imp-bound-symbols-stay-pending",
        "A symbol that a node binds stays pending.",
        f"{_S}.symbol_table:SymbolTable.settle",
        "del self.pending[symbol]",
        "pass",
        (f"{_J}test_the_laws_hold_of_whole_propagations",),
    ),
    Mutant(
        "imp-steps-learn-nothing",
        "The store does not learn what a step adds.",
        f"{_S}.knowledge:Knowledge.apply",
        "for condition in delta.added:",
        "for condition in delta.added[:0]:",
        (f"{_J}test_the_laws_hold_after_any_history",),
    ),
)
