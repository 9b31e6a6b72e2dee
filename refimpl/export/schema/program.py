"""The whole program: signature, call graph, ranges, versions and guards."""

from __future__ import annotations

from msgspec import field

from refimpl.export.schema._base import Record, Union
from refimpl.export.schema.graph import Argument, CustomObjArgument, Graph, TensorArgument, TokenArgument
from refimpl.export.schema.values import Number, RangeConstraint, SchemaVersion

__all__ = [
    "ConstantValue", "ExportedProgram", "GraphModule", "GraphSignature", "InputSpec", "InputToBufferSpec",
    "InputToConstantInputSpec", "InputToCustomObjSpec", "InputToParameterSpec", "InputToTensorConstantSpec",
    "ModuleCallEntry", "ModuleCallSignature", "NamedTupleDef", "OutputSpec", "TensorSpec", "ToBufferSpec",
    "ToParameterSpec", "ToUserInputSpec", "TokenSpec", "UserSpec",
]  # fmt: skip


class UserSpec(Record, frozen=True):
    """An input from, or an output to, the caller."""

    arg: Argument


class TokenSpec(Record, frozen=True):
    """An effect token among the inputs or outputs."""

    arg: TokenArgument


class ConstantValue(Union, frozen=True):
    """The value of an input that was specialized to a constant."""

    as_none: bool | None = None
    as_int: int | None = None
    as_float: Number | None = None
    as_string: str | None = None
    as_bool: bool | None = None


class InputToConstantInputSpec(Record, frozen=True):
    """A caller's input whose value was fixed at export."""

    name: str
    value: ConstantValue


class InputToParameterSpec(Record, frozen=True):
    """A lifted parameter."""

    arg: TensorArgument
    parameter_name: str


class InputToBufferSpec(Record, frozen=True):
    """A lifted buffer."""

    arg: TensorArgument
    buffer_name: str
    persistent: bool


class InputToTensorConstantSpec(Record, frozen=True):
    """A lifted constant tensor."""

    arg: TensorArgument
    tensor_constant_name: str


class InputToCustomObjSpec(Record, frozen=True):
    """A lifted custom object."""

    arg: CustomObjArgument
    custom_obj_name: str


class InputSpec(Union, frozen=True):
    """What an input of the graph stands for."""

    user_input: UserSpec | None = None
    parameter: InputToParameterSpec | None = None
    buffer: InputToBufferSpec | None = None
    tensor_constant: InputToTensorConstantSpec | None = None
    custom_obj: InputToCustomObjSpec | None = None
    token: TokenSpec | None = None
    constant_input: InputToConstantInputSpec | None = None


class TensorSpec(Record, frozen=True):
    """A tensor output such as the loss."""

    arg: TensorArgument


class ToBufferSpec(Record, frozen=True):
    """An output that replaces a buffer."""

    arg: TensorArgument
    buffer_name: str


class ToParameterSpec(Record, frozen=True):
    """An output that replaces a parameter, or is its gradient."""

    arg: TensorArgument
    parameter_name: str


class ToUserInputSpec(Record, frozen=True):
    """An output that replaces an input of the caller, or is its gradient."""

    arg: TensorArgument
    user_input_name: str


class OutputSpec(Union, frozen=True):
    """What an output of the graph stands for."""

    user_output: UserSpec | None = None
    loss_output: TensorSpec | None = None
    buffer_mutation: ToBufferSpec | None = None
    gradient_to_parameter: ToParameterSpec | None = None
    gradient_to_user_input: ToUserInputSpec | None = None
    user_input_mutation: ToUserInputSpec | None = None
    token: TokenSpec | None = None
    parameter_mutation: ToParameterSpec | None = None


class GraphSignature(Record, frozen=True):
    """One entry per input and per output of the graph."""

    input_specs: list[InputSpec]
    output_specs: list[OutputSpec]


class ModuleCallSignature(Record, frozen=True):
    """How the caller's nested arguments flatten: tree specifications as JSON text, and the names of the arguments."""

    inputs: list[Argument]
    outputs: list[Argument]
    in_spec: str
    out_spec: str
    forward_arg_names: list[str] | None = None


class ModuleCallEntry(Record, frozen=True):
    """A module that was called; the first entry, with the empty name, is the program itself."""

    fqn: str
    signature: ModuleCallSignature | None = None


class NamedTupleDef(Record, frozen=True):
    """The fields of a named tuple type in a tree specification."""

    field_names: list[str]


class GraphModule(Record, frozen=True):
    """The graph with its signature."""

    graph: Graph
    signature: GraphSignature
    module_call_graph: list[ModuleCallEntry]
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    treespec_namedtuple_fields: dict[str, NamedTupleDef] = field(default_factory=dict[str, NamedTupleDef])


class ExportedProgram(Record, frozen=True):
    """The content of ``models/model.json``."""

    graph_module: GraphModule
    opset_version: dict[str, int]
    range_constraints: dict[str, RangeConstraint]
    schema_version: SchemaVersion
    verifiers: list[str] = field(default_factory=list[str])
    torch_version: str = "<=2.4"
    guards_code: list[str] = field(default_factory=list[str])
