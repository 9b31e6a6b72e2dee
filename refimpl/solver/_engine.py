"""What a back end does: run one script within a budget of work units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol, TypeAlias, final

from refimpl.solver.encode import Script

__all__ = ["Answer", "Engine", "Sat", "SolverError", "TextAnswer", "Unknown", "Unsat", "nearest_float"]


class SolverError(RuntimeError):
    """A solver that is missing, rejects our own text, or contradicts another one: our bug, never a verdict."""


@final
@dataclass(frozen=True, slots=True)
class Unsat:
    """No valuation satisfies the hypotheses and the negated goal."""


@final
@dataclass(frozen=True, slots=True)
class Sat:
    """A candidate model; whether it is one is for Python's evaluation to say."""

    model: Mapping[str, int | float | bool]


@final
@dataclass(frozen=True, slots=True)
class Unknown:
    """The solver gave up."""

    reason: str


Answer: TypeAlias = Unsat | Sat | Unknown


@final
@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What a solver says of a whole text, the work units it spent, and the size of its proof if it gave one.

    ``steps`` counts the proof's distinct steps, ``unchecked`` those that its calculus does not justify; ``proof`` is
    the proof itself in the solver's format (cvc5's CPC). ``model`` is the solver's own text, for people.
    """

    status: Literal["unsat", "sat", "unknown"]
    work: int
    model: str = ""
    steps: int = 0
    unchecked: int = 0
    proof: str = ""


class Engine(Protocol):
    """One solver."""

    @property
    def name(self) -> str:
        """``z3`` or ``cvc5``."""
        ...

    def run(self, script: Script, budget: int) -> tuple[Answer, ...]:
        """The answer to each goal of the script; ``budget`` work units for each."""
        ...


def nearest_float(value: Fraction) -> float:
    """The float nearest to a solver's real; beyond the largest one, the infinity of its sign."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
