"""Symbolic numbers with Python's operators: ``SymInt``, ``SymFloat``, ``SymBool``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar, final

from refimpl.symbolic_shapes import scalar_ops as ops
from refimpl.symbolic_shapes.scalar_ops import Number
from refimpl.symbolic_shapes.sym_base import SymBase, SymNode
from refimpl.terms import Cond, Dim, IntTerm, Real, Scalar, is_condition, land, lnot, lor, to_real

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = [
    "BoolLike",
    "FloatLike",
    "IntLike",
    "SymBool",
    "SymFloat",
    "SymInt",
    "SymNode",
    "SymNumber",
    "Symbolic",
    "raw_scalar",
    "unwrap",
    "wrap",
    "wrap_bool",
    "wrap_float",
    "wrap_int",
]

_SelfT = TypeVar("_SelfT", bound="_SymNumber")
_Binary: TypeAlias = Callable[["ShapeEnv", Number, Number], Number]
_Compare: TypeAlias = Callable[[Number, Number], Cond]


class _SymNumber(SymBase):
    """Arithmetic and comparisons, the same for symbolic integers and floats."""

    __slots__ = ()

    def _binary(self, other: object, function: _Binary, *, reflected: bool = False) -> int | float | SymInt | SymFloat:
        right = _operand(other)
        if right is None:
            return NotImplemented  # type: ignore[no-any-return]  # Python's answer to an operand of another class
        left = ops.as_number(self.raw)
        number = function(self.env, right, left) if reflected else function(self.env, left, right)
        return _wrap_number(number, self.env)

    def _compare(self, other: object, function: _Compare, *, swapped: bool = False) -> bool | SymBool:
        right = _operand(other)
        if right is None:
            return NotImplemented  # type: ignore[no-any-return]  # Python's answer to an operand of another class
        left = ops.as_number(self.raw)
        return wrap_bool(function(right, left) if swapped else function(left, right), self.env)

    def __add__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.add)

    def __radd__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.add, reflected=True)

    def __sub__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.sub)

    def __rsub__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.sub, reflected=True)

    def __mul__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.mul)

    def __rmul__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.mul, reflected=True)

    def __truediv__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.truediv)

    def __rtruediv__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.truediv, reflected=True)

    def __floordiv__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.floordiv)

    def __rfloordiv__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.floordiv, reflected=True)

    def __mod__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.modulo)

    def __rmod__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.modulo, reflected=True)

    def __pow__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.pow_)

    def __rpow__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.pow_, reflected=True)

    def __pos__(self: _SelfT) -> _SelfT:
        return self

    def conjugate(self: _SelfT) -> _SelfT:
        """The number itself, as it is real."""
        return self

    def __neg__(self) -> int | float | SymInt | SymFloat:
        return _wrap_number(ops.negate(ops.as_number(self.raw)), self.env)

    def __abs__(self) -> int | float | SymInt | SymFloat:
        return _wrap_number(ops.absolute(ops.as_number(self.raw)), self.env)

    def __eq__(self, other: object) -> bool | SymBool:  # type: ignore[override]  # as PyTorch: a symbolic answer
        return self._compare(other, ops.equal)

    def __ne__(self, other: object) -> bool | SymBool:  # type: ignore[override]  # as PyTorch: a symbolic answer
        return self._compare(other, ops.unequal)

    def __lt__(self, other: object) -> bool | SymBool:
        return self._compare(other, ops.less)

    def __le__(self, other: object) -> bool | SymBool:
        return self._compare(other, ops.less_equal)

    def __gt__(self, other: object) -> bool | SymBool:
        return self._compare(other, ops.less, swapped=True)

    def __ge__(self, other: object) -> bool | SymBool:
        return self._compare(other, ops.less_equal, swapped=True)

    def __bool__(self) -> bool:
        return self.env.evaluate(ops.to_condition(self.raw))

    def __trunc__(self) -> int | SymInt:
        return wrap_int(ops.truncate(self.env, ops.as_number(self.raw)), self.env)

    def __floor__(self) -> int | SymInt:
        return wrap_int(ops.floor(self.env, ops.as_number(self.raw)), self.env)

    def __ceil__(self) -> int | SymInt:
        return wrap_int(ops.ceil(self.env, ops.as_number(self.raw)), self.env)

    def __round__(self, ndigits: int | None = None) -> int | float | SymInt | SymFloat:
        """Rounding to an integer, halves to even. Raises TypeError for a float with ``ndigits``: not modelled."""
        if ndigits is not None and isinstance(self, SymFloat):
            raise TypeError("rounding a symbolic float to digits is not modelled")
        return wrap_int(ops.round_half_even(self.env, ops.as_number(self.raw)), self.env)


@final
class SymInt(_SymNumber):
    """A symbolic integer. Its operators stay symbolic; ``bool``, ``int`` and ``range`` ask for a decision.

    A comparison gives a plain boolean when the normal form decides it. Source: ``torch.SymInt``.
    """

    __slots__ = ()

    def __init__(self, term: IntTerm, env: ShapeEnv) -> None:
        self.raw: Scalar = term
        self.env = env

    def __int__(self) -> int:
        return self.env.evaluate_int(self.raw)

    def __index__(self) -> int:
        return self.env.evaluate_int(self.raw)

    def __float__(self) -> float:
        return float(self.env.evaluate_int(self.raw))

    def __lshift__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.left_shift)

    def __rlshift__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.left_shift, reflected=True)

    def __rshift__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.right_shift)

    def __rrshift__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.right_shift, reflected=True)

    def __and__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.bitwise_and)

    __rand__ = __and__

    def __or__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.bitwise_or)

    __ror__ = __or__

    def __xor__(self, other: object) -> int | float | SymInt | SymFloat:
        return self._binary(other, ops.bitwise_xor)

    __rxor__ = __xor__

    def __hash__(self) -> int:
        raise TypeError("unhashable type: non-nested SymInt")

    def is_integer(self) -> bool:
        """Always true."""
        return True

    def as_integer_ratio(self) -> tuple[SymInt, int]:
        """The number over 1."""
        return self, 1

    def bit_length(self) -> int:
        """The number of bits of its value, which is decided and guarded."""
        return int(self).bit_length()


@final
class SymFloat(_SymNumber):
    """A symbolic float, IEEE double. Source: ``torch.SymFloat``."""

    __slots__ = ()

    def __init__(self, term: Real, env: ShapeEnv) -> None:
        self.raw: Scalar = term
        self.env = env

    def __float__(self) -> float:
        return self.env.evaluate_float(self.raw)

    def __int__(self) -> int:
        return int(self.env.evaluate_float(self.raw))

    def __hash__(self) -> int:
        return hash(float(self))

    def is_integer(self) -> bool | SymBool:
        """Whether it is a whole number, symbolically; infinity and NaN are none."""
        return wrap_bool(ops.equal(ops.modulo(self.env, ops.as_number(self.raw), 1.0), 0.0), self.env)

    def as_integer_ratio(self) -> tuple[int, int]:
        """The ratio of integers that its value is, which is decided and guarded."""
        return float(self).as_integer_ratio()

    def hex(self) -> str:
        """Its value, which is decided and guarded, as hexadecimal text."""
        return float(self).hex()


@final
class SymBool(SymBase):
    """A symbolic boolean; ``bool`` asks for a decision. Source: ``torch.SymBool``."""

    __slots__ = ()

    def __init__(self, term: Cond, env: ShapeEnv) -> None:
        self.raw: Scalar = term
        self.env = env

    @property
    def condition(self) -> Cond:
        """The raw condition."""
        return ops.to_condition(self.raw)

    def __bool__(self) -> bool:
        return self.env.evaluate(self.condition)

    def __int__(self) -> int:
        return int(self.env.evaluate(self.condition))

    def __and__(self, other: object) -> bool | SymBool:
        right = _condition(other)
        return NotImplemented if right is None else wrap_bool(land(self.condition, right), self.env)

    __rand__ = __and__

    def __or__(self, other: object) -> bool | SymBool:
        right = _condition(other)
        return NotImplemented if right is None else wrap_bool(lor(self.condition, right), self.env)

    __ror__ = __or__

    # Arithmetic decides the boolean, as in PyTorch; `~` is left undefined there, since `~True` is -2.
    def __add__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, operator.add)

    def __radd__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, lambda number, left: left + number)

    def __sub__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, operator.sub)

    def __rsub__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, lambda number, left: left - number)

    def __mul__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, operator.mul)

    def __rmul__(self, other: object) -> int | float | SymInt | SymFloat:
        return _decided(self, other, lambda number, left: left * number)

    def __eq__(self, other: object) -> bool | SymBool:  # type: ignore[override]  # as PyTorch: a symbolic answer
        right = _condition(other)
        if right is None:
            return NotImplemented
        left = self.condition
        return wrap_bool(lor(land(left, right), land(lnot(left), lnot(right))), self.env)

    def __ne__(self, other: object) -> bool | SymBool:  # type: ignore[override]  # as PyTorch: a symbolic answer
        right = _condition(other)
        if right is None:
            return NotImplemented
        left = self.condition
        return wrap_bool(lor(land(left, lnot(right)), land(lnot(left), right)), self.env)

    def __hash__(self) -> int:
        return hash(bool(self))


SymNumber: TypeAlias = SymInt | SymFloat
Symbolic: TypeAlias = SymInt | SymFloat | SymBool
IntLike: TypeAlias = int | SymInt
FloatLike: TypeAlias = float | SymFloat
BoolLike: TypeAlias = bool | SymBool


def unwrap(value: object) -> object:
    """The raw term of a symbolic number (no replacement applied); any other value itself."""
    return value.raw if isinstance(value, SymBase) else value


def raw_scalar(value: Scalar | Symbolic) -> Scalar:
    """The raw term of a scalar or symbolic number."""
    return value.raw if isinstance(value, SymBase) else value


def wrap_int(term: Dim, env: ShapeEnv) -> IntLike:
    """The term as an integer: a ``SymInt`` unless it is a plain number."""
    return term if isinstance(term, int) else SymInt(term, env)


def wrap_float(term: Real, env: ShapeEnv) -> FloatLike:
    """The term as a float: a ``SymFloat`` unless it is a plain number."""
    return term if isinstance(term, float) else SymFloat(term, env)


def wrap_bool(term: Cond, env: ShapeEnv) -> BoolLike:
    """The condition as a boolean: a ``SymBool`` unless it is a plain one."""
    return term if isinstance(term, bool) else SymBool(term, env)


def wrap(term: Scalar, env: ShapeEnv) -> int | float | bool | Symbolic:
    """Any scalar by its sort; plain numbers stay plain."""
    if isinstance(term, (int, float)):
        return term
    if isinstance(term, IntTerm):
        return SymInt(term, env)
    return SymBool(term, env) if is_condition(term) else SymFloat(to_real(term), env)


def _wrap_number(number: Number, env: ShapeEnv) -> int | float | SymInt | SymFloat:
    if isinstance(number, (int, float)):
        return number
    return SymInt(number, env) if isinstance(number, IntTerm) else SymFloat(number, env)


def _operand(value: object) -> Number | None:
    """The operand as a raw number, None if it is none."""
    if isinstance(value, (SymInt, SymFloat, SymBool)):
        return ops.as_number(value.raw)
    if isinstance(value, (int, float)):
        return ops.as_number(value)
    return None


def _decided(
    boolean: SymBool, other: object, function: Callable[[int, int | float | SymNumber], int | float | SymNumber]
) -> int | float | SymNumber:
    """The function of 0 or 1 and another number, which is 0 or 1 too if it is a boolean."""
    if isinstance(other, SymBool):
        return function(int(boolean), int(other))
    if not isinstance(other, (int, float, SymInt, SymFloat)):
        return NotImplemented  # type: ignore[no-any-return]  # Python's answer to an operand of another class
    return function(int(boolean), other)


def _condition(value: object) -> Cond | None:
    if isinstance(value, SymBool):
        return value.condition
    return value if isinstance(value, bool) else None
