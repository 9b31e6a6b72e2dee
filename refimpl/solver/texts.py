"""Whole SMT-LIB texts to one solver: for proofs, which are written before any solver runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, assert_never

from refimpl.solver._engine import TextAnswer

__all__ = ["PROVERS", "Prover", "TextAnswer", "solve_text", "solver_versions"]

Prover: TypeAlias = Literal["z3", "cvc5"]
PROVERS: Final[tuple[Prover, ...]] = ("z3", "cvc5")


def solve_text(prover: Prover, text: str, *, budget: int, proof: bool = False) -> TextAnswer:
    """The answer to a stand-alone text that ends in ``(check-sat)``; ``budget`` is in the solver's work units.

    With ``proof`` cvc5 also hands over its proof, whose steps are counted (z3's proofs have no checker here).
    Raises SolverError if the solver is missing or rejects the text.
    """
    match prover:
        case "z3":
            from refimpl.solver import _z3

            return _z3.solve_text(text, budget)
        case "cvc5":
            from refimpl.solver import _cvc5

            return _cvc5.solve_text(text, budget, proof=proof)
        case _:
            assert_never(prover)


def solver_versions() -> Mapping[Prover, str]:
    """The versions of both solvers; raises SolverError if one is missing."""
    from refimpl.solver import _cvc5, _z3

    return {"z3": _z3.version(), "cvc5": _cvc5.version()}
