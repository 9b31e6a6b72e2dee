"""A small zip reader for archives that nobody vouches for.

It reads the central directory and, on demand, one member at a time, in bounded memory: sizes are checked before
anything is inflated, and inflating stops at the declared size. Encryption, split archives and compression methods
other than stored and deflated do not occur in ``.pt2`` files and are refused.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits

__all__ = ["Member", "ZipArchive", "open_zip"]

_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64_LOCATOR_MAGIC = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_MAGIC = b"PK\x06\x06"
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_MAGIC = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED_FLAG = 0x1
_SATURATED_16, _SATURATED_32 = 0xFFFF, 0xFFFFFFFF
_ZIP64_EXTRA = 1
_MAX_COMMENT = 0xFFFF
_MAX_OFFSET = (1 << 62) - 1
_CHUNK = 256 * 1024
_RATIO_FLOOR = 1024 * 1024
"""Below this size a high compression ratio is harmless and not checked."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the central directory; sizes and the offset of its local header in bytes."""

    name: str
    method: int
    crc: int
    stored_bytes: int
    bytes: int
    offset: int


@dataclass(frozen=True, slots=True)
class ZipArchive:
    """A zip file's directory, and a reader of its members. Nothing is kept open."""

    path: str
    members: Mapping[str, Member]
    limits: Limits

    def read(self, name: str, limit: int, prefix: int | None = None) -> bytes:
        """The bytes of a member, at most ``limit``; with ``prefix`` only that many of its first ones, unchecked.

        Raises `ArchiveError` if the member is absent, larger than ``limit`` or damaged.
        """
        member = self.members.get(name)
        if member is None:
            raise ArchiveError(ErrorKind.MISSING, name, "the archive has no such member", path=self.path)
        try:
            with _opened(self.path) as (file, _):
                return _read_member(file, member, limit, prefix, self.limits)
        except ArchiveError as error:
            raise error.at(self.path) from None


def open_zip(path: str, limits: Limits) -> ZipArchive:
    """Read the directory of the zip file at ``path``; raises `ArchiveError` if it is no intact zip within limits."""
    try:
        with _opened(path) as (file, size):
            if size > limits.archive_bytes:
                raise ArchiveError(ErrorKind.LIMIT, "", f"the file has {size} bytes, more than {limits.archive_bytes}")
            entries, directory = _directory(file, size, limits)
            return ZipArchive(path, _members(entries, directory, size, limits), limits)
    except ArchiveError as error:
        raise error.at(path) from None


@contextmanager
def _opened(path: str) -> Generator[tuple[BinaryIO, int], None, None]:
    try:
        # A FIFO would block on open and a device has no size, so the kind of file is asked first.
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise ArchiveError(ErrorKind.FILE, "", "is a directory, not an archive")
        if not stat.S_ISREG(status.st_mode):
            raise ArchiveError(ErrorKind.FILE, "", "is not a regular file")
        with open(path, "rb") as file:
            yield file, os.fstat(file.fileno()).st_size
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ArchiveError(ErrorKind.FILE, "", f"cannot be read: {reason}") from None


def _directory(file: BinaryIO, size: int, limits: Limits) -> tuple[int, bytes]:
    """The number of entries and the raw central directory."""
    if size == 0:
        raise ArchiveError(ErrorKind.ZIP, "", "the file is empty")
    tail_size = min(size, _END.size + _MAX_COMMENT + _END64_LOCATOR.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveError(ErrorKind.ZIP, "", _no_end_reason(file))
    _, disk, first_disk, here, entries, length, offset, _ = _END.unpack_from(tail, at)
    if disk or first_disk or here != entries:
        raise ArchiveError(ErrorKind.ZIP, "", "the zip archive is split over several files")
    if entries == _SATURATED_16 or length == _SATURATED_32 or offset == _SATURATED_32:
        entries, length, offset = _end64(file, tail, at) or (entries, length, offset)
    if entries > limits.members:
        raise ArchiveError(ErrorKind.LIMIT, "", f"the archive has {entries} members, more than {limits.members}")
    if length > limits.directory_bytes:
        raise ArchiveError(ErrorKind.LIMIT, "", f"the zip directory has {length} bytes, over {limits.directory_bytes}")
    if offset + length > size:
        raise ArchiveError(ErrorKind.ZIP, "", "the zip directory lies outside the file: truncated or damaged")
    file.seek(offset)
    return entries, file.read(length)


def _no_end_reason(file: BinaryIO) -> str:
    file.seek(0)
    if file.read(4) == _LOCAL_MAGIC:
        return "the zip archive is truncated: its directory is missing"
    return "is not a zip archive"


def _end64(file: BinaryIO, tail: bytes, end_at: int) -> tuple[int, int, int] | None:
    at = end_at - _END64_LOCATOR.size
    if at < 0 or tail[at : at + 4] != _END64_LOCATOR_MAGIC:
        return None
    _, _, offset, _ = _END64_LOCATOR.unpack_from(tail, at)
    if offset > _MAX_OFFSET:
        raise ArchiveError(ErrorKind.ZIP, "", "the zip64 directory end lies outside the file")
    file.seek(offset)
    record = file.read(_END64.size)
    if len(record) < _END64.size or record[:4] != _END64_MAGIC:
        raise ArchiveError(ErrorKind.ZIP, "", "the zip64 directory end is damaged")
    *_, entries, length, directory_offset = _END64.unpack(record)
    return entries, length, directory_offset


def _members(entries: int, directory: bytes, size: int, limits: Limits) -> dict[str, Member]:
    members: dict[str, Member] = {}
    at = 0
    for index in range(entries):
        if len(directory) - at < _ENTRY.size or directory[at : at + 4] != _ENTRY_MAGIC:
            raise ArchiveError(ErrorKind.ZIP, "", f"entry {index} of the zip directory is damaged")
        fields = _ENTRY.unpack_from(directory, at)
        _, _, _, flags, method, _, _, crc, stored, full, name_size, extra_size, comment_size, _, _, _, offset = fields
        start = at + _ENTRY.size
        raw_name = directory[start : start + name_size]
        extra = directory[start + name_size : start + name_size + extra_size]
        at = start + name_size + extra_size + comment_size
        if at > len(directory):
            raise ArchiveError(ErrorKind.ZIP, "", f"entry {index} of the zip directory is damaged")
        name = _member_name(raw_name, index)
        full, stored, offset = _wide_fields(name, extra, full, stored, offset)
        member = Member(name, method, crc, stored, full, offset)
        _admit(member, flags, size, limits)
        if name in members:
            raise ArchiveError(ErrorKind.ZIP, name, "the archive has two members of this name")
        if not name.endswith("/"):
            members[name] = member
    return members


def _member_name(raw: bytes, index: int) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ArchiveError(ErrorKind.ZIP, "", f"the name of zip member {index} is not UTF-8") from None
    parts = name.removesuffix("/").split("/")
    if "\\" in name or not name.isprintable() or any(part in ("", ".", "..") for part in parts):
        raise ArchiveError(ErrorKind.ZIP, ascii(name[:100]), "the archive has a member with an unsafe name")
    return name


def _wide_fields(name: str, extra: bytes, full: int, stored: int, offset: int) -> tuple[int, int, int]:
    """Replace saturated 32-bit fields by those of the zip64 extra record, in its fixed order."""
    if _SATURATED_32 not in (full, stored, offset):
        return full, stored, offset
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == _ZIP64_EXTRA:
            body = extra[at + 4 : at + 4 + length]
            wanted = sum(value == _SATURATED_32 for value in (full, stored, offset))
            if len(body) < 8 * wanted:
                break
            wide = iter(struct.unpack_from(f"<{wanted}Q", body))
            narrow = (full, stored, offset)
            full, stored, offset = (next(wide) if value == _SATURATED_32 else value for value in narrow)
            return full, stored, offset
        at += 4 + length
    raise ArchiveError(ErrorKind.ZIP, name, "the zip64 sizes of this member are missing")


def _admit(member: Member, flags: int, size: int, limits: Limits) -> None:
    name = member.name
    if flags & _ENCRYPTED_FLAG:
        raise ArchiveError(ErrorKind.ZIP, name, "the member is encrypted")
    if member.method not in (_STORED, _DEFLATED):
        raise ArchiveError(ErrorKind.ZIP, name, f"the member uses compression method {member.method}, not deflate")
    if member.offset + member.stored_bytes > size:
        raise ArchiveError(ErrorKind.ZIP, name, "the member lies outside the file: truncated or damaged")
    if member.method == _STORED and member.bytes != member.stored_bytes:
        raise ArchiveError(ErrorKind.ZIP, name, "the member is stored but has two different sizes")
    if member.bytes > _RATIO_FLOOR and member.bytes > limits.compression_ratio * member.stored_bytes:
        text = f"{member.bytes} bytes are compressed to {member.stored_bytes}, over {limits.compression_ratio} to 1"
        raise ArchiveError(ErrorKind.LIMIT, name, text)


def _read_member(file: BinaryIO, member: Member, limit: int, prefix: int | None, limits: Limits) -> bytes:
    wanted = member.bytes if prefix is None else min(prefix, member.bytes)
    if wanted > limit:
        raise ArchiveError(ErrorKind.LIMIT, member.name, f"the member has {wanted} bytes, more than {limit}")
    file.seek(member.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != _LOCAL_MAGIC:
        raise ArchiveError(ErrorKind.ZIP, member.name, "the member's header is damaged")
    *_, name_size, extra_size = _LOCAL.unpack(header)
    file.seek(name_size + extra_size, os.SEEK_CUR)
    data = file.read(wanted) if member.method == _STORED else _inflated(file, member, wanted)
    if len(data) != wanted:
        raise ArchiveError(ErrorKind.ZIP, member.name, "the member is truncated")
    if prefix is None and zlib.crc32(data) != member.crc:
        raise ArchiveError(ErrorKind.ZIP, member.name, "the member is damaged: its checksum differs")
    return data


def _inflated(file: BinaryIO, member: Member, wanted: int) -> bytes:
    """At most ``wanted`` bytes of a deflated member, whatever its stream would go on to yield."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    done, left = 0, member.stored_bytes
    try:
        while done < wanted and not inflater.eof:
            chunk = inflater.unconsumed_tail
            if not chunk:
                chunk = file.read(min(_CHUNK, left))
                left -= len(chunk)
                if not chunk:
                    break
            piece = inflater.decompress(chunk, wanted - done)
            pieces.append(piece)
            done += len(piece)
    except zlib.error:
        raise ArchiveError(ErrorKind.ZIP, member.name, "the member's compressed data is damaged") from None
    return b"".join(pieces)
