"""Bindings: where pending symbols stand, how names resolve, what paths lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.conformance.case import ComputeBindings, FollowPath, ResolveBindings
from refimpl.conformance.outcome import BindingsResult, PathResult, Returned
from refimpl.conformance.structures import ListOf, Structure, Wrapper, number
from refimpl.conformance.vector import Aspect, Expected
from refimpl.symbolic_shapes.key_path import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    KeyPath,
    SequenceKey,
)
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import eq, float_symbol, floor_div, symbol
from tests.conformance.vectors.authoring import (
    ANY,
    CONSTRAINTS,
    RECORDED,
    Draft,
    bound,
    env,
    raises,
    tensor,
    tup,
)

__all__ = ["BINDING"]

U0, U1, U2, U3, U4, S0 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "u4", "s0"))
Z1 = float_symbol("zuf1")
SIZE, STRIDE, OFFSET = (CallMethodKey(each) for each in ("size", "stride", "storage_offset"))
AT: Final = tuple(SequenceKey(index) for index in range(4))
ALL: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "pending", "ignorable")


def found(after: ShapeEnvState, bindings: Mapping[str, KeyPath] | None, compare: tuple[Aspect, ...] = ALL) -> Expected:
    """These bindings, and the environment afterwards."""
    return Expected(Returned(BindingsResult(None if bindings is None else bound(bindings), after)), compare)


def _places() -> Iterator[Draft]:
    """Each pending symbol is bound at the first place where it stands."""
    cases: dict[str, tuple[Structure, dict[str, KeyPath]]] = {
        "number": (number(U2), {"u2": ()}),
        "element": (tup(3, U2), {"u2": (AT[1],)}),
        "list": (ListOf((number(3), tup(4, U2))), {"u2": (AT[1], AT[1])}),
        "size": (tensor((U2, 3)), {"u2": (SIZE, AT[0])}),
        "stride": (tensor((3, 4), (U2, 1)), {"u2": (STRIDE, AT[0])}),
        "offset": (tensor((3, 4), offset=U2), {"u2": (OFFSET,)}),
        "size-before-stride": (tensor((3, U2)), {"u2": (SIZE, AT[1])}),
        "stride-before-offset": (tensor((3, 4), (1, U2), U2), {"u2": (STRIDE, AT[1])}),
        "first-of-two": (tup(U2, U2), {"u2": (AT[0],)}),
        "tensor-in-a-tuple": (tup(tensor((S0,)), tensor((2, U2))), {"u2": (AT[1], SIZE, AT[1])}),
        "known-symbols-beside": (tup(U0, S0, U2), {"u2": (AT[2],)}),
    }
    before = env(u0=(0, 9), u2=(0, None), s0=(2, None, 5))
    for what, (value, bindings) in cases.items():
        after = env(u0=(0, 9), u2=(0, None), s0=(2, None, 5), pending="")
        yield Draft(
            f"pending-{what}",
            ("BND-04",),
            ComputeBindings(before, value),
            (found(after, bindings),),
            features=("key_paths",),
        )
    two = env(u2=(0, None), u3=(0, None))
    both = env(u2=(0, None), u3=(0, None), pending="")
    yield Draft(
        "pending-two-sizes",
        ("BND-04",),
        ComputeBindings(two, tensor((U3, U2))),
        (found(both, {"u3": (SIZE, AT[0]), "u2": (SIZE, AT[1])}),),
        features=("key_paths",),
    )
    yield Draft("pending-one-is-missing", ("BND-06",), ComputeBindings(two, tup(U3, 4)), (raises("pending_not_found"),))
    yield Draft(
        "pending-peeked",
        ("BND-06",),
        ComputeBindings(two, tup(U3, U2), peek=True),
        (found(two, {"u3": (AT[0],), "u2": (AT[1],)}),),
        features=("key_paths",),
    )
    yield Draft(
        "pending-peeked-and-missing",
        ("BND-06",),
        ComputeBindings(two, tup(U3), peek=True),
        (found(two, {"u3": (AT[0],)}),),
        features=("key_paths",),
    )
    none = env(u0=(0, 9), pending="")
    yield Draft("pending-none", ("BND-04",), ComputeBindings(none, tup(U0, 3)), (found(none, None),))
    ignored = env(u2=(0, None), u3=(0, None), pending="u2 u3", ignorable="u3")
    yield Draft(
        "pending-may-be-ignored",
        ("BND-06",),
        ComputeBindings(ignored, tup(U2)),
        (found(both, {"u2": (AT[0],)}),),
        features=("key_paths",),
    )


def _through_keys() -> Iterator[Draft]:
    before = env(u0=(0, 9), u2=(0, None), s0=(2, None, 5))
    after = env(u0=(0, 9), u2=(0, None), s0=(2, None, 5), pending="")
    cases: dict[str, tuple[Structure, KeyPath]] = {
        "twice": (number(U2 * 2), (DivideByKey(2),)),
        "times-a-size": (number(U2 * S0), (DivideByKey(S0),)),
        "twice-in-a-size": (tensor((U2 * 4, 3)), (SIZE, AT[0], DivideByKey(4))),
    }
    for what, (value, path) in cases.items():
        yield Draft(
            f"pending-{what}",
            ("BND-05",),
            ComputeBindings(before, value),
            (found(after, {"u2": path}),),
            features=("key_paths", "divide_by"),
        )
    flag = env(u2=(0, 1))
    yield Draft(
        "pending-boolean",
        ("BND-05",),
        ComputeBindings(flag, tup(1, eq(U2, 1))),
        (found(env(u2=(0, 1), pending=""), {"u2": (AT[1], ConvertIntKey())}),),
        features=("key_paths", "convert_bool"),
    )
    floats = env(zuf1=ANY)
    yield Draft(
        "pending-float",
        ("BND-04",),
        ComputeBindings(floats, tup(1, Z1)),
        (found(env(zuf1=ANY, pending=""), {"zuf1": (AT[1],)}),),
        features=("key_paths", "floats"),
    )
    for what, hidden in {"in-a-sum": U2 + 1, "in-a-quotient": floor_div(U2, 2)}.items():
        yield Draft(
            f"pending-only-{what}", ("BND-06",), ComputeBindings(before, number(hidden)), (raises("pending_not_found"),)
        )


def _old_values() -> Iterator[Draft]:
    """With an old value each symbol is rebound to what stands at its path there."""
    before = env(u0=(0, 9), u2=(0, None), s0=(2, None, 5))
    yield Draft(
        "old-value-symbol",
        ("BND-07",),
        ComputeBindings(before, tup(U2), tup(U0)),
        (
            found(
                env(
                    u0=(0, 9), u2=(0, None), s0=(2, None, 5),
                    pending="", replacements={"u2": U0}, renamings={"u2": "u0"},
                ),
                {"u2": (AT[0],)},
                (*ALL, "renamings"),
            ),
        ),
    )  # fmt: skip
    yield Draft(
        "old-value-size",
        ("BND-07",),
        ComputeBindings(before, tensor((U2,)), tensor((S0,))),
        (
            found(
                env(u0=(0, 9), u2=(0, None), s0=(2, None, 5), pending="", replacements={"u2": S0}),
                {"u2": (SIZE, AT[0])},
            ),
        ),
    )
    yield Draft(
        "old-value-number",
        ("BND-07",),
        ComputeBindings(before, tup(U2, 1), tup(4, 1)),
        (found(env(u0=(0, 9), u2=(0, None), s0=(2, None, 5), pending="", replacements={"u2": 4}), {"u2": (AT[0],)}),),
    )
    yield Draft(
        "old-value-impossible", ("BND-07",), ComputeBindings(env(u2=(0, 4)), tup(U2), tup(7)), (raises("inconsistent"),)
    )


def _resolved() -> Iterator[Draft]:
    def resolved(
        what: str, environment: ShapeEnvState, recorded: Mapping[str, KeyPath], names: Mapping[str, KeyPath]
    ) -> Draft:
        outcome = Returned(BindingsResult(bound(names)))
        return Draft(
            f"resolve-{what}",
            ("BND-08",),
            ResolveBindings(environment, bound(recorded)),
            (Expected(outcome, CONSTRAINTS),),
        )

    once = env(u0=(0, 9), u1=(0, 9), u2=(0, 9), renamings={"u1": "u0"}, replacements={"u1": U0}, pending="")
    yield resolved("nothing-renamed", env(u0=(0, 9), u1=(0, 9)), {"u0": (AT[0],)}, {"u0": (AT[0],)})
    yield resolved("once", once, {"u1": (SIZE, AT[0]), "u2": (AT[1],)}, {"u0": (SIZE, AT[0]), "u2": (AT[1],)})
    twice = env(
        u0=(0, 9),
        u1=(0, 9),
        u2=(0, 9),
        renamings={"u2": "u1", "u1": "u0"},
        replacements={"u2": U1, "u1": U0},
        pending="",
    )
    yield resolved("twice", twice, {"u2": (AT[0],)}, {"u0": (AT[0],)})
    yield resolved("none-of-them", once, {}, {})
    yield Draft(
        "resolve-no-bindings",
        ("BND-08",),
        ResolveBindings(once, None),
        (Expected(Returned(BindingsResult(None)), CONSTRAINTS),),
    )


def _followed() -> Iterator[Draft]:
    state = env(u0=(0, 9), u1=(0, 9), s0=(2, None, 5))
    cases: dict[str, tuple[Structure, KeyPath]] = {
        "nothing": (number(U0), ()),
        "element": (tup(1, U0), (AT[1],)),
        "size": (tensor((S0, U0)), (SIZE, AT[1])),
        "stride": (tensor((S0, U0)), (STRIDE, AT[0])),
        "offset": (tensor((S0,), offset=U0), (OFFSET,)),
        "quotient": (number(U0 * 2), (DivideByKey(2),)),
        "quotient-of-a-number": (number(7), (DivideByKey(2),)),
        "quotient-of-a-symbol": (number(U0), (DivideByKey(2),)),
        "truth": (number(True), (ConvertIntKey(),)),
        "nested": (tup(tup(tensor((3, U0)))), (AT[0], AT[0], SIZE, AT[1])),
    }
    for what, (value, path) in cases.items():
        yield Draft(f"path-{what}", ("BND-01",), FollowPath(state, value, path), says=RECORDED, features=("key_paths",))
    inner = Wrapper((("data", tensor((3, U0))),))
    yield Draft(
        "path-inner-tensor",
        ("BND-01",),
        FollowPath(state, inner, (InnerTensorKey("data"), SIZE, AT[1])),
        (Expected(Returned(PathResult(number(U0), ".data.size()[1]")), CONSTRAINTS),),
        features=("key_paths", "inner_tensor"),
    )
    astray: dict[str, tuple[Structure, KeyPath]] = {
        "beyond-the-end": (tup(1, U0), (AT[2],)),
        "of-a-number": (number(U0), (AT[0],)),
        "size-of-a-tuple": (tup(1, 2), (SIZE, AT[0])),
        "inner-of-a-number": (number(3), (InnerTensorKey("data"),)),
    }
    for what, (value, path) in astray.items():
        yield Draft(
            f"path-{what}", ("BND-02",), FollowPath(state, value, path), (raises("path"),), features=("key_paths",)
        )


BINDING: Final = (*_places(), *_through_keys(), *_old_values(), *_resolved(), *_followed())
