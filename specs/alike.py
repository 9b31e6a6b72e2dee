"""RUN and others, continued: small theories against an enumeration of every valuation; nothing given is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.laws.attempts import Attempts
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import supply_of
from refimpl.laws.consist import breaking, common_model, contradicting, find_model, shrunk, with_defined
from refimpl.laws.decide import decide
from refimpl.laws.law import Claim, Given
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.observe import observe
from refimpl.laws.replay import replay
from refimpl.laws.theory import Theory
from refimpl.laws.witness import minimize
from refimpl.solver import Number, Obligation, Proved, Refuted, Undecided, Verdict, completed, holds, make_solver
from refimpl.symbolic_shapes import Definition
from refimpl.symbolic_shapes.events import Specialization
from refimpl.terms import Cond, eq, ge, le, lnot, lor, mod, ne, of_atom
from specs.clauses import checks
from specs.deciding import OBL_11
from specs.judging import JDG_03
from specs.laws import LAW_01
from specs.models import RUN_06, RUN_07, RUN_09
from specs.replays import RPL_03
from specs.theories import THY_01, THY_02, THY_03
from specs.verdicts import LAW_12
from tests.laws.judging import claim
from tests.laws.programs import loaded, two_numbers
from tests.laws.seen import P, S, U, V, atom, fact, observed

__all__: list[str] = []

SOLVER = make_solver()
HINTS: Final = {"s0": 2}
Point: TypeAlias = dict[str, Number]
W = of_atom(atom("u7"))
_BOX: Final = tuple(bound for symbol in (S, U, V) for bound in (ge(symbol, 0), le(symbol, 2)))
_POOL: Final[tuple[Cond, ...]] = (
    ge(U, 1), le(U, 1), eq(U, V), ne(U, S), ge(U + V, 3), le(S, U), eq(mod(V, 2), 1), lor(eq(U, 0), ge(V, 2)), le(V, 0),
    ge(W, 2), le(W, 2), eq(W, S), ge(S, 1), P, lnot(P), lor(P, ge(W, 3)),
)  # fmt: skip
_PREDICATES: Final[tuple[tuple[Cond, ...], ...]] = ((), (), (), (P,), (lnot(P),), (P, ge(V, 1)))


@st.composite
def theories(draw: st.DrawFn) -> Observation:
    """Conditions on three numbers between 0 and 2, on a fourth that is one more than another, and on a branch."""

    def some(most: int) -> tuple[Stated, ...]:
        drawn = draw(st.lists(st.tuples(st.sampled_from(_POOL), st.sampled_from(_PREDICATES)), max_size=most))
        lost = draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
        return tuple(
            Stated("n", condition, "assert", under, order=order, lost="gone" if gone else "")
            for order, ((condition, under), gone) in enumerate(zip(drawn, lost, strict=True))
        )

    return replace(
        observed(
            contract=_BOX,
            hints=dict(HINTS),
            bound=frozenset({atom("s0")}),
            definitions=(Definition("n", atom("u7"), (), U + 1),),
            facts=tuple(replace(each, source="fact", lost="") for each in some(2)),
            before=tuple(replace(each, lost="") for each in some(4)),
            after=some(4),
        ),
        extra_machine=tuple(draw(st.lists(st.sampled_from((le(U * V, 2), ge(U * S, 1), ne(W * V, 4))), max_size=1))),
        specializations=tuple(
            Specialization("n", condition, "", draw(st.sampled_from(_PREDICATES)))
            for condition in draw(st.lists(st.sampled_from(_POOL), max_size=1))
        ),
    )


def true(point: Point, statements: Sequence[Stated]) -> bool:
    """Whether each statement is true there, where its branch is taken."""
    return all(
        holds(each.condition, point) or not all(holds(one, point) for one in each.predicates) for each in statements
    )


def sides(seen: Observation, side: Given | None) -> tuple[Stated, ...]:
    """What that side states, after the facts."""
    emitted = tuple(each for each in seen.after if not each.lost)
    chosen = {None: (), "before": seen.before, "after": seen.after, "emitted": emitted}[side]
    return (*seen.facts, *chosen)


def points(seen: Observation, statements: Sequence[Stated], *, products: bool = True) -> list[Point]:
    """The valuations at which all of them are true, found by trying every one."""
    found: list[Point] = []
    for s, u, v, p in product(range(3), range(3), range(3), (False, True)):
        point: Point = {"s0": s, "u0": u, "u1": v, "p0": p, "u7": u + 1}
        if true(point, statements) and (not products or all(holds(each, point) for each in seen.extra_machine)):
            found.append(point)
    return found


def whole(found: Point) -> Point:
    """The point with a value for all that it leaves out, and for the number that is one more than another."""
    point: Point = {"s0": 0, "u0": 0, "u1": 0, "p0": False, **found}
    return {**point, "u7": int(point["u0"]) + 1}


@checks(RUN_07, RUN_06, LAW_01, LAW_12, THY_01)
@settings(max_examples=60)
@given(theories())
def test_a_model_is_found_exactly_where_trying_every_valuation_finds_one(seen: Observation) -> None:
    theory = Theory(seen)
    both: tuple[Given, Given] = ("before", "after")
    for side in (*both, "emitted"):
        found = find_model(theory, side, HINTS, SOLVER)
        possible = points(seen, sides(seen, side))
        if found is None:
            assert possible == []
        else:
            assert not isinstance(found, str)
            assert whole(dict(found)) in possible
    shared = common_model(theory, HINTS, None)
    assert shared is None or whole(dict(shared)) in points(seen, (*sides(seen, "before"), *sides(seen, "after")))


@checks(RUN_07, LAW_01, LAW_12, THY_01)
@settings(max_examples=40)
@given(theories())
def test_the_first_statement_that_leaves_no_valuation_is_named(seen: Observation) -> None:
    theory = Theory(seen)
    for side, stated in (("before", seen.before), ("after", seen.after)):
        counts = [len(points(seen, (*seen.facts, *stated[:length]))) for length in range(len(stated) + 1)]
        if counts[-1] == 0:
            first = counts.index(0)
            named = contradicting(theory, "before" if side == "before" else "after", SOLVER)
            assert named == (stated[first - 1] if first else None)


@dataclass
class Hesitant:
    """Gives up on what speaks of too little."""

    until: Cond

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """Nothing, unless the condition is assumed."""
        return tuple(
            SOLVER.decide([each])[0] if self.until in each.hypotheses else Undecided("too little")
            for each in obligations
        )


@checks(LAW_01, RUN_07)
def test_a_statement_is_named_only_where_a_solver_says_that_it_leaves_none() -> None:
    after = tuple(Stated("n", each, "assert") for each in (ge(U, 1), ge(V, 1), le(U, 0), le(V, 0)))
    theory = Theory(observed(after=after))
    assert contradicting(theory, "after", SOLVER) == after[2]
    assert contradicting(theory, "after", Hesitant(le(V, 0))) == after[3]
    branch = (after[0], replace(after[2], predicates=(P,)), *after[1::2])
    assert contradicting(Theory(observed(after=branch)), "after", SOLVER) == after[3]


@st.composite
def asked(draw: st.DrawFn) -> tuple[Observation, Claim]:
    """A claim of one side, in a branch, of what was met before or under what was taken from hints."""
    seen = draw(theories())
    chosen: tuple[Given, ...] = ("before", "after", "emitted")
    side = draw(st.sampled_from(chosen))
    found = claim(draw(st.sampled_from(_POOL)), given=side, under=draw(st.sampled_from(_PREDICATES)))
    if side == "before" and draw(st.booleans()):
        return seen, replace(found, until=draw(st.integers(0, 2)))
    return seen, replace(found, layout=draw(st.booleans()))


@checks(OBL_11, LAW_12, THY_01, THY_02, THY_03, JDG_03)
@settings(max_examples=100)
@given(asked(), st.booleans())
def test_a_verdict_is_what_trying_every_valuation_says(question: tuple[Observation, Claim], reprove: bool) -> None:
    seen, given_ = question
    theory = Theory(seen)
    met = tuple(each for each in seen.facts if given_.until is None or each.order < given_.until)
    layout = tuple(Stated(each.node, each.condition, "fact", each.under) for each in seen.specializations)
    stated = (*met, *sides(seen, given_.given)[len(seen.facts) :], *(layout if given_.layout else ()))
    inside = [
        point for point in points(seen, stated, products=False) if all(holds(p, point) for p in given_.predicates)
    ]
    (decided,) = decide(theory, [given_], SOLVER, reprove=reprove)
    assert isinstance(decided.verdict, (Proved, Refuted))
    if not inside:
        return  # contradictory hypotheses prove everything
    wrong = [point for point in inside if not holds(given_.goal, point)]
    bounded = [point for point in wrong if all(holds(each, point) for each in seen.extra_machine)]
    if isinstance(decided.verdict, Proved):
        assert bounded == []
    else:
        assert wrong
        run = {name: value for name, value in inside[-1].items() if name != "u7"}
        tried = list(Attempts(theory, HINTS, SOLVER, run, {}).of(decided))
        assert tried
        assert given_.layout or all(attempt in wrong for attempt in tried)
        # What is met later says nothing.
        earlier = Theory(replace(seen, facts=met))
        assert tried == list(Attempts(earlier, HINTS, SOLVER, run, {}).of(decided))


@checks(JDG_03, RUN_09, RUN_07, RPL_03)
def test_no_search_and_no_replay_changes_the_numbers_that_it_is_given() -> None:
    seen = observed(
        contract=(ge(S, 2),),
        hints=dict(HINTS),
        definitions=(Definition("n", atom("u7"), (), U + 1),),
        facts=(fact(ge(U, 0)), fact(le(U, S))),
        before=(Stated("n", le(W, 5), "range"),),
    )
    theory = Theory(seen)
    hints: dict[str, int] = {"s0": 8}
    model: Point = {"s0": 9, "u0": 7, "u1": 4}
    goal = Obligation("", (ge(U, 0), le(U, S)), le(U, 5))
    assert minimize(goal, model, hints, SOLVER) == {"s0": 8, "u0": 6, "u1": 4}
    assert completed(model, (ge(W, 3),)) == {"s0": 9, "u0": 7, "u1": 4, "u7": 0}
    assert shrunk(model, (le(U, S),), hints) == {"s0": 9, "u0": 0, "u1": 0}
    assert with_defined(theory, model) == {**model, "u7": 8}
    assert breaking(le(U, 5), (ge(U, 0),), model, hints) == model
    assert common_model(theory, hints, {"s0": 9, "u0": 7}) == {"s0": 9, "u0": 4}
    assert find_model(theory, "before", hints, SOLVER) == {"s0": 8, "u0": 2}
    program = loaded(two_numbers()[0])
    run = blind_run(program)
    given_: Point = {"s0": 8, "u0": 3, "u1": 4}
    found = replay(program, supply_of(run, observe(run)), given_)
    assert found.valuation == given_
    found.valuation["u0"] = 9
    assert (hints, model, given_["u0"]) == ({"s0": 8}, {"s0": 9, "u0": 7, "u1": 4}, 3)
