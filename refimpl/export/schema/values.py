"""Recorded values: element types, devices, symbolic numbers, tensor metadata, ranges and payloads."""

from __future__ import annotations

from enum import IntEnum, unique
from typing import TypeAlias

from refimpl.export.schema._base import Record, Union

__all__ = [
    "ComplexValue", "Device", "Layout", "MemoryFormat", "Number", "PayloadConfig", "PayloadMeta", "RangeConstraint",
    "ScalarType", "SchemaVersion", "SymBool", "SymExpr", "SymExprHint", "SymFloat", "SymInt", "TensorMeta",
]  # fmt: skip

Number: TypeAlias = float | str
"""A JSON number, or ``"Infinity"``, ``"-Infinity"``, ``"NaN"``, which JSON cannot write as numbers."""


@unique
class ScalarType(IntEnum):
    """The schema's own numbers for element types."""

    UNKNOWN = 0
    BYTE = 1
    CHAR = 2
    SHORT = 3
    INT = 4
    LONG = 5
    HALF = 6
    FLOAT = 7
    DOUBLE = 8
    COMPLEX_HALF = 9
    COMPLEX_FLOAT = 10
    COMPLEX_DOUBLE = 11
    BOOL = 12
    BFLOAT16 = 13
    UINT16 = 28
    FLOAT8_E4M3FN = 29
    FLOAT8_E5M2 = 30
    FLOAT8_E4M3FNUZ = 31
    FLOAT8_E5M2FNUZ = 32
    FLOAT8_E8M0FNU = 33
    UINT32 = 34
    UINT64 = 35


@unique
class Layout(IntEnum):
    """The schema's own numbers for tensor layouts."""

    UNKNOWN = 0
    SPARSE_COO = 1
    SPARSE_CSR = 2
    SPARSE_CSC = 3
    SPARSE_BSR = 4
    SPARSE_BSC = 5
    MKLDNN = 6
    STRIDED = 7


@unique
class MemoryFormat(IntEnum):
    """The schema's own numbers for memory formats."""

    UNKNOWN = 0
    CONTIGUOUS = 1
    CHANNELS_LAST = 2
    CHANNELS_LAST_3D = 3
    PRESERVE = 4


class Device(Record, frozen=True):
    """A device such as ``cpu`` or ``cuda`` with an index."""

    type: str
    index: int | None = None


class SymExprHint(Union, frozen=True):
    """The value that an expression had for the example inputs."""

    as_int: int | None = None
    as_bool: bool | None = None
    as_float: Number | None = None


class SymExpr(Record, frozen=True):
    """An expression in prefix text; ``hint`` is absent for all expressions over unbacked symbols."""

    expr_str: str
    hint: SymExprHint | None = None


class SymInt(Union, frozen=True):
    """A recorded integer."""

    as_expr: SymExpr | None = None
    as_int: int | None = None


class SymFloat(Union, frozen=True):
    """A recorded float."""

    as_expr: SymExpr | None = None
    as_float: Number | None = None


class SymBool(Union, frozen=True):
    """A recorded boolean."""

    as_expr: SymExpr | None = None
    as_bool: bool | None = None


class TensorMeta(Record, frozen=True):
    """A recorded tensor; sizes, strides and the offset count elements."""

    dtype: ScalarType
    sizes: list[SymInt]
    requires_grad: bool
    device: Device
    strides: list[SymInt]
    storage_offset: SymInt
    layout: Layout


class ComplexValue(Record, frozen=True):
    """A complex number."""

    real: Number
    imag: Number


class RangeConstraint(Record, frozen=True):
    """The inclusive range of a symbol; null is unbounded."""

    min_val: int | None
    max_val: int | None


class SchemaVersion(Record, frozen=True):
    """The version of the JSON schema: another major breaks readers, another minor does not."""

    major: int
    minor: int


class PayloadMeta(Record, frozen=True):
    """Where the bytes of a weight or constant are, and how to read them as a tensor."""

    path_name: str
    is_param: bool
    use_pickle: bool
    tensor_meta: TensorMeta | None


class PayloadConfig(Record, frozen=True):
    """The weights or constants of a program, by qualified name."""

    config: dict[str, PayloadMeta]
