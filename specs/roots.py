"""ASK, continued: cycles and collisions, sorts, and what may be said again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.laws.root import ROOT, colliding, cycles
from refimpl.laws.sort import SORT
from refimpl.laws.steady import STEADY
from refimpl.laws.step import Missing, Place, Raised, Step
from refimpl.laws.step_law import ObservedLaw, StepClaims
from refimpl.laws.step_words import known_after
from refimpl.symbolic_shapes import KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    FloatRange,
    Scalar,
    Symbol,
    ValueRange,
    eq,
    float_symbol,
    floor_div,
    ge,
    mod,
    symbol,
)
from specs.clauses import Clause, checks
from tests.laws.observed import F0, U0, U1, U7, U8, step
from tests.laws.seen import atom
from tests.laws.stepping import RAISED, asked, becomes, known

__all__ = ["ASK_07", "ASK_08"]

_LAWS = "refimpl.laws"
S, T, U, V, W, X = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
Z, Z1 = float_symbol("zuf0"), float_symbol("zuf1")
U9 = atom("u9")
AT: KeyPath = (SequenceKey(0),)
NEXT: KeyPath = (SequenceKey(1),)
NOTHING = ShapeEnvState()

ASK_07 = Clause(
    "ASK-07",
    "ROOT and SORT of a step: no symbol comes to replace itself, a renaming leads to a name that is in use, no binding"
    " of two that collide is lost, and no number of another sort is taken, kept or bounded.",
    f"{_LAWS}.root:_on_cycles",
    "ask-symbols-beside-a-cycle-are-on-it",
)


@checks(ASK_07)
def test_the_symbols_on_cycles() -> None:
    def on(replaced: dict[Symbol, Scalar], renamed: dict[Symbol, Symbol] | None = None) -> set[str]:
        return {each.name for each in cycles(ShapeEnvState(replacements=replaced, renamings=renamed or {}))}

    assert on({}) == set()
    assert on({U7: U, U0: V, U1: S}) == set()
    assert on({U7: U, U0: 3}) == set()
    assert on({U7: W + 1}) == {"u7"}
    assert on({U7: U, U0: W}) == {"u0", "u7"}
    assert on({U7: U, U0: V * W, U1: 3}) == {"u0", "u7"}
    # u8 leads to the cycle, u1 is led to from it: neither is on it.
    assert on({U8: U, U7: U, U0: W + V, U1: S}) == {"u0", "u7"}
    assert on({}, {U7: U0, U0: U7}) == {"u0", "u7"}
    assert on({U7: U}, {U0: U7}) == set()
    assert on({U8: X}, {U7: U7}) == {"u7", "u8"}


def _found(law: ObservedLaw, seen: Step) -> list[str]:
    claims: StepClaims = law.of_step(seen)
    for found in claims.findings:
        assert (found.law, found.outcome, found.node, found.witness, bool(found.fix)) == (
            law.name, "refuted", "nonzero", None, True,
        )  # fmt: skip
    return [found.message for found in claims.findings]


@checks(ASK_07)
def test_only_new_cycles_and_renamings_are_told() -> None:
    circle = ShapeEnvState(replacements={U7: U, U0: W})
    said = "after the step u0, u7 is replaced by itself in the end"
    assert _found(ROOT, becomes(W, NOTHING, circle)) == [said]
    assert _found(ROOT, becomes(W, circle, circle)) == []
    other = replace(circle, replacements={**circle.replacements, U8: X})
    assert _found(ROOT, becomes(W, circle, other)) == ["after the step u8 is replaced by itself in the end"]
    # u1 had been renamed to u0: who renames u7 to u1 follows one hop.
    before = ShapeEnvState(renamings={U1: U0})
    hop = ShapeEnvState(renamings={U1: U0, U7: U1})
    assert _found(ROOT, becomes(W, before, hop, at=U1)) == [
        "u7 is renamed to u1, which had been renamed: it is u0 in the end"
    ]
    longer = ShapeEnvState(renamings={U1: U8, U8: U0})
    assert _found(ROOT, becomes(W, longer, replace(longer, renamings={**longer.renamings, U7: U1}))) == [
        "u7 is renamed to u1, which had been renamed: it is u0 in the end"
    ]
    assert _found(ROOT, becomes(W, hop, hop)) == []
    assert _found(ROOT, becomes(W, NOTHING, ShapeEnvState(renamings={U7: U0}))) == []
    assert _found(ROOT, becomes(W, before, ShapeEnvState(renamings={U1: U0, U7: U0}))) == []
    # A name that comes back to what it was renamed to follows no hop.
    assert _found(ROOT, becomes(W, before, ShapeEnvState(renamings={U0: U1}))) == []
    for raised in RAISED:
        assert ROOT.of_step(replace(becomes(W, NOTHING, circle), raised=raised)) == StepClaims()
    assert ROOT.of_step(replace(becomes(W, NOTHING, circle), op="placeholder")) == StepClaims()


@checks(ASK_07)
def test_bindings_that_collide_are_asked_for() -> None:
    before = ShapeEnvState(renamings={U1: U0, U8: U1})
    after = known(ge(W, 1), renamings={U1: U0, U8: U1, U7: U0}, replacements={U7: U})
    after_ = frozenset({ge(W, 1), eq(V, U), eq(X, V), eq(W, U)})

    def goals(*symbols: Symbol) -> list[tuple[Cond, frozenset[Cond]]]:
        places = [Place(each, AT, symbol(f"u{20 + index}")) for index, each in enumerate(symbols)]
        seen = step(*places, before=before, after=after)
        assert len(colliding(seen)) == len(asked(ROOT, seen))
        return asked(ROOT, seen)

    first, second = symbol("u20"), symbol("u21")
    assert goals(U0, U1) == [(eq(U, first), after_), (eq(V, second), after_)]
    assert goals(U1, U8) == [(eq(V, first), after_), (eq(X, second), after_)]
    assert goals(U0, U8) == [(eq(U, first), after_), (eq(X, second), after_)]
    assert goals(U0, U9) == []
    assert goals(U0) == []
    assert [goal for goal, _ in goals(U9, U1, U0)] == [eq(V, second), eq(U, symbol("u22"))]
    seen = step(Place(U0, AT, W), Place(U1, NEXT, X), before=before, after=after)
    assert "[1] is lost: u1 = u8 collides with another binding of the node under u0" in [
        claim.about for claim in ROOT.of_step(seen).open
    ]
    assert set(known_after(seen)) == {ge(W, 1), eq(V, U), eq(X, V), eq(W, U)}


@checks(ASK_07)
def test_numbers_keep_their_sort() -> None:
    for value, text in ((1.5, "1.5"), (True, "True"), (Z, "zuf0")):
        assert _found(SORT, becomes(value, NOTHING)) == [f"u0, of sort int, is rebound to {text} at [0]"]
    assert _found(SORT, step(Place(F0, (), 3), before=NOTHING, after=NOTHING)) == [
        "zuf0, of sort float, is rebound to 3 at the result"
    ]
    for fine in (1, W, Missing("no")):
        assert _found(SORT, becomes(fine, NOTHING)) == []
    for raised in RAISED:
        assert _found(SORT, replace(becomes(1.5, NOTHING), raised=raised)) == []
    assert _found(SORT, replace(becomes(1.5, NOTHING), op="placeholder")) == []
    mixed = ShapeEnvState(replacements={U7: 1.5, U8: U, F0: Z1}, renamings={U1: F0})
    said = ["u7, of sort int, is replaced by 1.5", "u1, of sort int, is replaced by zuf0"]
    assert _found(SORT, becomes(1, NOTHING, mixed)) == said
    assert _found(SORT, replace(becomes(1, NOTHING, mixed), raised=RAISED[0], op="placeholder")) == said
    assert _found(SORT, becomes(1, mixed, mixed)) == []
    assert _found(SORT, becomes(1, replace(mixed, renamings={}), mixed)) == said[1:]


@checks(ASK_07)
def test_ranges_keep_their_sort() -> None:
    good = ShapeEnvState(ranges={U0: ValueRange(0, 1), F0: FloatRange(0.0, 1.0)})
    bad = ShapeEnvState(ranges={U0: FloatRange(0.0, 1.0), F0: ValueRange(0, 1)})
    said = [
        "the range of u0, of sort int, becomes one of the other sort",
        "the range of zuf0, of sort float, becomes one of the other sort",
    ]
    assert _found(SORT, becomes(1, NOTHING, good)) == []
    assert _found(SORT, becomes(1, NOTHING, bad)) == said
    assert _found(SORT, becomes(1, good, bad)) == said
    assert _found(SORT, becomes(1, bad, bad)) == []
    half = replace(bad, ranges={U0: bad.ranges[U0]})
    assert _found(SORT, becomes(1, half, bad)) == said[1:]


ASK_08 = Clause(
    "ASK-08",
    "STEADY of a step: what holds already is refused only where what is known has no solution.",
    f"{_LAWS}.steady:_of_step",
    "ask-refusals-are-steady",
)


@checks(ASK_08)
@pytest.mark.parametrize("raised", [None, *RAISED])
def test_what_holds_already_may_be_said_again(raised: Raised | None) -> None:
    before = known(ge(U, 0), replacements={U7: U, U1: S}, renamings={U8: U7})
    told = raised is not None and raised.kind in ("inconsistent", "refused", "other")
    given = frozenset({ge(U, 0), eq(W, U), eq(V, S), eq(X, W)})

    def found(*places: Place) -> list[tuple[Cond, frozenset[Cond]]]:
        return asked(STEADY, step(*places, before=before, after=before, raised=raised))

    for place in (Place(U0, AT, W), Place(U0, AT, U), Place(U0, AT, X), Place(U8, AT, U), Place(U1, AT, S)):
        assert found(place) == ([(False, given)] if told else [])
    assert found(Place(U0, AT, W), Place(U1, NEXT, S)) == ([(False, given)] if told else [])
    for place in (Place(U0, AT, V), Place(U0, AT, W + 1), Place(U9, AT, W), Place(U0, AT, Missing("no"))):
        assert found(place) == []
    assert found(Place(U0, AT, W), Place(U1, NEXT, W)) == []
    assert found(Place(U0, AT, W), Place(U1, NEXT, Missing("no"))) == []
    half = replace(before, replacements={**before.replacements, U9: floor_div(W, 2)})
    seen = step(Place(U9, AT, W, (2,)), before=half, after=half, raised=raised)
    divides = {eq(mod(W, 2), 0), eq(symbol("u9"), floor_div(W, 2))}
    assert asked(STEADY, seen) == ([(False, given | divides)] if told else [])
    assert asked(STEADY, replace(seen, places=())) == []
    divided = found(Place(U0, AT, 2 * U, (2,)))
    assert divided == ([(False, given)] if told else [])
    if raised is not None and told:
        seen = step(Place(U0, AT, W), before=before, after=before, raised=raised)
        (claim,) = STEADY.of_step(seen).open
        assert claim.about == "u0 = u7 holds already, but is refused when it is said again: Error: why"
