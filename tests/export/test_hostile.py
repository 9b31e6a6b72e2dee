"""Archives that nobody's exporter writes: each is refused with file, field and node, and nothing in it runs."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import EllipsisType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.export import ArchiveError, ErrorKind, Limits, UnreadGuard, load
from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression, raw
from refimpl.export.writer import zip_bytes
from tests.export.support import ARCHIVES, SMALL, Json, edited, members_of, refusal

COND = SMALL.with_name("cond_nested.pt2")
MUTATING = SMALL.parents[1] / "real" / "masked_buffer.core.pt2"


def _child(parent: Json, step: str | int) -> Json:
    if isinstance(parent, dict) and isinstance(step, str):
        return parent[step]
    if isinstance(parent, list) and isinstance(step, int):
        return parent[step]
    raise TypeError(f"nothing at {step!r}")


def _at(program: Json, *path: str | int) -> Json:
    for step in path:
        program = _child(program, step)
    return program


def _put(parent: Json, step: str | int, value: Json | EllipsisType) -> None:
    """Replace an entry; the ellipsis deletes it."""
    if isinstance(parent, dict):
        assert isinstance(step, str)
        parent.pop(step)
        if not isinstance(value, EllipsisType):
            parent[step] = value
        return
    assert isinstance(parent, list)
    assert isinstance(step, int)
    parent[step : step + 1] = [] if isinstance(value, EllipsisType) else [value]


def _set(*path: str | int, value: Json) -> Callable[[dict[str, Json]], None]:
    return lambda program: _put(_at(program, *path[:-1]), path[-1], value)


GRAPH = ("graph_module", "graph")
SIGNATURE = ("graph_module", "signature")
VALUES = (*GRAPH, "sym_int_values")


def _output_that_nothing_computes(program: dict[str, Json]) -> None:
    _set(*GRAPH, "outputs", 0, "as_tensor", "name", value="gone")(program)
    _set(*SIGNATURE, "output_specs", 0, "user_output", "arg", "as_tensor", "name", value="gone")(program)


HUGE = "Integer(" + "9" * 5000 + ")"


@pytest.mark.parametrize(
    ("edit", "kind", "field", "node"),
    [
        (
            _set(*VALUES, "item", value={"as_expr": {"expr_str": "__import__('os').system('touch hacked')"}}),
            ErrorKind.EXPRESSION,
            "sym_int_values['item'].as_expr.expr_str",
            "item",
        ),
        (
            _set(*VALUES, "item", value={"as_expr": {"expr_str": "Symbol('u0\\nx', integer=True)"}}),
            ErrorKind.EXPRESSION,
            "sym_int_values['item'].as_expr.expr_str",
            "item",
        ),
        (_set(*VALUES, "item", value={"as_expr": {"expr_str": HUGE}}), ErrorKind.LIMIT, "expr_str", "item"),
        (_set(*VALUES, "item", value={"as_expr": {"expr_str": "true"}}), ErrorKind.SCHEMA, "expr_str", "item"),
        (_set(*VALUES, "item", value={"as_int": 1 << 70}), ErrorKind.LIMIT, "sym_int_values['item'].as_int", "item"),
        (_set(*VALUES, value={}), ErrorKind.MISSING, "nodes[0]", "sym_size_int_1"),
        (
            _set(*GRAPH, "tensor_values", "x", "sizes", value=[{"as_int": -3}]),
            ErrorKind.SCHEMA,
            "tensor_values['x'].sizes",
            "x",
        ),
        (_set(*GRAPH, "tensor_values", "x", "strides", value=[]), ErrorKind.SCHEMA, "['x'].strides", "x"),
        (_set(*GRAPH, "tensor_values", "x", "dtype", value=0), ErrorKind.UNSUPPORTED, "['x'].dtype", "x"),
        (_set(*GRAPH, "tensor_values", "x", "layout", value=0), ErrorKind.UNSUPPORTED, "['x'].layout", "x"),
        (_set(*GRAPH, "nodes", 3, "target", value=""), ErrorKind.REFERENCE, "nodes[3]", "_assert_scalar_default"),
        (_set(*GRAPH, "nodes", 1, "target", value="a b.c"), ErrorKind.REFERENCE, "nodes[1]", "item"),
        (_set(*GRAPH, "nodes", 1, "target", value="a." + "b" * 5000), ErrorKind.REFERENCE, "nodes[1]", "item"),
        (_set(*GRAPH, "nodes", 3, "name", value="a b"), ErrorKind.REFERENCE, "nodes[3]", "a b"),
        (
            _set(*GRAPH, "nodes", 4, "outputs", 0, "as_tensor", "name", value="x"),
            ErrorKind.REFERENCE,
            "nodes[4]",
            "new_zeros",
        ),
        (
            _set(*GRAPH, "nodes", 1, "inputs", 0, "arg", "as_tensor", "name", value="new_zeros"),
            ErrorKind.REFERENCE,
            "nodes[1].inputs[0].arg",
            "item",
        ),
        (
            _set(*GRAPH, "nodes", 1, "inputs", 0, "arg", value={"as_custom_obj": {"name": "o", "class_fqn": "C"}}),
            ErrorKind.UNSUPPORTED,
            "nodes[1].inputs[0].arg.as_custom_obj",
            "item",
        ),
        (
            _set(*GRAPH, "nodes", 0, "inputs", 1, "arg", value={"as_float": "1e5"}),
            ErrorKind.SCHEMA,
            "nodes[0].inputs[1].arg",
            "sym_size_int_1",
        ),
        (_output_that_nothing_computes, ErrorKind.REFERENCE, "graph.outputs", None),
        (_set(*GRAPH, "inputs", 1, value={"as_int": 3}), ErrorKind.UNSUPPORTED, "graph.inputs[1]", None),
        (_set(*SIGNATURE, "input_specs", value=[]), ErrorKind.SCHEMA, "signature.input_specs", None),
        (_set(*SIGNATURE, "output_specs", value=[]), ErrorKind.SCHEMA, "signature.output_specs", None),
        (
            _set(*SIGNATURE, "input_specs", 0, "buffer", "arg", "name", value="x"),
            ErrorKind.REFERENCE,
            "signature.input_specs[0]",
            None,
        ),
        (
            _set(*SIGNATURE, "output_specs", 0, "user_output", "arg", value={"as_tensor": {"name": "x"}}),
            ErrorKind.REFERENCE,
            "signature.output_specs[0]",
            None,
        ),
        (
            _set(*SIGNATURE, "output_specs", 0, "user_output", "arg", value={"as_int": 3}),
            ErrorKind.REFERENCE,
            "signature.output_specs[0]",
            None,
        ),
    ],
)
def test_a_hostile_program_is_refused_where_it_is_hostile(
    edit: Callable[[dict[str, Json]], None],
    kind: ErrorKind,
    field: str,
    node: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    data = edited(SMALL, edit)
    error = refusal(data, tmp_path)
    assert (error.kind, error.node) == (kind, node)
    assert error.field.endswith(field)
    assert error.field.startswith("models/model.json: ")
    assert {entry.name for entry in tmp_path.iterdir()} == {"hostile.pt2"}


def _written(data: bytes, folder: Path) -> Path:
    path = folder / "made.pt2"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"buffer_mutation": {"arg": {"name": "add_3"}, "buffer_name": "nowhere"}},
            "mutates 'nowhere', which is no buffer of the program",
        ),
        (
            {"user_input_mutation": {"arg": {"name": "add_3"}, "user_input_name": "b_total"}},
            "mutates 'b_total', which is no user input of the program",
        ),
        (
            {"parameter_mutation": {"arg": {"name": "add_3"}, "parameter_name": "total"}},
            "mutates 'total', which is no parameter of the program",
        ),
        (
            {"buffer_mutation": {"arg": {"name": "gone"}, "buffer_name": "total"}},
            "names 'gone', but output 0 of the graph is 'add_3'",
        ),
    ],
)
def test_what_is_mutated_is_an_input_of_that_kind(spec: dict[str, Json], message: str, tmp_path: Path) -> None:
    """PyTorch's verifier refuses the same when it loads such a program."""
    error = refusal(edited(MUTATING, _set(*SIGNATURE, "output_specs", 0, value=spec)), tmp_path)
    assert (error.kind, error.message) == (ErrorKind.REFERENCE, message)
    assert error.field == "models/model.json: graph_module.signature.output_specs[0]"


def test_a_fault_in_a_nested_graph_names_the_node_by_its_path(tmp_path: Path) -> None:
    def edit(program: dict[str, Json]) -> None:
        argument = _at(program, *GRAPH, "nodes", 2, "inputs", 1, "arg", "as_graph", "graph", "nodes", 0, "inputs", 0)
        assert isinstance(argument, dict)
        argument["arg"] = {"as_tensor": {"name": "nowhere"}}

    error = refusal(edited(COND, edit), tmp_path)
    assert error.kind is ErrorKind.REFERENCE
    assert error.node == "cond/true_graph_0/max_1"
    assert error.field == "models/model.json: ...true_graph_0.nodes[0].inputs[0].arg"
    assert "nowhere" in error.message


def test_graphs_nest_only_so_deep() -> None:
    with pytest.raises(ArchiveError) as caught:
        load(COND, limits=Limits(graph_depth=1))
    assert caught.value.kind is ErrorKind.LIMIT
    assert load(COND, limits=Limits(graph_depth=2)).node_count > 0


@pytest.mark.parametrize("depth", [60, 400, 100_000])
def test_deeply_nested_graphs_are_refused(depth: int, tmp_path: Path) -> None:
    members = members_of(SMALL)
    (name,) = [name for name in members if name.endswith("models/model.json")]
    opening = (
        '{"inputs": [], "outputs": [], "tensor_values": {}, "sym_int_values": {}, "sym_bool_values": {}, "nodes": '
        '[{"target": "torch.ops.higher_order.wrap", "outputs": [], "metadata": {}, "name": "wrap", "inputs": '
        '[{"name": "", "kind": 1, "arg": {"as_graph": {"name": "body", "graph": '
    )
    innermost = (
        '{"inputs": [], "outputs": [], "tensor_values": {}, "sym_int_values": {}, "sym_bool_values": {}, "nodes": []}'
    )
    nested = opening * depth + innermost + "}}}]}]}" * depth
    program = json.loads(members[name])
    program["graph_module"]["graph"] = "HERE"
    program["graph_module"]["signature"] = {"input_specs": [], "output_specs": []}
    members[name] = json.dumps(program).replace('"HERE"', nested).encode()
    error = refusal(zip_bytes(members), tmp_path)
    assert error.kind is ErrorKind.LIMIT
    assert len(error.field + error.message) < 200


@pytest.mark.parametrize("depth", [300, 450, 900])
def test_deeply_nested_arguments_are_refused(depth: int, tmp_path: Path) -> None:
    data = edited(SMALL, _set(*GRAPH, "nodes", 1, "inputs", 0, "arg", value="HERE"))
    members = members_of(_written(data, tmp_path))
    (name,) = [name for name in members if name.endswith("models/model.json")]
    nested = b'{"as_string_to_argument": {"a": ' * depth + b'{"as_int": 1}' + b"}}" * depth
    members[name] = members[name].replace(b'"HERE"', nested)
    assert refusal(zip_bytes(members), tmp_path).kind is ErrorKind.LIMIT


def test_a_flood_of_results_is_refused_in_little_memory(tmp_path: Path) -> None:
    data = edited(SMALL, _set(*GRAPH, "nodes", 1, "outputs", value="HERE"))
    members = members_of(_written(data, tmp_path))
    (name,) = [name for name in members if name.endswith("models/model.json")]
    flood = b"[" + b", ".join([b'{"as_none": true}'] * 399_000) + b"]"
    path = tmp_path / "flood.pt2"
    path.write_bytes(zip_bytes({**members, name: members[name].replace(b'"HERE"', flood)}))
    code = """
import sys
def peak():  # of this process image alone: ru_maxrss would start at the size of the process that forked it
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM"))
from refimpl.export import ArchiveError, load
try:
    load(sys.argv[1])
except ArchiveError as error:
    print(error.kind, error.node, peak())
"""
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    kind, node, kibibytes = done.stdout.split()
    assert (kind, node) == ("limit", "item")
    assert int(kibibytes) < 200 * 1024


def test_a_hint_of_an_unbacked_symbol_is_ignored(tmp_path: Path) -> None:
    program = ProgramBuilder()
    u0 = Expression("Symbol('u0', integer=True)", "int", 3)
    program.output(program.input("x", tensor([u0, u0 * 2])))
    assert dict(load(_written(program.to_bytes(), tmp_path)).hints) == {}


def test_two_subgraphs_of_one_name_are_refused(tmp_path: Path) -> None:
    def edit(program: dict[str, Json]) -> None:
        argument = _at(program, *GRAPH, "nodes", 2, "inputs", 2, "arg", "as_graph")
        assert isinstance(argument, dict)
        argument["name"] = "true_graph_0"

    assert refusal(edited(COND, edit), tmp_path).kind is ErrorKind.REFERENCE


def test_unreadable_guards_and_range_keys_are_data(tmp_path: Path) -> None:
    program = ProgramBuilder()
    size = program.symbol("s0", hint=4)
    program.output(program.input("x", tensor([size])))
    program.guard("__import__('os').system('touch hacked')")
    program.range("open('hacked', 'w')", 0, 1)
    program.range("2*s0", 4, 8)
    loaded = load(_written(program.to_bytes(), tmp_path))
    assert [type(guard) for guard in loaded.guards] == [UnreadGuard]
    assert [entry.term is None for entry in loaded.ranges] == [False, True, False]


def test_an_expression_of_the_wrong_sort_names_its_place(tmp_path: Path) -> None:
    program = ProgramBuilder()
    program.output(program.input("x", tensor([raw("Symbol('zuf0')", "float")])))
    error = refusal(program.to_bytes(), tmp_path)
    assert error.kind is ErrorKind.SCHEMA
    assert error.field == "models/model.json: graph_module.graph.tensor_values['x'].sizes.as_expr.expr_str"


def test_blinded_copies_load_only_when_asked(tmp_path: Path) -> None:
    def blind(program: dict[str, Json]) -> None:
        for table, kept in (("tensor_values", ("b_n", "x")), ("sym_int_values", ()), ("sym_bool_values", ())):
            values = _at(program, *GRAPH, table)
            assert isinstance(values, dict)
            for name in list(values):
                if name not in kept:
                    del values[name]
        ranges = program["range_constraints"]
        assert isinstance(ranges, dict)
        del ranges["u0"]

    data = edited(SMALL, blind)
    assert refusal(data, tmp_path).kind is ErrorKind.MISSING
    loaded = load(_written(data, tmp_path), blinded=True)
    assert loaded.is_blinded
    assert loaded.unrecorded == ("sym_size_int_1", "item", "ge_1", "new_zeros")
    recorded = {node.name for node in loaded.graph_module.graph.nodes if "recorded" in node.meta}
    assert recorded == {"b_n", "x", "_assert_scalar_default"}
    assert not load(SMALL, blinded=True).is_blinded


JUNK: list[Json] = [None, True, 0, -1, 1 << 80, 0.5, "", "u0", "x\0", [], {}, {"as_int": 1}, {"name": "x"}, [[]], [1]]


def _places(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    match value:
        case dict():
            return found + [place for key, item in value.items() for place in _places(item, (*path, key))]
        case list():
            return found + [place for index, item in enumerate(value) for place in _places(item, (*path, index))]
        case _:
            return found


FUZZED = [path for path in ARCHIVES if path.stat().st_size < 25_000]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damaged_program_loads_or_is_refused(data: st.DataObject, tmp_path: Path) -> None:
    """Delete or replace any one to three parts of a real program: no other exception than `ArchiveError`."""
    path = data.draw(st.sampled_from(FUZZED))
    members = members_of(path)
    name = data.draw(st.sampled_from([n for n in members if n.endswith(".json")]))
    program: Json = json.loads(members[name])
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(program)
        if not places:
            break
        place = data.draw(st.sampled_from(places))
        replacement = copy.deepcopy(data.draw(st.sampled_from([..., *JUNK])))
        _put(_at(program, *place[:-1]), place[-1], replacement)
    members[name] = json.dumps(program).encode()
    with suppress(ArchiveError):
        load(_written(zip_bytes(members), tmp_path))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damaged_bytes_load_or_are_refused(data: st.DataObject, tmp_path: Path) -> None:
    raw_bytes = bytearray(SMALL.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw_bytes[data.draw(st.integers(0, len(raw_bytes) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ArchiveError):
        load(_written(bytes(raw_bytes), tmp_path))
