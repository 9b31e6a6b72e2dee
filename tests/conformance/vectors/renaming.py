"""Rebinding to a fresh symbol: every relation of what is known of the two, every kind of path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.conformance.case import Opcode, RebindingInput
from refimpl.conformance.structures import Structure, number
from refimpl.conformance.vector import Aspect
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, Key, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import eq, floor_div, ge, le, lt, mod, ne, symbol
from tests.conformance.vectors.authoring import ANY, CONSTRAINTS, Draft, after, bound, env, raises, tensor, tup

__all__ = ["RENAMING", "rebind"]

U0, U1, U2, U3, U4, U5, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "u4", "u5", "s0", "s1"))
SIZE: Final[Key] = CallMethodKey("size")
STRIDE: Final[Key] = CallMethodKey("stride")
OFFSET: Final[Key] = CallMethodKey("storage_offset")
AT: Final = tuple(SequenceKey(index) for index in range(4))
EVERYTHING: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "renamings", "replacements")


def rebind(
    environment: ShapeEnvState, bindings: Mapping[str, KeyPath], value: Structure, op: Opcode = "call_function"
) -> RebindingInput:
    """A step of a node named ``node``."""
    return RebindingInput(environment, "node", op, bound(bindings), value)


def _ranges() -> Iterator[Draft]:
    """Every relation of two ranges."""
    pairs = {
        "both-unbounded": (ANY, ANY),
        "old-bounded": ((0, 10), ANY),
        "fresh-bounded": (ANY, (0, 10)),
        "same-range": ((0, 10), (0, 10)),
        "fresh-within": ((0, 10), (3, 7)),
        "old-within": ((3, 7), (0, 10)),
        "overlap-above": ((0, 10), (3, 20)),
        "overlap-below": ((3, 20), (0, 10)),
        "meet-in-one": ((0, 5), (5, 9)),
        "meet-below": ((5, 9), (0, 5)),
        "one-sided-apart": ((2, None), (None, 8)),
        "one-sided-alike": ((2, None), (5, None)),
        "negative": ((-8, 3), (-2, None)),
        "item-against-size": ((None, 63), (0, 9223372036854775806)),
        "old-is-one-number": ((4, 4), (0, 10)),
        "fresh-is-one-number": ((0, 10), (4, 4)),
    }
    for what, (old, fresh) in pairs.items():
        before = env(u0=old, u2=fresh)
        yield Draft(
            f"fresh-{what}",
            ("REB-01", "REB-04"),
            rebind(before, {"u0": ()}, number(U2)),
            (after(before, {"u2": U0}, renamed={"u2": "u0"}, compare=("constraints", "renamings")),),
        )
    for what, (old, fresh) in {
        "apart-above": ((0, 3), (7, 9)),
        "apart-below": ((7, 9), (0, 3)),
        "apart-by-one": ((0, 4), (5, 9)),
        "apart-one-sided": ((11, None), (None, 10)),
    }.items():
        before = env(u0=old, u2=fresh)
        yield Draft(
            f"fresh-{what}",
            ("REB-01", "PRO-12"),
            rebind(before, {"u0": ()}, number(U2)),
            (raises("inconsistent", before),),
        )


def _size_like() -> Iterator[Draft]:
    for what, marked in {"old": "u0", "fresh": "u2", "both": "u0 u2", "other": "u1"}.items():
        before = env(u0=(0, None), u1=(0, None), u2=(0, None), size_like=marked)
        yield Draft(
            f"size-like-{what}",
            ("REB-13",),
            rebind(before, {"u0": ()}, number(U2)),
            (after(before, {"u2": U0}, size_like="u1" if what == "other" else "u0"),),
        )
    told = env(u0=(0, None), u2=(0, None), size_like="u2", pending="")
    yield Draft(
        "size-like-and-no-longer-pending",
        ("REB-13",),
        rebind(told, {"u0": ()}, number(U2)),
        (after(told, {"u2": U0}, compare=("constraints",)),),
    )
    three = env(u0=(0, 9), u1=(0, 9), u2=(0, None), u3=(0, None), u4=(0, None), u5=(0, None), pending="u3 u4 u5")
    yield Draft(
        "three-of-a-node",
        ("REB-04", "REB-13"),
        rebind(three, {"u0": (AT[0],), "u1": (AT[1],), "u2": (AT[2],)}, tup(U3, U4, U5)),
        (after(three, {"u3": U0, "u4": U1, "u5": U2}),),
    )


def _conditions() -> Iterator[Draft]:
    """What is known of the fresh symbol holds of the old one."""
    for what, condition in {
        "unequal": ne(U2, 5),
        "multiple": eq(mod(U2, 3), 0),
        "below-a-size": le(U2, S0),
        "square": lt(U2 * U2, 50),
        "sum": le(U1 + U2, 12),
    }.items():
        before = env(u0=(0, 10), u1=(0, 10), u2=(0, None), s0=(2, 40, 7), asserts={"u2": (condition,)})
        yield Draft(
            f"fresh-with-assert-{what}",
            ("REB-04", "REB-01"),
            rebind(before, {"u0": ()}, number(U2)),
            (after(before, {"u2": U0}),),
        )
    before = env(u0=(0, 10), u2=(0, None), s0=(2, None, 7), asserts={"u0": (le(U0, S0),)})
    yield Draft("old-with-assert", ("REB-04",), rebind(before, {"u0": ()}, number(U2)), (after(before, {"u2": U0}),))
    before = env(u0=(0, 10), u2=ANY, s0=(2, None, 4), guards=(ge(S0, 3), eq(mod(S0, 2), 0)))
    yield Draft(
        "guards-stay",
        ("REB-04", "REB-06"),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {"u2": U0}, compare=(*EVERYTHING, "guards", "hints"), renamed={"u2": "u0"}),),
    )
    before = env(u0=(0, 10), u2=ANY, asserts={"u2": (eq(mod(U2, 3), 0),)})
    refiled = env(u0=(0, 10), u2=ANY, asserts={"u0": (eq(mod(U0, 3), 0),)})
    yield Draft(
        "asserts-are-refiled",
        ("REB-04", "ENV-11"),
        rebind(before, {"u0": ()}, number(U2)),
        (after(refiled, {"u2": U0}, compare=("constraints", "asserts")),),
    )
    before = env(u0=(0, 10), u2=(0, None), pending="u2")
    yield Draft(
        "bound-symbols-are-pending-no-more",
        ("ENV-02", "REB-04"),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {"u2": U0}, pending="", compare=("constraints", "pending")),),
    )


def _paths() -> Iterator[Draft]:
    """Where the fresh symbol stands."""
    before = env(u0=(0, 10), u1=(0, 99), u2=(0, None), u3=(0, None), s0=(2, None, 4))
    whole: dict[str, tuple[KeyPath, Structure]] = {
        "element": ((AT[1],), tup(7, U2)),
        "nested-element": ((AT[1], AT[0]), tup(7, tup(U2, 8))),
        "size": ((SIZE, AT[0]), tensor((U2, 3))),
        "last-size": ((SIZE, AT[2]), tensor((S0, 3, U2))),
        "stride": ((STRIDE, AT[0]), tensor((3, 4), (U2, 1))),
        "offset": ((OFFSET,), tensor((3, 4), offset=U2)),
        "size-of-an-element": ((AT[1], SIZE, AT[0]), tup(tensor((S0,)), tensor((U2,)))),
        "size-beside-itself": ((SIZE, AT[0]), tensor((U2, U2))),
    }
    for what, (path, value) in whole.items():
        yield Draft(
            f"at-{what}",
            ("BND-01", "REB-04"),
            rebind(before, {"u0": path}, value),
            (after(before, {"u2": U0}, renamed={"u2": "u0"}, compare=EVERYTHING),),
        )
    two = {"u2": U0, "u3": U1}
    renamed = {"u2": "u0", "u3": "u1"}
    for what, bindings, value in (
        ("two-elements", {"u0": (AT[0],), "u1": (AT[1],)}, tup(U2, U3)),
        ("two-elements-crossed", {"u0": (AT[1],), "u1": (AT[0],)}, tup(U3, U2)),
        ("two-sizes", {"u0": (SIZE, AT[0]), "u1": (SIZE, AT[1])}, tensor((U2, U3))),
        ("size-and-element", {"u1": (AT[1],), "u0": (AT[0], SIZE, AT[0])}, tup(tensor((U2, 1)), U3)),
    ):
        yield Draft(
            f"at-{what}",
            ("BND-01", "PRO-12"),
            rebind(before, bindings, value),
            (after(before, two, renamed=renamed, compare=EVERYTHING),),
        )
    for what, path, value in (
        ("missing-element", (AT[2],), tup(U2, 1)),
        ("missing-size", (SIZE, AT[1]), tensor((U2,))),
        ("size-of-a-number", (SIZE, AT[0]), number(U2)),
        ("element-of-a-number", (AT[0],), number(U2)),
    ):
        yield Draft(f"at-{what}", ("BND-02",), rebind(before, {"u0": path}, value), (raises("path", before),))


def _nodes() -> Iterator[Draft]:
    """Which nodes rebind."""
    before = env(u0=(0, 10), u2=(0, None))
    for op in ("call_method", "call_module", "get_attr"):
        yield Draft(
            f"op-{op.replace('_', '-')}",
            ("PRO-12",),
            rebind(before, {"u0": ()}, number(U2), op),
            (after(before, {"u2": U0}),),
        )
    same = after(before, {}, compare=EVERYTHING)
    yield Draft("op-placeholder", ("PRO-12",), rebind(before, {"u0": ()}, number(U2), "placeholder"), (same,))
    yield Draft("no-bindings", ("PRO-12",), RebindingInput(before, "node", "call_function", None, number(U2)), (same,))
    yield Draft("empty-bindings", ("PRO-12",), rebind(before, {}, number(U2)), (same,))


def _booleans() -> Iterator[Draft]:
    convert = (ConvertIntKey(),)
    known = env(u0=(0, 1), u2=(0, 1))
    yield Draft(
        "boolean-fresh",
        ("REB-09", "BND-01"),
        rebind(known, {"u0": convert}, number(eq(U2, 1))),
        (after(known, {"u2": U0}, renamed={"u2": "u0"}, compare=("constraints", "renamings")),),
        features=("convert_bool",),
    )
    wide = env(u0=(0, 10), u2=(0, 1))
    yield Draft(
        "boolean-against-a-wider-symbol",
        ("REB-09",),
        rebind(wide, {"u0": convert}, number(eq(U2, 1))),
        (after(wide, {"u2": U0}),),
        features=("convert_bool",),
    )
    yield Draft(
        "boolean-in-a-tuple",
        ("REB-09",),
        rebind(known, {"u0": (AT[1], *convert)}, tup(3, eq(U2, 1))),
        (after(known, {"u2": U0}),),
        features=("convert_bool",),
    )


def _renamed_before() -> Iterator[Draft]:
    """Names that were renamed before (law ROOT)."""
    before = env(u0=(0, 10), u1=(0, 10), u2=(0, None), renamings={"u1": "u0"}, replacements={"u1": U0})
    yield Draft(
        "old-renamed-once",
        ("BND-08", "REB-08"),
        rebind(before, {"u1": ()}, number(U2)),
        (after(before, {"u2": U0}, renamed={"u2": "u0"}, compare=("constraints", "renamings")),),
    )
    before = env(
        u0=(0, 10), u1=(0, 10), u2=(0, 10), u3=ANY,
        renamings={"u2": "u1", "u1": "u0"}, replacements={"u2": U1, "u1": U0},
    )  # fmt: skip
    yield Draft(
        "old-renamed-twice",
        ("BND-08", "REB-08"),
        rebind(before, {"u2": ()}, number(U3)),
        (after(before, {"u3": U0}, renamed={"u3": "u0"}, compare=("constraints", "renamings")),),
    )
    before = env(
        u0=(0, 10), u1=(0, 10), u2=(0, 10), u3=ANY, u4=(2, None),
        renamings={"u1": "u0", "u2": "u0"}, replacements={"u1": U0, "u2": U0},
    )  # fmt: skip
    yield Draft(
        "two-names-of-one-symbol",
        ("BND-08", "PRO-12"),
        rebind(before, {"u1": (AT[0],), "u2": (AT[1],)}, tup(U3, U4)),
        (after(before, {"u3": U0, "u4": U0}),),
    )
    before = env(u0=(0, 4), u1=(3, 9), u2=ANY, renamings={"u2": "u0"}, replacements={"u2": U0})
    yield Draft(
        "one-fresh-symbol-for-two-names",
        ("REB-08", "PRO-09"),
        rebind(before, {"u1": ()}, number(U2)),
        (after(before, {}, eq(U1, U2)),),
    )
    before = env(u0=(0, 10), u1=ANY, u2=(0, None), replacements={"u0": 4})
    yield Draft(
        "old-is-a-number-by-now",
        ("REB-08",),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {}, eq(U2, U0)),),
    )
    before = env(u0=ANY, u2=(0, None), s0=(2, None, 5), replacements={"u0": S0})
    yield Draft(
        "old-is-a-size-by-now",
        ("REB-08",),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {}, eq(U2, U0)),),
    )
    before = env(u0=ANY, u1=(0, None), u2=(0, None), replacements={"u0": floor_div(U1, 2) + 1})
    yield Draft(
        "old-is-derived-by-now",
        ("REB-08",),
        rebind(before, {"u0": ()}, number(U2)),
        (after(before, {}, eq(U2, U0)),),
    )


def _half_way() -> Iterator[Draft]:
    """A node binds all of its symbols or none (law ATOM)."""
    before = env(u0=(0, 10), u1=(0, 3), u2=(0, None), u3=(7, 9))
    yield Draft(
        "second-binding-inconsistent",
        ("PRO-12",),
        rebind(before, {"u0": (AT[0],), "u1": (AT[1],)}, tup(U2, U3)),
        (raises("inconsistent", before),),
    )
    yield Draft(
        "first-binding-inconsistent",
        ("PRO-12",),
        rebind(before, {"u1": (AT[1],), "u0": (AT[0],)}, tup(U2, U3)),
        (raises("inconsistent", before),),
    )
    yield Draft(
        "second-binding-has-no-path",
        ("PRO-12", "BND-02"),
        rebind(before, {"u0": (AT[0],), "u1": (AT[3],)}, tup(U2, U3)),
        (raises("path", before),),
    )


RENAMING: Final = (
    *_ranges(), *_size_like(), *_conditions(), *_paths(), *_nodes(), *_booleans(), *_renamed_before(), *_half_way(),
)  # fmt: skip
