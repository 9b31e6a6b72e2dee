"""The files of shape functions, one a family: importing one registers its operators."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

__all__ = ["families", "load", "load_entry_points"]


@cache
def families() -> tuple[str, ...]:
    """The names of the family modules: every module of this package without a leading underscore, sorted."""
    import refimpl.aten

    return tuple(sorted(m.name for m in iter_modules(refimpl.aten.__path__) if not m.name.startswith("_")))


@cache
def load() -> None:
    """Import every family once."""
    for family in families():
        import_module(f"refimpl.aten.{family}")


@cache
def load_entry_points() -> None:
    """Import what installed packages offer under ``refimpl.shapes``: shape functions of custom operators."""
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group="refimpl.shapes"), key=lambda point: point.name):
        point.load()
