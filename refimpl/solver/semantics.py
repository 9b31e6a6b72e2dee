"""When a condition holds at a valuation: the one meaning that encodings, models and witnesses are held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refimpl.terms import BoolSymbol, Cond, Eq, Ge, IntTerm, Ne, Scalar, Sort, Symbol, Undefined, evaluate, free_of

if TYPE_CHECKING:
    from refimpl.solver.verdict import Model, Number

__all__ = ["completed", "holds", "refutes"]


def holds(condition: Cond, valuation: Model) -> bool:
    """Whether the condition is defined and true; a disjunction holds if one of its parts does."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, (Ge, Eq, Ne)):
        value = _polynomial(condition.term, valuation)
        if value is not None:
            return value >= 0 if isinstance(condition, Ge) else (value == 0) is isinstance(condition, Eq)
    try:
        return bool(evaluate(condition, valuation))
    except (Undefined, OverflowError):
        return False


def _polynomial(term: IntTerm, valuation: Model) -> int | None:
    """The value of a polynomial over symbols that have integer values; None leaves it to the evaluator."""
    total = 0
    for monomial, coefficient in term.monomials:
        for atom in monomial:
            value = valuation.get(atom.name) if isinstance(atom, Symbol) else None
            if not isinstance(value, int):
                return None
            coefficient *= value
        total += coefficient
    return total


def refutes(valuation: Model, hypotheses: tuple[Cond, ...], goal: Cond) -> bool:
    """Whether the valuation satisfies every hypothesis and not the goal."""
    return not holds(goal, valuation) and all(holds(hypothesis, valuation) for hypothesis in hypotheses)


def completed(valuation: Model, terms: tuple[Scalar, ...]) -> dict[str, Number]:
    """The valuation with a zero for every symbol of the terms that it leaves out, by name."""
    result = dict(valuation)
    symbols = frozenset[Symbol | BoolSymbol]().union(*map(free_of, terms))
    for symbol in symbols:
        if symbol.name not in result:
            result[symbol.name] = _zero(symbol)
    return dict(sorted(result.items()))


def _zero(symbol: Symbol | BoolSymbol) -> Number:
    if isinstance(symbol, BoolSymbol):
        return False
    return 0.0 if symbol.sort is Sort.FLOAT else 0
