"""The input of a case on the wire, chapter by chapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from refimpl.conformance.case import (
    Bindings,
    CaseInput,
    Chapter,
    ComputeBindings,
    EnvironmentInput,
    FollowPath,
    GraphOf,
    InterpreterInput,
    NodeOf,
    PropagationInput,
    RebindingInput,
    ResolveBindings,
)
from refimpl.conformance.cursor import Cursor, Json
from refimpl.conformance.structures import NodeRef, Structure, parts_of
from refimpl.conformance.wire_states import read_state, write_state
from refimpl.conformance.wire_steps import read_steps, write_steps
from refimpl.conformance.wire_terms import Sorts, read_sorts, write_sorts
from refimpl.conformance.wire_values import (
    read_bindings,
    read_opcode,
    read_path,
    read_value,
    write_bindings,
    write_path,
    write_value,
)
from refimpl.terms import Sort

__all__ = ["read_input", "write_input"]

MOST_RUNS: Final = 10


def read_input(cursor: Cursor, chapter: Chapter) -> tuple[Sorts, CaseInput]:
    """The declared symbols and the input of a case of that chapter."""
    entries = dict(cursor.entries())
    sorts: Sorts = read_sorts(entries["symbols"]) if "symbols" in entries else dict[str, Sort]()
    match chapter:
        case "interpreter":
            return sorts, _interpreter(cursor, sorts)
        case "bindings":
            return sorts, _bindings(cursor, entries, sorts)
        case "rebinding":
            found = cursor.fields(("environment", "node", "op", "bindings", "value"), ("symbols",))
            return sorts, RebindingInput(
                read_state(found["environment"], sorts),
                found["node"].text(),
                read_opcode(found["op"]),
                _optional_bindings(found["bindings"], sorts),
                read_value(found["value"], sorts),
            )
        case "environment":
            found = cursor.fields(("environment", "steps"), ("symbols",))
            return sorts, EnvironmentInput(read_state(found["environment"], sorts), read_steps(found["steps"], sorts))
        case "propagation":
            found = cursor.fields(("environment", "graph", "inputs"), ("symbols", "runs"))
            runs = found["runs"].natural() if "runs" in found else 1
            if not 1 <= runs <= MOST_RUNS:
                found["runs"].fail(f"a case runs between 1 and {MOST_RUNS} times, not {runs}")
            return sorts, PropagationInput(
                read_state(found["environment"], sorts),
                _graph(found["graph"], sorts),
                _values(found["inputs"], sorts),
                runs,
            )
        case _:
            assert_never(chapter)


def _values(cursor: Cursor, sorts: Sorts, references: tuple[str, ...] = ()) -> tuple[Structure, ...]:
    return tuple([read_value(item, sorts, references=references) for item in cursor.items()])


def _optional_bindings(cursor: Cursor, sorts: Sorts) -> Bindings | None:
    return None if cursor.is_null else read_bindings(cursor, sorts)


def _interpreter(cursor: Cursor, sorts: Sorts) -> InterpreterInput:
    found = cursor.fields(("graph", "inputs"), ("symbols", "method", "initial", "io_processing", "collect"))
    initial = found["initial"].entries() if "initial" in found else ()
    graph = _graph(found["graph"], sorts)
    names = {node.name for node in graph.nodes}
    for name, item in initial:
        if name not in names:
            item.fail(f'there is no node "{name}"')
    method = found["method"].choice(("run", "boxed_run")) if "method" in found else "run"
    return InterpreterInput(
        graph,
        _values(found["inputs"], sorts),
        "boxed_run" if method == "boxed_run" else "run",
        {name: read_value(item, sorts) for name, item in initial},
        found["io_processing"].flag() if "io_processing" in found else True,
        found["collect"].flag() if "collect" in found else True,
    )


def _bindings(cursor: Cursor, entries: Mapping[str, Cursor], sorts: Sorts) -> CaseInput:
    if "call" not in entries:
        cursor.fail('the field "call" is missing')
    call = entries["call"].choice(("compute", "resolve", "get"))
    match call:
        case "compute":
            found = cursor.fields(("call", "environment", "value"), ("symbols", "old_value", "peek"))
            return ComputeBindings(
                read_state(found["environment"], sorts),
                read_value(found["value"], sorts),
                read_value(found["old_value"], sorts) if "old_value" in found else None,
                found["peek"].flag() if "peek" in found else False,
            )
        case "resolve":
            found = cursor.fields(("call", "environment", "bindings"), ("symbols",))
            return ResolveBindings(
                read_state(found["environment"], sorts), _optional_bindings(found["bindings"], sorts)
            )
        case _:
            found = cursor.fields(("call", "environment", "value", "path"), ("symbols",))
            return FollowPath(
                read_state(found["environment"], sorts),
                read_value(found["value"], sorts),
                read_path(found["path"], sorts),
            )


def _graph(cursor: Cursor, sorts: Sorts) -> GraphOf:
    found = cursor.fields(("nodes",), ("attributes", "modules"))
    nodes = tuple([_node(item, sorts) for item in found["nodes"].items()])
    names = [node.name for node in nodes]
    if len(set(names)) < len(names):
        found["nodes"].fail(f'two nodes are named "{next(n for n in names if names.count(n) > 1)}"')
    for node, at in zip(nodes, found["nodes"].items(), strict=True):
        for value in (*node.args, *(item for _, item in node.kwargs)):
            for part in parts_of(value):
                if isinstance(part, NodeRef) and part.name not in names:
                    at.fail(f'there is no node "{part.name}"')
    attributes = found["attributes"].entries() if "attributes" in found else ()
    modules = found["modules"].entries() if "modules" in found else ()
    return GraphOf(
        nodes,
        {name: read_value(item, sorts) for name, item in attributes},
        {name: item.value if isinstance(item.value, str) else _graph(item, sorts) for name, item in modules},
    )


def _node(cursor: Cursor, sorts: Sorts) -> NodeOf:
    found = cursor.fields(("name", "op", "target"), ("args", "kwargs", "bindings"))
    name = found["name"].text()
    if not (name.isidentifier() and name.isascii()):
        found["name"].fail(f'"{name[:40]}" is no name of a node')
    kwargs = found["kwargs"].entries() if "kwargs" in found else ()
    return NodeOf(
        name,
        read_opcode(found["op"]),
        found["target"].text(),
        _values(found["args"], sorts, ("node",)) if "args" in found else (),
        tuple([(key, read_value(item, sorts, references=("node",))) for key, item in kwargs]),
        _optional_bindings(found["bindings"], sorts) if "bindings" in found else None,
    )


def write_input(sorts: Sorts, given: CaseInput) -> dict[str, Json]:
    """The input of a case as JSON."""
    return {"symbols": write_sorts(sorts), **_write(given)}


def _write(given: CaseInput) -> dict[str, Json]:
    match given:
        case InterpreterInput(graph, inputs, method, initial, io_processing, collect):
            return {
                "graph": _write_graph(graph),
                "inputs": [write_value(item) for item in inputs],
                "method": method,
                "initial": {name: write_value(item) for name, item in initial.items()},
                "io_processing": io_processing,
                "collect": collect,
            }
        case ComputeBindings(environment, value, old_value, peek):
            written: dict[str, Json] = {"call": "compute", "environment": write_state(environment)}
            written |= {"value": write_value(value), "peek": peek}
            return written if old_value is None else {**written, "old_value": write_value(old_value)}
        case ResolveBindings(environment, bindings):
            return {"call": "resolve", "environment": write_state(environment), "bindings": _written(bindings)}
        case FollowPath(environment, value, path):
            return {
                "call": "get",
                "environment": write_state(environment),
                "value": write_value(value),
                "path": write_path(path),
            }
        case RebindingInput(environment, node, op, bindings, value):
            return {
                "environment": write_state(environment),
                "node": node,
                "op": op,
                "bindings": _written(bindings),
                "value": write_value(value),
            }
        case EnvironmentInput(environment, steps):
            return {"environment": write_state(environment), "steps": write_steps(steps)}
        case PropagationInput(environment, graph, inputs, runs):
            return {
                "environment": write_state(environment),
                "graph": _write_graph(graph),
                "inputs": [write_value(item) for item in inputs],
                "runs": str(runs),
            }
        case _:
            assert_never(given)


def _written(bindings: Bindings | None) -> Json:
    return None if bindings is None else write_bindings(bindings)


def _write_graph(graph: GraphOf) -> Json:
    return {
        "nodes": [_write_node(node) for node in graph.nodes],
        "attributes": {name: write_value(item) for name, item in graph.attributes.items()},
        "modules": {
            name: module if isinstance(module, str) else _write_graph(module) for name, module in graph.modules.items()
        },
    }


def _write_node(node: NodeOf) -> Json:
    written: dict[str, Json] = {"name": node.name, "op": node.op, "target": node.target}
    if node.args:
        written["args"] = [write_value(item) for item in node.args]
    if node.kwargs:
        written["kwargs"] = {name: write_value(item) for name, item in node.kwargs}
    if node.bindings is not None:
        written["bindings"] = write_bindings(node.bindings)
    return written
