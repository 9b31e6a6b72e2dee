"""Values that record what is done with them."""

from __future__ import annotations

import copy
import dataclasses
import dis
import enum
import inspect
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NoReturn

from refimpl.fx import traceback as fx_traceback
from refimpl.fx._narrow import is_dict, is_keyword_dict, is_list, is_slice, is_tuple, slice_parts, tuple_like
from refimpl.fx._node_base import Argument, Target, map_nodes
from refimpl.fx._proxy_operators import ProxyOperators
from refimpl.fx._stack_capture import user_stack
from refimpl.fx.graph import Graph
from refimpl.fx.node import Node

__all__ = [
    "Attribute",
    "GraphAppendingTracer",
    "Proxy",
    "Scope",
    "ScopeContextManager",
    "TraceError",
    "TracerBase",
]

_CONSTANTS = (str, int, float, bool, complex, enum.Enum, type(None), type(...))
_COPIED_META = (
    "nn_module_stack",
    "torch_fn",
    "source_fn_stack",
    "original_aten",
    "recompute",
    "ac_graph_id",
    "has_backward_hook",
    "from_node",
    "quantization_tag",
    "_numeric_debug_handle",
    "custom",
    "partitioner_tag",
)


class TraceError(ValueError):
    """A program can't be traced: its control flow depends on a traced value."""


class Scope:
    """The path and class of the module being traced."""

    def __init__(self, module_path: str, module_type: object) -> None:
        self.module_path = module_path
        self.module_type = module_type


class ScopeContextManager:
    """Make ``scope`` equal to ``current_scope`` from now until the end of the ``with`` block."""

    def __init__(self, scope: Scope, current_scope: Scope) -> None:
        self._before = (scope.module_path, scope.module_type)
        scope.module_path, scope.module_type = current_scope.module_path, current_scope.module_type
        self._scope = scope

    def __enter__(self) -> Scope:
        return self._scope

    def __exit__(self, *args: object) -> None:
        self._scope.module_path, self._scope.module_type = self._before


class TracerBase:
    """Turns what is done with proxies into nodes of ``graph``. Source: ``torch.fx.proxy.TracerBase``."""

    graph: Graph
    record_stack_traces: bool = False
    check_mutable_operations: bool = False
    trace_asserts: bool = False
    proxy_buffer_attributes: bool = False
    traced_func_name: str = "forward"
    scope: Scope
    module_stack: OrderedDict[str, tuple[str, object]]
    node_name_to_scope: dict[str, tuple[str, object]]

    def create_node(
        self,
        kind: str,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
        name: str | None = None,
        type_expr: object = None,
    ) -> Node:
        """Add a node to the graph, with the stack, module and origin metadata that are asked for."""
        node = self.graph.create_node(kind, target, args, kwargs, name, type_expr)
        self.node_name_to_scope[node.name] = (self.scope.module_path, self.scope.module_type)
        if fx_traceback.has_preserved_node_meta():
            _take_over_meta(node, fx_traceback.get_current_meta())
        elif self.module_stack:
            node.meta["nn_module_stack"] = self.module_stack.copy()
        if self.record_stack_traces and not node.stack_trace:
            trace = user_stack()
            if trace:
                node.stack_trace = trace
        return node

    def proxy(self, node: Node) -> Proxy:
        """The proxy of a node; a subclass may make its own kind."""
        return Proxy(node, self)

    def create_proxy(
        self,
        kind: str,
        target: Target,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        name: str | None = None,
        type_expr: object = None,
        proxy_factory_fn: Callable[[Node], Proxy] | None = None,
    ) -> Proxy:
        """Add a node whose arguments may hold proxies; its proxy."""
        node_args = self.create_arg(args)
        node_kwargs = self.create_arg(kwargs)
        if not is_tuple(node_args):
            raise AssertionError(f"Expected args_ to be tuple, got {type(node_args)}")
        if not is_keyword_dict(node_kwargs):
            raise AssertionError(f"Expected kwargs_ to be dict, got {type(node_kwargs)}")
        node = self.create_node(kind, target, node_args, node_kwargs, name, type_expr)
        return proxy_factory_fn(node) if proxy_factory_fn else self.proxy(node)

    def create_arg(self, a: object) -> Argument:
        """A value as an argument: proxies become nodes, containers are searched, constants stay.

        A dataclass instance becomes a node that makes it; an object with ``__fx_create_arg__(tracer)`` decides for
        itself. ``NotImplementedError`` for any other class; ``RuntimeError`` for a proxy within a dict key.
        """
        if isinstance(a, Proxy):
            return a.node
        create: Callable[..., Argument] | None = getattr(type(a), "__fx_create_arg__", None)
        if create is not None:
            return create(a, self)
        if is_tuple(a):
            items = [self.create_arg(item) for item in a]
            return tuple_like(a, items) if hasattr(a, "_fields") else type(a)(items)
        if is_list(a):
            return [self.create_arg(item) for item in a]
        if is_dict(a):
            return {self._create_key(key): self.create_arg(value) for key, value in a.items()}
        if is_slice(a):
            start, stop, step = slice_parts(a)
            return slice(self.create_arg(start), self.create_arg(stop), self.create_arg(step))
        if isinstance(a, range):
            return a
        if dataclasses.is_dataclass(a):
            values = {field.name: self.create_arg(getattr(a, field.name)) for field in dataclasses.fields(a)}
            return self.create_node("call_function", type(a), (), values)
        if isinstance(a, _CONSTANTS):
            return a
        raise NotImplementedError(f"argument of type: {type(a)}")  # PyTorch's own class

    def _create_key(self, key: object) -> object:
        """A dict key as part of an argument; it must not hold a proxy."""
        if isinstance(key, str):
            return key
        created = self.create_arg(key)
        map_nodes(created, _no_node_in_key)
        return created

    def to_bool(self, obj: Proxy) -> bool:
        """The truth value of a proxy: unknown, so ``TraceError``."""
        raise TraceError("symbolically traced variables cannot be used as inputs to control flow")

    def iter(self, obj: Proxy) -> Iterator[Proxy]:
        """The items of a proxy: unknown, so ``TraceError``."""
        raise TraceError(
            "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args "
            "or **kwargs function argument. See the torch.fx docs on pytorch.org for a more detailed explanation of "
            "what types of control flow can be traced, and check out the Proxy docstring for help troubleshooting "
            "Proxy iteration errors"
        )

    def keys(self, obj: Proxy) -> Proxy:
        """What ``obj.keys()`` gives: a recorded call."""
        return Attribute(obj, "keys")()


class GraphAppendingTracer(TracerBase):
    """Appends to a given graph without tracing a function."""

    def __init__(self, graph: Graph) -> None:
        self.graph: Graph = graph
        self.scope: Scope = Scope("", None)
        self.module_stack: OrderedDict[str, tuple[str, object]] = OrderedDict()
        self.node_name_to_scope: dict[str, tuple[str, object]] = {}


class Proxy(ProxyOperators):
    """Stands for the value of a node; operators, method calls and attributes on it become nodes.

    What needs the value itself (a truth value, iteration, a length) raises. Source: ``torch.fx.Proxy``.
    """

    node: Node
    tracer: TracerBase

    def __init__(self, node: Node, tracer: TracerBase | None = None) -> None:
        self.tracer = tracer if tracer is not None else GraphAppendingTracer(node.graph)
        self.node = node

    def __repr__(self) -> str:
        return f"Proxy({self.node.name})"

    def __getattr__(self, k: str) -> Attribute:
        return Attribute(self, k)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)

    def __deepcopy__(self, memo: dict[int, object]) -> Proxy:
        result: Proxy = object.__new__(type(self))
        for name, value in self.__dict__.items():
            try:
                result.__dict__[name] = copy.deepcopy(value, memo)
            except Exception:
                result.__dict__[name] = value
        return result

    def __call__(self, *args: object, **kwargs: object) -> Proxy:
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self) -> Iterator[Proxy]:
        frame = inspect.currentframe()
        caller = frame.f_back if frame is not None else None
        if caller is None:
            raise AssertionError("frame.f_back is None")
        # `a, b = proxy` says how many items it wants; nothing else that iterates does.
        instructions = list(dis.get_instructions(caller.f_code))
        current = instructions[bisect_left(instructions, caller.f_lasti, key=lambda i: i.offset)]
        if current.opname == "UNPACK_SEQUENCE":
            return (self[index] for index in range(int(current.argval)))
        return self.tracer.iter(self)

    def __bool__(self) -> bool:
        return self.tracer.to_bool(self)

    def __len__(self) -> int:
        raise RuntimeError(
            "'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please "
            "call torch.fx.wrap('len') at module scope"
        )

    def keys(self) -> Proxy:
        """A recorded call of ``keys``."""
        return self.tracer.keys(self)

    def _record(self, function: Callable[..., object], args: tuple[object, ...]) -> Proxy:
        return self.tracer.create_proxy("call_function", function, args, {})


class Attribute(Proxy):
    """An attribute of a proxy: a method call if it is called, a ``getattr`` node once its value is needed."""

    _node: Node | None

    def __init__(self, root: Proxy, attr: str) -> None:
        self.root = root
        self.attr = attr
        self.tracer: TracerBase = root.tracer
        self._node = None

    @property
    def node(self) -> Node:  # type: ignore[override]  # made on demand, most attributes are only called
        """The ``getattr`` node, made when first asked for."""
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args: object, **kwargs: object) -> Proxy:
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


def _take_over_meta(node: Node, meta: dict[str, object]) -> None:
    """Copy to a new node what is to follow the node being interpreted."""
    trace = meta.get("stack_trace")
    if trace:
        node.stack_trace = str(trace)
    for key in _COPIED_META:
        if key in meta:
            node.meta[key] = meta[key]
    if meta.get("autograd_backward", False):
        node.meta["autograd_backward"] = True


def _no_node_in_key(node: Node) -> NoReturn:
    raise RuntimeError(f"Keys for dictionaries used as an argument cannot contain a Node. Got key: {node}")
