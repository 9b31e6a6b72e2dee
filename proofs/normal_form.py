"""The normal form: every rule keeps the value, over arbitrary symbols, wherever the original is defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations_with_replacement, product
from typing import Final

from proofs.engine.forking import Fork, as_int
from proofs.engine.grouping import grouped
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import number, of, predicate
from proofs.engine.smt import Obligation, apply, both, declare, equal, iff, literal, negation
from proofs.engine.theorem import Goal, Group, Theorem, by_paths
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Monomial,
    bool_symbol,
    conditions,
    division,
    eq,
    floor_div,
    ge,
    int_max,
    integers,
    le,
    lnot,
    make_int,
    mod,
    ne,
    polynomials,
    symbol,
)

__all__ = ["GROUP"]

X, Y, Z = (symbol(name) for name in ("s0", "s1", "u2"))
P = bool_symbol("p")
_CONSTANTS: Final = (-5, -1, 0, 1, 3)
_DIVISORS: Final = (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6)


def _dividends() -> tuple[Dim, ...]:
    """Linear terms of one and two symbols, nested quotients and remainders, each with constants."""
    linear = [a * X + b * Y for a, b in ((1, 0), (2, 0), (-3, 0), (4, 2), (6, -4), (2, 3), (-1, 12))]
    nested: list[Dim] = [
        floor_div(X, 2), floor_div(2 * X + 1, 3), floor_div(X, -2), 2 * mod(X, 6), mod(Y, 4) - 3 * mod(X, 12) + Y,
        4 * mod(X + 1, 2), floor_div(X, 4) * 2 + mod(X, 4), X * Y, 6 * X * Y + 4 * X,
    ]  # fmt: skip
    return tuple(base + constant for base in (*linear, *nested) for constant in _CONSTANTS)


def _by_constants(remainder: bool) -> Callable[[], Iterator[Obligation]]:
    """The shipped rules for constant divisors against the definition of the quotient, divisor by divisor."""

    def obligations() -> Iterator[Obligation]:
        for divisor in _DIVISORS:
            for index, dividend in enumerate(_dividends()):
                function = division.mod if remainder else division.floor_div
                yield _divided(f"by {divisor}, {index}: {dividend}", function, dividend, divisor)

    return obligations


def _divided(name: str, function: Callable[[Dim, Dim], Dim], left: Dim, right: Dim) -> Obligation:
    meaning = Meaning()
    (a, a_defined), (b, b_defined) = meaning.integer(left), meaning.integer(right)
    wanted = (meaning.floor_mod if function is division.mod else meaning.floor_div)(a, b)
    value, defined = meaning.integer(function(left, right))
    known = (a_defined, b_defined, negation(equal(b, "0")))
    goal = both((defined, equal(value, wanted)))
    return Obligation(name, tuple(meaning.declarations), (*meaning.definitions, *known), goal)


def _by_terms() -> Iterator[Obligation]:
    """Divisors that are terms: equal ones, signs, multiples, exact polynomial division, cancelled factors."""
    pairs: tuple[tuple[Dim, Dim], ...] = (
        (X, X), (0, X), (X * Y, X), (6 * X, 4 * X), (2 * X * Y, -4 * Y), (X * X + X, X + 1), (-X, -Y), (3 * X, -Y),
        (X * Y + 3, Y), (X * Y + X, Y + 1), (4 * X, 6 * Y), (X, 2 * Y), (7, X), (2 * X + 2, 2 * Y),
    )  # fmt: skip
    for left, right in pairs:
        for function in (division.floor_div, division.mod):
            yield _divided(f"{left} by {right}", function, left, right)


def _residues() -> Iterator[Obligation]:
    """The nearest residue, for every value and positive modulus."""

    def run(fork: Fork) -> str:
        return str(division.symmetric_residue(as_int(fork.integer("v")), as_int(fork.integer("m"))))

    def goals(residue: str) -> Iterable[Goal]:
        twice = apply("*", "2", residue)
        yield "near", (), (), both((apply("<", apply("-", "m"), twice), apply("<=", twice, "m")))
        yield "congruent", (), (), _multiple_of_m(residue)

    yield from by_paths("residue", (declare("v"), declare("m")), (apply(">", "m", "0"),), run, goals)


def _multiple_of_m(residue: str) -> str:
    rest = apply("-", "v", residue)
    return " ".join(("(or", equal(rest, "(* m q!0)"), equal(rest, "(* m (+ q!0 1))") + ")"))


def _coefficients(fork: Fork, names: str, monomials: tuple[Monomial, ...]) -> Dim:
    return make_int({m: as_int(fork.integer(name)) for name, m in zip(names, monomials, strict=True)})


_MONOMIALS: Final[tuple[Monomial, ...]] = ((), (of(X),), (of(X), of(Y)))
_TEXTS: Final = ("1", "|s0|", "(* |s0| |s1|)")


def _combination(names: str) -> str:
    return apply("+", *(apply("*", name, text) for name, text in zip(names, _TEXTS, strict=True)))


def _arithmetic(operate: Callable[[Dim, Dim], Dim], function: str) -> Callable[[], Iterator[Obligation]]:
    """Sums and differences of polynomials whose coefficients are arbitrary, zero included."""

    def run(fork: Fork) -> str:
        return _written(operate(_coefficients(fork, "abc", _MONOMIALS), _coefficients(fork, "def", _MONOMIALS)))

    def goals(value: str) -> Iterable[Goal]:
        yield "value", (), (), equal(value, apply(function, _combination("abc"), _combination("def")))

    def obligations() -> Iterator[Obligation]:
        preamble = (*map(declare, "abcdef"), declare("|s0|"), declare("|s1|"))
        # Constants alone are plain numbers, of which nothing is to be shown.
        some = tuple(negation(equal(name, "0")) for name in "be")
        yield from by_paths("coefficients", preamble, some, run, goals)

    return obligations


def _written(term: Dim) -> str:
    return Meaning().integer(term)[0] if isinstance(term, IntTerm) else str(term)


def _products() -> Iterator[Obligation]:
    terms: tuple[Dim, ...] = (3, -2, X, 2 * X - 1, X + Y, X * Y - 3, floor_div(X, 2) + 1, int_max(X, Y), Z * Z)
    for left, right in product(terms, repeat=2):
        meaning = Meaning()
        (a, a_defined), (b, b_defined) = meaning.integer(left), meaning.integer(right)
        value, defined = meaning.integer(polynomials.multiply(left, right))
        goal = both((defined, equal(value, apply("*", a, b))))
        hypotheses = (*meaning.definitions, a_defined, b_defined)
        yield Obligation(f"{left} times {right}", tuple(meaning.declarations), hypotheses, goal)


def _compared() -> Iterator[Obligation]:
    """Comparisons: contents divided out, bounds rounded, signs normalised, chosen constants decided."""
    terms: list[Dim] = [a * X + c for a in (-4, -1, 2, 3) for c in _CONSTANTS]
    terms += [4 * X - 6 * Y + 3, 6 * X + 4 * Y - 2, mod(X, 3) - 1, number("p0", X) * 2 - 1]
    chosen = ((1, 0, 1, -1), (2, 5, -1, 3), (0, 7, 2, 0))
    terms += [integers.ite(predicate("p1", X), a, b) * f + c for a, b, f, c in chosen]
    makers: tuple[tuple[str, Callable[[Dim, Dim], Cond]], ...] = (
        (">=", lambda a, b: conditions.ge(a, b)), ("<=", lambda a, b: conditions.le(a, b)),
        (">", lambda a, b: conditions.gt(a, b)), ("<", lambda a, b: conditions.lt(a, b)),
        ("=", lambda a, b: conditions.eq(a, b)), ("distinct", lambda a, b: conditions.ne(a, b)),
    )  # fmt: skip
    for term in terms:
        for relation, make in makers:
            for other in (0, Y - 1):
                meaning = Meaning()
                (a, a_defined), (b, _) = meaning.integer(term), meaning.integer(other)
                goal = iff(meaning.condition(make(term, other)), both((a_defined, apply(relation, a, b))))
                name = f"{term} {relation} {other}"
                yield Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _connected() -> Iterator[Obligation]:
    """Conjunction, disjunction and negation of arbitrary conditions, complements and nesting included."""
    parts: tuple[Cond, ...] = (
        True, False, P, lnot(P), ge(X, 2), le(X, 1), eq(X, 3), ne(X, 3), predicate("p0", X, Y),
        conditions.land(ge(X, 2), P), conditions.lor(ge(X, 2), predicate("p1", Y)),
    )  # fmt: skip
    for left, right in product(parts, repeat=2):
        meaning = Meaning()
        a, b = meaning.condition(left), meaning.condition(right)
        either = meaning.condition(conditions.lor(left, right))
        goals = (
            iff(meaning.condition(conditions.land(left, right)), both((a, b))),
            iff(either, f"(or {a} {b})"),
            iff(meaning.condition(conditions.lnot(conditions.land(left, right))), f"(not (and {a} {b}))"),
            iff(meaning.condition(conditions.lnot(conditions.lor(left, right))), f"(not (or {a} {b}))"),
        )
        yield Obligation(f"{left}, {right}", tuple(meaning.declarations), tuple(meaning.definitions), both(goals))


def _extrema() -> Iterator[Obligation]:
    terms: tuple[Dim, ...] = (0, 3, X, X + 2, X - 1, 2 * X, Y, int_max(X, Y), integers.int_min(X + 1, 4))
    for parts in (*product(terms, repeat=2), *combinations_with_replacement(terms, 3)):
        meaning = Meaning()
        values = [meaning.integer(part)[0] for part in parts]
        goals: list[str] = []
        for make, relation in ((integers.int_max, ">="), (integers.int_min, "<=")):
            value = meaning.integer(make(*parts))[0]
            goals += [apply(relation, value, other) for other in values]
            goals.append(f"(or {' '.join(equal(value, other) for other in values)})")
        yield Obligation(f"{parts}", tuple(meaning.declarations), tuple(meaning.definitions), both(goals))


def _chosen() -> Iterator[Obligation]:
    branches: tuple[tuple[Dim, Dim], ...] = ((X, Y), (1, 0), (X, X), (2, 2), (floor_div(X, 2), -1))
    tests: tuple[Cond, ...] = (True, False, P, lnot(P), ge(X, 1), ne(X, 1), conditions.lor(P, eq(Y, 2)))
    for test, (then, otherwise) in product(tests, branches):
        meaning = Meaning()
        truth = meaning.condition(test)
        a, b = meaning.integer(then)[0], meaning.integer(otherwise)[0]
        value, defined = meaning.integer(integers.ite(test, then, otherwise))
        goal = both((defined, equal(value, apply("ite", truth, a, b))))
        name = f"{then} if {test} else {otherwise}"
        yield Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _powers() -> Iterator[Obligation]:
    bases: tuple[Dim, ...] = (-2, 0, 1, 3, X, -X, X + 1, 2 * X - Y)
    for base, exponent in product(bases, range(5)):
        meaning = Meaning()
        text = meaning.integer(base)[0]
        goals = (
            equal(meaning.integer(integers.power(base, exponent))[0], apply("*", "1", "1", *(text,) * exponent)),
            equal(meaning.integer(integers.lshift(base, exponent))[0], apply("*", text, literal(2**exponent))),
            equal(meaning.integer(integers.rshift(base, exponent))[0], meaning.floor_div(text, literal(2**exponent))),
        )
        name = f"{base}, {exponent}"
        yield Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), both(goals))


_LINEAR: Final = "dividends of two symbols, nested once, with small coefficients; symbols are arbitrary"
_FAMILY: Final = "a family of terms of each form; symbols and opaque parts are arbitrary"
_HERE: Final = "refimpl.terms"

GROUP: Final = Group(
    "proofs/normal_form.py",
    "Normal form",
    (
        Theorem(
            "sums_of_polynomials_keep_their_value",
            "The sum of two polynomials is their sum, for all coefficients.",
            (f"{_HERE}.polynomials:add", f"{_HERE}.polynomials:make_int"),
            _arithmetic(lambda a, b: polynomials.add(a, b), "+"),
            "three monomials each",
        ),
        Theorem(
            "differences_of_polynomials_keep_their_value",
            "The difference of two polynomials is their difference, for all coefficients.",
            (f"{_HERE}.polynomials:subtract", f"{_HERE}.polynomials:make_int"),
            _arithmetic(lambda a, b: polynomials.subtract(a, b), "-"),
            "three monomials each",
        ),
        Theorem(
            "products_of_polynomials_keep_their_value",
            "The expanded product is the product.",
            (f"{_HERE}.polynomials:multiply",),
            grouped(3, _products),
            _FAMILY,
        ),
        Theorem(
            "the_nearest_residue_is_congruent_and_near",
            "symmetric_residue differs from its value by a multiple of the modulus and is at most half of it.",
            (f"{_HERE}.division:symmetric_residue",),
            _residues,
        ),
        Theorem(
            "floor_division_by_constants_keeps_its_value",
            "Each rule for a constant divisor gives the floor quotient, negative divisors included.",
            (f"{_HERE}.division:floor_div",),
            grouped(5, _by_constants(remainder=False)),
            _LINEAR,
        ),
        Theorem(
            "remainder_by_constants_keeps_its_value",
            "Each rule for a constant modulus gives the remainder with the divisor's sign.",
            (f"{_HERE}.division:mod",),
            grouped(5, _by_constants(remainder=True)),
            _LINEAR,
        ),
        Theorem(
            "division_by_terms_keeps_its_value",
            "Quotient and remainder by a term keep their value wherever the divisor is not 0.",
            (f"{_HERE}.division:floor_div", f"{_HERE}.division:mod"),
            _by_terms,
            _FAMILY,
        ),
        Theorem(
            "comparisons_keep_their_truth",
            "A comparison in normal form holds exactly where the comparison does.",
            tuple(f"{_HERE}.conditions:{name}" for name in ("eq", "ne", "ge", "le", "gt", "lt")),
            grouped(12, _compared),
            _FAMILY,
        ),
        Theorem(
            "connectives_keep_their_truth",
            "Conjunction, disjunction and negation in normal form are what they say.",
            tuple(f"{_HERE}.conditions:{name}" for name in ("land", "lor", "lnot")),
            grouped(11, _connected),
            _FAMILY,
        ),
        Theorem(
            "maximum_and_minimum_keep_their_value",
            "The greatest and the least of two or three terms bound them all and are one of them.",
            (f"{_HERE}.integers:int_max", f"{_HERE}.integers:int_min"),
            grouped(9, _extrema),
            _FAMILY,
        ),
        Theorem(
            "conditionals_keep_their_value",
            "A conditional in normal form takes the branch that it says.",
            (f"{_HERE}.integers:ite",),
            grouped(5, _chosen),
            _FAMILY,
        ),
        Theorem(
            "powers_and_shifts_keep_their_value",
            "Expanded powers and shifts by constants are the products and quotients.",
            (f"{_HERE}.integers:power", f"{_HERE}.integers:lshift", f"{_HERE}.integers:rshift"),
            grouped(5, _powers),
            "exponents up to 4",
        ),
    ),
)
