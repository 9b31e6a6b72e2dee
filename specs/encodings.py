"""SOL, continued: the text that solvers read, read by a third reader that only evaluates.

Every constant of the text is given its value, so that what is asked is whether the text says of these values what
plain evaluation of the terms says. What the text abstracts is given the value that it stands for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.solver import Obligation, Script, encode
from refimpl.terms import (
    Apply,
    Cond,
    Dim,
    Real,
    Scalar,
    Sort,
    Undefined,
    bit_and,
    bool_symbol,
    eq,
    evaluate,
    float_add,
    float_eq,
    float_ite,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    float_unary,
    ge,
    int_max,
    int_min,
    intern_apply,
    ite,
    land,
    lnot,
    lor,
    lshift,
    mod,
    ne,
    of_atom,
    power,
    round_to_int,
    rshift,
    subterms,
    symbol,
    to_float,
    trunc_to_int,
)
from refimpl.terms.core import IntFn
from specs.clauses import checks
from specs.meanings import TRM_23
from specs.solvers import SOL_01, SOL_02, SOL_03, SOL_07
from tests.solver.smtlib import Value, satisfied, truths
from tests.solver.terms_strategies import conditions, floats, valuations

__all__ = []

Valuation = Mapping[str, int | float | bool]
U, V, W = symbol("s0"), symbol("u0"), symbol("u1")
F, G = float_symbol("zuf0"), float_symbol("zuf1")
P, Q = bool_symbol("p0"), bool_symbol("p1")


def is_true(condition: Cond, valuation: Valuation) -> bool:
    """Whether the condition is defined and true, by evaluation of the terms."""
    try:
        return evaluate(condition, valuation) is True
    except Undefined:
        return False


def constants(script: Script, conditions: tuple[Cond, ...], valuation: Valuation) -> dict[str, Value]:
    """The value of each constant of the text; what is abstracted has the value of what it stands for."""
    found: dict[str, Value] = {}
    for name in (*script.integers, *script.booleans):
        value = valuation[name]
        assert isinstance(value, bool) is (name in script.booleans)
        assert isinstance(value, int)
        found[name] = value
    for name in script.floats:
        found |= _of_float(name, float(valuation[name]))
    terms: dict[str, Apply] = {
        part.key: part for condition in conditions for part in subterms(condition) if isinstance(part, Apply)
    }
    for number, said in enumerate(script.opaque):
        found |= _of_opaque(f"o!{number}", terms[said.partition(": ")[2]], valuation)
    return found


def _of_float(name: str, value: float) -> dict[str, Value]:
    # Of NaN and the infinities no part but the one that says so may be read.
    infinite = 0 if math.isnan(value) or math.isfinite(value) else int(math.copysign(1, value))
    exact = Fraction(value) if math.isfinite(value) else Fraction(13, 7)
    return {f"{name}.nan": math.isnan(value), f"{name}.infinite": infinite, f"{name}.value": exact}


def _of_opaque(name: str, term: Apply, valuation: Valuation) -> dict[str, Value]:
    defined = True
    try:
        value = evaluate(of_atom(term) if term.sort is Sort.INT else term, valuation)
    except Undefined:
        defined, value = False, 17
    if term.sort is Sort.INT:
        assert isinstance(value, int)
        return {name: value, f"{name}.defined": defined}
    if term.fn == "ToFloat":
        return {name: Fraction(value)}
    return {f"{name}.defined": defined, **_of_float(name, float(value))}


def _agrees(hypotheses: tuple[Cond, ...], goals: tuple[Cond, ...], valuation: Valuation) -> None:
    script = encode(hypotheses, goals)
    values = constants(script, (*hypotheses, *goals), valuation)
    assumed = [is_true(hypothesis, valuation) for hypothesis in hypotheses]
    failed = [not is_true(goal, valuation) for goal in goals]
    for by_zero in (0, 5):
        said = truths(f"{script.assertions}(check-sat)\n", values, by_zero=by_zero)
        before = len(script.hypotheses)
        assert all(said[:before]) is all(assumed)
        assert said[before:] == failed


@checks(SOL_07, SOL_01)
@settings(max_examples=150)
@given(hypothesis=conditions, goals=st.tuples(conditions, conditions), valuation=valuations)
def test_the_text_is_satisfied_where_the_goal_fails(
    hypothesis: Cond, goals: tuple[Cond, Cond], valuation: Valuation
) -> None:
    _agrees((hypothesis,), goals, valuation)


def _raw(fn: IntFn, *args: Scalar) -> Dim:
    """The application as it stands, no rule applied."""
    return of_atom(intern_apply(fn, args, Sort.INT))


DIVISORS: Final[tuple[Dim, ...]] = (-3, -1, 0, 1, 2, 7, V)
BINARY: Final[tuple[Dim, ...]] = (
    *(_raw(fn, left, divisor) for fn in ("FloorDiv", "Mod") for left in (U, U - 5, -7) for divisor in DIVISORS),
    _raw("FloorDiv", _raw("Mod", U, 3), _raw("FloorDiv", V, -2)),
    _raw("Max", U, V), _raw("Min", U, V), _raw("Max", 1, U, V, -U), _raw("Min", -1, U, V, -U),
    _raw("Max", U, _raw("FloorDiv", 6, V)), _raw("Min", _raw("FloorDiv", 6, V), U),
    *(_raw("Pow", base, exponent) for base in (U, -2, U + V) for exponent in (0, 1, 2, 3, 5)),
    *(_raw(shift, U, count) for shift in ("LShift", "RShift") for count in (0, 1, 3)),
    _raw("Pow", 2, V), _raw("Pow", U, V), _raw("LShift", U, V), _raw("RShift", U, V), _raw("RShift", U, -1),
    _raw("Pow", U, -1), _raw("Pow", _raw("Mod", U, V), V), _raw("Pow", U, _raw("FloorDiv", 8, V)),
    bit_and(U, V), bit_and(U, 6), _raw("BitOr", U, V), _raw("BitXor", U, _raw("Mod", U, V)),
    ite(ge(U, V), 2 * U, V - 1), ite(ne(V, 0), _raw("FloorDiv", U, V), 9), ite(eq(V, 0), 9, _raw("Mod", U, V)),
    ite(ge(_raw("FloorDiv", 6, V), 2), U, V), ite(land(ne(V, 0), ge(_raw("Mod", U, V), 1)), U, V),
    ite(lor(eq(V, 0), ge(_raw("Mod", U, V), 1)), U, V), ite(P, U, V),
    U * V - 3 * U * U + 4, -U, -U * V, 3 * _raw("Mod", U, V) * V, U - 1,
)  # fmt: skip
"""Every function of integers, with symbols, numbers and undefined parts in every place."""
NEAR: Final = (-1, 0, 1)


@checks(SOL_07, TRM_23)
@pytest.mark.parametrize("term", BINARY, ids=str)
def test_every_function_of_integers_is_written_as_it_evaluates(term: Dim) -> None:
    for u in (-7, -1, 0, 4):
        for v in (-2, 0, 1, 3):
            at: Valuation = {"s0": u, "u0": v, "p0": u > v}
            try:
                value = int(evaluate(term, at))
            except Undefined:
                value = 0
            asked = [make(term, value + near) for near in NEAR for make in (eq, ne, ge)]
            _agrees((ge(term, value),), tuple(asked), at)


REALS: Final[tuple[Real, ...]] = (
    F, 1.5, -2.5, 0.0, -0.0, math.inf, -math.inf, math.nan, 1e300, 5e-324, to_float(U),
    float_ite(P, F, 1.5), float_ite(ge(_raw("FloorDiv", 6, V), 2), F, -math.inf), float_ite(ge(U, V), math.nan, F),
    float_unary("abs", F), float_unary("abs", float_ite(P, F, -1.5)), float_add(F, 1.0), float_unary("sqrt", F),
)  # fmt: skip
NUMBERS: Final[tuple[Dim, ...]] = (U, U - V, 2, _raw("FloorDiv", U, V))
COMPARISONS: Final = (float_lt, float_le, float_eq, float_ne)


@checks(SOL_07)
@settings(max_examples=250)
@given(
    value=floats,
    at=st.tuples(st.integers(-7, 7), st.integers(-3, 3), st.booleans()),
    left=st.sampled_from(REALS),
    right=st.sampled_from((*REALS, *NUMBERS)),
)
def test_floats_are_compared_as_they_evaluate(
    value: float, at: tuple[int, int, bool], left: Real, right: Real | Dim
) -> None:
    valuation: Valuation = {"s0": at[0], "u0": at[1], "p0": at[2], "zuf0": value}
    asked = [compare(*pair) for compare in COMPARISONS for pair in ((left, right), (right, left))]
    _agrees((), (*asked, *map(lnot, asked)), valuation)


ROUNDINGS: Final[tuple[IntFn, ...]] = ("TruncToInt", "FloorToInt", "CeilToInt", "RoundToInt")
ROUNDED: Final[tuple[Real, ...]] = (F, 2.5, math.inf, math.nan, to_float(U), float_ite(P, F, 0.5), float_add(F, 0.5))


@checks(SOL_07, SOL_02)
@settings(max_examples=100)
@given(
    value=st.one_of(floats, st.integers(-9, 9).map(lambda n: n / 4)),
    at=st.tuples(st.integers(-7, 7), st.integers(-3, 3), st.booleans()),
    argument=st.sampled_from(ROUNDED),
)
@example(value=2.5, at=(0, 0, False), argument=F)
@example(value=-1.5, at=(0, 0, False), argument=F)
@example(value=0.5, at=(0, 0, False), argument=F)
@example(value=3.5, at=(0, 0, False), argument=F)
@example(value=math.inf, at=(0, 0, False), argument=F)
@example(value=math.nan, at=(0, 0, False), argument=F)
def test_roundings_are_written_as_they_evaluate(value: float, at: tuple[int, int, bool], argument: Real) -> None:
    valuation: Valuation = {"s0": at[0], "u0": at[1], "p0": at[2], "zuf0": value}
    for rounding in ROUNDINGS:
        term = _raw(rounding, argument)
        try:
            number = int(evaluate(term, valuation))
        except Undefined:
            number = 0
        asked = [eq(term, number + near) for near in NEAR]
        _agrees((), (*asked, *map(lnot, asked)), valuation)


INVERSE: Final = _raw("FloorDiv", 6, V)
PARTS: Final[tuple[Cond, ...]] = (P, lnot(Q), ge(U, 1), ge(INVERSE, 2), ne(INVERSE, 3), float_lt(F, 1.0), eq(U, 0))


@checks(SOL_07, SOL_01)
@settings(max_examples=60)
@given(
    parts=st.tuples(*[st.sampled_from(PARTS)] * 4),
    at=st.tuples(st.integers(-2, 2), st.integers(-3, 3), st.booleans(), st.booleans()),
    value=floats,
)
def test_connectives_hold_in_the_text_where_they_evaluate_to_true(
    parts: tuple[Cond, ...], at: tuple[int, int, bool, bool], value: float
) -> None:
    valuation: Valuation = {"s0": at[0], "u0": at[1], "p0": at[2], "p1": at[3], "zuf0": value}
    a, b, c, d = parts
    whole = (
        land(a, b), lor(a, b), land(a, lor(b, c)), lor(land(a, b), land(c, d)), lnot(land(a, b, c)),
        eq(ite(land(a, b), 1, U), 1), eq(ite(lor(a, land(b, c)), 1, U), 1), lor(a, b, c), land(True, d),
    )  # fmt: skip
    _agrees((a, lor(b, d)), whole, valuation)
    _agrees(whole[:2], (a, True, False), valuation)


@checks(SOL_07)
def test_nothing_and_falsehood_are_assumed_and_asked() -> None:
    for hypotheses, goal, expected in (
        ((), True, False),
        ((), False, True),
        ((True,), False, True),
        ((False,), False, False),
        ((False, True), True, False),
    ):
        assert satisfied(Obligation("", hypotheses, goal).text, {}) is expected


@checks(SOL_07, SOL_03)
def test_integers_up_to_two_to_the_53_are_floats_and_of_larger_ones_nothing_is_said() -> None:
    script = Obligation("", (), float_ne(to_float(U), F)).script
    for number, known in ((0, True), (2**53, True), (-(2**53), True), (2**53 + 1, False), (-(2**53) - 1, False)):
        for other in (number, number + 4):
            values = {"s0": number, "o!0": Fraction(other), **_of_float("zuf0", 0.0), "zuf0.value": Fraction(other)}
            assert satisfied(script.single(0), values) is (not known or other == number)


@checks(SOL_07)
def test_what_is_abstracted_is_named_with_its_reason() -> None:
    wide = sum((symbol(f"a{index}") for index in range(30)), start=U)
    for term, reason in (
        (_raw("Pow", wide, 40), "a power too large to be multiplied out"),
        (_raw("Pow", _raw("FloorDiv", U, V), 2), "a power too large to be multiplied out"),
        (_raw("Pow", U, 257), "a power or shift with a symbolic exponent"),
        (lshift(U, V), "a power or shift with a symbolic exponent"),
        (rshift(U, V), "a power or shift with a symbolic exponent"),
        (_raw("BitXor", U, V), "BitXor has no exact encoding"),
    ):
        (said,) = encode((), (ge(term, W),)).opaque
        assert isinstance(term, type(U))
        assert said == f"{reason}: {term.key}"
    # Three summands to the 43rd power have 990 monomials, to the 44th 1035: more than 1024 are not multiplied out.
    assert encode((), (ge(_raw("Pow", U + V + W, 44), W),)).opaque
    quotient = _raw("FloorDiv", U, V)
    written = (
        _raw("Pow", U, 256), _raw("Pow", U + V, 40), _raw("Pow", U + V + W, 43), _raw("Pow", quotient, 1),
        _raw("LShift", U, 256), _raw("LShift", quotient, 2), _raw("RShift", quotient, 2),
    )  # fmt: skip
    assert not encode((), tuple(ge(term, W) for term in written)).opaque
    (said,) = encode((), (float_lt(float_add(F, G), 0.0),)).opaque
    assert said.startswith("float arithmetic: FloatAdd(")
    (said,) = encode((), (float_lt(to_float(U), F),)).opaque
    assert said.startswith("float arithmetic: ToFloat(")
    shared = _raw("BitXor", U, V)
    assert len(encode((ge(shared, 1),), (ge(shared + U, 1), eq(shared, V))).opaque) == 1


@checks(SOL_07)
def test_symbols_are_named_once_each_by_sort() -> None:
    script = encode((ge(U, V), P, float_lt(F, 1.0)), (lor(P, ge(V, 1)), float_lt(F, G), eq(int_max(U, V), V)))
    assert (script.integers, script.floats, script.booleans) == (("s0", "u0"), ("zuf0", "zuf1"), ("p0",))
    assert script.opaque == ()
    asserted = [f"(assert {text})\n" for text in (*script.hypotheses, *script.goals)]
    assert script.assertions == script.prelude + "".join(asserted)
    for index, goal in enumerate(asserted[-3:]):
        assert script.single(index) == script.prelude + "".join(asserted[:-3]) + goal + "(check-sat)\n"
    assert len(script.goals) == 3


@checks(SOL_07)
@pytest.mark.parametrize("name", ["u0", "a b", "(", "u\\", "|", "é", "\n", "", '"', ";", "0x7c", "\udc80"])
def test_any_name_is_one_constant(name: str) -> None:
    text = Obligation("", (ge(symbol(name), 1),), ge(symbol("u1"), symbol(name))).text
    plain = name.isascii() and name.isprintable() and not set(name) & set("|\\")
    written = name if plain else f"0x{name.encode('utf-8', 'surrogatepass').hex()}"
    assert satisfied(text, {written: 2, "u1": 1})
    assert not satisfied(text, {written: 0, "u1": -1})


@checks(SOL_07)
def test_deep_sharing_is_written_once() -> None:
    term: Dim = U
    for _ in range(40):
        term = _raw("Max", _raw("FloorDiv", term, V), mod(term, 5), ite(ge(term, 2), term, _raw("Mod", term, W)))
    script = encode((), (ge(term, int_min(U, V)), eq(round_to_int(F), trunc_to_int(F)), ge(power(U, 2), 0)))
    assert len(script.assertions) < 40_000


@checks(SOL_07)
def test_an_argument_of_another_sort_is_an_error() -> None:
    comparison = ge(U, V)
    for condition, expected in (
        (ge(_raw("Mod", F, 2), 1), "an integer argument was expected"),
        (ge(_raw("Max", U, comparison), 1), "an integer argument was expected"),
        (ge(_raw("FloorToInt", comparison), 1), "a float argument was expected"),
        (ge(_raw("Ite", U, V, 1), 1), "a condition was expected"),
    ):
        with pytest.raises(TypeError, match=expected):
            encode((), (condition,))
