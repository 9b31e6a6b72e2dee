"""NUM, continued: questions on symbolic numbers, and what each of them guards, requires or falls back to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode
from refimpl.symbolic_shapes import (
    Delta,
    GuardOnDataDependentSymNode,
    Requirement,
    RuntimeAssert,
    ShapeEnv,
    SymBool,
    SymInt,
    check_consistent,
    constrain_range,
    constrain_unify,
    expect_true,
    guard_bool,
    guard_float,
    guard_int,
    guard_or_false,
    guard_or_true,
    guard_scalar,
    guarding_hint_or_throw,
    has_guarding_hint,
    has_static_value,
    is_concrete_bool,
    is_concrete_float,
    is_concrete_int,
    optimization_hint,
    statically_known_false,
    statically_known_true,
)
from refimpl.terms import Sort, ValueRange, eq, ge, le, lt, symbol, symbol_atom, to_dim
from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_shape_env
from tests.symbolic_shapes.operators import name

__all__ = ["NUM_08", "NUM_09", "NUM_10", "NUM_11"]

_GUARDS = "refimpl.symbolic_shapes.guards"
SMALL: Final = st.integers(-3, 5)


def _number(env: ShapeEnv, backed: bool, low: int, high: int, hint: int) -> SymInt:
    """A symbolic integer between ``low`` and ``high``, backed by ``hint`` or unbacked."""
    if backed:
        env.add_backed(name("s0"), hint, low, high)
        return SymInt(symbol("s0"), env)
    found = env.create_unbacked_symint()
    assert isinstance(found, SymInt)
    env.fact(ge(symbol("u0"), low))
    env.fact(le(symbol("u0"), high))
    env.log.clear()
    return found


NUM_08 = Clause(
    "NUM-08",
    "A condition that is known is answered without a guard; one that is open is guarded as its hint says, and without a"
    " hint falls back or raises.",
    f"{_GUARDS}:_guard_or",
    "num-conditions-are-static-if-open",
)
test_guard_or_falls_back_only_without_hints = checks(NUM_08)(test_shape_env.test_guard_or_falls_back_only_without_hints)


@checks(NUM_08)
@given(backed=st.booleans(), strict=st.booleans(), low=SMALL, width=st.integers(0, 3), at=st.integers(0, 3), than=SMALL)
def test_conditions_are_known_guarded_or_open(
    backed: bool, strict: bool, low: int, width: int, at: int, than: int
) -> None:
    hint = low + min(at, width)
    truths = {value >= than for value in range(low, low + width + 1)}
    known = truths.pop() if len(truths) == 1 else None
    taken = hint >= than
    from_hint = backed and not strict
    answers: list[tuple[Callable[[SymBool], bool], bool, bool | None]] = [
        (statically_known_true, known is True, known is True),
        (statically_known_false, known is False, known is False),
        (guard_or_false, taken if from_hint else False, None),
        (guard_or_true, taken if from_hint else True, None),
        (guard_bool, taken, None),
        (has_static_value, known is not None, known is not None),
        (has_guarding_hint, backed, backed),
    ]
    for ask, if_open, always in answers:
        env = ShapeEnv(guard_from_hints=not strict)
        number = _number(env, backed, low, low + width, hint)
        condition = number >= than
        assert isinstance(condition, SymBool)
        if ask is guard_bool and known is None and not from_hint:
            with pytest.raises((GuardOnDataDependentSymNode, RuntimeError)):
                ask(condition)
            continue
        expected = always if always is not None else if_open if known is None else known
        assert ask(condition) is expected
        guards = known is None and from_hint and ask in (guard_or_false, guard_or_true, guard_bool)
        guard = ge(to_dim(number.raw), than) if taken else lt(to_dim(number.raw), than)
        assert [found.expr for found in env.guards] == [guard] * guards
    for plain in (True, False):
        assert (
            statically_known_true(plain) is guard_or_false(plain) is guard_or_true(plain) is guard_bool(plain) is plain
        )
        assert statically_known_false(plain) is (not plain)
        assert has_static_value(plain)
        assert is_concrete_bool(plain)


NUM_09 = Clause(
    "NUM-09",
    "A number is concrete if it is plain after replacement, static if it has one value under what is known; its hint is"
    " its value on the example inputs, and asking for it guards nothing.",
    f"{_GUARDS}:has_static_value",
    "num-floats-are-static",
)
test_hints = checks(NUM_09)(test_shape_env.test_hints)


@checks(NUM_09)
@given(
    backed=st.booleans(),
    low=SMALL,
    width=st.integers(0, 2),
    fallback=st.one_of(st.none(), SMALL),
    equated=st.booleans(),
)
def test_what_is_concrete_static_or_hinted(
    backed: bool, low: int, width: int, fallback: int | None, equated: bool
) -> None:
    env = ShapeEnv()
    number = _number(env, backed, low, low + width, low)
    real = env.create_unbacked_symfloat()
    replaced = equated and width > 0
    if equated:
        env.require(eq(to_dim(number.raw), low), "what is known already replaces nothing")
    assert is_concrete_int(number) is replaced
    assert is_concrete_int(low)
    assert has_static_value(number) is (equated or width == 0)
    assert not has_static_value(ShapeEnv().create_unbacked_symint()), "a number without ends has no one value"
    same = number == number + 0
    above = number >= low + 1
    assert same is True
    assert (is_concrete_bool(above) or isinstance(above, SymBool)) is True
    assert is_concrete_bool(above) is replaced
    assert is_concrete_float(real) is False
    assert has_static_value(real) is False
    assert has_guarding_hint(real) is False
    if not backed:
        env.knowledge.apply(Delta(((symbol_atom(str(real), Sort.FLOAT), 2.5),)))
        assert is_concrete_float(real) is has_static_value(real) is has_guarding_hint(real) is True
        assert guarding_hint_or_throw(real) == 2.5
    assert is_concrete_float(1.5) is has_static_value(1.5) is has_guarding_hint(1.5) is True
    hint = low if backed or replaced else None
    assert has_guarding_hint(number) is (hint is not None)
    guards, logged = list(env.guards), list(env.log)
    if hint is None:
        with pytest.raises(GuardOnDataDependentSymNode):
            guarding_hint_or_throw(number)
    else:
        assert guarding_hint_or_throw(number * 2) == 2 * hint
    guessed = min(max(8192 if fallback is None else fallback, low), low + width)
    assert optimization_hint(number, fallback) == (guessed if hint is None else hint)
    odd = number * 2 + 1
    assert isinstance(odd, (int, SymInt))
    assert optimization_hint(odd, fallback) == 2 * (guessed if hint is None else hint) + 1
    assert guarding_hint_or_throw(low) == optimization_hint(low) == low
    assert (env.guards, env.log) == (guards, logged)


NUM_10 = Clause(
    "NUM-10",
    "To take the value of a number is a decision that pins it; what is requested of a number is required of it.",
    f"{_GUARDS}:constrain_range",
    "num-upper-ends-of-ranges-are-ignored",
)
test_constraining_ranges = checks(NUM_10)(test_shape_env.test_constraining_ranges)


@checks(NUM_10)
@given(low=SMALL, width=st.integers(0, 3))
def test_taking_a_value_pins_the_number(low: int, width: int) -> None:
    for ask in (guard_int, guard_scalar):
        env = ShapeEnv()
        number = _number(env, True, low, low + width, low)
        assert ask(number) == low
        assert env.bound(symbol("s0")) == ValueRange(low, low)
    assert guard_scalar(True) is True
    assert guard_float(2.0) == guard_scalar(2.0) == 2.0
    env = ShapeEnv()
    condition = _number(env, True, low, low + width, low) > low
    assert guard_scalar(condition) is False
    assert env.bound(symbol("s0")) == ValueRange(low, low)
    with pytest.raises(GuardOnDataDependentSymNode):
        guard_scalar(_number(ShapeEnv(), False, 0, 1, 0))


@checks(NUM_10)
@given(
    low=st.one_of(st.none(), SMALL),
    high=st.one_of(st.none(), SMALL),
    value=st.integers(-5, 7),
    message=st.sampled_from("ab"),
)
def test_what_is_requested_is_required(low: int | None, high: int | None, value: int, message: str) -> None:
    env = ShapeEnv()
    u0 = symbol("u0")
    number = SymInt(u0, env)
    env.create_unbacked_symint()
    empty = low is not None and high is not None and high < low
    inside = not empty and (low is None or low <= value) and (high is None or value <= high)
    for subject in (number, value):
        if empty or (subject is value and not inside):
            with pytest.raises(ValueError, match="less than the specified min" if empty else f"Invalid value {value} "):
                constrain_range(subject, min=low, max=high)
        else:
            constrain_range(subject, min=low, max=high)
    assert env.bound(u0) == (ValueRange() if empty else ValueRange(low, high))
    assert len(env.log) == (0 if empty else (low is not None) + (high is not None))
    again = ShapeEnv()
    unknown = again.create_unbacked_symint()
    assert expect_true(unknown >= value, message) is True
    assert again.log == [Requirement("", ge(u0, value), ge(u0, value), message)]
    assert again.deferred_runtime_asserts == {name("u0"): [RuntimeAssert(ge(u0, value), message)]}
    assert expect_true(unknown < value, message) is False
    assert (expect_true(True), expect_true(False)) == (True, False)


@checks(NUM_10)
@example(low=0, width=2, open_end=False, hint=2, hinted=True)
@example(low=0, width=2, open_end=False, hint=0, hinted=True)
@given(low=st.none() | SMALL, width=st.integers(0, 3), open_end=st.booleans(), hint=SMALL, hinted=st.booleans())
def test_a_range_holds_of_the_example_and_of_what_is_known(
    low: int | None, width: int, open_end: bool, hint: int, hinted: bool
) -> None:
    high = None if open_end else (low or 0) + width
    inside = (low is None or low <= hint) and (high is None or hint <= high)
    env = ShapeEnv(guard_from_hints=hinted)
    env.add_backed(name("s0"), hint, None, None)
    number = SymInt(symbol("s0"), env)
    if hinted and not inside:
        with pytest.raises(AssertionError, match=re.escape(f"{hint} not in {ValueRange(low, high)}")):
            constrain_range(number, min=low, max=high)
    else:
        constrain_range(number, min=low, max=high)
    asked = 0 if hinted and not inside else (low is not None) + (high is not None)
    assert len(env.log) == asked
    pinned = ShapeEnv(guard_from_hints=hinted)
    pinned.add_backed(name("s0"), hint, None, None)
    pinned.assume(eq(symbol("s0"), hint))
    if inside:
        constrain_range(SymInt(symbol("s0"), pinned), min=low, max=high)
    else:
        text = f"[{'-int_oo' if low is None else low}:{'int_oo' if high is None else high}]"
        with pytest.raises(RuntimeError, match=re.escape(f"Invalid value {hint} for range {text}")):
            constrain_range(SymInt(symbol("s0"), pinned), min=low, max=high)
        assert pinned.log == [], "none of the conditions, if one is known to be false"


NUM_11 = Clause(
    "NUM-11",
    "Values that are to agree are required to be equal, number by number and size by size; what cannot agree raises.",
    f"{_GUARDS}:check_consistent",
    "num-sizes-need-not-agree",
)
test_check_consistent_requires_equal_sizes = checks(NUM_11)(test_shape_env.test_check_consistent_requires_equal_sizes)


@checks(NUM_11)
@given(sizes=st.lists(st.integers(0, 3), max_size=3), others=st.lists(st.integers(0, 3), max_size=3))
def test_equal_sizes_agree(sizes: list[int], others: list[int]) -> None:
    left, right = (FakeTensor(tuple(found), (1,) * len(found), DType.float32) for found in (sizes, others))
    if sizes == others:
        check_consistent(left, right)
    else:
        with pytest.raises(RuntimeError):
            check_consistent(left, right)
    with pytest.raises(AssertionError):
        check_consistent(left, 3)
    env, count = ShapeEnv(), len(others)
    for _ in others:
        env.create_unbacked_symint()
    fresh = FakeTensor(tuple(symbol(f"u{index}") for index in range(count)), (1,) * count, DType.float32)
    with FakeTensorMode(env):
        check_consistent(fresh, right)
    assert [env.bound(symbol(f"u{index}")) for index in range(count)] == [ValueRange(n, n) for n in others]


@checks(NUM_11)
@given(value=SMALL, other=SMALL)
def test_numbers_are_unified(value: int, other: int) -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    constrain_unify(u, v)
    constrain_unify(value, v)
    assert env.bound(symbol("u0")) == env.bound(symbol("u1")) == ValueRange(value, value)
    for ask in (constrain_unify, check_consistent):
        if value == other:
            ask(u, other)
            ask(value, other)
        else:
            with pytest.raises((AssertionError, RuntimeError)):
                ask(u, other)
            with pytest.raises((AssertionError, RuntimeError)):
                ask(value, other)
    with pytest.raises(AssertionError):
        check_consistent(True, 3) if value > 9 else check_consistent(3, True)
    check_consistent(True, 3)
    check_consistent("a", "b")
