"""Work is linear: what a step costs does not grow with the number of symbols. Calls are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from types import FrameType

import pytest

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import ShapeEnv
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import eq, ge, le, of_atom, symbol
from tests.symbolic_shapes.operators import FIRST_SIZE, mode_with, name


def calls_in(action: Callable[[], object]) -> int:
    """How many functions, of Python or of C, an action calls."""
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return counted


def rebind_steps(count: int) -> Callable[[], object]:
    """Allocate and rebind that many symbols in one environment, each with bounds."""
    mode = mode_with(*(f"u{i}" for i in range(count)))
    env = mode.shape_env

    def run() -> None:
        for index in range(count):
            start = len(env.log)
            fresh = mode.fresh_int(0, 99, None)
            rebind_node(env, {name(f"u{index}"): FIRST_SIZE}, FakeTensor((fresh, 2), (2, 1), DType.int64), start)
            env.known(ge(symbol(f"u{index}"), 3))

    return run


def checks(count: int) -> Callable[[], object]:
    """Requirements on that many symbols of one environment."""
    env = ShapeEnv()
    symbols = [of_atom(env.fresh(name("u0").sort)) for _ in range(count)]

    def run() -> None:
        for one in symbols:
            env.require(ge(one, 2), "two")
            env.require(le(one, 9), "nine")

    return run


def chain(count: int, *, backwards: bool) -> Callable[[], object]:
    """A chain of equal symbols, joined from one end or from the other, then resolved."""
    symbols = [symbol(f"u{i}") for i in range(count)]
    pairs = list(pairwise(symbols))

    def run() -> None:
        known = Knowledge()
        for left, right in reversed(pairs) if backwards else pairs:
            known.assume(eq(left, right))
        for one in symbols:
            known.resolve(one)

    return run


def failing_nodes(count: int) -> Callable[[], object]:
    """Checkpoints of many nodes that succeed, in an environment that grows."""
    env = ShapeEnv()

    def run() -> None:
        for _ in range(count):
            env.checkpoint()
            env.fact(ge(of_atom(env.fresh(name("u0").sort)), 0))

    return run


@pytest.mark.parametrize(
    "work",
    [
        rebind_steps,
        checks,
        partial(chain, backwards=False),
        partial(chain, backwards=True),
        failing_nodes,
    ],
    ids=["rebinding", "checks", "chain", "chain backwards", "checkpoints"],
)
def test_four_times_the_work_takes_four_times_the_calls(work: Callable[[int], Callable[[], object]]) -> None:
    small, large = calls_in(work(60)), calls_in(work(240))
    assert large < 4.6 * small, f"{small} calls for 60, {large} for 240"
