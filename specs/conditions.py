"""TRM, continued: the one form in which a condition is kept, and what every term knows of itself."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from itertools import permutations, product
from typing import Final

import pytest

from refimpl.terms import (
    And,
    BoolTerm,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Scalar,
    Sort,
    bool_symbol,
    conjuncts,
    eq,
    evaluate,
    float_eq,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    ge,
    gt,
    is_condition,
    land,
    le,
    lnot,
    lor,
    lt,
    ne,
    symbol,
    to_float,
)
from refimpl.terms.conditions import intern_float_compare
from refimpl.terms.directions import direction_of
from refimpl.terms.polynomials import intern_apply, of_atom
from specs.clauses import Clause, checks
from specs.terms import TRM_02
from tests.terms import test_limits

__all__ = ["TRM_27", "TRM_28", "TRM_29"]

_TERMS = "refimpl.terms"
X, Y, Z = symbol("u0"), symbol("u1"), symbol("u2")
F, G = float_symbol("zuf0"), float_symbol("zuf1")
P, Q, R = bool_symbol("p0"), bool_symbol("p1"), bool_symbol("p2")
SMALL: Final = range(-3, 4)
ORDERS: Final[tuple[tuple[Callable[[Dim, Dim], Cond], Callable[[int, int], bool]], ...]] = (
    (eq, int.__eq__),
    (ne, int.__ne__),
    (ge, int.__ge__),
    (gt, int.__gt__),
    (le, int.__le__),
    (lt, int.__lt__),
)

TRM_27 = Clause(
    "TRM-27",
    "A comparison of integers is one of a sum with zero, the coefficients without a common factor: an order rounds its"
    " constant down, an equation that no integer solves is false, and the first coefficient of one is positive.",
    f"{_TERMS}.conditions:_zero_term",
    "trm-choices-of-equal-numbers-are-compared",
)


def _coefficients(term: IntTerm) -> list[int]:
    return [coefficient for monomial, coefficient in term.monomials if monomial]


@checks(TRM_27, TRM_02)
def test_a_comparison_has_one_form() -> None:
    for a, b, c in product((-3, -1, 0, 2), (-2, 0, 1, 3), range(-4, 5)):
        left, right = 2 * a * X + c, -b * Y
        point_truths = [
            {(x, y): means(2 * a * x + c, -b * y) for x, y in ((-3, 1), (-1, 0), (0, 2), (2, -1))}
            for _, means in ORDERS
        ]
        for (make, _), truths in zip(ORDERS, point_truths, strict=True):
            found = make(left, right)
            for (x, y), expected in truths.items():
                assert evaluate(found, {"u0": x, "u1": y}) is expected
            if isinstance(found, (Ge, Eq, Ne)):
                coefficients = _coefficients(found.term)
                assert math.gcd(*coefficients) == 1
                assert make in (eq, ne) or isinstance(found, Ge)
                assert isinstance(found, Ge) or coefficients[0] > 0
            else:
                common = math.gcd(2 * a, b)
                assert isinstance(found, bool)
                assert common == 0 or (make in (eq, ne) and c % common), "only such an equation has no solution"


@checks(TRM_27, TRM_02)
def test_comparisons_that_say_the_same_are_one_object() -> None:
    for factor, shift in product((1, 2, 5), (0, 1, 7)):
        for make, _ in ORDERS:
            one = make(X + shift, Y)
            assert make(factor * X + factor * shift + Z, factor * Y + Z) is one
            assert make(X, Y - shift) is one
        assert ge(factor * X, factor * Y + 1 - factor) is ge(X, Y)
        assert eq(Y, X) is eq(X, Y)
        assert ne(-X, 3) is ne(X, -3)
        assert eq(-factor * X, factor * Y) is eq(X, -Y)
    assert gt(X, Y) is ge(X, Y + 1)
    assert lt(X, Y) is gt(Y, X)
    assert le(X, Y) is ge(Y, X)
    assert eq(X * Y + 1, X * Y + 1) is True
    assert eq(X + 1, X) is False
    assert len({id(c) for c in (ge(X, 0), eq(X, 0), ne(X, 0), ge(-X, 0), ge(X, 1), ge(Y, 0))}) == 6


@checks(TRM_27, TRM_02)
def test_a_choice_of_numbers_compares_as_its_condition() -> None:
    condition = ge(Y, 3)
    for then, otherwise, factor, constant in product((-2, 0, 1), (-1, 0, 3), (1, -2, 3), (-3, -1, 0, 1, 4)):
        choice = of_atom(intern_apply("Ite", (condition, then, otherwise), Sort.INT))
        for make, means in ORDERS:
            found = make(choice * factor + constant, 0)
            first, second = means(factor * then + constant, 0), means(factor * otherwise + constant, 0)
            assert found is (first if first == second else condition if first else lnot(condition))
    choice = of_atom(intern_apply("Ite", (condition, 1, 0), Sort.INT))
    open_choice = of_atom(intern_apply("Ite", (condition, X, 0), Sort.INT))
    other_choice = of_atom(intern_apply("Ite", (condition, 0, X), Sort.INT))
    largest = of_atom(intern_apply("Max", (X, 1, 0), Sort.INT))
    for term in (choice + X, choice * X, choice * choice, open_choice, other_choice, largest, choice + Y + 1):
        assert isinstance(ge(term, 1), Ge)
        assert isinstance(eq(term, 2), Eq)


TRM_28 = Clause(
    "TRM-28",
    "A connective is flat, in one order, without repetition; True and False fall away or decide it, as a member beside"
    " its own negation does; a negation stands only before an opaque boolean or an order of floats.",
    f"{_TERMS}.conditions:_nary",
    "trm-connectives-keep-a-contradiction",
)
MEMBERS: Final[tuple[BoolTerm, ...]] = tuple(
    c
    for c in (P, lnot(Q), ge(X, 1), eq(X, Y), ne(X, 2), float_lt(F, 1.0), lnot(float_le(F, G)), float_eq(F, G))
    if not isinstance(c, bool)
)


@checks(TRM_28, TRM_02)
@pytest.mark.parametrize("conjunction", [True, False])
def test_a_connective_is_flat_ordered_and_without_repetition(conjunction: bool) -> None:
    kind, neutral = (And, True) if conjunction else (Or, False)
    connective, dual = (land, lor) if conjunction else (lor, land)
    assert connective() is neutral
    for one in MEMBERS:
        assert connective(one) is one
        assert connective(one, one, neutral) is one
        assert connective(one, not neutral) is (not neutral)
        assert connective(one, lnot(one)) is (not neutral)
        for some in permutations((R, lnot(one), ge(Z, 5), one)):
            assert connective(*some) is (not neutral)
    for some in permutations(MEMBERS, 3):
        found = connective(*some)
        assert isinstance(found, kind)
        assert set(found.args) == set(some)
        assert found is connective(some[2], connective(some[1], neutral, some[0]), some[1])
        assert [arg.key for arg in found.args] == sorted(arg.key for arg in some)
        assert conjuncts(found) == (found.args if kind is And else (found,))
        nested = connective(some[0], dual(some[1], some[2]))
        assert isinstance(nested, kind)
        assert len(nested.args) == 2


test_the_order_is_that_of_no_hash_seed_and_of_no_creation = checks(TRM_28, TRM_02)(
    test_limits.test_the_same_text_whatever_the_hash_seed_and_the_order_of_creation
)


@checks(TRM_28, TRM_02)
def test_a_negation_is_pushed_inwards() -> None:
    a, b = ge(X, 1), eq(X, Y)
    inner = lor(b, lnot(P), float_lt(F, G))
    for condition, negated in (
        (True, False),
        (a, le(X, 0)),
        (b, ne(X, Y)),
        (float_eq(F, G), float_ne(F, G)),
        (float_ne(F, G), float_eq(F, G)),
        (land(a, inner), lor(le(X, 0), land(ne(X, Y), P, lnot(float_lt(F, G))))),
        (lor(P, land(a, inner)), land(lnot(P), lor(lt(X, 1), land(ne(X, Y), P, lnot(float_lt(F, G)))))),
    ):
        assert lnot(condition) is negated
        assert lnot(negated) is condition
    for opaque in (P, float_lt(F, G), float_le(F, G)):
        found = lnot(opaque)
        assert isinstance(found, Not)
        assert found.arg is opaque
        assert lnot(found) is opaque
        assert lnot(opaque) is found
    deep: Cond = P
    for index in range(150):
        deep = (land if index % 2 else lor)(deep, bool_symbol(f"q{index}"))
    assert lnot(lnot(deep)) is deep


@checks(TRM_28, TRM_02)
def test_conditions_are_known_from_numbers() -> None:
    conditions: tuple[Scalar, ...] = (
        True,
        False,
        P,
        lnot(P),
        ge(X, 1),
        eq(X, 1),
        ne(X, 1),
        land(P, Q),
        lor(P, Q),
        float_lt(F, G),
    )
    others: tuple[Scalar, ...] = (0, 1, 1.0, X, F, to_float(X), X + 1)
    assert [is_condition(c) for c in (*conditions, *others)] == [True] * len(conditions) + [False] * len(others)


@checks(TRM_28, TRM_02)
def test_comparisons_of_floats_are_told_apart_by_all_of_their_parts() -> None:
    made = [
        intern_float_compare(op, left, right)
        for op in ("lt", "le", "eq", "ne")
        for left, right in ((F, G), (G, F), (F, 0.0), (F, -0.0), (0.0, F), (F, 1.0), (X, 1.0), (F, X))
    ]
    assert len({id(c) for c in made}) == len({c.key for c in made}) == len(made)
    for c in made:
        assert isinstance(c, FloatCompare)
        assert intern_float_compare(c.op, c.left, c.right) is c
        for point in ({"zuf0": 0.5, "zuf1": -1.0, "u0": 2}, {"zuf0": 1.0, "zuf1": 1.0, "u0": 1}):
            left, right = (evaluate(side, point) for side in (c.left, c.right))
            assert evaluate(c, point) is getattr(operator, c.op)(left, right)


TRM_29 = Clause(
    "TRM-29",
    "A term knows its symbols and how deep its applications nest; its direction, with a factor and a constant, is the"
    " sum without constant whose coefficients share no factor and whose first is positive.",
    f"{_TERMS}.directions:direction_of",
    "trm-predicates-are-applications",
)
DEPTHS: Final[tuple[tuple[Scalar, int, set[str]], ...]] = (
    (F, 0, {"zuf0"}),
    (P, 0, {"p0"}),
    (X, 0, {"u0"}),
    (3 * X * Y + 1, 0, {"u0", "u1"}),
    (X // 2, 1, {"u0"}),
    (Z * (X // Y) + 1, 1, {"u0", "u1", "u2"}),
    ((X // 2) % (Y + 1), 2, {"u0", "u1"}),
    (ge(X + Y, 1), 0, {"u0", "u1"}),
    (eq(X // 2, 1), 1, {"u0"}),
    (lnot(P), 0, {"p0"}),
    (land(P, Q), 1, {"p0", "p1"}),
    (lor(R, land(P, Q)), 2, {"p0", "p1", "p2"}),
    (float_lt(F, G), 1, {"zuf0", "zuf1"}),
    (lnot(float_lt(F, to_float(X // 2))), 3, {"zuf0", "u0"}),
)


def _name(value: Scalar | set[str]) -> str:
    """A name that is the same in every process, as xdist compares them; a set has an order of its own in each."""
    return " ".join(sorted(value)) if isinstance(value, set) else str(value)


@checks(TRM_29)
@pytest.mark.parametrize(("term", "depth", "free"), DEPTHS, ids=_name)
def test_a_term_knows_its_symbols_and_its_depth(term: Scalar, depth: int, free: set[str]) -> None:
    assert not isinstance(term, (int, float))
    assert term.depth == depth
    assert {found.name for found in term.free} == free
    assert repr(term) == f"<{term}>"


@checks(TRM_29)
def test_a_sum_is_as_deep_as_its_deepest_part_and_has_the_symbols_of_all() -> None:
    a, b, c, d = (symbol(f"part{index}") for index in range(4))
    parts: list[tuple[Dim, int, str]] = [
        (d, 0, "3"), (a // b, 1, "01"), ((b // c) // a, 2, "012"), (a * ((c // a) % (b + 1)), 2, "012"),
        (5 * b * c, 0, "12"),
    ]  # fmt: skip
    for (one, depth, free), (two, deeper, more), (three, deepest, most) in permutations(parts, 3):
        term = one + 2 * two - 3 * three
        assert isinstance(term, IntTerm)
        assert term.depth == max(depth, deeper, deepest)
        assert {found.name for found in term.free} == {f"part{index}" for index in {*free, *more, *most}}


@checks(TRM_29)
def test_the_direction_of_a_sum() -> None:
    for a, b, c in product(SMALL, SMALL, range(-3, 4)):
        for term in (a * X + b * X * Y + c, 2 * a * X + 4 * b * Y + c, a * (X // 2) + c):
            if isinstance(term, int):
                continue
            direction, factor, constant = direction_of(term)
            coefficients = _coefficients(direction)
            assert math.gcd(*coefficients) == 1
            assert coefficients[0] > 0
            assert direction.constant == 0
            assert direction * factor + constant is term
            assert constant == c


@checks(TRM_29)
def test_operators_of_terms_take_plain_numbers_on_either_side() -> None:
    for x in (-5, -2, 0, 3):
        for n in (-3, 1, 2):
            pairs = [
                (X + n, x + n), (n + X, n + x), (X - n, x - n), (n - X, n - x), (X * n, x * n), (n * X, n * x),
                (X // n, x // n), (X % n, x % n), (X**2, x**2), (Y**X, 3**max(x, 0) if x >= 0 else None),
                (n // Y, n // 3), (n % Y, n % 3), (2**Y, 8), (-X, -x),
            ]  # fmt: skip
            for term, expected in pairs:
                if expected is not None:
                    assert evaluate(term, {"u0": x, "u1": 3}) == expected
    with pytest.raises(TypeError, match="undecided"):
        bool(X)
    for term, constant, symbol_itself, atom in (
        (X, 0, True, True),
        (X // 2, 0, False, True),
        (X + 5, 5, False, False),
        (X * 5, 0, False, False),
        (X * Y - 2, -2, False, False),
    ):
        assert isinstance(term, IntTerm)
        assert term.constant == constant
        assert (term.symbol is not None) is symbol_itself
        assert (term.atom is not None) is atom
    assert X.symbol is not None
    assert X.symbol.name == "u0"
