"""NUM and BND, continued: corners where two readings of a sentence differ."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.fx import Graph, GraphModule
from refimpl.symbolic_shapes import (
    ConvertIntKey,
    Delta,
    DivideByKey,
    GuardOnDataDependentSymNode,
    RebindingInconsistentError,
    Requirement,
    SequenceKey,
    ShapeEnv,
    SymBool,
    SymInt,
    SymIntEqByExpr,
    compute_unbacked_bindings,
    free_symbols,
    fx_placeholder_targets,
    guard_int,
    is_symbolic,
    key_get,
)
from refimpl.symbolic_shapes.key_path import PathError
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.symbolic_shapes.rebinding import Rebound, rebind
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of
from refimpl.terms import Cond, eq, float_symbol, floor_div, ge, ite, le, mod, ne, symbol, trunc_to_int
from specs.bindings import BND_01, BND_05
from specs.clauses import checks
from specs.conversions import NUM_13, NUM_14, NUM_15
from specs.environment import ENV_02, ENV_06, ENV_08, ENV_09
from specs.histories import ENV_13, ENV_14, ENV_18
from specs.numbers import NUM_05, NUM_07
from specs.questions import NUM_09
from specs.scopes import ENV_27
from specs.states import ENV_21
from specs.values import REB_05, REB_09
from tests.symbolic_shapes.operators import name

__all__: list[str] = []

U0, U1, U2, S0, S1 = (symbol(text) for text in ("u0", "u1", "u2", "s0", "s1"))


def _backed(hint: int, low: int | None = None) -> tuple[ShapeEnv, SymInt]:
    env = ShapeEnv()
    env.add_backed(name("s0"), hint, low, None)
    return env, SymInt(symbol("s0"), env)


@checks(NUM_09)
@given(hint=st.integers(-3, 9))
def test_a_hint_is_a_number_or_none(hint: int) -> None:
    """0 is a hint like any other; where the term has no value on the inputs there is none."""
    env, size = _backed(hint)
    assert size.node.hint == hint
    assert size.node.hint is not None
    assert env.hint(floor_div(12, S0 - hint)) is None
    assert env.hint(mod(12, S0 - hint)) is None
    assert env.hint(floor_div(12, S0 - hint + 1)) == 12
    assert env.hint(eq(S0, hint)) is True


@checks(NUM_14)
@given(hint=st.integers(-70, 70))
def test_the_bits_of_a_number_are_those_of_its_value(hint: int) -> None:
    _, size = _backed(hint)
    assert size.bit_length() == len(bin(abs(hint))) - 2 if hint else size.bit_length() == 0


@checks(NUM_13)
@given(left=st.integers(0, 1), right=st.integers(0, 1))
def test_two_booleans_are_subtracted_in_their_order(left: int, right: int) -> None:
    env = ShapeEnv()
    for text, hint in (("s0", left), ("s1", right)):
        env.add_backed(name(text), hint, 0, 1)
    one, other = SymBool(eq(S0, 1), env), SymBool(eq(S1, 1), env)
    assert (one - other, other - one, one + other, one * other) == (
        left - right,
        right - left,
        left + right,
        left * right,
    )


@checks(NUM_05)
def test_equal_terms_have_one_hash() -> None:
    large = int("1000000007")
    assert {SymIntEqByExpr(large): "large"}[SymIntEqByExpr(int("1000000007"))] == "large"
    env, _ = _backed(4)
    one, other = (SymIntEqByExpr(env.create_symintnode(term)) for term in (S0 + 1, 1 + S0))
    assert {one: "next"}[other] == "next"


@checks(NUM_07)
def test_the_target_of_a_placeholder_is_not_its_name() -> None:
    graph = Graph()
    for target in ("x", "relu", "*args"):
        graph.placeholder(target)
    graph.output(None)
    names = [node.name for node in graph.nodes if node.op == "placeholder"]
    assert fx_placeholder_targets(GraphModule({}, graph)) == ["x", "relu", "*args"]
    assert names[-1] != "*args"


@checks(NUM_15)
def test_a_dictionary_has_the_symbols_of_its_values() -> None:
    _, size = _backed(4)
    assert free_symbols({}) == ()
    assert free_symbols(OrderedDict[str, object](a=size)) == (name("s0"),)
    assert free_symbols([{"s1": 3}, {"b": [size]}]) == (name("s0"),)


@checks(ENV_08)
def test_a_guard_speaks_of_what_stands_for_its_symbols() -> None:
    env, _ = _backed(4)
    env.add_backed(name("s1"), 4, None, None)
    env.assume(eq(S1, S0))
    asked = S1 if name("s1") in env.replacements else S0
    kept = S0 if asked is S1 else S1
    assert env.evaluate_int(asked + 1) == 5
    assert [guard.expr for guard in env.guards] == [eq(kept + 1, 5)]


@checks(ENV_09)
def test_the_error_lists_the_sizes_among_its_own_symbols() -> None:
    env = ShapeEnv()
    for _ in range(3):
        env.create_unbacked_symint()
    env.size_like.update(dict.fromkeys((name("u0"), name("u2"))))
    with pytest.raises(GuardOnDataDependentSymNode) as caught:
        env.evaluate(ge(U1 + U2, 3))
    assert caught.value.size_like == ("u2",)
    assert "Caused by" not in str(caught.value), "no node runs"
    assert "\nCaused by: view" in str(GuardOnDataDependentSymNode(U0, node="view"))
    assert str(GuardOnDataDependentSymNode(3)).startswith("Could not extract specialized integer from ")


@checks(ENV_06, ENV_13)
def test_what_was_violated_is_remembered() -> None:
    """The violated requirement outlives the roll-back of its node and requirements that hold."""
    env = ShapeEnv()
    env.create_unbacked_symint()
    env.fact(ge(U0, 3))
    point = env.checkpoint()
    with suppress(ValueError):
        env.require(le(U0, 2), "too many", ValueError)
    violated = Requirement("", le(U0, 2), le(U0, 2), "too many")
    assert env.violated == violated
    env.roll_back(point)
    assert env.violated == violated
    env.require(le(U0, 7), "at most 7")
    env.require(ge(U0, 2), "at least 2")
    assert env.violated == violated


@checks(ENV_02)
def test_ignoring_ends_with_its_block_also_after_an_error() -> None:
    env = ShapeEnv()
    with suppress(KeyError), env.ignore_fresh_unbacked_symbols():
        env.create_unbacked_symint()
        raise KeyError
    env.create_unbacked_symint()
    assert env.pending_fresh_unbacked_symbols == [name("u1")]


@checks(ENV_14, ENV_27)
@given(count=st.integers(2, 4))
def test_all_that_was_filed_moves_along(count: int) -> None:
    """Every condition on a symbol that an equation replaces is filed under what replaces it, in its order."""
    known = Knowledge()
    said: list[Cond] = [ge(U1, U2), le(U1, 9 + U2), ne(U1, 3 * U2), eq(mod(U1, U2 + 1), 0)][:count]
    for condition in said:
        known.assume(condition)
    known.assume(eq(U1, U0))
    gone, kept = (name("u1"), name("u0")) if known.resolve_symbol(name("u1")) is not None else (name("u0"), name("u1"))
    assert known.resolve_symbol(gone) is symbol(kept.name)
    moved = [known.resolve_cond(condition) for condition in said]
    assert [condition for condition in known.filed(kept) if condition in moved] == (
        moved if gone is name("u1") else said
    )
    assert all(condition in known.filed(name("u2")) for condition in moved)


@checks(ENV_18)
def test_sizes_are_looked_for_after_replacement() -> None:
    env = ShapeEnv()
    for _ in range(2):
        env.create_unbacked_symint()
    env.fact(eq(U1, U0))
    gone = U1 if name("u1") in env.replacements else U0
    kept = U0 if gone is U1 else U1
    (of_kept,) = kept.free
    env.size_like[name(of_kept.name)] = None
    assert env.known_of_sizes(ne(gone, 1)) is True
    assert env.known_of_sizes(ge(gone, 3)) is None
    assert env.known(ne(gone, 1)) is None, "nothing of it is remembered"


@checks(ENV_18)
def test_what_a_size_stands_for_is_at_least_two_unless_it_is_known_to_be_less() -> None:
    stands = ShapeEnvState(replacements={name("u0"): U1 - 2}, size_like=frozenset([name("u0")]))
    env = environment_of(stands)
    assert env.known_of_sizes(ge(U0, 2)) is True
    assert env.known_of_sizes(ge(U0, 3)) is None
    assert env.known_of_sizes(ge(U1, 4)) is None, "only a condition that names the size is about it"
    env.fact(le(U1, 3))
    assert env.known_of_sizes(ge(U0, 2)) is False
    assert env.known_of_sizes(ge(U0, -5)) is None


@checks(ENV_21)
@pytest.mark.parametrize("part", ["pending", "ignorable"])
def test_a_symbol_that_only_waits_is_one_of_the_state(part: str) -> None:
    waiting = (name("u7"),)
    state = ShapeEnvState(pending=waiting) if part == "pending" else ShapeEnvState(ignorable=waiting)
    assert state.symbols() == waiting


@checks(BND_01)
def test_an_element_is_counted_as_python_counts() -> None:
    assert key_get([1, 2, 3], (SequenceKey(-1),)) == 3
    assert key_get((4, 5, 6), (SequenceKey(-3),)) == 4
    with pytest.raises(PathError):
        key_get([1, 2, 3], (SequenceKey(-4),))


@checks(BND_05)
@given(factor=st.integers(-4, 4).filter(bool))
def test_the_number_beside_a_symbol_is_its_divisor(factor: int) -> None:
    env = ShapeEnv()
    found = compute_unbacked_bindings(env, factor * env.create_unbacked_symint())
    assert found == {name("u0"): () if factor == 1 else (DivideByKey(factor),)}


@checks(BND_05)
@given(value=st.integers(-1, 2))
def test_only_the_boolean_of_one_binds_its_symbol(value: int) -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    found = compute_unbacked_bindings(env, SymBool(eq(U0, value), env), peek=True)
    assert found == ({name("u0"): (ConvertIntKey(),)} if value == 1 else {})


@checks(REB_09)
def test_the_opposite_of_a_boolean_is_not_its_number() -> None:
    env = ShapeEnv()
    for _ in range(2):
        env.create_unbacked_symint()
    env.fact(ge(U1, 0))
    env.fact(le(U1, 1))
    for value, term in ((ite(eq(U1, 1), 1, 0), U1), (ite(eq(U1, 1), 0, 1), None)):
        outcome = rebind(env, name("u0"), value)
        assert isinstance(outcome, Rebound)
        assert outcome.term is (value if term is None else term)


@checks(REB_05)
def test_the_error_names_every_condition_of_the_core() -> None:
    core = (ge(U0, 3), le(U0, 7))
    text = str(RebindingInconsistentError("u0", "[0]", 9, core, "the constraints exclude it"))
    assert text == "u0 cannot be 9, the value at [0]: the constraints exclude it (u0 >= 3 and u0 <= 7)"


@checks(ENV_13)
def test_a_delta_is_applied_to_both_tables_or_none() -> None:
    env = ShapeEnv()
    for _ in range(2):
        env.create_unbacked_symint()
    env.size_like[name("u0")] = None
    point = env.checkpoint()
    env.apply(Delta(((name("u1"), U0),), (), (name("u1"), name("u0")), (name("u1"),)))
    assert (list(env.size_like), env.unbacked_renamings) == ([name("u0"), name("u1")], {name("u1"): name("u0")})
    assert env.pending_fresh_unbacked_symbols == [name("u0")]
    env.roll_back(point)
    assert (list(env.size_like), env.unbacked_renamings) == ([name("u0")], {})
    assert env.pending_fresh_unbacked_symbols == [name("u0"), name("u1")]


@checks(NUM_09)
def test_a_size_without_a_hint_is_an_error_unless_none_will_do() -> None:
    env, _ = _backed(4)
    env.create_unbacked_symint()
    assert (env.size_hint(S0 + 1), env.size_hint(S0 + 1, allow_none=True)) == (5, 5)
    assert env.size_hint(U0 + S0, allow_none=True) is None
    with pytest.raises(GuardOnDataDependentSymNode):
        env.size_hint(U0 + S0)
    with pytest.raises(GuardOnDataDependentSymNode):
        env.size_hint(U0, allow_none=False)


@checks(NUM_15)
def test_only_numbers_are_symbolic_or_not() -> None:
    env, size = _backed(4)
    assert [is_symbolic(value) for value in (size, size + 0.5, SymBool(ge(S0, 3), env), 3, 0.5, True)] == (
        [True] * 3 + [False] * 3
    )
    for value in ("s0", None, [size]):
        with pytest.raises(AttributeError, match="has no attribute 'node'"):
            is_symbolic(value)


@checks(NUM_14)
def test_a_plain_integer_is_its_own_value() -> None:
    assert (guard_int(3), guard_int(-7), guard_int(0)) == (3, -7, 0)
    env, size = _backed(4)
    assert guard_int(size) == 4
    assert [guard.expr for guard in env.guards] == [eq(S0, 4)]
    for wrong in (True, 2.0):
        with pytest.raises(AssertionError, match="Expected int, got"):
            guard_int(wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # that is refused


@checks(NUM_09)
def test_a_guess_takes_every_symbol_to_be_the_fallback() -> None:
    """A boolean too, which is true then, and a float."""
    env, _ = _backed(4)
    env.create_unbacked_symint()
    env.fact(le(U0, 6))
    chosen = ite(env.symbols.opaque(), U0 + S0, 3)
    assert [env.guess(chosen, fallback) for fallback in (5, 9, 0)] == [9, 10, 3]
    assert env.guess(trunc_to_int(float_symbol("zuf7")), 5) == 5
