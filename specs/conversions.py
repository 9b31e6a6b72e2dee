"""NUM, continued: powers, booleans, conversions and decisions of symbolic numbers, and the symbols in a value."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import (
    GuardOnDataDependentSymNode,
    Requirement,
    ShapeEnv,
    SymBool,
    SymFloat,
    SymInt,
    free_symbols,
    free_unbacked_symbols,
    guard_scalar,
    has_free_symbols,
    has_free_unbacked_symbols,
    has_symbolic_sizes_strides,
    sym_and,
    sym_eq,
    sym_float,
    sym_int,
    sym_ite,
    sym_max,
    sym_min,
    sym_or,
    unwrap,
)
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.terms import Sort, eq, evaluate, ge, lt, symbol, symbol_atom
from specs.clauses import Clause, checks
from specs.environment import ENV_08
from specs.numbers import NUM_04
from tests.symbolic_shapes.operators import name

__all__ = ["NUM_12", "NUM_13", "NUM_14", "NUM_15"]

_S = "refimpl.symbolic_shapes"
SMALL: Final = st.integers(-3, 5)
REALS: Final = st.sampled_from((-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.5))
Binary: TypeAlias = Callable[[object, object], object]
BOTH: Final[list[Binary]] = [getattr(operator, name) for name in ("and_", "or_", "eq", "ne")]
POWER: Final[Binary] = getattr(operator, "pow")  # noqa: B009 - its own type has no symbolic numbers

NUM_12 = Clause(
    "NUM-12",
    "A power is Python's, reflected ones too: an integer for a natural exponent, else a float; zero has no negative"
    " power.",
    f"{_S}.scalar_ops:pow_",
    "num-zero-has-negative-powers",
)


def _value(env: ShapeEnv, found: object, valuation: dict[str, int | float | bool]) -> int | float | bool | None:
    """The value of a result, None where something that was required fails."""
    raw = unwrap(found)
    assert is_scalar(raw)
    asked = [event.condition for event in env.log if isinstance(event, Requirement)]
    fine = all(evaluate(condition, valuation) is True for condition in asked)
    return evaluate(raw, valuation) if fine else None


@checks(NUM_12)
@settings(max_examples=200)
@given(
    base=st.one_of(SMALL, REALS),
    exponent=st.one_of(SMALL, REALS),
    plain=st.sampled_from(("base", "exponent", "none")),
)
def test_powers_are_pythons(base: float, exponent: float, plain: str) -> None:
    env = ShapeEnv()
    valuation: dict[str, int | float | bool] = {}
    numbers: list[object] = []
    for role, number in (("base", base), ("exponent", exponent)):
        if role == plain:
            numbers.append(number)
            continue
        fresh = env.create_unbacked_symfloat() if isinstance(number, float) else env.create_unbacked_symint()
        valuation[str(fresh)] = number
        if isinstance(number, int) and role == "exponent":
            term = symbol(str(fresh))
            env.assume(ge(term, 0) if number >= 0 else lt(term, 0))
        numbers.append(fresh)
    left, right = numbers
    try:
        wanted: object = POWER(base, exponent)
    except ZeroDivisionError:
        wanted = None
    if isinstance(wanted, complex):
        return
    try:
        found = _value(env, POWER(left, right), valuation)
    except ZeroDivisionError:
        found = None
    assert found == wanted
    assert type(found) is type(wanted)


NUM_13 = Clause(
    "NUM-13",
    "Symbolic booleans combine, compare and choose as Python's do, with plain ones too, and count as 0 and 1.",
    f"{_S}.sym_node:SymBool.__ne__",
    "num-unequal-booleans-are-equal",
)


@checks(NUM_13)
@given(a=SMALL, b=SMALL, plain=st.booleans())
def test_booleans_combine_as_pythons(a: int, b: int, plain: bool) -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    real = env.create_unbacked_symfloat()
    valuation: dict[str, int | float | bool] = {"u0": a, "u1": b, "zuf0": a / 2}
    p, q = u > 0, v > 0
    assert isinstance(p, SymBool)
    assert isinstance(q, SymBool)
    for combine in BOTH:
        for left, right, first, second in ((p, q, a > 0, b > 0), (p, plain, a > 0, plain), (plain, q, plain, b > 0)):
            assert _value(env, combine(left, right), valuation) is combine(first, second)
    wanted: list[tuple[object, object]] = [
        (sym_and(plain, True), plain),
        (sym_or(False, plain), plain),
        (sym_and(p, plain, q), a > 0 and plain and b > 0),
        (sym_or(p, plain, q), a > 0 or plain or b > 0),
        (sym_eq((u, 1), (u, v)), b == 1),
        (sym_eq((u, v), (u,)), False),
        (sym_eq(u, 2), a == 2),
        (sym_eq(2, v), b == 2),
        (sym_eq([u, [v]], (1, (2,))), a == 1 and b == 2),
        (sym_int(p), int(a > 0)),
        (sym_int(2.5), 2),
        (sym_int(-2.5), -2),
        (sym_int(real), int(a / 2)),
        (sym_int(u), a),
        (sym_float(p), float(a > 0)),
        (sym_float(2), 2.0),
        (sym_max(p, v), max(int(a > 0), b)),
        (sym_min(real, v), min(a / 2, float(b))),
        (sym_max(1, real), max(1.0, a / 2)),
        (sym_max(a, b), max(a, b)),
        (sym_max(a, 0.5), max(float(a), 0.5)),
        (sym_min(0.5, b), min(0.5, float(b))),
        (sym_min(a, b), min(a, b)),
        (sym_ite(p, real, 0.5), a / 2 if a > 0 else 0.5),
        (sym_ite(p, u, 3), a if a > 0 else 3),
        (u + sym_int(p), a + (a > 0)),
        (u + q, a + (b > 0)),
    ]
    for found, expected in wanted:
        value = _value(env, found, valuation)
        assert value == expected
        assert isinstance(value, float) == isinstance(expected, float)
        if isinstance(found, (SymInt, SymFloat, SymBool)):
            kinds: dict[object, object] = {bool: SymBool, int: SymInt, float: SymFloat}
            assert type(found) is kinds[type(expected)]
    unlike: list[tuple[object, object]] = [(u, "1"), ("1", u), ((u,), u), (u, (u,)), (1.5, u), (u, 1.5)]
    for one, other in unlike:
        with pytest.raises(AssertionError, match="unexpected sym_eq"):
            sym_eq(one, other)
    for combine in BOTH[:2]:
        with pytest.raises(TypeError):
            combine(p, "no boolean")
    assert (operator.eq(p, "no boolean"), operator.ne(p, "no boolean")) == (False, True)
    assert u.is_integer()


NUM_14 = Clause(
    "NUM-14",
    "``bool``, ``int`` and ``float`` of a backed number give its hint and guard that; plain and known ones guard"
    " nothing.",
    f"{_S}.environment:Environment.evaluate_float",
    "num-floats-are-not-guarded",
)


@checks(NUM_14, ENV_08, NUM_04)
@given(hint=SMALL, real=REALS)
def test_conversions_take_the_hint_and_guard_it(hint: int, real: float) -> None:
    def numbers() -> tuple[ShapeEnv, SymInt, SymFloat]:
        env = ShapeEnv()
        env.add_backed(name("s0"), hint, None, None)
        env.add_backed(symbol_atom("zf0", Sort.FLOAT), real, None, None)
        return env, SymInt(symbol("s0"), env), SymFloat(symbol_atom("zf0", Sort.FLOAT), env)

    asked: list[tuple[Callable[[SymInt, SymFloat], object], object]] = [
        (lambda s, _: int(s), hint),
        (lambda s, _: float(s), float(hint)),
        (lambda s, _: bool(s), bool(hint)),
        (lambda s, _: operator.index(s), hint),
        (lambda _, z: float(z), real),
        (lambda _, z: int(z), int(real)),
        (lambda _, z: bool(z), bool(real)),
        (lambda _, z: math.floor(z + 0.5) >= 1, real + 0.5 >= 1),
        (lambda s, z: s.env.evaluate_expr(s + 1), hint + 1),
        (lambda s, z: s.env.evaluate_expr(z.raw), real),
        (lambda s, z: s.env.evaluate_expr(s < 2), hint < 2),
        (lambda s, z: guard_scalar(z), real),
        (lambda s, z: int(s < 2), int(hint < 2)),
    ]
    for ask, expected in asked:
        env, s, z = numbers()
        found = ask(s, z)
        if isinstance(found, SymBool):
            found = bool(found)
        assert found == expected
        assert type(found) is type(expected)
        assert env.guards
        values: dict[str, int | float | bool] = {"s0": hint, "zf0": real}
        assert all(evaluate(guard.expr, values) is True for guard in env.guards)
        known = len(env.guards)
        ask(s, z)
        assert len(env.guards) == known, "what is known guards nothing"
    env, s, z = numbers()
    env.assume(ge(symbol("s0"), hint))
    above = s >= hint
    assert isinstance(above, SymBool)
    assert env.simplify(above.raw) is True
    assert env.simplify(s.raw) is s.raw
    assert env.guards == []
    fresh = env.create_unbacked_symfloat()
    for refuse in (float, int, bool):
        with pytest.raises(GuardOnDataDependentSymNode):
            refuse(fresh)
    with pytest.raises(TypeError, match="not modelled"):
        round(z, 1)
    assert s.__round__(1) is not None


NUM_15 = Clause(
    "NUM-15",
    "The symbols of a value are those of its numbers, sizes, strides and offsets after replacement, each once and in"
    " order; what is no such value is refused.",
    f"{_S}.free_symbols:free_symbols",
    "num-offsets-are-not-read",
)


@checks(NUM_15)
@given(order=st.permutations(["s0", "u0", "u1"]))
def test_symbols_are_found_in_order(order: list[str]) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, None, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    first, second, third = map(symbol, order)
    value = (None, 3, [FakeTensor((first, 2), (second, 1), DType.bool, offset=third)], SymInt(first, env))
    assert [found.name for found in free_symbols(value)] == order
    unbacked = [found for found in order if found != "s0"]
    assert [found.name for found in free_unbacked_symbols(value)] == unbacked
    assert has_free_symbols(value)
    assert has_free_unbacked_symbols(SymInt(symbol("u0"), env) * 2 + SymInt(symbol("s0"), env))
    assert not has_free_unbacked_symbols(SymInt(symbol("s0"), env))
    assert not has_free_symbols((1, 2.5, None, True))
    assert has_symbolic_sizes_strides(FakeTensor((2,), (1,), DType.bool, offset=first))
    assert not has_symbolic_sizes_strides(FakeTensor((2,), (1,), DType.bool))
    assert [found.name for found in free_symbols(SymInt(symbol("u1"), env) + SymInt(symbol("s0"), env))] == ["s0", "u1"]
    assert (env.is_unbacked_symint(name("u0")), env.is_unbacked_symint(name("s0"))) == (True, False)
    assert env.is_unbacked_symint(symbol_atom("zuf0", Sort.FLOAT)) is False
    env.require(eq(symbol("u1"), symbol("u0") + symbol("s0")), "u1 is replaced")
    assert [found.name for found in free_symbols(SymInt(symbol("u1"), env))] == ["s0", "u0"]
    assert free_symbols(["u0", {"a": None}]) == (), "as in PyTorch, a text has none"
    with pytest.raises(AssertionError, match="cannot find the symbols of a object"):
        free_symbols([object()])
