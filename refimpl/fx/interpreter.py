"""Execution of a graph, node by node."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false
# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from refimpl.fx import traceback as fx_traceback
from refimpl.fx._last_use import last_uses
from refimpl.fx._node_base import ATOMS, NO_KWARGS, Argument, Target, map_aggregate, map_nodes
from refimpl.fx._symbolic_trace import Tracer
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.module import Module
from refimpl.fx.node import Node
from refimpl.fx.proxy import Proxy

__all__ = ["Interpreter", "Transformer"]

V = TypeVar("V")
_TLPARSE = (
    "\nUse tlparse to see full graph. "
    "(https://github.com/pytorch/tlparse?tab=readme-ov-file#tlparse-parse-structured-pt2-logs)"
)


class Interpreter(Generic[V]):
    """Runs the graph of a module; subclasses override how nodes run.

    ``run`` calls ``run_node`` for each node, which calls the method named after its ``op``. ``V`` is the class
    of the values that nodes take. With ``garbage_collect_values`` a value is dropped after its last use, else
    ``env`` keeps all. ``graph`` is run instead of ``module.graph`` if given; attributes and submodules still
    come from ``module``. Source: ``torch.fx.Interpreter``.
    """

    def __init__(self, module: Module, garbage_collect_values: bool = True, graph: Graph | None = None) -> None:
        self.module = module
        self.submodules: dict[str, Module] = dict(module.named_modules())
        self.graph: Graph = graph if graph is not None else _graph_of(module)
        self.env: dict[Node, V] = {}
        self.name = "Interpreter"
        self.garbage_collect_values = garbage_collect_values
        self.extra_traceback = True
        if garbage_collect_values:
            self.user_to_last_uses: dict[Node, list[Node]] = last_uses(self.graph.nodes)

    def run(self, *args: V, initial_env: dict[Node, V] | None = None, enable_io_processing: bool = True) -> V | None:
        """Run the graph on ``args`` and return its output, ``None`` if it has no output node.

        ``initial_env`` gives the values of some nodes, which then do not run; it becomes ``env``.
        ``enable_io_processing`` passes inputs and output through the graph's ``process_inputs`` and
        ``process_outputs``. An exception keeps its class (``KeyError`` becomes ``RuntimeError``) and, unless
        ``extra_traceback`` is false, its message is extended by the node and the stack that traced it.
        """
        env = self.env = initial_env if initial_env is not None else {}
        inputs: Sequence[object] = self.graph.process_inputs(*args) if enable_io_processing else args
        self.args_iter: Iterator[V] = iter(inputs)  # type: ignore[arg-type]  # a codegen's inputs are values too
        uses = self.user_to_last_uses if self.garbage_collect_values else {}
        for node in self.graph.nodes:
            if node in env:
                continue
            try:
                env[node] = self.run_node(node)
            except Exception as error:
                if self.extra_traceback:
                    _name_the_node(error, node)
                raise
            if node in uses:
                for unused in uses[node]:
                    del env[unused]
            if node.op == "output":
                result = env[node]
                if not enable_io_processing:
                    return result
                return self.graph.process_outputs(result)  # type: ignore[return-value]  # as for the inputs
        return None

    def boxed_run(self, args_list: list[V]) -> V | None:
        """Run on the arguments in a list, which is emptied first so that each can be freed after its last use.

        ``RuntimeError`` (and the list left alone) if their number is not that of the placeholders.
        """
        placeholders = [node for node in self.graph.nodes if node.op == "placeholder"]
        if len(args_list) != len(placeholders):
            detail = "extra arguments" if len(args_list) > len(placeholders) else "missing arguments"
            raise RuntimeError(
                f"Interpreter.boxed_run expected {len(placeholders)} arguments for placeholders "
                f"but received {len(args_list)} ({detail})"
            )
        env = dict(zip(placeholders, args_list, strict=True))
        args_list.clear()
        return self.run(initial_env=env)

    def run_node(self, n: Node) -> V:
        """The value of one node, computed from ``env`` by the method named after its ``op``."""
        if fx_traceback.has_preserved_node_meta():
            with fx_traceback.set_current_meta(n, f"Interpreter_{type(self).__name__}"):
                return self._run_node(n)
        return self._run_node(n)

    def _run_node(self, n: Node) -> V:
        """``run_node`` without the record of which node runs."""
        args, kwargs = self.fetch_args_kwargs_from_env(n)
        if not isinstance(args, tuple):
            raise AssertionError(f"Expected args to be tuple, got {type(args)}")
        if not isinstance(kwargs, dict):
            raise AssertionError(f"Expected kwargs to be dict, got {type(kwargs)}")
        run: Callable[[Target, tuple[object, ...], dict[str, object]], V] = getattr(self, n.op)
        return run(n.target, args, kwargs)

    def placeholder(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """The next input, all remaining ones for a starred name, else the default in ``args``.

        ``RuntimeError`` if there is neither an input nor a default.
        """
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        if target.startswith("*"):
            return list(self.args_iter)  # type: ignore[return-value]  # a list of values is a value to its users
        try:
            return next(self.args_iter)
        except StopIteration as exhausted:
            if args:
                return args[0]  # type: ignore[return-value]  # a default is a value
            raise RuntimeError(
                f"Expected positional argument for parameter {target}, but one was not passed in!"
            ) from exhausted

    def get_attr(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """The attribute of the module's hierarchy that ``target`` names."""
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        return self.fetch_attr(target)

    def call_function(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """Call the function ``target``."""
        if isinstance(target, str):
            raise AssertionError("target should not be a string for call_function")
        return target(*args, **kwargs)  # type: ignore[return-value]  # V is what the graph's functions return

    def call_method(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """Call the method ``target`` of the first argument."""
        self_obj, *rest = args
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        method: Callable[..., V] = getattr(self_obj, target)
        return method(*rest, **kwargs)

    def call_module(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """Call the submodule that ``target`` names."""
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        submodule: Callable[..., V] = self.fetch_attr(target)  # type: ignore[assignment]  # call_module names one
        return submodule(*args, **kwargs)

    def output(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> V:
        """The value the graph returns: the first argument."""
        return args[0]  # type: ignore[return-value]  # a structure of values is a value to the caller

    def fetch_attr(self, target: str) -> V:
        """The attribute at a dotted path of ``module``; ``RuntimeError`` if there is none."""
        atoms = target.split(".")
        value: object = self.module
        for depth, atom in enumerate(atoms, 1):
            if not hasattr(value, atom):
                raise RuntimeError(f"Node referenced nonexistent target {'.'.join(atoms[:depth])}")
            value = getattr(value, atom)
        return value  # type: ignore[return-value]  # V is what the graph's attributes hold

    def fetch_args_kwargs_from_env(self, n: Node) -> tuple[tuple[Argument, ...], dict[str, Argument]]:
        """The arguments of ``n`` with the values of the nodes in them."""
        args = self.map_nodes_to_values(n._args, n)
        if not isinstance(args, tuple):
            raise AssertionError(f"Expected args to be tuple, got {type(args)}")
        kwargs = self.map_nodes_to_values(n._kwargs, n)
        if not isinstance(kwargs, dict):
            raise AssertionError(f"Expected kwargs to be dict, got {type(kwargs)}")
        return args, kwargs  # pyright: ignore[reportUnknownVariableType]  # isinstance, for speed; items are objects

    def map_nodes_to_values(self, args: Argument, n: Node) -> Argument:
        """Replace every node in ``args`` by its value; ``n`` is named in the ``RuntimeError`` if one has none."""
        if args is NO_KWARGS or (type(n) is Node and not n._input_nodes and (args is n._args or args is n._kwargs)):
            # There is no node in them, and they are immutable.
            return args
        values = _plain_values(args, self.env)
        if values is not None:
            return values
        env = self.env

        def load(node: Node) -> V:
            if node not in env:
                raise RuntimeError(
                    f"Node {n} referenced nonexistent value {node}! Run Graph.lint() to diagnose such issues"
                )
            return env[node]

        return map_nodes(args, load)


def _plain_values(args: object, env: dict[Node, V]) -> tuple[object, ...] | None:
    """The values of a tuple of nodes, numbers and such tuples, as most arguments are; ``None`` for any other."""
    if type(args) is not tuple:
        return None
    items: tuple[object, ...] = args  # pyright: ignore[reportUnknownVariableType]  # the class test says no more
    values: list[object] = []
    for item in items:
        if type(item) is Node and item in env:
            values.append(env[item])
        elif type(item) in ATOMS:
            values.append(item)
        elif (inner := _plain_values(item, env)) is not None:
            values.append(inner)
        else:
            return None
    return tuple(values)


def _graph_of(module: Module) -> Graph:
    """The graph of a module; ``AttributeError`` if it has none."""
    graph: Graph = getattr(module, "graph")  # noqa: B009 - a Module that is no GraphModule may have one too
    return graph


def _name_the_node(error: Exception, node: Node) -> None:
    """Extend an error's message by the node and the stack that traced it; turn ``KeyError`` into ``RuntimeError``.

    A ``KeyError`` prints its message as ``repr``, which would hide the lines.
    """
    where = f"While executing {node.format_node()}"
    message = f"{error.args[0]}\n\n{where}" if error.args else where
    message += f"\nOriginal traceback:\n{node.stack_trace}{_TLPARSE}"
    error.args = (message, *error.args[1:])
    if isinstance(error, KeyError):
        raise RuntimeError(*error.args) from error


class TransformerTracer(Tracer):
    """Records into the new graph; every module is a leaf."""

    def __init__(self, graph: Graph, root: Module) -> None:
        super().__init__()
        self.graph = graph
        self.root = root

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Every module."""
        return True


class Transformer(Interpreter[object]):
    """An interpreter whose values are proxies and whose result is a new module.

    Subclasses override how nodes run, and so what is recorded in their place. Source: ``torch.fx.Transformer``.
    """

    def __init__(self, module: GraphModule) -> None:
        super().__init__(module)
        self.new_graph: Graph = Graph()
        self.new_graph.set_codegen(module.graph._codegen)
        self.tracer: Tracer = TransformerTracer(self.new_graph, module)

    def placeholder(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> Proxy:
        """Add a placeholder to the new graph."""
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        default: Argument = next(iter(args)) if args else inspect.Signature.empty
        return Proxy(self.new_graph.placeholder(target, default_value=default), self.tracer)

    def get_attr(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> Proxy:
        """Add a ``get_attr`` node to the new graph."""
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        return self.tracer.create_proxy("get_attr", target, args, kwargs)

    def call_module(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> object:
        """Call a submodule as the tracer does: by default add a ``call_module`` node."""
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        submodule: Module = self.fetch_attr(target)  # type: ignore[assignment]  # call_module names one
        return self.tracer.call_module(submodule, submodule.forward, args, kwargs)

    def call_function(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> object:
        """Add a ``call_function`` node to the new graph."""
        return self.tracer.create_proxy("call_function", target, args, kwargs)

    def transform(self) -> GraphModule:
        """Run on proxies and make a module of what was recorded; metadata follow the nodes."""
        with fx_traceback.preserve_node_meta():
            result = super().run(enable_io_processing=False)
        if result is not None:
            output = self.new_graph.output(map_aggregate(result, _node_of))
            last = next(iter(reversed(self.graph.nodes)))
            if last.op != "output":
                raise AssertionError(f"Expected output node, got op={last.op}")
            output.meta.update(last.meta)
        return GraphModule(self.module, self.new_graph)


def _node_of(value: Argument) -> Argument:
    """The node of a proxy; another value itself."""
    return value.node if isinstance(value, Proxy) else value
