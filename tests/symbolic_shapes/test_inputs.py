"""Concrete inputs, size-oblivious decisions, and the nodes that bind symbols."""

from __future__ import annotations

import pytest

import refimpl.fx as fx
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.symbolic_shapes import (
    GuardOnDataDependentSymNode,
    ShapeEnv,
    SymBool,
    SymInt,
    SymIntEqByExpr,
    find_symbol_binding_fx_nodes,
    fx_placeholder_targets,
    fx_placeholder_vals,
    guard_size_oblivious,
    is_symbol_binding_fx_node,
)
from refimpl.terms import eq, of_atom, symbol
from tests.symbolic_shapes.operators import name


def test_symbols_are_bound_where_they_stand_alone_or_negated() -> None:
    env = ShapeEnv()
    s, t, r = (of_atom(env.create_symbol(hint)) for hint in (5, 7, 9))
    fake = FakeTensor((s, t * 2), (t, 1), DType.float32, offset=-r)
    real = FakeTensor((3, 8), (4, 1), DType.float32, offset=-6)
    assert env.bind_symbols([fake, None, 3], [real, None, 3]) == {name("s0"): 3, name("s1"): 4, name("s2"): 6}
    with pytest.raises(AssertionError, match="3 != 4"):
        env.bind_symbols([FakeTensor((s, s), (1, 1), DType.bool)], [FakeTensor((3, 4), (1, 1), DType.bool)])
    with pytest.raises(AssertionError, match="Expected int"):
        env.bind_symbols([SymInt(symbol("s0"), env)], ["3"])


def test_guards_are_evaluated_on_arguments() -> None:
    env = ShapeEnv()
    s = env.create_symintnode(env.create_symbol(5))
    assert isinstance(s, SymInt)
    assert bool(s > 4)
    assert env.format_guards() == " - s0 >= 5"
    assert env.get_nontrivial_guards() == [], "the range of s0 says it"
    assert env.evaluate_guards_for_args([s], [5]) is True
    assert env.evaluate_guards_for_args([s], [4]) is False
    assert env.evaluate_guards_for_args([], []) is False, "a guard over a symbol without value does not hold"
    with env.suppress_guards():
        assert bool(s < 9)
    assert len(env.guards) == 1


def test_size_oblivious_decisions_take_sizes_to_be_at_least_two() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    env.size_like[name("u0")] = None
    one, other = u == 1, v == 1
    assert isinstance(one, SymBool)
    assert isinstance(other, SymBool)
    assert guard_size_oblivious(one) is False
    assert env.known(one.condition) is None, "nothing is learned"
    with pytest.raises(GuardOnDataDependentSymNode):
        guard_size_oblivious(other)
    assert guard_size_oblivious(True) is True


def test_nodes_that_bind_symbols() -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    graph = fx.Graph()
    for text in ("x", "y"):
        graph.placeholder(text).meta["val"] = SymInt(symbol("s0"), env)
    graph.placeholder("z").meta["val"] = 3
    backed = graph.call_function(abs, (next(iter(graph.nodes)),))
    backed.meta["val"] = SymInt(symbol("s0"), env)
    fresh = graph.call_function(abs, (backed,))
    fresh.meta["val"] = SymInt(symbol("u0"), env)
    graph.output(fresh)
    found = find_symbol_binding_fx_nodes(graph)
    assert {key.name: node.name for key, node in found.items()} == {"s0": "x", "u0": fresh.name}
    assert is_symbol_binding_fx_node(backed) is None
    module = fx.GraphModule({}, graph)
    assert fx_placeholder_targets(module) == ["x", "y", "z"]
    assert fx_placeholder_vals(module)[2] == 3


def test_integers_compared_by_their_terms() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    assert SymIntEqByExpr(u) == SymIntEqByExpr(SymInt(symbol("u0"), env))
    assert SymIntEqByExpr(u) != SymIntEqByExpr(v)
    assert len({SymIntEqByExpr(u), SymIntEqByExpr(u), SymIntEqByExpr(3)}) == 2
    assert repr(SymIntEqByExpr(u)) == "u0"
    env.assume(eq(symbol("u1"), symbol("u0") + 1))
    larger = u + 1
    assert isinstance(larger, SymInt)
    assert SymIntEqByExpr(v) == SymIntEqByExpr(larger), "after replacement"
    assert env.guards == []
    with pytest.raises(AssertionError):
        assert SymIntEqByExpr(u) == 3
