"""What the laws are judged on: the contract, what was recorded, and what a blind run said, in one typed record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, TypeAlias, final

from refimpl.fake_tensor import FakeTensor
from refimpl.fake_tensor.context import Value
from refimpl.symbolic_shapes.events import Binding, Definition, Specialization
from refimpl.terms import BoolSymbol, Cond, Scalar, Symbol, lnot, lor

__all__ = [
    "ABSENT",
    "Absent",
    "Contract",
    "Failure",
    "FreshSymbol",
    "Held",
    "Observation",
    "ObservedNode",
    "Source",
    "Stated",
    "under",
]

Under: TypeAlias = tuple[Cond, ...]
Source: TypeAlias = Literal["range", "assert", "operator", "deferred", "fact", "double"]


@final
class Absent(Enum):
    """No value: nothing was recorded, or nothing could be computed."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Held: TypeAlias = "Value | Literal[Absent.ABSENT]"


def under(predicates: Under, condition: Cond) -> Cond:
    """The condition, asked only where all branch predicates hold."""
    return lor(*map(lnot, predicates), condition) if predicates else condition


@final
@dataclass(frozen=True, slots=True)
class Contract:
    """Γ, what the caller promises: it is assumed, never judged.

    ``hints`` are the example values of backed symbols; ``bound`` the symbols that placeholders bind; ``unreadable``
    the guards that no parser understood, whose symbols nothing refuted may rest on.
    """

    conditions: tuple[Cond, ...]
    hints: Mapping[str, int]
    bound: frozenset[Symbol]
    unreadable: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Stated:
    """A condition, who states it, and under which branch predicates.

    ``source`` is ``range`` (a recorded range), ``assert`` (an assert node), ``operator`` (enforced by the kernel) or
    ``deferred`` (left to run time by tracing), ``fact``, ``double`` (one value under two old names). ``order`` is its
    place in the log: a requirement is judged under the facts met before it. ``enforced`` is the part of a deferred one
    that the kernel enforces by itself. ``lost`` says why no generated code can ask it, if none can: its assert is
    recorded with a constant, or it speaks of a symbol that nothing binds there (law EMIT).
    """

    node: str
    condition: Cond
    source: Source
    predicates: Under = ()
    message: str = ""
    order: int = 0
    enforced: Cond = True
    lost: str = ""

    @property
    def emitted(self) -> bool:
        """Whether an operator enforces it or an assert can still compute it."""
        return not self.lost

    @property
    def whole(self) -> Cond:
        """The condition as one implication."""
        return under(self.predicates, self.condition)


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """Why a node has no value of the blind run.

    ``violated`` is the requirement that was known to be false, when that is the reason; ``kind`` tells the others
    apart: ``unmodelled``, ``data-dependent``, ``path``, ``inconsistent``, ``undecided``, ``crash``.
    """

    kind: Literal["violated", "unmodelled", "data-dependent", "path", "inconsistent", "undecided", "crash"]
    message: str
    violated: Cond | None = None
    symbol: str | None = None


@final
@dataclass(frozen=True, slots=True)
class ObservedNode:
    """One node: the recorded value, the blind run's value in old names, and how that came about.

    ``allocated`` are the fresh symbols that its operator allocated, in order; ``places`` the key paths at which it may
    allocate (None: any). ``assumed`` marks a custom operator without shape function, which keeps its recorded value.
    ``live`` is False for what dead code elimination drops. ``stored`` is how the archive stores a parameter, buffer or
    constant, where that is not as it is recorded.
    """

    path: str
    operator: str
    old: Held
    new: Held
    predicates: Under = ()
    allocated: tuple[Symbol, ...] = ()
    may_allocate: bool = False
    places: tuple[str, ...] | None = None
    is_input: bool = False
    assumed: bool = False
    failure: Failure | None = None
    live: bool = True
    stored: FakeTensor | None = None


@final
@dataclass(frozen=True, slots=True)
class FreshSymbol:
    """A fresh symbol that no node bound; ``recorded`` is what was recorded where it stands (``at``), in old names."""

    symbol: Symbol
    node: str
    at: str
    recorded: Held
    predicates: Under = ()


@final
@dataclass(frozen=True, slots=True)
class Observation:
    """Everything the laws may look at; all terms are in old names (through σ).

    ``machine`` is W. ``facts`` is Φ without definitions. ``after`` is A, ``before`` is B.
    ``recorded_symbols`` maps each symbol of a recorded computed value to the node that holds it first. ``determined``
    gives the fresh symbols that no node binds but that A determines; they occur in nothing else here. With ``reprove``
    a condition that both sides state in the same words is an obligation too.
    """

    contract: Contract
    nodes: tuple[ObservedNode, ...]
    machine: tuple[Cond, ...]
    facts: tuple[Stated, ...]
    definitions: tuple[Definition, ...]
    bindings: tuple[Binding, ...]
    after: tuple[Stated, ...]
    before: tuple[Stated, ...]
    unbound: tuple[FreshSymbol, ...]
    specializations: tuple[Specialization, ...]
    recorded_symbols: Mapping[Symbol | BoolSymbol, str]
    unused: tuple[str, ...] = ()
    extra_machine: tuple[Cond, ...] = ()
    determined: Mapping[Symbol | BoolSymbol, Scalar] = field(default_factory=dict[Symbol | BoolSymbol, Scalar])
    reprove: bool = False
