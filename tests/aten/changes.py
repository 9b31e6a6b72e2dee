"""Recorded calls with changed arguments, and calls made up from a schema, as hypothesis draws them."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Final, TypeAlias, final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from refimpl.aten._in_place import functional_name
from refimpl.aten._schemas import Argument, ArgumentType, schema_of
from tests.aten.calls import Json, field, items_of, read_calls

__all__ = ["Call", "Changed", "changed_calls", "drawn_calls", "relaid_calls", "sampling"]

Call: TypeAlias = dict[str, Json]
_MOST_ELEMENTS: Final = 20000
_SIZES: Final = st.sampled_from((1, 0, 2, 3, 4, 5))
_YES: Final = st.booleans()
_OTHERS: Final[st.SearchStrategy[Json]] = st.sampled_from((None, "text", 1, True, {"f": "0.5"}, list[Json]([1])))
_DTYPES: Final = st.sampled_from(
    ("float32", "int64", "bool", "complex64", "float64", "int32", "float16", "bfloat16", "uint8", "int16")
)


@final
@dataclass(slots=True)
class Changed:
    """A call; whether its dtypes or the kind of an argument are others than recorded; how many faults it may have."""

    call: Call
    retyped: bool = False
    changes: int = 0

    def values(self) -> Iterator[Json]:
        """Every value of the call: containers before what they hold."""
        args, kwargs = self.call["args"], self.call["kwargs"]
        assert isinstance(kwargs, dict)
        for value in (args, *kwargs.values()):
            yield from _within(value)

    def tensors(self) -> list[list[Json]]:
        """The fields of each tensor, to be changed in place."""
        inner = (value["t"] for value in self.values() if isinstance(value, dict) and "t" in value)
        return [fields for fields in inner if isinstance(fields, list)]

    def sizes(self) -> list[list[Json]]:
        """The sizes of each tensor, to be changed in place."""
        return [fields[0] for fields in self.tensors() if isinstance(fields[0], list)]

    def args(self) -> list[Json]:
        """The positional arguments, to be changed in place."""
        args = self.call["args"]
        assert isinstance(args, list)
        return args

    def kwargs(self) -> dict[str, Json]:
        """The keyword arguments, to be changed in place."""
        kwargs = self.call["kwargs"]
        assert isinstance(kwargs, dict)
        return kwargs

    def lists(self) -> list[list[Json]]:
        """The arguments that are lists, and the list of arguments."""
        return [value for value in self.values() if isinstance(value, list)]


def _within(value: Json) -> Iterator[Json]:
    yield value
    if isinstance(value, list):
        for item in value:
            yield from _within(item)


_Change: TypeAlias = Callable[[st.DrawFn, Changed], None]


def _resize(draw: st.DrawFn, changed: Changed) -> None:
    """One size of one tensor is another."""
    shaped = [sizes for sizes in changed.sizes() if sizes]
    if shaped:
        sizes = draw(st.sampled_from(shaped))
        sizes[draw(st.integers(0, len(sizes) - 1))] = draw(_SIZES)


def _resize_all(draw: st.DrawFn, changed: Changed) -> None:
    """Every size that equals one of them is another."""
    sizes = [size for sizes in changed.sizes() for size in sizes]
    if sizes:
        old, new = draw(st.sampled_from(sizes)), draw(_SIZES)
        for own in changed.sizes():
            own[:] = [new if size == old else size for size in own]


def _extend(draw: st.DrawFn, changed: Changed) -> None:
    """One tensor has a dimension more."""
    if changed.sizes():
        sizes = draw(st.sampled_from(changed.sizes()))
        sizes.insert(draw(st.integers(0, len(sizes))), draw(st.integers(1, 3)))


def _reduce(draw: st.DrawFn, changed: Changed) -> None:
    """One tensor has a dimension less."""
    shaped = [sizes for sizes in changed.sizes() if sizes]
    if shaped:
        sizes = draw(st.sampled_from(shaped))
        del sizes[draw(st.integers(0, len(sizes) - 1))]


def _narrow(draw: st.DrawFn, changed: Changed) -> None:
    """One tensor broadcasts: leading dimensions are missing, others are 1."""
    shaped = [sizes for sizes in changed.sizes() if sizes]
    if shaped:
        sizes = draw(st.sampled_from(shaped))
        del sizes[: draw(st.integers(0, len(sizes)))]
        sizes[:] = [draw(st.sampled_from((size, 1))) for size in sizes]


def _retype(draw: st.DrawFn, changed: Changed) -> None:
    """One tensor has another dtype."""
    if changed.tensors():
        draw(st.sampled_from(changed.tensors()))[3] = draw(_DTYPES)
        changed.retyped = True


def _renumber(draw: st.DrawFn, changed: Changed) -> None:
    """One integer is another: a dimension, a size, a count, perhaps negative."""
    places = [
        (items, at)
        for items in changed.lists()
        for at, item in enumerate(items)
        if isinstance(item, int) and not isinstance(item, bool)
    ]
    if places:
        items, at = draw(st.sampled_from(places))
        items[at] = int(str(items[at])) + draw(st.sampled_from((-1, 1, -2, 2)))


def _renumber_floats(draw: st.DrawFn, changed: Changed) -> None:
    """One float is another."""
    floats = [value for value in changed.values() if isinstance(value, dict) and "f" in value]
    if floats:
        draw(st.sampled_from(floats))["f"] = draw(st.sampled_from(("0.0", "1.0", "-1.0", "2.5")))


def _flip(draw: st.DrawFn, changed: Changed) -> None:
    """One truth value is the other."""
    places = [(items, at) for items in changed.lists() for at, item in enumerate(items) if isinstance(item, bool)]
    if places:
        items, at = draw(st.sampled_from(places))
        items[at] = not items[at]


def _lengthen(draw: st.DrawFn, changed: Changed) -> None:
    """One list of arguments, or of tensors or numbers among them, has an item more or less at its end."""
    items = draw(st.sampled_from(changed.lists()))
    shorter = draw(_YES)
    if items and shorter:
        items.pop()
    else:
        items.append(copy.deepcopy(items[-1]) if items else 1)


def _replace(draw: st.DrawFn, changed: Changed) -> None:
    """One argument is nothing, or of another type; not the first, of whose operators some take a number for a tensor.

    Then a Python number comes out, which no graph holds.
    """
    if len(changed.args()) > 1:
        at = draw(st.integers(1, len(changed.args()) - 1))
        changed.args()[at] = copy.deepcopy(draw(_OTHERS))
        changed.retyped = True


def _name(draw: st.DrawFn, changed: Changed) -> None:
    """One argument by its name is missing, or one too many is there."""
    kwargs = changed.kwargs()
    fewer = draw(_YES)
    if kwargs and fewer:
        del kwargs[draw(st.sampled_from(sorted(kwargs)))]
    else:
        kwargs["unheard"] = 1


# The shapes first: they are what requirements are about.
_CHANGES: Final[tuple[_Change, ...]] = (
    _resize, _resize, _resize_all, _extend, _reduce, _narrow, _renumber, _renumber, _retype, _renumber_floats, _flip,
    _lengthen, _replace, _name,
)  # fmt: skip
_OF_SIZES: Final[tuple[_Change, ...]] = (_resize, _resize, _resize_all, _extend, _reduce, _narrow, _renumber)


def _dense(sizes: Sequence[Json]) -> list[Json]:
    strides: list[Json] = []
    running = 1
    for size in reversed(sizes):
        strides.append(running)
        running *= max(int(str(size)), 1)
    return strides[::-1]


def _elements(changed: Changed) -> int:
    return max((prod(int(str(size)) for size in sizes) for sizes in changed.sizes()), default=0)


@cache
def _recorded() -> dict[str, list[Call]]:
    """The recorded calls that are small and ask for no contents of their own, by operator."""
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for name in ("calls.jsonl", "layouts.jsonl"):
        for call in read_calls(name):
            asked = {key: call[key] for key in ("op", "args", "kwargs")}
            if "error" not in call and '"v"' not in str(asked) and _elements(Changed(asked)) <= _MOST_ELEMENTS:
                found[field(call, "op")].append(asked)
    return found


def _base_calls(operator: str) -> list[Call]:
    """The recorded calls of the operator, or of the one that it is the in-place form of."""
    schema = schema_of(operator)
    assert schema is not None
    functional = functional_name(schema)
    found = _recorded().get(operator) or _recorded().get(functional or "", [])
    return [{**call, "op": operator} for call in found]


def _tensor_of(sizes: Sequence[int], dtype: str) -> Json:
    return {"t": [list[Json](sizes), _dense(list[Json](sizes)), 0, dtype]}


_MADE: Final[dict[str, Json]] = {
    "Scalar": 2, "int": 1, "SymInt": 1, "float": {"f": "0.5"}, "bool": True, "ScalarType": {"dtype": "float32"},
    "Device": {"device": "cpu"}, "str": "sum",
}  # fmt: skip


def _made_value(kind: ArgumentType, sizes: Sequence[int], dtype: str) -> Json:
    if kind.optional and not kind.is_list and kind.base != "Tensor":
        return None
    one = _tensor_of(sizes, dtype) if kind.base == "Tensor" else _MADE.get(kind.base)
    return [one] * (kind.size or 2) if kind.is_list else one


@st.composite
def _made_calls(draw: st.DrawFn, operator: str, dtype: str) -> Call:
    """A call with tensors of one shape and dtype and a fixed value for each other argument without a default."""
    schema = schema_of(operator)
    assert schema is not None
    sizes = draw(st.sampled_from(((2, 3), (3,), (3, 3), (), (2, 3, 4), (2, 3, 4, 4))))

    def needed(argument: Argument) -> bool:
        return not argument.has_default

    made = {a.name: _made_value(a.type, sizes, dtype) for a in filter(needed, schema.arguments)}
    by_name = {a.name for a in schema.arguments if a.keyword_only}
    return {
        "op": operator,
        "args": [value for name, value in made.items() if name not in by_name],
        "kwargs": {name: value for name, value in made.items() if name in by_name},
    }


@st.composite
def changed_calls(draw: st.DrawFn, operator: str, *, of_sizes: bool = False) -> Changed:
    """A call of the operator with none to two changes, of sizes and integers only if so asked; the fewest first.

    Tensors keep their recorded layouts if no size changed, otherwise all are contiguous.
    """
    base = _base_calls(operator)
    dtype = "float32" if base or of_sizes else draw(st.sampled_from(("float32", "int64", "bool")))
    call = draw(st.sampled_from(base)) if base else draw(_made_calls(operator, dtype))
    changed = Changed(copy.deepcopy(call), dtype != "float32", 0 if base else 2)
    before = copy.deepcopy(changed.sizes())
    for change in draw(st.lists(st.sampled_from(_OF_SIZES if of_sizes else _CHANGES), max_size=2)):
        if _elements(changed) <= _MOST_ELEMENTS:
            change(draw, changed)
            changed.changes += 1
    untouched = [list[Json](item) for item in before] == changed.sizes()
    for fields in changed.tensors():
        sizes = fields[0]
        assert isinstance(sizes, list)
        fields[1:] = [*(fields[1:3] if untouched else (_dense(sizes), 0)), fields[3]]
    return changed


def _in_order(sizes: Sequence[Json], order: Sequence[int]) -> list[Json]:
    """Dense strides with the dimensions in that order of memory."""
    inner = _dense([sizes[dim] for dim in order])
    return [inner[order.index(dim)] for dim in range(len(sizes))]


def _relay(draw: st.DrawFn, fields: list[Json]) -> None:
    """The tensor's dimensions in any order of memory, perhaps part of something larger, or with one repeated."""
    sizes = list(items_of(fields[0]))
    order = draw(st.permutations(range(len(sizes))))
    match draw(st.sampled_from(("dense", "sliced", "padded", "repeated"))):
        case "sliced":
            fields[1], fields[2] = [int(str(stride)) * 2 for stride in _in_order(sizes, order)], draw(st.integers(0, 1))
        case "padded":
            fields[1] = _in_order([int(str(size)) + 1 for size in sizes], order)
        case "repeated" if sizes:
            at = draw(st.integers(0, len(sizes) - 1))
            strides = _in_order([1 if dim == at else size for dim, size in enumerate(sizes)], order)
            fields[1] = [0 if dim == at else stride for dim, stride in enumerate(strides)]
        case _:
            fields[1] = _in_order(sizes, order)


@st.composite
def relaid_calls(draw: st.DrawFn, operator: str) -> Changed:
    """A changed call, some of whose tensors lie otherwise in memory."""
    changed = draw(changed_calls(operator))
    for fields in changed.tensors():
        if draw(_YES):
            _relay(draw, fields)
    return changed


def sampling(examples: int) -> settings:
    """That many draws, the same in every run, and the smallest that fails."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
        report_multiple_bugs=False,
    )


def drawn_calls(operator: str, examples: int) -> list[Changed]:
    """The calls that that many draws give, each once."""
    found: dict[str, Changed] = {}

    @sampling(examples)
    @given(changed_calls(operator))
    def collect(changed: Changed) -> None:
        found.setdefault(str(changed.call), changed)

    collect()
    return list(found.values())
