"""Rebinding among other transitions of an environment, and what is known afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask, CreateUnbacked, Step, Within
from refimpl.conformance.structures import number
from refimpl.symbolic_shapes.key_path import ConvertIntKey
from refimpl.terms import Sort, ValueRange, eq, ge, gt, int_max, land, le, mod, symbol
from tests.conformance.vectors.authoring import RECORDED, Draft, env, name, tup
from tests.conformance.vectors.renaming import AT
from tests.conformance.vectors.transitions import answered, known, rebinding, require, script

__all__ = ["HISTORIES"]

U0, U1, U2, U3, S0 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0"))


def _histories() -> Iterator[Draft]:
    """Rebinding among other transitions, and what is known afterwards."""
    start = env(u0=(0, 10), u1=(0, 99), s0=(2, None, 5), pending="")
    new = CreateUnbacked(name("u2"), Sort.INT)
    other = CreateUnbacked(name("u3"), Sort.INT)
    after = (Ask("bound", U2), Ask("replace", U2 + 1), *known(le(U2, 10), eq(U2, U0), gt(U2, 10)))
    cases: dict[str, tuple[Step, ...]] = {
        "rebind-then-ask": (new, rebinding("n", "u0", number(U2)), *after),
        "require-then-rebind": (new, *require(ge(U2, 3)), rebinding("n", "u0", number(U2)), Ask("bound", U0), *after),
        "rebind-then-require": (new, rebinding("n", "u0", number(U2)), *require(ge(U2, 3)), Ask("bound", U0), *after),
        "rebind-then-require-old": (new, rebinding("n", "u0", number(U2)), *require(le(U0, 7)), Ask("bound", U2)),
        "rebind-then-number": (new, rebinding("n", "u0", number(U2)), *require(eq(U2, 4)), Ask("replace", U0 + U2)),
        "number-then-rebind": (new, *require(eq(U2, 4)), rebinding("n", "u0", number(U2)), Ask("replace", U0 + U2)),
        "number-too-large-then-rebind": (new, *require(eq(U2, 14)), rebinding("n", "u0", number(U2)), Ask("bound", U0)),
        "size-then-rebind": (new, *require(eq(U2, S0)), rebinding("n", "u0", number(U2)), Ask("replace", U0 + U2)),
        "rebind-two": (
            new,
            other,
            rebinding("n", "u0", number(U2)),
            rebinding("m", "u1", number(U3)),
            *require(le(U3, U2)),
            *known(le(U1, U0), eq(U3, U1)),
            Ask("replace", U3 - U2),
        ),
        "rebind-in-two-runs": (
            new,
            rebinding("n", "u0", number(U2)),
            other,
            rebinding("n", "u0", number(U3)),
            *known(eq(U2, U3)),
            Ask("replace", U2 + U3),
            Ask("bound", U3),
        ),
        "rebind-the-renamed": (
            new,
            rebinding("n", "u0", number(U2)),
            other,
            rebinding("n", "u2", number(U3)),
            Ask("replace", U2 + U3),
            Ask("bound", U3),
        ),
        "rebind-in-vain": (
            new,
            *require(ge(U2, 11)),
            rebinding("n", "u0", number(U2)),
            Ask("bound", U0),
            Ask("bound", U2),
            *known(eq(U2, U0)),
        ),
        "rebind-a-boolean": (
            CreateUnbacked(name("u2"), Sort.BOOL),
            rebinding("n", "u0", number(eq(U2, 1)), (ConvertIntKey(),)),
            Ask("bound", U0),
            *known(le(U0, 1), eq(U2, U0)),
        ),
        "rebind-an-ignored-symbol": (
            Within("ignore_fresh", (new,)),
            rebinding("n", "u0", tup(1, U2), (AT[1],)),
            *after,
        ),
        "maximum-then-rebind": (
            new,
            rebinding("n", "u0", number(U2)),
            Ask("bound", int_max(U2, 3)),
            *known(le(int_max(U2, 3), 10)),
        ),
        "joined-then-rebind": (
            new,
            *require(land(ge(U2, 3), le(U2, 8))),
            rebinding("n", "u0", number(U2)),
            *known(ge(U0, 3)),
        ),
    }
    for what, steps in cases.items():
        yield Draft(f"history-{what}", ("REB-03", "ENV-12"), script(start, *steps), says=RECORDED)
    for what, condition, moved in (
        ("multiple", eq(mod(U2, 4), 0), eq(mod(U0, 4), 0)),
        ("below-a-size", le(U2, S0), le(U0, S0)),
    ):
        known_after = replace(
            start,
            ranges={**start.ranges, name("u2"): ValueRange(None, None)},
            replacements={name("u2"): U0},
            known=(moved,),
        )
        yield Draft(
            f"history-{what}-then-rebind",
            ("REB-04", "ENV-11"),
            script(start, new, *require(condition), rebinding("n", "u0", number(U2)), *known(moved)),
            (answered(known_after, U2, True, None, True),),
        )


HISTORIES: Final = tuple(_histories())
