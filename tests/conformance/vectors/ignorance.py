"""Questions that PyTorch leaves open although what was said before decides them: no vector asks them.

What an implementation need not find out it may still know: a vector that wanted ``not known`` there would fail one that
knows more. Where nothing decides the condition, ``not known`` is the only sound answer, and is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from refimpl.conformance.case import Ask, Case, EnvironmentInput, Step, Within
from refimpl.conformance.outcome import Answer, Answered, EnvironmentResult, Returned
from refimpl.conformance.scripts import answers
from refimpl.conformance.structures import number
from refimpl.conformance.vector import Expected, Vector
from refimpl.solver import Obligation, Proved, Solver
from refimpl.symbolic_shapes.profiles import EXACT
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import environment_of, state_of
from refimpl.terms import lnot, to_cond

__all__ = ["ignorant", "without_ignorance"]

_OPEN: Final = Answered(number(False))


def ignorant(vector: Vector, solver: Solver) -> frozenset[int]:
    """The places, among all answers of the script, at which ``not known`` is wanted of what is decided."""
    given = vector.case.input
    if not isinstance(given, EnvironmentInput):
        return frozenset()
    env = environment_of(given.environment, profile=EXACT)
    known = list(_known(env, given.steps, solver))
    return frozenset(
        place
        for expected in vector.expect
        for place, answer in enumerate(_wanted(expected))
        if known[place] and answer == _OPEN
    )


def _wanted(expected: Expected) -> tuple[Answer, ...]:
    match expected.outcome:
        case Returned(EnvironmentResult(found)):
            return found
        case _:
            return ()


def _known(env: ShapeEnv, steps: tuple[Step, ...], solver: Solver) -> Iterator[bool]:
    """For each answer, in order: whether it is one to a static question of which the answer follows."""
    for step in steps:
        if isinstance(step, Within):
            with env.ignore_fresh_unbacked_symbols() if step.what == "ignore_fresh" else env.suppress_guards():
                yield from _known(env, step.steps, solver)
            continue
        yield isinstance(step, Ask) and _follows(env, step, solver)
        list(answers(env, (step,)))


def _follows(env: ShapeEnv, step: Ask, solver: Solver) -> bool:
    match step.question:
        case "statically_known_true":
            goal = to_cond(step.term)
        case "statically_known_false":
            goal = lnot(to_cond(step.term))
        case _:
            return False
    (verdict,) = solver.decide([Obligation("known", tuple(state_of(env).conditions()), goal)])
    return isinstance(verdict, Proved)


def without_ignorance(vector: Vector, solver: Solver) -> Case:
    """The case without these questions; what is expected of it has to be found out again."""
    given = vector.case.input
    if not isinstance(given, EnvironmentInput):
        return vector.case
    steps, _ = _kept(given.steps, ignorant(vector, solver), 0)
    return replace(vector.case, input=replace(given, steps=steps))


def _kept(steps: tuple[Step, ...], dropped: frozenset[int], place: int) -> tuple[tuple[Step, ...], int]:
    """The steps that stay, and the place of the next answer."""
    kept: list[Step] = []
    for step in steps:
        if isinstance(step, Within):
            inner, place = _kept(step.steps, dropped, place)
            kept.append(replace(step, steps=inner))
            continue
        if place not in dropped:
            kept.append(step)
        place += 1
    return tuple(kept), place
