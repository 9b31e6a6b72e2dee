"""How much of a file the reader is willing to look at."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds that keep a hostile archive cheap: exceeding one is an `ArchiveError` of kind ``limit``.

    Sizes are in bytes. The defaults admit every model that PyTorch's own tests export and keep the memory of a
    refusal under 200 MB; a program with more nodes or JSON objects than these needs larger ones.
    """

    archive_bytes: int = 1024 * _GIB
    members: int = 100_000
    directory_bytes: int = 32 * _MIB
    json_bytes: int = 64 * _MIB
    json_objects: int = 400_000
    constant_bytes: int = 16 * _MIB
    compression_ratio: int = 200
    expression_characters: int = 20_000
    expression_depth: int = 100
    integer_digits: int = 100
    graph_depth: int = 50
    graph_nodes: int = 50_000
