"""FRM, continued: where terms end, and the one form in which they meet."""

from __future__ import annotations

import math
from hashlib import blake2b

import pytest

from refimpl import terms as t
from refimpl.terms import Cond, Dim, Real, Scalar, Sort, TermTooLargeError, evaluate
from refimpl.terms.integers import natural_power
from refimpl.terms.keys import bounded, key_of
from specs.clauses import Clause, checks
from specs.terms import TRM_01, TRM_08, TRM_10

__all__ = ["FRM_03", "FRM_04", "FRM_05"]

_TERMS = "refimpl.terms"
X, Y, W = t.symbol("u0"), t.symbol("u1"), t.symbol("u2")
F, G = t.float_symbol("zuf0"), t.float_symbol("zuf1")
P, Q = t.bool_symbol("p0"), t.bool_symbol("p1")

FRM_03 = Clause(
    "FRM-03",
    "The bounds on depth, degree, monomials and digits are exact: what reaches them is made, what exceeds them is"
    " refused.",
    f"{_TERMS}.keys:depth_above",
    "frm-the-largest-power-is-refused",
)


@checks(FRM_03, TRM_10)
def test_terms_nest_two_hundred_times() -> None:
    term: Dim = X
    for depth in range(1, 201):
        term = t.floor_div(term + 1, Y)
        assert isinstance(term, type(X))
        assert term.depth == depth
        assert {symbol.name for symbol in term.free} == {"u0", "u1"}
    with pytest.raises(TermTooLargeError, match="a term of depth 201"):
        t.floor_div(term + 1, Y)


@checks(FRM_03, TRM_10)
def test_products_have_at_most_their_degree_and_monomials() -> None:
    power: Dim = X
    for _ in range(9):
        power = power * power
    with pytest.raises(TermTooLargeError, match="degree above 512"):
        t.multiply(power, Y)
    wide = [sum((t.symbol(f"{name}{index}") for index in range(64)), start=0 * X) for name in "ab"]
    product = t.multiply(*wide)
    assert isinstance(product, type(X))
    assert len(product.monomials) == 4096
    with pytest.raises(TermTooLargeError, match="a product of 65 by 64 monomials"):
        t.multiply(wide[0] + 1, wide[1])


@checks(FRM_03, TRM_10)
def test_powers_of_numbers_have_at_most_4096_bits() -> None:
    assert natural_power(2, 2048) == 1 << 2048
    assert natural_power(-2, 2047) == -(1 << 2047)
    for base, exponent in ((2, 2049), (-2, 2049), (3, 2049), (1 << 4095, 2)):
        with pytest.raises(TermTooLargeError, match="4096 bits"):
            natural_power(base, exponent)
    assert [natural_power(base, 10**9) for base in (0, 1, -1)] == [0, 1, 1]
    assert natural_power(-1, 10**9 + 1) == -1


@checks(FRM_03, TRM_10)
def test_powers_are_multiplied_out_while_they_are_small() -> None:
    for base, exponent, count in ((X, 16, 1), (X + 1, 16, 17), (X + Y + 1, 9, 55), (2 * X, 16, 1), (X + Y, 2, 3)):
        expanded = t.power(base, exponent)
        assert isinstance(expanded, type(X))
        assert (len(expanded.monomials), expanded.depth) == (count, 0)
        assert evaluate(expanded, {"u0": 3, "u1": -2}) == int(evaluate(base, {"u0": 3, "u1": -2})) ** exponent
    applied: tuple[tuple[Dim, Dim], ...] = (
        (X, 17), (X + 1, 17), (X + Y + 1, 10), (X, -1), (2, X), (2, -1), (0, X), (X, Y),
    )  # fmt: skip
    for base, by in applied:
        kept = t.power(base, by)
        assert isinstance(kept, type(X))
        assert isinstance(kept.atom, t.Apply)
        assert (kept.atom.fn, kept.atom.args) == ("Pow", (base, by))


@checks(FRM_03, TRM_10)
def test_texts_have_at_most_a_mebibyte() -> None:
    name = "a" * (1 << 20)
    assert t.to_text(t.symbol(name)) == name
    for longer in (t.symbol(f"{name}a"), -t.symbol(name)):
        with pytest.raises(TermTooLargeError, match="a text of 1048577 characters"):
            t.to_text(longer)


@checks(FRM_03, TRM_10)
def test_no_name_is_taken_for_a_term() -> None:
    """The text that orders a symbol is that of no other term, however the symbol is called."""
    others = (X + Y, 2 * X, X * Y, t.int_max(X, Y), X // Y, t.to_float(X), t.float_add(F, 0.5), F)
    for term in others:
        name = key_of(term)
        alike = (t.symbol(name), t.float_symbol(name), t.bool_symbol(name))
        assert name not in {key_of(each) for each in alike}
        assert len({key_of(each) for each in (t.symbol(name), t.float_symbol(name))}) == 2
        assert all(t.to_text(each) == name for each in alike)
    for real in (t.to_float(X), t.float_add(F, 0.5), t.float_unary("sqrt", F)):
        choice = t.float_ite(P, t.float_symbol(key_of(real)), real)
        assert isinstance(choice, t.Apply)
        assert choice.fn == "FloatIte"


@checks(FRM_03, TRM_10)
def test_ordering_texts_are_bounded() -> None:
    assert bounded("a" * 160) == "a" * 160
    for text in ("a" * 161, "a" * 64 + "b" * 200):
        assert bounded(text) == f"{'a' * 64}#{blake2b(text.encode(), digest_size=16).hexdigest()}"


def _same(found: Scalar, expected: object) -> bool:
    """Equal to the bit and of one class."""
    return type(found) is type(expected) and repr(found) == repr(expected)


FRM_04 = Clause(
    "FRM-04",
    "Functions of integers meet in one form: what one argument decides is decided, commuted arguments have one order.",
    f"{_TERMS}.integers:_drop_dominated",
    "frm-powers-of-one-stay",
)
C = t.ge(X, 1)


def _same_integers() -> tuple[tuple[Dim, Dim], ...]:
    """Integers made in two ways that are one."""
    return (
        (t.int_max(X), X), (t.int_max(X, X), X), (t.int_max(X + 1, X + 3, Y), t.int_max(Y, X + 3)),
        (t.int_min(X + 1, X + 3), X + 1), (t.int_min(X + 3, X + 1), X + 1), (t.int_max(X + 3, X + 1), X + 3),
        (t.int_max(3, 5, X), t.int_max(X, 5)), (t.int_min(3, 5), 3),
        (t.int_max(X, t.int_max(Y, 3)), t.int_max(3, X, Y)),
        (t.int_max(3, t.int_max(Y, 5)), t.int_max(5, Y)), (t.int_min(X, t.int_min(Y, X)), t.int_min(X, Y)),
        (t.power(X, 0), 1), (t.power(X, 1), X), (t.power(1, Y), 1), (t.power(2, 3), 8), (t.power(0, 0), 1),
        (t.power(X, 2), X * X), (t.power(X, 3), X * X * X), (t.power(5, 1), 5),
        (t.ite(True, X, Y), X), (t.ite(False, X, Y), Y), (t.ite(C, X, X), X), (t.ite(C, 3, 3), 3),
        (t.ite(C, int("1000"), int("1000")), 1000),
        (t.ite(t.ne(X, 0), 1, 2), t.ite(t.eq(X, 0), 2, 1)), (t.ite(t.lnot(P), X, Y), t.ite(P, Y, X)),
        (t.ite(t.lor(P, Q), X, Y), t.ite(t.land(t.lnot(P), t.lnot(Q)), Y, X)), (t.int_of_bool(C), t.ite(C, 1, 0)),
        (t.int_of_bool(True), 1), (t.int_of_bool(False), 0),
        (t.lshift(X, 3), 8 * X), (t.lshift(5, 2), 20), (t.lshift(X, 0), X), (t.rshift(X, 3), t.floor_div(X, 8)),
        (t.rshift(-9, 1), -5), (t.rshift(X, 0), X), (t.rshift(-1, 5000), -1),
        (t.bit_and(0, X), 0), (t.bit_and(X, 0), 0), (t.bit_and(-1, X), X), (t.bit_and(X, -1), X), (t.bit_and(X, X), X),
        (t.bit_and(X, 6), t.bit_and(6, X)), (t.bit_and(X, Y), t.bit_and(Y, X)), (t.bit_and(6, 3), 2),
        (t.bit_or(0, X), X), (t.bit_or(X, 0), X), (t.bit_or(-1, X), -1), (t.bit_or(X, -1), -1), (t.bit_or(X, X), X),
        (t.bit_or(X, 6), t.bit_or(6, X)), (t.bit_or(X, Y), t.bit_or(Y, X)), (t.bit_or(6, 3), 7),
        (t.bit_xor(0, X), X), (t.bit_xor(X, 0), X), (t.bit_xor(X, X), 0), (t.bit_xor(X, 6), t.bit_xor(6, X)),
        (t.bit_xor(X, Y), t.bit_xor(Y, X)), (t.bit_xor(6, 3), 5),
        (t.trunc_to_int(-2.5), -2), (t.floor_to_int(-2.5), -3), (t.ceil_to_int(-2.5), -2), (t.round_to_int(-2.5), -2),
        (t.round_to_int(3.5), 4), (X + 0, X), (0 + X, X), (X - 0, X), (0 - X, -X), (3 - X, -X + 3), (X - X, 0),
        (X + 3 - 3, X), (-3 + (X + 3), X), (X * 1, X), (X * 0, 0), (0 * X, 0), (-1 * -X, X), ((X + Y) - (Y - 2), X + 2),
        ((X + 1) - (X - 1), 2), (X * Y, Y * X), (2 * (X + Y) - 2 * Y, 2 * X),
    )  # fmt: skip


@checks(FRM_04, TRM_01)
def test_functions_of_integers_meet_in_one_form() -> None:
    for number, (made, expected) in enumerate(_same_integers()):
        assert made is expected or (isinstance(made, int) and made == expected), number


@checks(FRM_04, TRM_01)
def test_what_no_argument_decides_stays_an_application() -> None:
    kept: tuple[tuple[Dim, str, tuple[Scalar, ...]], ...] = (
        (t.int_max(Y, X, 2), "Max", (2, X, Y)), (t.int_min(Y, 2, X), "Min", (2, X, Y)),
        (t.int_max(X, 2 * X), "Max", (2 * X, X)), (t.int_max(t.int_min(X, Y), W), "Max", (t.int_min(X, Y), W)),
        (t.ite(C, X, Y), "Ite", (C, X, Y)), (t.ite(P, 1, 2), "Ite", (P, 1, 2)),
        (t.ite(t.land(P, Q), 1, X), "Ite", (t.land(P, Q), 1, X)),
        (t.lshift(X, -1), "LShift", (X, -1)), (t.lshift(X, Y), "LShift", (X, Y)), (t.lshift(2, Y), "LShift", (2, Y)),
        (t.rshift(X, -1), "RShift", (X, -1)), (t.rshift(8, -1), "RShift", (8, -1)), (t.rshift(8, Y), "RShift", (8, Y)),
        (t.bit_and(1, X), "BitAnd", (1, X)), (t.bit_and(Y, X), "BitAnd", (X, Y)), (t.bit_or(1, X), "BitOr", (1, X)),
        (t.bit_or(Y, X), "BitOr", (X, Y)), (t.bit_xor(-1, X), "BitXor", (-1, X)), (t.bit_xor(X, 1), "BitXor", (1, X)),
        (t.bit_xor(Y, X), "BitXor", (X, Y)),
        (t.trunc_to_int(math.nan), "TruncToInt", (math.nan,)), (t.floor_to_int(math.inf), "FloorToInt", (math.inf,)),
        (t.ceil_to_int(F), "CeilToInt", (F,)), (t.round_to_int(-math.inf), "RoundToInt", (-math.inf,)),
    )  # fmt: skip
    for number, (made, fn, args) in enumerate(kept):
        assert isinstance(made, type(X)), number
        assert isinstance(made.atom, t.Apply), number
        assert (made.atom.fn, len(made.atom.args), made.atom.sort) == (fn, len(args), Sort.INT)
        assert all(one is other or one == other for one, other in zip(made.atom.args, args, strict=True)), number
    for extremum in (t.int_max, t.int_min):
        with pytest.raises(TypeError, match="of nothing"):
            extremum()


FRM_05 = Clause(
    "FRM-05",
    "Functions of floats are rewritten only where every float, NaN and both zeros among them, keeps its value; sums and"
    " products commute, and comparisons of integers are those of integers.",
    f"{_TERMS}.reals:float_neg",
    "frm-integers-are-less-by-two",
)


def _same_floats() -> tuple[tuple[Real, Real], ...]:
    """Floats made in two ways that are one."""
    return (
        (t.float_mul(1.0, F), F), (t.float_mul(F, 1.0), F), (t.float_mul(-1.0, F), t.float_neg(F)),
        (t.float_mul(F, -1.0), t.float_neg(F)), (t.float_neg(t.float_neg(F)), F), (t.float_neg(2.5), -2.5),
        (t.float_mul(t.float_neg(G), -1.0), G), (t.float_mul(-1.0, t.float_neg(G)), G), (t.float_mul(2.5, -1.0), -2.5),
        (t.float_sub(F, G), t.float_add(F, t.float_neg(G))), (t.float_sub(F, 1.5), t.float_add(F, -1.5)),
        (t.float_add(F, G), t.float_add(G, F)), (t.float_mul(F, G), t.float_mul(G, F)),
        (t.float_add(1.5, F), t.float_add(F, 1.5)), (t.float_true_div(F, 1.0), F), (t.float_ite(C, F, F), F),
        (t.float_ite(True, F, G), F), (t.float_ite(False, F, G), G), (t.float_ite(C, 0.5, 0.5), 0.5),
        (t.float_ite(t.ne(X, 0), F, G), t.float_ite(t.eq(X, 0), G, F)),
        (t.float_ite(t.lnot(P), F, G), t.float_ite(P, G, F)),
        (t.float_ite(t.lor(P, Q), F, G), t.float_ite(t.land(t.lnot(P), t.lnot(Q)), G, F)),
    )  # fmt: skip


def _kept_floats() -> tuple[tuple[Real, str, tuple[Scalar, ...]], ...]:
    """Floats that stay applications, with the function and its arguments."""
    return (
        (t.float_mul(-2.0, F), "FloatMul", (-2.0, F)), (t.float_neg(F), "FloatMul", (-1.0, F)),
        (t.float_neg(t.float_mul(-2.0, F)), "FloatMul", (-1.0, t.float_mul(-2.0, F))),
        (t.float_neg(t.float_mul(F, G)), "FloatMul", (-1.0, t.float_mul(F, G))),
        (t.float_neg(t.float_add(F, -1.0)), "FloatMul", (-1.0, t.float_add(F, -1.0))),
        (t.float_neg(t.float_true_div(-1.0, F)), "FloatMul", (-1.0, t.float_true_div(-1.0, F))),
        (t.float_neg(t.float_unary("sqrt", F)), "FloatMul", (-1.0, t.float_unary("sqrt", F))),
        (t.float_mul(F, -2.0), "FloatMul", (-2.0, F)),
        (t.float_add(F, 0.0), "FloatAdd", (0.0, F)), (t.float_mul(F, 0.0), "FloatMul", (0.0, F)),
        (t.float_true_div(F, -1.0), "FloatTrueDiv", (F, -1.0)), (t.float_true_div(1.0, F), "FloatTrueDiv", (1.0, F)),
        (t.float_true_div(F, F), "FloatTrueDiv", (F, F)), (t.float_true_div(1.0, 0.0), "FloatTrueDiv", (1.0, 0.0)),
        (t.float_max(G, F), "FloatMax", (G, F)), (t.float_min(G, F), "FloatMin", (G, F)),
        (t.float_max(F, F), "FloatMax", (F, F)), (t.float_ite(P, 0.0, -0.0), "FloatIte", (P, 0.0, -0.0)),
        (t.float_pow(G, F), "FloatPow", (G, F)), (t.float_mod(G, F), "FloatMod", (G, F)),
        (t.float_floor_div(G, F), "FloatFloorDiv", (G, F)), (t.float_unary("sqrt", -1.0), "sqrt", (-1.0,)),
        (t.int_true_div(X, 1), "IntTrueDiv", (X, 1)), (t.to_float(X), "ToFloat", (X,)),
    )  # fmt: skip


@checks(FRM_05, TRM_08)
def test_floats_are_rewritten_exactly() -> None:
    for number, (made, expected) in enumerate(_same_floats()):
        assert made is expected or _same(made, expected), number
    for number, (real, fn, args) in enumerate(_kept_floats()):
        assert isinstance(real, t.Apply), number
        assert (real.fn, real.sort, len(real.args)) == (fn, Sort.FLOAT, len(args)), number
        pairs = zip(real.args, args, strict=True)
        assert all(one is other or _same(one, other) for one, other in pairs), number


@checks(FRM_05, TRM_08)
def test_a_float_and_itself_are_twice_the_float() -> None:
    """To the bit, for every double: both round the same number once."""
    for real in (F, t.float_unary("sqrt", F), t.float_add(F, G)):
        twice = t.float_add(real, real)
        assert twice is t.float_mul(2.0, real)
        for one in (0.1, -0.0, math.inf, math.nan, 1.7e308, -5e-324):
            if real is F:
                assert _same(evaluate(twice, {"zuf0": one}), one + one)
    assert (t.float_add(0.5, 0.5), t.float_add(F, G) is t.float_mul(2.0, F)) == (1.0, False)


@checks(FRM_05, TRM_08)
def test_comparisons_of_floats_have_one_form() -> None:
    same: tuple[tuple[Cond, Cond], ...] = (
        (t.float_lt(X, Y), t.lt(X, Y)), (t.float_le(X, Y), t.le(X, Y)), (t.float_eq(X, Y), t.eq(X, Y)),
        (t.float_ne(X, Y), t.ne(X, Y)), (t.float_gt(X, Y), t.gt(X, Y)), (t.float_ge(X, Y), t.ge(X, Y)),
        (t.float_lt(X, 3), t.lt(X, 3)), (t.float_le(3, X), t.le(3, X)), (t.float_eq(F, G), t.float_eq(G, F)),
        (t.float_ne(F, G), t.lnot(t.float_eq(G, F))), (t.float_gt(F, G), t.float_lt(G, F)),
        (t.float_ge(F, G), t.float_le(G, F)), (t.float_eq(X, F), t.float_eq(F, X)),
        (t.float_lt(1, 1.5), True), (t.float_lt(1.5, 1.5), False), (t.float_le(1.5, 1.5), True),
        (t.float_le(2, 1.5), False), (t.float_eq(2, 2.0), True), (t.float_eq(0.0, -0.0), True),
        (t.float_eq(math.nan, math.nan), False), (t.float_ne(math.nan, math.nan), True), (t.float_lt(2, 3), True),
        (t.float_lt(3, 3), False), (t.float_le(3, 3), True), (t.float_eq(3, 3), True), (t.float_gt(2.5, 2), True),
        (t.float_ge(2, 2.5), False), (t.float_eq(2**53 + 1, float(2**53)), False), (t.float_lt(F, F), t.float_lt(F, F)),
    )  # fmt: skip
    for number, (made, expected) in enumerate(same):
        assert made is expected, number
    ordered = t.float_lt(F, G)
    assert isinstance(ordered, t.FloatCompare)
    assert (ordered.op, ordered.left, ordered.right) == ("lt", F, G)
    assert t.float_le(F, F) is not True
    assert t.float_eq(F, F) is not True
    sides: tuple[tuple[Real | Dim, Real | Dim], ...] = (
        (F, 1.5), (1.5, F), (X, 1.5), (1.5, X), (X, F), (F, X), (3, F), (F, 3),
    )  # fmt: skip
    for left, right in sides:
        for made, op in ((t.float_lt(left, right), "lt"), (t.float_le(left, right), "le")):
            assert isinstance(made, t.FloatCompare)
            assert (made.op, made.left, made.right) == (op, left, right)
        for made, op in ((t.float_eq(left, right), "eq"), (t.float_ne(left, right), "ne")):
            assert isinstance(made, t.FloatCompare)
            assert made.op == op
            assert (made.left, made.right) in ((left, right), (right, left))
            assert made is (t.float_eq if op == "eq" else t.float_ne)(right, left)
