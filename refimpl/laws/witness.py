"""The smallest witness: fewest symbols off their hint, then the smallest sum of absolute values, then by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, final

from refimpl.solver import Model, Number, Obligation, Proved, Refuted, Solver, Undecided, refutes
from refimpl.terms import BoolSymbol, Cond, Dim, Sort, Symbol, eq, int_max, int_of_bool, le, ne, of_atom

__all__ = ["minimize"]

_MAX_QUERIES: Final = 400
_FEW: Final = 8


def minimize(obligation: Obligation, model: Model, hints: Mapping[str, int], solver: Solver) -> Model:
    """The smallest refutation of the obligation in the order of this module; the given one if the solver gives up."""
    return _Search(obligation, hints, solver).run(model)


@final
class _Search:
    def __init__(self, obligation: Obligation, hints: Mapping[str, int], solver: Solver) -> None:
        self._obligation = obligation
        self._solver = solver
        self._hints = hints
        self._integers = [s for s in obligation.symbols if isinstance(s, Symbol) and s.sort is Sort.INT]
        self._others = [s for s in obligation.symbols if isinstance(s, BoolSymbol) or s.sort is Sort.FLOAT]
        self._fixed: list[Cond] = []
        self._queries = 0

    def run(self, model: Model) -> Model:
        """Each measure in turn is brought to its minimum and held there."""
        model = self._simplify_others(model)
        hinted = [s for s in self._integers if s.name in self._hints]
        if hinted:
            off = _total([int_of_bool(ne(of_atom(s), self._hints[s.name])) for s in hinted])
            model = self._lowest(off, model, lambda m: sum(m[s.name] != self._hints[s.name] for s in hinted))
        if self._integers:
            weight = _total([_magnitude(s) for s in self._integers])
            model = self._lowest(weight, model, lambda m: sum(abs(int(m[s.name])) for s in self._integers))
        for symbol in self._integers:
            model = self._lowest(_magnitude(symbol), model, _size_of(symbol))
            model = self._positive(symbol, model)
            self._fixed.append(eq(of_atom(symbol), int(model[symbol.name])))
        return self._simplify_others(model)

    def _lowest(self, measure: Dim, model: Model, of: Callable[[Model], int]) -> Model:
        """The smallest measure: what the solver gives is often it already, which a question from above shows."""
        high = of(model)
        if high > _FEW:
            found = self._ask(le(measure, high - 1))
            if isinstance(found, Refuted):
                model = self._kept(found.model, model)
            elif found is False:
                self._fixed.append(le(measure, high))
                return model
        return self._lower(measure, model, of)

    def _lower(self, measure: Dim, model: Model, of: Callable[[Model], int]) -> Model:
        """The smallest measure by doubling and bisection; it is fixed from then on."""
        low, high = 0, of(model)
        step = 1
        while low < high:
            middle = min(low + step - 1, (low + high) // 2)
            found = self._ask(le(measure, middle))
            if isinstance(found, Refuted):
                model = self._kept(found.model, model)
                high = of(model)
                step = 1
            elif found is None:
                break
            else:
                low = middle + 1
                step *= 2
        self._fixed.append(le(measure, high))
        return model

    def _positive(self, symbol: Symbol, model: Model) -> Model:
        value = int(model[symbol.name])
        if value < 0:
            found = self._ask(eq(of_atom(symbol), -value))
            if isinstance(found, Refuted):
                return self._kept(found.model, model)
        return model

    def _ask(self, *conditions: Cond) -> Refuted | Literal[False] | None:
        """A refutation that meets the conditions too, False if there is none, None if the solver gives up."""
        self._queries += 1
        if self._queries > _MAX_QUERIES:
            return None
        hypotheses = (*self._obligation.hypotheses, *self._fixed, *conditions)
        (verdict,) = self._solver.decide([Obligation("witness", hypotheses, self._obligation.goal)])
        match verdict:
            case Refuted():
                return verdict
            case Proved():
                return False
            case Undecided():
                return None

    def _kept(self, found: Model, model: Model) -> Model:
        return {**model, **found}

    def _simplify_others(self, model: Model) -> Model:
        """Booleans false and floats plain where that refutes as well."""
        result = dict(model)
        for symbol in self._others:
            choices: tuple[Number, ...] = (False, True) if isinstance(symbol, BoolSymbol) else (0.0, 1.0, -1.0)
            for choice in choices:
                attempt = {**result, symbol.name: choice}
                if refutes(attempt, self._obligation.hypotheses, self._obligation.goal):
                    result = attempt
                    break
        return result


def _size_of(symbol: Symbol) -> Callable[[Model], int]:
    return lambda model: abs(int(model[symbol.name]))


def _magnitude(symbol: Symbol) -> Dim:
    term = of_atom(symbol)
    return int_max(term, -term)


def _total(terms: list[Dim]) -> Dim:
    total: Dim = 0
    for term in terms:
        total = total + term
    return total
