"""CONSIST: the constraints before and after each have a model that replays in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

from refimpl.laws.law import Claims, Finding, Given, Law
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.rounding import is_rounding
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number, Obligation, Proved, Refuted, Solver, completed, holds, refutes
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Eq,
    FloatCompare,
    Ge,
    Ne,
    Sort,
    Symbol,
    Undefined,
    eq,
    evaluate,
    free_of,
    symbol,
    to_text,
)

__all__ = ["CONSIST", "breaking", "common_model", "contradicting", "find_model", "finding", "shrunk", "with_defined"]

_TRIES: Final = 60
# A product with one of these is exact, so that nothing differs there by rounding alone.
_REALS: Final = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 64.0, -64.0, 2.0**-40, 2.0**40, -(2.0**40), 2.0**70, -(2.0**70))


def find_model(theory: Theory, given: Given | None, hints: Mapping[str, int], solver: Solver) -> Model | str | None:
    """A valuation of all symbols that satisfies the hypotheses: hints and small values first, then the solver.

    None if there is none, a reason if the solver gives up.
    """
    conditions = theory.hypotheses(given)
    everything = (*conditions, *theory.extra)
    if False in conditions:
        return None
    start = _first_guess(hints, everything)
    found = _adjust(start, everything, hints)
    if found is not None:
        return found
    at_hints = tuple(eq(symbol(name), value) for name, value in sorted(hints.items()))
    for more in (at_hints, ()):
        (verdict,) = solver.decide([Obligation("CONSIST", (*everything, *more), False)])
        match verdict:
            case Refuted(model):
                return completed({**start, **model}, everything)
            case Proved():
                continue
            case _:
                return f"no model found: {verdict.reason}"
    return None


def common_model(theory: Theory, hints: Mapping[str, int], start: Model | None) -> Model | None:
    """A valuation that both sides accept, by a short search without a solver from ``start`` or from the hints."""
    sides = dict.fromkeys((*theory.hypotheses("before"), *theory.hypotheses("after"), *theory.extra))
    conditions = tuple(sides)
    return _adjust(_first_guess(hints, conditions) if start is None else dict(start), conditions, hints)


def _first_guess(hints: Mapping[str, int], conditions: tuple[Cond, ...]) -> dict[str, Number]:
    """Backed symbols at their hints, others at the end of their range that is nearest to 2."""
    ranges = _plain_ranges(conditions)
    result: dict[str, Number] = dict(hints)
    for free in sorted({s for condition in conditions for s in free_of(condition)}, key=lambda s: s.name):
        if free.name in result:
            continue
        if isinstance(free, BoolSymbol):
            result[free.name] = True
        elif free.sort is Sort.FLOAT:
            result[free.name] = 1.0
        else:
            low, high = ranges.get(free, (None, None))
            near = 2 if low is None else max(low, 2)
            result[free.name] = near if high is None else min(near, high)
    return result


def _plain_ranges(conditions: tuple[Cond, ...]) -> dict[Symbol, tuple[int | None, int | None]]:
    """The bounds that conditions on one symbol state."""
    found: dict[Symbol, tuple[int | None, int | None]] = {}
    for condition in conditions:
        if not isinstance(condition, (Ge, Eq)):
            continue
        match condition.term.monomials:
            case (((Symbol() as symbol,), coefficient),) | (((), _), ((Symbol() as symbol,), coefficient)):
                low, high = found.get(symbol, (None, None))
                # In normal form the coefficient of a condition on one symbol is 1 or -1, in an equation 1.
                end = -condition.term.constant * coefficient
                if coefficient == 1:
                    low = end if low is None else max(low, end)
                if coefficient == -1 or isinstance(condition, Eq):
                    high = end if high is None else min(high, end)
                found[symbol] = (low, high)
            case _:
                pass
    return found


def _adjust(start: dict[str, Number], conditions: tuple[Cond, ...], hints: Mapping[str, int]) -> Model | None:
    """A small search: the first condition that fails moves an unbacked symbol, a backed one or a float."""
    valuation = dict(start)
    tried = 0
    while tried < _TRIES:
        broken = [c for c in conditions if not holds(c, valuation)]
        if not broken:
            return valuation
        best: tuple[int, dict[str, Number]] | None = None
        for attempt in (*_moves(valuation, broken[0], hints), *_float_moves(valuation, broken[0])):
            tried += 1
            count = sum(not holds(c, attempt) for c in conditions)
            if best is None or count < best[0]:
                best = (count, attempt)
            if not count:
                return attempt
        if best is None or best[0] >= len(broken):
            return None
        valuation = best[1]
    return None


def _moves(valuation: dict[str, Number], condition: Cond, hints: Mapping[str, int]) -> Iterable[dict[str, Number]]:
    integers = [s for s in free_of(condition) if isinstance(s, Symbol) and s.sort is Sort.INT]
    others = sorted({int(v) for v in valuation.values() if not isinstance(v, float)})[:8]
    for free in sorted(integers, key=lambda s: (s.name in hints, s.name)):
        now = int(valuation[free.name])
        for value in dict.fromkeys((*_solved(condition, free, valuation), 0, 1, 2, 3, now + 1, now - 1, *others)):
            if value != now:
                yield {**valuation, free.name: value}


def _float_moves(valuation: Mapping[str, Number], condition: Cond) -> Iterable[dict[str, Number]]:
    for name in _floats(condition):
        for real in (*_crossing(condition, name, valuation), *_REALS):
            yield {**valuation, name: real}


def _floats(condition: Cond) -> list[str]:
    return sorted(s.name for s in free_of(condition) if isinstance(s, Symbol) and s.sort is Sort.FLOAT)


def _crossing(condition: Cond, name: str, valuation: Model) -> Iterable[float]:
    """Where both sides of a comparison of floats meet if they are linear in the symbol, and on either side of that."""
    if not isinstance(condition, FloatCompare):
        return
    now = float(valuation[name])
    try:
        here, next_to = (
            evaluate(condition.left, at) - evaluate(condition.right, at)
            for at in (valuation, {**valuation, name: now + 1.0})
        )
        root = now - here / (next_to - here)
    except ArithmeticError:
        return
    # What is meant is rather 5.0 than 4.999999999999999; an equation may hold a last place away.
    yield from (round(root, 9), root, root - 1.0, root + 1.0)
    yield from (math.nextafter(root, -math.inf), math.nextafter(root, math.inf))


def _solved(condition: Cond, free: Symbol, valuation: Model) -> Iterable[int]:
    """The value at which a symbol that occurs linearly makes a comparison an equation."""
    if not isinstance(condition, (Eq, Ge, Ne)):
        return
    for monomial, coefficient in condition.term.monomials:
        if monomial == (free,):
            try:
                residual = evaluate(condition.term, valuation)
            except Undefined:
                return
            if isinstance(residual, int):
                yield int(valuation[free.name]) - residual // coefficient


def breaking(goal: Cond, conditions: tuple[Cond, ...], model: Model, hints: Mapping[str, int]) -> Model | None:
    """The model or a neighbour that satisfies the conditions and not the goal, however floats round, if a short search
    finds one."""
    start = completed(model, (goal, *conditions))
    pair = _floats(goal)[:2]
    reals = [{**start, **dict(zip(pair, chosen, strict=True))} for chosen in product(_REALS, repeat=len(pair))]
    for attempt in (start, *_moves(start, goal, hints), *reals, *_float_moves(start, goal)):
        if refutes(attempt, conditions, goal) and not is_rounding(attempt, conditions, goal):
            return attempt
    return None


def shrunk(model: Model, conditions: tuple[Cond, ...], hints: Mapping[str, int]) -> dict[str, Number]:
    """The model with each unbacked integer as small as the conditions on it allow, one after the other by name."""
    result = dict(model)
    about: dict[str, list[Cond]] = {}
    for condition in conditions:
        for free in free_of(condition):
            about.setdefault(free.name, []).append(condition)
    for name, value in sorted(model.items()):
        if name in hints or isinstance(value, (bool, float)):
            continue
        for smaller in (0, 1, -1, 2, -2, 3):
            if abs(smaller) >= abs(value):
                break
            attempt: dict[str, Number] = {**result, name: smaller}
            if all(holds(condition, attempt) for condition in about.get(name, ())):
                result = attempt
                break
    return result


def with_defined(theory: Theory, model: Model) -> dict[str, Number]:
    """The model with the values of the symbols that were eliminated; what only they speak of is zero."""
    result = completed(model, tuple(theory.mapping.values()))
    for defined, term in theory.mapping.items():
        result[defined.name] = evaluate(term, result)
    return result


def contradicting(theory: Theory, given: Given, solver: Solver) -> Stated | None:
    """Of constraints that have no solution the first one that leaves none; None if what is given has none already."""
    stated = theory.stated(given)

    def is_refused(count: int) -> bool:
        conditions = (*theory.stating(stated[:count]), *theory.extra)
        (verdict,) = solver.decide([Obligation("CONSIST", conditions, False)])
        return isinstance(verdict, Proved)

    low, high = 0, len(stated)
    while low < high:
        middle = (low + high) // 2
        if is_refused(middle):
            high = middle
        else:
            low = middle + 1
    return stated[high - 1] if high else None


def finding(given: Given, reason: str | None, last: Stated | None = None) -> Finding:
    """What is said when no model was found: none exists (``reason`` None), or none was found.

    ``last`` is the statement that leaves none.
    """
    side = "recorded" if given == "before" else "re-propagated"
    if reason is not None:
        return Finding("CONSIST", None, "undecided", f"the {side} constraints: {reason}")
    message = f"the {side} constraints contradict each other: no input satisfies them"
    if last is None:
        why = "the contract (ranges and guards of inputs) and the facts of the run do already"
    elif last.condition is False:
        why = (
            f"the operator raises on every input ({last.message})" if last.message else "an assert is recorded as false"
        )
    else:
        why = f"{to_text(last.condition)} contradicts what comes before it"
    return Finding("CONSIST", None if last is None else last.node, "refuted", f"{message}; {why}")


def _claims(_: Observation) -> Claims:
    # Models are searched, not implied: the judge asks `find_model` and replays what it finds.
    return Claims((), (), 2)


CONSIST: Final = Law(
    "CONSIST",
    "The contract with the facts and the constraints before, and with those after, each have a model that replays.",
    _claims,
)
