"""ENV, continued: an environment as plain data, and an environment made from such data."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import fields

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.symbolic_shapes import EXACT, TORCH_2_13, GuardOnDataDependentSymNode, Requirement, ShapeEnv
from refimpl.symbolic_shapes.constraints import solve
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of, equation, state_of
from refimpl.terms import (
    Cond,
    Dim,
    Eq,
    FloatRange,
    Scalar,
    Sort,
    Symbol,
    ValueRange,
    eq,
    evaluate,
    float_symbol,
    floor_div,
    ge,
    le,
    mod,
    ne,
    symbol,
    symbol_atom,
)
from specs.clauses import Clause, checks
from specs.histories import BOX, CONDITIONS, ENV_13, ENV_15, allowed, solutions, two_fresh
from tests.symbolic_shapes.operators import name

__all__ = ["ENV_21", "ENV_22", "ENV_23", "ENV_24", "ENV_25", "ENV_26"]

_STATE = "refimpl.symbolic_shapes.state"
U0, U1, S0 = symbol("u0"), symbol("u1"), symbol("s0")
Z = symbol_atom("zuf0", Sort.FLOAT)
NUMBERS = (-math.inf, -1.0, 0.0, 0.5, 2.0, math.inf, math.nan)

ENV_21 = Clause(
    "ENV-21",
    "The state of an environment holds exactly what the environment allows, and an environment made from a state holds"
    " the same: names, hints, guards, asserts, what is pending, size-like or renamed.",
    f"{_STATE}:environment_of",
    "env-restored-states-lose-renamings",
)


@checks(ENV_21)
@settings(max_examples=60)
@given(
    said=st.lists(CONDITIONS, max_size=3),
    required=st.lists(CONDITIONS, max_size=2),
    settled=st.booleans(),
    ignored=st.booleans(),
    hint=st.integers(0, 2),
)
def test_a_state_holds_what_its_environment_allows(
    said: list[Cond], required: list[Cond], settled: bool, ignored: bool, hint: int
) -> None:
    env = two_fresh()
    env.symbols.hints[name("s0")] = hint
    env.size_like[name("u10")] = None
    if settled:
        env.symbols.settle(name("u10"))
        env.unbacked_renamings[name("u10")] = name("u0")
    if ignored:
        env.symbols.ignorable[name("u11")] = None
    for condition in said:
        env.fact(condition)
    for condition in required:
        if env.known(condition) is not False:
            env.require(condition, "required")
    if name("s0") not in env.replacements:
        env.evaluate(ge(S0, 1))
    before = state_of(env)
    assert dict(before.hints) == {name("s0"): hint}
    assert before.pending == ((name("u11"),) if settled else (name("u10"), name("u11")))
    assert before.ignorable == ((name("u11"),) if ignored else ())
    assert before.size_like == {name("u10")}
    assert dict(before.renamings) == ({name("u10"): name("u0")} if settled else {})
    assert before.guards == tuple(guard.expr for guard in env.guards)
    filed = {key: tuple(each.expr for each in found) for key, found in env.deferred_runtime_asserts.items()}
    assert dict(before.asserts) == filed
    renamed = [point for point in allowed(env) if not settled or point["u10"] == point["u0"]]
    assert solutions(list(before.conditions())) == renamed
    again = environment_of(before)
    assert solutions(list(state_of(again).conditions())) == renamed
    after = state_of(again)
    for field in fields(ShapeEnvState):
        if field.name in ("hints", "renamings", "guards", "pending", "ignorable", "size_like"):
            assert getattr(after, field.name) == getattr(before, field.name), field.name
    assert set(after.symbols()) <= set(before.symbols()), "what follows from the rest need not be said"
    assert {each for found in after.asserts.values() for each in found} == {
        each for found in before.asserts.values() for each in found
    }
    taken = {found.name for found in before.symbols()}
    assert again.create_unbacked_symint().raw not in [symbol(each) for each in taken], "names are not used again"
    assert again.violated is None
    copies = {field.name: copy(getattr(after, field.name)) for field in fields(ShapeEnvState)}
    again.create_unbacked_symbool()
    again.create_symbol(7, name="s9")
    again.unbacked_renamings[name("u10")] = name("u1")
    again.size_like[name("u11")] = None
    assert {each: getattr(after, each) for each in copies} == copies, "what happens later is not seen"


ENV_22 = Clause(
    "ENV-22",
    "A range is its two ends, an unbounded one of floats admits NaN; an equation between numbers of different sorts is"
    " false (law SORT).",
    f"{_STATE}:equation",
    "env-numbers-of-any-sort-are-equal",
)


@checks(ENV_22)
@given(
    low=st.one_of(st.none(), st.integers(0, 2)),
    high=st.one_of(st.none(), st.integers(0, 2)),
    ends=st.tuples(st.sampled_from(NUMBERS[:-1]), st.sampled_from(NUMBERS[:-1])),
    wrong=st.booleans(),
)
def test_ranges_and_equations_of_a_state(
    low: int | None, high: int | None, ends: tuple[float, float], wrong: bool
) -> None:
    integers, floats = ValueRange(low, high), FloatRange(*ends)
    state = ShapeEnvState(ranges={name("u0"): floats if wrong else integers, Z: integers if wrong else floats})
    conditions = list(state.conditions())
    for value in range(3):
        for number in NUMBERS:
            point: dict[str, int | float | bool] = {"u0": value, "zuf0": number}
            holds = all(condition is True or evaluate(condition, point) is True for condition in conditions)
            assert holds == (wrong or (value in integers and number in floats))
    terms: list[tuple[Scalar, bool]] = [(2, True), (U1, True), (2.0, False), (float_symbol("zuf1"), False)]
    for term, is_integer in terms:
        assert (equation(name("u0"), term) is False) == (not is_integer)
        assert (equation(Z, term) is False) == is_integer
    for bad in (True, ge(U1, 0)):
        assert equation(name("u0"), bad) is equation(Z, bad) is False
    for left in NUMBERS:
        for right in NUMBERS:
            same = left == right or (math.isnan(left) and math.isnan(right))
            said = equation(Z, float_symbol("zuf1"))
            assert evaluate(said, {"zuf0": left, "zuf1": right}) is same
    for point in BOX[:9]:
        assert evaluate(equation(name("u0"), U1 + 1), point) is (point["u0"] == int(point["u1"]) + 1)


@checks(ENV_22)
def test_each_part_of_a_state_says_its_own() -> None:
    u5, u6 = name("u5"), name("u6")
    one = ge(U0, 1)
    parts: list[tuple[ShapeEnvState, tuple[Cond, ...]]] = [
        (ShapeEnvState(renamings={u5: name("u0")}), (eq(symbol("u5"), U0),)),
        (ShapeEnvState(replacements={u5: U0 + 1}), (eq(symbol("u5"), U0 + 1),)),
        (ShapeEnvState(guards=(one,)), (one,)),
        (ShapeEnvState(known=(one,)), (one,)),
        (ShapeEnvState(asserts={None: (one,), u5: (le(U0, 3), ge(U1, 2))}), (one, le(U0, 3), ge(U1, 2))),
        (ShapeEnvState(ranges={u5: ValueRange(1, None), u6: ValueRange(None, 2)}),
         (ge(symbol("u5"), 1), le(symbol("u6"), 2))),
        (ShapeEnvState(hints={u5: 3}, size_like=frozenset((u5,)), pending=(u5,), ignorable=(u6,)), ()),
    ]  # fmt: skip
    for state, said in parts:
        assert tuple(state.conditions()) == said
        env = environment_of(state)
        assert all(env.known(condition) is True for condition in said)
        fresh = {*state.pending, *state.ignorable, *state.renamings}
        assert {found for found in state.symbols() if env.is_fresh(found)} == fresh
        names = {int(found.name[1:]) for found in state.symbols()}
        assert str(env.create_unbacked_symint()) == f"u{max(names) + 1}", "no name of the state is given again"
    assert environment_of(parts[5][0]).var_to_range == parts[5][0].ranges
    contradictory = environment_of(ShapeEnvState(known=(ge(U0, 3),), asserts={None: (le(U0, 1),)}))
    assert contradictory.violated is None, "nothing has failed yet"
    assert contradictory.log == [Requirement("", le(U0, 1), le(U0, 1), "a recorded assert")]
    assert (contradictory.profile, contradictory.guard_from_hints) == (EXACT, True)
    other = environment_of(ShapeEnvState(), profile=TORCH_2_13, guard_from_hints=False)
    assert (other.profile, other.guard_from_hints, other.log) == (TORCH_2_13, False, [])
    assert [found.name for found in parts[1][0].symbols()] == ["u0", "u5"]
    assert [found.name for found in parts[4][0].symbols()] == ["u0", "u1", "u5"]
    assert [found.name for found in parts[6][0].symbols()] == ["u5", "u6"]


ENV_23 = Clause(
    "ENV-23",
    "A state whose replacements go in a circle is refused, whatever the length; a chain is followed to its end.",
    f"{_STATE}:_refuse_circles",
    "env-long-circles-are-accepted",
)


@checks(ENV_23, ENV_15)
@given(length=st.integers(1, 4), closed=st.booleans(), factor=st.integers(1, 2))
def test_circles_of_replacements_are_refused(length: int, closed: bool, factor: int) -> None:
    chain = [symbol(f"u{index}") for index in range(length + 1)]
    # The first leads into the chain, or into the circle, and is in none itself.
    replacements: dict[Symbol, Scalar] = {name("u9"): symbol("u8") + U0}
    replacements |= {name(f"u{index}"): factor * chain[index + 1] + factor - 1 for index in range(length)}
    if closed:
        replacements[name(f"u{length}")] = U0 + 1
    state = ShapeEnvState(replacements=replacements)
    if closed:
        with pytest.raises(ValueError, match="in a circle"):
            environment_of(state)
        return
    env = environment_of(state)
    last: Dim = chain[-1]
    for _ in range(length):
        last = factor * last + factor - 1
    assert env.replace(U0) is last
    restored = environment_of(ShapeEnvState(ranges={name("u0"): ValueRange(1, 2)}, known=(le(U1, 3),)))
    assert (restored.bound(U0), restored.bound(U1)) == (ValueRange(1, 2), ValueRange(None, 3))


ENV_24 = Clause(
    "ENV-24",
    "After a roll-back the whole state is that of the checkpoint, what is filed under each symbol included, and"
    " learning goes on as if nothing had been learned in between.",
    "refimpl.symbolic_shapes.knowledge:Knowledge.roll_back",
    "env-forgotten-symbols-stay-ignorable",
)


@checks(ENV_24, ENV_13)
@settings(max_examples=60)
@given(
    before=st.lists(CONDITIONS, max_size=2),
    between=st.lists(CONDITIONS, min_size=1, max_size=3),
    after=st.lists(CONDITIONS, max_size=1),
    fresh=st.booleans(),
)
def test_a_roll_back_restores_the_whole_state(
    before: list[Cond], between: list[Cond], after: list[Cond], fresh: bool
) -> None:
    env, twin = two_fresh(), two_fresh()
    symbols = [name(each) for each in ("u0", "u1", "u10", "u11", "s0")]
    for condition in before:
        env.fact(condition)
        twin.fact(condition)
    state, point, filed = state_of(env), env.checkpoint(), [env.knowledge.filed(each) for each in symbols]
    if fresh:
        env.symbols.ignorable[env.fresh(Sort.INT)] = None
        env.create_symbol(7, name="s9")
        env.symbols.settle(name("u10"))
    for condition in between:
        env.fact(condition)
    env.roll_back(point)
    assert state_of(env) == state
    assert [env.knowledge.filed(each) for each in symbols] == filed
    for condition in after:
        env.fact(condition)
        twin.fact(condition)
    assert state_of(env) == state_of(twin)
    assert env.log == twin.log


ENV_25 = Clause(
    "ENV-25",
    "A symbol is backed if it has a hint or no unbacked name; adopted and reserved names are not used again, and backed"
    " sizes take the first free one.",
    "refimpl.symbolic_shapes.symbol_table:SymbolTable.is_backed",
    "env-unbacked-names-are-never-backed",
)


@checks(ENV_25)
@given(taken=st.lists(st.integers(0, 4), unique=True, max_size=3), count=st.integers(1, 3), adopted=st.integers(0, 9))
def test_names_and_backing_of_symbols(taken: list[int], count: int, adopted: int) -> None:
    env = ShapeEnv()
    for number in taken:
        env.add_backed(name(f"s{number}"), 5, None, None, "an input")
    env.add_backed(name("u20"), 3, None, None)
    free = [number for number in range(9) if number not in taken]
    assert [env.create_symbol(4).name for _ in range(count)] == [f"s{number}" for number in free[:count]]
    assert [env.create_symbol(4.5).name for _ in range(2)] == ["zf0", "zf1"]
    env.symbols.adopt(name(f"u{21 + adopted}"), "node", pending=False)
    env.symbols.adopt(name("u50"), "node")
    assert env.pending_fresh_unbacked_symbols == [name("u50")]
    assert str(env.create_unbacked_symint()) == "u51"
    assert [str(env.symbols.opaque()) for _ in range(3)] == ["p0", "p1", "p2"]
    unbacked = ("u50", "u51", "u0", "zuf0", "zuf12")
    backed = dict.fromkeys(("s0", "s7", "u20", "u", "zuf", "u1x", "zu1", "abc12", "u0.5", "zufo1", "x2", ""), True)
    backed |= dict.fromkeys(unbacked, False)
    assert {each: env.symbols.is_backed(name(each)) for each in backed} == backed
    assert env.symbols.is_fresh(name("u50"))
    assert not env.symbols.is_fresh(name("s0"))
    for condition in (ne(mod(U0, 2), 0), ge(mod(U0, 3), 1), eq(U1, 2), eq(floor_div(U0, S0), 0)):
        env.assume(condition)
    assert not env.divisible
    env.assume(eq(mod(U0 + U1, 5), 0))
    assert list(map(str, env.divisible)) == [str(env.replace(eq(mod(U0 + U1, 5), 0)))]
    env.add_unbacked(symbol_atom("zuf9", Sort.FLOAT), None, None)
    with pytest.raises(GuardOnDataDependentSymNode, match="zuf9 was allocated by an input"):
        env.evaluate_float(symbol_atom("zuf9", Sort.FLOAT))


ENV_26 = Clause(
    "ENV-26",
    "An equation is solved for a symbol with coefficient 1 or -1 that occurs once, an unbacked one and the newest of"
    " these first; the solution says what the equation says.",
    "refimpl.symbolic_shapes.constraints:solve",
    "env-any-coefficient-is-one",
)


@checks(ENV_26)
@settings(max_examples=200)
@given(
    coefficients=st.tuples(*[st.integers(-2, 2)] * 3), constant=st.integers(-3, 3), nested=st.sampled_from((0, 1, 2))
)
@example(coefficients=(1, 2, 0), constant=0, nested=0)
@example(coefficients=(-1, 0, 2), constant=1, nested=0)
@example(coefficients=(1, 2, -2), constant=0, nested=1)
@example(coefficients=(1, 0, 0), constant=-3, nested=0)
@example(coefficients=(1, 1, -1), constant=0, nested=2)
def test_equations_are_solved_for_the_newest_symbol(
    coefficients: tuple[int, int, int], constant: int, nested: int
) -> None:
    atoms = (S0, U0, U1)
    polynomial: Dim = constant
    for coefficient, atom in zip(coefficients, atoms, strict=True):
        polynomial = polynomial + coefficient * atom
    if nested:
        polynomial = polynomial + mod(atoms[nested], 5) * S0
    condition = eq(polynomial, 0)
    if not isinstance(condition, Eq):
        return
    found = solve(condition)
    written = dict(condition.term.monomials)
    candidates = [
        atom
        for index, atom in enumerate(atoms)
        if written.get((name(str(atom)),)) in (1, -1) and not (nested and (index in (0, nested)))
    ]
    if candidates == [S0] and len(condition.free) > 1:
        candidates = []  # a backed symbol does not depend on data
    assert (found is None) == (not candidates)
    if found is None:
        return
    symbol_, term = found
    assert symbol_ is name(str(candidates[-1]))
    for point in BOX:
        assert (evaluate(condition, point) is True) == (point[symbol_.name] == evaluate(term, point))


@checks(ENV_26)
@pytest.mark.parametrize(
    ("first", "second", "solved"), [("u9", "u10", "u10"), ("u0", "x1", "u0"), ("u2", "s9", "u2"), ("s9", "s10", "s10")]
)
def test_the_newest_symbol_is_the_one_with_the_highest_number(first: str, second: str, solved: str) -> None:
    one, other = symbol(first), symbol(second)
    for condition in (eq(one + other, 3), eq(other - one, 3), eq(one, other)):
        assert isinstance(condition, Eq)
        found = solve(condition)
        assert found is not None
        assert found[0] is name(solved)
    none = eq(2 * one, 3 * other)
    assert isinstance(none, Eq)
    assert solve(none) is None
