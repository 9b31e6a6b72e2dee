"""The archives in the repository, and copies of them with one thing changed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias, TypeGuard

import pytest

from refimpl.export import ArchiveError, load
from refimpl.export.writer import zip_bytes
from refimpl.fx import Node
from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.terms import Symbol

__all__ = [
    "ARCHIVES",
    "GOLDEN",
    "SMALL",
    "Json",
    "bindings_of",
    "edited",
    "golden",
    "members_of",
    "python_zip",
    "refusal",
    "with_members",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
CORPUS = Path(__file__).parents[1] / "corpus"
ARCHIVES = tuple(sorted((CORPUS / "archives").glob("*/*.pt2")))
GOLDEN = CORPUS / "golden"
SMALL = CORPUS / "archives" / "datadep" / "buffer_item.pt2"


def members_of(path: Path) -> dict[str, bytes]:
    """The members as Python's own zip reader sees them."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def golden(path: Path) -> dict[str, Json]:
    """What PyTorch did with that archive."""
    text = (GOLDEN / f"{path.parent.name}__{path.name.removesuffix('.pt2')}.json").read_text(encoding="utf-8")
    parsed: dict[str, Json] = json.loads(text)
    return parsed


def edited(path: Path, edit: Callable[[dict[str, Json]], None]) -> bytes:
    """A copy of the archive whose JSON was changed in place by ``edit``."""
    members = members_of(path)
    (name,) = [name for name in members if name.endswith("/models/model.json")]
    program: dict[str, Json] = json.loads(members[name])
    edit(program)
    members[name] = json.dumps(program).encode()
    return zip_bytes(members)


def with_members(path: Path, changes: Mapping[str, bytes | None]) -> bytes:
    """A copy with members (named without the stem) replaced, added, or removed where the value is None."""
    members = members_of(path)
    stem = next(iter(members)).split("/")[0]
    for name, data in changes.items():
        if data is None:
            del members[f"{stem}/{name}"]
        else:
            members[f"{stem}/{name}"] = data
    return zip_bytes(members)


def refusal(data: bytes, folder: Path) -> ArchiveError:
    """The error with which the archive of these bytes is refused; its text is one line that names the file."""
    path = folder / "hostile.pt2"
    path.write_bytes(data)
    with pytest.raises(ArchiveError) as caught:
        load(path)
    error = caught.value
    assert error.path == str(path)
    assert str(error).startswith(f"{path}: ")
    assert "\n" not in str(error)
    return error


def python_zip(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive written by Python's own module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _is_bindings(value: object) -> TypeGuard[dict[Symbol, KeyPath]]:
    return isinstance(value, dict)


def bindings_of(node: Node) -> dict[str, KeyPath]:
    """The unbacked bindings of a node, by the symbol's name."""
    found = node.meta.get("unbacked_bindings", {})
    assert _is_bindings(found)
    return {symbol.name: path for symbol, path in found.items()}
