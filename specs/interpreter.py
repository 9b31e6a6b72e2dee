"""INT: how the nodes of a graph run (``refimpl.fx.Interpreter``, the base class of the propagation)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refimpl.fx as fx
from specs.clauses import Clause, checks
from specs.programs import Program, Root, built, meaning, programs

__all__ = ["INT_01", "INT_02", "INT_03", "INT_04", "INT_05", "INT_06", "INT_07", "INT_08", "INT_09"]

_INTERPRETER = "refimpl.fx.interpreter:Interpreter"
INPUTS = st.tuples(*[st.integers(-9, 9)] * 3)


class _Watched(fx.Interpreter[object]):
    """Notes which nodes run."""

    def __init__(self, module: fx.Module, *, garbage_collect_values: bool = True) -> None:
        super().__init__(module, garbage_collect_values)
        self.ran: list[fx.Node] = []

    def run_node(self, n: fx.Node) -> object:
        """Note the node and run it."""
        self.ran.append(n)
        return super().run_node(n)


INT_01 = Clause(
    "INT-01",
    "``run`` runs every node once, in the order of the graph, and returns the value of the output node.",
    f"{_INTERPRETER}.run",
    "int-last-value-is-the-result",
)


@checks(INT_01)
@given(program=programs(), inputs=INPUTS)
def test_a_run_gives_what_the_program_means(program: Program, inputs: tuple[int, int, int]) -> None:
    module, arguments = built(program), inputs[: program.inputs]
    interpreter = _Watched(module)
    assert interpreter.run(*arguments) == meaning(program, arguments)
    assert interpreter.ran == list(module.graph.nodes)


@checks(INT_01)
def test_a_graph_without_output_returns_none() -> None:
    graph = fx.Graph()
    graph.call_function(len, (graph.placeholder("x"),))
    assert fx.Interpreter[object](fx.GraphModule(Root(), graph)).run("one") is None


INT_02 = Clause(
    "INT-02",
    "A node that has a value in ``initial_env`` does not run, and the others see that value.",
    f"{_INTERPRETER}.run",
    "int-initial-values-ignored",
)


@checks(INT_02)
@given(program=programs(), inputs=INPUTS, data=st.data())
def test_given_values_stand_for_their_nodes(
    program: Program, inputs: tuple[int, int, int], data: st.DataObject
) -> None:
    module, arguments = built(program), inputs[: program.inputs]
    nodes = [node for node in module.graph.nodes if node.op != "output"]
    recorded: dict[fx.Node, object] = {}

    class Recorder(fx.Interpreter[object]):
        def run_node(self, n: fx.Node) -> object:
            recorded[n] = super().run_node(n)
            return recorded[n]

    Recorder(module).run(*arguments)
    chosen = data.draw(st.sets(st.sampled_from(nodes)))
    inputs_given = {node for node in nodes if node.op == "placeholder"}
    again = _Watched(module)
    initial = {node: recorded[node] for node in nodes if node in chosen | inputs_given}
    assert again.run(initial_env=dict(initial)) == meaning(program, arguments)
    assert set(again.ran).isdisjoint(initial)


INT_03 = Clause(
    "INT-03",
    "With ``garbage_collect_values`` a value is dropped after its last use, without it ``env`` keeps every value.",
    f"{_INTERPRETER}.run",
    "int-values-are-always-dropped",
)


@checks(INT_03)
@given(program=programs(), inputs=INPUTS)
def test_only_values_with_a_use_ahead_are_kept(program: Program, inputs: tuple[int, int, int]) -> None:
    module, arguments = built(program), inputs[: program.inputs]
    nodes = list(module.graph.nodes)

    class Looking(fx.Interpreter[object]):
        def run_node(self, n: fx.Node) -> object:
            behind, ahead = set(nodes[: nodes.index(n)]), set(nodes[nodes.index(n) :])
            used_before = {node for node in behind if node.users and not ahead & set(node.users)}
            assert used_before.isdisjoint(self.env)
            return super().run_node(n)

    Looking(module).run(*arguments)
    keeping = fx.Interpreter[object](module, garbage_collect_values=False)
    keeping.run(*arguments)
    assert set(keeping.env) == set(nodes)


INT_04 = Clause(
    "INT-04",
    "A graph that is given is run instead of the module's own; attributes and submodules still come from the module.",
    f"{_INTERPRETER}.__init__",
    "int-given-graph-ignored",
)


@checks(INT_04)
@given(program=programs(), other=programs(), inputs=INPUTS)
def test_the_given_graph_runs_on_the_modules_attributes(
    program: Program, other: Program, inputs: tuple[int, int, int]
) -> None:
    root = Root()
    root.graph = built(other).graph
    interpreter = fx.Interpreter[object](root, graph=built(program).graph)
    arguments = inputs[: program.inputs]
    assert interpreter.run(*arguments) == meaning(program, arguments)


INT_05 = Clause(
    "INT-05",
    "``enable_io_processing`` passes inputs and output through the graph's conventions; without it they stay as given.",
    f"{_INTERPRETER}.run",
    "int-inputs-always-processed",
)


class _Doubling(fx.CodeGen):
    """Conventions that double every input and wrap the output in a list."""

    def process_inputs(self, *args: object) -> tuple[object, ...]:
        """Every input twice as large."""
        return tuple(argument * 2 for argument in args if isinstance(argument, int))

    def process_outputs(self, outputs: object) -> object:
        """The outputs in a list."""
        return [outputs]


@checks(INT_05)
@given(program=programs(), inputs=INPUTS)
def test_inputs_and_output_pass_through_the_conventions_of_the_graph(
    program: Program, inputs: tuple[int, int, int]
) -> None:
    module, arguments = built(program), inputs[: program.inputs]
    module.graph.set_codegen(_Doubling())
    interpreter = fx.Interpreter[object](module)
    doubled = tuple(2 * argument for argument in arguments)
    assert interpreter.run(*arguments) == [meaning(program, doubled)]
    assert interpreter.run(*arguments, enable_io_processing=False) == meaning(program, arguments)


INT_06 = Clause(
    "INT-06",
    "``boxed_run`` empties the list of its arguments before it runs, and refuses a wrong number of them untouched.",
    f"{_INTERPRETER}.boxed_run",
    "int-boxed-arguments-kept",
)


@checks(INT_06)
@given(program=programs(), inputs=INPUTS)
def test_a_boxed_run_takes_its_arguments_out_of_the_list(program: Program, inputs: tuple[int, int, int]) -> None:
    arguments: list[object] = list(inputs[: program.inputs])
    interpreter = fx.Interpreter[object](built(program))
    assert interpreter.boxed_run(arguments) == meaning(program, inputs[: program.inputs])
    assert arguments == []
    for wrong in ([], [*inputs, 0]):
        given_arguments: list[object] = list(wrong)
        with pytest.raises(RuntimeError, match=f"expected {program.inputs} arguments for placeholders"):
            interpreter.boxed_run(given_arguments)
        assert given_arguments == list(wrong)


INT_07 = Clause(
    "INT-07",
    "``run_node`` calls the method named after the node's ``op``, so that a subclass can override each kind.",
    f"{_INTERPRETER}._run_node",
    "int-methods-cannot-be-overridden",
)


@checks(INT_07)
@given(program=programs(), inputs=INPUTS)
def test_each_kind_of_node_can_be_overridden(program: Program, inputs: tuple[int, int, int]) -> None:
    class Counting(fx.Interpreter[object]):
        def __init__(self, module: fx.Module) -> None:
            super().__init__(module)
            self.calls: list[str] = []

        def call_function(
            self, target: fx.Target, args: tuple[fx.Argument, ...], kwargs: dict[str, fx.Argument]
        ) -> object:
            self.calls.append("call_function")
            return super().call_function(target, args, kwargs)

        def call_method(
            self, target: fx.Target, args: tuple[fx.Argument, ...], kwargs: dict[str, fx.Argument]
        ) -> object:
            self.calls.append("call_method")
            return super().call_method(target, args, kwargs)

    module = built(program)
    counting = Counting(module)
    counting.run(*inputs[: program.inputs])
    assert counting.calls == [node.op for node in module.graph.nodes if node.op in ("call_function", "call_method")]


INT_08 = Clause(
    "INT-08",
    "A placeholder takes the next input, a starred one the list of all that remain, one without input its default.",
    f"{_INTERPRETER}.placeholder",
    "int-starred-placeholder-takes-one",
)


@checks(INT_08)
@given(inputs=st.lists(st.integers(), min_size=1, max_size=5))
def test_placeholders_take_inputs_in_order(inputs: list[int]) -> None:
    graph = fx.Graph()
    first, rest = graph.placeholder("first"), graph.placeholder("*rest")
    graph.output((first, rest))
    assert fx.Interpreter[object](fx.GraphModule(Root(), graph)).run(*inputs) == (inputs[0], inputs[1:])


@checks(INT_08)
def test_a_placeholder_without_input_takes_its_default_or_raises() -> None:
    graph = fx.Graph()
    graph.output((graph.placeholder("x", default_value=5), graph.placeholder("y", default_value=6)))
    assert fx.Interpreter[object](fx.GraphModule(Root(), graph)).run(1) == (1, 6)
    bare = fx.Graph()
    bare.output(bare.placeholder("x"))
    with pytest.raises(RuntimeError, match="Expected positional argument for parameter x"):
        fx.Interpreter[object](fx.GraphModule(Root(), bare)).run()


INT_09 = Clause(
    "INT-09",
    "``get_attr`` and ``fetch_attr`` give what stands at a dotted path of the module, and name the first missing part.",
    f"{_INTERPRETER}.fetch_attr",
    "int-attribute-error-names-the-whole-path",
)


@checks(INT_09)
@given(
    path=st.sampled_from(
        (("offset",), ("scale", "weight"), ("scale", "bias", "x"), ("gone", "weight"), ("offset", "y"))
    )
)
def test_attributes_are_found_at_dotted_paths(path: tuple[str, ...]) -> None:
    graph = fx.Graph()
    graph.output(graph.placeholder("x"))
    interpreter = fx.Interpreter[object](fx.GraphModule(Root(), graph, "Spec"))
    interpreter.module = Root()
    expected: dict[tuple[str, ...], int] = {("offset",): 7, ("scale", "weight"): 11}
    if path in expected:
        assert interpreter.fetch_attr(".".join(path)) == expected[path]
        assert interpreter.get_attr(".".join(path), (), {}) == expected[path]
        return
    missing = {"scale": "scale.bias", "gone": "gone", "offset": "offset.y"}[path[0]]
    with pytest.raises(RuntimeError, match=f"Node referenced nonexistent target {missing}$"):
        interpreter.fetch_attr(".".join(path))
