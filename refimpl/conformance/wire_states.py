"""The state of an environment on the wire; absent fields are empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from refimpl.conformance.cursor import Cursor, Json
from refimpl.conformance.wire_terms import (
    Sorts,
    read_condition,
    read_float,
    read_symbol,
    read_term,
    sorts_in,
    write_float,
    write_term,
)
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import Cond, FloatRange, IntTerm, Scalar, Sort, Symbol, ValueRange

__all__ = ["read_range", "read_state", "sorts_of_state", "write_range", "write_state"]

_FIELDS: Final = (
    "hints", "ranges", "replacements", "renamings", "guards", "asserts", "known", "size_like", "pending", "ignorable",
)  # fmt: skip


def read_state(cursor: Cursor, sorts: Sorts) -> ShapeEnvState:
    """The state; every symbol in it is declared."""
    found = cursor.fields((), _FIELDS)

    def keyed(name: str) -> list[tuple[Symbol, Cursor]]:
        entries = found[name].entries() if name in found else ()
        return [(read_symbol(Cursor(key, at.file, at.field), sorts), at) for key, at in entries]

    def symbols(name: str) -> tuple[Symbol, ...]:
        return tuple([read_symbol(item, sorts) for item in found[name].items()]) if name in found else ()

    def conditions(name: str) -> tuple[Cond, ...]:
        return tuple([read_condition(item, sorts) for item in found[name].items()]) if name in found else ()

    return ShapeEnvState(
        hints={symbol: _hint(item, symbol) for symbol, item in keyed("hints")},
        ranges={symbol: read_range(item, symbol.sort) for symbol, item in keyed("ranges")},
        replacements={symbol: _replacement(item, symbol, sorts) for symbol, item in keyed("replacements")},
        renamings={symbol: read_symbol(item, sorts) for symbol, item in keyed("renamings")},
        guards=conditions("guards"),
        asserts=_asserts(found["asserts"], sorts) if "asserts" in found else {},
        known=conditions("known"),
        size_like=frozenset(symbols("size_like")),
        pending=symbols("pending"),
        ignorable=symbols("ignorable"),
    )


def _hint(cursor: Cursor, symbol: Symbol) -> int | float | None:
    if cursor.is_null:
        return None
    return cursor.integer() if symbol.sort is Sort.INT else read_float(cursor)


def read_range(cursor: Cursor, sort: Sort) -> Range:
    """``{"low": "0", "high": null}``; null is no bound, and a float's bounds are floats."""
    found = cursor.fields(("low", "high"))
    low, high = found["low"], found["high"]
    if sort is Sort.FLOAT:
        bounds = [None if end.is_null else read_float(end) for end in (low, high)]
        if any(bound is not None and bound != bound for bound in bounds):
            cursor.fail("NaN is no bound")
        return FloatRange(
            float("-inf") if bounds[0] is None else bounds[0], float("inf") if bounds[1] is None else bounds[1]
        )
    return ValueRange(None if low.is_null else low.integer(), None if high.is_null else high.integer())


def _replacement(cursor: Cursor, symbol: Symbol, sorts: Sorts) -> Scalar:
    term = read_term(cursor, sorts)
    is_integer = isinstance(term, (int, IntTerm)) and not isinstance(term, bool)
    if is_integer is not (symbol.sort is Sort.INT):
        cursor.fail(f"{symbol.name} is replaced by a term of another sort")
    return term


def _asserts(cursor: Cursor, sorts: Sorts) -> dict[Symbol | None, tuple[Cond, ...]]:
    filed: dict[Symbol | None, tuple[Cond, ...]] = {}
    for item in cursor.items():
        parts = item.fields(("under", "conditions"))
        under = None if parts["under"].is_null else read_symbol(parts["under"], sorts)
        if under in filed:
            item.fail(f"asserts under {under.name if under is not None else 'no symbol'} are given twice")
        filed[under] = tuple([read_condition(each, sorts) for each in parts["conditions"].items()])
    return filed


def write_state(state: ShapeEnvState) -> Json:
    """The state as JSON; empty fields are left out."""
    written: dict[str, Json] = {
        "hints": _by_name({s: _write_hint(hint) for s, hint in state.hints.items()}),
        "ranges": _by_name({s: write_range(each) for s, each in state.ranges.items()}),
        "replacements": _by_name({s: write_term(term) for s, term in state.replacements.items()}),
        "renamings": _by_name({s: old.name for s, old in state.renamings.items()}),
        "guards": [write_term(condition) for condition in state.guards],
        "asserts": [
            {"under": None if s is None else s.name, "conditions": [write_term(each) for each in conditions]}
            for s, conditions in state.asserts.items()
        ],
        "known": [write_term(condition) for condition in state.known],
        "size_like": sorted(symbol.name for symbol in state.size_like),
        "pending": [symbol.name for symbol in state.pending],
        "ignorable": [symbol.name for symbol in state.ignorable],
    }
    return {name: item for name, item in written.items() if item}


def _by_name(table: Mapping[Symbol, Json]) -> dict[str, Json]:
    return {symbol.name: table[symbol] for symbol in sorted(table, key=lambda symbol: symbol.name)}


def _write_hint(hint: int | float | None) -> Json:
    if hint is None:
        return None
    return write_float(hint) if isinstance(hint, float) else str(hint)


def write_range(interval: Range) -> Json:
    """A range as JSON."""
    if isinstance(interval, FloatRange):
        return {"low": write_float(interval.low), "high": write_float(interval.high)}
    low, high = interval.low, interval.high
    return {"low": None if low is None else str(low), "high": None if high is None else str(high)}


def sorts_of_state(state: ShapeEnvState) -> dict[str, Sort]:
    """The sorts of the symbols that occur in a state, by name."""
    found = sorts_in(
        *state.replacements.values(), *state.guards, *state.known, *(c for cs in state.asserts.values() for c in cs)
    )
    symbols = [
        *state.hints, *state.ranges, *state.replacements, *state.renamings, *state.renamings.values(),
        *(symbol for symbol in state.asserts if symbol is not None), *state.size_like, *state.pending,
        *state.ignorable,
    ]  # fmt: skip
    found.update({symbol.name: symbol.sort for symbol in symbols})
    return found
