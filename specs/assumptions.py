"""TRM, continued: what bounds learn from what they are told to assume, and what they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import nan
from typing import Final

import pytest

from refimpl.terms import (
    Bounds,
    Cond,
    Dim,
    FloatRange,
    Or,
    Real,
    Sort,
    ValueRange,
    bool_symbol,
    eq,
    float_eq,
    float_ge,
    float_gt,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    land,
    le,
    lnot,
    lor,
    mod,
    ne,
    symbol,
    symbol_atom,
)
from specs.clauses import Clause, checks
from specs.decisions import TRM_20
from specs.intervals import TRM_18
from specs.reasoning import KNO_02
from specs.terms import TRM_06, TRM_07, TRM_08
from specs.valuations import knowing, values

__all__ = ["TRM_32", "TRM_33", "TRM_34"]

_TERMS = "refimpl.terms"
A, B, C, D = (symbol(name) for name in ("u0", "u1", "u2", "u3"))
P, Q = bool_symbol("p0"), bool_symbol("p1")
F, G = float_symbol("zuf0"), float_symbol("zuf1")

TRM_32 = Clause(
    "TRM-32",
    "What is assumed is known and its negation is false; a disjunction with one member left establishes it, one with"
    " none left contradicts; a contradiction is noticed whichever of the two comes first.",
    f"{_TERMS}.bounds:Bounds._unit",
    "trm-congruences-replace-equal-ones",
)
ASSUMED: Final[tuple[Cond, ...]] = (
    P,
    lnot(P),
    ge(A, 3),
    le(A + B, 3),
    eq(A, 3),
    eq(A - 2 * B, 3),
    ne(A, 3),
    ne(A - 2 * B, 3),
    lor(P, ge(A, 3)),
    lor(P, land(ge(A, 3), Q)),
    land(P, ne(A, 3), le(B, 0)),
    float_lt(F, 1.5),
    float_le(1.5, F),
    float_eq(F, 1.5),
    float_lt(F, G),
    lnot(float_lt(F, G)),
    eq(mod(A, 4), 3),
    eq(mod(A, B), 3),
    eq(floor_div(A, 4), 3),
    ge(A * B, 3),
    ne(A * B, 3),
)


@checks(TRM_32, TRM_06)
@pytest.mark.parametrize("condition", ASSUMED, ids=str)
def test_what_is_assumed_is_known(condition: Cond) -> None:
    bounds = Bounds()
    assert bounds.known(condition) is None
    before = bounds.version
    bounds.assume(condition)
    assert bounds.known(condition) is True
    assert bounds.known(lnot(condition)) is False
    if not isinstance(condition, Or):  # its members would be taken for those of a longer one
        assert bounds.known(lor(condition, bool_symbol("p7"))) is True
        assert bounds.known(land(lnot(condition), bool_symbol("p7"))) is False
    learned = bounds.version
    assert learned > before, "something was learned"
    bounds.assume(condition)
    assert bounds.version == learned, "nothing more was learned"
    assert not bounds.inconsistent
    bounds.assume(lnot(condition))
    assert bounds.inconsistent
    assert bounds.known(condition) is True, "the contradicting one is not kept"


@checks(TRM_32, TRM_06)
@pytest.mark.parametrize("condition", ASSUMED, ids=str)
def test_a_fork_and_its_origin_learn_apart(condition: Cond) -> None:
    origin = knowing([ge(D, 1)])
    fork = origin.fork()
    assert fork.known(ge(D, 1)) is True
    before = origin.version
    fork.assume(condition)
    assert fork.known(condition) is True
    assert origin.known(condition) is None
    assert origin.version == before
    origin.assume(ge(D, 5))
    assert fork.known(ge(D, 5)) is None
    again = origin.fork()
    origin.assume(condition)
    assert origin.known(condition) is True
    assert again.known(condition) is None
    assert again.known(ge(D, 5)) is True


@checks(TRM_32, TRM_06)
def test_a_disjunction_establishes_its_last_member() -> None:
    members = (ge(A, 5), eq(B, 2), P)
    for left in range(3):
        bounds = Bounds()
        for index, member in enumerate(members):
            if index != left:
                bounds.assume(lnot(member))
        bounds.assume(lor(*members))
        assert bounds.known(members[left]) is True
        assert not bounds.inconsistent
    bounds = knowing([lnot(member) for member in members[1:]])
    bounds.assume(lor(*members[1:]))
    assert bounds.inconsistent
    bounds = knowing([le(A, 4), ne(B, 2)])
    bounds.assume(lor(*members[:2]))
    assert bounds.inconsistent
    bounds = knowing([lor(*members), lnot(P)])
    assert bounds.known(ge(A, 5)) is None
    for other in (P, ge(B, 1)):
        bounds = knowing([lnot(Q), ne(C, 7)])
        bounds.assume(lor(land(other, Q), land(eq(C, 7), other), ge(A, 5)))
        assert bounds.known(ge(A, 5)) is True, "one false part makes a conjunction false, whatever the other is"


TRM_33 = Clause(
    "TRM-33",
    "Excluded values move the ends of a range, in whatever order they come; a range of one value is that value; a known"
    " remainder excludes the others, and a sum bounds each of its parts by the others.",
    f"{_TERMS}.bounds:_without",
    "trm-one-excluded-value-moves-an-end",
)


@checks(TRM_33, TRM_06, TRM_07, TRM_20)
@pytest.mark.parametrize("first", [True, False])
def test_excluded_values_move_the_ends(first: bool) -> None:
    for low, high, excluded in product(
        (0, 3), (6, 9), ((0, 1, 2), (3, 4, 5), (6, 5, 4), (9, 8), (3, 6, 9), (4, 8), (5,))
    ):
        ranges = [ge(A, low), le(A, high)]
        others = [ne(A, value) for value in excluded]
        bounds = knowing([*others, *ranges] if first else [*ranges, *others])
        left = [value for value in range(low, high + 1) if value not in excluded]
        assert bounds.range_of(A) == ValueRange(min(left), max(left))
        for value in range(-1, 11):
            expected = (len(left) == 1 or None) if value in left else False
            assert bounds.known(eq(A, value)) is expected
            assert bounds.known(ne(A, value)) is (None if expected is None else not expected)
            assert bounds.known(ne(3 * A, 3 * value)) is (None if expected is None else not expected)
    for sum_of, value in ((A - B, 2), (A + B, -1), (2 * A - 3 * B, 0)):
        bounds = knowing([ne(sum_of, value), ge(sum_of, value)] if first else [ge(sum_of, value), ne(sum_of, value)])
        assert bounds.known(ge(sum_of, value + 1)) is True
        assert bounds.known(eq(sum_of, value)) is False
        assert bounds.known(eq(-sum_of, -value)) is False
        bounds.assume(ne(sum_of, value + 1))
        assert bounds.known(ge(2 * sum_of, 2 * value + 4)) is True
    bounds = knowing([ne(A, 0), ne(A, 1)])
    bounds.assume(land(ge(A, 0), le(A, 1)))
    assert bounds.inconsistent


PARTS_OF_SUMS: Final[tuple[tuple[Sequence[Cond], Dim, tuple[int | None, int | None]], ...]] = (
    ((le(A + B + C, 6), ge(B, 1), ge(C, 2)), A, (None, 3)),
    ((ge(A + B + C, 6), le(B, 1), le(C, 2)), A, (3, None)),
    ((le(2 * A + 3 * B, 12), ge(B, 1)), A, (None, 4)),
    ((ge(2 * A + 3 * B, 12), le(B, 1)), A, (5, None)),
    ((le(A - 2 * B, 3), le(A, 9), ge(A, 8)), B, (3, None)),
    ((ge(A - 2 * B, 3), le(A, 9)), B, (None, 3)),
    ((eq(A - B, 4), ge(B, 1), le(B, 5)), A, (5, 9)),
    ((eq(A, B), ge(A, 1), le(B, 5)), A - B, (0, 0)),
    ((eq(A + 1, B * C), ge(A, 1), le(A, 5)), B * C, (2, 6)),
    ((eq(A, floor_div(B, 3)), ge(A, 2), le(A, 4)), B, (6, 14)),
    ((eq(A, int_max(B, C)), le(A, 4)), B, (None, 4)),
    ((eq(A, int_min(B, C)), ge(A, 4)), C, (4, None)),
    ((le(int_max(B, floor_div(C, 2)), 4),), C, (None, 9)),
    ((ge(int_min(B, 2 * C - 1), 4),), C, (3, None)),
    ((le(A, B), le(B, C), le(C, D), le(D, 7)), A, (None, 7)),
    ((le(A, B), le(B, C), le(C, D), ge(A, 7)), D, (7, None)),
    ((ge(A, 2), le(A, 3), ge(B, -1), le(B, 4)), A * B, (-3, 12)),
    ((ge(A, -2), le(A, 3)), A * A, (0, 9)),
)


@checks(TRM_33, TRM_06, TRM_07, TRM_20)
@pytest.mark.parametrize(("assumptions", "term", "ends"), PARTS_OF_SUMS, ids=str)
def test_sums_bound_their_parts(assumptions: Sequence[Cond], term: Dim, ends: tuple[int | None, int | None]) -> None:
    for said in (assumptions, assumptions[::-1]):
        assert knowing(said).range_of(term) == ValueRange(*ends)
    found = values(assumptions, term)
    assert all(value in ValueRange(*ends) for value in found if isinstance(value, int))


@checks(TRM_33, TRM_06, TRM_07, KNO_02)
def test_a_known_remainder_excludes_the_others() -> None:
    for sign, shift, modulus, residue in product((1, -1), (-2, 0, 3), (2, 3, 6), (0, 1, 5)):
        if residue >= modulus:
            continue
        bounds = knowing([eq(mod(sign * A + shift, modulus), residue)])
        of_it = next(value for value in range(modulus) if (sign * value + shift) % modulus == residue)
        for divisor in (2, 3, 6):
            for asked in range(divisor):
                answer = (asked == of_it % divisor) if modulus % divisor == 0 else None
                expected = False if answer is None and _never(of_it, modulus, asked, divisor) else answer
                found = bounds.known(eq(mod(A, divisor), asked))
                assert found is expected or (found is None and answer is None), (sign, shift, modulus, residue)
        for value in range(-6, 7):
            assert bounds.known(eq(A, value)) is (None if value % modulus == of_it else False)
            assert bounds.known(eq(A + modulus * B, value)) is (None if value % modulus == of_it else False)
        finer = 2 * modulus
        bounds.assume(eq(mod(A, finer), of_it))
        assert bounds.known(eq(mod(A, finer), of_it)) is True
        bounds.assume(eq(mod(A, modulus), of_it))
        assert bounds.known(eq(mod(A, finer), of_it)) is True, "a coarser one does not replace it"


def _never(residue: int, modulus: int, asked: int, divisor: int) -> bool:
    """Whether no number leaves both remainders."""
    return not any(n % modulus == residue and n % divisor == asked for n in range(modulus * divisor))


TRM_34 = Clause(
    "TRM-34",
    "A comparison of floats in known ranges is decided exactly if it has one answer for all their members; one with an"
    " integer is decided by no range.",
    f"{_TERMS}.deciding:_decide_float",
    "trm-empty-ranges-of-floats-are-consistent",
)
FLOATS: Final = (-1.5, -1.0, 0.0, 0.5, 2.0)
COMPARISONS: Final[tuple[tuple[Callable[[Real, Real], Cond], Callable[[float, float], bool]], ...]] = (
    (float_lt, float.__lt__),
    (float_le, float.__le__),
    (float_eq, float.__eq__),
    (float_ne, float.__ne__),
    (float_gt, float.__gt__),
    (float_ge, float.__ge__),
)


@checks(TRM_34, TRM_06, TRM_08, TRM_18)
def test_floats_in_known_ranges_are_compared() -> None:
    ranges = [(low, high) for low in FLOATS for high in FLOATS if low <= high]
    for first, second in product(ranges, ((-1.0, -1.0), (-1.0, 0.5), (0.5, 2.0), (0.0, 0.0))):
        bounds = Bounds()
        for number, (low, high) in ((F, first), (G, second)):
            bounds.assume_range(number, FloatRange(low, high))
        inside = [[x for x in FLOATS if low <= x <= high] for low, high in (first, second)]
        for make, means in COMPARISONS:
            answers = {means(f, g) for f, g in product(*inside)}
            expected = answers.pop() if len(answers) == 1 else None
            assert bounds.known(make(F, G)) is expected
            assert bounds.known(lnot(make(F, G))) is (None if expected is None else not expected)
    bounds = knowing([le(A, 0)])
    assert bounds.known(float_lt(A, 1.0)) is None
    assert bounds.known(float_lt(-3.0, A)) is None
    assert bounds.known(gt(A, 0)) is False


@checks(TRM_34, TRM_06, TRM_08, TRM_18)
def test_a_range_of_floats_is_narrowed_and_never_left() -> None:
    bounds = Bounds()
    assert bounds.known(float_lt(F, 3.0)) is None
    start = bounds.version
    bounds.assume_range(F, FloatRange(0.0, 2.0))
    assert bounds.known(float_lt(F, 3.0)) is True
    before = bounds.version
    assert before > start
    bounds.assume_range(F, FloatRange(-1.0, 2.0))
    assert bounds.version == before
    bounds.assume(float_le(F, 1.0))
    assert bounds.float_range_of(F) == FloatRange(0.0, 1.0)
    assert bounds.version > before
    fork = bounds.fork()
    fork.assume_range(F, FloatRange(0.5, 4.0))
    assert fork.float_range_of(F) == FloatRange(0.5, 1.0)
    assert bounds.float_range_of(F) == FloatRange(0.0, 1.0)
    assert bounds.known(float_lt(F, 0.5)) is None
    fork.assume(float_gt(F, 1.0))
    assert fork.inconsistent
    assert not bounds.inconsistent
    assert fork.float_range_of(F) == FloatRange(0.5, 1.0)
    bounds.assume_range(F, FloatRange(3.0, 4.0))
    assert bounds.inconsistent
    assert bounds.float_range_of(F) == FloatRange(0.0, 1.0)
    with pytest.raises(TypeError, match="float symbol zuf0"):
        Bounds().assume_range(F, ValueRange(0, 2))
    with pytest.raises(TypeError, match="integer symbol u0"):
        Bounds().assume_range(symbol_atom("u0", Sort.INT), FloatRange(0.0, 2.0))


@checks(TRM_34, TRM_06, TRM_08, TRM_18)
def test_the_number_may_stand_on_either_side_and_be_nan() -> None:
    early = float_symbol("a")
    for number in (early, F):
        for condition, found in (
            (float_eq(number, 1.5), FloatRange(1.5, 1.5)),
            (float_eq(1.5, number), FloatRange(1.5, 1.5)),
            (float_lt(number, 1.5), FloatRange(high=1.5)),
            (float_le(1.5, number), FloatRange(low=1.5)),
            (float_ne(number, 1.5), FloatRange()),
            (float_ne(1.5, number), FloatRange()),
        ):
            bounds = knowing([condition])
            assert bounds.float_range_of(number) == found
        for never in (float_lt(number, nan), float_le(nan, number), float_eq(number, nan), float_ne(number, nan)):
            assert knowing([never]).float_range_of(number) == FloatRange()


@checks(TRM_33, TRM_06, TRM_07, TRM_20, KNO_02)
def test_a_remainder_says_no_more_than_it_does() -> None:
    bounds = knowing([eq(floor_div(A, 4), 3)])
    for value in range(12, 16):
        assert bounds.known(eq(A, value)) is None
    bounds = knowing([eq(mod(2 * A, 5), 1)])
    for value in range(-7, 8):
        assert bounds.known(eq(A, value)) is None or (bounds.known(eq(A, value)) is False and 2 * value % 5 != 1)
    bounds = knowing([eq(mod(A, 4), 0)])
    bounds.assume(eq(mod(A, 6), 0))
    assert bounds.known(eq(A, 6)) is False, "the first is kept"
    bounds.assume(eq(mod(A, 8), 1))
    assert bounds.inconsistent
    assert bounds.known(eq(A, 6)) is False
    assert bounds.known(eq(A, 8)) is None
    bounds = knowing([ge(mod(A, 4), 3)])
    fork = bounds.fork()
    fork.assume(eq(mod(A, 4), 3))
    assert fork.known(eq(A, 2)) is False
    assert bounds.known(eq(A, 2)) is None
    bounds.assume(eq(mod(A, 4), 3))
    assert bounds.known(eq(A, 2)) is False
    bounds.assume(eq(mod(A, 2), 0))
    assert bounds.inconsistent


@checks(TRM_33, TRM_06, TRM_07, TRM_20)
def test_bounds_that_push_each_other_come_to_an_end() -> None:
    bounds = knowing([le(A, B - 1), le(B, C - 1), ge(A, 0)])
    assert bounds.range_of(C) == ValueRange(2, None)
    bounds.assume(le(C, A - 1))
    low = bounds.range_of(A).low
    assert low is not None
    assert 0 <= low < 1000


@checks(TRM_33, TRM_06, TRM_07, TRM_20)
def test_bounds_go_through_long_sums_and_long_chains() -> None:
    links = [symbol(f"v{index}") for index in range(32)]
    whole: Dim = links[0]
    for part in links[1:8]:
        whole = whole + part
    bounds = knowing([le(whole, 10), *(ge(part, 1) for part in links[1:8])])
    assert bounds.range_of(links[0]) == ValueRange(None, 3)
    bounds = knowing([ge(after, before + 1) for before, after in pairwise(links)])
    bounds.assume(ge(links[0], 5))
    assert bounds.range_of(links[31]) == ValueRange(36, None)
    bounds.assume(le(links[31], 40))
    assert bounds.range_of(links[0]) == ValueRange(5, 9)
