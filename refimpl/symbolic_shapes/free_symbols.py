"""Which symbols occur in a value: number, tensor, or a list, tuple or dict of such."""

from __future__ import annotations

from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.symbolic_shapes.key_path import CallMethodKey
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.structures import is_dict, is_sequence
from refimpl.symbolic_shapes.sym_node import Symbolic
from refimpl.terms import Symbol, free_of

__all__ = [
    "free_symbols",
    "free_unbacked_symbols",
    "has_free_symbols",
    "has_free_unbacked_symbols",
    "has_symbolic_sizes_strides",
    "is_symbolic",
]


def free_symbols(val: object) -> tuple[Symbol, ...]:
    """The symbols in a value, each once, in order of first occurrence (by name within one number).

    Replaced symbols are read through. Raises AssertionError for a value that is none of the known classes.
    """
    found: dict[Symbol, None] = {}
    _collect(val, found)
    return tuple(found)


def free_unbacked_symbols(x: object) -> tuple[Symbol, ...]:
    """The unbacked symbols in a value, as ``free_symbols`` finds them."""
    return tuple(symbol for symbol in free_symbols(x) if is_unbacked(symbol))


def has_free_symbols(val: object) -> bool:
    """Whether a symbol occurs in the value."""
    return bool(free_symbols(val))


def has_free_unbacked_symbols(x: object) -> bool:
    """Whether an unbacked symbol occurs in the value."""
    return bool(free_unbacked_symbols(x))


def has_symbolic_sizes_strides(elem: object) -> bool:
    """Whether a symbol occurs in the tensor's sizes, strides or offset."""
    return has_free_symbols(elem)


def is_symbolic(val: object) -> bool:
    """Whether a number is a symbolic one; a plain number is none. Raises AttributeError for what is no number."""
    if not isinstance(val, (int, float, Symbolic)):
        raise AttributeError(f"'{type(val).__name__}' object has no attribute 'node'")
    return isinstance(val, Symbolic)


def _collect(value: object, found: dict[Symbol, None]) -> None:
    if is_sequence(value):
        for item in value:
            _collect(item, found)
    elif is_dict(value):
        for item in value.values():
            _collect(item, found)
    elif hasattr(value, "storage_offset"):
        for name in ("size", "stride", "storage_offset"):
            _collect(CallMethodKey(name).get(value), found)
    elif value is not None and not isinstance(value, str):
        scalar = value.node.expr if isinstance(value, Symbolic) else value
        if not is_scalar(scalar):
            raise AssertionError(f"cannot find the symbols of a {type(value).__name__}")
        symbols = [symbol for symbol in free_of(scalar) if isinstance(symbol, Symbol)]
        found.update(dict.fromkeys(sorted(symbols, key=lambda symbol: symbol.name)))
