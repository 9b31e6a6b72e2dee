"""STP: what ATOM, EXACT and FRAME ask of one step, obligation by obligation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.laws.atom import ATOM, differences
from refimpl.laws.exact import EXACT, is_discardable
from refimpl.laws.frame import FRAME
from refimpl.laws.step import Missing, Place, Raised, Step
from refimpl.laws.step_law import NOTHING, StepClaim
from refimpl.symbolic_shapes import DivideByKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, FloatRange, Scalar, Symbol, ValueRange, bool_symbol, eq, ge, le, lor, mod, symbol
from specs.clauses import Clause, checks
from specs.words import ASK_02, ASK_03
from tests.laws.observed import AFTER, AT, BEFORE, F0, NEXT, S0, S1, SIZE, U0, U1, U7, U8, becomes, step

__all__ = ["STP_01", "STP_02", "STP_03", "STP_04", "STP_05", "STP_06"]

_LAWS = "refimpl.laws"
S, T, U, V, F, G = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
NAN = float("nan")
FAILED = Raised("data-dependent", "GuardOnDataDependentSymNode", "?")
EMPTY = ShapeEnvState()

STP_01 = Clause(
    "STP-01",
    "Each part of two states is compared: what is gone, what is new and what has changed, and nothing that is only"
    " written otherwise.",
    f"{_LAWS}.atom:differences",
    "stp-guards-are-not-compared",
)
STP_02 = Clause(
    "STP-02",
    "ATOM names the first three traces of a step that raised and counts the others; a step that did not raise may leave"
    " any.",
    f"{_LAWS}.atom:_of_step",
    "stp-the-third-trace-is-not-named",
)


@checks(STP_01)
@pytest.mark.parametrize(
    ("before", "after", "traces"),
    [
        (ShapeEnvState(hints={S0: 5}), EMPTY, ["hint of s0|gone"]),
        (EMPTY, ShapeEnvState(hints={S0: 5}), ["s0 has a new hint|5"]),
        (ShapeEnvState(hints={S0: 5}), ShapeEnvState(hints={S0: 6}), ["hint of s0 was 5 and is 6"]),
        (ShapeEnvState(hints={F0: NAN}, pending=(U7,)), ShapeEnvState(hints={F0: float("nan")}, pending=(U7,)), []),
        (ShapeEnvState(ranges={U0: SIZE}), EMPTY, ["range of u0|gone"]),
        (EMPTY, ShapeEnvState(ranges={U0: SIZE}), ["u0 has a new range"]),
        (EMPTY, ShapeEnvState(ranges={U0: ValueRange(None, None)}), []),
        (ShapeEnvState(ranges={U0: ValueRange(None, None)}), EMPTY, []),
        (EMPTY, ShapeEnvState(ranges={F0: FloatRange()}), ["zuf0 has a new range"]),
        (EMPTY, ShapeEnvState(ranges={F0: ValueRange(None, None)}), ["zuf0 has a new range"]),
        (ShapeEnvState(hints={S0: 5}), ShapeEnvState(hints={S0: 5.0}, pending=(U8,)), ["u8 is pending now"]),
        (ShapeEnvState(ranges={U0: SIZE}), ShapeEnvState(ranges={U0: ValueRange(0, 3)}), ["range of u0 was"]),
        (ShapeEnvState(replacements={U7: U}), EMPTY, ["replacement of u7|gone"]),
        (EMPTY, ShapeEnvState(replacements={U7: U}), ["u7 has a new replacement, "]),
        (ShapeEnvState(replacements={U7: U}), ShapeEnvState(replacements={U7: V}), ["replacement of u7 was"]),
        (
            ShapeEnvState(replacements={U7: G, U8: U}),
            ShapeEnvState(replacements={U7: U, U8: U}),
            [],
        ),
        (ShapeEnvState(renamings={U7: U0}), EMPTY, ["renaming of u7|gone"]),
        (EMPTY, ShapeEnvState(renamings={U7: U0}), ["u7 has a new renaming"]),
        (ShapeEnvState(renamings={U7: U0}), ShapeEnvState(renamings={U7: U1}), ["renaming of u7 was"]),
        (ShapeEnvState(guards=(ge(S, 3),)), EMPTY, ["the guard |gone"]),
        (EMPTY, ShapeEnvState(guards=(ge(S, 3),)), ["new guard, "]),
        (ShapeEnvState(guards=(ge(S, 3),) * 2), ShapeEnvState(guards=(ge(S, 3),)), ["the guard |gone"]),
        (ShapeEnvState(guards=(ge(S, 3), ge(T, 3))), ShapeEnvState(guards=(ge(T, 3), ge(S, 3))), []),
        (ShapeEnvState(asserts={U0: (ge(U, 3),)}), EMPTY, ["assert u0 >= 3 under u0 is gone"]),
        (EMPTY, ShapeEnvState(asserts={None: (ge(S, 3),)}), ["new assert, s0 >= 3 under no symbol"]),
        (
            ShapeEnvState(asserts={U0: (ge(U, 3),)}),
            ShapeEnvState(asserts={U1: (ge(U, 3),)}),
            ["under u0 is gone", "new assert, u0 >= 3 under u1"],
        ),
        (ShapeEnvState(known=(eq(mod(U, 2), 0),)), EMPTY, ["the condition |gone"]),
        (EMPTY, ShapeEnvState(known=(eq(mod(U, 2), 0),)), ["new condition, "]),
        (ShapeEnvState(known=(ge(U, 1), ge(U, 1))), ShapeEnvState(known=(ge(U, 1),)), []),
        (EMPTY, ShapeEnvState(size_like=frozenset((U1, U0))), ["u0 is size-like now", "u1 is size-like now"]),
        (ShapeEnvState(size_like=frozenset((U0,))), EMPTY, ["u0 is size-like no longer"]),
        (EMPTY, ShapeEnvState(pending=(U7,)), ["u7 is pending now"]),
        (ShapeEnvState(pending=(U7,)), EMPTY, ["u7 is pending no longer"]),
        (EMPTY, ShapeEnvState(ignorable=(U7,)), ["u7 is ignorable now"]),
        (ShapeEnvState(ignorable=(U7,)), EMPTY, ["u7 is ignorable no longer"]),
        (BEFORE, BEFORE, []),
        (BEFORE, replace(BEFORE), []),
    ],
)
def test_the_traces_of_a_step(before: ShapeEnvState, after: ShapeEnvState, traces: list[str]) -> None:
    found = list(differences(before, after))
    assert len(found) == len(traces), found
    for text, words in zip(found, traces, strict=True):
        for word in words.split("|"):
            assert word in text, (word, text)
    raised = ATOM.of_step(step(before=before, after=after, raised=FAILED))
    assert len(raised.findings) == bool(traces)


@checks(STP_02)
def test_three_traces_are_named_and_the_others_counted() -> None:
    assert ATOM.name == "ATOM"
    names = sorted((U0, U1, U7, U8, S0), key=lambda each: each.name)
    for count in range(1, 6):
        after = replace(BEFORE, pending=tuple(names[:count]))
        (finding,) = ATOM.of_step(step(after=after, raised=FAILED)).findings
        assert (finding.law, finding.outcome, finding.node) == ("ATOM", "refuted", "nonzero")
        assert finding.fix
        assert "GuardOnDataDependentSymNode" in finding.message
        assert finding.message.count("is pending now") == min(count, 3)
        assert finding.message.endswith(f"; and {count - 3} more") == (count > 3)
        assert finding.message.count(";") == min(count, 3) - 1 + (count > 3)
    assert ATOM.of_step(step(after=replace(BEFORE, pending=(U8,)))) is NOTHING
    assert ATOM.of_step(step(after=BEFORE, raised=FAILED)) is NOTHING


STP_03 = Clause(
    "STP-03",
    "EXACT asks after a step for what was known before and for each equation, from what is known after; and for what is"
    " new, from what was known and the equations.",
    f"{_LAWS}.exact:_lost",
    "stp-equations-of-no-quotient-are-asked-for",
)
STP_04 = Clause(
    "STP-04",
    "EXACT asks of a refusal that its equations have no solution, if each place has one and they were not said before.",
    f"{_LAWS}.exact:_solvable",
    "stp-refusals-are-not-asked",
)
STP_05 = Clause(
    "STP-05",
    "What stands for a size-like symbol from now on is size-like; a value is discardable if it is no unbacked symbol.",
    f"{_LAWS}.exact:_not_size_like",
    "stp-size-likeness-ends-at-one-hop",
)


def _asked(found: Step) -> list[tuple[str, Cond]]:
    """The kind and goal of each obligation of EXACT, which must rest on what it should."""
    claims = EXACT.of_step(found)
    assert not claims.findings
    return [(claim.about.partition(":")[0], claim.goal) for claim in claims.open]


def _claims(found: Step) -> tuple[StepClaim, ...]:
    claims = EXACT.of_step(found).open
    assert all((claim.law, claim.node) == ("EXACT", "nonzero") and claim.fix for claim in claims)
    return claims


SAID = (ge(U, 0), le(U, 10), ge(F, 0), ge(S, 2), ge(T, 2), le(U, S))


@checks(STP_03)
def test_a_right_step_is_asked_for_its_equation_and_for_what_is_new() -> None:
    lossy, inventive = _claims(step())
    assert (lossy.goal, inventive.goal) == (eq(U, F), le(F, 10))
    assert set(lossy.hypotheses) == {*SAID, le(F, 10), eq(U, F)}
    assert set(inventive.hypotheses) == {*SAID, eq(U, F)}
    assert [(claim.broken, claim.discarded) for claim in (lossy, inventive)] == [("refuted", False)] * 2
    assert "u0 = u7" in lossy.about
    assert "u0 = u7" in inventive.about


@checks(STP_03, ASK_02)
def test_a_renaming_says_nothing_by_itself() -> None:
    only_renamed = replace(BEFORE, renamings={U7: U0})
    (lossy,) = _claims(step(after=only_renamed))
    assert (lossy.goal, set(lossy.hypotheses)) == (eq(U, F), set(SAID))
    kept = replace(BEFORE, renamings={U8: U0})
    found = step(before=kept, after=replace(AFTER, renamings={U8: U0, U7: U0}))
    assert all(eq(U, G) in claim.hypotheses for claim in _claims(found))


@checks(STP_03)
def test_what_is_lost_and_what_is_invented_is_asked_for() -> None:
    assert _asked(step(after=replace(AFTER, asserts={}))) == [
        ("lossy", le(U, S)),
        ("lossy", eq(U, F)),
        ("inventive", le(F, 10)),
    ]
    more = replace(AFTER, known=(ge(U, 1),))
    assert _asked(step(after=more)) == [("lossy", eq(U, F)), ("inventive", le(F, 10)), ("inventive", ge(U, 1))]
    two = step(Place(U0, AT, F), Place(U1, NEXT, G), after=replace(BEFORE, replacements={U7: U, U8: V}), before=BEFORE)
    assert _asked(two) == [("lossy", eq(U, F)), ("lossy", eq(V, G))]


@checks(STP_03, ASK_03)
def test_the_callers_part_is_for_frame_to_judge() -> None:
    wider = replace(AFTER, ranges={key: found for key, found in AFTER.ranges.items() if key is not S1})
    assert _asked(step(after=wider)) == [("lossy", eq(U, F)), ("inventive", le(F, 10))]
    guarded = replace(AFTER, guards=(le(S, 64),))
    assert _asked(step(after=guarded)) == [("lossy", eq(U, F)), ("inventive", le(F, 10))]
    before = replace(BEFORE, guards=(le(S, 64),))
    assert _asked(step(before=before)) == [("lossy", eq(U, F)), ("inventive", le(F, 10))]


@checks(STP_03)
def test_values_that_are_for_other_laws_are_not_asked_for() -> None:
    invented = replace(BEFORE, known=(ge(U, 3),))
    assert _asked(replace(becomes(1.5), after=invented)) == []
    both = step(Place(U0, AT, 1.5), Place(U1, NEXT, G), after=invented)
    assert _asked(both) == [("lossy", eq(V, G))]
    missing = Place(U0, AT, Missing("gone"))
    assert _asked(step(missing, after=invented)) == [("inventive", ge(U, 3))]
    assert "rebinding nothing asks" in _claims(step(missing, after=invented))[0].about
    assert _asked(step(Place(U0, AT, U), after=BEFORE)) == []
    zero = Place(U0, (*AT, DivideByKey(0)), F, (0,))
    assert "lossy" not in [kind for kind, _ in _asked(step(zero, after=BEFORE))]
    half = Place(U0, (*AT, DivideByKey(2)), F, (2,))
    assert [kind for kind, _ in _asked(step(half, after=BEFORE))] == ["lossy"]
    assert EXACT.of_step(replace(step(), op="placeholder")) is NOTHING
    assert EXACT.of_step(replace(step(), raised=FAILED)) is NOTHING
    assert EXACT.of_step(replace(step(), raised=Raised("path", "PathError", "m"))) is NOTHING


@checks(STP_03)
@pytest.mark.parametrize(
    ("value", "state", "discarded"),
    [
        (2, BEFORE, True),
        (T, BEFORE, True),
        (F + 1, BEFORE, True),
        (F, BEFORE, False),
        (F, replace(BEFORE, hints={**BEFORE.hints, U7: 4}), True),
        (F, replace(BEFORE, replacements={U7: T}), True),
        (F, replace(BEFORE, replacements={U7: V}), False),
        (F, replace(BEFORE, renamings={U7: U1}), False),
    ],
)
def test_a_value_is_discardable_if_it_is_no_unbacked_symbol(
    value: Scalar, state: ShapeEnvState, discarded: bool
) -> None:
    found = step(Place(U0, AT, value), before=state, after=state)
    assert is_discardable(found, value) == discarded
    assert [claim.discarded for claim in _claims(found) if "lossy" in claim.about] == [discarded]


@checks(STP_04)
def test_a_refusal_is_asked_whether_it_has_a_solution() -> None:
    for raised, broken in (
        (Raised("inconsistent", "AssertionError", "memo disaster"), "refuted"),
        (Raised("refused", "AssertionError", "memo disaster"), "undecided"),
        (Raised("other", "AssertionError", "memo disaster"), "undecided"),
    ):
        kind = raised.kind
        (claim,) = _claims(step(after=AFTER, raised=raised))
        assert (claim.goal, claim.broken, claim.discarded) == (False, broken, False)
        assert set(claim.hypotheses) == {*SAID, eq(U, F)}
        assert ("inconsistent" in claim.about) == (kind == "inconsistent")
        assert ("AssertionError" in claim.about) == (kind != "inconsistent")
        assert "u0 = u7" in claim.about
        assert "memo disaster" in claim.about
        assert _asked(step(Place(U0, AT, Missing("gone")), raised=raised)) == []
        assert _asked(step(Place(U0, AT, F), Place(U1, NEXT, Missing("gone")), raised=raised)) == []
        assert _asked(step(Place(U0, AT, U), raised=raised)) == []
        assert _asked(replace(step(raised=raised), places=())) == []
        assert _asked(step(Place(U0, AT, F), Place(U1, NEXT, V), raised=raised)) == []
        renamed = replace(BEFORE, renamings={U7: U0})
        assert _asked(step(before=renamed, raised=raised)) == []
        both = step(Place(U0, AT, F), Place(U1, NEXT, G), raised=raised)
        assert "u0 = u7, u1 = u8" in _claims(both)[0].about


@checks(STP_05)
def test_size_likeness_passes_to_what_stands_for_the_symbol_in_the_end() -> None:
    def found(
        replacements: dict[Symbol, Scalar], *likes: Symbol, before: ShapeEnvState = BEFORE, hints: bool = False
    ) -> list[str]:
        after = replace(BEFORE, replacements=replacements, size_like=frozenset(likes))
        start = replace(before, hints={**before.hints, U8: 3}) if hints else before
        after = replace(after, hints={**after.hints, U8: 3}) if hints else after
        findings = EXACT.of_step(step(before=start, after=after)).findings
        assert all((each.law, each.outcome, each.node) == ("EXACT", "refuted", "nonzero") for each in findings)
        for each in findings:
            assert each.fix.partition(" size-like")[0].removeprefix("make ") in each.message
        return [each.message.partition(" is size-like")[0] for each in findings]

    assert found({U0: G}, U7) == ["u0"]
    assert found({U0: G, U7: G}) == ["u0", "u7"]
    assert found({U0: G}, U7, U8) == []
    assert found({U0: G}, U7, hints=True) == []
    assert found({U0: T}, U7) == []
    assert found({U0: 3}, U7) == []
    assert found({U0: 2.5}, U7) == []
    assert found({U0: F0}, U7) == []
    assert found({U0: G + 1}, U7) == []
    assert found({U0: G, U8: V}, U7, U8) == ["u0"]
    assert found({U0: G, U8: V}, U7, U1) == []
    assert found({U1: G}, U7) == []
    assert found({U0: G}, U7, before=replace(BEFORE, replacements={U0: G})) == []


STP_06 = Clause(
    "STP-06",
    "FRAME asks for every condition on backed symbols alone, in both directions, for each backed symbol that is newly"
    " replaced, and finds changed hints.",
    f"{_LAWS}.frame:_changed",
    "stp-the-contract-may-widen",
)


def _framed(found: Step) -> list[tuple[str, Cond]]:
    claims = FRAME.of_step(found).open
    assert all(
        (claim.law, claim.node, claim.broken) == ("FRAME", "nonzero", "refuted") and claim.fix for claim in claims
    )
    return [(claim.about.partition(" ")[0].strip(":"), claim.goal) for claim in claims]


@checks(STP_06)
def test_the_callers_conditions_are_asked_for_in_both_directions() -> None:
    assert _framed(step()) == []
    narrow = replace(AFTER, ranges={**AFTER.ranges, S0: ValueRange(3, 10)}, guards=(ge(T, S),))
    claims = FRAME.of_step(step(after=narrow)).open
    assert _framed(step(after=narrow)) == [
        ("narrowed", ge(S, 3)),
        ("narrowed", le(S, 10)),
        ("narrowed", ge(T, S)),
        ("widened", ge(S, 2)),
    ]
    assert {frozenset(claim.hypotheses) for claim in claims[:3]} == {frozenset((ge(S, 2), ge(T, 2)))}
    assert set(claims[3].hypotheses) == {ge(S, 3), le(S, 10), ge(T, 2), ge(T, S)}
    wide = replace(AFTER, ranges={U0: AFTER.ranges[U0], U7: AFTER.ranges[U7], S1: SIZE})
    assert _framed(step(after=wide)) == [("narrowed", ge(T, 0)), ("widened", ge(S, 2)), ("widened", ge(T, 2))]
    # What only speaks of the caller's symbols counts wherever it is filed.
    filed = replace(BEFORE, asserts={None: (le(S, 64),)})
    assert _framed(step(before=filed, after=replace(AFTER, guards=(le(S, 64),)))) == []
    moved = step(before=replace(BEFORE, guards=(le(S, 64),)), after=replace(AFTER, known=(le(S, 64),)))
    assert _framed(moved) == []
    opaque = replace(BEFORE, known=(lor(bool_symbol("p0"), ge(S, 3)),))
    (claim,) = FRAME.of_step(step(before=opaque, after=replace(AFTER, known=opaque.known, guards=(ge(S, 3),)))).open
    assert set(claim.hypotheses) == {ge(S, 2), ge(T, 2)}, "what a branch says is not the caller's"
    mixed = replace(AFTER, guards=(le(U, S),))
    assert _framed(step(before=BEFORE, after=mixed)) == [("narrowed", le(U, S))]
    assert FRAME.of_step(step(after=narrow, raised=FAILED)) is NOTHING


@checks(STP_06)
def test_a_backed_symbol_that_is_replaced_is_asked_for() -> None:
    def claim(
        replacements: dict[Symbol, Scalar], renamings: dict[Symbol, Symbol], before: ShapeEnvState = BEFORE
    ) -> list[tuple[Cond, bool, bool]]:
        after = replace(before, replacements=replacements, renamings=renamings)
        found = [c for c in FRAME.of_step(step(before=before, after=after)).open if "replaces" in c.about]
        return [
            (each.goal, set(each.hypotheses) == {*SAID, eq(U, F)}, set(each.hypotheses) == set(SAID)) for each in found
        ]

    assert claim({S1: S}, {}) == [(eq(T, S), True, False)]
    assert claim({S1: 4}, {}) == [(eq(T, 4), True, False)]
    assert claim({S1: U}, {}) == [(eq(T, U), False, True)]
    assert claim({S1: S + U}, {}) == [(eq(T, S + U), False, True)]
    assert claim({}, {S1: S0}) == [(eq(T, S), True, False)]
    assert claim({}, {S1: U0}) == [(eq(T, U), False, True)]
    assert claim({S1: 4}, {S1: S0}) == [(eq(T, 4), True, False)]
    assert claim({S1: 2.5}, {}) == []
    assert claim({U1: S}, {U8: U1}) == []
    assert claim({S1: S}, {}, replace(BEFORE, replacements={S1: S})) == []
    assert claim({S1: S}, {}, replace(BEFORE, renamings={S1: S0})) == []


@checks(STP_06)
def test_a_changed_hint_is_found() -> None:
    def found(before: dict[Symbol, int | float | None], after: dict[Symbol, int | float | None]) -> list[str]:
        findings = FRAME.of_step(step(before=replace(BEFORE, hints=before), after=replace(AFTER, hints=after))).findings
        assert all((each.law, each.outcome, each.node) == ("FRAME", "refuted", "nonzero") for each in findings)
        assert all(each.fix for each in findings)
        return [each.message for each in findings]

    (changed,) = found({S0: 5, S1: 3}, {S0: 6, S1: 3})
    assert "hint of s0 was 5 and is 6" in changed
    (gone,) = found({S0: 5, S1: 3}, {S0: 5})
    assert "hint of s1 was 3 and is None" in gone
    assert found({S0: 5}, {S0: 5, S1: 3}) == []
    assert found({S0: NAN}, {S0: float("nan")}) == []
    assert len(found({S0: NAN}, {S0: 2.0})) == 1
    assert len(found({S0: 2.0}, {S0: NAN})) == 1
