"""PyTorch's functions on symbolic numbers: ``sym_max``, ``sym_not``, ``_sym_sqrt``, ...

Each takes plain and symbolic numbers alike and never asks for a decision, unless its docstring says so.
"""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from refimpl.symbolic_shapes import scalar_ops as ops
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.symbolic_shapes.sym_node import (
    BoolLike,
    FloatLike,
    IntLike,
    Symbolic,
    SymBool,
    SymFloat,
    SymInt,
    raw_scalar,
    wrap,
    wrap_bool,
    wrap_float,
    wrap_int,
)
from refimpl.terms import Cond, FloatFn, float_ite, int_of_bool, ite, land, lnot, lor, to_dim

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = [
    "cast_symbool_to_symint_guardless",
    "sym_and",
    "sym_eq",
    "sym_float",
    "sym_int",
    "sym_ite",
    "sym_max",
    "sym_min",
    "sym_not",
    "sym_or",
    "sym_sum",
    "unary_math",
]

NumberLike = int | float | bool | SymInt | SymFloat | SymBool


def _env_of(*values: object) -> ShapeEnv | None:
    for value in values:
        if isinstance(value, (SymInt, SymFloat, SymBool)):
            return value.node.shape_env
    return None


def cast_symbool_to_symint_guardless(value: object) -> IntLike:
    """The integer form of a boolean: ``Piecewise((1, value), (0, True))``. Raises TypeError for no boolean."""
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, SymBool):
        raise TypeError(f"{type(value).__name__} is no boolean")
    return wrap_int(int_of_bool(value.condition), value.node.shape_env)


def sym_not(a: BoolLike) -> BoolLike:
    """``not a``, symbolically. Source: ``torch.sym_not``."""
    return wrap_bool(lnot(a.condition), a.env) if isinstance(a, SymBool) else not a


def sym_and(x: BoolLike, *others: BoolLike) -> BoolLike:
    """The conjunction, symbolically."""
    env = _env_of(x, *others)
    if env is None:
        return all((x, *others))
    return wrap_bool(land(*[_condition(other) for other in (x, *others)]), env)


def sym_or(x: BoolLike, *others: BoolLike) -> BoolLike:
    """The disjunction, symbolically."""
    env = _env_of(x, *others)
    if env is None:
        return any((x, *others))
    return wrap_bool(lor(*[_condition(other) for other in (x, *others)]), env)


def sym_eq(x: object, y: object) -> BoolLike:
    """Equality of numbers, or of sequences element by element. Raises AssertionError for other classes."""
    if is_sequence(x) and is_sequence(y):
        if len(x) != len(y):
            return False
        return sym_and(True, *[sym_eq(a, b) for a, b in zip(x, y, strict=True)])
    if isinstance(x, (int, SymInt)) and isinstance(y, (int, SymInt)):
        return x == y
    raise AssertionError(f"unexpected sym_eq between {type(x)} {type(y)}")


def sym_max(a: NumberLike, b: NumberLike) -> NumberLike:
    """The larger; of mixed sorts a float. Source: ``torch.sym_max``."""
    env = _env_of(a, b)
    left, right = ops.as_number(raw_scalar(a)), ops.as_number(raw_scalar(b))
    if env is None:
        return _of_one_sort(max(a, b), a, b)  # type: ignore[type-var]  # plain numbers
    return wrap(ops.maximum(env, left, right), env)


def sym_min(a: NumberLike, b: NumberLike) -> NumberLike:
    """The smaller; of mixed sorts a float. Source: ``torch.sym_min``."""
    env = _env_of(a, b)
    left, right = ops.as_number(raw_scalar(a)), ops.as_number(raw_scalar(b))
    if env is None:
        return _of_one_sort(min(a, b), a, b)  # type: ignore[type-var]  # plain numbers
    return wrap(ops.minimum(env, left, right), env)


def _of_one_sort(chosen: NumberLike, *given: NumberLike) -> NumberLike:
    """The plain number that was chosen, as a float if any that was given is one."""
    if isinstance(chosen, int) and any(isinstance(number, float) for number in given):
        return float(chosen)
    return chosen


def sym_sum(args: list[IntLike] | tuple[IntLike, ...]) -> IntLike:
    """The sum of integers. Source: ``torch.sym_sum``."""
    env = _env_of(*args)
    if env is None:
        return sum(int(arg) for arg in args)
    total: ops.Number = 0
    for arg in args:
        total = ops.add(env, total, ops.as_number(raw_scalar(arg)))
    return wrap(total, env)  # type: ignore[return-value]  # integers, unless untyped callers add floats


def sym_ite(b: BoolLike, t: NumberLike, f: NumberLike) -> NumberLike:
    """``t`` if ``b`` else ``f``, without a decision. Raises AssertionError if both differ in sort."""
    if not isinstance(b, (bool, SymBool)):
        raise AssertionError(f"expected SymBool or bool, got {type(b)}")
    if _sort(t) is not _sort(f):
        raise AssertionError(f"type mismatch: {type(t)} vs {type(f)}")
    if isinstance(b, bool):
        return t if b else f
    env = b.node.shape_env
    then, other = raw_scalar(t), raw_scalar(f)
    if isinstance(t, (bool, SymBool)) and isinstance(f, (bool, SymBool)):
        condition = b.condition
        either = lor(land(condition, _condition(t)), land(lnot(condition), _condition(f)))
        return wrap_bool(either, env)
    if ops.is_real(then) and ops.is_real(other):
        return wrap(float_ite(b.condition, then, other), env)
    return wrap(ite(b.condition, to_dim(then), to_dim(other)), env)


def _sort(number: NumberLike) -> type:
    """The class of plain numbers that a number stands for."""
    match number:
        case bool() | SymBool():
            return bool
        case int() | SymInt():
            return int
        case _:
            return float


def sym_int(a: NumberLike) -> IntLike:
    """The integer part of a number. Source: ``torch.sym_int``."""
    if isinstance(a, SymBool):
        return cast_symbool_to_symint_guardless(a)
    return math.trunc(a) if isinstance(a, (SymInt, SymFloat)) else int(a)


def sym_float(a: NumberLike) -> FloatLike:
    """The number as a float. Source: ``torch.sym_float``."""
    if not isinstance(a, Symbolic):
        return float(a)
    return wrap_float(ops.as_real(ops.as_number(a.raw)), a.env)


def unary_math(fn: FloatFn, a: NumberLike) -> FloatLike:
    """A function of :mod:`math` on a symbolic number (``torch._sym_sqrt``, ...); ValueError outside its domain."""
    if isinstance(a, (int, float)):
        plain: float = getattr(math, fn)(a)
        return plain
    return wrap_float(ops.unary_function(a.env, fn, ops.as_number(a.raw)), a.env)


def _condition(value: BoolLike) -> Cond:
    return value.condition if isinstance(value, SymBool) else value
