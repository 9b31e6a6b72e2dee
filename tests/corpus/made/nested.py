"""Asserts and symbols in branches of ``cond`` and in the bodies of loops."""

from __future__ import annotations

from functools import partial
from typing import Final

from refimpl.export.builder import GraphBuilder, ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression, symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled
from tests.oracle.brute import Box, Predicate
from tests.oracle.prefix import Valuation

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)
_BRANCHES: Final = ("true_graph_0", "false_graph_0")


def _program() -> tuple[ProgramBuilder, Value, Value]:
    """A program, its input of ``s0`` elements, and a predicate that the contents decide."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    x = program.input("x", tensor([S0]))
    total = program.call("aten.sum.default", x, out=tensor([]))
    return program, x, program.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))


def _counting(graph: GraphBuilder, x: Value, count: Expression, least: int | None) -> Value:
    found = graph.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count]))
    if least is not None:
        graph.check(graph.size(found, 0), ">=", least)
    return found


def _cond(program: ProgramBuilder, predicate: Value, graphs: list[GraphBuilder], operands: list[Value]) -> Value:
    arguments = [graph.as_argument() for graph in graphs]
    out = [tensor([S0])]
    return program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, operands, outs=out)[0]


def _doubling(graph: GraphBuilder, x: Value) -> None:
    graph.output(graph.call("aten.mul.Tensor", x, 2, out=tensor([S0])))


def own_counts(lows: tuple[int, int], asserts: tuple[int | None, int | None]) -> Case:
    """Each branch counts for itself: its recorded bound needs an assert of its own."""
    program, x, predicate = _program()
    graphs: list[GraphBuilder] = []
    for name, low, least, count in zip(_BRANCHES, lows, asserts, ("u0", "u1"), strict=True):
        graph = program.subgraph(name)
        operand = graph.input("x", tensor([S0]))
        _counting(graph, operand, program.unbacked(count, low, LARGEST), least)
        _doubling(graph, operand)
        graphs.append(graph)
    program.output(_cond(program, predicate, graphs, [x]))

    def required(v: Valuation) -> bool:
        least = asserts[0] if v["p"] else asserts[1]
        return least is None or v["u0" if v["p"] else "u1"] >= least

    local: dict[str, Predicate] = {"u0": lambda v: bool(v["p"]), "u1": lambda v: not v["p"]}
    values = {"p": range(2), "s0": range(2, 5), "u0": range(5), "u1": range(5)}
    box = Box(values, lambda v: max(v["u0"], v["u1"]) <= v["s0"], required, recorded=required, local=local)
    right = all((least or 0) >= low for low, least in zip(lows, asserts, strict=True))
    return equivalent(program, box) if right else broken(program, "weakened", "EQUIV LINK", box)


def outer_count(asserts: tuple[bool, bool]) -> Case:
    """A count of the program, asserted in the branches: its bound holds if both assert it."""
    program, x, predicate = _program()
    u0 = program.unbacked("u0", 2, LARGEST)
    count = program.size(_counting(program, x, u0, None), 0)
    graphs: list[GraphBuilder] = []
    for name, asserted in zip(_BRANCHES, asserts, strict=True):
        graph = program.subgraph(name)
        operand, number = graph.input("x", tensor([S0])), graph.input("n", u0)
        if asserted:
            graph.check(number, ">=", 2)
        _doubling(graph, operand)
        graphs.append(graph)
    program.output(_cond(program, predicate, graphs, [x, count]))

    def required(v: Valuation) -> bool:
        return not asserts[0 if v["p"] else 1] or v["u0"] >= 2

    values = {"p": range(2), "s0": range(2, 5), "u0": range(5)}
    box = Box(values, lambda v: v["u0"] <= v["s0"], required, recorded=required)
    return equivalent(program, box) if all(asserts) else broken(program, "weakened", "EQUIV LINK", box)


def merged_result(low: int, asserts: tuple[int | None, int | None]) -> Case:
    """The result has as many rows as the branch that ran: its bound is the lower of both."""
    program, x, predicate = _program()
    graphs: list[GraphBuilder] = []
    for name, least, count in zip(_BRANCHES, asserts, ("u0", "u1"), strict=True):
        graph = program.subgraph(name)
        graph.output(_counting(graph, graph.input("x", tensor([S0])), program.unbacked(count, 0, LARGEST), least))
        graphs.append(graph)
    u2 = program.unbacked("u2", low, LARGEST)
    arguments = [graph.as_argument() for graph in graphs]
    outs = [tensor([u2, 1], "int64", strides=[1, u2])]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, [x], outs=outs))
    right = low <= min(least or 0 for least in asserts)
    return equivalent(program) if right else broken(program, "weakened", "EQUIV LINK")


def counted_operand(low: int) -> Case:
    """Both branches return as many rows as their operand has: the result has them too, and no more is known."""
    program, x, predicate = _program()
    u0, u1 = program.unbacked("u0", 0, LARGEST), program.unbacked("u1", low, LARGEST)
    rows = _counting(program, x, u0, None)
    graphs: list[GraphBuilder] = []
    for name, factor in zip(_BRANCHES, (2, 3), strict=True):
        graph = program.subgraph(name)
        operand = graph.input("rows", tensor([u0, 1], "int64", strides=[1, u0]))
        graph.output(graph.call("aten.mul.Tensor", operand, factor, out=tensor([u0, 1], "int64", strides=[1, 1])))
        graphs.append(graph)
    arguments = [graph.as_argument() for graph in graphs]
    outs = [tensor([u1, 1], "int64", strides=[1, 1])]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, [rows], outs=outs))
    return equivalent(program) if low <= 0 else broken(program, "weakened", "EQUIV LINK")


def nested_count(asserts: tuple[bool, bool, bool]) -> Case:
    """``cond`` in the true branch of ``cond``: three ways through, and the bound needs an assert on each."""
    program, x, predicate = _program()
    u0 = program.unbacked("u0", 2, LARGEST)
    count = program.size(_counting(program, x, u0, None), 0)
    outer: list[GraphBuilder] = []
    for name, ways in zip(_BRANCHES, (asserts[:2], asserts[2:]), strict=True):
        graph = program.subgraph(name)
        operand, number = graph.input("x", tensor([S0])), graph.input("n", u0)
        if len(ways) == 1:
            if ways[0]:
                graph.check(number, ">=", 2)
            _doubling(graph, operand)
        else:
            total = graph.call("aten.sum.default", operand, out=tensor([]))
            small = graph.call("aten.lt.Scalar", total, 9, out=tensor([], "bool"))
            inner: list[GraphBuilder] = []
            for inner_name, asserted in zip(_BRANCHES, ways, strict=True):
                body = graph.subgraph(inner_name)
                inside, held = body.input("x", tensor([S0])), body.input("n", u0)
                if asserted:
                    body.check(held, ">=", 2)
                _doubling(body, inside)
                inner.append(body)
            arguments = [body.as_argument() for body in inner]
            rows = [operand, number]
            outs = [tensor([S0])]
            graph.output(*graph.call_tuple("torch.ops.higher_order.cond", small, *arguments, rows, outs=outs))
        outer.append(graph)
    program.output(_cond(program, predicate, outer, [x, count]))

    def required(v: Valuation) -> bool:
        way = (0 if v["q"] else 1) if v["p"] else 2
        return not asserts[way] or v["u0"] >= 2

    values = {"p": range(2), "q": range(2), "s0": range(2, 5), "u0": range(5)}
    box = Box(values, lambda v: v["u0"] <= v["s0"], required, recorded=required)
    return equivalent(program, box) if all(asserts) else broken(program, "weakened", "EQUIV LINK", box)


def sibling_symbol() -> Case:
    """The false branch uses the symbol that the true branch binds: it has no value there."""
    program, x, predicate = _program()
    u0 = program.unbacked("u0", 0, LARGEST)
    graphs: list[GraphBuilder] = []
    for name in _BRANCHES:
        graph = program.subgraph(name)
        operand = graph.input("x", tensor([S0]))
        if name == "true_graph_0":
            _counting(graph, operand, u0, None)
        else:
            graph.call("aten.new_zeros.default", operand, [3], pin_memory=False, out=tensor([u0]))
        _doubling(graph, operand)
        graphs.append(graph)
    program.output(_cond(program, predicate, graphs, [x]))
    return broken(program, None, "DOM VALUE")


def one_name_in_both_branches() -> Case:
    """Both branches count the same input under one name: the loader binds it in the first only (DOM)."""
    program, x, predicate = _program()
    u0 = program.unbacked("u0", 0, LARGEST)
    graphs: list[GraphBuilder] = []
    for name in _BRANCHES:
        graph = program.subgraph(name)
        operand = graph.input("x", tensor([S0]))
        _counting(graph, operand, u0, None)
        _doubling(graph, operand)
        graphs.append(graph)
    program.output(_cond(program, predicate, graphs, [x]))
    return broken(program, None, "DOM")


def escaped_symbol() -> Case:
    """The result is recorded under the name of the true branch's count, which the false branch does not have."""
    program, x, predicate = _program()
    counts = [program.unbacked(name, 0, LARGEST) for name in ("u0", "u1")]
    graphs: list[GraphBuilder] = []
    for name, count in zip(_BRANCHES, counts, strict=True):
        graph = program.subgraph(name)
        graph.output(_counting(graph, graph.input("x", tensor([S0])), count, None))
        graphs.append(graph)
    arguments = [graph.as_argument() for graph in graphs]
    outs = [tensor([counts[0], 1], "int64", strides=[1, counts[0]])]
    program.output(*program.call_tuple("torch.ops.higher_order.cond", predicate, *arguments, [x], outs=outs))
    return broken(program, None, "DOM")


def branch_that_always_raises() -> Case:
    """The record says u0 >= 0, the branch asserts u0 < 0 of a count: the program runs only where it is not taken."""
    program, x, predicate = _program()
    u0 = program.unbacked("u0", 0, LARGEST)
    graphs: list[GraphBuilder] = []
    for name in _BRANCHES:
        graph = program.subgraph(name)
        operand = graph.input("x", tensor([S0]))
        if name == "true_graph_0":
            count = graph.size(_counting(graph, operand, u0, None), 0)
            graph.assert_scalar(graph.call("_operator.lt", count, 0, out=u0 >= 0))
        _doubling(graph, operand)
        graphs.append(graph)
    program.output(_cond(program, predicate, graphs, [x]))
    box = Box({"p": range(2), "s0": range(2, 5), "u0": range(5)}, lambda v: v["u0"] <= v["s0"], lambda v: not v["p"])
    return broken(program, "strengthened", "EQUIV", box)


def mapped(*, low: int, least: int) -> Case:
    """Each row is counted: what is recorded of a row's count needs an assert in the body."""
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", low, LARGEST)
    rows = program.input("xs", tensor([s0, 4]))
    body = program.subgraph("body_graph_0")
    x = body.input("x", tensor([4]))
    _counting(body, x, u0, least)
    body.output(body.call("aten.mul.Tensor", x, 2, out=tensor([4])))
    outs = [tensor([s0, 4])]
    program.output(*program.call_tuple("torch.ops.higher_order.map_impl", body.as_argument(), [rows], [], outs=outs))
    return equivalent(program) if least >= low else broken(program, "weakened", "EQUIV LINK")


def scanned(*, low: int, least: int) -> Case:
    """The same in the body of a scan, whose carry is the sum so far."""
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", low, LARGEST)
    start, rows = program.input("init", tensor([4])), program.input("xs", tensor([s0, 4]))
    body = program.subgraph("scan_combine_graph_0")
    carry, x = body.input("carry", tensor([4])), body.input("x", tensor([4]))
    _counting(body, x, u0, least)
    total = body.call("aten.add.Tensor", carry, x, out=tensor([4]))
    body.output(total, body.call("aten.mul.Tensor", total, 2, out=tensor([4])))
    outs = [tensor([4]), tensor([s0, 4])]
    graph = body.as_argument()
    program.output(*program.call_tuple("torch.ops.higher_order.scan", graph, [start], [rows], [], outs=outs))
    return equivalent(program) if least >= low else broken(program, "weakened", "EQUIV LINK")


def looped(*, high: int, most: int) -> Case:
    """``while i < 3``: an item read in the body has the bound that the body asserts, for any iteration."""
    program = ProgramBuilder()
    u0 = program.unbacked("u0", 0, high)
    start = program.input("i", tensor([], "int64"))
    test = program.subgraph("while_loop_cond_graph_0")
    test.output(
        test.call("aten.lt.Scalar", test.input("i", tensor([], "int64")), 3, out=tensor([], "bool")), single=True
    )
    body = program.subgraph("while_loop_body_graph_0")
    i = body.input("i", tensor([], "int64"))
    number = body.call("aten.item.default", i, out=u0)
    body.check(number, ">=", 0)
    body.check(number, "<=", most)
    body.output(body.call("aten.add.Tensor", i, 1, out=tensor([], "int64")))
    graphs = (test.as_argument(), body.as_argument())
    outs = [tensor([], "int64")]
    program.output(*program.call_tuple("torch.ops.higher_order.while_loop", *graphs, [start], [], outs=outs))
    return equivalent(program) if most <= high else broken(program, "weakened", "EQUIV LINK")


CASES: Final = {
    "own_counts_right": partial(own_counts, (2, 3), (2, 3)),
    "own_counts_more_than_recorded": partial(own_counts, (1, 0), (2, 3)),
    "own_counts_lost_if_true": partial(own_counts, (2, 3), (None, 3)),
    "own_counts_lost_if_false": partial(own_counts, (2, 3), (2, None)),
    "own_counts_lost_in_both": partial(own_counts, (2, 3), (1, 2)),
    "outer_count_right": partial(outer_count, (True, True)),
    "outer_count_lost_if_true": partial(outer_count, (False, True)),
    "outer_count_lost_if_false": partial(outer_count, (True, False)),
    "merged_result_right": partial(merged_result, 2, (2, 3)),
    "merged_result_unasserted": partial(merged_result, 0, (None, None)),
    "merged_result_lost": partial(merged_result, 3, (2, 3)),
    "merged_result_lost_if_false": partial(merged_result, 2, (2, None)),
    "counted_operand_right": partial(counted_operand, 0),
    "counted_operand_wrong": partial(counted_operand, 1),
    "nested_right": partial(nested_count, (True, True, True)),
    "nested_lost_inside": partial(nested_count, (True, False, True)),
    "nested_lost_outside": partial(nested_count, (True, True, False)),
    **titled(sibling_symbol, one_name_in_both_branches, escaped_symbol, branch_that_always_raises),
    "mapped_right": partial(mapped, low=2, least=2),
    "mapped_wrong": partial(mapped, low=2, least=1),
    "scanned_right": partial(scanned, low=2, least=3),
    "scanned_wrong": partial(scanned, low=2, least=1),
    "looped_right": partial(looped, high=9, most=8),
    "looped_wrong": partial(looped, high=9, most=10),
}
