"""LAW and others, continued: what only the ninth value, a hint of zero or a false hint shows."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from refimpl.laws.equiv import EQUIV
from refimpl.laws.observation import ABSENT, FreshSymbol
from refimpl.laws.value import VALUE
from refimpl.solver._encode_text import real
from refimpl.solver.encode import encode
from refimpl.symbolic_shapes import ShapeEnv, SymBool, SymInt, guard_or_false, guard_or_true, optimization_hint
from refimpl.symbolic_shapes.sym_functions import sym_eq
from refimpl.symbolic_shapes.symbol_table import SymbolTable
from refimpl.terms import Bounds, eq, float_ge, float_symbol, ge, int_max, le, mod, symbol
from specs.clauses import checks
from specs.comparison import CMP_01
from specs.laws import LAW_02, LAW_03
from specs.numbers import NUM_01, NUM_03
from specs.questions import NUM_08, NUM_09
from specs.scopes import ENV_27
from specs.solvers import SOL_03
from specs.states import ENV_25
from specs.terms import TRM_07
from tests.laws.seen import observed, stated, values
from tests.symbolic_shapes.operators import name

__all__: list[str] = []

S0, S1, U0 = (symbol(text) for text in ("s0", "s1", "u0"))


def _sized(hint: int) -> ShapeEnv:
    """An environment with one backed number of any size."""
    env = ShapeEnv()
    env.add_backed(name("s0"), hint, None, None)
    return env


@checks(LAW_02)
def test_what_is_invented_is_asked_for_beside_a_symbol_that_nobody_binds() -> None:
    """Of a fresh symbol in no result nothing was recorded; the other requirements are asked for all the same."""
    unbound = FreshSymbol(name("u9"), "nonzero", "", ABSENT)
    seen = replace(observed(after=(stated(ge(U0, 3)), stated(ge(symbol("u9"), 1)))), unbound=(unbound,))
    assert [claim.goal for claim in EQUIV.claims(seen).open] == [ge(U0, 3), ge(symbol("u9"), 1)]


@checks(CMP_01, LAW_03)
@pytest.mark.parametrize("place", [0, 8, 31])
def test_every_value_of_a_list_is_compared(place: int) -> None:
    old = tuple(range(32))
    new = tuple(U0 if index == place else number for index, number in enumerate(old))
    assert [claim.sides for claim in VALUE.claims(values((old, new))).open] == [(place, U0)]


@checks(NUM_08)
@pytest.mark.parametrize("hint", [3, 4])
def test_a_hint_that_is_false_is_one(hint: int) -> None:
    for ask in (guard_or_true, guard_or_false):
        env = _sized(hint)
        assert ask(SymBool(ge(S0, 4), env)) is (hint == 4)
        assert [guard.expr for guard in env.guards] == [ge(S0, 4) if hint == 4 else le(S0, 3)]


@checks(NUM_09)
@pytest.mark.parametrize("hint", [-1, 0, 1])
def test_a_guess_is_the_hint_also_at_zero(hint: int) -> None:
    env = _sized(hint)
    assert optimization_hint(env.create_symintnode(S0 * 2 + 1), 7) == 2 * hint + 1


@checks(NUM_01, NUM_03)
def test_a_backed_number_may_be_negative() -> None:
    number = abs(SymInt(S0, _sized(-3)))
    assert isinstance(number, SymInt)
    assert (number.raw, number.node.hint) == (int_max(S0, -S0), 3)


@checks(ENV_27)
def test_only_a_remainder_of_zero_is_divisibility() -> None:
    env = _sized(5)
    env.create_unbacked_symint()
    env.assume(eq(mod(U0, 4), 1))
    assert not env.divisible
    env.assume(eq(mod(S0, 5), 0))
    assert env.divisible == (eq(mod(S0, 5), 0),)


@checks(ENV_25)
def test_an_example_may_be_missing() -> None:
    table = SymbolTable()
    table.add_backed(name("u5"), None, "an input")
    assert (table.is_backed(name("u5")), table.is_backed(name("u6"))) == (True, False)


@checks(TRM_07)
@pytest.mark.parametrize("most", [5, 8])
def test_a_sum_links_its_terms_whatever_was_known_of_them(most: int) -> None:
    bounds = Bounds()
    for condition in (ge(S0, 0), le(S0, 10), ge(S1, 0), le(S1, 10), le(S0 + S1, most), ge(S0, 4)):
        bounds.assume(condition)
    assert (bounds.known(le(S1, most - 4)), bounds.known(le(S1, most - 5))) == (True, None)


@checks(SOL_03)
@pytest.mark.parametrize("value", [0.1, -1e-300, 5e-324, 2.0**60, 1 / 3, -0.0])
def test_the_text_of_a_float_is_its_exact_value(value: float) -> None:
    text = real(value)
    sign, digits = (-1, text[3:-1]) if text.startswith("(- ") else (1, text)
    numerator, denominator = digits.strip("()/ ").split()
    assert sign * Fraction(numerator) / Fraction(denominator) == Fraction(value)


@checks(SOL_03)
@pytest.mark.parametrize("count", [1, 9])
def test_every_float_of_a_text_is_finite_or_one_of_two_infinities(count: int) -> None:
    script = encode([float_ge(float_symbol(f"zuf{index}"), 0.5) for index in range(count)], [ge(U0, 1)])
    for index in range(count):
        assert f"(and (<= (- 1) |zuf{index}.infinite|) (<= |zuf{index}.infinite| 1))" in script.hypotheses
    assert len(script.hypotheses) == 2 * count


@checks(NUM_03)
@pytest.mark.parametrize("place", [0, 8, 31])
def test_sequences_are_equal_to_the_last_number(place: int) -> None:
    plain = list(range(32))
    other = [number + (index == place) for index, number in enumerate(plain)]
    assert (sym_eq(plain, list(plain)), sym_eq(plain, other)) == (True, False)
    env = _sized(place)
    symbolic = [SymInt(S0, env) if index == place else number for index, number in enumerate(plain)]
    found = sym_eq(plain, symbolic)
    assert isinstance(found, SymBool)
    assert found.condition == eq(S0, place)
