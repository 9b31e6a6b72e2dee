"""ENV, continued: what an environment makes and tells under the names of PyTorch's ``ShapeEnv``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    GuardOnDataDependentSymNode,
    RuntimeAssert,
    ShapeEnv,
    SymBool,
    SymFloat,
    SymInt,
    unwrap,
)
from refimpl.symbolic_shapes.inputs import conditions_hold
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of
from refimpl.terms import Cond, Sort, ValueRange, eq, float_lt, float_symbol, ge, le, lt, mod, ne, symbol, symbol_atom
from specs.clauses import Clause, checks
from specs.environment import ENV_03, ENV_07, ENV_11
from specs.histories import ENV_17
from tests.symbolic_shapes.operators import name

__all__ = ["ENV_30", "ENV_31"]

_SHAPE_ENV = "refimpl.symbolic_shapes.shape_env:ShapeEnv"
U0, U1, S0, S1 = (symbol(text) for text in ("u0", "u1", "s0", "s1"))
ZF = symbol_atom("zf0", Sort.FLOAT)

ENV_30 = Clause(
    "ENV-30",
    "A backed symbol takes the name, the range and the hint it is given, a size the first free name and at least 2;"
    " a term becomes a symbolic number of its sort, a plain number stays plain.",
    f"{_SHAPE_ENV}.create_symbol",
    "env-names-of-floats-are-taken-twice",
)


@checks(ENV_30, ENV_03, ENV_07)
def test_backed_symbols_are_what_they_are_made_of() -> None:
    env = ShapeEnv()
    for hint in (1, -3):
        with pytest.raises(ValueError, match=rf"the hint {hint} of s0 is not in \[2, None\]"):
            ShapeEnv().create_symbol(hint)
    fresh = ShapeEnv()
    made = [
        fresh.create_symbol(2, "x.size()[0]"),
        fresh.create_symbol(7, name="s5", min=None, max=9),
        fresh.create_symbol(0, name="i3", min=0),
        fresh.create_symbol(0.5, "y"),
        fresh.create_symbol(3, max=3),
    ]
    assert [(found.name, found.sort) for found in made] == [
        ("s0", Sort.INT), ("s5", Sort.INT), ("i3", Sort.INT), ("zf0", Sort.FLOAT), ("s1", Sort.INT),
    ]  # fmt: skip
    ranges = (ValueRange(2, None), ValueRange(None, 9), ValueRange(0, None), ValueRange(2, 3))
    integers = [found for found in made if found.sort is Sort.INT]
    assert fresh.var_to_range == dict(zip(integers, ranges, strict=True)), "floats have no range of integers"
    fresh.add_backed(name("s9"), None, 4, None, "z")
    assert fresh.backed_var_to_val == dict(zip(made, (2, 7, 0, 0.5, 3), strict=True)), "no hint is no value"
    assert [fresh.symbols.origins[found] for found in (made[0], made[3], made[4], name("s9"))] == [
        "x.size()[0]",
        "y",
        "",
        "z",
    ]
    assert fresh.log == []
    for low, high, hint in ((None, 4, 5), (5, None, 4), (3, 3, 2)):
        with pytest.raises(ValueError, match="is not in"):
            fresh.add_backed(name("s20"), hint, low, high)
    assert name("s20") not in fresh.symbols.origins
    fresh.add_backed(symbol_atom("zf1", Sort.FLOAT), 1.5, None, None)
    assert [fresh.create_symbol(value).name for value in (2.5, 4, 3.5, 5)] == ["zf2", "s2", "zf3", "s3"]
    for number, (low, high, fits) in enumerate(((None, 4, 4), (5, None, 5), (3, 3, 3), (3, 3, None))):
        env.add_backed(name(f"s{number}"), fits, low, high)
    env.add_unbacked(name("u3"), 1, 4, "w")
    env.add_unbacked(float_symbol("zuf3"), None, None)
    assert (env.bound(symbol("u3")), env.symbols.origins[name("u3")]) == (ValueRange(1, 4), "w")
    assert [str(env.create_unbacked_symint()), str(env.create_unbacked_symfloat())] == ["u4", "zuf4"]
    assert [found.name for found in env.pending_fresh_unbacked_symbols] == ["u4", "zuf4"]
    env.add_backed(name("u7"), 2, None, None)
    for text in ("u", "zuf", "p", "x99", "u9x", ""):
        env.symbols.reserve_name(text)
    assert str(env.create_unbacked_symint()) == "u8", "a backed name is not given again either"
    for origin in ("first", "second"):
        env.symbols.adopt(name("u20"), origin)
    assert env.symbols.origins[name("u20")] == "first"
    with env.ignore_fresh_unbacked_symbols():
        with env.ignore_fresh_unbacked_symbols():
            env.symbols.adopt(name("u30"), "ignored")
        assert str(env.create_unbacked_symint()) == "u31", "ignored until the outermost is left"
    assert [found.name for found in env.pending_fresh_unbacked_symbols] == ["u4", "zuf4", "u8", "u20"]
    assert env.symbols.is_fresh(name("u30"))
    with pytest.raises(GuardOnDataDependentSymNode, match="u20 was allocated by first"):
        env.evaluate(ge(symbol("u20"), 1))


@checks(ENV_30)
def test_terms_become_numbers_of_their_sort() -> None:
    env = ShapeEnv()
    symbolic = [
        (env.create_symintnode(S0), SymInt, S0),
        (env.create_symintnode(name("s0"), hint=5, source="x"), SymInt, S0),
        (env.create_symintnode(S0 * 2 + 1), SymInt, S0 * 2 + 1),
        (env.create_symfloatnode(ZF), SymFloat, ZF),
        (env.create_symboolnode(ge(S0, 3)), SymBool, ge(S0, 3)),
        (env.create_unbacked_symint(), SymInt, U0),
        (env.create_unbacked_symfloat(), SymFloat, float_symbol("zuf0")),
        (env.create_unbacked_symbool(), SymBool, eq(U1, 1)),
    ]
    for found, kind, raw in symbolic:
        assert (type(found), unwrap(found)) == (kind, raw)
        assert isinstance(found, (SymInt, SymFloat, SymBool))
        assert (found.node.shape_env, found.node.raw) == (env, raw)
    plain = [env.create_symintnode(4), env.create_symfloatnode(2.5), env.create_symboolnode(True)]
    assert [(type(found), found) for found in plain] == [(int, 4), (float, 2.5), (bool, True)]
    assert env.ignorable_fresh_unbacked_symbols == []
    env.symbols.ignorable[name("u1")] = None
    assert env.ignorable_fresh_unbacked_symbols == [name("u1")]


ENV_31 = Clause(
    "ENV-31",
    "An environment tells its guards, its runtime asserts and what it knows after replacement; a guard that follows"
    " from the ranges of its symbols is no news, and guards hold of inputs exactly if each is true of them.",
    f"{_SHAPE_ENV}.get_nontrivial_guards",
    "env-all-guards-are-news",
)


@checks(ENV_31)
@given(hint=st.integers(3, 9), bound=st.integers(3, 9))
def test_guards_are_told_and_evaluated(hint: int, bound: int) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), hint, 2, None)
    env.add_backed(name("s1"), 4, 2, None)
    taken: Cond = ge(S0, bound) if hint >= bound else lt(S0, bound)
    assert env.evaluate(ge(S0, bound)) is (hint >= bound)
    assert env.evaluate(ne(mod(S1, 4), 1))
    expected: list[Cond] = [taken, ne(mod(S1, 4), 1)]
    assert env.get_nontrivial_guards() == expected[1:], "the range of s0 says the other"
    assert env.format_guards() == "\n".join(f" - {guard}" for guard in expected)
    state = ShapeEnvState(guards=(ge(mod(S0, 4), 0), ge(S0, 3), eq(S1, 4), le(S1, S0)))
    restored = environment_of(state)
    assert restored.get_nontrivial_guards() == []
    assert restored.format_guards() == "\n".join(f" - {guard}" for guard in state.guards)
    numbers = [SymInt(S0, env), SymInt(S1, env)]
    for one in range(2, 10):
        for other in range(2, 7):
            holds = (one >= bound) == (hint >= bound) and other % 4 != 1
            assert env.evaluate_guards_for_args(numbers, [one, other]) is holds
            assert conditions_hold(expected, {name("s0"): one, name("s1"): other}) is holds
    assert conditions_hold([], {}) is True
    assert conditions_hold([True], {}) is True
    assert conditions_hold([False], {}) is False
    assert conditions_hold([ge(S0, 1)], {}) is False
    assert conditions_hold([eq(mod(S1, S0), 0)], {name("s0"): 0, name("s1"): 4}) is False, "undefined is not true"
    assert env.bind_symbols(numbers, [5, 6]) == {name("s0"): 5, name("s1"): 6}


@checks(ENV_31, ENV_17)
@given(value=st.integers(2, 6))
def test_what_is_known_is_told_after_replacement(value: int) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    env.constrain_symbol_range(name("u0"), 1, None)
    env.require(eq(U1, U0 + S0), "sum")
    assert env.replacements == {name("u1"): U0 + S0}
    assert env.simplify(U1 * 2) is 2 * U0 + 2 * S0
    assert [env.simplify(asked) for asked in (ge(U0, 1), lt(U1, 3), le(U0, 4), 7)] == [True, False, le(U0, 4), 7]
    assert env.bound(U1) == env.bound_sympy(U1) == ValueRange(3, None)
    assert env.bound(value) == ValueRange(value, value)
    assert (env.size_hint(S0 + value), env.size_hint(U1, allow_none=True), env.size_hint(value)) == (
        5 + value,
        None,
        value,
    )
    u0, u1 = name("u0"), name("u1")
    assert env.deferred_runtime_asserts == {
        u0: [RuntimeAssert(ge(U0, 1), "u0 is out of range")],
        None: [RuntimeAssert(eq(U1, U0 + S0), "sum")],
    }
    assert env.num_deferred_runtime_asserts == 2
    env.require(ge(S0, 3), "of backed symbols only")
    assert env.num_deferred_runtime_asserts == 2, "only what speaks of unbacked symbols is deferred"
    env.require(eq(U0, value), "value")
    assert env.replacements == {u0: value, u1: S0 + value}
    assert list(env.deferred_runtime_asserts) == [None]
    assert env.var_to_range == {
        name("s0"): ValueRange(3, None), u0: ValueRange(value, value), u1: ValueRange(3 + value, None),
    }  # fmt: skip
    assert env.hint(float_lt(ZF, 1.0)) is None
    assert (env.is_unbacked_symint(u0), env.is_unbacked_symint(name("s0"))) == (True, False)


@checks(ENV_31, ENV_11)
def test_asserts_stand_under_the_highest_number_and_guards_are_resolved() -> None:
    env = ShapeEnv()
    env.symbols.reserve_name("u8")
    env.add_backed(name("s0"), 5, 2, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    env.require(lt(symbol("u9"), symbol("u10")), "ordered")
    assert env.deferred_runtime_asserts == {name("u10"): [RuntimeAssert(lt(symbol("u9"), symbol("u10")), "ordered")]}
    env.require(eq(symbol("u9"), S0), "equal")
    assert env.evaluate(ge(symbol("u9"), 3))
    assert [guard.expr for guard in env.guards] == [ge(S0, 3)]
    assert env.evaluate(ne(mod(symbol("u9"), 3), 0))
    assert env.get_nontrivial_guards() == [ne(mod(S0, 3), 0)]
