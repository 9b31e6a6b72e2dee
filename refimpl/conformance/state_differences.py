"""How the environment afterwards differs from the expected one, aspect by aspect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from refimpl.conformance.differences import Asked, Difference, Differs, Open, Prover, equal_terms
from refimpl.conformance.vector import Aspect
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    BoolSymbol,
    Cond,
    IntTerm,
    Scalar,
    SortError,
    Symbol,
    conjuncts,
    free_of,
    substitute_cond,
    to_text,
)

__all__ = ["state_differences"]


def state_differences(
    where: str,
    want: ShapeEnvState,
    got: ShapeEnvState,
    aspects: Sequence[Aspect],
    declared: frozenset[str],
    prover: Prover,
) -> Iterator[Difference]:
    """Where two states differ in these aspects; ``declared`` are the names of the case's own symbols."""
    for aspect in aspects:
        at = f"{where}.{aspect}"
        match aspect:
            case "constraints":
                yield from _constraints(at, want, got, declared, prover)
            case "guards":
                yield from _equivalent(at, want.guards, got.guards, _by_names(prover, want, got))
            case "asserts":
                yield from _asserts(at, want, got, _by_names(prover, want, got))
            case "replacements":
                yield from _replacements(at, want, got, prover)
            case "renamings":
                yield from _table(at, _ends(want.renamings), _ends(got.renamings))
            case "hints":
                yield from _table(at, _texts(want.hints), _texts(got.hints))
            case "pending":
                yield from _names(at, want.pending, got.pending)
            case "ignorable":
                yield from _names(at, want.ignorable, got.ignorable)
            case "size_like":
                yield from _names(at, _representatives(want), _representatives(got))
            case _:
                assert_never(aspect)


def _names(where: str, want: Iterable[Symbol], got: Iterable[Symbol]) -> Iterator[Difference]:
    expected, answered = sorted(s.name for s in set(want)), sorted(s.name for s in set(got))
    if expected != answered:
        yield Differs(where, ", ".join(answered) or "none", ", ".join(expected) or "none")


def _table(where: str, want: Mapping[str, str], got: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted(want.keys() | got.keys()):
        if want.get(name) != got.get(name):
            yield Differs(f"{where}.{name}", got.get(name, "nothing"), want.get(name, "nothing"))


def _texts(table: Mapping[Symbol, int | float | None]) -> dict[str, str]:
    return {symbol.name: str(value) for symbol, value in table.items()}


def _ends(renamings: Mapping[Symbol, Symbol]) -> dict[str, str]:
    """Each renaming followed to its end, or to where it comes round."""
    ends: dict[str, str] = {}
    for fresh in renamings:
        seen, end = [fresh], renamings[fresh]
        while end in renamings and end not in seen:
            seen.append(end)
            end = renamings[end]
        ends[fresh.name] = end.name
    return ends


def _representatives(state: ShapeEnvState) -> set[Symbol]:
    """What stands for each size-like symbol, where that is a symbol."""
    found: set[Symbol] = set()
    for symbol in state.size_like:
        seen, end = {symbol}, symbol
        while end in state.replacements:
            term = state.replacements[end]
            bare = term.symbol if isinstance(term, IntTerm) else None
            if bare is None or bare in seen:
                break
            seen.add(bare)
            end = bare
        if end not in state.replacements:
            found.add(end)
    return found


def _by_names(prover: Prover, want: ShapeEnvState, got: ShapeEnvState) -> Prover:
    """The prover under nothing but what stands for what: no guard or assert is evidence for itself."""
    states = (ShapeEnvState(replacements=each.replacements, renamings=each.renamings) for each in (want, got))
    return prover.under([condition for state in states for condition in state.conditions()])


def _equivalent(where: str, want: Sequence[Cond], got: Sequence[Cond], prover: Prover) -> Iterator[Difference]:
    """What of each does not follow from the other, under the prover's facts."""
    lost = prover.under((*prover.facts, *got)).failures(_missing(where, want, got, "nothing implies it", lost=True))
    yield from lost
    new = prover.under((*prover.facts, *want)).failures(_missing(where, got, want, "it does not follow", lost=False))
    yield from new


def _missing(where: str, these: Sequence[Cond], those: Sequence[Cond], why: str, *, lost: bool) -> list[Asked]:
    held = _conjuncts(those)
    found: list[Asked] = []
    for condition in _conjuncts(these):
        if condition not in held:
            text = to_text(condition)
            found.append(Asked(where, condition, why, text) if lost else Asked(where, condition, text, why))
    return found


def _conjuncts(conditions: Iterable[Cond]) -> dict[Cond, None]:
    found: dict[Cond, None] = {}
    for condition in conditions:
        if isinstance(condition, bool):
            found[condition] = None
        else:
            found.update(dict.fromkeys(conjuncts(condition)))
    found.pop(True, None)
    return found


def _asserts(where: str, want: ShapeEnvState, got: ShapeEnvState, prover: Prover) -> Iterator[Difference]:
    keys = {None if s is None else s.name: s for s in (*want.asserts, *got.asserts)}
    for name in sorted(keys, key=lambda name: name or ""):
        symbol = keys[name]
        at = f"{where}.{name or 'none'}"
        yield from _equivalent(at, want.asserts.get(symbol, ()), got.asserts.get(symbol, ()), prover)


def _replacements(where: str, want: ShapeEnvState, got: ShapeEnvState, prover: Prover) -> Iterator[Difference]:
    asked: list[Asked] = []
    for symbol in sorted({*want.replacements, *got.replacements}, key=lambda symbol: symbol.name):
        at = f"{where}.{symbol.name}"
        one, other = want.replacements.get(symbol), got.replacements.get(symbol)
        if one is None or other is None:
            yield Differs(
                at, "nothing" if other is None else to_text(other), "nothing" if one is None else to_text(one)
            )
        elif one is not other:
            try:
                asked.append(Asked(at, equal_terms(one, other), to_text(other), to_text(one)))
            except SortError:
                yield Differs(at, to_text(other), to_text(one))
    yield from prover.failures(asked)


def _constraints(
    where: str, want: ShapeEnvState, got: ShapeEnvState, declared: frozenset[str], prover: Prover
) -> Iterator[Difference]:
    """``[[E']]`` over the symbols of the case; symbols of one side alone exist there, whatever their value."""
    one, other = _conjuncts(want.conditions()), _conjuncts(got.conditions())
    if one.keys() == other.keys():
        return
    common = declared | (_names_in(one) & _names_in(other))
    try:
        expected, answered = _without(one, want, common), _without(other, got, common)
    except SortError as error:
        yield Differs(where, f"a replacement by another sort: {error}", "terms of one sort")
        return
    for lost, these, those in ((True, expected, answered), (False, answered, expected)):
        hypotheses = prover.under(tuple(those))
        plain, loose = _apart(these, common)
        why = "nothing implies it" if lost else "it does not follow"
        yield from hypotheses.failures(_missing(where, plain, tuple(those), why, lost=lost))
        yield from _loose(where, loose, common, prover)


def _names_in(conditions: Iterable[Cond]) -> frozenset[str]:
    return frozenset(symbol.name for condition in conditions for symbol in free_of(condition))


def _without(conditions: Iterable[Cond], state: ShapeEnvState, common: frozenset[str]) -> tuple[Cond, ...]:
    """The conditions with every symbol that only this side has written as what replaces it."""
    table: dict[Symbol | BoolSymbol, Scalar] = {
        symbol: term for symbol, term in state.replacements.items() if symbol.name not in common
    }
    found = tuple(conditions)
    for _ in range(len(table)):
        found = tuple([substitute_cond(condition, table) for condition in found])
    return tuple(_conjuncts(found))


def _apart(conditions: Iterable[Cond], common: frozenset[str]) -> tuple[list[Cond], list[Cond]]:
    """Those that speak of common symbols alone, and the others."""
    plain: list[Cond] = []
    loose: list[Cond] = []
    for condition in conditions:
        (plain if all(s.name in common for s in free_of(condition)) else loose).append(condition)
    return plain, loose


def _loose(where: str, loose: Sequence[Cond], common: frozenset[str], prover: Prover) -> Iterator[Difference]:
    """Conditions on symbols that the other side does not have: harmless if those can exist by themselves."""
    if not loose:
        return
    shown = " and ".join(map(to_text, loose))
    if prover.gives_up:
        yield Differs(where, shown, "no such symbols")
    elif any(symbol.name in common for condition in loose for symbol in free_of(condition)):
        yield Open(where, shown, "no such symbols", "a symbol that the case does not have is tied to its own")
    else:
        possible = prover.is_satisfiable(loose)
        if possible is None:
            yield Open(where, shown, "no such symbols", "whether they have a solution is undecided")
        elif not possible:
            yield Differs(where, f"{shown}, which has no solution", "no such symbols")
