"""TRM, continued: what was said stays known, and of what is simple everything is known, whatever was said first."""

from __future__ import annotations

from functools import reduce
from itertools import combinations, combinations_with_replacement, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from refimpl.solver import holds
from refimpl.symbolic_shapes import RebindingInconsistentError
from refimpl.terms import Bounds, Cond, Dim, Undefined, ValueRange, evaluate
from specs.assumptions import TRM_33
from specs.clauses import checks
from specs.conditions import TRM_28, TRM_29
from specs.forms import FRM_05
from specs.histories import CONDITIONS, ENV_12, ENV_14, ENV_17, VALUES, bind, solutions, two_fresh
from specs.meanings import TRM_25
from specs.reasoning import KNO_03
from specs.retold import ASKED, TOLD
from specs.states import ENV_26
from specs.terms import TRM_01, TRM_02, TRM_06, TRM_07, TRM_08
from specs.values import REB_04

__all__: list[str] = []

X, Y = t.symbol("x"), t.symbol("y")
P, Q = t.bool_symbol("p"), t.bool_symbol("q")
BOX = range(-20, 21)


def _compared(compare: int, factor: int, constant: int) -> Cond:
    return (t.ge, t.le, t.ne, t.ne, t.eq)[compare](X * factor, constant)


ONE_SYMBOL: st.SearchStrategy[Cond] = st.builds(
    _compared, st.integers(0, 4), st.sampled_from((1, 1, -1, 2, -3)), st.integers(-6, 6)
)


def _knowing(*said: Cond) -> Bounds:
    bounds = Bounds()
    for condition in said:
        bounds.assume(condition)
    return bounds


def _is_satisfied_nearby(told: list[Cond]) -> bool:
    """Whether small numbers satisfy all conditions."""
    whole = t.land(*told)
    near = range(-5, 6)
    return any(
        holds(whole, {"x": x, "y": y, "z": z, "f": f, "p": p})
        for x, y, z, f, p in product(near, near, near, (0.0, 2.5), (False, True))
    )


@checks(TRM_06, TRM_07)
@settings(max_examples=80)
@given(told=st.lists(TOLD, min_size=2, max_size=6))
def test_what_was_said_stays_known_and_so_does_what_follows(told: list[Cond]) -> None:
    bounds, follows = Bounds(), dict[Cond, bool]()
    for count, condition in enumerate(told):
        bounds.assume(condition)
        answers = [bounds.known(said) for said in told[: count + 1]]
        known = {asked: answer for asked in ASKED if (answer := bounds.known(asked)) is not None}
        if bounds.inconsistent or False in answers or not follows.keys() <= known.keys():
            # More is known of more, unless nothing satisfies all of them.
            assert not _is_satisfied_nearby(told[: count + 1])
            return
        assert answers == [True] * (count + 1)
        follows = known


@checks(TRM_06, TRM_07)
@settings(max_examples=120)
@given(told=st.lists(ONE_SYMBOL, min_size=1, max_size=7))
def test_of_one_symbol_that_is_compared_with_numbers_everything_is_known(told: list[Cond]) -> None:
    bounds = _knowing(*told)
    values = [value for value in BOX if all(evaluate(condition, {"x": value}) is True for condition in told)]
    assert bounds.inconsistent == (not values)
    if not values:
        return
    low, high = min(values), max(values)
    assert bounds.range_of(X) == ValueRange(None if low == BOX[0] else low, None if high == BOX[-1] else high)
    for bound in range(-8, 9):
        for asked, found in (
            (t.ge(X, bound), {value >= bound for value in values}),
            (t.eq(X, bound), {value == bound for value in values}),
            (t.ne(X, bound), {value != bound for value in values}),
        ):
            assert bounds.known(asked) is (found.pop() if len(found) == 1 else None), asked


@checks(TRM_06, TRM_07, TRM_33)
@given(order=st.permutations(range(5)), sign=st.sampled_from((1, -1)), count=st.integers(1, 4))
def test_excluded_values_at_an_end_are_left_out_in_whatever_order(order: list[int], sign: int, count: int) -> None:
    said = [t.ge(X * sign, 0), *[t.ne(X * sign, value) for value in range(count)]]
    bounds = _knowing(*[said[index] for index in order if index < len(said)])
    assert bounds.range_of(X * sign) == ValueRange(count, None)
    assert bounds.known(t.eq(X, sign * count)) is None
    assert bounds.known(t.eq(X, sign * (count - 1))) is False


@checks(TRM_07)
@pytest.mark.parametrize("count", range(2, 13))
def test_all_parts_are_learned_however_many(count: int) -> None:
    parts = [t.symbol(f"a{index:02}") for index in range(count)]
    assert all(_knowing(t.le(t.int_max(*parts), 2)).range_of(each) == ValueRange(None, 2) for each in parts)
    assert all(_knowing(t.ge(t.int_min(*parts), 2)).range_of(each) == ValueRange(2, None) for each in parts)
    conjunction = _knowing(t.land(*[t.ge(each, index) for index, each in enumerate(parts)]))
    assert [conjunction.range_of(each).low for each in parts] == list(range(count))
    for open_ in range(count):
        others = [t.le(each, 0) for index, each in enumerate(parts) if index != open_]
        disjunction = _knowing(*others, t.lor(*[t.ge(each, 1) for each in parts]))
        assert disjunction.range_of(parts[open_]) == ValueRange(1, None), "the others are known to be false"


@checks(TRM_07)
@given(a=st.integers(0, 4), b=st.integers(0, 4), low=st.booleans())
def test_an_end_that_follows_is_excluded_as_one_that_was_said(a: int, b: int, low: bool) -> None:
    bounds = _knowing(t.ge(X, 0), t.le(X, a), t.ge(Y, 0), t.le(Y, b))
    bounds.assume(t.ne(X + Y, 0 if low else a + b))
    assert bounds.inconsistent == (a + b == 0)
    if a + b:
        assert bounds.range_of(X + Y) == (ValueRange(1, a + b) if low else ValueRange(0, a + b - 1))


@checks(TRM_07)
@pytest.mark.parametrize(("low", "high"), [(1, 0), (3, -3), (0, -1)])
def test_a_range_without_members_is_a_contradiction(low: int, high: int) -> None:
    symbol = X.symbol
    assert symbol is not None
    bounds = Bounds()
    bounds.assume_range(symbol, ValueRange(low, high))
    assert bounds.inconsistent


@checks(TRM_28)
def test_a_connective_is_one_object_in_whatever_order() -> None:
    terms: list[Dim] = [X, X + Y, X - 2 * Y + 3, t.floor_div(X, 3), t.ite(P, X, Y), X * Y]
    parts: list[Cond] = [compare(term, 0) for term in terms for compare in (t.ge, t.eq, t.ne, t.gt)]
    parts += [P, t.lnot(Q), t.lor(P, Q), t.land(P, t.ge(X, 1))]
    for one, other in combinations(parts, 2):
        assert t.land(one, other) is t.land(other, one)
        assert t.lor(one, other) is t.lor(other, one)


@checks(TRM_02)
@pytest.mark.parametrize("text", ["A", "x"])
@given(factor=st.sampled_from((-2, -1, 1, 2)), then=st.integers(-2, 2), other=st.integers(-2, 2))
def test_a_choice_beside_something_else_does_not_stand_alone(text: str, factor: int, then: int, other: int) -> None:
    beside = t.symbol(text)
    for rest, more in ((beside, 0), (beside, 1), (beside * 3, 0), (beside * beside, 0)):
        term = t.ite(P, then, other) * factor + rest + more
        asked = (t.ge(term, 0), t.eq(term, 0), t.ne(term, 0))
        for value in range(-3, 4):
            for chosen in (True, False):
                total = (then if chosen else other) * factor + evaluate(rest, {text: value}) + more
                point: dict[str, int | float | bool] = {text: value, "p": chosen}
                assert [evaluate(each, point) for each in asked] == [total >= 0, total == 0, total != 0]


NAMES = ("a", "b", "c", "d", "a_long_name_that_others_begin_with_1", "a_long_name_that_others_begin_with_2")
SYMBOLS: dict[str, Dim] = {text: t.symbol(text) for text in NAMES}
PRODUCTS: list[Dim] = [
    reduce(t.multiply, [SYMBOLS[text] for text in chosen])
    for degree in (1, 2, 3, 4)
    for chosen in combinations_with_replacement(NAMES, degree)
]


@checks(TRM_01)
@given(chosen=st.lists(st.sampled_from(PRODUCTS), min_size=2, max_size=5, unique=True), data=st.data())
def test_a_sum_is_one_object_in_whatever_order(chosen: list[Dim], data: st.DataObject) -> None:
    order = data.draw(st.permutations(chosen))
    assert sum(order) is sum(chosen)
    assert sum(order) - sum(chosen) == 0
    for one, other in combinations(chosen, 2):
        assert one is not other
        assert t.bit_xor(one, other) is not t.bit_xor(one, one)
        assert t.bit_and(one, other) is t.bit_and(other, one)


@checks(TRM_08, TRM_25)
def test_a_float_beyond_all_others_is_no_number() -> None:
    for term in (
        t.float_pow(1e300, 2.0),
        t.float_unary("exp", 1000.0),
        t.float_unary("cosh", -1000.0),
        t.to_float(10**400),
        t.int_true_div(10**400, 3),
    ):
        assert not isinstance(term, float)
        with pytest.raises(Undefined):
            evaluate(term, {})


@checks(KNO_03)
@pytest.mark.parametrize("value", range(-2, 3))
def test_the_only_member_of_a_range_may_be_any_number(value: int) -> None:
    assert ValueRange(value, value).singleton == value
    assert [ValueRange(*ends).singleton for ends in ((value, value + 1), (None, value), (value, None))] == [None] * 3


@checks(TRM_07)
@pytest.mark.parametrize("count", [2, 3])
def test_a_connective_is_known_from_its_members(count: int) -> None:
    members: dict[Cond, bool | None] = {
        t.ge(X, 1): True, t.ne(X, 0): True, t.le(X, 0): False, t.eq(X, -1): False, t.ge(Y, 0): None, P: None,
    }  # fmt: skip
    bounds = _knowing(t.ge(X, 1))
    for chosen in combinations(members, count):
        answers = [members[each] for each in chosen]
        every = False if False in answers else None if None in answers else True
        some = True if True in answers else None if None in answers else False
        assert bounds.known(t.land(*chosen)) is every
        assert bounds.known(t.lor(*chosen)) is some


@checks(KNO_03)
@pytest.mark.parametrize("value", range(-3, 4))
def test_a_sum_of_one_value_is_that_value(value: int) -> None:
    bounds = _knowing(t.eq(X + Y, value))
    assert bounds.simplify(X + Y) == value
    assert bounds.simplify(X + Y - 2) == value - 2
    chosen = t.trunc_to_int(t.float_ite(P, t.float_symbol("f"), t.float_symbol("g")))
    assert bounds.simplify(chosen) is chosen, "a choice of floats that is open stays one"


@checks(TRM_29)
@pytest.mark.parametrize("count", range(1, 6))
def test_an_application_has_the_symbols_of_all_its_arguments(count: int) -> None:
    total = sum(t.symbol(f"a{index}") for index in range(count))
    for term in (t.int_max(X, total), t.int_max(total, X), t.floor_div(X, total), t.mod(total, X), t.power(X, total)):
        assert {symbol.name for symbol in t.free_of(term)} == {"x", *[f"a{index}" for index in range(count)]}


@checks(FRM_05)
@pytest.mark.parametrize("factor", [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
def test_the_opposite_of_a_multiple_is_the_multiple_with_the_other_sign(factor: float) -> None:
    real = t.float_symbol("f")
    for part in (real, t.float_unary("abs", real), t.float_add(real, 1.0)):
        for value in (-3.0, 0.0, 1.5):
            expected = -(factor * float(evaluate(part, {"f": value})))
            assert evaluate(t.float_neg(t.float_mul(factor, part)), {"f": value}) == expected
            assert evaluate(t.float_sub(1.0, t.float_mul(part, factor)), {"f": value}) == 1.0 + expected


BINDINGS: st.SearchStrategy[tuple[int, Dim]] = st.tuples(st.integers(0, 1), VALUES)


@checks(ENV_12, ENV_14, ENV_17, ENV_26, REB_04, TRM_06)
@settings(max_examples=60)
@given(told=st.lists(st.one_of(CONDITIONS, BINDINGS), min_size=2, max_size=6))
def test_an_environment_knows_what_it_was_told_whatever_replaces_its_symbols(
    told: list[Cond | tuple[int, Dim]],
) -> None:
    env = two_fresh()
    said: list[Cond] = []
    for count, each in enumerate(told):
        if isinstance(each, tuple):
            try:
                said.append(bind(env, each[0], each[1], 1, f"node {count}"))
            except RebindingInconsistentError:
                return
        else:
            env.fact(each)
            said.append(each)
        if not solutions(said):
            return
        assert [env.known(condition) for condition in said] == [True] * len(said)
