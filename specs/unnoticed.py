"""ENV and others, continued: what only a chain, a power, a residue or a large number shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import pytest

from refimpl.solver import Obligation, Proved, Refuted, make_solver
from refimpl.symbolic_shapes import Delta, KeyPath, SequenceKey, ShapeEnv, unwrap
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.symbolic_shapes.events import Requirement
from refimpl.symbolic_shapes.propagate import rewrite
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of
from refimpl.terms import (
    Bounds,
    ValueRange,
    eq,
    float_eq,
    float_ge,
    float_gt,
    float_lt,
    float_symbol,
    floor_div,
    ge,
    int_max,
    int_min,
    ite,
    le,
    lnot,
    mod,
    ne,
    substitute_cond,
    symbol,
    to_text,
)
from specs.clauses import checks
from specs.conversions import NUM_14
from specs.divisions import TRM_22
from specs.environment import ENV_08
from specs.forms import FRM_04
from specs.histories import ENV_18
from specs.propagation import PRO_01
from specs.reasoning import KNO_02
from specs.records import PRO_13
from specs.scopes import ENV_29
from specs.solvers import SOL_01
from specs.states import ENV_21
from specs.terms import TRM_09
from tests.laws.observed import S0, U0, U7
from tests.laws.seen import P, atom

__all__: list[str] = []

S, U, V, W = (symbol(text) for text in ("s0", "u0", "u1", "u7"))
Z = float_symbol("zuf0")
AT: KeyPath = (SequenceKey(0),)
SOLVER = make_solver()


@checks(TRM_09)
@pytest.mark.parametrize("number", [3, -3, 2**53 + 1])
def test_an_integer_stands_on_the_right_of_a_float(number: int) -> None:
    """As a float does: sympy, asked for ``Gt(zuf0, 3)``, prints ``zuf0 > 3``."""
    assert [to_text(found) for found in (float_gt(Z, number), float_ge(Z, number), float_eq(number, Z))] == [
        f"zuf0 > {number}",
        f"zuf0 >= {number}",
        f"Eq(zuf0, {number})",
    ]
    assert to_text(substitute_cond(float_lt(U, Z), {U0: number})) == f"zuf0 > {number}"


@dataclass
class _Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


@checks(PRO_13)
def test_rebinding_by_itself_writes_no_record_of_the_node_anew() -> None:
    """PyTorch's function is called when the node has run: what is filed under the fresh symbol stays there."""
    env = ShapeEnv()
    env.symbols.reserve_name("u6")
    fresh = env.create_unbacked_symint()
    env.require(ge(W, 2), "two")
    node = _Node("call_function", {"unbacked_bindings": {U0: AT}})
    rebind_unbacked(env, node, (fresh,))
    assert [event.condition for event in env.log if isinstance(event, Requirement)] == [ge(W, 2)]
    assert env.unbacked_renamings == {U7: U0}


@checks(PRO_01)
def test_a_result_is_renamed_in_the_words_in_which_it_was_given() -> None:
    env = ShapeEnv()
    env.add_backed(S0, 5, None, None)
    env.require(eq(V, S), "they are equal")
    assert unwrap(rewrite(env.create_symintnode(V + W), {U7: U}, env)) == U + V


@checks(ENV_21)
def test_what_a_state_says_is_no_event() -> None:
    state = ShapeEnvState(
        hints={S0: 5}, ranges={S0: ValueRange(2, 9), U0: ValueRange(1, 3)}, known=(ge(V, 1),), guards=(ge(S, 3),)
    )
    env = environment_of(state)
    assert list(env.log) == []
    assert all(env.known(condition) for condition in state.conditions())


@checks(ENV_21)
@pytest.mark.parametrize("pending", [False, True])
def test_what_may_be_ignored_need_not_be_pending(pending: bool) -> None:
    state = ShapeEnvState(ignorable=(U7,), pending=(U7,) if pending else ())
    env = environment_of(state)
    assert (list(env.symbols.pending), list(env.symbols.ignorable)) == ([U7] if pending else [], [U7])


@checks(TRM_22)
@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_factor_is_cancelled_as_often_as_both_have_it(power: int) -> None:
    common = U**power
    assert floor_div(common * V, common * S) is floor_div(V, S)
    assert mod(common * V, common * S) is common * mod(V, S)
    assert floor_div(common * (V + U), common * S) is floor_div(U + V, S)


@checks(FRM_04)
@pytest.mark.parametrize("least", [-7, -3, 0, 4])
def test_of_arguments_that_differ_by_a_number_the_lesser_is_the_least(least: int) -> None:
    for other in (least + 1, least + 5):
        assert int_min(U + least, U + other) is int_min(U + other, U + least) is U + least
        assert int_max(U + least, U + other) is int_max(U + other, U + least) is U + other
        assert int_min(V, least, other) is int_min(V, other, least) is int_min(V, least)


@checks(ENV_18)
def test_a_number_is_as_large_as_the_size_that_stands_for_it() -> None:
    env = ShapeEnv()
    for _ in range(2):
        env.create_unbacked_symint()
    env.size_like[U0] = None
    env.require(eq(V, U + 1), "one more")
    for bound, known_ in ((3, True), (4, None)):
        assert env.known_of_sizes(ge(V, bound)) is known_


@checks(KNO_02)
@pytest.mark.parametrize(("m", "r", "n", "s"), [(4, 0, 8, 3), (4, 2, 6, 2), (3, 0, 5, 0), (4, 1, 6, 5)])
def test_a_product_has_the_residue_that_every_value_has(m: int, r: int, n: int, s: int) -> None:
    bounds = Bounds()
    bounds.assume(eq(mod(U, m), r))
    bounds.assume(eq(mod(V, n), s))
    every = [(r + m * a) * (s + n * b) for a in range(-6, 7) for b in range(-6, 7)]
    for modulus in range(2, 2 * m * n):
        for residue in {every[0] % modulus, 0}:
            told = bounds.known(eq(mod(U * V, modulus), residue))
            holds = [value % modulus == residue for value in every]
            assert told is None or set(holds) == {told}
    assert bounds.known(eq(mod(U * V, math.gcd(r * n, s * m, m * n)), r * s % math.gcd(r * n, s * m, m * n))) is True


@checks(ENV_29)
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_fresh_symbol_takes_the_name_at_the_end_of_a_chain(length: int) -> None:
    env = ShapeEnv()
    chain = [atom(f"u{20 + index}") for index in range(length + 1)]
    env.unbacked_renamings.update(pairwise(chain))
    env.apply(Delta(renamed=(U7, chain[0])))
    assert env.unbacked_renamings[U7] is chain[-1]


@checks(SOL_01)
def test_a_large_integer_beside_a_float_is_asked_about_exactly() -> None:
    """No float is 2**53 + 1: rounded it would be 2**53."""
    for number, holds in ((2**53 + 1, False), (2**53, True), (2**53 - 1, True)):
        asked = Obligation("exact", (float_eq(Z, 2.0**53),), float_ge(Z, number))
        (verdict,) = SOLVER.decide([asked])
        assert isinstance(verdict, Proved) is holds
        assert isinstance(verdict, Refuted) is not holds


@checks(SOL_01)
@pytest.mark.parametrize("first", [False, True])
def test_a_choice_is_defined_where_the_branch_that_is_taken_is(first: bool) -> None:
    quotient = floor_div(6, V)
    choice, taken = (ite(P, quotient, 3), P) if first else (ite(P, 3, quotient), lnot(P))
    for given, divides in ((taken, True), (lnot(taken), False)):
        (verdict,) = SOLVER.decide([Obligation("defined", (le(choice, 9), given), ne(V, 0))])
        assert isinstance(verdict, Proved) is divides
        assert isinstance(verdict, Refuted) is not divides


@checks(NUM_14, ENV_08)
@pytest.mark.parametrize("hint", [0.5, 2.0])
def test_a_float_from_its_hint_is_guarded_although_the_hint_breaks_what_is_known(hint: float) -> None:
    """The guard is what then refuses the call."""
    env = ShapeEnv()
    number = float_symbol("zf0")
    env.symbols.add_backed(number, hint, "an input")
    env.assume(float_lt(number, 1.0))
    assert env.evaluate_float(number) == hint
    assert [guard.expr for guard in env.guards] == [float_eq(number, hint)]
