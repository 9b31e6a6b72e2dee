"""Calls that read the same under ``torch.fx.experimental.symbolic_shapes`` and under ``refimpl.symbolic_shapes``."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from functools import partial
from types import ModuleType

from refimpl.symbolic_shapes import SymInt
from refimpl.symbolic_shapes.structures import is_dict

__all__ = ["API_SCENARIOS", "observe_api"]

Api = Callable[[ModuleType, ModuleType], list[object]]
API_SCENARIOS: dict[str, Api] = {}


def _scenario(function: Api) -> Api:
    API_SCENARIOS[function.__name__] = function
    return function


def observe_api(name: str, implementation: str) -> list[str]:
    """What a scenario shows under ``torch`` or ``refimpl``, as text."""
    if implementation == "torch":
        ss, numbers = importlib.import_module("torch.fx.experimental.symbolic_shapes"), importlib.import_module("torch")
    else:
        ss = numbers = importlib.import_module("refimpl.symbolic_shapes")
    return [_text(item) for item in API_SCENARIOS[name](ss, numbers)]


def _text(item: object) -> str:
    if is_dict(item):
        return str({str(key): _text(value) for key, value in item.items()})
    return str(item)


def _failure(action: Callable[[], object]) -> str:
    try:
        return f"no error: {action()}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


@_scenario
def decisions_on_unbacked_symbols(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """The errors, their first line."""
    env = ss.ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    return [
        _failure(lambda: bool(u == 3)),
        _failure(lambda: bool(u >= 2)),
        _failure(lambda: bool(u == v)),
        _failure(lambda: int(u)),
        _failure(lambda: ss.guard_int(u * 2)),
        _failure(lambda: ss.guard_bool(u != v)),
        _failure(lambda: ss.guarding_hint_or_throw(u)),
        _failure(lambda: hash(u)),
    ]


@_scenario
def fallbacks(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """Questions that never raise."""
    env = ss.ShapeEnv()
    u = env.create_unbacked_symint()
    before = [ss.guard_or_true(u >= 1), ss.guard_or_false(u >= 1), ss.statically_known_true(u >= 1)]
    # PyTorch remembers answers, so that the same question would have the old answer after this.
    env.constrain_symbol_range(_symbol(u), 3, 9)
    after = [ss.guard_or_true(u >= 2), ss.guard_or_false(u >= 2), ss.statically_known_true(u >= 2)]
    false = [ss.guard_or_true(u > 9), ss.guard_or_false(u > 9), ss.statically_known_false(u > 9)]
    return [before, after, false, ss.has_guarding_hint(u), ss.has_guarding_hint(3), ss.optimization_hint(u, 7)]


@_scenario
def requirements(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """What checks establish."""
    env = ss.ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    found: list[object] = [ss.expect_true(u >= 4), ss.statically_known_true(u > 3), ss.statically_known_false(u < 4)]
    found += [ss.expect_true(u < 4), ss.expect_true(v == 6), v.node.expr, v * 2, ss.is_concrete_int(v), int(v)]
    found += [ss.has_static_value(v), ss.has_static_value(u), [len(a) for a in env.deferred_runtime_asserts.values()]]
    return found


@_scenario
def bindings(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """Where pending symbols stand."""
    env = ss.ShapeEnv()
    u, v, w = (env.create_unbacked_symint() for _ in range(3))
    b, f = env.create_unbacked_symbool(), env.create_unbacked_symfloat()
    found = ss.compute_unbacked_bindings(env, (u, [v * 3, w], b, f))
    paths = {str(symbol): "".join(map(str, path)) for symbol, path in found.items()}
    env.create_unbacked_symint()
    return [
        paths,
        env.pending_fresh_unbacked_symbols != [],
        _failure(lambda: ss.compute_unbacked_bindings(env, 3)),
        env.pending_fresh_unbacked_symbols,
        ss.compute_unbacked_bindings(env, 3),
        ss.resolve_unbacked_bindings(env, None),
    ]


@_scenario
def ignored_symbols(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """Fresh symbols that nobody is asked to bind."""
    env = ss.ShapeEnv()
    with env.ignore_fresh_unbacked_symbols():
        env.create_unbacked_symint()
    env.create_unbacked_symint()
    return [*map(str, env.pending_fresh_unbacked_symbols), len(env.ignorable_fresh_unbacked_symbols)]


@_scenario
def expressions(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """How results print."""
    env = ss.ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    b, f = env.create_unbacked_symbool(), env.create_unbacked_symfloat()
    return [
        u + 1, u + v, u * 2 + 3, u * v, -u, u // 2, u == v, u != v, u >= 2, b, numbers.sym_not(b),
        numbers.sym_max(u, v), numbers.sym_min(u, 4), numbers.sym_float(u), f, u / 2, math.trunc(u / 2),
        numbers.sym_int(u), numbers.sym_sum([u, v, 3]), u + 0, u * 0, u - u,
    ]  # fmt: skip


@_scenario
def symbols_in_values(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """Which symbols occur."""
    env = ss.ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    return [
        sorted(map(str, ss.free_symbols([u * 2, (v + 1, 3)]))),
        sorted(map(str, ss.free_unbacked_symbols((u, v)))),
        ss.has_free_symbols(u + 1),
        ss.has_free_symbols(4),
        ss.has_free_unbacked_symbols([u]),
        ss.is_symbolic(u),
        ss.is_symbolic(3),
        ss.statically_known_true(ss.sym_eq((u, 3), (u, 3))),
        ss.sym_eq((1, 2), (1, 2, 3)),
        ss.SymIntEqByExpr(u) == ss.SymIntEqByExpr(u + 0),
        ss.SymIntEqByExpr(u) == ss.SymIntEqByExpr(v),
        _failure(lambda: ss.constrain_range(3, min=4, max=9)),
        _failure(lambda: ss.check_consistent(3, "3")),
        _failure(lambda: ss.check_consistent(3, 4)),
    ]


def _size(ss: ModuleType, env: ModuleType, hint: int) -> SymInt:
    """A backed size of either implementation, which have the same methods but make it in their own way."""
    if ss.__name__.startswith("refimpl"):
        made: SymInt = env.create_symintnode(env.create_symbol(hint))
        return made
    source = importlib.import_module("torch._dynamo.source").ConstantSource(f"x{hint}")
    symbol = env.create_symbol(hint, source=source, dynamic_dim=ss.DimDynamic.DYNAMIC)
    sized: SymInt = env.create_symintnode(symbol, hint=hint, source=source)
    return sized


@_scenario
def wrong_classes(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """What the questions raise for a value of another sort, without the class's name."""
    env = ss.ShapeEnv()
    u, f = env.create_unbacked_symint(), env.create_unbacked_symfloat()
    asked = [
        ("guard_int", (f, 2.5, True)), ("guard_float", (u, 3)), ("guard_bool", (u, 3)), ("guard_scalar", ("text",)),
        ("is_concrete_int", (f, 2.5)), ("is_concrete_float", (u, 3)), ("is_concrete_bool", (u, 3)),
        ("statically_known_true", (u, 3)), ("statically_known_false", (u,)), ("guard_or_true", (u,)),
        ("guard_or_false", (3,)), ("expect_true", (u, 3)), ("has_static_value", ("text",)), ("optimization_hint", (f,)),
    ]  # fmt: skip
    found = [_failure(partial(getattr(ss, name), value)) for name, values in asked for value in values]
    found += [_failure(partial(numbers.sym_ite, 1, 2, 3)), _failure(partial(numbers.sym_ite, u > 1, 1, 2.0))]
    found += [_failure(partial(ss.constrain_range, 0, min=1, max=None)), _failure(partial(numbers.sym_float, "text"))]
    return [text.split("<class")[0] for text in found]


@_scenario
def methods_of_numbers(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """Python's methods, and what decides a number."""
    env = ss.ShapeEnv()
    u, f, b = env.create_unbacked_symint(), env.create_unbacked_symfloat(), env.create_unbacked_symbool()
    s = _size(ss, env, 5)
    return [
        +u, +f, u.conjugate(), f.conjugate(), u.as_integer_ratio(), s.as_integer_ratio()[1], s.bit_length(),
        len(env.guards), _failure(lambda: bool(abs(u) >= 0)), ss.statically_known_true(abs(u) + 1 > 0),
        _failure(lambda: u.bit_length()), _failure(lambda: hash(f)), _failure(f.hex), _failure(f.as_integer_ratio),
        _failure(lambda: hash(b)), _failure(lambda: b + 1), _failure(lambda: 2 - b), _failure(lambda: b * b),
        _failure(lambda: b + "a"), _failure(lambda: ~b), _failure(lambda: float(f)),
        numbers.sym_sum([u, 2, u]), sorted(map(str, ss.free_symbols({"a": u, "b": ["text", f]}))),
    ]  # fmt: skip


@_scenario
def guesses(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """What a size is taken to be where nothing is guarded."""
    env = ss.ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    env.constrain_symbol_range(_symbol(u), 2, 9)
    asked = [u, v, u + v, u * 2 - 1, v // 3, numbers.sym_max(u, v)]
    found: list[object] = [ss.optimization_hint(number) for number in asked]
    found += [ss.optimization_hint(number, fallback) for number in asked for fallback in (0, 4, 100)]
    return [*found, _failure(lambda: ss.guarding_hint_or_throw(v)), len(env.guards)]


@_scenario
def examples_that_break_a_requirement(ss: ModuleType, numbers: ModuleType) -> list[object]:
    """A check that is false of the example inputs fails at once."""
    env, other, third = ss.ShapeEnv(), ss.ShapeEnv(), ss.ShapeEnv()
    s, t, r = _size(ss, env, 5), _size(ss, other, 5), _size(ss, third, 5)
    found: list[object] = [ss.expect_true(s > 7), len(env.guards), env.get_nontrivial_guards()]
    found += [_failure(lambda: ss.constrain_range(t, min=7, max=9))]
    found += [bool(r != 6), bool(r < 9), len(third.guards), len(third.get_nontrivial_guards())]
    return [*found, _failure(lambda: ss.check_consistent(r, 4))[:18], int(r), third.get_nontrivial_guards()]


def _symbol(number: object) -> object:
    expr: object = getattr(getattr(number, "node"), "expr")  # noqa: B009 - of either implementation
    return getattr(expr, "symbol", expr)
