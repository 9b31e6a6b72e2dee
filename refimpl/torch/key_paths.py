"""Paths of bindings: the keys of ``torch.utils._pytree`` and ``symbolic_shapes``, and ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, assert_never, cast

from refimpl.symbolic_shapes.key_path import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    Key,
    KeyPath,
    SequenceKey,
)
from refimpl.symbolic_shapes.sym_node import SymInt
from refimpl.symbolic_shapes.sym_node import raw_scalar as own_scalar
from refimpl.terms import Dim, IntTerm, Symbol, to_dim
from refimpl.torch._imports import attribute
from refimpl.torch.expressions import Unreadable, from_torch_expression, from_torch_symbol

__all__ = ["from_torch_bindings", "from_torch_path", "raw_scalar", "to_torch_path"]


class _Keys(Protocol):
    """The fields of PyTorch's keys; each key has its own only."""

    idx: int
    name: str
    inner_name: str
    divisor: object


def raw_scalar(value: object) -> object:
    """The expression behind a symbolic number, before any replacement; plain numbers as they are.

    Raises `Unreadable` for anything else, a symbolic number that is not backed by an expression among it.
    """
    if isinstance(value, (bool, int, float)):
        return value
    node = getattr(value, "node", None)
    found: object = None if node is None else getattr(node, "_expr", None)
    if found is None:
        raise Unreadable(repr(value), f"a {type(value).__name__} is no number with an expression")
    return found


def from_torch_path(path: Iterable[object]) -> KeyPath:
    """The path; a symbolic divisor becomes its term. Raises `Unreadable` for a key that leads to no scalar here."""
    return tuple([_key(key) for key in path])


def _key(key: object) -> Key:
    fields = cast("_Keys", key)  # the classes are told apart by name: PyTorch is not there when types are checked
    match type(key).__name__:
        case "SequenceKey":
            return SequenceKey(fields.idx)
        case "CallMethodKey":
            return CallMethodKey(fields.name)
        case "InnerTensorKey":
            return InnerTensorKey(fields.inner_name)
        case "DivideByKey":
            return DivideByKey(_divisor(fields.divisor))
        case "ConvertIntKey":
            return ConvertIntKey()
        case name:
            raise Unreadable(str(key), f"a path with a {name} leads to no number")


def _divisor(value: object) -> Dim:
    term = from_torch_expression(raw_scalar(value))
    if isinstance(term, (float, bool)) or not isinstance(term, (int, IntTerm)):
        raise Unreadable(str(value), "it divides no integer")
    return term


def from_torch_bindings(bindings: Mapping[object, Iterable[object]]) -> dict[Symbol, KeyPath]:
    """``node.meta["unbacked_bindings"]``. Raises `Unreadable`."""
    return {from_torch_symbol(symbol): from_torch_path(path) for symbol, path in bindings.items()}


_SHAPES: Final = "torch.fx.experimental.symbolic_shapes"


def to_torch_path(path: KeyPath, integer: Callable[[Dim], object]) -> tuple[object, ...]:
    """The path with PyTorch's keys; ``integer`` gives the ``SymInt`` (or number) of a divisor."""
    return tuple([_to_torch_key(key, integer) for key in path])


def _to_torch_key(key: Key, integer: Callable[[Dim], object]) -> object:
    match key:
        case SequenceKey(idx):
            return _make("torch.utils._pytree", "SequenceKey", idx)
        case CallMethodKey(name):
            return _make(_SHAPES, "CallMethodKey", name)
        case InnerTensorKey(name):
            return _make(_SHAPES, "InnerTensorKey", name)
        case DivideByKey(divisor):
            return _make(_SHAPES, "DivideByKey", integer(_own_divisor(divisor)))
        case ConvertIntKey():
            return _make(_SHAPES, "ConvertIntKey")
        case _:
            assert_never(key)


def _own_divisor(divisor: object) -> Dim:
    """A divisor as a term: paths of archives and of graphs hold terms or symbolic integers of ours."""
    if isinstance(divisor, SymInt):
        return to_dim(own_scalar(divisor))
    if isinstance(divisor, (int, IntTerm)):
        return to_dim(divisor)
    raise TypeError(f"{divisor!r} divides no integer")


def _make(module: str, name: str, *fields: object) -> object:
    return cast("Callable[..., object]", attribute(module, name))(*fields)  # type: ignore[explicit-any]  # a dataclass of PyTorch
