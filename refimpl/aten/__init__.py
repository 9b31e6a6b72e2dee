"""Shape semantics of ATen operators: for each overload what its result's metadata is, and what it requires.

A shape function speaks only to a :class:`~refimpl.fake_tensor.context.Context`, so the same function runs on terms
and on plain numbers. ``overload("aten.add.Tensor")`` is the callable that an FX node's target is; ``shape`` registers
a function for another operator.
"""

from __future__ import annotations

from refimpl.aten._custom import ShapesError, register_shape
from refimpl.aten._overload import OpOverload, UnmodelledOperatorError, overload
from refimpl.aten._registry import ShapeFunction, shape
from refimpl.aten._schemas import Argument, ArgumentType, Schema, SchemaError, parse_schema, schema_names, schema_of

__all__ = [
    "Argument",
    "ArgumentType",
    "OpOverload",
    "Schema",
    "SchemaError",
    "ShapeFunction",
    "ShapesError",
    "UnmodelledOperatorError",
    "overload",
    "parse_schema",
    "register_shape",
    "schema_names",
    "schema_of",
    "shape",
]
