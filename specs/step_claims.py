"""ASK, continued: what each law asks of an observed step and of a whole run, obligation by obligation."""

from __future__ import annotations

from dataclasses import replace

from refimpl.laws.step import Missing, Place, Step
from refimpl.laws.step_link import LINK_OF_STEP, PATH_OF_STEP
from refimpl.laws.step_names import EMIT_OF_STEP, INJ_OF_STEP
from refimpl.laws.step_words import flat
from refimpl.symbolic_shapes import KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    FloatRange,
    Scalar,
    ValueRange,
    eq,
    float_symbol,
    floor_div,
    ge,
    land,
    le,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from tests.laws.observed import F0, S0, S1, U0, U1, U7, U8, step
from tests.laws.seen import atom
from tests.laws.stepping import RAISED, asked, becomes, known

__all__ = ["ASK_04", "ASK_05", "ASK_06"]

_LAWS = "refimpl.laws"
S, T, U, V, W, X = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
Z, Z1 = float_symbol("zuf0"), float_symbol("zuf1")
U9 = atom("u9")
AT: KeyPath = (SequenceKey(0),)
NEXT: KeyPath = (SequenceKey(1),)
NOTHING = ShapeEnvState()
LEAST, GREATEST = -(2**63), 2**63 - 2


def _machine(*terms: Scalar) -> set[Cond]:
    return {c for term in terms for c in flat((ge(term, LEAST), le(term, GREATEST)))}  # type: ignore[arg-type]  # integers


ASK_04 = Clause(
    "ASK-04",
    "LINK of a step: where a constant, backed or derived value takes a symbol's place and the equation is left unsaid,"
    " every condition on the symbol follows for the value.",
    f"{_LAWS}.step_link:_entitled",
    "ask-only-definitions-are-given",
)


@checks(ASK_04)
def test_each_condition_on_the_symbol_is_asked_of_the_value() -> None:
    before = known(ge(U, 0), le(U, S), ge(S, 2), land(ne(U, 3), ge(S, 3)))
    given = frozenset({ge(S, 2), ge(S, 3), eq(U, 7)})
    assert asked(LINK_OF_STEP, becomes(7, before)) == [(goal, given) for goal in (ge(U, 0), le(U, S), ne(U, 3))]
    given = frozenset({ge(S, 2), ge(S, 3), eq(U, T), *_machine(T)})
    assert asked(LINK_OF_STEP, becomes(T, before)) == [(goal, given) for goal in (ge(U, 0), le(U, S), ne(U, 3))]
    given = frozenset({ge(S, 2), ge(S, 3), eq(U, W + 1), *_machine(W, W + 1)})
    assert [each[1] for each in asked(LINK_OF_STEP, becomes(W + 1, before))] == [given] * 3
    half = floor_div(T, 2)
    given = frozenset({ge(S, 2), ge(S, 3), eq(U, half), eq(mod(T, 2), 0), *_machine(T, half)})
    assert [each[1] for each in asked(LINK_OF_STEP, becomes(T, before, None, 2))] == [given] * 3
    found = LINK_OF_STEP.of_step(becomes(7, known(ge(U, 0)))).open
    assert [claim.about for claim in found] == ["u0 >= 0 is recorded, but does not follow for u0 = 7 at [0]"]
    floats = ShapeEnvState(ranges={F0: FloatRange(0.0, 1.0)})
    assert len(asked(LINK_OF_STEP, step(Place(F0, AT, 2.0), before=floats, after=floats))) == 2


@checks(ASK_04)
def test_what_is_known_through_the_symbol_is_asked_and_not_given() -> None:
    # u1 = u0 + 1, u8 another name of u1: what is said of them is said of u0.
    before = known(
        ge(V, 1), le(X, 9), ge(S, 2), replacements={U1: U + 1}, renamings={U8: U1}
    )  # fmt: skip
    given = frozenset({ge(S, 2), eq(U, T), *_machine(T), eq(V, U + 1), eq(X, V)})
    goals = [eq(V, U + 1), eq(X, V), ge(V, 1), le(X, 9)]
    assert asked(LINK_OF_STEP, becomes(T, before)) == [(goal, given) for goal in goals]
    # ... in any order, through a term of several symbols, and through nothing else.
    longer = known(ge(X, 9), ge(symbol("u9"), 4), replacements={U8: V + 1, U1: U + W, U9: S})
    given = frozenset({ge(symbol("u9"), 4), eq(symbol("u9"), S), eq(U, T), *_machine(T), eq(X, V + 1), eq(V, U + W)})
    assert asked(LINK_OF_STEP, becomes(T, longer)) == [(goal, given) for goal in (eq(X, V + 1), eq(V, U + W), ge(X, 9))]
    # Its own definition is not given, although it is written with what is defined by it.
    around = known(replacements={U1: U + 1, U0: 2 * V})
    given = frozenset({eq(V, U + 1), eq(U, T), *_machine(T)})
    assert asked(LINK_OF_STEP, becomes(T, around)) == [(goal, given) for goal in (eq(V, U + 1), eq(U, 2 * V))]
    # A value in terms of them is no other value.
    assert asked(LINK_OF_STEP, becomes(V + 1, before)) == []
    assert asked(LINK_OF_STEP, becomes(2 * X, before)) == []
    # What defines the old symbol itself is asked too.
    own = known(ge(W, 3), replacements={U0: W})
    assert [goal for goal, _ in asked(LINK_OF_STEP, becomes(T, own))] == [eq(U, W)]


@checks(ASK_04)
def test_what_is_recorded_or_no_value_of_its_own_is_not_asked() -> None:
    before = known(ge(U, 0))
    for after in (
        known(ge(U, 0), eq(U, T)),
        replace(before, replacements={U0: T}),
        replace(before, replacements={S1: U}),
        replace(before, replacements={U0: V, U1: T}),
    ):
        assert asked(LINK_OF_STEP, becomes(T, before, after)) == []
    assert len(asked(LINK_OF_STEP, becomes(T, before, replace(before, replacements={U0: S})))) == 1
    assert asked(LINK_OF_STEP, becomes(W, replace(before, pending=(U7,)))) == [], "a fresh symbol is for EXACT"
    for other in (Missing("no"), 1.5, True):
        assert asked(LINK_OF_STEP, becomes(other, before)) == []
    for raised in RAISED:
        assert asked(LINK_OF_STEP, replace(becomes(T, before), raised=raised)) == []
    assert asked(LINK_OF_STEP, replace(becomes(T, before), op="placeholder")) == []


ASK_05 = Clause(
    "ASK-05",
    "PATH of a step: a number stands at each path, and its divisors are positive and divide, by what is known after.",
    f"{_LAWS}.step_link:_path",
    "ask-missing-numbers-are-fine",
)


@checks(ASK_05)
def test_divisors_are_asked_to_divide() -> None:
    before = known(ge(W, 2))
    after = known(ge(W, 4), eq(W, 2 * U))
    assert asked(PATH_OF_STEP, becomes(W, before, after, 2)) == [(eq(mod(W, 2), 0), frozenset(known_after_of(after)))]
    assert asked(PATH_OF_STEP, becomes(2 * W, before, after, 2)) == []
    assert asked(PATH_OF_STEP, becomes(W, before, after)) == []
    both = land(eq(mod(W, 2), 0), eq(mod(floor_div(W, 2), 3), 0))
    assert [goal for goal, _ in asked(PATH_OF_STEP, becomes(W, before, after, 2, 3))] == [both]
    assert [goal for goal, _ in asked(PATH_OF_STEP, becomes(W, before, after, 0))] == [False]
    (claim,) = PATH_OF_STEP.of_step(becomes(W, before, after, 2, 3)).open
    assert "divides by 2 and then by 3, but " in claim.about
    (claim,) = PATH_OF_STEP.of_step(becomes(W, before, after, 0)).open
    assert claim.about == "u0 = u7 at [0] divides by 0, which is not exact"
    assert asked(PATH_OF_STEP, replace(becomes(W, before, after, 2), op="placeholder")) == []


def known_after_of(after: ShapeEnvState) -> tuple[Cond, ...]:
    """What the state says."""
    return flat(after.conditions())


def _missing(seen: Step) -> list[str]:
    found = PATH_OF_STEP.of_step(seen)
    assert all(f.law == "PATH" and f.outcome == "refuted" and f.node == "nonzero" and f.fix for f in found.findings)
    assert not any(f.witness for f in found.findings)
    return [finding.message for finding in found.findings]


@checks(ASK_05)
def test_a_path_without_a_number_is_told() -> None:
    none = Place(U0, AT, Missing("no element"))
    said = "u0 is bound to [0], where no number stands: no element"
    assert _missing(step(none)) == [said]
    assert _missing(step(none, Place(U1, (), Missing("nothing")), Place(U8, NEXT, 3))) == [
        said,
        "u1 is bound to the result, where no number stands: nothing",
    ]
    assert _missing(step(Place(U0, AT, 3))) == []
    for raised in RAISED:
        told = ["a path does not exist: why"] if raised.kind == "path" else []
        assert _missing(step(Place(U0, AT, 3), raised=raised)) == told
        assert _missing(step(none, raised=raised)) == [said]
        assert PATH_OF_STEP.of_step(becomes(W, NOTHING, NOTHING, 2)).open
        # A division that is refused because it need not be exact is no more exact for that.
        refused = PATH_OF_STEP.of_step(replace(becomes(W, NOTHING, NOTHING, 2), raised=raised)).open
        assert [(claim.goal, claim.broken) for claim in refused] == (
            [(eq(mod(W, 2), 0), "refuted")] if raised.kind == "refused" else []
        )
    assert _missing(replace(step(none), op="placeholder")) == []
    # A place without a number does not keep the others from being asked.
    seen = step(none, Place(U1, NEXT, W, (2,)), before=NOTHING, after=NOTHING)
    assert (len(PATH_OF_STEP.of_step(seen).open), _missing(seen)) == (1, [said])


ASK_06 = Clause(
    "ASK-06",
    "INJ and EMIT of a step: one value under two names needs their equality; an assert under a name that the step"
    " gives away, or that is filed nowhere any more though it is taken to hold, follows from what is emitted. What is"
    " known because it was asserted is not emitted.",
    f"{_LAWS}.step_names:_inj",
    "ask-refused-steps-have-no-names",
)


def two(first: Scalar, second: Scalar, before: ShapeEnvState) -> Step:
    """``u0`` and ``u1`` are rebound."""
    return step(Place(U0, AT, first), Place(U1, NEXT, second), before=before, after=before)


@checks(ASK_06)
def test_one_value_under_two_names_needs_their_equality() -> None:
    before = known(ge(U, 0), le(S, 4), hints={S0: 5})
    given = frozenset({ge(U, 0), le(S, 4)})
    assert asked(INJ_OF_STEP, two(W, W, before)) == [(eq(V, U), given)]
    (claim,) = INJ_OF_STEP.of_step(two(W, W, before)).open
    assert claim.about == "one value is bound to u0 and, at [1], to u1, but nothing recorded implies Eq(u1, u0)" or (
        claim.about.startswith("one value is bound to u0 and, at [1], to u1, but nothing recorded implies ")
    )
    assert asked(INJ_OF_STEP, two(W, X, before)) == []
    assert asked(INJ_OF_STEP, two(S, S, before)) == [], "a backed value is no fresh one"
    assert asked(INJ_OF_STEP, two(T, T, before)) == []
    assert asked(INJ_OF_STEP, two(W + 1, W + 1, before)) == []
    assert asked(INJ_OF_STEP, two(3, 3, before)) == []
    # Values are followed to the end, names too.
    chained = replace(before, replacements={U8: W})
    assert [goal for goal, _ in asked(INJ_OF_STEP, two(W, X, chained))] == [eq(V, U)]
    assert asked(INJ_OF_STEP, two(W, W, replace(before, replacements={U1: U}))) == []
    assert asked(INJ_OF_STEP, two(W, W, replace(before, renamings={U1: U0}))) == []
    # Three names of one value: each is compared with the first.
    third = step(*two(W, W, before).places, Place(U9, (), W), before=before, after=before)
    assert [goal for goal, _ in asked(INJ_OF_STEP, third)] == [eq(V, U), eq(symbol("u9"), U)]
    # A name given earlier: u7 is the name of u8, so u0 is its second.
    named = replace(before, renamings={U8: U7})
    assert asked(INJ_OF_STEP, becomes(W, named)) == [(eq(U, W), given | {eq(X, W)})]
    assert asked(INJ_OF_STEP, becomes(W, named, at=U7)) == []
    assert [goal for goal, _ in asked(INJ_OF_STEP, two(W, W, named))] == [eq(U, W), eq(V, U)]
    for raised in RAISED:
        told = 1 if raised.kind == "refused" else 0
        assert len(asked(INJ_OF_STEP, replace(two(W, W, before), raised=raised))) == told
    assert asked(INJ_OF_STEP, replace(two(W, W, before), op="placeholder")) == []


@checks(ASK_06)
def test_an_assert_under_a_name_that_is_given_away_must_follow() -> None:
    before = ShapeEnvState(
        ranges={U0: ValueRange(0, 9), U7: ValueRange(1, None)}, known=(ge(S, 2),), asserts={U0: (le(U, S),)}
    )  # fmt: skip
    filed = {U0: (le(U, S),), U7: (ge(W, 3), le(W, T)), None: (ge(S, 1),)}
    after = replace(before, renamings={U7: U0}, replacements={U7: U}, asserts=filed, known=(ge(S, 3),))
    # The ranges as they were, but not that of the name given away; the asserts under bound names; the definition.
    emitted = frozenset({ge(U, 0), le(U, 9), eq(W, U), le(U, S), ge(S, 1), ge(S, 2)})
    assert asked(EMIT_OF_STEP, becomes(W, before, after)) == [(ge(W, 3), emitted), (le(W, T), emitted)]
    (first, _) = EMIT_OF_STEP.of_step(becomes(W, before, after)).open
    assert first.about == "the assert u7 >= 3 is filed under u7, which nothing binds since it is u0"
    # A replacement by the old symbol gives the name away as a renaming does.
    replaced = replace(after, renamings={})
    assert asked(EMIT_OF_STEP, becomes(W, before, replaced)) == [(ge(W, 3), emitted), (le(W, T), emitted)]
    assert asked(EMIT_OF_STEP, becomes(W, before, replace(replaced, replacements={}))) == []
    assert asked(EMIT_OF_STEP, becomes(W + 1, before, replaced)) == []
    assert (
        asked(EMIT_OF_STEP, becomes(U, before, replace(replaced, replacements={U0: W}, asserts={U0: (le(U, S),)})))
        == []
    )
    # What was filed there when the name was given away already, an earlier step was asked for.
    earlier = replace(before, renamings={U7: U0}, asserts={U7: (ge(W, 3),)})
    assert [goal for goal, _ in asked(EMIT_OF_STEP, becomes(W, earlier, after))] == [le(W, T)]
    same = replace(before, asserts={U7: (ge(W, 3),)})
    assert [goal for goal, _ in asked(EMIT_OF_STEP, becomes(W, same, after))] == [ge(W, 3), le(W, T)]
    assert asked(EMIT_OF_STEP, becomes(W, before, replace(after, asserts={U0: (le(U, S),)}))) == []
    for raised in RAISED:
        assert asked(EMIT_OF_STEP, replace(becomes(W, before, after), raised=raised)) == []


@checks(ASK_06)
def test_what_is_known_because_it_was_asserted_is_no_reason() -> None:
    asserted, other = eq(mod(W, 3), 0), ge(S, 2)
    before = ShapeEnvState(asserts={U7: (asserted,)}, known=(asserted, other))
    # The name is given away: the divisibility that its own assert brought does not speak for it, any other does.
    after = replace(before, renamings={U7: U0}, replacements={U7: U})
    assert asked(EMIT_OF_STEP, becomes(W, before, after)) == [(asserted, frozenset({eq(W, U), other}))]
    # The assert is filed nowhere any more, under whichever name, and the environment goes on to know it.
    for name in (U7, None):
        dropped = replace(before, asserts={name: (le(W, T),)})
        (claim,) = EMIT_OF_STEP.of_step(step(before=before, after=dropped)).open
        assert (claim.law, claim.goal) == ("EMIT", asserted)
        assert frozenset(claim.hypotheses) == frozenset({le(W, T), other})
        assert claim.about == "the assert Eq(Mod(u7, 3), 0) is filed nowhere any more, but is still taken to hold"
        # One that is filed elsewhere is kept; one that is not taken to hold is for EXACT to say.
        assert asked(EMIT_OF_STEP, step(before=before, after=replace(dropped, asserts={U8: (asserted,)}))) == []
        assert asked(EMIT_OF_STEP, step(before=before, after=replace(dropped, known=(other,)))) == []
        for raised in RAISED:
            assert asked(EMIT_OF_STEP, step(before=before, after=dropped, raised=raised)) == []
