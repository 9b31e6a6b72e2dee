"""THY: what is assumed when an obligation of a program is judged, and what follows of it without a solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.laws.law import Claim, Given
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import holds
from refimpl.symbolic_shapes import Definition, Specialization
from refimpl.terms import Cond, Number, eq, ge, land, le, lnot, lor, mod, ne, symbol
from specs.clauses import Clause, checks
from specs.hypotheses import OBL_07
from specs.verdicts import LAW_10
from tests.laws.judging import claim
from tests.laws.seen import EMPTY, P, S, U, V, atom, fact, observed, stated

__all__ = ["THY_01", "THY_02", "THY_03"]

_LAWS = "refimpl.laws"
W, X = symbol("u7"), symbol("u8")

_SEEN = replace(
    observed(
        contract=(ge(S, 2), True, land(ge(S, 1), le(S, 200))),
        machine=(le(S, 100),),
        definitions=(Definition("n", atom("u7"), (), U + 1), Definition("n", atom("u8"), (), 2 * S, (P,))),
        facts=(fact(ge(U, 0), order=1), fact(le(U, S), order=5), fact(ge(V, 3), order=7, under=(P,))),
        after=(stated(ge(W, 5), order=3), replace(stated(ge(V, 1), order=4), lost="nothing computes it")),
        before=(stated(le(U, 50)), stated(ge(V, 2), under=(P,))),
    ),
    extra_machine=(le(W, 99),),
    specializations=(Specialization("n", le(V, 9), "u1 = 3"), Specialization("n", le(W, 70), "", (P,))),
)
_BASE = [ge(S, 2), ge(S, 1), le(S, 200), le(S, 100), lor(lnot(P), eq(X, 2 * S))]
_FACTS: list[Cond] = [ge(U, 0), le(U, S), lor(lnot(P), ge(V, 3))]
_AFTER: list[Cond] = [ge(U, 4), ge(V, 1)]
_BEFORE: list[Cond] = [le(U, 50), lor(lnot(P), ge(V, 2))]
_LAYOUT: list[Cond] = [le(V, 9), lor(lnot(P), le(U, 69))]

THY_01 = Clause(
    "THY-01",
    "Assumed are the contract, machine integers, definitions, the facts met so far and the side that is given, each"
    " once and in one order, with defined symbols written out.",
    f"{_LAWS}.theory:Theory.hypotheses",
    "thy-layouts-are-assumed-unasked",
)


@checks(THY_01)
@pytest.mark.parametrize(
    ("side", "layout", "until", "wanted"),
    [
        (None, False, None, [*_BASE, *_FACTS]),
        ("after", False, None, [*_BASE, *_FACTS, *_AFTER]),
        ("before", False, None, [*_BASE, *_FACTS, *_BEFORE]),
        ("emitted", False, None, [*_BASE, *_FACTS, *_AFTER[:1]]),
        ("after", True, None, [*_BASE, *_FACTS, *_AFTER, *_LAYOUT]),
        (None, True, None, [*_BASE, *_FACTS, *_LAYOUT]),
        ("before", False, 1, [*_BASE, *_BEFORE]),
        ("before", False, 2, [*_BASE, *_FACTS[:1], *_BEFORE]),
        ("before", False, 5, [*_BASE, *_FACTS[:1], *_BEFORE]),
        ("before", False, 6, [*_BASE, *_FACTS[:2], *_BEFORE]),
        ("before", True, 8, [*_BASE, *_FACTS, *_BEFORE, *_LAYOUT]),
    ],
)
def test_the_hypotheses_are_those_of_the_side(
    side: Given | None, layout: bool, until: int | None, wanted: list[Cond]
) -> None:
    assert Theory(_SEEN).hypotheses(side, layout=layout, until=until) == tuple(wanted)


@checks(THY_01)
def test_conditions_are_written_in_the_words_that_are_left() -> None:
    theory = Theory(_SEEN)
    assert theory.extra == (le(U, 98),)
    assert theory.mapping == {atom("u7"): U + 1}
    for _ in range(2):
        assert theory.written(ge(W, 3)) is ge(U, 2)
        assert theory.written(ge(W, U)) is True
        assert theory.written(ge(X, 3)) is ge(X, 3)
    assert theory.written(True) is True
    assert theory.written(False) is False
    assert Theory(EMPTY).written(ge(W, 3)) is ge(W, 3)
    false = replace(_SEEN, facts=(*_SEEN.facts, fact(ge(W, U + 2), order=9)))
    assert Theory(false).hypotheses("after") == (False,)
    assert Theory(false).hypotheses("after", until=9) == Theory(_SEEN).hypotheses("after")


def _asked(goal: Cond, side: Given = "after", **changes: object) -> Claim:
    return replace(claim(goal, given=side), **changes)  # type: ignore[arg-type]  # the tests name fields


@checks(THY_01, OBL_07)
def test_an_obligation_has_what_is_connected_with_its_goal() -> None:
    theory = Theory(_SEEN)
    assert theory.obligation(_asked(ge(W, 9))).goal is ge(U, 8)
    # Through s0 and u8 everything but u1 is reached; u1 through the predicate.
    assert theory.obligation(_asked(ge(W, 9))).hypotheses == theory.hypotheses("after")
    apart = replace(EMPTY, facts=(fact(ge(U, 1)), fact(ge(V, 1), order=1), fact(le(U, X), order=2)))
    alone = Theory(apart)
    assert alone.obligation(_asked(ge(V, 2))).hypotheses == (ge(V, 1),)
    assert alone.obligation(_asked(ge(U, 2))).hypotheses == (ge(U, 1), le(U, X))
    assert alone.obligation(_asked(ge(V, 2)), extra=(le(V, 9), le(X, 5))).hypotheses == (ge(V, 1), le(V, 9))
    inside = _asked(ge(V, 2), predicates=(ge(U, 7),))
    assert alone.obligation(inside).hypotheses == (ge(U, 1), ge(V, 1), le(U, X), ge(U, 7))
    assert alone.obligation(_asked(ge(U, 2), "before", until=2)).hypotheses == (ge(U, 1),)
    layout = Theory(replace(apart, specializations=(Specialization("n", le(V, 3), ""),)))
    assert layout.obligation(_asked(ge(V, 2), layout=True)).hypotheses == (ge(V, 1), le(V, 3))
    assert layout.obligation(_asked(ge(V, 2))).hypotheses == (ge(V, 1),)
    assert theory.obligation(_asked(ge(U, 2))).name == "LINK n"
    assert theory.obligation(_asked(ge(U, 2), node=None)).name == "LINK"


THY_02 = Clause(
    "THY-02",
    "What is stated, what its intervals imply, a part of a disjunction where the others fail, and inside a branch what"
    " is stated of it follow without a solver.",
    f"{_LAWS}.theory:Theory._inside",
    "thy-branches-establish-nothing",
)
THY_03 = Clause(
    "THY-03",
    "What follows without a solver holds wherever everything assumed holds.",
    f"{_LAWS}.theory:_Scope.settles",
    "thy-one-part-is-enough",
)
_HIDDEN = lor(eq(V, 5), ge(U, 60))
_SETTLED: list[tuple[Claim, bool]] = [
    (_asked(True), True),
    (_asked(False), False),
    (_asked(ge(S, 2)), True),
    (_asked(ge(S, 3), "before"), False),
    (_asked(ge(S, 4)), True),
    (_asked(ge(S, 5)), False),
    (_asked(le(S, 100)), True),
    (_asked(le(S, 99)), False),
    (_asked(ge(U, 4)), True),
    (_asked(ge(W, 5)), True),
    (_asked(ge(W, 6)), False),
    (_asked(le(U, 100)), True),
    (_asked(le(U, 50)), False),
    (_asked(le(U, 50), "before"), True),
    (_asked(ge(U, 4), "before"), False),
    (_asked(ge(U, 0), "before"), True),
    (_asked(ge(V, 1)), True),
    (_asked(ge(V, 1), "emitted"), False),
    (_asked(ge(U, 4), "emitted"), True),
    (_asked(land(ge(U, 4), ge(S, 2))), True),
    (_asked(land(ge(U, 4), ge(S, 5))), False),
    (_asked(land(ge(U, 5), ge(S, 2))), False),
    (_asked(lor(ge(S, 3), eq(S, 2)), "before"), True),
    (_asked(lor(ge(S, 4), eq(S, 2)), "before"), False),
    (_asked(land(lor(ge(S, 3), eq(S, 2)), ge(U, 0)), "before"), True),
    (_asked(land(lor(ge(S, 4), eq(S, 2)), ge(U, 0)), "before"), False),
    (_asked(lor(P, ge(U, 4))), True),
    (_asked(lor(ge(U, 4), P)), True),
    (_asked(lor(ge(U, 9), ge(V, 5))), False),
    (_asked(_HIDDEN), False),
    # Inside a branch.
    (_asked(ge(V, 3)), False),
    (_asked(ge(V, 3), predicates=(P,)), True),
    (_asked(ge(V, 3), predicates=(lnot(P),)), False),
    (_asked(ge(V, 4), predicates=(P,)), False),
    (_asked(P, predicates=(P,)), True),
    (_asked(P), False),
    (_asked(lor(lnot(P), ge(V, 3))), True),
    (_asked(ge(V, 2), "before", predicates=(P,)), True),
    (_asked(ge(V, 2), "before"), False),
    (_asked(ge(V, 3), predicates=(P, ge(U, 9))), True),
    (_asked(ge(U, 9), predicates=(P, ge(W, 10))), True),
    # Layout.
    (_asked(le(V, 9)), False),
    (_asked(le(V, 9), layout=True), True),
    (_asked(le(V, 8), layout=True), False),
    (_asked(le(U, 69), layout=True), False),
    (_asked(le(U, 69), layout=True, predicates=(P,)), True),
    (_asked(le(U, 69), predicates=(P,)), False),
    # Facts met so far.
    (_asked(ge(U, 0), "before", until=2), True),
    (_asked(ge(U, 0), "before", until=1), False),
    (_asked(le(U, S), "before", until=6), True),
    (_asked(le(U, S), "before", until=5), False),
    (_asked(le(U, 50), "before", until=0), True),
    (_asked(ge(U, 4), "before", until=9), False),
    (_asked(ge(S, 2), "before", until=0), True),
    (_asked(ge(V, 3), "before", until=8, predicates=(P,)), True),
    (_asked(ge(V, 3), "before", until=7, predicates=(P,)), False),
    (_asked(ge(V, 2), "before", until=0, predicates=(P,)), True),
    (_asked(ge(V, 2), "before", until=0, predicates=(lnot(P),)), False),
    (_asked(ge(V, 3), "before", until=8), False),
    (_asked(le(V, 9), "before", until=8, predicates=(P,)), False),
]


@checks(THY_02, THY_03)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_follows_plainly(backwards: bool) -> None:
    theory = Theory(_SEEN)
    for asked, wanted in reversed(_SETTLED) if backwards else _SETTLED:
        assert theory.settles(asked) is wanted, asked
        assert Theory(_SEEN).settles(asked) is wanted, asked
        if asked.until is None and not asked.layout:
            assert theory.follows(asked.goal, asked.given, asked.predicates) is wanted, asked


@checks(THY_02, THY_03, LAW_10)
def test_what_follows_in_the_order_of_the_log() -> None:
    facts = tuple(fact(ge(U, 10 * order), order=order) for order in range(8))
    theory = Theory(replace(EMPTY, facts=facts))
    for until in (1, 2, 2, 5, 3, 8, 1, 4, 0, 7):
        least = 10 * (until - 1)
        assert theory.settles(_asked(ge(U, least), "before", until=until)) is (until > 0)
        assert not theory.settles(_asked(ge(U, least + 1), "before", until=until))


@checks(THY_02)
def test_intervals_are_those_of_what_holds_in_every_branch() -> None:
    theory = Theory(_SEEN)
    asked: list[tuple[Given | None, bool | None, bool | None]] = [
        (None, None, None), ("before", True, None), ("after", None, True), ("emitted", None, True),
    ]  # fmt: skip
    for side, small, large in asked:
        for _ in range(2):
            bounds = theory.bounds(side)
            assert (bounds.known(le(U, 50)), bounds.known(ge(U, 4))) == (small, large)
            assert bounds.known(ge(V, 3)) is None
            assert bounds.known(le(V, 9)) is None
            assert bounds.known(ge(U, 0)) is True
    contradiction = Theory(replace(_SEEN, facts=(*_SEEN.facts, fact(False, order=9), fact(True, order=10))))
    assert contradiction.hypotheses(None) == (False,)
    assert not contradiction.settles(_asked(_HIDDEN))


_POOL: list[Cond] = [
    ge(U, 0), ge(U, 1), le(U, 2), ge(V, 1), le(V, U), eq(V, 2), ne(U, 1), ge(U + V, 3), lor(P, ge(U, 2)), P, lnot(P),
    land(ge(U, 1), le(V, 1)), lor(ge(V, 2), le(U, 0)), eq(mod(U, 2), 0), lor(eq(U, 0), eq(V, 0)), le(U, S),
    lor(eq(V, 2), ne(U, 1)),
]  # fmt: skip
_BOX: list[dict[str, Number]] = [
    {"u0": u, "u1": v, "s0": s, "p0": p} for u, v, s, p in product(range(-1, 4), range(-1, 4), (0, 2), (True, False))
]


@dataclass(frozen=True)
class Question:
    """What is stated, and a claim."""

    seen: Observation
    claim: Claim


def _order(index: int) -> int:
    return index


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A few conditions on either side, some under the predicate, and one that may follow."""
    chosen = st.lists(st.tuples(st.sampled_from(_POOL), st.booleans()), max_size=2)

    def some(found: list[tuple[Cond, bool]]) -> tuple[Stated, ...]:
        return tuple(
            stated(condition, order=_order(index), under=(P,) if inside else ())
            for index, (condition, inside) in enumerate(found)
        )

    one = st.sampled_from(_POOL)
    goals = st.one_of(one, st.tuples(one, one).map(lambda two: land(*two)))
    seen = replace(
        EMPTY,
        facts=some(draw(chosen)),
        after=some(draw(chosen)),
        before=some(draw(chosen)),
        contract=replace(EMPTY.contract, conditions=tuple(draw(st.lists(st.sampled_from(_POOL), max_size=1)))),
    )
    asked = replace(
        claim(draw(goals), given=draw(st.sampled_from(("after", "before")))),
        predicates=(P,) if draw(st.booleans()) else (),
    )
    if asked.given == "before" and draw(st.booleans()):
        asked = replace(asked, until=draw(st.integers(0, 2)))
    return Question(seen, asked)


@checks(THY_03)
@settings(max_examples=250)
@given(question=questions())
def test_what_follows_holds_where_everything_assumed_holds(question: Question) -> None:
    asked = question.claim
    theory = Theory(question.seen)
    if not theory.settles(asked):
        return
    obligation = theory.obligation(asked)
    for valuation in _BOX:
        assumed = (*theory.hypotheses(asked.given, until=asked.until), *asked.predicates)
        if all(holds(condition, valuation) for condition in assumed):
            assert holds(asked.goal, valuation), valuation
        if all(holds(condition, valuation) for condition in obligation.hypotheses):
            assert holds(obligation.goal, valuation), valuation
