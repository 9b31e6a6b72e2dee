"""Seeded faults of one special case each, in environments, steps, operators and archives."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["SPECIAL_STEPS"]

SPECIAL_STEPS: Final = (
    Mutant(
        "pro-failed-writes-are-not-undone",
        "What a node wrote before it failed counts as written.",
        "refimpl.fake_tensor.quantities:Quantities.roll_back",
        "storage.version = version",
        "pass",
        ("specs/propagation.py::test_a_node_that_raises_leaves_everything_as_before_it_too",),
    ),
    Mutant(
        "pro-equal-names-forget-their-branch",
        "That two names of a branch are equal is recorded outside of it.",
        "refimpl.symbolic_shapes.bindings:_rebind_one",
        "Requirement(env.node, condition, condition, message, env.predicates)",
        "Requirement(env.node, condition, condition, message, ())",
        ("specs/records.py::test_what_rebinding_records_carries_the_predicates",),
    ),
    Mutant(
        "reb-side-conditions-may-be-excluded",
        "A step is taken although its side condition is known to be false.",
        "refimpl.symbolic_shapes.rebinding:_finish",
        "(is_side or not nothing_known) and view",
        "not is_side and not nothing_known and view",
        ("specs/rebinding.py::test_a_refused_step_names_what_excludes_it",),
    ),
    Mutant(
        "env-only-one-symbol-is-named",
        "The error names the first unbacked symbol only.",
        "refimpl.symbolic_shapes.environment:Environment.data_dependent_error",
        "for symbol in unbacked}",
        "for symbol in unbacked[:1]}",
        ("specs/environment.py::test_data_dependent_decisions_name_their_symbols",),
    ),
    Mutant(
        "opr-bins-may-be-fewer-than-asked",
        "``bincount`` may yield fewer bins than ``minlength``.",
        "refimpl.aten.data_dependent:bincount",
        "ctx.fact(ge(count, minlength))",
        "pass",
        ("specs/operators.py::test_repeats_and_bins_are_those_of_the_contents",),
    ),
    Mutant(
        "env-branches-forget-what-was-said-outside",
        "Inside a branch only what was said there is allowed for.",
        "refimpl.symbolic_shapes.knowledge:Knowledge.snapshot",
        "conjuncts(resolved)))\n            scope = scope._parent",
        "conjuncts(resolved)))\n            scope = None",
        ("specs/histories.py::test_any_history_keeps_exactly_what_was_said",),
    ),
)
