"""What stands at the recorded paths of a live result: read as PyTorch reads it, but never through a quotient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast, final

from refimpl.laws.step import Missing, Place
from refimpl.symbolic_shapes.key_path import DivideByKey, KeyPath
from refimpl.terms import Dim, IntTerm, Scalar, int_of_bool, is_condition
from refimpl.torch.expressions import Unreadable, from_torch_symbol
from refimpl.torch.key_paths import from_torch_path, raw_scalar
from refimpl.torch.shape_env import StateReader

__all__ = ["RawPlace", "raw_places", "read_place", "read_places"]


class _Key(Protocol):
    def get(self, value: object) -> object: ...


@final
@dataclass(frozen=True, slots=True)
class RawPlace:
    """One binding and the expression at its path, not converted yet.

    ``value`` stands before the path's ``DivideByKey`` and before its ``ConvertIntKey`` (``converted``);
    ``missing`` says why there is none.
    """

    symbol: object
    path: tuple[object, ...]
    value: object = None
    converted: bool = False
    missing: str | None = None


def raw_places(bindings: Mapping[object, Iterable[object]], result: object) -> tuple[RawPlace, ...]:
    """The bindings in order and what stands at their paths; the result's sizes are read, nothing is computed."""
    return tuple([_raw_place(symbol, tuple(path), result) for symbol, path in bindings.items()])


def _raw_place(symbol: object, path: tuple[object, ...], result: object) -> RawPlace:
    value, converted = result, False
    for key in path:
        kind = type(key).__name__
        if kind == "DivideByKey":
            break
        if kind == "ConvertIntKey":
            converted = True
            continue
        try:
            value = cast("_Key", key).get(value)  # every key of PyTorch has ``get``
        except Exception as error:  # what PyTorch raises on the same path is reported, not raised a second time
            return RawPlace(symbol, path, missing=f"{type(error).__name__}: {error}")
    try:
        return RawPlace(symbol, path, raw_scalar(value), converted)
    except Unreadable as error:
        return RawPlace(symbol, path, missing=error.reason)


def read_place(raw: RawPlace, reader: StateReader) -> Place:
    """The place with its value as a term; a value that has no term is `Missing`.

    Raises `Unreadable` for a symbol or a path that has no counterpart.
    """
    symbol, path = from_torch_symbol(raw.symbol), from_torch_path(raw.path)
    return Place(symbol, path, _value(raw, reader), _divisors(path))


def _value(raw: RawPlace, reader: StateReader) -> Scalar | Missing:
    if raw.missing is not None:
        return Missing(raw.missing)
    try:
        term = reader.term(raw.value)
    except Unreadable as error:
        reader.note(error)
        return Missing(f"{error.text} has no term: {error.reason}")
    if not raw.converted:
        return term
    return int_of_bool(term) if is_condition(term) else Missing(f"{raw.value} is no boolean")


def _divisors(path: KeyPath) -> tuple[Dim, ...]:
    found: list[Dim] = []
    for key in path:
        if isinstance(key, DivideByKey) and isinstance(key.divisor, (int, IntTerm)):
            found.append(key.divisor)
    return tuple(found)


def read_places(bindings: Mapping[object, Iterable[object]], result: object) -> tuple[Place, ...]:
    """The places of a node's ``unbacked_bindings`` in a live result. Raises `Unreadable`."""
    reader = StateReader()
    return tuple([read_place(raw, reader) for raw in raw_places(bindings, result)])
