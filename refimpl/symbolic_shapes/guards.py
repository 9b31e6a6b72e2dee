"""Questions on symbolic numbers, with PyTorch's names: what is known, what is guarded, what falls back."""

from __future__ import annotations

from refimpl.symbolic_shapes.key_path import CallMethodKey
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.symbolic_shapes.sym_node import BoolLike, FloatLike, IntLike, Symbolic, SymBool, SymFloat, SymInt
from refimpl.terms import IntTerm, eq, to_dim

__all__ = [
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


def statically_known_true(x: BoolLike) -> bool:
    """Whether the condition is known to be true; never guards, never raises."""
    return x.node.shape_env.known(x.condition) is True if isinstance(x, SymBool) else bool(x)


def statically_known_false(x: BoolLike) -> bool:
    """Whether the condition is known to be false; never guards, never raises."""
    return x.node.shape_env.known(x.condition) is False if isinstance(x, SymBool) else not x


def guard_or_false(a: BoolLike) -> bool:
    """The condition if it is known or, on backed symbols, taken from the hints and guarded; else False."""
    return _guard_or(a, default=False)


def guard_or_true(a: BoolLike) -> bool:
    """The condition if it is known or, on backed symbols, taken from the hints and guarded; else True."""
    return _guard_or(a, default=True)


def _guard_or(a: BoolLike, *, default: bool) -> bool:
    if not isinstance(a, SymBool):
        return bool(a)
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
        return expr
    known = expr.env.known_of_sizes(expr.condition)
    return expr.env.evaluate(expr.condition) if known is None else known


def guard_bool(a: BoolLike) -> bool:
    """The condition, decided and guarded. Raises as ``ShapeEnv.evaluate``."""
    return bool(a)


def guard_int(a: IntLike) -> int:
    """The integer, decided and guarded. Raises as ``ShapeEnv.evaluate_int``."""
    return int(a)


def guard_float(a: FloatLike) -> float:
    """The float, decided and guarded. Raises as ``ShapeEnv.evaluate_float``."""
    return float(a)


def guard_scalar(a: IntLike | FloatLike | BoolLike) -> int | float | bool:
    """Any symbolic number, decided and guarded."""
    match a:
        case SymBool():
            return bool(a)
        case SymInt():
            return int(a)
        case SymFloat():
            return float(a)
        case _:
            return a


def expect_true(a: BoolLike, msg: str = "Runtime assertion failed") -> bool:
    """Require the condition, now if it is known, else at run time; what ``torch._check`` does.

    False if it is known to be false.
    """
    return a.node.shape_env.guard_or_defer_runtime_assert(a, msg) if isinstance(a, SymBool) else bool(a)


def constrain_range(a: IntLike, *, min: int | None, max: int | None = None) -> None:
    """Require ``min <= a <= max``. Raises ValueError for an empty range or a plain number out of it."""
    if min is not None and max is not None and max < min:
        raise ValueError(
            f"Maximum value to constrain_as_size can't be less than the specified min value, {min=} {max=}"
        )
    if isinstance(a, int):
        if (min is not None and a < min) or (max is not None and a > max):
            raise ValueError(f"Invalid value {a} for range [{min}:{max}]")
        return
    env = a.node.shape_env
    for condition in ([] if min is None else [a >= min]) + ([] if max is None else [a <= max]):
        if isinstance(condition, SymBool):
            env.require(condition.condition, f"Invalid value {a} for range [{min}:{max}]")


def constrain_unify(a: IntLike, b: IntLike) -> None:
    """Require that two integers are equal. Raises AssertionError for unequal plain numbers."""
    env = _env_of(a, b)
    if env is None:
        if a != b:
            raise AssertionError(f"Expected {a} == {b}")
        return
    left = a if isinstance(a, int) else to_dim(a.node.raw)
    right = b if isinstance(b, int) else to_dim(b.node.raw)
    env.require(eq(left, right), f"Expected {a} == {b}", AssertionError)


def _env_of(*values: IntLike) -> ShapeEnv | None:
    return next((value.node.shape_env for value in values if isinstance(value, SymInt)), None)


def is_concrete_int(a: IntLike) -> bool:
    """Whether the integer is a plain number after replacement."""
    return isinstance(a, int) or isinstance(a.node.expr, int)


def is_concrete_float(a: FloatLike) -> bool:
    """Whether the float is a plain number after replacement."""
    return isinstance(a, (int, float)) or isinstance(a.node.expr, float)


def is_concrete_bool(a: BoolLike) -> bool:
    """Whether the condition is a plain boolean after replacement."""
    return isinstance(a, bool) or isinstance(a.node.expr, bool)


def has_static_value(a: IntLike | FloatLike | BoolLike) -> bool:
    """Whether the number has one value under what is known."""
    if isinstance(a, (int, float)):
        return True
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
    """The value on the example inputs, else the fallback; nothing is guarded.

    Raises GuardOnDataDependentSymNode without both.
    """
    if isinstance(a, int):
        return a
    hint = a.node.hint
    if hint is not None:
        return int(hint)
    if fallback is None:
        raise a.node.shape_env.data_dependent_error(a.node.raw)
    return fallback


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
