"""Every transition of an environment, each followed by questions that show what it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.conformance.case import (
    Ask,
    BindUnbacked,
    ConstrainRange,
    CreateBacked,
    CreateUnbacked,
    EnvironmentInput,
    Freeze,
    RebindStep,
    Require,
    Step,
    Unify,
    Within,
)
from refimpl.conformance.outcome import Answered, EnvironmentResult, Returned
from refimpl.conformance.structures import Structure, number
from refimpl.conformance.vector import Aspect, Expected
from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, Scalar, Sort, eq, floor_div, ge, gt, le, lt, mod, ne, symbol
from tests.conformance.vectors.authoring import ANY, CONSTRAINTS, RECORDED, Draft, bound, env, name

__all__ = ["TRANSITIONS", "answered", "evaluate", "known", "rebinding", "require", "script"]

U0, U1, U2, U3, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1"))
GUARDS: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "guards")
ASSERTS: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "asserts")
FRESH: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "pending", "ignorable")


def script(environment: ShapeEnvState, *steps: Step) -> EnvironmentInput:
    """A script."""
    return EnvironmentInput(environment, steps)


def require(*conditions: Cond) -> tuple[Require, ...]:
    """Each condition required."""
    return tuple([Require(condition, "required") for condition in conditions])


def evaluate(*conditions: Cond) -> tuple[Ask, ...]:
    """Each condition decided."""
    return tuple([Ask("evaluate", condition) for condition in conditions])


def known(*conditions: Cond) -> tuple[Ask, ...]:
    """Whether each is known."""
    return tuple([Ask("statically_known_true", condition) for condition in conditions])


def rebinding(node: str, old: str, value: Structure, path: KeyPath = ()) -> RebindStep:
    """A node that binds one symbol."""
    return RebindStep(node, "call_function", bound({old: path}), value)


def answered(after: ShapeEnvState, *answers: Scalar | None, compare: tuple[Aspect, ...] = CONSTRAINTS) -> Expected:
    """What each step answers, None for nothing, and the environment after the script."""
    found = tuple([Answered(None if answer is None else number(answer)) for answer in answers])
    return Expected(Returned(EnvironmentResult(found, after)), compare)


def _created() -> Iterator[Draft]:
    zero = ShapeEnvState()
    u0, u1, z0 = name("u0"), name("u1"), name("zuf0")
    yield Draft(
        "create-integer",
        ("ENV-01", "ENV-02"),
        script(zero, CreateUnbacked(u0, Sort.INT), Ask("bound", U0), *known(ge(U0, 0)), Ask("has_static_value", U0)),
        says=RECORDED,
        compare=FRESH,
    )
    yield Draft(
        "create-boolean",
        ("ENV-04",),
        script(
            zero, CreateUnbacked(u0, Sort.BOOL), Ask("bound", U0), *known(le(U0, 1), ge(U0, 0), lt(U0, 1), eq(U0, 1))
        ),
        says=RECORDED,
        compare=FRESH,
        features=("convert_bool",),
    )
    yield Draft(
        "create-float",
        ("ENV-02",),
        script(zero, CreateUnbacked(z0, Sort.FLOAT)),
        says=RECORDED,
        compare=FRESH,
        features=("floats",),
    )
    yield Draft(
        "create-three",
        ("ENV-01", "ENV-02"),
        script(zero, CreateUnbacked(u0, Sort.INT), CreateUnbacked(u1, Sort.BOOL), CreateUnbacked(name("u2"), Sort.INT)),
        says=RECORDED,
        compare=FRESH,
    )
    yield Draft(
        "create-ignored",
        ("ENV-02",),
        script(
            zero,
            Within("ignore_fresh", (CreateUnbacked(u0, Sort.INT), CreateUnbacked(u1, Sort.BOOL))),
            CreateUnbacked(name("u2"), Sort.INT),
        ),
        says=RECORDED,
        compare=(*CONSTRAINTS, "pending"),
    )
    for what, step in {
        "unbounded": CreateBacked(name("s0"), 5, 2, None),
        "bounded": CreateBacked(name("s0"), 5, 3, 64),
        "at-its-bound": CreateBacked(name("s0"), 3, 3, 64),
        "from-zero": CreateBacked(name("s0"), 5, 0, None),
    }.items():
        yield Draft(
            f"create-backed-{what}",
            ("ENV-03",),
            script(
                zero,
                step,
                Ask("bound", S0),
                Ask("size_hint", S0 * 2),
                *known(ge(S0, 2), ge(S0, 3), le(S0, 64), ne(S0, 1)),
            ),
            says=RECORDED,
            compare=(*GUARDS, "hints"),
        )
    yield Draft(
        "bind-unbacked",
        ("ENV-02", "ENV-07"),
        script(zero, BindUnbacked(u0, 0, 12), BindUnbacked(u1), Ask("bound", U0 + 1), Ask("bound", U1)),
        says=RECORDED,
        compare=FRESH,
    )


def _required() -> Iterator[Draft]:
    """A requirement is known afterwards, in ranges and otherwise."""
    before = env(u0=ANY, u1=ANY, s0=(2, None, 5), s1=(2, 9, 4))
    cases: dict[str, tuple[tuple[Cond, ...], tuple[Ask, ...]]] = {
        "lower-bound": ((ge(U0, 3),), (Ask("bound", U0), *known(ge(U0, 3), ge(U0, 4), gt(U0, 2), ne(U0, 2)))),
        "strict-lower-bound": ((gt(U0, 3),), (Ask("bound", U0), *known(ge(U0, 4), ge(U0, 5)))),
        "upper-bound": ((le(U0, 9),), (Ask("bound", U0), *known(le(U0, 9), lt(U0, 9), lt(U0, 10)))),
        "strict-upper-bound": ((lt(U0, 9),), (Ask("bound", U0), *known(le(U0, 8), le(U0, 7)))),
        "both-bounds": ((ge(U0, 3), le(U0, 9)), (Ask("bound", U0), Ask("bound", U0 * 2 - 1))),
        "tighter-bound": ((ge(U0, 3), ge(U0, 5), le(U0, 9), le(U0, 7)), (Ask("bound", U0),)),
        "looser-bound": ((ge(U0, 5), ge(U0, 3), le(U0, 7), le(U0, 9)), (Ask("bound", U0),)),
        "mirrored-bound": ((ge(9, U0), lt(2, U0)), (Ask("bound", U0),)),
        "shifted-bound": ((ge(U0 + 2, 5), le(U0 - 1, 8)), (*known(ge(U0 + 2, 5), le(U0 - 1, 8)),)),
        "number": ((eq(U0, 4),), (Ask("bound", U0), Ask("replace", U0 * 2), *known(eq(U0, 4), ne(U0, 5)))),
        "number-then-asked": ((eq(U0, 4), ge(U0, 4), le(U0, 4)), (Ask("has_static_value", U0),)),
        "unequal": ((ne(U0, 4),), known(ne(U0, 4), eq(U0, 4))),
        "size": ((eq(U0, S0),), (Ask("replace", U0 + 1), *known(eq(U0, S0), ge(U0, 2)))),
        "twice-a-size": ((eq(U0, S0 * 2),), (Ask("replace", U0), *known(ge(U0, 4)))),
        "below-a-size": ((le(U0, S1),), known(le(U0, S1), gt(U0, S1))),
        "below-another": ((ge(U0, 0), ge(U1, 0), le(U0, U1)), known(le(U0, U1), lt(U1, U0))),
        "multiple": ((ge(U0, 0), eq(mod(U0, 3), 0)), known(eq(mod(U0, 3), 0))),
        "sum": ((le(U0 + U1, 12),), known(le(U0 + U1, 12), lt(U0 + U1, 13), gt(U0 + U1, 12))),
        "equal-sums": ((eq(U0 + U1, S0),), known(eq(U0 + U1, S0))),
        "square": ((ge(U0, 0), lt(U0 * U0, 50)), known(lt(U0 * U0, 50))),
    }
    for what, (conditions, questions) in cases.items():
        yield Draft(
            f"require-{what}", ("ENV-06", "ENV-17"), script(before, *require(*conditions), *questions), says=RECORDED
        )
    tight = env(u0=(3, 9), s0=(2, None, 5))
    yield Draft(
        "require-what-is-known",
        ("ENV-06",),
        script(tight, *require(ge(U0, 3), le(U0, 9), ne(U0, 2), ge(S0, 2))),
        says=RECORDED,
    )
    yield Draft(
        "require-what-is-false", ("ENV-06",), script(tight, *require(ge(U0, 10), eq(U0, 2), lt(S0, 2))), says=RECORDED
    )
    yield Draft(
        "require-at-the-ends",
        ("ENV-06", "ENV-17"),
        script(tight, *require(ge(U0, 9)), Ask("bound", U0), Ask("replace", U0)),
        says=RECORDED,
    )
    yield Draft(
        "asserts-are-filed",
        ("ENV-11",),
        script(before, *require(eq(mod(U0, 3), 0), le(U0 + U1, 12), ne(U1, 4), ne(U1, 4))),
        says=RECORDED,
        compare=ASSERTS,
    )
    yield Draft(
        "require-of-sizes",
        ("ENV-06",),
        script(before, *require(ge(S0, 3), ne(S1, 7)), Ask("bound", S0)),
        says=RECORDED,
    )
    yield Draft(
        "constrain-range",
        ("ENV-07",),
        script(
            before,
            ConstrainRange(U0, 2, 8),
            Ask("bound", U0),
            ConstrainRange(U0, None, 5),
            Ask("bound", U0),
            ConstrainRange(3, 0, 4),
        ),
        says=RECORDED,
    )
    yield Draft("constrain-a-number-outside", ("ENV-07",), script(before, ConstrainRange(3, 4, 9)), says=RECORDED)
    yield Draft(
        "constrain-range-in-vain",
        ("ENV-07",),
        script(env(u0=(2, 8)), ConstrainRange(U0, 9, None)),
        says=RECORDED,
        compare=("size_like",),
    )
    yield Draft(
        "unify-symbols",
        ("ENV-14", "ENV-15"),
        script(env(u0=(0, 9), u1=(0, 9)), Unify(U0, U1), Ask("replace", U1 + U0)),
        says=RECORDED,
    )
    yield Draft(
        "unify-with-a-number",
        ("ENV-14",),
        script(env(u0=(0, 9), u1=(0, 9)), Unify(U0, 4), Ask("replace", U0 + U1), Unify(3, U1), Unify(3, 3)),
        says=RECORDED,
    )
    yield Draft("unify-two-numbers", ("ENV-14",), script(env(u0=(0, 9)), Unify(3, 4)), says=RECORDED)


def _decided() -> Iterator[Draft]:
    """Decisions: from ranges without a guard, from hints with one, of unbacked symbols not at all."""
    before = env(u0=(3, 9), s0=(2, None, 5), s1=(2, None, 8))
    cases: dict[str, tuple[Cond, ...]] = {
        "known": (ge(S0, 2), lt(S0, 2), ge(U0, 3), gt(U0, 9), ne(S0, 1)),
        "lower-bound": (ge(S0, 4),),
        "strict-lower-bound": (gt(S0, 4),),
        "upper-bound": (le(S0, 7),),
        "strict-upper-bound": (lt(S0, 7),),
        "not-lower-bound": (ge(S0, 6),),
        "not-strict-lower-bound": (gt(S0, 5),),
        "not-upper-bound": (le(S0, 4),),
        "not-strict-upper-bound": (lt(S0, 5),),
        "unequal": (ne(S0, 6),),
        "not-equal": (eq(S0, 6),),
        "equal": (eq(S0, 5),),
        "not-unequal": (ne(S0, 5),),
        "two-sizes": (le(S0, S1), lt(S1, S0)),
        "sum-of-sizes": (le(S0 + S1, 20), gt(S0 + S1, 20)),
        "multiple": (eq(mod(S1, 4), 0),),
        "no-multiple": (eq(mod(S0, 4), 0),),
        "twice": (ge(S0, 4), ge(S0, 4), ge(S0, 3)),
        "one-after-another": (ge(S0, 4), le(S0, 7), ge(S0, 5)),
    }
    for what, conditions in cases.items():
        yield Draft(
            f"decide-{what}",
            ("ENV-08", "ENV-17"),
            script(before, *evaluate(*conditions), Ask("bound", S0), Ask("bound", S1)),
            says=RECORDED,
            compare=GUARDS,
            features=("guards",),
        )
    quotients = (eq(floor_div(S1, 4), 2), ge(floor_div(S0, 2), 2), eq(floor_div(S1, 3), 1))
    yield Draft(
        "decide-quotient",
        ("ENV-08",),
        script(before, *evaluate(*quotients)),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    yield Draft(
        "decide-unbacked",
        ("ENV-09",),
        script(before, *evaluate(ge(U0, 4), eq(U0, 4), lt(U0, S0), ge(U0, 3))),
        says=RECORDED,
        compare=GUARDS,
    )
    yield Draft(
        "decide-after-a-requirement",
        ("ENV-06", "ENV-08"),
        script(
            before, *require(le(U0, 5)), *evaluate(le(U0, 5), ge(U0, 6)), *require(eq(U0, S0)), *evaluate(ge(U0, 4))
        ),
        says=RECORDED,
        compare=CONSTRAINTS,
        features=("guards",),
    )
    yield Draft(
        "decide-without-guards",
        ("ENV-08",),
        script(before, Within("suppress_guards", evaluate(ge(S0, 4), le(S0, 7))), Ask("bound", S0)),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    frozen = script(before, Freeze("guards"), *evaluate(ge(S0, 4), le(S0, 4)))
    yield Draft(
        "decide-when-frozen",
        ("ENV-10",),
        frozen,
        (answered(before, None, True, False, compare=GUARDS),),
        features=("guards",),
    )
    yield Draft(
        "require-when-frozen",
        ("ENV-10",),
        script(before, Freeze("runtime_asserts"), *require(ge(U0, 4)), Ask("bound", U0)),
        says=RECORDED,
        compare=ASSERTS,
    )


TRANSITIONS: Final = (*_created(), *_required(), *_decided())
