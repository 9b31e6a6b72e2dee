"""Several small obligations in one text, so that a solver is started once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from proofs.engine.smt import Obligation, both, implies

__all__ = ["grouped"]


def grouped(size: int, made: Callable[[], Iterator[Obligation]]) -> Callable[[], Iterator[Obligation]]:
    """``size`` obligations in one text, each with its own hypotheses and names of quotients."""

    def obligations() -> Iterator[Obligation]:
        waiting: list[Obligation] = []
        for obligation in made():
            waiting.append(obligation)
            if len(waiting) == size:
                yield _together(waiting)
                waiting = []
        if waiting:
            yield _together(waiting)

    return obligations


def _together(parts: Sequence[Obligation]) -> Obligation:
    preamble: dict[str, None] = {}
    goals: list[str] = []
    for index, part in enumerate(parts):
        for line in part.preamble:
            preamble[line.replace("quotient!", f"quotient!{index}!")] = None
        given = both(part.hypotheses).replace("quotient!", f"quotient!{index}!")
        goals.append(implies(given, part.goal.replace("quotient!", f"quotient!{index}!")))
    return Obligation(f"{parts[0].name} and {len(parts) - 1} more", tuple(preamble), (), both(goals))
