"""What must be known where it is easy to know less: quotients, maxima, common factors, mixed ranges, sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask, Question
from refimpl.conformance.outcome import Answered, AnsweredRange, EnvironmentResult, Returned
from refimpl.conformance.structures import number
from refimpl.conformance.vector import Expected, OneOf
from refimpl.terms import (
    Cond,
    ValueRange,
    eq,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    le,
    lor,
    lt,
    mod,
    ne,
    symbol,
)
from tests.conformance.vectors.authoring import (
    ANY,
    RECORDED,
    Draft,
    env,
    name,
)
from tests.conformance.vectors.transitions import GUARDS, answered, evaluate, known, require, script

__all__ = ["KNOWING"]

U0, U1, U2, U3, S0, S1, S2 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1", "s2"))
TRUE, FALSE = Answered(number(True)), Answered(number(False))
BELOW_TWO: Final = (
    "what is known to be below two is not assumed to be more",
    "a size-like symbol is never known to be below two",
)


def _false(*conditions: Cond) -> tuple[Ask, ...]:
    return tuple([Ask("statically_known_false", condition) for condition in conditions])


def _exact() -> Iterator[Draft]:
    """Of an exact quotient everything is known that is known of a product."""
    quarter, half, s_half = floor_div(U0, 4), floor_div(U1, 2), floor_div(S0, 2)
    some = env(
        u0=(0, None), u1=(4, 40), s0=(2, None, 6), s1=(2, 9, 4),
        known=(eq(mod(U0, 4), 0), eq(mod(S0, 2), 0), eq(mod(U1, 2), 0)), pending="",
    )  # fmt: skip
    yield Draft(
        "known-of-exact-quotients",
        ("ENV-17",),
        script(
            some,
            *known(eq(quarter * 4, U0), eq(s_half * 2, S0), eq(half * 2, U1), eq(quarter * 8, U0 * 2)),
            *known(eq(quarter * 4 + half * 2, U0 + U1), eq(floor_div(S0 * S1, S1), S0), eq(s_half * 2 * S1, S0 * S1)),
            *_false(ne(quarter * 4, U0), lt(s_half * 2, S0)),
            *known(eq(floor_div(U0, 3) * 3, U0), eq(floor_div(S1, 2) * 2, S1)),
        ),
        says=RECORDED,
    )
    yield Draft(
        "known-of-exact-quotients-after-more",
        ("ENV-06", "ENV-17"),
        script(
            env(u0=(0, None), u1=(0, 40), s0=(2, None, 6), pending=""),
            *known(eq(quarter * 4, U0), eq(half * 2, U1)),
            *require(eq(mod(U0, 4), 0)),
            *known(eq(quarter * 4, U0), eq(half * 2, U1)),
            *require(eq(mod(U1, 2), 0)),
            *known(eq(quarter * 4, U0), eq(half * 2, U1)),
            *require(eq(U1, 8)),
            *known(eq(quarter * 4, U0), eq(half * 2, U1), eq(half, 4)),
            *require(le(U0, 30)),
            *known(le(U0, 30), eq(quarter * 4, U0)),
        ),
        says=RECORDED,
    )
    yield Draft(
        "decided-quotients-are-exact-afterwards",
        ("ENV-08", "ENV-17"),
        script(
            env(s0=(2, None, 6), s1=(2, None, 8), pending=""),
            *known(eq(s_half * 2, S0), eq(floor_div(S1, 4) * 4, S1)),
            *evaluate(eq(mod(S0, 2), 0)),
            *known(eq(s_half * 2, S0), eq(floor_div(S1, 4) * 4, S1)),
            *evaluate(eq(mod(S1, 4), 0)),
            *known(eq(s_half * 2, S0), eq(floor_div(S1, 4) * 4, S1)),
            *evaluate(ge(S0, 4)),
            *known(eq(s_half * 2, S0), ge(S0, 4)),
        ),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )


def _maxima() -> Iterator[Draft]:
    some = env(u0=(3, 9), u1=(0, None), u2=ANY, s0=(2, None, 5), pending="")
    yield Draft(
        "known-of-maxima",
        ("ENV-17",),
        script(
            some,
            *known(eq(int_max(U0, 1), U0), eq(int_max(U1, 0), U1), eq(int_max(U1, 1), U1)),
            *known(eq(int_max(U0, 1) * S0, U0 * S0), ge(int_max(U2, U0), 3), ge(int_max(U2, U0), 4)),
            *known(le(int_min(U2, U0), 9), lt(int_min(U2, U0), 9), ge(int_max(U2, 1), 1)),
            *_false(lt(int_max(U2, U0), 3), gt(int_min(U2, U0), 9), eq(int_max(U2, 1), 0)),
        ),
        says=RECORDED,
    )
    yield Draft(
        "known-beside-an-unbounded-symbol",
        ("ENV-17",),
        script(
            env(u0=ANY, u1=(3, 9), u2=ANY, pending=""),
            *known(ge(int_max(U0, U1), 3), ge(int_max(U2, U1), 3), le(int_min(U0, U1), 9), le(int_min(U2, U1), 9)),
            *known(ge(mod(U1, 4) + int_max(U0, U1), 3)),
            Ask("bound", int_max(U0, U1)),
            Ask("bound", int_min(U2, U1)),
        ),
        says=RECORDED,
    )


def _factors() -> Iterator[Draft]:
    """Conditions on replaced sums and products with a common factor, from above and from below."""
    doubled = env(u0=(0, 9), u1=(0, 99), u2=(0, 9), replacements={"u1": U0 * 2 + U2 * 4}, pending="")
    yield Draft(
        "require-of-a-doubled-sum-from-below",
        ("ENV-06", "ENV-15"),
        script(doubled, *require(ge(U1, 6)), *known(ge(U1, 6), ge(U0 + U2 * 2, 3), ge(U0 + U2 * 2, 4), lt(U1, 6))),
        says=RECORDED,
    )
    product = env(u0=(-9, 9), u1=ANY, s0=(2, None, 5), replacements={"u1": U0 * S0 * 2}, pending="")
    yield Draft(
        "require-of-a-doubled-product",
        ("ENV-06", "ENV-15"),
        script(product, *require(le(U1, 0)), *known(le(U1, 0), le(U0 * S0, 0)), *_false(gt(U1, 0))),
        says=RECORDED,
    )
    yield Draft(
        "require-of-a-product-known-of-its-double",
        ("ENV-06", "ENV-15"),
        script(product, *require(ne(U0 * S0, 0)), *known(ne(U1, 0), ne(U0 * S0, 0)), *_false(eq(U1, 0))),
        says=RECORDED,
    )
    yield Draft(
        "known-of-squares",
        ("ENV-17",),
        script(
            env(u0=(3, None), u1=(1, None), pending=""),
            *known(ge(U0 * U0, U0 * 3), ge(U0 * U0, 9), gt(U0 * U1, 2)),
        ),
        says=RECORDED,
    )


def _decided() -> Iterator[Draft]:
    """Numbers that are asked for as numbers, unbacked symbols that cancel, one of two, one number left."""
    sizes = env(s0=(2, None, 5), s1=(2, None, 8), u0=(3, 9), u1=(0, 20), pending="")
    yield Draft(
        "decide-numbers",
        ("ENV-08", "ENV-15"),
        script(
            sizes,
            Ask("evaluate", S0 + S1),
            *known(eq(S0 + S1, 13)),
            Ask("evaluate", S0),
            *known(eq(S0, 5), eq(S1, 8), ge(S1, 3)),
            Ask("evaluate", U0),
            Ask("evaluate", 7),
        ),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    yield Draft(
        "decide-what-an-unbacked-symbol-cancels-in",
        ("ENV-08", "ENV-17"),
        script(sizes, *evaluate(ge(int_max(U0, 2) - U0 + S0, 4)), *known(ge(S0, 4), ge(S0, 5)), Ask("bound", S0)),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    yield Draft(
        "require-one-of-two",
        ("ENV-06", "ENV-17"),
        script(
            sizes,
            *require(lor(ge(U0, 5), ge(U1, 8))),
            *known(lor(ge(U0, 5), ge(U1, 8)), ge(U0, 5), ge(U1, 8)),
            Ask("bound", U0),
            Ask("bound", U1),
        ),
        says=RECORDED,
    )
    yield Draft(
        "require-all-but-one-number",
        ("ENV-06", "ENV-15", "ENV-17"),
        script(
            sizes,
            *known(eq(U0 * U1, U1 * 9), eq(U0 + U1, U1 + 9)),
            *require(ge(U0, 9)),
            *known(eq(U0 * U1, U1 * 9), eq(U0 + U1, U1 + 9), eq(mod(U0, 3), 0)),
            Ask("has_static_value", U0 * 2),
        ),
        says=RECORDED,
    )


def _fallbacks() -> Iterator[Draft]:
    """A condition on sizes alone is decided by their hints and guarded, whatever the fallback would be."""
    sizes = env(s0=(2, None, 5), s1=(2, None, 8), u0=(0, 9), pending="")
    of_hints = {"true": (ge(S0, 4), le(S0, S1), ne(S1, 9)), "false": (ge(S0, 6), eq(S0, S1))}
    questions: tuple[Question, ...] = ("guard_or_true", "guard_or_false")
    for question in questions:
        for what, conditions in of_hints.items():
            yield Draft(
                f"{question.replace('_', '-')}-of-sizes-{what}",
                ("ENV-08",),
                script(
                    sizes, *[Ask(question, each) for each in (*conditions, ge(U0, 5), le(S0, U0))], *known(*conditions)
                ),
                says=RECORDED,
                compare=GUARDS,
                features=("guards",),
            )


def _sizes() -> Iterator[Draft]:
    one = env(size_like="u0", u0=(0, None), u1=(0, None), pending="")
    told = replace(one, asserts={name("u0"): (eq(U0, 1),)})
    ends = AnsweredRange(ValueRange(1, 1)), AnsweredRange(ValueRange(1, 2))
    yield Draft(
        "size-like-equals-one",
        ("ENV-06", "ENV-18"),
        script(one, *require(eq(U0, 1)), Ask("bound", U0), *known(ge(U0, 1), ge(U0, 2))),
        tuple(
            [Expected(Returned(EnvironmentResult((TRUE, each, TRUE, FALSE), told)), ("constraints",)) for each in ends]
        ),
        level=OneOf(BELOW_TWO),
    )
    large = env(size_like="u0 u1", u0=(5, None), u1=(0, 40), pending="")
    yield Draft(
        "size-oblivious-above-two",
        ("ENV-18",),
        script(
            large,
            *[Ask("guard_size_oblivious", each) for each in (ge(U0, 5), ge(U0, 4), eq(U0, 3), ge(U0, 6), le(U1, 40))],
            *[Ask("guard_size_oblivious", each) for each in (gt(U1, 41), ge(U0 + U1, 7), ge(U0 + U1, 8), eq(U1, 1))],
        ),
        says=RECORDED,
        features=("size_oblivious",),
    )
    wide = env(size_like="u0", u0=(0, None), u1=(0, 1), pending="")
    far = (le(U0, 95), ge(U0, 2**40), eq(U0, 100), lt(U0, 2**47))
    yield Draft(
        "size-oblivious-far-away",
        ("ENV-18",),
        script(wide, *[Ask("guard_size_oblivious", each) for each in far]),
        says=RECORDED,
        features=("size_oblivious",),
    )
    bit = env(size_like="u0", u0=(0, 1), u1=(0, 1), pending="")
    about = (le(U0, 1), ge(U0, 2), le(U1, 1), ge(U1, 2))
    yield Draft(
        "size-oblivious-of-a-bit",
        ("ENV-18",),
        script(bit, *[Ask("guard_size_oblivious", each) for each in about]),
        (answered(bit, True, False, True, False), answered(bit, False, True, True, False)),
        level=OneOf(BELOW_TWO),
        features=("size_oblivious",),
    )
    yield Draft(
        "size-oblivious-of-one-number",
        ("ENV-18",),
        script(
            env(size_like="u0", u0=(2, 2), u1=(2, 3), pending=""),
            *[Ask("guard_size_oblivious", each) for each in (eq(U0, 2), ge(U0, 3), ne(U0, 2))],
        ),
        says=RECORDED,
        features=("size_oblivious",),
    )


KNOWING: Final = (*_exact(), *_maxima(), *_factors(), *_decided(), *_fallbacks(), *_sizes())
