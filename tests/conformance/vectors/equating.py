"""Equations, multiples and bounds that are required or decided, and what follows: what replaces what must be right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.conformance.case import Ask, Step
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, Dim, eq, floor_div, ge, int_max, int_min, le, lt, mod, ne, symbol
from tests.conformance.vectors.authoring import ANY, RECORDED, Draft, env
from tests.conformance.vectors.transitions import ASSERTS, GUARDS, evaluate, known, require, script

__all__ = ["EQUATING"]

U0, U1, U2, U3, S0, S1, S2, S3 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1", "s2", "s3"))
WIDE: Final = env(
    u0=ANY, u1=ANY, u2=(0, None), u3=(0, None), s0=(2, None, 5), s1=(2, None, 8), s2=(2, None, 10), pending=""
)
"""Nothing is known of u0 and u1."""
NATURAL: Final = env(
    u0=(0, None), u1=(0, None), u2=(0, None), u3=(0, None), s0=(2, None, 5), s1=(2, None, 8), s2=(2, None, 10),
    pending="",
)  # fmt: skip


def _near(one: Dim, other: Dim, but: str) -> list[Ask]:
    """What follows from the equality of two terms alone; ``but`` is what PyTorch does not find out."""
    conditions = {
        "e": eq(one, other),
        "g": ge(one, other - 1),
        "l": le(one, other + 1),
        "n": ne(one, other + 1),
        "d": eq(one * 2, other * 2),
        "h": eq(floor_div(one, 2), floor_div(other, 2)),
    }
    questions = {letter: Ask("statically_known_true", each) for letter, each in conditions.items()}
    questions |= {"s": Ask("has_static_value", one - other), "b": Ask("bound", one), "c": Ask("bound", other)}
    return [question for letter, question in questions.items() if letter not in but]


_EQUATIONS: Final[dict[str, tuple[ShapeEnvState, Dim, Dim, str]]] = {
    "a-size": (WIDE, U0, S0, ""),
    "a-natural-size": (NATURAL, U0, S0, ""),
    "one-more-than-a-size": (WIDE, U0, S0 + 1, ""),
    "one-less-than-a-size": (NATURAL, U0, S0 - 1, ""),
    "twice-a-size": (WIDE, U0, S0 * 2, ""),
    "half-a-size": (NATURAL, U0 * 2, S1, "glnhsb"),
    "a-third-of-a-number": (WIDE, U0 * 3, 12, ""),
    "a-product-of-sizes": (NATURAL, U0, S0 * S1, ""),
    "a-sum-of-sizes": (WIDE, U0, S0 + S1, ""),
    "a-sum-with-a-size": (NATURAL, U0 + S0, S1, "glnhs"),
    "a-sum-of-two": (NATURAL, U0 + U1, S0, "glnhsb"),
    "another": (WIDE, U0, U1, "glnhs"),
    "one-more-than-another": (NATURAL, U0, U1 + 1, "glnhs"),
    "twice-another": (NATURAL, U0, U1 * 2, "glnhs"),
    "a-sum-of-others": (NATURAL, U0, U1 + U2, "glnhs"),
    "the-last-of-three": (NATURAL, U2, U0 + U1, "glnhs"),
    "a-number": (WIDE, U0, 5, ""),
    "a-product": (NATURAL, U0 * U1, 6, "glnhsb"),
    "half-another": (NATURAL, floor_div(U0, 2), U1, "glnhs"),
    "half-a-size-rounded": (NATURAL, U0, floor_div(S1, 2), "glnhs"),
    "half-itself": (NATURAL, floor_div(U0, 2), 3, "glnhsb"),
    "a-maximum": (NATURAL, U0, int_max(S0, S1), ""),
    "a-minimum": (NATURAL, U0, int_min(S0, 7), ""),
    "six-at-once": (NATURAL, U0 + U1 + U2, U3 + S0 + S1, "glnhsc"),
    "five-at-once": (NATURAL, U0, U1 + U2 + S0 + S1, "glnhs"),
    "five-sizes-and-one": (NATURAL, U0 + S1, S0 + S2 + U1 + U2, "glnhsc"),
}
_DECISIONS: Final[dict[str, tuple[Dim, Dim, str]]] = {
    "two-sizes": (S0, S1 - 3, ""),
    "one-size": (S0, 5, ""),
    "twice-a-size": (S0 * 2, S2, ""),
    "twice-a-number": (S0 * 2, 10, ""),
    "a-sum": (S0 + S1, 13, ""),
    "a-sum-of-three": (S0 + S1, S2 + 3, "glnhsb"),
    "half-rounded": (floor_div(S1, 2), 4, "glnhsb"),
    "half-of-another": (floor_div(S2, 2), S0, "glnhsb"),
    "a-product": (S0 * S1, 40, "glnhsb"),
    "a-product-of-size": (S0 * S1, S2 * 4, "glnhsb"),
    "unequal": (S0, S1, ""),
}


def _equations() -> Iterator[Draft]:
    for what, (before, one, other, but) in _EQUATIONS.items():
        yield Draft(
            f"equal-to-{what}",
            ("ENV-06", "ENV-15"),
            script(before, *require(eq(one, other)), *_near(one, other, but)),
            says=RECORDED,
            compare=ASSERTS,
        )
    for what, (one, other, but) in _DECISIONS.items():
        yield Draft(
            f"decided-to-equal-{what}",
            ("ENV-08", "ENV-15"),
            script(NATURAL, *evaluate(eq(one, other)), *_near(one, other, but)),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )


def _multiples() -> Iterator[Draft]:
    """What is known to be a multiple is its own quotient times the divisor, in sums and nested quotients too."""
    cases: dict[str, tuple[Dim, Dim, bool, str]] = {
        "of-four": (U0, 4, False, "m"),
        "of-a-size": (U0, S0, False, ""),
        "of-another": (U0, U1, False, ""),
        "a-sum": (U0 + U1, 4, False, "m"),
        "a-product": (U0 * U1, 4, False, "m"),
        "a-size": (S1, 4, True, "m"),
        "a-product-of-sizes": (S0 * S1, 4, True, "m"),
        "a-size-of-a-size": (S2, S0, True, ""),
    }
    for what, (whole, by, decided, but) in cases.items():
        quotient = floor_div(whole, by)
        condition = eq(mod(whole, by), 0)
        conditions = {
            "c": condition,
            "e": eq(quotient * by, whole),
            "g": ge(quotient * by + 1, whole),
            "d": eq(quotient * by * 2, whole * 2),
            "m": eq(mod(whole * 2, by), 0),
            "q": eq(floor_div(whole, quotient), by),
            "o": eq(mod(whole, by), 1),
        }
        before = known(*[each for letter, each in conditions.items() if letter in "eg"])
        asked = known(*[each for letter, each in conditions.items() if letter not in but])
        steps: tuple[Step, ...] = evaluate(condition) if decided else require(condition)
        yield Draft(
            f"multiple-{what}",
            ("ENV-06", "ENV-17"),
            script(NATURAL, *before, *steps, *asked),
            says=RECORDED,
            compare=GUARDS if decided else ASSERTS,
        )
    for what, remainder in (("one", 1), ("three", 3)):
        yield Draft(
            f"remainder-{what}",
            ("ENV-06", "ENV-17"),
            script(
                NATURAL,
                *require(eq(mod(U0, 4), remainder)),
                *known(eq(mod(U0, 4), remainder), eq(mod(U0, 4), 0), eq(floor_div(U0, 4) * 4, U0)),
            ),
            says=RECORDED,
            compare=ASSERTS,
        )


def _maxima() -> Iterator[Draft]:
    """A maximum with 0 or 1 is the other if that is known to be as large."""
    some = env(u0=(0, None), u1=(1, None), u2=ANY, s0=(2, None, 5), pending="")
    cases: dict[str, tuple[Dim, str]] = {
        "natural": (U0, ""),
        "positive": (U1, ""),
        "unknown": (U2, ""),
        "size": (S0, "acef"),
        "sum": (U0 + U1, "gh"),
        "less": (U1 - 2, ""),
    }
    for what, (of, but) in cases.items():
        largest = [int_max(of, 0), int_max(of, 1), int_max(of, 2), int_max(of, U0, 1)]
        relations = [relation for each in largest for relation in (eq(each, of), le(each, of))]
        asked = [each for letter, each in zip("abcdefgh", relations, strict=True) if letter not in but]
        yield Draft(f"known-of-maxima-{what}", ("ENV-17",), script(some, *known(*asked)), says=RECORDED)


def _bounds() -> Iterator[Draft]:
    """Bounds that are required one after another, of one and of several symbols."""
    ranged = env(u0=(0, 20), u1=(5, 30), u2=(-4, 4), s0=(2, None, 5), s1=(2, 40, 8), pending="")
    cases: dict[str, tuple[tuple[Cond, ...], str]] = {
        "below-another": ((lt(U0, U1), lt(U1, 12)), "0s"),
        "above-another": ((lt(U1, U0),), ""),
        "at-most-another": ((le(U1, U0),), ""),
        "below-a-size": ((lt(U0, S1),), ""),
        "above-a-size": ((lt(S1, U0),), ""),
        "a-sum": ((le(U0 + U1, 9), ge(U0 + U1, 8)), ""),
        "a-difference": ((le(U0 - U1, -3), ge(U0 - U2, 18)), "1s"),
        "a-double": ((le(U0 * 2, 9), ge(U0 * 3, 4)), ""),
        "a-negative-double": ((ge(U0 * -2 + U2, -9),), "0s"),
        "a-quotient": ((le(floor_div(U0, 3), 2), ge(floor_div(U1, 4), 3)), ""),
        "a-negative-quotient": ((ge(floor_div(U2, 2), 0), lt(floor_div(U2, 3), 1)), ""),
        "equal-in-range": ((eq(U0 + U2, U1),), "s"),
        "one-number-left": ((le(U1, 5), eq(U0, U1)), ""),
        "one-number-by-sum": ((ge(U0 + U2, 24),), ""),
        "twice-the-same": ((le(U0, 9), le(U0, 9), le(U0, 12), le(U0, 7)), ""),
        "unequal-at-an-end": ((ne(U0, 0), ne(U0, 20)), "0s"),
        "product-with-a-size": ((le(U0 * S0, 30), ge(U1 * S0, 40)), ""),
    }
    ends: dict[str, Step] = {
        "0": Ask("bound", U0),
        "1": Ask("bound", U1),
        "2": Ask("bound", U2),
        "s": Ask("bound", U0 + U1 * 2 - U2),
    }
    for what, (conditions, but) in cases.items():
        asked = [question for letter, question in ends.items() if letter not in but]
        yield Draft(
            f"bounded-{what}",
            ("ENV-06", "ENV-17"),
            script(
                ranged,
                *[step for each in conditions for step in (*require(each), *asked)],
                *known(*conditions, eq(U0, U1), eq(U1, 5)),
            ),
            says=RECORDED,
            compare=ASSERTS,
        )


EQUATING: Final = (*_equations(), *_multiples(), *_maxima(), *_bounds())
