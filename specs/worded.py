"""ENV, BND and others, continued: in whose words something is said, and what a second scope, copy or hop changes."""

from __future__ import annotations

import pytest

from refimpl.symbolic_shapes import (
    Binding,
    Definition,
    Delta,
    Fact,
    GuardOnDataDependentSymNode,
    Requirement,
    RuntimeAssert,
    SequenceKey,
    ShapeEnv,
    SymInt,
    check_consistent,
    compute_unbacked_bindings,
    constrain_unify,
    free_symbols,
    guarding_hint_or_throw,
    wrap,
)
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.constraints import Constraints
from refimpl.symbolic_shapes.environment import ShapeGuard
from refimpl.symbolic_shapes.key_path import CallMethodKey, KeyPath, key_get
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.symbolic_shapes.quotients import quotient
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.symbolic_shapes.rebinding import Inconsistent, Rebound, rebind
from refimpl.terms import Cond, Symbol, eq, ge, le, mod, symbol
from specs.bindings import BND_02, BND_04
from specs.clauses import checks
from specs.conversions import NUM_15
from specs.environment import ENV_06, ENV_08, ENV_09, ENV_11
from specs.evidence import ENV_32
from specs.histories import ENV_14, ENV_19
from specs.propagation import PRO_02, PRO_06
from specs.questions import NUM_10, NUM_11
from specs.quotients import REB_14, REB_15
from specs.rebinding import REB_02
from specs.scopes import ENV_27, ENV_28, ENV_29
from specs.values import REB_04, REB_05, REB_10
from tests.symbolic_shapes.operators import name

__all__: list[str] = []

U0, U1, U7, U8, S0, S1, S2 = (symbol(text) for text in ("u0", "u1", "u7", "u8", "s0", "s1", "s2"))


def _allocating(hint: int | None = 5) -> ShapeEnv:
    """An environment with one size and the fresh symbols ``u7`` and ``u8``."""
    env = ShapeEnv()
    env.symbols.reserve_name("u6")
    env.add_backed(name("s0"), hint, 2, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    return env


@checks(ENV_32)
def test_what_stands_for_a_size_of_the_callers_is_evident_as_the_size() -> None:
    env = ShapeEnv(guard_from_hints=False)
    for each in (S0, S1, S2):
        assert each.symbol is not None
        env.add_backed(each.symbol, None, 2, None)
    for said in (le(S0, S1), le(S1, S2)):
        env.assume(said)
    env.fact(eq(U0, S0))
    assert env.evident(le(U0, S2)) is env.evident(le(S0, S2)) is True


@checks(ENV_06)
@pytest.mark.parametrize("enforced", [None, True, False, ge(U0, 9)], ids=str)
@pytest.mark.parametrize("asked", [ge(U0, 0), ge(U0, 4), le(U0, 1), le(U0, 2)], ids=str)
def test_a_requirement_is_logged_as_it_was_said_and_refused_for_itself(asked: Cond, enforced: Cond | None) -> None:
    env = ShapeEnv()
    env.fact(ge(U0, 2))
    point, before = env.checkpoint(), len(env.log)
    with env.at("node"), env.under(ge(S0, 3)):
        if asked is le(U0, 1):
            with pytest.raises(RuntimeError, match="refused"):
                env.require(asked, "refused", enforced=enforced)
        else:
            env.require(asked, "refused", enforced=enforced)
            assert env.known(asked) is True
    said = Requirement("node", asked, asked if enforced is None else enforced, "refused", (ge(S0, 3),))
    assert env.log[before:] == [said]
    env.roll_back(point)
    assert env.violated == (said if asked is le(U0, 1) else None), "it outlives its node"


@checks(ENV_09)
def test_the_error_of_a_decision_tells_what_stands_for_the_symbols() -> None:
    env = _allocating()
    env.fact(eq(U8, U7 + S0))
    with pytest.raises(GuardOnDataDependentSymNode) as caught:
        guarding_hint_or_throw(SymInt(U8, env))
    assert caught.value.cond is U7 + S0
    assert caught.value.hinted is U7 + 5


@checks(ENV_08)
@pytest.mark.parametrize("more", [0, 1])
def test_a_number_is_guarded_in_the_words_of_the_callers(more: int) -> None:
    env = _allocating()
    env.fact(eq(U7, S0))
    assert env.evaluate_int(U7 + more) == 5 + more
    assert env.guards == [ShapeGuard(eq(S0, 5))]


@checks(ENV_27, ENV_19)
@pytest.mark.parametrize("depth", range(1, 4))
def test_a_contradiction_is_one_in_every_scope_within(depth: int) -> None:
    scope = Knowledge()
    for value in (1, 2):
        scope.assume(eq(U0, value))
    for _ in range(depth):
        scope = scope.fork()
        scope.assume(ge(S0, 2))
    assert scope.contradiction == eq(U0, 2)
    assert scope.snapshot() is None


@checks(ENV_27, ENV_14)
@pytest.mark.parametrize("depth", range(1, 4))
def test_what_was_said_outside_moves_along_in_every_scope_within(depth: int) -> None:
    scope = Knowledge()
    scope.assume(ge(U0, 3))
    for bound in range(depth):
        scope = scope.fork()
        scope.assume(le(U0, 40 - bound))
    scope.assume(eq(U0, S0))
    assert set(scope.filed(name("s0"))) == {eq(U0, S0), ge(S0, 3), *[le(S0, 40 - bound) for bound in range(depth)]}


@checks(ENV_28)
@pytest.mark.parametrize("first", [True, False])
def test_who_settles_a_symbol_settles_it_alone(first: bool) -> None:
    sides = [ShapeEnv()]
    sides[0].create_unbacked_symint()
    sides.append(ShapeEnv(like=sides[0]))
    settles, other = sides if first else reversed(sides)
    points = (settles.checkpoint(), other.checkpoint())
    settles.symbols.settle(name("u0"))
    other.roll_back(points[1])
    assert (settles.pending_fresh_unbacked_symbols, other.pending_fresh_unbacked_symbols) == ([], [name("u0")])
    settles.roll_back(points[0])
    assert settles.pending_fresh_unbacked_symbols == [name("u0")]


@checks(REB_02)
def test_a_symbol_of_constraints_is_written_under_the_name_it_was_given() -> None:
    before = Constraints(renamings={name("u0"): name("u9")})
    after = before.apply(Delta(renamed=(name("u7"), name("u0"))))
    assert after.renamings == {name("u0"): name("u9"), name("u7"): name("u0")}
    assert before.renamings == {name("u0"): name("u9")}


@checks(PRO_02, ENV_29)
def test_records_are_written_under_the_name_at_the_end_also_of_one_that_is_bound_again() -> None:
    env = _allocating()
    env.unbacked_renamings[name("u1")] = name("u0")
    env.fact(eq(U1, U0))
    since = len(env.log)
    env.fact(ge(U7, 1))
    env.fact(ge(U8, 2))
    bindings: dict[Symbol, KeyPath] = {name("u0"): (SequenceKey(0),), name("u1"): (SequenceKey(1),)}
    rebind_node(env, bindings, (U7, U8), since)
    assert env.log[since : since + 2] == [Fact("", ge(U0, 1)), Fact("", ge(U0, 2))]


@checks(REB_10, PRO_06)
def test_a_symbol_that_is_itself_is_defined_by_nothing() -> None:
    env = _allocating()
    rebind_node(env, {name("u0"): ()}, U0, 0)
    assert env.log == [Binding("", name("u0"), (), None, U0)]


@checks(PRO_06, PRO_02)
def test_a_definition_is_in_the_words_of_an_earlier_node() -> None:
    env = _allocating()
    with env.at("first"):
        rebind_node(env, {name("u0"): ()}, U7, 0)
    since = len(env.log)
    with env.at("second"):
        rebind_node(env, {name("u1"): ()}, U7 * 2, since)
    assert env.log[since:] == [
        Binding("second", name("u1"), (), None, U0 * 2),
        Definition("second", name("u1"), (), U0 * 2),
    ]


@checks(BND_04)
def test_a_pending_symbol_is_found_in_the_words_of_the_value() -> None:
    env = _allocating()
    env.fact(eq(U8, U7))
    value = tuple(wrap(each, env) for each in (U8, U7))
    found = compute_unbacked_bindings(env, value)
    assert found == {name("u8"): (SequenceKey(0),), name("u7"): (SequenceKey(1),)}


@checks(REB_14)
@pytest.mark.parametrize("is_known", [True, False])
def test_what_a_divisor_asks_for_is_told_also_where_it_is_known(is_known: bool) -> None:
    env = _allocating()
    if is_known:
        env.fact(eq(mod(U7, 2), 0))
    outcome = rebind(env, name("u0"), U7, (2,))
    assert isinstance(outcome, Rebound)
    assert outcome.side == (eq(mod(U7, 2), 0),)


@checks(REB_04, REB_05)
@pytest.mark.parametrize("is_number", [True, False])
def test_the_reason_tells_what_the_symbol_would_be_or_what_is_required_of_it(is_number: bool) -> None:
    env = _allocating()
    env.fact(ge(U7, 5))
    env.fact(eq(U0, 3) if is_number else le(U0, 3))
    outcome = rebind(env, name("u0"), U7)
    assert isinstance(outcome, Inconsistent)
    assert outcome.reason == ("u7 would be 3" if is_number else "it requires u0 >= 5")
    assert outcome.core == ((ge(U7, 5),) if is_number else (le(U0, 3), ge(U0, 5)))


@checks(REB_15)
@pytest.mark.parametrize("divisor", [2, 1, 0, -1])
def test_a_divisor_is_what_stands_for_it_and_what_it_must_be_is_told_in_its_words(divisor: int) -> None:
    env = _allocating()
    env.fact(eq(U1, divisor))
    outcome = rebind(env, name("u0"), U7, (U1,))
    if divisor > 0:
        assert isinstance(outcome, Rebound)
        assert outcome.delta.replaced == ((name("u7"), U0 * divisor),)
    else:
        assert isinstance(outcome, Inconsistent)
        assert (outcome.reason, outcome.inexact) == ("it requires u1 >= 1", True)


@checks(NUM_10)
def test_a_guess_is_made_of_what_stands_for_the_number() -> None:
    env = _allocating()
    env.fact(eq(U8, S0 + 1))
    assert [env.guess(term, 100) for term in (U8, U8 + 1, U7, U7 + U8)] == [6, 7, 100, 106]


@checks(ENV_19)
def test_to_go_back_again_is_to_be_where_one_was() -> None:
    known = Knowledge()
    for said in (ge(U1, 2), eq(U1, U0), le(U1, 9)):
        known.assume(said)
    mark = known.mark()
    for _ in range(3):
        known.assume(ge(S0, 4))
        known.roll_back(mark)
        assert known.mark() == mark


@checks(REB_14, REB_15)
@pytest.mark.parametrize("factor", [2**53 + 1, -(2**60) - 1])
def test_factors_are_divided_exactly(factor: int) -> None:
    assert quotient(U0 * S0 * (3 * factor), S0 * 3) == (U0 * factor, [ge(S0, 1)])


class _Broken:
    """A value whose method fails for a reason of its own."""

    def size(self) -> object:
        """Raises RuntimeError."""
        raise RuntimeError("no storage")


@checks(BND_02)
def test_an_error_of_the_value_itself_is_no_missing_path() -> None:
    path: KeyPath = (CallMethodKey("size"), SequenceKey(0))
    for read in (key_get, read_scalar):
        with pytest.raises(RuntimeError, match="no storage"):
            read(_Broken(), path)


@checks(NUM_15)
def test_the_symbols_of_a_number_come_by_name() -> None:
    env = ShapeEnv()
    total = wrap(symbol("u2") + symbol("u10") + S0, env)
    assert [each.name for each in free_symbols((total, wrap(U0, env)))] == ["s0", "u10", "u2", "u0"]


@checks(ENV_11)
@pytest.mark.parametrize("enforced", [None, True])
def test_an_assert_of_a_branch_is_deferred_whatever_the_kernel_enforces(enforced: Cond | None) -> None:
    env = _allocating()
    with env.under(ge(S0, 3)):
        env.require(ge(U7, 1), "positive", enforced=enforced)
    assert env.deferred_runtime_asserts == {name("u7"): [RuntimeAssert(ge(U7, 1), "positive")]}
    assert env.num_deferred_runtime_asserts == 1


class _Sized:
    """A value that has sizes."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = sizes

    def size(self) -> tuple[int, ...]:
        """The sizes."""
        return self.sizes

    def storage_offset(self) -> int:
        """Where it starts."""
        return 0


@checks(NUM_11)
def test_what_disagrees_is_told_old_before_new_and_left_before_right() -> None:
    for new, old, text in (
        (_Sized(2, 3), _Sized(2), "(2,) != (2, 3) (old != new)"),
        (_Sized(), _Sized(4), "(4,) != () (old != new)"),
    ):
        with pytest.raises(RuntimeError) as caught:
            check_consistent(new, old)
        assert str(caught.value) == text
    env = _allocating()
    env.fact(eq(U7, 3))
    with pytest.raises(AssertionError, match="Expected 3 == 4"):
        constrain_unify(SymInt(U7, env), 4)
    with pytest.raises(AssertionError, match="Expected 4 == 3"):
        constrain_unify(4, SymInt(U7, env))
