"""Where pending symbols stand in a value; PyTorch's order of places and its rules for products and booleans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from refimpl.symbolic_shapes.key_path import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    KeyPath,
    SequenceKey,
)
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.symbolic_shapes.sym_node import SymInt, unwrap
from refimpl.terms import Eq, IntTerm, Scalar, Symbol, of_atom

__all__ = ["TraceableWrapper", "find_pending"]

_TENSOR_PLACES = ("size", "stride", "storage_offset")


@runtime_checkable
class TraceableWrapper(Protocol):
    """A value with inner values, which are its attributes: PyTorch's traceable wrapper subclasses."""

    def __tensor_flatten__(self) -> tuple[Iterable[str], object]:
        """The names of the attributes, and what else there is to it."""
        ...


def find_pending(value: object, pending: dict[Symbol, None], env: ShapeEnv) -> dict[Symbol, KeyPath]:
    """The pending symbols in a value and the path of each; those found are removed from ``pending``.

    A symbol is found where it stands alone, as the boolean ``Eq(u, 1)``, or in a product with one constant or
    backed symbol. Source: ``_free_unbacked_symbols_with_path``.
    """
    found: dict[Symbol, KeyPath] = {}
    _search(value, (), pending, env, found)
    return found


def _search(
    value: object, path: KeyPath, pending: dict[Symbol, None], env: ShapeEnv, found: dict[Symbol, KeyPath]
) -> None:
    if not pending:
        return
    if is_sequence(value):
        for index, item in enumerate(value):
            _search(item, (*path, SequenceKey(index)), pending, env, found)
    elif isinstance(value, TraceableWrapper):
        for name in value.__tensor_flatten__()[0]:
            inner = InnerTensorKey(name)
            _search(inner.get(value), (*path, inner), pending, env, found)
    elif hasattr(value, "storage_offset"):
        for name in _TENSOR_PLACES:
            key = CallMethodKey(name)
            _search(key.get(value), (*path, key), pending, env, found)
    else:
        scalar = unwrap(value)
        place = _place(scalar, pending, env) if is_scalar(scalar) else None
        if place is not None:
            symbol, last = place
            found[symbol] = (*path, *last)
            del pending[symbol]


def _place(scalar: Scalar, pending: dict[Symbol, None], env: ShapeEnv) -> tuple[Symbol, KeyPath] | None:
    if isinstance(scalar, Symbol):
        return (scalar, ()) if scalar in pending else None
    if isinstance(scalar, Eq):
        inner = scalar.term + 1
        symbol = inner.symbol if isinstance(inner, IntTerm) else None
        return (symbol, (ConvertIntKey(),)) if symbol in pending else None
    if not isinstance(scalar, IntTerm) or len(scalar.monomials) != 1:
        return None
    monomial, coefficient = scalar.monomials[0]
    symbols = [atom for atom in monomial if isinstance(atom, Symbol)]
    if len(symbols) != len(monomial):
        return None
    unbacked = [symbol for symbol in symbols if symbol in pending]
    if len(unbacked) != 1:
        return None
    symbol = unbacked[0]
    others = [other for other in symbols if other is not symbol]
    if len(symbols) == 1:
        return (symbol, ()) if coefficient == 1 else (symbol, (DivideByKey(coefficient),))
    if coefficient == 1 and len(symbols) == 2 and env.symbols.is_backed(others[0]):
        return symbol, (DivideByKey(SymInt(of_atom(others[0]), env)),)
    return None
