"""Questions on symbolic numbers, with PyTorch's names: what is known, what is guarded, what falls back."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.symbolic_shapes.key_path import CallMethodKey
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.symbolic_shapes.sym_node import BoolLike, FloatLike, IntLike, Symbolic, SymBool, SymFloat, SymInt
from refimpl.terms import Cond, IntTerm, ValueRange, eq, to_dim

__all__ = [
    "UNBACKED_FALLBACK",
    "check_consistent",
    "constrain_range",
    "constrain_unify",
    "expect_true",
    "guard_bool",
    "guard_float",
    "guard_int",
    "guard_or_false",
    "guard_or_true",
    "guard_scalar",
    "guard_size_oblivious",
    "guarding_hint_or_throw",
    "has_guarding_hint",
    "has_static_value",
    "is_concrete_bool",
    "is_concrete_float",
    "is_concrete_int",
    "optimization_hint",
    "statically_known_false",
    "statically_known_true",
]

UNBACKED_FALLBACK: Final = 8192
"""What PyTorch takes an unbacked size to be where nothing else is said (``unbacked_symint_fallback``)."""


def statically_known_true(x: BoolLike) -> bool:
    """Whether the condition is known to be true; never guards. Raises AssertionError for no boolean only."""
    return x.node.shape_env.known(x.condition) is True if isinstance(x, SymBool) else _plain_bool(x)


def statically_known_false(x: BoolLike) -> bool:
    """Whether the condition is known to be false; never guards. Raises AssertionError for no boolean only."""
    return x.node.shape_env.known(x.condition) is False if isinstance(x, SymBool) else not _plain_bool(x)


def _plain_bool(x: object) -> bool:
    if not isinstance(x, bool):
        raise AssertionError(f"Expected bool, got {type(x)}")
    return x


def guard_or_false(a: BoolLike) -> bool:
    """The condition if it is known or, on backed symbols, taken from the hints and guarded; else False."""
    return _guard_or(a, default=False)


def guard_or_true(a: BoolLike) -> bool:
    """The condition if it is known or, on backed symbols, taken from the hints and guarded; else True."""
    return _guard_or(a, default=True)


def _guard_or(a: BoolLike, *, default: bool) -> bool:
    if not isinstance(a, SymBool):
        return _plain_bool(a)
    env = a.node.shape_env
    known = env.known(a.condition)
    if known is not None:
        return known
    if not env.guard_from_hints or env.hint(a.condition) is None:
        return default
    return env.evaluate(a.condition)


def guard_size_oblivious(expr: BoolLike) -> bool:
    """The condition, decided while size-like symbols are taken to be at least 2, else as ``bool`` decides it."""
    if not isinstance(expr, SymBool):
        return _plain_bool(expr)
    known = expr.env.known_of_sizes(expr.condition)
    return expr.env.evaluate(expr.condition) if known is None else known


def guard_bool(a: BoolLike) -> bool:
    """The condition, decided and guarded. Raises as ``ShapeEnv.evaluate``, AssertionError for no boolean."""
    if not isinstance(a, (bool, SymBool)):
        raise AssertionError(f"Expected bool, got {a}")
    return bool(a)


def guard_int(a: IntLike) -> int:
    """The integer, decided and guarded. Raises as ``ShapeEnv.evaluate_int``, AssertionError for no integer."""
    if not isinstance(a, SymInt) and type(a) is not int:
        raise AssertionError(f"Expected int, got {a}")
    return int(a)


def guard_float(a: FloatLike) -> float:
    """The float, decided and guarded. Raises as ``ShapeEnv.evaluate_float``, AssertionError for no float."""
    if not isinstance(a, (float, SymFloat)):
        raise AssertionError(f"Expected float, got {a}")
    return float(a)


def guard_scalar(a: IntLike | FloatLike | BoolLike) -> int | float | bool:
    """Any symbolic number, decided and guarded. Raises AssertionError for what is no number."""
    match a:
        case SymBool():
            return bool(a)
        case SymInt():
            return int(a)
        case SymFloat():
            return float(a)
        case int() | float():
            return a
        case _:
            raise AssertionError(f"unrecognized scalar {a}")


def expect_true(a: BoolLike, msg: str = "Runtime assertion failed") -> bool:
    """Require the condition, now if it is known, else at run time; what ``torch._check`` does.

    False if it is known to be false. Raises AssertionError for no boolean.
    """
    if not isinstance(a, (bool, SymBool)):
        raise AssertionError(f"Expected bool, got {a}")
    return a.node.shape_env.guard_or_defer_runtime_assert(a, msg) if isinstance(a, SymBool) else bool(a)


def constrain_range(a: IntLike, *, min: int | None, max: int | None = None) -> None:
    """Require ``min <= a <= max``.

    Raises ValueError for an empty range or a plain number out of it, AssertionError if the example is out of it,
    RuntimeError for what is known to be out of it.
    """
    if min is not None and max is not None and max < min:
        raise ValueError(
            f"Maximum value to constrain_as_size can't be less than the specified min value, {min=} {max=}"
        )
    if isinstance(a, int):
        if (min is not None and a < min) or (max is not None and a > max):
            raise ValueError(f"Invalid value {a} for range {_range_text(min, max)}")
        return
    env = a.node.shape_env
    # A symbol that became a number has no example any more.
    hint = a.node.hint if env.guard_from_hints and not is_concrete_int(a) else None
    if hint is not None and ((min is not None and hint < min) or (max is not None and hint > max)):
        raise AssertionError(f"{hint} not in {ValueRange(min, max)}")
    asked = ([] if min is None else [a >= min]) + ([] if max is None else [a <= max])
    conditions = [each.condition for each in asked if isinstance(each, SymBool)]
    _require(env, conditions, RuntimeError(f"Invalid value {a} for range {_range_text(min, max)}"))


def _range_text(min: int | None, max: int | None) -> str:
    return f"[{'-int_oo' if min is None else min}:{'int_oo' if max is None else max}]"


def constrain_unify(a: IntLike, b: IntLike) -> None:
    """Require that two integers are equal. Raises AssertionError for unequal plain numbers."""
    env = _env_of(a, b)
    if env is None:
        if a != b:
            raise AssertionError(f"Expected {a} == {b}")
        return
    left = a if isinstance(a, int) else to_dim(a.node.raw)
    right = b if isinstance(b, int) else to_dim(b.node.raw)
    _require(env, [eq(left, right)], AssertionError(f"Expected {a} == {b}"))


def _require(env: ShapeEnv, conditions: Sequence[Cond], error: Exception) -> None:
    """Require all of them or, if one is known to be false, none (law ATOM). Raises the error then."""
    if any(env.known(condition) is False for condition in conditions):
        raise error
    for condition in conditions:
        env.require(condition, str(error))


def _env_of(*values: IntLike) -> ShapeEnv | None:
    return next((value.node.shape_env for value in values if isinstance(value, SymInt)), None)


def is_concrete_int(a: IntLike) -> bool:
    """Whether the integer is a plain number after replacement. Raises AssertionError for no integer."""
    if not isinstance(a, (int, SymInt)):
        raise AssertionError(f"Expected SymInt or int, got {type(a)}")
    return isinstance(a, int) or isinstance(a.node.expr, int)


def is_concrete_float(a: FloatLike) -> bool:
    """Whether the float is a plain number after replacement. Raises AssertionError for no float."""
    if not isinstance(a, (float, SymFloat)):
        raise AssertionError(f"Expected SymFloat or float, got {type(a)}")
    return isinstance(a, float) or isinstance(a.node.expr, float)


def is_concrete_bool(a: BoolLike) -> bool:
    """Whether the condition is a plain boolean after replacement. Raises AssertionError for no boolean."""
    if not isinstance(a, (bool, SymBool)):
        raise AssertionError(f"Expected SymBool or bool, got {type(a)}")
    return isinstance(a, bool) or isinstance(a.node.expr, bool)


def has_static_value(a: IntLike | FloatLike | BoolLike) -> bool:
    """Whether the number has one value under what is known. Raises AssertionError for what is no number."""
    if isinstance(a, (int, float)):
        return True
    if not isinstance(a, Symbolic):
        raise AssertionError(f"Expected BoolLike/FloatLike/IntLike, got {type(a)}")
    env, expr = a.node.shape_env, a.node.expr
    if isinstance(expr, (int, float)):
        return True
    if isinstance(a, SymBool):
        return env.known(a.condition) is not None
    if isinstance(expr, IntTerm):
        interval = env.bound(expr)
        return interval.low is not None and interval.low == interval.high
    return False


def has_guarding_hint(a: IntLike | FloatLike | BoolLike) -> bool:
    """Whether the number has a value on the example inputs."""
    return not isinstance(a, Symbolic) or a.node.hint is not None


def guarding_hint_or_throw(a: IntLike | FloatLike | BoolLike) -> int | float | bool:
    """The value on the example inputs; nothing is guarded. Raises GuardOnDataDependentSymNode without one."""
    if not isinstance(a, Symbolic):
        return a
    hint = a.node.hint
    if hint is None:
        raise a.node.shape_env.data_dependent_error(a.node.raw)
    return hint


def optimization_hint(a: IntLike, fallback: int | None = None) -> int:
    """The value on the example inputs; nothing is guarded.

    Each unbacked symbol is taken to be the fallback, 8192 by default, or the end of its range that is nearest to it;
    the fallback itself if the number has no value there. Raises AssertionError for no integer.
    """
    if not isinstance(a, SymInt):
        if type(a) is not int:
            raise AssertionError(f"Expected int, got {type(a)}")
        return a
    return a.node.shape_env.guess(to_dim(a.node.raw), UNBACKED_FALLBACK if fallback is None else fallback)


def check_consistent(new: object, old: object) -> None:
    """Require that two values agree in their sizes, or as numbers; values of other classes are not compared.

    Raises AssertionError if they differ in class, RuntimeError if they are known to differ.
    """
    if hasattr(new, "storage_offset"):
        if not hasattr(old, "storage_offset"):
            raise AssertionError(f"Expected Tensor, got {type(old)}")
        left, right = _sizes(new), _sizes(old)
        if len(left) != len(right):
            raise RuntimeError(f"{right} != {left} (old != new)")
        for one, other in zip(left, right, strict=True):
            check_consistent(one, other)
    elif isinstance(new, (SymInt, SymFloat, int, float)) and not isinstance(new, bool):
        if not isinstance(old, (SymInt, SymFloat, int, float)) or isinstance(old, bool):
            raise AssertionError(f"{old} != {new}")
        if not expect_true(new == old, f"{old} != {new} (old != new)"):
            raise RuntimeError(f"{old} != {new} (old != new)")


def _sizes(value: object) -> tuple[object, ...]:
    found = CallMethodKey("size").get(value)
    return tuple(found) if is_sequence(found) else ()
