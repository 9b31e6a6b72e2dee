"""The environment: symbols, knowledge, statements, scopes, roll-back."""

from __future__ import annotations

import pytest

from refimpl.symbolic_shapes import (
    Fact,
    Requirement,
    RuntimeAssert,
    ShapeEnv,
    Specialization,
    SymInt,
    check_consistent,
    constrain_range,
    constrain_unify,
    expect_true,
    free_symbols,
    free_unbacked_symbols,
    guard_or_false,
    guard_or_true,
    guarding_hint_or_throw,
    has_free_unbacked_symbols,
    has_guarding_hint,
    has_static_value,
    is_concrete_int,
    is_symbolic,
    optimization_hint,
    statically_known_false,
    statically_known_true,
)
from refimpl.symbolic_shapes.errors import GuardOnDataDependentSymNode
from refimpl.terms import IntTerm, Sort, Symbol, ValueRange, eq, ge, le, lt, mod, ne, of_atom, symbol, symbol_atom


def test_names_are_never_used_twice() -> None:
    env = ShapeEnv()
    env.symbols.reserve([symbol_atom("u3", Sort.INT), symbol_atom("zuf1", Sort.FLOAT)])
    assert [str(env.create_unbacked_symint()) for _ in range(2)] == ["u4", "u5"]
    assert str(env.create_unbacked_symfloat()) == "zuf2"
    assert str(env.create_unbacked_symbool()) == "Eq(u6, 1)"
    assert [env.create_symbol(5).name, env.create_symbol(6).name] == ["s0", "s1"]


def test_fresh_symbols_are_pending_unless_ignored() -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    with env.ignore_fresh_unbacked_symbols():
        v = env.create_unbacked_symint()
    assert [str(s) for s in env.pending_fresh_unbacked_symbols] == [str(u)]
    assert str(v) == "u1"
    assert env.ignorable_fresh_unbacked_symbols == []


def test_a_backed_size_starts_at_two_and_keeps_its_hint() -> None:
    env = ShapeEnv()
    s = env.create_symbol(5)
    assert env.var_to_range == {s: ValueRange(2, None)}
    assert env.backed_var_to_val == {s: 5}
    assert env.size_hint(of_atom(s) * 3) == 15
    assert env.size_hint(symbol("u0"), allow_none=True) is None
    with pytest.raises(ValueError, match="the hint 1 of s1 is not in"):
        env.create_symbol(1)


def test_a_boolean_is_an_integer_in_zero_one() -> None:
    env = ShapeEnv()
    env.create_unbacked_symbool()
    assert env.bound(symbol("u0")) == ValueRange(0, 1)


def test_requirements_are_logged_assumed_and_raised() -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    raw = symbol("u0")
    with env.at("check"):
        assert expect_true(u >= 3, "too small")
        assert expect_true(u >= 2, "weaker")
    assert statically_known_true(u > 2)
    assert statically_known_false(u < 3)
    assert expect_true(u < 3, "contradiction") is False
    assert env.log == [
        Requirement("check", ge(raw, 3), ge(raw, 3), "too small"),
        Requirement("check", ge(raw, 2), ge(raw, 2), "weaker"),
    ], "what is known already is logged too; what is plainly true is not"
    with pytest.raises(IndexError, match="out of bounds"):
        env.require(lt(raw, 3), "out of bounds", IndexError)
    assert env.violated == Requirement("", lt(raw, 3), lt(raw, 3), "out of bounds")


def test_a_fact_that_is_only_stated_decides_nothing() -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    env.state(le(symbol("u0"), 4))
    assert env.known(le(symbol("u0"), 4)) is None
    env.fact(le(symbol("u0"), 5))
    assert env.known(le(symbol("u0"), 5)) is True
    assert [event.condition for event in env.log if isinstance(event, Fact)] == [
        le(symbol("u0"), 4),
        le(symbol("u0"), 5),
    ]


def test_the_contract_is_known_and_logged_nowhere() -> None:
    env = ShapeEnv()
    s = of_atom(env.create_symbol(6))
    env.assume(eq(mod(s, 3), 0))
    assert env.known(eq(mod(s, 3), 0)) is True
    assert env.divisible == (eq(mod(s, 3), 0),)
    assert env.log == []


def test_an_equation_makes_its_newest_unbacked_symbol_replaceable() -> None:
    env = ShapeEnv()
    s = of_atom(env.create_symbol(6))
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    env.require(le(symbol("u1"), 9), "bound")
    env.require(eq(symbol("u1"), symbol("u0") + s), "equal")
    assert {k.name: str(v) for k, v in env.replacements.items()} == {"u1": "s0 + u0"}
    assert env.known(le(symbol("u0") + s, 9)) is True, "what was known of the symbol holds for its representative"
    assert str(env.replace(symbol("u1") * 2)) == "2*s0 + 2*u0"


def test_replacements_are_resolved_to_the_end_whatever_the_order() -> None:
    env = ShapeEnv()
    for _ in range(4):
        env.create_unbacked_symint()
    env.require(eq(symbol("u2"), symbol("u3")), "")
    env.require(eq(symbol("u1"), symbol("u2")), "")
    env.require(eq(symbol("u0"), symbol("u1")), "")
    env.require(eq(symbol("u0"), 7), "")
    assert {k.name: v for k, v in env.replacements.items()} == {"u0": 7, "u1": 7, "u2": 7, "u3": 7}


def test_runtime_asserts_stand_under_their_newest_symbol_after_replacement() -> None:
    env = ShapeEnv()
    for _ in range(3):
        env.create_unbacked_symint()
    u0, u1, u2 = (symbol_atom(f"u{i}", Sort.INT) for i in range(3))
    env.require(ge(of_atom(u1), 1), "one")
    env.require(lt(of_atom(u0), of_atom(u2)), "two")
    env.require(eq(of_atom(u2), of_atom(u1)), "three")
    filed = env.deferred_runtime_asserts
    assert filed == {
        u1: [RuntimeAssert(ge(of_atom(u1), 1), "one"), RuntimeAssert(lt(of_atom(u0), of_atom(u2)), "two")],
        None: [RuntimeAssert(eq(of_atom(u1), of_atom(u2)), "three")],
    }
    assert env.num_deferred_runtime_asserts == 3


def test_what_a_branch_learns_stays_in_it() -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    u = symbol("u0")
    predicate = ge(u, 5)
    with env.under(predicate):
        assert env.known(ge(u, 4)) is True
        env.require(eq(u, 6), "six")
        assert env.replace(u) == 6
        with env.under(le(u, 9)):
            env.fact(ne(u, 0))
    assert env.known(ge(u, 4)) is None
    assert env.replace(u) is u
    assert [event.under for event in env.log] == [(predicate,), (predicate, le(u, 9))]
    assert env.predicates == ()


def test_what_is_learned_outside_is_known_in_a_branch() -> None:
    env = ShapeEnv()
    env.create_unbacked_symint()
    u = symbol("u0")
    env.fact(ge(u, 3))
    with env.under(le(u, 9)):
        assert env.known(ge(u, 3)) is True
        assert env.bound(u) == ValueRange(3, 9)


def test_roll_back_leaves_nothing_but_the_name_counters() -> None:
    env = ShapeEnv()
    s = env.create_symintnode(env.create_symbol(5))
    env.create_unbacked_symint()
    env.fact(ge(symbol("u0"), 1))
    point = env.checkpoint()
    before = (list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.guards))
    env.create_unbacked_symint()
    env.require(eq(symbol("u0"), symbol("u1")), "equal")
    env.require(ge(symbol("u0"), 8), "eight")
    assert bool(s > 3)
    env.size_like[symbol_atom("u1", Sort.INT)] = None
    env.roll_back(point)
    after = (list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.guards))
    assert after == before
    assert env.size_like == {}
    assert env.known(ge(symbol("u0"), 1)) is True
    assert env.known(ge(symbol("u0"), 2)) is None
    assert str(env.create_unbacked_symint()) == "u2"


def test_roll_backs_nest_and_keep_what_equations_brought() -> None:
    env = ShapeEnv()
    for _ in range(4):
        env.create_unbacked_symint()
    u = [symbol(f"u{i}") for i in range(4)]
    env.require(le(u[3], 9), "nine")
    env.require(eq(u[3], u[2] + 1), "equal")
    outer, state = env.checkpoint(), (env.replacements, env.bound(u[2]), env.filed(name_of(u[2])))
    env.require(eq(u[2], u[1]), "equal")
    inner, inside = env.checkpoint(), (env.replacements, env.bound(u[1]))
    env.require(eq(u[1], 4), "four")
    env.roll_back(inner)
    assert (env.replacements, env.bound(u[1])) == inside
    env.require(ge(u[1], 2), "two")
    env.roll_back(outer)
    assert (env.replacements, env.bound(u[2]), env.filed(name_of(u[2]))) == state
    assert env.known(le(u[2], 8)) is True


def test_a_contradiction_is_remembered_until_it_is_rolled_back() -> None:
    env = ShapeEnv()
    u = symbol("u0")
    env.fact(eq(u, 3))
    point = env.checkpoint()
    env.fact(eq(u, 4))
    assert env.knowledge.contradiction == eq(u, 4)
    with env.under(ge(symbol("u1"), 2)):
        assert env.knowledge.contradiction == eq(u, 4)
    env.roll_back(point)
    assert env.knowledge.contradiction is None
    assert env.known(eq(u, 3)) is True


def name_of(term: IntTerm) -> Symbol:
    """The symbol that the term is."""
    found = term.symbol
    assert found is not None
    return found


def test_a_decision_on_an_opaque_boolean_depends_on_data() -> None:
    env = ShapeEnv()
    with pytest.raises(GuardOnDataDependentSymNode):
        env.evaluate(env.symbols.opaque())


def test_guards_from_hints_are_specializations_too() -> None:
    env = ShapeEnv()
    s = env.create_symintnode(env.create_symbol(5))
    with env.at("conv"):
        assert bool(s < 16)
    assert env.log == [Specialization("conv", lt(symbol("s0"), 16), "s0=5")]
    env.freeze()
    assert bool(s < 12)
    assert len(env.guards) == 1


def test_guard_or_falls_back_only_without_hints() -> None:
    env = ShapeEnv()
    s, u = env.create_symintnode(env.create_symbol(5)), env.create_unbacked_symint()
    assert guard_or_false(u > 2) is False
    assert guard_or_true(u > 2) is True
    assert guard_or_false(s > 4) is True
    assert len(env.guards) == 1
    strict = ShapeEnv(guard_from_hints=False)
    t = strict.create_symintnode(strict.create_symbol(5))
    assert guard_or_false(t > 4) is False
    assert guard_or_true(t > 9) is True
    assert strict.guards == []


def test_constraining_ranges() -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    constrain_range(u, min=2, max=8)
    assert env.bound(symbol("u0")) == ValueRange(2, 8)
    constrain_range(3, min=2, max=8)
    with pytest.raises(ValueError, match="Invalid value 1 for range"):
        constrain_range(1, min=2)
    with pytest.raises(ValueError, match="can't be less than"):
        constrain_range(u, min=5, max=3)
    constrain_unify(u, 4)
    assert is_concrete_int(u)
    with pytest.raises(AssertionError):
        constrain_unify(3, 4)
    assert has_static_value(u)
    assert int(u) == 4


def test_what_is_known_to_be_out_of_a_range_changes_nothing() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    constrain_range(u, min=2, max=8)
    asserts = env.deferred_runtime_asserts
    for low, high in ((9, None), (None, 1), (0, 1)):
        with pytest.raises(RuntimeError, match="Invalid value u0 for range"):
            constrain_range(u, min=low, max=high)
    with pytest.raises(AssertionError, match="Expected u0 == 9"):
        constrain_unify(u, 9)
    assert env.bound(symbol("u0")) == ValueRange(2, 8)
    assert env.deferred_runtime_asserts == asserts
    assert not has_static_value(v)


def test_hints() -> None:
    env = ShapeEnv()
    s, u = env.create_symintnode(env.create_symbol(5)), env.create_unbacked_symint()
    assert has_guarding_hint(s)
    assert guarding_hint_or_throw(s) == 5
    assert not has_guarding_hint(u)
    assert optimization_hint(u, 7) == 7
    assert optimization_hint(u) == 8192
    quotient = u // (u - 7)
    assert isinstance(quotient, SymInt)
    assert optimization_hint(quotient, 7) == 7
    with pytest.raises(GuardOnDataDependentSymNode):
        guarding_hint_or_throw(u)
    assert env.guards == []


def test_free_symbols_read_through_replacements_in_order() -> None:
    env = ShapeEnv()
    s, u = env.create_symintnode(env.create_symbol(5)), env.create_unbacked_symint()
    assert isinstance(s, SymInt)
    assert [x.name for x in free_symbols([u + s, (3, s)])] == ["s0", "u0"]
    assert [x.name for x in free_unbacked_symbols((s, u))] == ["u0"]
    constrain_unify(u, s)
    assert not has_free_unbacked_symbols(u)
    assert is_symbolic(u)
    assert not is_symbolic(3)
    assert [x.name for x in free_symbols({"a": u + s, "b": ["text", None]})] == ["s0"]
    with pytest.raises(AssertionError, match="cannot find the symbols of a bytes"):
        free_symbols(b"u0")


def test_check_consistent_requires_equal_sizes() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    check_consistent(u, v)
    assert statically_known_true(u == v)
    with pytest.raises(RuntimeError, match="old != new"):
        check_consistent(4, 5)
    with pytest.raises(AssertionError):
        check_consistent(4, "5")
