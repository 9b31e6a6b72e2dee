"""Sums and products of floats in one order, because a record states none.

PyTorch records ``(v*w)*v`` as ``zuf0**2*zuf1``: a list of factors, from which the order of the multiplications can't
be read. The node says it. So a record is right if it lists what the operator adds or multiplies, constants in one;
nothing else is taken from the reals (``v*(w + 1.0)`` is not ``v*w + v``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Final

from refimpl.terms import Apply, Real, Scalar, Term, TermTooLargeError, float_add, float_mul, subterms, to_real
from refimpl.terms.keys import key_of
from refimpl.terms.rebuild import rebuild

__all__ = ["in_one_order"]

_LONGEST: Final = 64
_FOLDS: Final[dict[str, Callable[[Real, Real], Real]]] = {"FloatAdd": float_add, "FloatMul": float_mul}


def in_one_order(value: Scalar) -> Scalar:
    """The value with the operands of each chain of float sums or products sorted and taken from the left."""
    if isinstance(value, (int, float)):
        return value
    parts = subterms(value)
    if not any(isinstance(part, Apply) and part.fn in _FOLDS for part in parts):
        return value
    done: dict[Term, Scalar] = {}
    try:
        for part in parts:
            done[part] = _chain(rebuild(part, done, {}))
    except TermTooLargeError:
        return value
    return done[value]


def _chain(part: Scalar) -> Scalar:
    if not isinstance(part, Apply) or part.fn not in _FOLDS:
        return part
    operands: list[Real] = []
    waiting: list[Real] = [part]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Apply) and current.fn == part.fn:
            waiting.extend(map(to_real, current.args))
        else:
            operands.append(current)
        # A term that shares its parts is a list exponentially longer than itself.
        if len(operands) > _LONGEST:
            return part
    return reduce(_FOLDS[part.fn], sorted(operands, key=key_of))
