"""TRM and others, continued: texts against sympy's own printer, and what is replaced at once."""

# sympy is only partly typed.
# pyright: basic

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from refimpl.solver import Obligation, Prover, Script, _z3, encode, solve_text
from refimpl.solver._engine import Answer, Sat, Unknown, Unsat
from refimpl.terms import BoolSymbol, Cond, Dim, Eq, Ge, Ne, Scalar, Symbol, evaluate, substitute
from refimpl.terms.core import And, Monomial, Or
from refimpl.terms.sympy_bridge import to_sympy
from specs.clauses import checks
from specs.conditions import TRM_28
from specs.engines import SOL_09
from specs.solvers import SOL_02, SOL_06
from specs.terms import TRM_03, TRM_09
from tests.laws.seen import atom

__all__: list[str] = []

SYMBOLS: Final = tuple(t.symbol(f"u{index}") for index in range(4))
U, V, W, X = SYMBOLS
EXTREMA: Final = {"Max": sympy.Max, "Min": sympy.Min}


def polynomial(summands: list[tuple[int, list[int]]]) -> Dim:
    """The sum of these products."""
    total: Dim = 0
    for coefficient, factors in summands:
        product: Dim = coefficient
        for index in factors:
            product = product * SYMBOLS[index]
        total = total + product
    return total


PRODUCTS: Final = st.tuples(st.integers(-3, 3), st.lists(st.integers(0, 3), max_size=4))
SUMS: Final = st.lists(PRODUCTS, min_size=1, max_size=3).map(polynomial)


@checks(TRM_09)
@settings(max_examples=80)
@given(st.lists(SUMS, min_size=2, max_size=3), SUMS, st.booleans())
def test_sums_products_and_extrema_are_spelled_as_sympy_spells_them(args: list[Dim], factor: Dim, least: bool) -> None:
    term = (t.int_min if least else t.int_max)(*args) * factor
    heads = {name: lambda *args, found=found: found(*args, evaluate=False) for name, found in EXTREMA.items()}
    assert t.to_text(term) == str(to_sympy(term, heads))


def side(monomials: list[tuple[Monomial, int]]) -> object:
    """A side of a comparison in sympy."""
    return sympy.Add(*(sympy.Mul(c, *(sympy.Symbol(t.to_text(a), integer=True) for a in m)) for m, c in monomials))


def relation(condition: Cond) -> object:
    """The condition in sympy: no negative coefficient, numbers on the right, only negative ones turned round."""
    if isinstance(condition, (And, Or)):
        parts = [relation(part) for part in condition.args]
        joined = sympy.And if isinstance(condition, And) else sympy.Or
        return joined(*parts, evaluate=False)  # pyright: ignore[reportCallIssue]  # sympy's text has no such parameter
    assert isinstance(condition, (Ge, Eq, Ne))
    monomials = list(condition.term.monomials)
    left = side([(m, c) for m, c in monomials if m and c > 0])
    right = side([(m, -c) for m, c in monomials if not m or c < 0])
    if isinstance(condition, Ge) and left == 0:
        left, right = side([(m, -c) for m, c in monomials if m]), side([(m, c) for m, c in monomials if not m])
        return sympy.Le(left, right, evaluate=False)
    kind = sympy.Ge if isinstance(condition, Ge) else sympy.Eq if isinstance(condition, Eq) else sympy.Ne
    return kind(left, right, evaluate=False)


@st.composite
def connectives(draw: st.DrawFn) -> Cond:
    """Two or three comparisons of sums, joined."""
    made = [draw(st.sampled_from((t.ge, t.eq, t.ne)))(draw(SUMS), draw(SUMS)) for _ in range(draw(st.integers(2, 3)))]
    return (t.land if draw(st.booleans()) else t.lor)(*made)


@checks(TRM_09, TRM_28)
@settings(max_examples=150)
@given(connectives())
def test_connectives_are_spelled_in_sympys_order(condition: Cond) -> None:
    if isinstance(condition, (And, Or)):
        assert t.to_text(condition) == str(relation(condition))


@checks(TRM_09)
@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (t.lor(t.ge(U * V * W * X, 3), t.ge(U * V + W + X, 3)), "(u0*u1*u2*u3 >= 3) | (u0*u1 + u2 + u3 >= 3)"),
        (t.land(t.ge(U * V * W, 3), t.ge(U + V + W, 3)), "(u0*u1*u2 >= 3) & (u0 + u1 + u2 >= 3)"),
    ],
)
def test_a_product_of_many_is_as_small_as_its_factors(condition: Cond, text: str) -> None:
    assert t.to_text(condition) == text == str(relation(condition))


REPLACED: Final = st.dictionaries(st.integers(0, 3), st.one_of(st.integers(-2, 2), SUMS), max_size=4)


@checks(TRM_03)
@settings(max_examples=80)
@given(SUMS, SUMS, REPLACED, st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_symbols_are_replaced_at_once_whatever_else_is(
    one: Dim, other: Dim, replaced: dict[int, Dim], numbers: list[int]
) -> None:
    """The value of what is made is that of the term at the values of what is put in, symbols that it lacks or not."""
    mapping: dict[Symbol | BoolSymbol, Scalar] = {atom(f"u{index}"): value for index, value in replaced.items()}
    point = {f"u{index}": number for index, number in enumerate(numbers)}
    moved = point | {symbol.name: evaluate(value, point) for symbol, value in mapping.items()}
    terms: tuple[Scalar, ...] = (one, t.int_max(one, other), t.mod(one, 5), t.ge(one, other), t.eq(one, U))
    for term in terms:
        assert evaluate(substitute(term, mapping), point) == evaluate(term, moved)


@checks(TRM_03)
def test_a_chain_of_replacements_is_followed_one_step() -> None:
    assert substitute(U, {atom("u0"): V, atom("u1"): 5}) == V
    assert substitute(U + V, {atom("u0"): V, atom("u1"): U}) == U + V
    assert substitute(U - V, {atom("u0"): V, atom("u1"): W, atom("u2"): U}) == V - W


@checks(SOL_02)
def test_symbols_of_an_obligation_are_by_name_not_by_length() -> None:
    names = ("s0", "u1", "u10", "u2", "u20", "u3", "zz")
    for order in (names, names[::-1]):
        total = sum((t.symbol(name) for name in order), start=0 * U)
        assert [found.name for found in Obligation("", (), t.ge(total, 0)).symbols] == list(names)


@checks(SOL_06)
@pytest.mark.parametrize("prover", ["z3", "cvc5"])
def test_a_whole_text_is_answered_within_its_budget(prover: Prover) -> None:
    asked = Obligation("", (t.ge(U, 1), t.ge(V, U), t.le(V, 9)), t.ge(U * V, 1)).text
    for budget, status in ((10, "unknown"), (2_000_000, "unsat")):
        assert solve_text(prover, asked, budget=budget).status == status


@checks(SOL_09)
def test_what_is_given_up_is_asked_by_itself_with_its_hypotheses_and_its_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budgets: list[int] = []
    asked: list[Answer] = []
    solver: Callable[[object, object, int], object] = vars(_z3)["_solver"]
    check: Callable[[object, object, object, Script], Answer] = vars(_z3)["_check"]

    def counting(z3: object, context: object, budget: int) -> object:
        budgets.append(budget)
        return solver(z3, context, budget)

    def reluctant(z3: object, context: object, one: object, script: Script) -> Answer:
        asked.append(check(z3, context, one, script) if len(asked) % 2 else Unknown("not at first"))
        return asked[-1]

    monkeypatch.setattr(_z3, "_solver", counting)
    monkeypatch.setattr(_z3, "_check", reluctant)
    script = encode((t.ge(U, 1), t.le(V, U)), (t.ge(U, 0), t.ge(U, 2), t.le(V, U)))
    found = _z3.Z3Engine().run(script, 12_345)
    assert [type(answer) for answer in found] == [Unsat, Sat, Unsat]
    assert budgets == [12_345] * 4
