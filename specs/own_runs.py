"""OWN: our own propagation as the laws of an implementation see it, and a pure step as they see it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.laws.of_constraints import NODE, state_of_constraints, step_of_outcome
from refimpl.laws.self_test import observe, self_test
from refimpl.laws.step import Place, Raised, RunRecord, Step
from refimpl.solver import make_solver
from refimpl.symbolic_shapes import CallMethodKey, Constraints, Delta, Inconsistent, KeyPath, Rebound, SequenceKey
from refimpl.symbolic_shapes.rebinding import Undecided
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import BoolTerm, Symbol, evaluate, ge, le, lor, ne, of_atom, symbol
from specs.clauses import Clause, checks
from specs.implementation import IMP_06
from specs.observed import IMP_01
from specs.propagation import PRO_04, PRO_05
from specs.subgraphs import PRO_10, PRO_11
from tests.laws import test_self_test
from tests.laws.observed import AT, S0, U0, U1, U7, U8
from tests.laws.programs import LARGEST, counted, loaded

__all__ = ["OWN_01", "OWN_02", "OWN_03"]

_LAWS = "refimpl.laws"
S, T, U, V, W, X = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))
SOLVER = make_solver()

OWN_01 = Clause(
    "OWN-01",
    "Each rebinding step of our own propagation is seen with the state before and after it and what stood at its"
    " paths, once as its node fails and once as it runs; the whole run is done twice.",
    f"{_LAWS}.self_test:observe",
    "own-runs-are-not-repeated",
)
test_each_law_finds_a_fault_planted_in_our_own_propagation = checks(OWN_01, IMP_06, IMP_01)(
    test_self_test.test_each_law_finds_a_fault_planted_in_our_own_propagation
)
test_each_binding_node_is_judged_twice = checks(OWN_01)(
    test_self_test.test_each_binding_node_is_judged_twice_once_as_it_fails
)


def _count(program: ProgramBuilder, name: str = "u0") -> None:
    """The nonzero elements of an input of ``s0`` elements."""
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked(name, 0, LARGEST)
    found = program.call("aten.nonzero.default", program.input("x", tensor([s0])), out=tensor([u0, 1], "int64"))
    program.check(program.size(found, 0), ">=", 2)
    program.output(found)


def _counted() -> tuple[RunRecord, tuple[Step, ...]]:
    program = ProgramBuilder()
    _count(program)
    program.guard("L['x'].size()[0] <= 50")
    return observe(loaded(program))


@checks(OWN_01)
def test_a_step_is_seen_with_its_states() -> None:
    run, _ = _counted()
    (step,) = run.steps
    assert (step.node, step.op, step.raised) == ("nonzero", "call_function", None)
    ((fresh, old),) = step.after.renamings.items()
    assert old is U0
    assert fresh not in step.before.symbols() or step.before.pending == (fresh,)
    assert step.places == (Place(U0, SIZE, of_atom(fresh)),)
    assert step.before.pending == (fresh,)
    assert (step.before.replacements, step.before.renamings) == ({}, {})
    assert step.after.pending == ()
    assert step.after.replacements == {fresh: U}
    # The caller's contract are the guards, before and after.
    for state in (run.before, run.after, run.again, step.before, step.after):
        assert state is not None
        assert state.guards == (ge(S, 2), le(S, 50))
        assert state.hints == {S0: 8}


@checks(OWN_01, PRO_04, PRO_05)
def test_the_run_is_done_twice_in_one_environment() -> None:
    run, _ = _counted()
    assert (run.recorded, run.raised) == ((), None)
    assert (run.before.renamings, run.before.asserts, run.before.pending) == ({}, {}, ())
    assert set(run.after.renamings.values()) == {U0}
    assert run.after.asserts == {U0: (ge(U, 2),)}
    assert run.again is not None
    assert len(run.after.renamings) == 1
    assert len(run.again.renamings) == 2
    assert set(run.again.renamings.values()) == {U0}
    assert run.again.asserts == run.after.asserts
    assert run.after.pending == run.again.pending == ()


@checks(OWN_01)
def test_each_binding_node_fails_once_and_leaves_no_trace() -> None:
    run, (failed,) = _counted()
    assert (failed.node, failed.op, failed.places) == ("nonzero", "call_function", ())
    assert failed.raised is not None
    assert (failed.raised.kind, failed.raised.type) == ("other", "_PlantedError")
    assert failed.before == failed.after == run.before


@checks(OWN_01)
def test_what_nobody_binds_is_not_counted_as_pending() -> None:
    # The count is recorded as 3: no node binds it.
    run, failed = observe(loaded(counted(size=3)))
    assert (run.steps, failed) == ((), ())
    assert run.again is not None
    assert run.after.pending == run.again.pending == ()
    assert self_test(loaded(counted(size=3)), SOLVER).findings == ()


@checks(OWN_01)
def test_a_node_that_fails_by_itself_is_seen_to_fail() -> None:
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    program.output(program.call("torch.ops.mylib.keep.default", x, out=tensor([u0])))
    run, (failed,) = observe(loaded(program))
    assert run.steps == ()
    assert failed.node == "keep"
    assert failed.raised is not None
    assert failed.raised.kind == "other"
    assert failed.raised.type not in ("_PlantedError", "nothing")
    assert failed.before == failed.after


@checks(OWN_01)
def test_a_path_that_leads_nowhere_is_seen_as_missing() -> None:
    program = loaded(counted())
    (node,) = (node for node in program.graph_module.graph.nodes if node.meta.get("unbacked_bindings"))
    node.meta["unbacked_bindings"] = {U0: (CallMethodKey("size"), SequenceKey(7))}
    run, (failed,) = observe(program)
    assert run.steps == ()
    assert failed.raised is not None
    assert failed.raised.type == "PathError"


def _looping() -> ProgramBuilder:
    """A body that counts its operand, and a node after it with a count of its own."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0, u1 = program.unbacked("u0", 0, LARGEST), program.unbacked("u1", 0, LARGEST)
    xs = program.input("xs", tensor([s0, 4]))
    body = program.subgraph("body_graph_0")
    x = body.input("x", tensor([4]))
    body.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    body.output(body.call("aten.mul.Tensor", x, 2, out=tensor([4])))
    (out,) = program.call_tuple("torch.ops.higher_order.map_impl", body.as_argument(), [xs], [], outs=[tensor([s0, 4])])
    count = program.call("aten.nonzero.default", out, out=tensor([u1, 2], "int64", strides=[1, u1]))
    program.output(count)
    return program


@checks(OWN_01, PRO_11)
def test_the_steps_of_sub_graphs_are_seen_with_their_paths() -> None:
    run, failed = observe(loaded(_looping()))
    nodes = ["map_impl/body_graph_0/nonzero", "nonzero"]
    assert [step.node for step in run.steps] == nodes
    assert [step.node for step in failed] == nodes
    assert [place.symbol for step in run.steps for place in step.places] == [U0, U1]
    found = self_test(loaded(_looping()), SOLVER)
    assert (found.steps, found.findings) == (4, ())


@checks(OWN_01)
def test_our_own_steps_may_leave_no_equation_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8, low=4), program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    program.output(program.call("aten.slice.Tensor", x, 0, 0, 3, out=tensor([u0])))
    assert self_test(loaded(program), SOLVER).findings == ()
    test_self_test.discards(monkeypatch)
    found = self_test(loaded(program), SOLVER).findings
    assert {(finding.law, finding.outcome) for finding in found} == {("EXACT", "refuted")}


def _looped() -> ProgramBuilder:
    """``while i <= 2: i += 1`` from an item: the number that is carried is another one in each graph."""
    program = ProgramBuilder()
    u0, u1, u2, u3 = (program.unbacked(f"u{index}", 0, 100) for index in range(4))
    start = program.call("aten.item.default", program.input("x", tensor([], "int64")), out=u0)
    test, body = (program.subgraph(f"while_loop_{part}_graph_0") for part in ("cond", "body"))
    test.output(test.call("_operator.le", test.input("i", u1), 2, out=u1 <= 2), single=True)
    body.output(body.call("_operator.add", body.input("i", u2), 1, out=u2 + 1))
    graphs = (test.as_argument(), body.as_argument())
    program.output(*program.call_tuple("torch.ops.higher_order.while_loop", *graphs, [start], [], outs=[u3]))
    return program


@checks(OWN_01, PRO_10)
def test_what_a_loop_carries_is_rebound_in_its_graphs_and_judged_once() -> None:
    """The placeholders of a loop's graphs bind what its operator allocated; each binding node is made to fail once."""
    program = loaded(_looped())
    run, failed = observe(program)
    nodes = ["item", *(f"while_loop/while_loop_{part}_graph_0/i" for part in ("cond", "body")), "while_loop"]
    assert [(step.node, step.op) for step in run.steps] == [(node, "call_function") for node in nodes]
    assert [step.node for step in failed] == nodes
    assert [[place.symbol.name for place in step.places] for step in run.steps] == [["u0"], ["u1"], ["u2"], ["u3"]]
    found = self_test(program, SOLVER)
    assert (found.steps, found.findings) == (8, ())


OWN_02 = Clause(
    "OWN-02",
    "A pure step is a step of the laws: constraints are a state with the same solutions, in which the caller's"
    " conditions are guards and each other one is filed under its newest unbacked symbol.",
    f"{_LAWS}.of_constraints:state_of_constraints",
    "own-asserts-are-filed-under-the-oldest",
)
_POOL: list[BoolTerm] = [
    c for c in (ge(U, 0), le(U, S), ge(S, 2), le(S, T), ne(W, 1), ge(W + X, 1), lor(ge(U, 1), ge(V, 1)))
    if not isinstance(c, bool)
]  # fmt: skip
_SOME = st.lists(st.sampled_from(_POOL), max_size=4)
_NAMES = ("s0", "s1", "u0", "u1", "u7", "u8")


@checks(OWN_02)
def test_conditions_are_guards_or_filed_under_their_newest_symbol() -> None:
    ten, nine = symbol("u10"), symbol("u9")
    conditions = (ge(S, 2), le(U, S), ge(W + X, 1), le(W, X), ge(ten + nine, 0), ge(T, 1), ne(X, 3))
    constraints = Constraints(
        conditions,  # type: ignore[arg-type]  # none is plain
        {U1: U + 1},
        frozenset({U0}),
        frozenset({U7}),
        {U7: U0},
    )
    state = state_of_constraints(constraints)
    (newest,) = (each for each in ten.free if isinstance(each, Symbol))
    assert state == ShapeEnvState(
        replacements={U1: U + 1},
        renamings={U7: U0},
        guards=(ge(S, 2), ge(T, 1)),
        asserts={U0: (le(U, S),), U8: (ge(W + X, 1), le(W, X), ne(X, 3)), newest: (ge(ten + nine, 0),)},
        size_like=frozenset({U0}),
    )
    # Which conditions are the caller's may be said.
    said = state_of_constraints(constraints, (ge(S, 2), le(U, S)))
    assert said.guards == (ge(S, 2),)
    assert said.asserts == {**state.asserts, None: (ge(T, 1),)}
    assert state_of_constraints(constraints, ()).guards == ()


@checks(OWN_02)
@settings(max_examples=60)
@given(
    chosen=st.lists(st.sampled_from(_POOL), max_size=4), guards=st.one_of(st.none(), st.lists(st.sampled_from(_POOL)))
)
def test_a_state_has_the_solutions_of_its_constraints(chosen: list[BoolTerm], guards: list[BoolTerm] | None) -> None:
    constraints = Constraints(tuple(chosen), {U1: U + 1})
    state = state_of_constraints(constraints, None if guards is None else tuple(guards))
    conditions = tuple(state.conditions())
    for values in product((0, 1, 2), (0, 2), (0, 1, 2), (1, 2), (0, 1), (0, 1)):
        valuation: dict[str, int | float | bool] = dict(zip(_NAMES, values, strict=True))
        assert constraints.holds(valuation) == all(evaluate(condition, valuation) is True for condition in conditions)


OWN_03 = Clause(
    "OWN-03",
    "The outcome of a pure step is the state after it, or what it raised: a contradiction, a refusal, or that it is"
    " undecided.",
    f"{_LAWS}.of_constraints:step_of_outcome",
    "own-refusals-are-contradictions",
)


@checks(OWN_03)
@pytest.mark.parametrize("guards", [(), (ge(S, 2),)])
def test_an_outcome_is_a_step(guards: tuple[BoolTerm, ...]) -> None:
    constraints = Constraints((*guards, le(W, 9)), size_like=frozenset({U7}))  # type: ignore[arg-type]  # none is plain
    before = replace(state_of_constraints(constraints), guards=guards)
    place = Place(U0, AT, W)
    delta = Delta(((U7, U),), tuple(c for c in (le(U, 9), ge(T, 1)) if not isinstance(c, bool)), (U7, U0), (U0,))
    step = step_of_outcome(before, place, constraints, Rebound(delta, U))
    assert (step.node, step.op, step.places, step.before, step.raised) == (
        NODE,
        "call_function",
        (place,),
        before,
        None,
    )
    assert step.after == ShapeEnvState(
        replacements={U7: U},
        renamings={U7: U0},
        guards=guards,
        asserts={U0: (le(U, 9),), None: (ge(T, 1),)},
        size_like=frozenset({U0, U7}),
    )
    for outcome, raised in (
        (Inconsistent((), "why"), Raised("inconsistent", "RebindingInconsistentError", "why")),
        (Undecided("why", refused=True), Raised("refused", "AssertionError", "why")),
        (Undecided("why", refused=False), Raised("refused", "RebindingUndecidedError", "why")),
    ):
        step = step_of_outcome(before, place, constraints, outcome)
        assert (step.node, step.op, step.raised) == (NODE, "call_function", raised)
        assert (step.places, step.before) == ((place,), before)
        assert step.after == before
