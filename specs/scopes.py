"""ENV, continued: nested scopes and copies of what is known, and a step applied to an environment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.symbolic_shapes import EXACT, TORCH_2_13, Binding, Delta, Fact, Profile, ShapeEnv
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.environment import Environment
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import Cond, Scalar, ValueRange, conjuncts, eq, float_symbol, ge, land, le, lor, mod, symbol
from specs.clauses import Clause, checks
from specs.environment import ENV_02
from specs.histories import ENV_12, ENV_13, ENV_14, ENV_15, ENV_16, ENV_19, ENV_20
from specs.propagation import PRO_04
from specs.rebinding import REB_03
from specs.states import ENV_24
from tests.symbolic_shapes.operators import name

__all__ = ["ENV_27", "ENV_28", "ENV_29"]

_KNOWLEDGE = "refimpl.symbolic_shapes.knowledge:Knowledge"
_ENVIRONMENT = "refimpl.symbolic_shapes.environment:Environment"
U0, U1, U2, U3, S0 = (symbol(text) for text in ("u0", "u1", "u2", "u3", "s0"))

ENV_27 = Clause(
    "ENV-27",
    "A scope sees what the scopes around it know, in the order in which it was learned, and adds its own: filed"
    " conditions, replacements to the end, divisibility, contradictions; nothing of it is seen outside.",
    f"{_KNOWLEDGE}.filed",
    "env-branches-see-their-own-conditions-only",
)


@checks(ENV_27, ENV_12, ENV_16, ENV_19)
@given(depth=st.integers(1, 3), value=st.integers(2, 5))
def test_scopes_see_outwards_only(depth: int, value: int) -> None:
    outer, even, odd = Knowledge(), eq(mod(S0, 2), 0), eq(mod(S0 + U2, 3), 0)
    said: list[Cond] = [ge(U0, 0), le(U0, 9), eq(U1, U0 + S0), le(U1, 40), even]
    for condition in said:
        outer.assume(condition)
    state = (outer.snapshot(), outer.replacements(), outer.divisible(), outer.filed(name("u0")), outer.mark())
    assert outer.filed(name("u0")) == (ge(U0, 0), le(U0, 9), eq(U1, U0 + S0), le(U0 + S0, 40))
    scope = outer
    for _ in range(depth):
        scope = scope.fork()
    for condition in (ge(U0, 1), odd):
        scope.assume(condition)
    assert scope.filed(name("u0")) == (*outer.filed(name("u0")), ge(U0, 1))
    assert scope.fork().filed(name("u0")) == scope.filed(name("u0"))
    assert scope.fork().filed(name("u9")) == outer.filed(name("u9")) == ()
    assert set(scope.divisible()) == {even, odd}
    assert scope.range_of(name("u0")) == ValueRange(1, 9)
    scope.assume(eq(U0, value))
    inner = scope.fork()
    for known in (scope, inner):
        assert known.resolve(U1) is S0 + value, "through a replacement of the scope outside to the end"
        assert (known.resolve_symbol(name("u0")), known.resolve_symbol(name("u1"))) == (value, S0 + value)
        assert known.resolve_symbol(name("s0")) is None
        assert known.replacements() == {name("u0"): value, name("u1"): S0 + value}
        assert known.resolve_cond(ge(U1, U0)) is ge(S0, 0)
        assert known.known(le(S0 + value, 40)) is True
        snapshot = known.snapshot()
        assert snapshot is not None
        assert set(snapshot.conditions) == {le(S0, 40 - value), even, odd}
        assert dict(snapshot.replacements) == known.replacements()
    inner.assume(ge(U0, value + 1))
    assert inner.contradiction == ge(U0, value + 1)
    inner.assume(le(U0, value - 1))
    assert inner.contradiction == ge(U0, value + 1), "the first that was met"
    assert (inner.fork().contradiction, inner.snapshot(), inner.fork().snapshot()) == (inner.contradiction, None, None)
    assert (scope.contradiction, outer.contradiction) == (None, None)
    assert state == (outer.snapshot(), outer.replacements(), outer.divisible(), outer.filed(name("u0")), outer.mark())


@checks(ENV_27, ENV_15)
@given(low=st.integers(0, 4), own=st.integers(5, 9))
def test_a_step_in_a_branch_moves_what_is_known_outside(low: int, own: int) -> None:
    env = ShapeEnv()
    env.symbols.reserve_name("u6")
    fresh, moved = env.create_unbacked_symint(), symbol("u7")
    env.fact(ge(moved, low))
    with env.at("node"), env.under(ge(S0, 2)):
        env.fact(le(moved, own))
        rebind_node(env, {name("u0"): ()}, fresh, 1)
        assert env.bound(U0) == ValueRange(low, own)
        assert (env.replacements, env.replace(moved)) == ({name("u7"): U0}, U0)
    assert (env.bound(U0), env.bound(moved)) == (ValueRange(), ValueRange(low, None))
    assert (env.replacements, env.replace(moved)) == ({}, moved)
    assert env.log == [
        Fact("", ge(moved, low)),
        Fact("node", le(U0, own), (ge(S0, 2),)),
        Binding("node", name("u0"), (), name("u7"), U0, (), (ge(S0, 2),)),
    ]


ENV_28 = Clause(
    "ENV-28",
    "An environment made like another starts with its symbols and what it knows, and both learn apart; a log,"
    " guards and what is pending in a run are its own.",
    f"{_KNOWLEDGE}.copy",
    "env-copies-have-no-contradiction",
)


@checks(ENV_28, ENV_13, ENV_24)
@given(first=st.booleans(), contradictory=st.booleans())
def test_environments_like_another_learn_apart(first: bool, contradictory: bool) -> None:
    original = ShapeEnv(guard_from_hints=False)
    original.add_backed(name("s0"), 5, 2, 9)
    for condition in (eq(U1, S0 + 1), ge(U0, 3), *([eq(U1, S0 + 3)] if contradictory else [])):
        original.assume(condition)
    assert (original.knowledge.contradiction is not None) == contradictory
    env = ShapeEnv(like=original)
    again = ShapeEnv(like=env)
    assert (env.guard_from_hints, env.node, env.log, env.guards, env.size_like) == (True, "", [], [], {})
    assert (Environment().guard_from_hints, Environment().profile, env.profile) == (True, EXACT, EXACT)
    for copy in (env, again):
        assert copy.knowledge.snapshot() == original.knowledge.snapshot()
        assert copy.knowledge.contradiction == original.knowledge.contradiction
        assert copy.symbols.hints == original.symbols.hints
        assert copy.symbols.origins == original.symbols.origins
        assert copy.filed(name("s0")) == original.filed(name("s0"))
    learns, other = (env, original) if first else (original, env)
    kept = (
        other.replacements,
        other.filed(name("u0")),
        other.bound(U0),
        other.var_to_range,
        other.size_hint(S0, allow_none=True),
    )
    point = learns.checkpoint()
    assert str(learns.create_unbacked_symint()) == "u0"
    learns.add_backed(name("s1"), 7, 2, 9)
    assert learns.create_symbol(4).name == "s2"
    learns.fact(le(U0, 6))
    learns.fact(eq(U2, U0))
    assert learns.pending_fresh_unbacked_symbols == [name("u0")]
    assert learns.bound(U0) == ValueRange(3, 6), "asked first: what follows is found out when it is asked for"
    assert kept == (
        other.replacements,
        other.filed(name("u0")),
        other.bound(U0),
        other.var_to_range,
        other.size_hint(S0, allow_none=True),
    )
    assert (other.pending_fresh_unbacked_symbols, other.size_hint(symbol("s1"), allow_none=True)) == ([], None)
    assert str(other.create_unbacked_symint()) == "u0"
    assert other.create_symbol(4).name == "s1"
    learns.roll_back(point)
    assert (learns.filed(name("u0")), learns.replacements) == (conjuncts(ge(U0, 3)), {name("u1"): S0 + 1})


ENV_29 = Clause(
    "ENV-29",
    "Applying a step gives the fresh symbol its old name, its origin and size-likeness, and nobody waits for it any"
    " more; terms are then written in old names, and what was said is filed under what stands for its symbols.",
    f"{_ENVIRONMENT}.apply",
    "env-names-of-names-are-kept",
)


@checks(ENV_29, ENV_20, PRO_04)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_step_is_applied_to_names_and_pending_symbols(is_known: bool) -> None:
    env = ShapeEnv()
    env.symbols.reserve_name("u6")
    if is_known:
        env.add_unbacked(name("u0"), None, None, "an input")
    with env.at("nonzero"):
        fresh, other = env.create_unbacked_symint(), env.create_unbacked_symint()
        env.size_like[name("u7")] = None
        delta = Delta(((name("u7"), U0),), conjuncts(land(ge(U0, 1))), (name("u7"), name("u0")), (name("u0"),))
        point = env.checkpoint()
        env.apply(delta)
    assert (str(fresh), str(other)) == ("u0", "u8")
    assert env.pending_fresh_unbacked_symbols == [name("u8")]
    assert env.unbacked_renamings == {name("u7"): name("u0")}
    assert env.symbols.origins[name("u0")] == ("an input" if is_known else "nonzero")
    assert [text for text in ("u0", "u7", "u8") if env.is_size_like(name(text))] == ["u0", "u7"]
    assert env.bound(U0) == ValueRange(1, None)
    assert env.named == {name("u0"): "nonzero"}
    u7, u8, real = symbol("u7"), symbol("u8"), float_symbol("zuf0")
    written: list[tuple[Scalar, Scalar]] = [
        (u7, U0), (u7 * 2 + u8, U0 * 2 + u8), (u8, u8), (U0, U0), (3, 3), (2.5, 2.5), (real, real),
        (ge(u7, u8), ge(U0, u8)),
    ]  # fmt: skip
    assert [env.in_old_names(term) for term, _ in written] == [expected for _, expected in written]
    opaque = env.symbols.opaque()
    assert env.in_old_names(land(opaque, ge(u7, 1))) is land(opaque, ge(U0, 1))
    with env.at("other"):
        assert not env.may_rename(name("u8"), name("u0")), "the name belongs to the node that took it"
    with env.at("nonzero"):
        assert env.may_rename(name("u8"), name("u0"))
        assert not env.may_rename(name("u7"), name("u0")), "it has a name"
        assert not env.may_rename(name("u8"), name("u8"))
        assert not env.may_rename(name("u0"), name("u5")), "only what the run allocated"
    env.roll_back(point)
    assert (env.named, env.unbacked_renamings, env.replacements) == ({}, {}, {})
    assert env.pending_fresh_unbacked_symbols == [name("u7"), name("u8")]
    assert list(env.size_like) == [name("u7")]
    assert (name("u0") in env.symbols.origins) == is_known
    with env.at("other"):
        assert env.may_rename(name("u8"), name("u0")), "the name is free again"


@checks(ENV_29, ENV_14, REB_03, ENV_15)
@given(low=st.integers(1, 5), equation_first=st.booleans())
def test_what_a_step_adds_is_filed_under_what_stands_for_its_symbols(low: int, equation_first: bool) -> None:
    known = Knowledge()
    said = [*conjuncts(eq(U1, U0 + 1)), *conjuncts(ge(U1, low + 1))]
    known.apply(Delta((), tuple(said if equation_first else reversed(said))))
    assert known.replacements() == {name("u1"): U0 + 1}
    assert ge(U0, low) in known.filed(name("u0"))
    assert known.range_of(name("u0")) == ValueRange(low, None)
    known.apply(Delta(((name("u0"), S0),), conjuncts(ge(S0, low))))
    assert known.replacements() == {name("u0"): S0, name("u1"): S0 + 1}
    assert known.range_of(name("s0")) == ValueRange(low, None)
    snapshot = known.snapshot()
    assert snapshot is not None
    assert snapshot.conditions == (ge(S0, low),)
    known.apply(Delta(((name("s0"), low - 1),)))
    assert known.snapshot() is None, "a condition that is false of what replaces its symbol is a contradiction"


@checks(ENV_29)
@pytest.mark.parametrize("profile", [EXACT, TORCH_2_13], ids=lambda profile: profile.name)
def test_a_symbol_goes_under_the_name_at_the_end_of_its_renamings(profile: Profile) -> None:
    env = ShapeEnv(profile=profile)
    u1, u2, u3, u4 = (name(f"u{index}") for index in range(1, 5))
    env.unbacked_renamings.update({u1: u2, u2: u3, u3: u4})
    ends = {"exact": [u4, u4, u4, u4], "torch-2.13": [u2, u3, u4, u4]}[profile.name]
    assert [env.name_of(each) for each in (u1, u2, u3, u4)] == ends
    env.apply(Delta(renamed=(name("u9"), u1)))
    assert env.unbacked_renamings[name("u9")] is ends[0]
    assert env.named == {u1: ""}


@checks(ENV_28, ENV_02, ENV_13, ENV_24)
def test_copies_keep_what_is_fresh_and_the_order_in_which_it_waits() -> None:
    original = ShapeEnv()
    for _ in range(9):
        original.create_unbacked_symint()
    order = [name(f"u{index}") for index in range(9)]
    copy = ShapeEnv(like=original)
    assert copy.pending_fresh_unbacked_symbols == order
    assert [copy.is_fresh(each) for each in (*order, name("u9"))] == [True] * 9 + [False]
    assert (copy.symbols.fresh_count, copy.symbols.since(7)) == (9, (name("u8"), name("u7")))
    point = copy.checkpoint()
    for index in (4, 1, 7, 0):
        copy.symbols.settle(order[index])
    assert copy.pending_fresh_unbacked_symbols == [order[index] for index in (2, 3, 5, 6, 8)]
    copy.roll_back(point)
    assert copy.pending_fresh_unbacked_symbols == order, "in the order of allocation again"
    assert original.pending_fresh_unbacked_symbols == order


@checks(ENV_29)
def test_all_parts_of_what_a_replacement_leaves_are_known() -> None:
    known = Knowledge()
    known.assume(lor(land(ge(U0, 1), le(U0, 5)), ge(U1, 3)))
    known.apply(Delta(((name("u1"), 0),)))
    snapshot = known.snapshot()
    assert snapshot is not None
    assert set(snapshot.conditions) == {ge(U0, 1), le(U0, 5)}
