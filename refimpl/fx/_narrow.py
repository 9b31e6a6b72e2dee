"""What ``isinstance`` does not tell a type checker: that the items of a container are just objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

__all__ = ["is_dict", "is_keyword_dict", "is_list", "is_slice", "is_tuple", "slice_parts", "tuple_like"]


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Whether a value is a tuple."""
    return isinstance(value, tuple)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether a value is a dict."""
    return isinstance(value, dict)


def is_keyword_dict(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a value, made from keyword arguments, is a dict (its keys are not looked at)."""
    return isinstance(value, dict)


def is_slice(value: object) -> TypeGuard[slice]:
    """Whether a value is a slice."""
    return isinstance(value, slice)


def slice_parts(value: slice) -> tuple[object, object, object]:
    """The start, stop and step of a slice."""
    return value.start, value.stop, value.step


def tuple_like(example: tuple[object, ...], items: list[object]) -> object:
    """The items as a tuple, of the example's class if that is a named tuple."""
    return _call(type(example), items) if hasattr(example, "_fields") else tuple(items)


def _call(make: Callable[..., object], items: list[object]) -> object:
    return make(*items)
