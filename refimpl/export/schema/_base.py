"""What the archive's JSON objects have in common."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

__all__ = ["WRONG_TAGS", "Record", "Union"]

WRONG_TAGS: Final = "Expected an object with exactly one known tag"


class Record(Struct, frozen=True, gc=False):
    """A JSON object with fixed members. Members unknown to this reader are ignored: newer minor versions add some."""


class Union(Struct, frozen=True, gc=False, omit_defaults=True):
    """A tagged union as the archive writes it: an object with exactly one member, whose name is the tag."""

    def __post_init__(self) -> None:
        members = astuple(self)
        if members.count(None) != len(members) - 1:
            raise ValueError(WRONG_TAGS)
