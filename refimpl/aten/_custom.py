"""Shape functions of custom operators, registered by their users."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, final

from refimpl.aten._registry import ShapeFunction, shape
from refimpl.aten._schemas import parse_schema

__all__ = ["ShapesError", "register_shape"]

_F = TypeVar("_F", bound=ShapeFunction)


@final
class ShapesError(Exception):
    """A module of shape functions that a package offers (entry point ``refimpl.shapes``) can't be imported."""


def register_shape(schema: str) -> Callable[[_F], _F]:
    """Register the shape function of a custom operator, declared as PyTorch does: ``lib::keep(Tensor x) -> Tensor``.

    The function is called as ``function(context, *arguments)`` with every argument of the schema. A package offers
    its functions to every user by an entry point in the group ``refimpl.shapes`` that names their module.
    Raises SchemaError if the declaration is malformed, ValueError if the operator has a function already.
    """
    return shape(parse_schema(schema).name, schema=schema)
