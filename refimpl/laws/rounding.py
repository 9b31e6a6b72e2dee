"""Whether a refutation rests on how floats round: then it is none, because no order of operations is recorded.

The conditions are asked again over the rationals, where a sum is the same in any order.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Final, TypeAlias, final

from refimpl.solver import Model, holds
from refimpl.terms import Apply, Cond, FloatCompare, Scalar, Sort, Symbol, Term, evaluate, subterms
from refimpl.terms.floats import float_function
from refimpl.terms.rebuild import rebuild, to_cond

__all__ = ["is_rounding"]

# Doubles that differ by less may be the same number, rounded here and there.
_CLOSE: Final = Fraction(1, 10**9)
_MOST_BITS: Final = 1 << 14
_Exact: TypeAlias = Fraction | float


def _quotient(left: Fraction, right: Fraction) -> Fraction:
    return left / right


_ARITHMETIC: Final[dict[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "FloatAdd": operator.add,
    "FloatMul": operator.mul,
    "FloatTrueDiv": _quotient,
    "IntTrueDiv": _quotient,
}
_COMPARE: Final[dict[str, Callable[[_Exact, _Exact], bool]]] = {
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}
_ROUND: Final[dict[str, Callable[[_Exact], int]]] = {
    "TruncToInt": math.trunc,
    "FloorToInt": math.floor,
    "CeilToInt": math.ceil,
    "RoundToInt": round,
}


def is_rounding(valuation: Model, hypotheses: tuple[Cond, ...], goal: Cond) -> bool:
    """Whether what refutes in doubles does not over the rationals, or is too close there to say.

    Functions (``sqrt``, powers) are taken to be what they are in doubles.
    """
    if not any(map(_computes, (goal, *hypotheses))):
        return False
    try:
        return _holds(goal, valuation) or not all(_holds(condition, valuation) for condition in hypotheses)
    except _TooCloseError:
        return True


class _TooCloseError(Exception):
    """Two numbers differ by no more than rounding may account for, or have too many digits."""


def _computes(condition: Cond) -> bool:
    """Whether float arithmetic is in the condition."""
    return not isinstance(condition, bool) and any(
        isinstance(part, Apply) and (part.fn in _ARITHMETIC or part.fn == "ToFloat") for part in subterms(condition)
    )


def _holds(condition: Cond, valuation: Model) -> bool:
    if isinstance(condition, bool) or not _computes(condition):
        return holds(condition, valuation)
    asked = _Rational(valuation)
    for part in subterms(condition):
        asked.visit(part)
    return holds(to_cond(asked.written[condition]), valuation)


@final
class _Rational:
    """The parts of a term, from the leaves: floats by their exact values, the rest with these written in."""

    def __init__(self, valuation: Model) -> None:
        self.written: dict[Term, Scalar] = {}
        self._valuation = valuation
        self._exact: dict[Term, _Exact] = {}

    def visit(self, part: Term) -> None:
        """Note the value of a part, whose own parts are known; raises _TooCloseError."""
        try:
            self.written[part] = self._written(part)
        except (ArithmeticError, ValueError):
            # What is undefined stays so.
            self.written[part] = part

    def _written(self, part: Term) -> Scalar:
        if isinstance(part, FloatCompare):
            left, right = self._of(part.left), self._of(part.right)
            if left != right and _is_close(left, right):
                raise _TooCloseError
            return _COMPARE[part.op](left, right)
        if isinstance(part, Apply) and part.fn in _ROUND:
            return _ROUND[part.fn](self._of(part.args[0]))
        if isinstance(part, (Symbol, Apply)) and part.sort is Sort.FLOAT:
            self._exact[part] = self._value(part)
            return part
        return rebuild(part, self.written, {})

    def _value(self, part: Symbol | Apply) -> _Exact:
        if isinstance(part, Symbol):
            return _exact(self._valuation[part.name])
        if part.fn == "FloatIte":
            chosen = part.args[1] if holds(to_cond(self._rewritten(part.args[0])), self._valuation) else part.args[2]
            return self._of(chosen)
        args = [self._of(arg) for arg in part.args]
        if part.fn == "ToFloat":
            return args[0]
        numbers = [arg for arg in args if isinstance(arg, Fraction)]
        if part.fn in _ARITHMETIC and len(numbers) == 2:
            left, right = numbers
            if sum(n.bit_length() for one in (left, right) for n in one.as_integer_ratio()) > _MOST_BITS:
                raise _TooCloseError
            return _ARITHMETIC[part.fn](left, right)
        return _exact(float_function(part.fn, [float(arg) for arg in args]))

    def _of(self, arg: Scalar) -> _Exact:
        """The value of an operand: a float's own, an integer's as it is written now; raises Undefined."""
        value = _exact(arg) if isinstance(arg, (int, float)) else self._exact.get(arg)
        return value if value is not None else _exact(evaluate(self._rewritten(arg), self._valuation))

    def _rewritten(self, arg: Scalar) -> Scalar:
        return arg if isinstance(arg, (int, float)) else self.written[arg]


def _exact(value: float) -> _Exact:
    return Fraction(value) if math.isfinite(value) else value


def _is_close(left: _Exact, right: _Exact) -> bool:
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return False
    return abs(left - right) <= _CLOSE * max(abs(left), abs(right))
