"""BLI, continued: what the recorded program says by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression, apply, as_expression
from refimpl.export.prefix import symbol as named
from refimpl.export.schema import GraphArgument
from refimpl.fake_tensor import DType
from refimpl.laws import check
from refimpl.laws.before import before, same_value
from refimpl.laws.blind_run import blind_run
from refimpl.laws.observe import observe
from refimpl.symbolic_shapes.events import Requirement
from refimpl.terms import Cond, eq, float_mul, float_ne, float_symbol, ge, le, lnot, lor, ne, symbol
from specs.clauses import Clause, checks
from tests.laws.observations import tensor as fake
from tests.laws.programs import LARGEST, loaded, two_numbers

__all__ = ["BLI_05", "BLI_06", "BLI_07"]

_LAWS = "refimpl.laws"
S, U, V = (symbol(name) for name in ("s0", "u0", "u1"))
U0, U1 = named("u0"), named("u1")
NAN = float("nan")

BLI_05 = Clause(
    "BLI-05",
    "The recorded ranges of computed symbols hold where the first of them by name of node is held; a key of which a"
    " symbol is nowhere is unused, one of inputs is the contract's.",
    f"{_LAWS}.before:_ranges",
    "bli-ranges-that-nobody-holds-are-stated",
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
    "bli-changed-arguments-keep-their-words",
)


def recorded(program: ProgramBuilder) -> tuple[list[tuple[str, Cond, str]], tuple[str, ...]]:
    """Node, condition and source of everything recorded; and the range keys that no value uses."""
    seen = observe(blind_run(loaded(program)))
    return [(s.node, s.condition, s.source) for s in seen.before], seen.unused


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
    half = program.call("_operator.mul", held, 0.5, out=apply("Mul", as_expression(0.5), zuf0))
    program.assert_scalar(held)
    program.assert_scalar(half)
    program.output(held)
    x = float_symbol("zuf0")
    assert asserts(program) == [float_ne(x, 0.0), float_ne(float_mul(x, 0.5), 0.0)]


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
    # What the recorded asserts say already is not said again of recorded values in other words.
    assert built(5, asserted=True) == [("_assert_scalar", ge(V, 1), "assert"), ("full_1", ge(V, 0), "operator")]
    assert built(0, asserted=True) == [
        ("_assert_scalar", ge(V, 6), "assert"),
        ("full", ge(V, -1), "operator"),
        ("full_1", ge(V, 0), "operator"),
    ]


@checks(BLI_07)
def test_what_is_recorded_in_other_words_is_asked_under_the_recorded_ranges() -> None:
    program, _, number = two_numbers()
    program.range("u1", 2, None)
    program.call("aten.full.default", [program.call("_operator.add", number, 1, out=U1 - 2)], 1.0, out=tensor([U1 - 2]))
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
def test_what_the_operator_allocates_again_is_what_it_allocated() -> None:
    program, _, number = two_numbers()
    s0 = named("s0", hint=8, positive=True)
    x = program.input("y", tensor([s0]))
    mask = program.call("aten.gt.Scalar", x, 0, out=tensor([s0], "bool"))
    other = program.call("_operator.add", number, 1, out=U1 + 2)
    values = program.call("aten.full.default", [other], 1.0, out=tensor([U1 + 2]))
    program.output(program.call("aten.index_put.default", x, [mask], values, out=tensor([s0])))
    seen = observe(blind_run(loaded(program)))
    (counted_there,) = next(node.allocated for node in seen.nodes if node.path == "index_put")
    count = symbol(counted_there.name)
    stated = {s.node: s.condition for s in seen.before if s.source == "operator"}
    # The values are broadcast to the places that the mask counts.
    assert stated["index_put"] == lor(eq(V + 2, 1), eq(V + 2, count))
    assert {s.node: s.condition for s in seen.after}["index_put"] == lor(eq(V + 1, 1), eq(V + 1, count))


@checks(BLI_07)
def test_what_raises_for_another_reason_is_not_recorded_as_false() -> None:
    program = ProgramBuilder()
    six = program.call("aten.full.default", [6], 1.0, out=tensor([3, 2]))
    program.call("aten.no_such.default", six, out=tensor([4]))
    program.call("torch.ops.mylib.keep.default", six, out=tensor([4]))
    program.output(program.call("aten.neg.default", six, out=tensor([3, 2])))
    assert recorded(program)[0] == []


@checks(BLI_07)
def test_each_call_raises_for_itself() -> None:
    program, _, number = two_numbers()
    program.range("u1", -9, -7)
    other = program.call("_operator.add", number, 1, out=U1 + 2)
    program.call("aten.full.default", [other], 1.0, out=tensor([4]))
    six = program.call("aten.full.default", [6], 1.0, out=tensor([3, 2]))
    program.call("aten.view.default", six, [4], out=tensor([4]))
    program.call("aten.select.int", six, 2, 0, out=tensor([4]))
    stated = [(node, condition) for node, condition, source in recorded(program)[0] if source == "operator"]
    assert stated == [("full", ge(V, -2)), ("view", False), ("select_int", False)]


@checks(BLI_07)
def test_what_raises_by_itself_on_recorded_values_is_never_recorded() -> None:
    program, _, number = two_numbers()
    six = program.call("aten.full.default", [6, 1], 1.0, out=tensor([3, 2]))
    flat = program.call("aten.full.default", [6, 1], 1.0, out=tensor([6]))
    program.call("aten.select.int", six, 2, 0, out=tensor([4]))  # there and here there is no third dimension
    program.call("aten.select.int", flat, 1, 0, out=tensor([6]))  # here there is a second one
    other = program.call("_operator.add", number, 1, out=U1 + 2)
    program.output(program.call("_operator.floordiv", 12, other, out=apply("FloorDiv", 12, U1 + 2)))
    stated = [row for row in recorded(program)[0] if row[2] != "range"]
    assert stated == [("select_int", False, "operator"), ("floordiv", ne(V, -2), "operator")]


@checks(BLI_07)
def test_a_blinded_copy_has_recorded_nothing() -> None:
    program, _, number = two_numbers()
    program.range("u7", 2, 9)
    program.check(number, ">=", 3)
    whole = loaded(program)
    assert observe(blind_run(whole)).before != ()
    seen = observe(blind_run(replace(whole, unrecorded=("item",))))
    assert (seen.before, seen.unused) == ((), ())


@checks(BLI_07)
def test_what_one_branch_enforces_is_not_known_in_the_other() -> None:
    program, found, number = two_numbers()
    s0 = named("s0", hint=8, positive=True)
    x = program.input("y", tensor([s0]))
    program.unbacked("u2", 0, LARGEST)
    # The recorder gave the smaller of u0 and s0 a name of its own.
    part = program.call("aten.slice.Tensor", x, 0, None, program.size(found, 0), out=tensor([named("u2")]))
    count = program.size(part, 0)
    flag = program.call(
        "aten.gt.Scalar", program.call("aten.sum.default", x, out=tensor([])), 0, out=tensor([], "bool")
    )
    arguments: list[GraphArgument] = []
    for name in ("true_graph_0", "false_graph_0"):
        graph = program.subgraph(name)
        operand, length = graph.input("x", tensor([s0])), graph.input("n", named("u2"))
        less = graph.call("_operator.sub", length, 3, out=named("u2") - 3)
        graph.call("aten.full.default", [less], 1.0, out=tensor([named("u2") - 3]))
        graph.output(graph.call("aten.mul.Tensor", operand, 2, out=tensor([s0])))
        arguments.append(graph.as_argument())
    outs = [tensor([s0])]
    program.output(
        found, number, *program.call_tuple("torch.ops.higher_order.cond", flag, *arguments, [x, count], outs=outs)
    )
    stated = [row for row in recorded(program)[0] if row[2] == "operator"]
    at_least = ge(symbol("u2"), 3)
    assert stated == [
        ("cond/true_graph_0/full", at_least, "operator"),
        ("cond/false_graph_0/full", at_least, "operator"),
    ]
    assert check(loaded(program)).verdict == "equivalent"


@checks(BLI_07)
def test_what_the_operator_does_not_allocate_again_is_no_matter() -> None:
    program, found, number = two_numbers()
    other = program.call("_operator.add", number, 1, out=3)
    program.output(program.call("aten.slice.Tensor", found, 0, None, other, out=tensor([3, 1], "int64")))
    assert [row for row in recorded(program)[0] if row[2] == "operator"] == []


@checks(BLI_07)
def test_what_no_kernel_enforces_is_not_said() -> None:
    run = blind_run(loaded(two_numbers()[0]))
    requirements = [
        Requirement("item", ge(V, 3), True, "deferred"),
        Requirement("item", ge(V, 4), ge(V, 2), "half"),
        Requirement("item", ge(V, 5), False, "never"),
    ]
    stated = before(run, run.observed(), requirements, {}, ()).stated
    assert [(each.condition, each.message) for each in stated] == [(ge(V, 2), "half"), (False, "never")]


@checks(BLI_06)
def test_a_range_is_one_of_a_number() -> None:
    program, found, number = two_numbers()
    truth = program.call("_operator.ge", number, 3, out=U1 >= 3)
    for asserted in (truth, found):
        program.do("aten.sym_constrain_range.default", asserted, min=0, max=1)
    assert asserts(program) == []


@checks(BLI_07)
def test_what_is_the_same_value() -> None:
    x = fake(U, 3, strides=(V, 1), offset=S)
    for old, new, same in (
        (x, x, True),
        (x, fake(U, 3, strides=(V, 1), offset=S), True),
        (x, fake(V, 3, strides=(V, 1), offset=S), False),
        (x, fake(U, 3, strides=(U, 1), offset=S), False),
        (x, fake(U, 3, strides=(V, 1)), False),
        (x, (U, 3), False),
        ((x, 3), [x, 3], True),
        ((x, 3), (x, 4), False),
        ((x, 3), (x,), False),
        (1, True, False),
        (NAN, NAN, True),
    ):
        assert same_value(old, new) == same
        assert same_value(new, old) == same
    assert same_value(fake(3), fake(3))
    assert not same_value(fake(3), fake(3, dtype=DType.int64))
    assert not same_value(fake(3), replace(fake(3), layout="sparse_coo"))
