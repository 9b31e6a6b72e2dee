"""Graphs: ``torch.fx.GraphModule`` and ours, sub-graphs included, with their ``unbacked_bindings``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Protocol, cast

from refimpl.export.targets import resolve_target
from refimpl.fx import Graph, GraphModule, Module, Node, map_aggregate
from refimpl.symbolic_shapes.bindings import as_bindings
from refimpl.torch._calls import function
from refimpl.torch._imports import attribute
from refimpl.torch.expressions import Unreadable
from refimpl.torch.key_paths import from_torch_bindings, to_torch_path
from refimpl.torch.live_env import LiveEnvironment
from refimpl.torch.values import (
    from_torch_constant,
    from_torch_value,
    is_torch_tensor,
    to_torch_constant,
    to_torch_value,
)

__all__ = ["from_torch_graph_module", "to_torch_graph_module", "torch_target", "torch_target_text"]


class _Node(Protocol):
    """The part of ``torch.fx.Node`` that is read."""

    name: str
    op: str
    target: object
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    meta: dict[str, object]


class _Graph(Protocol):
    @property
    def nodes(self) -> Iterable[_Node]: ...

    def create_node(self, op: str, target: object, args: object, kwargs: object, name: str) -> _Node: ...


class _GraphModule(Protocol):
    graph: _Graph


def torch_target_text(target: object) -> str:
    """The name of what a ``call_function`` node calls, as an archive spells it (``torch.ops.aten.add.Tensor``)."""
    kind = type(target).__name__
    if kind == "OpOverload":
        return f"torch.ops.{target}"
    name = str(getattr(target, "__name__", target))
    module = str(getattr(target, "__module__", ""))
    if kind == "HigherOrderOperator" or "HigherOrderOperator" in {base.__name__ for base in type(target).__mro__}:
        return f"torch.ops.higher_order.{name}"
    return f"torch.{name}" if name.startswith(("sym_", "_sym_")) else f"{module}.{name}"


def torch_target(target: object) -> object:
    """What PyTorch has under the name of one of our targets. Raises `Unreadable` if there is none."""
    module = str(getattr(target, "__module__", ""))
    name = str(getattr(target, "__name__", target))
    if module in ("_operator", "math"):
        return target
    if module.startswith("torch.ops"):
        full = str(getattr(target, "name", f"{module.removeprefix('torch.ops.')}.{name}"))
        path = ["ops", *full.split(".")]
    elif name.startswith(("sym_", "_sym_")):
        path = [name]
    else:
        path = [*module.split(".")[1:], name]
    try:
        return reduce(_get, path[1:], attribute("torch", path[0]))
    except AttributeError as error:
        raise Unreadable(f"{module}.{name}", str(error)) from error


def _get(owner: object, name: str) -> object:
    found: object = getattr(owner, name)
    return found


def from_torch_graph_module(module: object) -> GraphModule:
    """Our graph module of a PyTorch one: same names, targets, arguments and bindings, sub-graphs included.

    Tensor attributes become fake tensors. Recorded values (``val``) are not taken over. Raises `Unreadable`.
    """
    theirs = cast("_GraphModule", module)  # PyTorch is not there when types are checked
    graph, attributes = Graph(), Module()
    made: dict[object, Node] = {}

    def argument(value: object) -> object:
        return made[value] if type(value).__name__ == "Node" else from_torch_constant(value)

    for node in theirs.graph.nodes:
        if node.op == "get_attr":
            _take_attribute(module, str(node.target), attributes)
        target = resolve_target(torch_target_text(node.target)) if node.op == "call_function" else str(node.target)
        args = tuple([map_aggregate(arg, argument) for arg in node.args])
        kwargs = {key: map_aggregate(value, argument) for key, value in node.kwargs.items()}
        new = graph.create_node(node.op, target, args, kwargs, node.name)
        bindings = node.meta.get("unbacked_bindings")
        if bindings:
            table = cast("Mapping[object, Iterable[object]]", bindings)  # see above
            new.meta["unbacked_bindings"] = from_torch_bindings(table)
        made[node] = new
    return GraphModule(attributes, graph)


def _take_attribute(module: object, path: str, into: Module) -> None:
    value = reduce(_get, path.split("."), module)
    *owners, name = path.split(".")
    for owner in owners:
        inner: object = getattr(into, owner, None)
        if not isinstance(inner, Module):
            inner = Module()
            into.add_module(owner, inner)
        into = inner
    if hasattr(value, "graph"):
        into.add_module(name, from_torch_graph_module(value))
    else:
        setattr(into, name, from_torch_value(value) if is_torch_tensor(value) else value)


def to_torch_graph_module(module: GraphModule, live: LiveEnvironment, mode: object) -> object:
    """A ``torch.fx.GraphModule`` of ours: same names, targets, arguments and bindings, sub-graphs included.

    ``mode`` is the ``FakeTensorMode`` of tensor attributes. Raises `Unreadable` for a target that PyTorch lacks.
    """
    graph = cast("_Graph", function("torch.fx", "Graph")())  # PyTorch is untyped
    root = function("torch.nn", "Module")()
    made: dict[Node, _Node] = {}

    def converted(value: object, parameter: str | None = None) -> object:
        if isinstance(value, Node):
            return made[value]
        if isinstance(value, (tuple, list)):
            items = [converted(item) for item in cast("Iterable[object]", value)]  # an argument's items have any type
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, dict):
            table = cast("dict[str, object]", value)  # see above
            return {key: converted(item) for key, item in table.items()}
        return to_torch_constant(value, parameter)

    for node in module.graph.nodes:
        if node.op == "get_attr":
            _give_attribute(module, str(node.target), root, live, mode)
        target = torch_target(node.target) if node.op == "call_function" else node.target
        kwargs = {key: converted(value, key) for key, value in node.kwargs.items()}
        new = graph.create_node(node.op, target, converted(node.args), kwargs, node.name)
        bindings = node.meta.get("unbacked_bindings")
        if bindings:
            new.meta["unbacked_bindings"] = {
                live.symbol(symbol): to_torch_path(path, live.integer) for symbol, path in as_bindings(bindings).items()
            }
        made[node] = new
    return function("torch.fx", "GraphModule")(root, graph)


def _give_attribute(module: Module, path: str, into: object, live: LiveEnvironment, mode: object) -> None:
    value = reduce(_get, path.split("."), cast("object", module))  # a path starts at the module
    *owners, name = path.split(".")
    for owner in owners:
        if not hasattr(into, owner):
            setattr(into, owner, function("torch.nn", "Module")())
        into = _get(into, owner)
    if isinstance(value, GraphModule):
        setattr(into, name, to_torch_graph_module(value, live, mode))
    else:
        setattr(into, name, to_torch_value(value, live, mode))
