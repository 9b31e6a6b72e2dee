"""Operator calls as JSON: arguments, and what PyTorch 2.13 gave. Written by ``tests/differential``.

A tensor is ``{"t": [sizes, strides, offset, dtype, ...]}``, with ``"v"`` its contents where they matter; a float
``{"f": text}``, a complex ``{"c": [real, imag]}``, and ``{"dtype" | "device" | "layout" | "mf": text}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias, cast

from refimpl.aten._overload import overload
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, FakeTensor
from tests.aten.plain_context import FactViolated, NeedsContents, PlainContext

__all__ = ["DATA", "Json", "decode", "encode", "field", "items_of", "matters", "our_outcome", "read_calls"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
DATA: Final = Path(__file__).with_name("data")


def read_calls(name: str) -> Iterator[dict[str, Json]]:
    """The calls of a file of ``tests/aten/data``."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        call: dict[str, Json] = json.loads(line)
        yield call


def _dims(value: Json) -> tuple[int, ...]:
    assert isinstance(value, list)
    return tuple(int(str(item)) for item in value)


def _tensor(value: Json) -> FakeTensor:
    assert isinstance(value, list)
    return FakeTensor(_dims(value[0]), _dims(value[1]), DType[str(value[3])], CPU, int(str(value[2])))


def decode(value: Json) -> object:
    """The argument as shape functions' callers give it."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "t" in value:
        return _tensor(value["t"])
    kind, content = next(iter(value.items()))
    match kind:
        case "f":
            return float(str(content))
        case "c":
            assert isinstance(content, list)
            return complex(float(str(content[0])), float(str(content[1])))
        case "dtype":
            return DType[str(content)]
        case "device":
            return CPU
        case _:
            return content


def encode(value: object) -> Json:
    """A result as the recorder writes it, without what has no place in it (``requires_grad``)."""
    if isinstance(value, FakeTensor):
        sizes, strides = (list[Json]([int(str(item)) for item in items]) for items in (value.sizes, value.strides))
        return {"t": [sizes, strides, int(str(value.offset)), value.dtype.name]}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in cast("list[object]", value)]  # isinstance leaves the elements unknown
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return {"f": repr(value)}
    raise TypeError(f"a result of type {type(value).__name__}")


def matters(value: Json) -> Json:
    """A result with only what counts: no stride of a dimension that does not exceed 1 or of an empty tensor."""
    if isinstance(value, list):
        return [matters(item) for item in value]
    if not isinstance(value, dict) or "t" not in value:
        return value
    tensor = value["t"]
    assert isinstance(tensor, list)
    sizes = _dims(tensor[0])
    empty = 0 in sizes
    strides = [None if empty or size < 2 else stride for size, stride in zip(sizes, _dims(tensor[1]), strict=True)]
    return {"t": [list[Json](sizes), list[Json](strides), None if empty else tensor[2], tensor[3]]}


def field(call: dict[str, Json], name: str) -> str:
    """A field that is text."""
    value = call[name]
    assert isinstance(value, str)
    return value


def items_of(value: Json) -> list[Json]:
    """The items of a list."""
    assert isinstance(value, list)
    return value


def _ones(value: Json) -> list[int]:
    """How many elements of each mask among the arguments are true, once for each time it is counted."""
    if isinstance(value, list):
        return [count for item in value for count in _ones(item)]
    if isinstance(value, dict) and "v" in value and "t" in value:
        tensor, contents = value["t"], value["v"]
        if (
            isinstance(tensor, list)
            and tensor[3] == "bool"
            and isinstance(contents, list)
            and 0 not in _dims(tensor[0])
        ):
            return [sum(map(bool, contents))]
    return []


def our_outcome(call: dict[str, Json]) -> dict[str, Json]:
    """What our shape function makes of the call on plain numbers: ``{"out": ...}`` or ``{"error": [type, text]}``.

    ``{"out": "data"}`` if it runs, with a result that depends on contents which the call does not give.
    """
    args, kwargs = call["args"], call["kwargs"]
    assert isinstance(args, list)
    assert isinstance(kwargs, dict)
    context = PlainContext(_ones(args))
    operator = overload(field(call, "op"))
    try:
        result = operator.run(
            context, tuple(map(decode, args)), {name: decode(value) for name, value in kwargs.items()}
        )
    except NeedsContents:
        return {"out": "data"}
    except FactViolated:
        raise
    except (RuntimeError, IndexError, ValueError, TypeError, AssertionError, ZeroDivisionError) as error:
        return {"error": [type(error).__name__, str(error).partition("\n")[0]]}
    return {"out": encode(result)}
