"""Concrete inputs beside placeholders: which value each symbol has, and whether the guards hold of them."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.symbolic_shapes.key_path import CallMethodKey
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Cond, IntTerm, Symbol, Undefined, evaluate

__all__ = ["bind_values", "conditions_hold"]

_PLACES = ("size", "stride", "storage_offset")


def bind_values(placeholders: Sequence[object], args: Sequence[object]) -> dict[Symbol, int]:
    """The value of each symbol that stands alone, or negated, in a placeholder.

    Placeholders are fake tensors, symbolic or plain numbers, or None; arguments have ``size``, ``stride`` and
    ``storage_offset`` methods, or are integers. Raises AssertionError if a symbol would have two values.
    Source: ``ShapeEnv.bind_symbols``.
    """
    found: dict[Symbol, int] = {}
    for placeholder, argument in zip(placeholders, args, strict=False):
        if hasattr(placeholder, "storage_offset"):
            for name in _PLACES:
                _bind(CallMethodKey(name).get(placeholder), CallMethodKey(name).get(argument), found)
        elif placeholder is not None:
            _bind(placeholder, argument, found)
    return found


def conditions_hold(conditions: Sequence[Cond], values: dict[Symbol, int]) -> bool:
    """Whether every condition is true at the values; one over an unbound symbol, or undefined, is not."""
    named: dict[str, int | float | bool] = {symbol.name: value for symbol, value in values.items()}
    try:
        return all(evaluate(condition, named) is True for condition in conditions)
    except Undefined:
        return False


def _bind(expected: object, given: object, found: dict[Symbol, int]) -> None:
    if is_sequence(expected) and is_sequence(given):
        for one, other in zip(expected, given, strict=False):
            _bind(one, other, found)
        return
    term = unwrap(expected)
    if not is_scalar(term) or not isinstance(term, IntTerm):
        return
    if not isinstance(given, int):
        raise AssertionError(f"Expected int, got {type(given)}")
    negated = -term
    symbol, value = term.symbol, given
    if symbol is None and isinstance(negated, IntTerm):
        symbol, value = negated.symbol, -given
    if symbol is None:
        return
    if found.setdefault(symbol, value) != value:
        raise AssertionError(f"{found[symbol]} != {value}")
