"""JDG and others, continued: the second of two, the later of two, and what only the nested branch shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.laws.atom import ATOM, differences
from refimpl.laws.concrete import ConcreteContext
from refimpl.laws.contract import LARGEST, computed_bounds
from refimpl.laws.decide import decide
from refimpl.laws.determine import determined
from refimpl.laws.dom import DOM
from refimpl.laws.emit import EMIT
from refimpl.laws.law import Finding
from refimpl.laws.observation import FreshSymbol, Stated
from refimpl.laws.replay import Replay
from refimpl.laws.steady import STEADY
from refimpl.laws.step import Place
from refimpl.laws.step_bound import FRESH_OF_RUN
from refimpl.laws.step_words import is_backed, known_symbols
from refimpl.laws.theory import Theory
from refimpl.laws.value import VALUE
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Obligation, Refuted, Undecided, completed, holds, make_solver
from refimpl.symbolic_shapes import DivideByKey, SequenceKey
from refimpl.symbolic_shapes.events import Definition
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Dim,
    Sort,
    eq,
    float_symbol,
    floor_div,
    ge,
    le,
    lnot,
    lor,
    mod,
    ne,
    symbol,
    symbol_atom,
)
from specs.clauses import checks
from specs.comparison import CMP_02
from specs.deciding import OBL_11, OBL_12, Recorder
from specs.emission import EMI_01
from specs.hypotheses import OBL_09
from specs.judging import JDG_03
from specs.laws import LAW_06
from specs.obligations import OBL_01, OBL_06
from specs.reach import OBL_13, lost
from specs.roots import ASK_08
from specs.run_claims import ASK_09
from specs.runs import RUN_03, context
from specs.solvers import SOL_01
from specs.steps import FAILED, STP_01, STP_02
from specs.witnesses import JDG_04, JDG_06
from specs.words import ASK_01
from tests.laws import observations as made
from tests.laws.judging import Runs, asking, claim, counted, judged
from tests.laws.observations import binding, found_at, node, seen
from tests.laws.observed import AT, BEFORE, NEXT, REFUSED, U0, U1, U7, U8, run, step
from tests.laws.seen import P, S, U, V, atom, values

__all__: list[str] = []

SOLVER = make_solver()
F, G = symbol("u7"), symbol("u8")


@checks(STP_01, STP_02)
def test_an_assert_that_is_filed_twice_is_a_trace_and_names_are_told_in_order() -> None:
    once, twice = ShapeEnvState(asserts={U0: (ge(U, 3),)}), ShapeEnvState(asserts={U0: (ge(U, 3),) * 2})
    assert list(differences(once, twice)) == ["there is a new assert, u0 >= 3 under u0"]
    assert list(differences(twice, once)) == ["the assert u0 >= 3 under u0 is gone"]
    names = [symbol_atom(f"u{index}", Sort.INT) for index in range(10, 42)]
    sized = ShapeEnvState(size_like=frozenset(names))
    assert list(differences(ShapeEnvState(), sized)) == [f"{each.name} is size-like now" for each in names]
    (found,) = ATOM.of_step(step(after=replace(BEFORE, size_like=BEFORE.size_like | {*names}), raised=FAILED)).findings
    assert "u10 is size-like now; u11 is size-like now; u12 is size-like now; and 29 more" in found.message


@checks(OBL_09)
def test_every_tensor_of_a_list_has_a_number_of_elements() -> None:
    pair = [made.tensor(U, V), made.tensor(U, S)]
    for listed in (pair, pair[::-1], (pair[0], (pair[1],))):
        assert set(computed_bounds([listed], [])[1]) == {le(U * V, LARGEST), le(U * S, LARGEST)}


@checks(OBL_11)
def test_every_bound_of_a_product_may_be_broken_and_what_is_asked_again_counts() -> None:
    theory = Theory(seen(machine=(ge(V, 0),), extra_machine=(le(U * V, LARGEST), le(V * V, 100))))
    asked = claim(le(V, 7))
    last = Undecided("no time")
    # Only the second product is too large, and of u0 the first model says nothing.
    solver = Recorder([Refuted({"u1": 2**40}, "z3"), last])
    (found,) = decide(theory, [asked], solver)
    assert found.verdict == last
    assert le(V * V, 100) in solver.asked[1][0]
    small = Recorder([Refuted({"u1": 8}, "z3")])
    assert decide(theory, [asked], small)[0].verdict == Refuted({"u1": 8}, "z3")


@checks(OBL_12)
def test_every_side_condition_of_a_binding_is_rewritten() -> None:
    path = (SequenceKey(0), DivideByKey(2), DivideByKey(3))
    side = replace(binding("d", U1, None, path, V), side=(eq(mod(F, 2), 0), ge(F, 2), eq(mod(F, 3), 0)))
    observed = seen(
        node("n"),
        bindings=(side,),
        after=(Stated("n", eq(F, S), "assert"),),
        unbound=(FreshSymbol(U7, "n", "", S),),
    )
    assert determined(observed, SOLVER).bindings[0].side == (eq(mod(S, 2), 0), ge(S, 2), eq(mod(S, 3), 0))


@checks(OBL_12)
def test_what_only_the_record_says_determines_nothing() -> None:
    unbound = (FreshSymbol(U7, "n", "", S),)
    recorded = seen(node("n"), before=(Stated("n", eq(F, S), "assert"),), unbound=unbound)
    assert determined(recorded, SOLVER) is recorded


@checks(OBL_01, LAW_06)
def test_a_dead_node_that_allocates_nothing_binds_nothing_either() -> None:
    for live in (True, False):
        observed = seen(node("n", live=live), bindings=(binding("n", U0, None),))
        assert found_at(DOM.claims(observed), "u0 is bound at aten.relu.default|allocates nothing") == [
            ("n", "refuted")
        ]


@checks(OBL_13, EMI_01)
def test_a_value_gives_a_symbol_whose_binder_comes_too_late() -> None:
    at = node("at", "aten._assert_scalar.default")
    binds = node("n", "aten.nonzero.default", allocated=(U7,), may_allocate=True)
    bound = (binding("n", U0, U7),)
    assert lost(seen(node("m", new=U), at, binds, bindings=bound)) == ""
    assert lost(seen(at, binds, node("m", new=U), bindings=bound)) == "u0 is bound at n, which does not dominate at"


@checks(OBL_13)
@pytest.mark.parametrize("value", [U + U * S, U * S + U * U, U + U * U, 2 * U + U * V])
def test_a_sum_in_which_a_symbol_occurs_twice_gives_none(value: Dim) -> None:
    assert lost(seen(node("m", new=value), node("at", "aten._assert_scalar.default"))) == "nothing binds u0"


@checks(OBL_06)
def test_the_first_lost_requirement_that_shares_a_symbol_is_the_reason() -> None:
    gone = tuple(
        Stated(at, condition, "assert", lost=f"{at} cannot")
        for at, condition in (("a", ge(V, 1)), ("b", ge(U + V, 1)), ("c", ge(U, 1)))
    )
    (found,) = EMIT.claims(seen(after=gone, before=(Stated("n", ge(U, 3), "range"),))).open
    assert "u0 + u1 >= 1 at b is lost, since b cannot" in found.about


@checks(RUN_03)
def test_a_quantity_has_one_value_whatever_it_is_a_number_of() -> None:
    template = context()
    ctx = ConcreteContext({"u0": 0, "u1": 1}, {"n": (U, V)}, template.subgraphs)
    ctx.node = "n"
    count = ctx.quantity("item", FakeTensor((), (), DType.float32))
    for fresh in (ctx.fresh_float, ctx.fresh_bool):
        first, second = (ctx.quantity("item", FakeTensor((), (), DType.float32)) for _ in range(2))
        other = ConcreteContext({"u0": 0, "u1": 1}, {"n": (U, V)}, template.subgraphs)
        other.node = "n"
        assert first != second
        asked = other.fresh_float if fresh == ctx.fresh_float else other.fresh_bool
        assert [asked(count), asked(count)] == [0, 0]


@checks(JDG_03, JDG_04)
def test_a_refutation_shows_the_numbers_that_the_run_really_had() -> None:
    """Where an operator computes what the witness guessed, the row has the computed number, on both sides too."""
    asked = replace(claim(ge(U, 2), direction="weakened"), sides=(U, S))

    def corrected(valuation: Model) -> Replay:
        return Replay({"u0": 1, "s0": 8, "p9": True} if valuation["u0"] == 0 else dict(valuation))

    row = judged(counted(), asking(asked), runs=Runs(corrected)).rows[1]
    assert (row.outcome, row.witness) == ("refuted", (("s0", "8"), ("u0", "1")))
    assert row.message is not None
    assert "u0 (= 1) against s0 (= 8)" in row.message


@checks(JDG_04)
def test_a_witness_has_the_symbols_of_each_predicate_and_of_what_defines() -> None:
    inside = replace(claim(ge(U, 2)), predicates=(ge(V, 5), ge(F, 3)))
    row = judged(counted(), asking(inside)).rows[1]
    assert row.witness is not None
    assert [name for name, _ in row.witness] == ["s0", "u0", "u1", "u7"]
    fresh = counted(definitions=(Definition("n", U7, (), G + 1),))
    row = judged(fresh, asking(claim(ge(F, 4)))).rows[1]
    assert row.witness is not None
    assert dict(row.witness).keys() >= {"s0", "u0", "u8"}


@checks(JDG_03)
def test_what_is_open_hides_no_direction() -> None:
    lost_ = Finding("EQUIV", "n", "refuted", "wrong", "weakened")
    asked = [lost_, replace(lost_, direction="strengthened"), replace(lost_, outcome="undecided")]
    for order in (asked, asked[::-1]):
        assert judged(counted(), *(asking(findings=(each,)) for each in order)).relation == "incomparable"
    contradictory = counted(before=(Stated("n", False, "assert"),))
    assert judged(contradictory, asking(findings=(lost_,))).relation == "weakened"


@checks(ASK_08)
def test_a_step_is_said_again_only_if_all_of_it_was_said() -> None:
    for places, again in (((U0, U0), True), ((U0, U7), False), ((U7, U0), False), ((U7, U7), False)):
        found = step(
            Place(U0, AT, symbol(places[0].name)),
            Place(U1, NEXT, V if places[1] is U0 else G),
            after=BEFORE,
            raised=REFUSED,
        )
        assert bool(STEADY.of_step(found).open) is again


@checks(ASK_09)
def test_what_is_said_of_one_symbol_determines_no_other() -> None:
    after = replace(BEFORE, pending=(U7, U8), asserts={U7: (eq(F, S),)})
    found = FRESH_OF_RUN.of_run(replace(run(step(Place(U0, AT, symbol("u0")), after=after)), after=after))
    assert [each.message.split()[0] for each in found.findings] == ["u8"]
    assert [each.about.split()[0] for each in found.open] == ["u7"]


@checks(ASK_01)
def test_the_caller_may_give_a_symbol_without_an_example() -> None:
    assert is_backed(ShapeEnvState(hints={U0: None}), U0)
    assert not is_backed(ShapeEnvState(), U0)
    assert known_symbols(ShapeEnvState(renamings={U7: U0})) == {U7, U0}


@checks(CMP_02)
def test_divisors_are_the_same_in_any_order_and_different_if_they_differ_anywhere() -> None:
    one, other = mod(floor_div(S, U), V), 1 + mod(floor_div(S, V), U)
    (asked,) = VALUE.claims(values((one, other))).open
    for valuation in ({"u0": 0, "u1": 1, "s0": 2}, {"u0": 1, "u1": 0, "s0": 2}):
        assert holds(asked.goal, valuation)
    assert not holds(asked.goal, {"u0": 1, "u1": 1, "s0": 2})
    # Both divisors begin alike.
    first, second = (7 + S + U * number for number in (2, 3))
    both = floor_div(V, first) + floor_div(V, second)
    for divisor in (first, second):
        (asked,) = VALUE.claims(values((both, floor_div(V, divisor) + 3))).open
        assert asked.goal == eq(both, floor_div(V, divisor) + 3)


@checks(JDG_06)
def test_a_hint_of_zero_is_one_and_hinted_numbers_are_positive_and_in_order_too() -> None:
    goal = Obligation("", (), eq(U + V, 3))
    assert minimize(goal, {"u0": 9, "u1": 9}, {"u0": 0, "u1": 9}, SOLVER) == {"u0": 0, "u1": 9}
    # One of two must leave its hint, and 0 is one as well as 4.
    either = Obligation("", (lor(ne(U, 0), ne(V, 4)),), False)
    assert minimize(either, {"u0": 9, "u1": 9}, {"u0": 0, "u1": 4}, SOLVER) == {"u0": 0, "u1": 0}
    off = Obligation("", (ne(U, 0),), le(U * U, 3))
    assert minimize(off, {"u0": -5}, {"u0": 0}, SOLVER) == {"u0": 2}
    # One of the two is 1: the last by name, whichever has a hint.
    one = Obligation("", (ge(U, 0), ge(V, 0), le(U, 3), le(V, 3)), le(U + V, 0))
    for hints in ({}, {"u0": 7}, {"u1": 7}):
        assert minimize(one, {"u0": 3, "u1": 3}, hints, SOLVER) == {"u0": 0, "u1": 1}


@checks(SOL_01)
def test_what_has_no_value_makes_nothing_true_and_nan_stays() -> None:
    for condition in (ge(U, 0), le(U, 0), eq(U, 0), ne(U, 1), ge(U * V, 0), lnot(ge(U, 1))):
        assert not holds(condition, {})
        assert not holds(condition, {"u1": 0})
        assert not holds(condition, {"u0": 0.0, "u1": 0})
    given = completed({"zuf0": float("nan")}, (ge(U, 0), P))
    assert given["zuf0"] != given["zuf0"]
    assert float_symbol("zuf0").name in given
    assert atom("u0").name in given
