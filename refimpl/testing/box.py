"""A second semantics without a solver: every valuation of a small box is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Final, final

from refimpl.solver import Number, Obligation, Refuted, Solver, Undecided, Verdict, make_solver, refutes
from refimpl.terms import BoolSymbol, Sort, Symbol

__all__ = ["BoxSolver", "SolverAndBox"]

# Small, since all are tried; quotients by 3 of the fresh symbol and negative numbers are among them.
_BOX: Final[Mapping[str, Sequence[Number]]] = {"u0": range(-1, 4), "u7": range(-1, 4), "u3": range(3), "s0": range(4)}
_FLOATS: Final = (0.0, -0.0, 1.0, -1.5, float("inf"), float("nan"))
_MOST: Final = 20_000


@final
class BoxSolver:
    """Refutes an obligation by a valuation of the box, and proves none."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The first refutation of each in the order of the box."""
        return tuple(map(_try, obligations))


@final
class SolverAndBox:
    """A solver, and the box for what the solver leaves undecided."""

    def __init__(self, solver: Solver | None = None) -> None:
        self._solver = make_solver() if solver is None else solver

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """What the solver decides, else what the box refutes. Raises SolverError as the solver does."""
        pairs = zip(obligations, self._solver.decide(obligations), strict=True)
        return tuple(_try(asked) if isinstance(verdict, Undecided) else verdict for asked, verdict in pairs)


def _try(obligation: Obligation) -> Verdict:
    for valuation in islice(_valuations(obligation), _MOST):
        if refutes(valuation, obligation.hypotheses, obligation.goal):
            return Refuted(valuation, "replay")
    return Undecided("no valuation of the small box refutes it")


def _valuations(obligation: Obligation) -> Iterator[dict[str, Number]]:
    names = [symbol.name for symbol in obligation.symbols]
    for numbers in product(*map(_numbers, obligation.symbols)):
        yield dict(zip(names, numbers, strict=True))


def _numbers(symbol: Symbol | BoolSymbol) -> Sequence[Number]:
    if isinstance(symbol, BoolSymbol):
        return (False, True)
    return _FLOATS if symbol.sort is Sort.FLOAT else _BOX.get(symbol.name, range(3))
