"""OBL, continued: what obligations rest on: the contract, machine integers, definitions, connected conditions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export import SymbolRange, prefix
from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.laws.cone import cone
from refimpl.laws.contract import (
    LARGEST,
    computed_bounds,
    contract_of,
    input_bounds,
    range_conditions,
    scalars_in,
    tensors_in,
)
from refimpl.laws.elimination import elimination, equation
from refimpl.solver import holds
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Scalar,
    Symbol,
    bool_symbol,
    eq,
    float_eq,
    float_ge,
    float_le,
    float_symbol,
    floor_div,
    free_of,
    ge,
    le,
    lnot,
    lor,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from specs.laws import LAW_14
from tests.laws import observations as made
from tests.laws.observations import F0, S0, S1, U0, U1, U7, U8
from tests.laws.programs import loaded

__all__ = ["OBL_07", "OBL_08", "OBL_09", "OBL_10"]

_LAWS = "refimpl.laws"
S, T, U, V, F, G = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
X = float_symbol("zuf0")
P, Q = bool_symbol("p0"), bool_symbol("p1")

OBL_07 = Clause(
    "OBL-07",
    "A goal depends on the conditions that share symbols with it, directly or through others, and on a plain"
    " falsehood.",
    f"{_LAWS}.cone:cone",
    "obl-falsehoods-are-left-out",
)
SYMBOLS = st.sampled_from(("a", "b", "c", "d", "e", "f"))
CONDITIONS = st.lists(SYMBOLS, min_size=1, max_size=2).map(lambda names: ge(sum(map(symbol, names)), 0))


@checks(OBL_07)
@given(goals=st.lists(CONDITIONS, max_size=2), conditions=st.lists(CONDITIONS, max_size=7), at=st.integers(0, 7))
def test_a_goal_depends_on_what_is_connected_with_it(goals: list[Cond], conditions: list[Cond], at: int) -> None:
    conditions.insert(min(at, len(conditions)), False)
    reached = {name for goal in goals for name in free_of(goal)}
    for _ in conditions:  # a chain is no longer than the list
        reached |= {s for c in conditions if free_of(c) & reached for s in free_of(c)}
    expected = tuple(c for c in conditions if c is False or free_of(c) & reached)
    assert cone(tuple(goals), tuple(conditions)) == expected


OBL_08 = Clause(
    "OBL-08",
    "The contract is the ranges of what the caller gives, that sizes are positive, and the guards; a range is its two"
    " ends, an open end nothing.",
    f"{_LAWS}.contract:contract_of",
    "obl-float-ranges-are-open",
)


@checks(OBL_08)
@pytest.mark.parametrize(
    ("term", "low", "high", "expected"),
    [
        (U, 2, 9, (ge(U, 2), le(U, 9))),
        (U, None, 9, (le(U, 9),)),
        (U, 2, None, (ge(U, 2),)),
        (U, 0, 0, (ge(U, 0), le(U, 0))),
        (U, None, None, ()),
        (3, 4, None, (False,)),
        (3, 3, 3, (True, True)),
        (F0, 2, 9, (float_ge(X, 2), float_le(X, 9))),
        (F0, 0, None, (float_ge(X, 0),)),
        (F0, None, 0, (float_le(X, 0),)),
        (F0, None, None, ()),
        (1.5, 1, 2, (True, True)),
        (None, 1, 2, ()),
        (True, 1, 2, ()),
        (P, 1, 2, ()),
    ],
)
def test_a_range_is_its_ends(
    term: Scalar | None, low: int | None, high: int | None, expected: tuple[Cond, ...]
) -> None:
    assert tuple(range_conditions(SymbolRange("key", term, low, high))) == expected


@checks(OBL_08)
def test_the_contract_is_what_the_caller_promises() -> None:
    program = ProgramBuilder()
    s0, s1, s2 = (
        program.symbol("s0", hint=8, low=3, high=64),
        program.symbol("s1", hint=5),
        program.symbol("s2", hint=4),
    )
    u0, u1 = program.unbacked("u0", 0, 7), program.unbacked("u1", 1, 9)
    program.range("2*s0", 6, 100)
    program.range("s2", None, None)
    program.range("2*u1", 0, 12)
    program.range("u7", 0, 3)
    program.range("s0*u1", 0, 50)
    program.range("s9", 3, 9)
    program.range("what is it", 1, 2)
    program.range("3", 1, 5)
    x = program.input("x", tensor([s0, s1], strides=[s1, s2], offset=u0))
    program.guard("L['x'].size()[0] != 9")
    program.guard("L['x'].size()[0] >= 3")
    program.guard("L['x'].nonsense() > 2")
    found = program.call("aten.nonzero.default", x, out=tensor([u1, 2], "int64", strides=[1, u1]))
    program.output(found)
    contract = contract_of(loaded(program))
    a, b = symbol("s0"), symbol("s1")
    assert set(contract.conditions) == {
        ge(a, 3),
        le(a, 64),
        ge(b, 2),
        ge(2 * a, 6),
        le(2 * a, 100),
        ge(U, 0),
        le(U, 7),
        ne(a, 9),
        ge(symbol("s9"), 3),
        le(symbol("s9"), 9),
    }
    assert len(contract.conditions) == len(set(contract.conditions))
    assert contract.hints == {"s0": 8, "s1": 5, "s2": 4}
    assert {each.name for each in contract.bound} == {"s0", "s1", "s2", "u0"}
    assert contract.unreadable == ("L['x'].nonsense() > 2",)


@checks(OBL_08)
def test_a_size_without_range_is_positive() -> None:
    program = ProgramBuilder()
    s0 = prefix.symbol("s0", hint=8, positive=True)
    number = program.unbacked("u5", 2, 4)
    x, n = program.input("x", tensor([s0])), program.input("n", number)
    program.output(program.call("_operator.add", n, 1, out=number + 1), x)
    contract = contract_of(loaded(program))
    assert set(contract.conditions) == {ge(S, 1), ge(symbol("u5"), 2), le(symbol("u5"), 4)}
    assert {each.name for each in contract.bound} == {"s0", "u5"}


@checks(OBL_08)
def test_a_contract_that_contradicts_itself_says_so() -> None:
    program = ProgramBuilder()
    x = program.input("x", tensor([program.symbol("s0", hint=8)]))
    program.range("3", 4, None)
    program.output(x)
    assert set(contract_of(loaded(program)).conditions) == {ge(S, 2), False}


OBL_09 = Clause(
    "OBL-09",
    "Inputs have machine sizes and are machine integers; what is computed is at most the largest size, and an item is a"
    " machine integer.",
    f"{_LAWS}.contract:computed_bounds",
    "obl-integer-inputs-have-no-upper-end",
)
MACHINE = (-(2**63), 2**63 - 1)


@checks(OBL_09)
def test_every_number_and_tensor_of_a_value_is_seen() -> None:
    x = made.tensor(U, 3, strides=(V, 1), offset=S)
    y = made.tensor(T)
    assert list(scalars_in([x, (2, None, "text", P), 2.5])) == [U, 3, V, 1, S, 2, P, 2.5]
    assert list(scalars_in(U)) == [U]
    assert list(tensors_in(x)) == [x]
    assert list(tensors_in([x, (y, 2), None, "text"])) == [x, y]


@checks(OBL_09)
def test_inputs_have_machine_sizes() -> None:
    assert LARGEST == 9223372036854775806
    x = made.tensor(U, 3, strides=(V, 1), offset=S)
    sizes = (U, V, S, 3 * U)
    assert input_bounds([x, F, 4, None]) == (
        *dict.fromkeys(condition for term in sizes for condition in (ge(term, 0), le(term, LARGEST))),
        ge(F, MACHINE[0]),
        le(F, MACHINE[1]),
    )
    twice = (made.tensor(U), [made.tensor(U)])
    assert input_bounds(twice) == (ge(U, 0), le(U, LARGEST))
    assert input_bounds([made.tensor(2, 3), 7]) == ()


@checks(OBL_09)
def test_computed_sizes_have_upper_bounds() -> None:
    x = made.tensor(U, 3, strides=(V * U, 1), offset=S + V)
    plain, products = computed_bounds([x, F, [x], made.tensor(2, 5)], [U7, F0, U7])
    assert plain == (ge(F, MACHINE[0]), le(F, MACHINE[1]), le(U, LARGEST), le(S + V, LARGEST))
    assert products == (le(V * U, LARGEST), le(3 * U, LARGEST))
    plain, products = computed_bounds([made.tensor(floor_div(U, 2), 1), made.tensor(U, V), made.tensor(U, V)], [])
    assert plain == (le(U, LARGEST), le(V, LARGEST))
    assert products == (le(floor_div(U, 2), LARGEST), le(U * V, LARGEST))
    plain, products = computed_bounds([made.tensor(U, 3), made.tensor(3 * U)], [])
    assert plain == (le(U, LARGEST), le(3 * U, LARGEST))
    assert products == ()
    plain, products = computed_bounds([made.tensor(U + 3), made.tensor(U + U * V)], [])
    assert plain == (le(U + 3, LARGEST),)
    assert products == (le(U + U * V, LARGEST),)


OBL_10 = Clause(
    "OBL-10",
    "A definition replaces its symbol everywhere, to the end; under a branch, of another sort, of itself or a second"
    " one, it is an equation.",
    f"{_LAWS}.elimination:elimination",
    "obl-definitions-of-themselves-are-substituted",
)


def _defined(name: Symbol | BoolSymbol, term: Scalar, *under: Cond) -> Definition:
    return Definition("n", name, (), term, under)


@checks(OBL_10, LAW_14)
def test_an_equation_is_one_of_its_sort() -> None:
    assert equation(U0, V + 1) == eq(U, V + 1)
    assert equation(U0, 3) == eq(U, 3)
    assert equation(U0, U) is True
    assert equation(F0, 2.5) == float_eq(X, 2.5)
    both = equation(F0, float_symbol("zuf9"))
    assert [holds(both, {"zuf0": math.nan, "zuf9": number}) for number in (math.nan, 1.0)] == [True, False]
    assert equation(U0, 2.5) is False
    assert equation(F0, P) is False
    assert equation(U0, P) is False
    assert equation(bool_symbol("p9"), 1) is False


@checks(OBL_10, LAW_14)
def test_definitions_are_resolved_to_the_end_and_what_cannot_be_is_an_equation() -> None:
    mapping, kept = elimination(
        [
            _defined(U0, V + 1),
            _defined(U1, F * 2),
            _defined(U7, S),
            _defined(U8, G),
            _defined(U0, T),
            _defined(S0, S - T + 1),
            _defined(S1, 4, P, lnot(Q)),
            _defined(F0, P),
        ]
    )
    assert mapping == {U0: S * 2 + 1, U1: S * 2, U7: S}
    assert kept == (eq(U, T), eq(T, 1), lor(lnot(P), Q, eq(T, 4)), False)
    assert elimination([]) == ({}, ())
    chained, rest = elimination([_defined(U0, V), _defined(U7, U), _defined(U1, S), _defined(U8, F + V)])
    assert (chained, rest) == ({U0: S, U7: S, U1: S, U8: S * 2}, ())
    circle, rest = elimination([_defined(U0, V + 1), _defined(U1, U - 1)])
    assert (circle, rest) == ({U0: V + 1}, (eq(U, V + 1),))
    circle, rest = elimination([_defined(U0, V + 1), _defined(U1, U * 2)])
    assert (circle, rest) == ({U0: V + 1}, (eq(V, 2 * U),))
