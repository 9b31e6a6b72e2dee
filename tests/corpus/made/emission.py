"""Asserts and deferred requirements that generated code can, or cannot, still compute."""

from __future__ import annotations

from functools import partial
from typing import Final

from refimpl.export.builder import GraphBuilder, ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression, symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)
U0, U1 = symbol("u0"), symbol("u1")


class _Counts:
    """Counts of one mask of ``s0`` elements, all equal, of which the first is recorded to be at least 2."""

    def __init__(self) -> None:
        self.program = ProgramBuilder()
        self.program.symbol("s0", hint=8)
        self.program.unbacked("u0", 2, LARGEST)
        self.mask = self.program.input("m", tensor([S0], "bool"))

    def count(self, name: Expression) -> Value:
        out = tensor([name, 1], "int64", strides=[1, name])
        return self.program.call("aten.nonzero.default", self.mask, out=out)

    def assert_two(self, found: Value, recorded: Expression) -> None:
        compared = self.program.call("_operator.ge", self.program.size(found, 0), 2, out=recorded)
        self.program.assert_scalar(compared)


def on_a_later_count() -> Case:
    """The assert is recorded of the second count, which is equal but computed only after it."""
    made = _Counts()
    made.program.unbacked("u1", 0, LARGEST)
    first = made.count(U0)
    made.assert_two(first, U1 >= 2)
    made.program.output(first, made.count(U1))
    return broken(made.program, "equivalent", "EMIT DOM")


def on_another_count(*, live: bool) -> Case:
    """The assert is recorded of another count, which is equal and computed before it: unless nothing keeps that one."""
    made = _Counts()
    made.program.unbacked("u1", 0, LARGEST)
    first, second = made.count(U0), made.count(U1)
    made.assert_two(first, U1 >= 2)
    made.program.output(first, *((second,) if live else ()))
    return equivalent(made.program) if live else broken(made.program, "equivalent", "EMIT")


def first_count_is_dead() -> Case:
    """Nothing uses the count that binds the symbol; a second one of the same mask is kept and has the same value."""
    made = _Counts()
    made.count(U0)
    second = made.count(U0)
    made.assert_two(second, U0 >= 2)
    made.program.output(second)
    return equivalent(made.program)


def on_a_count_of_a_branch() -> Case:
    """The assert of the program is recorded of a symbol that one branch of a cond binds."""
    made = _Counts()
    program = made.program
    program.unbacked("u1", 0, LARGEST)
    first = made.count(U0)
    total = program.call("aten.any.default", made.mask, out=tensor([], "bool"))
    graphs: list[GraphBuilder] = []
    for name in ("true_graph_0", "false_graph_0"):
        graph = program.subgraph(name)
        operand = graph.input("m", tensor([S0], "bool"))
        if not graphs:
            counted = graph.call("aten.nonzero.default", operand, out=tensor([U1, 1], "int64", strides=[1, U1]))
            graph.check(graph.size(counted, 0), ">=", 0)
        graph.output(graph.call("aten.logical_not.default", operand, out=tensor([S0], "bool")))
        graphs.append(graph)
    arguments = [graph.as_argument() for graph in graphs]
    outs = [tensor([S0], "bool")]
    (result,) = program.call_tuple("torch.ops.higher_order.cond", total, *arguments, [made.mask], outs=outs)
    made.assert_two(first, U1 >= 2)
    program.output(first, result)
    return broken(program, None, "EMIT DOM")


def deferred(*, live: bool) -> Case:
    """A broadcast defers u0 = 5; its kernel accepts u0 = 1. If nothing keeps the count, nothing can compute u0."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, 5)
    x, y = program.input("x", tensor([S0])), program.input("y", tensor([5]))
    mask = program.call("aten.gt.Scalar", x, 0, out=tensor([S0], "bool"))
    found = program.call("aten.masked_select.default", x, mask, out=tensor([U0]))
    program.range("u0", 5, 5)
    program.call("aten.add.Tensor", found, y, out=tensor([5]))
    program.output(mask, *((found,) if live else ()))
    return equivalent(program) if live else broken(program, "equivalent", "EMIT")


def silent(*, low: int) -> Case:
    """``u0 >= low`` is recorded as true, so that only the split into 2 and ``u0 - 2`` asks anything: at least 2."""
    program = ProgramBuilder()
    program.unbacked("u0", low, None)
    item = program.call("aten.item.default", program.input("n", tensor([], "int64")), out=U0)
    program.assert_scalar(program.call("_operator.ge", item, low, out=True))
    whole = program.call("aten.zeros.default", [item], out=tensor([U0]))
    rest = program.call("_operator.sub", item, 2, out=U0 - 2)
    parts = [tensor([2]), tensor([U0 - 2], offset=2)]
    program.output(*program.call_tuple("aten.split_with_sizes.default", whole, [2, rest], outs=parts))
    return equivalent(program) if low == 2 else broken(program, "equivalent", "EMIT")


CASES: Final = {
    **titled(on_a_later_count, first_count_is_dead, on_a_count_of_a_branch),
    "what_is_silent_is_enforced_by_an_operator": partial(silent, low=2),
    "what_is_silent_is_half_enforced_by_an_operator": partial(silent, low=4),
    "on_another_count_live": partial(on_another_count, live=True),
    "on_another_count_dead": partial(on_another_count, live=False),
    "deferred_live": partial(deferred, live=True),
    "deferred_dead": partial(deferred, live=False),
}
