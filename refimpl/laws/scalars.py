"""Telling scalars from other values."""

from __future__ import annotations

from typing import TypeGuard

from refimpl.terms import And, Apply, BoolSymbol, BoolTerm, Eq, FloatCompare, Ge, IntTerm, Ne, Not, Or, Scalar, Symbol

__all__ = ["is_bool_term", "is_scalar", "is_sequence", "sort_name"]

_BOOL = (BoolSymbol, Ge, Eq, Ne, FloatCompare, Not, And, Or)
_SCALAR = (int, float, IntTerm, Symbol, Apply, *_BOOL)


def is_bool_term(value: object) -> TypeGuard[BoolTerm]:
    """Whether the value is a symbolic condition."""
    return isinstance(value, _BOOL)


def is_scalar(value: object) -> TypeGuard[Scalar]:
    """Whether the value is a number or a term."""
    return isinstance(value, _SCALAR)


def is_sequence(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether the value is a list or a tuple."""
    return isinstance(value, (list, tuple))


def sort_name(scalar: Scalar) -> str:
    """``bool``, ``int`` or ``float``."""
    if isinstance(scalar, (bool, *_BOOL)):
        return "bool"
    return "int" if isinstance(scalar, (int, IntTerm)) else "float"
