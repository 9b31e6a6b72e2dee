"""KNO: what is derived from what is known: ranges of applications, congruences, simpler terms."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from refimpl.terms import Bounds, Cond, Dim, FloatRange, Real, Scalar, Sort, ValueRange
from refimpl.terms.core import IntFn
from specs.clauses import Clause, checks
from specs.intervals import TRM_19
from specs.terms import TRM_05, TRM_06

__all__ = ["KNO_01", "KNO_02", "KNO_03", "KNO_04"]

_TERMS = "refimpl.terms"
X, Y, Z, W = (t.symbol(name) for name in ("u0", "u1", "u2", "u3"))
AX, AY = (t.symbol_atom(name, Sort.INT) for name in ("u0", "u1"))
F, G = t.float_symbol("zuf0"), t.float_symbol("zuf1")
P = t.bool_symbol("p0")


def knowing(*conditions: Cond) -> Bounds:
    """Bounds that assume the conditions, one after the other."""
    bounds = Bounds()
    for condition in conditions:
        bounds.assume(condition)
    return bounds


def _raw(fn: IntFn, *args: Scalar) -> t.IntTerm:
    """The application as it stands, no rule applied."""
    return t.of_atom(t.intern_apply(fn, args, Sort.INT))


KNO_01 = Clause(
    "KNO-01",
    "The range of an application is that of its function on the ranges of its arguments; powers of one atom are taken"
    " together, and what is known of a sum or product itself narrows it.",
    f"{_TERMS}.inference:_apply_ends",
    "kno-ceilings-are-rounded",
)
ENDS = st.tuples(st.one_of(st.none(), st.integers(-6, 6)), st.one_of(st.none(), st.integers(0, 5)))
FUNCTIONS: Final[dict[IntFn, Callable[[ValueRange, ValueRange], ValueRange]]] = {
    "FloorDiv": ValueRange.__floordiv__,
    "Mod": ValueRange.__mod__,
    "Max": ValueRange.maximum,
    "Min": ValueRange.minimum,
    "Pow": ValueRange.power,
    "LShift": ValueRange.lshift,
    "RShift": ValueRange.rshift,
    "BitAnd": ValueRange.bit_and,
    "BitOr": ValueRange.bit_or,
    "BitXor": ValueRange.bit_xor,
}


def _range(ends: tuple[int | None, int | None]) -> ValueRange:
    low, width = ends
    return ValueRange(low, None if width is None else (low or 0) + width)


@checks(KNO_01, TRM_05)
@settings(max_examples=100)
@given(left=ENDS, right=ENDS, factor=st.integers(-3, 3), constant=st.integers(-3, 3))
def test_ranges_of_applications_are_ranges_of_their_functions(
    left: tuple[int | None, int | None], right: tuple[int | None, int | None], factor: int, constant: int
) -> None:
    x, y = _range(left), _range(right)
    bounds = Bounds()
    bounds.assume_range(AX, x)
    bounds.assume_range(AY, y)
    for fn, of_ranges in FUNCTIONS.items():
        expected = of_ranges(x, y)
        applied = _raw(fn, X, Y)
        assert bounds.range_of(applied) == expected
        scaled = expected * ValueRange(factor, factor) + ValueRange(constant, constant)
        assert bounds.range_of(factor * applied + constant) == scaled
    assert bounds.range_of(_raw("Ite", P, X, Y)) == x.union(y)
    assert bounds.range_of(X - 2 * Y + 1) == x + y * ValueRange(-2, -2) + ValueRange(1, 1)
    assert bounds.range_of(X * Y) == x * y
    assert bounds.range_of(_raw("Max", X, Y, 2)) == x.maximum(y).maximum(ValueRange(2, 2))
    for exponent in (2, 3, 4):
        of_power = x.power(ValueRange(exponent, exponent))
        power: Dim = X
        for _ in range(exponent - 1):
            power = power * X
        assert bounds.range_of(power) == of_power
        assert bounds.range_of(power * Y) == of_power * y


@checks(KNO_01, TRM_05)
def test_what_is_known_of_a_whole_narrows_it() -> None:
    bounds = knowing(t.ge(X + Y, 5), t.le(X + Y, 7), t.ge(X, 0), t.le(X, 9), t.ge(Y, -2))
    assert bounds.range_of(2 * X + 2 * Y + 1) == ValueRange(11, 15)
    assert bounds.range_of(-X - Y) == ValueRange(-7, -5)
    bounds = knowing(t.ge(X, 1), t.ge(Y, 1), t.le(X * Y, 5))
    assert bounds.range_of(X * Y) == ValueRange(1, 5)
    assert bounds.range_of(3 * X * Y + 1) == ValueRange(4, 16)
    quotient = _raw("FloorDiv", X, Y)
    bounds = knowing(t.ge(quotient, 3), t.ge(X, 0), t.le(X, 40), t.ge(Y, 1), t.le(Y, 9))
    assert bounds.range_of(quotient) == ValueRange(3, 40)
    assert bounds.range_of(7) == ValueRange(7, 7)
    assert bounds.range_of(Z) == ValueRange()
    assert bounds.range_of(X * Z) == ValueRange()
    assert bounds.range_of(X + Z) == ValueRange()


@checks(KNO_01, TRM_05)
@pytest.mark.parametrize(("low", "high"), [(0.5, 2.5), (-2.5, -0.5), (-1.5, 3.0), (-math.inf, 1.0), (0.0, math.inf)])
def test_ranges_of_roundings_are_roundings_of_ranges(low: float, high: float) -> None:
    bounds = Bounds()
    known, other = FloatRange(low, high), FloatRange(-1.0, 4.0)
    bounds.assume_range(F, known)
    bounds.assume_range(G, other)
    bounds.assume_range(AX, ValueRange(-3, 5))
    integers = FloatRange.of_integers(ValueRange(-3, 5))
    reals: tuple[tuple[Real, FloatRange], ...] = (
        (F, known), (t.float_add(F, G), known + other), (t.float_mul(F, G), known * other),
        (t.float_ite(P, F, G), known.union(other)), (t.to_float(X), integers),
        (t.float_add(t.to_float(X), G), integers + other),
        (1.5, FloatRange(1.5, 1.5)), (math.nan, FloatRange()), (t.float_unary("exp", F), FloatRange()),
        (t.float_symbol("zuf9"), FloatRange()),
    )  # fmt: skip
    for real, expected in reals:
        assert bounds.float_range_of(real) == expected
        for fn, ends in (
            ("TruncToInt", expected.trunc()), ("FloorToInt", expected.floor()), ("CeilToInt", expected.ceil()),
            ("RoundToInt", expected.round()),
        ):  # fmt: skip
            assert bounds.range_of(t.of_atom(t.intern_apply(fn, (real,), Sort.INT))) == ends  # type: ignore[arg-type]  # names


@checks(KNO_01, TRM_05)
def test_shared_parts_are_not_walked_once_per_path() -> None:
    bounds = knowing(t.float_le(0.0, F), t.float_le(F, 1.0), t.eq(t.mod(X, 4), 1))
    real: Real = F
    for added in range(1, 8):
        real = t.float_add(real, 1.0)
        assert bounds.float_range_of(real) == FloatRange(added, added + 1.0)
    number: Dim = X
    chosen: Real = F
    for index in range(60):
        real = t.float_add(real, real)
        chosen = t.float_ite(t.bool_symbol(f"p{index}"), chosen, t.float_mul(chosen, 0.5))
        number = t.ite(t.bool_symbol(f"p{index}"), number, number + 4)
        if index == 3:
            assert bounds.known(t.eq(t.mod(number, 4), 1)) is True
    assert bounds.float_range_of(real) == FloatRange()
    assert bounds.float_range_of(chosen) == FloatRange()
    assert bounds.known(t.eq(t.mod(number, 4), 2)) in (None, False)
    assert bounds.range_of(number) == ValueRange()
    assert bounds.known(t.float_lt(X, F)) is None, "an integer beside a float"
    assert bounds.float_range_of(t.float_true_div(F, 2.0)) == FloatRange()


KNO_02 = Clause(
    "KNO-02",
    "The residue of a term follows from those of its atoms, through sums, products and choices, and from what is known"
    " of the sum itself.",
    f"{_TERMS}.inference:_times",
    "kno-extrema-have-no-residue",
)


MEANT: Final[tuple[tuple[Dim, Callable[[int, int], int], Callable[[int, int], int]], ...]] = (
    (X, lambda x, y: x, lambda x, y: x),
    (-X, lambda x, y: -x, lambda x, y: -x),
    (X + Y, lambda x, y: x + y, lambda x, y: x + y),
    (2 * X - 3 * Y + 1, lambda x, y: 2 * x - 3 * y + 1, lambda x, y: 2 * x - 3 * y + 1),
    (X * Y, lambda x, y: x * y, lambda x, y: x * y),
    (X * Y + X, lambda x, y: x * y + x, lambda x, y: x * y + x),
    (2 * X * Y - 1, lambda x, y: 2 * x * y - 1, lambda x, y: 2 * x * y - 1),
    (t.ite(P, X, Y), lambda x, y: x, lambda x, y: y),
    (t.ite(P, X, X + 6), lambda x, y: x, lambda x, y: x + 6),
    (t.int_max(X, Y), max, max),
    (2 * t.int_min(X, Y) + 1, lambda x, y: 2 * min(x, y) + 1, lambda x, y: 2 * min(x, y) + 1),
    (2 * t.int_max(X, 5), lambda x, y: 2 * max(x, 5), lambda x, y: 2 * max(x, 5)),
)
"""Terms, and what they mean where ``p0`` holds and where it does not."""
SINGLE: Final = 7
"""So many of them, the first, have one residue if each symbol has one for a multiple of the modulus."""


@checks(KNO_02, TRM_06)
@settings(max_examples=40)
@given(
    moduli=st.tuples(st.sampled_from((2, 3, 4, 6)), st.sampled_from((2, 3, 4, 6))),
    residues=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    modulus=st.sampled_from((2, 3, 4, 6)),
)
def test_residues_follow_from_residues(moduli: tuple[int, int], residues: tuple[int, int], modulus: int) -> None:
    x_residue, y_residue = residues[0] % moduli[0], residues[1] % moduli[1]
    bounds = knowing(t.eq(t.mod(X, moduli[0]), x_residue), t.eq(t.mod(Y, moduli[1]), y_residue))
    values = list(product(range(x_residue, 12, moduli[0]), range(y_residue, 12, moduli[1])))
    for number, (term, here, elsewhere) in enumerate(MEANT):
        found = {meaning(x, y) % modulus for x, y in values for meaning in (here, elsewhere)}
        for residue in range(modulus):
            answer = bounds.known(t.eq(t.mod(term, modulus), residue))
            assert answer is None or {one == residue for one in found} == {answer}
        if number < SINGLE and moduli[0] % modulus == moduli[1] % modulus == 0:
            assert bounds.known(t.eq(t.mod(term, modulus), found.pop())) is True


@checks(KNO_02, TRM_06)
def test_everyday_residues() -> None:
    bounds = knowing(t.eq(t.mod(X, 4), 1), t.eq(t.mod(Y, 6), 2))
    assert bounds.known(t.eq(t.mod(X * Y, 2), 0)) is True
    assert bounds.known(t.eq(t.mod(X * Y, 4), 0)) is None
    assert bounds.known(t.eq(t.mod(3 * Y, 18), 6)) is True
    assert bounds.known(t.eq(t.mod(X * 2 + Y, 2), 0)) is True
    assert bounds.known(t.eq(3 * X + 6 * Y, 2)) is False, "threefold"
    odd = knowing(t.eq(t.mod(X, 2), 1), t.eq(t.mod(Y, 2), 1))
    assert odd.known(t.eq(t.mod(X + Y, 2), 0)) is True
    assert odd.known(t.eq(t.mod(X + Y + Z, 2), 0)) is None
    even = knowing(t.eq(t.mod(X, 2), 0), t.eq(t.mod(Y, 2), 0), t.eq(t.mod(X + Y, 4), 2))
    assert even.known(t.eq(t.mod(X + Y, 4), 2)) is True
    multiples = knowing(t.eq(t.mod(X, 4), 0), t.eq(t.mod(Y, 6), 0))
    assert multiples.known(t.eq(t.mod(X * Y, 24), 0)) is True
    assert multiples.known(t.eq(t.mod(t.int_max(X, Y), 2), 0)) is True
    whole = knowing(t.eq(t.mod(X + Y, 4), 1))
    assert whole.known(t.eq(t.mod(2 * X + 2 * Y + 1, 8), 3)) is True
    assert whole.known(t.eq(t.mod(-X - Y, 4), 3)) is True
    assert whole.known(t.eq(t.mod(X + Y + 2, 4), 3)) is True
    assert whole.known(t.eq(t.mod(X - Y, 4), 1)) is None
    fixed = knowing(t.eq(t.mod(Y, 6), 2), t.eq(X, 3))
    assert fixed.known(t.eq(t.mod(X * Y, 18), 6)) is True
    assert fixed.known(t.eq(t.mod(X + Y, 6), 5)) is True


KNO_03 = Clause(
    "KNO-03",
    "A term is simplified to what it must be: the only value of a range, the argument that wins, the quotient of a"
    " dividend within one period, the branch that is taken; what is open stays.",
    f"{_TERMS}.simplification:_constant_quotient",
    "kno-a-period-is-one-too-long",
)
NATURAL: Final = (t.ge(X, 0), t.ge(Y, X + 1))
WIDE: Final = tuple(t.symbol(f"a{index}") for index in range(9))
SIMPLIFIED: Final[tuple[tuple[tuple[Cond, ...], Dim, Dim], ...]] = (
    ((t.eq(X, 3),), X * Y + X, 3 * Y + 3), ((t.eq(X, 3),), X, 3), ((t.ge(X, 3), t.le(X, 4)), X, X),
    ((t.ge(X, Y),), t.int_max(X, Y), X), ((t.ge(X, Y),), t.int_min(X, Y), Y), ((t.le(X, Y),), t.int_max(X, Y), Y),
    ((t.ge(X, Y),), t.int_max(X, Y, Z), t.int_max(X, Z)), ((t.ge(X, Y),), t.int_min(X, Y, Z), t.int_min(Y, Z)),
    ((t.ge(X, Y), t.ge(Y, Z)), t.int_max(X, Y, Z), X), ((t.ge(X, Y - 1),), t.int_max(X, Y), t.int_max(X, Y)),
    ((t.ge(X, 1),), t.int_max(X, 1), X), ((t.ge(X, 0),), t.int_max(X, 1), t.int_max(X, 1)),
    ((t.ge(X, 4), t.le(X, 7)), t.floor_div(X, 4), 1), ((t.ge(X, 3), t.le(X, 7)), t.floor_div(X, 4), t.floor_div(X, 4)),
    ((t.ge(X, 4), t.le(X, 8)), t.floor_div(X, 4), t.floor_div(X, 4)),
    ((t.ge(X, -4), t.le(X, -1)), t.floor_div(X, 4), -1), ((t.ge(X, 4), t.le(X, 7)), t.mod(X, 4), X - 4),
    ((t.ge(X, 4), t.le(X, 8)), t.mod(X, 4), t.mod(X, 4)), ((t.ge(X, 0), t.le(X, 3)), t.mod(X, 4) + Y, X + Y),
    (NATURAL, _raw("FloorDiv", X, Y), 0), (NATURAL, _raw("Mod", X, Y), X),
    ((t.ge(X, 0), t.ge(Y, X), t.ge(Y, 1)), _raw("FloorDiv", X, Y), _raw("FloorDiv", X, Y)),
    ((t.ge(Y, X + 1), t.ge(Y, 1)), _raw("Mod", X, Y), _raw("Mod", X, Y)), ((t.eq(t.mod(X, 4), 2),), t.mod(X, 4), 2),
    ((t.eq(t.mod(X, 8), 6),), t.mod(X, 4), 2), ((t.eq(t.mod(X, 2), 1),), t.mod(X, 4), t.mod(X, 4)),
    ((t.eq(t.mod(X, 4), 1),), t.mod(X + Y * 4, 4), 1), ((t.ge(X, 1),), t.ite(t.ge(X, 1), Y, Z), Y),
    ((t.le(X, 0),), t.ite(t.ge(X, 1), Y, Z), Z), ((t.ge(X, 0),), t.ite(t.ge(X, 1), Y, Z), t.ite(t.ge(X, 1), Y, Z)),
    ((P,), t.ite(P, Y, Z), Y), ((t.eq(X, 2),), t.floor_div(Y, X), t.floor_div(Y, 2)),
    ((t.eq(X, 2), t.ge(Y, 4), t.le(Y, 5)), _raw("FloorDiv", Y, X) * Z, 2 * Z),
    ((t.ge(X, Y),), t.floor_div(t.int_max(X, Y), 3), t.floor_div(X, 3)),
    ((t.ge(X, Y),), t.int_max(t.int_max(X, Y) * 2, Z), t.int_max(2 * X, Z)),
    ((t.eq(X, 0),), _raw("Pow", X, Y), _raw("Pow", 0, Y)), ((t.eq(X, 3),), _raw("BitAnd", X, 6), 2),
    ((), t.int_max(X, Y) + t.mod(X, 4), t.int_max(X, Y) + t.mod(X, 4)),
    ((t.ge(WIDE[0], WIDE[1]),), t.int_max(*WIDE[:8]), t.int_max(WIDE[0], *WIDE[2:8])), ((), 5, 5),
    ((), _raw("FloorDiv", X, Y), _raw("FloorDiv", X, Y)),
    ((t.eq(Y, 0), t.ge(X, 1), t.le(X, 2)), _raw("FloorDiv", X, Y), t.floor_div(X, 0)),
    ((t.le(X, 7),), t.floor_div(X, 4), t.floor_div(X, 4)), ((t.ge(X, 4),), t.floor_div(X, 4), t.floor_div(X, 4)),
    ((t.eq(t.mod(X, 4), 1),), _raw("Mod", X, Y), _raw("Mod", X, Y)),
    ((t.eq(t.mod(X, 4), 1),), _raw("Mod", X, 0), _raw("Mod", X, 0)),
)  # fmt: skip


@checks(KNO_03, TRM_06, TRM_19)
def test_terms_are_simplified_to_what_they_must_be() -> None:
    for number, (known, term, expected) in enumerate(SIMPLIFIED):
        bounds = knowing(*known)
        for _ in range(2):
            found = bounds.simplify(term)
            assert found is expected or (isinstance(found, int) and found == expected), number
        if not isinstance(term, int):
            condition, simpler = t.ge(term, W), t.ge(expected, W)
            assert bounds.simplify_condition(condition) is simpler, number
            assert bounds.simplify_condition(t.eq(term, W)) is t.eq(expected, W), number
            assert bounds.simplify_condition(t.land(P, t.ne(term, W))) is bounds.simplify_condition(
                t.land(P, t.ne(expected, W))
            )


@checks(KNO_03, TRM_06)
def test_what_is_learned_later_counts() -> None:
    bounds = Bounds()
    term = t.int_max(X, Y) + t.floor_div(Z, 4)
    assert bounds.simplify(term) is term
    assert bounds.range_of(term) == ValueRange()
    assert knowing(t.eq(X + Y, 3)).simplify(X + Y) == 3
    one = knowing(t.ge(X, 1), t.le(X, 1), P)
    asked = (
        t.ge(X, 1),
        t.ge(X, 2),
        t.ne(X, 1),
        P,
        t.lnot(P),
        t.land(P, t.eq(X, 1)),
        t.lor(t.lnot(P), t.ge(X, 2)),
        True,
    )
    assert [one.simplify_condition(c) for c in asked] == [True, False, False, True, False, True, False, True]
    fork = bounds.fork()
    bounds.assume(t.ge(X, Y))
    assert bounds.simplify(term) is X + t.floor_div(Z, 4)
    bounds.assume(t.ge(Z, 4))
    bounds.assume(t.le(Z, 7))
    assert bounds.simplify(term) is X + 1
    bounds.assume(t.le(X, 3))
    assert bounds.range_of(bounds.simplify(term)) == ValueRange(None, 4)
    assert fork.simplify(term) is term
    fork.assume(t.ge(Y, X))
    assert fork.simplify(term) is Y + t.floor_div(Z, 4)
    assert bounds.simplify(term) is X + 1
    chained = knowing(t.ge(X, Z), t.ge(W, Y))
    assert chained.simplify(t.int_max(X, Y)) is t.int_max(X, Y)
    chained.assume(t.ge(Z, W))
    assert chained.simplify(t.int_max(X, Y)) is X, "what was learned of others links the two"
    assert chained.known(t.ge(X, Y)) is True


KNO_04 = Clause(
    "KNO-04",
    "What a fork learns the other side does not know, whatever it is; an answer is not given again once more is known.",
    f"{_TERMS}.knowledge:Knowledge.own",
    "kno-forks-outdate-each-other",
)
FACTS: Final[tuple[Cond, ...]] = (
    t.ge(X, 1), t.le(X, 1), t.ne(X, 3), t.eq(X, 2), P, t.lnot(P), t.float_lt(F, 1.0), t.float_ne(F, F),
    t.eq(t.mod(X, 4), 1), t.ge(X + Y, 2), t.eq(X - Y, 2), t.ge(X * Y, 2), t.ne(X + Y, 0), t.eq(t.mod(X + Y, 4), 1),
    t.ge(t.floor_div(X, 3), 2), t.ge(t.int_max(X, Y), 5), t.lor(P, t.ge(X, 1)),
)  # fmt: skip


@checks(KNO_04, TRM_06)
@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_a_fork_learns_alone_whatever_it_learns(fact: Cond) -> None:
    for learner in (0, 1, 2):
        first = knowing(t.ge(W, 0), t.ne(W, 7), t.ge(W + Z, 1), t.eq(t.mod(Z, 3), 1))
        sides = [first, first.fork(), first.fork()]
        for side in sides:
            assert side.known(fact) is None
        sides[learner].assume(fact)
        for number, side in enumerate(sides):
            assert side.known(fact) is (True if number == learner else None)
            assert side.known(t.ge(W, 0)) is side.known(t.ne(W, 7)) is side.known(t.ge(W + Z, 1)) is True
            assert side.known(t.eq(t.mod(Z, 3), 1)) is True
        other = (learner + 1) % 3
        sides[other].assume(t.lnot(fact))
        assert [side.known(fact) for side in sides] == [
            True if number == learner else False if number == other else None for number in range(3)
        ]
        late = sides[learner].fork()
        assert late.known(fact) is True


@checks(KNO_04, TRM_06)
def test_what_one_side_learns_again_outdates_nothing_of_the_other() -> None:
    first = knowing(t.ge(X, 1))
    fork = first.fork()
    fork.assume(t.ge(Y, 1))
    for low in (1, 4, 6):
        fork.assume(t.ge(Y, low))
        assert fork.range_of(X * Y + 1) == ValueRange(low + 1, None)
        assert fork.known(t.ge(X * Y, low)) is True
    fork.assume(t.ge(Y, 9))
    first.assume(t.ge(Y, 2))
    assert first.range_of(X * Y + 1) == ValueRange(3, None)
    assert fork.range_of(X * Y + 1) == ValueRange(10, None)
    assert fork.simplify(t.int_max(Y, 9)) is Y
    assert first.simplify(t.int_max(Y, 9)) is t.int_max(Y, 9)


@checks(KNO_04, TRM_06)
def test_directions_learned_by_one_side_stay_there() -> None:
    first = knowing(t.ge(X, 0), t.ge(Y, 0))
    fork = first.fork()
    fork.assume(t.le(X + Y, 5))
    first.assume(t.ge(X, 3))
    assert first.range_of(Y) == ValueRange(0, None)
    fork.assume(t.ge(X, 3))
    assert fork.range_of(Y) == ValueRange(0, 2)
    assert fork.version > 0
    before = fork.version
    fork.assume(t.ge(X, 4))
    assert fork.version > before, "it grows when something is learned"
    assert fork.range_of(Y) == ValueRange(0, 1)
