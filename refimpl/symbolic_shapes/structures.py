"""Narrowing of structured values: their elements are objects until looked at."""

from __future__ import annotations

from typing import TypeGuard

__all__ = ["is_dict", "is_list", "is_sequence", "is_tuple"]


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Whether the value is a tuple."""
    return isinstance(value, tuple)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether the value is a list."""
    return isinstance(value, list)


def is_sequence(value: object) -> TypeGuard[tuple[object, ...] | list[object]]:
    """Whether the value is a tuple or a list."""
    return isinstance(value, (tuple, list))


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether the value is a dictionary."""
    return isinstance(value, dict)
