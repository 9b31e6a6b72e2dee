"""A lazy graph module does what an eager one does, later."""

from __future__ import annotations

import copy
import operator

from refimpl.fx import Graph, GraphModule, Interpreter, symbolic_trace
from refimpl.fx._lazy_graph_module import LazyGraphModule


def graph() -> Graph:
    """``x + 1``."""
    result = Graph()
    x = result.placeholder("x")
    result.output(result.call_function(operator.add, (x, 1)))
    return result


def test_nothing_is_compiled_until_it_is_needed() -> None:
    module = LazyGraphModule({}, graph())
    assert "_plan" not in vars(module)
    assert Interpreter[object](module).run(3) == 4
    assert "_plan" not in vars(module)
    assert module(3) == 4
    assert "_plan" in vars(module)


def test_it_reads_and_copies_like_an_eager_one() -> None:
    eager, lazy = GraphModule({}, graph()), LazyGraphModule({}, graph())
    assert lazy.code == eager.code
    assert LazyGraphModule({}, graph()).print_readable(False) == eager.print_readable(False)
    assert str(LazyGraphModule({}, graph())) == str(eager)
    assert copy.deepcopy(LazyGraphModule({}, graph()))(3) == 4
    assert symbolic_trace(LazyGraphModule({}, graph())).code == eager.code


def test_a_new_graph_is_compiled_anew() -> None:
    module = LazyGraphModule({}, graph())
    assert module(3) == 4
    other = Graph()
    other.output(other.placeholder("y"))
    module.graph = other
    assert module(3) == 3
