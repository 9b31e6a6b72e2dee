"""What a solver answers: a closed union, never a bool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

__all__ = ["By", "Model", "Number", "Proved", "Refuted", "Undecided", "Verdict"]

By: TypeAlias = Literal["normal-form", "z3", "cvc5", "z3, cvc5", "replay"]
Number: TypeAlias = int | float | bool
Model: TypeAlias = Mapping[str, Number]


@final
@dataclass(frozen=True, slots=True)
class Proved:
    """The goal holds at every valuation of the hypotheses; ``by`` says who found out."""

    by: By


@final
@dataclass(frozen=True, slots=True)
class Refuted:
    """A valuation that satisfies every hypothesis and not the goal; it was evaluated in Python, not just believed."""

    model: Model
    by: By


@final
@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither; the reason is data for people, never branched on."""

    reason: str


Verdict: TypeAlias = Proved | Refuted | Undecided
