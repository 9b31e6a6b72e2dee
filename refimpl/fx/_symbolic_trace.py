"""Symbolic tracing: running a function on proxies, and the graph that this records."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import chain
from types import FunctionType, ModuleType

from refimpl.fx._narrow import is_tuple
from refimpl.fx._node_base import Argument
from refimpl.fx._patching import Patcher, recording
from refimpl.fx._placeholders import PH, PHBase, PHWithMeta, ProxyableClassMeta, proxyable_classes
from refimpl.fx._pytree import tree_flatten, tree_unflatten
from refimpl.fx._pytree_codegen import PyTreeCodeGen, PyTreeInfo
from refimpl.fx._root_function import RootFunction, RootParameter
from refimpl.fx._specialize import specialized_placeholder
from refimpl.fx._tracing import active_trace
from refimpl.fx._wrap import wrap
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.module import Module
from refimpl.fx.proxy import Proxy, Scope, ScopeContextManager, TracerBase

__all__ = ["PH", "PHBase", "PHWithMeta", "ProxyableClassMeta", "Tracer", "is_fx_tracing", "symbolic_trace", "wrap"]

_SCALARS = (str, int, float, bool, complex, type(None))


class Tracer(TracerBase):
    """Records a function or a module as a graph; subclasses override what is a leaf, a constant, a proxy.

    Functions of ``autowrap_modules`` (also when imported by name into the traced module) and
    ``autowrap_functions`` are recorded, not traced through. ``param_shapes_constant`` is accepted and changes
    nothing: parameters have no tensor shape here. Source: ``torch.fx.Tracer``.
    """

    root: Module

    def __init__(
        self,
        autowrap_modules: tuple[ModuleType, ...] = (math,),
        autowrap_functions: tuple[Callable[..., object], ...] = (),
        param_shapes_constant: bool = False,
    ) -> None:
        self._autowrap_function_ids: set[int] = {
            id(value)
            for name, value in chain.from_iterable(module.__dict__.items() for module in autowrap_modules)
            if not name.startswith("_") and callable(value)
        }
        self._autowrap_function_ids.update(id(function) for function in autowrap_functions)
        self._autowrap_search = list(autowrap_modules)
        self.param_shapes_constant = param_shapes_constant
        self.submodule_paths: dict[Module, str] | None = None
        self.root_module_name: str = ""
        self.scope: Scope = Scope("", None)
        self.module_stack: OrderedDict[str, tuple[str, object]] = OrderedDict()
        self.num_calls: dict[str, int] = {}
        self.node_name_to_scope: dict[str, tuple[str, object]] = {}
        self._qualname_counter: dict[str, int] = {}

    def get_fresh_qualname(self, prefix: str) -> str:
        """A name for a new attribute of the root: the prefix and the first number that is free."""
        if not hasattr(self.root, f"{prefix}0"):
            self._qualname_counter[prefix] = 0
            return f"{prefix}0"
        number = self._qualname_counter.get(prefix, 0)
        while hasattr(self.root, f"{prefix}{number}"):
            number += 1
        self._qualname_counter[prefix] = number + 1
        return f"{prefix}{number}"

    def create_arg(self, a: object) -> Argument:
        """A value as an argument; modules, parameters and buffers of the root become ``get_attr`` nodes."""
        if not isinstance(a, (*_SCALARS, Proxy)):
            members = self.root.named_modules() if isinstance(a, Module) else self._named_values()
            for name, value in members:
                if a is value:
                    return self.create_node("get_attr", name, (), {})
        if is_tuple(a) and hasattr(a, "_fields"):
            return self.create_node("call_function", type(a), tuple([self.create_arg(item) for item in a]), {})
        if type(a) in proxyable_classes:
            name = self.get_fresh_qualname(f"_{type(a).__name__}_constant_")
            setattr(self.root, name, a)
            return self.create_node("get_attr", name, (), {})
        return super().create_arg(a)

    def _named_values(self) -> Iterable[tuple[str, object]]:
        """The parameters and buffers of the root."""
        root: Module | None = getattr(self, "root", None)
        return () if root is None else chain(root.named_parameters(), root.named_buffers())

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Whether a call of a module is recorded as one node: by default if its class is a library's own."""
        return type(m) is Module

    def path_of_module(self, mod: Module) -> str:
        """The path of a module below the root; ``NameError`` if it is not there."""
        if self.submodule_paths:
            path = self.submodule_paths.get(mod)
            if path is not None:
                return path
        else:
            for name, module in self.root.named_modules():
                if mod is module:
                    return name
        raise NameError("module is not installed as a submodule")

    def call_module(
        self, m: Module, forward: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> object:
        """A call of a module: a ``call_module`` node if it is a leaf, else what ``forward`` returns."""
        path = self.path_of_module(m)
        with ScopeContextManager(self.scope, Scope(path, type(m))) as scope:
            calls = self.num_calls.get(path, 0)
            key = f"{scope.module_path}@{calls}" if calls > 0 else scope.module_path
            self.module_stack[key] = (path, scope.module_type)
            self.num_calls[path] = calls + 1
            if self.is_leaf_module(m, path):
                result: object = self.create_proxy("call_module", path, args, kwargs)
            else:
                result = forward(*args, **kwargs)
            popped, _ = self.module_stack.popitem(last=True)
            if popped != key:
                raise AssertionError(f"Unexpected key {popped}, expected {key}")
        return result

    def getattr(self, attr: str, attr_val: object, parameter_proxy_cache: dict[str, Proxy]) -> object:
        """What reading a registered part of a module gives: for a parameter of the root a proxy.

        For a buffer too if ``proxy_buffer_attributes``. One proxy serves all reads.
        """
        if isinstance(attr_val, Module):
            return attr_val
        members = chain(self.root.named_parameters(), self.root.named_buffers() if self.proxy_buffer_attributes else ())
        for name, value in members:
            if attr_val is value:
                if name not in parameter_proxy_cache:
                    parameter_proxy_cache[name] = self.create_proxy("get_attr", name, (), {})
                return parameter_proxy_cache[name]
        return attr_val

    def create_args_for_root(
        self,
        root_fn: Callable[..., object],
        is_module: bool,
        concrete_args: dict[str, object] | tuple[object, ...] | None = None,
    ) -> tuple[Callable[..., object], list[object]]:
        """Make the placeholders; a function to call, and the values to call it with.

        ``RuntimeError`` if ``concrete_args`` is a tuple of the wrong length.
        """
        if not isinstance(root_fn, FunctionType):
            raise AssertionError(f"Expected FunctionType, got {type(root_fn)}")
        function = RootFunction.of(root_fn, self.root if is_module else None)
        plain = [parameter for parameter in function.parameters if not parameter.name.startswith("*")]
        if isinstance(concrete_args, tuple):
            if len(plain) != len(concrete_args):
                raise RuntimeError(
                    f"Tracing expected {len(plain)} arguments but got {len(concrete_args)} concrete arguments"
                )
            concrete_args = dict(zip([parameter.name for parameter in plain], concrete_args, strict=True))
        values = [self._placeholder(parameter, concrete_args or {}) for parameter in function.parameters]
        leaves, spec = tree_flatten(tuple(values))
        if all(child.is_leaf() for child in spec.children):
            return function.call, values
        names = [*function.names[: 1 if is_module else 0], *(parameter.name for parameter in plain)]
        codegen = PyTreeCodeGen(PyTreeInfo(names, spec, None))
        self.graph.set_codegen(codegen)

        def call_flat(*flat: object) -> list[object]:
            nested = tree_unflatten(list(flat), spec)
            assert isinstance(nested, tuple)
            result, result_spec = tree_flatten(function.call(*nested))
            codegen.set_output_shape(result_spec)
            return result

        return call_flat, leaves

    def _returns(self, fn: FunctionType) -> object:
        """The annotation of the output: that of the function, none if its result is flattened."""
        if isinstance(self.graph._codegen, PyTreeCodeGen):
            return None
        return RootFunction.of(fn, self.root if fn.__code__.co_argcount else None).returns

    def _placeholder(self, parameter: RootParameter, concrete_args: dict[str, object]) -> object:
        """The value of one parameter while tracing."""
        if parameter.name in concrete_args:
            value = concrete_args[parameter.name]
            return specialized_placeholder(self, parameter.name, value, parameter.default)
        return self.create_proxy("placeholder", parameter.name, parameter.default, {}, type_expr=parameter.annotation)

    def trace(
        self,
        root: Module | Callable[..., object],
        concrete_args: dict[str, object] | tuple[object, ...] | None = None,
    ) -> Graph:
        """Record ``root``, a module (its ``traced_func_name`` method) or a function; the graph.

        ``concrete_args`` gives values to inputs that are not to be traced (``PH`` for leaves that are).
        ``AssertionError`` if there is no Python function to trace.
        """
        fn: object = root
        if isinstance(root, Module):
            self.root = root
            if not hasattr(type(root), self.traced_func_name):
                raise AssertionError(f"traced_func_name={self.traced_func_name} doesn't exist in {type(root).__name__}")
            fn = getattr(type(root), self.traced_func_name)
            self.root_module_name = root._get_name()
            self.submodule_paths = {module: name for name, module in root.named_modules()}
        else:
            self.root = Module()
        self.graph: Graph = Graph(tracer_cls=type(self))
        if not isinstance(fn, FunctionType):
            raise AssertionError(f"Expected FunctionType, got {type(fn)}")
        with Patcher(self._autowrap_function_ids) as patcher:
            token = active_trace.set(_Trace(self, patcher))
            try:
                call, values = self.create_args_for_root(fn, isinstance(root, Module), concrete_args)
                patcher.wrap_known_functions(fn.__globals__)
                for module in self._autowrap_search:
                    patcher.wrap_known_functions(vars(module))
                result = self.create_arg(call(*values))
                self.create_node("output", "output", (result,), {}, type_expr=self._returns(fn))
            finally:
                active_trace.reset(token)
        self.submodule_paths = None
        return self.graph


class _Trace:
    """What modules and graph modules ask of a tracer at work."""

    def __init__(self, tracer: Tracer, patcher: Patcher) -> None:
        self._tracer = tracer
        self._patcher = patcher
        self._parameter_proxies: dict[str, Proxy] = {}

    def call_module(self, module: Module, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call a module through the tracer."""
        namespace: dict[str, object] = getattr(module.forward, "__globals__", {})
        self._patcher.wrap_known_functions(namespace)
        return self._tracer.call_module(module, module.forward, args, kwargs)

    def read_attribute(self, name: str, value: object) -> object:
        """Read a registered part of a module through the tracer."""
        return self._tracer.getattr(name, value, self._parameter_proxies)

    def function_to_call(self, function: Callable[..., object], wrapped: bool) -> Callable[..., object]:
        """The function, or one that records it where the tracer is to record it."""
        return recording(function) if wrapped or self._patcher.is_known(function) else function


def is_fx_tracing() -> bool:
    """Whether a tracer is at work (without the note that PyTorch logs)."""
    return active_trace.get() is not None


def symbolic_trace(
    root: Module | Callable[..., object],
    concrete_args: dict[str, object] | tuple[object, ...] | None = None,
) -> GraphModule:
    """Record a module or function as a ``GraphModule`` of the same name (see ``Tracer.trace``)."""
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else root.__name__
    return GraphModule(tracer.root, graph, name)
