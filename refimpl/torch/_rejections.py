"""Which specified rejection an exception of a live PyTorch is."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from refimpl.conformance.outcome import RaisedKind, Rejection
from refimpl.torch.expressions import Unreadable

__all__ = ["rejection_of"]

# The interpreter raises RuntimeError for all of these: its words tell them apart.
_WORDS: Final[tuple[tuple[str, RaisedKind], ...]] = (
    ("Expected positional argument for parameter", "arguments"),
    ("Interpreter.boxed_run expected", "arguments"),
    ("Node referenced nonexistent target", "attribute"),
)
# PyTorch's own classes by name: it is imported only when used.
_NAMES: Final[dict[str, RaisedKind]] = {
    "GuardOnDataDependentSymNode": "data_dependent",
    "PendingUnbackedSymbolNotFound": "pending_not_found",
    "ConstraintViolationError": "value",
}
# Where an empty range is a binding whose equation has no solution; elsewhere it is a requirement that is false.
_BINDERS: Final = frozenset({"rebind_unbacked", "compute_unbacked_bindings"})
_CLASSES: Final[tuple[tuple[type[Exception], RaisedKind], ...]] = (
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
    if isinstance(error, Unreadable):
        return None
    message = str(error).partition("\n")[0]
    kind = _kind(error, message)
    return None if kind is None else Rejection(kind, message, node)


def _kind(error: Exception, message: str) -> RaisedKind | None:
    named = _NAMES.get(type(error).__name__)
    if named is not None:
        return named
    if type(error).__name__ == "ValueRangeError":
        return "inconsistent" if _BINDERS & _functions(error.__traceback__) else "violated"
    if isinstance(error, (LookupError, AttributeError, TypeError)) and "key_get" in _functions(error.__traceback__):
        return "path"
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


def _functions(traceback: TracebackType | None) -> set[str]:
    found: set[str] = set()
    while traceback is not None:
        found.add(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    return found
