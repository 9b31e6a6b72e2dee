"""Recorded values: from the archive's records to terms and fake tensors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from refimpl.export._operations import is_bool, is_int, is_real
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.expressions import ExpressionReader
from refimpl.export.limits import Limits
from refimpl.export.schema import Device as DeviceRecord
from refimpl.export.schema import (
    Layout,
    MemoryFormat,
    Number,
    ScalarType,
    SymBool,
    SymExpr,
    SymFloat,
    SymInt,
    TensorMeta,
)
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, Device, FakeTensor, Storage
from refimpl.fake_tensor.tensor import Layout as LayoutName
from refimpl.fake_tensor.tensor import MemoryFormat as MemoryFormatName
from refimpl.terms import BoolSymbol, Cond, Dim, IntTerm, Real, Scalar, free_of

__all__ = [
    "CustomObject",
    "Recorded",
    "ValueReader",
    "device_of",
    "dtype_of",
    "float_of",
    "is_unbacked",
    "layout_of",
    "memory_format_of",
]


@dataclass(frozen=True, slots=True)
class CustomObject:
    """An opaque object (a tokenizer, a script object); only its name and class are known."""

    name: str
    class_fqn: str


Recorded: TypeAlias = "FakeTensor | Scalar | str | CustomObject | tuple[Recorded, ...] | None"
"""What an archive records for a node; sizes and numbers are terms."""

MAX_INT: Final = 2**63 - 1
_UNBACKED: Final = re.compile(r"(?:u|zuf)[0-9]+")
_DTYPES: Final = {dtype.number: dtype for dtype in DType}
_LAYOUTS: Final[dict[Layout, LayoutName]] = {
    Layout.STRIDED: "strided",
    Layout.SPARSE_COO: "sparse_coo",
    Layout.SPARSE_CSR: "sparse_csr",
    Layout.SPARSE_CSC: "sparse_csc",
    Layout.SPARSE_BSR: "sparse_bsr",
    Layout.SPARSE_BSC: "sparse_bsc",
    Layout.MKLDNN: "_mkldnn",
}
_MEMORY_FORMATS: Final[dict[MemoryFormat, MemoryFormatName]] = {
    MemoryFormat.CONTIGUOUS: "contiguous_format",
    MemoryFormat.CHANNELS_LAST: "channels_last",
    MemoryFormat.CHANNELS_LAST_3D: "channels_last_3d",
    MemoryFormat.PRESERVE: "preserve_format",
}


def is_unbacked(name: str) -> bool:
    """Whether a symbol's name says that no example input gives it a value, as PyTorch decides."""
    return _UNBACKED.fullmatch(name) is not None


def dtype_of(number: ScalarType) -> DType:
    """The element type of a schema number. Raises `ArchiveError` for ``UNKNOWN``."""
    found = _DTYPES.get(number)
    if found is None:
        raise ArchiveError(ErrorKind.UNSUPPORTED, "", f"the element type {int(number)} is unknown")
    return found


def layout_of(number: Layout) -> LayoutName:
    """The layout of a schema number. Raises `ArchiveError` for ``UNKNOWN``."""
    found = _LAYOUTS.get(number)
    if found is None:
        raise ArchiveError(ErrorKind.UNSUPPORTED, "", f"the layout {int(number)} is unknown")
    return found


def memory_format_of(number: MemoryFormat) -> MemoryFormatName:
    """The memory format of a schema number. Raises `ArchiveError` for ``UNKNOWN``."""
    found = _MEMORY_FORMATS.get(number)
    if found is None:
        raise ArchiveError(ErrorKind.UNSUPPORTED, "", f"the memory format {int(number)} is unknown")
    return found


def device_of(record: DeviceRecord) -> Device:
    """The device."""
    return CPU if record.type == "cpu" and record.index is None else Device(record.type, record.index)


def float_of(number: Number) -> float:
    """A float that JSON may have had to write as text. Raises `ArchiveError` for other text."""
    if not isinstance(number, str):
        return number
    if number in ("Infinity", "-Infinity", "NaN"):
        return float(number)
    raise ArchiveError(ErrorKind.SCHEMA, "", f"expected a number, got {number[:40]!a}")


class ValueReader:
    """Reads recorded values of one program.

    ``hints`` are the values of backed symbols on the example inputs; ``pending`` collects the unbacked symbols in
    the order in which they are met first, for the graph that is being read.
    """

    __slots__ = ("_dims", "_known", "expressions", "hints", "linear_hints", "pending")

    def __init__(self, limits: Limits) -> None:
        self.expressions: ExpressionReader = ExpressionReader(limits)
        self.hints: dict[str, int] = {}
        self.linear_hints: list[tuple[IntTerm, int]] = []
        self.pending: dict[str, None] = {}
        self._known: set[str] = set()
        self._dims: dict[str, Dim] = {}

    def tensor(self, meta: TensorMeta) -> FakeTensor:
        """The recorded tensor. Raises `ArchiveError` with the field inside the record."""
        sizes = tuple([self._size(size, "sizes") for size in meta.sizes])
        strides = tuple([self._size(stride, "strides") for stride in meta.strides])
        layout = self._inside(meta.layout)
        if layout == "strided" and len(sizes) != len(strides):
            message = f"{len(strides)} strides are recorded for {len(sizes)} sizes"
            raise ArchiveError(ErrorKind.SCHEMA, "strides", message)
        offset = meta.storage_offset.as_int
        return FakeTensor(
            sizes,
            strides,
            self._dtype(meta.dtype),
            device_of(meta.device),
            offset if offset is not None and offset >= 0 else self._size(meta.storage_offset, "storage_offset"),
            layout,
            Storage(),
            requires_grad=meta.requires_grad,
        )

    def integer(self, record: SymInt) -> Dim:
        """The recorded integer."""
        if record.as_int is not None:
            return self._in_range(record.as_int, "as_int")
        return self._dim(self._expression(record.as_expr))

    def real(self, record: SymFloat) -> Real:
        """The recorded float."""
        if record.as_float is not None:
            return float_of(record.as_float)
        value = self.scalar(self._expression(record.as_expr))
        if isinstance(value, int) and not isinstance(value, bool):
            # What cancels leaves the integer zero.
            return float(value)
        if not is_real(value):
            raise ArchiveError(ErrorKind.SCHEMA, "as_expr.expr_str", "is no float")
        return value

    def boolean(self, record: SymBool) -> Cond:
        """The recorded boolean."""
        if record.as_bool is not None:
            return record.as_bool
        value = self.scalar(self._expression(record.as_expr))
        if not is_bool(value):
            raise ArchiveError(ErrorKind.SCHEMA, "as_expr.expr_str", "is no boolean")
        return value

    def scalar(self, record: SymExpr) -> Scalar:
        """The term of an expression; its unbacked symbols become pending when met first."""
        value = self.expressions.read(record.expr_str, "as_expr.expr_str")
        fresh = [symbol.name for symbol in free_of(value) if symbol.name not in self._known]
        if fresh:
            fresh.sort()
            self._known.update(fresh)
            self.pending.update(dict.fromkeys(name for name in fresh if is_unbacked(name)))
        return value

    def _size(self, record: SymInt, field: str) -> Dim:
        constant = record.as_int
        if constant is None:
            try:
                return self._dim(self._expression(record.as_expr))
            except ArchiveError as error:
                raise error.inside(field) from None
        if constant < 0:
            raise ArchiveError(ErrorKind.SCHEMA, field, f"{constant} is negative")
        return self._in_range(constant, field)

    def _dim(self, record: SymExpr) -> Dim:
        hinted = record.hint
        found = self._dims.get(record.expr_str)
        if found is None:
            value = self.scalar(record)
            if not is_int(value):
                raise ArchiveError(ErrorKind.SCHEMA, "as_expr.expr_str", "is no integer")
            found = self._dims[record.expr_str] = value
        elif hinted is None or isinstance(found, int):
            return found
        if hinted is not None and hinted.as_int is not None and not isinstance(found, int):
            self._note_hint(found, hinted.as_int)
        return found

    def _note_hint(self, term: IntTerm, hint: int) -> None:
        symbol = term.symbol
        if symbol is not None:
            if not is_unbacked(symbol.name):
                self.hints.setdefault(symbol.name, hint)
        elif len(term.free) == 1 and len(self.linear_hints) < MAX_LINEAR_HINTS:
            self.linear_hints.append((term, hint))

    @staticmethod
    def _expression(record: SymExpr | None) -> SymExpr:
        # A union has one member, so what is not the constant is the expression.
        assert record is not None
        return record

    @staticmethod
    def _in_range(value: int, field: str) -> int:
        if not -MAX_INT - 1 <= value <= MAX_INT:
            raise ArchiveError(ErrorKind.LIMIT, field, "an integer has more than 64 bits")
        return value

    @staticmethod
    def _dtype(number: ScalarType) -> DType:
        try:
            return dtype_of(number)
        except ArchiveError as error:
            raise error.inside("dtype") from None

    @staticmethod
    def _inside(number: Layout) -> LayoutName:
        try:
            return layout_of(number)
        except ArchiveError as error:
            raise error.inside("layout") from None

    def derive_hints(self) -> None:
        """Hints of symbols that occur only in expressions such as ``2*s9 + 1``, where the hint determines them."""
        for term, hint in self.linear_hints:
            (symbol,) = term.free
            coefficients = [c for monomial, c in term.monomials if monomial]
            linear = [monomial for monomial, _ in term.monomials if monomial == (symbol,)]
            if isinstance(symbol, BoolSymbol) or symbol.name in self.hints or len(linear) != len(coefficients):
                continue
            if is_unbacked(symbol.name):
                continue
            quotient, rest = divmod(hint - term.constant, coefficients[0])
            if not rest:
                self.hints[symbol.name] = quotient


MAX_LINEAR_HINTS: Final = 1000
