"""The graph of a case as a graph module of this project."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from refimpl.conformance.case import GraphOf
from refimpl.conformance.convert import Values
from refimpl.conformance.targets import Function
from refimpl.fx import Graph, GraphModule, Module, Node
from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = ["Resolver", "UnknownTargetError", "build"]

Resolver = Callable[[str, str], "Function | str | None"]
"""What the ``op`` and target of a node name; None: nothing that is known."""


@final
class UnknownTargetError(LookupError):
    """A target that this project does not have."""

    def __init__(self, target: str) -> None:
        super().__init__(f"there is no target {target}")
        self.target = target


@final
class _Calling(Module):
    """A submodule that calls one function."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self._function = function

    def forward(self, *args: object, **kwargs: object) -> object:
        return self._function(*args, **kwargs)


def build(graph: GraphOf, resolve: Resolver, env: ShapeEnv | None = None, name: str = "GraphModule") -> GraphModule:
    """The module. Raises UnknownTargetError for a target that ``resolve`` does not know.

    A node's arguments may name nodes that stand after it, as a wrong graph's do.
    """
    made = Graph()
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        target = resolve(node.op, node.target)
        if target is None:
            raise UnknownTargetError(node.target)
        found = nodes[node.name] = made.create_node(node.op, target, (), {}, node.name)
        if found.name != node.name:
            found.name = node.name
        if node.bindings is not None:
            found.meta["unbacked_bindings"] = dict(node.bindings)
    values = Values(env, nodes)
    for node in graph.nodes:
        nodes[node.name].args = tuple([values.make(item) for item in node.args])
        nodes[node.name].kwargs = {key: values.make(item) for key, item in node.kwargs}
    root = Module()
    for path, module in graph.modules.items():
        _set(root, path, _submodule(module, resolve, env, path.rpartition(".")[2]))
    for path, value in graph.attributes.items():
        _set(root, path, values.make(value))
    whole = GraphModule(Module(), Graph(), name)
    for child, part in root.__dict__.items():
        if not child.startswith("_") and child != "training":
            setattr(whole, child, part)
    for child, inner in root.named_children():
        whole.add_module(child, inner)
    whole.graph = made
    return whole


def _submodule(module: GraphOf | str, resolve: Resolver, env: ShapeEnv | None, name: str) -> Module:
    if isinstance(module, GraphOf):
        return build(module, resolve, env, name)
    function = resolve("call_function", module)
    if not callable(function):
        raise UnknownTargetError(module)
    return _Calling(function)


def _set(root: Module, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        if not isinstance(getattr(root, name, None), Module):
            setattr(root, name, Module())
        root = getattr(root, name)
    setattr(root, last, value)
