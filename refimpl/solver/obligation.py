"""What is asked of a solver: do these hypotheses imply this goal, at every valuation?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

from refimpl.solver.encode import Script, encode
from refimpl.terms import BoolSymbol, Cond, Symbol, free_of

__all__ = ["Obligation"]


@final
@dataclass(frozen=True)
class Obligation:
    """``hypotheses ⊨ goal``, where a condition holds at a valuation if it is defined there and true.

    A division by zero is undefined: as a hypothesis it excludes the valuation, as a goal it is not met.
    """

    name: str
    hypotheses: tuple[Cond, ...]
    goal: Cond

    @cached_property
    def script(self) -> Script:
        """The SMT-LIB script of this obligation alone."""
        return encode(self.hypotheses, (self.goal,))

    @property
    def text(self) -> str:
        """The SMT-LIB text that both solvers read; unsatisfiable exactly if the obligation holds."""
        return self.script.single(0)

    @property
    def symbols(self) -> tuple[Symbol | BoolSymbol, ...]:
        """The symbols that occur, with their sorts, by name."""
        found = free_of(self.goal).union(*map(free_of, self.hypotheses))
        return tuple(sorted(found, key=lambda symbol: symbol.name))
