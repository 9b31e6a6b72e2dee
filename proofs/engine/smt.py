"""Formulas as SMT-LIB text, and an obligation: one text that is unsatisfiable exactly if the statement holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeAlias, final

__all__ = ["Obligation", "Sort", "apply", "both", "declare", "either", "equal", "iff", "implies", "literal", "negation"]

Sort: TypeAlias = Literal["Int", "Bool", "Real"]


def literal(value: int) -> str:
    """An integer literal."""
    return str(value) if value >= 0 else f"(- {-value})"


def apply(function: str, *arguments: str) -> str:
    """A function applied."""
    return f"({function} {' '.join(arguments)})"


def both(parts: Iterable[str]) -> str:
    """The conjunction."""
    kept = list(dict.fromkeys(part for part in parts if part != "true"))
    return "true" if not kept else kept[0] if len(kept) == 1 else apply("and", *kept)


def either(parts: Iterable[str]) -> str:
    """The disjunction."""
    kept = list(dict.fromkeys(part for part in parts if part != "false"))
    return "false" if not kept else kept[0] if len(kept) == 1 else apply("or", *kept)


def negation(part: str) -> str:
    """The negation."""
    return apply("not", part)


def implies(left: str, right: str) -> str:
    """The implication."""
    return apply("=>", left, right)


def iff(left: str, right: str) -> str:
    """Equal truth."""
    return apply("=", left, right)


def equal(left: str, right: str) -> str:
    """Equal numbers."""
    return apply("=", left, right)


def declare(name: str, sort: Sort = "Int") -> str:
    """The declaration of a constant."""
    return f"(declare-const {name} {sort})"


@final
@dataclass(frozen=True, slots=True)
class Obligation:
    """``hypotheses`` imply ``goal``, for all values of what ``preamble`` declares."""

    name: str
    preamble: tuple[str, ...]
    hypotheses: tuple[str, ...]
    goal: str

    @property
    def text(self) -> str:
        """The text that both solvers read."""
        lines = [
            "(set-logic ALL)",
            *self.preamble,
            *(f"(assert {text})" for text in dict.fromkeys(self.hypotheses) if text != "true"),
            f"(assert (not {self.goal}))",
            "(check-sat)",
        ]
        return "\n".join(lines) + "\n"

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()
