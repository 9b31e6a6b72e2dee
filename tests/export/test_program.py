"""Loaded programs are what PyTorch's own loader makes of the same archives (recorded in ``tests/corpus/golden``)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refimpl.aten._overload import OpOverload
from refimpl.aten._targets import ContextFunction
from refimpl.export import ExportedProgram, UnknownTarget, load
from refimpl.export._operations import is_scalar
from refimpl.export.guards import UnreadGuard, read_infix
from refimpl.export.limits import Limits
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx import GraphModule, Node
from refimpl.terms import Scalar, evaluate, float_symbol, symbol, to_text
from tests.export.support import ARCHIVES, Json, bindings_of, golden

_SYMBOL = re.compile(r"[a-z]+[0-9]+")
pytestmark = pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)


def _rows(path: Path) -> dict[str, dict[str, Json]]:
    rows = golden(path)["nodes"]
    assert isinstance(rows, list)
    return {str(row["name"]): row for row in rows if isinstance(row, dict)}


def _nodes(program: ExportedProgram) -> dict[str, Node]:
    return {node.name: node for node in program.graph_module.graph.nodes}


def _named(name: str) -> Scalar | None:
    if _SYMBOL.fullmatch(name) is None:
        return None
    return float_symbol(name) if name.startswith("z") else symbol(name)


def _term(text: Json) -> Scalar:
    if not isinstance(text, str):
        assert isinstance(text, int | float)
        return text
    term = read_infix(text, _named, Limits())
    assert not isinstance(term, UnreadGuard), term
    return term


def _same(expected: Json, found: object, program: ExportedProgram) -> bool:
    """Equal as terms, or equal at a few points inside the ranges, by which PyTorch simplifies."""
    term = _term(expected)
    assert found is not None
    if term is found or (isinstance(term, int | float) and term == found):
        return True
    names = sorted(set(_SYMBOL.findall(str(expected))) | set(program.hints))
    for base in (2, 5, 16):
        point = {name: program.hints.get(name, base + index) + base for index, name in enumerate(names)}
        assert isinstance(found, int | float) or hasattr(found, "free")
        if evaluate(term, point) != evaluate(_scalar(found), point):
            return False
    return True


def _scalar(value: object) -> Scalar:
    assert is_scalar(value)
    return value


def test_the_nodes_are_pytorchs_in_its_order(path: Path) -> None:
    program = load(path)
    found = [(node.name, node.op, _target(node)) for node in program.graph_module.graph.nodes]
    assert found == [(name, row["op"], row["target"]) for name, row in _rows(path).items()]


def _target(node: Node) -> str:
    """The target's name as the recorded results spell it."""
    target = node.target
    if isinstance(target, str):
        return target
    if target.__module__.startswith("refimpl.symbolic_shapes") or target.__name__.startswith("_sym_"):
        return f"torch.{target.__name__}"
    if isinstance(target, OpOverload | ContextFunction | UnknownTarget):
        return target.name
    if target.__module__ in ("_operator", "math"):
        return f"{target.__module__}.{target.__name__}"
    return f"higher_order.{target}"


def test_the_bindings_are_pytorchs(path: Path) -> None:
    rows = _rows(path)
    for name, node in _nodes(load(path)).items():
        found = {symbol: str(keys) for symbol, keys in bindings_of(node).items()}
        assert found == (rows[name].get("bindings") or {})


def test_the_recorded_values_are_pytorchs(path: Path) -> None:
    program, compared = load(path), 0
    rows = _rows(path)
    for name, node in _nodes(program).items():
        old = rows[name].get("old")
        if isinstance(old, dict) and "t" in old:
            _compare_tensor(old, node.meta["recorded"], program)
            compared += 1
        elif isinstance(old, dict) and set(old) <= {"int", "bool", "float"}:
            (text,) = old.values()
            assert _same(text, node.meta["recorded"], program), (name, old, node.meta["recorded"])
            compared += 1
        elif old is None and node.op == "call_function":
            assert node.meta["recorded"] is None
    assert compared


def _compare_tensor(old: dict[str, Json], found: object, program: ExportedProgram) -> None:
    assert isinstance(found, FakeTensor)
    assert (str(found.dtype), str(found.device)) == (old["dtype"], old["dev"])
    for key, values in (("t", found.sizes), ("s", found.strides)):
        texts = old[key]
        assert isinstance(texts, list)
        assert len(texts) == len(values)
        for text, value in zip(texts, values, strict=True):
            assert _same(text, value, program), (text, to_text(value) if not isinstance(value, int) else value)


def test_the_environment_is_pytorchs(path: Path) -> None:
    program, recorded = load(path), golden(path)
    environment = recorded["env_before"]
    assert isinstance(environment, dict)
    hints = environment["hint"]
    assert isinstance(hints, dict)
    assert {name: program.hints[name] for name in hints if name in program.hints} == {
        name: int(str(value)) for name, value in hints.items() if _SYMBOL.fullmatch(name)
    }
    ranges = recorded["range_constraints"]
    assert isinstance(ranges, dict)
    infinite = {"int_oo": None, "-int_oo": None}
    found = {entry.key: (entry.low, entry.high) for entry in program.ranges}
    for name, ends in ranges.items():
        assert isinstance(ends, list)
        low, high = (infinite[str(end)] if str(end) in infinite else int(str(end)) for end in ends)
        assert found[name] == (low, high)


def test_the_inputs_are_pytorchs(path: Path) -> None:
    kinds = {"CONSTANT_TENSOR": "tensor_constant"}
    inputs = golden(path)["inputs"]
    assert isinstance(inputs, list)
    found = [[spec.kind, spec.name, spec.target] for spec in load(path).signature.inputs]
    expected: list[list[Json]] = []
    for row in inputs:
        assert isinstance(row, list)
        expected.append([kinds.get(str(row[0]), str(row[0]).lower()), *row[1:]])
    assert found == expected


def test_the_count_of_nodes_leaves_out_what_the_loader_adds(path: Path) -> None:
    program = load(path)

    def count(module: GraphModule) -> int:
        own = sum(n.op == "call_function" and "synthesized" not in n.meta for n in module.graph.nodes)
        return own + sum(count(child) for _, child in module.named_children() if isinstance(child, GraphModule))

    assert program.node_count == count(program.graph_module)


def test_fresh_names_never_clash(path: Path) -> None:
    program = load(path)
    names = {entry.key for entry in program.ranges}
    for node in program.graph_module.graph.nodes:
        names |= set(re.findall(r"u[0-9]+", str(node.meta.get("recorded"))))
    assert f"u{program.next_unbacked_int}" not in names
    assert program.next_unbacked_int == 0 or f"u{program.next_unbacked_int - 1}" in names


def test_loading_leaves_nothing_out(path: Path) -> None:
    program = load(path)
    assert program.unbound == ()
    assert program.unrecorded == ()
    assert not program.is_blinded
    assert all(entry.term is not None for entry in program.ranges)
