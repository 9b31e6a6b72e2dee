"""A graph as it was when its module was compiled, and how a call of the module runs it."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from refimpl.fx._binding import Parameters
from refimpl.fx._last_use import last_uses
from refimpl.fx._narrow import is_dict, is_list, is_slice, is_tuple, slice_parts, tuple_like
from refimpl.fx._node_base import Argument, Target
from refimpl.fx._operators import INPLACE_METHODS
from refimpl.fx._pytree_codegen import PyTreeCodeGen
from refimpl.fx._tracing import active_trace
from refimpl.fx.codegen import CodeGen
from refimpl.fx.graph import Graph
from refimpl.fx.node import Node

if TYPE_CHECKING:
    from refimpl.fx.module import Module

__all__ = ["Plan"]

_SETITEM: Callable[..., object] = operator.setitem


class _Step(NamedTuple):
    """One node, frozen: later changes of the graph take effect when the module is recompiled."""

    node: Node
    op: str
    target: Target
    args: tuple[Argument, ...]
    kwargs: dict[str, Argument]
    released: list[Node]
    assigned: Node | None
    wrapped: bool


class _Values(dict[Node, object]):
    """The values of a run; a missing one is an unbound local variable."""

    def __missing__(self, node: Node) -> object:
        raise UnboundLocalError(f"cannot access local variable '{node.name}' where it is not associated with a value")


class Plan:
    """What the generated code of ``torch.fx.GraphModule`` does, without generating or executing code.

    Unlike under ``Interpreter``, lists and dicts in arguments and results are plain and fresh, in-place functions
    of ``operator`` assign to their first argument, and errors are not extended.
    """

    def __init__(self, graph: Graph) -> None:
        uses = last_uses(graph.nodes)
        nodes = list(graph.nodes)
        self.placeholders = [node for node in nodes if node.op == "placeholder"]
        codegen = graph._codegen
        self._nested = codegen if isinstance(codegen, PyTreeCodeGen) else None
        self._self: Node | None = None
        if self._nested is None and self.placeholders and self.placeholders[0].target == "self":
            # A first parameter of this name needs no other: it is the module.
            self._self = self.placeholders.pop(0)
        self._parameters = Parameters.of(self.placeholders if self._nested is None else _parameters(self._nested))
        self._overwritten: list[tuple[str, object]] = []
        if self._nested is not None:
            _refuse_defaults(self.placeholders)
            # The code declares these before it takes the parameters apart: `y : int = 3` is an assignment to `y`.
            declared = [node for node in self.placeholders if node.args and node.type is not None]
            self._overwritten = [(node.name, node.args[0]) for node in declared]
        self._steps = [_step(node, uses.get(node, [])) for node in nodes if node.op != "placeholder"]
        self._codegen = codegen
        # The conversions stand for what a subclass writes into the code; one that writes nothing does nothing there.
        self._converts_inputs = type(codegen).gen_fn_def is not CodeGen.gen_fn_def
        self._converts_outputs = type(codegen).generate_output is not CodeGen.generate_output
        self.returns: object = next((node.type for node in nodes if node.op == "output"), None)

    @property
    def nested(self) -> bool:
        """Whether the arguments are taken apart."""
        return self._nested is not None

    @property
    def parameters(self) -> list[Node]:
        """The positional parameters of ``forward``; the placeholders themselves unless arguments are taken apart."""
        return self._parameters.positional

    def run(self, module: Module, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Bind the arguments and run; ``TypeError`` if they do not fit."""
        values: dict[Node, object] = _Values()
        if self._nested is None:
            if self._converts_inputs and not kwargs:
                args = tuple(self._codegen.process_inputs(*args))
            self._parameters.bind(args, kwargs, values)
        else:
            given: dict[Node, object] = {}
            self._parameters.bind(args, kwargs, given)
            named = {str(parameter.target): given[parameter] for parameter in self._parameters.positional}
            named.update((name, value) for name, value in self._overwritten if name in named)
            leaves = self._nested.leaves_of([*named.values()], len(self.placeholders))
            values.update(zip(self.placeholders, leaves, strict=True))
        result = self.run_bound(module, values)
        return self._codegen.process_outputs(result) if self._converts_outputs else result

    def run_bound(self, module: Module, inputs: dict[Node, object]) -> object:
        """Run every step on the values of the inputs; the output (``None`` if there is none)."""
        values = _Values(inputs)
        if self._self is not None:
            values[self._self] = module
        for step in self._steps:
            node, op, target, step_args, step_kwargs, released, assigned, _ = step
            if op == "output":
                return _build(step_args[0], values)
            if op == "get_attr":
                values[node] = _attribute(module, target)
            else:
                # No name here may keep a value or an argument alive after its last use.
                values[node] = _call(
                    module,
                    step,
                    tuple([_build(arg, values) for arg in step_args]),
                    {key: _build(arg, values) for key, arg in step_kwargs.items()},
                )
                if assigned is not None:
                    values[assigned] = values[node]
            for unused in released:
                values.pop(unused, None)
        return None


def _parameters(codegen: PyTreeCodeGen) -> list[Node]:
    """The parameters of ``forward`` as placeholders (of no graph that runs)."""
    graph = Graph()
    return [graph.placeholder(name) for name in codegen.parameters()]


def _refuse_defaults(placeholders: list[Node]) -> None:
    """Raise the ``SyntaxError`` of unpacking nested arguments into names that have defaults without annotation."""
    bare = [
        f"{node.name} = {node.args[0]!r}" if node.args and node.type is None else node.name for node in placeholders
    ]
    if any(" = " in name for name in bare):
        try:
            ast.parse(f"{', '.join(bare)}, = _")
        except SyntaxError as error:
            raise SyntaxError(error.msg) from None


def _step(node: Node, released: list[Node]) -> _Step:
    """A node, frozen."""
    first = node.args[0] if node.args else None
    inplace = getattr(node.target, "__module__", "") == "_operator" and (
        getattr(node.target, "__name__", "") in INPLACE_METHODS
    )
    assigned = first if inplace and isinstance(first, Node) else None
    wrapped = bool(node.meta.get("is_wrapped", False))
    dropped = [*released] if node.users or node.op == "output" else [*released, node]
    return _Step(node, node.op, node.target, node.args, node.kwargs, dropped, assigned, wrapped)


def _call(module: Module, step: _Step, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
    """The result of a step that calls something."""
    target = step.target
    if step.op == "call_function":
        trace = active_trace.get()
        function: Callable[..., object] = target  # type: ignore[assignment]  # checked when the node was made
        if trace is not None:
            function = trace.function_to_call(function, step.wrapped)
        if target is _SETITEM:
            function(*args, **kwargs)
            return args[0]
        return function(*args, **kwargs)
    if step.op == "call_method":
        method: Callable[..., object] = getattr(args[0], str(target))
        return method(*args[1:], **kwargs)
    submodule: Callable[..., object] = _attribute(module, target)  # type: ignore[assignment]  # calling it decides
    return submodule(*args, **kwargs)


def _attribute(module: Module, target: Target) -> object:
    """The attribute at a dotted path."""
    value: object = module
    for atom in str(target).split("."):
        value = getattr(value, atom)
    return value


def _build(arg: object, values: _Values) -> object:
    """An argument with the values of its nodes, in plain containers."""
    if isinstance(arg, Node):
        return values[arg]
    if is_tuple(arg):
        return tuple_like(arg, [_build(item, values) for item in arg])
    if is_list(arg):
        return [_build(item, values) for item in arg]
    if is_dict(arg):
        return {key: _build(value, values) for key, value in arg.items()}
    if is_slice(arg):
        start, stop, step = slice_parts(arg)
        return slice(_build(start, values), _build(stop, values), _build(step, values))
    return arg
