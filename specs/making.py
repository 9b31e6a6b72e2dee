"""FRM: how terms are made again from parts, and which parts they have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import pytest

from refimpl import terms as t
from refimpl.terms import Cond, Scalar, Sort, SortError, Undefined, evaluate
from refimpl.terms.rebuild import apply_function, to_cond, to_dim, to_real
from specs.clauses import Clause, checks
from specs.meanings import TRM_23, TRM_25
from specs.terms import TRM_03

__all__ = ["FRM_01", "FRM_02"]

_TERMS = "refimpl.terms"
X, Y, W = t.symbol("u0"), t.symbol("u1"), t.symbol("u2")
F, G = t.float_symbol("zuf0"), t.float_symbol("zuf1")
P, Q = t.bool_symbol("p0"), t.bool_symbol("p1")

FRM_01 = Clause(
    "FRM-01",
    "A function of terms, by name, is Python's function: of numbers at once, of symbols once these are replaced; an"
    " argument of another sort is refused with what was needed instead.",
    f"{_TERMS}.rebuild:apply_function",
    "frm-second-arguments-are-of-any-sort",
)


def _natural_power(base: int, exponent: int) -> int:
    if exponent < 0:
        raise ValueError("no integer")
    return int(base**exponent)


INTEGERS: Final[dict[str, Callable[[int, int], int]]] = {
    "FloorDiv": int.__floordiv__,
    "Mod": int.__mod__,
    "Pow": _natural_power,
    "LShift": int.__lshift__,
    "RShift": int.__rshift__,
    "BitAnd": int.__and__,
    "BitOr": int.__or__,
    "BitXor": int.__xor__,
    "Max": max,
    "Min": min,
}


@checks(FRM_01, TRM_23)
@pytest.mark.parametrize("name", INTEGERS)
def test_a_function_of_integers_is_pythons(name: str) -> None:
    symbolic = apply_function(name, [X, Y])
    for x in range(-4, 7):
        for y in range(-3, 6):
            direct = apply_function(name, [x, y])
            forms = [symbolic, apply_function(name, [X, y]), apply_function(name, [x, Y])]
            replaced = t.substitute(symbolic, {t.symbol_atom("u0", Sort.INT): x, t.symbol_atom("u1", Sort.INT): y})
            assert replaced is direct or replaced == direct
            try:
                expected = INTEGERS[name](x, y)
            except (ZeroDivisionError, ValueError):
                with pytest.raises(Undefined):
                    evaluate(direct, {})
                continue
            assert direct == expected
            assert type(direct) is int
            assert [evaluate(form, {"u0": x, "u1": y}) for form in forms] == [expected] * 3


NUMBERS: Final = (-math.inf, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.7, 1e300, math.inf, math.nan)
FLOATS: Final[dict[str, Callable[[float, float], float]]] = {
    "FloatTrueDiv": lambda a, b: a / b,
    "FloatPow": lambda a, b: a**b,
    "FloatAdd": lambda a, b: a + b,
    "FloatMul": lambda a, b: a * b,
    "FloatMax": max,
    "FloatMin": min,
    "FloatMod": lambda a, b: a % b,
    "FloatFloorDiv": lambda a, b: a // b,
}
UNARY: Final[dict[str, Callable[[float], float]]] = {
    **{
        name: getattr(math, name)
        for name in (
            "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
        )
    },
    "abs": abs,
    "TruncToInt": math.trunc,
    "FloorToInt": math.floor,
    "CeilToInt": math.ceil,
    "RoundToInt": round,
}  # fmt: skip


def _same(found: Scalar, expected: object) -> bool:
    """Equal to the bit and of one class."""
    return type(found) is type(expected) and repr(found) == repr(expected)


def _is_pythons(name: str, args: Sequence[float], symbols: Sequence[Scalar], means: Callable[[], float]) -> None:
    valuation = {"zuf0": args[0], "zuf1": args[-1]}
    both = apply_function(name, args), apply_function(name, symbols)
    try:
        expected: object = means()
    except (ArithmeticError, ValueError):
        expected = 1j
    for made in both:
        if isinstance(expected, complex):
            with pytest.raises(Undefined):
                evaluate(made, valuation)
        else:
            assert _same(evaluate(made, valuation), expected)
    assert isinstance(expected, complex) or _same(both[0], expected), "numbers are computed at once"


@checks(FRM_01, TRM_25)
@pytest.mark.parametrize("name", [*FLOATS, *UNARY])
def test_a_function_of_floats_is_pythons(name: str) -> None:
    for x in NUMBERS:
        if name in UNARY:
            _is_pythons(name, [x], [F], partial(UNARY[name], x))
        else:
            for y in NUMBERS:
                _is_pythons(name, [x, y], [F, G], partial(FLOATS[name], x, y))


def _is_a_quotient(name: str, args: list[int], right: int) -> None:
    """The function is the correctly rounded quotient of its first argument."""
    made = apply_function(name, [X, Y][: len(args)])
    try:
        expected = args[0] / right
    except (OverflowError, ZeroDivisionError):
        with pytest.raises(Undefined):
            evaluate(apply_function(name, args), {})
        with pytest.raises(Undefined):
            evaluate(made, {"u0": args[0], "u1": right})
    else:
        assert _same(apply_function(name, args), expected)
        assert _same(evaluate(made, {"u0": args[0], "u1": right}), expected)


@checks(FRM_01, TRM_23, TRM_25)
def test_other_functions_are_pythons() -> None:
    for number in (0, -3, 2**53 + 1, 10**400):
        _is_a_quotient("ToFloat", [number], 1)
        for right in (0, 3, -7):
            _is_a_quotient("IntTrueDiv", [number, right], right)
    for truth in (True, False):
        assert apply_function("Ite", [truth, 3, X]) == (3 if truth else X)
        assert apply_function("FloatIte", [truth, 0.5, F]) == (0.5 if truth else F)
        chosen = apply_function("Ite", [P, 3, X]), apply_function("FloatIte", [P, 0.5, F])
        assert [evaluate(one, {"p0": truth, "u0": 4, "zuf0": 2.5}) for one in chosen] == [[4, 2.5], [3, 0.5]][truth]
    assert evaluate(apply_function("Max", [X, 3, Y]), {"u0": 1, "u1": 5}) == 5
    assert evaluate(apply_function("Min", [X, 3, Y]), {"u0": 1, "u1": 5}) == 1
    with pytest.raises(KeyError):
        apply_function("Gamma", [0.5])


NO_INTEGERS: Final[tuple[Scalar, ...]] = (1.5, F, True, P, t.ge(X, 1), t.float_add(F, 1.0))
NO_FLOATS: Final[tuple[Scalar, ...]] = (1, X, True, P, t.floor_div(X, Y), t.symbol_atom("u0", Sort.INT))
NO_CONDITIONS: Final[tuple[Scalar, ...]] = (1, X, 0.5, F)
SORTS: Final[dict[str, str]] = {
    **dict.fromkeys(INTEGERS, "ii"),
    **dict.fromkeys(FLOATS, "ff"),
    **dict.fromkeys(UNARY, "f"),
    "ToFloat": "i",
    "IntTrueDiv": "ii",
    "Ite": "cii",
    "FloatIte": "cff",
}
RIGHT: Final[dict[str, Scalar]] = {"i": X, "f": F, "c": P}
WRONG: Final = {"i": ("an integer", NO_INTEGERS), "f": ("a float", NO_FLOATS), "c": ("a condition", NO_CONDITIONS)}


@checks(FRM_01)
@pytest.mark.parametrize("name", SORTS)
def test_an_argument_of_another_sort_is_refused(name: str) -> None:
    sorts = SORTS[name]
    for place, sort in enumerate(sorts):
        needed, wrong = WRONG[sort]
        for argument in wrong:
            args = [RIGHT[one] for one in sorts]
            args[place] = argument
            with pytest.raises(SortError, match=f"{needed} needed, not ") as raised:
                apply_function(name, args)
            assert (raised.value.needed, raised.value.got) == (needed, argument)


@checks(FRM_01)
def test_scalars_are_taken_for_their_own_sort_only() -> None:
    atom, quotient = t.symbol_atom("u0", Sort.INT), t.floor_div(X, Y)
    assert isinstance(quotient, type(X))
    assert quotient.atom is not None
    assert (to_dim(3), to_dim(X), to_dim(atom), to_dim(quotient.atom)) == (3, X, X, quotient)
    assert (to_real(0.5), to_real(F)) == (0.5, F)
    assert (to_cond(True), to_cond(P), to_cond(t.ge(X, 1))) == (True, P, t.ge(X, 1))
    for convert, (_, wrong) in ((to_dim, WRONG["i"]), (to_real, WRONG["f"]), (to_cond, WRONG["c"])):
        for argument in wrong:
            with pytest.raises(SortError):
                convert(argument)


CONDITIONS: Final[tuple[Cond, ...]] = (
    t.ge(X, 2), t.eq(X, Y), t.ne(X, 3), t.float_lt(F, G), t.float_le(F, 1.5), t.float_eq(F, G), t.float_ne(F, 1.5),
    t.float_lt(X, F), t.float_le(F, X), t.float_eq(X, F), P, t.lnot(P), t.lnot(t.float_lt(F, G)),
    t.land(P, t.ge(X, Y)), t.lor(P, t.eq(X, 2), t.float_lt(F, 0.5)), t.eq(t.ite(P, X, Y), 2),
    t.float_lt(t.float_ite(t.ge(X, 2), F, G), 1.0),
)  # fmt: skip


@checks(FRM_01)
@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_a_condition_over_numbers_is_its_truth(condition: Cond) -> None:
    for x in (1, 2, 3):
        for f in (0.0, 1.5, 2.0, math.nan):
            for p in (True, False):
                values: dict[str, int | float | bool] = {"u0": x, "u1": 2, "zuf0": f, "zuf1": 1.5, "p0": p}
                table = {symbol: values[symbol.name] for symbol in t.free_of(condition) if symbol.name in values}
                assert t.substitute_cond(condition, table) is evaluate(condition, values)
                # One symbol after the other is the same.
                step: Scalar = condition
                for symbol, number in table.items():
                    step = t.substitute(step, {symbol: number})
                assert step is evaluate(condition, values)


@checks(FRM_01, TRM_03)
def test_a_symbol_is_replaced_by_its_own_sort_only() -> None:
    whole = t.land(P, t.ge(X, 1), t.float_lt(F, 0.5))
    atom = t.symbol_atom("u0", Sort.INT)
    for symbol, wrong in ((atom, NO_INTEGERS), (F, NO_FLOATS), (P, NO_CONDITIONS)):
        for other in wrong:
            with pytest.raises(SortError):
                t.substitute(whole, {symbol: other})
    assert t.substitute(whole, {}) is whole
    assert t.substitute(whole, {t.symbol_atom("u9", Sort.INT): 3}) is whole
    assert t.substitute_dim(3, {atom: 4}) == 3
    assert t.substitute_dim(X + Y, {atom: Y}) is Y + Y
    assert t.substitute_real(0.5, {F: 1.0}) == 0.5
    assert t.substitute_real(t.float_add(F, G), {F: 1.0, G: 2.0}) == 3.0
    assert t.substitute_cond(True, {P: False}) is True
    assert t.substitute(1.5, {F: 1.0}) == 1.5
    assert t.substitute(X * Y, {atom: Y, t.symbol_atom("u1", Sort.INT): X}) is X * Y
    assert t.substitute(X - Y, {atom: Y, t.symbol_atom("u1", Sort.INT): X}) is Y - X


FRM_02 = Clause(
    "FRM-02",
    "The parts of a term come before it, once each, in one order; the parts of a polynomial are its atoms, and a number"
    " has none.",
    f"{_TERMS}.traversal:subterms",
    "frm-numbers-are-their-parts",
)


@checks(FRM_02)
def test_parts_come_before_the_whole() -> None:
    quotient = t.floor_div(X, Y)
    whole = t.lor(
        t.land(P, t.ge(quotient * quotient + X, 1)),
        t.lnot(t.float_lt(F, t.to_float(quotient))),
        t.eq(t.int_max(quotient, 3), W),
        t.float_ne(G, 1.5),
    )
    parts = t.subterms(whole)
    assert parts[-1] is whole
    assert len(set(parts)) == len(parts)
    assert parts == t.subterms(whole)
    seen: set[object] = set()
    for part in parts:
        for child in t.children(part):
            assert isinstance(child, (int, float)) or child in seen
        seen.add(part)
    assert {part.name for part in parts if isinstance(part, (t.Symbol, t.BoolSymbol))} == {
        "u0", "u1", "u2", "zuf0", "zuf1", "p0",
    }  # fmt: skip
    assert t.subterms(3) == t.subterms(0.5) == t.subterms(True) == []
    assert [str(part) for part in t.subterms(X)] == ["u0", "u0"], "the symbol, and the polynomial that it is"


@checks(FRM_02)
def test_the_parts_directly_below() -> None:
    x, y = t.symbol_atom("u0", Sort.INT), t.symbol_atom("u1", Sort.INT)
    comparison = t.float_lt(F, 0.5)
    assert not isinstance(comparison, bool)
    both, either = t.land(P, comparison), t.lor(P, comparison)
    assert isinstance(both, t.And)
    assert isinstance(either, t.Or)
    product = X * X * Y + 2 * X
    assert isinstance(product, type(X))
    cases: tuple[tuple[t.Term, tuple[Scalar, ...]], ...] = (
        (x, ()), (P, ()), (product, (x, x, x, y)), (comparison, (F, 0.5)), (both, both.args),
        (either, either.args),
    )  # fmt: skip
    for term, below in cases:
        assert t.children(term) == below
    for made in (t.ge(X, 1), t.eq(X, 1), t.ne(X, 1)):
        assert isinstance(made, (t.Ge, t.Eq, t.Ne))
        assert t.children(made) == (made.term,)
    negated = t.lnot(P)
    assert isinstance(negated, t.Not)
    assert t.children(negated) == (P,)
