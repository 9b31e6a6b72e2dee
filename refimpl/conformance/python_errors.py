"""Which specified rejection one of Python's own errors is: the same of any implementation in Python."""

from __future__ import annotations

from typing import Final

from refimpl.conformance.outcome import RaisedKind, Rejection

__all__ = ["python_kind", "rejection"]

# The interpreter raises RuntimeError for all of these: its words tell them apart.
_WORDS: Final[tuple[tuple[str, RaisedKind], ...]] = (
    ("Expected positional argument for parameter", "arguments"),
    ("Interpreter.boxed_run expected", "arguments"),
    ("Node referenced nonexistent target", "attribute"),
)
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


def rejection(kind: RaisedKind | None, error: Exception, node: str | None) -> Rejection | None:
    """The rejection of that kind, with the first line of the error's message; None for no kind."""
    return None if kind is None else Rejection(kind, str(error).partition("\n")[0], node)


def python_kind(error: Exception) -> RaisedKind | None:
    """The kind; None for what is no specified rejection."""
    if type(error) is RuntimeError:
        # A KeyError in a node reaches the caller as a RuntimeError.
        if isinstance(error.__cause__, KeyError):
            return "index"
        message = str(error).partition("\n")[0]
        if message.startswith("Node ") and "referenced nonexistent value" in message:
            return "missing_value"
        for words, kind in _WORDS:
            if message.startswith(words):
                return kind
    return next((kind for kind_of, kind in _CLASSES if isinstance(error, kind_of)), None)
