"""The same questions before something is learned, after it, and after more: what was answered before is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import (
    Ask,
    ConstrainRange,
    CreateUnbacked,
    Feature,
    Question,
    Step,
    Unify,
    Within,
)
from refimpl.conformance.structures import number
from refimpl.terms import (
    Scalar,
    Sort,
    eq,
    float_add,
    float_eq,
    float_ge,
    float_gt,
    float_le,
    float_lt,
    float_mul,
    float_symbol,
    floor_div,
    ge,
    gt,
    int_max,
    int_min,
    land,
    le,
    lt,
    mod,
    ne,
    symbol,
)
from tests.conformance.vectors.authoring import ANY, RECORDED, Draft, env, name
from tests.conformance.vectors.transitions import GUARDS, answered, evaluate, known, rebinding, require, script

__all__ = ["REMEMBERING"]

U0, U1, U2, U3, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1"))
Z0, Z1, Z2 = (float_symbol(each) for each in ("zuf0", "zuf1", "zuf2"))
QUARTER: Final = floor_div(U0, 4)


def _asks(question: Question, *terms: Scalar) -> tuple[Ask, ...]:
    return tuple([Ask(question, term) for term in terms])


def _between(questions: tuple[Ask, ...], *learned: tuple[Step, ...]) -> tuple[Step, ...]:
    """The questions, and again after each of what is learned."""
    steps: list[Step] = [*questions]
    for each in learned:
        steps += [*each, *questions]
    return tuple(steps)


_RELATIONS: Final = (
    ge(U0, 3), le(U0, 7), eq(U0, 4), eq(U0, S0), le(U0, U1), eq(U0 + U1, 7), eq(mod(U0, 4), 0), eq(QUARTER * 4, U0),
    le(U0, S0), eq(int_max(U0, 1), U0),
)  # fmt: skip
KNOWN: Final = (*_asks("statically_known_true", *_RELATIONS), *_asks("statically_known_false", *_RELATIONS))
TERMS: Final = (
    *_asks("bound", U0, U0 + U1, int_max(U0, 3)),
    *_asks("replace", U0 * 2 + U1, le(U0, U1)),
    *_asks("simplify", QUARTER * 4 + U1, int_max(U0, 1)),
    *_asks("has_static_value", U0 + 1, U0 - U1),
)
DECIDED: Final = _asks("evaluate", ge(U0, 3), eq(U0, 4), le(U0, U1))
# Asked once: an answer that falls back is given again by PyTorch, whatever it has learned.
FALLBACKS: Final = tuple([Ask(of, c) for of in ("guard_or_true", "guard_or_false") for c in (ge(U0, 3), le(U0, U1))])


def _learned() -> dict[str, tuple[tuple[Step, ...], ...]]:
    """What is learned of u0 and u1, in steps."""
    return {
        "lower-ends": (require(ge(U0, 2)), require(ge(U0, 3)), require(gt(U0, 3))),
        "upper-ends": (require(le(U0, 9)), require(le(U0, 7)), require(lt(U0, 7))),
        "both-ends": (require(land(ge(U0, 3), le(U0, 7))), require(le(U0, 3))),
        "a-number": (require(eq(U0, 4)),),
        "a-size": (require(eq(U0, S0)), evaluate(ge(S0, 4))),
        "an-order": (require(le(U0, U1)),),
        "a-strict-order": (require(lt(U0, U1)),),
        "another-order": (require(le(U1, U0)),),
        "a-sum": (require(eq(U0 + U1, 7)),),
        "a-multiple": (require(eq(mod(U0, 4), 0)), require(le(U1, 9)), require(eq(U0, 4))),
        "an-inequality": (require(ne(U0, 3)), require(ge(U0, 2)), require(ne(U0, U1))),
        "another-number": (require(eq(U1, 4)), require(le(U0, 3))),
        "nothing-new": (require(ge(U0, 0)), require(le(U0, 20)), require(le(U0, 21))),
    }


def _symbols() -> Iterator[Draft]:
    before = env(u0=(0, 20), u1=(0, 20), s0=(2, None, 5), pending="")
    for what, learned in _learned().items():
        for about, questions in (("known", KNOWN), ("terms", TERMS), ("decided", DECIDED)):
            if (about, what) == ("terms", "a-sum"):
                continue  # what a sum replaces is a choice
            once = FALLBACKS if questions is DECIDED else ()
            yield Draft(
                f"again-{about}-after-{what}",
                ("ENV-06", "ENV-15", "ENV-17") if about != "decided" else ("ENV-06", "ENV-09", "ENV-17"),
                script(before, *_between(questions, *learned), *once),
                says=RECORDED,
            )


def _rebound() -> Iterator[Draft]:
    """The fresh symbol is asked about before and after it is rebound, and after more is learned of the old one."""
    before = env(u0=(1, 20), u1=(0, 20), s0=(2, None, 5), pending="")
    questions = (
        *_asks("statically_known_true", eq(U2, U0), ge(U2, 1), le(U2, 20), ge(U2, 3), eq(U2, 4)),
        *_asks("replace", U2 + U1, U2 - U0),
        *_asks("bound", U2, U2 + U1),
        *_asks("has_static_value", U2, U2 - U0),
        *_asks("evaluate", ge(U2, 1), ge(U2, 3)),
    )
    new, other = CreateUnbacked(name("u2"), Sort.INT), CreateUnbacked(name("u3"), Sort.INT)
    rebound: tuple[Step, ...] = (rebinding("n", "u0", number(U2)),)
    histories: dict[str, tuple[tuple[Step, ...], ...]] = {
        "rebinding": (rebound,),
        "rebinding-and-a-bound": (rebound, require(ge(U0, 3))),
        "rebinding-and-a-bound-of-the-fresh": (rebound, require(ge(U2, 3))),
        "rebinding-and-a-number": (rebound, require(eq(U0, 4))),
        "rebinding-and-a-size": (rebound, require(eq(U0, S0))),
        "a-bound-and-rebinding": (require(ge(U2, 3)), rebound),
        "a-number-and-rebinding": (require(eq(U2, 4)), rebound),
        "a-size-and-rebinding": (require(eq(U2, S0)), rebound),
        "rebinding-in-vain": (require(ge(U2, 30)), rebound),
        "rebinding-twice": (rebound, (other, rebinding("m", "u1", number(U3))), require(eq(U3, U2))),
    }
    for what, learned in histories.items():
        yield Draft(
            f"again-after-{what}",
            ("REB-03", "ENV-12", "ENV-15"),
            script(before, new, *_between(questions, *learned)),
            says=RECORDED,
        )


def _sizes() -> Iterator[Draft]:
    """Guards: what was decided once is decided, under whatever block it was asked."""
    before = env(s0=(2, None, 5), s1=(2, None, 8), u0=(0, None), pending="")
    conditions = (ge(S0, 4), le(S0, 9), eq(mod(S1, 4), 0), le(S0, S1), eq(floor_div(S1, 4) * 4, S1), ne(S0, 3))
    questions = (
        *_asks("statically_known_true", *conditions),
        *_asks("statically_known_false", *conditions),
        *_asks("bound", S0, S0 + S1, int_min(S0, S1)),
        *_asks("simplify", floor_div(S1, 4) * 4, int_max(S0, 1)),
        *_asks("has_static_value", S0, S1 - S0),
        *_asks("replace", S0 + S1),
    )
    histories: dict[str, tuple[tuple[Step, ...], ...]] = {
        "a-guard": (evaluate(ge(S0, 4)), evaluate(le(S0, 9))),
        "a-false-guard": (evaluate(lt(S0, 4)), evaluate(gt(S0, 9))),
        "a-guard-of-a-multiple": (evaluate(eq(mod(S1, 4), 0)), evaluate(eq(mod(S0, 4), 0))),
        "a-guard-of-a-number": (evaluate(eq(S1, 8)), evaluate(le(S0, S1))),
        "a-guard-of-equal-sizes": (evaluate(eq(S1, S0 + 3)), evaluate(ge(S0, 4))),
        "a-suppressed-guard": ((Within("suppress_guards", evaluate(ge(S0, 4))),), evaluate(ge(S0, 4))),
        "a-guard-and-a-suppressed-one": (evaluate(ge(S0, 4)), (Within("suppress_guards", evaluate(le(S0, 9))),)),
        "an-unbacked-bound": (require(le(S0, U0)),),
    }
    for what, learned in histories.items():
        yield Draft(
            f"again-after-{what}",
            ("ENV-08", "ENV-17"),
            script(before, *_between(questions, *learned)),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )


def _size_like() -> Iterator[Draft]:
    before = env(size_like="u0", u0=(0, None), u1=(0, None), s0=(2, None, 5), pending="")
    conditions = (eq(U0, 0), ge(U0, 2), lt(U0, 2), ne(U0, 1), ge(U0 + U1, 2))
    questions = (*_asks("guard_size_oblivious", *conditions), *_asks("statically_known_true", *conditions))
    features: tuple[Feature, ...] = ("size_oblivious",)
    histories: dict[str, tuple[tuple[Step, ...], ...]] = {
        "the-other-size": (require(eq(U1, U0)),),
        "a-lower-end-of-a-size": (require(ge(U0, 1)), require(ge(U0, 2))),
        "the-sum-of-a-size": (require(ge(U0 + U1, 2)),),
        "a-size-that-is-large": (require(ge(U0, 3)), require(eq(U0, S0))),
        "a-size-rebound": (
            (CreateUnbacked(name("u2"), Sort.INT), rebinding("n", "u1", number(U2))),
            require(ge(U2, 2)),
        ),
    }
    for what, learned in histories.items():
        yield Draft(
            f"again-after-{what}",
            ("ENV-17", "ENV-18"),
            script(before, *_between(questions, *learned)),
            says=RECORDED,
            features=features,
        )


def _floats() -> Iterator[Draft]:
    before = env(zuf0=ANY, zuf1=ANY, pending="")
    conditions = (float_lt(Z0, 3.0), float_le(Z0, 3.0), float_gt(Z0, 3.0), float_ge(Z0, 3.0))
    questions = (
        *_asks("statically_known_true", *conditions, float_le(Z0, 2.0), float_lt(Z0, 2.0)),
        *_asks("statically_known_false", *conditions),
        *_asks("evaluate", float_lt(Z0, 3.0), float_lt(Z0, Z1)),
    )
    for what, learned in {
        "a-float-below": (require(float_lt(Z0, 3.0)),),
        "a-float-at-most": (require(float_le(Z0, 3.0)), require(float_lt(Z0, 3.0))),
        "a-float-above": (require(float_gt(Z0, 3.0)),),
        "a-float-at-least": (require(float_ge(Z0, 3.0)),),
        "a-float-number": (require(float_eq(Z0, 2.5)),),
        "two-floats": (require(float_lt(Z0, Z1)), require(float_lt(Z1, 3.0))),
        "a-float-rebound": (
            (CreateUnbacked(name("zuf2"), Sort.FLOAT), rebinding("n", "zuf0", number(float_symbol("zuf2")))),
        ),
    }.items():
        yield Draft(
            f"again-after-{what}",
            ("ENV-06", "ENV-17"),
            script(before, *_between(questions, *learned)),
            says=RECORDED,
            features=("floats",),
        )


def _outlived() -> Iterator[Draft]:
    """What is learned by a requirement, a range, an equation or a guard is known to whoever has asked before."""
    some = env(u0=(0, 20), u1=(0, 20), pending="")
    again = _asks("guard_or_false", ge(U0, 3)), _asks("guard_or_true", lt(U0, 3))
    at_least = replace(some, asserts={name("u0"): (ge(U0, 3),)})
    yield Draft(
        "fallbacks-asked-before-a-requirement",
        ("ENV-06", "ENV-08"),
        script(some, *again[0], *again[1], *require(ge(U0, 3)), *again[0], *again[1]),
        (answered(at_least, False, True, True, True, False),),
    )
    yield Draft(
        "known-before-a-range-is-told",
        ("ENV-07", "ENV-17"),
        script(some, *known(ge(U0, 3), le(U0, 7)), ConstrainRange(U0, 3, 7), *known(ge(U0, 3), le(U0, 7))),
        (answered(replace(some, known=(ge(U0, 3), le(U0, 7))), False, False, None, True, True),),
    )
    same = replace(some, replacements={name("u1"): U0})
    yield Draft(
        "known-before-two-are-one",
        ("ENV-14", "ENV-17"),
        script(some, *known(eq(U0, U1)), Unify(U0, U1), *known(eq(U0, U1)), *evaluate(eq(U0, U1))),
        (answered(same, False, None, True, True),),
    )
    sizes = env(s0=(2, None, 5), s1=(2, None, 8), pending="")
    guarded = replace(sizes, guards=(le(S0, S1),))
    yield Draft(
        "known-before-a-guard-of-two",
        ("ENV-08", "ENV-17"),
        script(sizes, *known(le(S0, S1)), *evaluate(le(S0, S1)), *known(le(S0, S1))),
        (answered(guarded, False, True, True, compare=GUARDS),),
        features=("guards",),
    )


def _numbers() -> Iterator[Draft]:
    """A float that is one number."""
    doubled, more = float_mul(Z0, 2.0), float_add(Z0, 1.0)
    yield Draft(
        "known-of-a-float-that-is-one-number",
        ("ENV-06", "ENV-17"),
        script(
            env(zuf0=ANY, pending=""),
            *known(float_lt(doubled, 6.0), float_le(more, 3.5)),
            *require(float_eq(Z0, 2.5)),
            *known(float_lt(doubled, 6.0), float_le(more, 3.5), float_eq(Z0, 2.5)),
            *_asks("statically_known_false", float_lt(more, 3.5), float_eq(Z0, 3.5)),
        ),
        says=RECORDED,
        features=("floats",),
    )


REMEMBERING: Final = (*_symbols(), *_rebound(), *_sizes(), *_size_like(), *_floats(), *_outlived(), *_numbers())
