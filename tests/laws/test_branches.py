"""What a branch establishes holds under its predicate, and only there; loop bodies are programs of their own."""

from __future__ import annotations

import pytest

from refimpl.export.builder import GraphBuilder, ProgramBuilder, tensor
from refimpl.export.errors import ArchiveError
from refimpl.export.prefix import Expression
from refimpl.export.schema import GraphArgument
from tests.laws.programs import LARGEST, broken_laws, checked, row, witness


def _branch(program: ProgramBuilder, name: str, s0: Expression, count: Expression, least: int | None) -> GraphBuilder:
    """A branch that counts its operand and may assert a least count; it returns the operand doubled."""
    graph = program.subgraph(name)
    x = graph.input("x", tensor([s0]))
    found = graph.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count]))
    if least is not None:
        graph.check(graph.size(found, 0), ">=", least)
    graph.output(graph.call("aten.mul.Tensor", x, 2, out=tensor([s0])))
    return graph


def _cond(lows: tuple[int, int], asserted: tuple[int | None, int | None]) -> ProgramBuilder:
    """``cond`` on a tensor predicate; each branch's count has a recorded lower bound and perhaps an assert."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    counts = [program.unbacked(f"u{i}", low, LARGEST) for i, low in enumerate(lows)]
    x = program.input("x", tensor([s0]))
    total = program.call("aten.sum.default", x, out=tensor([]))
    predicate = program.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
    names = ("true_graph_0", "false_graph_0")
    graphs = [
        _branch(program, name, s0, count, least) for name, count, least in zip(names, counts, asserted, strict=True)
    ]
    arguments = [graph.as_argument() for graph in graphs]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, [x], outs=[tensor([s0])]))
    return program


def test_asserts_in_both_branches_keep_both_bounds() -> None:
    report = checked(_cond((2, 3), (2, 3)))
    assert report.verdict == "equivalent"
    assert [binding.node for binding in report.bindings] == ["cond/true_graph_0/nonzero", "cond/false_graph_0/nonzero"]


@pytest.mark.parametrize(
    ("asserted", "node", "symbol"),
    [((None, 3), "cond/true_graph_0/nonzero", "u0"), ((2, None), "cond/false_graph_0/nonzero", "u1")],
)
def test_a_bound_without_its_branchs_assert_is_lost(
    asserted: tuple[int | None, int | None], node: str, symbol: str
) -> None:
    report = checked(_cond((2, 3), asserted))
    assert report.relation == "weakened"
    assert row(report, "LINK").node == node
    found = witness(row(report, "LINK"))
    assert found[symbol] == 0
    # The predicate takes the branch that lost its assert.
    assert next(value for name, value in found.items() if name.startswith("p")) == (symbol == "u0")


def _outer_count(asserted: tuple[bool, bool]) -> ProgramBuilder:
    """A count allocated outside, of which the branches may assert that it is at least 2."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", 2, LARGEST)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    count = program.size(found, 0)
    total = program.call("aten.sum.default", x, out=tensor([]))
    predicate = program.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
    arguments: list[GraphArgument] = []
    for name, asserts in zip(("true_graph_0", "false_graph_0"), asserted, strict=True):
        graph = program.subgraph(name)
        operand, number = graph.input("x", tensor([s0])), graph.input("n", u0)
        if asserts:
            graph.check(number, ">=", 2)
        graph.output(graph.call("aten.mul.Tensor", operand, 2, out=tensor([s0])))
        arguments.append(graph.as_argument())
    outs = [tensor([s0])]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, [x, count], outs=outs))
    return program


def test_asserts_in_both_branches_establish_the_bound_outside() -> None:
    assert checked(_outer_count((True, True))).verdict == "equivalent"


@pytest.mark.parametrize("asserted", [(True, False), (False, True)])
def test_an_assert_of_one_branch_does_not_hold_outside_of_it(asserted: tuple[bool, bool]) -> None:
    report = checked(_outer_count(asserted))
    assert report.relation == "weakened"
    found = witness(row(report, "LINK"))
    assert found["u0"] < 2
    # The witness takes the branch without the assert.
    assert next(value for name, value in found.items() if name.startswith("p")) == asserted[1]


def test_a_loop_body_keeps_the_bound_it_asserts_and_loses_the_one_it_does_not() -> None:
    def program(least: int) -> ProgramBuilder:
        built = ProgramBuilder()
        s0 = built.symbol("s0", hint=8)
        u0 = built.unbacked("u0", 2, LARGEST)
        xs = built.input("xs", tensor([s0, 4]))
        body = built.subgraph("body_graph_0")
        x = body.input("x", tensor([4]))
        found = body.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
        body.check(body.size(found, 0), ">=", least)
        body.output(body.call("aten.mul.Tensor", x, 2, out=tensor([4])))
        outs = [tensor([s0, 4])]
        built.output(*built.call_tuple("torch.ops.higher_order.map_impl", body.as_argument(), [xs], [], outs=outs))
        return built

    assert checked(program(2)).verdict == "equivalent"
    report = checked(program(1))
    assert {"EQUIV", "LINK"} <= broken_laws(report)
    assert witness(row(report, "LINK"))["u0"] == 1


def _called_twice(second: str = "aten.neg.default", *, counts: bool = False, wrong: int = 0) -> ProgramBuilder:
    """``invoke_subgraph`` of graphs of one name, each with an operator; the second result is so much off."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", 0, LARGEST) if counts else s0
    result = program.input("x", tensor([s0]))
    for operator, off in (("aten.neg.default", 0), (second, wrong)):
        graph = program.subgraph("repeated_subgraph0")
        inner = graph.input("y", tensor([s0]))
        if counts:
            graph.call("aten.nonzero.default", inner, out=tensor([u0, 1], "int64", strides=[1, u0]))
        graph.output(graph.call(operator, inner, out=tensor([s0])))
        arguments, outs = (graph.as_argument(), "subgraph_0", result), [tensor([s0 + off])]
        (result,) = program.call_tuple("torch.ops.higher_order.invoke_subgraph", *arguments, outs=outs)
    program.output(result)
    return program


def test_a_graph_may_be_called_twice() -> None:
    assert checked(_called_twice()).verdict == "equivalent"
    report = checked(_called_twice(wrong=1))
    assert (row(report, "VALUE").node, row(report, "VALUE").outcome) == ("invoke_subgraph_1", "refuted")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (_called_twice("aten.abs.default"), "two sub-graphs are named repeated_subgraph0"),
        (_called_twice(counts=True), "repeated_subgraph0 allocates symbols and is called twice"),
    ],
)
def test_two_graphs_of_one_name_and_two_counts_of_one_are_refused(program: ProgramBuilder, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        checked(program)
