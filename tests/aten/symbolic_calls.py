"""Calls whose sizes are partly backed and partly unbacked symbols, through both libraries' fake tensors.

Both run under an environment of their own. What must agree: refused because a decision needs data, refused otherwise,
or run; and where both ran, at each of many sizes that satisfy what both assumed, what is deferred to run time and every
size, stride, offset and number of the result, fresh symbols of both taken to be the same.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import TypeAlias, final

from refimpl.aten._overload import overload
from refimpl.aten._schemas import schema_of
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.mode import LARGEST_SIZE, FakeTensorMode
from refimpl.fake_tensor.tensor import CPU, FakeTensor
from refimpl.symbolic_shapes import ShapeEnv
from refimpl.symbolic_shapes.events import Requirement
from refimpl.terms import Dim, Scalar, Sort, ge, le, of_atom
from tests.aten.calls import Json, decode, items_of
from tests.aten.changes import Call

__all__ = ["OurRun", "at_sizes", "with_symbols"]

Valuation: TypeAlias = "dict[str, int | float | bool]"


# -- a call with symbols --


def _order(sizes: Sequence[int], strides: Sequence[int]) -> list[int] | None:
    """In which order the dimensions of a dense tensor lie in memory, outermost first; None for another tensor."""
    by_stride = sorted(range(len(sizes)), key=lambda dim: -strides[dim])
    for order in (list(range(len(sizes))), by_stride):
        running = 1
        dense = list(strides)
        for dim in reversed(order):
            dense[dim] = running
            running *= max(sizes[dim], 1)
        if dense == list(strides):
            return order
    return None


def with_symbols(call: Call, sizes: Sequence[str], numbers: Sequence[str]) -> Call:
    """The call with the sizes of its dense tensors and its symbolic numbers of these kinds, in turn."""
    size_kinds, number_kinds = cycle(sizes), cycle(numbers)

    def made(value: Json, kinds: Iterator[str]) -> Json:
        kind = next(kinds)
        if not isinstance(value, int) or isinstance(value, bool) or kind == "plain" or value < 2 * (kind == "backed"):
            return value
        return {"sym": [kind, value]}

    def within(value: Json, *, numbers: bool) -> Json:
        if isinstance(value, list):
            return [within(item, numbers=numbers) for item in value]
        if isinstance(value, dict) and "t" in value:
            fields = value["t"]
            assert isinstance(fields, list)
            shape, strides = ([int(str(n)) for n in items] for items in fields[:2] if isinstance(items, list))
            order = None if fields[2] else _order(shape, strides)
            if order is None:
                return value
            symbolic = [made(size, size_kinds) for size in shape]
            return {"t": [symbolic, *fields[1:4]], "order": list[Json](order)}
        return made(value, number_kinds) if numbers else value

    operator = call["op"]
    assert isinstance(operator, str)
    schema = schema_of(operator)
    assert schema is not None
    symbolic = {argument.name: argument.type.base == "SymInt" for argument in schema.arguments}
    order = [argument.name for argument in schema.arguments]
    args, kwargs = copy.deepcopy(call["args"]), copy.deepcopy(call["kwargs"])
    assert isinstance(args, list)
    assert isinstance(kwargs, dict)
    names = [*order, *["" for _ in args]]
    return {
        "op": operator,
        "args": [within(arg, numbers=symbolic.get(name, False)) for name, arg in zip(names, args, strict=False)],
        "kwargs": {name: within(value, numbers=symbolic.get(name, False)) for name, value in kwargs.items()},
    }


# -- our run --


def at_sizes(call: Call, values: Sequence[int]) -> Call:
    """The call with these numbers for its symbols, in order."""
    left = iter(values)

    def within(value: Json) -> Json:
        if isinstance(value, list):
            return [within(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "sym" in value:
            return next(left)
        if "order" not in value:
            return value
        fields = items_of(value["t"])
        sizes = [int(str(within(size))) for size in items_of(fields[0])]
        strides, running = [0 for _ in sizes], 1
        for dim in reversed(items_of(value["order"])):
            strides[int(str(dim))] = running
            running *= max(sizes[int(str(dim))], 1)
        return {"t": [list[Json](sizes), list[Json](strides), *fields[2:]]}

    kwargs = call["kwargs"]
    assert isinstance(kwargs, dict)
    return {
        "op": call["op"],
        "args": within(call["args"]),
        "kwargs": {name: within(value) for name, value in kwargs.items()},
    }


@final
class OurRun:
    """One run in an environment of our own; symbols are named in order."""

    def __init__(self) -> None:
        self.env = ShapeEnv()
        self.mode = FakeTensorMode(self.env)
        self.values: dict[str, int] = {}
        self.backed: list[bool] = []
        self.result: object = None

    @property
    def guards(self) -> list[Scalar]:
        """The decisions on which sizes depend, taken from the hints."""
        return [guard.expr for guard in self.env.guards]

    @property
    def requirements(self) -> list[Scalar]:
        """What must hold at run time."""
        return [event.condition for event in self.env.log if isinstance(event, Requirement)]

    @property
    def enforced(self) -> list[Scalar]:
        """What of it the kernel enforces by itself."""
        return [event.enforced for event in self.env.log if isinstance(event, Requirement)]

    @property
    def fresh(self) -> set[str]:
        """The symbols that the operator allocated."""
        return {symbol.name for symbol in self.env.symbols.origins if symbol.name not in self.values}

    def range_of(self, name: str) -> tuple[int | None, int | None]:
        """The range of a symbol."""
        term = next(of_atom(symbol) for symbol in self.env.symbols.origins if symbol.name == name)
        bounds = self.env.bound(term)
        return bounds.low, bounds.high

    def _number(self, value: Json) -> Dim:
        if not isinstance(value, dict):
            return int(str(value))
        kind, hint = items_of(value["sym"])
        assert isinstance(hint, int)
        self.backed.append(kind == "backed")
        if kind == "backed":
            made = self.env.create_symbol(hint, name=f"s{len(self.values)}")
        else:
            made = self.env.fresh(Sort.INT)
            self.env.assume(ge(of_atom(made), 0))
            self.env.assume(le(of_atom(made), LARGEST_SIZE))
            self.env.size_like[made] = None
        self.values[made.name] = hint
        return of_atom(made)

    def _value(self, value: Json) -> object:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict) and "sym" in value:
            return self._number(value)
        if not isinstance(value, dict) or "order" not in value:
            return decode(value)
        fields = items_of(value["t"])
        sizes = [self._number(size) for size in items_of(fields[0])]
        order = [int(str(dim)) for dim in items_of(value["order"])]
        dense = contiguous_strides(self.mode, tuple([sizes[dim] for dim in order]))
        strides = tuple([dense[order.index(dim)] for dim in range(len(sizes))])
        return FakeTensor(tuple(sizes), strides, DType[str(fields[3])], CPU)

    def run(self, call: Call) -> None:
        """Run the shape function; ``result`` holds raw terms. Raises what it raises."""
        kwargs = call["kwargs"]
        assert isinstance(kwargs, dict)
        values = tuple([self._value(arg) for arg in items_of(call["args"])])
        named = {name: self._value(value) for name, value in kwargs.items()}
        self.result = overload(str(call["op"])).run(self.mode, values, named)
