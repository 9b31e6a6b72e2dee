"""The reference on cases beyond the vectors: every kind of step, graphs of every shape, and what it declines."""

from __future__ import annotations

import json

import pytest

from refimpl.conformance.case import Chapter
from refimpl.conformance.cursor import Json, parse
from refimpl.conformance.outcome import Declined, Outcome, PropagationResult, Returned
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import ask
from refimpl.conformance.wire_cases import read_input, write_input
from refimpl.conformance.wire_outcomes import write_outcome
from refimpl.symbolic_shapes.state import environment_of
from refimpl.terms import eq, symbol


def asked(chapter: Chapter, given: Json) -> tuple[Outcome, dict[str, Json]]:
    """The outcome of a case, and its JSON."""
    sorts, found = read_input(parse(json.dumps(given), "case"), chapter)
    assert read_input(parse(json.dumps(write_input(sorts, found)), "case"), chapter) == (sorts, found)
    outcome = ask(Reference(), found)
    return outcome, write_outcome(outcome, sorts)


SYMBOLS: Json = {"s0": "int", "u0": "int", "u1": "int", "zuf0": "float"}


@pytest.mark.parametrize(
    ("steps", "answers"),
    [
        # The first steps make the symbols that the last one asks about.
        ([{"do": "create_backed", "symbol": "s0", "hint": "5", "low": "2"}], [{"value": {"int": "s0"}}]),
        (
            [{"do": "create_backed", "symbol": "s0", "hint": "1", "low": "2"}],
            [{"raised": {"kind": "value", "message": "the hint 1 of s0 is not in [2, None]"}}],
        ),
        ([{"do": "create_unbacked", "symbol": "zuf0", "sort": "float"}], [{"value": {"float": "zuf0"}}]),
        (
            [
                {"do": "create_unbacked", "symbol": "u0", "sort": "bool"},
                {"do": "bound", "term": "u0"},
            ],
            [{"value": {"bool": ["eq", ["add", "-1", "u0"], "0"]}}, {"int_range": {"low": "0", "high": "1"}}],
        ),
        (
            [
                {"do": "bind_unbacked", "symbol": "u0", "low": "1", "high": "4"},
                {"do": "constrain_range", "term": ["add", "u0", "1"], "low": "3", "high": "4"},
                {"do": "bound", "term": "u0"},
                {"do": "constrain_range", "term": "u0", "low": "4", "high": "3"},
            ],
            [
                {"value": {"int": "u0"}},
                {"value": None},
                {"int_range": {"low": "2", "high": "3"}},
                {
                    "raised": {
                        "kind": "value",
                        "message": "Maximum value to constrain_as_size can't be less than the specified min value,"
                        " min=4 max=3",
                    }
                },
            ],
        ),
        (
            [
                {"do": "bind_unbacked", "symbol": "u0"},
                {"do": "bind_unbacked", "symbol": "u1", "low": "7", "high": "7"},
                {"do": "unify", "left": "u0", "right": ["add", "u1", "1"]},
                {"do": "replace", "term": ["mul", "2", "u0"]},
                {"do": "has_static_value", "term": "u1"},
                {"do": "evaluate", "term": "u1"},
            ],
            [
                {"value": {"int": "u0"}},
                {"value": {"int": "u1"}},
                {"value": None},
                {"value": {"int": ["mul", "2", "u0"]}},
                {"value": {"bool": True}},
                {"value": {"int": "7"}},
            ],
        ),
        (
            [
                {"do": "create_backed", "symbol": "s0", "hint": "6", "low": "2"},
                {"do": "freeze", "what": "guards"},
                {"do": "freeze", "what": "runtime_asserts"},
                {"do": "evaluate", "term": ["ge", "s0", "5"]},
                {"do": "size_hint", "term": ["mul", "s0", "s0"]},
                {"do": "simplify", "term": ["ge", "s0", "1"]},
                {"do": "size_hint", "term": "u0"},
            ],
            [
                {"value": {"int": "s0"}},
                {"value": None},
                {"value": None},
                {"value": {"bool": True}},
                {"value": {"int": "36"}},
                {"value": {"bool": True}},
                {"value": None},
            ],
        ),
        (
            [
                {
                    "do": "suppress_guards",
                    "steps": [
                        {"do": "create_backed", "symbol": "s0", "hint": "6", "low": "2"},
                        {"do": "guard_or_false", "term": ["ge", "s0", "5"]},
                        {"do": "guard_or_true", "term": ["ge", "s0", "7"]},
                    ],
                },
                {"do": "statically_known_true", "term": ["ge", "s0", "5"]},
            ],
            [
                {"value": {"int": "s0"}},
                {"value": {"bool": True}},
                {"value": {"bool": False}},
                {"value": {"bool": False}},
            ],
        ),
    ],
)
def test_scripts(steps: Json, answers: Json) -> None:
    _, shown = asked("environment", {"symbols": SYMBOLS, "environment": {}, "steps": steps})
    assert isinstance(shown["result"], dict)
    assert shown["result"]["answers"] == answers


def test_fresh_symbols_in_a_block_that_ignores_them_are_not_pending() -> None:
    inner: Json = [{"do": "create_unbacked", "symbol": "u0", "sort": "int"}]
    steps: Json = [{"do": "ignore_fresh", "steps": inner}, {"do": "create_unbacked", "symbol": "u1", "sort": "int"}]
    _, shown = asked("environment", {"symbols": SYMBOLS, "environment": {}, "steps": steps})
    assert isinstance(shown["result"], dict)
    assert shown["result"]["environment"] == {"pending": ["u1"]}


def test_a_script_can_rebind_and_goes_on_after_a_step_that_raises() -> None:
    def step(value: str) -> Json:
        return {"do": "rebind", "node": "n", "op": "call_function", "bindings": [["u0", []]], "value": {"int": value}}

    steps: Json = [{"do": "bind_unbacked", "symbol": "u0", "low": "0", "high": "5"}, step("9"), step("3")]
    _, shown = asked("environment", {"symbols": SYMBOLS, "environment": {}, "steps": steps})
    assert isinstance(shown["result"], dict)
    answers = shown["result"]["answers"]
    assert isinstance(answers, list)
    assert '"kind": "inconsistent"' in json.dumps(answers[1])
    assert answers[2] == {"value": None}
    assert shown["result"]["environment"] == {"replacements": {"u0": "3"}}


def node(name: str, op: str, target: str, *args: Json, **kwargs: Json) -> dict[str, Json]:
    """A node; strings are names of others."""
    return {
        "name": name,
        "op": op,
        "target": target,
        "args": [{"node": a} if isinstance(a, str) else a for a in args],
        "kwargs": kwargs,
    }


X = node("x", "placeholder", "x")


def run(nodes: list[dict[str, Json]], *inputs: int, **more: Json) -> dict[str, Json]:
    """The outcome of a graph on integers."""
    graph: Json = {"nodes": nodes, **{name: more.pop(name) for name in ("attributes", "modules") if name in more}}
    return asked("interpreter", {"graph": graph, "inputs": [{"int": str(i)} for i in inputs], **more})[1]


def test_graphs_call_functions_methods_modules_and_read_attributes() -> None:
    inner: Json = {
        "nodes": [X, node("m", "call_function", "operator.mul", "x", {"int": "3"}), node("o", "output", "output", "m")]
    }
    nodes = [
        X,
        node("t", "call_module", "part.triple", "x"),
        node("n", "call_module", "negate", "t"),
        node("w", "get_attr", "part.weight"),
        node("b", "call_method", "bit_length", "x"),
        node("l", "call_function", "builtins.max", {"list": [{"node": "n"}, {"node": "w"}, {"node": "b"}]}),
        node("o", "output", "output", {"dict": {"t": {"node": "t"}, "l": {"node": "l"}}}),
    ]
    shown = run(
        nodes, 5, attributes={"part.weight": {"int": "2"}}, modules={"part.triple": inner, "negate": "operator.neg"}
    )
    assert isinstance(shown["result"], dict)
    # 5 * 3 = 15; the greatest of -15, 2 and the three bits of 5 is 3.
    assert shown["result"]["value"] == {"dict": {"t": {"int": "15"}, "l": {"int": "3"}}}


A = node("o", "output", "output", "a")


def call(function: str, *args: Json) -> list[dict[str, Json]]:
    """A graph of one call."""
    return [X, node("a", "call_function", function, *args), A]


@pytest.mark.parametrize(
    ("nodes", "inputs", "more", "kind", "at"),
    [
        ([node("a", "call_function", "operator.neg", "x"), X, A], 1, {}, "missing_value", "a"),
        ([X, node("a", "get_attr", "gone"), A], 1, {}, "attribute", "a"),
        (call("operator.floordiv", "x", {"int": "0"}), 1, {}, "zero_division", "a"),
        (call("operator.getitem", {"list": []}, "x"), 1, {}, "index", "a"),
        (call("operator.getitem", {"dict": {}}, "x"), 1, {}, "index", "a"),
        (call("operator.add", "x", {"text": "1"}), 1, {}, "type", "a"),
        ([X, node("o", "output", "output", "x")], 2, {"method": "boxed_run"}, "arguments", None),
    ],
)
def test_what_the_interpreter_rejects_has_a_kind_and_a_node(
    nodes: list[dict[str, Json]], inputs: int, more: dict[str, Json], kind: str, at: str | None
) -> None:
    shown = run(nodes, *range(1, inputs + 1), **more)
    assert (shown["outcome"], shown.get("kind"), shown.get("node")) == ("raised", kind, at)


def test_functions_outside_the_closed_table_are_declined_never_called() -> None:
    for target in ("os.system", "operator.attrgetter", "builtins.eval"):
        nodes: Json = [X, node("a", "call_function", target, "x"), node("o", "output", "output", "a")]
        outcome, _ = asked("interpreter", {"graph": {"nodes": nodes}, "inputs": [{"int": "1"}]})
        assert outcome == Declined("interpreter", f"there is no target {target}")


def test_without_collection_nothing_is_observed_to_be_dropped() -> None:
    shown = run([X, node("o", "output", "output", "x")], 1, collect=False)
    assert shown["result"] == {"value": {"int": "1"}}


def test_sub_graphs_are_propagated_under_their_paths() -> None:
    def branch(function: str) -> Json:
        body = node("r", "call_function", function, "x", {"int": "2"})
        return {"nodes": [X, body, node("o", "output", "output", {"tuple": [{"node": "r"}]})]}

    nodes: Json = [
        X,
        node("size", "call_function", "torch.ops.aten.sym_size.int", "x", {"int": "0"}),
        node("pred", "call_function", "_operator.ge", "size", {"int": "5"}),
        node("yes", "get_attr", "yes"),
        node("no", "get_attr", "no"),
        node("cond", "call_function", "torch.ops.higher_order.cond", "pred", "yes", "no", {"tuple": [{"node": "x"}]}),
        node("o", "output", "output", {"tuple": [{"node": "cond"}]}),
    ]
    modules: Json = {"yes": branch("torch.ops.aten.mul.Tensor"), "no": branch("torch.ops.aten.add.Tensor")}
    tensor: Json = {"tensor": {"size": ["s0"], "stride": ["1"]}}
    environment: Json = {"hints": {"s0": "8"}, "ranges": {"s0": {"low": "2", "high": None}}}
    graph: Json = {"nodes": nodes, "modules": modules}
    outcome, shown = asked(
        "propagation",
        {"symbols": {"s0": "int"}, "environment": environment, "graph": graph, "inputs": [tensor], "runs": "2"},
    )
    assert isinstance(shown["result"], dict), outcome
    values = shown["result"]["values"]
    assert isinstance(values, dict)
    full: Json = {"offset": "0", "dtype": "float32", "device": "cpu", "layout": "strided"}
    assert isinstance(full, dict)
    same: Json = {"tensor": {"size": ["s0"], "stride": ["1"], **full}}
    assert values["cond/yes/r"] == values["cond/no/r"] == same
    assert values["cond"] == {"tuple": [same]}
    assert values["pred"] == {"bool": ["ge", ["add", "-5", "s0"], "0"]}
    assert json.dumps(values["yes"]).startswith('{"graph": ')


def test_tensors_of_one_storage_share_it() -> None:
    # Writing y ends what is known of x, which shares its memory: two counts of x are two numbers.
    def are_equal(storage: str) -> bool | None:
        nodes: list[dict[str, Json]] = [
            X,
            node("y", "placeholder", "y"),
            node("n", "call_function", "torch.ops.aten.nonzero.default", "x"),
            node("f", "call_function", "torch.ops.aten.fill_.Scalar", "y", {"int": "1"}),
            node("m", "call_function", "torch.ops.aten.nonzero.default", "x"),
            node("o", "output", "output", {"tuple": [{"node": "n"}, {"node": "m"}]}),
        ]
        path: Json = [["method", "size"], ["sequence", "0"]]
        nodes[2]["bindings"], nodes[4]["bindings"] = [["u0", path]], [["u1", path]]
        tensors: Json = [{"tensor": {"size": ["4"], "stride": ["1"], "storage": each}} for each in ("a", storage)]
        given: Json = {"symbols": SYMBOLS, "environment": {}, "graph": {"nodes": nodes}, "inputs": tensors}
        outcome, _ = asked("propagation", given)
        assert isinstance(outcome, Returned)
        assert isinstance(outcome.result, PropagationResult)
        return environment_of(outcome.result.environment).known(eq(symbol("u0"), symbol("u1")))

    assert are_equal("a") is None
    assert are_equal("b") is True
