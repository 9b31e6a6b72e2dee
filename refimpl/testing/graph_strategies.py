"""A strategy of FX graphs."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

import refimpl.fx as fx
from refimpl.testing._arguments import at_least

__all__ = ["graphs"]

_FUNCTIONS: Final[tuple[Callable[[int, int], int], ...]] = (operator.add, operator.sub, operator.mul)


def graphs(*, min_inputs: int = 1, max_inputs: int = 3, max_nodes: int = 8) -> st.SearchStrategy[fx.Graph]:
    """Straight-line graphs that run on any integers: placeholders, functions, methods, and a tuple as output.

    Every operand exists and ``lint`` passes. Raises InvalidArgument for bounds that admit no graph.
    """
    at_least("min_inputs", min_inputs, 1)
    at_least("max_inputs", max_inputs, min_inputs)
    at_least("max_nodes", max_nodes, 0)
    return _graphs(min_inputs, max_inputs, max_nodes)


@st.composite
def _graphs(draw: st.DrawFn, min_inputs: int, max_inputs: int, max_nodes: int) -> fx.Graph:
    graph = fx.Graph()
    values = [graph.placeholder(f"x{index}") for index in range(draw(st.integers(min_inputs, max_inputs)))]
    for kind in draw(st.lists(st.integers(0, len(_FUNCTIONS)), max_size=max_nodes)):
        left, right = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        if kind < len(_FUNCTIONS):
            values.append(graph.call_function(_FUNCTIONS[kind], (left, right)))
        else:
            values.append(graph.call_method("__add__", (left, right)))
    graph.output(tuple(draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))))
    return graph
