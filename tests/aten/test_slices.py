"""Slices and selections with unknown bounds: the facts about fresh lengths and offsets are Python's own slicing."""

from __future__ import annotations

from itertools import product

import pytest

from refimpl.aten._slices import slice_along, slice_length
from refimpl.aten._views import narrow, select
from refimpl.fake_tensor import FakeTensorMode
from refimpl.fake_tensor.context import Quantity
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.symbolic_shapes import ShapeEnv
from refimpl.terms import Cond, Dim, IntTerm, Sort, evaluate, ge, le, lt, symbol, symbol_atom, to_text
from tests.aten.recorded_context import RecordedContext

SIZE, START, END = symbol("n"), symbol("a"), symbol("b")
BOUNDS = range(-5, 6)


class Listening(RecordedContext):
    """Remembers facts and requirements instead of reasoning with them."""

    def __init__(self) -> None:
        super().__init__({})
        self.learn(ge(SIZE, 0))
        self.facts: list[Cond] = []
        self.required: list[Cond] = []

    def fact(self, condition: Cond) -> None:
        """Remember it."""
        self.facts.append(condition)

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """Remember it."""
        self.required.append(condition)

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """A fresh symbol whose range is a fact."""
        made = super().fresh_int(None, None, quantity)
        if low is not None:
            self.facts.append(ge(made, low))
        if high is not None:
            self.facts.append(le(made, high))
        return made


def value(term: Dim | None, valuation: dict[str, int]) -> int | None:
    return None if term is None else int(evaluate(term, dict(valuation)))


def holds(condition: Cond, valuation: dict[str, int]) -> bool:
    return bool(evaluate(condition, dict(valuation)))


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize("start", [START, 0, 2, -2])
@pytest.mark.parametrize("end", [END, None, 3, -1])
def test_length_and_start_are_those_of_python(start: Dim, end: Dim | None, step: int) -> None:
    ctx = Listening()
    length, first = slice_length(ctx, SIZE, start, end, step)
    for n, a, b in product(range(5), BOUNDS if start is START else (0,), BOUNDS if end is END else (0,)):
        valuation = {"n": n, "a": a, "b": b}
        low, high = value(start, valuation), value(end, valuation)
        taken = range(n)[slice(low, high, step)]
        if isinstance(length, IntTerm) and ctx.fresh:
            valuation[ctx.fresh[0]] = len(taken)
        assert value(length, valuation) == len(taken)
        if first is not None and taken:
            assert value(first, valuation) == taken[0]
        assert all(holds(fact, valuation) for fact in ctx.facts)


def test_the_facts_determine_a_fresh_length_and_offset() -> None:
    ctx = Listening()
    tensor = FakeTensor((SIZE, 4), (4, 1), DType.float32)
    result = slice_along(ctx, tensor, 0, START, None, 1)
    assert [str(size) for size in result.sizes] == ["f0", "4"]
    assert str(result.offset) == "f1"
    for n, a in product(range(5), BOUNDS):
        taken = range(n)[a:]
        for wrong in (0, 1, -1):
            start = min(max(a + n if a < 0 else a, 0), n)
            valuation = {"n": n, "a": a, "f0": len(taken) + wrong, "f1": 4 * start + wrong}
            assert all(holds(fact, valuation) for fact in ctx.facts) == (not wrong)


def test_an_index_of_unknown_sign_selects_what_python_selects() -> None:
    ctx = Listening()
    tensor = FakeTensor((SIZE, 4), (4, 1), DType.float32, offset=3)
    result = select(ctx, tensor, 0, START)
    assert (result.sizes, result.strides, str(result.offset)) == ((4,), (1,), "f0")
    for n, a in product(range(5), BOUNDS):
        inside = -n <= a < n
        assert all(holds(required, {"n": n, "a": a}) for required in ctx.required) == inside
        if inside:
            offset = 3 + 4 * range(n)[a]
            assert all(holds(fact, {"n": n, "a": a, "f0": offset}) for fact in ctx.facts)
            assert not all(holds(fact, {"n": n, "a": a, "f0": offset + 1}) for fact in ctx.facts)


def test_known_signs_need_no_fresh_symbol() -> None:
    ctx = Listening()
    ctx.learn(ge(START, 0))
    ctx.learn(le(START, SIZE))
    length, first = slice_length(ctx, SIZE, START, None, 1)
    assert not ctx.fresh
    assert (length, first) == (SIZE - START, START)


S0, U0, U1 = symbol("s0"), symbol("u0"), symbol("u1")


@pytest.mark.parametrize(
    ("said", "start", "end", "size", "offset"),
    [
        ((le(U0, U1), le(U1, S0)), U0, U1, "Max(0, u1 - Min(s0, u0))", "Min(s0, u0)"),
        ((le(U0, S0), le(U0, U1), le(U1, S0)), U0, U1, "-u0 + u1", "u0"),
        ((le(U0 + U1, S0),), U0, U0 + U1, "Max(0, u0 + u1 - Min(s0, u0))", "Min(s0, u0)"),
        ((le(U0 + U1, S0),), U0, S0 - U1, "u2", "Min(s0, u0)"),
        ((le(2 * U0, S0),), U0, S0 - U0, "u2", "Min(s0, u0)"),
        ((lt(U0, U1), lt(U1, S0)), U0, U1 + 1, "Max(0, u1 - Min(s0, u0) + 1)", "Min(s0, u0)"),
        ((le(U0, S0),), U0, U0 + 2, "Max(0, -u0 + Min(s0, u0 + 2))", "u0"),
        ((le(U0, S0),), None, S0 - U0, "s0 - u0", "0"),
    ],
)
def test_bounds_are_ordered_by_what_is_evident(
    said: tuple[Cond, ...], start: Dim | None, end: Dim, size: str, offset: str
) -> None:
    # What PyTorch 2.13 gives for x[start:end], of s0 elements, and items u0 and u1 that are not negative.
    env = ShapeEnv()
    env.add_backed(symbol_atom("s0", Sort.INT), 12, 0, None)
    for item in (U0, U1):
        env.fresh(Sort.INT)
        env.fact(ge(item, 0))
    for condition in said:
        env.require(condition, "")
    x = FakeTensor((S0,), (1,), DType.float32)
    with FakeTensorMode(env) as mode:
        result = slice_along(mode, x, 0, start, end, 1)
    assert (to_text(result.sizes[0]), to_text(result.offset)) == (size, offset)


@pytest.mark.parametrize(
    ("said", "length", "size", "offset"),
    [
        (le(U0 + U1, S0), U1, "Max(0, u0 + u1 - Min(s0, u0))", "Min(s0, u0)"),
        (le(U1, S0), U1 - U0, "Max(0, u1 - Min(s0, u0))", "Min(s0, u0)"),
    ],
)
def test_a_narrowed_tensor_is_a_slice(said: Cond, length: Dim, size: str, offset: str) -> None:
    # What PyTorch 2.13 gives for x.narrow(0, u0, length), of s0 elements, and items that are not negative.
    env = ShapeEnv()
    env.add_backed(symbol_atom("s0", Sort.INT), 12, 0, None)
    for item in (U0, U1):
        env.fresh(Sort.INT)
        env.fact(ge(item, 0))
    env.require(said, "")
    env.require(le(U0, U1), "")
    with FakeTensorMode(env) as mode:
        result = narrow(mode, FakeTensor((S0,), (1,), DType.float32), 0, U0, length, as_slice=True)
    assert (to_text(result.sizes[0]), to_text(result.offset)) == (size, offset)
