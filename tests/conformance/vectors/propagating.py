"""Whole propagations: programs whose sizes depend on data, sub-graphs, nodes that fail, and more than one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.conformance.case import Feature, GraphOf, NodeOf, PropagationInput
from refimpl.conformance.structures import Described, ListOf, NodeRef, Structure, Text, TupleOf, number
from refimpl.conformance.vector import Aspect
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import symbol
from tests.conformance.vectors.authoring import RECORDED, Draft, bound, env, raises, tensor

__all__ = ["PROPAGATING", "aten", "gives", "program"]

U0, U1, S0, S1 = (symbol(each) for each in ("u0", "u1", "s0", "s1"))
SIZE: Final = (CallMethodKey("size"), SequenceKey(0))
LARGEST: Final = 2**63 - 2
NAMES: Final[tuple[Aspect, ...]] = ("constraints", "size_like", "renamings")


def ref(name: str) -> NodeRef:
    """The value of a node."""
    return NodeRef(name)


def into(name: str) -> NodeOf:
    """A placeholder."""
    return NodeOf(name, "placeholder", name)


def aten(
    name: str,
    target: str,
    *args: Structure | int | str | bool,
    binds: Mapping[str, KeyPath] | None = None,
    **kwargs: Structure,
) -> NodeOf:
    """A call of an operator of ATen; texts name nodes."""
    bindings = None if binds is None else bound(binds)
    return NodeOf(name, "call_function", f"torch.ops.aten.{target}", _args(args), tuple(kwargs.items()), bindings)


def call(name: str, target: str, *args: Structure | int | str | bool) -> NodeOf:
    """A call of another function."""
    return NodeOf(name, "call_function", target, _args(args))


def _args(args: tuple[Structure | int | str | bool, ...]) -> tuple[Structure, ...]:
    return tuple([ref(arg) if isinstance(arg, str) else number(arg) if isinstance(arg, int) else arg for arg in args])


def gives(*names: str) -> NodeOf:
    """The output."""
    return NodeOf("output", "output", "output", (TupleOf(tuple(map(ref, names))),))


def program(
    environment: ShapeEnvState,
    inputs: tuple[Structure, ...],
    *nodes: NodeOf,
    runs: int = 1,
    modules: Mapping[str, GraphOf | str] | None = None,
) -> PropagationInput:
    """A program whose placeholders are ``x``, ``y``, ... as many as there are inputs."""
    placeholders = [into(name) for name in "xyzw"[: len(inputs)]]
    return PropagationInput(environment, GraphOf((*placeholders, *nodes), {}, modules or {}), inputs, runs)


SIZES: Final = env(u0=(0, LARGEST), u1=(0, LARGEST), s0=(2, None, 5), s1=(2, None, 7), pending="")
VECTOR: Final = (tensor((S0,)),)
MATRIX: Final = (tensor((S0, S1)),)


def _data_dependent() -> Iterator[Draft]:
    count = aten("n", "nonzero.default", "x", binds={"u0": SIZE})
    cases: dict[str, tuple[PropagationInput, tuple[str, ...]]] = {
        "nonzero": (program(SIZES, VECTOR, count, gives("n")), ("PRO-01",)),
        "nonzero-of-a-matrix": (program(SIZES, MATRIX, count, gives("n")), ("PRO-01",)),
        "nonzero-used": (
            program(
                SIZES,
                VECTOR,
                count,
                aten("r", "sum.dim_IntList", "n", ListOf((number(1),))),
                aten("t", "t.default", "n"),
                gives("r", "t"),
            ),
            ("PRO-01",),
        ),
        "two-counts": (
            program(
                SIZES,
                (tensor((S0,)), tensor((S1,))),
                count,
                aten("m", "nonzero.default", "y", binds={"u1": SIZE}),
                aten("c", "cat.default", ListOf((ref("n"), ref("m")))),
                gives("c"),
            ),
            ("PRO-01",),
        ),
        "size-of-a-count": (
            program(
                SIZES,
                VECTOR,
                count,
                aten("s", "sym_size.int", "n", 0),
                call("d", "_operator.mul", "s", 2),
                call("e", "_operator.add", "d", 1),
                aten("z", "zeros.default", ListOf((ref("e"),)), device=Described("device", "cpu")),
                gives("z"),
            ),
            ("PRO-01",),
        ),
        "masked-select": (
            program(
                SIZES,
                (tensor((S0,)), tensor((S0,), dtype="bool")),
                aten("n", "masked_select.default", "x", "y", binds={"u0": SIZE}),
                aten("e", "mul.Tensor", "n", "n"),
                gives("e"),
            ),
            ("PRO-01",),
        ),
        "boolean-index": (
            program(
                SIZES,
                (tensor((S0, 3)), tensor((S0,), dtype="bool")),
                aten("n", "index.Tensor", "x", ListOf((ref("y"),)), binds={"u0": SIZE}),
                aten("e", "sum.dim_IntList", "n", ListOf((number(0),))),
                gives("n", "e"),
            ),
            ("PRO-01",),
        ),
        "item": (
            program(
                env(u0=(None, None), s0=(2, None, 5), pending=""),
                (tensor((), (), dtype="int64"),),
                aten("i", "item.default", "x", binds={"u0": ()}),
                call("d", "_operator.add", "i", 1),
                gives("i", "d"),
            ),
            ("PRO-01",),
        ),
        "item-of-booleans": (
            program(
                env(u0=(0, 1), pending=""),
                (tensor((), (), dtype="bool"),),
                aten("i", "item.default", "x", binds={"u0": (ConvertIntKey(),)}),
                gives("i"),
            ),
            ("PRO-01",),
        ),
        "item-as-a-size": (
            program(
                env(u0=(0, 9), pending=""),
                (tensor((), (), dtype="int64"),),
                aten("i", "_local_scalar_dense.default", "x", binds={"u0": ()}),
                call("ge", "_operator.ge", "i", 0),
                aten("a", "_assert_scalar.default", "ge", Text("at least 0")),
                call("le", "_operator.le", "i", 9),
                aten("b", "_assert_scalar.default", "le", Text("at most 9")),
                aten("z", "zeros.default", ListOf((ref("i"), number(3))), device=Described("device", "cpu")),
                gives("z"),
            ),
            ("PRO-01", "PRO-02"),
        ),
        "item-of-floats": (
            program(
                env(zuf0=(None, None), pending=""),
                (tensor((), ()),),
                aten("i", "item.default", "x", binds={"zuf0": ()}),
                gives("i"),
            ),
            ("PRO-01",),
        ),
        "unique": (
            program(
                SIZES,
                VECTOR,
                aten("n", "_unique2.default", "x", True, True, binds={"u0": (SequenceKey(0), *SIZE)}),
                call("v", "_operator.getitem", "n", 0),
                call("k", "_operator.getitem", "n", 1),
                gives("v", "k"),
            ),
            ("PRO-01",),
        ),
        "repeated": (
            program(
                SIZES,
                (tensor((S0,), dtype="int64"),),
                aten("n", "repeat_interleave.Tensor", "x", binds={"u0": SIZE}),
                gives("n"),
            ),
            ("PRO-01",),
        ),
        "nothing-to-bind": (
            program(
                SIZES,
                MATRIX,
                aten("t", "t.default", "x"),
                aten("m", "mm.default", "x", "t"),
                aten("r", "relu.default", "m"),
                gives("r"),
            ),
            ("PRO-01",),
        ),
        "backed-arithmetic": (
            program(
                SIZES,
                MATRIX,
                aten("a", "sym_size.int", "x", 0),
                aten("b", "sym_size.int", "x", 1),
                call("p", "_operator.mul", "a", "b"),
                aten("v", "view.default", "x", ListOf((ref("p"),))),
                call("h", "_operator.floordiv", "b", 2),
                aten("s", "slice.Tensor", "x", 1, 0, "h"),
                gives("v", "s"),
            ),
            ("PRO-01",),
        ),
    }
    for what, (run, clauses) in cases.items():
        features: tuple[Feature, ...] = (
            ("floats",) if "float" in what else ("convert_bool",) if "boolean" in what else ()
        )
        yield Draft(f"program-{what}", clauses, run, says=RECORDED, features=features, compare=NAMES)


def _runs() -> Iterator[Draft]:
    count = aten("n", "nonzero.default", "x", binds={"u0": SIZE})
    for what, nodes in {
        "nonzero": (count, gives("n")),
        "two-counts": (count, aten("m", "nonzero.default", "y", binds={"u1": SIZE}), gives("n", "m")),
    }.items():
        inputs = (tensor((S0,)), tensor((S1,))) if what == "two-counts" else VECTOR
        yield Draft(
            f"program-again-{what}",
            ("PRO-04",),
            program(SIZES, inputs, *nodes, runs=3),
            says=RECORDED,
            features=("re_run",),
            compare=("size_like",),
        )


def _subgraphs() -> Iterator[Draft]:
    def branch(target: str) -> GraphOf:
        return GraphOf((into("a"), aten("r", target, "a"), gives("r")))

    nodes = (
        NodeOf("yes", "get_attr", "yes"),
        NodeOf("no", "get_attr", "no"),
        call("c", "torch.ops.higher_order.cond", "y", "yes", "no", TupleOf((ref("x"),))),
        call("r", "_operator.getitem", "c", 0),
        gives("r"),
    )
    flag = tensor((), (), dtype="bool")
    yield Draft(
        "program-cond",
        ("PRO-11",),
        program(
            SIZES, (tensor((S0,)), flag), *nodes, modules={"yes": branch("sin.default"), "no": branch("cos.default")}
        ),
        says=RECORDED,
        features=("sub_graphs",),
        compare=NAMES,
    )
    counted = GraphOf(
        (into("a"), aten("n", "nonzero.default", "a", binds={"u0": SIZE}), aten("r", "sum.default", "n"), gives("r"))
    )
    other = GraphOf((into("a"), aten("r", "sum.default", "a", dtype=Described("dtype", "int64")), gives("r")))
    yield Draft(
        "program-cond-with-a-count",
        ("PRO-11", "PRO-01"),
        program(SIZES, (tensor((S0,)), flag), *nodes, modules={"yes": counted, "no": other}),
        says=RECORDED,
        features=("sub_graphs",),
        compare=("hints",),
    )


def _failing() -> Iterator[Draft]:
    count = aten("n", "nonzero.default", "x", binds={"u0": SIZE})
    cases: dict[str, tuple[NodeOf, ...]] = {
        "operator": (count, aten("m", "mm.default", "n", "x"), gives("m")),
        "decision": (
            count,
            aten("s", "sym_size.int", "n", 0),
            call("b", "_operator.gt", "s", 3),
            call("t", "_operator.truth", "b"),
            gives("n"),
        ),
        "value": (aten("r", "relu.default", "late"), aten("late", "relu.default", "x"), gives("r")),
        "input": (count, gives("n")),
    }
    for what, nodes in cases.items():
        inputs = () if what == "input" else VECTOR
        given = program(SIZES, VECTOR, *nodes)
        run = PropagationInput(given.environment, given.graph, inputs)
        yield Draft(f"program-fails-in-{what}", ("PRO-05",), run, says=RECORDED, compare=("size_like",))
    astray = aten("n", "nonzero.default", "x", binds={"u0": (CallMethodKey("size"), SequenceKey(2))})
    yield Draft(
        "program-fails-in-path",
        ("PRO-05", "BND-02"),
        program(SIZES, VECTOR, astray, gives("n")),
        (raises("path", SIZES, "n"),),
    )


PROPAGATING: Final = (*_data_dependent(), *_runs(), *_subgraphs(), *_failing())
