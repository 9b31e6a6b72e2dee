"""A module whose ``forward`` is a graph."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false
# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING

from refimpl.fx._copy_attributes import assign_attribute, copy_attribute
from refimpl.fx._graph_hooks import HOOKS, GraphHooks
from refimpl.fx._module_repr import add_indent
from refimpl.fx._narrow import is_keyword_dict
from refimpl.fx._plan import Plan
from refimpl.fx.codegen import PythonCode
from refimpl.fx.graph import Graph
from refimpl.fx.module import Module
from refimpl.fx.node import Node

if TYPE_CHECKING:
    from refimpl.fx.proxy import TracerBase

__all__ = ["GraphModule"]

_NOT_COPIED = frozenset(("_plan", "_code", "_lineno_map", "_prologue_start"))
_NOT_PICKLED = _NOT_COPIED | {"_graph"}


class GraphModule(Module, GraphHooks):
    """A ``Module`` that runs a graph when it is called.

    Takes over from ``root`` (a module, or a dict from dotted path to value) what the graph refers to;
    ``RuntimeError`` if a dict lacks something or ``root`` is neither. A call runs the graph as it was when last
    assigned or recompiled; nothing is executed from text, ``code`` is for reading. Source: ``torch.fx.GraphModule``.
    """

    def __new__(cls, *args: object, **kwargs: object) -> GraphModule:
        """Give each instance a class of its own, which carries its name."""
        base = next(c for c in cls.__mro__ if c.__qualname__.split(".")[-1] != "GraphModuleImpl")

        class GraphModuleImpl(base):  # type: ignore[misc,valid-type]  # the base is the class being instantiated
            pass

        instance: GraphModule = object.__new__(GraphModuleImpl)
        return instance

    def __init__(  # pyright: ignore[reportInconsistentConstructor]  # __new__ takes what subclasses take
        self, root: Module | dict[str, object], graph: Graph, class_name: str = "GraphModule"
    ) -> None:
        super().__init__()
        type(self).__name__ = class_name
        if isinstance(root, Module):
            self._take_from_module(root, graph)
        elif isinstance(root, dict):
            self._take_from_dict(root, graph)
        else:
            raise RuntimeError(f"Unsupported type {root} passed for root!")
        self.graph = graph
        tracer_cls = graph._tracer_cls
        local = tracer_cls is not None and "<locals>" in tracer_cls.__qualname__
        self._tracer_cls: type[TracerBase] | None = None if local else tracer_cls
        self._tracer_extras: dict[str, object] = graph._tracer_extras or {}
        self.meta: dict[str, object] = {}
        self._no_hooks()
        self.shape_env: object = None

    def _take_from_module(self, root: Module, graph: Graph) -> None:
        """Copy from a module what the graph refers to (all named parts if it is the state of a copy)."""
        if hasattr(root, "training"):
            self.training: bool = root.training
        if isinstance(root, _State):
            for name, _ in (*root.named_children(), *root.named_buffers(), *root.named_parameters()):
                copy_attribute(root, self, name)
        for target in _referenced(graph):
            copy_attribute(root, self, target[1])

    def _take_from_dict(self, root: dict[str, object], graph: Graph) -> None:
        """Assign from a dict what the graph refers to, outer paths first."""
        targets: list[str] = []
        for node, target in _referenced(graph):
            if target not in root:
                raise RuntimeError(
                    f"Node {node} referenced target {target} but that target was not provided in ``root``!"
                )
            targets.append(target)
        for target in sorted(targets, key=lambda path: path.count(".")):
            assign_attribute(root[target], self, target)

    @property
    def graph(self) -> Graph:
        """The graph; assigning one takes ownership of it and recompiles."""
        return self._graph

    @graph.setter
    def graph(self, g: Graph) -> None:
        if not isinstance(g, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(g)}")
        self._graph = g
        g.owning_module = self
        self._graph_assigned()

    def _graph_assigned(self) -> None:
        """Compile a graph that was just assigned."""
        self.recompile()

    @property
    def code(self) -> str:
        """The text of ``forward`` as of the last recompilation."""
        return self._code

    def _compiled(self) -> Plan:
        """What a call runs: the graph as of the last recompilation."""
        return self._plan

    def recompile(self) -> PythonCode:
        """Make calls (and ``code``) reflect the graph as it is now, in sub-modules too."""
        python_code = self._graph.python_code(root_module="self")
        self._code = python_code.src
        self._lineno_map = python_code._lineno_map
        self._prologue_start = python_code._prologue_start
        plan = Plan(self._graph)
        if self._code.rstrip().endswith(":"):
            # What the text of a function without a body is; only inputs, all under their own names, make such.
            raise IndentationError("expected an indented block after function definition")
        self._plan = plan
        for child in self.children():
            if isinstance(child, GraphModule):
                child.recompile()
        return python_code

    def forward(self, *args: object, **kwargs: object) -> object:
        """Run the graph; ``TypeError`` if the arguments do not fit its placeholders."""
        return self._compiled().run(self, args, kwargs)

    def add_submodule(self, target: str, m: Module) -> bool:
        """Install a module at a dotted path, making empty ones on the way; false if a non-module is in the way."""
        *path, name = target.split(".")
        holder: Module = self
        for atom in path:
            held: object = getattr(holder, atom, None)
            if held is None:
                held = Module()
                setattr(holder, atom, held)
            if not isinstance(held, Module):
                return False
            holder = held
        holder.add_module(name, m)
        return True

    def delete_submodule(self, target: str) -> bool:
        """Remove the module at a dotted path; false if there is none."""
        path, _, name = target.rpartition(".")
        holder: object = self
        for atom in path.split(".") if path else ():
            holder = getattr(holder, atom, None)
            if not isinstance(holder, Module):
                return False
        if not isinstance(getattr(holder, name, None), Module):
            return False
        delattr(holder, name)
        return True

    def delete_all_unused_submodules(self) -> None:
        """Remove every submodule that no node refers to, directly or as a part of what it calls."""
        used: set[str] = set()
        for node in self.graph.nodes:
            if node.op not in ("call_module", "get_attr") or not isinstance(node.target, str):
                continue
            used.update(itertools.accumulate(node.target.split("."), lambda a, b: f"{a}.{b}" if b else a))
            if node.op == "call_module":
                used.update(self._below(node.target))
        for name in [name for name, _ in self.named_modules() if name not in used]:
            self.delete_submodule(name)

    def _below(self, target: str) -> list[str]:
        """The paths of all modules below a submodule; none if it does not exist."""
        try:
            submodule = self.get_submodule(target)
        except AttributeError:
            return []
        return [f"{target}.{name}" for name, _ in submodule.named_modules() if name]

    def _eliminate_dead_code_of_children(self) -> bool:
        """Eliminate dead code in the sub-graphs that ``get_attr`` nodes refer to; whether anything changed."""
        names = {node.target for node in self.graph.find_nodes(op="get_attr")}
        changed = False
        for name, child in self.named_children():
            if name in names and isinstance(child, GraphModule):
                changed |= child.graph.eliminate_dead_code()
                child.recompile()
        return changed

    def print_readable(
        self,
        print_output: bool = True,
        include_stride: bool = False,
        include_device: bool = False,
        colored: bool = False,
        *,
        fast_sympy_print: bool = False,
        expanded_def: bool = False,
        additional_meta: list[str] | None = None,
    ) -> str:
        """The code of this module and of the graph modules in it, as classes; printed too by default."""
        text = _readable(self, self._get_name(), colored, expanded_def, additional_meta)
        if print_output:
            print(text)
        return text

    def __str__(self) -> str:
        reminder = "# To see more debug info, please use `graph_module.print_readable()`"
        return "\n".join([super().__str__(), self.code, reminder])

    def __copy__(self) -> GraphModule:
        result = GraphModule(self, self.graph)
        result.meta = self.meta
        return result

    def __deepcopy__(self, memo: dict[int, object]) -> GraphModule:
        result: GraphModule = type(self).__new__(type(self))
        memo[id(self)] = result
        state = _State({k: copy.deepcopy(v, memo) for k, v in self.__dict__.items() if k not in _NOT_COPIED})
        GraphModule.__init__(result, state, state.copied_graph())
        for name in HOOKS:
            setattr(result, name, copy.deepcopy(self.__dict__.get(name, []), memo))
        result.meta = copy.deepcopy(self.meta, memo)
        kept = result.meta.get("_user_preserved_attributes")
        if is_keyword_dict(kept):
            for name, value in kept.items():
                setattr(result, name, value)
        for hook in self._deepcopy_hooks:
            hook(result)
        return result

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle attributes and graph as data; PyTorch pickles source code, which is executed on load."""
        from refimpl.fx._pickling import pickled_graph, rebuild

        self.recompile()
        state = {name: value for name, value in self.__dict__.items() if name not in _NOT_PICKLED}
        return rebuild, (state, pickled_graph(self._graph, self._tracer_cls))


class _State(Module):
    """The copied attributes of a graph module, as a module to take them from."""

    def __init__(self, state: dict[str, object]) -> None:
        super().__init__()
        self.__dict__.update(state)

    def copied_graph(self) -> Graph:
        """The copied graph."""
        graph = self.__dict__["_graph"]
        assert isinstance(graph, Graph)
        return graph


def _referenced(graph: Graph) -> list[tuple[Node, str]]:
    """The nodes that refer to the module's hierarchy, and the paths they refer to."""
    return [(node, str(node.target)) for node in graph.nodes if node.op in ("get_attr", "call_module")]


def _readable(module: GraphModule, name: str, colored: bool, expanded: bool, meta: list[str] | None) -> str:
    """The verbose code of a graph module as a class, with those of its children in it."""
    code = module.graph.python_code(
        "self", verbose=True, colored=colored, expanded_def=expanded, additional_meta=meta
    ).src.lstrip("\n")
    parts = [""]
    for child_name, child in module.named_children():
        if isinstance(child, GraphModule):
            parts.append(_readable(child, child_name, colored, False, meta))
    return add_indent(f"class {name}(torch.nn.Module):\n{code}", 4) + add_indent("\n".join(parts), 4)
