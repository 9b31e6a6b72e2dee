"""TRM, continued: terms in sympy and back, the border to PyTorch's own expressions.

The checks are those of ``tests/terms``; sympy's exact arithmetic is an oracle of its own there.
"""

# sympy is only partly typed: strictness about its unknown types would leave nothing to write here.
# pyright: basic

from __future__ import annotations

import pytest

from refimpl import terms as t
from refimpl.terms import Scalar, SortError
from specs.clauses import Clause, checks
from tests.terms import test_sympy

__all__ = ["TRM_11", "TRM_12"]

_BRIDGE = "refimpl.terms.sympy_bridge"
TRM_11 = Clause(
    "TRM-11",
    "In sympy a term has the value that it has here, by sympy's own arithmetic.",
    f"{_BRIDGE}:to_sympy",
    "trm-the-last-branch-is-never-taken",
)
test_sympy_computes_the_same_value = checks(TRM_11)(test_sympy.test_sympy_computes_the_same_value_of_the_term)
test_sympy_computes_the_same_truth = checks(TRM_11)(test_sympy.test_sympy_computes_the_same_truth_of_the_condition)

TRM_12 = Clause(
    "TRM-12",
    "A term that goes to sympy and comes back is the same object; a function that terms lack is refused.",
    f"{_BRIDGE}:from_sympy",
    "trm-conjunctions-come-back-as-disjunctions",
)
test_there_and_back_is_the_same_object = checks(TRM_12)(test_sympy.test_there_and_back_is_the_same_object)
test_a_condition_there_and_back_is_the_same_object = checks(TRM_12)(
    test_sympy.test_a_condition_there_and_back_is_the_same_object
)
test_floats_and_opaque_booleans_there_and_back = checks(TRM_12)(
    test_sympy.test_floats_and_opaque_booleans_there_and_back
)
test_an_unknown_head_is_refused = checks(TRM_12)(test_sympy.test_an_unknown_head_is_refused)

U, V = t.symbol("u0"), t.symbol("u1")
Z = t.float_symbol("zuf0")
P, Q = t.bool_symbol("p0"), t.bool_symbol("p1")


@checks(TRM_12)
def test_what_sympy_itself_makes_is_read() -> None:
    import sympy

    from refimpl.terms.sympy_bridge import from_sympy

    x, y = sympy.Symbol("u0", integer=True), sympy.Symbol("u1", integer=True)
    z, p, q = sympy.Symbol("zuf0", real=True), sympy.Symbol("p0"), sympy.Symbol("p1")

    made = sympy.Function
    cases = (
        (x, U), (z, Z), (p, P), (sympy.Integer(4), 4), (sympy.Float(0.5), 0.5), (sympy.true, True),
        (sympy.false, False), (x + 2 * y, U + 2 * V), (x * y - 3, U * V - 3), (x**3, U * U * U),
        (sympy.Ge(x, 1), t.ge(U, 1)), (sympy.Le(x, 1), t.le(U, 1)), (sympy.Gt(x, 1), t.gt(U, 1)),
        (sympy.Lt(x, 1), t.lt(U, 1)), (sympy.Eq(x, 1), t.eq(U, 1)), (sympy.Ne(x, 1), t.ne(U, 1)),
        (sympy.And(p, q), t.land(P, Q)), (sympy.Or(p, q), t.lor(P, Q)), (sympy.Not(p), t.lnot(P)),
        (sympy.Max(x, y), t.int_max(U, V)), (sympy.Min(x, y), t.int_min(U, V)),
        (made("FloorDiv")(x, y), t.floor_div(U, V)), (made("Mod")(x, y), t.mod(U, V)),
        (made("Ite")(p, x, y), t.ite(P, U, V)), (made("FloatIte")(p, z, sympy.Float(0.5)), t.float_ite(P, Z, 0.5)),
        (made("FloatLt")(z, sympy.Float(0.5)), t.float_lt(Z, 0.5)), (made("FloatLe")(x, z), t.float_le(U, Z)),
        (made("FloatEq")(z, sympy.Float(0.5)), t.float_eq(Z, 0.5)), (made("FloatNe")(z, x), t.float_ne(Z, U)),
        (made("All")(p, q), t.land(P, Q)), (made("Any")(p, q), t.lor(P, Q)), (made("Not")(p), t.lnot(P)),
        (made("Max")(x, y), t.int_max(U, V)), (made("Min")(x, y), t.int_min(U, V)),
        (made("TruncToInt")(z), t.trunc_to_int(Z)), (made("sqrt")(z), t.float_unary("sqrt", Z)),
    )  # fmt: skip
    for expression, expected in cases:
        found = from_sympy(expression)
        assert found is expected or (type(found) is type(expected) and found == expected), expression
    for wrong in (z + 1, x * z, sympy.Max(z, y), made("Not")(x), made("Ite")(x, x, y), made("FloorDiv")(z, x)):
        with pytest.raises(SortError):
            from_sympy(wrong)
    with pytest.raises(ValueError, match="no term for sympy's gamma"):
        from_sympy(sympy.gamma(x))


@checks(TRM_12)
def test_what_sympy_knows_to_be_true_of_all_numbers_comes_back_too() -> None:
    """sympy would decide these, since no square is negative: that is no business of a way there and back."""
    from refimpl.terms.sympy_bridge import from_sympy, to_sympy

    for condition in (t.eq(U * U, -1), t.ne(U * U, -1), t.ge(U * U, 0), t.ge(-U * U, 1)):
        assert from_sympy(to_sympy(condition)) is condition


@checks(TRM_11)
def test_terms_are_written_with_the_heads_that_are_given() -> None:
    import sympy

    from refimpl.terms.sympy_bridge import SYMPY_HEADS, to_sympy

    x, z = sympy.Symbol("u0", integer=True), sympy.Symbol("zuf0", real=True)
    p, q = sympy.Symbol("p0"), sympy.Symbol("p1")
    half = sympy.Float(0.5, precision=53)
    cases = (
        (True, sympy.true), (False, sympy.false), (3, sympy.Integer(3)), (0.5, half), (U, x), (Z, z), (P, p),
        (2 * U + 1, 2 * x + 1), (U * U, x**2), (t.ge(U, 1), sympy.Ge(x - 1, 0)), (t.eq(U, 1), sympy.Eq(x - 1, 0)),
        (t.ne(U, 1), sympy.Ne(x - 1, 0)), (t.land(P, Q), sympy.And(p, q)), (t.lor(P, Q), sympy.Or(p, q)),
        (t.lnot(P), sympy.Not(p)), (t.float_lt(Z, 0.5), sympy.Lt(z, half)), (t.float_le(Z, 0.5), sympy.Le(z, half)),
        (t.float_eq(0.5, Z), sympy.Eq(half, z)), (t.float_ne(0.5, Z), sympy.Ne(half, z)),
        (t.float_add(Z, 0.5), z + half), (t.float_mul(Z, 0.5), half * z), (t.float_unary("abs", Z), sympy.Abs(z)),
        (t.ite(P, U, 3), sympy.Piecewise((x, p), (3, True))),
        (t.float_ite(P, Z, 0.5), sympy.Piecewise((z, p), (half, True))),
    )  # fmt: skip
    for term, expected in cases:
        assert to_sympy(term, SYMPY_HEADS) == expected, term
    assert str(to_sympy(t.floor_div(U, V))) == "FloorDiv(u0, u1)"
    assert to_sympy(t.floor_div(U, V), {"FloorDiv": lambda a, b: a + 5 * b}) == x + 5 * sympy.Symbol("u1", integer=True)
    assert to_sympy(U + V, None, lambda part: sympy.Integer(len(part.name))) == sympy.Integer(4)
    written = to_sympy(0.1)
    assert isinstance(written, sympy.Float)
    assert float(written) == 0.1


@checks(TRM_11)
def test_sympy_evaluates_what_is_defined() -> None:
    import sympy

    from refimpl.terms.sympy_bridge import evaluate_sympy, to_sympy

    inverse = t.floor_div(6, V)
    values: tuple[tuple[Scalar, int | bool], ...] = (
        (t.floor_div(U, 4), -2), (t.mod(U, 4), 1), (t.mod(U, -4), -3), (t.int_max(U, 3), 3), (t.int_min(U, 3), -7),
        (t.bit_and(U, 12), -7 & 12), (t.bit_or(U, 12), -7 | 12), (t.bit_xor(U, 12), -7 ^ 12), (U * U - 3, 46),
        (t.ite(t.ge(U, 0), inverse, 5), 5), (t.ite(t.lt(U, 0), 5, inverse), 5), (t.ge(U, -7), True),
        (t.ge(U, -6), False), (t.eq(U, -7), True), (t.ne(U, -7), False), (t.land(t.ge(U, -7), t.le(V, 0)), True),
        (t.land(t.ge(U, -7), t.ge(V, 1)), False), (t.lor(t.ge(U, 0), t.le(V, 0)), True), (4, 4), (True, True),
    )  # fmt: skip
    for term, expected in values:
        found = evaluate_sympy(to_sympy(term), {"u0": -7, "u1": 0})
        assert (found, type(found)) == (expected, type(expected)), term
    for undefined in (
        inverse,
        t.mod(U, V),
        inverse + U,
        t.ge(inverse, 2),
        t.int_max(inverse, 1),
        t.ite(t.ge(inverse, 1), 1, 2),
    ):
        with pytest.raises(ZeroDivisionError, match="undefined at"):
            evaluate_sympy(to_sympy(undefined), {"u0": -7, "u1": 0})
    with pytest.raises(SortError):
        evaluate_sympy(sympy.Float(0.5), {})
    with pytest.raises(ValueError, match="no integer value for sympy's gamma"):
        evaluate_sympy(sympy.Function("gamma")(sympy.Symbol("u0", integer=True)), {"u0": 3})
