"""Which specified rejection an exception of this project is."""

from __future__ import annotations

from typing import Final

from refimpl.conformance.outcome import RaisedKind, Rejection
from refimpl.conformance.python_errors import python_kind, rejection
from refimpl.symbolic_shapes.errors import (
    GuardOnDataDependentSymNode,
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    RebindingUndecidedError,
    UndecidedGuardError,
)
from refimpl.symbolic_shapes.key_path import PathError

__all__ = ["rejection_of"]

_CLASSES: Final[tuple[tuple[type[Exception], RaisedKind], ...]] = (
    (PathError, "path"),
    (GuardOnDataDependentSymNode, "data_dependent"),
    (UndecidedGuardError, "undecided"),
    (PendingUnbackedSymbolNotFound, "pending_not_found"),
    (RebindingUndecidedError, "refused"),
)


def rejection_of(error: Exception, node: str | None = None) -> Rejection | None:
    """The rejection, with the first line of its message; None for what is no specified one."""
    return rejection(_kind(error), error, node)


def _kind(error: Exception) -> RaisedKind | None:
    if isinstance(error, RebindingInconsistentError):
        return "path" if error.inexact else "inconsistent"
    own: RaisedKind | None = next((kind for kind_of, kind in _CLASSES if isinstance(error, kind_of)), None)
    return python_kind(error) if own is None else own
