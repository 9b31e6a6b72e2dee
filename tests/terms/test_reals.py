"""Float terms follow Python's doubles bit for bit: signed zeros, infinities and NaN included."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t

SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.1, 0.5, -2.5, 1e308, -1e308, 5e-324, math.inf, -math.inf, math.nan)
X, Y = t.float_symbol("x"), t.float_symbol("y")


@dataclass(frozen=True)
class Constant:
    number: float


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass(frozen=True)
class Call:
    name: str
    left: Expression
    right: Expression


Expression = Constant | Variable | Call

_OPERATIONS: dict[str, tuple[Callable[[t.Real, t.Real], t.Real], Callable[[float, float], float]]] = {
    "add": (t.float_add, lambda x, y: x + y),
    "sub": (t.float_sub, lambda x, y: x - y),
    "mul": (t.float_mul, lambda x, y: x * y),
    "div": (t.float_true_div, lambda x, y: x / y),
    "neg": (lambda x, _: t.float_neg(x), lambda x, _: -x),
    "max": (t.float_max, max),
    "min": (t.float_min, min),
    "mod": (t.float_mod, lambda x, y: x % y),
    "floor_div": (t.float_floor_div, lambda x, y: x // y),
}


def _build(expression: Expression) -> t.Real:
    match expression:
        case Constant(number):
            return number
        case Variable(name):
            return t.float_symbol(name)
        case Call(name, left, right):
            return _OPERATIONS[name][0](_build(left), _build(right))


def _value(expression: Expression, point: dict[str, float]) -> float:
    match expression:
        case Constant(number):
            return number
        case Variable(name):
            return point[name]
        case Call(name, left, right):
            return _OPERATIONS[name][1](_value(left, point), _value(right, point))


def _same(left: object, right: float) -> bool:
    if not isinstance(left, float):
        return False
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return left == right and math.copysign(1.0, left) == math.copysign(1.0, right)


leaves = st.sampled_from(SPECIAL).map(Constant) | st.sampled_from(("x", "y")).map(Variable)
expressions: st.SearchStrategy[Expression] = st.recursive(
    leaves, lambda below: st.builds(Call, st.sampled_from(sorted(_OPERATIONS)), below, below), max_leaves=6
)
numbers = st.sampled_from(SPECIAL) | st.floats()


@settings(max_examples=400, deadline=None)
@given(expressions, numbers, numbers)
def test_a_float_term_has_the_very_bits_that_python_computes(expression: Expression, x: float, y: float) -> None:
    point = {"x": x, "y": y}
    try:
        expected = _value(expression, point)
    except ArithmeticError:
        return
    assert _same(t.evaluate(_build(expression), point), expected)


@pytest.mark.parametrize("x", SPECIAL)
@pytest.mark.parametrize("y", SPECIAL)
def test_comparisons_are_ieee(x: float, y: float) -> None:
    point = {"x": x, "y": y}
    expected = [x < y, x <= y, x == y, x != y, x > y, x >= y]
    built = [t.float_lt, t.float_le, t.float_eq, t.float_ne, t.float_gt, t.float_ge]
    assert [t.evaluate(compare(X, Y), point) for compare in built] == expected
    assert [compare(x, y) for compare in built] == expected
    assert [t.evaluate(t.lnot(compare(X, Y)), point) for compare in built] == [not holds for holds in expected]


def test_a_term_need_not_equal_itself() -> None:
    assert t.float_eq(X, X) is not True
    assert t.evaluate(t.float_eq(X, X), {"x": math.nan}) is False


def test_integers_are_compared_exactly() -> None:
    n = t.symbol("n")
    condition = t.float_eq(n, float(2**53))
    assert t.evaluate(condition, {"n": 2**53 + 1}) is False
    assert t.evaluate(t.float_eq(t.to_float(n), float(2**53)), {"n": 2**53 + 1}) is True


def test_trunc_of_to_float_is_not_the_integer() -> None:
    n = t.symbol("n")
    assert t.evaluate(t.trunc_to_int(t.to_float(n)), {"n": 2**53 + 1}) == 2**53


@pytest.mark.parametrize(
    "term",
    [
        t.float_true_div(X, 0.0),
        t.float_true_div(1.0, 0.0),
        t.int_true_div(1, 0),
        t.float_pow(-8.0, 0.5),
        t.float_pow(0.0, -1.0),
        t.float_unary("sqrt", -1.0),
        t.float_unary("log", 0.0),
        t.to_float(10**400),
        t.trunc_to_int(math.nan),
        t.floor_to_int(math.inf),
        t.float_unary("exp", 1e6),
    ],
)
def test_what_python_refuses_is_undefined(term: t.Scalar) -> None:
    with pytest.raises(t.Undefined):
        t.evaluate(term, {"x": 1.0})


def test_constants_fold_when_all_arguments_are_numbers() -> None:
    assert t.to_float(3) == 3.0
    assert isinstance(t.to_float(3), float)
    assert t.int_true_div(1, 4) == 0.25
    assert t.float_pow(2.0, 0.5) == 2.0**0.5
    assert t.float_unary("sqrt", 9.0) == 3.0
    assert [t.round_to_int(2.5), t.trunc_to_int(-2.5), t.floor_to_int(-2.5), t.ceil_to_int(-2.5)] == [2, -2, -3, -2]


def test_exact_rewrites_only() -> None:
    assert t.float_mul(X, 1.0) is X
    assert t.float_true_div(X, 1.0) is X
    assert t.float_neg(t.float_neg(X)) is X
    assert t.float_add(X, Y) is t.float_add(Y, X)
    assert t.float_add(X, X) is t.float_mul(2.0, X)
    # -0.0 + 0.0 is 0.0, and NaN * 0.0 is NaN.
    assert t.float_add(X, 0.0) is not X
    assert t.float_mul(X, 0.0) != 0.0
    assert t.float_sub(X, X) != 0.0


def test_a_conditional_ignores_its_other_branch() -> None:
    n = t.symbol("n")
    assert t.evaluate(t.ite(t.eq(n, 0), 7, 10 // n), {"n": 0}) == 7
    assert t.evaluate(t.float_ite(t.eq(n, 0), X, t.int_true_div(10, n)), {"n": 0, "x": 0.5}) == 0.5


def test_a_connective_is_decided_by_one_member() -> None:
    n = t.symbol("n")
    bad = t.ge(10 // n, 1)
    assert t.evaluate(t.land(t.ne(n, 0), bad), {"n": 0}) is False
    assert t.evaluate(t.lor(t.eq(n, 0), bad), {"n": 0}) is True
    with pytest.raises(t.Undefined):
        t.evaluate(t.land(t.eq(n, 0), bad), {"n": 0})


def test_a_missing_symbol_or_a_wrong_sort_is_undefined() -> None:
    for valuation in ({}, {"n": 0.5}):
        with pytest.raises(t.Undefined):
            t.evaluate(t.symbol("n") + 1, valuation)
    with pytest.raises(t.Undefined):
        t.evaluate(t.bool_symbol("p"), {})
