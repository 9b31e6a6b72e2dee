"""The formally checked reference implementation of PyTorch's ``PropagateUnbackedSymInts``.

``load`` reads a ``torch.export`` archive without PyTorch, ``check`` re-propagates it and proves its shape
constraints equivalent before and after, or shows concrete sizes at which they differ, ``diff`` compares two versions
of a program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.export import ArchiveError, ExportedProgram, load
    from refimpl.laws import ProgramReport, Report
    from refimpl.laws.check import check
    from refimpl.relation import DiffReport, diff

__all__ = [
    "ArchiveError",
    "DiffReport",
    "ExportedProgram",
    "ProgramReport",
    "Report",
    "__version__",
    "check",
    "diff",
    "load",
]

__version__ = "0.1.0"

_HOME = {
    "ArchiveError": "refimpl.export",
    "ExportedProgram": "refimpl.export",
    "load": "refimpl.export",
    "ProgramReport": "refimpl.laws",
    "Report": "refimpl.laws",
    "check": "refimpl.laws",
    "DiffReport": "refimpl.relation",
    "diff": "refimpl.relation",
}


def __getattr__(name: str) -> object:
    # Imported on first use, so that ``import refimpl`` and ``refimpl --help`` stay instant.
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'refimpl' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
