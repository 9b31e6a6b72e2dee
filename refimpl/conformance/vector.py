"""A vector: a case with the outcome that is expected of it, why, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final, get_args

from refimpl.conformance.case import Case
from refimpl.conformance.outcome import Raised, Result, Returned

__all__ = [
    "ASPECTS",
    "Aspect",
    "DEFAULT_ASPECTS",
    "Expected",
    "Level",
    "May",
    "Must",
    "ORIGINS",
    "OneOf",
    "Origin",
    "Provenance",
    "Vector",
]

Aspect: TypeAlias = Literal[
    "constraints", "pending", "size_like", "renamings", "replacements", "ignorable", "guards", "asserts", "hints"
]
"""What of an expected environment is compared.

``constraints``: ``[[E]]``, the set of its solutions, by solver; ``guards`` and ``asserts`` the conjunction of each
alone, ``asserts`` symbol by symbol; ``renamings`` resolved to the end; ``replacements`` which symbols are replaced,
and by equal terms; the others as sets of symbols, ``hints`` as a table.
"""
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)
DEFAULT_ASPECTS: Final[tuple[Aspect, ...]] = ("constraints", "pending", "size_like")
Origin: TypeAlias = Literal["specification", "arithmetic", "recorded"]
ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)


@final
@dataclass(frozen=True, slots=True)
class Must:
    """The expected outcome is the only right one."""


@final
@dataclass(frozen=True, slots=True)
class May:
    """An implementation may raise or decline instead, for this reason; what it returns must be as expected."""

    reason: str


@final
@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of several outcomes; ``reasons`` says what each expected outcome stands for, in order."""

    reasons: tuple[str, ...]


Level: TypeAlias = Must | May | OneOf


@final
@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the expectation comes from: a clause, arithmetic, or a recorded run; ``says`` how, in a sentence."""

    origin: Origin
    says: str


@final
@dataclass(frozen=True, slots=True)
class Expected:
    """An expected outcome and what of its environment is compared.

    An empty message, a node, an environment or an observation that is None in an expectation is not compared.
    """

    outcome: Returned[Result] | Raised
    compare: tuple[Aspect, ...] = DEFAULT_ASPECTS


@final
@dataclass(frozen=True, slots=True)
class Vector:
    """One vector; ``expect`` has one outcome, several under ``OneOf``.

    ``kills`` are the ids of the seeded faults that it notices, ``hash`` the SHA-256 of its input and expectation.
    """

    case: Case
    clauses: tuple[str, ...]
    level: Level
    provenance: Provenance
    kills: tuple[str, ...]
    expect: tuple[Expected, ...]
    hash: str
