"""Random straight-line programs over integers, and what each means without a graph."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from hypothesis import strategies as st

import refimpl.fx as fx

__all__ = ["Program", "Scale", "Step", "built", "meaning", "programs"]

StepOp = Literal["add", "sub", "method", "module", "attribute"]
FACTOR: Final = 3


@dataclass(frozen=True)
class Step:
    """One operation on two earlier values, counted from the first input."""

    op: StepOp
    left: int
    right: int


@dataclass(frozen=True)
class Program:
    """``inputs`` arguments, the steps, and which values are returned."""

    inputs: int
    steps: tuple[Step, ...]
    returned: tuple[int, ...]


class Scale(fx.Module):
    """A submodule: three times its argument; ``weight`` is an attribute of it."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = 11

    def forward(self, value: object) -> object:
        """Three times the value."""
        assert isinstance(value, int)
        return FACTOR * value


class Root(fx.Module):
    """The module whose attributes programs use."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = Scale()
        self.offset = 7


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of up to eight steps; every operand exists, so every program runs."""
    inputs = draw(st.integers(1, 3))
    kinds: tuple[StepOp, ...] = ("add", "sub", "method", "module", "attribute")
    ops = draw(st.lists(st.sampled_from(kinds), max_size=8))
    steps: list[Step] = []
    for position, op in enumerate(ops):
        value = st.integers(0, inputs + position - 1)
        steps.append(Step(op, draw(value), draw(value)))
    value = st.integers(0, inputs + len(steps) - 1)
    return Program(inputs, tuple(steps), tuple(draw(st.lists(value, min_size=1, max_size=3))))


def built(program: Program) -> fx.GraphModule:
    """The program as a module with a graph."""
    graph = fx.Graph()
    values = [graph.placeholder(f"x{index}") for index in range(program.inputs)]
    for step in program.steps:
        left, right = values[step.left], values[step.right]
        match step.op:
            case "add" | "sub":
                function: Callable[[int, int], int] = operator.add if step.op == "add" else operator.sub
                values.append(graph.call_function(function, (left, right)))
            case "method":
                values.append(graph.call_method("__mul__", (left, right)))
            case "module":
                values.append(graph.call_module("scale", (left,)))
            case "attribute":
                weight = graph.get_attr("scale.weight")
                values.append(graph.call_function(operator.add, (left, weight)))
    graph.output(tuple(values[index] for index in program.returned))
    return fx.GraphModule(Root(), graph)


def meaning(program: Program, inputs: tuple[int, ...]) -> tuple[int, ...]:
    """What the program returns, computed without a graph."""
    values = list(inputs)
    for step in program.steps:
        left, right = values[step.left], values[step.right]
        match step.op:
            case "add":
                values.append(left + right)
            case "sub":
                values.append(left - right)
            case "method":
                values.append(left * right)
            case "module":
                values.append(FACTOR * left)
            case "attribute":
                values.append(left + 11)
    return tuple(values[index] for index in program.returned)
