"""From JSON bytes to records and back, with errors that name the place."""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits
from refimpl.export.schema._base import WRONG_TAGS
from refimpl.export.schema.locate import locate
from refimpl.export.schema.program import ExportedProgram
from refimpl.export.schema.values import PayloadConfig, SchemaVersion

__all__ = ["SCHEMA_MAJOR", "decode_payloads", "decode_program", "encode"]

SCHEMA_MAJOR: Final = 8
_T = TypeVar("_T", bound=Struct)


class _Versioned(Struct, frozen=True):
    """The one part of a program that every version of the schema has."""

    schema_version: SchemaVersion


_program: Final = msgspec.json.Decoder(ExportedProgram)
_payloads: Final = msgspec.json.Decoder(PayloadConfig)
_versioned: Final = msgspec.json.Decoder(_Versioned)


def decode_program(raw: bytes, member: str, limits: Limits) -> ExportedProgram:
    """The program in ``raw``, the content of zip member ``member``.

    Raises `ArchiveError` of kind ``version`` for another major version, ``json`` for malformed JSON, ``schema`` for a
    missing or wrongly typed value, ``limit`` for more objects or a deeper nesting than accepted.
    """
    _check_objects(raw, member, limits)
    # The version comes first: under another major version any other complaint would mislead.
    version = _decoded(_versioned, _Versioned, raw, member).schema_version
    if version.major != SCHEMA_MAJOR:
        text = f"the schema has version {version.major}.{version.minor}, this reader speaks version {SCHEMA_MAJOR}.x"
        raise ArchiveError(ErrorKind.VERSION, f"{member}: schema_version.major", text)
    return _decoded(_program, ExportedProgram, raw, member)


def decode_payloads(raw: bytes, member: str, limits: Limits) -> PayloadConfig:
    """The weights or constants configuration in ``raw``; errors as `decode_program`, versions aside."""
    _check_objects(raw, member, limits)
    return _decoded(_payloads, PayloadConfig, raw, member)


def encode(record: ExportedProgram | PayloadConfig) -> bytes:
    """The record as JSON, the inverse of decoding it."""
    return msgspec.json.encode(record)


def _check_objects(raw: bytes, member: str, limits: Limits) -> None:
    # Counting braces bounds the memory that decoding takes: each object costs at most some 300 bytes.
    objects = raw.count(b"{")
    if objects > limits.json_objects:
        text = f"the JSON has {objects} objects, more than {limits.json_objects}"
        raise ArchiveError(ErrorKind.LIMIT, member, text)


def _decoded(decoder: msgspec.json.Decoder[_T], kind: type[_T], raw: bytes, member: str) -> _T:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        place = locate(kind, raw, path.strip("`"))
        text = _lower_first(message)
        if message == WRONG_TAGS:
            text += ", got " + (" and ".join(f"`{key}`" for key in place.keys) or "none")
        field = f"{member}: {place.field}" if place.field else member
        raise ArchiveError(ErrorKind.SCHEMA, field, text, node=place.node) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = re.sub(r"^JSON is malformed: ", "", str(error))
        raise ArchiveError(ErrorKind.JSON, member, f"is no valid JSON: {_lower_first(message)}") from None
    except RecursionError:
        raise ArchiveError(ErrorKind.LIMIT, member, "the JSON is nested too deeply") from None


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
