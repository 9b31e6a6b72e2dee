"""The graph of a case as a graph module of a live PyTorch."""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import Final, Protocol, cast, final

from refimpl.conformance.case import Bindings, GraphOf, NodeOf
from refimpl.conformance.targets import FUNCTIONS, METHODS
from refimpl.torch._calls import function
from refimpl.torch._case_values import TorchValues
from refimpl.torch._imports import attribute
from refimpl.torch.key_paths import to_torch_path
from refimpl.torch.live_env import LiveEnvironment

__all__ = ["UnknownTarget", "interpreter_target", "propagation_target", "torch_bindings", "torch_module"]


@final
class UnknownTarget(LookupError):
    """A target that PyTorch does not have, or that no case may name."""

    def __init__(self, target: str) -> None:
        super().__init__(f"there is no target {target}")
        self.target = target


class Resolver(Protocol):
    """What the ``op`` and target of a node name. Raises `UnknownTarget`."""

    def __call__(self, op: str, target: str) -> object: ...


class _Node(Protocol):
    args: tuple[object, ...]
    kwargs: dict[str, object]
    meta: dict[str, object]


class _Graph(Protocol):
    def create_node(self, op: str, target: object, args: object, kwargs: object, name: str) -> _Node: ...


def interpreter_target(op: str, target: str) -> object:
    """A target of the interpreter's chapter: functions and methods stand in closed tables."""
    if op == "call_function":
        found = FUNCTIONS.get(target)
        if found is None:
            raise UnknownTarget(target)
        return found
    if op == "call_method" and target not in METHODS:
        raise UnknownTarget(target)
    return target


# The namespaces that a propagation may call into. Text of a case reaches nothing else of PyTorch.
_OPERATOR_LIBRARIES: Final = ("aten", "prims", "higher_order")


def propagation_target(op: str, target: str) -> object:
    """A target of the propagation's chapter: an operator of ATen, prims or higher order, or a scalar function."""
    if op != "call_function":
        return target
    match target.split("."):
        case ["torch", "ops", library, *names] if library in _OPERATOR_LIBRARIES and names and _are_public(names):
            owner = attribute("torch.ops", library)
        case ["torch", name] if name.startswith(("sym_", "_sym_")):
            owner, names = attribute("torch", name), []
        case ["_operator", name] if _are_public([name]):
            owner, names = getattr(operator, name, None), []
        case ["math", name] if _are_public([name]):
            owner, names = getattr(math, name, None), []
        case _:
            raise UnknownTarget(target)
    try:
        found = reduce(_get, names, owner)
    except AttributeError as error:
        raise UnknownTarget(target) from error
    if not callable(found):
        raise UnknownTarget(target)
    return found


def _are_public(names: list[str]) -> bool:
    return all(name.isidentifier() and not name.startswith("__") for name in names)


def _get(owner: object, name: str) -> object:
    found: object = getattr(owner, name)
    return found


def torch_bindings(bindings: Bindings, live: LiveEnvironment) -> dict[object, tuple[object, ...]]:
    """``node.meta["unbacked_bindings"]`` of a live PyTorch."""
    return {live.symbol(symbol): to_torch_path(path, live.integer) for symbol, path in bindings}


def torch_module(graph: GraphOf, resolve: Resolver, live: LiveEnvironment | None = None, mode: object = None) -> object:
    """The ``torch.fx.GraphModule``. Raises `UnknownTarget`.

    A node's arguments may name nodes that stand after it, as a wrong graph's do.
    """
    made = cast("_Graph", function("torch.fx", "Graph")())  # PyTorch is not there when types are checked
    nodes: dict[str, _Node] = {}
    for node in graph.nodes:
        nodes[node.name] = _node(made, node, resolve, live)
    values = TorchValues(live, mode, nodes)
    for node in graph.nodes:
        nodes[node.name].args = tuple([values.make(item) for item in node.args])
        nodes[node.name].kwargs = {key: values.make(item) for key, item in node.kwargs}
    whole: object = function("torch.fx", "GraphModule")(
        function("torch.nn", "Module")(), function("torch.fx", "Graph")()
    )
    for path, module in graph.modules.items():
        _set(whole, path, _submodule(module, resolve, live, mode))
    for path, value in graph.attributes.items():
        _set(whole, path, values.make(value))
    setattr(whole, "graph", made)  # noqa: B010 - an object without types
    return whole


def _node(graph: _Graph, node: NodeOf, resolve: Resolver, live: LiveEnvironment | None) -> _Node:
    made = graph.create_node(node.op, resolve(node.op, node.target), (), {}, node.name)
    setattr(made, "name", node.name)  # noqa: B010 - as above; PyTorch may have made it unique
    if node.bindings is not None and live is not None:
        made.meta["unbacked_bindings"] = torch_bindings(node.bindings, live)
    return made


def _submodule(module: GraphOf | str, resolve: Resolver, live: LiveEnvironment | None, mode: object) -> object:
    if isinstance(module, GraphOf):
        return torch_module(module, resolve, live, mode)
    called = resolve("call_function", module)
    whole = _empty_module()
    setattr(whole, "forward", called)  # noqa: B010 - as above
    return whole


def _empty_module() -> object:
    return function("torch.nn", "Module")()


def _set(root: object, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        if not hasattr(root, name):
            setattr(root, name, _empty_module())
        root = _get(root, name)
    setattr(root, last, value)
