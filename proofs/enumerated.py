"""What the solvers' languages cannot say, by enumeration: doubles and bits, on stated finite sets, against Python.

An obligation is true or false by itself here: the shipped function and Python's own operator were run on every member.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from typing import Final, TypeAlias

from proofs.engine.opaque import of
from proofs.engine.smt import Obligation
from proofs.engine.theorem import Group, Theorem
from refimpl.terms import (
    Cond,
    Dim,
    Real,
    Scalar,
    Undefined,
    ValueRange,
    evaluate,
    float_symbol,
    integers,
    intervals,
    reals,
    substitute_cond,
    substitute_dim,
    substitute_real,
    symbol,
)
from refimpl.terms.float_ranges import FloatRange

__all__ = ["GROUP"]

# One thing that was tried, and whether it is as Python has it.
Tried: TypeAlias = tuple[str, bool]


def _all(title: str, tried: Callable[[], Iterable[Tried]]) -> Callable[[], Iterator[Obligation]]:
    """One obligation, which names the first that is not as it should be."""

    def obligations() -> Iterator[Obligation]:
        wrong = [name for name, right in tried() if not right]
        yield Obligation(f"{title}: {wrong[0]}" if wrong else title, (), (), "false" if wrong else "true")

    return obligations


_ENDS: Final = (None, -3, -1, 0, 1, 2)
_RANGES: Final = tuple(
    ValueRange(low, high)
    for low, high in product(_ENDS, (None, -2, 0, 1, 3))
    if low is None or high is None or low <= high
)
_EMPTY: Final = ValueRange(1, 0)


def _delegated() -> Iterator[Tried]:
    """The operators of a range are the interval functions, on the same ends; a difference adds the negation."""
    rows: tuple[tuple[str, Callable[[ValueRange, ValueRange], ValueRange], _Ends], ...] = (
        ("+", lambda x, y: x + y, intervals.add),
        ("-", lambda x, y: x - y, lambda x, y: intervals.add(x, intervals.negate(y))),
        ("*", lambda x, y: x * y, intervals.multiply),
        ("//", lambda x, y: x // y, intervals.floor_div),
        ("%", lambda x, y: x % y, intervals.mod),
        ("max", lambda x, y: x.maximum(y), intervals.maximum),
        ("min", lambda x, y: x.minimum(y), intervals.minimum),
        ("and", lambda x, y: x.intersect(y), intervals.intersect),
        ("or", lambda x, y: x.union(y), intervals.union),
    )
    for x, y in product(_RANGES, repeat=2):
        for name, method, function in rows:
            yield f"{x} {name} {y}", method(x, y).ends == function(x.ends, y.ends)
        inside = all(value in y for value in range(-9, 10) if value in x)
        yield f"{x} within {y}", x.is_subset(y) == inside
    for x in _RANGES:
        yield f"-{x}", (-x).ends == intervals.negate(x.ends)
        yield f"{x} or nothing", x.union(_EMPTY) == x == _EMPTY.union(x) and _EMPTY.is_subset(x)
        yield f"{x} is everything", x.is_unbounded == (x == ValueRange())


_Ends: TypeAlias = Callable[[intervals.Interval[int], intervals.Interval[int]], intervals.Interval[int]]


def _bits() -> Iterator[Tried]:
    rows: tuple[tuple[str, Callable[[ValueRange, ValueRange], ValueRange], Callable[[int, int], int]], ...] = (
        ("and", lambda x, y: x.bit_and(y), lambda p, q: p & q),
        ("or", lambda x, y: x.bit_or(y), lambda p, q: p | q),
        ("xor", lambda x, y: x.bit_xor(y), lambda p, q: p ^ q),
    )
    ranges = [ValueRange(low, high) for low in range(-4, 8) for high in range(low, 9)]
    ranges += [ValueRange(low, None) for low in (-2, 0, 3)] + [ValueRange(None, 4), ValueRange()]
    members = {x: [value for value in range(-6, 13) if value in x] for x in ranges}
    for x, y in product(ranges, repeat=2):
        for name, method, bits in rows:
            found = method(x, y)
            yield (
                f"{name} of {x} and {y}",
                all(
                    bits(p, q) in found for p in (members[x][0], *members[x][1::3], members[x][-1]) for q in members[y]
                ),
            )


_NUMBERS: Final = (-math.inf, -1e308, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 1e308, math.inf)
_FLOAT_RANGES: Final = tuple(
    FloatRange(low, high) for low, high in product((*_NUMBERS[::2], math.inf), repeat=2) if low <= high
)
_MEMBERS: Final = {x: [value for value in (*_NUMBERS, math.nan) if value in x] for x in _FLOAT_RANGES}


def _float_ranges() -> Iterator[Tried]:
    """Sums, products, unions and intersections hold every result, NaN and overflow among them."""
    for x, y in product(_FLOAT_RANGES, repeat=2):
        total, times, both, either = x + y, x * y, x.intersect(y), x.union(y)
        for p, q in product(_MEMBERS[x], _MEMBERS[y]):
            yield f"{p} + {q} in {x} + {y}", p + q in total
            yield f"{p} * {q} in {x} * {y}", p * q in times
        yield f"{x} and {y}", all((p in both) == (p in y) for p in _MEMBERS[x] if not math.isnan(p))
        yield f"{x} or {y}", all(p in either for p in (*_MEMBERS[x], *_MEMBERS[y]))
    for x in _FLOAT_RANGES:
        yield f"-{x}", all(-p in -x for p in _MEMBERS[x])
        yield f"{x} has members", not x.is_empty and x.is_unbounded == (math.nan in x) == (x == FloatRange())
    for low, high in product((None, -(2**1100), -3, 0, 2**53 + 1), (None, 5, 2**60 + 1, 2**1100)):
        found = FloatRange.of_integers(ValueRange(low, high))
        for value in (-3, 0, 5, 2**53 + 1, 2**60 + 1):
            if value in ValueRange(low, high):
                yield f"float({value}) in {found}", float(value) in found


def _float_comparisons() -> Iterator[Tried]:
    rows: tuple[tuple[Callable[[FloatRange, FloatRange], bool | None], Callable[[float, float], bool]], ...] = (
        (lambda x, y: x.less_than(y), operator.lt),
        (lambda x, y: x.less_equal(y), operator.le),
        (lambda x, y: x.equals(y), operator.eq),
    )
    for x, y in product(_FLOAT_RANGES, repeat=2):
        for ask, truth in rows:
            answer = ask(x, y)
            pairs = product(_MEMBERS[x], _MEMBERS[y])
            yield f"{truth.__name__} of {x} and {y}", answer is None or all(truth(p, q) is answer for p, q in pairs)


_ROUNDED: Final[tuple[tuple[str, Callable[[FloatRange], ValueRange], Callable[[float], int]], ...]] = (
    ("trunc", lambda x: x.trunc(), math.trunc),
    ("floor", lambda x: x.floor(), math.floor),
    ("ceil", lambda x: x.ceil(), math.ceil),
    ("round", lambda x: x.round(), round),
)


def _rounded_ranges() -> Iterator[Tried]:
    for x, (name, method, function) in product(_FLOAT_RANGES, _ROUNDED):
        yield f"{name} of {x}", all(function(p) in method(x) for p in _MEMBERS[x] if math.isfinite(p))


F: Final = float_symbol("f")
N: Final = symbol("n")


def _value(term: Scalar) -> object:
    """The value of a closed term, None where it is undefined."""
    try:
        return evaluate(term, {})
    except Undefined:
        return None


def _pythons(run: Callable[[], object]) -> object:
    """Python's own result, None where it raises or leaves the reals."""
    try:
        found = run()
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return None if isinstance(found, complex) else found


def _quotient(a: int, b: int) -> float:
    return a / b


def _same(left: object, right: object) -> bool:
    """Equal in type, value and sign of zero; NaN is NaN."""
    return repr(left) == repr(right)


_BINARY: Final[tuple[tuple[str, Callable[[Real, Real], Real], Callable[[float, float], object]], ...]] = (
    ("+", lambda a, b: reals.float_add(a, b), lambda a, b: a + b),
    ("-", lambda a, b: reals.float_sub(a, b), lambda a, b: a - b),
    ("*", lambda a, b: reals.float_mul(a, b), lambda a, b: a * b),
    ("/", lambda a, b: reals.float_true_div(a, b), lambda a, b: a / b),
    ("//", lambda a, b: reals.float_floor_div(a, b), lambda a, b: a // b),
    ("%", lambda a, b: reals.float_mod(a, b), lambda a, b: a % b),
    ("**", lambda a, b: reals.float_pow(a, b), lambda a, b: a**b),
    ("max", lambda a, b: reals.float_max(a, b), lambda a, b: max(a, b)),
    ("min", lambda a, b: reals.float_min(a, b), lambda a, b: min(a, b)),
)


def _float_rules() -> Iterator[Tried]:
    """On constants, and on a symbol that is given its value afterwards, each rule gives what Python gives."""
    numbers = (*_NUMBERS, -2.0, 2.0, math.nan)
    for (name, make, python), a, b in product(_BINARY, numbers, numbers):
        wanted = _pythons(partial(python, a, b))
        for left, right in ((a, b), (F, b), (a, F)):
            value = a if left is F else b
            found = _value(substitute_real(make(left, right), {F: value}))
            yield f"{left} {name} {right} at {value}", _same(found, wanted)
    for a in numbers:
        once, twice = reals.float_neg(F), reals.float_neg(reals.float_neg(F))
        yield f"-f at {a}", _same(_value(substitute_real(once, {F: a})), -a)
        yield f"--f at {a}", _same(_value(substitute_real(twice, {F: a})), a)
        for name, function in (("sqrt", math.sqrt), ("log", math.log), ("exp", math.exp), ("abs", abs)):
            found = _value(substitute_real(reals.float_unary(reals.UNARY[name], F), {F: a}))
            yield f"{name}({a})", _same(found, _pythons(partial(function, a)))
        chosen = reals.float_ite(reals.float_lt(F, 1.0), F, 7.5)
        yield f"chosen at {a}", _same(_value(substitute_real(chosen, {F: a})), a if a < 1.0 else 7.5)


_COMPARED: Final[tuple[tuple[str, Callable[[Real | Dim, Real | Dim], Cond], Callable[[float, float], bool]], ...]] = (
    ("<", lambda a, b: reals.float_lt(a, b), operator.lt),
    ("<=", lambda a, b: reals.float_le(a, b), operator.le),
    (">", lambda a, b: reals.float_gt(a, b), operator.gt),
    (">=", lambda a, b: reals.float_ge(a, b), operator.ge),
    ("==", lambda a, b: reals.float_eq(a, b), operator.eq),
    ("!=", lambda a, b: reals.float_ne(a, b), operator.ne),
)


def _compared() -> Iterator[Tried]:
    """Comparisons of floats and of integers with floats, on constants and on a symbol."""
    numbers: tuple[float | int, ...] = (*_NUMBERS, math.nan, 0, 1, 2**53 + 1, -(2**1100))
    for (name, make, python), a, b in product(_COMPARED, numbers, numbers):
        yield f"{a} {name} {b}", _value(make(a, b)) is python(a, b)
        if isinstance(a, float):
            later = _value(substitute_cond(make(F, b), {F: a}))
            yield f"f {name} {b} at {a}", later is python(a, b)


def _conversions() -> Iterator[Tried]:
    """Rounding floats to integers, integers to floats, and the quotient of integers as a float."""
    for (name, _, function), a in product(_ROUNDED, (*_NUMBERS, -1.5, 3.5, math.nan)):
        make: Callable[[Real], Dim] = _TO_INT[name]
        wanted = _pythons(partial(function, a))
        yield f"{name}({a})", _same(_value(make(a)), wanted)
        yield f"{name}(f) at {a}", _same(_value(substitute_dim(make(F), {F: a})), wanted)
    whole = (-7, -1, 0, 1, 3, 2**53 + 1, 2**1100)
    for a in whole:
        later = _value(substitute_real(reals.to_float(N), {of(N): a}))
        yield f"float({a})", _same(later, _pythons(partial(float, a)))
        for b in whole:
            found = _value(substitute_real(reals.int_true_div(N, b), {of(N): a}))
            yield f"{a} / {b}", _same(found, _pythons(partial(_quotient, a, b)))


_TO_INT: Final[dict[str, Callable[[Real], Dim]]] = {
    "trunc": lambda x: integers.trunc_to_int(x),
    "floor": lambda x: integers.floor_to_int(x),
    "ceil": lambda x: integers.ceil_to_int(x),
    "round": lambda x: integers.round_to_int(x),
}


def _bit_rules() -> Iterator[Tried]:
    rows: tuple[tuple[str, Callable[[Dim, Dim], Dim], Callable[[int, int], int]], ...] = (
        ("&", lambda a, b: integers.bit_and(a, b), lambda a, b: a & b),
        ("|", lambda a, b: integers.bit_or(a, b), lambda a, b: a | b),
        ("^", lambda a, b: integers.bit_xor(a, b), lambda a, b: a ^ b),
    )
    for (name, make, python), a, b in product(rows, range(-5, 10), range(-5, 10)):
        for left, right in ((a, b), (N, b), (a, N)):
            value = a if left is N else b
            found = _value(substitute_dim(make(left, right), {of(N): value}))
            yield f"{left} {name} {right} at {value}", found == python(a, b)
        twice = _value(substitute_dim(make(N, N), {of(N): a}))
        yield f"{a} {name} itself", twice == python(a, a)
    for base, exponent in product(range(-4, 5), range(6)):
        yield f"{base} ** {exponent}", integers.natural_power(base, exponent) == base**exponent


_T: Final = "refimpl.terms"
_V: Final = f"{_T}.ranges:ValueRange"
_FLOAT: Final = f"{_T}.float_ranges:FloatRange"
_METHODS: Final = (
    "__neg__", "__add__", "__sub__", "__mul__", "__floordiv__", "__mod__", "maximum", "minimum", "intersect", "union",
    "is_subset", "is_unbounded",
)  # fmt: skip
_ARITHMETIC: Final = (
    "add", "sub", "mul", "true_div", "floor_div", "mod", "pow", "max", "min", "neg", "unary", "ite",
)  # fmt: skip
_DOUBLES: Final = "fourteen doubles with both zeros, both infinities and overflow, and NaN"

GROUP: Final = Group(
    "proofs/enumerated.py",
    "Doubles, bits and ranges, by enumeration",
    (
        Theorem(
            "value_ranges_compute_with_the_interval_functions",
            "An operation of two ranges gives the ends that the interval function gives, which is proved sound.",
            tuple(f"{_V}.{name}" for name in _METHODS),
            _all("ranges", _delegated),
            "ends from -3 to 3 or none",
        ),
        Theorem(
            "ranges_of_bitwise_operators_are_sound",
            "The range of a bitwise and, or, exclusive or holds the result for all members.",
            tuple(f"{_V}.{name}" for name in ("bit_and", "bit_or", "bit_xor")),
            _all("bits", _bits),
            "ends from -4 to 8 or none, members from -6 to 12",
        ),
        Theorem(
            "float_ranges_are_sound",
            "The range of a sum, product, union or intersection of floats holds every result, NaN among them.",
            tuple(
                f"{_FLOAT}.{name}"
                for name in (
                    "__neg__",
                    "__add__",
                    "__mul__",
                    "__contains__",
                    "intersect",
                    "union",
                    "of_integers",
                    "is_empty",
                    "is_unbounded",
                )
            ),
            _all("float ranges", _float_ranges),
            _DOUBLES,
        ),
        Theorem(
            "comparisons_of_float_ranges_are_right_when_they_answer",
            "If a comparison of two ranges of floats is decided, it is so for all members.",
            tuple(f"{_FLOAT}.{name}" for name in ("less_than", "less_equal", "equals")),
            _all("comparisons", _float_comparisons),
            _DOUBLES,
        ),
        Theorem(
            "roundings_of_float_ranges_are_sound",
            "The range of a rounding holds the rounding of every finite member.",
            tuple(f"{_FLOAT}.{name}" for name in ("trunc", "floor", "ceil", "round")),
            _all("roundings", _rounded_ranges),
            _DOUBLES,
        ),
        Theorem(
            "rules_of_bitwise_operators_keep_their_value",
            "Bitwise operators in normal form, and powers of constants, are Python's.",
            tuple(f"{_T}.integers:{name}" for name in ("bit_and", "bit_or", "bit_xor", "natural_power")),
            _all("bits", _bit_rules),
            "numbers from -5 to 9, one of them a symbol or none",
        ),
        Theorem(
            "float_rules_keep_their_value",
            "Each rule of float arithmetic gives what Python gives, undefined where Python raises.",
            (
                "proofs.enumerated:substitute_real",
                *tuple(
                    f"{_T}.reals:float_{name}"
                    for name in (
                        "add",
                        "sub",
                        "mul",
                        "true_div",
                        "floor_div",
                        "mod",
                        "pow",
                        "max",
                        "min",
                        "neg",
                        "unary",
                        "ite",
                    )
                ),
            ),
            _all("floats", _float_rules),
            f"{_DOUBLES}; one argument may be a symbol",
        ),
        Theorem(
            "float_comparisons_keep_their_truth",
            "Comparisons of floats and integers are Python's, exact for integers of any size.",
            tuple(f"{_T}.reals:float_{name}" for name in ("lt", "le", "gt", "ge", "eq", "ne")),
            _all("comparisons", _compared),
            f"{_DOUBLES}, four integers; one argument may be a symbol",
        ),
        Theorem(
            "conversions_of_floats_keep_their_value",
            "Roundings to integers, integers as floats and true division of integers are Python's.",
            (
                *(f"{_T}.integers:{name}_to_int" for name in ("trunc", "floor", "ceil", "round")),
                *(f"{_T}.reals:{name}" for name in ("to_float", "int_true_div")),
            ),
            _all("conversions", _conversions),
            f"{_DOUBLES}, seven integers",
        ),
    ),
)
