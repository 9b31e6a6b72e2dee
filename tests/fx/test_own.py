"""What differs from PyTorch on purpose, and what it costs to run a node."""

from __future__ import annotations

import importlib
import operator
import pickle
import time
import types

import pytest

import refimpl.fx as own
from refimpl.fx import Graph, GraphModule, Interpreter, Node


class Doubling(Interpreter[int]):
    """An interpreter of integers."""

    def run_node(self, n: Node) -> int:
        return 2 * super().run_node(n)


def successor(x: int) -> list[object]:
    """Something to trace."""
    return [x + 1, {"k": x}]


def chain(fx: types.ModuleType, length: int) -> object:
    """A graph of additions, each of the one before."""
    graph = fx.Graph()
    node = first = graph.placeholder("x")
    for _ in range(length):
        node = graph.call_function(operator.add, (node, first))
    graph.output(node)
    return fx.GraphModule({}, graph)


def seconds_per_run(fx: types.ModuleType) -> float:
    """The shortest of some runs of a graph of a thousand additions."""
    interpreter = fx.Interpreter(chain(fx, 1000))
    times: list[float] = []
    for _ in range(15):
        start = time.perf_counter()
        interpreter.run(1)
        times.append(time.perf_counter() - start)
    return min(times)


def test_an_interpreter_is_generic_in_its_values() -> None:
    graph = Graph()
    graph.output(graph.call_function(operator.add, (graph.placeholder("x"), 1)))
    assert Doubling(GraphModule({}, graph)).run(3) == 2 * (2 * (2 * 3 + 1))


def test_a_graph_module_is_pickled_as_data_and_loading_executes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    traced = own.symbolic_trace(successor)
    pickled = pickle.dumps(traced)
    assert b"return" not in pickled
    for name in ("exec", "eval", "compile"):
        monkeypatch.setattr(f"builtins.{name}", None)
    loaded: object = pickle.loads(pickled)
    assert isinstance(loaded, GraphModule)
    assert (loaded.code, loaded(4)) == (traced.code, traced(4))


def test_running_a_graph_executes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("text was executed")

    monkeypatch.setattr("builtins.exec", refuse)
    monkeypatch.setattr("builtins.eval", refuse)
    monkeypatch.setattr("builtins.compile", refuse)
    traced = own.symbolic_trace(successor)
    assert traced(1) == [2, {"k": 1}]
    assert "x + 1" in traced.code


def test_a_parameter_of_any_class_is_recorded_as_an_attribute() -> None:
    class Scaled(own.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_parameter("scale", [3])
            self.register_buffer("offset", [4])

        def forward(self, x: object) -> list[object]:
            return [x, self.scale, self.offset]

    traced = own.symbolic_trace(Scaled())
    assert [(node.op, node.target) for node in traced.graph.find_nodes(op="get_attr")] == [
        ("get_attr", "scale"),
        ("get_attr", "offset"),
    ]
    assert traced(1) == [1, [3], [4]]
    assert [name for name, _ in traced.named_parameters()] == ["scale"]
    assert [name for name, _ in traced.named_buffers()] == ["offset"]


@pytest.mark.torch
def test_a_node_takes_no_longer_than_in_pytorch() -> None:
    assert seconds_per_run(own) <= seconds_per_run(importlib.import_module("torch.fx"))
