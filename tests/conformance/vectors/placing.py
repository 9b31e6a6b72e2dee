"""Places of symbols: what they were before, paths of many steps, names that are followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask, ComputeBindings, ResolveBindings
from refimpl.conformance.outcome import BindingsResult, Returned
from refimpl.conformance.structures import number
from refimpl.conformance.vector import Aspect, Expected, OneOf
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    eq,
    int_max,
    int_of_bool,
    le,
    symbol,
)
from tests.conformance.vectors.authoring import (
    CONSTRAINTS,
    RECORDED,
    Draft,
    after,
    bound,
    env,
    name,
    raises,
    tensor,
    tup,
)
from tests.conformance.vectors.binding import found
from tests.conformance.vectors.renaming import AT, rebind
from tests.conformance.vectors.transitions import known, script

__all__ = ["PLACING"]

U0, U1, U2, U3, S0, S1, S2 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1", "s2"))


def _bound(after: ShapeEnvState, *names: str, compare: tuple[Aspect, ...] = (*CONSTRAINTS, "pending")) -> Expected:
    """Each of these symbols is bound, in order, by the items of a tuple."""
    bindings = bound({each: (SequenceKey(index),) for index, each in enumerate(names)})
    return Expected(Returned(BindingsResult(bindings, after)), compare)


def _memos() -> Iterator[Draft]:
    """Every symbol of a value is told what it was before, and nothing but its place binds one."""
    two = env(u0=(0, 9), u1=(0, 9), u2=(0, None), u3=(0, None))
    renamed = replace(two, replacements={name("u2"): U0, name("u3"): U1}, pending=())
    yield Draft(
        "old-values-of-two",
        ("BND-07",),
        ComputeBindings(two, tup(U2, U3), tup(U0, U1)),
        (_bound(renamed, "u2", "u3"),),
        features=("key_paths",),
    )
    numbers = replace(two, replacements={name("u2"): 3, name("u3"): U1 + 1}, pending=())
    yield Draft(
        "old-values-of-two-kinds",
        ("BND-07",),
        ComputeBindings(two, tup(U2, U3), tup(3, U1 + 1)),
        (_bound(numbers, "u2", "u3"),),
        features=("key_paths",),
    )
    one = env(u2=(0, None))
    yield Draft(
        "pending-beside-whether-it-is-zero",
        ("BND-05",),
        ComputeBindings(one, tup(eq(U2, 0), U2)),
        (found(replace(one, pending=()), {"u2": (AT[1],)}),),
        features=("key_paths",),
    )
    sums = env(u0=(0, 9), u1=(0, 9), u2=(0, 20), s0=(2, 9, 5), s1=(2, 9, 8), pending="",
               replacements={"u2": U1 + U0, "u1": S0, "u0": S1})  # fmt: skip
    yield Draft(
        "known-of-a-sum-of-replaced-symbols",
        ("ENV-15", "ENV-17"),
        script(
            sums,
            *known(eq(U2, S0 + S1), eq(U2 - U0, S0), le(U2, 18)),
            Ask("replace", U2),
            Ask("has_static_value", U2 - S0 - S1),
        ),
        says=RECORDED,
    )


def _paths() -> Iterator[Draft]:
    """Paths of many steps, symbols that are followed, keys and names that are none."""
    given = env(u0=(0, 9), u2=(0, None))
    deep: KeyPath = (AT[1], AT[0], AT[2], AT[0], CallMethodKey("size"), AT[1])
    yield Draft(
        "fresh-deep-in-the-result",
        ("REB-03",),
        rebind(given, {"u0": deep}, tup(1, tup(tup(2, 3, tup(tensor((4, U2)))), 5))),
        (after(given, {"u2": U0}),),
        features=("key_paths",),
    )
    signed = env(u0=(0, 10), u2=(-1, 1))
    yield Draft(
        "boolean-of-a-signed-symbol",
        ("REB-09",),
        rebind(signed, {"u0": (ConvertIntKey(),)}, number(eq(U2, 1))),
        (after(signed, {}, eq(U0, int_of_bool(eq(U2, 1)))),),
        features=("convert_bool",),
    )
    chain = env(u0=(0, 9), u1=(2, 9), u2=(2, None), s0=(2, 9, 5), replacements={"u2": U1, "u1": S0})
    yield Draft(
        "fresh-is-replaced-twice",
        ("REB-10", "ENV-15"),
        rebind(chain, {"u0": ()}, number(U2)),
        (after(chain, {"u0": S0}),),
    )
    grown = env(u2=(0, None))
    yield Draft(
        "old-value-of-the-symbol-itself",
        ("BND-07",),
        ComputeBindings(grown, tup(U2), tup(int_max(U2, 3))),
        says=RECORDED,
        compare=("pending",),
    )
    known_size = env(u0=(0, None), u2=(2, None), s0=(2, None, 5), replacements={"u2": S0})
    eliminated = replace(known_size, replacements={name("u2"): S0, name("u0"): S0}, pending=())
    yield Draft(
        "old-value-of-a-replaced-symbol",
        ("BND-07",),
        ComputeBindings(known_size, tup(U2), tup(U0)),
        (
            _bound(eliminated, "u2", compare=("constraints", "replacements", "pending")),
            raises("refused"),
        ),
        level=OneOf(("the old symbol is the size too", "a size is not renamed to an unbacked symbol")),
    )
    renamed = env(
        u0=(0, 9), u1=(0, 9), u2=(0, 9), pending="", renamings={"u2": "u0"}, replacements={"u2": U0, "u0": U1}
    )
    yield Draft(
        "resolve-a-replaced-name",
        ("BND-08",),
        ResolveBindings(renamed, bound({"u2": (AT[0],), "u1": (AT[1],)})),
        says=RECORDED,
    )


def _nothing_there() -> Iterator[Draft]:
    """A size of which there may be none, and is none now, is a size like any other."""
    known_size = env(u0=(0, 10), s0=(0, 10, 0), replacements={"u0": S0})
    yield Draft(
        "the-size-that-it-is-of-nothing",
        ("REB-06", "REB-08"),
        rebind(known_size, {"u0": ()}, number(S0)),
        (after(known_size, {}, compare=(*CONSTRAINTS, "renamings", "replacements")),),
    )


PLACING: Final = (*_memos(), *_paths(), *_nothing_there())
