"""What stands at a path of a result: a raw number, and the divisors it is still to be divided by."""

from __future__ import annotations

from typing import Final, TypeGuard

from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, DivideByKey, KeyPath, PathError
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Dim, IntTerm, Scalar, int_of_bool, is_condition
from refimpl.terms.core import Interned

__all__ = ["is_scalar", "read_scalar"]

_FIELDS: Final = {"size": "sizes", "stride": "strides", "storage_offset": "offset"}


def is_scalar(value: object) -> TypeGuard[Scalar]:
    """Whether a value is a raw number: a term or a plain one."""
    return isinstance(value, (int, float, Interned))


def read_scalar(result: object, path: KeyPath) -> tuple[Scalar, tuple[Dim, ...]]:
    """The raw number at a path, and the divisors of its ``DivideByKey``, undivided.

    Raises PathError if the path does not exist in the result or leads to no number.
    """
    value = result
    divisors: list[Dim] = []
    for depth, key in enumerate(path):
        try:
            if isinstance(key, DivideByKey):
                divisors.append(_integer(unwrap(key.divisor)))
            elif isinstance(key, ConvertIntKey):
                value = _integer_form(unwrap(value))
            elif isinstance(key, CallMethodKey):
                # A fake tensor's fields are what its methods return, unwrapped.
                raw: object = getattr(value, _FIELDS.get(key.name, ""), None)
                value = key.get(value) if raw is None else raw
            else:
                value = key.get(value)
        except (TypeError, IndexError, AttributeError) as error:
            raise PathError(path, depth, str(error)) from error
    scalar = unwrap(value)
    if not is_scalar(scalar):
        raise PathError(path, len(path), f"{type(value).__name__} is no number")
    return scalar, tuple(divisors)


def _integer(value: object) -> Dim:
    if isinstance(value, (int, IntTerm)) and not isinstance(value, bool):
        return value
    raise TypeError(f"the divisor {value} is no integer")


def _integer_form(value: object) -> Dim:
    if is_scalar(value) and is_condition(value):
        return int_of_bool(value)
    raise TypeError(f"{type(value).__name__} is no boolean")
