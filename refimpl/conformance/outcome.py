"""What an implementation answers: a result, a specified rejection, a feature it lacks, or its own crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeAlias, TypeVar, final, get_args

from refimpl.conformance.structures import Structure
from refimpl.conformance.wire_values import Bindings
from refimpl.symbolic_shapes.state import Range, ShapeEnvState

__all__ = [
    "Answer",
    "Answered",
    "AnsweredRange",
    "BindingsResult",
    "Broke",
    "Declined",
    "EnvironmentResult",
    "InterpreterResult",
    "Outcome",
    "PathResult",
    "PropagationResult",
    "RAISED_KINDS",
    "Raised",
    "RaisedKind",
    "RebindingResult",
    "Rejection",
    "Result",
    "Returned",
]

RaisedKind: TypeAlias = Literal[
    "arguments", "attribute", "data_dependent", "inconsistent", "index", "missing_value", "overflow", "path",
    "pending_not_found", "refused", "type", "undecided", "value", "violated", "zero_division",
]  # fmt: skip
"""The specified rejections: a subject that raises anything else *broke*.

``arguments``: a wrong number of inputs; ``attribute``: no such attribute or submodule; ``data_dependent``: a decision
on an unbacked symbol; ``inconsistent``: a binding whose equation has no solution; ``index``: a key or index that does
not exist; ``missing_value``: a node was used before it has a value; ``path``: a key path that does not exist, or a
quotient that is not exact; ``pending_not_found``: a pending symbol stands nowhere in the value; ``refused``: a step
that the implementation is known not to take (PyTorch's asserts); ``undecided``: a decision that is left open though
no unbacked symbol occurs; ``violated``: a requirement that is known to be false; ``type``, ``value``, ``overflow``,
``zero_division``: Python's errors of these names.
"""
RAISED_KINDS: Final[tuple[RaisedKind, ...]] = get_args(RaisedKind)


@final
@dataclass(frozen=True, slots=True)
class Rejection:
    """A specified rejection: its kind, the leading part of its message, the node that raised (None: none did)."""

    kind: RaisedKind
    message: str = ""
    node: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """A step's answer: a value, None for a step that answers nothing."""

    value: Structure


@final
@dataclass(frozen=True, slots=True)
class AnsweredRange:
    """A step's answer that is a range."""

    range: Range


Answer: TypeAlias = Answered | AnsweredRange | Rejection


@final
@dataclass(frozen=True, slots=True)
class InterpreterResult:
    """What a run returned.

    ``freed`` says after which node the values of which nodes were dropped, in order (None: not observed); ``left``
    how many arguments are left in the list of a ``boxed_run`` (None: no such list).
    """

    value: Structure
    freed: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    left: int | None = None


@final
@dataclass(frozen=True, slots=True)
class BindingsResult:
    """Bindings (None: none), and the environment afterwards (None: not observed)."""

    bindings: Bindings | None
    environment: ShapeEnvState | None = None


@final
@dataclass(frozen=True, slots=True)
class PathResult:
    """What stands at a path, and the path's text."""

    value: Structure
    text: str


@final
@dataclass(frozen=True, slots=True)
class RebindingResult:
    """The environment after the step."""

    environment: ShapeEnvState


@final
@dataclass(frozen=True, slots=True)
class EnvironmentResult:
    """The answer of each step, those within blocks in order, and the environment after the script."""

    answers: tuple[Answer, ...]
    environment: ShapeEnvState


@final
@dataclass(frozen=True, slots=True)
class PropagationResult:
    """The value of each node by its path, in old names, and the environment after the last run."""

    values: Mapping[str, Structure]
    environment: ShapeEnvState


Result: TypeAlias = (
    InterpreterResult | BindingsResult | PathResult | RebindingResult | EnvironmentResult | PropagationResult
)


_R_co = TypeVar("_R_co", covariant=True)


@final
@dataclass(frozen=True, slots=True)
class Returned(Generic[_R_co]):
    """The case ran to its end."""

    result: _R_co


@final
@dataclass(frozen=True, slots=True)
class Raised:
    """The case was rejected; ``environment`` is the state afterwards (None: not observed)."""

    rejection: Rejection
    environment: ShapeEnvState | None = None


@final
@dataclass(frozen=True, slots=True)
class Declined:
    """The subject lacks a feature or chapter that the case needs; ``feature`` names it."""

    feature: str
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class Broke:
    """The subject itself failed, and how: an answer that is none, a crash, a time-out."""

    message: str


Outcome: TypeAlias = Returned[Result] | Raised | Declined | Broke
