"""The table of shape functions, found by an operator's full name such as ``aten.add.Tensor``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from refimpl.aten._schemas import Schema, parse_schema
from refimpl.fake_tensor.context import Value

__all__ = ["ShapeFunction", "custom_schema", "lookup", "names", "shape"]

# Called as ``function(context, *arguments)`` with every argument of the schema, in its order, defaults filled in.
ShapeFunction: TypeAlias = Callable[..., Value]
_F = TypeVar("_F", bound=ShapeFunction)

_table: dict[str, ShapeFunction] = {}
_custom: dict[str, Schema] = {}


def shape(*names: str, schema: str | None = None) -> Callable[[_F], _F]:
    """Register a shape function under the names of one or more overloads (``aten.sin.default``).

    A custom operator also gives its ``schema``, declared as PyTorch does (``corpus::keep(Tensor x) -> Tensor``).
    Raises ValueError if a name is taken, SchemaError if the declaration is malformed.
    """

    def register(function: _F) -> _F:
        for name in names:
            if name in _table:
                raise ValueError(f"the operator {name} has a shape function already")
            _table[name] = function
            if schema is not None:
                _custom[name] = parse_schema(schema)
        return function

    return register


def lookup(name: str) -> ShapeFunction | None:
    """The shape function of that overload, if it is modelled."""
    return _table.get(name)


def custom_schema(name: str) -> Schema | None:
    """The schema that a custom operator was registered with."""
    return _custom.get(name)


def names() -> tuple[str, ...]:
    """The names of all modelled overloads, sorted."""
    return tuple(sorted(_table))
