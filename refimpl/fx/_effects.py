"""Which functions dead code elimination must not drop."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TypeVar

__all__ = ["has_side_effect", "is_impure_function"]

_F = TypeVar("_F", bound=Callable[..., object])

# A registry, and so mutable: `has_side_effect` is how a library announces its own functions.
_side_effectful_functions: set[object] = {operator.setitem}


def has_side_effect(fn: _F) -> _F:
    """Register a function that dead code elimination must keep; returns it, so it is also a decorator.

    Source: ``torch.fx.has_side_effect``.
    """
    _side_effectful_functions.add(fn)
    return fn


def is_impure_function(target: object, impure_random: bool = True) -> bool:
    """Whether a call of ``target`` must be kept: it is registered, draws random numbers, or has a mutable schema.

    The last two are read from the attributes by which PyTorch's operators say so:
    ``_nondeterministic_seeded`` (counted if ``impure_random``) and ``_schema.is_mutable``.
    """
    if impure_random and getattr(target, "_nondeterministic_seeded", False):
        return True
    if getattr(getattr(target, "_schema", None), "is_mutable", False):
        return True
    return target in _side_effectful_functions
