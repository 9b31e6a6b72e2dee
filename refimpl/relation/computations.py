"""What each node computes, as a number: the same for two nodes that apply the same operators to the same inputs.

An input is its position, a parameter, buffer or constant its qualified name. What in-place operators did to a tensor
meanwhile is no part of it: this says which values of two programs correspond, not that they are equal.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeGuard, final

from refimpl.export import ExportedProgram
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.node import Node
from refimpl.laws.operators import operator_name
from refimpl.laws.scalars import is_sequence

__all__ = ["Computations"]

# What decomposition calls by another name.
_SAME: Final[Mapping[str, str]] = {"aten._local_scalar_dense.default": "aten.item.default"}


@final
@dataclass(frozen=True, slots=True)
class Computations:
    """The numbers given so far; two programs are compared by the numbers of one table."""

    numbers: dict[Hashable, int] = field(default_factory=dict[Hashable, int])

    def of(self, program: ExportedProgram) -> Mapping[str, int]:
        """The number of each node by its path, those in sub-graphs included."""
        operands: list[Hashable] = []
        for position, spec in enumerate(program.signature.inputs):
            is_given = spec.kind in ("user_input", "constant_input")
            operands.append(("input", position) if is_given else (spec.kind, spec.target))
        return self._graph(program.graph_module, operands)[1]

    def _graph(self, module: GraphModule, operands: Sequence[Hashable]) -> tuple[int, Mapping[str, int]]:
        """The number of what a graph returns, and of each node in it."""
        found: dict[str, int] = {}
        env: dict[Node, int] = {}
        graphs: dict[Node, GraphModule] = {}
        result, count = 0, 0
        for node in module.graph.nodes:
            match node.op:
                case "placeholder":
                    key: Hashable = operands[count] if count < len(operands) else ("operand", count)
                    count += 1
                case "get_attr":
                    target = getattr(module, str(node.target), None)
                    if isinstance(target, GraphModule):
                        graphs[node] = target
                        key = ("graph", self._graph(target, ())[0])
                    else:
                        key = ("attribute", str(node.target))
                case _:
                    name = operator_name(node.target)
                    key = (_SAME.get(name, name), _part(node.args, env), _part(node.kwargs, env))
            result = env[node] = found[node.name] = self._number(key)
            for position, graph in enumerate(given for given in node.all_input_nodes if given in graphs):
                _, inner = self._graph(graphs[graph], ())
                for path, number in inner.items():
                    found[f"{node.name}/{graph.target}/{path}"] = self._number((result, position, number))
        return result, found

    def _number(self, key: Hashable) -> int:
        return self.numbers.setdefault(key, len(self.numbers))


def _part(argument: object, env: Mapping[Node, int]) -> Hashable:
    """An argument as what it computes; a constant is its text, with its type."""
    if isinstance(argument, Node):
        return env[argument]
    if is_sequence(argument):
        return tuple([_part(item, env) for item in argument])
    if _is_mapping(argument):
        return tuple([(str(name), _part(item, env)) for name, item in argument.items()])
    return f"{type(argument).__name__} {argument!r}"


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)
