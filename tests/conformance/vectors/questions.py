"""Questions to an environment: ranges of expressions, what is known, what is replaced and simplified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.conformance.case import Ask, EnvironmentInput, Question
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    Dim,
    Scalar,
    eq,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    land,
    le,
    lnot,
    lor,
    lt,
    mod,
    ne,
    symbol,
)
from tests.conformance.vectors.authoring import ANY, RECORDED, Draft, env

__all__ = ["QUESTIONS", "asked"]

U0, U1, U2, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "s0", "s1"))


def asked(environment: ShapeEnvState, question: Question, *terms: Scalar) -> EnvironmentInput:
    """The same question about each term, in order."""
    return EnvironmentInput(environment, tuple([Ask(question, term) for term in terms]))


def _bounds() -> Iterator[Draft]:
    """Interval arithmetic, end by end."""
    some = env(u0=(3, 9), u1=(-2, 4), s0=(2, None, 5))
    cases: dict[str, tuple[Dim, ...]] = {
        "sum": (U0 + 1, U0 - 1, U0 + U1, U0 - U1, S0 + U0, U1 - S0),
        "product": (U0 * 2, U0 * -3, U0 * U1, U1 * U1, S0 * U0, S0 * U1),
        "quotient": (floor_div(U0, 2), floor_div(U0, 4), floor_div(U1, 2), floor_div(S0, 2)),
        "remainder": (mod(U0, 4), mod(U0, 20), mod(S0, 3)),
        "maximum": (int_max(U0, U1), int_max(U0, 5), int_max(S0, U0)),
        "minimum": (int_min(U0, U1), int_min(U0, 5), int_min(S0, U0)),
        "nested": (floor_div(U0 * 3 + 1, 2), int_max(U0 - U1, 0), U0 * 2 + U1 * 3 - 1),
        "symbols": (U0, U1, S0),
    }
    for what, terms in cases.items():
        yield Draft(f"bound-{what}", ("ENV-17",), asked(some, "bound", *terms), says=RECORDED)
    open_ended = env(u0=(None, 4), u1=(1, None), u2=ANY)
    yield Draft(
        "bound-open-ended",
        ("ENV-17",),
        asked(open_ended, "bound", U0 + U1, U0 - U1, U0 * 2, U1 * -2, U2 + 1, int_max(U0, U1), int_min(U0, U1)),
        says=RECORDED,
    )
    replaced = env(u0=(3, 9), u1=(5, 11), s0=(2, 40, 5), replacements={"u1": U0 + 2})
    yield Draft("bound-replaced", ("ENV-17", "ENV-15"), asked(replaced, "bound", U1, U1 * 2, U1 - U0), says=RECORDED)


def _known() -> Iterator[Draft]:
    """What is known at the very ends of ranges, and one beyond."""
    some = env(u0=(3, 9), u1=(0, None), s0=(2, None, 5), s1=(2, 6, 4))
    conditions: dict[str, tuple[Cond, ...]] = {
        "lower-end": (ge(U0, 2), ge(U0, 3), ge(U0, 4), gt(U0, 2), gt(U0, 3), ge(S0, 2), gt(S0, 2), ge(S0, 3)),
        "upper-end": (le(U0, 10), le(U0, 9), le(U0, 8), lt(U0, 10), lt(U0, 9), le(S1, 6), lt(S1, 6), lt(S1, 7)),
        "equal": (eq(U0, 2), eq(U0, 3), eq(U0, 9), eq(U0, 10), eq(S0, 1), eq(S0, 2), eq(U1, -1), eq(U1, 0)),
        "unequal": (ne(U0, 2), ne(U0, 3), ne(U0, 10), ne(S0, 0), ne(S0, 1), ne(S1, 7), ne(S1, 6)),
        "sums": (ge(U0 + U1, 3), gt(U0 + U1, 3), lt(U0 + S1, 16), lt(U0 + S1, 15), le(U0 - S1, 7), le(U0 - S1, 6)),
        "two-symbols": (ge(U0 + U1, U1 + 3), le(U1, U1 + S0), eq(U1 + 1, U1), lt(U1, U1 + S0), ge(U1, U0)),
        "products": (ge(U0 * 2, 6), gt(U0 * 2, 6), ge(U0 * U1, 0), ge(S0 * S1, 4), le(S1 * 3, 18), lt(S1 * 3, 18)),
        "quotients": (ge(floor_div(U0, 2), 1), le(floor_div(U0, 2), 4), lt(floor_div(U0, 2), 4), lt(mod(U1, 4), 4)),
    }
    for what, listed in conditions.items():
        yield Draft(f"known-true-{what}", ("ENV-17",), asked(some, "statically_known_true", *listed), says=RECORDED)
        yield Draft(f"known-false-{what}", ("ENV-17",), asked(some, "statically_known_false", *listed), says=RECORDED)
    joined = (land(ge(U0, 3), le(U0, 9)), lor(lt(U0, 3), ge(U1, 0)), lnot(lt(U0, 3)), land(ge(U0, 3), ge(U1, 1)))
    yield Draft("known-joined", ("ENV-17",), asked(some, "statically_known_true", *joined), says=RECORDED)
    axioms = env(u0=(0, 20), u1=(0, 20), asserts={"u1": (le(U0, U1), ne(U0 + U1, 7), eq(mod(U1, 4), 0))})
    said = (le(U0, U1), gt(U0, U1), lt(U1, U0), ge(U1, U0), ne(U0 + U1, 7), eq(U0 + U1, 7), eq(mod(U1, 4), 0))
    yield Draft("known-by-assert", ("ENV-06", "ENV-17"), asked(axioms, "statically_known_true", *said), says=RECORDED)
    yield Draft("false-by-assert", ("ENV-06", "ENV-17"), asked(axioms, "statically_known_false", *said), says=RECORDED)


def _fallbacks() -> Iterator[Draft]:
    some = env(u0=(3, 9), u1=(0, None), s0=(2, None, 5))
    conditions = (ge(U0, 3), ge(U0, 4), lt(U0, 3), eq(U1, 0), ne(U1, 0), le(U0, 9), gt(U0, 9))
    for question in ("guard_or_true", "guard_or_false"):
        yield Draft(question.replace("_", "-"), ("ENV-08", "ENV-17"), asked(some, question, *conditions), says=RECORDED)
    yield Draft(
        "hints",
        ("ENV-03",),
        asked(
            env(s0=(2, None, 5), s1=(2, None, 8), u0=(0, 9)),
            "size_hint",
            S0,
            S0 * S1 + 1,
            floor_div(S1, 3),
            U0,
            U0 + S0,
        ),
        says=RECORDED,
    )
    sizes = env(u0=(0, None), u1=(0, None), size_like="u0")
    oblivious = (eq(U0, 0), eq(U0, 1), ge(U0, 2), lt(U0, 2), ne(U0, 1), eq(U0 + 1, 1), ge(U0, 3), eq(U1, 0))
    yield Draft(
        "size-oblivious",
        ("ENV-18",),
        asked(sizes, "guard_size_oblivious", *oblivious),
        says=RECORDED,
        features=("size_oblivious",),
    )
    yield Draft(
        "static-values",
        ("ENV-15",),
        asked(
            env(u0=(3, 9), u1=ANY, s0=(2, None, 5), replacements={"u1": 4}),
            "has_static_value",
            U0,
            U1,
            S0,
            U1 + 1,
            U0 + U1,
        ),
        says=RECORDED,
    )
    chain = env(u0=(0, 9), u1=(0, 9), u2=(0, 9), s0=(2, None, 5), replacements={"u2": U1, "u1": U0, "u0": 4})
    yield Draft(
        "static-values-along-a-chain",
        ("ENV-15",),
        asked(chain, "has_static_value", U2, U1, U2 + U1, U2 * S0),
        says=RECORDED,
    )
    sums = env(u0=(0, 9), u1=(0, 20), u2=(0, 30), s0=(2, None, 5), replacements={"u2": U1 + 1, "u1": U0 + S0})
    yield Draft(
        "known-along-a-chain",
        ("ENV-15", "ENV-17"),
        asked(sums, "statically_known_true", eq(U2, U0 + S0 + 1), ge(U2, 3), eq(U2, U1), ge(U2, U0 + 3)),
        says=RECORDED,
    )


def _replaced() -> Iterator[Draft]:
    chain = env(
        u0=(0, 20), u1=(0, 20), u2=(0, 20), s0=(2, None, 5), replacements={"u2": U1, "u1": U0 + 1}, renamings={}
    )
    yield Draft(
        "replace-along-a-chain",
        ("ENV-15",),
        asked(chain, "replace", U2, U1, U0, U2 + U1, U2 * S0, eq(U2, U0)),
        says=RECORDED,
    )
    number = env(u0=ANY, u1=(0, 9), u2=ANY, s0=(2, None, 5), replacements={"u0": 4, "u2": S0})
    yield Draft(
        "replace-by-numbers-and-sizes",
        ("ENV-15",),
        asked(number, "replace", U0, U0 + U1, U0 * U2, le(U0, U1), floor_div(U0, 3), mod(U2, U0)),
        says=RECORDED,
    )
    yield Draft(
        "simplify-after-replacement",
        ("ENV-15",),
        asked(number, "simplify", U0 + U1 - 4, floor_div(U2 * 6, 3), mod(U0, 3), int_max(U1, -1)),
        says=RECORDED,
    )
    sizes = env(s0=(2, None, 6), s1=(2, 9, 4), u0=(0, None), guards=(eq(mod(S0, 2), 0),), known=(eq(mod(S0, 2), 0),))
    yield Draft(
        "simplify-quotients",
        ("ENV-17",),
        asked(sizes, "simplify", floor_div(S0, 2) * 2, floor_div(S0 * S1, S1), floor_div(U0 * 4, 2), mod(S0, 2)),
        says=RECORDED,
    )
    yield Draft(
        "simplify-maxima",
        ("ENV-17",),
        asked(sizes, "simplify", int_max(S0, 1), int_max(U0, 0), int_max(S0, 2), int_min(S1, 9), int_max(1, U0)),
        says=RECORDED,
    )


QUESTIONS: Final = (*_bounds(), *_known(), *_fallbacks(), *_replaced())
