"""``refimpl vectors``: list, check and export the vectors that the package carries."""

from __future__ import annotations

from pathlib import Path

import click

from refimpl.cli.conform import load_set
from refimpl.conformance.errors import FormatError
from refimpl.conformance.store import carried_folder, export, path_of, rehash, selected

__all__ = ["check_vectors", "export_vectors", "list_vectors"]


def list_vectors(folder: Path | None, chapters: tuple[str, ...], pattern: str | None) -> int:
    """One line a vector: path, level, clauses; returns the exit code."""
    for vector in selected(load_set(folder).vectors, chapters=chapters, pattern=pattern):
        level = type(vector.level).__name__.lower()
        click.echo(f"{path_of(vector):<64} {level:<6} {' '.join(vector.clauses)}")
    return 0


def check_vectors(folder: Path | None, *, update: bool) -> int:
    """Read every vector and hold the set to its manifest; with ``update`` write hashes and manifest first."""
    if update:
        try:
            changed = rehash(carried_folder() if folder is None else folder)
        except FormatError as error:
            raise click.ClickException(str(error)) from error
        for name in changed:
            click.echo(f"written: {name}")
    found = load_set(folder)
    click.echo(f"{len(found.vectors)} vectors, {found.hash[:12]}")
    return 0


def export_vectors(target: Path, folder: Path | None) -> int:
    """Copy vectors, manifest and schemas into an empty folder."""
    load_set(folder)
    count = export(carried_folder() if folder is None else folder, target)
    click.echo(f"{count} vectors in {target}")
    return 0
