"""The encoding: what the solvers read of a condition is what Python means by it, for all integers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import Final, Literal

from proofs.engine.meaning import Meaning
from proofs.engine.smt import Obligation, apply, both, either, equal, iff, implies, literal, negation
from proofs.engine.theorem import Group, Theorem
from refimpl.solver import Obligation as LawObligation
from refimpl.solver import encode
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Real,
    Scalar,
    Sort,
    bool_symbol,
    ceil_to_int,
    eq,
    float_eq,
    float_ite,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    float_unary,
    floor_to_int,
    ge,
    int_max,
    int_min,
    int_of_bool,
    ite,
    land,
    lnot,
    lor,
    ne,
    of_atom,
    round_to_int,
    symbol,
    to_float,
    trunc_to_int,
)
from refimpl.terms.core import IntFn
from refimpl.terms.polynomials import intern_apply

__all__ = ["GROUP"]

A, B, C, Z = (symbol(name) for name in "abcz")
P, Q = bool_symbol("p"), bool_symbol("q")
F, G, H = float_symbol("f"), float_symbol("g"), float_symbol("h")


def _raw(fn: IntFn, *arguments: Scalar) -> IntTerm:
    """The application as it stands, no rule applied: what the encoding is about."""
    return of_atom(intern_apply(fn, arguments, Sort.INT))


def _encoded(condition: Cond) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The shipped encoding: its declarations, what it assumes of any symbol, and the text of the condition."""
    script = encode((condition, P), ())
    lines = tuple(line for line in script.prelude.splitlines() if not line.startswith("(set-logic"))
    *axioms, text, last = script.hypotheses
    if last != "|p|":
        raise ValueError("the encoding lost the marker that follows the condition")
    return lines, tuple(axioms), text


def _same(name: str, condition: Cond) -> Obligation:
    """The encoding of a condition holds exactly where the condition is defined and true."""
    lines, axioms, text = _encoded(condition)
    meaning = Meaning()
    wanted = meaning.condition(condition)
    preamble = tuple(dict.fromkeys((*lines, *meaning.declarations)))
    return Obligation(name, preamble, (*axioms, *meaning.definitions), iff(text, wanted))


def _all_same(conditions: Callable[[], Iterable[tuple[str, Cond]]]) -> Callable[[], Iterator[Obligation]]:
    def obligations() -> Iterator[Obligation]:
        for name, condition in conditions():
            yield _same(name, condition)

    return obligations


def _divisions(fn: Literal["FloorDiv", "Mod"]) -> Iterator[tuple[str, Cond]]:
    yield "symbols", eq(Z, _raw(fn, A, B))
    for divisor in (-6, -3, -2, -1, 1, 2, 3, 7):
        yield f"by {divisor}", eq(Z, _raw(fn, A, divisor))
    for dividend in (-7, 0, 7):
        yield f"{dividend} by a symbol", eq(Z, _raw(fn, dividend, B))
    yield "by zero", eq(Z, _raw(fn, A, 0))
    yield "nested", eq(Z, _raw(fn, _raw(fn, A, 3), -2))
    yield "by an undefined divisor", eq(Z, _raw(fn, A, _raw(fn, B, 0)))


def _extrema() -> Iterator[tuple[str, Cond]]:
    functions: tuple[IntFn, IntFn] = ("Max", "Min")
    for fn in functions:
        yield f"{fn} of two", eq(Z, _raw(fn, A, B))
        yield f"{fn} of three", eq(Z, _raw(fn, 2, A, B - C))
        yield f"{fn} of an undefined one", eq(Z, _raw(fn, A, _raw("FloorDiv", B, C)))
    yield "max of min", eq(Z, int_max(A, int_min(B, C)))


def _choices() -> Iterator[tuple[str, Cond]]:
    inverse = _raw("FloorDiv", 12, B)
    yield "by a comparison", eq(Z, ite(ge(A, B), A + 1, C))
    yield "by a boolean", eq(Z, ite(P, A, B))
    yield "with an undefined branch", eq(Z, ite(ne(B, 0), inverse, A))
    yield "with an undefined other branch", eq(Z, ite(eq(B, 0), A, inverse))
    yield "by an undefined condition", eq(Z, ite(ge(inverse, 1), A, C))
    yield "boolean to integer", eq(Z, int_of_bool(Q))
    yield "comparison to integer", eq(Z, int_of_bool(ge(A, 3)) + 2 * int_of_bool(lnot(Q)))


def _polynomials() -> Iterator[tuple[str, Cond]]:
    """Sums of products with any coefficients, of symbols and of what is defined only somewhere."""
    yield "a constant", eq(Z, 5)
    for index, term in enumerate((A, 2 * A - 3 * B + 7, A * B - B * B, -A * B * C + 4, _raw("FloorDiv", B, C) - A)):
        yield f"polynomial {index}", eq(Z, term)


def _opaque() -> Iterator[Obligation]:
    """What has no exact encoding is a number of which nothing is said, defined or not."""
    for fn in ("Pow", "LShift", "RShift", "BitAnd"):
        lines, axioms, text = _encoded(eq(Z, _raw(fn, A, B)))
        # A negative exponent or count is undefined; whether the rest is, is not said either.
        defined = "o!0.defined" if fn == "BitAnd" else apply(">=", "|b|", "0")
        said = both((defined, equal("|z|", "o!0")))
        yield Obligation(fn, lines, (), "false" if axioms else iff(text, said))


def _real_functions() -> Iterator[Obligation]:
    """The absolute value of a float, and a choice of floats, which is that of the comparisons."""
    lines, axioms, text = _encoded(float_eq(float_unary("abs", F), G))
    finite = both((equal("|f.infinite|", "0"), equal("|g.infinite|", "0")))
    size = apply("ite", apply(">=", "|f.value|", "0.0"), "|f.value|", apply("-", "|f.value|"))
    infinite = both((negation(equal("|f.infinite|", "0")), equal("|g.infinite|", "1")))
    numbers = both((negation("|f.nan|"), negation("|g.nan|")))
    wanted = both((numbers, either((both((finite, equal(size, "|g.value|"))), infinite))))
    yield Obligation("absolute value", lines, axioms, iff(text, wanted))
    chosen = float_lt(float_ite(P, F, G), H)
    apart = lor(land(P, float_lt(F, H)), land(lnot(P), float_lt(G, H)))
    script = encode((chosen, apart), ())
    lines = tuple(line for line in script.prelude.splitlines() if not line.startswith("(set-logic"))
    *axioms_of_both, one, other = script.hypotheses
    yield Obligation("choice", lines, tuple(axioms_of_both), iff(one, other))


def _constants() -> Iterator[Obligation]:
    """Less than a constant: a finite one, an infinity, NaN."""
    for value in (0.5, -2.0, 1e300, -0.0, math.inf, -math.inf, math.nan):
        lines, axioms, text = _encoded(float_lt(F, value))
        below = either((equal("|f.infinite|", "(- 1)"), both((equal("|f.infinite|", "0"), _less_than(value)))))
        if math.isinf(value):
            below = apply("<", "|f.infinite|", "1") if value > 0 else "false"
        wanted = "false" if math.isnan(value) else both((negation("|f.nan|"), below))
        yield Obligation(f"less than {value}", lines, axioms, iff(text, wanted))


def _less_than(value: float) -> str:
    if not math.isfinite(value):
        return "false"
    exact = Fraction(value)
    left = apply("*", "|f.value|", f"{exact.denominator}.0")
    number = f"{abs(exact.numerator)}.0"
    return apply("<", left, number if exact >= 0 else apply("-", number))


def _powers() -> Iterator[tuple[str, Cond]]:
    for exponent in range(5):
        yield f"power {exponent}", eq(Z, _raw("Pow", A, exponent))
        yield f"left shift by {exponent}", eq(Z, _raw("LShift", A, exponent))
        yield f"right shift by {exponent}", eq(Z, _raw("RShift", A, exponent))


def _conditions() -> Iterator[tuple[str, Cond]]:
    inverse = _raw("FloorDiv", 12, B)
    atoms: tuple[Cond, ...] = (ge(inverse, 2), eq(inverse, A), ne(inverse, A))
    plain: tuple[Cond, ...] = (P, lnot(Q), ge(A, 1), eq(2 * A + 3 * C, 1))
    for index, condition in enumerate((*atoms, *plain)):
        yield f"atom {index}", condition
        yield f"negated atom {index}", lnot(condition)
    for (i, left), (j, right) in product(enumerate(atoms[:2]), enumerate(plain[:3:2])):
        yield f"and {i} {j}", land(left, right)
        yield f"or {i} {j}", lor(left, right)
        yield f"chosen by and {i} {j}", eq(Z, ite(land(left, right), A, C))
        yield f"chosen by or {i} {j}", eq(Z, ite(lor(left, right), A, C))
    yield "nested", lor(land(atoms[0], lor(P, atoms[1])), land(lnot(P), ge(C, 0)))


def _goals() -> Iterator[Obligation]:
    """The goal of an obligation is asserted as its failure, undefinedness included."""
    inverse = _raw("FloorDiv", 12, B)
    goals: tuple[Cond, ...] = (ge(A, B), ge(inverse, 1), lor(eq(A, 0), ge(inverse, 1)), land(P, ne(inverse, 3)))
    for number, goal in enumerate(goals):
        script = LawObligation("goal", (ge(C, inverse),), goal).script
        lines = tuple(line for line in script.prelude.splitlines() if not line.startswith("(set-logic"))
        meaning = Meaning()
        wanted = both((meaning.condition(ge(C, inverse)), negation(meaning.condition(goal))))
        preamble = tuple(dict.fromkeys((*lines, *meaning.declarations)))
        asked = both((*script.hypotheses, *script.goals))
        yield Obligation(f"goal {number}", preamble, tuple(meaning.definitions), iff(asked, wanted))


def _roundings() -> Iterator[Obligation]:
    """Rounding a float gives the integer that Python defines; NaN and the infinities have none."""
    x, z = "|f.value|", "(to_real |z|)"
    half = apply("-", x, z)
    near = both((apply("<=", "(- 0.5)", half), apply("<=", half, "0.5")))
    even = implies(either((equal(half, "0.5"), equal(half, "(- 0.5)"))), equal("(mod |z| 2)", "0"))
    floor = both((apply("<=", z, x), apply("<", x, apply("+", z, "1.0"))))
    ceiling = both((apply(">=", z, x), apply(">", x, apply("-", z, "1.0"))))
    positive = apply(">=", x, "0.0")
    meanings: tuple[tuple[str, Dim, str], ...] = (
        ("floor", floor_to_int(F), floor),
        ("ceiling", ceil_to_int(F), ceiling),
        ("truncation", trunc_to_int(F), both((implies(positive, floor), implies(negation(positive), ceiling)))),
        ("round, halves to even", round_to_int(F), both((near, even))),
    )
    finite = both((negation("|f.nan|"), equal("|f.infinite|", "0")))
    for name, term, meaning in meanings:
        lines, axioms, text = _encoded(eq(Z, term))
        yield Obligation(name, lines, axioms, iff(text, both((finite, meaning))))


_ORDERS: Final[tuple[tuple[str, Callable[[Real, Real], Cond], str, tuple[bool, bool, bool], bool], ...]] = (
    # name, maker, relation of finite values, truth for infinities ordered below, equal, above, truth with NaN
    ("less", float_lt, "<", (True, False, False), False),
    ("less or equal", float_le, "<=", (True, True, False), False),
    ("equal", float_eq, "=", (False, True, False), False),
    ("different", float_ne, "distinct", (True, False, True), True),
)


def _comparisons() -> Iterator[Obligation]:
    """IEEE comparison, case by case over NaN and the infinities."""
    for name, make, relation, (below, same, above), with_nan in _ORDERS:
        lines, axioms, text = _encoded(make(F, G))
        cases = [implies(either(("|f.nan|", "|g.nan|")), text if with_nan else negation(text))]
        ordered = both((negation("|f.nan|"), negation("|g.nan|")))
        for left, right in product((-1, 0, 1), repeat=2):
            here = both((ordered, equal("|f.infinite|", literal(left)), equal("|g.infinite|", literal(right))))
            if left == right == 0:
                wanted = iff(text, apply(relation, "|f.value|", "|g.value|"))
            else:
                truth = below if left < right else same if left == right else above
                wanted = text if truth else negation(text)
            cases.append(implies(here, wanted))
        goal = both(cases)
        yield Obligation(name, lines, axioms, goal)


def _conversions() -> Iterator[Obligation]:
    """An integer as a float is exact up to 2**53; compared with a float it is exact always."""
    lines, axioms, text = _encoded(float_eq(to_float(A), F))
    small = both((apply("<=", "(- 9007199254740992)", "|a|"), apply("<=", "|a|", "9007199254740992")))
    finite = both((negation("|f.nan|"), equal("|f.infinite|", "0")))
    same = both((finite, equal("|f.value|", "(to_real |a|)")))
    yield Obligation("to float", lines, (*axioms, small), iff(text, same))


_ENCODE: Final = "refimpl.solver.encode:_holds"
_CONDITION: Final = "refimpl.solver.encode:_condition"
_TERMS: Final = "refimpl.solver._encode_terms:TermEncoder"
_FLOATS: Final = "refimpl.solver._encode_text:ExtendedReal"
_PYTHON: Final = "is what Python means, and division by zero is undefined"

GROUP: Final = Group(
    "proofs/encoding.py",
    "Encoding",
    (
        Theorem(
            "floor_division_is_encoded_as_pythons",
            f"The encoding of // {_PYTHON}, negative divisors included.",
            (_ENCODE, f"{_TERMS}._division"),
            _all_same(lambda: _divisions("FloorDiv")),
        ),
        Theorem(
            "remainder_is_encoded_as_pythons",
            f"The encoding of % {_PYTHON}, negative divisors included.",
            (_ENCODE, f"{_TERMS}._division"),
            _all_same(lambda: _divisions("Mod")),
        ),
        Theorem(
            "polynomials_are_encoded_as_pythons",
            "The encoding of a polynomial is the sum of its products, defined where all of its parts are.",
            (_ENCODE, f"{_TERMS}.integer"),
            _all_same(_polynomials),
            "six polynomials of three symbols",
        ),
        Theorem(
            "what_has_no_encoding_is_arbitrary",
            "A power or shift by a symbol and a bitwise operator are encoded as numbers of which nothing is said.",
            (_ENCODE, f"{_TERMS}._opaque_int"),
            _opaque,
        ),
        Theorem(
            "absolute_values_and_choices_of_floats_are_encoded_as_pythons",
            "The encoding of the absolute value and of a conditional of floats is what Python means.",
            (_CONDITION, f"{_TERMS}._apply_real", f"{_TERMS}.extended_real"),
            _real_functions,
        ),
        Theorem(
            "constants_of_floats_are_encoded_as_they_are",
            "A float is compared with a number, an infinity and NaN as IEEE says.",
            ("refimpl.solver._encode_terms:_constant", "proofs.encoding:encode"),
            _constants,
            "four numbers, both infinities and NaN",
        ),
        Theorem(
            "maximum_and_minimum_are_encoded_as_pythons",
            "The encoding of Max and Min of two and three arguments is what Python means.",
            (_ENCODE, f"{_TERMS}._definition"),
            _all_same(_extrema),
            "up to three arguments",
        ),
        Theorem(
            "a_conditional_needs_only_the_branch_it_takes",
            "The encoding of a conditional, and of a boolean as an integer, is what Python means.",
            (_ENCODE, f"{_TERMS}._choice"),
            _all_same(_choices),
        ),
        Theorem(
            "powers_and_shifts_by_constants_are_encoded_as_pythons",
            "The encoding of a power or shift by a constant is the product or quotient.",
            (_CONDITION, f"{_TERMS}._power"),
            _all_same(_powers),
            "exponents and counts from 0 to 4",
        ),
        Theorem(
            "connectives_are_encoded_with_definedness",
            "A condition is encoded as defined and true; a connective that a defined part decides is defined.",
            (_ENCODE, _CONDITION, "refimpl.solver.encode:_kleene"),
            _all_same(_conditions),
            "connectives of two and three parts",
        ),
        Theorem(
            "a_goal_is_asserted_as_its_failure",
            "The text of an obligation is satisfiable exactly where the hypotheses hold and the goal does not.",
            (_ENCODE, "refimpl.solver.obligation:Obligation.script"),
            _goals,
            "goals of every form, one hypothesis that may be undefined",
        ),
        Theorem(
            "roundings_are_encoded_as_pythons",
            "Floor, ceiling, truncation and rounding of a finite float are Python's; other floats have none.",
            (_ENCODE, f"{_TERMS}._to_int"),
            _roundings,
        ),
        Theorem(
            "float_comparisons_are_encoded_as_ieee",
            "Comparisons of floats are IEEE's, for NaN, the infinities and every pair of finite values.",
            (
                _CONDITION,
                *(
                    f"refimpl.solver._encode_text:ExtendedReal.{name}"
                    for name in ("compare", "_ordered", "_equal", "_less")
                ),
            ),
            _comparisons,
        ),
        Theorem(
            "integers_become_floats_exactly_where_they_fit",
            "An integer up to 2**53 in size is encoded as the float of the same value.",
            (_CONDITION, f"{_TERMS}._rounded_int"),
            _conversions,
            "integers up to 2**53; nothing is said of larger ones",
        ),
    ),
)
