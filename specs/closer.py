"""ENV and others, continued: what only a second symbol, a zero, a sign or another order shows."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

import refimpl.fx as fx
from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import apply
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.tensor import CPU, Storage
from refimpl.laws.blind_interpreter import Step
from refimpl.laws.blind_run import blind_run, prepare
from refimpl.laws.concrete import ConcreteContext
from refimpl.laws.liveness import dead_nodes
from refimpl.laws.root import ROOT
from refimpl.laws.steady import STEADY
from refimpl.laws.unrecorded import unrecorded
from refimpl.laws.value import VALUE
from refimpl.solver import Obligation, Undecided, Verdict, make_solver
from refimpl.solver._encode_text import ExtendedReal
from refimpl.symbolic_shapes import (
    Fact,
    GuardOnDataDependentSymNode,
    Requirement,
    ShapeEnv,
    SymFloat,
    constrain_range,
    unwrap,
)
from refimpl.symbolic_shapes.constraints import is_unbacked, solve
from refimpl.symbolic_shapes.propagate import run_subgraph
from refimpl.symbolic_shapes.rebinding import Inconsistent, rebind
from refimpl.symbolic_shapes.state import ShapeEnvState, environment_of, equation
from refimpl.symbolic_shapes.sym_node import SymInt
from refimpl.terms import (
    Dim,
    Eq,
    Sort,
    eq,
    evaluate,
    float_eq,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    ge,
    land,
    le,
    lor,
    mod,
    of_atom,
    substitute_cond,
    symbol,
    symbol_atom,
    to_text,
)
from specs.blind import BLI_03
from specs.clauses import checks
from specs.comparison import CMP_01
from specs.conditions import TRM_28
from specs.conversions import NUM_12
from specs.environment import ENV_03, ENV_08, ENV_09
from specs.laws import LAW_03
from specs.links import LNK_04
from specs.numbers import NUM_01
from specs.observing import OBS_03
from specs.questions import NUM_10
from specs.replays import RPL_04
from specs.reports import LAW_17
from specs.roots import ASK_07
from specs.run_claims import ASK_11
from specs.runs import RUN_03, context
from specs.solvers import SOL_03
from specs.states import ENV_22, ENV_23, ENV_24, ENV_25, ENV_26
from specs.subgraphs import PRO_11, Given
from specs.terms import TRM_01, TRM_03, TRM_08
from specs.values import REB_06
from tests.laws.observed import U7, U8
from tests.laws.programs import broken_laws, checked, loaded, row
from tests.laws.seen import observed, stated, values
from tests.laws.stepping import becomes, known, ran
from tests.symbolic_shapes.operators import module, name

__all__: list[str] = []

S0, S1, U0, U1 = (symbol(text) for text in ("s0", "s1", "u0", "u1"))
Z = float_symbol("zuf0")


def _sized(hint: int, low: int | None = None) -> ShapeEnv:
    """An environment with one backed size and one unbacked integer."""
    env = ShapeEnv()
    env.add_backed(name("s0"), hint, low, None)
    env.create_unbacked_symint()
    return env


@checks(ENV_08)
@pytest.mark.parametrize(("bound", "holds"), [(4, True), (5, True), (6, False)])
def test_a_symbol_that_equals_a_size_is_decided_as_the_size(bound: int, holds: bool) -> None:
    env = _sized(5)
    env.require(eq(U0, S0), "they are equal")
    assert env.evaluate(ge(U0, bound)) is holds
    assert [guard.expr for guard in env.guards] == [ge(S0, bound) if holds else le(S0, bound - 1)]


@checks(ENV_09)
@pytest.mark.parametrize("hint", [0, 1, 7])
def test_the_error_of_a_decision_puts_every_hint_in(hint: int) -> None:
    with pytest.raises(GuardOnDataDependentSymNode) as caught:
        _sized(hint, 0).evaluate(ge(U0, S0 + 2))
    assert caught.value.hinted == ge(U0, hint + 2)


@checks(REB_06)
@pytest.mark.parametrize(("least", "most", "possible"), [(6, 5, False), (5, 5, True), (2, 9, True)])
def test_a_size_below_the_symbols_range_is_no_value_of_it(least: int, most: int, possible: bool) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, most)
    env.assume(ge(U0, least))
    assert isinstance(rebind(env, name("u0"), S0), Inconsistent) is not possible


@checks(ENV_26)
@pytest.mark.parametrize("data", [U0 * U1, U0 * S1, mod(U0, 5), U0 * 3 + S1], ids=str)
def test_no_size_is_solved_for_what_depends_on_data(data: Dim) -> None:
    condition, plain = eq(S0, data), eq(S0, S1 * S1)
    assert isinstance(condition, Eq)
    assert isinstance(plain, Eq)
    assert (solve(condition), solve(plain)) == (None, (name("s0"), S1 * S1))


@checks(ENV_23)
def test_a_circle_goes_through_any_symbol_of_a_sum() -> None:
    total, others = (sum((symbol(f"u{index}") for index in numbers), 0 * U0) for numbers in (range(5), range(5, 9)))
    for index in range(5):
        back = name(f"u{index}")
        with pytest.raises(ValueError, match="in a circle"):
            environment_of(ShapeEnvState(replacements={name("u9"): total, back: symbol("u9") + others}))
        environment_of(ShapeEnvState(replacements={name("u9"): total, back: symbol("u10") + others}))


@checks(ENV_03)
@pytest.mark.parametrize("low", [0, 1, 2])
def test_a_size_may_be_as_small_as_the_contract_says(low: int) -> None:
    """PyTorch's sizes start at 2 unless the archive says otherwise; nobody else may assume it."""
    built = ProgramBuilder()
    built.output(built.input("x", tensor([built.symbol("s0", hint=4, low=low)])))
    env = prepare(loaded(built)).environment
    assert [env.known(ge(S0, bound)) for bound in (low, low + 1)] == [True, None]


@checks(NUM_01)
@pytest.mark.parametrize("function", [operator.add, operator.sub, operator.mul], ids=lambda found: str(found.__name__))
@pytest.mark.parametrize("flag", [False, True])
def test_a_plain_boolean_counts_as_0_or_1(function: Callable[[object, object], object], flag: bool) -> None:
    number = SymInt(U0, _sized(5))
    for left, right, plain in ((number, flag, (number, int(flag))), (flag, number, (int(flag), number))):
        found, wanted = unwrap(function(left, right)), unwrap(function(*plain))
        assert found is wanted or (found == wanted and type(found) is type(wanted))


@checks(NUM_10)
@pytest.mark.parametrize(("value", "low", "high"), [(-1, 0, None), (1, None, 0), (-1, 0, 0), (0, 1, None)])
def test_an_end_of_zero_is_an_end(value: int, low: int | None, high: int | None) -> None:
    with pytest.raises(ValueError, match=f"Invalid value {value} "):
        constrain_range(value, min=low, max=high)


@checks(TRM_01)
def test_symbols_of_one_name_and_two_sorts_are_two() -> None:
    for text in ("u90", "zuf90", "s90"):
        integer, real = symbol_atom(text, Sort.INT), symbol_atom(text, Sort.FLOAT)
        assert (integer.sort, real.sort, real is integer) == (Sort.INT, Sort.FLOAT, False)
        assert (of_atom(integer) is symbol(text), real is float_symbol(text)) == (True, True)


@checks(PRO_11)
def test_operands_of_a_sub_graph_are_in_the_words_in_which_they_were_given() -> None:
    """What a sub-graph says is said of its operand, not of what an earlier requirement put in its place."""
    env = _sized(5)
    env.require(eq(U0, S0), "they are equal")
    graph = fx.Graph()
    for text in "xy":
        graph.placeholder(text)
    graph.output(None)
    env.runner = runner = Given(None)
    for under in (None, ge(S0, 3)):
        run_subgraph(env, module(graph), (U0, U0 + 1), under)
        assert list(map(unwrap, runner.operands)) == [U0, U0 + 1]


@checks(BLI_03)
def test_no_size_of_a_custom_operators_result_is_negative() -> None:
    built = ProgramBuilder()
    x, count = built.input("x", tensor([built.symbol("s0", hint=8)])), built.unbacked("u0", 0, None)
    found = built.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count]))
    less = apply("Add", count, -1)
    built.output(built.call("torch.ops.mylib.keep.default", found, out=tensor([less, 4])))
    facts = [event.condition for event in blind_run(loaded(built)).log if isinstance(event, Fact)]
    assert ge(U0, 1) in facts


@checks(RUN_03)
def test_a_quantity_of_zero_is_remembered() -> None:
    template = context()
    ctx = ConcreteContext({"u0": 0, "u1": 7}, {"n": (U0, U1)}, template.subgraphs)
    ctx.node = "n"
    count = ctx.quantity("count", FakeTensor((3,), (1,), DType.bool))
    assert [ctx.fresh_int(None, None, asked) for asked in (count, count)] == [0, 0]


@checks(CMP_01, LAW_03)
@pytest.mark.parametrize("is_copy", [False, True])
def test_the_strides_of_a_copy_are_compared(is_copy: bool) -> None:
    old = FakeTensor((S0, 3), (3, 1), DType.bool)
    new = FakeTensor((S0, 3), (1, S0), DType.bool, CPU, storage=Storage(is_copy=is_copy))
    assert len(VALUE.claims(values((old, new))).open) == 2


@checks(ASK_11)
def test_whatever_the_second_run_drops_is_asked_for() -> None:
    first = known(ge(U0, 0), ge(U1, 2), le(S0, 9))
    for gone in (ge(U0, 0), ge(U1, 2), le(S0, 9)):
        kept = known(*(condition for condition in first.known if condition is not gone))
        (claim,) = STEADY.of_run(ran(after=first, again=kept)).open
        assert (claim.goal, claim.about) == (gone, f"{gone} is known after the first run and not after the second")


@checks(ENV_24)
def test_a_node_that_fails_in_a_branch_leaves_no_size_behind() -> None:
    env = _sized(5)
    with env.under(ge(U0, 3)):
        point = env.checkpoint()
        env.size_like[name("u0")] = None
        env.roll_back(point)
        assert env.size_like == {}
    assert env.size_like == {}


@checks(ENV_22)
def test_an_equation_with_a_zero_keeps_its_sign() -> None:
    """The two zeros are one number and one key of a dictionary, but two texts."""
    for first, second in ((0.0, -0.0), (-0.0, 0.0)):
        texts = [to_text(equation(Z, zero)) for zero in (first, second)]
        assert [f"Eq(zuf0, {zero!r})" in text for zero, text in zip((first, second), texts, strict=True)] == [True] * 2


@checks(ENV_25)
@pytest.mark.parametrize("text", ["u", "zuf", "u0x", "zuf0x", "zuf0_again", "uv1", "zu1", "s0", "x1"])
def test_a_name_that_only_begins_like_an_unbacked_one_is_none(text: str) -> None:
    assert (is_unbacked(symbol_atom(text, Sort.INT)), is_unbacked(symbol_atom(text, Sort.FLOAT))) == (False, False)


@checks(NUM_01, NUM_12)
def test_zero_to_the_power_of_nan_is_nan() -> None:
    assert math.isnan(0.0**math.nan)
    env = ShapeEnv()
    base, exponent = env.create_unbacked_symfloat(), env.create_unbacked_symfloat()
    assert isinstance(base**exponent, SymFloat)
    (asked,) = [event.condition for event in env.log if isinstance(event, Requirement)]
    for value, holds in ((math.nan, True), (0.0, True), (2.0, True), (-1.0, False), (-math.inf, False)):
        assert evaluate(asked, {"zuf0": 0.0, "zuf1": value}) is holds
        assert evaluate(asked, {"zuf0": 2.0, "zuf1": value}) is True


@checks(TRM_28)
def test_a_connective_of_one_is_that_one() -> None:
    parts = (ge(U0, 3), eq(U1, 2))
    assert (land(lor(*parts)), lor(land(*parts))) == (lor(*parts), land(*parts))
    assert (land(land(*parts)), lor(lor(*parts)), land(parts[0]), lor(parts[1])) == (land(*parts), lor(*parts), *parts)


@checks(TRM_03, TRM_08)
def test_an_integer_put_beside_a_float_stays_exact() -> None:
    large, near = 2**53 + 1, float(2**53)
    for compare, holds in ((float_lt, False), (float_le, False), (float_eq, False), (float_ne, True)):
        condition = substitute_cond(compare(U0, Z), {name("u0"): large})
        assert evaluate(condition, {"zuf0": near}) is holds


@checks(SOL_03)
def test_the_text_of_a_comparison_is_in_one_order() -> None:
    """Neither the hash seed nor the names turn it round."""
    for left, right in (("a", "b"), ("b", "a"), ("x7", "x1"), ("nan", "n"), ("n", "nan"), ("p", "q"), ("q", "p")):
        one, other = (ExtendedReal(text, "0", "0.0") for text in (left, right))
        for op in ("lt", "le", "eq"):
            assert one.compare(op, other).startswith(f"(and (not {left}) (not {right}) ")


@checks(OBS_03)
def test_what_stands_below_an_operator_that_is_dead_in_a_sub_graph_is_dead() -> None:
    def graph() -> fx.Graph:
        made = fx.Graph()
        x = made.placeholder("x")
        made.output(made.call_function(operator.neg, (x,)))
        return made

    def steps(found: fx.Graph, prefix: str) -> list[Step]:
        return [Step(prefix + node.name, node, None, ()) for node in found.nodes if node.op == "call_function"]

    middle = graph()
    dead = middle.call_function(operator.pos, (next(iter(middle.nodes)),))
    run = [*steps(graph(), ""), *steps(middle, "neg/body_0/"), *steps(graph(), f"neg/body_0/{dead.name}/body_0/")]
    assert dead_nodes(run) == {f"neg/body_0/{dead.name}", f"neg/body_0/{dead.name}/body_0/neg"}


@checks(ASK_07)
def test_a_renaming_that_changes_leads_to_a_name_in_use() -> None:
    """A fresh symbol that had a name gets another one, which had been renamed itself."""
    before = ShapeEnvState(renamings={U7: name("u0"), U8: name("u1")})
    after = replace(before, renamings={**before.renamings, U7: U8})
    (found,) = ROOT.of_step(becomes(symbol("u9"), before, after)).findings
    assert found.message == "u7 is renamed to u8, which had been renamed: it is u1 in the end"


class _Reluctant:
    """Gives up on the first question, and answers the others."""

    def __init__(self) -> None:
        self._asked = 0

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """What z3 says, from the second question on."""
        self._asked += 1
        return (Undecided("too hard"),) * len(obligations) if self._asked == 1 else make_solver().decide(obligations)


@checks(LNK_04, LAW_17)
def test_what_follows_an_undecided_requirement_is_listed() -> None:
    given = observed(before=(stated(ge(U0, 1)), stated(ge(U1, 1), node="m")))
    assert [row.node for row in unrecorded(given, None, _Reluctant())] == ["m"]


@checks(BLI_03)
def test_what_a_custom_operator_gives_in_a_branch_is_said_there() -> None:
    built = ProgramBuilder()
    s0 = built.symbol("s0", hint=8)
    x = built.input("x", tensor([s0]))
    flag = built.call("aten.gt.Scalar", built.call("aten.sum.default", x, out=tensor([])), 0, out=tensor([], "bool"))
    graphs = [built.subgraph(text) for text in ("true_graph_0", "false_graph_0")]
    for graph in graphs:
        inner = graph.input("x", tensor([s0]))
        graph.output(graph.call("torch.ops.mylib.keep.default", inner, out=tensor([s0])))
    arguments = [graph.as_argument() for graph in graphs]
    built.output(*built.call_tuple("torch.ops.higher_order.cond", flag, *arguments, [x], outs=[tensor([s0])]))
    facts = [event for event in blind_run(loaded(built)).log if isinstance(event, Fact)]
    assert [(fact.node, len(fact.under)) for fact in facts if fact.condition == ge(S0, 0)] == [
        ("cond/true_graph_0/keep", 1),
        ("cond/false_graph_0/keep", 1),
    ]


@checks(PRO_11, RPL_04)
@pytest.mark.parametrize("operands", [1, 2])
def test_a_sub_graph_takes_no_more_operands_than_it_has_inputs(operands: int) -> None:
    """One that lost an unused input would be called with too many: no loader of PyTorch's runs it."""
    built = ProgramBuilder()
    s0 = built.symbol("s0", hint=8)
    x, n = built.input("x", tensor([s0])), built.input("n", tensor([], "int64"))
    test, body = built.subgraph("cond_graph_0"), built.subgraph("body_graph_0")
    count = test.input("i", tensor([], "int64"))
    for index in range(1, operands):
        test.input(f"unused_{index}", tensor([s0]))
    test.output(test.call("aten.lt.Scalar", count, 5, out=tensor([], "bool")))
    count, carried = body.input("i", tensor([], "int64")), body.input("y", tensor([s0]))
    more = body.call("aten.add.Tensor", count, 1, out=tensor([], "int64"))
    body.output(more, body.call("aten.sin.default", carried, out=tensor([s0])))
    graphs = [test.as_argument(), body.as_argument()]
    outs = [tensor([], "int64"), tensor([s0])]
    built.output(*built.call_tuple("torch.ops.higher_order.while_loop", *graphs, [n, x], [], outs=outs))
    report = checked(built)
    assert (report.verdict, broken_laws(report)) == (
        ("equivalent", set()) if operands == 2 else ("broken", {"CONSIST", "EQUIV"})
    )
    if operands < 2:
        assert "forward() takes 2 positional arguments but 3 were given" in (row(report, "EQUIV").message or "")
