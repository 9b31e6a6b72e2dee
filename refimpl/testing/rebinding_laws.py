"""The laws of one rebinding step, judged by trying every valuation of a small box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final, TypeAlias, assert_never

from refimpl.symbolic_shapes import Constraints, Inconsistent, Outcome, Rebound, Undecided, is_unbacked
from refimpl.terms import IntTerm, Scalar, Sort, Symbol, Undefined, evaluate, is_condition, of_atom, to_text
from refimpl.testing.broken import LawBroken
from refimpl.testing.environments import RebindingStep, rebinding_steps
from refimpl.testing.implementations import Rebinding
from refimpl.testing.laws import ImplementationLaw

__all__ = ["ATOM", "EXACT", "FRAME", "REBINDING_LAWS", "ROOT", "SORT", "STEADY"]

_Numbers: TypeAlias = Mapping[str, int | float | bool]
_Law: TypeAlias = ImplementationLaw[Rebinding, RebindingStep]
# Small, since a law tries them all; quotients by 3 of the fresh symbol and negative numbers are among them.
_BOX: Final = {"u0": range(-1, 4), "u7": range(-1, 4), "u3": range(3), "s0": range(1, 4)}


def _ask(implementation: Rebinding, step: RebindingStep) -> Outcome:
    return implementation.rebind(step.before, step.symbol, step.value, step.divisors)


def _valuations(step: RebindingStep, *more: Constraints) -> Iterator[dict[str, int | float | bool]]:
    """Every small valuation of the symbols that occur."""
    terms: list[Scalar] = [of_atom(step.symbol), step.value, *step.divisors]
    for constraints in (step.before, *more):
        terms += constraints.conditions
        terms += constraints.replacements.values()
        terms += map(of_atom, constraints.replacements)
    names = sorted({free.name for term in terms if not isinstance(term, (int, float)) for free in term.free})
    for numbers in product(*(_BOX.get(name, range(3)) for name in names)):
        yield dict(zip(names, numbers, strict=True))


def _holds(constraints: Constraints, numbers: _Numbers) -> bool:
    try:
        return constraints.holds(numbers)
    except Undefined:
        return False


def _solves(step: RebindingStep, numbers: _Numbers) -> bool:
    """The definition of the step: the constraints hold, divisors are positive, value = divisors * symbol."""
    try:
        if not step.before.holds(numbers):
            return False
        whole: int | float = numbers[step.symbol.name]
        for divisor in step.divisors:
            number = evaluate(divisor, numbers)
            if number < 1:
                return False
            whole *= number
        return evaluate(step.value, numbers) == whole
    except Undefined:
        return False


def _equation(step: RebindingStep) -> str:
    divided = "".join(f" / ({to_text(divisor)})" for divisor in step.divisors)
    return f"{step.symbol.name} = {to_text(step.value)}{divided}"


def _exact(implementation: Rebinding, step: RebindingStep) -> None:
    outcome = _ask(implementation, step)
    match outcome:
        case Rebound(delta):
            after = step.before.apply(delta)
            for numbers in _valuations(step, after):
                allowed, right = _holds(after, numbers), _solves(step, numbers)
                if allowed and not right:
                    message = f"lossy: after {_equation(step)} it admits what breaks the constraints or the equation"
                    raise LawBroken("EXACT", message, witness=numbers)
                if right and not allowed:
                    raise LawBroken("EXACT", f"inventive: {_equation(step)} excludes a solution", witness=numbers)
        case Inconsistent():
            for numbers in _valuations(step):
                if _solves(step, numbers):
                    raise LawBroken("EXACT", f"{_equation(step)} has a solution", witness=numbers)
        case Undecided(reason):
            raise LawBroken("EXACT", f"{_equation(step)} over integers is left undecided: {reason}")
        case _:
            assert_never(outcome)


def _frame(implementation: Rebinding, step: RebindingStep) -> None:
    outcome = _ask(implementation, step)
    if not isinstance(outcome, Rebound):
        return
    touched = [symbol for symbol, _ in outcome.delta.replaced]
    if outcome.delta.renamed is not None:
        touched += outcome.delta.renamed
    for symbol in touched:
        if not is_unbacked(symbol):
            raise LawBroken("FRAME", f"{_equation(step)} replaces {symbol.name}, a backed symbol of the caller")
    after = step.before.apply(outcome.delta)
    for condition in step.before.conditions:
        backed = all(isinstance(free, Symbol) and not is_unbacked(free) for free in condition.free)
        if backed and condition not in after.conditions:
            raise LawBroken("FRAME", f"{_equation(step)} drops the caller's {to_text(condition)}")


def _root(implementation: Rebinding, step: RebindingStep) -> None:
    outcome = _ask(implementation, step)
    if not isinstance(outcome, Rebound):
        return
    after = step.before.apply(outcome.delta)
    for symbol in after.replacements:
        seen: set[Symbol] = set()
        ahead = [symbol]
        while ahead:
            current = ahead.pop()
            by = after.replacements.get(current)
            if by is None or current in seen:
                continue
            seen.add(current)
            free = [] if isinstance(by, (int, float)) else [each for each in by.free if isinstance(each, Symbol)]
            if symbol in free:
                raise LawBroken("ROOT", f"after {_equation(step)}, {symbol.name} is replaced by itself in the end")
            ahead += free
    for condition in after.conditions:
        for symbol in sorted(after.replacements, key=lambda each: each.name):
            if symbol in condition.free:
                raise LawBroken("ROOT", f"{to_text(condition)} is filed under {symbol.name}, which is replaced")


def _sort(implementation: Rebinding, step: RebindingStep) -> None:
    outcome = _ask(implementation, step)
    if not isinstance(outcome, Rebound):
        return
    for symbol, by in outcome.delta.replaced:
        integer = isinstance(by, IntTerm) or (isinstance(by, int) and not isinstance(by, bool))
        if integer != (symbol.sort is Sort.INT) or is_condition(by):
            raise LawBroken("SORT", f"{symbol.name}, of sort {symbol.sort.value}, is replaced by {to_text(by)}")


def _atom(implementation: Rebinding, step: RebindingStep) -> None:
    before = step.before
    kept = (before.conditions, dict(before.replacements), dict(before.renamings), before.size_like, before.fresh)
    _ask(implementation, step)
    now = (before.conditions, dict(before.replacements), dict(before.renamings), before.size_like, before.fresh)
    if now != kept:
        raise LawBroken("ATOM", f"asking for {_equation(step)} changes the constraints it was asked about")


def _steady(implementation: Rebinding, step: RebindingStep) -> None:
    outcome = _ask(implementation, step)
    if not isinstance(outcome, Rebound):
        return
    after = step.before.apply(outcome.delta)
    again = implementation.rebind(after, step.symbol, step.value, step.divisors)
    if isinstance(again, Rebound):
        twice = after.apply(again.delta)
        if len(twice.replacements) != len(after.replacements) or set(twice.conditions) != set(after.conditions):
            raise LawBroken("STEADY", f"{_equation(step)}, said again, adds conditions or replacements")
        return
    for numbers in _valuations(step, after):
        if _holds(after, numbers):
            raise LawBroken("STEADY", f"{_equation(step)} is refused the second time", witness=numbers)


_STEPS: Final = rebinding_steps()

EXACT: Final[_Law] = ImplementationLaw(
    "EXACT",
    "A step leaves exactly the solutions of the constraints and the equation; one that is refused has none.",
    _STEPS,
    _exact,
)
FRAME: Final[_Law] = ImplementationLaw(
    "FRAME",
    "Backed symbols are the caller's contract: none is replaced, and what is said of them stays.",
    _STEPS,
    _frame,
)
ROOT: Final[_Law] = ImplementationLaw(
    "ROOT", "Replacements have no cycle, and no condition is left under a symbol that is replaced.", _STEPS, _root
)
SORT: Final[_Law] = ImplementationLaw("SORT", "An integer symbol is replaced by integers only.", _STEPS, _sort)
ATOM: Final[_Law] = ImplementationLaw(
    "ATOM", "Asking changes nothing: the outcome says what is to change.", _STEPS, _atom
)
STEADY: Final[_Law] = ImplementationLaw("STEADY", "The same step again adds nothing.", _STEPS, _steady)

REBINDING_LAWS: Final[tuple[_Law, ...]] = (EXACT, FRAME, ROOT, SORT, ATOM, STEADY)
"""The laws of a `Rebinding` implementation."""
