"""Graphs: arguments, nodes and the recorded values by name."""

from __future__ import annotations

from enum import IntEnum, unique

from msgspec import field

from refimpl.export.schema._base import Record, Union
from refimpl.export.schema.values import (
    ComplexValue,
    Device,
    Layout,
    MemoryFormat,
    Number,
    ScalarType,
    SymBool,
    SymFloat,
    SymInt,
    TensorMeta,
)

__all__ = [
    "Argument", "ArgumentKind", "CustomObjArgument", "Graph", "GraphArgument", "NamedArgument", "Node",
    "OptionalTensorArgument", "SymBoolArgument", "SymFloatArgument", "SymIntArgument", "TensorArgument",
    "TokenArgument",
]  # fmt: skip


@unique
class ArgumentKind(IntEnum):
    """Whether an argument was passed by position or by keyword."""

    UNKNOWN = 0
    POSITIONAL = 1
    KEYWORD = 2


class SymIntArgument(Union, frozen=True):
    """An integer argument: the name of a value, or a constant."""

    as_name: str | None = None
    as_int: int | None = None


class SymFloatArgument(Union, frozen=True):
    """A float argument: the name of a value, or a constant."""

    as_name: str | None = None
    as_float: Number | None = None


class SymBoolArgument(Union, frozen=True):
    """A boolean argument: the name of a value, or a constant."""

    as_name: str | None = None
    as_bool: bool | None = None


class TensorArgument(Record, frozen=True):
    """The name of a tensor value."""

    name: str


class TokenArgument(Record, frozen=True):
    """The name of an effect token."""

    name: str


class OptionalTensorArgument(Union, frozen=True):
    """The name of a tensor value, or nothing."""

    as_tensor: TensorArgument | None = None
    as_none: bool | None = None


class CustomObjArgument(Record, frozen=True):
    """The name and class of a custom object."""

    name: str
    class_fqn: str


class GraphArgument(Record, frozen=True):
    """A sub-graph: the branch or body of a higher-order operator."""

    name: str
    graph: Graph


class Argument(Union, frozen=True):
    """An argument or result of a node."""

    as_none: bool | None = None
    as_tensor: TensorArgument | None = None
    as_tensors: list[TensorArgument] | None = None
    as_int: int | None = None
    as_ints: list[int] | None = None
    as_float: Number | None = None
    as_floats: list[Number] | None = None
    as_string: str | None = None
    as_strings: list[str] | None = None
    as_sym_int: SymIntArgument | None = None
    as_sym_ints: list[SymIntArgument] | None = None
    as_scalar_type: ScalarType | None = None
    as_memory_format: MemoryFormat | None = None
    as_layout: Layout | None = None
    as_device: Device | None = None
    as_bool: bool | None = None
    as_bools: list[bool] | None = None
    as_sym_bool: SymBoolArgument | None = None
    as_sym_bools: list[SymBoolArgument] | None = None
    as_graph: GraphArgument | None = None
    as_optional_tensors: list[OptionalTensorArgument] | None = None
    as_custom_obj: CustomObjArgument | None = None
    as_operator: str | None = None
    as_sym_float: SymFloatArgument | None = None
    as_sym_floats: list[SymFloatArgument] | None = None
    as_optional_tensor: OptionalTensorArgument | None = None
    as_complex: ComplexValue | None = None
    as_nested_tensors: list[list[TensorArgument]] | None = None
    as_int_lists: list[list[int]] | None = None
    as_string_to_argument: dict[str, Argument] | None = None
    as_float_lists: list[list[Number]] | None = None


class NamedArgument(Record, frozen=True):
    """An argument with the name that the operator's schema gives it; empty for higher-order operators."""

    name: str
    arg: Argument
    kind: ArgumentKind | None = None


class Node(Record, frozen=True):
    """One call. ``outputs`` names each element of the result; ``name`` is the node's own name (absent before 8.14)."""

    target: str
    inputs: list[NamedArgument]
    outputs: list[Argument]
    metadata: dict[str, str]
    is_hop_single_tensor_return: bool | None = None
    name: str | None = None


class Graph(Record, frozen=True):
    """A graph and the recorded value of each name in it."""

    inputs: list[Argument]
    outputs: list[Argument]
    nodes: list[Node]
    tensor_values: dict[str, TensorMeta]
    sym_int_values: dict[str, SymInt]
    sym_bool_values: dict[str, SymBool]
    is_single_tensor_return: bool = False
    custom_obj_values: dict[str, CustomObjArgument] = field(default_factory=dict[str, CustomObjArgument])
    sym_float_values: dict[str, SymFloat] = field(default_factory=dict[str, SymFloat])
