"""How a graph meets its caller: conversion of inputs and outputs, and the text of its code."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from refimpl.fx._names import Namespace
from refimpl.fx._narrow import is_list, is_tuple

if TYPE_CHECKING:
    from refimpl.fx._code_writer import CodeWriter
    from refimpl.fx.graph import Graph
    from refimpl.fx.node import Node

__all__ = ["BodyTransformer", "CodeGen", "PythonCode", "generate_python_code", "transforming_body"]

BodyTransformer: TypeAlias = Callable[[list[str]], list[str]]
"""What rewrites the lines of generated code."""

_COUNTER = re.compile(r"# COUNTER: (\d+)")


@dataclass
class PythonCode:
    """The text of a graph's function, and the objects its names stand for."""

    src: str
    globals: dict[str, object]
    _lineno_map: dict[int, int | None] | None
    _prologue_start: int = 0


class CodeGen:
    """The default conventions: inputs and outputs pass unchanged, the function is ``forward``.

    A subclass may override any method. Source: ``torch.fx.CodeGen``.
    """

    def __init__(self) -> None:
        self._body_transformer: BodyTransformer | None = None
        self._func_name = "forward"

    def gen_fn_def(self, free_vars: list[str], maybe_return_annotation: str, *, expanded_def: bool = False) -> str:
        """The ``def`` line for these parameters; ``self`` is added if it is not the first."""
        if not free_vars or free_vars[0] != "self":
            free_vars.insert(0, "self")
        if expanded_def:
            parameters = "".join([_own_line(parameter) for parameter in free_vars])
            return f"def {self._func_name}(\n{parameters}){maybe_return_annotation}:"
        return f"def {self._func_name}({', '.join(free_vars)}){maybe_return_annotation}:"

    def generate_output(
        self,
        output_args: object,
        *,
        descs: Sequence[str] | None = None,
        repr_fn: Callable[[object], str] | None = None,
    ) -> str:
        """The ``return`` statement; ``descs`` comment the items of a list or tuple."""
        show = repr if repr_fn is None else repr_fn
        if descs is None or not (is_list(output_args) or is_tuple(output_args)):
            return f"return {show(output_args)}"
        lines = [f"    {show(item)},  # {desc}\n" for item, desc in zip(output_args, descs, strict=False)]
        left, right = "()" if isinstance(output_args, tuple) else "[]"
        return f"return {left}\n{''.join(lines)}{right}"

    def process_inputs(self, *args: object) -> Sequence[object]:
        """The caller's arguments as the graph's inputs."""
        return args

    def process_outputs(self, outputs: object) -> object:
        """The graph's result as the caller's."""
        return outputs

    def additional_globals(self) -> list[tuple[str, object]]:
        """Further names that the generated code uses, with their objects."""
        return []


def _own_line(parameter: str) -> str:
    """A parameter, with its comment if it has one, on a line of its own."""
    if "#" not in parameter:
        return f"    {parameter},\n"
    text, comment = parameter.split("#", 1)
    return f"    {text.rstrip()},  # {comment.lstrip()}\n"


def generate_python_code(
    graph: Graph, root_module: str, *, verbose: bool, colored: bool, expanded_def: bool, meta: list[str] | None
) -> PythonCode:
    """The code of a graph, with names from a namespace of its own (``torch.fx.Graph.python_code``)."""
    from refimpl.fx._code_writer import CodeWriter

    namespace = Namespace()

    def name_of(node: Node) -> str:
        return namespace.create_name(node.name, node)

    nodes = list(graph.nodes)
    before = [node._repr_fn for node in nodes]
    for node in nodes:
        object.__setattr__(node, "_repr_fn", name_of)
    try:
        writer = CodeWriter(graph._codegen, namespace, root_module, verbose, colored, expanded_def, meta)
        return _assemble(writer, graph, expanded_def)
    finally:
        for node, repr_fn in zip(nodes, before, strict=True):
            object.__setattr__(node, "_repr_fn", repr_fn)
        graph._find_nodes_lookup_table.refile(nodes)


def _assemble(writer: CodeWriter, graph: Graph, expanded_def: bool) -> PythonCode:
    """Write all nodes and put prologue and body together."""
    codegen = graph._codegen
    body = writer.write(graph.nodes)
    wraps = writer.wrap_statements()
    if codegen._body_transformer is not None:
        body = codegen._body_transformer(body)
    for name, value in codegen.additional_globals():
        writer.add_global(name, value)
    options = {"expanded_def": expanded_def} if takes(codegen.gen_fn_def, "expanded_def") else {}
    prologue = codegen.gen_fn_def(writer.free_vars, writer.return_annotation, **options)
    code, line_numbers = _number_lines(body, prologue.count("\n") + 1)
    return PythonCode(f"\n{wraps}\n\n{prologue}\n{code}", writer.globals, line_numbers, wraps.count("\n") + 4)


def _number_lines(body: list[str], offset: int) -> tuple[str, dict[int, int | None]]:
    """The indented body without its counters, and the index of the node that each line came from."""
    numbers: dict[int, int | None] = {}
    lines: list[str] = []
    current: int | None = None
    for line in "".join(body).split("\n"):
        counter = _COUNTER.search(line)
        if counter is not None:
            current = int(counter.group(1))
        else:
            numbers[len(lines) + offset] = current
            lines.append(line)
    code = "\n".join(lines).lstrip("\n")
    return "\n".join(["    " + line for line in code.split("\n")]), numbers


def takes(function: Callable[..., object], parameter: str) -> bool:
    """Whether an overridden method still has an optional parameter of the original."""
    return parameter in inspect.signature(function).parameters


def transforming_body(
    codegen: CodeGen, make_transformer: Callable[[BodyTransformer | None], BodyTransformer]
) -> AbstractContextManager[None]:
    """Install a body transformer now; leaving the returned context restores the one before."""
    before = codegen._body_transformer
    codegen._body_transformer = make_transformer(before)

    @contextmanager
    def restore() -> Generator[None, None, None]:
        try:
            yield
        finally:
            codegen._body_transformer = before

    return restore()
