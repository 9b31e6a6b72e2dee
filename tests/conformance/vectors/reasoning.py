"""Cases for small changes of how PyTorch reasons: quick answers, what a condition implies, what replaces what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from refimpl.conformance.case import Ask
from refimpl.conformance.vector import Aspect
from refimpl.terms import Cond, Dim, eq, float_lt, float_symbol, floor_div, ge, gt, le, lt, mod, ne, symbol
from tests.conformance.vectors.authoring import ANY, CONSTRAINTS, RECORDED, Draft, env
from tests.conformance.vectors.transitions import ASSERTS, GUARDS, evaluate, known, require, script

__all__ = ["REASONING"]

U0, U1, U2, S0, S1, S2 = (symbol(each) for each in ("u0", "u1", "u2", "s0", "s1", "s2"))
REPLACED: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "asserts", "replacements")
_Relation: TypeAlias = Callable[[Dim, Dim], Cond]


def _signs() -> Iterator[Draft]:
    """A sum is known to be at least zero only if each summand is."""
    some = env(u0=(0, None), u1=(-2, 4), s0=(2, None, 5))
    for what, condition in {
        "a-sum-of-unknown-sign": ge(U0 + U1, 0),
        "a-difference": ge(U1, U0 * 2),
        "at-least-one": ge(U0, 1),
        "at-most-zero": le(U0, 0),
        "at-least-five": ge(U0, 5),
    }.items():
        yield Draft(
            f"require-{what}",
            ("ENV-06", "ENV-11"),
            script(some, *require(condition), *known(condition)),
            says=RECORDED,
            compare=ASSERTS,
        )


def _at_least_zero() -> Iterator[Draft]:
    """At least zero, of symbols whose range is open at one end or at both."""
    ends = env(u0=(None, -5), u1=(None, 4), u2=ANY, pending="")
    yield Draft(
        "require-at-least-zero-of-open-ranges",
        ("ENV-06",),
        script(ends, *require(ge(U0, 0), ge(U1, 0), ge(U2, 0)), Ask("bound", U1), Ask("bound", U2)),
        says=RECORDED,
        compare=ASSERTS,
    )


def _of_sizes() -> Iterator[Draft]:
    """A requirement of sizes alone that their hints break is false, whatever other symbols there are."""
    for what, before in {
        "one-size": env(s0=(2, None, 5)),
        "sizes": env(s0=(2, None, 5), s1=(2, None, 8)),
        "mixed": env(s0=(2, None, 5), u0=(0, None)),
    }.items():
        yield Draft(
            f"require-in-vain-of-{what}",
            ("ENV-06",),
            script(before, *require(ge(S0, 6), eq(S0, 7), ne(S0, 5)), Ask("bound", S0)),
            says=RECORDED,
            compare=GUARDS,
        )


def _relations(one: Dim, other: Dim) -> list[Cond]:
    return [
        *(of(one, other) for of in (lt, le, ne, eq, gt, ge)),
        le(one, other - 1),
        le(one + 1, other),
        lt(one, other + 1),
        lt(one, other - 1),
        lt(one + 1, other),
    ]


def _implied() -> Iterator[Draft]:
    """What a relation of two implies of the same two."""
    wide = env(u0=ANY, u1=ANY, s0=(2, None, 5), s1=(2, None, 8))
    for relation in (lt, le, ne, eq):
        name = relation.__name__
        for what, one, other in (("", U0, U1), ("-back", U1, U0)):
            asked = _relations(one, other)
            refuted = asked[:-2] if relation is eq else asked
            yield Draft(
                f"implied-by-{name}{what}",
                ("ENV-06", "ENV-17"),
                script(
                    wide,
                    *require(relation(one, other)),
                    *known(*asked),
                    *[Ask("statically_known_false", each) for each in refuted],
                ),
                says=RECORDED,
                compare=ASSERTS,
            )
        yield Draft(
            f"implied-by-guard-{name}",
            ("ENV-08", "ENV-17"),
            script(wide, *evaluate(relation(S0, S1)), *known(*_relations(S0, S1))),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )


def _quotients() -> Iterator[Draft]:
    """A quotient that is known to be exact is known in what was required before and is required later."""
    quarter = floor_div(U0, 4)
    yield Draft(
        "require-of-an-exact-quotient",
        ("ENV-06", "ENV-17"),
        script(
            env(u0=(0, None), u1=(0, None)),
            *require(eq(mod(U0, 4), 0), ge(quarter + U1, 3)),
            *known(ge(quarter + U1, 3)),
            Ask("simplify", quarter * 4 + U1),
        ),
        says=RECORDED,
    )


def _common_factors() -> Iterator[Draft]:
    """What is replaced by a sum with a common factor: conditions lose the factor on both sides."""
    doubled = env(u0=(0, 9), u1=(0, 99), u2=(0, 9), replacements={"u1": U0 * 2 + U2 * 4}, pending="")
    bits = env(u0=(0, 1), u1=(0, 99), u2=(0, 1), replacements={"u1": U0 * 2 + U2 * 4}, pending="")
    sizes = env(s0=(2, None, 5), s1=(2, None, 8), s2=(2, None, 26), replacements={"s2": S0 * 2 + S1 * 2})
    yield Draft(
        "require-of-a-doubled-sum",
        ("ENV-06", "ENV-15"),
        script(doubled, *require(le(U1, 6)), *known(le(U1, 6), le(U0 + U2 * 2, 3), le(U0 + U2 * 2, 2))),
        says=RECORDED,
    )
    yield Draft(
        "known-of-a-doubled-sum",
        ("ENV-15", "ENV-17"),
        script(bits, *known(le(U1, 6), le(U1, 5), ge(U1, 0), ge(U1, 1), lt(U1, 7), eq(U1, 7), ne(U1, 3), ne(U1, 8))),
        says=RECORDED,
    )
    yield Draft(
        "decide-of-a-doubled-sum",
        ("ENV-08", "ENV-15"),
        script(
            sizes,
            *evaluate(ge(S2, 20), le(S2, 26), eq(S2, 26)),
            *known(ge(S0 + S1, 10), le(S0 + S1, 13), ge(S0 + S1, 14)),
        ),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )


def _filed() -> Iterator[Draft]:
    """An assert is filed under its newest symbol by number; a float is known by what was required of it."""
    u9, u10, z0 = symbol("u9"), symbol("u10"), float_symbol("zuf0")
    yield Draft(
        "require-of-two-digits",
        ("ENV-11",),
        script(env(u9=(0, None), u10=(0, None), pending=""), *require(le(u9 + u10, 20))),
        says=RECORDED,
        compare=ASSERTS,
    )
    yield Draft(
        "require-of-a-float",
        ("ENV-06", "ENV-11"),
        script(
            env(zuf0=ANY, pending=""),
            *require(float_lt(z0, 3.0)),
            *known(float_lt(z0, 3.0)),
            Ask("has_static_value", z0),
        ),
        says=RECORDED,
        compare=ASSERTS,
        features=("floats",),
    )
    yield Draft(
        "require-below-another-of-the-same-range",
        ("ENV-06", "ENV-17"),
        script(env(u0=(0, 20), u1=(0, 20)), *require(lt(U0, U1)), Ask("bound", U0), Ask("bound", U1)),
        says=RECORDED,
        compare=ASSERTS,
    )


def _decided() -> Iterator[Draft]:
    """Remainders and quotients of sizes; of equal sizes the first stands for both."""
    sizes = env(u0=(0, None), s0=(2, None, 5), s1=(2, None, 8), s2=(2, None, 10), pending="")
    quarter = floor_div(S1, 4)
    yield Draft(
        "decide-remainders",
        ("ENV-08", "ENV-17"),
        script(
            sizes,
            *evaluate(eq(mod(S0, 4), 1), eq(mod(S1, 4), 0), eq(mod(S2, 4), 0)),
            *known(eq(mod(S0, 4), 1), eq(mod(S0, 4), 0), eq(mod(S2, 4), 0)),
        ),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    for what, condition, weaker in (
        ("product", ge(quarter * S0, 5), ge(quarter * S0, 6)),
        ("sum", ge(quarter + U0, 5), ge(quarter + U0, 6)),
    ):
        steps = require(condition) if what == "sum" else evaluate(condition)
        yield Draft(
            f"known-{what}-after-its-quotient-is-exact",
            ("ENV-08", "ENV-17"),
            script(sizes, *steps, *known(condition), *evaluate(eq(mod(S1, 4), 0)), *known(condition, weaker)),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )
    equal = env(s0=(2, None, 5), s1=(2, None, 5), pending="")
    yield Draft(
        "decide-that-two-are-one",
        ("ENV-08", "ENV-15"),
        script(equal, *evaluate(eq(S0, S1)), *known(eq(S0, S1))),
        says=RECORDED,
        compare=(*GUARDS, "replacements"),
        features=("guards",),
    )


def _replaced() -> Iterator[Draft]:
    """What a size-like symbol is replaced by."""
    sizes = env(size_like="u0", u0=(0, None), u1=(0, None), s0=(2, None, 5))
    terms: dict[str, Dim] = {"a-size": S0, "more-than-a-size": S0 + 1, "five": 5, "two": 2}
    for what, term in terms.items():
        yield Draft(
            f"size-like-equals-{what}",
            ("ENV-15", "ENV-18"),
            script(sizes, *require(eq(U0, term)), Ask("replace", U0)),
            says=RECORDED,
            compare=REPLACED,
        )


REASONING: Final = (
    *_signs(),
    *_at_least_zero(),
    *_of_sizes(),
    *_implied(),
    *_quotients(),
    *_filed(),
    *_common_factors(),
    *_decided(),
    *_replaced(),
)
