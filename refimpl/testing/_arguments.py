"""Arguments of strategies, validated before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis.errors import InvalidArgument

from refimpl.terms import Symbol, symbol

__all__ = ["at_least", "ordered", "symbol_names", "symbols_of"]


def at_least(name: str, value: int, least: int) -> int:
    """The value. Raises InvalidArgument if it is less than ``least``."""
    if value < least:
        raise InvalidArgument(f"{name}={value} must be at least {least}")
    return value


def ordered(name: str, ends: tuple[int, int]) -> tuple[int, int]:
    """The ends. Raises InvalidArgument if the first is beyond the second."""
    low, high = ends
    if low > high:
        raise InvalidArgument(f"{name}={ends} is empty: {low} > {high}")
    return ends


def symbol_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names. Raises InvalidArgument if there is none, one is no identifier, or one stands twice."""
    if isinstance(names, str):
        raise InvalidArgument(f"names={names!r} must be a sequence of names, not one name")
    if not names:
        raise InvalidArgument("names must not be empty")
    for name in names:
        if not name.isidentifier():
            raise InvalidArgument(f"{name!r} is no name of a symbol")
    if len(set(names)) != len(names):
        raise InvalidArgument(f"names={tuple(names)} must be distinct")
    return tuple(names)


def symbols_of(names: Sequence[str]) -> tuple[Symbol, ...]:
    """The integer symbols of these names."""
    found = (symbol(name).symbol for name in names)
    return tuple(each for each in found if each is not None)
