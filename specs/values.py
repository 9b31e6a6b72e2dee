"""REB, continued: each kind of value at a path, and what passes to the symbol that stands for both."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    Binding,
    Constraints,
    Delta,
    Fact,
    Inconsistent,
    Rebound,
    SequenceKey,
    ShapeEnv,
    Undecided,
    rebind,
    resolve_unbacked_bindings,
)
from refimpl.symbolic_shapes.bindings import rebind_node
from refimpl.symbolic_shapes.renaming import replace_in_condition
from refimpl.terms import (
    Dim,
    Scalar,
    SortError,
    Symbol,
    conjuncts,
    eq,
    evaluate,
    float_lt,
    float_symbol,
    ge,
    int_of_bool,
    land,
    le,
    lt,
    mod,
    ne,
    symbol,
    to_float,
)
from specs.boxes import FRESH_SYMBOLS
from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_rebinding
from tests.symbolic_shapes.boxes import FRESH, OLD, OTHER, SIZE, of

__all__ = ["REB_04", "REB_05", "REB_06", "REB_07", "REB_08", "REB_09", "REB_10", "REB_11", "REB_12", "REB_13"]

_REBINDING = "refimpl.symbolic_shapes.rebinding"
BOUNDS = st.integers(-3, 3)


def _step(before: Constraints, value: Dim) -> Rebound:
    outcome = rebind(before, of(OLD), value)
    assert isinstance(outcome, Rebound)
    return outcome


REB_04 = Clause(
    "REB-04",
    "A fresh symbol is replaced by the old one, written under its name, and its conditions are filed under it.",
    f"{_REBINDING}:_rebind",
    "reb-symbols-in-quotients-stay",
)
test_a_fresh_symbol_is_replaced_by_the_old_one_and_written_under_its_name = checks(REB_04)(
    test_rebinding.test_a_fresh_symbol_is_replaced_by_the_old_one_and_written_under_its_name
)


@checks(REB_04)
@given(low=BOUNDS, high=BOUNDS, modulus=st.integers(2, 4))
def test_a_fresh_symbol_becomes_the_old_one(low: int, high: int, modulus: int) -> None:
    said = [ge(FRESH, low), le(FRESH, low + abs(high) + modulus), eq(mod(FRESH, modulus), 0), le(FRESH, SIZE)]
    moved = [ge(OLD, low), le(OLD, low + abs(high) + modulus), eq(mod(OLD, modulus), 0), le(OLD, SIZE)]
    before = Constraints(conjuncts(land(*said)), fresh=FRESH_SYMBOLS)
    delta = _step(before, FRESH).delta
    assert delta.replaced == ((of(FRESH), OLD),)
    assert delta.renamed == (of(FRESH), of(OLD))
    assert set(delta.added) == set(conjuncts(land(*moved)))


REB_05 = Clause(
    "REB-05",
    "A constant replaces the symbol; one that the symbol's conditions exclude is inconsistent with these as the core.",
    f"{_REBINDING}:_finish",
    "reb-cores-leave-out-what-is-filed",
)


@checks(REB_05)
@given(low=BOUNDS, value=st.integers(-6, 6))
def test_a_constant_is_taken_or_refused(low: int, value: int) -> None:
    before = Constraints((*conjuncts(ge(OLD, low)), *conjuncts(ge(OTHER, 9))))
    outcome = rebind(before, of(OLD), value)
    if value >= low:
        assert isinstance(outcome, Rebound)
        assert outcome.delta.replaced == ((of(OLD), value),)
        assert before.apply(outcome.delta).resolve(OLD) == value
    else:
        assert isinstance(outcome, Inconsistent)
        assert outcome.core == conjuncts(ge(OLD, low))


REB_06 = Clause(
    "REB-06",
    "An expression over backed symbols replaces the unbacked one; a backed symbol is never replaced, and what is said"
    " of it stays (law FRAME).",
    f"{_REBINDING}:_replaceable",
    "reb-only-fresh-symbols-are-replaced",
)


@checks(REB_06)
@given(factor=st.integers(1, 3), offset=BOUNDS)
def test_backed_symbols_stay(factor: int, offset: int) -> None:
    delta = _step(Constraints(), SIZE * factor + offset).delta
    assert delta.replaced == ((of(OLD), SIZE * factor + offset),)
    known = Constraints().apply(delta)
    again = rebind(known, of(OLD), factor * 5 + offset)
    assert isinstance(again, Rebound)
    assert again.delta.replaced == ()
    assert again.delta.added == conjuncts(eq(SIZE, 5))


@checks(REB_06)
@pytest.mark.parametrize("fresh", [True, False])
def test_an_unbacked_value_of_a_backed_symbol_is_replaced(fresh: bool) -> None:
    known = Constraints(
        conjuncts(ge(OTHER, 1)), {of(OLD): SIZE}, fresh=frozenset((of(OTHER),)) if fresh else frozenset()
    )
    delta = _step(known, OTHER).delta
    assert (delta.replaced, delta.added) == (((of(OTHER), SIZE),), conjuncts(ge(SIZE, 1)))


REB_07 = Clause(
    "REB-07",
    "A derived expression over unbacked symbols replaces the symbol, unless the symbol occurs in it: then the"
    " equation is added.",
    f"{_REBINDING}:_orient",
    "reb-circular-sums-define-their-symbol",
)


@checks(REB_07)
@given(offset=st.integers(1, 3))
def test_derived_expressions_define_the_symbol(offset: int) -> None:
    assert _step(Constraints(), OTHER + offset).delta.replaced == ((of(OLD), OTHER + offset),)
    circular = _step(Constraints(), OLD * 2 - OTHER - SIZE).delta
    assert circular.replaced == ()
    assert circular.added == conjuncts(eq(OLD, OTHER + SIZE))


REB_08 = Clause(
    "REB-08",
    "A symbol that was replaced already is resolved to the end, not one hop; none is replaced by itself in the end (law"
    " ROOT).",
    "refimpl.symbolic_shapes.constraints:Constraints.resolve",
    "reb-chains-are-followed-one-hop",
)


@checks(REB_08)
@given(length=st.integers(1, 6), end=st.sampled_from((SIZE + 1, OTHER, 4)))
def test_chains_are_followed_to_their_end(length: int, end: Dim) -> None:
    chain = [symbol(f"u{20 + index}") for index in range(length)]
    replacements: dict[Symbol, Dim] = {
        of(link): chain[index + 1] if index + 1 < length else end for index, link in enumerate(chain)
    }
    assert _step(Constraints((), replacements), chain[0]).delta.replaced == ((of(OLD), end),)


@checks(REB_08)
@pytest.mark.parametrize("end", [SIZE + 1, OTHER, OTHER * 2 - SIZE, FRESH, 4], ids=str)
def test_a_replaced_old_symbol_stands_for_its_end(end: Dim) -> None:
    before = Constraints(conjuncts(ge(FRESH, 1)), {of(OLD): end}, fresh=FRESH_SYMBOLS)
    delta = _step(before, FRESH).delta
    same = end is FRESH
    assert delta.replaced == (() if same else ((of(FRESH), end),)), "never by a symbol that is replaced itself"
    assert delta.added == (() if same else conjuncts(ge(end, 1)))
    assert delta.renamed == (of(FRESH), of(OLD))
    after = before.apply(delta)
    assert (after.resolve(OLD), after.resolve(FRESH)) == (end, end)


REB_09 = Clause(
    "REB-09",
    "The integer form of a boolean ``Eq(u, 1)`` is ``u`` itself exactly if ``u`` is known to be 0 or 1.",
    f"{_REBINDING}:_cancel_boolean",
    "reb-boolean-form-always-cancelled",
)


@checks(REB_09)
@given(low=st.integers(-1, 1), width=st.integers(0, 2))
def test_the_integer_form_of_a_boolean_is_cancelled_only_in_zero_one(low: int, width: int) -> None:
    high = low + width
    form = int_of_bool(eq(FRESH, 1))
    before = Constraints(fresh=FRESH_SYMBOLS, conditions=conjuncts(land(ge(FRESH, low), le(FRESH, high))))

    class Known:
        """Constraints that see what their ranges imply."""

        resolve, resolve_cond, filed = before.resolve, before.resolve_cond, before.filed
        is_fresh, is_size_like, may_rename = before.is_fresh, before.is_size_like, before.may_rename

        @staticmethod
        def known(condition: object) -> bool | None:
            return True if condition == land(ge(FRESH, 0), le(FRESH, 1)) and low >= 0 and high <= 1 else None

    outcome = rebind(Known(), of(OLD), form)
    assert isinstance(outcome, Rebound)
    assert (outcome.term is FRESH) == (low >= 0 and high <= 1)


REB_10 = Clause(
    "REB-10",
    "A value that already is the symbol changes nothing; what holds already may be said again (law STEADY).",
    f"{_REBINDING}:_orient",
    "reb-symbols-are-renamed-to-themselves",
)


@checks(REB_10)
@given(low=BOUNDS)
def test_the_symbol_itself_changes_nothing(low: int) -> None:
    before = Constraints(conjuncts(ge(OLD, low)))
    outcome = _step(before, OLD)
    assert before.apply(outcome.delta) == before


@checks(REB_10)
@pytest.mark.parametrize("fresh", [True, False])
def test_no_symbol_is_renamed_to_itself(fresh: bool) -> None:
    old, real = of(OLD), float_symbol("zuf0")
    for own, value in ((old, OLD), (real, real)):
        before = Constraints(fresh=frozenset((own,)) if fresh else frozenset())
        outcome = rebind(before, own, value)
        assert isinstance(outcome, Rebound)
        assert outcome.delta == Delta()


@checks(REB_10)
@pytest.mark.parametrize("path", [(), (SequenceKey(0),)], ids=str)
def test_a_symbol_under_its_own_name_is_bound_and_not_renamed(path: tuple[SequenceKey, ...]) -> None:
    env, fresh_term = ShapeEnv(), symbol("u0")
    own, fresh = of(fresh_term), env.create_unbacked_symint()
    env.fact(ge(fresh_term, 1))
    with env.at("node"):
        renamed = rebind_node(env, {own: path}, (fresh,) if path else fresh, 0)
    assert (renamed, env.unbacked_renamings, env.replacements) == ({}, {}, {})
    assert env.log == [Fact("", ge(fresh_term, 1)), Binding("node", own, path, own, fresh_term)]
    assert env.pending_fresh_unbacked_symbols == []
    assert resolve_unbacked_bindings(env, {own: path}) == {own: path}


REB_11 = Clause(
    "REB-11",
    "Integers, floats and booleans stay what they are: a value of another sort is inconsistent (law SORT).",
    f"{_REBINDING}:_same_sort",
    "reb-booleans-are-integers",
)
REB_12 = Clause(
    "REB-12",
    "A float is replaced with its conditions, never rounded; NaN equals NaN, and the two zeros are told apart.",
    f"{_REBINDING}:_orient",
    "reb-zeros-are-one",
)
test_a_float_is_replaced_and_its_conditions_with_it = checks(REB_12)(
    test_rebinding.test_a_float_is_replaced_and_its_conditions_with_it
)
REB_13 = Clause(
    "REB-13",
    "Size-likeness passes to the symbol that stands for both.",
    f"{_REBINDING}:_size_like",
    "reb-sizes-become-sizes-again",
)


@checks(REB_11)
@pytest.mark.parametrize(
    "value", [True, False, 2.0, math.nan, eq(FRESH, 1), float_symbol("zuf3"), to_float(SIZE)], ids=str
)
def test_an_integer_stays_an_integer(value: bool | float) -> None:
    assert isinstance(rebind(Constraints(), of(OLD), value), Inconsistent)


@checks(REB_11)
@pytest.mark.parametrize("value", [True, 2.0, eq(FRESH, 1), float_symbol("zuf3")], ids=str)
def test_no_other_sort_stands_for_an_integer(value: Scalar) -> None:
    for condition in (ge(OLD, 1), eq(OLD * SIZE, 2), ne(mod(OLD, 2), 0), land(ge(OLD, 1), ge(OTHER, 1))):
        with pytest.raises(SortError):
            replace_in_condition(condition, of(OLD), value)
    assert replace_in_condition(ge(OTHER, 1), of(OLD), value) is ge(OTHER, 1)


@checks(REB_11)
@pytest.mark.parametrize("value", [True, 2, SIZE, ge(SIZE, 2)], ids=str)
def test_a_float_stays_a_float(value: bool | int) -> None:
    assert isinstance(rebind(Constraints(), float_symbol("zuf0"), value), Inconsistent)


@checks(REB_12)
@given(bound=st.floats(allow_nan=False))
def test_a_float_takes_its_conditions_along(bound: float) -> None:
    old, fresh = float_symbol("zuf0"), float_symbol("zuf9")
    before = Constraints(conjuncts(float_lt(fresh, bound)), fresh=frozenset((fresh,)))
    outcome = rebind(before, old, fresh)
    assert isinstance(outcome, Rebound)
    assert outcome.delta.replaced == ((fresh, old),)
    assert outcome.delta.added == conjuncts(float_lt(old, bound))


@checks(REB_12)
@given(first=st.floats(), second=st.one_of(st.floats(), st.sampled_from((0.0, -0.0, math.nan))))
def test_a_float_bound_twice(first: float, second: float) -> None:
    old = float_symbol("zuf0")
    outcome = rebind(Constraints((), {old: first}), old, second)
    if first == second == 0.0 and math.copysign(1.0, first) != math.copysign(1.0, second):
        assert isinstance(outcome, Undecided)
    else:
        same = first == second or (math.isnan(first) and math.isnan(second))
        assert isinstance(outcome, Rebound if same else Inconsistent)


@checks(REB_12)
def test_a_float_bound_twice_at_the_edges() -> None:
    old, fixed = float_symbol("zuf0"), float_symbol("zf0")
    numbers = (0.0, -0.0, 1.5, math.inf, -math.inf, math.nan)
    for first in numbers:
        for second in numbers:
            outcome = rebind(Constraints((), {old: first}), old, float(str(second)))
            same = first == second or (math.isnan(first) and math.isnan(second))
            if same and math.copysign(1.0, first) != math.copysign(1.0, second):
                assert isinstance(outcome, Undecided), "the two zeros are told apart"
            else:
                assert isinstance(outcome, Rebound if same else Inconsistent)
        said = rebind(Constraints((), {old: first}), old, fixed)
        assert isinstance(said, Rebound)
        assert said.delta.replaced == ()
        for value in numbers:
            holds = value == first or (math.isnan(value) and math.isnan(first))
            assert all(evaluate(condition, {"zf0": value}) is True for condition in said.delta.added) == holds


@checks(REB_13)
@given(fresh_is_size=st.booleans(), old_is_size=st.booleans())
def test_size_likeness_passes_to_the_representative(fresh_is_size: bool, old_is_size: bool) -> None:
    sizes = frozenset((of(FRESH),) * fresh_is_size + (of(OLD),) * old_is_size)
    before = Constraints(conjuncts(lt(FRESH, 9)), size_like=sizes, fresh=FRESH_SYMBOLS)
    delta = _step(before, FRESH).delta
    assert delta.size_like == ((of(OLD),) if fresh_is_size and not old_is_size else ()), "it becomes size-like once"
    assert before.apply(delta).is_size_like(of(OLD)) == (fresh_is_size or old_is_size)
    for value in (3, SIZE + 1, OTHER * 2):
        assert _step(before, value).delta.size_like == (), "what is no symbol is no size"
    assert _step(before, OTHER).delta.size_like == ((of(OTHER),) if old_is_size else ())
