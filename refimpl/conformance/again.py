"""What two runs of one case leave behind, in the names that the case declares: what law STEADY compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from refimpl.conformance.case import Case, PropagationInput
from refimpl.laws.step import RunRecord
from refimpl.laws.step_words import flat, resolve, resolve_cond, symbols_of
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import BoolSymbol, Cond, Symbol, free_of

__all__ = ["one_run_less", "repeated"]

_V = TypeVar("_V")


def one_run_less(case: Case) -> Case | None:
    """The same case with one run less; None if it does not run a graph several times."""
    given = case.input
    if not isinstance(given, PropagationInput) or given.runs < 2:
        return None
    return replace(case, input=replace(given, runs=given.runs - 1))


def repeated(before: ShapeEnvState, earlier: ShapeEnvState, after: ShapeEnvState) -> RunRecord:
    """The record of a run after one more run and before it; a subject names what it allocates as it likes."""
    declared = frozenset(before.symbols())
    return RunRecord((), before, _in_names(earlier, declared), (), None, _in_names(after, declared))


def _in_names(state: ShapeEnvState, declared: frozenset[Symbol]) -> ShapeEnvState:
    """What the state says of the declared symbols, and how many others are pending."""

    def about(table: Mapping[Symbol, _V]) -> dict[Symbol, _V]:
        return {symbol: value for symbol, value in table.items() if symbol in declared}

    ends = {symbol: resolve(state, term_of(symbol)) for symbol in state.replacements if symbol in declared}
    known: list[Cond] = []
    for condition in flat(replace(state, renamings={}).conditions()):
        said = resolve_cond(state, condition)
        if _speaks_of(said, declared):
            known.append(said)
    asserts = {
        key: tuple([said for condition in filed if _speaks_of(said := resolve_cond(state, condition), declared)])
        for key, filed in state.asserts.items()
    }
    return ShapeEnvState(
        hints=about(state.hints),
        replacements={symbol: end for symbol, end in ends.items() if declared.issuperset(symbols_of(end))},
        asserts=asserts,
        known=flat(known),
        pending=state.pending,
    )


def _speaks_of(condition: Cond, declared: frozenset[Symbol]) -> bool:
    """Whether it speaks of nothing else."""
    names: frozenset[Symbol | BoolSymbol] = free_of(condition)
    return all(each in declared for each in names)
