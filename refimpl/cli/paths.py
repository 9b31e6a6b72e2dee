"""Which archives the arguments of a command name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["NoArchives", "archives", "on_one_line", "shown"]


class NoArchives(ValueError):
    """A folder that holds no archive, or an empty name: most likely a mistyped path."""


def shown(text: Path | str) -> str:
    """A path, or a text that names one, as text that every report can hold: bytes that are no UTF-8 as ``\\xff``."""
    return str(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def on_one_line(text: Path | str) -> str:
    """A text for people: a name with a line end or an escape sequence in it is shown, not obeyed."""
    return "".join([char if char.isprintable() else ascii(char)[1:-1] for char in shown(text)])


def archives(arguments: Sequence[str]) -> list[Path]:
    """The files named, and the ``*.pt2`` files below the folders named, each once, in order.

    A path that does not exist is kept: reading it says so. Raises :class:`NoArchives` for an empty folder or name.
    """
    found: dict[Path, None] = {}
    for argument in arguments:
        if not argument:
            # ``Path("")`` would be the current folder: an unset shell variable is no wish to check all of it.
            raise NoArchives("an empty name names no archive")
        path = Path(argument)
        if not path.is_dir():
            found[path] = None
            continue
        below = sorted(path.rglob("*.pt2"))
        if not below:
            raise NoArchives(f"{on_one_line(path)}: the folder holds no .pt2 archive")
        found.update(dict.fromkeys(below))
    return list(found)
