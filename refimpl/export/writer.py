"""Writing archives, for tests: the same members as ``torch.export.save`` writes, without PyTorch.

The bytes depend on the content only: no clock, no random identifier. PyTorch loads what this writes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from typing import Final

from refimpl.export.schema import ExportedProgram, PayloadConfig, encode

__all__ = ["archive_bytes", "archive_members", "write_archive", "zip_bytes"]

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_DOS_EPOCH: Final = 0x21
"""The first of January 1980, the earliest date that a zip entry can have."""


def archive_members(
    program: ExportedProgram,
    *,
    weights: PayloadConfig | None = None,
    constants: PayloadConfig | None = None,
    payloads: Mapping[str, bytes] | None = None,
    stem: str = "archive",
) -> dict[str, bytes]:
    """The members of an archive of ``program``, by their full names.

    ``payloads`` maps members below the stem (``data/weights/weight_0``) to raw tensor bytes. There are no sample
    inputs: PyTorch reads the empty member as none.
    """
    below: dict[str, bytes] = {
        **(payloads or {}),
        "data/weights/model_weights_config.json": encode(weights or PayloadConfig({})),
        "data/constants/model_constants_config.json": encode(constants or PayloadConfig({})),
        "models/model.json": encode(program),
        "data/sample_inputs/model.pt": b"",
        "archive_format": b"pt2",
        "archive_version": b"0",
        ".data/version": b"6\n",
        "byteorder": b"little",
        ".data/serialization_id": b"0" * 40,
    }
    return {f"{stem}/{name}": data for name, data in below.items()}


def archive_bytes(
    program: ExportedProgram,
    *,
    weights: PayloadConfig | None = None,
    constants: PayloadConfig | None = None,
    payloads: Mapping[str, bytes] | None = None,
    stem: str = "archive",
    compress: bool = False,
) -> bytes:
    """An archive of ``program`` as bytes; the parameters are those of `archive_members`."""
    members = archive_members(program, weights=weights, constants=constants, payloads=payloads, stem=stem)
    return zip_bytes(members, compress=compress)


def write_archive(path: str | os.PathLike[str], data: bytes) -> None:
    """Write the bytes of an archive to a file."""
    with open(path, "wb") as file:
        file.write(data)


def zip_bytes(members: Mapping[str, bytes], *, compress: bool = False) -> bytes:
    """A zip archive of the members in their order, stored or deflated. Raises ValueError beyond 4 GiB."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, data in members.items():
        encoded, raw = name.encode(), _deflated(data) if compress else data
        method, crc = (8 if compress else 0), zlib.crc32(data)
        if offset + len(raw) + len(encoded) >= 0xFFFFFFFF:
            raise ValueError("archives beyond 4 GiB are not written")
        sizes = (crc, len(raw), len(data), len(encoded))
        header = _LOCAL.pack(b"PK\x03\x04", 20, 0, method, 0, _DOS_EPOCH, *sizes, 0)
        entry = _ENTRY.pack(b"PK\x01\x02", 20, 20, 0, method, 0, _DOS_EPOCH, *sizes, 0, 0, 0, 0, 0, offset)
        body += (header, encoded, raw)
        directory += (entry, encoded)
        offset += len(header) + len(encoded) + len(raw)
    tail = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(tail), offset, 0)
    return b"".join((*body, tail, end))


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()
