"""Substitution and quick knowledge: values are kept, and what is decided or simplified follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from proofs.engine.grouping import grouped
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import equation_text, number, of, predicate
from proofs.engine.smt import Obligation, apply, both, equal, iff, literal, negation
from proofs.engine.theorem import Group, Theorem
from refimpl.terms import (
    Bounds,
    Cond,
    Dim,
    conditions,
    eq,
    floor_div,
    ge,
    int_max,
    integers,
    le,
    mod,
    ne,
    substitute_cond,
    substitute_dim,
    symbol,
)

__all__ = ["GROUP"]

X, Y, Z = (symbol(name) for name in ("s0", "s1", "u2"))


def _substituted() -> Iterator[Obligation]:
    """A term after substitution has the value of the term where the symbol has the value of what replaces it."""
    values: tuple[Dim, ...] = (0, 1, -2, Y, 2 * Y + 1, floor_div(Y, 2), X + 1)
    terms: tuple[Dim, ...] = (X * X - 3 * Z, floor_div(X + Z, 3), mod(X, 4) * Y, int_max(X, Y, 2), number("p0", X, Z))
    tests: tuple[Cond, ...] = (predicate("p1", X, Y), conditions.lor(eq(X, Y), ge(Z * X, 3)), ne(number("p2", X), Z))
    named = symbol("t!")
    for value in values:
        for term in terms:
            meaning = Meaning()
            given = equation_text(meaning, named, value)
            renamed = substitute_dim(term, {of(X): named})
            goal = equation_text(meaning, renamed, substitute_dim(term, {of(X): value}))
            if not isinstance(renamed, int) and of(X) in renamed.free:
                goal = "false"
            hypotheses = (*meaning.definitions, given)
            yield Obligation(f"{term} at {value}", tuple(meaning.declarations), hypotheses, goal)
        for test in tests:
            meaning = Meaning()
            given = equation_text(meaning, named, value)
            asked = substitute_cond(test, {of(X): named})
            goal = iff(meaning.condition(asked), meaning.condition(substitute_cond(test, {of(X): value})))
            if not isinstance(asked, bool) and of(X) in asked.free:
                goal = "false"
            hypotheses = (*meaning.definitions, given)
            yield Obligation(f"{test} at {value}", tuple(meaning.declarations), hypotheses, goal)


_SETS: Final[tuple[tuple[Cond, ...], ...]] = (
    (),
    (ge(X, 2),),
    (ge(X, 0), le(X, 5), ge(Y, 1)),
    (eq(X, 3),),
    (ne(X, 0), ge(X, 0)),
    (ge(X - Y, 1), ge(Y, 2)),
    (eq(X, 2 * Y), ge(Y, 1)),
    (ge(X, 1), le(X, 8), eq(mod(X, 4), 0)),
    (le(X * Y, 10), ge(X, 1), ge(Y, 1)),
)


def _asked() -> tuple[Cond, ...]:
    terms: tuple[Dim, ...] = (X, X - 2, X - Y, X + Y - 3, 2 * X - 5, X * Y, floor_div(X, 2), mod(X, 3), int_max(X, Y))
    return tuple(make(term, bound) for term in terms for bound in (0, 1, 4) for make in (ge, le, eq, ne))


def _bounds_of(known: tuple[Cond, ...]) -> Bounds:
    bounds = Bounds()
    for condition in known:
        bounds.assume(condition)
    return bounds


def _known() -> Iterator[Obligation]:
    """What quick knowledge decides follows from what was assumed."""
    for known in _SETS:
        bounds = _bounds_of(known)
        for asked in _asked():
            answer = bounds.known(asked)
            if answer is not None:
                meaning = Meaning()
                given = tuple(map(meaning.condition, known))
                truth = meaning.condition(asked)
                hypotheses = (*meaning.definitions, *given)
                goal = truth if answer else negation(truth)
                yield Obligation(f"{asked} from {known}", tuple(meaning.declarations), hypotheses, goal)


def _simplified() -> Iterator[Obligation]:
    """What is simplified under assumptions keeps its value where they hold, and its range holds the value."""
    terms: tuple[Dim, ...] = (
        int_max(X, 1), int_max(X, Y), integers.int_min(X, 6), floor_div(X, 9), mod(X, 9), floor_div(X, Y),
        integers.ite(ge(X, 2), X, 7), 2 * floor_div(X, 2), X * Y - 3, floor_div(X, -2) + mod(Y, 2),
    )  # fmt: skip
    for known in _SETS:
        bounds = _bounds_of(known)
        for term in terms:
            meaning = Meaning()
            given = tuple(map(meaning.condition, known))
            value, defined = meaning.integer(term)
            simple, still = meaning.integer(bounds.simplify(term))
            found = bounds.range_of(term)
            goal = both(
                (
                    still,
                    equal(simple, value),
                    "true" if found.low is None else apply("<=", literal(found.low), value),
                    "true" if found.high is None else apply("<=", value, literal(found.high)),
                )
            )
            hypotheses = (*meaning.definitions, *given, defined)
            yield Obligation(f"{term} under {known}", tuple(meaning.declarations), hypotheses, goal)


_FAMILY: Final = "a family of terms of each form; symbols and opaque parts are arbitrary"
_HERE: Final = "refimpl.terms"

GROUP: Final = Group(
    "proofs/knowledge.py",
    "Substitution and knowledge",
    (
        Theorem(
            "substitution_keeps_the_value",
            "Substituting a term for a symbol gives the value at the valuation in which the symbol has that value.",
            (
                f"{_HERE}.substitute:substitute",
                f"{_HERE}.substitute:rebuild",
                "proofs.knowledge:substitute_dim",
                "proofs.knowledge:substitute_cond",
            ),
            grouped(4, _substituted),
            _FAMILY,
        ),
        Theorem(
            "what_bounds_decide_follows",
            "What the quick knowledge store decides follows from what it was told.",
            (f"{_HERE}.bounds:Bounds.known", f"{_HERE}.bounds:decide", f"{_HERE}.deciding:is_nonnegative"),
            grouped(8, _known),
            "nine sets of assumptions, 108 questions",
        ),
        Theorem(
            "what_bounds_simplify_keeps_its_value",
            "Simplified terms keep their value, and their ranges hold it, wherever the assumptions do.",
            (
                f"{_HERE}.bounds:Bounds.simplify",
                f"{_HERE}.bounds:Bounds.range_of",
                f"{_HERE}.bounds:simplify",
                f"{_HERE}.bounds:ends_of",
            ),
            _simplified,
            "nine sets of assumptions, ten terms",
        ),
    ),
)
