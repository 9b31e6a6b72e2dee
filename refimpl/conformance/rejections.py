"""Which specified rejection an exception of this project is."""

from __future__ import annotations

from typing import Final

from refimpl.conformance.outcome import RaisedKind, Rejection
from refimpl.symbolic_shapes.errors import (
    GuardOnDataDependentSymNode,
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    RebindingUndecidedError,
    UndecidedGuardError,
)
from refimpl.symbolic_shapes.key_path import PathError

__all__ = ["rejection_of"]

# The interpreter raises RuntimeError for all of these: its words tell them apart.
_WORDS: Final[tuple[tuple[str, RaisedKind], ...]] = (
    ("Expected positional argument for parameter", "arguments"),
    ("Interpreter.boxed_run expected", "arguments"),
    ("Node referenced nonexistent target", "attribute"),
)
_CLASSES: Final[tuple[tuple[type[Exception], RaisedKind], ...]] = (
    (PathError, "path"),
    (GuardOnDataDependentSymNode, "data_dependent"),
    (UndecidedGuardError, "undecided"),
    (PendingUnbackedSymbolNotFound, "pending_not_found"),
    (RebindingUndecidedError, "refused"),
    (AssertionError, "refused"),
    (ZeroDivisionError, "zero_division"),
    (OverflowError, "overflow"),
    (IndexError, "index"),
    (KeyError, "index"),
    (AttributeError, "attribute"),
    (TypeError, "type"),
    (ValueError, "value"),
    (RuntimeError, "violated"),
)


def rejection_of(error: Exception, node: str | None = None) -> Rejection | None:
    """The rejection, with the first line of its message; None for what is no specified one."""
    message = str(error).partition("\n")[0]
    kind = _kind(error, message)
    return None if kind is None else Rejection(kind, message, node)


def _kind(error: Exception, message: str) -> RaisedKind | None:
    if isinstance(error, RebindingInconsistentError):
        return "path" if error.inexact else "inconsistent"
    if type(error) is RuntimeError:
        # A KeyError in a node reaches the caller as a RuntimeError.
        if isinstance(error.__cause__, KeyError):
            return "index"
        if message.startswith("Node ") and "referenced nonexistent value" in message:
            return "missing_value"
        for words, kind in _WORDS:
            if message.startswith(words):
                return kind
    return next((kind for kind_of, kind in _CLASSES if isinstance(error, kind_of)), None)
