"""The graph: a list of nodes, its builders and its printing."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false
# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from refimpl.fx._lint import check_graph
from refimpl.fx._names import Namespace, is_magic, snake_case
from refimpl.fx._narrow import is_keyword_dict, is_tuple
from refimpl.fx._node_base import NO_KWARGS, Argument, Target, map_nodes
from refimpl.fx._node_list import FindNodesLookupTable, InsertPoint, NodeList
from refimpl.fx.codegen import BodyTransformer, CodeGen, PythonCode, generate_python_code, transforming_body
from refimpl.fx.node import Node

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from refimpl.fx.graph_module import GraphModule
    from refimpl.fx.module import Module
    from refimpl.fx.proxy import TracerBase

__all__ = ["CodeGen", "Graph", "PythonCode"]


class Graph:
    """A list of ``Node`` s that together make one Python function. Source: ``torch.fx.Graph``."""

    def __init__(
        self,
        owning_module: GraphModule | None = None,
        tracer_cls: type[TracerBase] | None = None,
        tracer_extras: dict[str, object] | None = None,
    ) -> None:
        self._find_nodes_lookup_table = FindNodesLookupTable()
        self._root = Node(self, "", "root", "", (), {})
        self._insert: Callable[[Node], None] = self._root.prepend
        self._len = 0
        self._graph_namespace = Namespace()
        self._owning_module = owning_module
        self._tracer_cls = tracer_cls
        self._tracer_extras = tracer_extras
        self._codegen = CodeGen()

    @property
    def owning_module(self) -> GraphModule | None:
        """The module whose graph this is, if any."""
        return self._owning_module

    @owning_module.setter
    def owning_module(self, mod: GraphModule | None) -> None:
        self._owning_module = mod

    @property
    def nodes(self) -> NodeList:
        """The nodes in order; iteration tolerates insertion and erasure, ``reversed`` works."""
        return NodeList(self)

    def output_node(self) -> Node:
        """The last node; ``AssertionError`` if it is no output, ``StopIteration`` if there is none."""
        node = next(iter(reversed(self.nodes)))
        if node.op != "output":
            raise AssertionError(f"Expected output node, got op={node.op}")
        return node

    def find_nodes(self, *, op: str, target: Target | None = None, sort: bool = True) -> list[Node]:
        """The nodes with this ``op`` (and ``target``, required for ``call_function``).

        In graph order if ``sort``, else in the order in which they were last changed.
        """
        nodes = self._find_nodes_lookup_table.find_nodes(op=op, target=target)
        return sorted(nodes) if sort else nodes

    def create_node(
        self,
        op: str,
        target: Target,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        name: str | None = None,
        type_expr: object = None,
    ) -> Node:
        """Make a node and insert it at the current insertion point.

        ``name`` is a wish: the node gets the nearest free name. ``AssertionError`` if ``args`` is no tuple,
        ``kwargs`` no dict or ``op`` unknown; ``ValueError`` if ``target`` does not fit ``op``.
        """
        if not args:
            args = ()
        elif not isinstance(args, tuple):
            raise AssertionError(f"args must be a tuple, got {type(args)}")
        if not kwargs:
            kwargs = NO_KWARGS
        elif not isinstance(kwargs, dict):
            raise AssertionError(f"kwargs must be a dict, got {type(kwargs)}")
        candidate = name if name is not None else self._target_to_str(target)
        name = self._graph_namespace.create_name(candidate, None)
        node = Node(self, name, op, target, args, kwargs, type_expr)
        if self._owning_module is not None:
            self._call_hooks("_create_node_hooks", node)
        self._graph_namespace.associate_name_with_obj(name, node)
        self._insert(node)
        self._find_nodes_lookup_table.insert(node)
        self._len += 1
        return node

    def placeholder(
        self, name: str, type_expr: object = None, default_value: Argument = inspect.Signature.empty
    ) -> Node:
        """An input; ``default_value`` is its default unless it is ``inspect.Signature.empty``."""
        args = () if default_value is inspect.Signature.empty else (default_value,)
        return self.create_node("placeholder", name, args=args, type_expr=type_expr)

    def get_attr(self, qualified_name: str, type_expr: object = None) -> Node:
        """A fetch of an attribute of the owning module's hierarchy; warns if it is not there."""
        owner = self.owning_module
        if owner is not None and not _attribute_exists(owner, qualified_name):
            warnings.warn(
                "Attempted to insert a get_attr Node with no underlying reference in the owning GraphModule! Call "
                "GraphModule.add_submodule to add the necessary submodule, GraphModule.add_parameter to add the "
                "necessary Parameter, or nn.Module.register_buffer to add the necessary buffer",
                stacklevel=2,
            )
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(
        self,
        module_name: str,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: object = None,
    ) -> Node:
        """A call of a submodule; ``AttributeError`` if an owning module has no such submodule."""
        if self.owning_module is not None:
            self.owning_module.get_submodule(module_name)
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(
        self,
        method_name: str,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: object = None,
    ) -> Node:
        """A call of a method of ``args[0]``."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(
        self,
        the_function: Callable[..., object],
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: object = None,
        name: str | None = None,
    ) -> Node:
        """A call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name=name, type_expr=type_expr)

    def output(self, result: Argument, type_expr: object = None) -> Node:
        """The result of the graph."""
        return self.create_node(op="output", target="output", args=(result,), type_expr=type_expr)

    def node_copy(self, node: Node, arg_transform: Callable[[Node], Argument] = lambda x: x) -> Node:
        """Copy a node, of any graph, to here; ``arg_transform`` maps the nodes in its arguments."""
        args = map_nodes(node.args, arg_transform)
        kwargs = map_nodes(node.kwargs, arg_transform)
        if not is_tuple(args):
            raise AssertionError(f"Expected args to be tuple, got {type(args)}")
        if not is_keyword_dict(kwargs):
            raise AssertionError(f"Expected kwargs to be dict, got {type(kwargs)}")
        result = self.create_node(node.op, node.target, args, kwargs, node.name, node.type)
        result.meta = copy.copy(node.meta)
        return result

    def graph_copy(self, g: Graph, val_map: dict[Node, Node], return_output_node: bool = False) -> Argument:
        """Copy the nodes of ``g`` to here, up to its output; nodes already in ``val_map`` are not copied.

        Returns what the output's argument became (with the output of ``g`` if ``return_output_node``), or
        ``None`` if ``g`` has no output. ``val_map`` is filled.
        """
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_nodes(node.args[0], val_map.__getitem__)
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, val_map.__getitem__)
        return None

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> Graph:
        """A copy with its own nodes; targets, constants and metadata values are shared.

        As in PyTorch ``memo`` takes up old and new nodes, though ``copy`` looks there for identities only: what
        else refers to a node gets a copy of its own.
        """
        graph = Graph(tracer_cls=self._tracer_cls)
        val_map: dict[Node, Node] = memo or {}  # type: ignore[assignment]  # keys of both kinds live together
        result = graph.graph_copy(self, val_map, return_output_node=True)
        graph._codegen = copy.deepcopy(self._codegen)
        if is_tuple(result):
            output_val, old_output = result
            assert isinstance(old_output, Node)
            new_output = graph.output(output_val, type_expr=old_output.type)
            new_output.meta = copy.copy(old_output.meta)
        return graph

    def erase_node(self, to_erase: Node) -> None:
        """Take a node out; ``RuntimeError`` if it has users or belongs to another graph."""
        if to_erase.users:
            raise RuntimeError(
                f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} "
                f"users in the graph: {to_erase.users}!"
            )
        if to_erase.graph is not self:
            raise RuntimeError(f"Attempting to remove {to_erase} from wrong graph!")
        if to_erase._erased:
            warnings.warn(f"erase_node({to_erase}) on an already erased node", stacklevel=2)
            return
        self._call_hooks("_erase_node_hooks", to_erase)
        self._find_nodes_lookup_table.remove(to_erase)
        to_erase._remove_from_list()
        to_erase._erased = True
        self._len -= 1
        args, kwargs = map_nodes(to_erase.args, _nothing), map_nodes(to_erase.kwargs, _nothing)
        to_erase._update_args_kwargs(args, kwargs)  # type: ignore[arg-type]  # map_nodes keeps the structure

    def inserting_before(self, n: Node | None = None) -> InsertPoint:
        """Insert new nodes before ``n`` (``None``: before all), for good or within ``with``."""
        if n is None:
            return self.inserting_after(self._root)
        if n.graph is not self:
            raise AssertionError("Node to insert before is not in graph.")
        return InsertPoint(self, n.prepend)

    def inserting_after(self, n: Node | None = None) -> InsertPoint:
        """Insert new nodes after ``n`` (``None``: after all), for good or within ``with``."""
        if n is None:
            return self.inserting_before(self._root)
        if n.graph is not self:
            raise AssertionError("Node to insert after is not in graph.")
        return InsertPoint(self, n.append)

    def process_inputs(self, *args: object) -> Sequence[object]:
        """The caller's arguments as the graph's inputs."""
        return self._codegen.process_inputs(*args)

    def process_outputs(self, out: object) -> object:
        """The graph's result as the caller's."""
        return self._codegen.process_outputs(out)

    def set_codegen(self, codegen: CodeGen) -> None:
        """Choose what converts inputs and outputs and writes the code."""
        self._codegen = codegen

    def on_generate_code(
        self, make_transformer: Callable[[BodyTransformer | None], BodyTransformer]
    ) -> AbstractContextManager[None]:
        """Register what transforms the lines of generated code; as a context manager, until its end.

        ``make_transformer`` gets the current one. Text only: a ``GraphModule`` interprets the nodes.
        """
        return transforming_body(self._codegen, make_transformer)

    def python_code(
        self,
        root_module: str,
        *,
        verbose: bool = False,
        include_stride: bool = False,
        include_device: bool = False,
        colored: bool = False,
        expanded_def: bool = False,
        record_func: bool = False,
        additional_meta: list[str] | None = None,
    ) -> PythonCode:
        """The graph as the text of a function, in which ``root_module`` is the module."""
        return generate_python_code(
            self, root_module, verbose=verbose, colored=colored, expanded_def=expanded_def, meta=additional_meta
        )

    def __str__(self) -> str:
        names: list[str] = []
        lines = [node.format_node(names) for node in self.nodes]
        return f"graph({', '.join(names)}):" + "".join([f"\n    {line}" for line in lines if line])

    def print_tabular(self) -> None:
        """Print the nodes as a table; needs the library ``tabulate`` (``ImportError``)."""
        try:
            tabulate = import_module("tabulate").tabulate
        except ImportError:
            print(
                "`print_tabular` relies on the library `tabulate`, which could not be found on this machine. "
                "Run `pip install tabulate` to install the library."
            )
            raise
        rows = [[n.op, n.name, n.target, n.args, n.kwargs] for n in self.nodes]
        print(tabulate(rows, headers=["opcode", "name", "target", "args", "kwargs"]))

    def lint(self) -> None:
        """Raise if the graph is ill-formed: a foreign or later node used, a name twice, a target not there."""
        check_graph(self)

    def eliminate_dead_code(self, is_impure_node: Callable[[Node], bool] | None = None) -> bool:
        """Erase what nothing uses, in sub-graphs too; whether anything changed.

        ``is_impure_node`` decides what stays in place of ``Node.is_impure``. Raises as ``lint`` does.
        """
        self.lint()
        changed = False
        for node in reversed(self.nodes):
            impure = is_impure_node(node) if is_impure_node is not None else node.is_impure()
            if not impure and not node.users:
                self.erase_node(node)
                changed = True
        owner = self.owning_module
        return owner._eliminate_dead_code_of_children() or changed if owner is not None else changed

    def _target_to_str(self, target: Target | None) -> str:
        """The name wished for a node with this target."""
        if callable(target):
            return snake_case(target.__name__)
        if not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        return snake_case(target[2:-2] if is_magic(target) else target)

    def _call_hooks(self, kind: str, node: Node) -> None:
        """Tell the owning module's hooks of one kind about a node."""
        for hook in getattr(self.owning_module, kind, None) or ():
            hook(node)

    def _clear_nodes(self) -> None:
        """Erase every node."""
        for node in reversed(self.nodes):
            node.meta.clear()
            self.erase_node(node)


def _nothing(node: Node) -> None:
    """What the arguments of an erased node become."""


def _attribute_exists(mod: Module, qualified_name: str) -> bool:
    """Whether a module's hierarchy has a submodule, parameter or buffer of this name."""
    path, _, name = qualified_name.rpartition(".")
    try:
        owner = mod.get_submodule(path)
    except AttributeError:
        warnings.warn(f"Failed to fetch module {path}!", stacklevel=3)
        return False
    return name in owner._modules or name in owner._parameters or name in owner._buffers
