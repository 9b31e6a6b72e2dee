"""The one exception that reading an archive raises, with its parts as data."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

__all__ = ["ArchiveError", "ErrorKind"]

_SHOWN: Final = 120
"""How much of a node's path the text shows: its end."""


@unique
class ErrorKind(StrEnum):
    """Why an archive was refused; the values are part of the published report format."""

    FILE = "file"
    """The path is no readable regular file."""
    ZIP = "zip"
    """The file is no intact zip archive."""
    LIMIT = "limit"
    """A size, count, ratio or depth exceeds what the reader accepts."""
    MISSING = "missing"
    """A member that every archive has is absent."""
    VERSION = "version"
    """The archive or its schema has a version that this reader does not speak."""
    JSON = "json"
    """A JSON member is malformed."""
    SCHEMA = "schema"
    """A JSON value has the wrong type or is absent."""
    EXPRESSION = "expression"
    """The text of a symbolic expression is outside the grammar."""
    REFERENCE = "reference"
    """A name is undefined, defined twice, or used for two different things."""
    UNSUPPORTED = "unsupported"
    """A documented feature of the format that this reader does not model."""


class ArchiveError(Exception):
    """An archive could not be read.

    ``path`` is the file, ``field`` the place in it (a zip member or a path into the JSON), ``node`` the graph node
    when known, and ``message`` one clause without a final stop. The text is derived from these.
    """

    def __init__(self, kind: ErrorKind, field: str, message: str, *, path: str = "", node: str | None = None) -> None:
        super().__init__(kind, field, message, path, node)
        self.kind: ErrorKind = kind
        self.field: str = field
        self.message: str = message
        self.path: str = path
        self.node: str | None = node

    def at(self, path: str, node: str | None = None) -> ArchiveError:
        """The same error with the file, and the node unless one is known already."""
        return ArchiveError(self.kind, self.field, self.message, path=self.path or path, node=self.node or node)

    def inside(self, prefix: str, node: str | None = None) -> ArchiveError:
        """The same error at ``prefix`` followed by the field, and the node unless one is known already."""
        field = prefix + (self.field if self.field.startswith("[") else f".{self.field}" if self.field else "")
        return ArchiveError(self.kind, field, self.message, path=self.path, node=self.node or node)

    def __str__(self) -> str:
        parts = [part for part in (self.path, self.field) if part]
        node = f" (node {self.node[-_SHOWN:]})" if self.node and self.node not in self.field else ""
        return ": ".join([*parts, self.message]) + node
