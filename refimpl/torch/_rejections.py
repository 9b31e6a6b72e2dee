"""Which specified rejection an exception of a live PyTorch is."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from refimpl.conformance.outcome import RaisedKind, Rejection
from refimpl.conformance.python_errors import python_kind, rejection
from refimpl.torch.expressions import Unreadable

__all__ = ["rejection_of"]

# PyTorch's own classes by name: it is imported only when used.
_NAMES: Final[dict[str, RaisedKind]] = {
    "GuardOnDataDependentSymNode": "data_dependent",
    "PendingUnbackedSymbolNotFound": "pending_not_found",
    "ConstraintViolationError": "value",
}
# Where an empty range is a binding whose equation has no solution; elsewhere it is a requirement that is false.
_BINDERS: Final = frozenset({"rebind_unbacked", "compute_unbacked_bindings"})


def rejection_of(error: Exception, node: str | None = None) -> Rejection | None:
    """The rejection, with the first line of its message; None for what is no specified one."""
    if isinstance(error, Unreadable):
        return None
    return rejection(_kind(error), error, node)


def _kind(error: Exception) -> RaisedKind | None:
    named = _NAMES.get(type(error).__name__)
    if named is not None:
        return named
    if type(error).__name__ == "ValueRangeError":
        return "inconsistent" if _BINDERS & _functions(error.__traceback__) else "violated"
    if isinstance(error, (LookupError, AttributeError, TypeError)) and "key_get" in _functions(error.__traceback__):
        return "path"
    return python_kind(error)


def _functions(traceback: TracebackType | None) -> set[str]:
    found: set[str] = set()
    while traceback is not None:
        found.add(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    return found
