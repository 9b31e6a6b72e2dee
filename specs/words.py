"""ASK: one observed step in conditions: its equations, what its symbols stand for, what it knows before and after."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.laws.step import Missing, Place
from refimpl.laws.step_words import (
    bare,
    flat,
    is_backed,
    known_after,
    known_symbols,
    number_at,
    of_caller,
    relations,
    resolve,
    resolve_cond,
    same_sort,
    speaks_of,
    symbols_of,
    wanted,
)
from refimpl.symbolic_shapes import ConvertIntKey, DivideByKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    Dim,
    FloatRange,
    Scalar,
    Symbol,
    ValueRange,
    bool_symbol,
    eq,
    evaluate,
    float_add,
    float_symbol,
    floor_div,
    ge,
    int_of_bool,
    land,
    le,
    lor,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from specs.quotients import REB_15
from tests.laws.observed import F0, S0, S1, U0, U1, U7, U8, step
from tests.laws.seen import atom

__all__ = ["ASK_01", "ASK_02", "ASK_03"]

_LAWS = "refimpl.laws"
S, T, U, V, W, X = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
P, Z = bool_symbol("p0"), float_symbol("zuf0")
Z1 = float_symbol("zuf1")
AT: KeyPath = (SequenceKey(0),)

ASK_01 = Clause(
    "ASK-01",
    "Each place where a number of the symbol's sort stands asks for one equation, and its divisors are positive and"
    " divide; a boolean counts where the path converts it.",
    f"{_LAWS}.step_words:relations",
    "ask-conditions-are-floats",
)


def _asked(symbol: Symbol, value: Scalar | Missing, *divisors: Dim, path: KeyPath = AT) -> list[tuple[Cond, ...]]:
    """The equation and the side conditions of the one place."""
    found = relations(step(Place(symbol, path, value, divisors)))
    return [(each.equation, *each.side) for each in found]


@checks(ASK_01, REB_15)
def test_each_place_asks_for_its_equation() -> None:
    table: list[tuple[tuple[Cond, ...], list[tuple[Cond, ...]]]] = [
        ((eq(U, W),), _asked(U0, W)),
        ((eq(U, 3),), _asked(U0, 3)),
        ((eq(U, W + 1),), _asked(U0, W + 1)),
        ((True,), _asked(U0, U)),
        ((eq(U, W), ), _asked(U0, 2 * W, 2)),
        ((eq(U, 3),), _asked(U0, 6, 2)),
        ((eq(U, floor_div(W, 2)), eq(mod(W, 2), 0)), _asked(U0, W, 2)),
        ((eq(U, floor_div(floor_div(W, 2), 3)), eq(mod(W, 2), 0), eq(mod(floor_div(W, 2), 3), 0)), _asked(U0, W, 2, 3)),
        ((eq(U, W), ge(S, 1)), _asked(U0, W * S, S)),
        ((eq(U, W), False), _asked(U0, W, 0)),
        ((eq(U, W), False), _asked(U0, W, -2)),
        ((eq(U, W), False), _asked(U0, 2 * W, 2, 0, 3)),
    ]  # fmt: skip
    for wanted_, found in table:
        assert found == [wanted_]


@checks(ASK_01)
def test_what_is_no_number_of_that_sort_asks_for_nothing() -> None:
    for value in (1.5, math.nan, True, False, P, Z, Missing("no"), ge(W, 1)):
        assert _asked(U0, value) == []
    for other in (1, W, True, P, Missing("no")):
        assert _asked(F0, other) == []
    assert len(_asked(F0, 1.5)) == len(_asked(F0, Z1)) == len(_asked(F0, float_add(Z1, 1.0))) == 1
    converted = (*AT, ConvertIntKey())
    assert _asked(U0, ge(W, 1), path=converted) == [(eq(U, int_of_bool(ge(W, 1))),)]
    assert _asked(U0, True, path=converted) == [(eq(U, 1),)]
    assert _asked(U0, 4, path=converted) == [(eq(U, 4),)]
    assert _asked(U0, Missing("no"), path=converted) == []
    assert _asked(U0, 1.5, path=converted) == []
    # A float is never divided.
    assert [each[1:] for each in _asked(F0, Z1, 2)] == [(False,)]


@checks(ASK_01)
def test_each_place_is_one_relation_in_order() -> None:
    seen = step(Place(U0, AT, W), Place(U8, AT, True), Place(U1, (SequenceKey(1), DivideByKey(2)), 2 * W + 2, (2,)))
    first, second = relations(seen)
    assert (first.text, first.where, first.place) == ("u0 = u7", "[0]", seen.places[0])
    assert (second.text, second.where, second.place) == ("u1 = u7 + 1", "[1].__floordiv__(2)", seen.places[2])
    (whole,) = relations(step(Place(U0, (), 3)))
    assert whole.where == "the result"
    assert number_at(Place(U0, (), 3)) == 3


@checks(ASK_01)
def test_a_number_has_its_symbols_sort() -> None:
    assert [same_sort(U0, value) for value in (0, W, True, P, 1.5, Z, ge(W, 1))] == [True] * 2 + [False] * 5
    assert [same_sort(F0, value) for value in (1.5, math.nan, Z1, float_add(Z, Z1))] == [True] * 4
    assert [same_sort(F0, value) for value in (0, W, True, P, ge(W, 1))] == [False] * 5


ASK_02 = Clause(
    "ASK-02",
    "A symbol stands for what its replacements and renamings lead to in the end; what was only renamed by this step is"
    " not known to be equal.",
    f"{_LAWS}.step_words:known_after",
    "ask-names-are-equations",
)


def _state(replaced: dict[Symbol, Scalar], renamed: dict[Symbol, Symbol] | None = None) -> ShapeEnvState:
    return ShapeEnvState(replacements=replaced, renamings=renamed or {})


@checks(ASK_02)
def test_symbols_are_followed_to_the_end() -> None:
    chain = _state({U7: V + 1, U1: 2 * S}, {U8: U7})
    assert resolve(chain, W) is 2 * S + 1
    assert resolve(chain, X) is 2 * S + 1
    assert resolve(chain, U) is U
    assert resolve(chain, 3 * X + V) is 8 * S + 3
    assert resolve(chain, 7) == 7
    assert resolve(chain, 0.5) == 0.5
    assert resolve_cond(chain, ge(W, V)) is True
    assert resolve_cond(chain, ge(W, 5)) is ge(2 * S, 4)
    assert resolve_cond(chain, False) is False
    # What replaces a symbol counts more than its other name.
    assert resolve(_state({U7: U}, {U7: U1}), W) is U
    # Floats and integers are kept apart.
    assert resolve(_state({F0: 1.5}), float_add(Z, 1.0)) == 2.5
    assert resolve(_state({U7: 1.5}), W) is W
    assert resolve(_state({U7: True}), W) is W
    assert resolve(_state({F0: 1}), Z) is Z


@checks(ASK_02)
def test_a_symbol_on_a_cycle_stands_for_itself() -> None:
    circle = _state({U7: U, U0: W})
    assert resolve(circle, W) is W
    assert resolve(circle, U) is U
    assert resolve(_state({U7: W}), W) is W
    assert resolve(_state({U7: X + 1, U8: W - 1}), W) is W
    assert resolve(_state({}, {U7: U8, U8: U7}), W) is W
    assert resolve(_state({U1: U, U7: U, U0: W}), V) in (U, W)


@checks(ASK_02)
@settings(max_examples=60)
@given(
    terms=st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 2), st.integers(0, 3)), min_size=4, max_size=4),
    renamed=st.booleans(),
)
def test_what_it_stands_for_has_its_value(terms: list[tuple[int, int, int]], renamed: bool) -> None:
    # u(i) = a * u(j) + b for some j > i only: no cycle, one solution for each u4.
    names = [atom(f"u{index}") for index in range(5)]
    by: dict[Symbol, Scalar] = {}
    other: dict[Symbol, Symbol] = {}
    for index, (ahead, factor, plus) in enumerate(terms):
        target = min(index + 1 + ahead, 4)
        if renamed and plus == 0:
            other[names[index]] = names[target]
        else:
            by[names[index]] = factor * symbol(names[target].name) + plus
    state = _state(by, other)
    for last in (0, 1, 5):
        values = {"u4": last}
        for name in reversed(names[:4]):
            term = by[name] if name in by else symbol(other[name].name)
            values[name.name] = int(evaluate(term, values))
        for name in names:
            end = resolve(state, symbol(name.name))
            assert {s.name for s in symbols_of(end)} <= {"u4"}
            assert evaluate(end, {"u4": last}) == values[name.name]


@checks(ASK_02)
def test_what_is_known_after_a_step_and_wanted_of_it() -> None:
    before = ShapeEnvState(renamings={U1: U0}, known=(ge(U, 0),))
    after = replace(before, renamings={U1: U0, U7: U0, U8: U1}, replacements={U7: U}, known=(ge(U, 1), ge(U, 1)))
    seen = step(Place(U0, AT, 2 * W, (2,)), Place(U1, AT, X, (3,)), before=before, after=after)
    assert set(known_after(seen)) == {eq(V, U), eq(W, U), ge(U, 1)}
    assert len(known_after(seen)) == 3
    side = (eq(V, floor_div(X, 3)), eq(mod(X, 3), 0))
    assert set(wanted(seen)) == {eq(V, U), ge(U, 0), eq(U, W), *side}
    assert len(wanted(seen)) == 5
    # What was renamed to something else before is a new name.
    other = replace(seen, before=replace(before, renamings={U1: U8}))
    assert set(known_after(other)) == {eq(W, U), ge(U, 1)}
    assert wanted(replace(seen, places=(Place(U0, AT, W, (0,)),))) == (False,)


ASK_03 = Clause(
    "ASK-03",
    "The caller's are the symbols with a hint and those whose name is no unbacked one's, with their ranges and guards.",
    f"{_LAWS}.step_words:of_caller",
    "ask-only-the-first-guard-is-the-callers",
)


@checks(ASK_03)
def test_what_is_the_callers() -> None:
    state = ShapeEnvState(
        hints={S0: 5, U8: 3},
        ranges={
            S0: ValueRange(2, 9), S1: ValueRange(None, 4), U0: ValueRange(0, 1), U8: ValueRange(1, None),
            F0: FloatRange(0.0, 1.0),
        },
        guards=(le(S, T), le(S, T), land(ge(S, 3), ge(T, 1))),
        known=(ge(U, 7),),
        asserts={U0: (le(U, S),)},
    )  # fmt: skip
    assert [is_backed(state, each) for each in (S0, S1, U0, U8, F0, atom("z21"), atom("uno"))] == [
        True, True, False, True, False, True, True,
    ]  # fmt: skip
    assert set(of_caller(state)) == {ge(S, 2), le(S, 9), le(T, 4), ge(X, 1), le(S, T), ge(S, 3), ge(T, 1)}
    assert len(of_caller(state)) == 7


@checks(ASK_03)
def test_conjuncts_are_each_told_once() -> None:
    assert flat((ge(U, 1), True, land(ge(V, 1), ge(U, 1)), lor(P, ge(U, 2)))) == (ge(U, 1), ge(V, 1), lor(P, ge(U, 2)))
    assert flat((ge(U, 1), False, ge(V, 1))) == (False,)
    assert flat(()) == ()
    assert flat((True, True)) == ()


@checks(ASK_03)
def test_the_symbols_of_a_term_a_condition_and_a_state() -> None:
    assert symbols_of(X + W * U) == (U0, U7, U8)
    assert symbols_of(float_add(Z, Z1)) == (F0, Z1)
    assert [symbols_of(each) for each in (1, True, 0.5, P)] == [()] * 4
    assert [bare(each) for each in (W, Z, W + 1, 2 * W, 3, P, float_add(Z, 1.0), floor_div(W, 2))] == [
        U7, F0, None, None, None, None, None, None,
    ]  # fmt: skip
    for condition, found in ((ge(W, U), True), (ge(V, U), False)):
        assert speaks_of(condition, frozenset({U7})) is found
        assert speaks_of(condition, {U7: 1}) is found
    assert speaks_of(lor(P, ge(W, 1)), frozenset({U7}))
    assert not speaks_of(P, frozenset({U7}))
    assert not speaks_of(True, frozenset({U7}))
    state = ShapeEnvState(
        hints={S0: None},
        ranges={S1: ValueRange(None, None)},
        renamings={U7: U0},
        pending=(U8,),
        known=(lor(P, ne(V, 0)),),
        replacements={F0: 0.5},
        size_like=frozenset({atom("u50")}),
    )
    assert {each.name for each in known_symbols(state)} == {"s0", "s1", "u7", "u0", "u8", "p0", "u1", "zuf0"}
