"""Made archives read back as what was built, and PyTorch loads the sound ones."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from refimpl.export import Guard, load
from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import apply, raw
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx import GraphModule
from refimpl.symbolic_shapes.key_path import CallMethodKey, ConvertIntKey, DivideByKey, KeyPath, SequenceKey
from refimpl.terms import evaluate, symbol
from tests.export.support import bindings_of

SIZE0: KeyPath = (CallMethodKey("size"), SequenceKey(0))


def _nonzero() -> ProgramBuilder:
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", low=0)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64"))
    size = program.size(found, 0)
    program.check(size, ">=", 2)
    zeros = program.call("aten.new_zeros.default", x, [size, 3], pin_memory=False, out=tensor([u0, 3]))
    program.output(found, zeros)
    program.guard("L['x'].size()[0] != 9")
    return program


def _everything() -> ProgramBuilder:
    """Most forms of the format at once: nested arguments, sub-graphs, lists, tuples, constants, mutations."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=4)
    u0, u1, u2 = program.unbacked("u0"), program.unbacked("u1", 0), program.unbacked("u2", 0)
    program.range("u9", 0, 1)
    x = program.input("x", tensor([s0]))
    flag = program.input("flag", tensor([], "bool"))
    y = program.input("y", tensor([s0 * 2, 3]))
    program.called_with({"pair": [x, {"k": flag}], "y": y})
    weight = program.parameter("p_w", "layer.w", tensor([3, 3], requires_grad=True))
    count = program.buffer("b_n", "n", tensor([], "int64"), (7).to_bytes(8, "little"))
    constant = program.tensor_constant("c_k", "k", tensor([], "int64"), (41).to_bytes(8, "little"))
    branches: list[Value] = []
    graphs = [program.subgraph("true_graph_0"), program.subgraph("false_graph_0")]
    for graph, fresh in zip(graphs, (u1, u2), strict=True):
        inner = graph.input("x", tensor([s0]))
        branches.append(graph.call("aten.nonzero.default", inner, out=tensor([fresh, 1], "int64")))
        graph.output(branches[-1])
    (rows,) = program.call_tuple(
        "higher_order.cond",
        flag,
        graphs[0].as_argument(),
        graphs[1].as_argument(),
        [x],
        outs=[tensor([u0, 1], "int64")],
    )
    first, _ = program.call_list(
        "aten.split.Tensor", y, program.size(y, 0), outs=[tensor([s0, 3]), tensor([s0, 3])], names=["left", "right"]
    )
    largest, at = program.call_tuple("aten.max.dim", y, 0, outs=[tensor([3]), tensor([3], "int64")])
    program.call("aten.item.default", flag, out=raw("Equality(Symbol('u9', integer=True), Integer(1))", "bool"))
    indexed = program.call("aten.index.Tensor", y, [None, at], out=tensor([s0 * 2, 3]))
    total = program.call("aten.add.Tensor", count, constant, out=tensor([], "int64"))
    product = program.call("aten.mm.default", indexed, weight, out=tensor([s0 * 2, 3]))
    program.output(rows, first, largest, product)
    program.mutates_buffer(total, "n")
    return program


def _saved(program: ProgramBuilder, folder: Path) -> Path:
    path = folder / "made.pt2"
    program.save(path)
    return path


def test_a_built_program_reads_back(tmp_path: Path) -> None:
    loaded = load(_saved(_nonzero(), tmp_path))
    nodes = {node.name: node for node in loaded.graph_module.graph.nodes}
    assert list(nodes) == [
        *("x", "nonzero", "sym_size_int", "ge", "_assert_scalar", "new_zeros", "output"),
    ]
    recorded = nodes["nonzero"].meta["recorded"]
    assert isinstance(recorded, FakeTensor)
    assert recorded.sizes == (symbol("u0"), 1)
    assert {name: bindings_of(node) for name, node in nodes.items() if bindings_of(node)} == {"nonzero": {"u0": SIZE0}}
    assert dict(loaded.hints) == {"s0": 8}
    assert loaded.positive == ("s0",)
    (guard,) = loaded.guards
    assert isinstance(guard, Guard)
    assert (evaluate(guard.condition, {"s0": 9}), evaluate(guard.condition, {"s0": 8})) == (False, True)


def test_every_form_reads_back(tmp_path: Path) -> None:
    loaded = load(_saved(_everything(), tmp_path))
    module = loaded.graph_module
    nodes = {node.name: node for node in module.graph.nodes}
    assert {name: bindings_of(node) for name, node in nodes.items() if bindings_of(node)} == {
        "cond": {"u0": (SequenceKey(0), *SIZE0)},
        "item": {"u9": (ConvertIntKey(),)},
    }
    for name, bound in (("true_graph_0", "u1"), ("false_graph_0", "u2")):
        branch = module.get_submodule(name)
        assert isinstance(branch, GraphModule)
        assert {node.name: bindings_of(node) for node in branch.graph.nodes if bindings_of(node)} == {
            "nonzero": {bound: SIZE0}
        }
    assert [spec.kind for spec in loaded.signature.inputs] == [
        *("user_input", "user_input", "user_input", "parameter", "buffer", "tensor_constant"),
    ]
    first = loaded.signature.outputs[0]
    assert (first.kind, first.name) == ("buffer_mutation", "add")
    constant, buffer = nodes["c_k"].meta["recorded"], nodes["b_n"].meta["recorded"]
    assert isinstance(constant, FakeTensor)
    assert isinstance(buffer, FakeTensor)
    assert (constant.constant, buffer.constant) == (41, None)
    assert loaded.constant_bytes("n") == (7).to_bytes(8, "little")
    assert loaded.constant_bytes("absent") is None


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("alone", ()),
        ("times a constant", (DivideByKey(4),)),
        ("times a backed symbol", (DivideByKey(symbol("s0")),)),
        ("negated", (DivideByKey(-1),)),
        ("plus one", None),
        ("times two symbols", None),
    ],
)
def test_where_an_integer_binds_its_symbol(form: str, expected: KeyPath | None, tmp_path: Path) -> None:
    """The cases of ``_free_unbacked_symbols_with_path`` in PyTorch 2.13."""
    program = ProgramBuilder()
    s0, s1, u0 = program.symbol("s0", hint=4), program.symbol("s1", hint=4), program.unbacked("u0")
    x = program.input("x", tensor([s0, s1], "int64"))
    value = {
        "alone": u0,
        "times a constant": u0 * 4,
        "times a backed symbol": s0 * u0,
        "negated": -u0,
        "plus one": u0 + 1,
        "times two symbols": apply("Mul", s0, s1, u0),
    }[form]
    program.output(program.call("aten.item.default", x, out=value))
    loaded = load(_saved(program, tmp_path))
    (item,) = [node for node in loaded.graph_module.graph.nodes if node.name == "item"]
    assert bindings_of(item) == ({} if expected is None else {"u0": expected})
    assert [entry.symbol for entry in loaded.unbound] == (["u0"] if expected is None else [])


def test_an_unbacked_input_is_bound_by_its_placeholder(tmp_path: Path) -> None:
    program = ProgramBuilder()
    u0 = program.unbacked("u0", 1, 5)
    n = program.input("n", u0)
    x = program.input("x", tensor([u0, 2]))
    program.output(program.call("_operator.add", n, 1, out=u0 + 1), x)
    nodes = {node.name: node for node in load(_saved(program, tmp_path)).graph_module.graph.nodes}
    assert (bindings_of(nodes["n"]), bindings_of(nodes["x"])) == ({"u0": ()}, {})


def test_hints_are_derived_from_linear_expressions(tmp_path: Path) -> None:
    program = ProgramBuilder()
    s9 = raw("Add(Mul(Integer(2), Symbol('s9', positive=True, integer=True)), Integer(1))", "int", 11)
    program.output(program.input("x", tensor([s9])))
    assert dict(load(_saved(program, tmp_path)).hints) == {"s9": 5}


def test_the_bytes_depend_on_the_content_alone(tmp_path: Path) -> None:
    code = "import sys; from tests.export.test_builder import _everything as e; sys.stdout.buffer.write(e().to_bytes())"
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=root, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert outputs == {_everything().to_bytes()}
    with zipfile.ZipFile(_saved(_everything(), tmp_path)) as archive:
        assert archive.testzip() is None


def test_mistakes_of_the_author_are_type_errors() -> None:
    program = ProgramBuilder()
    x = program.input("x", tensor([program.symbol("s0", hint=2), 3]))
    with pytest.raises(TypeError, match="1 positional"):
        program.call("aten.sin.default", x, 1, out=tensor([1]))
    with pytest.raises(TypeError, match="constant"):
        program.size(x, 1)
    with pytest.raises(TypeError, match="not of tensors"):
        program.compare(x, ">=", 1)
    with pytest.raises(TypeError, match="no argument form"):
        program.call("aten.sum.dim_IntList", x, [[1], [2]], out=tensor([1]))


TORCH_CODE = """
import sys, torch
from torch.fx.experimental.symbolic_shapes import free_unbacked_symbols
program = torch.export.load(sys.argv[1])
for node in program.graph.nodes:
    found = node.meta.get("unbacked_bindings") or {}
    print(node.name, sorted((str(key), str(path)) for key, path in found.items()))
"""


@pytest.mark.torch
@pytest.mark.parametrize("make", [_nonzero, _everything])
def test_pytorch_loads_what_is_built_and_binds_alike(make: Callable[[], ProgramBuilder], tmp_path: Path) -> None:
    path = _saved(make(), tmp_path)
    done = subprocess.run([sys.executable, "-c", TORCH_CODE, str(path)], capture_output=True, text=True, check=True)
    expected: list[str] = []
    for node in load(path).graph_module.graph.nodes:
        bindings = sorted((name, str(path)) for name, path in bindings_of(node).items())
        expected.append(f"{node.name} {bindings}")
    assert done.stdout.splitlines() == expected


def test_a_dtype_that_an_operator_gives_is_not_recorded(tmp_path: Path) -> None:
    """As ``torch.export.save`` of PyTorch 2.13 writes ``torch.result_type``: with no result."""
    program = ProgramBuilder()
    x = program.input("x", tensor([2]))
    program.call_tuple("aten.result_type.Tensor", x, x, outs=[None])
    program.call_tuple("aten.relu.default", x, outs=[None])
    program.output(x)
    nodes = {node.name: node for node in load(_saved(program, tmp_path)).graph_module.graph.nodes}
    assert "recorded" not in nodes["result_type_tensor_unused"].meta
    assert nodes["relu_default_unused"].meta["recorded"] is None
