"""From an archive's graph record to an FX graph with recorded values and unbacked bindings."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from refimpl.aten import OpOverload
from refimpl.export import schema
from refimpl.export._argument_reader import ArgumentReader
from refimpl.export._values import CustomObject, Recorded, ValueReader
from refimpl.export.bindings import free_bindings
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits
from refimpl.export.schema import Argument, ArgumentKind, NamedArgument
from refimpl.export.targets import TargetFunction, is_higher_order, is_symbolic, resolve_target, target_name
from refimpl.fx._lazy_graph_module import LazyGraphModule
from refimpl.fx._names import snake_case
from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.node import Argument as FxArgument
from refimpl.fx.node import Node

__all__ = ["GraphReader", "Reading", "UnboundSymbol", "is_positional"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,255}")
_ITEM: Final = "torch.ops.aten.item.default"
_GETITEM: Final = resolve_target("_operator.getitem")
_MISSING: Final = object()
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class UnboundSymbol:
    """A recorded unbacked symbol that no node of its graph holds at a place of its own; ``graph`` is its path."""

    graph: str
    symbol: str


class Reading:
    """What is shared by the graphs of one program while they are read, and counted over all of them."""

    __slots__ = ("blinded", "limits", "made", "node_count", "unbound", "unrecorded", "values")

    def __init__(self, limits: Limits, *, blinded: bool) -> None:
        self.limits = limits
        self.blinded = blinded
        self.values = ValueReader(limits)
        self.node_count = 0
        self.made = 0
        self.unbound: list[UnboundSymbol] = []
        self.unrecorded: list[str] = []

    def count_made(self, count: int = 1) -> None:
        """Count FX nodes that are about to be made. Raises `ArchiveError` over the limit."""
        self.made += count
        if self.made > self.limits.graph_nodes:
            raise ArchiveError(ErrorKind.LIMIT, "", f"the graphs have more than {self.limits.graph_nodes} nodes")


class GraphReader(ArgumentReader):
    """Reads one graph; nested ones with readers of their own."""

    def __init__(self, record: schema.Graph, reading: Reading, field: str, path: str = "", depth: int = 0) -> None:
        super().__init__()
        self._record = record
        self._reading = reading
        self._root = field.partition(":")[0] + ":"
        self._field = field
        self._path = path
        self._depth = depth
        self._graph = Graph()
        self._modules: dict[str, object] = {}
        # Of each sub-graph its record, and whether it binds symbols of its own.
        self._graphs: dict[str, tuple[schema.Graph, bool]] = {}
        self.binds: bool = False
        self._names: set[str] = set()
        self._owner = ""

    def read(self, input_names: Sequence[str | None]) -> GraphModule:
        """The graph as a module. ``input_names`` name the inputs that are constants. Raises `ArchiveError`."""
        for index, (argument, name) in enumerate(zip(self._record.inputs, input_names, strict=True)):
            try:
                self._input(argument, name)
            except ArchiveError as error:
                raise self._located(error, f"inputs[{index}]", _value_name(argument)) from None
        for index, node in enumerate(self._record.nodes):
            try:
                self._node(node)
            except ArchiveError as error:
                raise self._located(error, f"nodes[{index}]", node.name or target_name(node.target)) from None
        try:
            self._output()
        except ArchiveError as error:
            raise self._located(error, "outputs", None) from None
        self._bind()
        return LazyGraphModule(self._modules, self._graph)

    def _located(self, error: ArchiveError, place: str, node: str | None) -> ArchiveError:
        name = f"{self._path}{node}" if node else None
        inner = self._is_located(error)
        return error.at(error.path, name) if inner else error.inside(f"{self._field}.{place}", name)

    def _input(self, argument: Argument, name: str | None) -> None:
        named = _value_name(argument)
        if named is None:
            if name is None or _is_reference(argument):
                raise ArchiveError(ErrorKind.UNSUPPORTED, "", "an input is neither a value nor a named constant")
            node = self._placeholder(name)
            constant = self.argument(argument)
            node.meta["recorded"] = constant
            return
        node = self._placeholder(named)
        self._define(named, node)
        self._record_value(node, argument, named, required=not self._path)

    def _placeholder(self, name: str) -> Node:
        _check_name(name)
        self._reading.count_made()
        node = self._graph.placeholder(name)
        if node.name != name:
            node.name = name
        self._names.add(name)
        return node

    def _node(self, record: schema.Node) -> None:
        reading = self._reading
        reading.node_count += 1
        reading.count_made()
        target = record.target
        self._owner = record.name or ""
        function = resolve_target(target)
        args, kwargs = self._arguments(target, function, record.inputs)
        outputs = record.outputs
        single = _value_name(outputs[0]) if len(outputs) == 1 and not _is_one_tuple(record) else None
        nothing = len(outputs) == 1 and outputs[0].as_none is not None
        name = single or record.name or None
        if nothing:
            # PyTorch's loader renames such nodes, and its own numbering of the new names is kept.
            node = self._graph.create_node(
                "call_function", function, args, kwargs, f"{snake_case(_base_name(target))}_unused"
            )
        else:
            node = self._create(function, args, kwargs, name)
        trace = record.metadata.get("stack_trace")
        if trace is not None:
            node.meta["stack_trace"] = trace
        if not outputs:
            node.meta["recorded"] = None
        elif single is not None:
            self._define(single, node)
            self._record_value(node, outputs[0], single, required=True)
        elif not nothing:
            self._elements(node, outputs)
        elif not _gives_dtype(function):
            node.meta["recorded"] = None

    def _create(
        self, target: TargetFunction, args: tuple[FxArgument, ...], kwargs: dict[str, FxArgument], name: str | None
    ) -> Node:
        """A call node of exactly that name, which FX alone might alter."""
        if name is not None:
            _check_name(name)
        node = self._graph.create_node("call_function", target, args, kwargs, name)
        if name is not None and node.name != name:
            if name in self._names:
                raise ArchiveError(ErrorKind.REFERENCE, "", f"two nodes are named {name}")
            node.name = name
        self._names.add(node.name)
        return node

    def _arguments(
        self, target: str, function: TargetFunction, inputs: Sequence[NamedArgument]
    ) -> tuple[tuple[FxArgument, ...], dict[str, FxArgument]]:
        positional_only = is_symbolic(target) or target == _ITEM
        args: list[FxArgument] = []
        kwargs: dict[str, FxArgument] = {}
        for index, item in enumerate(inputs):
            try:
                value = self.argument(item.arg)
            except ArchiveError as error:
                raise self._located_argument(error, index) from None
            if positional_only or is_positional(function, item):
                args.append(value)
            elif item.name in kwargs:
                raise ArchiveError(ErrorKind.REFERENCE, f"inputs[{index}]", f"the argument {item.name} is given twice")
            else:
                kwargs[item.name] = value
        return tuple(args), kwargs

    def _located_argument(self, error: ArchiveError, index: int) -> ArchiveError:
        return error if self._is_located(error) else error.inside(f"inputs[{index}].arg")

    def _is_located(self, error: ArchiveError) -> bool:
        """Whether the error's field is a whole path already: that of a recorded value, or of a nested graph."""
        return error.field.startswith(self._root)

    def _define(self, name: str, node: Node) -> None:
        if name in self.nodes:
            raise ArchiveError(ErrorKind.REFERENCE, "", f"the name {name} is defined twice")
        self.nodes[name] = node

    def _record_value(self, node: Node, argument: Argument, name: str, *, required: bool) -> None:
        value = self._value(argument, name)
        if value is not _MISSING:
            node.meta["recorded"] = value
        elif required and not (self._reading.blinded and node.op != "placeholder"):
            raise ArchiveError(ErrorKind.MISSING, "", f"no value is recorded for {name}")
        else:
            self._reading.unrecorded.append(f"{self._path}{name}")

    def _value(self, argument: Argument, name: str) -> object:
        record, values = self._record, self._reading.values
        if argument.as_tensor is not None:
            return self._looked_up("tensor_values", record.tensor_values.get(name), values.tensor, name)
        if argument.as_sym_int is not None:
            return self._looked_up("sym_int_values", record.sym_int_values.get(name), values.integer, name)
        if argument.as_sym_bool is not None:
            return self._looked_up("sym_bool_values", record.sym_bool_values.get(name), values.boolean, name)
        if argument.as_sym_float is not None:
            return self._looked_up("sym_float_values", record.sym_float_values.get(name), values.real, name)
        found = record.custom_obj_values.get(name) or argument.as_custom_obj
        return _MISSING if found is None else CustomObject(found.name, found.class_fqn)

    def _looked_up(self, table: str, record: _R | None, read: Callable[[_R], Recorded], name: str) -> object:
        if record is None:
            return _MISSING
        try:
            return read(record)
        except ArchiveError as error:
            raise error.inside(f"{self._field}.{table}[{name!r}]") from None

    def _elements(self, node: Node, outputs: Sequence[Argument]) -> None:
        """Elements of a multi-output node, each behind a ``getitem`` that the archive leaves out."""
        if len(outputs) == 1 and outputs[0].as_tensors is not None:
            outputs = [Argument(as_tensor=item) for item in outputs[0].as_tensors]
        self._reading.count_made(len(outputs))
        self.nodes.setdefault(node.name, node)
        self._note_tuple(node, [self._element(node, index, output) for index, output in enumerate(outputs)])

    def _element(self, owner: Node, index: int, output: Argument) -> Node:
        name = "as_none" if output.as_none is not None else _value_name(output)
        if output.as_none is not None:
            node = self._graph.create_node("call_function", _GETITEM, (owner, index), {}, name)
        else:
            node = self._create(_GETITEM, (owner, index), {}, name)
        node.meta["synthesized"] = True
        if "stack_trace" in owner.meta:
            node.meta["stack_trace"] = owner.meta["stack_trace"]
        if output.as_none is not None:
            node.meta["recorded"] = None
        elif name is not None:
            self._define(name, node)
            self._record_value(node, output, name, required=True)
        elif output.as_tensors is not None:
            self._reading.count_made(len(output.as_tensors))
            inner = [Argument(as_tensor=item) for item in output.as_tensors]
            self._note_tuple(node, [self._element(node, position, item) for position, item in enumerate(inner)])
        else:
            raise ArchiveError(ErrorKind.UNSUPPORTED, f"outputs[{index}]", "this form of a result is not read")
        return node

    def _note_tuple(self, node: Node, elements: Sequence[Node]) -> None:
        values = [element.meta.get("recorded", _MISSING) for element in elements]
        if _MISSING not in values:
            node.meta["recorded"] = tuple(values)

    def subgraph(self, record: schema.GraphArgument) -> Node:
        """The ``get_attr`` node of a sub-graph, which becomes a nested module; ``invoke_subgraph`` names one often."""
        name, reading = record.name, self._reading
        _check_name(name)
        if name in self._modules:
            first, binds = self._graphs[name]
            if first != record.graph:
                raise ArchiveError(ErrorKind.REFERENCE, "as_graph.name", f"two sub-graphs are named {name}")
            if binds:
                # Each call allocates anew, but the record of the graph holds one name.
                message = f"the sub-graph {name} allocates symbols and is called twice"
                raise ArchiveError(ErrorKind.UNSUPPORTED, "as_graph.name", message)
            return self._graph_node(name)
        if self._depth >= reading.limits.graph_depth:
            raise ArchiveError(ErrorKind.LIMIT, "as_graph", f"graphs nest more than {reading.limits.graph_depth} deep")
        outer, reading.values.pending = reading.values.pending, {}
        path = f"{self._path}{self._owner}/{name}/"
        inner = GraphReader(record.graph, reading, f"{self._root} ...{name}", path, self._depth + 1)
        self._modules[name] = inner.read([None] * len(record.graph.inputs))
        self._graphs[name] = record.graph, inner.binds
        self.binds = self.binds or inner.binds
        reading.values.pending = outer
        return self._graph_node(name)

    def _graph_node(self, name: str) -> Node:
        node = self._graph.create_node("get_attr", name, (), {}, name)
        node.meta["recorded"] = None
        return node

    def _output(self) -> None:
        results = tuple([self.argument(argument) for argument in self._record.outputs])
        single = self._record.is_single_tensor_return
        if single and len(results) != 1:
            raise ArchiveError(ErrorKind.SCHEMA, "", f"{len(results)} outputs where a single tensor is returned")
        node = self._graph.output(results[0] if single else results)
        recorded = tuple([_recorded_of(result) for result in results])
        if _MISSING not in recorded:
            node.meta["recorded"] = recorded[0] if single else recorded

    def _bind(self) -> None:
        values = self._reading.values
        values.derive_hints()
        if self._depth and self._reading.blinded:
            # The operand that binds the symbol of a nested input has no record here: the input is no binder.
            values.pending = {}
            return
        for node in self._graph.nodes:
            if not values.pending:
                return
            bound = free_bindings(node.meta.get("recorded"), values.pending, values.hints)
            if bound:
                node.meta["unbacked_bindings"] = bound
                self.binds = True
        self._reading.unbound += [UnboundSymbol(self._path.removesuffix("/"), name) for name in values.pending]
        values.pending = {}


def _recorded_of(result: FxArgument) -> object:
    return result.meta.get("recorded", _MISSING) if isinstance(result, Node) else result


def _value_name(argument: Argument) -> str | None:
    """The name of the value that an input or a result is, if it is one."""
    if argument.as_tensor is not None:
        return argument.as_tensor.name
    for symbolic in (argument.as_sym_int, argument.as_sym_bool, argument.as_sym_float):
        if symbolic is not None:
            return symbolic.as_name
    return argument.as_custom_obj.name if argument.as_custom_obj is not None else None


def _is_reference(argument: Argument) -> bool:
    constants = (argument.as_none, argument.as_int, argument.as_float, argument.as_bool, argument.as_string)
    return all(constant is None for constant in constants)


def _gives_dtype(function: TargetFunction) -> bool:
    """Whether the operator gives a dtype: tracing uses it as a constant, and archives record nothing of it."""
    return isinstance(function, OpOverload) and [kind.base for kind in function.schema.returns] == ["ScalarType"]


def _is_one_tuple(record: schema.Node) -> bool:
    """Whether a higher-order operator returns a tuple of the one value that it names."""
    return is_higher_order(record.target) and not record.is_hop_single_tensor_return


def _base_name(target: str) -> str:
    """The function's own name: ``nonzero.default`` without its namespace, as FX spells it in node names."""
    parts = target_name(target).split(".")
    return parts[-1] if len(parts) < 3 or not target.startswith("torch.ops.") else "_".join(parts[1:])


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise ArchiveError(ErrorKind.REFERENCE, "", f"{name[:60]!a} is no legal name")


def is_positional(function: TargetFunction, item: NamedArgument) -> bool:
    """Whether an argument is passed by position, as PyTorch's loader decides; old archives do not say."""
    reserved = keyword.iskeyword(item.name)
    if item.kind is ArgumentKind.POSITIONAL or not item.name:
        return True
    if (item.kind is ArgumentKind.KEYWORD and not reserved) or not isinstance(function, OpOverload):
        return False
    declared = next((argument for argument in function.schema.arguments if argument.name == item.name), None)
    return declared is not None and not declared.keyword_only and (reserved or not declared.has_default)
