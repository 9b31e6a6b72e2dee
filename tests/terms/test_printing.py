"""The text of terms. Every expected text is what PyTorch 2.13.0 printed for the same expression."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refimpl import terms as t
from refimpl.export.expressions import ExpressionReader
from refimpl.terms import ge, to_text
from refimpl.terms.reals import UNARY

U, V, S, S77 = (t.symbol(name) for name in ("u0", "u1", "s0", "s77"))
Z, Z1 = t.float_symbol("zuf0"), t.float_symbol("zuf1")
P = t.bool_symbol("b")

PRINTED_BY_PYTORCH: list[tuple[t.Scalar, str]] = [
    (S * U + S + U + 1, "s0*u0 + s0 + u0 + 1"),
    (U * U + S, "s0 + u0**2"),
    (S * S + U * S + U, "s0**2 + s0*u0 + u0"),
    (1 - U, "1 - u0"),
    (4 - t.mod(S, 4), "4 - (Mod(s0, 4))"),
    (3 - 2 * U * S, "-2*s0*u0 + 3"),
    (S // 4 + U, "u0 + ((s0//4))"),
    (U + t.int_max(1, U), "u0 + Max(1, u0)"),
    (t.int_max(1, U) * (S // 4) * U, "u0*((s0//4))*Max(1, u0)"),
    (t.int_max(1, U) * t.int_max(1, S), "Max(1, s0)*Max(1, u0)"),
    (t.int_max(1, U) + S // 4 + t.mod(U, 3) + 1, "((s0//4)) + (Mod(u0, 3)) + Max(1, u0) + 1"),
    (t.int_min(S, U) - U, "-u0 + Min(s0, u0)"),
    (-U - S, "-s0 - u0"),
    (S - U, "s0 - u0"),
    (2 * U - S, "-s0 + 2*u0"),
    (U // V, "(u0//u1)"),
    ((2 * U) // (V + 1), "((2*u0)//(u1 + 1))"),
    ((S * U) // V, "((s0*u0)//u1)"),
    (U * U // 3, "((u0**2)//3)"),
    (U * S + 2 * (U // 3) * S, "s0*u0 + 2*s0*((u0//3))"),
    (t.int_max(1, U, S), "Max(1, s0, u0)"),
    (t.int_max(2 * U, S, U + 1), "Max(s0, 2*u0, u0 + 1)"),
    (-(U // 2), "-((u0//2))"),
    (-2 * (U // 2) * U, "-2*u0*((u0//2))"),
    (t.int_max(1, U) ** 2 * S, "s0*Max(1, u0)**2"),
    ((U // 2) ** 2, "((u0//2))**2"),
    (S - S // 2 - 1, "s0 - ((s0//2)) - 1"),
    (t.mod(U, 3) // S, "((Mod(u0, 3))//s0)"),
    (t.int_max(1, U) // S, "(Max(1, u0)//s0)"),
    (t.int_max(U - S, 1) * U, "u0*Max(1, -s0 + u0)"),
    (t.int_max(0, U + V - t.int_min(S77, U)), "Max(0, u0 + u1 - Min(s77, u0))"),
    ((S - 1) // 4 + 1, "(((s0 - 1)//4)) + 1"),
    (16 * (S // 10) - 16, "16*((s0//10)) - 16"),
    ((U // S) * (S // 2), "((s0//2))*((u0//s0))"),
    (
        (2 * U) // 3 + U // 3 + (U + 1) // 3 + (S * U) // 3 + U * U // 3,
        "((u0//3)) + (((2*u0)//3)) + (((u0**2)//3)) + (((s0*u0)//3)) + (((u0 + 1)//3))",
    ),
    (t.int_max(U // 2, t.int_max(2, U) - 3, S * U, -S), "Max(-s0, s0*u0, Max(2, u0) - 3, (u0//2))"),
    (t.int_of_bool(t.eq(U, 1)), "Piecewise((1, Eq(u0, 1)), (0, True))"),
    (t.int_of_bool(t.eq(U, 1)) + U, "u0 + Piecewise((1, Eq(u0, 1)), (0, True))"),
    (t.power(2, U), "PowByNatural(2, u0)"),
    (t.power(2, S) * U, "u0*(PowByNatural(2, s0))"),
    (t.bit_and(U, S), "BitwiseFn_bitwise_and(s0, u0)"),
    (ge(U, 1), "u0 >= 1"),
    (t.le(U, 99), "u0 <= 99"),
    (t.le(U * V, 20), "u0*u1 <= 20"),
    (t.eq(U, 5), "Eq(u0, 5)"),
    (t.ne(U, 3), "Ne(u0, 3)"),
    (t.land(ge(U, 1), t.ne(U, 3)), "(u0 >= 1) & Ne(u0, 3)"),
    (t.land(ge(U, 1), P), "b & (u0 >= 1)"),
    (t.lnot(P), "~b"),
    (t.float_sub(t.to_float(U), 1.0), "ToFloat(u0) - 1.0"),
    (t.float_mul(0.6, t.to_float(S)), "0.6*ToFloat(s0)"),
    (t.float_true_div(t.float_sub(t.to_float(S), 1.0), 2.0), "FloatTrueDiv(ToFloat(s0) - 1.0, 2.0)"),
    (t.int_true_div(4, U), "IntTrueDiv(4, u0)"),
    (t.float_pow(t.to_float(U), 0.5), "FloatPow(ToFloat(u0), 0.5)"),
    (t.trunc_to_int(t.float_mul(0.6, t.to_float(S))), "TruncToInt(0.6*ToFloat(s0))"),
    (t.float_unary("sqrt", t.to_float(U)), "OpaqueUnaryFn_sqrt(ToFloat(u0))"),
    (t.float_gt(Z, 0.0), "zuf0 > 0.0"),
    (t.float_le(Z, 1.0), "zuf0 <= 1.0"),
    (t.float_ge(Z, 1.0), "zuf0 >= 1.0"),
    (t.float_eq(Z, 1.0), "Eq(zuf0, 1.0)"),
    (t.float_add(t.float_mul(Z, 2.0), 1.0), "2.0*zuf0 + 1.0"),
    (t.float_true_div(1.0, Z), "FloatTrueDiv(1.0, zuf0)"),
    (t.float_mul(Z, 1e20), "1.0e+20*zuf0"),
    (t.float_mul(Z, 2.5e-7), "2.5e-7*zuf0"),
    (t.float_neg(Z), "-zuf0"),
    (t.float_mul(Z, -2.0), "-2.0*zuf0"),
    (t.float_add(Z, t.float_mul(Z1, -2.5)), "zuf0 - 2.5*zuf1"),
    (U + t.power(2, S), "u0 + PowByNatural(2, s0)"),
    (U - t.power(2, S), "u0 - PowByNatural(2, s0)"),
    (U - 3 * t.power(2, S), "u0 - 3*PowByNatural(2, s0)"),
    (U + t.bit_and(6, S), "u0 + (BitwiseFn_bitwise_and(6, s0))"),
    (U - t.bit_and(6, S), "u0 - (BitwiseFn_bitwise_and(6, s0))"),
    (3 * t.bit_and(6, S), "3*(BitwiseFn_bitwise_and(6, s0))"),
    (U // t.bit_or(6, S), "(u0//(BitwiseFn_bitwise_or(6, s0)))"),
    (U * t.bit_or(6, S), "u0*(BitwiseFn_bitwise_or(6, s0))"),
    (U - 2 * t.bit_xor(6, S), "u0 - 2*(BitwiseFn_bitwise_xor(6, s0))"),
    (V // t.int_max(U, -2), "(u1//Max(-2, u0))"),
    (1 - 2 * U, "1 - 2*u0"),
    (1 - U * U, "1 - u0**2"),
    (1 - U * V, "-u0*u1 + 1"),
    (-1 - U, "-u0 - 1"),
    (1 - U - V, "-u0 - u1 + 1"),
    (2 - U * U * V, "-u0**2*u1 + 2"),
    (U * U * S * S * S, "s0**3*u0**2"),
    (3 * U * U, "3*u0**2"),
    (t.int_max(U, V) ** 2, "Max(u0, u1)**2"),
    (3 * (U // V) ** 2, "3*((u0//u1))**2"),
    (-((U // V) ** 2), "-((u0//u1))**2"),
    (t.float_lt(t.int_true_div(U, S77), Z), "(IntTrueDiv(u0, s77)) < zuf0"),
    (t.float_lt(Z, t.int_true_div(U, S77)), "zuf0 < (IntTrueDiv(u0, s77))"),
    (t.float_le(t.int_true_div(U, S77), Z), "(IntTrueDiv(u0, s77)) <= zuf0"),
    (t.float_eq(t.int_true_div(U, S77), Z), "Eq(IntTrueDiv(u0, s77), zuf0)"),
    (t.float_mul(2.0, t.float_unary("abs", Z)), "2.0*Abs(zuf0)"),
    (t.float_mul(2.0, t.float_true_div(Z, 3.0)), "2.0*(FloatTrueDiv(zuf0, 3.0))"),
    (t.float_mul(2.0, t.float_pow(Z, 3.0)), "2.0*FloatPow(zuf0, 3.0)"),
    (t.float_sub(Z, 1.5), "zuf0 - 1.5"),
    (t.float_sub(t.float_true_div(Z, 3.0), 1.5), "(FloatTrueDiv(zuf0, 3.0)) - 1.5"),
    (
        t.lor(t.le(S + U, 3), t.float_le(t.int_true_div(S, U), Z1), ge(S77, 2 * S + U)),
        "(s0 + u0 <= 3) | ((IntTrueDiv(s0, u0)) <= zuf1) | (s77 >= 2*s0 + u0)",
    ),
    (
        t.land(t.eq(3 * S, S**3 * U**3), t.eq(t.ite(t.eq(S, 3), S, U), 1)),
        "Eq(3*s0, s0**3*u0**3) & Eq(Piecewise((s0, Eq(s0, 3)), (u0, True)), 1)",
    ),
    (
        t.land(t.eq(t.int_max(S, U + 1), 3), t.float_lt(Z1, t.float_ite(t.float_lt(Z, 0.5), 1e20, 2.0))),
        "Eq(Max(s0, u0 + 1), 3) & (zuf1 < Piecewise((1.0e+20, zuf0 < 0.5), (2.0, True)))",
    ),
    (
        t.land(t.lnot(P), t.float_le(Z, 0.5), t.float_lt(t.float_ite(t.float_eq(Z1, -1.5), Z1, 1e20), -1.5)),
        "~b & (zuf0 <= 0.5) & (Piecewise((zuf1, Eq(zuf1, -1.5)), (1.0e+20, True)) < -1.5)",
    ),
    (t.lor(t.eq(S * U * U, 0), t.eq(t.int_max(S, U + 1), V)), "Eq(s0*u0**2, 0) | Eq(Max(s0, u0 + 1), u1)"),
    (t.lor(t.float_eq(t.int_true_div(1, V), Z), ge(S, U * V)), "Eq(IntTrueDiv(1, u1), zuf0) | (s0 >= u0*u1)"),
    (
        t.land(t.float_lt(t.float_sub(Z1, 0.5), 2.0), t.float_ne(t.to_float(S), Z1)),
        "(zuf1 - 0.5 < 2.0) & Ne(ToFloat(s0), zuf1)",
    ),
    (
        t.lor(t.float_le(Z, 0.5), t.float_lt(Z, 0.5), t.le(2 * S + U, 3)),
        "(zuf0 <= 0.5) | (zuf0 < 0.5) | (2*s0 + u0 <= 3)",
    ),
    (
        t.int_max(32 * U, 512 * t.ite(t.le(S, 2), S, U), 9 * (V // 3)),
        "Max(32*u0, 512*Piecewise((s0, s0 <= 2), (u0, True)), 9*((u1//3)))",
    ),
    (
        t.land(t.float_lt(Z, t.int_true_div(U, S)), t.le(U // 2, 3)),
        "(((u0//2)) <= 3) & (zuf0 < (IntTrueDiv(u0, s0)))",
    ),
    (
        t.land(t.eq(U // (S // (V // (S77 // t.symbol("u10")))), 1), t.eq(t.ite(t.eq(S, 3), U, 3), 1)),
        "Eq(Piecewise((u0, Eq(s0, 3)), (3, True)), 1) & Eq((u0//((s0//((u1//((s77//u10))))))), 1)",
    ),
    (t.ceil_to_int(Z) // S, "((CeilToInt(zuf0))//s0)"),
    (t.round_to_int(Z) // S, "((RoundToInt(zuf0))//s0)"),
    (t.floor_to_int(Z) // S, "((FloorToInt(zuf0))//s0)"),
    (t.trunc_to_int(Z) // S, "((TruncToInt(zuf0))//s0)"),
    (U // t.ceil_to_int(Z), "(u0//(CeilToInt(zuf0)))"),
    (t.ite(t.eq(S, 3), U, V) // S, "((Piecewise((u0, Eq(s0, 3)), (u1, True)))//s0)"),
    (t.power(2, U) // S, "((PowByNatural(2, u0))//s0)"),
    (t.bit_xor(6, S) // U, "((BitwiseFn_bitwise_xor(6, s0))//u0)"),
    (t.land(P, t.lnot(t.bool_symbol("a"))), "b & ~a"),
    (t.land(t.lor(P, t.bool_symbol("c")), t.ne(U, 3)), "(b | c) & Ne(u0, 3)"),
]


@pytest.mark.parametrize(("term", "expected"), PRINTED_BY_PYTORCH, ids=[text for _, text in PRINTED_BY_PYTORCH])
def test_terms_print_as_in_pytorch(term: t.Scalar, expected: str) -> None:
    assert to_text(term) == expected


def test_what_pytorch_wrote_prints_as_it_printed_it() -> None:
    """What ``tests/differential/record_printed.py`` recorded: as archives write it, and as PyTorch prints it."""
    rows = Path(__file__).with_name("printed.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1000
    for row in rows:
        written, printed = json.loads(row)
        assert to_text(ExpressionReader().read(written, "recorded")) == printed


def test_constants_print_as_in_python() -> None:
    assert [to_text(value) for value in (3, -1, True, False, 0.5)] == ["3", "-1", "True", "False", "0.5"]


def test_what_pytorch_has_no_such_form_of_prints_alike() -> None:
    """A division by zero, negative numbers below a division, booleans beside comparisons of floats."""
    for term, expected in (
        (U // 0, "(u0//0)"),
        (t.intern_apply("FloorDiv", (U, -2), t.Sort.INT), "(u0//(-2))"),
        (t.land(P, t.float_ne(Z, 1.5)), "b & Ne(zuf0, 1.5)"),
        (t.land(P, t.float_eq(Z, 1.5)), "b & Eq(zuf0, 1.5)"),
        (t.land(P, t.float_lt(Z, 1.5)), "b & (zuf0 < 1.5)"),
        (t.lor(t.lnot(P), t.land(ge(U, 1), ge(V, 2))), "~b | ((u0 >= 1) & (u1 >= 2))"),
        (t.float_max(Z, 1.5), "Max(zuf0, 1.5)"),
        (t.float_add(Z, t.float_mul(2.0, Z1)), "2.0*zuf1 + zuf0"),
        (t.float_add(Z, t.float_mul(0.5, Z1)), "0.5*zuf1 + zuf0"),
        (t.float_add(Z, t.float_mul(0.0, Z1)), "0.0*zuf1 + zuf0"),
        (t.float_add(t.float_mul(Z, Z1), 1.5), "zuf0*zuf1 + 1.5"),
        (t.float_add(t.float_mul(Z, Z1), t.float_neg(Z)), "zuf0*zuf1 - zuf0"),
        (t.float_add(t.float_mul(Z, Z1), Z), "zuf0*zuf1 + zuf0"),
        (t.float_add(t.float_mul(2.0, Z1), 1.5), "2.0*zuf1 + 1.5"),
        (t.float_add(t.float_unary("sqrt", Z), -1.0), "OpaqueUnaryFn_sqrt(zuf0) - 1.0"),
        (t.float_add(t.float_true_div(-1.0, Z), 1.5), "(FloatTrueDiv(-1.0, zuf0)) + 1.5"),
        (t.float_ite(ge(U, 1), Z, 0.5), "Piecewise((zuf0, u0 >= 1), (0.5, True))"),
        (t.float_add(Z, t.float_true_div(-1.0, Z1)), "(FloatTrueDiv(-1.0, zuf1)) + zuf0"),
        (t.float_ite(P, Z, 0.5), "Piecewise((zuf0, b), (0.5, True))"),
        (t.float_min(Z, 1.5), "Min(zuf0, 1.5)"),
        (t.float_sub(Z, Z1), "zuf0 - zuf1"),
        (t.float_add(Z, 0.0), "zuf0 + 0.0"),
        (t.float_sub(Z1, Z), "zuf1 - zuf0"),
        (t.float_neg(t.float_add(Z1, Z)), "-(zuf0 + zuf1)"),
        (t.float_add(t.float_neg(Z), 1.5), "-zuf0 + 1.5"),
        (t.float_sub(t.float_add(Z, 1.0), t.float_add(Z1, 1.0)), "(zuf0 + 1.0) - (zuf1 + 1.0)"),
        (t.float_mul(t.float_neg(Z), Z1), "(-zuf0)*zuf1"),
        *((t.float_unary(fn, Z), f"OpaqueUnaryFn_{fn}(zuf0)") for name, fn in UNARY.items() if name != "abs"),
        (t.float_unary("abs", Z), "Abs(zuf0)"),
        (2 * t.ite(ge(U, 1), U, V), "2*Piecewise((u0, u0 >= 1), (u1, True))"),
    ):
        assert to_text(term) == expected


def test_a_negated_float_ordering_keeps_its_negation() -> None:
    # NaN satisfies it; sympy, which takes floats for reals, would print `zuf0 >= 1.0`.
    assert to_text(t.lnot(t.float_lt(Z, 1.0))) == "~(zuf0 < 1.0)"


def test_a_float_has_all_the_digits_it_needs() -> None:
    assert to_text(t.float_mul(Z, 0.1 + 0.2)) == "0.30000000000000004*zuf0"


def test_the_grouping_of_float_sums_is_visible() -> None:
    y = t.float_symbol("zuf1")
    left = t.float_add(t.float_add(Z, y), t.to_float(U))
    right = t.float_add(Z, t.float_add(y, t.to_float(U)))
    assert left is not right
    assert to_text(left) != to_text(right)
