"""Whole histories of an environment keep exactly what was said: by brute force after every step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    DivideByKey,
    KeyPath,
    RebindingInconsistentError,
    SequenceKey,
    ShapeEnv,
    free_unbacked_symbols,
    wrap,
)
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.terms import Cond, Dim, Symbol, Undefined, eq, evaluate, ge, le, mod, ne, of_atom, symbol
from tests.symbolic_shapes.boxes import dims
from tests.symbolic_shapes.operators import name

OLD = (symbol("u0"), symbol("u1"))
FRESH = (symbol("u10"), symbol("u11"))
SIZE = symbol("s0")
NAMES: tuple[str, ...] = ("u0", "u1", "u10", "u11", "s0")
BOX: list[dict[str, int]] = [dict(zip(NAMES, values, strict=True)) for values in product(range(4), repeat=5)]


@dataclass(frozen=True)
class Say:
    """A requirement."""

    condition: Cond


@dataclass(frozen=True)
class Bind:
    """A binding: the old symbol, the value at its path, and the divisor of the path."""

    old: int
    value: Dim
    divisor: int


@dataclass
class Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


Step = Say | Bind


def steps() -> st.SearchStrategy[Step]:
    """A requirement or a binding over the symbols of the box."""
    dim = dims((*OLD, *FRESH, SIZE))
    say = st.builds(Say, st.one_of([st.builds(compare, dim, dim) for compare in (ge, le, eq, ne)]))
    value = st.one_of(st.sampled_from(FRESH), dims((*FRESH, SIZE)), st.integers(0, 3))
    return st.one_of(say, st.builds(Bind, st.integers(0, 1), value, st.sampled_from((1, 1, 2))))


def equation(step: Bind) -> Cond:
    """What a binding says, straight from its definition: the value is the divisor times the symbol."""
    return eq(step.value, OLD[step.old] * step.divisor)


def solutions(conditions: list[Cond]) -> list[dict[str, int]]:
    """The valuations of the box that satisfy all conditions."""
    return [valuation for valuation in BOX if all(_true(condition, valuation) for condition in conditions)]


def _true(condition: Cond, valuation: dict[str, int]) -> bool:
    try:
        return evaluate(condition, dict[str, int | float | bool](valuation)) is True
    except Undefined:
        return False


def of_environment(env: ShapeEnv) -> list[dict[str, int]]:
    """The valuations of the box that the environment allows."""
    snapshot = env.knowledge.snapshot()
    if snapshot is None:
        return []
    return [valuation for valuation in BOX if snapshot.holds(dict[str, int | float | bool](valuation))]


def fresh_environment() -> ShapeEnv:
    """An environment with two fresh symbols and one backed size, all without bounds."""
    env = ShapeEnv()
    env.symbols.reserve_name("u9")
    env.add_backed(name("s0"), None, None, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    return env


def bind(env: ShapeEnv, step: Bind, node: str) -> None:
    """Rebind the symbol of a step at a node of that name."""
    path: KeyPath = (SequenceKey(0), DivideByKey(step.divisor)) if step.divisor != 1 else (SequenceKey(0),)
    bindings: dict[Symbol, KeyPath] = {name(NAMES[step.old]): path}
    with env.at(node):
        rebind_unbacked(env, Node("call_function", {"unbacked_bindings": bindings}), (wrap(step.value, env),))


@settings(max_examples=50, deadline=None)
@given(history=st.lists(steps(), max_size=6))
def test_an_environment_allows_exactly_what_was_said(history: list[Step]) -> None:
    env, said = fresh_environment(), list[Cond]()
    allowed = list(BOX)
    for position, step in enumerate(history):
        if isinstance(step, Say):
            try:
                env.require(step.condition, "refused")
            except RuntimeError:
                assert solutions([*said, step.condition]) == []
                return
            said.append(step.condition)
        else:
            try:
                bind(env, step, f"node {position}")
            except RebindingInconsistentError:
                assert solutions([*said, equation(step)]) == []
                assert of_environment(env) == allowed, "a refused step leaves the environment as before"
                continue
            said.append(equation(step))
        allowed = solutions(said)
        assert of_environment(env) == allowed


@settings(max_examples=40, deadline=None)
@given(history=st.lists(steps(), max_size=5), asked=st.builds(ge, dims((*OLD, *FRESH)), dims((SIZE, *OLD))))
def test_what_is_known_follows_and_branches_leave_no_trace(history: list[Step], asked: Cond) -> None:
    env, said = fresh_environment(), list[Cond]()
    for position, step in enumerate(history):
        try:
            if isinstance(step, Say):
                env.require(step.condition, "refused")
                said.append(step.condition)
            else:
                bind(env, step, f"node {position}")
                said.append(equation(step))
        except RuntimeError:
            return
    allowed = solutions(said)
    answer = env.known(asked)
    if answer is not None and env.knowledge.contradiction is None and not env.knowledge.bounds.inconsistent:
        assert all(_true(asked, valuation) is answer for valuation in allowed)
    before = (of_environment(env), env.replacements)
    with env.under(eq(OLD[0], 2)):
        env.fact(le(FRESH[0] + SIZE, 3))
        env.fact(eq(FRESH[1], OLD[1] + 1))
    assert (of_environment(env), env.replacements) == before


@settings(max_examples=40, deadline=None)
@given(history=st.lists(steps(), max_size=6))
def test_replacements_are_resolved_to_the_end_without_cycles(history: list[Step]) -> None:
    env = fresh_environment()
    for position, step in enumerate(history):
        try:
            if isinstance(step, Say):
                env.require(step.condition, "refused")
            else:
                bind(env, step, f"node {position}")
        except RuntimeError:
            return
    replaced = env.replacements
    for key, end in replaced.items():
        assert not any(other in replaced for other in free_unbacked_symbols(end)), f"{key} ends in a replaced symbol"
        assert env.replace(of_atom(key)) is end or env.replace(of_atom(key)) == end


def test_the_checks_notice_a_lost_and_an_invented_condition() -> None:
    env = fresh_environment()
    env.require(ge(FRESH[0], 1), "one")
    assert of_environment(env) != solutions([])
    assert of_environment(env) != solutions([ge(FRESH[0], 2)])
    assert of_environment(env) == solutions([ge(FRESH[0], 1)])
    assert solutions([eq(mod(FRESH[0], 2), 0), ge(FRESH[0], 3)]) == []
