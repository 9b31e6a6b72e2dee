"""Strategies of exported programs and of their propagations."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, final

from hypothesis import strategies as st

from refimpl.export import ExportedProgram, load
from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression
from refimpl.laws import Json, propagation_report
from refimpl.testing._arguments import at_least

__all__ = ["Propagation", "archives", "exported_programs", "propagations"]

_LARGEST: Final = 2**63 - 2
_STEPS: Final = ("count", "item", "check", "allocate", "pointwise", "select", "branch")


def archives(*, max_inputs: int = 2, max_steps: int = 6) -> st.SearchStrategy[bytes]:
    """Archives of programs with data-dependent sizes, as bytes: what `exported_programs` reads.

    Counts of non-zero elements, items, asserts, allocations, masks, pointwise operators and ``cond``. They are intact
    by construction: every assert is recorded as it is asked, and each program runs when every unbacked integer is 2.
    Raises InvalidArgument for fewer than one input or a negative number of steps.
    """
    at_least("max_inputs", max_inputs, 1)
    at_least("max_steps", max_steps, 0)
    return _archives(max_inputs, max_steps)


def exported_programs(*, max_inputs: int = 2, max_steps: int = 6) -> st.SearchStrategy[ExportedProgram]:
    """Intact programs, as `archives` writes them, read back: ``refimpl.check`` calls each of them equivalent."""
    return _programs(archives(max_inputs=max_inputs, max_steps=max_steps))


@final
@dataclass(frozen=True, slots=True, eq=False)
class Propagation:
    """A program and what its blind run says: one entry of ``refimpl.propagation/1``."""

    program: ExportedProgram
    report: Mapping[str, Json] = field(repr=False)


def propagations(*, max_inputs: int = 2, max_steps: int = 6, profile: str = "exact") -> st.SearchStrategy[Propagation]:
    """Programs with their propagations. Raises InvalidArgument as `archives`, and for a profile that is unknown."""
    from refimpl.symbolic_shapes import PROFILES

    if profile not in PROFILES:
        from hypothesis.errors import InvalidArgument

        raise InvalidArgument(f"profile={profile!r} must be one of {', '.join(PROFILES)}")

    return _propagations(exported_programs(max_inputs=max_inputs, max_steps=max_steps), profile)


# Composites, not ``map``: hypothesis would show a drawn value as a call on the bytes of its archive.
@st.composite
def _programs(draw: st.DrawFn, drawn: st.SearchStrategy[bytes]) -> ExportedProgram:
    return _load(draw(drawn))


@st.composite
def _propagations(draw: st.DrawFn, drawn: st.SearchStrategy[ExportedProgram], profile: str) -> Propagation:
    program = draw(drawn)
    return Propagation(program, propagation_report(program, profile=profile))


def _load(archive: bytes) -> ExportedProgram:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.pt2"
        path.write_bytes(archive)
        return replace(load(path), path="drawn.pt2")


@st.composite
def _archives(draw: st.DrawFn, max_inputs: int, max_steps: int) -> bytes:
    program = _Program(draw(st.integers(1, max_inputs)))
    for step in draw(st.lists(st.sampled_from(_STEPS), max_size=max_steps)):
        match step:
            case "count":
                program.count(draw(st.sampled_from(program.vectors)))
            case "item":
                program.item()
            case "check":
                if program.numbers:
                    program.check(draw(st.sampled_from(program.numbers)), *draw(_BOUNDS))
            case "allocate":
                if program.numbers:
                    program.allocate(draw(st.sampled_from(program.numbers)), draw(st.sampled_from((1, 2, 3))))
            case "pointwise":
                program.double(draw(st.sampled_from(program.vectors)))
            case "select":
                program.select(draw(st.sampled_from(program.vectors)))
            case _:
                program.branch(draw(st.sampled_from(program.inputs)), draw(st.integers(0, 2)))
    return program.finish()


# Each holds of 2, so that all of them together have a solution.
_BOUNDS: Final[st.SearchStrategy[tuple[str, int]]] = st.sampled_from(
    ((">=", 1), (">=", 2), (">", 0), ("<=", 9), ("<", 5), ("!=", 3), ("<=", 2**40), (">=", 0))
)


@final
@dataclass(frozen=True, slots=True)
class _Sized:
    """A vector, or a number, and the expression of its size or value."""

    value: Value
    text: Expression


@final
class _Program:
    """A program under construction; the values that later steps may use."""

    def __init__(self, inputs: int) -> None:
        self._builder = ProgramBuilder()
        self._unbacked = 0
        self.inputs: list[_Sized] = []
        self.numbers: list[_Sized] = []
        self._outputs: list[Value] = []
        for index in range(inputs):
            size = self._builder.symbol(f"s{index}", hint=8 + index)
            self.inputs.append(_Sized(self._builder.input(f"x{index}", tensor([size])), size))
        self.vectors: list[_Sized] = list(self.inputs)

    def _fresh(self, low: int | None, high: int | None) -> Expression:
        name = f"u{self._unbacked}"
        self._unbacked += 1
        return self._builder.unbacked(name, low, high)

    def count(self, vector: _Sized) -> None:
        """How many elements are not zero."""
        count = self._fresh(0, _LARGEST)
        out = tensor([count, 1], "int64", strides=[1, count])
        found = self._builder.call("aten.nonzero.default", vector.value, out=out)
        self.numbers.append(_Sized(self._builder.size(found, 0), count))
        self._outputs.append(found)

    def item(self) -> None:
        """The number in an input of one element, asserted to be a size."""
        number = self._fresh(0, None)
        cell = self._builder.input(f"cell{self._unbacked - 1}", tensor([], "int64"))
        value = self._builder.call("aten.item.default", cell, out=number)
        self._builder.check(value, ">=", 0)
        self.numbers.append(_Sized(value, number))

    def check(self, number: _Sized, comparison: str, bound: int) -> None:
        """A runtime assert, recorded as it is asked."""
        self._builder.check(number.value, comparison, bound)

    def allocate(self, number: _Sized, factor: int) -> None:
        """A vector of as many elements, or of a multiple."""
        value, size = number.value, number.text
        if factor != 1:
            size = size * factor
            value = self._builder.call("_operator.mul", value, factor, out=size)
        made = self._builder.call("aten.full.default", [value], 1.0, pin_memory=False, out=tensor([size]))
        self.vectors.append(_Sized(made, size))
        self._outputs.append(made)

    def double(self, vector: _Sized) -> None:
        """Twice the vector."""
        out = self._builder.call("aten.mul.Tensor", vector.value, 2, out=tensor([vector.text]))
        self.vectors.append(_Sized(out, vector.text))
        self._outputs.append(out)

    def select(self, vector: _Sized) -> None:
        """The positive elements."""
        mask = self._builder.call("aten.gt.Scalar", vector.value, 0, out=tensor([vector.text], "bool"))
        count = self._fresh(0, _LARGEST)
        out = self._builder.call("aten.masked_select.default", vector.value, mask, out=tensor([count]))
        self.numbers.append(_Sized(self._builder.size(out, 0), count))
        self.vectors.append(_Sized(out, count))
        self._outputs.append(out)

    def branch(self, vector: _Sized, least: int) -> None:
        """``cond`` on the contents: one branch counts and asserts, both give a vector of the same size."""
        total = self._builder.call("aten.sum.default", vector.value, out=tensor([]))
        predicate = self._builder.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
        number = sum(1 for each in self._outputs if each.name.startswith("cond"))
        graphs = [self._builder.subgraph(f"{side}_graph_{number}") for side in ("true", "false")]
        for position, graph in enumerate(graphs):
            operand = graph.input("x", tensor([vector.text]))
            if position == 0:
                count = self._fresh(0, _LARGEST)
                out = tensor([count, 1], "int64", strides=[1, count])
                found = graph.call("aten.nonzero.default", operand, out=out)
                graph.check(graph.size(found, 0), ">=", least)
            graph.output(graph.call("aten.mul.Tensor", operand, position + 2, out=tensor([vector.text])))
        arguments = [graph.as_argument() for graph in graphs]
        outs = [tensor([vector.text])]
        (made,) = self._builder.call_tuple(
            "torch.ops.higher_order.cond", predicate, *arguments, [vector.value], outs=outs, names=[f"cond_{number}"]
        )
        self.vectors.append(_Sized(made, vector.text))
        self._outputs.append(made)

    def finish(self) -> bytes:
        """The archive."""
        self._builder.output(*(self._outputs or [self.inputs[0].value]))
        return self._builder.to_bytes()
