"""What the laws of an implementation are judged on: one rebinding step, and one whole propagation, as observed.

A step is `rebind_unbacked` on one node, of this project or of any other implementation: the state before, the values
that stood at the bound paths, the state after, and what was raised. Nothing here looks into the implementation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Dim, Scalar, Symbol

__all__ = ["Missing", "Place", "Raised", "RunRecord", "Step"]


@final
@dataclass(frozen=True, slots=True)
class Missing:
    """No number stands at a path: why."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class Place:
    """One ``symbol -> path`` of a node and what stood there before the step.

    ``value`` is the number before the path's ``DivideByKey``, in the words in which the operator said it (before any
    replacement); the symbol is to equal it divided by ``divisors`` in turn.
    """

    symbol: Symbol
    path: KeyPath
    value: Scalar | Missing
    divisors: tuple[Dim, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Raised:
    """What a step or a run raised: its kind for the laws, the exception's type name and its first line."""

    kind: Literal["inconsistent", "refused", "path", "data-dependent", "other"]
    type: str
    message: str


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One rebinding step as observed: ``node`` is its path, ``op`` the opcode, ``places`` its bindings in order.

    The symbols of ``places`` are those that the node records, before any renaming is followed; ``before`` is the state
    when the operator has run and rebinding begins.
    """

    node: str
    op: str
    places: tuple[Place, ...]
    before: ShapeEnvState
    after: ShapeEnvState
    raised: Raised | None = None
    stack: str = ""


@final
@dataclass(frozen=True, slots=True)
class RunRecord:
    """One whole propagation as observed: its steps in order, the state before the first node and after the last.

    ``recorded`` are the bindings that the graph's nodes carry, sub-graphs included, whether or not a step was seen
    for them; those of the outermost graph's placeholders, which are the caller's, are not among them. ``again`` is
    the state after the same graph was run once more, if it was.
    """

    steps: tuple[Step, ...]
    before: ShapeEnvState
    after: ShapeEnvState
    recorded: tuple[tuple[str, Symbol, KeyPath], ...]
    raised: Raised | None = None
    again: ShapeEnvState | None = None
