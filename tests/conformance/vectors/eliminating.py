"""Rebinding to what is no fresh symbol: constants, sizes, derived and replaced values, quotients, other sorts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from refimpl.conformance.case import Feature
from refimpl.conformance.structures import number
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, DivideByKey, SequenceKey
from refimpl.terms import (
    Cond,
    Dim,
    eq,
    float_symbol,
    floor_div,
    int_max,
    int_of_bool,
    le,
    mod,
    ne,
    symbol,
)
from tests.conformance.vectors.authoring import ANY, ARITHMETIC, Draft, after, env, raises, tensor, tup
from tests.conformance.vectors.renaming import AT, rebind

__all__ = ["ELIMINATING"]

U0, U1, U2, U3, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1"))
Z0, Z1 = float_symbol("zuf0"), float_symbol("zuf1")


def _constants() -> Iterator[Draft]:
    before = env(u0=(0, 10), u1=(0, 10))
    for what, constant in {"inside": 7, "at-the-lower-end": 0, "at-the-upper-end": 10}.items():
        yield Draft(
            f"constant-{what}",
            ("REB-05",),
            rebind(before, {"u0": ()}, number(constant)),
            (after(before, {"u0": constant}),),
        )
    for what, constant in {"below": -1, "above": 11}.items():
        yield Draft(
            f"constant-{what}",
            ("REB-05",),
            rebind(before, {"u0": ()}, number(constant)),
            (raises("inconsistent", before),),
        )
    one = env(u0=(4, 4))
    yield Draft("constant-known", ("REB-05",), rebind(one, {"u0": ()}, number(4)), (after(one, {"u0": 4}),))
    asserted: dict[str, tuple[Cond, int, bool]] = {
        "unequal": (ne(U0, 5), 5, False),
        "multiple": (eq(mod(U0, 3), 0), 6, True),
        "no-multiple": (eq(mod(U0, 3), 0), 7, False),
        "beyond-a-size": (le(U0, S0), 6, True),
    }
    for what, (condition, constant, possible) in asserted.items():
        holds = env(u0=(0, 10), s0=(2, 40, 7), asserts={"u0": (condition,)})
        yield Draft(
            f"constant-with-assert-{what}",
            ("REB-05",),
            rebind(holds, {"u0": ()}, number(constant)),
            (after(holds, {"u0": constant}) if possible else raises("inconsistent", holds),),
        )
    replaced = env(u0=ANY, replacements={"u0": 4})
    yield Draft("constant-again", ("REB-05", "REB-08"), rebind(replaced, {"u0": ()}, number(4)), (after(replaced, {}),))
    yield Draft(
        "constant-another",
        ("REB-05", "REB-08"),
        rebind(replaced, {"u0": ()}, number(5)),
        (raises("inconsistent", replaced),),
    )


def _sizes() -> Iterator[Draft]:
    """Expressions over backed symbols; the contract of the caller is never narrowed but by what is required."""
    cases: dict[str, tuple[Dim, int]] = {
        "size": (S0, 5),
        "twice-a-size": (S0 * 2, 4),
        "size-less-one": (S0 - 1, 5),
        "sum-of-sizes": (S0 + S1, 3),
        "half-a-size": (floor_div(S0, 2), 6),
        "size-beyond-the-bound": (S0, 12),
        "maximum-of-sizes": (int_max(S0, S1), 4),
    }
    for what, (value, hint) in cases.items():
        before = env(u0=(0, 10), s0=(2, None, hint), s1=(2, None, 3))
        yield Draft(
            f"backed-{what}",
            ("REB-06", "REB-01"),
            rebind(before, {"u0": ()}, number(value)),
            (after(before, {"u0": value}),),
        )
        checked = env(u0=(0, 10), u2=ANY, s0=(2, None, hint), s1=(2, None, 3), replacements={"u2": value})
        yield Draft(
            f"fresh-is-{what}",
            ("REB-06", "REB-08"),
            rebind(checked, {"u0": ()}, number(U2)),
            (after(checked, {}, eq(U0, value)),),
        )
    small = env(u0=(0, 1), s0=(2, None, 5))
    yield Draft(
        "backed-too-large", ("REB-06",), rebind(small, {"u0": ()}, number(S0)), (raises("inconsistent", small),)
    )
    checked = env(u0=(0, 1), u2=ANY, s0=(2, None, 5), replacements={"u2": S0})
    yield Draft(
        "fresh-is-a-size-too-large",
        ("REB-06",),
        rebind(checked, {"u0": ()}, number(U2)),
        (raises("inconsistent", checked),),
    )


def _constants_by_check() -> Iterator[Draft]:
    """A fresh symbol that a check has made a number."""
    for what, constant in {"inside": 4, "at-an-end": 10, "at-zero": 0}.items():
        before = env(u0=(0, 10), u2=(constant, constant), replacements={"u2": constant})
        yield Draft(
            f"fresh-is-a-number-{what}",
            ("REB-05", "REB-08"),
            rebind(before, {"u0": ()}, number(U2)),
            (after(before, {}, eq(U0, constant)),),
        )
    before = env(u0=(0, 10), u2=(11, 11), replacements={"u2": 11})
    yield Draft(
        "fresh-is-a-number-outside",
        ("REB-05", "REB-08"),
        rebind(before, {"u0": ()}, number(U2)),
        (raises("inconsistent", before),),
    )


def _derived() -> Iterator[Draft]:
    cases: dict[str, Dim] = {
        "successor": U1 + 1,
        "half-rounded-up": floor_div(U1 + 1, 2),
        "double": U1 * 2,
        "sum-of-two": U1 + U2,
        "with-a-size": S0 - U1,
        "itself-and-one-more": U0 + U1 - 3,
    }
    for what, value in cases.items():
        before = env(u0=(0, 10), u1=(0, 30), u2=(0, 30), s0=(2, None, 5))
        yield Draft(
            f"derived-{what}",
            ("REB-07",),
            rebind(before, {"u0": ()}, number(value)),
            (after(before, {}, eq(U0, value)),),
        )
    before = env(u0=(0, 10), u1=(0, 30))
    yield Draft(
        "derived-impossible", ("REB-07",), rebind(before, {"u0": ()}, number(U0 + 1)), (raises("inconsistent", before),)
    )
    yield Draft("the-symbol-itself", ("REB-10",), rebind(before, {"u0": ()}, number(U0)), (after(before, {}),))
    beyond = env(u0=(0, 10), u1=(20, 30))
    yield Draft(
        "derived-out-of-range",
        ("REB-07",),
        rebind(beyond, {"u0": ()}, number(U1 - 5)),
        (raises("inconsistent", beyond),),
    )
    old = env(u0=(0, 10), u1=(5, 30))
    yield Draft(
        "another-known-symbol",
        ("REB-04", "REB-07"),
        rebind(old, {"u0": (AT[0],)}, tup(U1)),
        (after(old, {}, eq(U0, U1)),),
    )


def _booleans() -> Iterator[Draft]:
    convert = (ConvertIntKey(),)
    wide = env(u0=(0, 10), u2=(0, 5))
    yield Draft(
        "boolean-of-a-wide-symbol",
        ("REB-09",),
        rebind(wide, {"u0": convert}, number(eq(U2, 1))),
        (after(wide, {}, eq(U0, int_of_bool(eq(U2, 1)))),),
        features=("convert_bool",),
    )
    for what, constant in {"true": True, "false": False}.items():
        before = env(u0=(0, 1))
        yield Draft(
            f"boolean-{what}",
            ("REB-09", "REB-05"),
            rebind(before, {"u0": convert}, number(constant)),
            (after(before, {"u0": int(constant)}),),
            features=("convert_bool",),
        )


def _quotients() -> Iterator[Draft]:
    half, third = (DivideByKey(2),), (DivideByKey(3),)
    before = env(u0=(0, 10), u2=(0, None), s0=(2, None, 4))
    divides: tuple[Feature, ...] = ("divide_by",)
    yield Draft(
        "quotient-of-a-product",
        ("REB-14", "BND-03"),
        rebind(before, {"u0": half}, number(U2 * 2)),
        (after(before, {"u2": U0}),),
        features=divides,
    )
    yield Draft(
        "quotient-of-a-size",
        ("REB-14",),
        rebind(before, {"u0": (CallMethodKey("size"), SequenceKey(0), DivideByKey(3))}, tensor((U2 * 3, 2))),
        (after(before, {"u2": U0}),),
        features=divides,
    )
    yield Draft(
        "quotient-by-a-backed-size",
        ("REB-14", "REB-15"),
        rebind(before, {"u0": (DivideByKey(S0),)}, number(U2 * S0)),
        (after(before, {"u2": U0}),),
        features=divides,
    )
    yield Draft(
        "quotient-of-a-symbol",
        ("REB-14", "PRO-16"),
        rebind(before, {"u0": half}, number(U2)),
        (after(before, {"u2": U0 * 2}, pending="", compare=("constraints", "size_like", "pending")),),
        features=divides,
    )
    yield Draft(
        "quotient-of-a-multiple",
        ("REB-14",),
        rebind(before, {"u0": half}, number(U2 * 6)),
        (after(before, {}, eq(U0, U2 * 3)),),
        features=divides,
    )
    yield Draft(
        "quotient-of-a-backed-value",
        ("REB-14", "REB-06"),
        rebind(before, {"u0": half}, number(S0)),
        (after(before, {}, eq(U0 * 2, S0)),),
        features=divides,
    )
    yield Draft(
        "quotient-exact",
        ("REB-14", "REB-05"),
        rebind(before, {"u0": half}, number(8)),
        (after(before, {"u0": 4}),),
        features=divides,
    )
    yield Draft(
        "quotient-inexact",
        ("REB-14",),
        rebind(before, {"u0": half}, number(7)),
        (raises("path", before),),
        says=ARITHMETIC,
        features=divides,
    )
    yield Draft(
        "quotient-out-of-range",
        ("REB-05",),
        rebind(before, {"u0": third}, number(33)),
        (raises("inconsistent", before),),
        says=ARITHMETIC,
        features=divides,
    )
    yield Draft(
        "two-quotients",
        ("BND-03", "REB-14"),
        rebind(before, {"u0": (DivideByKey(2), DivideByKey(3))}, number(U2 * 6)),
        (after(before, {"u2": U0}),),
        features=divides,
    )
    odd = env(u0=(0, 10), s0=(2, None, 5), guards=(eq(mod(S0, 2), 1),))
    yield Draft(
        "quotient-of-an-odd-size",
        ("REB-14",),
        rebind(odd, {"u0": half}, number(S0)),
        (raises("path", odd),),
        features=divides,
    )


def _sorts() -> Iterator[Draft]:
    """Integers, floats and booleans stay what they are (law SORT)."""
    before = env(u0=(0, 10), zuf0=ANY, zuf1=ANY)
    floats: tuple[Feature, ...] = ("floats",)
    for what, value in {"a-half": 2.5, "nan": math.nan, "a-whole-float": 3.0}.items():
        yield Draft(
            f"integer-against-{what}",
            ("REB-11",),
            rebind(before, {"u0": ()}, number(value)),
            (raises("inconsistent", before),),
            features=floats,
        )
    yield Draft(
        "integer-against-true", ("REB-11",), rebind(before, {"u0": ()}, number(True)), (raises("inconsistent", before),)
    )
    yield Draft(
        "integer-against-a-float-symbol",
        ("REB-11",),
        rebind(before, {"u0": ()}, number(Z0)),
        (raises("inconsistent", before),),
        features=floats,
    )
    yield Draft(
        "float-against-an-integer-symbol",
        ("REB-11",),
        rebind(before, {"zuf0": ()}, number(U0)),
        (raises("inconsistent", before),),
        features=floats,
    )
    yield Draft(
        "float-fresh",
        ("REB-12",),
        rebind(before, {"zuf0": ()}, number(Z1)),
        (after(before, {"zuf1": Z0}, renamed={"zuf1": "zuf0"}, compare=("constraints", "renamings")),),
        features=floats,
    )
    yield Draft(
        "float-constant",
        ("REB-12", "REB-05"),
        rebind(before, {"zuf0": ()}, number(0.5)),
        (after(before, {"zuf0": 0.5}),),
        features=floats,
    )
    ranged = env(zuf0=ANY, zuf1=(0.5, 1.5))
    yield Draft(
        "float-range-is-not-rounded",
        ("REB-12",),
        rebind(ranged, {"zuf0": ()}, number(Z1)),
        (after(ranged, {"zuf1": Z0}),),
        features=floats,
    )
    outside = env(zuf0=(0.5, 1.5))
    yield Draft(
        "float-constant-outside",
        ("REB-12", "REB-05"),
        rebind(outside, {"zuf0": ()}, number(2.0)),
        (raises("inconsistent", outside),),
        features=floats,
    )


ELIMINATING: Final = (
    *_constants(),
    *_sizes(),
    *_constants_by_check(),
    *_derived(),
    *_booleans(),
    *_quotients(),
    *_sorts(),
)
