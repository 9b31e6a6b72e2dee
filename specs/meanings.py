"""TRM, continued: what each function of terms means on numbers, against Python's own functions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from itertools import product
from typing import Final, Literal, TypeVarTuple, Unpack

import pytest

from refimpl.terms import (
    ANY_FLOAT,
    FloatRange,
    Real,
    Scalar,
    Sort,
    Undefined,
    ValueRange,
    bool_symbol,
    evaluate,
    float_symbol,
    ge,
    int_true_div,
    land,
    lor,
    ne,
    symbol,
)
from refimpl.terms.conditions import intern_float_compare
from refimpl.terms.core import FloatFn, IntFn
from refimpl.terms.floats import UndefinedFloatError, float_function
from refimpl.terms.polynomials import intern_apply, of_atom
from specs.clauses import Clause, checks
from specs.terms import TRM_04, TRM_08

__all__ = ["TRM_23", "TRM_24", "TRM_25", "TRM_26"]

_TERMS = "refimpl.terms"
X, Y, Z = symbol("u0"), symbol("u1"), symbol("u2")
F, G = float_symbol("zuf0"), float_symbol("zuf1")
P, Q = bool_symbol("p0"), bool_symbol("p1")
Number = int | float | bool
Outcome = tuple[type, str] | None
Numbers = TypeVarTuple("Numbers")
INTEGERS: Final = (-9, -4, -3, -1, 0, 1, 2, 3, 5, 7, 64)
FLOATS: Final = (
    0.0, -0.0, 1.0, -1.0, 0.1, 0.5, -0.5, 1.5, 2.5, -2.5, 709.0, 1e6, 1e308, -1e308, 5e-324, math.inf, -math.inf,
    math.nan,
)  # fmt: skip


def _bits(value: object) -> Outcome:
    """What tells 1 from 1.0 and from True, 0.0 from -0.0, and takes every NaN for one."""
    return type(value), repr(value)


def _python(function: Callable[[Unpack[Numbers]], object], *numbers: *Numbers) -> Outcome:
    """What Python computes, or None where it raises."""
    try:
        return _bits(function(*numbers))
    except (ArithmeticError, ValueError):
        return None


def _value(term: Scalar, **point: Number) -> Outcome:
    """What the term evaluates to, or None where it is undefined."""
    try:
        return _bits(evaluate(term, point))
    except Undefined:
        return None


TRM_23 = Clause(
    "TRM-23",
    "An application of integers has Python's value, an integer; where Python raises, or the result is no integer or"
    " unreasonably long, it is undefined.",
    f"{_TERMS}.evaluate:_apply",
    "trm-the-least-is-one-of-two",
)


def _power(base: int, exponent: int) -> object:
    if exponent < 0 or base.bit_length() * exponent > 4096:
        raise ValueError
    return base**exponent


INTEGER_FUNCTIONS: Final[dict[IntFn, Callable[[int, int], object]]] = {
    "FloorDiv": int.__floordiv__,
    "Mod": int.__mod__,
    "Max": max,
    "Min": min,
    "Pow": _power,
    "LShift": int.__lshift__,
    "RShift": int.__rshift__,
    "BitAnd": int.__and__,
    "BitOr": int.__or__,
    "BitXor": int.__xor__,
}
ROUNDINGS: Final[dict[IntFn, Callable[[float], object]]] = {
    "TruncToInt": math.trunc,
    "FloorToInt": math.floor,
    "CeilToInt": math.ceil,
    "RoundToInt": round,
}


@checks(TRM_23, TRM_04)
@pytest.mark.parametrize("fn", [*INTEGER_FUNCTIONS])
def test_an_application_of_integers_is_pythons(fn: IntFn) -> None:
    python = INTEGER_FUNCTIONS[fn]
    term = of_atom(intern_apply(fn, (X, Y), Sort.INT))
    for x, y in product(INTEGERS, INTEGERS):
        assert _value(term, u0=x, u1=y) == _python(python, x, y)
    assert _value(term, u0=2, u1=10**9) == (None if fn in ("Pow", "LShift") else _python(python, 2, 10**9))


@checks(TRM_23, TRM_04)
def test_extrema_look_at_every_argument() -> None:
    for fn, python in (("Max", max), ("Min", min)):
        term = of_atom(intern_apply("Max" if fn == "Max" else "Min", (1, X, Y, Z), Sort.INT))
        for x, y, z in product((-3, 0, 1, 4), repeat=3):
            assert _value(term, u0=x, u1=y, u2=z) == _bits(python(1, x, y, z))


@checks(TRM_23, TRM_04)
@pytest.mark.parametrize("fn", [*ROUNDINGS])
def test_a_rounding_is_pythons(fn: IntFn) -> None:
    term = of_atom(intern_apply(fn, (F,), Sort.INT))
    for x in (*FLOATS, -1.5, 3.5, 2.0**53, 7):
        assert _value(term, zuf0=x) == _python(ROUNDINGS[fn], float(x))


@checks(TRM_23, TRM_04)
def test_a_polynomial_is_the_sum_of_its_products() -> None:
    for x, y in product(INTEGERS, INTEGERS):
        assert _value(3 * X * X * Y - 2 * Y + 5, u0=x, u1=y) == _bits(3 * x * x * y - 2 * y + 5)
    assert _value(X, u0=10**40) == _bits(10**40)


TRM_24 = Clause(
    "TRM-24",
    "A symbol has the value that it is given, of its own sort; a condition is Python's comparison; one member decides a"
    " connective and one branch a choice, whatever the others are.",
    f"{_TERMS}.evaluate:_connective",
    "trm-predicates-have-numbers",
)
UNDEFINED: Final = of_atom(intern_apply("FloorDiv", (1, 0), Sort.INT))
NO_TRUTH: Final = ge(UNDEFINED, 0)


@checks(TRM_24)
def test_symbols_have_the_value_of_their_sort() -> None:
    for number in (5, True, 2.5):
        assert _bits(evaluate(number, {})) == _bits(number)
    assert _value(X, u0=True) == (int, "1")
    assert _value(F, zuf0=3) == (float, "3.0")
    assert _value(P, p0=1) == (bool, "True")
    assert _value(P, p0=0) == (bool, "False")
    assert _value(X + 1, u0=4, other=2) == (int, "5")


@checks(TRM_24)
def test_sorts_have_pythons_names() -> None:
    """Reports show them."""
    assert [sort.value for sort in (Sort.INT, Sort.FLOAT, Sort.BOOL)] == [int.__name__, float.__name__, bool.__name__]


@checks(TRM_24)
def test_what_is_not_given_is_undefined_and_named() -> None:
    for term, point, named in (
        (X + 1, {}, "u0 has no value"),
        (F, {"zuf1": 1.0}, "zuf0 has no value"),
        (P, {}, "p0 has no value"),
        (X + Y, {"u0": 0.5, "u1": 1}, "u0 = 0.5 is no integer"),
        (of_atom(intern_apply("Pow", (X, Y), Sort.INT)), {"u0": 2, "u1": -1}, r"2 \*\* -1 is no integer power"),
        (UNDEFINED + X, {"u0": 1}, "zero"),
        (of_atom(intern_apply("TruncToInt", (F,), Sort.INT)), {"zuf0": math.nan}, "NaN"),
    ):
        with pytest.raises(Undefined, match=named):
            evaluate(term, point)


@checks(TRM_24)
def test_comparisons_are_pythons() -> None:
    for x, y in product((-2, -1, 0, 1, 2), repeat=2):
        point: dict[str, Number] = {"u0": x, "u1": y}
        assert evaluate(ge(X, Y), point) is (x >= y)
        assert evaluate(ne(X, Y), point) is (x != y)
        assert evaluate(ge(X - Y, 2), point) is (x - y >= 2)
    orders: tuple[tuple[Literal["lt", "le", "eq", "ne"], Callable[[float, float], bool]], ...] = (
        ("lt", operator.lt),
        ("le", operator.le),
        ("eq", operator.eq),
        ("ne", operator.ne),
    )
    for op, means in orders:
        for f, g in product(FLOATS, FLOATS):
            assert evaluate(intern_float_compare(op, F, G), {"zuf0": f, "zuf1": g}) is means(f, g)
        for n in (2**53 - 1, 2**53, 2**53 + 1):
            assert evaluate(intern_float_compare(op, X, F), {"u0": n, "zuf0": 2.0**53}) is means(n, 2.0**53)


@checks(TRM_24)
def test_one_member_decides_a_connective() -> None:
    """A missing value makes a member undefined, in whatever order the members are kept."""
    for p, q in product((False, True, None), repeat=2):
        point: dict[str, Number] = {name: value for name, value in (("p0", p), ("p1", q)) if value is not None}
        both = False if False in (p, q) else None if None in (p, q) else True
        either = True if True in (p, q) else None if None in (p, q) else False
        assert _value(land(P, Q), **point) == (None if both is None else _bits(both))
        assert _value(lor(P, Q), **point) == (None if either is None else _bits(either))
        three = land(P, Q, NO_TRUTH)
        assert _value(three, **point) == (_bits(False) if both is False else None)


@checks(TRM_24)
def test_one_branch_decides_a_choice() -> None:
    floats: tuple[Real, Real] = (F, int_true_div(UNDEFINED, 1))
    for condition, value in ((P, True), (P, False), (NO_TRUTH, None)):
        given: dict[str, Number] = {} if value is None else {"p0": value}
        choice = of_atom(intern_apply("Ite", (condition, X, UNDEFINED), Sort.INT))
        assert _value(choice, u0=4, **given) == (_bits(4) if value else None)
        assert _value(intern_apply("FloatIte", (condition, *floats), Sort.FLOAT), zuf0=0.5, **given) == (
            _bits(0.5) if value else None
        )


TRM_25 = Clause(
    "TRM-25",
    "A function of floats has Python's value to the bit, of its own numbers of arguments; where Python raises or leaves"
    " the reals, it is undefined.",
    f"{_TERMS}.floats:float_function",
    "trm-overflows-are-raised",
)


def _real_power(left: float, right: float) -> object:
    result: object = left**right
    if isinstance(result, complex):
        raise ValueError
    return result


UNARY: Final[dict[FloatFn, Callable[[float], object]]] = {
    "sqrt": math.sqrt, "cos": math.cos, "cosh": math.cosh, "sin": math.sin, "sinh": math.sinh, "tan": math.tan,
    "tanh": math.tanh, "asin": math.asin, "acos": math.acos, "atan": math.atan, "exp": math.exp, "log": math.log,
    "log2": math.log2, "asinh": math.asinh, "abs": abs,
}  # fmt: skip
BINARY: Final[dict[FloatFn, Callable[[float, float], object]]] = {
    "FloatTrueDiv": float.__truediv__,
    "FloatPow": _real_power,
    "FloatAdd": float.__add__,
    "FloatMul": float.__mul__,
    "FloatMax": max,
    "FloatMin": min,
    "FloatMod": float.__mod__,
    "FloatFloorDiv": float.__floordiv__,
}


@checks(TRM_25, TRM_08)
@pytest.mark.parametrize("fn", [*UNARY, *BINARY])
def test_a_function_of_floats_is_pythons(fn: FloatFn) -> None:
    if fn in UNARY:
        for x in FLOATS:
            assert _value(intern_apply(fn, (F,), Sort.FLOAT), zuf0=x) == _python(UNARY[fn], x)
    else:
        for x, y in product(FLOATS, FLOATS):
            assert _value(intern_apply(fn, (F, G), Sort.FLOAT), zuf0=x, zuf1=y) == _python(BINARY[fn], x, y)


@checks(TRM_25, TRM_08)
def test_integers_become_floats_as_in_python() -> None:
    for x in (0, -7, 2**53 + 1, 10**400):
        assert _value(intern_apply("ToFloat", (X,), Sort.FLOAT), u0=x) == _python(float, x)
        for y in (0, 1, -3, 10**399):
            whole = intern_apply("IntTrueDiv", (X, Y), Sort.FLOAT)
            assert _value(whole, u0=x, u1=y) == _python(int.__truediv__, x, y)


@checks(TRM_25, TRM_08)
def test_a_refusal_names_the_function_and_its_arguments() -> None:
    for fn, numbers, shown in (
        ("FloatTrueDiv", (1.0, 0.0), r"FloatTrueDiv\(1.0, 0.0\): "),
        ("log", (-1.0,), r"log\(-1.0,\): "),
    ):
        with pytest.raises(UndefinedFloatError, match=shown):
            float_function(fn, numbers)
        arguments = (F,) if len(numbers) == 1 else (F, G)
        with pytest.raises(Undefined, match=shown):
            evaluate(
                intern_apply("log" if fn == "log" else "FloatTrueDiv", arguments, Sort.FLOAT),
                dict(zip(("zuf0", "zuf1"), numbers, strict=False)),
            )


TRM_26 = Clause(
    "TRM-26",
    "The range of a sum, product or rounding of floats ends at its least and greatest results, and is unbounded if one"
    " may be NaN; a comparison of ranges is decided exactly if it has one answer for all their members.",
    f"{_TERMS}.float_ranges:FloatRange.__mul__",
    "trm-infinity-times-anything-may-be-nan",
)
ENDS: Final = (-math.inf, -1e308, -2.5, -1.0, 0.0, 0.5, 1.0, 1e308, math.inf)
RANGES: Final = [FloatRange(a, b) for a in ENDS for b in ENDS if a <= b]


def _members(of: FloatRange) -> list[float]:
    return [x for x in (*ENDS, math.nan) if x in of]


@checks(TRM_26, TRM_08)
def test_ranges_of_sums_and_products_are_the_smallest() -> None:
    for left, right in product(RANGES, RANGES):
        for found, python in ((left + right, float.__add__), (left * right, float.__mul__)):
            results = [python(x, y) for x in _members(left) for y in _members(right)]
            if any(map(math.isnan, results)):
                assert found == ANY_FLOAT
            else:
                assert (found.low, found.high) == (min(results), max(results)), (left, right)


@checks(TRM_26, TRM_08)
def test_comparisons_of_float_ranges_are_decided_exactly() -> None:
    for left, right in product(RANGES, RANGES):
        pairs = list(product(_members(left), _members(right)))
        for decided, means in (
            (left.less_than(right), operator.lt),
            (left.less_equal(right), operator.le),
            (left.equals(right), operator.eq),
        ):
            answers = {means(x, y) for x, y in pairs}
            assert decided is (answers.pop() if len(answers) == 1 else None), (left, means, right)


@checks(TRM_26, TRM_08)
def test_roundings_of_float_ranges_are_those_of_their_ends() -> None:
    roundings: tuple[tuple[Callable[[FloatRange], ValueRange], Callable[[float], int]], ...] = (
        (FloatRange.trunc, math.trunc),
        (FloatRange.floor, math.floor),
        (FloatRange.ceil, math.ceil),
        (FloatRange.round, round),
    )
    for of_range, python in roundings:
        for low, high in product((-math.inf, -2.5, -0.4, 1.5), (1.5, 2.5, 7.6, math.inf)):
            found = of_range(FloatRange(low, high))
            assert found.low == (None if math.isinf(low) else python(low))
            assert found.high == (None if math.isinf(high) else python(high))


@checks(TRM_26, TRM_08)
def test_integers_become_ranges_of_their_nearest_doubles() -> None:
    largest = 1.7976931348623157e308
    ends = ((-(10**400), -largest), (-(2**53) - 1, -(2.0**53)), (0, 0.0), (2**53 + 3, 2.0**53 + 4))
    for (low, least), (high, _) in product(((None, -math.inf), *ends), ends):
        if low is None or low <= high:
            most = -largest if high == -(10**400) else float(high)
            found = FloatRange.of_integers(ValueRange(low, high))
            assert _bits((found.low, found.high)) == _bits((least, most))
    assert FloatRange.of_integers(ValueRange(0, 10**400)).high == largest
    assert FloatRange.of_integers(ValueRange(None, None)) == ANY_FLOAT
