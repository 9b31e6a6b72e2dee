"""The table of shape functions, found by an operator's full name such as ``aten.add.Tensor``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from refimpl.fake_tensor.context import Value

__all__ = ["ShapeFunction", "lookup", "names", "shape"]

# Called as ``function(context, *arguments)`` with every argument of the schema, in its order, defaults filled in.
ShapeFunction: TypeAlias = Callable[..., Value]
_F = TypeVar("_F", bound=ShapeFunction)

_table: dict[str, ShapeFunction] = {}


def shape(*names: str) -> Callable[[_F], _F]:
    """Register a shape function under the names of one or more overloads (``aten.sin.default``).

    Raises ValueError if a name is taken.
    """

    def register(function: _F) -> _F:
        for name in names:
            if name in _table:
                raise ValueError(f"the operator {name} has a shape function already")
            _table[name] = function
        return function

    return register


def lookup(name: str) -> ShapeFunction | None:
    """The shape function of that overload, if it is modelled."""
    return _table.get(name)


def names() -> tuple[str, ...]:
    """The names of all modelled overloads, sorted."""
    return tuple(sorted(_table))
