"""Building whole archives, for tests and for reporting: programs that no exporter would write included.

program = ProgramBuilder()
s0 = program.symbol("s0", hint=8)
u0 = program.unbacked("u0", low=0)
x = program.input("x", tensor([s0]))
found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64"))
program.check(program.size(found, 0), ">=", 2)
program.output(found)
program.save("archive.pt2")
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from refimpl.export._graph_builder import GraphBuilder, Recorded
from refimpl.export._passing import Passable, Value, argument, tensor
from refimpl.export.prefix import Expression, float_symbol, symbol
from refimpl.export.schema import (
    Argument,
    ConstantValue,
    ExportedProgram,
    GraphModule,
    GraphSignature,
    InputSpec,
    InputToBufferSpec,
    InputToConstantInputSpec,
    InputToParameterSpec,
    InputToTensorConstantSpec,
    ModuleCallEntry,
    ModuleCallSignature,
    OutputSpec,
    PayloadConfig,
    PayloadMeta,
    RangeConstraint,
    SchemaVersion,
    TensorArgument,
    TensorMeta,
    ToBufferSpec,
    ToUserInputSpec,
    UserSpec,
)
from refimpl.export.writer import archive_bytes, write_archive

__all__ = ["GraphBuilder", "Passable", "ProgramBuilder", "Recorded", "Tree", "Value", "tensor"]

Tree: TypeAlias = "Value | str | Sequence[Tree] | Mapping[str, Tree]"
"""How the caller's arguments nest: values (or the names of constant inputs) in lists, tuples and dictionaries."""


class ProgramBuilder(GraphBuilder):
    """A program under construction: a graph, what its inputs and outputs stand for, ranges and guards."""

    def __init__(self) -> None:
        super().__init__()
        self._ranges: dict[str, RangeConstraint] = {}
        self._input_specs: list[InputSpec] = []
        self._user_inputs: list[str] = []
        self._mutations: list[tuple[Value, OutputSpec]] = []
        self._weights: dict[str, PayloadMeta] = {}
        self._constants: dict[str, PayloadMeta] = {}
        self._payloads: dict[str, bytes] = {}
        self._tree: tuple[Mapping[str, Tree], Mapping[str, Tree]] | None = None
        self.guards_code: list[str] = []
        self.torch_version: str = "2.13.0"
        self.schema_version: SchemaVersion = SchemaVersion(8, 20)
        self.verifiers: list[str] = ["TRAINING"]

    def symbol(self, name: str, *, hint: int, low: int | None = 2, high: int | None = None) -> Expression:
        """A backed symbol with its hint and its range, as ``Dim`` gives it."""
        self.range(name, low, high)
        return symbol(name, hint=hint, positive=True)

    def unbacked(self, name: str, low: int | None = None, high: int | None = None) -> Expression:
        """An unbacked integer symbol with its recorded range."""
        self.range(name, low, high)
        return symbol(name)

    def unbacked_float(self, name: str) -> Expression:
        """An unbacked float symbol, unbounded."""
        self.range(name, None, None)
        return float_symbol(name)

    def range(self, key: str, low: int | None, high: int | None) -> None:
        """A recorded range, replacing an earlier one; the key can be a product such as ``2*s9``."""
        self._ranges[key] = RangeConstraint(low, high)

    def guard(self, code: str) -> None:
        """A guard on the inputs, such as ``L['x'].size()[0] != 8``."""
        self.guards_code.append(code)

    def input(self, name: str, recorded: TensorMeta | Expression) -> Value:
        """An input from the caller."""
        value = super().input(name, recorded)
        self._input_specs.append(InputSpec(user_input=UserSpec(argument(value))))
        self._user_inputs.append(value.name)
        return value

    def constant_input(self, name: str, constant: int | float | bool | str | None) -> None:
        """A caller's argument that was specialized to a constant."""
        match constant:
            case None:
                self._inputs.append(Argument(as_none=True))
                value = ConstantValue(as_none=True)
            case bool():
                self._inputs.append(Argument(as_bool=constant))
                value = ConstantValue(as_bool=constant)
            case int():
                self._inputs.append(Argument(as_int=constant))
                value = ConstantValue(as_int=constant)
            case float():
                self._inputs.append(Argument(as_float=constant))
                value = ConstantValue(as_float=constant)
            case str():
                self._inputs.append(Argument(as_string=constant))
                value = ConstantValue(as_string=constant)
        self._input_specs.append(InputSpec(constant_input=InputToConstantInputSpec(self._fresh(name), value)))
        self._user_inputs.append(name)

    def parameter(self, name: str, target: str, recorded: TensorMeta, data: bytes | None = None) -> Value:
        """A lifted parameter; ``data`` are its raw bytes, by default zeros as PyTorch reads an empty member."""
        value = super().input(name, recorded)
        self._input_specs.append(InputSpec(parameter=InputToParameterSpec(TensorArgument(value.name), target)))
        self._weight(target, recorded, data, is_param=True)
        return value

    def buffer(
        self, name: str, target: str, recorded: TensorMeta, data: bytes | None = None, *, persistent: bool = True
    ) -> Value:
        """A lifted buffer; a persistent one is stored among the weights, another among the constants."""
        value = super().input(name, recorded)
        self._input_specs.append(InputSpec(buffer=InputToBufferSpec(TensorArgument(value.name), target, persistent)))
        if persistent:
            self._weight(target, recorded, data, is_param=False)
        else:
            self._constant(target, recorded, data)
        return value

    def tensor_constant(self, name: str, target: str, recorded: TensorMeta, data: bytes | None = None) -> Value:
        """A lifted constant tensor."""
        value = super().input(name, recorded)
        spec = InputToTensorConstantSpec(TensorArgument(value.name), target)
        self._input_specs.append(InputSpec(tensor_constant=spec))
        self._constant(target, recorded, data)
        return value

    def mutates_buffer(self, value: Value, target: str) -> None:
        """An output that replaces a buffer after the call."""
        spec = ToBufferSpec(TensorArgument(value.name), target)
        self._mutations.append((value, OutputSpec(buffer_mutation=spec)))

    def mutates_input(self, value: Value, name: str) -> None:
        """An output that replaces an input of the caller after the call."""
        spec = ToUserInputSpec(TensorArgument(value.name), name)
        self._mutations.append((value, OutputSpec(user_input_mutation=spec)))

    def called_with(self, args: Mapping[str, Tree], kwargs: Mapping[str, Tree] | None = None) -> None:
        """How the caller passes the inputs: argument names with their nesting. By default one name for each input."""
        self._tree = (args, kwargs or {})

    def program(self) -> ExportedProgram:
        """The program as a record."""
        graph = self.graph()
        outputs = [OutputSpec(user_output=UserSpec(output)) for output in graph.outputs]
        signature = GraphSignature(list(self._input_specs), [spec for _, spec in self._mutations] + outputs)
        graph.outputs[:0] = [argument(value) for value, _ in self._mutations]
        return ExportedProgram(
            graph_module=GraphModule(graph, signature, [ModuleCallEntry("", self._call_signature())]),
            opset_version={"aten": 10},
            range_constraints=dict(self._ranges),
            schema_version=self.schema_version,
            verifiers=list(self.verifiers),
            torch_version=self.torch_version,
            guards_code=list(self.guards_code),
        )

    def to_bytes(self, *, stem: str = "archive") -> bytes:
        """The archive as bytes."""
        weights, constants = PayloadConfig(self._weights), PayloadConfig(self._constants)
        return archive_bytes(self.program(), weights=weights, constants=constants, payloads=self._payloads, stem=stem)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the archive to a file."""
        write_archive(path, self.to_bytes())

    def _weight(self, target: str, recorded: TensorMeta, data: bytes | None, *, is_param: bool) -> None:
        member = f"weight_{len(self._weights)}"
        self._weights[target] = PayloadMeta(member, is_param, False, recorded)
        self._payloads[f"data/weights/{member}"] = data or b""

    def _constant(self, target: str, recorded: TensorMeta, data: bytes | None) -> None:
        member = f"tensor_{len(self._constants)}"
        self._constants[target] = PayloadMeta(member, False, False, recorded)
        self._payloads[f"data/constants/{member}"] = data or b""

    def _call_signature(self) -> ModuleCallSignature:
        args, kwargs = self._tree or (dict.fromkeys(self._user_inputs, ""), {})
        arguments = _spec("tuple", None, [_tree_spec(tree) for tree in args.values()])
        keywords = _spec("dict", list(kwargs), [_tree_spec(tree) for tree in kwargs.values()])
        outputs = _spec("tuple", None, [_LEAF] * len(self._outputs))
        in_spec, out_spec = ([1, spec] for spec in (_spec("tuple", None, [arguments, keywords]), outputs))
        return ModuleCallSignature([], [], json.dumps(in_spec), json.dumps(out_spec), [*args, *kwargs])


_Spec: TypeAlias = "dict[str, str | list[_Spec] | None]"
_LEAF: _Spec = {"type": None, "context": None, "children_spec": []}


def _spec(kind: str, context: list[str] | None, children: list[_Spec]) -> _Spec:
    return {"type": f"builtins.{kind}", "context": json.dumps(context), "children_spec": children}


def _tree_spec(tree: Tree) -> _Spec:
    match tree:
        case Value() | str():
            return _LEAF
        case Mapping():
            return _spec("dict", list(tree), [_tree_spec(child) for child in tree.values()])
        case tuple():
            return _spec("tuple", None, [_tree_spec(child) for child in tree])
        case _:
            return _spec("list", None, [_tree_spec(child) for child in tree])
