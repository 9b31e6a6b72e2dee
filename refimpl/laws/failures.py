"""Why a node of the blind run raised, as a closed set of reasons."""

from __future__ import annotations

from refimpl.aten._higher_order import HigherOrderOperator
from refimpl.aten._overload import OpOverload, UnmodelledOperatorError
from refimpl.export import UnknownTarget
from refimpl.laws.observation import Failure
from refimpl.laws.operators import is_custom_name
from refimpl.laws.scalars import is_sequence
from refimpl.symbolic_shapes.errors import (
    GuardOnDataDependentSymNode,
    RebindingInconsistentError,
    RebindingUndecidedError,
    UndecidedGuardError,
)
from refimpl.symbolic_shapes.events import Requirement
from refimpl.symbolic_shapes.key_path import PathError

__all__ = ["classify", "is_custom", "with_written"]


def is_custom(target: object, error: Exception) -> bool:
    """Whether the node failed only because it calls a custom operator without shape function."""
    if not isinstance(error, LookupError):
        return False
    if isinstance(target, OpOverload):
        return not target.is_modelled and is_custom_name(target.name)
    if isinstance(target, HigherOrderOperator):
        # A wrapper (``auto_functionalized``, ``with_effects``) of such a call.
        return isinstance(error, UnmodelledOperatorError) and is_custom_name(error.operator)
    # Any other text (``os.system``) names no operator, and PyTorch's loader has no function for it.
    return isinstance(target, UnknownTarget) and target.__module__ == "torch.ops" and is_custom_name(target.name)


def classify(error: Exception, violated: Requirement | None) -> Failure:
    """The reason; what an operator raises by itself on known sizes is a violated requirement."""
    message = str(error)
    match error:
        case UnmodelledOperatorError():
            return Failure("unmodelled", message)
        case GuardOnDataDependentSymNode():
            return Failure("data-dependent", message)
        case UndecidedGuardError():
            return Failure("undecided", message)
        case PathError() | RebindingInconsistentError(inexact=True):
            return Failure("path", message)
        case RebindingInconsistentError(symbol=symbol):
            return Failure("inconsistent", message, symbol=symbol)
        case RebindingUndecidedError(symbol=symbol):
            return Failure("undecided", message, symbol=symbol)
        case _ if violated is not None:
            return Failure("violated", violated.message or message, violated.condition)
        case RuntimeError() | ValueError() | IndexError() | ZeroDivisionError():
            return Failure("violated", message, False)
        case LookupError():
            return Failure("unmodelled", message)
        case _:
            return Failure("crash", f"{type(error).__name__}: {message}")


def with_written(value: object, error: Exception) -> object:
    """What is assumed of a wrapped operator, but for the values that the wrapper gives whatever the operator does."""
    written = error.written if isinstance(error, UnmodelledOperatorError) else ()
    if not written or not is_sequence(value) or len(value) < len(written):
        return value
    return (*value[: len(value) - len(written)], *written)
