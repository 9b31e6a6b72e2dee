"""Cases for small changes of PyTorch's functions that no other case shows: bindings, scopes, sizes and unification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask, ComputeBindings, ConstrainRange, CreateBacked, CreateUnbacked, Unify, Within
from refimpl.conformance.outcome import Answered, AnsweredRange, EnvironmentResult, Rejection, Returned
from refimpl.conformance.structures import Structure, Wrapper, number
from refimpl.conformance.vector import Aspect, Expected, OneOf
from refimpl.symbolic_shapes.key_path import DivideByKey, InnerTensorKey, KeyPath
from refimpl.terms import Scalar, Sort, ValueRange, eq, float_symbol, ge, le, lt, ne, symbol
from tests.conformance.vectors.authoring import (
    ANY,
    ARITHMETIC,
    CONSTRAINTS,
    RECORDED,
    Draft,
    after,
    env,
    name,
    raises,
    tensor,
    tup,
)
from tests.conformance.vectors.binding import AT, SIZE, found
from tests.conformance.vectors.renaming import rebind
from tests.conformance.vectors.transitions import GUARDS, answered, evaluate, known, require, script

__all__ = ["CORNERS"]

U0, U1, U2, U3, S0, S1 = (symbol(each) for each in ("u0", "u1", "u2", "u3", "s0", "s1"))
REPLACED: Final[tuple[Aspect, ...]] = (*CONSTRAINTS, "replacements")


def _wrapper(**inner: Structure) -> Wrapper:
    return Wrapper(tuple(inner.items()))


def _inner() -> Iterator[Draft]:
    """Inner values of a wrapper bind in the order that it says; nothing else of it does."""
    before, done = env(u2=(0, None), u3=(0, None)), env(u2=(0, None), u3=(0, None), pending="")
    cases: dict[str, tuple[Structure, dict[str, KeyPath]]] = {
        "two": (
            _wrapper(values=tensor((3, U2)), offsets=tensor((U3,))),
            {"u2": (InnerTensorKey("values"), SIZE, AT[1]), "u3": (InnerTensorKey("offsets"), SIZE, AT[0])},
        ),
        "first": (
            tup(_wrapper(values=tensor((3, U2)), sizes=tensor((U2, U3))), U3),
            {
                "u2": (AT[0], InnerTensorKey("values"), SIZE, AT[1]),
                "u3": (AT[0], InnerTensorKey("sizes"), SIZE, AT[1]),
            },
        ),
        "nested": (
            _wrapper(outer=_wrapper(data=tensor((U3, U2)))),
            {
                "u3": (InnerTensorKey("outer"), InnerTensorKey("data"), SIZE, AT[0]),
                "u2": (InnerTensorKey("outer"), InnerTensorKey("data"), SIZE, AT[1]),
            },
        ),
    }
    for what, (value, bindings) in cases.items():
        yield Draft(
            f"pending-inner-{what}",
            ("BND-04",),
            ComputeBindings(before, value),
            (found(done, bindings),),
            features=("key_paths", "inner_tensor"),
        )
    yield Draft(
        "pending-inner-is-missing",
        ("BND-06",),
        ComputeBindings(before, _wrapper(values=tensor((3, U2)))),
        (raises("pending_not_found"),),
        features=("inner_tensor",),
    )
    given = env(u0=(0, 9), u2=(0, None))
    yield Draft(
        "inner-size-is-rebound",
        ("REB-03",),
        rebind(given, {"u0": (InnerTensorKey("data"), SIZE, AT[1])}, _wrapper(data=tensor((3, U2)))),
        (after(given, {"u2": U0}),),
        features=("key_paths", "inner_tensor"),
    )


def _beside() -> Iterator[Draft]:
    """What only looks like the place of a pending symbol binds none."""
    two = env(u0=(0, 9), u2=(0, None), u3=(0, None), s0=(2, None, 5))
    one = env(u0=(0, 9), u2=(0, None))
    for what, before, value, bindings in (
        ("a-product-with-a-known-symbol", one, tup(U0 * U2, U2), {"u2": (AT[1],)}),
        ("a-product-of-three", two, tup(U2 * U3 * 2, U2, U3), {"u2": (AT[1],), "u3": (AT[2],)}),
        ("another-boolean", one, tup(eq(U2, 5), U2), {"u2": (AT[1],)}),
        ("a-known-boolean", one, tup(eq(U0, 1), U2), {"u2": (AT[1],)}),
        ("nothing-but-minus-two", one, number(U2 * -2), {"u2": (DivideByKey(-2),)}),
    ):
        yield Draft(
            f"pending-beside-{what}",
            ("BND-05",),
            ComputeBindings(before, value),
            (found(replace(before, pending=()), bindings),),
            features=("key_paths",),
        )
    yield Draft(
        "pending-beside-one-that-may-be-ignored-is-missing",
        ("BND-06",),
        ComputeBindings(env(u2=(0, None), u3=(0, None), ignorable="u3"), tup(3)),
        (raises("pending_not_found"),),
    )
    of_bits = env(u0=(0, 9), u2=(0, 1))
    yield Draft(
        "a-boolean-is-no-integer",
        ("REB-01",),
        rebind(of_bits, {"u0": ()}, number(eq(U2, 1))),
        (raises("inconsistent", of_bits), raises("refused", of_bits)),
        level=OneOf(("no integer is a boolean", "what stands there is no symbol")),
        features=("convert_bool",),
    )
    yield Draft(
        "old-value-sum",
        ("BND-07",),
        ComputeBindings(one, tup(U2), tup(U0 + 1)),
        says=RECORDED,
        compare=(*REPLACED, "pending"),
    )


def _scopes() -> Iterator[Draft]:
    """Guards are suppressed within the block and nowhere else; a requirement is none."""
    sizes = env(s0=(2, None, 5), u0=(0, None))
    twice = Within("suppress_guards", (Within("suppress_guards", evaluate(ge(S0, 4))), *evaluate(le(S0, 7))))
    yield Draft(
        "decide-among-guards-suppressed-twice",
        ("ENV-08",),
        script(sizes, twice, Ask("bound", S0), *evaluate(ge(S0, 3)), Ask("bound", S0)),
        says=RECORDED,
        compare=GUARDS,
        features=("guards",),
    )
    floor = env(s0=(2, None, 5), u0=(4, None), asserts={"u0": (ge(U0, 4),)})
    yield Draft(
        "require-while-guards-are-suppressed",
        ("ENV-06", "ENV-11"),
        script(sizes, Within("suppress_guards", require(ge(U0, 4))), *known(ge(U0, 4), ge(U0, 5))),
        (answered(floor, True, True, False, compare=(*CONSTRAINTS, "asserts")),),
    )


def _sizes() -> Iterator[Draft]:
    """What may be assumed of a size-like symbol that is known to be below two."""
    sizes = env(size_like="u0", u0=(0, None), u1=(0, None))
    below = (Ask("bound", U0), Ask("guard_size_oblivious", eq(U0, 0)), Ask("guard_size_oblivious", ge(U0, 3)))
    unknown, least = Rejection("data_dependent"), replace(sizes, asserts={name("u0"): (le(U0, 1),)})
    exact = (_truth(True), AnsweredRange(ValueRange(0, 1)), unknown, _truth(False))
    assumed = (_truth(True), AnsweredRange(ValueRange(0, 2)), _truth(False), _truth(False))
    yield Draft(
        "size-oblivious-below-two",
        ("ENV-18",),
        script(sizes, *require(le(U0, 1)), *below),
        tuple([Expected(Returned(EnvironmentResult(each, least)), CONSTRAINTS) for each in (exact, assumed)]),
        level=OneOf(
            (
                "what is known to be below two is not assumed to be more",
                "a size-like symbol is never known to be below two",
            )
        ),
        features=("size_oblivious",),
    )
    yield Draft(
        "size-oblivious-near-the-upper-end",
        ("ENV-18",),
        script(
            env(size_like="u0", u0=(0, 5)),
            Ask("guard_size_oblivious", lt(U0, 4)),
            Ask("guard_size_oblivious", ge(U0, 4)),
        ),
        says=RECORDED,
        features=("size_oblivious",),
    )
    yield Draft(
        "fallbacks-of-size-like",
        ("ENV-08", "ENV-18"),
        script(sizes, *[Ask(q, c) for q in ("guard_or_true", "guard_or_false") for c in _ABOUT_SIZES]),
        says=RECORDED,
        features=("size_oblivious",),
    )
    yield Draft(
        "size-oblivious-of-truths",
        ("ENV-18",),
        script(sizes, Ask("guard_size_oblivious", True), Ask("guard_size_oblivious", False)),
        (answered(sizes, True, False),),
        features=("size_oblivious",),
    )


_ABOUT_SIZES: Final = (eq(U0, 0), ne(U0, 1), lt(U0, 2), eq(U1, 0))


def _truth(value: bool) -> Answered:
    return Answered(number(value))


def _ignored() -> Iterator[Draft]:
    """A float that is to be ignored is not pending, nor is what comes after a block within a block."""
    block = (Within("ignore_fresh", (CreateUnbacked(name("u0"), Sort.INT),)), CreateUnbacked(name("u1"), Sort.INT))
    yield Draft(
        "create-ignored-twice",
        ("ENV-02",),
        script(env(), Within("ignore_fresh", block), CreateUnbacked(name("u2"), Sort.INT)),
        says=RECORDED,
        compare=(*CONSTRAINTS, "pending"),
    )
    yield Draft(
        "create-ignored-float",
        ("ENV-02",),
        script(
            env(),
            Within("ignore_fresh", (CreateUnbacked(name("zuf0"), Sort.FLOAT),)),
            CreateUnbacked(name("zuf1"), Sort.FLOAT),
        ),
        says=RECORDED,
        compare=(*CONSTRAINTS, "pending"),
        features=("floats",),
    )


def _created() -> Iterator[Draft]:
    """Hints at zero and one, below zero, at the ends of a range and outside of it; a float."""
    nothing = env()
    hints: dict[str, CreateBacked] = {
        "one": CreateBacked(name("s0"), 1, 0, None),
        "zero": CreateBacked(name("s0"), 0, 0, None),
        "below-zero": CreateBacked(name("s0"), -3, -5, None),
        "below-zero-unbounded": CreateBacked(name("s0"), -3, None, None),
        "at-the-upper-end": CreateBacked(name("s0"), 64, 3, 64),
    }
    for what, step in hints.items():
        yield Draft(
            f"create-backed-of-hint-{what}",
            ("ENV-03",),
            script(nothing, step),
            says=RECORDED,
            compare=(*GUARDS, "hints"),
        )
    yield Draft(
        "create-backed-float",
        ("ENV-03",),
        script(nothing, CreateBacked(name("zf0"), 2.5)),
        says=RECORDED,
        compare=(*GUARDS, "hints"),
        features=("floats",),
    )
    outside: dict[str, CreateBacked] = {
        "below": CreateBacked(name("s0"), 2, 3, 64),
        "above": CreateBacked(name("s0"), 65, 3, 64),
        "not-the-number": CreateBacked(name("s0"), 4, 5, 5),
    }
    for what, step in outside.items():
        yield Draft(
            f"create-backed-of-hint-{what}",
            ("ENV-03",),
            script(nothing, step),
            says=RECORDED,
            compare=("size_like", "guards"),
        )


def _ends() -> Iterator[Draft]:
    """Ranges that are none, numbers at the very ends, and hints outside."""
    some = env(u0=(0, 9))
    yield Draft(
        "constrain-range-backwards",
        ("ENV-07",),
        script(some, ConstrainRange(U0, 5, 3), Ask("bound", U0)),
        says=RECORDED,
    )
    numbers = [ConstrainRange(each, 5, 9) for each in (5, 9, 4, 10)]
    yield Draft("constrain-plain-numbers", ("ENV-07",), script(some, *numbers), says=RECORDED)
    five = env(u0=ANY, u1=ANY, replacements={"u0": 5, "u1": 9})
    yield Draft(
        "constrain-known-numbers-at-the-ends",
        ("ENV-07",),
        script(five, ConstrainRange(U0, 5, 9), ConstrainRange(U1, 5, 9)),
        says=RECORDED,
    )
    sizes = env(s0=(2, None, 5), s1=(2, 9, 4))
    for what, step in (("below", ConstrainRange(S0, 6, 9)), ("above", ConstrainRange(S1, 2, 3))):
        yield Draft(
            f"constrain-with-the-hint-{what}", ("ENV-07",), script(sizes, step), says=RECORDED, compare=("hints",)
        )
    of_kinds: tuple[Scalar, ...] = (3, True, 2.5, ge(U1, 0), ge(U1, 3), float_symbol("zuf1"), U0)
    yield Draft(
        "static-values-of-each-sort",
        ("ENV-15",),
        script(env(u0=(3, 3), u1=(0, 9), zuf1=ANY, pending=""), *[Ask("has_static_value", term) for term in of_kinds]),
        says=RECORDED,
        features=("floats",),
    )


def _unified() -> Iterator[Draft]:
    """The second is written as the first; only symbols and numbers need be taken."""
    two = env(u0=(0, 9), u1=(0, 9), s0=(2, None, 5))
    yield Draft(
        "unify-replaces-the-second",
        ("ENV-14",),
        script(two, Unify(U0, U1), Ask("replace", U1), Ask("replace", U0)),
        says=RECORDED,
        compare=REPLACED,
    )
    yield Draft(
        "unify-numbers",
        ("ENV-14",),
        script(two, Unify(3, 3), Unify(3, 4), Unify(3, U0), Unify(U1, 4)),
        says=RECORDED,
        compare=REPLACED,
    )
    three = replace(two, replacements={name("u0"): 2})
    for what, step in (("left", Unify(U0 + 1, 3)), ("right", Unify(3, U0 + 1))):
        yield Draft(
            f"unify-a-sum-on-the-{what}",
            ("ENV-14",),
            script(two, step),
            (
                answered(three, None, compare=("constraints",)),
                Expected(Returned(EnvironmentResult((Rejection("refused"),), two)), ("constraints", "replacements")),
            ),
            says=ARITHMETIC,
            level=OneOf(("the equation", "only symbols and numbers are unified")),
        )


CORNERS: Final = (*_inner(), *_beside(), *_scopes(), *_sizes(), *_ignored(), *_created(), *_ends(), *_unified())
