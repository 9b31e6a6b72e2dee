"""What conditions on quotients and products say of the symbols in them: all of it, and nothing else.

Each script asks for the last number that is excluded, which must be known, and for the next one, which must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask
from refimpl.terms import Cond, eq, floor_div, ge, gt, le, lt, ne, symbol
from tests.conformance.vectors.authoring import ARITHMETIC, RECORDED, Draft, env, name
from tests.conformance.vectors.transitions import GUARDS, answered, evaluate, known, require, script

__all__ = ["QUOTIENTS"]

U0, U1, S0, S1 = (symbol(each) for each in ("u0", "u1", "s0", "s1"))


def _required() -> Iterator[Draft]:
    """A requirement on a quotient bounds the number that is divided."""
    third = floor_div(U0, 3)
    required: dict[str, tuple[Cond, Cond, Cond]] = {
        "above": (gt(third, 2), ge(U0, 9), ge(U0, 10)),
        "at-least": (ge(third, 2), ge(U0, 6), ge(U0, 7)),
        "below": (lt(third, 2), lt(U0, 6), lt(U0, 5)),
        "at-most": (le(third, 2), lt(U0, 9), lt(U0, 8)),
        "of-the-opposite": (gt(floor_div(U0, -3), 2), le(U0, -9), le(U0, -10)),
    }
    for what, (condition, follows, does_not) in required.items():
        yield Draft(
            f"require-a-quotient-{what}",
            ("ENV-06", "ENV-15", "ENV-17"),
            script(env(u0=(-99, 99), pending=""), *require(condition), *known(follows, does_not), Ask("bound", U0)),
            says=RECORDED,
        )


def _decided() -> Iterator[Draft]:
    """So does a decision on one, also if it is no."""
    some = env(s0=(2, None, 30), s1=(2, 60, 7), pending="")
    decided: dict[str, tuple[Cond, Cond, Cond]] = {
        "above": (le(floor_div(S0, 3), 2), ge(S0, 9), ge(S0, 10)),
        "at-least": (ge(floor_div(S0, 3), 2), ge(S0, 6), ge(S0, 7)),
        "below": (ge(floor_div(S1, 3), 4), lt(S1, 12), lt(S1, 11)),
        "twice": (le(floor_div(S0, 3) * 2, 13), ge(S0, 21), ge(S0, 22)),
    }
    for what, (condition, follows, does_not) in decided.items():
        yield Draft(
            f"decide-a-quotient-{what}",
            ("ENV-08", "ENV-17"),
            script(some, *evaluate(condition), *known(follows, does_not)),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )


def _not_divided() -> Iterator[Draft]:
    """What may be zero or negative, or does not divide, is not divided by."""
    either = env(u0=(-99, 99), u1=(-9, 9), pending="")
    cases = {
        "a-factor-of-either-sign": (either, ge(U0 * U1, U1 * 4), (ge(U0, 4), le(U0, 4), ge(U0, -99))),
        "a-product-that-is-zero": (either, eq(U0 * U1, 0), (eq(U0, 0), eq(U1, 0), ne(U0, 0))),
        "a-negative-divisor": (
            env(u0=(-20, 20), u1=(-5, -1), pending=""),
            ge(floor_div(U0, U1), 2),
            (ge(U0, -10), ge(U0, -12)),
        ),
        "half-an-odd-number": (
            env(u0=(0, 40), u1=(0, 5), pending=""),
            lt(floor_div(U0, 2) * 2, U1),
            (lt(U0, 5), lt(U0, 4), ge(U1, 1)),
        ),
    }
    for what, (before, condition, questions) in cases.items():
        yield Draft(
            f"require-{what}",
            ("ENV-06", "ENV-15", "ENV-17"),
            script(before, *require(condition), *known(*questions)),
            says=RECORDED,
        )
    # At u1 = 0 every u0 is as required.
    zero = eq(U0 * U1, U1 * 6)
    some = env(u0=(0, 99), u1=(0, 9), pending="")
    yield Draft(
        "require-equal-multiples-of-what-may-be-zero",
        ("ENV-06", "ENV-15"),
        script(some, *require(zero), *known(eq(U0, 6), eq(U1, 0))),
        (answered(replace(some, asserts={name("u1"): (zero,)}), True, False, False),),
        says=ARITHMETIC,
    )


QUOTIENTS: Final = (*_required(), *_decided(), *_not_divided())
