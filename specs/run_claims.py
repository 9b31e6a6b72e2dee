"""ASK, continued: what is asked of a whole run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.laws.implementation import judge_run
from refimpl.laws.steady import STEADY
from refimpl.laws.step import Missing, Place, Raised, RunRecord, Step
from refimpl.laws.step_bound import DOM_OF_RUN, FRESH_OF_RUN
from refimpl.laws.step_law import ObservedLaw, StepClaims
from refimpl.laws.step_names import EMIT_OF_STEP, INJ_OF_STEP
from refimpl.solver import make_solver
from refimpl.symbolic_shapes import KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import Cond, FloatRange, Symbol, ValueRange, eq, ge, le, ne, symbol
from specs.clauses import Clause, checks
from specs.observed import IMP_04, IMP_05
from tests.laws.observed import S0, U0, U1, U7, U8
from tests.laws.seen import atom
from tests.laws.stepping import known, ran

__all__ = ["ASK_09", "ASK_10", "ASK_11"]

_LAWS = "refimpl.laws"
S, U, V, W, X = (symbol(name) for name in ("s0", "u0", "u1", "u7", "u8"))
U9 = atom("u9")
AT: KeyPath = (SequenceKey(0),)
NEXT: KeyPath = (SequenceKey(1),)
NOTHING = ShapeEnvState()
FAILED = Raised("other", "Error", "why")
SOLVER = make_solver()


def at(node: str, *places: Place, before: ShapeEnvState = NOTHING, after: ShapeEnvState | None = None) -> Step:
    """A step at a node; by default it changes nothing."""
    return Step(node, "call_function", places, before, before if after is None else after)


def _told(law: ObservedLaw, run: RunRecord) -> list[tuple[str, str]]:
    found = law.of_run(run)
    assert not found.open
    assert all((f.law, f.outcome, f.witness, bool(f.fix)) == (law.name, "refuted", None, True) for f in found.findings)
    assert law.of_run(replace(run, raised=FAILED)) == StepClaims()
    return [(finding.node, finding.message) for finding in found.findings]


def bounded(ranges: dict[Symbol, Range]) -> ShapeEnvState:
    """A state that knows the ranges."""
    return replace(NOTHING, ranges=ranges)


ASK_09 = Clause(
    "ASK-09",
    "Every recorded binding is rebound by a step of its node, and every symbol that is pending in the end is bound.",
    f"{_LAWS}.step_bound:_not_rebound",
    "ask-any-node-rebinds",
)


@checks(ASK_09, IMP_05)
def test_each_recorded_binding_is_rebound_by_its_node() -> None:
    steps = (at("a", Place(U0, AT, W)), at("b", Place(U1, AT, X), Place(U8, NEXT, Missing("no"))))
    recorded = (("a", U0, AT), ("b", U1, AT), ("b", U8, NEXT))
    assert _told(DOM_OF_RUN, ran(*steps, recorded=recorded)) == []
    said = "is bound at a[1], but no step rebinds it when the graph runs"
    assert _told(DOM_OF_RUN, ran(*steps, recorded=(*recorded, ("a", U1, NEXT)))) == [("a", f"u1 {said}")]
    assert _told(DOM_OF_RUN, ran(*steps[1:], recorded=(("a", U0, NEXT), ("a", U8, NEXT)))) == [
        ("a", f"u0 {said}"), ("a", f"u8 {said}"),
    ]  # fmt: skip
    below = ran(*steps, recorded=(("c/body/a", U0, AT),))
    (finding,) = DOM_OF_RUN.of_run(below).findings
    assert (finding.node, "sub-graph" in finding.fix) == ("c/body/a", True)
    (finding,) = DOM_OF_RUN.of_run(ran(recorded=(("a", U0, AT),))).findings
    assert "sub-graph" not in finding.fix
    # A placeholder rebinds what stands there by its own name.
    for value, told in ((U, 0), (W, 1), (3, 1)):
        placeholder = replace(at("x", Place(U0, AT, value)), op="placeholder")
        assert len(_told(DOM_OF_RUN, ran(placeholder, recorded=(("x", U0, AT),)))) == told


@checks(ASK_09, IMP_05)
def test_each_pending_symbol_is_bound() -> None:
    def told(*steps: Step, recorded: tuple[tuple[str, Symbol, KeyPath], ...] = (), **after: object) -> list[str]:
        state = replace(NOTHING, pending=(U7,), **after)  # type: ignore[arg-type]  # the tests name fields
        found = _told(FRESH_OF_RUN, ran(*steps, recorded=recorded, after=state))
        assert all(node == "the run" for node, _ in found)
        return [message for _, message in found]

    said = ["u7 is pending when the graph has run: no node binds it"]
    assert told() == said
    assert told(at("a", Place(U0, AT, X))) == said
    assert told(at("a", Place(U0, AT, Missing("no")))) == said
    assert told(at("a", Place(U0, AT, W))) == []
    assert told(at("a", Place(U0, AT, W + X))) == []
    assert told(at("a", Place(U7, AT, Missing("no")))) == []
    assert told(replace(at("a", Place(U0, AT, W)), op="placeholder")) == said
    assert told(replace(at("a", Place(U7, AT, W)), op="placeholder")) == []
    assert told(recorded=(("a", U7, AT),)) == []
    assert told(ignorable=(U7,)) == []
    assert told(renamings={U7: U0}) == []
    assert told(renamings={U0: U7}) == said
    assert told(replacements={U7: U}) == []
    # One value is left to it: it is determined.
    for interval, count in (
        (ValueRange(3, 3), 0),
        (ValueRange(3, 4), 1),
        (ValueRange(3, None), 1),
        (ValueRange(None, None), 1),
        (FloatRange(1.0, 1.0), 1),
    ):
        assert len(told(ranges={U7: interval})) == count
    # So it is by what is required of it, and not by what is required of it beside another that nothing binds.
    determined: list[tuple[ShapeEnvState, int]] = [
        (replace(NOTHING, pending=(U7,), asserts={U7: (ge(W, 3), le(W, 3))}), 0),
        (replace(NOTHING, pending=(U7,), known=(eq(W, U + 1),)), 0),
        (replace(NOTHING, pending=(U7,), guards=(ge(W, 3), le(W, 4))), 1),
        (replace(NOTHING, pending=(U7, U8), known=(eq(W, X + 1),)), 2),
    ]
    for state, count in determined:
        found = judge_run(ran(after=state), SOLVER, laws=(FRESH_OF_RUN,))
        assert [(finding.law, finding.outcome) for finding in found] == [("FRESH", "refuted")] * count
    before = ran(before=replace(NOTHING, pending=(U7,)), after=replace(NOTHING, pending=(U7, U8)))
    assert _told(FRESH_OF_RUN, before) == [("the run", "u8 is pending when the graph has run: no node binds it")]


@checks(ASK_09, IMP_05)
def test_what_a_sub_graph_allocates_is_bound_there() -> None:
    ranges: dict[Symbol, Range] = dict.fromkeys(
        (U7, U8, S0, *(atom(f"u{index}") for index in range(20, 25))), ValueRange(0, None)
    )
    below = (("c/body/a", U0, AT), ("c/body/b", U1, AT), ("d/other/a", U1, AT))
    run = ran(
        recorded=below, before=replace(NOTHING, ranges={U8: ValueRange(0, 1)}), after=replace(NOTHING, ranges=ranges)
    )
    assert _told(FRESH_OF_RUN, run) == [
        (
            "c/body",
            "while c/body, d/other ran, symbols were allocated that no node binds: u7, u20, u21, u22 and 2 more",
        )
    ]
    four = replace(
        run, after=replace(NOTHING, ranges={k: v for k, v in ranges.items() if k.name not in ("u24", "u23")})
    )
    assert _told(FRESH_OF_RUN, four)[0][1].endswith("binds: u7, u20, u21, u22")
    assert _told(FRESH_OF_RUN, replace(run, recorded=(("a", U0, AT),))) == []
    assert (
        _told(FRESH_OF_RUN, replace(run, after=replace(NOTHING, ranges={S0: ValueRange(0, 1), U8: ValueRange(1, 1)})))
        == []
    )
    rebound = [at(node, Place(name, AT, W)) for node, name, _ in below]
    assert _told(FRESH_OF_RUN, replace(run, steps=tuple(rebound))) == []
    partly = replace(run, steps=tuple(rebound[:1]))
    assert _told(FRESH_OF_RUN, partly) == [
        (
            "c/body",
            "while c/body, d/other ran, symbols were allocated that no node binds: u20, u21, u22, u23 and 1 more",
        )
    ]


ASK_10 = Clause(
    "ASK-10",
    "Of a whole run: a name that two sites of one branch bind needs their values to be equal, and an assert filed late"
    " under a name that is gone must follow.",
    f"{_LAWS}.step_names:_run_together",
    "ask-branches-exclude-themselves",
)


def _asked(law: ObservedLaw, run: RunRecord) -> list[tuple[str, Cond, frozenset[Cond]]]:
    found = law.of_run(run)
    assert not found.findings
    assert all((claim.law, bool(claim.about), bool(claim.fix)) == (law.name, True, True) for claim in found.open)
    return [(claim.node, claim.goal, frozenset(claim.hypotheses)) for claim in found.open]


@checks(ASK_10, IMP_05)
def test_two_sites_under_one_name_need_equal_values() -> None:
    later = known(ge(U, 0))
    first, second = at("a", Place(U0, AT, W)), at("b", Place(U0, AT, X), before=later)
    assert _asked(INJ_OF_STEP, ran(first, second)) == [("b", eq(U, X), frozenset({ge(U, 0)}))]
    (claim,) = INJ_OF_STEP.of_run(ran(first, second)).open
    assert claim.about == "a and b share the name u0, but their values need not be equal"
    third = at("c", Place(U0, AT, symbol("u9")))
    assert [each[0] for each in _asked(INJ_OF_STEP, ran(first, second, third))] == ["b", "c"]
    for other in (
        at("a", Place(U0, NEXT, X)),
        at("b", Place(U0, AT, W)),
        at("b", Place(U1, AT, X)),
        at("b", Place(U0, AT, 3)),
        at("b", Place(U0, AT, S)),
        replace(second, op="placeholder"),
        replace(second, raised=FAILED),
        at("b", Place(U0, AT, X), before=known(replacements={U8: W})),
    ):
        assert _asked(INJ_OF_STEP, ran(first, other)) == []
    assert _asked(INJ_OF_STEP, ran(replace(first, raised=FAILED), second)) == []
    assert _asked(INJ_OF_STEP, ran(replace(first, op="placeholder"), second)) == []


@checks(ASK_10, IMP_05)
@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("a", "b", True),
        ("c/true/a", "b", True),
        ("a", "c/true/b", True),
        ("c/true/a", "c/true/b", True),
        ("c/true/a", "c/true/d/false/b", True),
        ("c/true/d/false/a", "c/true/b", True),
        ("c/true/a", "c/false/b", False),
        ("c/true/a", "c/true_1/b", False),
        ("c/true/d/true/a", "c/false/b", False),
        ("c/true/a", "c/false/d/true/b", False),
    ],
)
def test_branches_exclude_each_other(one: str, other: str, together: bool) -> None:
    run = ran(at(one, Place(U0, AT, W)), at(other, Place(U0, AT, X)))
    assert [node for node, _, _ in _asked(INJ_OF_STEP, run)] == ([other] if together else [])


@checks(ASK_10, IMP_05)
def test_an_assert_filed_after_the_renaming_must_follow() -> None:
    renamed = replace(NOTHING, renamings={U7: U0}, replacements={U7: U}, asserts={U7: (ge(W, 3),)})
    done = at("a", Place(U0, AT, W), after=renamed)
    after = replace(renamed, asserts={U7: (ge(W, 3), le(W, 9)), U0: (ge(U, 1),)})
    emitted = frozenset({eq(W, U), ge(U, 1)})
    # The first was there when the step gave the name away: it was asked for then.
    assert _asked(EMIT_OF_STEP, ran(done, after=after)) == [("the run", le(W, 9), emitted)]
    assert _asked(EMIT_OF_STEP, ran(after=after)) == [("the run", goal, emitted) for goal in (ge(W, 3), le(W, 9))]
    begun = replace(NOTHING, asserts={U7: (le(W, 9),)}, known=(ge(S, 2),), ranges={U0: ValueRange(0, None)})
    assert _asked(EMIT_OF_STEP, ran(before=begun, after=after)) == [
        ("the run", ge(W, 3), emitted | {ge(S, 2), ge(U, 0)})
    ]
    assert _asked(EMIT_OF_STEP, ran(done, after=replace(after, asserts={U0: (ge(U, 1),)}))) == []
    assert _asked(EMIT_OF_STEP, ran(done, after=replace(after, renamings={}))) == []
    assert EMIT_OF_STEP.of_run(replace(ran(done, after=after), raised=FAILED)) == StepClaims()
    # A name that an earlier step had given away is not forgotten by a later one.
    later = at("b", Place(U1, AT, X), before=renamed, after=replace(renamed, renamings={U7: U0, U8: U1}))
    assert [goal for _, goal, _ in _asked(EMIT_OF_STEP, ran(done, later, after=after))] == [le(W, 9)]


ASK_11 = Clause(
    "ASK-11",
    "STEADY of a run: the second run knows what the first knew and no more, in old names, and pending symbols, asserts"
    " and replacements of old symbols do not grow.",
    f"{_LAWS}.steady:_different",
    "ask-replacements-may-grow",
)


@checks(ASK_11, IMP_04)
def test_the_second_run_knows_what_the_first_knew() -> None:
    first = known(ge(U, 0), le(U, 9), renamings={U7: U0})
    base = frozenset({ge(U, 0), le(U, 9), eq(W, U)})

    def asked(*conditions: Cond, **changes: object) -> list[tuple[str, Cond, frozenset[Cond]]]:
        again = replace(first, known=conditions, **changes)  # type: ignore[arg-type]  # the tests name fields
        return _asked(STEADY, ran(after=first, again=again))

    assert asked(ge(U, 0), le(U, 9)) == []
    assert asked(le(U, 9), ge(U, 0)) == []
    assert asked(ge(U, 0), le(U, 9), ne(U, 3)) == [("the second run", ne(U, 3), base)]
    assert asked(ge(U, 0)) == [("the second run", le(U, 9), base - {le(U, 9)})]
    assert asked(ge(U, 0), le(U, 8)) == [
        ("the second run", le(U, 8), base),
        ("the second run", le(U, 9), frozenset({ge(U, 0), le(U, 8), eq(W, U)})),
    ]
    # What is said of the second run's own symbols is said in old names, where it can be.
    named = {"renamings": {U7: U0, U8: U0}}
    assert asked(ge(X, 0), le(U, 9), **named) == []
    assert [goal for _, goal, _ in asked(ge(X, 0), le(X, 9), ge(X, 2), **named)] == [ge(U, 2)]
    assert asked(ge(U, 0), le(U, 9), ge(X, 2)) == []
    (new, gone) = STEADY.of_run(ran(after=first, again=replace(first, known=(ge(U, 0), le(U, 8))))).open
    assert new.about == "u0 <= 8 is known only after the graph ran again"
    assert gone.about == "u0 <= 9 is known after the first run and not after the second"
    assert STEADY.of_run(ran(after=first)) == StepClaims()
    assert STEADY.of_run(replace(ran(after=first, again=NOTHING), raised=FAILED)) == StepClaims()


@checks(ASK_11, IMP_04)
def test_nothing_grows_in_the_second_run() -> None:
    first = known(
        pending=(U9,), asserts={U0: (ge(U, 1),)}, ranges={U0: ValueRange(1, None), U1: ValueRange(1, None)}
    )  # fmt: skip

    def told(**changes: object) -> list[str]:
        again = replace(first, **changes)  # type: ignore[arg-type]  # the tests name fields
        found = STEADY.of_run(ran(after=first, again=again)).findings
        assert all(
            (f.law, f.outcome, f.node, bool(f.fix)) == ("STEADY", "refuted", "the second run", True) for f in found
        )
        return [finding.message for finding in found]

    assert told() == []
    assert told(pending=(U8,)) == []
    assert told(pending=()) == []
    assert told(pending=(U9, U8)) == ["pending symbols grow with each run: 1 after the first, 2 after the second"]
    more = {U0: (ge(U, 1),), U1: (ge(V, 1),)}
    assert told(asserts=more) == ["runtime asserts grow with each run: 1 after the first, 2 after the second"]
    assert told(asserts={U0: (ge(U, 1), ge(U, 1))}) == [
        "runtime asserts grow with each run: 1 after the first, 2 after the second"
    ]
    assert told(asserts={U0: (ge(U, 1),), U8: (ge(X, 1), le(X, U))}) == [], "it says so of its own value"
    assert told(asserts={}) == []
    alone = known(ge(U, 0))
    asserted = ran(after=alone, again=replace(alone, asserts={U0: (ge(U, 0),)}))
    (grown,) = STEADY.of_run(asserted).findings
    assert grown.message == "runtime asserts grow with each run: 0 after the first, 1 after the second"
    assert told(replacements={U1: U, U8: U}) == [
        "u1 stood for itself after the first run and is replaced by u0 after it"
    ]
    both = ran(after=replace(first, replacements={U1: U}), again=replace(first, replacements={U1: S}))
    assert STEADY.of_run(both).findings == ()
