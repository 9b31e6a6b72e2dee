"""Writes each node of a graph as a line of Python."""

from __future__ import annotations

import enum
import re
import types
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING

from refimpl.fx._format import get_qualified_name, type_repr
from refimpl.fx._last_use import last_uses
from refimpl.fx._names import CUSTOM_BUILTINS, Namespace
from refimpl.fx._narrow import is_list, is_slice, is_tuple, slice_parts
from refimpl.fx._operators import INPLACE_METHODS, MAGIC_METHODS
from refimpl.fx._stack_summary import stack_summary

if TYPE_CHECKING:
    from refimpl.fx._node_list import NodeList
    from refimpl.fx.codegen import CodeGen
    from refimpl.fx.node import Node

__all__ = ["CodeWriter"]

_FROM_TORCH = re.compile(r"^torch(?:\.(?!_dynamo\.|_inductor\.)[^.]+)*$")
_OLD_ALIAS = type(typing.List[int])  # noqa: UP006 - the class of subscripted aliases of typing
_TYPING_ORIGINS: dict[object, object] = {
    list: typing.List,  # noqa: UP006 - the old spelling is what is printed for an old alias
    dict: typing.Dict,  # noqa: UP006
    set: typing.Set,  # noqa: UP006
    frozenset: typing.FrozenSet,  # noqa: UP006
    tuple: typing.Tuple,  # noqa: UP006
}


class CodeWriter:
    """The lines, parameters, return annotation and globals of one graph's function."""

    def __init__(
        self,
        codegen: CodeGen,
        namespace: Namespace,
        root_module: str,
        verbose: bool,
        colored: bool,
        expanded_def: bool,
        additional_meta: list[str] | None,
    ) -> None:
        self.globals: dict[str, object] = {}
        self.free_vars: list[str] = []
        self.return_annotation = ""
        self._codegen = codegen
        self._namespace = namespace
        self._root = root_module
        self._verbose = verbose
        self._blue: Callable[[str], str] = _blue if colored else str
        self._dim: Callable[[str], str] = _dim if colored else str
        self._expanded = expanded_def
        self._additional_meta = additional_meta
        self._body: list[str] = []
        self._wrapped: dict[str, None] = {}
        self._last_summary: str | None = None
        for name, obj in CUSTOM_BUILTINS.items():
            self.add_global(name, obj)

    def add_global(self, name_hint: str, obj: object) -> str:
        """The name by which the code refers to an object outside the graph."""
        if _FROM_TORCH.match(getattr(obj, "__module__", None) or "") and callable(obj):
            return get_qualified_name(obj)
        name = self._namespace.create_name(name_hint, obj)
        if name in self.globals and self.globals[name] != obj:
            raise AssertionError(f"Global name {name} already assigned to different object")
        self.globals[name] = obj
        return name

    def write(self, nodes: NodeList) -> list[str]:
        """Write all nodes; each is preceded by a counter, which is removed after transformers ran."""
        uses = last_uses(nodes)
        for index, node in enumerate(nodes):
            if self._verbose and node.op not in ("placeholder", "output"):
                self._write_summary(node)
            self._body.append(f"# COUNTER: {index}\n")
            self._write_node(node)
            self._write_release(node, uses)
        if not self._body:
            self._body.append("pass\n")
        return self._body

    def wrap_statements(self) -> str:
        """The calls of ``wrap`` that keep wrapped functions leaves when the code is traced again."""
        if not self._wrapped:
            return ""
        return "\n".join([f'torch.fx._symbolic_trace.wrap("{function}")' for function in self._wrapped])

    def _write_summary(self, node: Node) -> None:
        """A comment that says where the node came from, unless the one before says the same."""
        summary = f"\n{self._dim(stack_summary(node, self._additional_meta))}\n"
        if summary != self._last_summary:
            self._last_summary = summary
            self._body.append(summary)

    def _write_release(self, node: Node, uses: dict[Node, list[Node]]) -> None:
        """End the line; after the last use of values, and of a value that nothing uses, drop them."""
        if node.op == "placeholder":
            return
        released = [] if node.op == "output" else list(uses.get(node, ()))
        if node.op != "output" and not node.users:
            released.append(node)
        names = " = ".join([*map(repr, released), "None"])
        self._body.append(f";  {self._dim(names)}\n" if released else "\n")

    def _write_node(self, node: Node) -> None:
        """The line of one node, without its end."""
        annotation = "" if node.type is None else f" : {self._type(node.type)}"
        match node.op:
            case "placeholder":
                self._write_placeholder(node, annotation)
            case "call_method":
                receiver = _attribute(self._show(node.args[0]), str(node.target))
                self._body.append(f"{node!r}{annotation} = {receiver}({self._arguments(node, 1)})")
            case "call_function":
                self._write_call_function(node, annotation)
            case "call_module":
                module = _attribute(self._root, str(node.target))
                self._body.append(f"{node!r}{annotation} = {module}({self._arguments(node)})")
            case "get_attr":
                self._body.append(f"{node!r}{annotation} = {_attribute(self._root, str(node.target))}")
            case "output":
                self._write_output(node)
            case _:
                raise NotImplementedError(f"node: {node.op} {node.target}")  # PyTorch's own class

    def _write_placeholder(self, node: Node, annotation: str) -> None:
        """A parameter, and a line that renames it if its name was taken."""
        target = str(node.target)
        default = "" if not node.args else f" = {self._show(node.args[0])}"
        desc = node.meta.get("desc") if self._expanded else None
        comment = "" if desc is None else f"  # {desc}"
        self.free_vars.append(f"{target}{annotation}{default}{comment}")
        name = target.replace("*", "")
        if name != repr(node):
            self._body.append(f"{node!r} = {name}\n")

    def _write_call_function(self, node: Node, annotation: str) -> None:
        """A call, or the expression or statement that a function of ``operator`` stands for."""
        target = node.target
        if not callable(target):
            raise AssertionError(f"Expected node.target to be callable, got {type(target)}")
        if getattr(target, "__module__", "") == "_operator":
            shown = [self._show(arg) for arg in node.args]
            if target.__name__ in MAGIC_METHODS:
                self._body.append(f"{node!r}{annotation} = {MAGIC_METHODS[target.__name__].format(*shown)}")
                return
            if target.__name__ in INPLACE_METHODS:
                statement = INPLACE_METHODS[target.__name__].format(*shown)
                self._body.append(f"{statement};  {node!r}{annotation} = {self._show(node.args[0])}")
                return
        name = self.add_global(get_qualified_name(target), target)
        if name == "getattr" and len(node.args) == 2:
            attribute = node.args[1]
            if isinstance(attribute, str) and attribute.isidentifier():
                self._body.append(f"{node!r}{annotation} = {_attribute(self._show(node.args[0]), attribute)}")
                return
        self._body.append(f"{node!r}{annotation} = {name}({self._arguments(node)})")
        if node.meta.get("is_wrapped", False):
            self._wrapped.setdefault(name)

    def _write_output(self, node: Node) -> None:
        """The return statement, and the return annotation."""
        from refimpl.fx.codegen import takes

        if node.type is not None:
            self.return_annotation = f" -> {self._type(node.type)}"
        desc = node.meta.get("desc") if self._expanded else None
        generate: Callable[..., str] = self._codegen.generate_output
        options = {"descs": desc, "repr_fn": self._show}
        self._body.append(generate(node.args[0], **{k: v for k, v in options.items() if takes(generate, k)}))

    def _arguments(self, node: Node, start: int = 0) -> str:
        """The arguments of a call, from position ``start``."""
        shown = [self._show(arg) for arg in node.args[start:]]
        return ", ".join([*shown, *(f"{key} = {self._show(value)}" for key, value in node.kwargs.items())])

    def _show(self, arg: object) -> str:
        """An argument as an expression."""
        from refimpl.fx.node import Node

        if isinstance(arg, Node):
            return repr(arg)
        if isinstance(arg, enum.Enum):
            return f"{self.add_global(type(arg).__name__, type(arg))}.{arg.name}"
        if is_tuple(arg):
            return self._show_tuple(arg)
        if is_list(arg):
            return "[" + ", ".join([self._show(item) for item in arg]) + "]"
        if is_slice(arg):
            return f"slice({', '.join([self._show(part) for part in slice_parts(arg)])})"
        return self._blue(repr(arg))

    def _show_tuple(self, arg: tuple[object, ...]) -> str:
        """A tuple as an expression; a named one by its class."""
        if hasattr(arg, "_fields"):
            return f"{self.add_global(get_qualified_name(type(arg)), type(arg))}{tuple(arg)!r}"
        shown = ", ".join([self._show(item) for item in arg])
        return f"({shown},)" if len(arg) == 1 else f"({shown})"

    def _type(self, annotation: object) -> str:
        """A type annotation as an expression."""
        if annotation == ():
            return "()"
        name = type_repr(annotation)
        if isinstance(annotation, types.UnionType) and "|" in name:
            return "|".join([self._type(part) for part in typing.get_args(annotation)])
        origin: object = getattr(annotation, "__origin__", None)
        if not origin:
            return self.add_global(name, annotation)
        if isinstance(annotation, _OLD_ALIAS):
            origin = _TYPING_ORIGINS.get(origin, origin)
        origin_name = self.add_global(type_repr(origin), origin)
        parts = [self._type(part) for part in typing.get_args(annotation)]
        return f"{origin_name}[{','.join(parts)}]" if parts else origin_name


def _attribute(base: str, path: str) -> str:
    """``base.a.b``, with ``getattr`` where a part is no identifier."""
    result = base
    for part in path.split("."):
        result = f"{result}.{part}" if part.isidentifier() else f'getattr({result}, "{part}")'
    return result


def _blue(text: str) -> str:
    return f"\033[34m{text}\033[0m"


def _dim(text: str) -> str:
    return f"\033[2m{text}\033[0m"
