"""INT, continued: what each kind of node does, and how errors and transformations look."""

from __future__ import annotations

import operator
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refimpl.fx as fx
from specs.clauses import Clause, checks
from specs.interpreter import INPUTS
from specs.programs import Program, Root, built, meaning, programs

__all__ = ["INT_10", "INT_11", "INT_12", "INT_13", "INT_14", "INT_15", "INT_16", "INT_17"]

_INTERPRETER = "refimpl.fx.interpreter:Interpreter"


def _value(node: fx.Node) -> object:
    """The value of one node whose operands are 8 and 5."""
    interpreter = fx.Interpreter[object](fx.GraphModule(Root(), node.graph))
    interpreter.env = dict(zip([n for n in node.graph.nodes if n.op == "placeholder"], (8, 5), strict=True))
    return interpreter.run_node(node)


def _operands(graph: fx.Graph) -> tuple[fx.Node, fx.Node]:
    return graph.placeholder("x"), graph.placeholder("y")


INT_10 = Clause(
    "INT-10",
    "``call_function`` calls the target, a function and no name, with the values of its positional and keyword"
    " arguments.",
    f"{_INTERPRETER}.call_function",
    "int-names-are-called",
)
INT_11 = Clause(
    "INT-11",
    "``call_method`` calls the named method of the first argument with the others.",
    f"{_INTERPRETER}.call_method",
    "int-method-arguments-reversed",
)
INT_12 = Clause(
    "INT-12",
    "``call_module`` calls the submodule at the target's path.",
    f"{_INTERPRETER}.call_module",
    "int-submodule-of-the-root-only",
)


def _less(left: int, *, right: int = 100) -> int:
    return left - right


@checks(INT_10)
def test_functions_get_positional_and_keyword_arguments() -> None:
    graph = fx.Graph()
    x, y = _operands(graph)
    assert _value(graph.call_function(_less, (x,), {"right": y})) == 3
    assert _value(graph.call_function(operator.sub, (y, x))) == -3
    interpreter = fx.Interpreter[object](fx.GraphModule(Root(), graph))
    with pytest.raises(AssertionError, match="should not be a string"):
        interpreter.call_function("sub", (y, x), {})


@checks(INT_11)
def test_methods_belong_to_the_first_argument() -> None:
    graph = fx.Graph()
    x, y = _operands(graph)
    assert _value(graph.call_method("__sub__", (x, y))) == 3
    assert _value(graph.call_method("__pow__", (x, y, 1000))) == pow(8, 5, 1000)


@checks(INT_12)
def test_submodules_are_found_at_nested_paths() -> None:
    class Outer(Root):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Root()

    graph = fx.Graph()
    x, _ = _operands(graph)
    node = graph.call_module("inner.scale", (x,))
    interpreter = fx.Interpreter[object](fx.GraphModule(Outer(), graph))
    interpreter.env = {x: 8}
    assert interpreter.run_node(node) == 24


INT_13 = Clause(
    "INT-13",
    "``output`` gives its first argument, a structure of values in which every node was replaced by its value.",
    f"{_INTERPRETER}.output",
    "int-dictionaries-become-their-values",
)
INT_14 = Clause(
    "INT-14",
    "``fetch_args_kwargs_from_env`` replaces every node in the arguments, at any depth, and nothing else.",
    f"{_INTERPRETER}.fetch_args_kwargs_from_env",
    "int-dictionaries-are-no-structures",
)
INT_15 = Clause(
    "INT-15",
    "``map_nodes_to_values`` raises an error that names the node that uses a value and the one that has none.",
    f"{_INTERPRETER}.map_nodes_to_values",
    "int-missing-value-names-one-node",
)
Structure: TypeAlias = "bool | int | str | list[Structure] | tuple[Structure, ...] | dict[str, Structure] | None"
LEAVES: st.SearchStrategy[Structure] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=2), st.sampled_from(("@x", "@y"))
)
STRUCTURES: st.SearchStrategy[Structure] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
    ),
    max_leaves=6,
)


def _filled(structure: Structure, x: object, y: object) -> object:
    """The structure with something for ``@x`` and ``@y``."""
    match structure:
        case "@x":
            return x
        case "@y":
            return y
        case list():
            return [_filled(item, x, y) for item in structure]
        case tuple():
            return tuple([_filled(item, x, y) for item in structure])
        case dict():
            return {key: _filled(item, x, y) for key, item in structure.items()}
        case _:
            return structure


@checks(INT_13, INT_14)
@given(structure=STRUCTURES)
def test_nodes_in_structures_become_their_values(structure: Structure) -> None:
    graph = fx.Graph()
    x, y = _operands(graph)
    call = graph.call_function(dict, (), {"argument": _filled(structure, x, y)})
    output = graph.output(_filled(structure, x, y))
    interpreter = fx.Interpreter[object](fx.GraphModule(Root(), graph))
    interpreter.env = {x: 8, y: 5}
    assert interpreter.fetch_args_kwargs_from_env(call) == ((), {"argument": _filled(structure, 8, 5)})
    assert interpreter.run_node(output) == _filled(structure, 8, 5)


@checks(INT_15)
def test_a_missing_value_is_named_with_its_user() -> None:
    graph = fx.Graph()
    x, y = _operands(graph)
    node = graph.call_function(operator.add, (x, y))
    interpreter = fx.Interpreter[object](fx.GraphModule(Root(), graph))
    interpreter.env = {x: 8}
    with pytest.raises(RuntimeError, match=r"^Node add referenced nonexistent value y! "):
        interpreter.map_nodes_to_values((x, [y]), node)


INT_16 = Clause(
    "INT-16",
    "An exception keeps its class, a ``KeyError`` becomes a ``RuntimeError``, and the message names the node.",
    "refimpl.fx.interpreter:_name_the_node",
    "int-key-errors-stay",
)
INT_17 = Clause(
    "INT-17",
    "A ``Transformer`` records a new module with the same meaning, unless it overrides how nodes run.",
    "refimpl.fx.interpreter:Transformer.placeholder",
    "int-transformer-forgets-defaults",
)


def _raising(error: Exception) -> object:
    raise error


@checks(INT_16)
@pytest.mark.parametrize(
    ("error", "expected"), [(ValueError("bad"), ValueError), (KeyError("gone"), RuntimeError), (OSError(), OSError)]
)
def test_errors_name_the_node_that_ran(error: Exception, expected: type[Exception]) -> None:
    graph = fx.Graph()
    graph.output(graph.call_function(_raising, (graph.placeholder("x"),)))
    with pytest.raises(Exception, match="While executing %_raising") as caught:
        fx.Interpreter[object](fx.GraphModule(Root(), graph)).run(type(error)(*error.args))
    assert type(caught.value) is expected


@checks(INT_17)
@given(program=programs(), inputs=INPUTS)
def test_a_transformed_module_means_the_same(program: Program, inputs: tuple[int, int, int]) -> None:
    arguments = inputs[: program.inputs]
    assert fx.Transformer(built(program)).transform()(*arguments) == meaning(program, arguments)


@checks(INT_17)
def test_a_transformer_keeps_defaults_and_honours_overrides() -> None:
    class Minus(fx.Transformer):
        def call_function(
            self, target: fx.Target, args: tuple[fx.Argument, ...], kwargs: dict[str, fx.Argument]
        ) -> object:
            return super().call_function(operator.sub if target is operator.add else target, args, kwargs)

    graph = fx.Graph()
    graph.output(graph.call_function(operator.add, (graph.placeholder("x"), graph.placeholder("y", default_value=5))))
    assert Minus(fx.GraphModule(Root(), graph)).transform()(8) == 3
