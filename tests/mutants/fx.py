"""Seeded faults in the interpreter."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["FX"]

_I: Final = "refimpl.fx.interpreter:Interpreter"
_S: Final = "specs/interpreter.py::"
_N: Final = "specs/nodes.py::"

FX: Final = (
    Mutant(
        "int-nodes-in-name-order",
        "Nodes run in the order of their names.",
        f"{_I}.run",
        "for node in self.graph.nodes:",
        "for node in sorted(self.graph.nodes, key=str, reverse=True):",
        (f"{_S}test_a_run_gives_what_the_program_means",),
    ),
    Mutant(
        "int-last-value-is-the-result",
        "A graph without output returns the value of its last node.",
        "refimpl.fx.interpreter:Interpreter.run",
        "return None",
        "return list(env.values())[-1]",
        ("specs/interpreter.py::test_a_graph_without_output_returns_none",),
    ),
    Mutant(
        "int-initial-values-ignored",
        "A node with a given value runs nevertheless.",
        f"{_I}.run",
        "if node in env:",
        "if node in env and node.op == 'placeholder':",
        (f"{_S}test_given_values_stand_for_their_nodes",),
    ),
    Mutant(
        "int-values-never-dropped",
        "Values stay in the environment after their last use.",
        f"{_I}.run",
        "del env[unused]",
        "env[unused]",
        (f"{_S}test_only_values_with_a_use_ahead_are_kept",),
    ),
    Mutant(
        "int-given-graph-ignored",
        "The module's own graph runs although another was given.",
        f"{_I}.__init__",
        "graph if graph is not None else _graph_of(module)",
        "_graph_of(module)",
        (f"{_S}test_the_given_graph_runs_on_the_modules_attributes",),
    ),
    Mutant(
        "int-inputs-always-processed",
        "Inputs pass through the graph's conventions even if that is switched off.",
        f"{_I}.run",
        "self.graph.process_inputs(*args) if enable_io_processing else args",
        "self.graph.process_inputs(*args)",
        (f"{_S}test_inputs_and_output_pass_through_the_conventions_of_the_graph",),
    ),
    Mutant(
        "int-boxed-arguments-kept",
        "The caller's list keeps the arguments alive.",
        f"{_I}.boxed_run",
        "args_list.clear()",
        "args_list.copy()",
        (f"{_S}test_a_boxed_run_takes_its_arguments_out_of_the_list",),
    ),
    Mutant(
        "int-methods-cannot-be-overridden",
        "A subclass overrides every kind of node except calls of methods.",
        "refimpl.fx.interpreter:Interpreter._run_node",
        "getattr(self, n.op)",
        "getattr(self, n.op) if n.op != 'call_method' else Interpreter.call_method.__get__(self)",
        ("specs/interpreter.py::test_each_kind_of_node_can_be_overridden",),
    ),
    Mutant(
        "int-starred-placeholder-takes-one",
        "A starred placeholder takes one input only.",
        f"{_I}.placeholder",
        "return list(self.args_iter)",
        "return [next(self.args_iter)]",
        (f"{_S}test_placeholders_take_inputs_in_order",),
    ),
    Mutant(
        "int-attribute-error-names-the-whole-path",
        "The error for a missing attribute names the whole path, not the part that is missing.",
        f"{_I}.fetch_attr",
        "'.'.join(atoms[:depth])",
        "target",
        (f"{_S}test_attributes_are_found_at_dotted_paths",),
    ),
    Mutant(
        "int-keyword-arguments-lost",
        "Functions are called without their keyword arguments.",
        f"{_I}.call_function",
        "target(*args, **kwargs)",
        "target(*args)",
        (f"{_N}test_functions_get_positional_and_keyword_arguments",),
    ),
    Mutant(
        "int-method-arguments-reversed",
        "A method gets its arguments in the wrong order.",
        f"{_I}.call_method",
        "method(*rest, **kwargs)",
        "method(*rest[::-1], **kwargs)",
        (f"{_N}test_methods_belong_to_the_first_argument",),
    ),
    Mutant(
        "int-submodule-of-the-root-only",
        "A submodule is looked up by the last part of its path.",
        f"{_I}.call_module",
        "self.fetch_attr(target)",
        "self.fetch_attr(target.split('.')[-1])",
        (f"{_N}test_submodules_are_found_at_nested_paths",),
    ),
    Mutant(
        "int-output-unpacked",
        "A graph that returns a tuple returns its first item.",
        f"{_I}.output",
        "return args[0]",
        "return args[0][0] if isinstance(args[0], tuple) and args[0] else args[0]",
        (f"{_N}test_nodes_in_structures_become_their_values",),
    ),
    Mutant(
        "int-dictionaries-become-their-values",
        "A graph that returns a dictionary returns the list of its values.",
        "refimpl.fx.interpreter:Interpreter.output",
        "return args[0]",
        "return list(args[0].values()) if isinstance(args[0], dict) else args[0]",
        ("specs/nodes.py::test_nodes_in_structures_become_their_values",),
    ),
    Mutant(
        "int-keyword-nodes-not-replaced",
        "Nodes among the keyword arguments are passed as they are.",
        f"{_I}.fetch_args_kwargs_from_env",
        "self.map_nodes_to_values(n._kwargs, n)",
        "dict(n._kwargs)",
        (f"{_N}test_nodes_in_structures_become_their_values",),
    ),
    Mutant(
        "int-nodes-in-dictionaries-of-tuples-stay",
        "Nodes in a dictionary that stands in a tuple are not replaced.",
        "refimpl.fx._node_base:map_nodes",
        "mapped.append(map_nodes(item, fn))",
        "mapped.append(item if type(item) is immutable_dict else map_nodes(item, fn))",
        ("specs/nodes.py::test_nodes_in_structures_become_their_values",),
    ),
    Mutant(
        "int-missing-value-names-one-node",
        "The error for a missing value names the missing node as its own user.",
        f"{_I}.map_nodes_to_values",
        'f"Node {n} referenced',
        'f"Node {node} referenced',
        (f"{_N}test_a_missing_value_is_named_with_its_user",),
    ),
    Mutant(
        "int-key-errors-stay",
        "A KeyError stays one, whose text shows the lines escaped.",
        "refimpl.fx.interpreter:_name_the_node",
        "isinstance(error, KeyError)",
        "isinstance(error, IndexError)",
        (f"{_N}test_errors_name_the_node_that_ran",),
    ),
    Mutant(
        "int-transformer-forgets-defaults",
        "A transformed placeholder has no default.",
        "refimpl.fx.interpreter:Transformer.placeholder",
        "next(iter(args)) if args else inspect.Signature.empty",
        "inspect.Signature.empty",
        (f"{_N}test_a_transformer_keeps_defaults_and_honours_overrides",),
    ),
)
