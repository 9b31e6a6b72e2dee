"""What an archive stores of parameters, buffers and constants: their form, and the values of one-element ones."""

from __future__ import annotations

import struct
from typing import Final

from refimpl.export._values import ValueReader
from refimpl.export.archive import Archive
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.schema import TensorMeta
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__ = ["scalar_constant", "stored_otherwise"]

_CODES: Final = {
    DType.bool: "<?",
    DType.uint8: "<B",
    DType.int8: "<b",
    DType.int16: "<h",
    DType.int32: "<i",
    DType.int64: "<q",
    DType.uint16: "<H",
    DType.uint32: "<I",
    DType.uint64: "<Q",
    DType.float16: "<e",
    DType.float32: "<f",
    DType.float64: "<d",
}
_COMPLEX_CODES: Final = {DType.complex64: "<2f", DType.complex128: "<2d", DType.complex32: "<2e"}
_MAX_OFFSET: Final = 1 << 20


def scalar_constant(archive: Archive, target: str, tensor: FakeTensor) -> int | float | bool | complex | None:
    """The value of a constant with one element, None if it has more or its bytes are not stored raw.

    Raises `ArchiveError` if the bytes are missing or damaged.
    """
    if any(size != 1 for size in tensor.sizes):
        return None
    meta = archive.payload(target)
    if meta is None or meta.use_pickle or meta.tensor_meta is None:
        return None
    offset = meta.tensor_meta.storage_offset.as_int
    if offset is None or not 0 <= offset <= _MAX_OFFSET:
        return None
    size = tensor.dtype.itemsize
    raw = archive.payload_bytes(target, (offset + 1) * size)
    # PyTorch reads an empty member as zeros.
    element = b"\0" * size if not raw else raw[offset * size :]
    return _decoded(tensor.dtype, element) if len(element) == size else None


def stored_otherwise(archive: Archive, target: str, recorded: TensorMeta, values: ValueReader) -> FakeTensor | None:
    """The stored tensor of that qualified name, if it is stored with another form than the graph records.

    None also for what is not stored, or pickled. Raises `ArchiveError` for a stored form that is none.
    """
    payload = archive.payload(target)
    stored = None if payload is None or payload.use_pickle else payload.tensor_meta
    if stored is None or _form(stored) == _form(recorded):
        return None
    try:
        if any(size.as_int is None for size in (*stored.sizes, *stored.strides, stored.storage_offset)):
            raise ArchiveError(ErrorKind.SCHEMA, "", "the form of a stored tensor is numbers, not expressions")
        return values.tensor(stored)
    except ArchiveError as error:
        raise error.inside(f"{archive.payload_member(target)}: config[{target[:60]!a}].tensor_meta") from None


def _form(meta: TensorMeta) -> tuple[object, ...]:
    return meta.dtype, meta.sizes, meta.strides, meta.storage_offset, meta.device, meta.layout


def _decoded(dtype: DType, raw: bytes) -> int | float | bool | complex | None:
    code = _CODES.get(dtype)
    if code is not None:
        value: int | float | bool = struct.unpack(code, raw)[0]
        return value
    if dtype is DType.bfloat16:
        widened: float = struct.unpack("<f", b"\0\0" + raw)[0]
        return widened
    if dtype in _COMPLEX_CODES:
        real, imag = struct.unpack(_COMPLEX_CODES[dtype], raw)
        return complex(real, imag)
    return None
