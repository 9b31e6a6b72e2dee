"""Seeded faults in the propagation of a graph."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["PROPAGATION"]

_RUN: Final = "refimpl.symbolic_shapes.propagate:PropagateUnbackedSymInts.run_node"
_S: Final = "refimpl.symbolic_shapes"
_B: Final = f"{_S}.bindings"
_P: Final = "specs/propagation.py::"
_G: Final = "specs/subgraphs.py::"

PROPAGATION: Final = (
    Mutant(
        "pro-values-keep-fresh-names",
        "The value of a node that binds keeps the fresh names.",
        _RUN,
        "result = rewrite(result, renamed, env)",
        "rewrite(result, renamed, env)",
        (f"{_P}test_every_value_is_in_old_names",),
    ),
    Mutant(
        "pro-facts-keep-fresh-names",
        "Facts are logged in fresh names.",
        f"{_B}:_rewrite_log",
        "log[index] = Fact(node, moved, under)",
        "pass",
        (f"{_P}test_the_log_is_in_old_names",),
    ),
    Mutant(
        "pro-bindings-are-logged-in-fresh-names",
        "The record of a binding keeps the fresh names in its value and its side conditions.",
        "refimpl.symbolic_shapes.bindings:_rewrite_log",
        "log[index] = replace(event, term=substitute(term, renamed), side=new_side)",
        "pass",
        ("specs/records.py::test_every_record_of_a_node_is_written_in_old_names",),
    ),
    Mutant(
        "pro-writes-are-not-seen",
        "A write does not end the congruence of what was counted before.",
        "refimpl.fake_tensor.quantities:Quantities.mutate",
        "storage.version += 1\n        if storage.is_input:",
        "if storage.version < 0:",
        (f"{_P}test_counts_are_equal_exactly_while_nothing_is_written",),
    ),
    Mutant(
        "pro-names-belong-to-one-run",
        "A node that runs again may not take its name again.",
        "refimpl.symbolic_shapes.environment:Environment.may_rename",
        "self.named.get(old, self.node) == self.node",
        "old not in self.named",
        (f"{_P}test_running_again_changes_nothing_but_names",),
    ),
    Mutant(
        "pro-failed-nodes-are-not-undone",
        "A node that fails leaves behind what it did.",
        _RUN,
        "mode.roll_back(point)",
        "pass",
        (f"{_P}test_a_node_that_raises_leaves_everything_as_before_it",),
    ),
    Mutant(
        "pro-definitions-are-not-logged",
        "A binding whose value is known is not logged as a definition.",
        f"{_B}:_rebind_one",
        "elif old is not term_of(symbol):",
        "elif fresh is not None:",
        (f"{_P}test_a_value_that_became_known_defines_its_symbol",),
    ),
    Mutant(
        "pro-derived-values-are-fresh",
        "A definition's record names as fresh what is no symbol.",
        "refimpl.symbolic_shapes.bindings:_rebind_one",
        "bare is not None and env.is_fresh(bare)",
        "bare is not None or env.is_fresh(bare)",
        ("specs/records.py::test_what_is_not_fresh_is_defined",),
    ),
    Mutant(
        "pro-runs-without-a-mode",
        "Without a fake mode nodes run unchecked.",
        _RUN,
        'raise AssertionError("fake_mode must not be None")',
        "return super().run_node(n)",
        (f"{_P}test_outside_of_a_fake_mode_nothing_runs",),
    ),
    Mutant(
        "pro-observer-sees-bare-names",
        "Nodes of sub-graphs are reported by their bare names.",
        _RUN,
        "self.observer(self.path + n.name, result)",
        "self.observer(n.name, result)",
        (f"{_P}test_the_observer_sees_each_value_once_in_order",),
    ),
    Mutant(
        "pro-equal-names-are-not-required",
        "Two names of one value are not required to be equal.",
        f"{_B}:_rebind_one",
        "if fresh is not None and fresh in own:",
        "if fresh is None and fresh in own:",
        (f"{_G}test_one_value_under_two_names_requires_their_equality",),
    ),
    Mutant(
        "pro-carried-symbols-are-not-rebound",
        "The placeholders of a sub-graph are not rebound.",
        _RUN,
        "if n.op in _NOT_CALLS and not (bindings and self.path):",
        "if n.op in _NOT_CALLS:",
        (f"{_G}test_only_placeholders_of_sub_graphs_are_rebound",),
    ),
    Mutant(
        "pro-predicates-are-dropped",
        "A branch runs as if its predicate were always true.",
        "refimpl.symbolic_shapes.propagate:run_subgraph",
        "if under is None:",
        "if under is not None:",
        (f"{_G}test_what_a_branch_requires_holds_under_its_predicate",),
    ),
    Mutant(
        "pro-sub-graphs-run-by-themselves",
        "A sub-graph that is run outside of a propagation does not say so.",
        "refimpl.symbolic_shapes.propagate:run_subgraph",
        "if runner is None:",
        "if False:",
        ("specs/subgraphs.py::test_operands_are_symbolic_and_results_raw",),
    ),
    Mutant(
        "pro-half-of-a-node-is-rebound",
        "A node whose second binding fails leaves the first one in place.",
        f"{_B}:rebind_unbacked",
        "shape_env.roll_back(point)",
        "pass",
        (f"{_G}test_all_symbols_of_a_node_are_rebound_or_none",),
    ),
    Mutant(
        "pro-enforced-parts-keep-fresh-names",
        "What a kernel enforces by itself stays in fresh names.",
        f"{_S}.bindings:_rewrite_log",
        "Requirement(node, moved, cond(enforced), message, under)",
        "Requirement(node, moved, enforced, message, under)",
        ("specs/records.py::test_every_record_of_a_node_is_written_in_old_names",),
    ),
    Mutant(
        "pro-nodes-are-never-left",
        "What is said after a node ran is logged as the node's.",
        f"{_S}.environment:Environment.at",
        "        finally:\n            self.node = outer",
        "        finally:\n            pass",
        ("specs/records.py::test_scopes_are_left",),
    ),
    Mutant(
        "pro-any-key-is-a-symbol",
        "Bindings may be of anything.",
        f"{_S}.bindings:as_bindings",
        "if not isinstance(symbol, Symbol) or not is_tuple(path):",
        "if not is_tuple(path):",
        ("specs/records.py::test_bindings_are_symbols_and_paths",),
    ),
    Mutant(
        "pro-divided-symbols-stay-pending",
        "A fresh symbol under a DivideByKey stays pending.",
        f"{_S}.bindings:_rebind_one",
        "for stands in (bare, _bare(value)):",
        "for stands in (bare,):",
        ("specs/records.py::test_a_fresh_value_is_bound_whatever_it_is_divided_by",),
    ),
)
