"""The inputs of two programs side by side: where both take a size or a number, and where no input suits both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.scalars import is_scalar, sort_name
from refimpl.relation.kinds import mismatches
from refimpl.relation.report import Difference
from refimpl.relation.side import Input, Side
from refimpl.terms import Scalar

__all__ = ["Position", "positions"]


@final
@dataclass(frozen=True, slots=True)
class Position:
    """A size or a number that the caller gives, as each program writes it.

    Nothing checks the ``layout`` of an input: a stride or an offset is one only where a program has a symbol for it.
    """

    place: str
    old: Scalar
    new: Scalar
    layout: bool = False


def positions(old: Side, new: Side) -> tuple[list[Position], list[Difference]]:
    """The positions of all inputs, in order, and what keeps every input of one program from the other."""
    found: list[Position] = []
    apart: list[Difference] = []
    if len(old.inputs) != len(new.inputs):
        counts = f"{len(old.inputs)} inputs", f"{len(new.inputs)} inputs"
        apart.append(_apart(new.inputs[-1].name if new.inputs else "", "number of inputs", *counts))
    for theirs, ours in zip(old.inputs, new.inputs, strict=False):
        apart.extend(_apart(ours.name, *words) for words in mismatches(theirs.value, ours.value))
        found.extend(_of_input(theirs, ours))
    return found, apart


def _of_input(old: Input, new: Input) -> Iterator[Position]:
    left, right = old.value, new.value
    if isinstance(left, FakeTensor) and isinstance(right, FakeTensor):
        for dim, sizes in enumerate(zip(left.sizes, right.sizes, strict=False)):
            yield Position(f"{new.name}.size({dim})", *sizes)
        for dim, strides in enumerate(zip(left.strides, right.strides, strict=False)):
            yield Position(f"{new.name}.stride({dim})", *strides, layout=True)
        yield Position(f"{new.name}.storage_offset()", left.offset, right.offset, layout=True)
    elif is_scalar(left) and is_scalar(right) and sort_name(left) == sort_name(right):
        yield Position(new.name, left, right)


def _apart(name: str, about: str, old: str, new: str) -> Difference:
    return Difference("refuted", "new", name, about, f"the old program takes {old}, the new one {new}")
