"""The vectors of a folder and their manifest; those that this package carries."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, final

from refimpl.conformance.cursor import Json, parse
from refimpl.conformance.errors import FormatError
from refimpl.conformance.vector import Vector
from refimpl.conformance.wire_vectors import canonical, hashed, read_vector, vector_text

__all__ = [
    "MANIFEST",
    "VectorSet",
    "carried_folder",
    "export",
    "load_vectors",
    "manifest_text",
    "path_of",
    "rehash",
    "selected",
]

MANIFEST: Final = "manifest.json"
_SCHEMA: Final = "refimpl.manifest/1"


@final
@dataclass(frozen=True, slots=True)
class VectorSet:
    """The vectors of a folder, in order of chapter and id, and the SHA-256 of their hashes."""

    folder: Path
    vectors: tuple[Vector, ...]
    hash: str


def carried_folder() -> Path:
    """The folder of the vectors that this package carries; in a checkout that of the specification."""
    inside = Path(str(files("refimpl.conformance"))) / "vectors"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "specs" / "vectors"


def path_of(vector: Vector) -> str:
    """``chapter/id``, under which a vector is filed and named."""
    return f"{vector.case.chapter}/{vector.case.id}"


def load_vectors(folder: Path) -> VectorSet:
    """Every vector of the folder, held to its manifest.

    Raises FormatError for a file that is no vector, stands in the wrong place, is missing in the manifest or only
    there, or whose hash is another.
    """
    vectors = _read(folder)
    listed = _read_manifest(folder)
    found = {path_of(vector): vector.hash for vector in vectors}
    name = f"{folder.name}/{MANIFEST}"
    for path in sorted(found.keys() | listed.keys()):
        if path not in listed:
            raise FormatError(name, "vectors", f"{path} is not listed")
        if path not in found:
            raise FormatError(name, f"vectors.{path}", "there is no such file")
        if listed[path] != found[path]:
            raise FormatError(name, f"vectors.{path}", f"the hash of the file is {found[path]}")
    return VectorSet(folder, vectors, _digest(found))


def _read(folder: Path) -> tuple[Vector, ...]:
    vectors: list[Vector] = []
    for file in sorted(folder.glob("*/*.json")):
        name = f"{file.parent.name}/{file.name}"
        vector = read_vector(file.read_bytes(), name)
        if path_of(vector) != f"{file.parent.name}/{file.stem}":
            raise FormatError(name, "id", f"the vector {path_of(vector)} belongs into another file")
        vectors.append(vector)
    return tuple(sorted(vectors, key=path_of))


def _read_manifest(folder: Path) -> dict[str, str]:
    path = folder / MANIFEST
    name = f"{folder.name}/{MANIFEST}"
    if not path.is_file():
        raise FormatError(name, "", "there is no manifest")
    found = parse(path.read_bytes(), name).fields(("schema", "vectors"))
    if found["schema"].text() != _SCHEMA:
        found["schema"].fail(f"this is no {_SCHEMA}")
    return {path: item.text() for path, item in found["vectors"].entries()}


def _digest(hashes: Mapping[str, str]) -> str:
    from hashlib import sha256

    return sha256(canonical(dict(hashes)).encode("ascii")).hexdigest()


def manifest_text(vectors: Iterable[Vector]) -> str:
    """The manifest of these vectors."""
    listed: dict[str, Json] = {path_of(vector): vector.hash for vector in sorted(vectors, key=path_of)}
    return vector_text({"schema": _SCHEMA, "vectors": listed})


def rehash(folder: Path) -> list[str]:
    """Write the hash of every vector and the manifest anew, after editing; the names of the files that changed."""
    changed: list[str] = []
    for file in sorted(folder.glob("*/*.json")):
        name = f"{file.parent.name}/{file.name}"
        before = file.read_text(encoding="utf-8")
        after = vector_text(hashed(before, name))
        read_vector(after, name)
        if after != before:
            file.write_text(after, encoding="utf-8")
            changed.append(name)
    text = manifest_text(_read(folder))
    path = folder / MANIFEST
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        changed.append(MANIFEST)
    return changed


def selected(vectors: Sequence[Vector], *, chapters: Sequence[str] = (), pattern: str | None = None) -> list[Vector]:
    """The vectors of these chapters (none: of all) whose id or ``chapter/id`` matches the pattern."""
    found = [vector for vector in vectors if not chapters or vector.case.chapter in chapters]
    if pattern is None:
        return found
    return [v for v in found if fnmatchcase(v.case.id, pattern) or fnmatchcase(path_of(v), pattern)]


def export(source: Path, target: Path) -> int:
    """Copy vectors, manifest and schemas into a folder; the number of vectors. Raises FileExistsError if it is full."""
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(17, "the folder is not empty", str(target))
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for file in sorted(source.glob("*/*.json")):
        (target / file.parent.name).mkdir(exist_ok=True)
        shutil.copyfile(file, target / file.parent.name / file.name)
        count += 1
    shutil.copyfile(source / MANIFEST, target / MANIFEST)
    with as_file(files("refimpl.docs") / "schemas") as schemas:
        for name in ("refimpl.conform.1.json", "refimpl.vector.1.json"):
            shutil.copyfile(schemas / name, target / name)
    return count
