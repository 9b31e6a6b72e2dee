"""Cases for faults of another implementation that no other case shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.conformance.case import Ask, ComputeBindings, ConstrainRange, Feature
from refimpl.conformance.outcome import BindingsResult, Returned
from refimpl.conformance.vector import Aspect, Expected
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, SequenceKey
from refimpl.terms import eq, float_lt, float_symbol, floor_div, ge, gt, land, le, lt, mod, ne, symbol
from tests.conformance.vectors.authoring import ANY, CONSTRAINTS, RECORDED, Draft, after, bound, env, tensor, tup
from tests.conformance.vectors.propagating import aten, gives, program
from tests.conformance.vectors.renaming import rebind
from tests.conformance.vectors.transitions import evaluate, known, require, script

__all__ = ["SHOWING"]

U0, U1, U2, U3, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1"))
Z1 = float_symbol("zuf1")
AT: Final = tuple(SequenceKey(index) for index in range(4))
PENDING: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "pending", "ignorable")


def _after_the_first() -> Iterator[Draft]:
    """What needs nothing at the first path keeps nobody from the second."""
    two = {"u0": (AT[0],), "u1": (AT[1],)}
    fixed = env(u0=(3, 3), u1=(0, 9), u2=(0, None))
    yield Draft("fresh-after-a-constant", ("PRO-12",), rebind(fixed, two, tup(3, U2)), (after(fixed, {"u2": U1}),))
    sized = env(u0=ANY, u1=(0, 9), u2=(0, None), s0=(2, None, 5), replacements={"u0": S0})
    yield Draft("fresh-after-a-size", ("PRO-12",), rebind(sized, two, tup(S0, U2)), (after(sized, {"u2": U1}),))


def _pending() -> Iterator[Draft]:
    """Symbols that may be ignored are bound where they stand; a fresh symbol keeps its own name until it is bound."""
    ignorable = env(u2=(0, None), pending="u2", ignorable="u2")
    done = env(u2=(0, None), pending="")
    yield Draft(
        "pending-ignorable-is-found",
        ("BND-04", "BND-06"),
        ComputeBindings(ignorable, tup(U2)),
        (Expected(Returned(BindingsResult(bound({"u2": (AT[0],)}), done)), PENDING),),
        features=("key_paths",),
    )
    beside = env(u0=(0, 9), u2=(0, None))
    yield Draft(
        "pending-beside-twice-a-known-symbol",
        ("BND-04", "BND-05"),
        ComputeBindings(beside, tup(U0 * 2, U2)),
        (
            Expected(
                Returned(BindingsResult(bound({"u2": (AT[1],)}), env(u0=(0, 9), u2=(0, None), pending=""))), PENDING
            ),
        ),
        features=("key_paths",),
    )
    replaced = env(u2=(2, None), s0=(2, None, 5), replacements={"u2": S0})
    yield Draft(
        "pending-under-its-own-name",
        ("BND-04",),
        ComputeBindings(replaced, tensor((U2, 3))),
        (
            Expected(
                Returned(
                    BindingsResult(
                        bound({"u2": (CallMethodKey("size"), AT[0])}),
                        env(u2=(2, None), s0=(2, None, 5), replacements={"u2": S0}, pending=""),
                    )
                ),
                PENDING,
            ),
        ),
        features=("key_paths",),
    )


def _corners() -> Iterator[Draft]:
    """Known numbers outside of a range."""
    five = env(u0=ANY, u1=(0, 9), s0=(2, None, 5), replacements={"u0": 5})
    yield Draft(
        "constrain-range-to-one-number",
        ("ENV-07",),
        script(env(u0=(0, 9)), ConstrainRange(U0, 5, 5), *known(eq(U0, 5))),
        says=RECORDED,
    )
    for what, low, high in (("above", 0, 4), ("below", 6, 9)):
        yield Draft(
            f"constrain-a-known-number-{what}",
            ("ENV-07",),
            script(five, ConstrainRange(U0, low, high), Ask("bound", U1)),
            says=RECORDED,
        )


def _remembered() -> Iterator[Draft]:
    """What was asked before something was learned is asked again; what was only said is not learned."""
    sizes = env(u0=(0, None), s0=(2, None, 7), s1=(2, None, 8))
    yield Draft(
        "known-again-after-a-decision",
        ("ENV-08", "ENV-17"),
        script(sizes, *known(ge(S0, 4), le(S0, 9)), *evaluate(ge(S0, 5), le(S0, 8)), *known(ge(S0, 4), le(S0, 9))),
        says=RECORDED,
        features=("guards",),
    )
    yield Draft(
        "require-a-remainder",
        ("ENV-06", "ENV-17"),
        script(
            sizes,
            *require(eq(mod(U0, 3), 1)),
            *known(eq(mod(U0, 3), 0), eq(mod(U0, 3), 1)),
            Ask("simplify", floor_div(U0, 3) * 3),
        ),
        says=RECORDED,
    )
    yield Draft(
        "require-half-a-size",
        ("ENV-06", "ENV-15"),
        script(sizes, *require(eq(U0 * 2, S0)), Ask("replace", U0), *known(eq(U0 * 2, S0))),
        says=RECORDED,
    )
    yield Draft(
        "require-two-bounds-at-once",
        ("ENV-06", "ENV-17"),
        script(env(u0=ANY, u1=ANY), *require(land(ge(U0, 3), le(U1, 8))), Ask("bound", U0), Ask("bound", U1)),
        says=RECORDED,
    )
    yield Draft(
        "decided-sums-are-known",
        ("ENV-08", "ENV-17"),
        script(sizes, *evaluate(le(S0 + S1, 20)), *known(le(S0 + S1, 20), gt(S0 + S1, 20))),
        says=RECORDED,
        features=("guards",),
    )
    yield Draft(
        "known-by-an-equation",
        ("ENV-06", "ENV-17"),
        script(
            env(u0=(0, None), u1=(0, None)),
            *require(eq(U0 + U1, 7)),
            *known(le(U0 + U1, 7), ge(U0 + U1, 7), lt(U0 + U1, 7), gt(U0 + U1, 7), ne(U0 + U1, 7)),
        ),
        says=RECORDED,
    )
    squares = env(u0=(2, None), u1=(2, None))
    yield Draft(
        "require-sums-with-squares",
        ("ENV-06", "ENV-17"),
        script(squares, *require(le(U0 * U0 + U1, 40), le(U1 * U1 + U0, 30)), Ask("bound", U0), Ask("bound", U1)),
        says=RECORDED,
    )
    yield Draft(
        "require-of-floats",
        ("ENV-11",),
        script(env(zuf1=ANY), *require(float_lt(Z1, 3.0))),
        says=RECORDED,
        compare=("asserts",),
        features=("floats",),
    )


def _two_items() -> Iterator[Draft]:
    """Fresh names are never used again."""
    for what, before, given, names, path in (
        ("floats", env(zuf0=ANY, zuf1=ANY, pending=""), tensor((), ()), ("zuf0", "zuf1"), ()),
        ("booleans", env(u0=(0, 1), u1=(0, 1)), tensor((), (), dtype="bool"), ("u0", "u1"), (ConvertIntKey(),)),
    ):
        run = program(
            before,
            (given, given),
            *(
                aten(to, "item.default", of, binds={symbol: path})
                for to, of, symbol in zip("ij", "xy", names, strict=True)
            ),
            gives("i", "j"),
        )
        features: tuple[Feature, ...] = ("floats",) if what == "floats" else ("convert_bool",)
        yield Draft(f"program-two-items-of-{what}", ("PRO-01",), run, says=RECORDED, features=features)


SHOWING: Final = (*_after_the_first(), *_pending(), *_corners(), *_remembered(), *_two_items())
