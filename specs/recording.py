"""BLI, continued: what the recorded program says by itself, and what a report says of the program."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression
from refimpl.export.prefix import symbol as named
from refimpl.export.schema import GraphArgument
from refimpl.fake_tensor import DType
from refimpl.laws import ProgramReport, check
from refimpl.laws.before import same_value
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import examine, supply_of
from refimpl.laws.observe import observe
from refimpl.solver import Refuted
from refimpl.symbolic_shapes.profiles import PROFILES
from refimpl.terms import Cond, eq, float_ne, float_symbol, ge, le, lnot, ne, symbol
from specs.clauses import Clause, checks
from tests.laws.observations import tensor as fake
from tests.laws.programs import LARGEST, counted, loaded

__all__ = ["BLI_05", "BLI_06", "BLI_07", "BLI_08"]

_LAWS = "refimpl.laws"
S, U, V = (symbol(name) for name in ("s0", "u0", "u1"))
U0, U1 = named("u0"), named("u1")

BLI_05 = Clause(
    "BLI-05",
    "The recorded ranges of computed symbols hold where the first of them by name of node is held; a key of which a"
    " symbol is nowhere is unused, one of inputs is the contract's.",
    f"{_LAWS}.before:_ranges",
    "bli-ranges-of-inputs-are-unused",
)
BLI_06 = Clause(
    "BLI-06",
    "The recorded argument of each assert is stated, unless it is true: a condition, a number that is not zero, or a"
    " range.",
    f"{_LAWS}.before:_asserted",
    "bli-asserted-numbers-may-be-zero",
)
BLI_07 = Clause(
    "BLI-07",
    "What other operators enforce is stated of the recorded values of their arguments, in the same words where these"
    " are the values of the run.",
    f"{_LAWS}.before:_operators",
    "bli-operators-see-the-values-of-the-run",
)


def recorded(program: ProgramBuilder) -> tuple[list[tuple[str, Cond, str]], tuple[str, ...]]:
    """Node, condition and source of everything recorded; and the range keys that no value uses."""
    seen = observe(blind_run(loaded(program)))
    return [(s.node, s.condition, s.source) for s in seen.before], seen.unused


def two_numbers() -> tuple[ProgramBuilder, Value, Value]:
    """``u0 = count(nonzero(x))`` and ``u1 = item(k)``."""
    program = ProgramBuilder()
    s0, u0, u1 = program.symbol("s0", hint=8), program.unbacked("u0"), program.unbacked("u1")
    x, k = program.input("x", tensor([s0])), program.input("k", tensor([], "int64"))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    number = program.call("aten.item.default", k, out=u1)
    program.output(found, number)
    return program, found, number


@checks(BLI_05)
def test_recorded_ranges_are_stated_where_their_symbols_are_held() -> None:
    program, _, _ = two_numbers()
    for key, low, high in (
        ("u0", 2, 9),
        ("u1", None, 50),
        ("s0", 3, 64),
        ("u7", 0, 1),
        ("2*u0", 5, 12),
        ("u0*u9", 0, 3),
        ("s0*u0", None, 99),
        ("u0*u1", 1, 77),
        ("what is it", 1, 2),
        ("3", 1, 4),
    ):
        program.range(key, low, high)
    stated, unused = recorded(program)
    assert stated == [
        ("nonzero", ge(U, 2), "range"),
        ("nonzero", le(U, 9), "range"),
        ("item", le(V, 50), "range"),
        ("nonzero", ge(2 * U, 5), "range"),
        ("nonzero", le(2 * U, 12), "range"),
        ("nonzero", le(S * U, 99), "range"),
        ("item", ge(U * V, 1), "range"),
        ("item", le(U * V, 77), "range"),
    ]
    assert unused == ("u7", "u0*u9", "what is it", "3")


@checks(BLI_05)
def test_the_range_of_an_unbacked_input_is_the_contracts() -> None:
    program = ProgramBuilder()
    u5, u0 = program.unbacked("u5", 1, 6), program.unbacked("u0", 0, 7)
    program.range("u0*u5", 0, 40)
    number, k = program.input("n", u5), program.input("k", tensor([], "int64"))
    program.call("aten.item.default", k, out=u0)
    program.output(program.call("_operator.add", number, 1, out=u5 + 1))
    stated, unused = recorded(program)
    assert stated == [
        ("item", ge(U, 0), "range"),
        ("item", le(U, 7), "range"),
        ("item", ge(U * symbol("u5"), 0), "range"),
        ("item", le(U * symbol("u5"), 40), "range"),
    ]
    assert unused == ()


def _branches(*, lows: tuple[int, int]) -> ProgramBuilder:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([s0]))
    total = program.call("aten.sum.default", x, out=tensor([]))
    flag = program.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
    arguments: list[GraphArgument] = []
    for index, low in enumerate(lows):
        graph = program.subgraph(("true_graph_0", "false_graph_0")[index])
        number = program.unbacked(f"u{index}", low, None)
        operand = graph.input("x", tensor([s0]))
        found = graph.call("aten.nonzero.default", operand, out=tensor([number, 1], "int64", strides=[1, number]))
        graph.check(graph.size(found, 0), ">=", low)
        graph.output(graph.call("aten.mul.Tensor", operand, 2, out=tensor([s0])))
        arguments.append(graph.as_argument())
    program.output(*program.call_tuple("torch.ops.higher_order.cond", flag, *arguments, [x], outs=[tensor([s0])]))
    return program


@checks(BLI_05, BLI_06)
def test_what_a_branch_records_is_under_its_predicate() -> None:
    seen = observe(blind_run(loaded(_branches(lows=(2, 3)))))
    predicates = {node.path: node.predicates for node in seen.nodes}
    taken = predicates["cond/true_graph_0/nonzero"]
    assert len(taken) == 1
    assert predicates["cond/false_graph_0/nonzero"] == (lnot(taken[0]),)
    assert [(s.node, s.condition, s.source, s.predicates) for s in seen.before] == [
        ("cond/true_graph_0/nonzero", ge(U, 2), "range", taken),
        ("cond/false_graph_0/nonzero", ge(V, 3), "range", (lnot(taken[0]),)),
        ("cond/true_graph_0/_assert_scalar", ge(U, 2), "assert", taken),
        ("cond/false_graph_0/_assert_scalar", ge(V, 3), "assert", (lnot(taken[0]),)),
    ]


def asserts(program: ProgramBuilder) -> list[Cond]:
    """The conditions that asserts record; no range and no operator says anything."""
    stated, unused = recorded(program)
    assert {source for _, _, source in stated} <= {"assert"}
    assert unused == ()
    return [condition for _, condition, _ in stated]


@checks(BLI_06)
@pytest.mark.parametrize(
    ("out", "expected"),
    [
        (U1 >= 3, [ge(V, 3)]),
        (U1.eq(3), [eq(V, 3)]),
        (U1 + 1, [ne(V, -1)]),
        (U1, [ne(V, 0)]),
        (True, []),
        (False, [False]),
        (1, []),
        (3, []),
        (0, [False]),
    ],
)
def test_what_an_assert_records(out: Expression | bool | int, expected: list[Cond]) -> None:
    program, _, number = two_numbers()
    program.assert_scalar(program.call("_operator.add", number, 1, out=out))
    assert asserts(program) == expected


@checks(BLI_06)
def test_an_asserted_float_is_not_zero() -> None:
    program = ProgramBuilder()
    zuf0 = program.unbacked_float("zuf0")
    held = program.call("aten.item.default", program.input("k", tensor([])), out=zuf0)
    program.assert_scalar(held)
    program.output(held)
    x = float_symbol("zuf0")
    (stated,) = asserts(program)
    assert stated == float_ne(x, 0.0)


@checks(BLI_06)
def test_an_asserted_range_is_its_ends() -> None:
    for name in ("sym_constrain_range", "sym_constrain_range_for_size"):
        for low, high in ((3, 40), (None, 40), (3, None), (None, None), (0, 0)):
            program, _, number = two_numbers()
            program.do(f"aten.{name}.default", number, min=low, max=high)
            ends = ([] if low is None else [ge(V, low)]) + ([] if high is None else [le(V, high)])
            assert asserts(program) == ends
    program, _, number = two_numbers()
    program.do("aten.sym_constrain_range.default", number, max=7)
    assert asserts(program) == [le(V, 7)]
    program, _, number = two_numbers()
    token = program.input("t", tensor([]))
    for name in ("_functional_sym_constrain_range", "_functional_sym_constrain_range_for_size"):
        program.call(f"aten.{name}.default", number, 3, 9, token, out=tensor([]))
    assert asserts(program) == [ge(V, 3), le(V, 9)] * 2


@checks(BLI_07)
def test_what_an_operator_enforces_is_said_of_recorded_values() -> None:
    def built(change: int, *, asserted: bool = False) -> list[tuple[str, Cond, str]]:
        program, _, number = two_numbers()
        other = program.call("_operator.add", number, 1, out=U1 + 1 + change)
        made = program.call("aten.full.default", [other], 1.0, out=tensor([U1 + 1 + change]))
        program.call("aten.full.default", [number], 1.0, out=tensor([U1]))
        if asserted:
            program.check(other, ">=", 7)
        program.output(made)
        return [row for row in recorded(program)[0] if row[2] != "range"]

    assert built(0) == [("full", ge(V, -1), "operator"), ("full_1", ge(V, 0), "operator")]
    assert built(5) == [("full_1", ge(V, 0), "operator"), ("full", ge(V, -6), "operator")]
    assert built(0, asserted=True) == [
        ("_assert_scalar", ge(V, 6), "assert"),
        ("full", ge(V, -1), "operator"),
        ("full_1", ge(V, 0), "operator"),
    ]


@checks(BLI_07)
def test_what_is_recorded_in_other_words_is_asked_under_the_recorded_ranges() -> None:
    program, _, number = two_numbers()
    program.range("u1", 2, None)
    other = program.call("_operator.add", number, 1, out=U1 - 2)
    program.output(program.call("aten.full.default", [other], 1.0, out=tensor([U1 - 2])))
    assert recorded(program)[0] == [("item", ge(V, 2), "range")], "the recorded range implies that it is not negative"


@checks(BLI_07)
def test_a_call_that_raises_on_recorded_values_too_is_never_recorded() -> None:
    program = ProgramBuilder()
    u1 = program.unbacked("u1")
    number = program.call("aten.item.default", program.input("k", tensor([], "int64")), out=u1)
    six = program.call("aten.full.default", [6], 1.0, out=tensor([3, 2]))
    program.output(program.call("aten.view.default", six, [4], out=tensor([4])), number)
    seen = observe(blind_run(loaded(program)))
    assert [(s.node, s.condition, s.source) for s in seen.before] == [("view", False, "operator")]
    assert seen.before[0].message
    assert [(s.node, s.condition, s.source) for s in seen.after] == [("view", False, "operator")]
    fits = ProgramBuilder()
    six = fits.call("aten.full.default", [6], 1.0, out=tensor([2, 2]))
    fits.output(fits.call("aten.view.default", six, [4], out=tensor([4])))
    assert recorded(fits)[0] == [], "on the recorded sizes it does not raise"


@checks(BLI_07)
def test_what_is_the_same_value() -> None:
    x = fake(U, 3, strides=(V, 1), offset=S)
    for old, new, same in (
        (x, x, True),
        (x, fake(U, 3, strides=(V, 1), offset=S), True),
        (x, fake(V, 3, strides=(V, 1), offset=S), False),
        (x, fake(U, 3, strides=(U, 1), offset=S), False),
        (x, fake(U, 3, strides=(V, 1), offset=0), False),
        (x, (U, 3), False),
        ((x, 3), [x, 3], True),
        ((x, 3), (x, 4), False),
        ((x, 3), (x,), False),
        (3, 3, True),
        (3, 3.0, False),
        (1, True, False),
        (U, V, False),
        ("a", "a", True),
        (None, 3, False),
    ):
        assert same_value(old, new) == same
        assert same_value(new, old) == same
    assert same_value(fake(3), fake(3))
    assert not same_value(fake(3), fake(3, dtype=DType.int64))
    assert not same_value(fake(3), replace(fake(3), layout="sparse_coo"))


BLI_08 = Clause(
    "BLI-08",
    "The report of a program counts its nodes and unbacked symbols and says whether there was anything to rebind, what"
    " was assumed, and the worst outcome of its laws.",
    f"{_LAWS}.check:_verdict",
    "bli-the-undecided-is-equivalent",
)


def _kept(*, custom: bool = False, unknown: bool = False) -> ProgramReport:
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    program.guard("L['x'].strange() > 2")
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    target = "mylib.keep" if custom else "aten.no_such" if unknown else "aten.relu"
    kept = program.call(f"torch.ops.{target}.default", x, out=tensor([s0]))
    program.output(found, kept)
    return check(loaded(program), path="the path")


@checks(BLI_08)
def test_the_verdict_is_the_worst_outcome() -> None:
    plain, custom, unknown = _kept(), _kept(custom=True), _kept(unknown=True)
    assert [report.verdict for report in (plain, custom, unknown)] == ["equivalent", "equivalent", "unknown"]
    assert [report.conditional for report in (plain, custom, unknown)] == [False, True, False]
    assert [report.assumed for report in (plain, custom, unknown)] == [(), ("keep",), ()]
    assert {(r.path, r.nodes, r.unbacked, r.nothing_to_rebind) for r in (plain, custom, unknown)} == {
        ("the path", 2, 1, False)
    }
    assert len(plain.unread_guards) == 1
    assert plain.unread_guards[0].startswith("L['x'].strange() > 2 (")
    assert plain.relation == "equivalent"
    broken = check(loaded(counted(2)))
    assert (broken.verdict, broken.relation) == ("broken", "weakened")
    assert broken.path is not None
    assert broken.path.endswith("program.pt2")


@checks(BLI_08)
def test_whether_there_was_anything_to_rebind() -> None:
    def report(*, binds: bool) -> ProgramReport:
        program = ProgramBuilder()
        s0 = program.symbol("s0", hint=8)
        x = program.input("x", tensor([s0]))
        if binds:
            program.call("aten.nonzero.default", x, out=tensor([3, 1], "int64"))
        program.output(program.call("aten.relu.default", x, out=tensor([s0])))
        return check(loaded(program))

    none, dropped = report(binds=False), report(binds=True)
    assert (none.nothing_to_rebind, none.unbacked, none.nodes) == (True, 0, 1)
    assert (dropped.nothing_to_rebind, dropped.unbacked, dropped.nodes) == (False, 0, 2)


@checks(BLI_08)
def test_values_and_obligations_are_there_if_asked_for() -> None:
    program = loaded(counted(2))
    report, decided = examine(program)
    assert report.values is None
    refuted = {each.claim.law for each in decided if isinstance(each.verdict, Refuted)}
    assert refuted == {row.law for row in report.refuted}
    with_values, again = examine(program, values=True, reprove=True)
    assert with_values.values is not None
    assert list(with_values.values) == ["x", "nonzero"]
    assert len(again) > len(decided)
    assert json.loads(json.dumps(with_values.values["x"]))["size"] == ["s0"]
    with pytest.raises(KeyError):
        check(program, profile="torch-1.0")
    both = check(program, solver="both", profile="torch-2.13")
    assert (both.verdict, both.relation) == (report.verdict, report.relation)
    with pytest.raises(ValueError, match="budget"):
        check(program, budget=0)


@checks(BLI_08)
def test_a_replay_takes_what_is_allocated_in_old_names() -> None:
    program, _, _ = two_numbers()
    run = blind_run(loaded(program), profile=PROFILES["exact"])
    supply = supply_of(run, observe(run))
    assert dict(supply.allocated) == {"nonzero": (U,), "item": (V,)}
    assert (supply.kept, supply.binding) == (frozenset(), frozenset(("nonzero", "item")))
