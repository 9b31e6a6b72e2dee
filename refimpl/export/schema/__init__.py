"""The JSON of an archive as frozen records, schema major version 8 (PyTorch's ``torch/_export/serde/schema.py``).

A tagged union such as ``{"as_tensor": {"name": "x"}}`` is a record of which exactly one member is not None.
"""

from refimpl.export.schema.decode import SCHEMA_MAJOR, decode_payloads, decode_program, encode
from refimpl.export.schema.graph import (
    Argument,
    ArgumentKind,
    CustomObjArgument,
    Graph,
    GraphArgument,
    NamedArgument,
    Node,
    OptionalTensorArgument,
    SymBoolArgument,
    SymFloatArgument,
    SymIntArgument,
    TensorArgument,
    TokenArgument,
)
from refimpl.export.schema.program import (
    ConstantValue,
    ExportedProgram,
    GraphModule,
    GraphSignature,
    InputSpec,
    InputToBufferSpec,
    InputToConstantInputSpec,
    InputToCustomObjSpec,
    InputToParameterSpec,
    InputToTensorConstantSpec,
    ModuleCallEntry,
    ModuleCallSignature,
    NamedTupleDef,
    OutputSpec,
    TensorSpec,
    ToBufferSpec,
    TokenSpec,
    ToParameterSpec,
    ToUserInputSpec,
    UserSpec,
)
from refimpl.export.schema.values import (
    ComplexValue,
    Device,
    Layout,
    MemoryFormat,
    Number,
    PayloadConfig,
    PayloadMeta,
    RangeConstraint,
    ScalarType,
    SchemaVersion,
    SymBool,
    SymExpr,
    SymExprHint,
    SymFloat,
    SymInt,
    TensorMeta,
)

__all__ = [
    "SCHEMA_MAJOR", "Argument", "ArgumentKind", "ComplexValue", "ConstantValue", "CustomObjArgument", "Device",
    "ExportedProgram", "Graph", "GraphArgument", "GraphModule", "GraphSignature", "InputSpec", "InputToBufferSpec",
    "InputToConstantInputSpec", "InputToCustomObjSpec", "InputToParameterSpec", "InputToTensorConstantSpec", "Layout",
    "MemoryFormat", "ModuleCallEntry", "ModuleCallSignature", "NamedArgument", "NamedTupleDef", "Node", "Number",
    "OptionalTensorArgument", "OutputSpec", "PayloadConfig", "PayloadMeta", "RangeConstraint", "ScalarType",
    "SchemaVersion", "SymBool", "SymBoolArgument", "SymExpr", "SymExprHint", "SymFloat", "SymFloatArgument", "SymInt",
    "SymIntArgument", "TensorArgument", "TensorMeta", "TensorSpec", "ToBufferSpec", "ToParameterSpec",
    "ToUserInputSpec", "TokenArgument", "TokenSpec", "UserSpec", "decode_payloads", "decode_program", "encode",
]  # fmt: skip
