"""LAW and others, continued: what only a circle, a second solution, a branch or the last digit shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from refimpl.export.builder import GraphBuilder, ProgramBuilder, Value, tensor
from refimpl.export.prefix import symbol as named
from refimpl.export.schema import GraphArgument
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.tensor import Device
from refimpl.laws.attempts import Attempts
from refimpl.laws.blind_run import blind_run
from refimpl.laws.concrete import Raised
from refimpl.laws.decide import Decided
from refimpl.laws.failures import classify
from refimpl.laws.implementation import judge_run, judge_step
from refimpl.laws.observation import Failure, Stated
from refimpl.laws.observe import observe as observe_blind
from refimpl.laws.root import colliding
from refimpl.laws.self_test import observe
from refimpl.laws.step import Place
from refimpl.laws.step_bound import FRESH_OF_RUN
from refimpl.laws.step_law import ObservedLaw, StepClaim, StepClaims
from refimpl.laws.theory import Theory
from refimpl.laws.value import VALUE
from refimpl.solver import Model, Obligation, Refuted, Verdict, make_solver
from refimpl.symbolic_shapes import Definition, Delta, KeyPath, SequenceKey
from refimpl.symbolic_shapes.environment import Environment
from refimpl.symbolic_shapes.events import Binding, Requirement
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Cond,
    ValueRange,
    eq,
    float_ne,
    float_symbol,
    ge,
    land,
    le,
    lnot,
    lor,
    symbol,
)
from specs import confirming
from specs.beholding import OBS_05, SIZE, counting, seen
from specs.blind import BLI_01
from specs.clauses import checks
from specs.comparison import CMP_01
from specs.confirming import RUN_05
from specs.histories import ENV_16
from specs.judging import JDG_03
from specs.laws import LAW_03
from specs.observed import IMP_02
from specs.own_runs import OWN_01
from specs.recording import BLI_05, BLI_06, BLI_07, recorded
from specs.roots import ASK_07
from specs.run_claims import ASK_09
from specs.step_verdicts import ASK_12
from specs.theories import THY_01, THY_02, THY_03
from specs.witnesses import JDG_04
from tests.laws import observations, programs
from tests.laws.judging import asking, claim, counted, judged
from tests.laws.observed import S0, U0, U1, U7, U8, step
from tests.laws.seen import P, atom, fact, observed, values
from tests.laws.stepping import known, ran
from tests.laws.test_self_test import after_each_step

__all__: list[str] = []

S, U, V, W = (symbol(text) for text in ("s0", "u0", "u1", "u7"))
Z = float_symbol("zuf0")
AT: KeyPath = (SequenceKey(0),)
NEXT: KeyPath = (SequenceKey(1),)
SOLVER = make_solver()


@checks(ASK_07)
def test_symbols_that_are_renamed_to_each_other_collide() -> None:
    """Such a renaming has no end, but one hop from each is the other."""
    circle = ShapeEnvState(renamings={U7: U8, U8: U7})
    places = (Place(U7, AT, symbol("u20")), Place(U8, NEXT, symbol("u21")))
    found = colliding(step(*places, before=circle, after=circle))
    assert [relation.place for relation in found] == list(places)
    assert colliding(step(*places, before=ShapeEnvState(), after=circle)) == ()


@checks(OBS_05, BLI_07)
def test_what_one_node_requires_of_two_names_another_may_require_by_itself() -> None:
    nodes = counting()
    nodes.call("other", "aten.relu.default")
    found = seen(
        nodes,
        Requirement("count", eq(W, V), eq(W, V), "one value"),
        Requirement("other", eq(W, V), eq(W, V), "equal sizes"),
        Binding("count", U0, SIZE, U7, U),
        Binding("count", U1, (*SIZE, SequenceKey(1)), U7, U),
        renamed={U7: U0},
    )
    assert [(stated.node, stated.source) for stated in found.after] == [("count", "double"), ("other", "operator")]
    assert [(stated.node, stated.condition) for stated in found.before if stated.condition == eq(U, V)] == [
        ("other", eq(U, V))
    ]


@checks(OWN_01)
def test_a_condition_of_the_callers_that_is_forgotten_is_a_guard_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    program = programs.counted()
    program.guard("L['x'].size()[0] <= 50")

    def forgets(env: Environment, _: Delta) -> None:
        env.knowledge = Knowledge()
        env.knowledge.assume(ge(S, 2))

    after_each_step(monkeypatch, forgets)
    run, _ = observe(programs.loaded(program))
    assert run.again is not None
    assert run.before.guards == (ge(S, 2), le(S, 50))
    assert run.steps[0].after.guards == run.after.guards == run.again.guards == (ge(S, 2),)


@checks(ASK_09)
@pytest.mark.parametrize(("low", "count"), [(0, 0), (-3, 1), (None, 1)])
def test_a_pending_symbol_is_determined_within_its_range(low: int | None, count: int) -> None:
    """Of 3 and -3 a symbol that is not negative is 3."""
    state = ShapeEnvState(pending=(U7,), ranges={U7: ValueRange(low, None)}, known=(lor(eq(W, 3), eq(W, -3)),))
    found = judge_run(ran(after=state), SOLVER, laws=(FRESH_OF_RUN,))
    assert [(finding.law, finding.outcome) for finding in found] == [("FRESH", "refuted")] * count


@checks(BLI_06, BLI_07)
@pytest.mark.parametrize("branch", [False, True])
def test_what_a_branch_asserts_is_not_known_outside_it(branch: bool) -> None:
    program, _, number = programs.two_numbers()
    other = program.call("_operator.add", number, 1, out=named("u1") + 2)
    program.call("aten.full.default", [other], 1.0, out=tensor([named("u1") + 2]))
    if branch:
        _asserting_branch(program, number)
    else:
        program.check(number, ">=", 0)
    stated = [(node, condition) for node, condition, source in recorded(program)[0] if source == "operator"]
    assert stated == ([("full", ge(V, -2))] if branch else [])


def _asserting_branch(program: ProgramBuilder, number: Value) -> None:
    """A branch in which the number is not negative, and one that asserts nothing."""
    s0 = named("s0", hint=8, positive=True)
    x = program.input("y", tensor([s0]))
    total = program.call("aten.sum.default", x, out=tensor([]))
    flag = program.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
    arguments: list[GraphArgument] = []
    for name in ("true_graph_0", "false_graph_0"):
        graph = program.subgraph(name)
        operand, asserted = graph.input("x", tensor([s0])), graph.input("n", named("u1"))
        if not arguments:
            graph.check(asserted, ">=", 0)
        graph.output(graph.call("aten.mul.Tensor", operand, 2, out=tensor([s0])))
        arguments.append(graph.as_argument())
    operands = [x, number]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", flag, *arguments, operands, outs=[tensor([s0])]))


def _conditional(graph: GraphBuilder, flag: Value, operands: list[Value], *branches: GraphBuilder) -> Value:
    """The first result of a ``cond``."""
    arguments = [branch.as_argument() for branch in branches]
    outs = [tensor([named("s0", hint=8, positive=True)])]
    (found,) = graph.call_tuple("torch.ops.higher_order.cond", flag, *arguments, operands, outs=outs)
    return found


@checks(BLI_07, ENV_16)
@pytest.mark.parametrize("bound", [1, 5])
def test_what_is_asked_in_an_inner_branch_is_asked_under_the_outer_one_too(bound: int) -> None:
    """Recorded as 2 less, the length is not negative where the outer branch is taken for ``u1 >= 5``."""
    program, _, number = programs.two_numbers()
    s0, u1 = named("s0", hint=8, positive=True), named("u1")
    x = program.input("y", tensor([s0]))
    flag = program.call(
        "aten.gt.Scalar", program.call("aten.sum.default", x, out=tensor([])), 0, out=tensor([], "bool")
    )
    outer, *others = (program.subgraph(f"{name}_graph_0") for name in ("true", "false", "inner_true", "inner_false"))
    for graph in others:
        operand, length = graph.input("x", tensor([s0])), graph.input("n", u1)
        graph.input("p", tensor([], "bool"))
        if graph is others[1]:
            less = graph.call("_operator.sub", length, 3, out=u1 - 2)
            graph.call("aten.full.default", [less], 1.0, out=tensor([u1 - 2]))
        graph.output(graph.call("aten.mul.Tensor", operand, 2, out=tensor([s0])))
    operands = [outer.input("x", tensor([s0])), outer.input("n", u1), outer.input("p", tensor([], "bool"))]
    outer.output(_conditional(outer, operands[2], operands, *others[1:]))
    large = program.call("_operator.ge", number, bound, out=u1 >= bound)
    program.output(_conditional(program, large, [x, number, flag], outer, others[0]))
    stated = [condition for node, condition, source in recorded(program)[0] if source == "operator" and "full" in node]
    assert stated == ([] if bound == 5 else [ge(V, 2)])


class _OneFloat:
    """z3, which is told the float of each obligation's witness."""

    def __init__(self, value: float) -> None:
        self._model: Model = {"s0": 8, "u0": 0, "zuf0": value}

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The model where the law is asked, else what z3 says."""
        found = SOLVER.decide(obligations)
        asked = [each.name for each in obligations]
        return (Refuted(self._model, "cvc5"),) if asked == ["LINK n"] else found


@checks(JDG_03)
@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 1e22, 5e-324, 2.0**53, math.inf])
def test_a_float_of_a_witness_has_every_digit(value: float) -> None:
    found = judged(counted(), asking(claim(float_ne(Z, value))), solver=_OneFloat(value))
    (row,) = found.rows[1:]
    assert (row.outcome, row.witness is not None) == ("refuted", True)
    assert float(dict(row.witness or ())["zuf0"]) == value


@checks(ASK_12, IMP_02)
@pytest.mark.parametrize(("hint", "witness"), [(0, {"s0": 0, "u0": 2}), (1, {"s0": 1, "u0": 0})])
def test_a_witness_keeps_a_hint_of_zero(hint: int, witness: dict[str, int]) -> None:
    """One number off its hint is worse than a larger one that has none."""
    asked = StepClaim("LINK", "n", (ge(S, 0), ge(U, 0)), land(le(S, 0), le(U, 1)), "wrong", "mend it")
    law = ObservedLaw("LINK", "It holds.", lambda _: StepClaims((asked,)), lambda _: StepClaims((asked,)))
    before = known(hints={S0: hint})
    (of_step,) = judge_step(step(before=before), SOLVER, laws=[law])
    (of_run,) = judge_run(ran(before=before), SOLVER, laws=[law])
    assert (of_step.witness, of_run.witness) == (witness, witness)


@checks(BLI_01)
def test_what_a_node_violates_is_what_it_requires_and_not_what_its_kernel_enforces() -> None:
    violated = Requirement("n", ge(U, 3), ge(U, 2), "too small")
    assert classify(RuntimeError("no"), violated) == Failure("violated", "too small", ge(U, 3))


@checks(BLI_06)
@pytest.mark.parametrize("by_name", [0, 1, 2])
def test_the_ends_of_an_asserted_range_are_given_in_order_or_by_name(by_name: int) -> None:
    program, _, number = programs.two_numbers()
    token = program.input("t", tensor([]))
    target = "aten._functional_sym_constrain_range.default"
    if by_name == 0:
        program.call(target, number, 3, 9, token, out=tensor([]))
    elif by_name == 1:
        program.call(target, number, 3, max=9, dep_token=token, out=tensor([]))
    else:
        program.call(target, number, min=3, max=9, dep_token=token, out=tensor([]))
    stated = [condition for _, condition, source in recorded(program)[0] if source == "assert"]
    assert stated == [ge(V, 3), le(V, 9)]


@checks(RUN_05)
@pytest.mark.parametrize("path", ["a", "z"])
def test_a_run_is_past_a_node_in_the_order_of_the_run(path: str) -> None:
    nodes = observations.seen(observations.node("n", old=U), observations.node(path))
    found = confirming.confirmed(confirming.claim(law="VALUE"), nodes, Raised(path, "too small"), values={"n": 5})
    assert found == (" (4 is recorded, the operator gives 5)", True)


@checks(RUN_05)
@pytest.mark.parametrize("under", [(), (P,)])
def test_a_claim_of_a_branch_has_hypotheses_too(under: tuple[Cond, ...]) -> None:
    facts = (Stated("n", ge(U, 5), "fact", order=1),)
    found = confirming.confirmed(
        confirming.claim(predicates=under), observations.seen(observations.node("n"), facts=facts)
    )
    assert found == ("the run violates u0 >= 5", False)


@checks(THY_01)
def test_every_definition_that_replaces_nothing_is_assumed() -> None:
    under = [Definition("n", atom(f"u{number}"), (), S + number, (P,)) for number in range(20, 25)]
    theory = Theory(observed(definitions=tuple(under)))
    assert list(theory.hypotheses(None)) == [
        lor(lnot(P), eq(symbol(f"u{number}"), S + number)) for number in range(20, 25)
    ]


@checks(CMP_01, LAW_03)
def test_two_devices_of_one_kind_are_two() -> None:
    old, new = (FakeTensor((3,), (1,), DType.bool, Device("cuda", index)) for index in (0, 1))
    (found,) = VALUE.claims(values((old, new))).findings
    assert found.message.startswith("device is recorded as cuda:0, but the operator gives cuda:1")


@checks(BLI_05)
def test_what_a_dead_node_holds_is_held() -> None:
    """Its range was recorded, and generated code checks it where the symbol is."""
    program = ProgramBuilder()
    s0, u1 = program.symbol("s0", hint=8), program.unbacked("u1", 2, 9)
    program.call("aten.item.default", program.input("k", tensor([], "int64")), out=u1)
    program.output(program.input("x", tensor([s0])))
    found = observe_blind(blind_run(programs.loaded(program)))
    assert [(held.path, held.live) for held in found.nodes if not held.is_input] == [("item", False)]
    assert found.recorded_symbols == {U1: "item"}
    assert ([(stated.node, stated.condition) for stated in found.before], found.unused) == (
        [("item", ge(V, 2)), ("item", le(V, 9))],
        (),
    )


@checks(THY_02, THY_03)
def test_what_is_stated_of_an_inner_branch_is_not_stated_of_the_outer_one() -> None:
    inner = ge(S, 3)
    theory = Theory(observed(facts=(fact(ge(U, 3), under=(P, inner)),)))
    for under, follows in (((), False), ((P,), False), ((inner,), False), ((P, inner), True), ((inner, P), True)):
        assert theory.settles(claim(ge(U, 3), under=under)) is follows
        assert theory.follows(ge(U, 3), "after", under) is follows


@checks(CMP_01, LAW_03)
@pytest.mark.parametrize("recorded_", [0.3, 1.0, 1e300])
def test_floats_that_differ_in_the_last_bit_differ(recorded_: float) -> None:
    assert VALUE.claims(values((recorded_, recorded_))).open == ()
    (asked,) = VALUE.claims(values((recorded_, math.nextafter(recorded_, math.inf)))).open
    assert asked.goal is False


@checks(JDG_04)
def test_what_is_known_of_a_run_comes_before_the_examples() -> None:
    """The values of the model itself come first, those that nobody knows last."""
    hints, defaults = {"s0": 8}, {"s0": 1, "u0": 1, "u1": 1}
    for model, wanted in ((None, (8, 1, 1)), ({"s0": 5, "u0": 2}, (5, 2, 1)), ({"u0": 2}, (8, 2, 1))):
        attempts = Attempts(Theory(observed()), hints, SOLVER, model, defaults)
        assert attempts.run({}) == dict(zip(defaults, wanted, strict=True))
        assert attempts.run({"s0": 3, "u1": 4}) == {"s0": 3, "u0": wanted[1], "u1": 4}


@checks(JDG_03)
@pytest.mark.parametrize(("until", "tried"), [(5, {0, 2, 3, 5}), (None, {4, 5})])
def test_what_is_said_later_forbids_no_attempt(until: int | None, tried: set[int]) -> None:
    theory = Theory(observed(facts=(fact(ge(U, 0)), fact(ge(U, 4), order=9))))
    asked = replace(claim(ge(U, 6), given="before"), until=until)
    found = Decided(asked, Refuted({"u0": 5}, "z3"), theory.obligation(asked))
    attempts = Attempts(theory, {}, SOLVER, None, {})
    assert {attempt["u0"] for attempt in attempts.of(found)} == tried


@checks(BLI_07)
def test_each_count_that_is_taken_again_is_the_one_that_was_taken_at_that_place() -> None:
    program, _, number = programs.two_numbers()
    s0, u1 = named("s0", hint=8, positive=True), named("u1")
    x = program.input("y", tensor([s0, s0]))
    masks = [program.input(name, tensor([s0], "bool")) for name in ("m", "n")]
    other = program.call("_operator.add", number, 1, out=u1 + 2)
    given = program.call("aten.full.default", [other], 1.0, out=tensor([u1 + 2]))
    program.output(program.call("aten.index_put.default", x, masks, given, out=tensor([s0, s0])))
    found = observe_blind(blind_run(programs.loaded(program)))
    ((first, second),) = (node.allocated for node in found.nodes if node.path == "index_put")
    rows, columns = symbol(first.name), symbol(second.name)
    # Both masks count the same; the values are broadcast to the rows.
    assert {stated.condition for stated in found.before if stated.node == "index_put"} == {
        lor(eq(rows, columns), eq(rows, 1), eq(columns, 1)),
        lor(eq(V + 2, 1), eq(V + 2, rows)),
    }
