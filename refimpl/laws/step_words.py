"""A step in conditions: its equations with their side conditions, symbols resolved, the caller's part of a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import final

from refimpl.laws.step import Missing, Place, Step
from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.key_path import ConvertIntKey, keystr
from refimpl.symbolic_shapes.quotients import quotient
from refimpl.symbolic_shapes.state import ShapeEnvState, equation
from refimpl.terms import (
    BoolSymbol,
    Cond,
    IntTerm,
    Scalar,
    Sort,
    Symbol,
    conjuncts,
    free_of,
    int_of_bool,
    is_condition,
    substitute,
    to_cond,
    to_text,
)

__all__ = [
    "Relation",
    "bare",
    "flat",
    "is_backed",
    "known_symbols",
    "known_after",
    "number_at",
    "of_caller",
    "relations",
    "resolve",
    "resolve_cond",
    "same_sort",
    "speaks_of",
    "symbols_of",
    "wanted",
]


@final
@dataclass(frozen=True, slots=True)
class Relation:
    """What a place asks for: ``symbol = term`` where every condition of ``side`` holds."""

    place: Place
    term: Scalar
    equation: Cond
    side: tuple[Cond, ...] = ()

    @property
    def text(self) -> str:
        """The equation as people write it."""
        return f"{self.place.symbol.name} = {to_text(self.term)}"

    @property
    def where(self) -> str:
        """The path as PyTorch prints it."""
        return keystr(self.place.path) or "the result"


def same_sort(symbol: Symbol, value: Scalar) -> bool:
    """Whether the value is a number of the symbol's sort: a boolean is none of either."""
    if symbol.sort is Sort.INT:
        return isinstance(value, IntTerm) or (isinstance(value, int) and not isinstance(value, bool))
    return not isinstance(value, (int, IntTerm)) and not is_condition(value)


def number_at(place: Place) -> Scalar | Missing:
    """The number at the place, a boolean in its integer form where the path asks for that."""
    value = place.value
    asked = any(isinstance(key, ConvertIntKey) for key in place.path)
    return int_of_bool(value) if asked and not isinstance(value, Missing) and is_condition(value) else value


def relations(step: Step) -> tuple[Relation, ...]:
    """The equations of the places where a number of the right sort stands; the others are for PATH and SORT to say."""
    found: list[Relation] = []
    for place in step.places:
        term = number_at(place)
        if isinstance(term, Missing) or not same_sort(place.symbol, term):
            continue
        side: list[Cond] = []
        for divisor in place.divisors:
            divided = quotient(term, divisor) if isinstance(term, (int, IntTerm)) else None
            if divided is None:
                side.append(False)
                break
            term, asked = divided
            side += asked
        found.append(Relation(place, term, equation(place.symbol, term), tuple(side)))
    return tuple(found)


def wanted(step: Step) -> tuple[Cond, ...]:
    """``E ∧ u = t`` with the side conditions, for every place."""
    asked = [c for relation in relations(step) for c in (relation.equation, *relation.side)]
    return flat((*step.before.conditions(), *asked))


def known_after(step: Step) -> tuple[Cond, ...]:
    """``E'``. What is only renamed by this step is not known to be equal: the replacements say what is."""
    old = step.before.renamings
    kept = {fresh: name for fresh, name in step.after.renamings.items() if old.get(fresh) is name}
    return flat(replace(step.after, renamings=kept).conditions())


def is_backed(state: ShapeEnvState, symbol: Symbol) -> bool:
    """Whether the symbol is the caller's: it has a hint, or its name is no unbacked one's."""
    return symbol in state.hints or not is_unbacked(symbol)


def of_caller(state: ShapeEnvState) -> tuple[Cond, ...]:
    """The ranges of backed symbols and the guards."""
    ranges = {symbol: found for symbol, found in state.ranges.items() if is_backed(state, symbol)}
    return flat(ShapeEnvState(ranges=ranges, guards=state.guards).conditions())


def resolve(state: ShapeEnvState, term: Scalar) -> Scalar:
    """The term with every replaced or renamed symbol replaced, to the end; a symbol on a cycle stands for itself."""
    return _Ends(state).of(term)


@final
class _Ends:
    def __init__(self, state: ShapeEnvState) -> None:
        self._state = state
        self._known: dict[Symbol, Scalar] = {}
        self._open: set[Symbol] = set()

    def of(self, term: Scalar) -> Scalar:
        mapping: dict[Symbol | BoolSymbol, Scalar] = {}
        for symbol in symbols_of(term):
            end = self._end(symbol)
            if end is not None:
                mapping[symbol] = end
        return substitute(term, mapping) if mapping else term

    def _end(self, symbol: Symbol) -> Scalar | None:
        if symbol in self._known:
            return self._known[symbol]
        by = self._state.replacements.get(symbol)
        if by is None and symbol in self._state.renamings:
            by = term_of(self._state.renamings[symbol])
        if by is None or symbol in self._open or not same_sort(symbol, by):
            return None
        self._open.add(symbol)
        end = self._known[symbol] = self.of(by)
        self._open.remove(symbol)
        return end


def resolve_cond(state: ShapeEnvState, condition: Cond) -> Cond:
    """``resolve`` of a condition."""
    return to_cond(resolve(state, condition))


def known_symbols(state: ShapeEnvState) -> frozenset[Symbol | BoolSymbol]:
    """Every symbol of which the state says something, opaque booleans among them."""
    found: set[Symbol | BoolSymbol] = {
        *state.hints,
        *state.ranges,
        *state.renamings,
        *state.renamings.values(),
        *state.pending,
    }
    for condition in flat(state.conditions()):
        found |= free_of(condition)
    return frozenset(found)


def bare(term: Scalar) -> Symbol | None:
    """The symbol that the term is, if it is just one."""
    if isinstance(term, IntTerm):
        return term.symbol
    return term if isinstance(term, Symbol) else None


def symbols_of(term: Scalar) -> tuple[Symbol, ...]:
    """The symbols of a term, by name."""
    if isinstance(term, (int, float)):
        return ()
    return tuple(sorted((each for each in term.free if isinstance(each, Symbol)), key=lambda each: each.name))


def flat(conditions: Iterable[Cond]) -> tuple[Cond, ...]:
    """The conjuncts of the conditions, each once, in order; ``(False,)`` if one is plainly false."""
    found: dict[Cond, None] = {}
    for condition in conditions:
        if condition is False:
            return (False,)
        found.update(dict.fromkeys(conjuncts(condition)))
    return tuple(found)


def speaks_of(condition: Cond, symbols: Mapping[Symbol, object] | frozenset[Symbol]) -> bool:
    """Whether one of the symbols occurs in the condition."""
    return any(each in symbols for each in free_of(condition) if isinstance(each, Symbol))
