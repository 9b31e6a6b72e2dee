"""Which hypotheses a goal can depend on."""

from __future__ import annotations

from itertools import compress

from refimpl.terms import Cond, free_of

__all__ = ["cone"]


def cone(goals: tuple[Cond, ...], conditions: tuple[Cond, ...]) -> tuple[Cond, ...]:
    """The conditions connected with the goals through shared symbols, in their order; False always.

    The others speak of other symbols: if they have a model at all (law CONSIST), they decide nothing here.
    """
    reached = {symbol for goal in goals for symbol in free_of(goal)}
    chosen = [False] * len(conditions)
    grew = True
    while grew:
        grew = False
        for index, condition in enumerate(conditions):
            if not chosen[index] and (condition is False or not free_of(condition).isdisjoint(reached)):
                chosen[index] = grew = True
                reached |= free_of(condition)
    return tuple(compress(conditions, chosen))
