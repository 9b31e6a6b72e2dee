"""What a run says, in order: facts, requirements, specializations, definitions and bindings.

Each record names the node it comes from, by its path (``cond/true_graph_0/gt``), and the predicates of the
branches it stands in: it holds, or is asked, only ``under`` their conjunction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.terms import BoolSymbol, Cond, Scalar, Symbol

__all__ = ["Binding", "Definition", "Event", "Fact", "Requirement", "Specialization", "Under"]

Under: TypeAlias = tuple[Cond, ...]


@final
@dataclass(frozen=True, slots=True)
class Fact:
    """No eager run that reaches the node violates the condition."""

    node: str
    condition: Cond
    under: Under = ()


@final
@dataclass(frozen=True, slots=True)
class Requirement:
    """Violated, the run raises ``message``.

    ``enforced`` is the part that the operator's kernel enforces by itself: the same condition, unless tracing
    defers more to run time than the kernel asks (a broadcast's ``u0 == s1`` at ``u0 = 1``).
    """

    node: str
    condition: Cond
    enforced: Cond
    message: str
    under: Under = ()


@final
@dataclass(frozen=True, slots=True)
class Specialization:
    """A decision on layout that was taken from the hints: the condition, true of them; ``hint`` is their text."""

    node: str
    condition: Cond
    hint: str
    under: Under = ()


@final
@dataclass(frozen=True, slots=True)
class Definition:
    """The equation ``symbol = term`` of a binding whose value is no fresh symbol of its own; the term in old names.

    ``path`` is where the value stands in the node's result.
    """

    node: str
    symbol: Symbol | BoolSymbol
    path: KeyPath
    term: Scalar
    under: Under = ()


@final
@dataclass(frozen=True, slots=True)
class Binding:
    """What rebinding found at a recorded path.

    ``fresh`` is the symbol that the node allocated there, None if it allocated none; ``term`` the value in old
    names (``symbol`` itself when the fresh symbol was renamed to it). ``side`` holds the conditions of the path's
    ``DivideByKey`` that are not plainly true: the divisor is positive and divides the value.
    """

    node: str
    symbol: Symbol
    path: KeyPath
    fresh: Symbol | None
    term: Scalar
    side: tuple[Cond, ...] = ()
    under: Under = ()


Event: TypeAlias = Fact | Requirement | Specialization | Definition | Binding
